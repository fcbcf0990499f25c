//! Trades against the pool.

use breakwater_client::interface::MarginError as E;
use breakwater_client::interface::perp::{STATUS_ACTIVE, STATUS_PAUSED};

use super::market::{Market, notional_down, notional_up};
use super::position::Perp;
use super::{BPS, MARK_BITS, PERP_SLOTS, ceil, part_of, signed, unsigned};
use crate::model::rational::{Q, int};
use crate::model::state::{ALL, State};
use crate::model::verdict::Verdict;

/// Index prints older than this take no trade, seconds.
pub const FRESH: i64 = 5;
/// Prices older than this refuse an increase, seconds.
pub const FRESH_RISK: i64 = 20;
/// Prices older than this refuse to judge a reduction by itself, seconds.
pub const FRESH_REDUCTION: i64 = 60;
/// A reduction waits for this many slots after an increase.
pub const SLOTS: u64 = 3;
/// Least notional after an increase, whole quote tokens.
pub const LEAST: i128 = 25;

/// Open interest of a side stops at this many times the pool's equity.
pub const MOST_INTEREST: i128 = 10;

/// What somebody wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Buy or sell.
    Trade(i64),
    /// Reduce by a size, or close.
    Reduce(u64),
}

/// A trade that was filled.
#[derive(Clone, Copy, Debug)]
pub struct Filled {
    /// In which market.
    pub market: u8,
    /// Whether it increased a position.
    pub increases: bool,
    /// What a buyer paid and a seller got, quote units.
    pub cost: i128,
    /// What positions added to H_maint before it, quote units.
    pub before: i128,
}

/// What a trade costs a buyer or brings a seller, quote units: the linear skew price integrated over the trade, around
/// the end of the interval that is worse for the trader. Each step is rounded against the trader.
pub fn cost(delta: i128, mark: i128, net: i128, band: i128, scale: i128) -> i128 {
    let buy = delta > 0;
    let size = delta.abs();
    let notional = if buy { notional_up(size, mark) } else { notional_down(size, mark) };
    let moved = part_of(notional, if buy { BPS + band } else { BPS - band }, buy);
    let exact: Q = int(moved) * int(2 * scale + 2 * net + delta) / int(2 * scale);
    if buy { super::ceil_of(&exact) } else { super::floor_of(&exact) }
}

impl Market {
    fn closed_to_increases(&self, now: i64) -> Option<E> {
        match self.status {
            STATUS_ACTIVE if self.expires_at != 0 && now >= self.expires_at => Some(E::MarketExpired),
            STATUS_ACTIVE => None,
            STATUS_PAUSED => Some(E::MarketPaused),
            _ => Some(E::MarketReduceOnly),
        }
    }
}

impl State {
    /// A trade: the first rule that it breaks, or its effect.
    pub(crate) fn trade(&mut self, account: usize, market: u8, order: Order, limit: u64) -> Verdict {
        let index = self.token(self.quote().token).snapshot.deposit_index;
        match self.try_trade(account, market, order, limit, index) {
            Err(error) => super::settle::refused(error),
            Ok(filled) if filled.increases => State::judge_legs(&self.traded_legs(account, market), FRESH_RISK),
            Ok(filled) => self.judge_reduction(account, &filled),
        }
    }

    /// A trade, with the quote bank's deposit index; the check of health is the caller's.
    pub(crate) fn try_trade(
        &mut self,
        account: usize,
        market: u8,
        order: Order,
        limit: u64,
        index: u64,
    ) -> Result<Filled, E> {
        let held = self.perp(account, market);
        if matches!(order, Order::Reduce(_)) && held.is_none() {
            return Err(E::NoPosition);
        }
        refuse(self.market(market).feed.age(self.now) > FRESH, E::StalePrice)?;
        self.touch_market(market, index);
        if held.is_none() && self.accounts[account].perps.len() >= PERP_SLOTS {
            return Err(E::PerpSlotsFull);
        }
        let perp = held.unwrap_or_else(|| self.new_perp(market));
        let mut perp = self.touch_perp(perp, market, index);
        let delta = delta(&perp, order)?;
        refuse(delta == 0, E::SizeZero)?;
        let base = i128::from(perp.base);
        let reduces = base.signum() * delta.signum() < 0;
        let increases = !reduces || delta.abs() > base.abs();
        self.check_time(&perp, market, reduces)?;
        let books = self.market(market);
        if increases {
            books.closed_to_increases(self.now).map_or(Ok(()), Err)?;
            refuse(books.deficit_since != 0, E::MarketInDeficit)?;
        }
        let lot = i128::from(books.config.lot);
        refuse(delta % lot != 0 && base + delta != 0, E::SizeBelowLot)?;
        // A position alone beyond the cap is refused before its price is known.
        let cap = i128::from(books.config.open_interest_cap);
        refuse(increases && (base + delta).abs() > cap, E::OverOpenInterest)?;
        let skew = books.net().abs();
        self.set_perp(account, market, &perp);
        let before = self.traded_legs(account, market).maintenance_units();
        let cost = self.fill(&mut perp, market, delta, limit, index)?;
        if increases {
            self.check_size(&perp, market, index, skew)?;
        }
        self.set_perp(account, market, &perp);
        Ok(Filled { market, increases, cost, before })
    }

