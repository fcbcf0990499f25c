//! Candles and the way they are walked. Owns the order of prices within a candle; refuses to know files and symbols.

use super::Price8;

/// Steps in which one candle is walked.
pub(super) const STEPS_PER_CANDLE: i64 = 4;

/// How a candle is walked, for the report.
pub(super) const ORDER_NOTE: &str = "Order within a candle: open, low, high, close if it closes at or above its open, else \
     open, high, low, close; one quarter of the interval apart. Every low is a step of its own, so no dip is skipped.";

/// One row of an OHLC file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Candle {
    /// Unix second at which the candle starts.
    pub start: i64,
    /// First price.
    pub open: Price8,
    /// Highest price.
    pub high: Price8,
    /// Lowest price.
    pub low: Price8,
    /// Last price.
    pub close: Price8,
}

impl Candle {
    /// The four prices in the order of the walk: a falling candle reaches its low late, so that it passes from the high to
    /// the low in one step, the worst for borrowers; a rising one dips first.
    fn prices(&self) -> [Price8; STEPS_PER_CANDLE as usize] {
        if self.close >= self.open {
            [self.open, self.low, self.high, self.close]
        } else {
            [self.open, self.high, self.low, self.close]
        }
    }
}

/// Candles in rising time, at least [`STEPS_PER_CANDLE`] seconds apart, as (time, price): step k of a candle stands k quarters of the
/// interval after its start, or of the gap to the next candle if that is shorter.
pub(super) fn walk(candles: &[Candle], interval: i64) -> Vec<(i64, Price8)> {
    let mut steps = Vec::with_capacity(candles.len() * STEPS_PER_CANDLE as usize);
    for (i, candle) in candles.iter().enumerate() {
        let gap = candles.get(i + 1).map_or(interval, |next| next.start - candle.start);
        let span = interval.min(gap);
        for (k, price) in (0..).zip(candle.prices()) {
            steps.push((candle.start + k * span / STEPS_PER_CANDLE, price));
        }
    }
    steps
}

/// Median gap between candles in rising time, seconds; `None` for fewer than two.
pub(super) fn median_gap(candles: &[Candle]) -> Option<i64> {
    let mut gaps: Vec<i64> = candles.windows(2).map(|pair| pair[1].start - pair[0].start).collect();
    gaps.sort_unstable();
    gaps.get(gaps.len() / 2).copied()
}

/// Number of gaps longer than the interval.
pub(super) fn gaps(candles: &[Candle], interval: i64) -> usize {
    candles.windows(2).filter(|pair| pair[1].start - pair[0].start > interval).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candle(start: i64, [open, high, low, close]: [i64; 4]) -> Candle {
        Candle { start, open: Price8(open), high: Price8(high), low: Price8(low), close: Price8(close) }
    }

    fn plain(steps: Vec<(i64, Price8)>) -> Vec<(i64, i64)> {
        steps.into_iter().map(|(time, price)| (time, price.0)).collect()
    }

    #[test]
    fn a_rising_candle_dips_first() {
        let steps = walk(&[candle(0, [10, 20, 5, 15])], 60);
        assert_eq!(plain(steps), [(0, 10), (15, 5), (30, 20), (45, 15)]);
    }

    #[test]
    fn a_falling_candle_goes_from_its_high_to_its_low_in_one_step() {
        let steps = walk(&[candle(0, [10, 20, 5, 8])], 60);
        assert_eq!(plain(steps), [(0, 10), (15, 20), (30, 5), (45, 8)]);
    }

    #[test]
    fn an_even_candle_counts_as_rising() {
        let steps = walk(&[candle(0, [10, 20, 5, 10])], 60);
        assert_eq!(plain(steps), [(0, 10), (15, 5), (30, 20), (45, 10)]);
    }

    #[test]
    fn steps_never_reach_into_the_next_candle() {
        let steps = walk(&[candle(0, [1, 1, 1, 1]), candle(20, [2, 2, 2, 2])], 60);
        let times: Vec<i64> = steps.iter().map(|step| step.0).collect();
        assert_eq!(times, [0, 5, 10, 15, 20, 35, 50, 65]);
    }

    #[test]
    fn the_interval_is_the_median_gap_whatever_is_missing() {
        let flat = |start| candle(start, [1, 1, 1, 1]);
        let candles = [flat(0), flat(60), flat(120), flat(600), flat(660)];
        assert_eq!(median_gap(&candles), Some(60));
        assert_eq!(gaps(&candles, 60), 1);
        assert_eq!(median_gap(&candles[..1]), None);
    }
}
