//! Losses that the pool cannot pay: bankruptcy of a debt to a market, the shared fund, deleveraging.

use breakwater_client::interface::MarginError as E;

use super::market::{notional_up, shares_out};
use super::position::Perp;
use super::settle::refused;
use super::trade::refuse;
use super::{BPS, ceil_of, floor_of, unsigned};
use crate::model::bank::deposit_amount;
use crate::model::liquidation::FRESH;
use crate::model::rational::{int, ratio};
use crate::model::state::State;
use crate::model::verdict::Verdict;

impl State {
    /// The board takes a market's funding and standing.
    pub(crate) fn sync_market(&mut self, market: u8, index: u64) {
        let now = self.now;
        let books = self.market_mut(market);
        books.snapshot.payable = unsigned(books.assets(index));
        books.snapshot.funding_index = books.funding_index;
        books.snapshot.time = now;
        books.snapshot.in_deficit = books.deficit_since != 0;
    }

    fn judge_market(&mut self, market: u8) {
        let (mark, index, slot) = (self.mark(market), self.quote_index(), self.slot);
        self.market_mut(market).judge(mark, index, slot);
    }

    /// What the pool of a market lacks now.
    fn lacking(&self, market: u8) -> i128 {
        self.market(market).deficit(self.mark(market), self.quote_index())
    }

    /// The market's tranche pays as much of a loss as the pool lacks; returns how much.
    fn draw_on_tranche(&mut self, market: u8, loss: i128) -> i128 {
        let (index, lacking) = (self.quote_index(), self.lacking(market));
        let books = self.market_mut(market);
        let paid = i128::from(deposit_amount(books.tranche, index)).min(loss).min(lacking);
        let shares = shares_out(paid, books.tranche, index);
        books.tranche -= shares;
        books.pool += shares;
        paid
    }

    /// The shared fund pays as much of a loss as the pool lacks and the epoch allows; returns how much.
    fn draw_on_fund(&mut self, market: u8, loss: i128) -> i128 {
        let (index, now, lacking) = (self.quote_index(), self.now, self.lacking(market));
        let fund = self.fund.as_mut().expect("there is a fund");
        let (paid, shares) = fund.pay(loss.min(lacking), now, index);
        self.market_mut(market).pool += shares;
        paid
    }

    pub(crate) fn resolve_market(&mut self, account: usize, market: u8) -> Verdict {
        self.try_resolve(account, market).unwrap_or_else(refused)
    }

    fn try_resolve(&mut self, account: usize, market: u8) -> Result<Verdict, E> {
        let index = self.quote_index();
        refuse(self.market(market).feed.age(self.now) > FRESH, E::StalePrice)?;
        self.touch_market(market, index);
        let perp = self.perp(account, market).ok_or(E::NoPosition)?;
        let mut perp = self.touch_perp(perp, market, index);
        self.set_perp(account, market, &perp);
        let mut verdict = self.judge_bankrupt(account, &[&self.touch(self.quote().token)], Some(market));
        let mark = self.mark(market);
        if perp.pnl(mark) >= 0 {
            verdict.refuse_if(true, E::NoDebt);
            return Ok(verdict);
        }
        let size = perp.base.unsigned_abs();
        self.close_at_mark(&mut perp, market, size);
        let loss = -i128::from(perp.quote);
        self.add_quote(&mut perp, market, loss);
        self.set_perp(account, market, &perp);
        let insured = self.draw_on_tranche(market, loss);
        let shared = self.draw_on_fund(market, loss - insured);
        self.market_mut(market).pool_losses += unsigned(loss - insured - shared);
        self.judge_market(market);
        self.sync_market(market, index);
        Ok(verdict)
    }

    pub(crate) fn deleverage(&mut self, account: usize, market: u8) -> Verdict {
        let (index, stale) = (self.quote_index(), self.market(market).feed.age(self.now) > FRESH);
        let mut verdict = Verdict::default();
        self.touch_market(market, index);
        verdict.refuse_if(stale, E::StalePrice);
        verdict.refuse_if(self.lacking(market) == 0, E::NoDeficit);
        let Some(perp) = self.perp(account, market) else {
            verdict.refuse_if(true, E::NoPosition);
            return verdict;
        };
        let mut perp = self.touch_perp(perp, market, index);
        self.set_perp(account, market, &perp);
        // The position's touch may move a unit: there has to be a deficit before and after.
        verdict.refuse_if(self.lacking(market) == 0, E::NoDeficit);
        if !verdict.allows() {
            return verdict;
        }
        let spare = self.spare(account, market);
        verdict.also(self.judge_winner(&perp, market, spare));
        if verdict.allows() {
            self.take_profit(&mut perp, market, spare);
            self.set_perp(account, market, &perp);
            self.judge_market(market);
            self.sync_market(market, index);
        }
        verdict
    }

    /// Whether a position has a profit that may be taken from now.
    fn judge_winner(&self, perp: &Perp, market: u8, spare: i128) -> Verdict {
        let (mark, books) = (self.mark(market), self.market(market));
        let free = perp.pnl(mark) - i128::from(perp.secured);
        let left = int(1) - ratio(self.slot - books.deficit_since, books.config.adl_slots);
        let threshold = ceil_of(&(int(books.config.adl_threshold) * left.max(int(0))));
        let notional = notional_up(i128::from(perp.base).abs(), mark);
        let mut verdict = Verdict::default();
        verdict.refuse_if(free <= 0 || spare <= 0, E::NotAWinner);
        verdict.refuse_if(free * BPS < threshold * notional, E::BelowThreshold);
        verdict
    }

    /// A part of a position is closed at the mark. Of the profit that goes with it the holder loses what h takes, and the
    /// rest is set apart.
    fn take_profit(&mut self, perp: &mut Perp, market: u8, spare: i128) {
        let (mark, index, deficit) = (self.mark(market), self.quote_index(), self.lacking(market));
        let free = |perp: &Perp| perp.pnl(mark) - i128::from(perp.secured);
        let (books, profit) = (self.market(market), free(perp));
        let (owed, assets) = (books.owed(mark), books.assets(index));
        let taken = deficit.min(profit - books.paid(profit, mark, index)).min(spare);
        let given = ceil_of(&(int(taken) * int(owed) / int(owed - assets))).min(profit);
        let size = ceil_of(&(int(i128::from(perp.base).abs()) * int(given) / int(profit)));
        self.close_at_mark(perp, market, unsigned(size));
        // A partial close may have cost the position a unit of rounding.
        let given = given.min(free(perp));
        let taken = taken.min(given);
        self.add_quote(perp, market, -taken);
        self.market_mut(market).secure(perp, given - taken, index);
        self.cap(perp, market);
    }

    /// What an account has beyond what it owes, quote units at the price of the quote token.
    fn spare(&self, account: usize, market: u8) -> i128 {
        let quote = self.token(self.quote().token).feed;
        floor_of(&(self.settled_legs(account, market).booked_equity() / quote.mid()))
    }
}
