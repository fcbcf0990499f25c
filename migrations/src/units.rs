//! Numbers as people write them, exactly: decimals are digits in a text, never floating point.

/// How a parameter is written in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A whole number; the text ends its key (`_bps`, `_usd`, or nothing).
    Whole(&'static str),
    /// A number with up to this many decimals; the text ends its key.
    Decimal(&'static str, u8),
    /// Whole tokens, or base units of a market, with as many decimals as it has; the text ends its key.
    Tokens(&'static str),
    /// Whole quote tokens, or `"unlimited"` for the greatest number.
    Quote,
    /// A time: `"14d"`, `"12h"`, `"30m"`, `"45s"`.
    Time,
}

/// Decimals of what amounts are measured in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scale {
    /// Of the token or of a market's base unit.
    pub own: u8,
    /// Of the quote token.
    pub quote: u8,
}

/// What stands for the greatest number.
const UNLIMITED: &str = "unlimited";
/// Letters of times, longest first.
const TIMES: [(char, u64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

impl Unit {
    /// What the key ends with.
    pub fn suffix(self) -> &'static str {
        match self {
            Unit::Whole(suffix) | Unit::Decimal(suffix, _) | Unit::Tokens(suffix) => suffix,
            Unit::Quote => "_quote",
            Unit::Time => "",
        }
    }

    /// From text to the number that the chain has.
    ///
    /// # Errors
    /// What to write instead.
    pub fn parse(self, text: &str, scale: Scale) -> Result<u64, String> {
        match self {
            Unit::Whole(_) => decimal(text, 0),
            Unit::Decimal(_, digits) => decimal(text, digits),
            Unit::Tokens(_) => decimal(text, scale.own),
            Unit::Quote if text == UNLIMITED => Ok(u64::MAX),
            Unit::Quote => decimal(text, scale.quote),
            Unit::Time => seconds(text),
        }
    }

    /// From the number that the chain has to text.
    pub fn show(self, value: u64, scale: Scale) -> String {
        match self {
            Unit::Quote if value == u64::MAX => UNLIMITED.to_owned(),
            Unit::Whole(_) => shown(value, 0),
            Unit::Decimal(_, digits) => shown(value, digits),
            Unit::Tokens(_) => shown(value, scale.own),
            Unit::Quote => shown(value, scale.quote),
            Unit::Time => time(value),
        }
    }
}

/// A number with up to some decimals, times ten to their power.
///
/// # Errors
/// What to write instead.
pub fn decimal(text: &str, digits: u8) -> Result<u64, String> {
    let refuse = || {
        let example =
            if digits == 0 { "a whole number such as 1_500".to_owned() } else { "a number such as 0.25".to_owned() };
        format!("{text:?} is no number: write {example}")
    };
    let plain: String = text.chars().filter(|letter| *letter != '_').collect();
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(fraction) || plain.ends_with('.') {
        return Err(refuse());
    }
    if fraction.len() > usize::from(digits) {
        return Err(format!("{text:?} has more than {digits} decimals: write no more"));
    }
    let padded = format!("{whole}{fraction:0<width$}", width = usize::from(digits));
    padded.parse().map_err(|_| format!("{text:?} is above 2^64 − 1 of the smallest units: write less"))
}

fn shown(value: u64, digits: u8) -> String {
    let digits = usize::from(digits);
    let padded = format!("{value:0>width$}", width = digits + 1);
    let (whole, fraction) = padded.split_at(padded.len() - digits);
    let fraction = fraction.trim_end_matches('0');
    let mut grouped = String::new();
    for (place, letter) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push('_');
        }
        grouped.push(letter);
    }
    if fraction.is_empty() { grouped } else { format!("{grouped}.{fraction}") }
}

/// A time in seconds.
///
/// # Errors
/// What to write instead.
pub fn seconds(text: &str) -> Result<u64, String> {
    let refuse = || format!("{text:?} is no time: write a number and d, h, m or s, such as \"14d\" or \"45s\"");
    if text == "0" {
        return Ok(0);
    }
    let (letter, unit) = TIMES.into_iter().find(|(letter, _)| text.ends_with(*letter)).ok_or_else(refuse)?;
    let count = decimal(text.trim_end_matches(letter), 0).map_err(|_| refuse())?;
    count.checked_mul(unit).ok_or_else(refuse)
}

/// Seconds in the greatest unit that leaves no remainder.
pub fn time(seconds: u64) -> String {
    let fits = |(_, unit): &(char, u64)| seconds != 0 && seconds.is_multiple_of(*unit);
    match TIMES.into_iter().find(fits) {
        Some((letter, unit)) => format!("{}{letter}", seconds / unit),
        None => "0s".to_owned(),
    }
}

/// Seconds in the two greatest units that are not zero, for people: `1d 3h`.
pub fn span(seconds: u64) -> String {
    let mut left = seconds;
    let mut parts = Vec::new();
    for (letter, unit) in TIMES {
        if left >= unit {
            parts.push(format!("{}{letter}", left / unit));
            left %= unit;
        }
    }
    parts.truncate(2);
    if parts.is_empty() { "0s".to_owned() } else { parts.join(" ") }
}

/// A unix time as a date in UTC, for people.
pub fn date(unix: i64) -> String {
    let (days, second) = (unix.div_euclid(86_400), unix.rem_euclid(86_400));
    // Days since 1 March 0000, in cycles of 400 years, so that leap days end years.
    let shifted = days + 719_468;
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    let year = year + era * 400 + i64::from(month <= 2);
    let (hour, minute) = (second / 3_600, second / 60 % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        assert_eq!(decimal("1_000.000000001", 9), Ok(1_000_000_000_001));
        assert_eq!(decimal("0.1", 1), Ok(1));
        assert_eq!(decimal("18446744073709.551615", 6), Ok(u64::MAX));
        for (bad, digits) in
            [("18446744073709.551616", 6), ("0.12", 1), ("-1", 0), ("1e3", 0), ("1.", 2), (".5", 2), ("", 0)]
        {
            decimal(bad, digits).expect_err(bad);
        }
    }

    #[test]
    fn what_is_shown_reads_back() {
        let scale = Scale { own: 9, quote: 6 };
        for unit in [Unit::Whole(""), Unit::Decimal("", 2), Unit::Tokens("_tokens"), Unit::Quote, Unit::Time] {
            for value in [0, 1, 59, 60, 86_400, 1_234_567, 1_000_000_000, u64::MAX] {
                assert_eq!(unit.parse(&unit.show(value, scale), scale), Ok(value), "{unit:?}");
            }
        }
    }

    #[test]
    fn times_and_dates_are_said_for_people() {
        assert_eq!((seconds("14d"), seconds("90m"), seconds("0")), (Ok(1_209_600), Ok(5_400), Ok(0)));
        seconds("2 weeks").expect_err("no such unit");
        assert_eq!((time(5_400).as_str(), time(7_200).as_str(), time(0).as_str()), ("90m", "2h", "0s"));
        assert_eq!(span(100_000), "1d 3h");
        assert_eq!(date(1_735_689_600), "2025-01-01 00:00 UTC");
        assert_eq!(date(951_827_696), "2000-02-29 12:34 UTC");
    }
}
