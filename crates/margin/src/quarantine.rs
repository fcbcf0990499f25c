//! Quarantine: how much of a young or thin token's deposits may back new risk. Only the initial weight moves, so nobody is
//! liquidated by it.

use crate::price::Price;
use crate::units::{Bps, NativeAmount, VALUE_BITS};

/// Longest ramp, seconds (90 days).
pub const MAX_RAMP: u32 = 90 * 86_400;

/// What is known of a token's collateral.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quarantine {
    /// Time over which the initial weight rises from 0, seconds; 0 for no time.
    pub ramp: u32,
    /// How long the token has been listed, seconds.
    pub listed_for: u32,
    /// Most that all deposits may count for new risk, dollars; 0 for no limit.
    pub cap: u32,
    /// What all depositors own, native units.
    pub deposits: NativeAmount,
}

impl Quarantine {
    /// w_init as it counts now.
    ///
    /// Formula:  w × min(1, listed_for / ramp, cap / (deposits × P))       (docs/spec.md §11.5)
    /// Units:    bps; price: mid
    /// Rounding: floor, deposits × P ceil to dollars
    /// Errors:   none
    pub fn weight(&self, initial: Bps, price: Price) -> Bps {
        let ramped = part(initial, self.listed_for.into(), self.ramp.into());
        if self.cap == 0 {
            return ramped;
        }
        // Safe because: a value has at most 95 bits, so it has at most 63 in dollars.
        let dollars = (price.value_up(self.deposits).0 as u128).div_ceil(1 << VALUE_BITS) as u64;
        ramped.min(part(initial, self.cap.into(), dollars))
    }
}

/// `floor(weight × min(1, numerator / denominator))`; all of it for a denominator of 0.
fn part(weight: Bps, numerator: u64, denominator: u64) -> Bps {
    if numerator >= denominator {
        return weight;
    }
    // Safe because: a weight has at most 15 bits and the numerator 32; the quotient is below the weight.
    (u64::from(weight).wrapping_mul(numerator) / denominator) as Bps
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A dollar for 10^6 units.
    const PRICE: Price = Price(((1u128 << 64) / 1_000_000) as u64);
    const FREE: Quarantine = Quarantine { ramp: 0, listed_for: 0, cap: 0, deposits: u64::MAX };

    #[test]
    fn without_terms_the_weight_is_whole() {
        assert_eq!(FREE.weight(8_000, PRICE), 8_000);
    }

    #[test]
    fn the_weight_rises_with_the_days_since_the_listing() {
        let after = |listed_for| Quarantine { ramp: 86_400, listed_for, ..FREE }.weight(8_000, PRICE);
        assert_eq!([0, 1, 43_200, 86_399, 86_400, u32::MAX].map(after), [0, 0, 4_000, 7_999, 8_000, 8_000]);
    }

    #[test]
    fn all_deposits_together_count_up_to_the_cap() {
        let with = |deposits| Quarantine { cap: 1_000, deposits, ..FREE }.weight(8_000, PRICE);
        let dollars = [0, 1_000, 1_001, 2_000, 8_000_000, 8_000_001].map(|n| n * 1_000_000);
        assert_eq!(dollars.map(with), [8_000, 8_000, 7_992, 4_000, 1, 0]);
    }

    proptest! {
        #[test]
        fn what_counts_never_exceeds_the_cap(cap in 1u32.., deposits: u64, price in 1u64..1 << 63, w in 0u32..=10_000) {
            let weight = Quarantine { cap, deposits, ..FREE }.weight(w, Price(price));
            let counts = Price(price).value_down(deposits).0 as u128;
            prop_assert!(weight == w || counts * u128::from(weight) <= (u128::from(w) * u128::from(cap)) << VALUE_BITS);
            prop_assert!(weight <= w);
        }
    }
}
