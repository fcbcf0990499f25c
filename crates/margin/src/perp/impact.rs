//! At what price a trade was filled, and how much worse than at the index: for whoever shows a trade before it is signed.

use crate::error::MathError;
use crate::fixed::{div_down, div_up, narrow};
use crate::perp::mark::MARK_BITS;
use crate::perp::{Fill, Mark};

/// Parts of a notional in which an impact is given: millionths.
const PPM: i128 = 1_000_000;

impl Fill {
    /// Average price, fee apart.
    ///
    /// Formula:  cost / |Δ|       (docs/spec.md §11.10)
    /// Units:    quote units for one base unit × 2^44
    /// Rounding: against the trader: ceil for a buy, floor for a sale
    /// Errors:   DivideByZero without a size, Overflow
    pub fn price(&self) -> Result<Mark, MathError> {
        let (cost, size) = (u128::from(self.cost) << MARK_BITS, self.delta.unsigned_abs());
        narrow(if self.delta > 0 { div_up(cost, size)? } else { div_down(cost, size)? }).map(Mark)
    }

    /// What the trader pays beyond the index price, fee apart; below 0 where the skew pays him.
    ///
    /// Formula:  cost − N for a buy, N − cost for a sale       (docs/spec.md §11.10)
    /// Units:    quote units; mark: the index price of the trade
    /// Rounding: ceil
    /// Errors:   none
    pub fn impact(&self, mark: Mark) -> i64 {
        // Safe because: a notional is at most 2^58 and a cost below 2^63, or the position could not have been written.
        let (notional, cost) = (mark.notional(self.delta.unsigned_abs()), self.cost as i64);
        if self.delta > 0 {
            cost.saturating_sub(notional.down as i64)
        } else {
            (notional.up as i64).saturating_sub(cost)
        }
    }

    /// [`Fill::impact`] as a part of the notional.
    ///
    /// Formula:  impact × 10^6 / N       (docs/spec.md §11.10)
    /// Units:    millionths
    /// Rounding: ceil; N floor, at least 1
    /// Errors:   none; stops at the ends of 64 bits
    pub fn impact_ppm(&self, mark: Mark) -> i64 {
        let notional = i128::from(mark.notional(self.delta.unsigned_abs()).down.max(1));
        let scaled = i128::from(self.impact(mark)) * PPM;
        // Safe because: both are below 2^84. The remainder of a floor is positive where it was not exact.
        let up = scaled.div_euclid(notional) + i128::from(scaled.rem_euclid(notional) != 0);
        i64::try_from(up).unwrap_or(if up > 0 { i64::MAX } else { i64::MIN })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::perp::Effect;

    fn fill(delta: i64, cost: u64) -> Fill {
        Fill { delta, cost, fee: 0, effect: Effect::Increase }
    }

    #[test]
    fn impact_is_what_a_fill_costs_beyond_the_index() {
        let mark = Mark(3 << MARK_BITS);
        assert_eq!(fill(1_000, 3_030).impact(mark), 30);
        assert_eq!(fill(1_000, 3_030).impact_ppm(mark), 10_000);
        assert_eq!(fill(-1_000, 2_970).impact(mark), 30);
        assert_eq!(fill(-1_000, 3_001).impact(mark), -1, "the skew pays");
        assert_eq!(fill(-1_000, 3_001).impact_ppm(mark), -333, "ceil");
        assert_eq!(fill(1_000, 3_001).impact_ppm(mark), 334, "ceil");
    }

    #[test]
    fn the_average_price_is_rounded_against_the_trader() {
        let exact = (10u64 << MARK_BITS) / 3;
        assert_eq!(fill(3, 10).price(), Ok(Mark(exact + 1)));
        assert_eq!(fill(-3, 10).price(), Ok(Mark(exact)));
        assert_eq!(fill(0, 10).price(), Err(MathError::DivideByZero));
    }
}