    /// Money and base change hands.
    fn fill(&mut self, perp: &mut Perp, market: u8, delta: i128, limit: u64, index: u64) -> Result<i128, E> {
        let (mark, now, slot) = (self.mark(market), self.now, self.slot);
        let books = self.market(market);
        let cost = cost(delta, mark, books.net(), books.band(now), books.config.skew_scale.into());
        let (at, bound) = (int(cost << MARK_BITS), int(limit) * int(delta.abs()));
        refuse(if delta > 0 { at > bound } else { at < bound }, E::PriceLimitExceeded)?;
        let fee = ceil(cost * i128::from(books.config.taker_fee), BPS);
        let (before, after) = (perp.base, signed(i128::from(perp.base) + delta));
        let grows = i128::from(after).abs() > i128::from(before).abs() || before.signum() * after.signum() < 0;
        perp.base = after;
        self.add_quote(perp, market, if delta > 0 { -cost - fee } else { cost - fee });
        let publish_time = self.market(market).feed.publish_time;
        let books = self.market_mut(market);
        books.rebase(before, after);
        let share = |bps: u16| part_of(fee, bps.into(), false);
        let (tranche, protocol) = (share(books.config.tranche_share), share(books.config.protocol_share));
        books.to_tranche(tranche, index);
        books.to_protocol(protocol, index);
        if before.signum() * after.signum() < 0 {
            (perp.matured, perp.seen) = (0, 0);
        }
        self.cap(perp, market);
        if grows {
            (perp.increased_at, perp.increased_slot) = (publish_time, slot);
        }
        Ok(cost)
    }

    fn check_time(&self, perp: &Perp, market: u8, reduces: bool) -> Result<(), E> {
        let same_print = self.market(market).feed.publish_time <= perp.increased_at;
        refuse(reduces && (same_print || self.slot < perp.increased_slot + SLOTS), E::ReduceTooSoon)
    }

    fn check_size(&self, perp: &Perp, market: u8, index: u64, skew: i128) -> Result<(), E> {
        let (mark, books) = (self.mark(market), self.market(market));
        let least = LEAST * 10i128.pow(self.quote().decimals.into());
        refuse(notional_down(i128::from(perp.base).abs(), mark) < least, E::PositionTooSmall)?;
        let side = if perp.base > 0 { books.long } else { books.short };
        refuse(side > books.config.open_interest_cap, E::OverOpenInterest)?;
        let equity = int(books.equity(mark, index));
        for side in [books.long, books.short] {
            let notional = int(notional_up(side.into(), mark));
            refuse(notional > &equity * int(MOST_INTEREST), E::OverOpenInterest)?;
        }
        let net = books.net();
        if net.abs() > skew {
            let most = equity * int(books.config.pool_leverage);
            refuse(int(notional_up(net.abs(), mark)) * int(BPS) > most, E::OverSkew)?;
        }
        Ok(())
    }

    /// After a reduction: sound with prices that are not stale, or no worse than before.
    pub(crate) fn judge_reduction(&self, account: usize, filled: &Filled) -> Verdict {
        let mut verdict = Verdict::default();
        let legs = self.traded_legs(account, filled.market);
        if legs.maintenance_units() < filled.before {
            let unhealthy = legs.maintenance().below(&int(0));
            verdict.refuse_when(unhealthy, E::InsufficientHealth);
            verdict.refuse_if(legs.price_older_than(FRESH_REDUCTION), E::InsufficientHealth);
        }
        verdict
    }
}

fn delta(perp: &Perp, order: Order) -> Result<i128, E> {
    let base = i128::from(perp.base);
    Ok(match order {
        Order::Trade(delta) => delta.into(),
        Order::Reduce(_) if base == 0 => return Err(E::NoPosition),
        Order::Reduce(ALL) => -base,
        Order::Reduce(size) => {
            refuse(i128::from(size) > base.abs(), E::ReduceOnlyViolated)?;
            -base.signum() * i128::from(size)
        }
    })
}

/// Refuses if a fact holds.
pub(super) fn refuse(fact: bool, error: E) -> Result<(), E> {
    if fact { Err(error) } else { Ok(()) }
}

/// A whole number of lots, as close to a size as possible.
pub fn lots(size: i128, lot: u64) -> i64 {
    let lot = i128::from(lot);
    signed(size / lot * lot)
}

/// A limit that no fill is beyond.
pub fn no_limit(buy: bool) -> u64 {
    if buy { unsigned(u64::MAX.into()) } else { 0 }
}
