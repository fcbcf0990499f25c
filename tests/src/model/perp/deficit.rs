//! Losses that the pool cannot pay: bankruptcy of a debt to a market, the shared fund, deleveraging.

use breakwater_client::interface::MarginError as E;

use super::market::shares_out;
use super::settle::refused;
use super::trade::refuse;
use super::{BPS, ceil_of, unsigned};
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

    /// The shared fund pays into the pool what the pool lacks, as far as its epoch allows.
    fn draw_on_fund(&mut self, market: u8) {
        let (index, now) = (self.quote_index(), self.now);
        let deficit = self.market(market).deficit(self.mark(market), index);
        let (_, shares) = self.fund.as_mut().expect("there is a fund").pay(deficit, now, index);
        self.market_mut(market).pool += shares;
        self.judge_market(market);
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
        let books = self.market_mut(market);
        let paid = super::floor_of(&int(crate::model::bank::deposit_amount(books.tranche, index))).min(loss);
        let shares = shares_out(paid, books.tranche, index);
        books.tranche -= shares;
        books.pool += shares;
        books.pool_losses += unsigned(loss - paid);
        self.judge_market(market);
        self.draw_on_fund(market);
        self.set_perp(account, market, &perp);
        self.sync_market(market, index);
        Ok(verdict)
    }

    pub(crate) fn deleverage(&mut self, account: usize, market: u8) -> Verdict {
        self.try_deleverage(account, market).err().map_or_else(Verdict::default, refused)
    }

    fn try_deleverage(&mut self, account: usize, market: u8) -> Result<(), E> {
        let (mark, index) = (self.mark(market), self.quote_index());
        refuse(self.market(market).feed.age(self.now) > FRESH, E::StalePrice)?;
        self.touch_market(market, index);
        refuse(self.market(market).deficit(mark, index) == 0, E::NoDeficit)?;
        self.draw_on_fund(market);
        // Whole units of dust may leave the pool with the touch; they are not worth deleveraging anybody.
        let short = self.market(market).deficit(mark, index) > 0;
        let perp = self.perp(account, market).ok_or(E::NoPosition)?;
        let mut perp = self.touch_perp(perp, market, index);
        self.set_perp(account, market, &perp);
        let books = self.market(market);
        let deficit = books.deficit(mark, index);
        if short {
            let (pnl, net, base) = (perp.pnl(mark), books.net(), i128::from(perp.base));
            let candidate = pnl > 0 && (base == 0 || net == 0 || base.signum() == net.signum());
            refuse(!candidate, E::NotAWinner)?;
            let config = &books.config;
            let left = int(1) - ratio(self.slot - books.deficit_since, config.adl_slots);
            let threshold = ceil_of(&(int(config.adl_threshold) * left.max(int(0))));
            let notional = super::market::notional_up(base.abs(), mark);
            refuse(pnl * BPS < threshold * notional, E::BelowThreshold)?;
            let (owed, assets) = (books.owed(mark), books.assets(index));
            let taken = deficit.min(pnl - books.paid(pnl, mark, index));
            let given = ceil_of(&(int(taken) * int(owed) / int(owed - assets))).min(pnl);
            let closed = ceil_of(&(int(base.abs()) * int(given) / int(pnl)));
            self.close_at_mark(&mut perp, market, unsigned(closed));
            // A partial close may have cost the position a unit of rounding.
            let given = given.min(perp.profit(mark));
            let paid = given - taken.min(given);
            self.add_quote(&mut perp, market, -given);
            perp.seen = unsigned((i128::from(perp.seen) - given).max(0));
            perp.cap(mark);
            self.set_perp(account, market, &perp);
            self.pool_pays(account, market, paid);
            self.judge_market(market);
        }
        self.sync_market(market, index);
        Ok(())
    }
}
