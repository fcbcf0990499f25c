//! Liquidity: shares of a market's pool.

use breakwater_client::interface::MarginError as E;
use breakwater_client::interface::perp::STATUS_PAUSED;

use super::market::{mark_of, notional_up};
use super::settle::refused;
use super::trade::{MOST_INTEREST, refuse};
use super::{BPS, floor_of, part_of, unsigned};
use crate::model::rational::int;
use crate::model::state::State;
use crate::model::verdict::Verdict;

/// Virtual shares and units of every pool.
pub const VIRTUAL: i128 = 1_000_000;
/// After the cooldown a request may be carried out for as long again, and at most for this long, seconds.
pub const WINDOW: i64 = 48 * 3_600;
/// Index prints older than this move no liquidity, seconds.
pub const FRESH: i64 = 20;

/// Somebody's share of a pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Liquidity {
    /// Liquidity shares.
    pub shares: u64,
    /// Shares whose removal is requested.
    pub requested: u64,
    /// What they were worth then.
    pub requested_value: u64,
    /// When.
    pub requested_at: i64,
}

/// Shares that an amount buys of a pool that is worth at most `high`.
pub fn minted(amount: u64, liquidity: u64, high: i128) -> i128 {
    floor_of(&(int(amount) * int(i128::from(liquidity) + VIRTUAL) / int(high.max(0) + VIRTUAL)))
}

/// What shares are worth of a pool that is worth at least `low`.
pub fn redeemed(shares: u64, liquidity: u64, low: i128) -> i128 {
    floor_of(&(int(shares) * int(low.max(0) + VIRTUAL) / int(i128::from(liquidity) + VIRTUAL)))
}

impl State {
    /// The pool's worth over the interval.
    fn worth(&self, market: u8) -> (i128, i128) {
        let books = self.market(market);
        let ema = mark_of(books.feed.ema, self.quote().decimals);
        books.equities(self.mark(market), ema, self.now, self.quote_index())
    }

    pub(crate) fn add_liquidity(&mut self, account: usize, market: u8, amount: u64) -> Verdict {
        self.try_add(account, market, amount).unwrap_or_else(refused)
    }

    fn try_add(&mut self, account: usize, market: u8, amount: u64) -> Result<Verdict, E> {
        refuse(self.market(market).status == STATUS_PAUSED, E::MarketPaused)?;
        refuse(self.market(market).feed.age(self.now) > FRESH, E::StalePrice)?;
        let index = self.quote_index();
        self.touch_market(market, index);
        let high = self.worth(market).1;
        let (units, shares) = self.hand_over(account, amount)?;
        refuse(self.market(market).deficit_since != 0, E::MarketInDeficit)?;
        let books = self.market_mut(market);
        let minted = unsigned(minted(unsigned(units), books.liquidity, high));
        refuse(minted == 0, E::AmountZero)?;
        books.liquidity += minted;
        books.pool += shares;
        self.liquidity.entry((account, market)).or_default().shares += minted;
        Ok(self.judge_perp_risk(account, market))
    }

    pub(crate) fn request_liquidity(&mut self, account: usize, market: u8, shares: u64) -> Verdict {
        self.try_request(account, market, shares).unwrap_or_else(refused)
    }

    fn try_request(&mut self, account: usize, market: u8, shares: u64) -> Result<Verdict, E> {
        let held = self.liquidity.get(&(account, market)).copied().unwrap_or_default();
        refuse(shares > held.shares, E::MoreThanOwned)?;
        refuse(self.market(market).feed.age(self.now) > FRESH, E::StalePrice)?;
        let index = self.quote_index();
        self.touch_market(market, index);
        let value = redeemed(shares, self.market(market).liquidity, self.worth(market).0);
        let now = self.now;
        let entry = self.liquidity.entry((account, market)).or_default();
        (entry.requested, entry.requested_value, entry.requested_at) = (shares, unsigned(value), now);
        Ok(Verdict::default())
    }

    pub(crate) fn remove_liquidity(&mut self, account: usize, market: u8) -> Verdict {
        self.try_remove(account, market).unwrap_or_else(refused)
    }

    fn try_remove(&mut self, account: usize, market: u8) -> Result<Verdict, E> {
        let held = self.liquidity.get(&(account, market)).copied().unwrap_or_default();
        refuse(held.requested == 0, E::NoRequest)?;
        let cooldown = i64::from(self.market(market).config.cooldown);
        refuse(self.now < held.requested_at + cooldown, E::CooldownNotOver)?;
        refuse(self.now > held.requested_at + cooldown + cooldown.min(WINDOW), E::NoRequest)?;
        refuse(self.market(market).feed.age(self.now) > FRESH, E::StalePrice)?;
        let index = self.quote_index();
        self.touch_market(market, index);
        refuse(self.market(market).deficit_since != 0, E::MarketInDeficit)?;
        let low = self.worth(market).0;
        let (mark, now) = (self.mark(market), self.now);
        let books = self.market(market);
        let ema = mark_of(books.feed.ema, self.quote().decimals);
        let paid = redeemed(held.requested, books.liquidity, low).min(held.requested_value.into());
        let at_most = |base: i128| part_of(notional_up(base, mark.max(ema)), BPS + books.band(now), true);
        let left = (low - paid).max(0);
        let interest = at_most(books.long.max(books.short).into());
        let over = at_most(books.net().abs()) * BPS > left * i128::from(books.config.pool_leverage);
        let over = over || interest > left * MOST_INTEREST;
        refuse(over || paid > books.assets(index), E::PoolBelowRequirement)?;
        self.market_mut(market).liquidity -= held.requested;
        self.pool_pays(account, market, paid);
        let entry = self.liquidity.get_mut(&(account, market)).expect("it is requested");
        entry.shares -= held.requested;
        (entry.requested, entry.requested_value, entry.requested_at) = (0, 0, 0);
        Ok(Verdict::default())
    }
}
