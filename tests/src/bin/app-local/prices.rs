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

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: usize = 3_600;

    fn market(still: bool) -> Market {
        Market::new(&[150, 1, 60_000].map(Price8::from_usd).to_vec(), 1, 7, still)
    }

    #[test]
    fn a_seed_gives_the_same_prices_again() {
        let (mut one, mut same, now) = (market(false), market(false), Instant::now());
        for _ in 0..100 {
            assert_eq!(one.step(now), same.step(now));
        }
        assert_ne!(one.prices()[0], Price8::from_usd(150));
    }

    #[test]
    fn prices_never_wander_far_and_the_quote_token_not_at_all() {
        let (mut market, now) = (market(false), Instant::now());
        for _ in 0..HOUR {
            let prices = market.step(now);
            assert!((Price8::from_usd(140)..Price8::from_usd(160)).contains(&prices[0]), "{:?}", prices[0]);
            assert_eq!(prices[1], Price8::from_usd(1));
        }
    }

    #[test]
    fn still_prices_move_when_told_to_alone() {
        let (mut market, now) = (market(true), Instant::now());
        assert_eq!(market.step(now)[0], Price8::from_usd(150));
        market.shift(0, -2_000, Duration::ZERO);
        assert_eq!(market.step(Instant::now())[0], Price8::from_usd(120));
        assert_eq!(market.step(Instant::now())[2], Price8::from_usd(60_000));
    }

    #[test]
    fn a_price_goes_its_way_in_a_straight_line_and_stays_at_its_end() {
        let mut market = market(true);
        market.shift(0, -2_000, Duration::from_secs(10));
        let began = Instant::now();
        let half = market.step(began + Duration::from_secs(5))[0];
        assert!((Price8::from_usd(134)..Price8::from_usd(136)).contains(&half), "{half:?}");
        assert_eq!(market.step(began + Duration::from_secs(11))[0], Price8::from_usd(120));
        market.recover(Duration::ZERO);
        assert_eq!(market.step(Instant::now())[0], Price8::from_usd(150));
    }
}
