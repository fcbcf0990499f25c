//! What it costs a keeper to sell what it has seized: a fixed part, and the price that its own sale moves.

use breakwater_client::margin::units::PPM;
use breakwater_client::margin::{BPS, Bps, Valuation, Value};

/// Equity below this part of the debts is a keeper's of last resort: the bonus is nearly all of what is left, or more.
const LAST_RESORT_BPS: i128 = 100;

/// A keeper's costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Costs {
    /// Part of what is repaid, bps.
    pub fixed: Bps,
    /// Dollars of a token that move its price by 1 %; `None` where nothing does.
    pub depth: Option<u64>,
    /// Whether it also takes accounts that hardly have anything left, whatever they pay: the keeper of those who would
    /// bear the loss.
    pub protects: bool,
}

impl Costs {
    /// The most that pays. A sale of `s` costs `s × fixed + s² / (200 × depth)`: half of the price that it moves.
    ///
    /// Formula:  most = (β × (1 − insurance_share) − fixed) × 200 × depth
    /// Rounding: floor
    pub(super) fn most(&self, bonus: u32, insurance_share: Bps) -> Value {
        let net = u64::from(bonus) * (BPS - u64::from(insurance_share)) / BPS;
        let left = net.saturating_sub(u64::from(self.fixed) * (PPM / BPS));
        match self.depth {
            _ if left == 0 => Value::ZERO,
            None => Value(i128::MAX),
            Some(depth) => Value(((i128::from(left) * 200 * i128::from(depth)) << 32) / i128::from(PPM)),
        }
    }

    /// Whether this keeper takes the account at any pay.
    pub(super) fn last_resort(&self, valuation: &Valuation) -> bool {
        self.protects && valuation.equity.0 * i128::from(BPS) < valuation.debts.0 * LAST_RESORT_BPS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// β = 1 %, of which 40 % insure: 60 bps, less 10 fixed = 50 bps; × 200 × $100,000 = $100,000. At that size the price moves
    /// by 1 %, and half of it is the 50 bps.
    #[test]
    fn the_largest_sale_that_pays_moves_the_price_by_twice_the_margin() {
        let costs = Costs { fixed: 10, depth: Some(100_000), protects: false };
        assert_eq!(costs.most(10_000, 4_000), Value::usd(100_000));
        assert_eq!(costs.most(1_000, 4_000), Value::ZERO);
    }
}
