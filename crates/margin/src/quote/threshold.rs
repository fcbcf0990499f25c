//! Liquidation prices: where one feed's price, all else equal, takes an account's health below zero. There is no formula here
//! but that of health: prices are tried, and health says.

use alloc::vec::Vec;
use core::slice;

use crate::error::{MathError, Refusal};
use crate::health::Valuation;
use crate::perp::{MARK_BITS, PerpLeg, PerpSums, Position};
use crate::position::{MARKET_LEG, Side, Snapshot, TokenLeg};
use crate::price::{Interval, MIN_PRICE, PRICE_BITS, Price};
use crate::quote::bracket::{Bracket, Point, Resolution};
use crate::units::{VALUE_BITS, Weighted};

/// Largest price that a board accepts.
const MAX_PRICE: u64 = u64::MAX >> 1;

/// Where health falls below zero as one price moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// At no price that a board accepts.
    Never,
    /// At every price that a board accepts.
    Always,
    /// At this price and beyond it; one step of the resolution before it the account is healthy.
    At(Price),
}

/// Liquidation prices of one feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegPrices {
    /// Number of the token, or 128 + number of the market whose index it is.
    pub leg: u8,
    /// The price now.
    pub mid: Price,
    /// Where H_maint falls below 0: the liquidation price.
    pub maintenance: Threshold,
    /// Where H_hi falls below 0: what liquidates.
    pub trigger: Threshold,
}

/// Liquidation prices of every token, of every index of an open position, and of the quote token where there are positions.
///
/// Formula:  the price at which H < 0 and next to which H ≥ 0, by interpolation and bisection       (docs/spec.md §11.7)
/// Units:    stored: each perp leg's position in the order of the legs, untouched, so that what has matured can be told at
///           another price; now: unix seconds
/// Rounding: to a step of the resolution, on the broken side. Health is monotone in each price but for roundings of a unit; where these let it
///           cross zero more than once, one of the crossings
/// Errors:   Math; LegNotFound where a position is missing
pub fn leg_prices(
    snapshot: &Snapshot,
    stored: &[Position],
    resolution: Resolution,
    now: i64,
) -> Result<Vec<LegPrices>, Refusal> {
    if stored.len() != snapshot.perps.len() {
        return Err(Refusal::LegNotFound);
    }
    let mut legs = Vec::with_capacity(snapshot.tokens.len() + snapshot.perps.len() + 1);
    let account = Account::new(snapshot, resolution)?;
    for leg in &snapshot.tokens {
        if !account.is_quote(leg.token) {
            legs.push(account.of_token(leg)?);
        }
    }
    if !snapshot.perps.is_empty() {
        legs.push(account.of_quote()?);
    }
    for (number, position) in stored.iter().enumerate().filter(|(_, position)| position.base != 0) {
        legs.push(account.of_index(number, position, now)?);
    }
    Ok(legs)
}

/// Health at the two levels that liquidation prices are about.
#[derive(Clone, Copy)]
struct Health {
    maintenance: Weighted,
    optimistic: Weighted,
}

impl Health {
    /// With one more token leg.
    fn with(self, leg: &TokenLeg) -> Result<Health, MathError> {
        let one = alone(leg)?;
        Ok(Health {
            maintenance: self.maintenance.plus(one.maintenance)?,
            optimistic: self.optimistic.plus(one.optimistic)?,
        })
    }
}

/// What one token leg comes to; apart from [`worth`], which is written out for many.
#[inline(never)]
fn alone(leg: &TokenLeg) -> Result<Health, MathError> {
    let Valuation { maintenance, optimistic, .. } = Valuation::of(slice::from_ref(leg))?;
    Ok(Health { maintenance, optimistic })
}

/// What token legs come to.
#[inline(never)]
fn worth(legs: &[TokenLeg]) -> Result<Health, MathError> {
    let Valuation { maintenance, optimistic, .. } = Valuation::of(legs)?;
    Ok(Health { maintenance, optimistic })
}

/// Adds what a perp leg comes to.
#[inline(never)]
fn add(sums: &mut PerpSums, leg: &PerpLeg) {
    leg.add_to(sums);
}

/// An account with what its legs come to.
struct Account<'a> {
    snapshot: &'a Snapshot,
    /// Token legs alone.
    tokens: Health,
    /// Perp legs alone.
    sums: PerpSums,
    resolution: Resolution,
}

