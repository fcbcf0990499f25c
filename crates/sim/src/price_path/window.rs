//! Times as users write them. Owns the reading of dates and of time cells and the `--from`/`--to` window; refuses to know
//! prices. All times are UTC.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

use super::PriceInputError;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// The part of history a run walks: candles that start within it, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    /// First unix second, if limited.
    pub from: Option<i64>,
    /// Last unix second, if limited.
    pub to: Option<i64>,
}

impl Window {
    /// Reads `--from` and `--to`. A `--to` without a time of day means through the end of that day, one without seconds
    /// through the end of that minute.
    pub fn parse(from: Option<&str>, to: Option<&str>) -> Result<Window, PriceInputError> {
        let read = |option, text: Option<&str>| match text {
            None => Ok(None),
            Some(given) => match date_time(given) {
                Some(moment) => Ok(Some(moment)),
                None => Err(PriceInputError::BadDate { option, given: given.to_owned() }),
            },
        };
        let start = read("--from", from)?.map(|moment| moment.first_second);
        let end = read("--to", to)?.map(|moment| moment.last_second);
        match (start, end) {
            (Some(a), Some(b)) if a > b => Err(PriceInputError::FromAfterTo {
                from: from.unwrap_or_default().to_owned(),
                to: to.unwrap_or_default().to_owned(),
            }),
            _ => Ok(Window { from: start, to: end }),
        }
    }

    /// Whether a unix second lies within the window.
    pub fn contains(&self, time: i64) -> bool {
        self.from.is_none_or(|from| time >= from) && self.to.is_none_or(|to| time <= to)
    }
}

/// The time in a cell of a price file, unix seconds: seconds, milliseconds, microseconds or nanoseconds since 1970 (told
/// apart by their size), or a date with or without a time of day.
pub(super) fn cell_time(text: &str) -> Option<i64> {
    let text = text.trim();
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let numeric = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if !numeric || is_compact_date(text) {
        return date_time(text).map(|moment| moment.first_second);
    }
    let number: i64 = whole.parse().ok()?;
    Some(match number {
        0..100_000_000_000 => number,
        100_000_000_000..100_000_000_000_000 => number / 1_000,
        100_000_000_000_000..100_000_000_000_000_000 => number / 1_000_000,
        _ => number / 1_000_000_000,
    })
}

/// Unix seconds as `2020-03-12 10:45`, with seconds where they are not zero.
pub(super) fn show(time: i64) -> String {
    let format = if time % 60 == 0 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" };
    DateTime::from_timestamp(time, 0).map_or_else(|| time.to_string(), |moment| moment.format(format).to_string())
}

/// Seconds in the largest unit that divides them: `1 h`, `15 min`.
pub(crate) fn duration(seconds: i64) -> String {
    match seconds {
        s if s % 86_400 == 0 => format!("{} d", s / 86_400),
        s if s % 3_600 == 0 => format!("{} h", s / 3_600),
        s if s % 60 == 0 => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}

/// A written moment: the seconds it may mean, as precise as it was written.
struct Moment {
    first_second: i64,
    last_second: i64,
}

/// `20200308`, which is a date and not the 234th day of 1970.
fn is_compact_date(text: &str) -> bool {
    text.len() == 8 && (text.starts_with("19") || text.starts_with("20"))
}

fn date_time(text: &str) -> Option<Moment> {
    let text = text.trim();
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(exactly(moment.timestamp()));
    }
    let text = text.trim_end_matches("UTC").trim_end_matches('Z').trim_end();
    for format in ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"] {
        if let Ok(date) = NaiveDate::parse_from_str(text, format) {
            let start = date.and_time(NaiveTime::MIN).and_utc().timestamp();
            return Some(Moment { first_second: start, last_second: start + DAY - 1 });
        }
        for separator in [" ", "T"] {
            let with = |time| format!("{format}{separator}{time}");
            if let Ok(moment) = NaiveDateTime::parse_from_str(text, &with("%H:%M")) {
                let start = moment.and_utc().timestamp();
                return Some(Moment { first_second: start, last_second: start + 59 });
            }
            if let Ok(moment) = NaiveDateTime::parse_from_str(text, &with("%H:%M:%S%.f")) {
                return Some(exactly(moment.and_utc().timestamp()));
            }
        }
    }
    None
}

fn exactly(second: i64) -> Moment {
    Moment { first_second: second, last_second: second }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2020-03-08 00:00:00 UTC.
    const MARCH_8: i64 = 1_583_625_600;

    #[test]
    fn a_window_of_dates_includes_both_days_whole() {
        let window = Window::parse(Some("2020-03-08"), Some("2020-03-08")).unwrap();
        assert_eq!(window, Window { from: Some(MARCH_8), to: Some(MARCH_8 + DAY - 1) });
        assert!(window.contains(MARCH_8) && window.contains(MARCH_8 + DAY - 1));
        assert!(!window.contains(MARCH_8 - 1) && !window.contains(MARCH_8 + DAY));
    }

    #[test]
    fn a_window_takes_times_of_day() {
        let window = Window::parse(Some("2020-03-08 06:00:30"), Some("2020-03-08T07:00")).unwrap();
        assert_eq!(window, Window { from: Some(MARCH_8 + 21_630), to: Some(MARCH_8 + 25_259) });
    }

    #[test]
    fn an_open_window_contains_everything() {
        assert!(Window::default().contains(i64::MIN) && Window::default().contains(i64::MAX));
    }

    #[test]
    fn a_window_fails_with_bad_date() {
        for text in ["yesterday", "2020-13-01", "2020-02-30", "", "1583625600", "12/03/2020"] {
            let error = Window::parse(None, Some(text)).unwrap_err();
            assert_eq!(error, PriceInputError::BadDate { option: "--to", given: text.to_owned() });
        }
    }

    #[test]
    fn a_window_fails_with_from_after_to() {
        let error = Window::parse(Some("2020-03-09"), Some("2020-03-08")).unwrap_err();
        assert_eq!(error.to_string(), "--from 2020-03-09 is later than --to 2020-03-08");
    }

    #[test]
    fn every_usual_way_to_write_a_time_means_the_same_second() {
        for text in [
            "1583625600",
            "1583625600.0",
            "1583625600000",
            "1583625600000000",
            "1583625600000000000",
            "2020-03-08",
            "2020/03/08",
            "20200308",
            "2020-03-08 00:00",
            "2020-03-08 00:00:00",
            "2020-03-08 00:00:00 UTC",
            "2020-03-08 00:00:00+00:00",
            "2020-03-08T00:00:00Z",
            "2020-03-08T00:00:00.000Z",
            "2020-03-08T01:00:00+01:00",
            "2020.03.08 00:00",
        ] {
            assert_eq!(cell_time(text), Some(MARCH_8), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "soon", "00:00:00", "-5", "1e9", "99999999999999999999", "."] {
            assert_eq!(cell_time(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_duration_is_shown_in_the_largest_unit_that_divides_it() {
        for (seconds, want) in [(172_800, "2 d"), (3_600, "1 h"), (5_400, "90 min"), (61, "61 s")] {
            assert_eq!(duration(seconds), want);
        }
    }

    #[test]
    fn a_time_is_shown_to_the_minute_unless_it_has_seconds() {
        assert_eq!(show(MARCH_8), "2020-03-08 00:00");
        assert_eq!(show(MARCH_8 + 5), "2020-03-08 00:00:05");
    }
}
