//! Quantities and their scales. Amounts, shares, values and weighted values never mix: the only ways across are the
//! conversions here and in [`crate::price`], each with its rounding in the name.

use crate::error::MathError;
use crate::fixed::{mul, mul_div_down, mul_div_up};

/// A token's smallest unit.
pub type NativeAmount = u64;
/// A scaled balance: shares × index = amount.
pub type Shares = u64;
/// A ratio in 1/10,000.
pub type Bps = u32;
/// One, in basis points.
pub const BPS: u64 = 10_000;
/// A ratio in 1/1,000,000: the bonus of a plan. Finer than a basis point, because where equity caps the bonus what rounding
/// leaves over would be worth a second liquidation.
pub type Ppm = u32;
/// One, in millionths.
pub const PPM: u64 = 1_000_000;

/// log2 of [`WAD`].
pub const WAD_BITS: u32 = 48;
/// One, in the scale of indices and rates: 2^48. Binary, so that a conversion ends in a shift (docs/adr/0002).
pub const WAD: u64 = 1 << WAD_BITS;

/// log2 of one dollar as a [`Value`].
pub const VALUE_BITS: u32 = 32;
/// One dollar as a [`Value`]'s raw integer: 2^32.
pub const USD: i128 = 1 << VALUE_BITS;
/// One, in the scale that a [`Weighted`] has beyond a [`Value`]: weight (bps) × price factor (bps).
pub const WEIGHT_ONE: u64 = BPS * BPS;

/// Quote value in dollars × 2^32, signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Value(pub i128);

/// A value times a weight and a price factor: dollars × 2^32 × 10^8, signed. Exact: no rounding happens between a leg's
/// value and the sum of all legs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weighted(pub i128);

/// Most legs of one sum.
pub const MAX_LEGS: usize = 16;
/// Bits of the largest value of a leg: 2^88 raw, that is 2^56 dollars.
const VALUE_LIMIT_BITS: u32 = 88;
/// Bits of the largest product of weight and price factor.
const FACTOR_LIMIT_BITS: u32 = 28;

/// A value ≥ 0 in pieces of 32 bits, ready to be weighed at several levels.
#[derive(Clone, Copy)]
pub struct Pieces {
    low: u64,
    middle: u64,
    high: u64,
}

/// A sum of weighted values in the making. The pieces' products are summed apart and put together once at the end: on
/// chain that costs a tenth of as many 128-bit products and sums.
#[derive(Clone, Copy, Default)]
pub struct WeightedSum {
    low: u64,
    middle: u64,
    high: u64,
}

impl WeightedSum {
    /// Adds value × weight × factor.
    ///
    /// Formula:  sum += value × weight × factor       (docs/spec.md §4.2)
    /// Units:    weight, factor: bps of 1 each, together below 2^28; at most [`MAX_LEGS`] times for one sum
    /// Rounding: none
    /// Errors:   Overflow where weight × factor is too large
    #[inline(always)]
    pub fn add(&mut self, value: Pieces, weight: Bps, factor: Bps) -> Result<(), MathError> {
        let factor = u64::from(weight) * u64::from(factor);
        if factor >> FACTOR_LIMIT_BITS != 0 {
            return Err(MathError::Overflow);
        }
        // Safe because: 1. each piece has at most 32 bits and the factor 28, so a product is below 2^60; 2. sixteen of
        // them are at most 2^64 − 16.
        self.low = self.low.wrapping_add(value.low.wrapping_mul(factor));
        self.middle = self.middle.wrapping_add(value.middle.wrapping_mul(factor));
        self.high = self.high.wrapping_add(value.high.wrapping_mul(factor));
        Ok(())
    }

    /// The sum: below 2^120, for which [`Weighted`] has room.
    #[inline(always)]
    pub fn total(&self) -> Weighted {
        let sum =
            u128::from(self.low).wrapping_add(u128::from(self.middle) << 32).wrapping_add(u128::from(self.high) << 64);
        Weighted(sum as i128)
    }
}

impl Value {
    /// Zero dollars.
    pub const ZERO: Value = Value(0);

