//! The parameters by name: how each is written, read and set. Names are those of the governance rules, so that a file, a
//! difference and a queued change say the same word.

use breakwater_client::Address;
use breakwater_client::interface::config::{LendingConfig, LiquidationConfig, OracleConfig, PerpConfig, WeightConfig};
use breakwater_client::interface::governance::{Governed, MAX_RULES, Rule, Step};
use breakwater_client::interface::oracle::LEGACY;

use crate::units::{Scale, Unit};

/// A parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in the rules.
    pub name: &'static str,
    /// How it is written.
    pub unit: Unit,
}

impl Field {
    /// Its key in a file.
    pub fn key(&self) -> String {
        format!("{}{}", self.name, self.unit.suffix())
    }
}

/// A set of parameters that one instruction sets.
pub trait Fields: Governed + Copy + bytemuck::Zeroable {
    /// What the set is called.
    const TITLE: &'static str;
    /// The parameters.
    const FIELDS: &'static [Field];

    /// The parameters' numbers, in the order of [`Fields::FIELDS`].
    fn numbers(&self) -> Vec<u64>;

    /// Sets a parameter by its name; false if there is none, or if it cannot hold the number.
    fn put(&mut self, name: &str, value: u64) -> bool;

    /// What no number says, such as a feed.
    fn other(&self) -> Option<(&'static str, String)> {
        None
    }
}

/// A parameter that differs: name, before, after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The parameter's key in a file.
    pub name: String,
    /// Before; nothing if it was not set.
    pub old: String,
    /// After.
    pub new: String,
}

macro_rules! fields {
    ($config:ty, $title:literal, |$it:ident| { $($name:ident: $unit:expr, $place:expr;)* } $($other:item)?) => {
        impl Fields for $config {
            const TITLE: &'static str = $title;
            const FIELDS: &'static [Field] = &[$(Field { name: stringify!($name), unit: $unit },)*];

            fn numbers(&self) -> Vec<u64> {
                let $it = self;
                vec![$(u64::from($place)),*]
            }

            fn put(&mut self, name: &str, value: u64) -> bool {
                let $it = self;
                match name {
                    $(stringify!($name) => match value.try_into() {
                        Ok(value) => { $place = value; true }
                        Err(_) => false,
                    },)*
                    _ => false,
                }
            }

            $($other)?
        }
    };
}

const BPS: Unit = Unit::Whole("_bps");
const USD: Unit = Unit::Whole("_usd");
const MINUTES: Unit = Unit::Whole("_minutes");
const SLOTS: Unit = Unit::Whole("");
const TOKENS: Unit = Unit::Tokens("_tokens");
const BASE: Unit = Unit::Tokens("_base");
/// Millionths of a notional an hour, written in percent.
const HOURLY: Unit = Unit::Decimal("_percent_an_hour", 4);
/// A factor in hundredths.
const TIMES_100: Unit = Unit::Decimal("", 2);
/// A factor in bps.
const TIMES_10_000: Unit = Unit::Decimal("", 4);

fields!(LiquidationConfig, "liquidation", |it| {
    bonus_min: BPS, it.bonus_min;
    bonus_max: BPS, it.bonus_max;
    full_bonus_depth: BPS, it.full_bonus_depth;
    insurance_share: BPS, it.insurance_share;
    dust: USD, it.dust;
    wait_slots: SLOTS, it.wait_slots;
    grace_slots: SLOTS, it.grace_slots;
    auction_slots: SLOTS, it.auction_slots;
    deep_breach: BPS, it.deep_breach;
    velocity_window: Unit::Time, it.velocity_window;
    volatility_multiple: TIMES_100, it.volatility_multiple;
});

fields!(LendingConfig, "lending", |it| {
    deposit_cap: TOKENS, it.deposit_cap;
    borrow_cap: TOKENS, it.borrow_cap;
    tranche_target: TOKENS, it.tranche_target;
    base_rate: BPS, it.base_rate;
    kink_utilisation: BPS, it.kink_utilisation;
    kink_rate: BPS, it.kink_rate;
    max_rate: BPS, it.max_rate;
    reserve_factor: BPS, it.reserve_factor;
    max_utilisation: BPS, it.max_utilisation;
    velocity: BPS, it.velocity;
    outflow_share: BPS, it.outflow_share;
    outflow_window: MINUTES, it.outflow_window;
});

