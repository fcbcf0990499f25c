//! Prices that wander by themselves, or go where they are told. Integers only; the same seed gives the same steps.

use std::time::{Duration, Instant};

use breakwater_sim::keys::random;
use breakwater_sim::price_path::Price8;
use breakwater_tests::local::place::Prices;
use rand::Rng;
use rand::rngs::StdRng;

/// The longest step of a second, millionths: half of it is common to all tokens.
const STEP: i64 = 600;
/// A second's share of the way back to where a price belongs: one part in this many.
const PULL: i64 = 600;
const MILLION: i64 = 1_000_000;
const BPS: i64 = 10_000;

/// The way to another price, in a straight line.
#[derive(Clone, Copy, Debug)]
struct Course {
    from: Price8,
    to: Price8,
    began: Instant,
    over: Duration,
}

impl Course {
    /// Where it is at a moment, and whether it is over.
    fn at(&self, now: Instant) -> (Price8, bool) {
        let (gone, all) = (now.saturating_duration_since(self.began).as_millis(), self.over.as_millis());
        if gone >= all {
            return (self.to, true);
        }
        let (from, to) = (i128::from(self.from.units()), i128::from(self.to.units()));
        let units = from + (to - from) * gone as i128 / all as i128;
        (Price8(i64::try_from(units).unwrap_or(self.to.units())), false)
    }
}

/// A token's price.
#[derive(Clone, Copy, Debug)]
struct Walk {
    first: Price8,
    /// Where it belongs: it never wanders far from there.
    home: Price8,
    now: Price8,
    course: Option<Course>,
    /// The quote token's price does not wander.
    is_quote: bool,
}

/// All prices.
#[derive(Debug)]
pub struct Market {
    walks: Vec<Walk>,
    random: StdRng,
    pub still: bool,
    /// Nothing is published.
    pub paused: bool,
}

impl Market {
    pub fn new(first: &Prices, quote: u8, seed: u64, still: bool) -> Market {
        let walk = |(number, first): (usize, &Price8)| {
            let is_quote = number == usize::from(quote);
            Walk { first: *first, home: *first, now: *first, course: None, is_quote }
        };
        let walks = first.iter().enumerate().map(walk).collect();
        Market { walks, random: random(seed, "prices"), still, paused: false }
    }

    /// Prices now.
    pub fn prices(&self) -> Prices {
        self.walks.iter().map(|walk| walk.now).collect()
    }

    /// One second later.
    pub fn step(&mut self, now: Instant) -> Prices {
        let common = self.random.random_range(-STEP / 2..=STEP / 2);
        for walk in &mut self.walks {
            let own = self.random.random_range(-STEP / 2..=STEP / 2);
            if let Some(course) = walk.course {
                let (price, is_over) = course.at(now);
                walk.now = price;
                walk.course = Some(course).filter(|_| !is_over);
            } else if !self.still && !walk.is_quote {
                let units = i128::from(walk.now.units());
                let step = units * i128::from(common + own) / i128::from(MILLION);
                let pull = i128::from(walk.home.units() - walk.now.units()) / i128::from(PULL);
                walk.now = price(units + step + pull);
            }
        }
        self.prices()
    }

    /// A price moves by a part of itself.
    pub fn shift(&mut self, token: usize, bps: i64, over: Duration) {
        let to = self.walks[token].now.units() as i128 * i128::from(BPS + bps) / i128::from(BPS);
        self.go(token, price(to), over);
    }

    /// All but the quote token's move by the same part of themselves.
    pub fn shift_all(&mut self, bps: i64, over: Duration) {
        for token in 0..self.walks.len() {
            if !self.walks[token].is_quote {
                self.shift(token, bps, over);
            }
        }
    }

    /// Back to where everything began.
    pub fn recover(&mut self, over: Duration) {
        for token in 0..self.walks.len() {
            self.go(token, self.walks[token].first, over);
        }
    }

    /// Everything stays about where it is.
    pub fn calm(&mut self) {
        for walk in &mut self.walks {
            walk.course = None;
            walk.home = walk.now;
        }
    }

    fn go(&mut self, token: usize, to: Price8, over: Duration) {
        let walk = &mut self.walks[token];
        walk.home = to;
        walk.course = Some(Course { from: walk.now, to, began: Instant::now(), over });
    }
}

/// Within what a price may be.
fn price(units: i128) -> Price8 {
    let bounded = units.clamp(i128::from(Price8::MIN.units()), i128::from(Price8::MAX.units()));
    Price8(i64::try_from(bounded).unwrap_or(Price8::PER_USD))
}
