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

/// Largest magnitude of a leg's value: 2^92 raw, that is 2^60 dollars. Keeps every weighted product below 2^124.
const MAX_VALUE: i128 = 1 << 92;

impl Value {
    /// Zero dollars.
    pub const ZERO: Value = Value(0);

    /// Whole dollars as a value.
    pub const fn usd(dollars: u32) -> Value {
        Value((dollars as i128) << VALUE_BITS)
    }

    /// Weighs a value ≥ 0.
    ///
    /// Formula:  weighted = value × weight × factor
    /// Units:    weight, factor: bps of 1 each, together below 2^32; returns [`Weighted`]
    /// Rounding: none
    /// Errors:   Overflow above 2^60 dollars, Negative below 0
    /// Source:   docs/spec.md §4.2
    #[inline(always)]
    pub fn weigh(self, weight: Bps, factor: Bps) -> Result<Weighted, MathError> {
        if self.0 >= MAX_VALUE {
            return Err(MathError::Overflow);
        }
        if self.0 < 0 {
            return Err(MathError::Negative);
        }
        let factor = u64::from(weight) * u64::from(factor);
        if factor > u64::from(u32::MAX) {
            return Err(MathError::Overflow);
        }
        // Safe because: 1. value < 2^92; 2. factor < 2^32; 3. so the product is below 2^124.
        Ok(Weighted(mul_small(self.0 as u128, factor) as i128))
    }

    /// The value in dollars × 10^8, rounded down and saturating. For display and events only.
    pub fn to_e8(self) -> i64 {
        clamp(self.0.saturating_mul(WEIGHT_ONE as i128) >> VALUE_BITS)
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

/// `value × factor` for a value below 2^92 and a factor below 2^32, from 32-bit pieces: on chain a 128-bit product costs
/// three times as much.
#[inline(always)]
fn mul_small(value: u128, factor: u64) -> u128 {
    let low = value as u64;
    let high = (value >> 64) as u64;
    let bottom = u128::from((low & u64::from(u32::MAX)) * factor);
    let middle = u128::from((low >> 32) * factor) << 32;
    let top = u128::from(high * factor) << 64;
    // Safe because: the sum is the product, which has at most 124 bits.
    bottom.wrapping_add(middle).wrapping_add(top)
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
        fn weighing_is_the_exact_product(value in 0i128..MAX_VALUE, weight in 0u32..20_000, factor in 0u32..15_000) {
            let product = value * i128::from(weight) * i128::from(factor);
            prop_assert_eq!(Value(value).weigh(weight, factor), Ok(Weighted(product)));
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

    #[test]
    fn weighing_refuses_what_could_overflow() {
        assert_eq!(Value(MAX_VALUE).weigh(1, 1), Err(MathError::Overflow));
        assert_eq!(Value(-1).weigh(1, 1), Err(MathError::Negative));
        assert_eq!(Value(1).weigh(u32::MAX, 2), Err(MathError::Overflow));
    }

    #[test]
    fn weighted_values_round_towards_minus_infinity() {
        assert_eq!(Weighted(-1).value_down(), Value(-1));
        assert_eq!(Weighted(WEIGHT_ONE as i128 - 1).value_down(), Value(0));
    }
}
