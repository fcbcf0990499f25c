//! A market's books: funding, what traders claim, what the pool has.

use breakwater_client::interface::config::PerpConfig;

use super::position::Perp;
use super::{BPS, MARK_BITS, ceil, floor, signed, unsigned};
use crate::model::Bucket;
use crate::model::bank::{deposit_amount, exact_shares};
use crate::model::price::{Feed, STALE};
use crate::model::rational::{bps, ceil_u64, floor_u64, int};
use crate::model::state::State;

/// Notionals stop here, quote units.
pub const LARGEST: i128 = 1 << 58;
/// Funding is charged for at most this long at once, seconds.
pub const LONGEST: i64 = 3_600;
/// The funding index stops here.
pub const LAST_INDEX: i128 = 1 << 62;
/// Seconds of an epoch of the shared fund.
pub const EPOCH: i64 = 86_400;

/// The token that markets settle in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Its number.
    pub token: u8,
    /// Its decimals.
    pub decimals: u8,
}

/// A market's funding and standing as the board last saw them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketSnapshot {
    /// Funding index.
    pub funding_index: i64,
    /// When, unix seconds.
    pub time: i64,
    /// Whether the pool owed more than it had.
    pub in_deficit: bool,
    /// What the pool had, quote units.
    pub payable: u64,
}

/// A listed market.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Market {
    /// Its index price.
    pub feed: Feed,
    /// Its parameters.
    pub config: PerpConfig,
    /// Active, reduce-only or paused.
    pub status: u8,
    /// From when on only reductions are taken; 0 for never.
    pub expires_at: i64,
    /// Sum of longs, base units.
    pub long: u64,
    /// Sum of shorts, base units.
    pub short: u64,
    /// Σ of traders' quote with the funding that is due, less what is secured, quote units × 2^44.
    pub claims: i128,
    /// Fractions on their way to the tranche, quote units × 2^44.
    pub dust: u64,
    /// F: what one base unit has paid, quote units × 2^44.
    pub funding_index: i64,
    /// Until when funding is charged.
    pub funding_time: i64,
    /// The pool's deposit shares of the quote bank.
    pub pool: u64,
    /// The tranche's.
    pub tranche: u64,
    /// The protocol's.
    pub fees: u64,
    /// All liquidity shares.
    pub liquidity: u64,
    /// Deposit shares of the quote bank that lie apart for secured profit.
    pub escrow: u64,
    /// Σ of secured profit, quote units.
    pub secured: u64,
    /// Slot in which the deficit was first seen; 0 without one.
    pub deficit_since: u64,
    /// Losses that neither tranche nor fund has paid, quote units.
    pub pool_losses: u64,
    /// What shallow liquidations have closed, base units.
    pub bucket: Bucket,
    /// What the board knows.
    pub snapshot: MarketSnapshot,
}

/// The group's shared insurance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fund {
    /// Deposit shares of the quote bank.
    pub shares: u64,
    /// When the epoch began.
    pub epoch_start: i64,
    /// What may still be paid in it, quote units.
    pub epoch_left: u64,
    /// Part of itself that it pays in an epoch, bps.
    pub epoch_cap: u16,
    /// What stakes own of it.
    pub owned: super::stake::Owned,
}

/// Quote units for one base unit × 2^44, of a price of dollars for one base unit × 2^64.
pub fn mark_of(price: u64, decimals: u8) -> i128 {
    (i128::from(price) * 10i128.pow(decimals.into())) >> 20
}

/// N↓: notional of base units, rounded down.
pub fn notional_down(base: i128, mark: i128) -> i128 {
    floor(base * mark, 1 << MARK_BITS).min(LARGEST)
}

/// N↑: notional of base units, rounded up.
pub fn notional_up(base: i128, mark: i128) -> i128 {
    ceil(base * mark, 1 << MARK_BITS).min(LARGEST)
}

/// A part of what somebody has, as deposit shares: rounded up where they are given up, all of them for all.
pub fn shares_out(units: i128, held: u64, index: u64) -> u64 {
    if units >= i128::from(deposit_amount(held, index)) {
        return held;
    }
    ceil_u64(&exact_shares(unsigned(units), index)).min(held)
}

/// Deposit shares of what comes in, rounded down.
pub fn shares_in(units: i128, index: u64) -> u64 {
    floor_u64(&exact_shares(unsigned(units), index))
}

impl Market {
    /// K: what traders hold net, base units.
    pub fn net(&self) -> i128 {
        i128::from(self.long) - i128::from(self.short)
    }

    /// What the pool has, quote units.
    pub fn assets(&self, index: u64) -> i128 {
        deposit_amount(self.pool, index).into()
    }

