//! The rate curve and the growth of indices.

use crate::error::MathError;
use crate::fixed::{div_up, mul, mul_div_up, narrow};
use crate::units::{BPS, Bps, NativeAmount, WAD_BITS};

/// Seconds of a year of 365 days, as rates are quoted.
pub const YEAR: u64 = 31_536_000;
/// Longest time that one accrual charges for, in seconds (30 days); the rest is forfeited to the borrowers.
pub const MAX_ACCRUAL: u64 = 2_592_000;
/// Oldest index snapshot that borrow, withdraw and open accept, in seconds.
pub const MAX_INDEX_AGE: u32 = 300;
/// Oldest index snapshot that a liquidation accepts, in seconds: longer, because anybody may sync it and a keeper must not
/// depend on how often somebody does, but bounded, because an old deposit index understates the account.
pub const MAX_INDEX_AGE_LIQUIDATION: u32 = 3_600;

/// A kinked curve: annual rates at no, kink and full utilisation, straight between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateCurve {
    /// Rate at utilisation 0, bps a year.
    pub base: Bps,
    /// Utilisation of the kink, bps.
    pub kink: Bps,
    /// Rate at the kink, bps a year.
    pub kink_rate: Bps,
    /// Rate at utilisation 1, bps a year.
    pub max_rate: Bps,
}

/// Utilisation 1, × 2^32.
const FULL: u64 = 1 << 32;
/// Fraction bits of an annual rate in bps.
const RATE_BITS: u32 = 32;

/// Borrowed over supplied, × 2^32.
///
/// Formula:  U = min(1, borrowed / supplied)       (docs/spec.md §3.2)
/// Rounding: ceil
/// Errors:   none; without supply U is 1 if anything is borrowed, else 0
pub fn utilisation(borrowed: NativeAmount, supplied: NativeAmount) -> u64 {
    if borrowed >= supplied {
        return if borrowed == 0 { 0 } else { FULL };
    }
    mul_div_up(borrowed, FULL, supplied).unwrap_or(FULL)
}

impl RateCurve {
    /// Annual borrow rate in bps × 2^32.
    ///
    /// Formula:  U ≤ kink: base + (kink_rate − base)·U/kink;  above: kink_rate + (max_rate − kink_rate)·(U − kink)/(1 − kink)
    ///           (docs/spec.md §3.2)
    /// Units:    utilisation × 2^32; returns bps a year × 2^32
    /// Rounding: ceil of the slope term
    /// Errors:   DivideByZero where the kink is at 0 or 1 (the configuration refuses both)
    pub fn annual_rate(&self, utilisation: u64) -> Result<u64, MathError> {
        let kink = u64::from(self.kink) * FULL / BPS;
        let (from, rise, position, width) = if utilisation <= kink {
            (self.base, self.kink_rate.saturating_sub(self.base), utilisation, kink)
        } else {
            (self.kink_rate, self.max_rate.saturating_sub(self.kink_rate), utilisation - kink, FULL - kink)
        };
        let climbed = mul(u64::from(rise) << RATE_BITS, position);
        Ok((u64::from(from) << RATE_BITS) + narrow(div_up(climbed, width)?)?)
    }
}

/// Growth of a debt over a time at a rate.
///
/// Formula:  x = rate·dt / year;  g = x + x²/2 + x³/6       (docs/spec.md §3.3)
/// Units:    rate: bps a year × 2^32; dt: seconds, at most [`MAX_ACCRUAL`] count; returns a ratio × 2^48
/// Rounding: x ceil, the higher terms floor; g never exceeds continuous compounding of the rounded x
/// Errors:   Overflow
pub fn growth(annual_rate: u64, dt: u64) -> Result<u64, MathError> {
    const SCALE: u64 = BPS * YEAR;
    let x = narrow(div_up(mul(annual_rate, dt.min(MAX_ACCRUAL)) << (WAD_BITS - RATE_BITS), SCALE)?)?;
    let square = narrow(mul(x, x) >> (WAD_BITS + 1))?;
    let cube = narrow(mul(square, x) >> WAD_BITS)? / 3;
    x.checked_add(square).and_then(|g| g.checked_add(cube)).ok_or(MathError::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::WAD;

    const CURVE: RateCurve = RateCurve { base: 100, kink: 8_000, kink_rate: 1_000, max_rate: 10_000 };

    fn rate_bps(utilisation_bps: u64) -> u64 {
        CURVE.annual_rate(utilisation_bps * FULL / BPS).unwrap() >> RATE_BITS
    }

    #[test]
    fn the_curve_passes_through_its_three_points() {
        assert_eq!(CURVE.annual_rate(0), Ok(100 << RATE_BITS));
        assert_eq!(CURVE.annual_rate(8_000 * FULL / BPS), Ok(1_000 << RATE_BITS));
        assert_eq!(CURVE.annual_rate(FULL), Ok(10_000 << RATE_BITS));
        assert_eq!(rate_bps(4_000), 550, "half way to the kink");
        assert_eq!(rate_bps(9_000), 5_500, "half way from kink to full");
    }

    #[test]
    fn utilisation_is_rounded_up_and_bounded() {
        assert_eq!(utilisation(0, 0), 0);
        assert_eq!(utilisation(1, 0), FULL);
        assert_eq!(utilisation(1, 3), FULL.div_ceil(3));
        assert_eq!(utilisation(5, 3), FULL);
    }

    #[test]
    fn a_year_in_four_week_steps_compounds_close_to_the_exponential() {
        // 50 % a year in 13 steps of 28.1 days: e^0.5 = 1.64872…
        let mut index = WAD as f64;
        for _ in 0..13 {
            index *= 1.0 + growth(5_000 << RATE_BITS, YEAR / 13).unwrap() as f64 / WAD as f64;
        }
        let ratio = index / WAD as f64;
        assert!((1.6486..=1.64873).contains(&ratio), "{ratio}");
    }

    #[test]
    fn time_beyond_thirty_days_is_not_charged() {
        let rate = 5_000 << RATE_BITS;
        assert_eq!(growth(rate, MAX_ACCRUAL + 1), growth(rate, MAX_ACCRUAL));
        assert_eq!(growth(rate, 0), Ok(0));
    }

    #[test]
    fn a_second_at_one_basis_point_still_counts() {
        // 1 bp a year for 1 s: 2^48 / 10^4 / 31,536,000 = 892.55…
        assert_eq!(growth(1 << RATE_BITS, 1), Ok(893));
    }
}
