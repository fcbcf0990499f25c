//! Automatic deleveraging: while a pool owes more than it has, its greatest winners are closed at the index price and paid
//! the part that the pool can pay. Every winner is paid the same part, so that nobody gains by coming first or last.

use crate::error::{MathError, Refusal};
use crate::fixed::{mul, mul_div_up};
use crate::perp::{Mark, Market, Position, Purse};
use crate::units::{BPS, Bps, Index, NativeAmount, Shares};

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
    /// Profit that was settled, quote units.
    pub settled: NativeAmount,
    /// Part of it that the owner loses, quote units.
    pub taken: NativeAmount,
    /// Part of it that is paid, quote units.
    pub paid: NativeAmount,
    /// Deposit shares that left the pool for it.
    pub shares: Shares,
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
    /// Formula:  taken = min(deficit, PnL·(1 − h));  x = taken / (1 − h);  closed = |s|·x / PnL       (docs/spec.md §10.8)
    /// Units:    quote units, base units
    /// Rounding: x and closed ceil; paid = x − taken
    /// Errors:   NoDeficit, NotAWinner, BelowThreshold, Math
    /// Source:   the falling threshold and one ratio for all are ours; GMX ranks, dYdX closes at the bankruptcy price
    pub fn deleverage(
        &mut self,
        position: &mut Position,
        terms: &AdlTerms,
        mark: Mark,
        index: Index,
        slot: u64,
    ) -> Result<Deleveraged, Refusal> {
        let deficit = self.deficit(mark, index)?;
        if deficit == 0 {
            return Err(Refusal::NoDeficit);
        }
        let profit = self.winner(position, mark)?;
        let threshold = terms.threshold_at(self.deficit_since, slot);
        if mul(profit, BPS) < mul(position.notional(mark).up, threshold.into()) {
            return Err(Refusal::BelowThreshold);
        }
        let owed = u64::try_from(self.owed(mark)).map_err(|_| MathError::Overflow)?;
        let ratio = self.payable(mark, index)?;
        let taken = deficit.min(profit - ratio.of_down(profit)?);
        let missing = owed.saturating_sub(self.worth(Purse::Pool, index)?);
        let settled = mul_div_up(taken, owed, missing)?.min(profit);
        let size = mul_div_up(position.base.unsigned_abs(), settled, profit)?;
        self.close_at_mark(position, size, mark)?;
        // A partial close may have cost the position a unit of rounding.
        let settled = settled.min(position.pnl(mark).max(0) as u64);
        let taken = taken.min(settled);
        self.move_quote(position, -i64::try_from(settled).map_err(|_| MathError::Overflow)?)?;
        position.seen = position.seen.saturating_sub(settled);
        position.cap_matured(mark);
        let paid = settled - taken;
        let shares = self.draw(paid, index)?;
        Ok(Deleveraged { closed: size, settled, taken, paid, shares })
    }

    /// Profit of a position on the winning side.
    fn winner(&self, position: &Position, mark: Mark) -> Result<u64, Refusal> {
        let (profit, net) = (position.pnl(mark), self.net());
        let on_side = position.base == 0 || net == 0 || (position.base > 0) == (net > 0);
        if profit <= 0 || !on_side { Err(Refusal::NotAWinner) } else { Ok(profit as u64) }
    }
}
