//! Volatility: how far a price moves in a minute, averaged over about an hour. It widens the interval in which new risk is
//! judged, and nothing else: nobody is liquidated by it.

use crate::fixed::{mul, mul_div_up};
use crate::price::{Price, elapsed};
use crate::units::{Bps, PPM};

/// A sample counts for this much, and two are at least this far apart, seconds.
pub const SAMPLE_TIME: u64 = 60;
/// Samples are averaged over about this long, seconds.
pub const AVERAGE_TIME: u64 = 3_600;
/// Largest move that a sample counts, millionths.
pub const MAX_MOVE: u64 = 250_000;
/// Most that volatility adds to a half-width, bps.
pub const MAX_WIDENING: u64 = 2_000;

/// What a feed remembers of its samples. All zero before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Samples {
    /// σ: volatility of a minute, millionths of the price.
    pub volatility: u32,
    /// σ², average over the samples.
    pub variance: u64,
    /// Price of the last sample.
    pub price: Price,
    /// When it was published, unix seconds.
    pub time: i64,
}

impl Samples {
    /// Takes a sample of an accepted print, unless the last is less than a minute old.
    ///
    /// Formula:  variance += (r²·60/elapsed − variance)·elapsed/3,600;  volatility = √variance       (docs/spec.md §11.4)
    /// Units:    published: unix seconds
    /// Rounding: up; a fall of the variance floor
    /// Errors:   none
    /// Source:   exponential average of squared moves, as in RiskMetrics; bounds are ours
    pub fn observe(&mut self, price: Price, published: i64) {
        if !is_due(self.time, published) {
            return;
        }
        if self.time == 0 {
            (self.price, self.time) = (price, published);
            return;
        }
        let elapsed = elapsed(self.time, published).min(AVERAGE_TIME);
        let moved = price.0.abs_diff(self.price.0);
        let r = mul_div_up(moved, PPM, self.price.0).map_or(MAX_MOVE, |r| r.min(MAX_MOVE));
        // Safe because: r has 18 bits, so no product has more than 54; the variance is an average of such.
        let x = (r * r * SAMPLE_TIME).div_ceil(elapsed);
        let part = |difference: u64| mul(difference, elapsed) as u64;
        self.variance = match x.checked_sub(self.variance) {
            Some(rise) => self.variance + part(rise).div_ceil(AVERAGE_TIME),
            None => self.variance - part(self.variance - x) / AVERAGE_TIME,
        };
        self.volatility = root_up(self.variance);
        (self.price, self.time) = (price, published);
    }
}

/// Whether a print is a sample: the first one, or a minute younger than the last.
///
/// Units:    unix seconds; sampled: 0 before the first sample
/// Errors:   none
#[inline(always)]
pub fn is_due(sampled: i64, published: i64) -> bool {
    elapsed(sampled, published) >= SAMPLE_TIME
}

/// ⌈√n⌉
fn root_up(n: u64) -> u32 {
    let root = n.isqrt();
    (root + u64::from(root * root < n)) as u32
}

