//! Legs, health and equity.
//!
//! A leg's value at mid is rounded to 2^−32 dollars, a deposit's down and a debt's up. Everything here is a [`Range`] whose
//! upper end is exact and whose lower end takes those roundings in full, so that the program's health never exceeds the
//! exact one.

use super::perp::health::PerpLeg;
use super::perp::{BPS, MARKET_LEG};
use super::price::Feed;
use super::rational::{Q, Range, Truth, bps, int, ratio, two_to, two_to_minus};
use super::state::{Account, Side, State, Touched};
use num_traits::{Signed, Zero};

/// The three kinds of weights, as factors.
#[derive(Clone, Debug)]
pub struct Weights {
    /// To take on risk.
    pub initial: Q,
    /// Where a liquidation stops.
    pub end: Q,
    /// To be left alone.
    pub maintenance: Q,
}

/// One deposit or debt with its price.
#[derive(Clone, Debug)]
pub struct Leg {
    /// Which token.
    pub token: u8,
    /// Which side.
    pub side: Side,
    /// Native units.
    pub amount: Range,
    /// Its price.
    pub feed: Feed,
    /// Its weights.
    pub weights: Weights,
    /// Seconds since its index was taken; 0 for a bank that the instruction touches.
    pub index_age: i64,
    /// Unix seconds.
    pub now: i64,
    /// Whether it hangs on an index that is too old to liquidate at.
    pub index_is_stale: bool,
}

/// An account as health sees it.
#[derive(Clone, Debug, Default)]
pub struct Legs(pub Vec<Leg>, pub Perps);

/// An account's positions.
#[derive(Clone, Debug, Default)]
pub struct Perps {
    /// One for each market.
    pub legs: Vec<PerpLeg>,
    /// The quote token's price, if there are positions.
    pub quote: Option<Feed>,
    /// The quote token's number.
    pub token: u8,
    /// What markets are owed and owe, as legs that take part in pairs.
    pub claims: Vec<Leg>,
    /// Unix seconds.
    pub now: i64,
}

impl Perps {
    fn units(&self, of: impl Fn(&PerpLeg) -> i128) -> i128 {
        self.legs.iter().map(of).sum()
    }

    /// Quote units in dollars: rounded as a deposit where positive and as a debt where negative.
    fn value(&self, units: i128, prices: (Q, Q), factors: (Q, Q)) -> Range {
        let Some(quote) = &self.quote else { return Range::zero() };
        if units >= 0 {
            let value = Range::point(int(units) * prices.0 * quote.decay(self.now)).lowered(&(rounding() * int(2)));
            value.max(&Range::zero()).times(&factors.0)
        } else {
            Range::point(int(-units) * prices.1).raised(&rounding()).times(&factors.1).negated()
        }
    }

    /// At the price of the quote token.
    fn at_mid(&self, units: i128) -> Range {
        let mid = self.quote.map_or(Q::zero(), |quote| quote.mid());
        self.value(units, (mid.clone(), mid), (int(1), int(1)))
    }

    fn initial(&self) -> Range {
        let Some(quote) = self.quote else { return Range::zero() };
        let (mid, average, band) = (quote.mid(), quote.average(), quote.initial_band(self.now));
        let prices = (mid.clone().min(average.clone()), mid.max(average));
        self.value(self.units(|leg| leg.initial), prices, (int(1) - &band, int(1) + band))
    }

    fn optimistic(&self) -> Range {
        let Some(quote) = self.quote else { return Range::zero() };
        let (mid, band) = (quote.mid(), quote.liquidation_band(self.now));
        self.value(self.units(|leg| leg.optimistic), (mid.clone(), mid), (int(1) + &band, int(1) - band))
    }

    /// What is lost, quote units.
    fn losses(&self) -> i128 {
        self.units(|leg| (-leg.pnl).max(0))
    }

    fn owed(&self, units: i128) -> Range {
        self.at_mid(-units).negated().max(&Range::zero())
    }
}

/// How far one rounding goes, dollars.
pub fn rounding() -> Q {
    two_to_minus(32)
}

impl Leg {
    /// Dollars at a price for one native unit, with the roundings of the program.
    fn value_at(&self, price: &Q) -> Range {
        let exact = self.amount.times(price);
        match self.side {
            Side::Deposit => exact.times(&self.feed.decay(self.now)).lowered(&(rounding() * int(2))),
            Side::Debt => exact.raised(&rounding()),
        }
    }