    /// Whole dollars as a value.
    pub const fn usd(dollars: u32) -> Value {
        Value((dollars as i128) << VALUE_BITS)
    }

    /// The value in pieces, for weighing.
    ///
    /// Errors: Overflow above 2^56 dollars, Negative below 0
    #[inline(always)]
    pub fn pieces(self) -> Result<Pieces, MathError> {
        let (low, high) = (self.0 as u64, (self.0 >> 64) as i64);
        if high < 0 {
            return Err(MathError::Negative);
        }
        if high >> (VALUE_LIMIT_BITS - 64) != 0 {
            return Err(MathError::Overflow);
        }
        Ok(Pieces { low: low & u64::from(u32::MAX), middle: low >> 32, high: high as u64 })
    }

    /// The value in dollars × 10^8, rounded down and saturating. For display and events only.
    pub fn to_e8(self) -> i64 {
        const LIMIT: i128 = i64::MAX as i128 / WEIGHT_ONE as i128;
        let dollars = self.0 >> VALUE_BITS;
        if dollars <= -LIMIT || dollars >= LIMIT {
            return if dollars < 0 { i64::MIN } else { i64::MAX };
        }
        // Safe because: whole dollars below the limit leave room for a fraction, whose product has 59 bits.
        let fraction = (u64::from(self.0 as u32) * WEIGHT_ONE) >> VALUE_BITS;
        (dollars as i64).wrapping_mul(WEIGHT_ONE as i64).wrapping_add(fraction as i64)
    }

    /// Checked sum.
    #[inline(always)]
    pub fn plus(self, other: Value) -> Result<Value, MathError> {
        self.0.checked_add(other.0).map(Value).ok_or(MathError::Overflow)
    }

    /// Checked difference.
    #[inline(always)]
    pub fn minus(self, other: Value) -> Result<Value, MathError> {
        self.0.checked_sub(other.0).map(Value).ok_or(MathError::Overflow)
    }
}

fn clamp(x: i128) -> i64 {
    x.clamp(i64::MIN as i128, i64::MAX as i128) as i64
}

impl Weighted {
    /// Nothing.
    pub const ZERO: Weighted = Weighted(0);

    /// The value in dollars × 2^32, rounded down (towards −∞, so health is never overstated).
    pub fn value_down(self) -> Value {
        Value(self.0.div_euclid(WEIGHT_ONE as i128))
    }

    /// The value in dollars × 10^8, rounded down and saturating. For display and events only.
    pub fn to_e8(self) -> i64 {
        clamp(self.0 >> VALUE_BITS)
    }

    /// Checked sum.
    #[inline(always)]
    pub fn plus(self, other: Weighted) -> Result<Weighted, MathError> {
        self.0.checked_add(other.0).map(Weighted).ok_or(MathError::Overflow)
    }

    /// Checked difference.
    #[inline(always)]
    pub fn minus(self, other: Weighted) -> Result<Weighted, MathError> {
        self.0.checked_sub(other.0).map(Weighted).ok_or(MathError::Overflow)
    }
}

/// A bank's deposit or borrow index: native units for each share × [`WAD`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Index(pub u64);

impl Index {
    /// The index of a new bank: one native unit for each share.
    pub const ONE: Index = Index(WAD);

    /// What shares are worth.
    ///
    /// Formula:  amount = shares × index / WAD       (docs/spec.md §3.1)
    /// Rounding: floor; for deposits
    /// Errors:   Overflow above 2^64 − 1 native units
    #[inline(always)]
    pub fn amount_down(self, shares: Shares) -> Result<NativeAmount, MathError> {
        fit(mul(shares, self.0) >> WAD_BITS)
    }

    /// What shares are worth.
    ///
    /// Formula:  amount = shares × index / WAD       (docs/spec.md §3.1)
    /// Rounding: ceil; for debts
    /// Errors:   Overflow above 2^64 − 1 native units
    #[inline(always)]
    pub fn amount_up(self, shares: Shares) -> Result<NativeAmount, MathError> {
        // Safe because: a product of two 64-bit numbers is at most 2^128 − 2^65 + 1, so adding WAD − 1 cannot overflow.
        fit((mul(shares, self.0) + u128::from(WAD - 1)) >> WAD_BITS)
    }

