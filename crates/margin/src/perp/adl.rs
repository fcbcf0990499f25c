//! Automatic deleveraging: while a pool owes more than it has, its greatest winners are closed at the index price and keep the
//! part that the pool can pay. Nothing is paid before it has matured; until then it is set apart.

use crate::error::{MathError, Refusal};
use crate::fixed::{mul, mul_div_up, signed};
use crate::perp::{Mark, Market, Position, Purse};
use crate::units::{BPS, Bps, Index, NativeAmount};

/// When ADL may close a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdlTerms {
    /// x_max: threshold at the beginning, bps of notional.
    pub threshold: Bps,
    /// T: slots in which the threshold falls to 0.
    pub slots: u32,
}

/// What a step of ADL did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deleveraged {
    /// Base units closed.
    pub closed: u64,
    /// Profit that the owner loses, quote units.
    pub taken: NativeAmount,
    /// Profit that was set apart for the owner, quote units.
    pub secured: NativeAmount,
}

impl AdlTerms {
    /// The least profit that may be taken from, bps of notional.
    ///
    /// Formula:  x_max × (1 − (slot − since) / T), at least 0       (docs/spec.md §10.8)
    /// Rounding: ceil
    /// Errors:   none
    pub fn threshold_at(&self, since: u64, slot: u64) -> Bps {
        let (waited, slots) = (slot.saturating_sub(since), u64::from(self.slots));
        if waited >= slots {
            return 0;
        }
        (u64::from(self.threshold) * (slots - waited)).div_ceil(slots) as Bps
    }
}

impl Market {
    /// Closes a winner as far as the deficit needs it. The position must have been touched and the deficit judged.
    ///
    /// Formula:  free = PnL − secured;  taken = min(deficit, free·(1 − h), spare);  x = taken / (1 − h);
    ///           closed = |s|·x / free;  q −= taken;  secured += x − taken       (docs/spec.md §10.8)
    /// Units:    quote units, base units; spare: the account's equity, quote units: what it owes to others comes before
    /// Rounding: x and closed ceil
    /// Errors:   NoDeficit, NotAWinner, BelowThreshold, Math
    /// Source:   the falling threshold and one ratio for all are ours; GMX ranks, dYdX closes at the bankruptcy price
    pub fn deleverage(
        &mut self,
        position: &mut Position,
        terms: &AdlTerms,
        spare: NativeAmount,
        (mark, index): (Mark, Index),
        slot: u64,
    ) -> Result<Deleveraged, Refusal> {
        let deficit = self.deficit(mark, index)?;
        if deficit == 0 {
            return Err(Refusal::NoDeficit);
        }
        let free = position.free_profit(mark);
        if free == 0 || spare == 0 {
            return Err(Refusal::NotAWinner);
        }
        let threshold = terms.threshold_at(self.deficit_since, slot);
        if mul(free, BPS) < mul(position.notional(mark).up, threshold.into()) {
            return Err(Refusal::BelowThreshold);
        }
        let owed = u64::try_from(self.owed(mark)).map_err(|_| MathError::Overflow)?;
        let kept = self.payable(mark, index)?.of_down(free)?;
        let taken = deficit.min(free - kept).min(spare);
        let missing = owed.saturating_sub(self.worth(Purse::Pool, index)?);
        let settled = mul_div_up(taken, owed, missing)?.min(free);
        let closed = mul_div_up(position.base.unsigned_abs(), settled, free)?;
        self.close_at_mark(position, closed, mark)?;
        // A partial close may have cost the position a unit of rounding.
        let free = position.free_profit(mark);
        let settled = settled.min(free);
        let taken = taken.min(settled);
        self.move_quote(position, -signed(taken)?)?;
        let secured = settled - taken;
        self.secure(position, secured, index)?;
        self.cap_profit(position, mark)?;
        Ok(Deleveraged { closed, taken, secured })
    }
}