    /// Dollars at mid, never below zero.
    pub fn value(&self) -> Range {
        self.value_at(&self.feed.mid()).max(&Range::zero())
    }

    /// Whether the price is too old to liquidate at.
    pub fn is_stale(&self) -> bool {
        self.feed.is_stale(self.now) || self.index_is_stale
    }

    /// Whether it is worth less than a cent.
    fn is_nothing(&self) -> Truth {
        self.value().below(&ratio(1, 100))
    }

    /// What the leg adds to a health, weighted: a debt's part is negative.
    fn part(&self, weight: &Q, value: &Range) -> Range {
        let weighted = value.times(weight);
        if self.side == Side::Deposit { weighted } else { weighted.negated() }
    }
}

impl Legs {
    fn sum(&self, part: impl Fn(&Leg) -> Range) -> Range {
        self.0.iter().fold(Range::zero(), |sum, leg| sum.plus(&part(leg)))
    }

    /// H_init: a deposit at the lower of price and average less the band, a debt at the higher of both plus the band;
    /// volatility is in the band.
    pub fn initial(&self) -> Range {
        let tokens = self.sum(|leg| {
            let (mid, average, band) = (leg.feed.mid(), leg.feed.average(), leg.feed.initial_band(leg.now));
            let (price, factor) = match leg.side {
                Side::Deposit => (mid.min(average), int(1) - band),
                Side::Debt => (mid.max(average), int(1) + band),
            };
            leg.part(&(&leg.weights.initial * factor), &leg.value_at(&price))
        });
        tokens.plus(&self.1.initial())
    }

    /// H_hi: maintenance at the end of every interval that is best for the account.
    pub fn optimistic(&self) -> Range {
        let tokens = self.sum(|leg| {
            let band = leg.feed.liquidation_band(leg.now);
            let factor = if leg.side == Side::Deposit { int(1) + band } else { int(1) - band };
            leg.part(&(&leg.weights.maintenance * factor), &leg.value())
        });
        tokens.plus(&self.1.optimistic())
    }

    /// H_maint at mid.
    pub fn maintenance(&self) -> Range {
        let perps = self.1.at_mid(self.maintenance_units());
        self.sum(|leg| leg.part(&leg.weights.maintenance, &leg.value())).plus(&perps)
    }

    /// What positions add to H_maint, quote units.
    pub fn maintenance_units(&self) -> i128 {
        self.1.units(|leg| leg.maintenance)
    }

    /// H_end at mid.
    pub fn end(&self) -> Range {
        let perps = self.1.at_mid(self.1.units(|leg| leg.end));
        self.sum(|leg| leg.part(&leg.weights.end, &leg.value())).plus(&perps)
    }

    /// Equity at mid, unweighted.
    pub fn equity(&self) -> Range {
        let perps = self.1.at_mid(self.1.units(|leg| leg.pnl));
        self.sum(|leg| leg.part(&int(1), &leg.value())).plus(&perps)
    }

    /// Equity at mid to the last 2^−32 dollars: each leg's value is rounded once more where it decays, and nothing else is.
    ///
    /// # Panics
    /// If an amount is open, because interest is not charged.
    pub fn booked_equity(&self) -> Q {
        let value = |units: Q, feed: &Feed, now: i64| {
            let rounded = (units * feed.mid() * two_to(32)).floor();
            if rounded.is_negative() { rounded } else { (rounded * feed.decay(now)).floor() }
        };
        let token = |leg: &Leg| {
            assert_eq!(leg.amount.lo, leg.amount.hi, "interest is charged");
            let units = leg.amount.lo.clone();
            value(if leg.side == Side::Deposit { units } else { -units }, &leg.feed, leg.now)
        };
        let perps = self.1.quote.map_or(Q::zero(), |quote| value(int(self.1.units(|leg| leg.pnl)), &quote, self.1.now));
        self.0.iter().map(token).fold(perps, |sum, value| sum + value) * two_to_minus(32)
    }

    /// Req: the debts at maintenance and mid.
    pub fn requirement(&self) -> Range {
        let perps = self.1.owed(self.1.units(|leg| leg.required) + self.1.losses());
        self.debts().fold(perps, |sum, leg| sum.plus(&leg.value().times(&leg.weights.maintenance)))
    }

