//! Liquidation prices: where one feed's price, all else equal, takes an account's health below zero. There is no formula here
//! but that of health: prices are tried, and health says.

use alloc::vec::Vec;

use crate::error::{MathError, Refusal};
use crate::fixed::mul_div_down;
use crate::health::Valuation;
use crate::perp::{PerpLeg, PerpSums, Position};
use crate::position::{MARKET_LEG, Side, Snapshot, TokenLeg};
use crate::price::{Interval, MIN_PRICE, Price};
use crate::units::Weighted;

/// Largest price that a board accepts.
const MAX_PRICE: u64 = u64::MAX >> 1;
/// Guesses before the search only halves.
const GUESSES: u32 = 24;
/// A guess goes this part of its way beyond where it expects zero, 2^−24, so that the two ends close in from both sides.
const MARGIN_BITS: u32 = 24;

/// Where health falls below zero as one price moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// At no price that a board accepts.
    Never,
    /// At every price that a board accepts.
    Always,
    /// At this price and beyond it; one step of price before it the account is healthy.
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
/// Rounding: exact to one step of price. Health is monotone in each price but for roundings of a unit; where these let it
///           cross zero more than once, one of the crossings
/// Errors:   Math; LegNotFound where a position is missing
pub fn leg_prices(snapshot: &Snapshot, stored: &[Position], now: i64) -> Result<Vec<LegPrices>, Refusal> {
    if stored.len() != snapshot.perps.len() {
        return Err(Refusal::LegNotFound);
    }
    let mut legs = Vec::with_capacity(snapshot.tokens.len() + snapshot.perps.len() + 1);
    let account = Account::new(snapshot)?;
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
    fn of(valuation: &Valuation) -> Health {
        Health { maintenance: valuation.maintenance, optimistic: valuation.optimistic }
    }
}

/// An account with what its legs come to.
struct Account<'a> {
    snapshot: &'a Snapshot,
    /// Token legs alone.
    tokens: Valuation,
    /// Perp legs alone.
    sums: PerpSums,
}

impl<'a> Account<'a> {
    fn new(snapshot: &'a Snapshot) -> Result<Account<'a>, MathError> {
        Ok(Account { snapshot, tokens: Valuation::of(&snapshot.tokens)?, sums: PerpSums::of(&snapshot.perps) })
    }

    fn is_quote(&self, token: u8) -> bool {
        !self.snapshot.perps.is_empty() && token == self.snapshot.quote.token
    }

    /// What the token legs without one come to. Weighted sums are exact, so this is what the others give.
    fn without(&self, leg: &TokenLeg) -> Result<Health, MathError> {
        let one = Valuation::of(core::slice::from_ref(leg))?;
        Ok(Health {
            maintenance: self.tokens.maintenance.minus(one.maintenance)?,
            optimistic: self.tokens.optimistic.minus(one.optimistic)?,
        })
    }

    /// Health with tokens and perp legs put together.
    fn health(&self, tokens: Health, sums: PerpSums, quote: &Interval) -> Result<Health, MathError> {
        let Health { maintenance, optimistic } = tokens;
        let mut valuation = Valuation { maintenance, optimistic, ..Valuation::default() };
        if !self.snapshot.perps.is_empty() {
            valuation.add_perps(sums, quote)?;
        }
        Ok(Health::of(&valuation))
    }

    fn of_token(&self, leg: &TokenLeg) -> Result<LegPrices, Refusal> {
        let others = self.health(self.without(leg)?, self.sums, &self.snapshot.quote.price)?;
        let worse = match leg.side {
            Side::Deposit => Worse::Lower,
            Side::Debt => Worse::Higher,
        };
        search(leg.token, leg.price.mid, Some(worse), |price| {
            let one = Valuation::of(&[at(leg, price)])?;
            Ok(Health {
                maintenance: others.maintenance.plus(one.maintenance)?,
                optimistic: others.optimistic.plus(one.optimistic)?,
            })
        })
    }

    /// The quote token's price moves its own leg and all positions.
    fn of_quote(&self) -> Result<LegPrices, Refusal> {
        let quote = self.snapshot.quote;
        let leg = self.snapshot.tokens.iter().find(|leg| leg.token == quote.token);
        let others = leg.map_or(Ok(Health::of(&self.tokens)), |leg| self.without(leg))?;
        search(quote.token, quote.price.mid, None, |price| {
            let mut tokens = others;
            if let Some(leg) = leg {
                let one = Valuation::of(&[at(leg, price)])?;
                tokens.maintenance = tokens.maintenance.plus(one.maintenance)?;
                tokens.optimistic = tokens.optimistic.plus(one.optimistic)?;
            }
            self.health(tokens, self.sums, &Interval { mid: price, ..quote.price })
        })
    }

    fn of_index(&self, number: usize, position: &Position, now: i64) -> Result<LegPrices, Refusal> {
        let leg = &self.snapshot.perps[number];
        let mut others = PerpSums::default();
        for (_, other) in self.snapshot.perps.iter().enumerate().filter(|(n, _)| *n != number) {
            other.add_to(&mut others);
        }
        let worse = if position.base >= 0 { Worse::Lower } else { Worse::Higher };
        let mut moved = PerpLeg { position: *position, ..*leg };
        search(MARKET_LEG | leg.terms.market, leg.price.mid, Some(worse), |price| {
            moved.position = *position;
            moved.price.mid = price;
            moved.bring_up_to_date(leg.position.funding_index, leg.quote_decimals, now)?;
            let mut sums = others;
            moved.add_to(&mut sums);
            self.health(Health::of(&self.tokens), sums, &self.snapshot.quote.price)
        })
    }
}

/// A token leg at another price.
fn at(leg: &TokenLeg, mid: Price) -> TokenLeg {
    TokenLeg::new(leg.token, leg.side, leg.amount, Interval { mid, ..leg.price }, leg.weights)
}

/// Which way a price hurts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Worse {
    Lower,
    Higher,
}

