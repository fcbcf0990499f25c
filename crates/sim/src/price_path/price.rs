//! The price type. Owns the unit (1e-8 USD) and exact conversion from and to decimal text; refuses to know what is priced.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A price or a price-like width (confidence) in units of 1e-8 USD: a Pyth price with exponent −8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Price8(pub i64);

impl Price8 {
    /// Power of ten of the unit, as Pyth writes it.
    pub const EXPONENT: i32 = -8;
    /// Units in one US dollar.
    pub const PER_USD: i64 = 100_000_000;
    /// The smallest price a path may hold.
    pub const MIN: Price8 = Price8(1);
    /// The largest price a path may hold: a billion dollars.
    pub const MAX: Price8 = Price8(1_000_000_000 * Self::PER_USD);

    /// Whole US dollars as a price.
    pub const fn from_usd(dollars: u32) -> Price8 {
        Price8(dollars as i64 * Self::PER_USD)
    }

    /// The integer in units of 1e-8 USD.
    pub const fn units(self) -> i64 {
        self.0
    }

    /// Reads a decimal number of US dollars, rounded to the nearest unit; `None` if it is no number or beyond ±[`Self::MAX`].
    ///
    /// Plain decimals (`43221.71`) are exact and scientific notation (`1.2e-5`) is accepted, thousands separators are not.
    pub fn parse(text: &str) -> Option<Price8> {
        let text = text.trim();
        let (negative, digits) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (digits, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let units = decimal_units(whole, fraction, exponent)?;
        Some(Price8(if negative { -units } else { units }))
    }
}

/// `whole.fraction × 10^exponent` dollars in units of 1e-8, half rounded up; `None` above [`Price8::MAX`].
fn decimal_units(whole: &str, fraction: &str, exponent: i32) -> Option<i64> {
    // digits before this position (counted from the first digit of `whole`) make up the integer number of units
    let cut = whole.len() as i64 + i64::from(exponent) - i64::from(Price8::EXPONENT);
    let mut units: i64 = 0;
    let mut digits = whole.bytes().chain(fraction.bytes());
    for _ in 0..cut {
        let digit = digits.next();
        if digit.is_none() && units == 0 {
            break; // only zeros would follow, however large the exponent
        }
        units = units.checked_mul(10)?.checked_add(i64::from(digit.unwrap_or(b'0') - b'0'))?;
        if units > Price8::MAX.0 {
            return None;
        }
    }
    let half_up = cut >= 0 && digits.next().is_some_and(|d| d >= b'5');
    Some(units + i64::from(half_up)).filter(|units| *units <= Price8::MAX.0)
}

impl fmt::Display for Price8 {
    /// Dollars with all eight decimals, without the trailing zeros beyond cents.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (dollars, units) =
            (self.0.unsigned_abs() / Self::PER_USD as u64, self.0.unsigned_abs() % Self::PER_USD as u64);
        let fraction = format!("{units:08}");
        let kept = fraction.trim_end_matches('0').len().max(2);
        write!(f, "{sign}{dollars}.{}", &fraction[..kept])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_number_is_read_exactly() {
        assert_eq!(Price8::parse("43221.71"), Some(Price8(4_322_171_000_000)));
        assert_eq!(Price8::parse(" 0.00000001 "), Some(Price8(1)));
        assert_eq!(Price8::parse("7"), Some(Price8::from_usd(7)));
        assert_eq!(Price8::parse(".5"), Some(Price8(50_000_000)));
        assert_eq!(Price8::parse("-2."), Some(Price8(-200_000_000)));
    }

    #[test]
    fn digits_beyond_the_unit_are_rounded_to_the_nearest() {
        assert_eq!(Price8::parse("0.000000014"), Some(Price8(1)));
        assert_eq!(Price8::parse("0.000000015"), Some(Price8(2)));
        assert_eq!(Price8::parse("0.000000005"), Some(Price8(1)));
        assert_eq!(Price8::parse("0.000000004999"), Some(Price8(0)));
    }

    #[test]
    fn scientific_notation_is_read_like_the_decimal_it_means() {
        assert_eq!(Price8::parse("1.5e-5"), Price8::parse("0.000015"));
        assert_eq!(Price8::parse("4.32E4"), Price8::parse("43200"));
        assert_eq!(Price8::parse("5e-9"), Some(Price8(1)));
        assert_eq!(Price8::parse("5e-10"), Some(Price8(0)));
        assert_eq!(Price8::parse("0e2000000000"), Some(Price8(0)));
        assert_eq!(Price8::parse("1e2000000000"), None);
        assert_eq!(Price8::parse("1e-2000000000"), Some(Price8(0)));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "-", "+", ".", "1,000", "1.2.3", "abc", "NaN", "inf", "1e", "e5", "0x10", "1 2", "٣"] {
            assert_eq!(Price8::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_price_above_a_billion_dollars_is_refused() {
        assert_eq!(Price8::parse("1000000000"), Some(Price8::MAX));
        assert_eq!(Price8::parse("1000000000.00000001"), None);
    }

    #[test]
    fn display_keeps_cents_and_every_significant_decimal() {
        assert_eq!(Price8(4_322_171_000_000).to_string(), "43221.71");
        assert_eq!(Price8::from_usd(1).to_string(), "1.00");
        assert_eq!(Price8(1).to_string(), "0.00000001");
        assert_eq!(Price8(-150_000_000).to_string(), "-1.50");
    }
}