/// v: what a volatility adds to the half-width in initial health.
///
/// Formula:  v = min(2,000 bps, volatility × multiple)       (docs/spec.md §11.4)
/// Units:    volatility: millionths; multiple: hundredths; returns bps
/// Rounding: ceil
/// Errors:   none
#[inline(always)]
pub fn widening(volatility: u32, multiple: u16) -> Bps {
    (u64::from(volatility) * u64::from(multiple)).div_ceil(10_000).min(MAX_WIDENING) as Bps
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;
    use crate::health;
    use crate::perp::{PerpLeg, PerpTerms, Position, Tier, Tiers};
    use crate::position::{Quote, Side, Snapshot, TokenLeg, Weights};
    use crate::price::Interval;

    const UNIT: u64 = (1 << 63) / 1_000_000;
    const NOW: i64 = 1_700_000_000;

    fn after(moves: &[(u64, i64)]) -> Samples {
        let mut samples = Samples::default();
        let mut time = NOW;
        for (price, passed) in moves {
            time += passed;
            samples.observe(Price(*price), time);
        }
        samples
    }

    #[test]
    fn the_first_sample_is_a_price_without_a_move() {
        let samples = after(&[(1 << 40, 0)]);
        assert_eq!(samples, Samples { price: Price(1 << 40), time: NOW, ..Samples::default() });
    }

    #[test]
    fn a_sample_is_taken_once_a_minute() {
        let early = after(&[(1_000_000_000, 0), (1_100_000_000, 59)]);
        assert_eq!((early.variance, early.time), (0, NOW), "59 s");
        // r = 100,000; x = 10^10; a sixtieth of it, rounded up; √166,666,667 = 12,909.9
        let due = after(&[(1_000_000_000, 0), (1_100_000_000, 60)]);
        assert_eq!((due.variance, due.volatility, due.time), (166_666_667, 12_910, NOW + 60));
    }

    #[test]
    fn moves_stop_at_a_quarter_and_an_hour_forgets_the_rest() {
        let largest = after(&[(1 << 40, 0), (u64::MAX >> 1, 60)]);
        assert_eq!(largest.variance, (250_000 * 250_000u64).div_ceil(60));
        // In an hour without a print x is a sixtieth of r², and nothing else is left.
        let hour = after(&[(1 << 40, 0), (1 << 41, 60), (1 << 41, 100_000)]);
        assert_eq!((hour.variance, hour.volatility), (0, 0));
        let always = (0..600).map(|n| (if n % 2 == 0 { 1 << 40 } else { 1 << 41 }, 60)).collect::<Vec<_>>();
        assert!(after(&always).volatility <= 250_000);
    }

    #[test]
    fn volatility_in_hundredths_becomes_bps_and_stops() {
        assert_eq!(widening(1_000, 0), 0, "off");
        assert_eq!(widening(1_000, 100), 10);
        assert_eq!(widening(1_001, 100), 11, "up");
        assert_eq!(widening(250_000, 3_000), 2_000);
    }

    fn interval(dollars: u64, band: Bps, lag: u64) -> Interval {
        let (mid, ema) = (Price(dollars * UNIT / 1_000), Price(dollars * UNIT / 1_000 / 100 * lag));
        Interval { mid, ema, band, liquidation_band: band.min(100), age: 3, volatility: 0 }
    }

    fn perp(market: u8, (base, quote, band, lag): (i64, i64, Bps, u64)) -> PerpLeg {
        let tier = |edge, maintenance: u16| Tier { edge, initial: 2 * maintenance, end: maintenance + 50, maintenance };
        let tiers = Tiers([tier(1 << 34, 500), tier(1 << 36, 650), tier(1 << 38, 900), tier(u64::MAX, 1_500)]);
        let terms = PerpTerms { market, tiers, maturity: 3_600, payable: u64::MAX, ..PerpTerms::default() };
        let position = Position { base, quote, ..Position::default() };
        PerpLeg::new(terms, position, 0, interval(150, band, lag), 6, NOW).unwrap()
    }

    prop_compose! {
        fn account()(
            tokens in proptest::collection::vec((any::<bool>(), 1u64..1 << 40, 0u32..2_000, 90u64..110), 0..=16),
            perps in proptest::collection::vec((-1i64 << 32..1 << 32, -1i64 << 40..1 << 40, 0u32..2_000, 90u64..110), 0..=8),
            band in 0u32..2_000,
        ) -> Snapshot {
            let deposit = Weights { initial: 8_000, end: 8_950, maintenance: 9_000 };
            let debt = Weights { initial: 20_000, end: 10_850, maintenance: 10_800 };
            let tokens = (0u8..).zip(tokens).map(|(number, (owned, amount, band, lag))| {
                let (side, weights) = if owned { (Side::Deposit, deposit) } else { (Side::Debt, debt) };
                TokenLeg::new(number, side, amount, interval(10, band, lag), weights)
            });
            Snapshot {
                tokens: tokens.collect(),
                perps: (0u8..).zip(perps).map(|(market, drawn)| perp(market, drawn)).collect(),
                quote: Quote { token: 0, price: interval(1, band, 100) },
                index_age: 0,
            }
        }
    }

    fn with_volatility(snapshot: &Snapshot, of: impl Fn(usize) -> Bps) -> Snapshot {
        let mut wider = snapshot.clone();
        let tokens = wider.tokens.iter_mut().map(|leg| &mut leg.price);
        let prices = tokens.chain(wider.perps.iter_mut().map(|leg| &mut leg.price));
        for (n, price) in prices.chain([&mut wider.quote.price]).enumerate() {
            price.volatility = of(n);
        }
        wider
    }

    proptest! {
        #[test]
        #[allow(non_snake_case)]
        fn LIQ_1_volatility_alone_liquidates_nobody(
            snapshot in account(),
            low in proptest::collection::vec(0u32..=2_000, 25),
            more in proptest::collection::vec(0u32..=2_000, 25),
        ) {
            let calm = with_volatility(&snapshot, |n| low[n]);
            let wild = with_volatility(&snapshot, |n| low[n] + more[n]);
            prop_assert_eq!(health::value(&calm), health::value(&snapshot), "LIQ-1");
            prop_assert_eq!(health::value(&wild), health::value(&snapshot), "LIQ-1");
            // Rounding may give a position a unit of quote back: 2^−10 dollars here, 1.3 of it at the worst price.
            let unit = 2 * (i128::from(snapshot.quote.price.mid.0) >> 32) * 10_000 * 13_000;
            let slack = unit * snapshot.perps.len() as i128;
            let initial = |snapshot| health::initial(snapshot).unwrap().0;
            prop_assert!(initial(&wild) <= initial(&calm) + slack, "H_init falls as volatility rises");
        }

        #[test]
        fn roots_round_up(n in 0u64..=62_500_000_000) {
            let root = u64::from(root_up(n));
            prop_assert!(root * root >= n && (root == 0 || (root - 1) * (root - 1) < n));
        }
    }
}