/// A price with the health at it; `None` where amounts do not fit their integers.
#[derive(Clone, Copy)]
struct Probe {
    price: u64,
    health: Option<Health>,
}

/// Both liquidation prices of a feed. Where it is not known which way the price hurts, the worse end says.
fn search(
    leg: u8,
    mid: Price,
    worse: Option<Worse>,
    mut health: impl FnMut(Price) -> Result<Health, MathError>,
) -> Result<LegPrices, Refusal> {
    let mut probe = |price: u64| match health(Price(price)) {
        Ok(health) => Ok(Probe { price, health: Some(health) }),
        Err(MathError::Overflow) => Ok(Probe { price, health: None }),
        Err(error) => Err(error),
    };
    let here = probe(mid.0)?;
    let ends = [probe(MIN_PRICE)?, probe(MAX_PRICE)?];
    let mut level = |of: fn(&Health) -> Weighted| {
        let ends = ends.map(|end| Point::of(&end, of));
        let worse = worse.unwrap_or(if ends[0].is_below(ends[1]) { Worse::Lower } else { Worse::Higher });
        let [worst, best] = if worse == Worse::Lower { ends } else { [ends[1], ends[0]] };
        threshold(Point::of(&here, of), worst, best, |price| Ok(Point::of(&probe(price)?, of)))
    };
    let maintenance = level(|health| health.maintenance)?;
    let trigger = level(|health| health.optimistic)?;
    Ok(LegPrices { leg, mid, maintenance, trigger })
}

/// A price with the health of one level at it; `None` where it does not fit.
#[derive(Clone, Copy)]
struct Point {
    price: u64,
    health: Option<i128>,
}

impl Point {
    fn of(probe: &Probe, of: fn(&Health) -> Weighted) -> Point {
        Point { price: probe.price, health: probe.health.as_ref().map(|health| of(health).0) }
    }

    fn is_below(self, other: Point) -> bool {
        match (self.health, other.health) {
            (Some(here), Some(there)) => here < there,
            _ => false,
        }
    }

    /// Whether the account is under water; where its health does not fit an integer, what the way there says.
    fn is_broken(self, unknown: bool) -> bool {
        self.health.map_or(unknown, |health| health < 0)
    }
}

/// The first broken price on the way from a healthy one to the worst, or the last on the way from a broken one to the best.
fn threshold(
    here: Point,
    worst: Point,
    best: Point,
    mut probe: impl FnMut(u64) -> Result<Point, MathError>,
) -> Result<Threshold, MathError> {
    let falls = worst.price < best.price;
    let broken_here = here.is_broken(false);
    let (mut fine, mut broken) = if broken_here { (best, here) } else { (here, worst) };
    // A price that no board accepts, 0 before the first print, may lie beyond an end.
    let none = if broken_here { Threshold::Always } else { Threshold::Never };
    let apart = if falls { broken.price < fine.price } else { fine.price < broken.price };
    if !apart || fine.is_broken(false) || !broken.is_broken(true) {
        return Ok(none);
    }
    let (mut tries, mut missed) = (0, 0);
    while fine.price.abs_diff(broken.price) > 1 {
        let next = guess(fine, broken, tries, missed);
        tries += 1;
        let point = probe(next)?;
        // The end that was nearer to zero moves again and again where guesses fall short: they grow until one passes.
        let near_fine = is_nearer(fine, broken);
        let is_broken = point.is_broken(!broken_here);
        missed = if is_broken == near_fine { 0 } else { missed + 1 };
        *(if is_broken { &mut broken } else { &mut fine }) = point;
    }
    let unknown = if broken_here { fine.health.is_none() } else { broken.health.is_none() };
    Ok(if unknown { none } else { Threshold::At(Price(broken.price)) })
}

/// Whether health at the first point is nearer to zero than at the second.
fn is_nearer(fine: Point, broken: Point) -> bool {
    match (fine.health, broken.health) {
        (Some(fine), Some(broken)) => fine.unsigned_abs() <= broken.unsigned_abs(),
        _ => true,
    }
}

/// A price between two: just beyond where a straight line between them meets zero, or the middle.
fn guess(fine: Point, broken: Point, tries: u32, missed: u32) -> u64 {
    let width = fine.price.abs_diff(broken.price);
    let (near, far) = if is_nearer(fine, broken) { (fine, broken) } else { (broken, fine) };
    let step = match (near.health, far.health) {
        (Some(near), Some(far)) if tries < GUESSES => {
            // The line's slope needs no more than 63 bits of both healths.
            let (near, far) = (near.unsigned_abs(), far.unsigned_abs());
            let shift = 66u32.saturating_sub(far.leading_zeros());
            let (near, far) = ((near >> shift) as u64, (far >> shift) as u64);
            let line = mul_div_down(width, near, (near + far).max(1)).unwrap_or(0);
            (line + (line >> MARGIN_BITS) + 1).saturating_mul(1 << missed.min(20))
        }
        _ => width / 2,
    };
    // At most half way: a bracket shrinks at least as fast as by halving, or its near end moves.
    let step = step.clamp(1, (width / 2).max(1));
    if near.price < far.price { near.price + step } else { near.price - step }
}
