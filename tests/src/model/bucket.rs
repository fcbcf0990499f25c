//! Velocity buckets (docs/spec.md §11.2).

use super::bank::Bank;
use super::perp::market_leg;
use super::rational::{Range, floor_u64, int, ratio};
use super::state::{State, Touched};

/// What shallow liquidations have moved lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// Native units, or base units of a market.
    pub level: u64,
    /// When the level was computed, unix seconds.
    pub time: i64,
}

/// How fast a bucket leaks, and how much fits.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// Part of the total that may be moved in a window, bps.
    pub velocity: u32,
    /// Seconds; 0 for no limit.
    pub window: u16,
}

impl Limit {
    /// Whether there is one.
    pub fn is_open(self) -> bool {
        self.velocity == 0 || self.window == 0
    }

    /// The most that fits.
    pub fn cap(self, total: u64) -> u64 {
        floor_u64(&(int(total) * ratio(self.velocity, 10_000)))
    }
}

impl Bucket {
    /// The bucket after it has leaked until now, where there is a limit.
    #[must_use]
    pub fn leaked(self, total: u64, limit: Limit, now: i64) -> Bucket {
        if limit.is_open() {
            return self;
        }
        let elapsed = (now - self.time).clamp(0, limit.window.into());
        let gone = floor_u64(&(int(limit.cap(total)) * ratio(elapsed, limit.window)));
        let level = if elapsed < limit.window.into() { self.level.saturating_sub(gone) } else { 0 };
        Bucket { level, time: self.time.max(now) }
    }

    /// What still fits; none where there is no limit.
    pub fn room(self, total: u64, limit: Limit, now: i64) -> Option<u64> {
        (!limit.is_open()).then(|| limit.cap(total).saturating_sub(self.leaked(total, limit, now).level))
    }

    /// The bucket after something has been moved.
    #[must_use]
    pub fn with(self, moved: u64) -> Bucket {
        Bucket { level: self.level + moved, ..self }
    }
}

/// What fits into the buckets of a target's legs; none where nothing limits.
#[derive(Clone, Debug, Default)]
pub struct Rooms {
    /// Native units of the debt.
    pub debt: Option<Range>,
    /// Native units of the collateral.
    pub collateral: Option<Range>,
}

impl Rooms {
    /// Whether one of both limits.
    pub fn limit(&self) -> bool {
        self.debt.is_some() || self.collateral.is_some()
    }
}

impl State {
    /// The limit of a bank.
    pub fn bank_limit(&self, token: u8) -> Limit {
        let velocity = self.token(token).bank.lending.velocity;
        Limit { velocity, window: self.liquidation.velocity_window }
    }

    /// The limit of a market.
    pub fn market_limit(&self, market: u8) -> Limit {
        let velocity = u32::from(self.market(market).config.velocity);
        Limit { velocity, window: self.liquidation.velocity_window }
    }

    fn bank_room(&self, leg: u8, banks: &[&Touched]) -> Option<Range> {
        if market_leg(leg) {
            return None;
        }
        let bank = banks.iter().find(|bank| bank.token == leg).expect("a pair's banks are touched");
        let room = |bank: &Bank| bank.bucket.room(bank.deposits(), self.bank_limit(leg), self.now);
        let (lo, hi) = (room(&bank.lo)?, room(&bank.hi)?);
        Some(Range::new(int(lo.min(hi)), int(lo.max(hi))))
    }

    /// What fits into the buckets of a pair.
    pub fn rooms(&self, (debt, collateral): (u8, u8), banks: &[&Touched]) -> Rooms {
        Rooms { debt: self.bank_room(debt, banks), collateral: self.bank_room(collateral, banks) }
    }

    /// The greater open interest of a market, base units.
    pub fn interest(&self, market: u8) -> u64 {
        let market = self.market(market);
        market.long.max(market.short)
    }

    /// What fits into a market's bucket, base units.
    pub fn market_room(&self, market: u8) -> Option<u64> {
        let bucket = self.market(market).bucket;
        bucket.room(self.interest(market), self.market_limit(market), self.now)
    }

    /// A shallow liquidation counts what it moves of a leg; a market's claim is not counted.
    pub(super) fn count_leg(&mut self, leg: u8, moved: u64) {
        if market_leg(leg) {
            return;
        }
        let (limit, now) = (self.bank_limit(leg), self.now);
        if limit.is_open() {
            return;
        }
        let bank = &mut self.tokens[usize::from(leg)].bank;
        bank.bucket = bank.bucket.leaked(bank.deposits(), limit, now).with(moved);
    }

    /// A shallow liquidation counts what it closes of a market.
    pub(super) fn count_base(&mut self, market: u8, closed: u64) {
        let (limit, now, interest) = (self.market_limit(market), self.now, self.interest(market));
        let books = self.market_mut(market);
        books.bucket = books.bucket.leaked(interest, limit, now).with(closed);
    }
}