fields!(WeightConfig, "weights", |it| {
    asset_initial: BPS, it.asset_initial;
    asset_end: BPS, it.asset_end;
    asset_maintenance: BPS, it.asset_maintenance;
    liability_initial: BPS, it.liability_initial;
    liability_end: BPS, it.liability_end;
    liability_maintenance: BPS, it.liability_maintenance;
    ramp: Unit::Time, it.ramp;
    collateral_cap: USD, it.collateral_cap;
});

fields!(OracleConfig, "oracle", |it| {
    max_confidence: BPS, it.max_confidence;
    confidence_multiple: TIMES_10_000, it.confidence_multiple;
    drift: BPS, it.drift;
    max_band: BPS, it.max_band;
    max_liquidation_band: BPS, it.max_liquidation_band;
}
fn other(&self) -> Option<(&'static str, String)> {
    Some(("feed", feed(self)))
});

fields!(PerpConfig, "perp", |it| {
    tier_0_edge: Unit::Quote, it.tiers[0].edge;
    tier_0_initial: BPS, it.tiers[0].initial;
    tier_0_end: BPS, it.tiers[0].end;
    tier_0_maintenance: BPS, it.tiers[0].maintenance;
    tier_1_edge: Unit::Quote, it.tiers[1].edge;
    tier_1_initial: BPS, it.tiers[1].initial;
    tier_1_end: BPS, it.tiers[1].end;
    tier_1_maintenance: BPS, it.tiers[1].maintenance;
    tier_2_edge: Unit::Quote, it.tiers[2].edge;
    tier_2_initial: BPS, it.tiers[2].initial;
    tier_2_end: BPS, it.tiers[2].end;
    tier_2_maintenance: BPS, it.tiers[2].maintenance;
    tier_3_edge: Unit::Quote, it.tiers[3].edge;
    tier_3_initial: BPS, it.tiers[3].initial;
    tier_3_end: BPS, it.tiers[3].end;
    tier_3_maintenance: BPS, it.tiers[3].maintenance;
    skew_scale: BASE, it.skew_scale;
    open_interest_cap: BASE, it.open_interest_cap;
    lot: BASE, it.lot;
    funding_slope: HOURLY, it.funding_slope;
    funding_max: HOURLY, it.funding_max;
    maturity: Unit::Time, it.maturity;
    cooldown: Unit::Time, it.cooldown;
    adl_slots: SLOTS, it.adl_slots;
    taker_fee: BPS, it.taker_fee;
    tranche_share: BPS, it.tranche_share;
    protocol_share: BPS, it.protocol_share;
    keeper_fee: BPS, it.keeper_fee;
    insurance_fee: BPS, it.insurance_fee;
    pool_leverage: TIMES_10_000, it.pool_leverage;
    adl_threshold: BPS, it.adl_threshold;
    velocity: BPS, it.velocity;
});

/// A feed as a file names it: `pyth:` and its id, or `legacy:` and the account.
pub fn feed(oracle: &OracleConfig) -> String {
    match oracle.kind {
        LEGACY => format!("legacy:{}", Address::new_from_array(oracle.feed_id)),
        _ => format!("pyth:{}", hex(&oracle.feed_id)),
    }
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes from hexadecimal.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?, 16).ok())
        .collect()
}

