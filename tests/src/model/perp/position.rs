//! A trader's position and its touch.

use super::market::{notional_down, notional_up};
use super::{MARK_BITS, floor, signed, unsigned};
use crate::model::bank::deposit_amount;
use crate::model::price::STALE;
use crate::model::state::State;

/// A position in a market.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Perp {
    /// s: signed base units.
    pub base: i64,
    /// q: what closing adds beyond base × mark, quote units.
    pub quote: i64,
    /// M: matured profit.
    pub matured: u64,
    /// Profit at the last touch.
    pub seen: u64,
    /// Part of the profit that deleveraging has set apart, quote units.
    pub secured: u64,
    /// Deposit shares of the quote bank that lie apart for it.
    pub escrow: u64,
    /// Unix seconds.
    pub touched_at: i64,
    /// F of the last touch.
    pub funding_index: i64,
    /// Publication of the print of the last increase.
    pub increased_at: i64,
    /// Slot of the last increase.
    pub increased_slot: u64,
}

/// N of a signed base, rounded against its holder.
pub fn value(base: i128, mark: i128) -> i128 {
    if base >= 0 { notional_down(base, mark) } else { -notional_up(-base, mark) }
}

impl Perp {
    /// Profit or loss at a mark.
    pub fn pnl(&self, mark: i128) -> i128 {
        value(self.base.into(), mark) + i128::from(self.quote)
    }

    /// Profit at a mark, 0 for a loss.
    pub fn profit(&self, mark: i128) -> i128 {
        self.pnl(mark).max(0)
    }

    /// −s × (F − F'): funding that is due, quote units × 2^44.
    pub fn due(&self, funding_index: i64) -> i128 {
        -i128::from(self.base) * (i128::from(funding_index) - i128::from(self.funding_index))
    }

    /// Takes funding in; returns the fraction that the holder does not get, × 2^44.
    pub fn charge(&mut self, funding_index: i64) -> i128 {
        let due = self.due(funding_index);
        let whole = floor(due, 1 << MARK_BITS);
        self.quote = signed(i128::from(self.quote) + whole);
        self.funding_index = funding_index;
        due - (whole << MARK_BITS)
    }

    /// What the quote bank's lenders have lost, who has profit set apart has lost of it; returns how much.
    pub fn bear_loss(&mut self, index: u64) -> u64 {
        let lost = self.secured.saturating_sub(deposit_amount(self.escrow, index));
        self.secured -= lost;
        self.quote = signed(i128::from(self.quote) - i128::from(lost));
        lost
    }

    /// Lets profit mature that was there at the last touch and is there now; not at a stale mark.
    pub fn ripen(&mut self, mark: i128, now: i64, maturity: u32, stale: bool) {
        let (profit, matured) = (self.profit(mark), i128::from(self.matured));
        let ripe = profit.min(self.seen.into());
        let elapsed = i128::from((now - self.touched_at).max(0)).min(maturity.into());
        if !stale {
            let grown = if ripe > matured { floor((ripe - matured) * elapsed, maturity.into()) } else { 0 };
            self.matured = unsigned((matured + grown).min(profit));
            self.seen = unsigned(profit);
            self.touched_at = now;
        } else {
            self.matured = unsigned(matured.min(profit));
        }
    }
}

impl State {
    /// An account's position in a market.
    pub fn perp(&self, account: usize, market: u8) -> Option<Perp> {
        self.accounts[account].perps.get(&market).copied()
    }

    /// Writes a position; one without base and quote is gone.
    pub(crate) fn set_perp(&mut self, account: usize, market: u8, perp: &Perp) {
        let perps = &mut self.accounts[account].perps;
        if perp.base == 0 && perp.quote == 0 {
            perps.remove(&market);
        } else {
            perps.insert(market, *perp);
        }
    }

    /// Brings a market up to date: funding, and whether its pool can pay.
    pub(crate) fn touch_market(&mut self, market: u8, index: u64) {
        let (mark, now, slot) = (self.mark(market), self.now, self.slot);
        let books = self.market_mut(market);
        books.accrue(mark, now);
        if books.feed.age(now) <= STALE {
            books.judge(mark, index, slot);
        }
    }

    /// Brings a position up to date; the fraction of its funding goes to the dust.
    pub(crate) fn touch_perp(&mut self, mut perp: Perp, market: u8, index: u64) -> Perp {
        let (mark, now) = (self.mark(market), self.now);
        let books = self.market_mut(market);
        books.secured -= perp.bear_loss(index);
        let fraction = perp.charge(books.funding_index);
        books.claims -= fraction;
        books.dust += unsigned(fraction);
        books.sweep(index);
        perp.ripen(mark, now, books.config.maturity, books.feed.age(now) > STALE);
        self.cap(&mut perp, market);
        perp
    }

    /// Neither matured nor secured profit is ever more than profit. What is not secured any more goes back to the pool, as a
    /// claim like any other.
    pub(crate) fn cap(&mut self, perp: &mut Perp, market: u8) {
        let profit = perp.profit(self.mark(market));
        perp.matured = perp.matured.min(unsigned(profit));
        let lost = (i128::from(perp.secured) - profit).max(0);
        self.market_mut(market).release(perp, lost);
    }

    /// A position without anything, in a market that is up to date.
    pub(crate) fn new_perp(&self, market: u8) -> Perp {
        Perp { funding_index: self.market(market).funding_index, touched_at: self.now, ..Perp::default() }
    }

    /// Closes base units at the mark.
    pub(crate) fn close_at_mark(&mut self, perp: &mut Perp, market: u8, size: u64) {
        let closed = i128::from(size) * i128::from(perp.base.signum());
        let worth = value(closed, self.mark(market));
        let before = perp.base;
        perp.base = signed(i128::from(before) - closed);
        perp.quote = signed(i128::from(perp.quote) + worth);
        let books = self.market_mut(market);
        books.rebase(before, perp.base);
        books.claims += worth << MARK_BITS;
    }

    /// Adds to a position's quote, and so to what traders claim.
    pub(crate) fn add_quote(&mut self, perp: &mut Perp, market: u8, units: i128) {
        perp.quote = signed(i128::from(perp.quote) + units);
        self.market_mut(market).claims += units << MARK_BITS;
    }
}