    /// The debts at mid, unweighted.
    pub fn owed(&self) -> Range {
        self.debts().fold(self.1.owed(self.1.losses()), |sum, leg| sum.plus(&leg.value()))
    }

    /// Legs that are owed.
    pub fn debts(&self) -> impl Iterator<Item = &Leg> {
        self.0.iter().filter(|leg| leg.side == Side::Debt)
    }

    /// Legs that are held.
    pub fn deposits(&self) -> impl Iterator<Item = &Leg> {
        self.0.iter().filter(|leg| leg.side == Side::Deposit)
    }

    /// Debts and deposits that take part in pairs: those of tokens and those of markets.
    pub fn pairable(&self, side: Side) -> impl Iterator<Item = &Leg> {
        self.0.iter().chain(&self.1.claims).filter(move |leg| leg.side == side)
    }

    /// Whether two legs need no keeper: a market's debt and the quote deposit, or profit and the quote debt, settle.
    pub fn settle_alone(&self, debt: u8, collateral: u8) -> bool {
        let quote = self.1.token;
        (debt >= MARKET_LEG && collateral == quote) || (collateral >= MARKET_LEG && debt == quote)
    }

    /// The leg of a token, or of a market.
    pub fn find(&self, token: u8, side: Side) -> Option<&Leg> {
        self.pairable(side).find(|leg| leg.token == token)
    }

    /// Whether a price is older than some seconds.
    pub fn price_older_than(&self, seconds: i64) -> bool {
        let quote = self.1.quote.iter().any(|quote| quote.age(self.1.now) > seconds);
        let index = self.1.legs.iter().any(|leg| leg.feed.age(self.1.now) > seconds);
        quote || index || self.0.iter().any(|leg| leg.feed.age(leg.now) > seconds)
    }

    /// Whether an index snapshot is older than some seconds.
    pub fn index_older_than(&self, seconds: i64) -> bool {
        self.0.iter().any(|leg| leg.index_age > seconds) || self.1.legs.iter().any(|leg| leg.index_age > seconds)
    }

    /// Whether nothing is owed and nothing is open.
    pub fn owes_nothing(&self) -> bool {
        let settled = |leg: &PerpLeg| leg.perp.base == 0 && leg.perp.quote >= 0;
        self.debts().next().is_none() && self.1.legs.iter().all(settled)
    }

    /// Whether a bank or a market is owed something.
    pub fn owes_anything(&self) -> bool {
        self.debts().next().is_some() || self.1.legs.iter().any(|leg| leg.pnl < 0)
    }

    /// Whether a position's profit is worth a cent.
    fn is_something(&self, leg: &PerpLeg) -> bool {
        let mid = self.1.quote.map_or(Q::zero(), |quote| quote.mid());
        int(leg.pnl) * mid >= ratio(1, 100)
    }

    /// Whether no deposit is worth a cent.
    pub fn nothing_to_seize(&self) -> Truth {
        let profit = Truth::of(self.1.legs.iter().any(|leg| self.is_something(leg)));
        self.deposits().fold(profit, |any, leg| any.or(leg.is_nothing().opposite())).opposite()
    }

    /// Whether a base is open in a market other than the one whose debt is written off.
    pub fn may_win_outside(&self, market: Option<u8>) -> bool {
        self.1.legs.iter().any(|leg| leg.perp.base != 0 && Some(leg.market) != market)
    }

    /// Whether a debt, or a deposit of a cent or more, has a price older than some seconds.
    pub fn matter_older_than(&self, seconds: i64) -> Truth {
        let old = |leg: &&Leg| leg.feed.age(leg.now) > seconds;
        let matters = |leg: &Leg| if leg.side == Side::Debt { Truth::Yes } else { leg.is_nothing().opposite() };
        let counts = |leg: &&PerpLeg| leg.perp.base != 0 || leg.pnl < 0 || self.is_something(leg);
        let quote = |_: &PerpLeg| self.1.quote.is_some_and(|quote| quote.age(self.1.now) > seconds);
        let perps = self.1.legs.iter().filter(counts).any(|leg| leg.feed.age(self.1.now) > seconds || quote(leg));
        self.0.iter().filter(old).fold(Truth::of(perps), |any, leg| any.or(matters(leg)))
    }
}

impl State {
    /// An account's legs. Banks in `touched` count with their interest until now, others with the board's snapshot.
    pub fn legs(&self, account: &Account, touched: &[&Touched]) -> Legs {
        self.legs_in(account, touched, None)
    }