/// What differs between two sets of parameters; all of the new one where there is no old one.
pub fn differences<C: Fields>(old: Option<&C>, new: &C, scale: Scale) -> Vec<Difference> {
    let before = old.map(Fields::numbers);
    let mut lines = Vec::new();
    for (place, (field, value)) in C::FIELDS.iter().zip(new.numbers()).enumerate() {
        let was = before.as_ref().map(|numbers| numbers[place]);
        if was != Some(value) {
            let old = was.map(|was| field.unit.show(was, scale)).unwrap_or_default();
            lines.push(Difference { name: field.key(), old, new: field.unit.show(value, scale) });
        }
    }
    let (was, is) = (old.and_then(Fields::other), new.other());
    if let Some((name, text)) = is.filter(|is| was.as_ref() != Some(is)) {
        lines.push(Difference { name: name.to_owned(), old: was.map(|was| was.1).unwrap_or_default(), new: text });
    }
    lines
}

fn ruled<C: Fields>(old: &C, new: &C) -> impl Iterator<Item = (&'static Rule, u64, u64)> {
    let (mut before, mut after) = ([0; MAX_RULES], [0; MAX_RULES]);
    old.values(&mut before);
    new.values(&mut after);
    C::RULES.iter().zip(before.into_iter().zip(after)).map(|(rule, (old, new))| (rule, old, new))
}

/// The part of a change that may be made at once: those parameters that only tighten.
pub fn tightened<C: Fields>(old: &C, new: &C) -> C {
    let mut part = *old;
    for (field, value) in C::FIELDS.iter().zip(new.numbers()) {
        if ruled(old, new).any(|(rule, old, new)| rule.name == field.name && !rule.waits(old, new)) {
            part.put(field.name, value);
        }
    }
    part
}

/// The first parameter that goes further than one queued change may, and how far that is.
pub fn too_far<C: Fields>(old: &C, new: &C) -> Option<String> {
    let (rule, ..) =
        ruled(old, new).find(|(rule, old, new)| rule.waits(*old, *new) && rule.is_too_large(*old, *new))?;
    let step = match rule.step {
        Step::Free => return None,
        Step::By(most) => format!("{most} up or down"),
        Step::Times(factor) => format!("a factor of {factor} up or down"),
    };
    Some(format!("one change moves {} by no more than {step}: write a value on the way first", rule.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    fn names_are_those_of_the_rules<C: Fields>(but: &[&str]) {
        let rules: Vec<_> = C::RULES.iter().map(|rule| rule.name).filter(|name| !but.contains(name)).collect();
        let fields: Vec<_> = C::FIELDS.iter().map(|field| field.name).collect();
        assert_eq!(fields, rules, "{}", C::TITLE);
        let mut config = C::zeroed();
        for (place, field) in C::FIELDS.iter().enumerate() {
            assert!(config.put(field.name, 1), "{}", field.name);
            assert_eq!(config.numbers()[place], 1, "{}", field.name);
        }
        assert!(!config.put("no such parameter", 1));
    }

    #[test]
    fn every_governed_parameter_can_be_written() {
        names_are_those_of_the_rules::<LiquidationConfig>(&[]);
        names_are_those_of_the_rules::<LendingConfig>(&[]);
        names_are_those_of_the_rules::<WeightConfig>(&[]);
        names_are_those_of_the_rules::<PerpConfig>(&[]);
        names_are_those_of_the_rules::<OracleConfig>(&["feed_id_0", "feed_id_1", "feed_id_2", "feed_id_3", "kind"]);
    }

    #[test]
    fn a_number_that_does_not_fit_is_not_put() {
        let mut weights = WeightConfig::zeroed();
        assert!(!weights.put("asset_initial", 65_536));
        assert_eq!(weights, WeightConfig::zeroed());
    }

    #[test]
    fn only_what_tightens_is_made_at_once() {
        let old = WeightConfig { asset_initial: 8_000, liability_initial: 11_500, ..Zeroable::zeroed() };
        let new = WeightConfig { asset_initial: 7_500, liability_initial: 11_000, collateral_cap: 9, ..old };
        let part = WeightConfig { asset_initial: 7_500, collateral_cap: 9, ..old };
        assert_eq!(tightened(&old, &new), part);
        assert_eq!(too_far(&part, &new), None);
        assert!(too_far(&old, &WeightConfig { asset_initial: 9_000, ..old }).is_some_and(|why| why.contains("500")));
    }
}
