//! What each leg of an account adds to its health: for bars and tables that show where health comes from. The sums are those
//! of [`crate::health`], up to the roundings of single perp legs.

use alloc::vec::Vec;

use crate::error::{MathError, Refusal};
use crate::perp::PerpLeg;
use crate::position::{MARKET_LEG, Side, Snapshot, TokenLeg};
use crate::units::{BPS, Bps, Value, Weighted};

/// One leg's part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Number of the token, or 128 + number of the market.
    pub leg: u8,
    /// Worth at mid: below 0 for a debt or a loss.
    pub value: Value,
    /// Part of H_maint.
    pub maintenance: Weighted,
    /// Part of H_end.
    pub end: Weighted,
}

/// The parts of all legs, in the order of the snapshot: tokens, then positions.
///
/// Formula:  deposit w·V, debt −v·V, position P_q·g       (docs/spec.md §4.2, §10.4)
/// Units:    dollars × 2^32, weighted × 10^8
/// Rounding: deposits floor, debts ceil, positions floor
/// Errors:   Overflow
pub fn parts(snapshot: &Snapshot) -> Result<Vec<Part>, Refusal> {
    let mut parts = Vec::with_capacity(snapshot.tokens.len() + snapshot.perps.len());
    for leg in &snapshot.tokens {
        parts.push(of_token(leg)?);
    }
    for leg in &snapshot.perps {
        parts.push(of_position(leg, snapshot)?);
    }
    Ok(parts)
}

fn of_token(leg: &TokenLeg) -> Result<Part, MathError> {
    let value = match leg.side {
        Side::Deposit => leg.value,
        Side::Debt => Value::ZERO.minus(leg.value)?,
    };
    Ok(Part {
        leg: leg.token,
        value,
        maintenance: weighed(value, leg.weights.maintenance)?,
        end: weighed(value, leg.weights.end)?,
    })
}

fn of_position(leg: &PerpLeg, snapshot: &Snapshot) -> Result<Part, MathError> {
    let quote = &snapshot.quote.price;
    let dollars = |amount: i64| {
        let size = amount.unsigned_abs();
        if amount < 0 { Value::ZERO.minus(quote.mid.value_up(size)) } else { Ok(quote.mid.value_down(size)) }
    };
    let told = leg.contributions();
    Ok(Part {
        leg: MARKET_LEG | leg.terms.market,
        value: dollars(told.pnl)?,
        maintenance: weighed(dollars(told.maintenance)?, BPS as Bps)?,
        end: weighed(dollars(told.end)?, BPS as Bps)?,
    })
}

fn weighed(value: Value, weight: Bps) -> Result<Weighted, MathError> {
    let factor = i128::from(u64::from(weight) * BPS);
    value.0.checked_mul(factor).map(Weighted).ok_or(MathError::Overflow)
}
