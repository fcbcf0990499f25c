//! The plots of a report: five of every run, two of each perp market. Owns which numbers of a record are drawn and how; refuses to know SVG and HTML.

use plotters::style::RGBColor;

use crate::price_path::duration;
use crate::record::{MarketStepRecord, RunRecord, StepRecord};

use super::axis::tick_step;
use super::chart::{BLUE, Chart, GREEN, GREY, ORANGE, RED, Series, Shape, VIOLET};
use super::format::{grouped, money_short};

/// Most bars of the plot of liquidations.
const MAX_BARS: usize = 120;
/// Colours of token lines, in the order of the tokens.
const TOKEN_COLORS: [RGBColor; 6] = [VIOLET, ORANGE, BLUE, GREY, GREEN, RED];

/// Unix seconds of the first and of the last step.
pub(super) fn span(record: &RunRecord) -> (i64, i64) {
    let time = |step: Option<&StepRecord>| step.map_or(0, |step| step.time);
    (time(record.steps.first()), time(record.steps.last()))
}

/// Every token's price, the first step being 100.
pub(super) fn prices(record: &RunRecord) -> Chart {
    let series = record.tokens.iter().enumerate().map(|(i, token)| {
        let price = |step: &StepRecord| step.prices.get(i).map_or(0, |price| price.0) as f64;
        let start = record.steps.first().map_or(1.0, price).max(1.0);
        let points = record.steps.iter().map(|step| (step.time, price(step) / start * 100.0));
        Series {
            name: token.symbol.clone(),
            color: TOKEN_COLORS[i % TOKEN_COLORS.len()],
            shape: Shape::Line,
            points: points.collect(),
        }
    });
    Chart {
        title: "Prices".to_owned(),
        unit: "index, start = 100".to_owned(),
        y_label: |value| format!("{value:.0}"),
        from_zero: false,
        series: series.collect(),
    }
}

/// All debt and the part of it that is near liquidation.
pub(super) fn value_at_risk(record: &RunRecord) -> Chart {
    Chart {
        title: "Value at risk".to_owned(),
        unit: "US dollars".to_owned(),
        y_label: dollars,
        from_zero: true,
        series: vec![
            series(record, "all debt", GREY, Shape::Line, |step| step.debt_micro_usd),
            series(record, "debt within 10 % of liquidation", ORANGE, Shape::Area, |step| step.value_at_risk_micro_usd),
        ],
    }
}

/// How many accounts could be liquidated.
pub(super) fn liquidatable(record: &RunRecord) -> Chart {
    Chart {
        title: "Liquidatable accounts".to_owned(),
        unit: "accounts".to_owned(),
        y_label: count,
        from_zero: true,
        series: vec![series(record, "before the step's liquidations", VIOLET, Shape::Area, |step| {
            step.liquidatable_accounts
        })],
    }
}

/// Debt repaid by liquidations, summed over stretches that leave room for a bar each.
pub(super) fn liquidations(record: &RunRecord) -> Chart {
    let (start, end) = span(record);
    let gap = match record.steps.len() {
        0 | 1 => 60,
        steps => ((end - start) / (steps as i64 - 1)).max(1),
    };
    let width = if record.steps.len() <= 2 * MAX_BARS { gap } else { tick_step(end - start, MAX_BARS).max(gap) };
    let mut points: Vec<(i64, f64)> = Vec::new();
    for step in &record.steps {
        let time = start + (step.time - start) / width * width;
        let repaid = step.repaid_micro_usd as f64;
        match points.last_mut() {
            Some(last) if last.0 == time => last.1 += repaid,
            _ => points.push((time, repaid)),
        }
    }
    let name =
        if width == gap { "debt repaid per step".to_owned() } else { format!("debt repaid per {}", duration(width)) };
    Chart {
        title: "Liquidations".to_owned(),
        unit: "US dollars".to_owned(),
        y_label: dollars,
        from_zero: true,
        series: vec![Series { name, color: RED, shape: Shape::Bars(width), points }],
    }
}

/// What the insurance tranches hold, and bad debt so far.
pub(super) fn insurance(record: &RunRecord) -> Chart {
    Chart {
        title: "Insurance and bad debt".to_owned(),
        unit: "US dollars".to_owned(),
        y_label: dollars,
        from_zero: true,
        series: vec![
            series(record, "insurance tranches", GREEN, Shape::Area, |step| step.tranche_micro_usd),
            series(record, "bad debt so far", RED, Shape::Line, |step| step.bad_debt_micro_usd),
        ],
    }
}