    /// K × mark + claims × 2^44, at a mark.
    fn owed_exactly(&self, mark: i128) -> i128 {
        self.net() * mark + self.claims
    }

    /// What traders own net, rounded up.
    pub fn owed(&self, mark: i128) -> i128 {
        ceil(self.owed_exactly(mark), 1 << MARK_BITS)
    }

    /// What the pool owes beyond what it has.
    pub fn deficit(&self, mark: i128, index: u64) -> i128 {
        (self.owed(mark) - self.assets(index)).max(0)
    }

    /// What is paid of an amount that the pool owes: h of it, rounded down.
    pub fn paid(&self, amount: i128, mark: i128, index: u64) -> i128 {
        let (assets, owed) = (self.assets(index), self.owed(mark));
        if owed <= assets { amount } else { floor(amount * assets, owed) }
    }

    /// The most that can be settled beyond what is secured: what the pool has, or, where it is paid at h, what is owed.
    pub fn most(&self, mark: i128, index: u64) -> i128 {
        self.assets(index).max(self.owed(mark))
    }

    /// Profit of a position is set apart: it leaves the claims, and the pool gives its shares to the escrow.
    pub fn secure(&mut self, perp: &mut Perp, units: i128, index: u64) {
        let shares = self.draw(units, index);
        self.escrow += shares;
        perp.escrow += shares;
        self.secured += unsigned(units);
        perp.secured += unsigned(units);
        self.claims -= units << MARK_BITS;
    }

    /// Secured profit of a position is a claim again. Its part of the escrow goes to the pool, whatever that part is worth;
    /// returns it.
    pub fn release(&mut self, perp: &mut Perp, units: i128) -> u64 {
        if units == 0 {
            return 0;
        }
        let shares = unsigned(super::floor_of(&(int(perp.escrow) * int(units) / int(perp.secured))));
        self.escrow -= shares;
        perp.escrow -= shares;
        self.pool += shares;
        self.secured -= unsigned(units);
        perp.secured -= unsigned(units);
        self.claims += units << MARK_BITS;
        shares
    }

    /// Secured profit of a position is given up and paid in full out of what lies apart for it: units and shares. What interest
    /// has left over is the pool's once nothing is secured.
    pub fn pay_secured(&mut self, perp: &mut Perp, units: i128, index: u64) -> (i128, u64) {
        if units == 0 {
            return (0, 0);
        }
        let shares = ceil_u64(&exact_shares(unsigned(units), index)).min(perp.escrow);
        self.secured -= unsigned(units);
        perp.secured -= unsigned(units);
        self.claims += units << MARK_BITS;
        let over = if perp.secured == 0 { perp.escrow - shares } else { 0 };
        self.pool += over;
        self.escrow -= shares + over;
        perp.escrow -= shares + over;
        (units, shares)
    }

    /// The pool gives up shares for what it pays, rounded up.
    pub fn draw(&mut self, units: i128, index: u64) -> u64 {
        let shares = ceil_u64(&exact_shares(unsigned(units), index));
        self.pool -= shares;
        shares
    }

    /// The premium that closing all of K would refund.
    pub fn premium(&self, mark: i128) -> i128 {
        let net = self.net().abs();
        ceil_wide(net, notional_up(net, mark), 2 * i128::from(self.config.skew_scale))
    }

    /// The pool's equity at a mark.
    pub fn equity(&self, mark: i128, index: u64) -> i128 {
        self.assets(index) - self.owed(mark) - self.premium(mark)
    }

    /// Equity at the mark and at both ends of the risk interval, for which the average counts too: the smallest and the
    /// greatest.
    pub fn equities(&self, mark: i128, ema: i128, now: i64, index: u64) -> (i128, i128) {
        let band = self.band(now);
        let ends = [mark, floor(mark.min(ema) * (BPS - band), BPS), floor(mark.max(ema) * (BPS + band), BPS)];
        let all = ends.map(|mark| self.equity(mark, index));
        (all[0].min(all[1]).min(all[2]), all[0].max(all[1]).max(all[2]))
    }

    /// b of the index, bps.
    pub fn band(&self, now: i64) -> i128 {
        super::floor_of(&(self.feed.band(now) * int(10_000)))
    }

