//! Prices: what the board keeps of a print, and the interval around it.

use breakwater_client::interface::config::OracleConfig;

use super::rational::{Q, bps, ceil_u64, floor_u64, int, ratio, two_to, two_to_minus};

/// A price older than this is stale, seconds.
pub const STALE: i64 = 60;
/// From this age on a deposit's value decays, seconds.
pub const DECAY_FROM: i64 = 86_400;
/// At this age it is worth nothing, seconds.
pub const DECAY_TO: i64 = 8 * 86_400;

/// What an oracle says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Print {
    /// Dollars for one whole token × 10^−exponent.
    pub price: i64,
    /// Half-width of the confidence interval.
    pub confidence: u64,
    /// Moving average.
    pub ema: i64,
    /// Power of ten.
    pub exponent: i32,
    /// Unix seconds.
    pub publish_time: i64,
}

/// What the board knows of a token's price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Dollars for one native unit × 2^64.
    pub price: u64,
    /// Moving average in the same unit.
    pub ema: u64,
    /// Half-width that the confidence gives, bps.
    pub band: u32,
    /// Unix seconds.
    pub publish_time: i64,
    /// How prints are judged.
    pub oracle: OracleConfig,
    /// Volatility of a minute, millionths.
    pub volatility: u32,
    /// Its square, averaged.
    pub variance: u64,
    /// Price and time of the last sample.
    pub sample: (u64, i64),
    /// The group's: what part of the volatility widens the interval for new risk, hundredths.
    pub volatility_multiple: u16,
}

/// Dollars for one native unit × 2^64, rounded down: print · 10^exponent / 10^decimals · 2^64.
pub fn stored_price(print: i64, exponent: i32, decimals: u8) -> Q {
    let power = exponent - i32::from(decimals);
    let scale =
        if power < 0 { ratio(1, 10u128.pow(power.unsigned_abs())) } else { int(10u128.pow(power.unsigned_abs())) };
    (int(print) * scale * two_to(64)).floor()
}

/// Half-width that a confidence gives, whole bps rounded up; `k_c` in bps.
pub fn confidence_band(print: &Print, k_c: u16) -> u32 {
    u32::try_from(ceil_u64(&(bps(k_c) * ratio(print.confidence, print.price) * int(10_000)))).expect("a band of bps")
}

/// The smallest whole number whose square is not below `n`.
pub fn ceil_sqrt(n: u64) -> u64 {
    (0..).find(|root: &u64| root * root >= n).expect("there is one")
}

/// The same for large numbers, by halving.
fn ceil_root(n: u64) -> u64 {
    let (mut low, mut high) = (0, 1 << 20);
    while low < high {
        let middle = (low + high) / 2;
        if middle * middle >= n {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

impl Feed {
    /// Seconds since publication; 0 for a print of the near future.
    pub fn age(&self, now: i64) -> i64 {
        (now - self.publish_time).max(0)
    }

    /// Whether the price is too old to liquidate at.
    pub fn is_stale(&self, now: i64) -> bool {
        self.age(now) > STALE
    }

    /// Dollars for one native unit.
    pub fn mid(&self) -> Q {
        int(self.price) * two_to_minus(64)
    }

    /// Moving average, dollars for one native unit.
    pub fn average(&self) -> Q {
        int(self.ema) * two_to_minus(64)
    }

    /// b: half-width for taking risk.
    pub fn band(&self, now: i64) -> Q {
        let widest = u64::from(self.oracle.max_band);
        if self.is_stale(now) {
            return bps(widest);
        }
        let growth = u64::from(self.oracle.drift) * ceil_sqrt(self.age(now).unsigned_abs());
        bps(widest.min(u64::from(self.band) + growth))
    }

    /// b in initial health: volatility adds to it.
    pub fn initial_band(&self, now: i64) -> Q {
        let widening = int(self.volatility) * ratio(self.volatility_multiple, 100) / int(100);
        let widening = widening.ceil().min(int(2_000)) / int(10_000);
        (self.band(now) + widening).min(ratio(3, 10))
    }

    /// Takes a price as a sample, unless the last one is less than a minute old.
    pub fn observe(&mut self, price: u64, publish_time: i64) {
        let (last, time) = self.sample;
        let elapsed = publish_time - time;
        if time == 0 {
            self.sample = (price, publish_time);
        }
        if time == 0 || elapsed < 60 {
            return;
        }
        let elapsed = elapsed.min(3_600);
        let moved = ratio(price.abs_diff(last), last) * int(1_000_000);
        let moved = moved.ceil().min(int(250_000));
        let squared = (&moved * &moved * ratio(60, elapsed)).ceil();
        // Up, whether it rises or falls.
        let change = ((squared - int(self.variance)) * ratio(elapsed, 3_600)).ceil();
        self.variance = floor_u64(&(int(self.variance) + change));
        self.volatility = u32::try_from(ceil_root(self.variance)).expect("at most a quarter in millionths");
        self.sample = (price, publish_time);
    }

    /// b': half-width in the account's favour for liquidation.
    pub fn liquidation_band(&self, now: i64) -> Q {
        let band = self.band(now);
        if self.is_stale(now) { band } else { band.min(bps(self.oracle.max_liquidation_band)) }
    }

    /// What is left of a deposit's value at the price's age: 1 for a day, then down to 0 at eight days, whole bps rounded
    /// down.
    pub fn decay(&self, now: i64) -> Q {
        let age = self.age(now);
        if age <= DECAY_FROM {
            return int(1);
        }
        let left = (DECAY_TO - age).max(0);
        (ratio(left, DECAY_TO - DECAY_FROM) * int(10_000)).floor() / int(10_000)
    }
}
