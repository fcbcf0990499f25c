//! What liquidated volume does to prices: keepers sell what they seize, the price gives way, and comes back with time.

use super::{Price8, PriceStep, power};

/// Micro-dollars in a dollar.
const MICRO: i128 = 1_000_000;
/// Seconds after which half of an impact is gone, unless told otherwise.
pub const DEFAULT_HALF_LIFE: u64 = 1_800;

/// How deep markets are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Impact {
    /// Dollars of one token, sold at once, that move its price by 1 %.
    pub depth: u64,
    /// Seconds after which half of it is gone.
    pub half_life: u64,
}

impl Impact {
    /// What a reader should know of it.
    pub fn note(&self) -> String {
        format!(
            "Price impact: keepers' sales of a token (less what they buy of it) move its price; ${} by 1 %, and half of it is gone \
             after {}. price = path × W / (W + sold), W = 100 times the depth.",
            self.depth,
            super::duration(i64::try_from(self.half_life).unwrap_or(i64::MAX))
        )
    }
}

/// What has been sold lately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pressure {
    impact: Impact,
    /// Micro-dollars by symbol; negative where more was bought.
    sold: Vec<i64>,
    time: i64,
}

impl Pressure {
    /// None yet.
    pub(crate) fn new(impact: Impact, symbols: usize, time: i64) -> Pressure {
        Pressure { impact, sold: vec![0; symbols], time }
    }

    /// Takes note of a sale, or a purchase below 0, of a symbol, micro-dollars.
    pub(crate) fn sell(&mut self, symbol: usize, micro_usd: i64) {
        self.sold[symbol] = self.sold[symbol].saturating_add(micro_usd);
    }

    /// Moves a step's prices and the width of their confidence; what was sold before has partly been forgotten by then.
    ///
    /// Formula:  sold × 2^(−elapsed / half_life);  p × W / (W + sold) for a sale, p × (W + bought) / W for a purchase, W = 100 × depth
    /// Rounding: to zero
    pub(crate) fn move_prices(&mut self, step: &mut PriceStep) {
        let elapsed = step.time.abs_diff(self.time);
        self.time = step.time;
        let whole = 100 * i128::from(self.impact.depth.max(1)) * MICRO;
        for (sold, sample) in self.sold.iter_mut().zip(&mut step.samples) {
            *sold = power::decay(*sold, elapsed, self.impact.half_life.max(1));
            let (up, down) = match i128::from(*sold) {
                sold if sold >= 0 => (whole, whole + sold),
                sold => (whole - sold, whole),
            };
            let moved = |price: Price8| {
                let moved = i128::from(price.0) * up / down;
                Price8(moved.clamp(Price8::MIN.0.into(), Price8::MAX.0.into()) as i64)
            };
            (sample.price, sample.conf) = (moved(sample.price), moved(sample.conf));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::price_path::Sample;

    fn price_after(sold_usd: i64, seconds: i64) -> i64 {
        let mut pressure = Pressure::new(Impact { depth: 100_000, half_life: 600 }, 1, 0);
        pressure.sell(0, sold_usd * 1_000_000);
        let price = Price8::from_usd(100);
        let mut step = PriceStep { time: seconds, samples: vec![Sample { price, conf: price, ema: price }] };
        pressure.move_prices(&mut step);
        assert_eq!(step.samples[0].ema, price, "the moving average is the path's own");
        step.samples[0].price.0
    }

    /// W is 10,000,000 dollars: 100 × 10,000 / 10,100 = 99.0099, and 100 × 10,100 / 10,000 = 101.
    #[test]
    fn the_depth_moves_a_price_by_one_percent() {
        assert_eq!(price_after(100_000, 0), 9_900_990_099);
        assert_eq!(price_after(-100_000, 0), 10_100_000_000);
        assert_eq!(price_after(0, 0), 10_000_000_000);
    }

    /// After one half-life $100,000 count as 50,000: 100 × 10,000 / 10,050.
    #[test]
    fn half_of_an_impact_is_gone_after_the_half_life() {
        assert_eq!(price_after(100_000, 600), 9_950_248_756);
        assert_eq!(price_after(100_000, 600_000), 10_000_000_000);
    }

    #[test]
    fn no_sale_makes_a_price_zero_or_negative() {
        assert!(price_after(i64::MAX / 1_000_000, 0) > 0);
    }
}
