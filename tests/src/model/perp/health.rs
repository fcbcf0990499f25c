//! A perpetual's part in health.

use super::market::{mark_of, notional_down, notional_up};
use super::position::Perp;
use super::{BPS, ceil, floor, floor_of, part_of, unsigned};
use crate::model::price::{Feed, STALE};
use crate::model::rational::int;
use crate::model::state::State;

/// The three margins of a notional.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// To take on risk.
    Initial,
    /// Where a liquidation stops.
    End,
    /// To be left alone.
    Maintenance,
}

/// A position with what health needs of its market. All numbers are quote units.
#[derive(Clone, Debug)]
pub struct PerpLeg {
    /// Its market.
    pub market: u8,
    /// The position with the funding of the moment and what has matured.
    pub perp: Perp,
    /// The index.
    pub feed: Feed,
    /// The mark.
    pub mark: i128,
    /// Profit or loss at the mark; a profit decays with its index.
    pub pnl: i128,
    /// R at maintenance.
    pub required: i128,
    /// Part in H_maint.
    pub maintenance: i128,
    /// Part in H_end.
    pub end: i128,
    /// Part in H_hi.
    pub optimistic: i128,
    /// Part in H_init.
    pub initial: i128,
    /// Whether the market's pool owes more than it has.
    pub in_deficit: bool,
    /// What the pool has.
    pub payable: i128,
    /// Seconds since its funding was taken.
    pub index_age: i64,
    /// Its market's parameters.
    pub config: breakwater_client::interface::config::PerpConfig,
}

/// R: margin of a notional, rounded up once.
pub fn margin(tiers: &[breakwater_client::interface::config::TierConfig; 4], notional: i128, level: Level) -> i128 {
    let (mut from, mut sum) = (0, 0);
    for tier in tiers {
        let rate = match level {
            Level::Initial => tier.initial,
            Level::End => tier.end,
            Level::Maintenance => tier.maintenance,
        };
        let to = notional.min(tier.edge.into()).max(from);
        sum += (to - from) * i128::from(rate);
        from = to;
    }
    ceil(sum, BPS)
}

/// A notional, rounded both ways.
struct Notional {
    down: i128,
    up: i128,
}

impl Notional {
    /// Of a size at a mark, moved by a factor in bps.
    fn new(size: i128, mark: i128, factor: i128) -> Notional {
        Notional {
            down: part_of(notional_down(size, mark), factor, false),
            up: part_of(notional_up(size, mark), factor, true),
        }
    }

    fn pnl(&self, perp: &Perp) -> i128 {
        let base = if perp.base >= 0 { self.down } else { -self.up };
        base + i128::from(perp.quote)
    }
}

impl PerpLeg {
    /// A position in a market of a state, with the quote bank's deposit index. Where the market is touched its own funding and
    /// standing and what its pool has count; else the board's.
    pub fn new(state: &State, market: u8, mut perp: Perp, (index, touched): (u64, bool)) -> PerpLeg {
        let (entry, now) = (state.market(market), state.now);
        let (mark, decimals) = (state.mark(market), state.quote().decimals);
        let (funding, in_deficit, payable, index_age) = if touched {
            (entry.funding_index, entry.deficit_since != 0, unsigned(entry.assets(index)), 0)
        } else {
            let snapshot = &entry.snapshot;
            (snapshot.funding_index, snapshot.in_deficit, snapshot.payable, (now - snapshot.time).max(0))
        };
        perp.bear_loss(index);
        perp.charge(funding);
        perp.ripen(mark, now, entry.config.maturity, entry.feed.age(now) > STALE);
        perp.matured = perp.matured.min(perp.secured.saturating_add(payable));
        let mut leg = PerpLeg {
            market,
            perp,
            feed: entry.feed,
            mark,
            pnl: 0,
            required: 0,
            maintenance: 0,
            end: 0,
            optimistic: 0,
            initial: 0,
            in_deficit,
            payable: payable.into(),
            index_age,
            config: entry.config,
        };
        leg.weigh(now, decimals);
        leg
    }

    fn weigh(&mut self, now: i64, decimals: u8) {
        let config = self.config;
        let bps_of = |q: crate::model::Q| floor_of(&(q * int(10_000)));
        let (b, b_opt) = (bps_of(self.feed.initial_band(now)), bps_of(self.feed.liquidation_band(now)));
        let decay = bps_of(self.feed.decay(now));
        let size = i128::from(self.perp.base).abs();
        let matured = i128::from(self.perp.matured);
        let pnl = |notional: &Notional, perp: &Perp| match notional.pnl(perp) {
            profit if profit > 0 => floor(profit * decay, BPS),
            loss => loss,
        };
        let long = self.perp.base >= 0;
        let mid = Notional::new(size, self.mark, BPS);
        self.pnl = pnl(&mid, &self.perp);
        self.required = margin(&config.tiers, mid.up, Level::Maintenance);
        self.maintenance = (self.pnl - self.required).min(matured);
        self.end = (self.pnl - margin(&config.tiers, mid.up, Level::End)).min(matured);
        let best = Notional::new(size, self.mark, if long { BPS + b_opt } else { BPS - b_opt });
        let required = margin(&config.tiers, best.up, Level::Maintenance);
        self.optimistic = (pnl(&best, &self.perp) - required).min(matured);
        let ema = mark_of(self.feed.ema, decimals);
        let initial = |mark: i128, factor: i128| {
            let notional = Notional::new(size, mark, factor);
            pnl(&notional, &self.perp).min(0) - margin(&config.tiers, notional.up, Level::Initial)
        };
        let (low, high) = (self.mark.min(ema), self.mark.max(ema));
        let high = initial(high, BPS + b);
        self.initial = if long { initial(low, BPS - b).min(high) } else { high };
    }

    /// Matured profit that is paid now: in a deficit what is secured of it.
    pub fn payable_profit(&self) -> i128 {
        let most = if self.in_deficit { self.perp.secured } else { u64::MAX };
        i128::from(self.perp.matured.min(most))
    }

    /// N↓ at the mark.
    pub fn notional_down(&self) -> i128 {
        notional_down(i128::from(self.perp.base).abs(), self.mark)
    }

    /// N↑ at the mark.
    pub fn notional(&self) -> i128 {
        notional_up(i128::from(self.perp.base).abs(), self.mark)
    }
}