    /// Funding until now with the K of before. Time at which the index was stale and time beyond an hour are forfeited.
    pub fn accrue(&mut self, mark: i128, now: i64) {
        let elapsed = (now - self.funding_time).clamp(0, LONGEST);
        self.funding_time = self.funding_time.max(now);
        if self.feed.age(now) > STALE || elapsed == 0 {
            return;
        }
        let (net, config) = (self.net(), &self.config);
        let wanted = (int(config.funding_slope) * int(net.abs()) / int(config.skew_scale) * int(1 << 20)).floor();
        let rate = wanted.min(int(i128::from(config.funding_max) << 20));
        let hour = int(3_600) * int(1_000_000) * int(1 << 20);
        let rise = super::floor_of(&(int(mark) * rate * int(elapsed) / hour)) * net.signum();
        let before = i128::from(self.funding_index);
        let after = (before + rise).clamp(-LAST_INDEX, LAST_INDEX);
        self.funding_index = signed(after);
        self.claims -= net * (after - before);
    }

    /// Records or clears the slot of a deficit.
    pub fn judge(&mut self, mark: i128, index: u64, slot: u64) {
        if self.deficit(mark, index) == 0 {
            self.deficit_since = 0;
        } else if self.deficit_since == 0 {
            self.deficit_since = slot;
        }
    }

    /// The pool pays its tranche, as far as it can.
    pub fn to_tranche(&mut self, units: i128, index: u64) {
        let shares = self.give(units, index);
        self.tranche += shares;
    }

    /// The pool pays the protocol, as far as it can.
    pub fn to_protocol(&mut self, units: i128, index: u64) {
        let shares = self.give(units, index);
        self.fees += shares;
    }

    fn give(&mut self, units: i128, index: u64) -> u64 {
        let shares = shares_in(units, index).min(self.pool);
        self.pool -= shares;
        shares
    }

    /// Whole units of the dust go from pool to tranche. What the pool does not have now it never gives.
    pub fn sweep(&mut self, index: u64) {
        let whole = i128::from(self.dust >> MARK_BITS);
        self.dust -= unsigned(whole << MARK_BITS);
        self.to_tranche(whole, index);
    }

    /// Base units change hands with the pool.
    pub fn rebase(&mut self, from: i64, to: i64) {
        let long = |base: i64| i128::from(base.max(0));
        let short = |base: i64| -i128::from(base.min(0));
        self.long = unsigned(i128::from(self.long) - long(from) + long(to));
        self.short = unsigned(i128::from(self.short) - short(from) + short(to));
    }
}

/// ⌈a × b / c⌉ of numbers whose product is wide.
fn ceil_wide(a: i128, b: i128, c: i128) -> i128 {
    super::ceil_of(&(int(a) * int(b) / int(c)))
}

impl Fund {
    /// What the fund has, quote units.
    pub fn amount(&self, index: u64) -> i128 {
        deposit_amount(self.shares, index).into()
    }

    /// Begins a new epoch where the last one is over.
    fn turn(&mut self, now: i64, index: u64) {
        if now - self.epoch_start >= EPOCH {
            self.epoch_start = now;
            self.epoch_left = floor_u64(&(int(self.amount(index)) * bps(self.epoch_cap)));
        }
    }

    /// Pays what is asked as far as the epoch and the fund allow: units and shares.
    pub fn pay(&mut self, asked: i128, now: i64, index: u64) -> (i128, u64) {
        if asked == 0 {
            return (0, 0);
        }
        self.turn(now, index);
        let units = asked.min(self.epoch_left.into()).min(self.amount(index));
        let shares = shares_out(units, self.shares, index);
        let before = self.shares;
        self.shares -= shares;
        self.bear(before);
        self.epoch_left -= unsigned(units);
        (units, shares)
    }
}

impl State {
    /// The token that markets settle in.
    ///
    /// # Panics
    /// If there is none.
    pub fn quote(&self) -> Quote {
        self.quote.expect("the group has a quote token")
    }

    /// A market.
    pub fn market(&self, market: u8) -> &Market {
        &self.markets[usize::from(market)]
    }

    pub(crate) fn market_mut(&mut self, market: u8) -> &mut Market {
        &mut self.markets[usize::from(market)]
    }

    /// A market's index price, quote units for one base unit × 2^44.
    pub fn mark(&self, market: u8) -> i128 {
        mark_of(self.market(market).feed.price, self.quote().decimals)
    }

    /// The quote bank's deposit index.
    pub fn quote_index(&self) -> u64 {
        self.token(self.quote().token).bank.deposit_index
    }

    /// The state at both ends of the interest of some banks.
    pub(crate) fn at_ends(&self, tokens: &[u8]) -> [State; 2] {
        let mut ends = [self.clone(), self.clone()];
        for token in tokens {
            let touched = self.touch(*token);
            ends[0].tokens[usize::from(*token)].bank = touched.lo;
            ends[1].tokens[usize::from(*token)].bank = touched.hi;
        }
        ends
    }
}