impl<'a> Account<'a> {
    fn new(snapshot: &'a Snapshot, resolution: Resolution) -> Result<Account<'a>, MathError> {
        let mut sums = PerpSums::default();
        snapshot.perps.iter().for_each(|leg| add(&mut sums, leg));
        Ok(Account { snapshot, tokens: worth(&snapshot.tokens)?, sums, resolution })
    }

    fn is_quote(&self, token: u8) -> bool {
        !self.snapshot.perps.is_empty() && token == self.snapshot.quote.token
    }

    /// What the token legs without one come to. Weighted sums are exact, so this is what the others give.
    fn without(&self, leg: &TokenLeg) -> Result<Health, MathError> {
        let one = alone(leg)?;
        Ok(Health {
            maintenance: self.tokens.maintenance.minus(one.maintenance)?,
            optimistic: self.tokens.optimistic.minus(one.optimistic)?,
        })
    }

    /// Health with tokens and perp legs put together.
    #[inline(never)]
    fn health(&self, tokens: Health, sums: PerpSums, quote: &Interval) -> Result<Health, MathError> {
        let Health { maintenance, optimistic } = tokens;
        let mut valuation = Valuation { maintenance, optimistic, ..Valuation::default() };
        if !self.snapshot.perps.is_empty() {
            valuation.add_perps(sums, quote)?;
        }
        Ok(Health { maintenance: valuation.maintenance, optimistic: valuation.optimistic })
    }

    #[inline(never)]
    fn of_token(&self, leg: &TokenLeg) -> Result<LegPrices, Refusal> {
        let others = self.health(self.without(leg)?, self.sums, &self.snapshot.quote.price)?;
        let worse = match leg.side {
            Side::Deposit => Worse::Lower,
            Side::Debt => Worse::Higher,
        };
        let feed = Feed { leg: leg.token, mid: leg.price.mid, worse: Some(worse), grain: grain(leg.amount) };
        feed.search(self.resolution, &mut |price| others.with(&at(leg, price)))
    }

    /// The quote token's price moves its own leg and all positions.
    #[inline(never)]
    fn of_quote(&self) -> Result<LegPrices, Refusal> {
        let quote = self.snapshot.quote;
        let leg = self.snapshot.tokens.iter().find(|leg| leg.token == quote.token);
        let others = leg.map_or(Ok(self.tokens), |leg| self.without(leg))?;
        let amount = self.sums.maintenance.unsigned_abs().max(leg.map_or(0, |leg| leg.amount));
        let feed = Feed { leg: quote.token, mid: quote.price.mid, worse: None, grain: grain(amount) };
        feed.search(self.resolution, &mut |price| {
            let tokens = leg.map_or(Ok(others), |leg| others.with(&at(leg, price)))?;
            self.health(tokens, self.sums, &Interval { mid: price, ..quote.price })
        })
    }

    #[inline(never)]
    fn of_index(&self, number: usize, position: &Position, now: i64) -> Result<LegPrices, Refusal> {
        let leg = &self.snapshot.perps[number];
        let mut others = PerpSums::default();
        for (_, other) in self.snapshot.perps.iter().enumerate().filter(|(n, _)| *n != number) {
            add(&mut others, other);
        }
        let worse = if position.base >= 0 { Worse::Lower } else { Worse::Higher };
        let mut moved = PerpLeg { position: *position, ..*leg };
        // A unit of the quote token is a mark of 2^44 for one base unit.
        let marks = (1 << MARK_BITS) / position.base.unsigned_abs().max(1);
        let grain = marks.saturating_mul(leg.price.mid.0 / leg.mark.0.max(1) + 1).max(1);
        let feed = Feed { leg: MARKET_LEG | leg.terms.market, mid: leg.price.mid, worse: Some(worse), grain };
        feed.search(self.resolution, &mut |price| {
            moved.position = *position;
            moved.price.mid = price;
            moved.bring_up_to_date(leg.position.funding_index, leg.quote_decimals, now)?;
            let mut sums = others;
            add(&mut sums, &moved);
            self.health(self.tokens, sums, &self.snapshot.quote.price)
        })
    }
}

/// How far a price moves before the value of an amount does.
fn grain(amount: u64) -> u64 {
    ((1 << (PRICE_BITS - VALUE_BITS)) / amount.max(1)).max(1)
}

/// A token leg at another price.
#[inline(never)]
fn at(leg: &TokenLeg, mid: Price) -> TokenLeg {
    TokenLeg::new(leg.token, leg.side, leg.amount, Interval { mid, ..leg.price }, leg.weights)
}

/// Which way a price hurts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Worse {
    Lower,
    Higher,
}

