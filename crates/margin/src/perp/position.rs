//! A trader's position in one market.

use crate::error::{MathError, Refusal};
use crate::fixed::{mul, mul_div_down, signed};
use crate::perp::mark::MARK_BITS;
use crate::perp::{Mark, Notional};
use crate::price::elapsed;
use crate::units::Index;

/// A position. All zero is no position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// s: signed base units; positive for a long.
    pub base: i64,
    /// q: signed quote units; what closing adds beyond base × mark.
    pub quote: i64,
    /// M: matured profit, quote units.
    pub matured: u64,
    /// Profit at the last touch, quote units.
    pub seen: u64,
    /// Profit that deleveraging has left to the position and set apart for it in the market's escrow, quote units.
    pub secured: u64,
    /// Its deposit shares in the escrow.
    pub escrow: u64,
    /// When the position was last touched, unix seconds.
    pub touched_at: i64,
    /// The market's funding index at the last touch.
    pub funding_index: i64,
    /// Publication time of the print of the last increase, unix seconds.
    pub increased_at: i64,
    /// Slot of the last increase.
    pub increased_slot: u64,
}

impl Position {
    /// Worth of the base.
    #[inline(always)]
    pub fn notional(&self, mark: Mark) -> Notional {
        mark.notional(self.base.unsigned_abs())
    }

    /// Profit or loss.
    ///
    /// Formula:  PnL = s × mark + q       (docs/spec.md §10.2)
    /// Units:    quote units
    /// Rounding: floor
    /// Errors:   none; stops at the ends of 64 bits
    #[inline(always)]
    pub fn pnl(&self, mark: Mark) -> i64 {
        pnl(self.base, self.quote, self.notional(mark))
    }

    /// The mark at which the position has neither won nor lost, fees and funding counted; `None` where there is none.
    ///
    /// Formula:  −q / s
    /// Units:    quote units for one base unit × 2^44
    /// Rounding: floor
    /// Errors:   none; `None` also beyond 64 bits
    pub fn break_even(&self) -> Option<Mark> {
        if self.base == 0 || (self.quote > 0) == (self.base > 0) {
            return None;
        }
        let quote = u128::from(self.quote.unsigned_abs()) << super::MARK_BITS;
        u64::try_from(quote / u128::from(self.base.unsigned_abs())).ok().map(Mark)
    }

    /// Profit; 0 for a loss.
    ///
    /// Rounding: floor
    #[inline(always)]
    pub fn profit(&self, mark: Mark) -> u64 {
        self.pnl(mark).max(0) as u64
    }

    /// Profit that is not secured.
    ///
    /// Formula:  max(0, PnL) − secured       (docs/spec.md §10.8)
    pub(crate) fn free_profit(&self, mark: Mark) -> u64 {
        self.profit(mark).saturating_sub(self.secured)
    }

    /// Settles funding; returns the fraction of a quote unit that rounding took from the trader, × 2^44.
    ///
    /// Formula:  q += floor(−s × (F − F'))       (docs/spec.md §10.2)
    /// Rounding: payer ceil, receiver floor
    /// Errors:   Overflow
    pub(crate) fn settle_funding(&mut self, index: i64) -> Result<u64, MathError> {
        let (change, fraction) = funding_due(self.base, self.funding_index, index)?;
        self.quote = self.quote.checked_add(change).ok_or(MathError::Overflow)?;
        self.funding_index = index;
        Ok(fraction)
    }

    /// Lets profit mature; returns the profit.
    ///
    /// Formula:  M += (min(seen, profit) − M) × min(1, elapsed / W);  M ≤ profit       (docs/spec.md §10.2)
    /// Units:    maturity W: seconds
    /// Rounding: floor
    /// Errors:   none
    pub(crate) fn mature(&mut self, mark: Mark, maturity: u32, now: i64) -> u64 {
        let profit = self.profit(mark);
        self.matured = self.matured_by(profit, maturity, now);
        self.seen = profit;
        self.touched_at = now;
        profit
    }

