//! Prices between the steps of a path: straight lines. Owns the interpolation of one moment, and finer paths.

use super::{Price8, PricePath, PriceStep, Sample, sample};

/// A gap between two steps that is longer than this, seconds, is an outage: nothing was printed in it.
pub const OUTAGE_SECONDS: i64 = 300;

/// How fine a path is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fineness {
    /// Most seconds between two steps.
    pub most: i64,
    /// Fewest seconds between two steps.
    pub least: i64,
    /// Largest move of a price from one step to the next, bps, as far as the fewest seconds allow.
    pub bps: i64,
}

impl Fineness {
    /// As fine as it takes for no quiet time to count as an outage, and the steps of a path that is finer than that.
    pub const QUIET: Fineness = Fineness { most: 240, least: 60, bps: 10_000 };
}

/// The moment between two steps: price, confidence and moving average on the straight line.
pub(crate) fn between(a: &PriceStep, b: &PriceStep, time: i64) -> PriceStep {
    let line = |from: Price8, to: Price8| Price8(on_line((a.time, from.0), (b.time, to.0), time));
    let samples = a.samples.iter().zip(&b.samples).map(|(a, b)| Sample {
        price: line(a.price, b.price),
        conf: line(a.conf, b.conf),
        ema: line(a.ema, b.ema),
    });
    PriceStep { time, samples: samples.collect() }
}

/// A path with steps on the straight lines between the steps of another. Confidence and moving average are computed anew.
pub fn finer(path: &PricePath, fineness: &Fineness) -> PricePath {
    let mut rows: Vec<(i64, Vec<Price8>)> = Vec::new();
    let prices = |step: &PriceStep| step.samples.iter().map(|sample| sample.price).collect::<Vec<_>>();
    for pair in path.steps.windows(2) {
        let (a, b) = (&pair[0], &pair[1]);
        let parts = parts(a, b, fineness);
        for part in 0..parts {
            let time = a.time + (b.time - a.time) * part / parts;
            rows.push((time, prices(&between(a, b, time))));
        }
    }
    rows.extend(path.steps.last().map(|step| (step.time, prices(step))));
    let mut notes = path.notes.clone();
    let Fineness { most, least, bps } = fineness;
    notes.push(format!(
        "Between those prices: straight lines with a step every {most} seconds or {bps} bps of a price, whichever comes first, but not \
         within {least} seconds."
    ));
    sample::path(path.symbols.clone(), rows, notes)
}

/// In how many parts a gap is walked.
fn parts(a: &PriceStep, b: &PriceStep, fineness: &Fineness) -> i64 {
    let span = b.time - a.time;
    let move_of = |(a, b): (&Sample, &Sample)| (b.price.0 - a.price.0).abs() * 10_000 / a.price.0.max(1);
    let moved = a.samples.iter().zip(&b.samples).map(move_of).max().unwrap_or(0);
    let wanted = (span / fineness.most).max(moved / fineness.bps) + 1;
    wanted.min(span / fineness.least).max(1)
}

fn on_line((t0, y0): (i64, i64), (t1, y1): (i64, i64), time: i64) -> i64 {
    let run = i128::from((t1 - t0).max(1));
    (i128::from(y0) + i128::from(y1 - y0) * i128::from(time - t0) / run) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(prices: &[(i64, u32)]) -> PricePath {
        let rows = prices.iter().map(|&(time, usd)| (time, vec![Price8::from_usd(usd)])).collect();
        sample::path(vec!["X".into()], rows, vec![])
    }

    fn walked(prices: &[(i64, u32)], fineness: Fineness) -> Vec<(i64, i64)> {
        finer(&path(prices), &fineness).steps.iter().map(|s| (s.time, s.samples[0].price.0 / Price8::PER_USD)).collect()
    }

    #[test]
    fn a_quiet_gap_is_cut_by_time_alone() {
        let steps = walked(&[(0, 100), (600, 100)], Fineness { most: 240, least: 2, bps: 25 });
        assert_eq!(steps, [(0, 100), (200, 100), (400, 100), (600, 100)]);
    }

    /// 20 % are 2,000 bps: at 500 bps a step five parts, but two seconds each allow only three of them in six seconds.
    #[test]
    fn a_fall_is_cut_by_its_size_as_far_as_time_allows() {
        let fineness = Fineness { most: 240, least: 2, bps: 500 };
        assert_eq!(
            walked(&[(0, 100), (100, 80)], fineness),
            [(0, 100), (20, 96), (40, 92), (60, 88), (80, 84), (100, 80)]
        );
        assert_eq!(walked(&[(0, 100), (6, 80)], fineness).len(), 4);
    }
}
