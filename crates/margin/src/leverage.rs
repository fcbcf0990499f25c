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
