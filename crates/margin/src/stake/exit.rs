//! When stake may leave, and what stops all exits: negative equity that is known and not yet written off.

use crate::error::{MathError, Refusal};
use crate::health::Valuation;
use crate::position::{Quote, Side, Snapshot};
use crate::stake::COOLDOWN;
use crate::units::{NativeAmount, Value};

/// Seconds after the cooldown in which a request may be carried out. A standing one would be an exit at once, whenever a
/// loss is near.
pub const EXIT_WINDOW: i64 = 172_800;
/// Exits stop while this many times the known shortfall is more than the fund: a thousandth. Less would let a dust
/// bankruptcy freeze everybody, more would let stakers leave a loss to those who stay.
pub const FREEZE_PARTS: u64 = 1_000;

/// Whether a request may be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The cooldown has not passed.
    TooEarly,
    /// Now.
    Open,
    /// The window has passed.
    Lapsed,
}

/// The last time in which exits were stopped. Two that are no longer than a window apart are one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Freeze {
    /// When it began, unix seconds; 0 if there has been none.
    pub since: i64,
    /// When it ended, unix seconds; of no meaning while it lasts.
    pub until: i64,
    /// Whether it lasts.
    pub lasts: bool,
}

impl Freeze {
    /// Notes whether exits are stopped.
    ///
    /// Units: now: unix seconds
    pub fn note(&mut self, endangered: bool, now: i64) {
        match (self.lasts, endangered) {
            (false, true) => {
                if self.since == 0 || now > self.until.saturating_add(EXIT_WINDOW) {
                    self.since = now;
                }
                self.lasts = true;
            }
            (true, false) => (self.until, self.lasts) = (now, false),
            _ => {}
        }
    }

    /// Whether a request may be carried out. A freeze that falls into the window does not count against it.
    ///
    /// Formula:  requested + COOLDOWN ≤ now ≤ requested + COOLDOWN + WINDOW, or, if a freeze began before that end, ≤ its
    ///           end + WINDOW       (docs/spec.md §13.4)
    /// Units:    unix seconds
    pub fn exit(&self, requested_at: i64, now: i64) -> Exit {
        let opens = requested_at.saturating_add(COOLDOWN);
        let mut closes = opens.saturating_add(EXIT_WINDOW);
        if self.since > 0 && self.since <= closes {
            let until = if self.lasts { now } else { self.until };
            closes = closes.max(until.saturating_add(EXIT_WINDOW));
        }
        match now {
            now if now < opens => Exit::TooEarly,
            now if now <= closes => Exit::Open,
            _ => Exit::Lapsed,
        }
    }
}

/// What the shared fund may have to pay for an account: its negative equity, as far as it owes quote tokens to their bank or
/// to markets. What it owes of other tokens is never the fund's.
///
/// Formula:  min(−equity / P_q, quote debt + Σ max(0, −PnL)) where equity < 0       (docs/spec.md §13.5)
/// Rounding: ceil
/// Errors:   StaleIndex, StalePrice, Overflow
pub fn exposed(valuation: &Valuation, snapshot: &Snapshot, quote: &Quote) -> Result<NativeAmount, Refusal> {
    valuation.verify_telling(snapshot)?;
    if valuation.equity >= Value::ZERO {
        return Ok(0);
    }
    let owed = snapshot.tokens.iter().filter(|leg| leg.side == Side::Debt && leg.token == quote.token);
    let owed = owed.map(|leg| u128::from(leg.amount));
    let lost = snapshot.perps.iter().map(|leg| u128::from(leg.pnl.min(0).unsigned_abs()));
    let owed: u128 = owed.chain(lost).sum();
    if owed == 0 {
        return Ok(0);
    }
    if quote.price.is_stale() {
        return Err(Refusal::StalePrice);
    }
    let missing = Value::ZERO.minus(valuation.equity)?;
    // More than 64 bits of quote units is more than any debt.
    let missing = quote.price.mid.amount_up(missing).unwrap_or(NativeAmount::MAX);
    let owed = NativeAmount::try_from(owed).map_err(|_| MathError::Overflow)?;
    Ok(missing.min(owed))
}