    /// An account's legs in an instruction that touches a market as well: its funding and its pool count as they are.
    pub fn legs_in(&self, account: &Account, touched: &[&Touched], market: Option<u8>) -> Legs {
        let legs = account.positions.iter().map(|(token, position)| {
            let own = touched.iter().find(|touched| touched.token == *token);
            let entry = self.token(*token);
            let snapshot;
            let (touched, index_age) = match own {
                Some(own) => (*own, 0),
                None => {
                    snapshot = entry.as_of_board(*token);
                    (&snapshot, (self.now - entry.snapshot.time).max(0))
                }
            };
            Leg {
                token: *token,
                side: position.side,
                amount: touched.amount(position),
                feed: entry.feed,
                weights: entry.weights_now(position.side, touched, self.now),
                index_age,
                now: self.now,
                index_is_stale: false,
            }
        });
        let bank = self.quote.map(|quote| {
            let own = touched.iter().find(|touched| touched.token == quote.token);
            own.map_or(self.token(quote.token).snapshot.deposit_index, |own| own.lo.deposit_index)
        });
        Legs(legs.collect(), self.perps_of(account, market, bank.unwrap_or(0)))
    }

    /// The positions, with the quote bank's deposit index; the market that is touched knows its own books.
    fn perps_of(&self, account: &Account, touched: Option<u8>, index: u64) -> Perps {
        let Some(quote) = self.quote.filter(|_| !account.perps.is_empty()) else { return Perps::default() };
        let leg = |(market, perp): (&u8, &super::perp::Perp)| {
            PerpLeg::new(self, *market, *perp, (index, touched == Some(*market)))
        };
        let legs: Vec<PerpLeg> = account.perps.iter().map(leg).collect();
        let feed = self.token(quote.token).feed;
        let claims = legs.iter().filter_map(|leg| self.claim(leg, &feed)).collect();
        Perps { legs, quote: Some(feed), token: quote.token, claims, now: self.now }
    }

    /// A loss as a debt, or matured profit as a deposit, of the quote token at weight 1.
    fn claim(&self, leg: &PerpLeg, quote: &Feed) -> Option<Leg> {
        let (side, amount) = match leg.pnl {
            loss if loss < 0 => (Side::Debt, -loss),
            _ => (Side::Deposit, leg.payable_profit()),
        };
        let one = || bps(BPS);
        (amount > 0).then(|| Leg {
            token: MARKET_LEG + leg.market,
            side,
            amount: Range::point(int(amount)),
            feed: *quote,
            weights: Weights { initial: one(), end: one(), maintenance: one() },
            index_age: 0,
            now: self.now,
            index_is_stale: leg.feed.is_stale(self.now),
        })
    }
}

impl super::state::Token {
    fn as_of_board(&self, token: u8) -> Touched {
        let mut bank = self.bank.clone();
        bank.deposit_index = self.snapshot.deposit_index;
        bank.borrow_index = self.snapshot.borrow_index;
        Touched { token, lo: bank.clone(), hi: bank }
    }

    /// Weights of one side as they count now: a deposit's for new risk within the ramp and the cap.
    fn weights_now(&self, side: Side, bank: &Touched, now: i64) -> Weights {
        let weights = self.weights_of(side);
        let (ramp, cap) = (i64::from(self.weights.ramp), u64::from(self.weights.collateral_cap));
        if side == Side::Debt {
            return weights;
        }
        let mut part = int(1);
        if ramp > 0 {
            part = part.min(ratio((now - self.listed_at).max(0), ramp));
        }
        let worth = (int(bank.hi.deposits()) * self.feed.mid()).ceil();
        if cap > 0 && worth > int(cap) {
            part = part.min(int(cap) / worth);
        }
        let initial = (weights.initial * part * int(10_000)).floor() / int(10_000);
        Weights { initial, ..weights }
    }

    /// Weights of one side, as factors.
    pub fn weights_of(&self, side: Side) -> Weights {
        let w = &self.weights;
        let (initial, end, maintenance) = match side {
            Side::Deposit => (w.asset_initial, w.asset_end, w.asset_maintenance),
            Side::Debt => (w.liability_initial, w.liability_end, w.liability_maintenance),
        };
        Weights { initial: bps(initial), end: bps(end), maintenance: bps(maintenance) }
    }
}