/// A feed whose liquidation prices are searched.
struct Feed {
    leg: u8,
    mid: Price,
    /// Which way its price hurts; where that is not known, the worse end says.
    worse: Option<Worse>,
    /// About how far the price moves before a value does: what tells a straight line from the steps that it is made of.
    grain: u64,
}

type Tried = Result<Option<Health>, MathError>;

impl Feed {
    /// Both liquidation prices.
    #[inline(never)]
    fn search(
        &self,
        resolution: Resolution,
        health: &mut dyn FnMut(Price) -> Result<Health, MathError>,
    ) -> Result<LegPrices, Refusal> {
        let mut probe = |price: u64| match health(Price(price)) {
            Ok(health) => Ok(Some(health)),
            Err(MathError::Overflow) => Ok(None),
            Err(error) => Err(error),
        };
        let maintenance = self.threshold(|health| health.maintenance, resolution, &mut probe)?;
        let trigger = self.threshold(|health| health.optimistic, resolution, &mut probe)?;
        Ok(LegPrices { leg: self.leg, mid: self.mid, maintenance, trigger })
    }

    /// The first broken price on the way from a healthy one to the worst, or the last on the way from a broken one to the best.
    #[inline(never)]
    fn threshold(
        &self,
        level: fn(&Health) -> Weighted,
        resolution: Resolution,
        probe: &mut dyn FnMut(u64) -> Tried,
    ) -> Result<Threshold, MathError> {
        let mut point = |price| -> Result<Point, MathError> {
            Ok(Point { price, health: probe(price)?.map(|health| level(&health).0) })
        };
        let here = point(self.mid.0)?;
        let broken_here = here.is_broken(false);
        let worse = match self.worse {
            Some(worse) => worse,
            None if point(MIN_PRICE)?.is_below(point(MAX_PRICE)?) => Worse::Lower,
            None => Worse::Higher,
        };
        // Towards the worst price from a healthy one, towards the best from a broken one.
        let falls = broken_here != (worse == Worse::Lower);
        let end = point(if falls { MIN_PRICE } else { MAX_PRICE })?;
        let none = if broken_here { Threshold::Always } else { Threshold::Never };
        // A price that no board accepts, 0 before the first print, may lie beyond the end.
        let apart = if falls { end.price < here.price } else { end.price > here.price };
        if !apart || end.is_broken(!broken_here) == broken_here {
            return Ok(none);
        }
        let (near, far) = if falls { (here, end) } else { reach(here, end, broken_here, &mut point)? };
        let (fine, broken) = if broken_here { (far, near) } else { (near, far) };
        let mut bracket = Bracket::new(fine, broken, self.grain);
        while bracket.width() > resolution.step(bracket.broken.price) {
            let next = point(bracket.guess(resolution))?;
            bracket.narrow(next, !broken_here);
        }
        let unknown = if broken_here { bracket.fine.health } else { bracket.broken.health }.is_none();
        Ok(if unknown { none } else { Threshold::At(Price(bracket.broken.price)) })
    }
}

/// A way up may lead to a thousand times the price, while what is searched mostly lies near: the end is approached from here.
#[inline(never)]
fn reach(
    here: Point,
    end: Point,
    broken_here: bool,
    point: &mut dyn FnMut(u64) -> Result<Point, MathError>,
) -> Result<(Point, Point), MathError> {
    let (mut near, mut next) = (here, here.price.saturating_add(here.price / 4));
    for bits in [2, 4, 8, 16] {
        if next <= near.price || next >= end.price {
            break;
        }
        let tried = point(next)?;
        if tried.is_broken(!broken_here) != broken_here {
            return Ok((near, tried));
        }
        near = tried;
        next = next.saturating_mul(1 << bits);
    }
    Ok((near, end))
}