/// What a market's pool is worth and what its tranche holds.
pub(super) fn pool(record: &RunRecord, market: usize) -> Chart {
    let symbol = record.markets.get(market).map_or("", |market| market.symbol.as_str());
    let of = |value: fn(&MarketStepRecord) -> i64| points(record, market, value);
    Chart {
        title: format!("{symbol}-PERP: pool"),
        unit: "US dollars".to_owned(),
        y_label: dollars,
        from_zero: true,
        series: vec![
            line("pool equity", BLUE, Shape::Line, of(|step| step.equity_micro_usd)),
            line("market tranche", GREEN, Shape::Line, of(|step| step.tranche_micro_usd as i64)),
            line("deficit", RED, Shape::Area, of(|step| step.deficit_micro_usd as i64)),
        ],
    }
}

/// A market's open interest and its skew.
pub(super) fn open_interest(record: &RunRecord, market: usize) -> Chart {
    let symbol = record.markets.get(market).map_or("", |market| market.symbol.as_str());
    let of = |value: fn(&MarketStepRecord) -> i64| points(record, market, value);
    Chart {
        title: format!("{symbol}-PERP: open interest"),
        unit: "US dollars".to_owned(),
        y_label: dollars,
        from_zero: true,
        series: vec![
            line("longs", GREEN, Shape::Line, of(|step| step.long_micro_usd as i64)),
            line("shorts", RED, Shape::Line, of(|step| step.short_micro_usd as i64)),
            line(
                "longs − shorts",
                GREY,
                Shape::Area,
                of(|step| step.long_micro_usd as i64 - step.short_micro_usd as i64),
            ),
        ],
    }
}

fn points(record: &RunRecord, market: usize, value: fn(&MarketStepRecord) -> i64) -> Vec<(i64, f64)> {
    let of = |step: &StepRecord| Some((step.time, value(step.markets.get(market)?) as f64));
    record.steps.iter().filter_map(of).collect()
}

fn line(name: &str, color: RGBColor, shape: Shape, points: Vec<(i64, f64)>) -> Series {
    Series { name: name.to_owned(), color, shape, points }
}

fn series(record: &RunRecord, name: &str, color: RGBColor, shape: Shape, value: fn(&StepRecord) -> u64) -> Series {
    let points = record.steps.iter().map(|step| (step.time, value(step) as f64)).collect();
    Series { name: name.to_owned(), color, shape, points }
}

fn dollars(micro_usd: f64) -> String {
    if micro_usd < 0.0 {
        return format!("−{}", dollars(-micro_usd));
    }
    let exact = micro_usd.max(0.0) as u64;
    match exact {
        0 => "$0".to_owned(),
        1..10_000_000 => format!("${:.2}", micro_usd / 1e6),
        _ => shorter(money_short(exact)),
    }
}

/// `$2.00M` as `$2M`, `$2.50M` as `$2.5M`: axis labels are round.
fn shorter(label: String) -> String {
    match label.char_indices().last() {
        Some((end, suffix)) if label.contains('.') && suffix.is_alphabetic() => {
            format!("{}{suffix}", label[..end].trim_end_matches('0').trim_end_matches('.'))
        }
        _ => label,
    }
}

fn count(value: f64) -> String {
    if value.fract() == 0.0 { grouped(value.max(0.0) as u128) } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(repaid: &[u64]) -> RunRecord {
        let mut record = crate::report::example();
        record.steps = (0..)
            .zip(repaid)
            .map(|(i, &repaid_micro_usd)| StepRecord { time: i * 60, repaid_micro_usd, ..Default::default() })
            .collect();
        record
    }

    #[test]
    fn a_short_run_has_a_bar_for_each_step() {
        let chart = liquidations(&steps(&[0, 5, 0, 7]));
        assert_eq!(chart.series[0].points, [(0, 0.0), (60, 5.0), (120, 0.0), (180, 7.0)]);
        assert_eq!(chart.series[0].name, "debt repaid per step");
    }

    #[test]
    fn bars_of_a_long_run_are_few_and_lose_no_dollar() {
        let chart = liquidations(&steps(&[3; 1_000]));
        let points = &chart.series[0].points;
        assert!(points.len() <= MAX_BARS + 1);
        assert_eq!(points.iter().map(|point| point.1).sum::<f64>(), 3_000.0);
        assert_eq!(chart.series[0].name, "debt repaid per 10 min");
    }

    #[test]
    fn every_price_line_starts_at_one_hundred() {
        let chart = prices(&crate::report::example());
        assert!(chart.series.iter().all(|series| series.points[0].1 == 100.0));
    }

    #[test]
    fn axis_labels_are_short_and_round() {
        assert_eq!(dollars(0.0), "$0");
        assert_eq!(dollars(-2e12), "−$2M");
        assert_eq!(dollars(2_500_000.0), "$2.50");
        assert_eq!(dollars(2e12), "$2M");
        assert_eq!(dollars(2.5e12), "$2.5M");
        assert_eq!(dollars(200e9), "$200k");
        assert_eq!((count(1_500.0), count(0.5)), ("1,500".to_owned(), String::new()));
    }
}
