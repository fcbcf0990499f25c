//! From bare prices to full samples. Owns the confidence and the EMA that an oracle would publish with each price;
//! refuses to know where the prices came from.

use super::{Price8, PricePath, PriceStep, power};

/// Confidence of a price that does not move, bps of the price.
pub const CONFIDENCE_BASE_BPS: i64 = 5;
/// Confidence added for movement: the last step's absolute move divided by this.
pub const CONFIDENCE_MOVE_DIVISOR: i64 = 25;
/// Widest confidence, bps of the price.
pub const CONFIDENCE_MAX_BPS: i64 = 100;
/// Half-life of the EMA in seconds: one hour, about that of Pyth's own.
pub const EMA_HALF_LIFE_SECONDS: u64 = 3_600;

/// What an oracle publishes for one asset at one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Price of one whole token.
    pub price: Price8,
    /// Half-width of the confidence interval: [`CONFIDENCE_BASE_BPS`] of the price plus 1/[`CONFIDENCE_MOVE_DIVISOR`] of
    /// the last move, at most [`CONFIDENCE_MAX_BPS`] of the price; rounded up.
    pub conf: Price8,
    /// Exponential moving average with [`EMA_HALF_LIFE_SECONDS`], starting at the first price.
    pub ema: Price8,
}

/// The note that tells a reader how confidence and EMA were made.
pub(super) fn note() -> String {
    format!(
        "Confidence: {CONFIDENCE_BASE_BPS} bps of the price plus 1/{CONFIDENCE_MOVE_DIVISOR} of the last step's move, at most \
         {CONFIDENCE_MAX_BPS} bps. EMA: half-life {} minutes, starting at the first price.",
        EMA_HALF_LIFE_SECONDS / 60
    )
}

/// Adds confidence and EMA to prices in rising time; `rows` holds one price for each symbol.
pub(super) fn path(symbols: Vec<String>, rows: Vec<(i64, Vec<Price8>)>, notes: Vec<String>) -> PricePath {
    let mut steps: Vec<PriceStep> = Vec::with_capacity(rows.len());
    for (time, prices) in rows {
        let samples = match steps.last() {
            None => prices.into_iter().map(first).collect(),
            Some(last) => {
                let elapsed = time.abs_diff(last.time);
                last.samples.iter().zip(prices).map(|(before, price)| next(before, price, elapsed)).collect()
            }
        };
        steps.push(PriceStep { time, samples });
    }
    PricePath { symbols, steps, notes }
}

fn first(price: Price8) -> Sample {
    Sample { price, conf: confidence(price, price), ema: price }
}

fn next(before: &Sample, price: Price8, elapsed: u64) -> Sample {
    let gap = before.ema.0 - price.0;
    let ema = price.0 + power::decay(gap, elapsed, EMA_HALF_LIFE_SECONDS);
    Sample { price, conf: confidence(before.price, price), ema: Price8(ema) }
}

fn confidence(before: Price8, price: Price8) -> Price8 {
    let bps = |n: i64| (i128::from(price.0) * i128::from(n) + 9_999) / 10_000;
    let moved = i128::from((price.0 - before.0).abs());
    let conf = bps(CONFIDENCE_BASE_BPS) + moved / i128::from(CONFIDENCE_MOVE_DIVISOR);
    Price8(conf.min(bps(CONFIDENCE_MAX_BPS)) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_symbol(prices: &[(i64, u32)]) -> Vec<Sample> {
        let rows = prices.iter().map(|&(time, usd)| (time, vec![Price8::from_usd(usd)])).collect();
        let path = path(vec!["X".into()], rows, vec![]);
        path.steps.into_iter().map(|step| step.samples[0]).collect()
    }

    /// Quiet: 5 bps of 100 = 0.05. After 100 → 90: 5 bps of 90 + 10/25 = 0.045 + 0.4 = 0.445.
    #[test]
    fn confidence_widens_when_the_price_moves() {
        let samples = one_symbol(&[(0, 100), (60, 100), (120, 90)]);
        assert_eq!(samples[1].conf, Price8(5_000_000));
        assert_eq!(samples[2].conf, Price8(44_500_000));
    }

    /// 100 → 10 would add 3.6, but 1 % of 10 is 0.1.
    #[test]
    fn confidence_is_capped_at_one_percent_of_the_price() {
        let samples = one_symbol(&[(0, 100), (60, 10)]);
        assert_eq!(samples[1].conf, Price8(10_000_000));
    }

    /// After one half-life the EMA stands in the middle: 100 + (50 − 100)/2 = 75, then 62.5.
    #[test]
    fn the_ema_closes_half_of_the_gap_in_one_half_life() {
        let samples = one_symbol(&[(0, 100), (3_600, 50), (7_200, 50)]);
        assert_eq!(samples[0].ema, Price8::from_usd(100));
        assert_eq!(samples[1].ema, Price8::from_usd(75));
        assert_eq!(samples[2].ema, Price8(6_250_000_000));
    }
}
