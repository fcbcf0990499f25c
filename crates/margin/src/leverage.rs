//! How often an account's equity is at work in its positions: for display and for choosing the size of a trade. No
//! instruction looks at it; what an account may do is decided by health alone.

use crate::health::Valuation;
use crate::position::Snapshot;
use crate::units::{BPS, Bps, Value};

/// What all positions are worth together, whichever side.
///
/// Formula:  Σ N × P_q       (docs/spec.md §11.10)
/// Units:    dollars × 2^32
/// Rounding: ceil
/// Errors:   none; notionals stop far above any open interest
pub fn exposure(legs: &Snapshot) -> Value {
    let notional = legs.perps.iter().fold(0u64, |sum, leg| sum.saturating_add(leg.notional.up));
    legs.quote.price.mid.value_up(notional)
}

/// Leverage of an account.
///
/// Formula:  Σ N × P_q / equity       (docs/spec.md §11.10)
/// Units:    bps: 10,000 is once the equity
/// Rounding: ceil; stops at 2^32 − 1
/// Errors:   `None` where there are positions and no equity
/// Source:   what perpetual exchanges show; deposits of other tokens are equity at mid here, debts are not leverage
pub fn leverage(legs: &Snapshot, valuation: &Valuation) -> Option<Bps> {
    let exposure = exposure(legs);
    if exposure == Value::ZERO {
        return Some(0);
    }
    let equity = u128::try_from(valuation.equity.0).ok().filter(|equity| *equity > 0)?;
    let value = exposure.0.unsigned_abs();
    // Both are scaled down where the product would not fit; equity is then at least 2^64 or the answer beyond 32 bits.
    let (value, equity) = match value.checked_mul(u128::from(BPS)) {
        Some(scaled) => (scaled, equity),
        None => ((value >> 16) * u128::from(BPS), (equity >> 16).max(1)),
    };
    Some(Bps::try_from(value.div_ceil(equity)).unwrap_or(Bps::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::perp::{Notional, PerpLeg};
    use crate::price::Price;
    use crate::units::Value;

    /// Positions of a notional in quote units of a millionth of a dollar.
    fn legs(notional: u64) -> Snapshot {
        let mut legs = Snapshot::default();
        legs.quote.price.mid = Price(((1u128 << 64) / 1_000_000) as u64);
        legs.perps.push(PerpLeg { notional: Notional { down: notional, up: notional }, ..PerpLeg::default() });
        legs
    }

    fn equity(dollars: i128) -> Valuation {
        Valuation { equity: Value(dollars << 32), ..Valuation::default() }
    }

    #[test]
    fn three_thousand_dollars_of_a_thousand_are_three_times() {
        let told = leverage(&legs(3_000_000_000), &equity(1_000));
        assert_eq!(told, Some(30_000), "what a quote unit's price lost by rounding is not enough for a step");
        assert_eq!(leverage(&legs(3_000_100_001), &equity(1_000)), Some(30_002), "ceil");
    }

    #[test]
    fn without_equity_positions_have_no_leverage() {
        assert_eq!(leverage(&legs(1), &equity(0)), None);
        assert_eq!(leverage(&legs(1), &equity(-5)), None);
        assert_eq!(leverage(&legs(0), &equity(-5)), Some(0), "and no positions have none to speak of");
        assert_eq!(leverage(&legs(u64::MAX), &Valuation { equity: Value(1), ..Valuation::default() }), Some(Bps::MAX));
    }
}