    /// Shares for an amount.
    ///
    /// Formula:  shares = amount × WAD / index       (docs/spec.md §3.1)
    /// Rounding: floor; deposit shares minted, debt shares repaid
    /// Errors:   DivideByZero if the index is 0 (a bank that lost everything), Overflow
    #[inline(always)]
    pub fn shares_down(self, amount: NativeAmount) -> Result<Shares, MathError> {
        mul_div_down(amount, WAD, self.0)
    }

    /// Shares for an amount.
    ///
    /// Formula:  shares = amount × WAD / index       (docs/spec.md §3.1)
    /// Rounding: ceil; deposit shares burned, debt shares issued
    /// Errors:   DivideByZero if the index is 0, Overflow
    #[inline(always)]
    pub fn shares_up(self, amount: NativeAmount) -> Result<Shares, MathError> {
        mul_div_up(amount, WAD, self.0)
    }
}

#[inline(always)]
fn fit(x: u128) -> Result<u64, MathError> {
    u64::try_from(x).map_err(|_| MathError::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_weighted_sum_is_the_exact_sum_of_products(
            legs in proptest::collection::vec((0i128..1 << 88, 0u32..=20_000, 0u32..=12_000), 0..=MAX_LEGS)
        ) {
            let mut sum = WeightedSum::default();
            for (value, weight, factor) in &legs {
                sum.add(Value(*value).pieces().unwrap(), *weight, *factor).unwrap();
            }
            let exact: i128 = legs.iter().map(|(v, w, f)| v * i128::from(*w) * i128::from(*f)).sum();
            prop_assert_eq!(sum.total(), Weighted(exact));
        }

        #[test]
        fn shares_and_amounts_round_towards_the_protocol(amount in 0u64..1 << 60, index in 1u64..1 << 60) {
            let index = Index(index);
            if let Ok(shares) = index.shares_down(amount) {
                prop_assert!(index.amount_down(shares).unwrap() <= amount, "RND-1 a deposit is never worth more than it cost");
            }
            if let Ok(shares) = index.shares_up(amount) {
                prop_assert!(index.amount_up(shares).unwrap() >= amount, "RND-1 a debt is never below what was paid out");
            }
        }
    }

    proptest! {
        #[test]
        fn display_rounds_down(value in -(1i128 << 67)..1 << 67) {
            let exact = (value * WEIGHT_ONE as i128) >> VALUE_BITS;
            if let Ok(exact) = i64::try_from(exact) {
                prop_assert_eq!(Value(value).to_e8(), exact);
            }
        }
    }

    #[test]
    fn what_is_too_large_to_display_stops_at_the_ends() {
        assert_eq!((Value(1 << 100).to_e8(), Value(-(1 << 100)).to_e8()), (i64::MAX, i64::MIN));
    }

    #[test]
    fn weighing_refuses_what_could_overflow() {
        assert!(matches!(Value(1 << 88).pieces(), Err(MathError::Overflow)));
        assert!(matches!(Value(-1).pieces(), Err(MathError::Negative)));
        let one = Value(1).pieces().unwrap();
        assert_eq!(WeightedSum::default().add(one, 1 << 14, 1 << 14), Err(MathError::Overflow));
    }

    #[test]
    fn sixteen_of_the_largest_legs_fit() {
        let (mut sum, largest) = (WeightedSum::default(), (1i128 << 88) - 1);
        for _ in 0..MAX_LEGS {
            sum.add(Value(largest).pieces().unwrap(), 16_383, 16_384).unwrap();
        }
        assert_eq!(sum.total(), Weighted(largest * 16_383 * 16_384 * MAX_LEGS as i128));
    }

    #[test]
    fn weighted_values_round_towards_minus_infinity() {
        assert_eq!(Weighted(-1).value_down(), Value(-1));
        assert_eq!(Weighted(WEIGHT_ONE as i128 - 1).value_down(), Value(0));
    }
}
