//! The time axis of every plot. Owns where ticks stand and how their dates read; refuses to know what is plotted.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

use super::format::date;

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
/// Distances between ticks that people can read, seconds.
const TICK_STEPS: [i64; 22] = [
    10,
    30,
    60,
    120,
    300,
    600,
    900,
    1_800,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    4 * DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
    91 * DAY,
    182 * DAY,
    364 * DAY,
];

/// The smallest readable distance that needs at most `count` ticks for `span` seconds.
pub(super) fn tick_step(span: i64, count: usize) -> i64 {
    let wanted = span / (count.max(1) as i64);
    TICK_STEPS.into_iter().find(|step| *step >= wanted).unwrap_or(wanted.max(1))
}

/// Unix seconds along the x axis, ticks at round times.
#[derive(Clone)]
pub(super) struct TimeAxis {
    /// First second shown.
    pub start: i64,
    /// Last second shown; later than the first.
    pub end: i64,
    /// Most ticks there is room for.
    pub max_ticks: usize,
}

impl TimeAxis {
    fn step(&self) -> i64 {
        tick_step(self.end - self.start, self.max_ticks)
    }

    /// What the axis shows, for its description: the date where ticks are times of one day, else the year.
    pub fn describe(&self) -> String {
        let (first, last) = (date(self.start, "%-d %B %Y"), date(self.end, "%-d %B %Y"));
        let (first_year, last_year) = (date(self.start, "%Y"), date(self.end, "%Y"));
        match () {
            () if first == last => format!("{first}, UTC"),
            () if first_year == last_year => format!("{first_year}, UTC"),
            () => format!("{first_year} to {last_year}, UTC"),
        }
    }
}

impl Ranged for TimeAxis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = i64;

    fn map(&self, value: &i64, limit: (i32, i32)) -> i32 {
        let span = (self.end - self.start).max(1) as f64;
        let part = (value - self.start) as f64 / span;
        limit.0 + (f64::from(limit.1 - limit.0) * part).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _hint: Hint) -> Vec<i64> {
        let step = self.step();
        // ticks stand at round times of day, and those days apart begin with the first midnight
        let round = step.min(DAY);
        let first = (self.start + round - 1).div_euclid(round) * round;
        (0..).map(|k| first + k * step).take_while(|tick| *tick <= self.end).collect()
    }

    fn range(&self) -> Range<i64> {
        self.start..self.end
    }
}

impl ValueFormatter<i64> for TimeAxis {
    fn format_ext(&self, value: &i64) -> String {
        let one_day = date(self.start, "%F") == date(self.end, "%F");
        let format = match self.step() {
            step if step < 60 => "%H:%M:%S",
            step if step < DAY && one_day => "%H:%M",
            step if step < DAY => "%-d %b %H:%M",
            step if step < 28 * DAY => "%-d %b",
            _ => "%b %Y",
        };
        date(*value, format)
    }
}

#[cfg(test)]
mod tests {
    use plotters::coord::ranged1d::BoldPoints;

    use super::*;

    /// 2020-03-08 00:00:00 UTC.
    const MARCH_8: i64 = 1_583_625_600;

    fn labels(start: i64, end: i64, max_ticks: usize) -> Vec<String> {
        let axis = TimeAxis { start, end, max_ticks };
        axis.key_points(BoldPoints(20)).iter().map(|tick| axis.format_ext(tick)).collect()
    }

    #[test]
    fn a_few_hours_are_labelled_with_times_of_day() {
        let end = MARCH_8 + 12_000;
        assert_eq!(labels(MARCH_8, end, 4), ["00:00", "01:00", "02:00", "03:00"]);
        let axis = TimeAxis { start: MARCH_8, end, max_ticks: 4 };
        assert_eq!(axis.describe(), "8 March 2020, UTC");
    }

    #[test]
    fn days_are_labelled_with_dates() {
        let end = MARCH_8 + 9 * DAY - 900;
        assert_eq!(labels(MARCH_8, end, 5), ["8 Mar", "10 Mar", "12 Mar", "14 Mar", "16 Mar"]);
        assert_eq!(labels(MARCH_8 + 900, end, 5), ["9 Mar", "11 Mar", "13 Mar", "15 Mar"]);
        let axis = TimeAxis { start: MARCH_8, end, max_ticks: 5 };
        assert_eq!(axis.describe(), "2020, UTC");
    }

    #[test]
    fn years_are_labelled_with_months() {
        let labels = labels(MARCH_8, MARCH_8 + 900 * DAY, 6);
        assert!(labels.len() <= 6 && labels.iter().all(|label| label.contains("20")), "{labels:?}");
    }
}