    /// M at a time, for a profit.
    #[inline(always)]
    pub(crate) fn matured_by(&self, profit: u64, maturity: u32, now: i64) -> u64 {
        let gap = self.seen.min(profit).saturating_sub(self.matured);
        if gap == 0 {
            return self.matured.min(profit);
        }
        let (elapsed, maturity) = (elapsed(self.touched_at, now), u64::from(maturity));
        let ripened = if elapsed >= maturity { gap } else { mul_div_down(gap, elapsed, maturity).unwrap_or(0) };
        (self.matured + ripened).min(profit)
    }

    /// What closing a size at the mark adds to base and quote.
    ///
    /// Formula:  long: q += N↓(size);  short: q −= N↑(size)       (docs/spec.md §10.9)
    /// Errors:   Overflow, Negative beyond the position
    #[inline(always)]
    pub(crate) fn closing(&self, size: u64, mark: Mark) -> Result<(i64, i64), MathError> {
        if size > self.base.unsigned_abs() {
            return Err(MathError::Negative);
        }
        // Safe because: a notional is at most 2^58.
        let notional = mark.notional(size);
        let size = signed(size)?;
        Ok(if self.base >= 0 { (-size, notional.down as i64) } else { (size, -(notional.up as i64)) })
    }

    /// Lets secured profit bear what the quote bank has lost; returns by how much it fell.
    ///
    /// Formula:  worth = escrow × index;  q −= secured − worth, secured = worth, if it is less       (docs/spec.md §10.8)
    /// Rounding: worth floor
    /// Errors:   Overflow
    pub fn bear_loss(&mut self, index: Index) -> Result<u64, MathError> {
        let loss = self.secured.saturating_sub(index.amount_down(self.escrow)?);
        self.secured -= loss;
        // Safe because: what is secured was profit, which has 63 bits.
        self.quote = self.quote.checked_sub(loss as i64).ok_or(MathError::Overflow)?;
        Ok(loss)
    }

    /// Gives matured profit up on a snapshot, first what is secured; its quote is the caller's to change.
    ///
    /// Errors: Negative beyond M
    pub(crate) fn give_up(&mut self, amount: u64) -> Result<(), MathError> {
        self.matured = self.matured.checked_sub(amount).ok_or(MathError::Negative)?;
        self.secured = self.secured.saturating_sub(amount);
        Ok(())
    }

    /// Takes matured profit out.
    pub(crate) fn take_profit(&mut self, amount: u64) -> Result<(), Refusal> {
        self.matured = self.matured.checked_sub(amount).ok_or(MathError::Negative)?;
        self.seen = self.seen.saturating_sub(amount);
        Ok(())
    }
}

/// Profit or loss of a base with a notional.
#[inline(always)]
pub(crate) fn pnl(base: i64, quote: i64, notional: Notional) -> i64 {
    // Safe because: a notional is at most 2^58.
    let worth = if base >= 0 { notional.down as i64 } else { -(notional.up as i64) };
    worth.saturating_add(quote)
}

/// What funding adds to a position's quote, floor, and the fraction that the floor took, × 2^44.
#[inline(always)]
pub(crate) fn funding_due(base: i64, from: i64, to: i64) -> Result<(i64, u64), MathError> {
    if base == 0 || from == to {
        return Ok((0, 0));
    }
    let exact = mul(base.unsigned_abs(), from.abs_diff(to));
    let receives = (base > 0) == (from > to);
    let (whole, fraction) = (exact >> MARK_BITS, exact as u64 & ((1 << MARK_BITS) - 1));
    let whole = i64::try_from(whole).map_err(|_| MathError::Overflow)?;
    match (receives, fraction) {
        (true, _) => Ok((whole, fraction)),
        (false, 0) => Ok((-whole, 0)),
        (false, _) => Ok((-whole - 1, (1 << MARK_BITS) - fraction)),
    }
}
