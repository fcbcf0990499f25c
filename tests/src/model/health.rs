//! Legs, health and equity.
//!
//! A leg's value at mid is rounded to 2^−32 dollars, a deposit's down and a debt's up. Everything here is a [`Range`] whose
//! upper end is exact and whose lower end takes those roundings in full, so that the program's health never exceeds the
//! exact one.

use super::price::Feed;
use super::rational::{Q, Range, Truth, bps, int, ratio, two_to_minus};
use super::state::{Account, Side, State, Touched};

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
}

/// An account as health sees it.
#[derive(Clone, Debug, Default)]
pub struct Legs(pub Vec<Leg>);

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
        self.feed.is_stale(self.now)
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

    /// H_init: a deposit at the lower of price and average less the band, a debt at the higher of both plus the band.
    pub fn initial(&self) -> Range {
        self.sum(|leg| {
            let (mid, average, band) = (leg.feed.mid(), leg.feed.average(), leg.feed.band(leg.now));
            let (price, factor) = match leg.side {
                Side::Deposit => (mid.min(average), int(1) - band),
                Side::Debt => (mid.max(average), int(1) + band),
            };
            leg.part(&(&leg.weights.initial * factor), &leg.value_at(&price))
        })
    }

    /// H_hi: maintenance at the end of every interval that is best for the account.
    pub fn optimistic(&self) -> Range {
        self.sum(|leg| {
            let band = leg.feed.liquidation_band(leg.now);
            let factor = if leg.side == Side::Deposit { int(1) + band } else { int(1) - band };
            leg.part(&(&leg.weights.maintenance * factor), &leg.value())
        })
    }

    /// H_maint at mid.
    pub fn maintenance(&self) -> Range {
        self.sum(|leg| leg.part(&leg.weights.maintenance, &leg.value()))
    }

    /// H_end at mid.
    pub fn end(&self) -> Range {
        self.sum(|leg| leg.part(&leg.weights.end, &leg.value()))
    }

    /// Equity at mid, unweighted.
    pub fn equity(&self) -> Range {
        self.sum(|leg| leg.part(&int(1), &leg.value()))
    }

    /// Req: the debts at maintenance and mid.
    pub fn requirement(&self) -> Range {
        self.debts().fold(Range::zero(), |sum, leg| sum.plus(&leg.value().times(&leg.weights.maintenance)))
    }

    /// The debts at mid, unweighted.
    pub fn owed(&self) -> Range {
        self.debts().fold(Range::zero(), |sum, leg| sum.plus(&leg.value()))
    }

    /// Legs that are owed.
    pub fn debts(&self) -> impl Iterator<Item = &Leg> {
        self.0.iter().filter(|leg| leg.side == Side::Debt)
    }

    /// Legs that are held.
    pub fn deposits(&self) -> impl Iterator<Item = &Leg> {
        self.0.iter().filter(|leg| leg.side == Side::Deposit)
    }

    /// The leg of a token.
    pub fn find(&self, token: u8, side: Side) -> Option<&Leg> {
        self.0.iter().find(|leg| leg.token == token && leg.side == side)
    }

    /// Whether a price is older than some seconds.
    pub fn price_older_than(&self, seconds: i64) -> bool {
        self.0.iter().any(|leg| leg.feed.age(leg.now) > seconds)
    }

    /// Whether an index snapshot is older than some seconds.
    pub fn index_older_than(&self, seconds: i64) -> bool {
        self.0.iter().any(|leg| leg.index_age > seconds)
    }

    /// Whether nothing is owed.
    pub fn owes_nothing(&self) -> bool {
        self.debts().next().is_none()
    }

    /// Whether no deposit is worth a cent.
    pub fn nothing_to_seize(&self) -> Truth {
        self.deposits().fold(Truth::No, |any, leg| any.or(leg.is_nothing().opposite())).opposite()
    }

    /// Whether a debt, or a deposit of a cent or more, has a price older than some seconds.
    pub fn matter_older_than(&self, seconds: i64) -> Truth {
        let old = |leg: &&Leg| leg.feed.age(leg.now) > seconds;
        let matters = |leg: &Leg| if leg.side == Side::Debt { Truth::Yes } else { leg.is_nothing().opposite() };
        self.0.iter().filter(old).fold(Truth::No, |any, leg| any.or(matters(leg)))
    }
}

impl State {
    /// An account's legs. Banks in `touched` count with their interest until now, others with the board's snapshot.
    pub fn legs(&self, account: &Account, touched: &[&Touched]) -> Legs {
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
                weights: entry.weights_of(position.side),
                index_age,
                now: self.now,
            }
        });
        Legs(legs.collect())
    }
}

impl super::state::Token {
    fn as_of_board(&self, token: u8) -> Touched {
        let mut bank = self.bank.clone();
        bank.deposit_index = self.snapshot.deposit_index;
        bank.borrow_index = self.snapshot.borrow_index;
        Touched { token, lo: bank.clone(), hi: bank }
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
