//! Which groups are compared: mechanisms on and off, and mechanisms of other strength.

use crate::safety::{Mechanism, Safety, Strength};

/// A group that is compared with others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Name in tables.
    pub name: String,
    /// Its parameters.
    pub safety: Safety,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// All off; each mechanism alone; all on; all but one; what is recommended.
    Mechanisms,
    /// All on, with one strength changed.
    Strengths,
}

impl Comparison {
    /// The groups.
    pub fn variants(self, strength: &Strength) -> Vec<Variant> {
        match self {
            Comparison::Mechanisms => mechanisms(strength),
            Comparison::Strengths => strengths(strength),
        }
    }
}

fn mechanisms(strength: &Strength) -> Vec<Variant> {
    let variant = |name: String, mechanisms: &[Mechanism]| Variant { name, safety: Safety::of(mechanisms, strength) };
    let mut variants = vec![variant("all off".to_owned(), &[])];
    for mechanism in Mechanism::ALL {
        let with = if mechanism.needs_touches() { "two touches + " } else { "" };
        variants.push(variant(format!("{with}{}", mechanism.name()), &[mechanism]));
    }
    variants.push(variant("all on".to_owned(), &Mechanism::ALL));
    for left_out in Mechanism::ALL {
        // those that act on flags go with them
        let stays = |mechanism: &Mechanism| {
            *mechanism != left_out && !(left_out == Mechanism::TwoTouches && mechanism.needs_touches())
        };
        let rest: Vec<Mechanism> = Mechanism::ALL.into_iter().filter(stays).collect();
        variants.push(variant(format!("all but {}", left_out.name()), &rest));
    }
    variants.push(variant("recommended".to_owned(), &Mechanism::RECOMMENDED));
    variants
}

fn strengths(base: &Strength) -> Vec<Variant> {
    let mut changed: Vec<(String, Strength)> = vec![("as chosen".to_owned(), *base)];
    let mut add = |name: &str, value: u32, strength: Strength| changed.push((format!("{name} {value}"), strength));
    for wait in [3, 10, 25, 50, 75, 150] {
        let auction_slots = base.auction_slots.max(2 * wait);
        add("wait_slots", wait.into(), Strength { wait_slots: wait, auction_slots, ..*base });
    }
    for deep in [250, 500, 1_000, 2_000, 5_000] {
        add("deep_breach", deep.into(), Strength { deep_breach: deep, ..*base });
    }
    for auction in [150, 300, 750, 1_500, 4_500] {
        let auction_slots = auction.max(2 * base.wait_slots);
        let grace_slots = base.grace_slots.min(auction_slots);
        add("auction_slots", auction_slots.into(), Strength { auction_slots, grace_slots, ..*base });
    }
    for velocity in [50, 100, 250, 500, 1_000] {
        add("velocity", velocity.into(), Strength { velocity, ..*base });
    }
    for multiple in [100, 300, 1_000, 3_000] {
        add("volatility_multiple", multiple.into(), Strength { volatility_multiple: multiple, ..*base });
    }
    let all = |(name, strength)| Variant { name, safety: Safety::of(&Mechanism::ALL, &strength) };
    changed.into_iter().map(all).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variant_is_a_group_that_the_program_takes() {
        for comparison in [Comparison::Mechanisms, Comparison::Strengths] {
            for variant in comparison.variants(&Strength::RECOMMENDED) {
                assert_eq!(variant.safety.liquidation.verify(), Ok(()), "{}", variant.name);
            }
        }
    }

    #[test]
    fn without_two_touches_nothing_acts_on_flags() {
        let variants = Comparison::Mechanisms.variants(&Strength::RECOMMENDED);
        let named = |name: &str| variants.iter().find(|variant| variant.name == name).expect("it is compared").safety;
        assert_eq!(named("all off"), Safety::off());
        let rest = named("all but two touches");
        assert_eq!((rest.liquidation.wait_slots, rest.velocity, rest.heartbeat), (0, 0, true));
        assert_eq!(rest.liquidation.volatility_multiple, Strength::RECOMMENDED.volatility_multiple);
        assert_eq!(variants.len(), 3 + 2 * Mechanism::ALL.len());
    }
}
