//! Numbers as people read them. Owns thousands separators, money, token amounts, ratios and dates; refuses to know which
//! fact a number belongs to. Integers throughout: what is shown is rounded half away from zero, never computed with.

use chrono::DateTime;

const MICRO: u128 = 1_000_000;
const CENT: u128 = 10_000;

/// `1,234,567`.
pub(crate) fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 account`, `2 accounts`.
pub(super) fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number.into()))
}

/// Micro-dollars as `$1,234.56` or `−$1,234.56`.
pub(super) fn money(micro_usd: i128) -> String {
    let cents = (micro_usd.unsigned_abs() + CENT / 2) / CENT;
    let sign = if micro_usd < 0 && cents > 0 { "−" } else { "" };
    format!("{sign}${}.{:02}", grouped(cents / 100), cents % 100)
}

/// Micro-dollars in at most seven characters: `$1.23M`, `$456k`, `$78`.
pub(super) fn money_short(micro_usd: u64) -> String {
    let dollars = (u128::from(micro_usd) + MICRO / 2) / MICRO;
    let (unit, suffix) = match dollars {
        0..1_000 => return format!("${dollars}"),
        1_000..1_000_000 => (1_000, "k"),
        1_000_000..1_000_000_000 => (1_000_000, "M"),
        _ => (1_000_000_000, "B"),
    };
    match dollars / unit {
        0..10 => decimal(dollars, unit, 2, suffix),
        10..100 => decimal(dollars, unit, 1, suffix),
        _ => format!("${}{suffix}", dollars / unit),
    }
}

fn decimal(dollars: u128, unit: u128, places: u32, suffix: &str) -> String {
    let scale = 10u128.pow(places);
    let shown = dollars * scale / unit;
    format!("${}.{:0width$}{suffix}", shown / scale, shown % scale, width = places as usize)
}

/// A native amount with all decimals of its mint: `1,234.000500000`.
pub(super) fn amount(native: i128, decimals: u8) -> String {
    let sign = if native < 0 { "−" } else { "" };
    let Some(unit) = 10u128.checked_pow(decimals.into()).filter(|unit| *unit > 1) else {
        return format!("{sign}{}", grouped(native.unsigned_abs()));
    };
    let (whole, fraction) = (native.unsigned_abs() / unit, native.unsigned_abs() % unit);
    format!("{sign}{}.{fraction:0width$}", grouped(whole), width = usize::from(decimals))
}

/// A native amount cut to four decimals, for tables of many amounts.
pub(super) fn amount_short(native: u64, decimals: u8) -> String {
    let dropped = decimals.saturating_sub(4);
    amount(i128::from(native) / 10i128.pow(dropped.min(30).into()), decimals.min(4))
}

/// Parts per million as `0.9421`.
pub(super) fn ratio(ppm: i64) -> String {
    let tenths = (ppm.unsigned_abs() + 50) / 100;
    let sign = if ppm < 0 && tenths > 0 { "−" } else { "" };
    format!("{sign}{}.{:04}", tenths / 10_000, tenths % 10_000)
}

/// Change from one price to another as `−50.2 %` or `+3.1 %`.
pub(super) fn change(from: i64, to: i64) -> String {
    if from <= 0 {
        return String::from("n/a");
    }
    let per_mille = ((i128::from(to) - i128::from(from)) * 1_000).checked_div(from.into()).unwrap_or(0);
    let sign = if per_mille < 0 { "−" } else { "+" };
    format!("{sign}{}.{} %", per_mille.unsigned_abs() / 10, per_mille.unsigned_abs() % 10)
}

/// Milliseconds as `12.3 s`.
pub(super) fn seconds(milliseconds: u64) -> String {
    format!("{}.{} s", grouped((milliseconds / 1_000).into()), milliseconds % 1_000 / 100)
}

/// Unix seconds in UTC by a `strftime` format.
pub(super) fn date(time: i64, format: &str) -> String {
    DateTime::from_timestamp(time, 0).map_or_else(|| time.to_string(), |moment| moment.format(format).to_string())
}

/// Unix seconds as `2020-03-12 10:45`.
pub fn date_time(time: i64) -> String {
    date(time, "%Y-%m-%d %H:%M")
}

/// Text made safe for HTML, attributes included.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }

    #[test]
    fn money_is_rounded_to_cents() {
        assert_eq!(money(1_234_567_890_000), "$1,234,567.89");
        assert_eq!(money(4_999), "$0.00");
        assert_eq!(money(5_000), "$0.01");
        assert_eq!(money(-5_000), "−$0.01");
        assert_eq!(money(-4_999), "$0.00");
    }

    #[test]
    fn short_money_keeps_three_digits() {
        for (dollars, want) in [
            (0, "$0"),
            (999, "$999"),
            (1_000, "$1.00k"),
            (45_678, "$45.6k"),
            (456_789, "$456k"),
            (1_234_567, "$1.23M"),
            (9_876_543_210, "$9.87B"),
        ] {
            assert_eq!(money_short(dollars * 1_000_000), want);
        }
    }

    #[test]
    fn an_amount_shows_every_native_unit() {
        assert_eq!(amount(1_234_000_500_000, 9), "1,234.000500000");
        assert_eq!(amount(-1, 6), "−0.000001");
        assert_eq!(amount(42, 0), "42");
        assert_eq!(amount_short(1_234_567_890, 9), "1.2345");
        assert_eq!(amount_short(1_234, 2), "12.34");
    }

    #[test]
    fn a_ratio_and_a_change_are_signed() {
        assert_eq!(ratio(942_149), "0.9421");
        assert_eq!(ratio(-1_000_000), "−1.0000");
        assert_eq!(change(60_000, 29_880), "−50.2 %");
        assert_eq!(change(100, 103), "+3.0 %");
        assert_eq!(change(0, 1), "n/a");
    }

    #[test]
    fn html_cannot_be_smuggled_in() {
        assert_eq!(escape("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
    }
}
