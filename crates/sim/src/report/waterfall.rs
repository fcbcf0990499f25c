//! The waterfall as a picture: one bar for each who bore a part of the losses, each beginning where the last ended. Owns
//! drawing; refuses to know what the parts are. Integers only: a bar is cut to whole tenths of a pixel.

use std::fmt::Write;

use plotters::style::RGBColor;

use super::chart::hex;
use super::format::{escape, money};

/// Height of a row, pixels.
const ROW: u32 = 38;
/// Height of a bar, pixels.
const BAR: u32 = 22;
/// Space for an amount beside a bar, pixels.
const AMOUNT: u32 = 118;

/// One who bore a part.
pub(super) struct Bearer<'a> {
    /// Name.
    pub name: &'a str,
    /// US dollars × 10^6.
    pub micro_usd: u64,
    /// Colour of the bar.
    pub color: RGBColor,
}

/// The picture as an `<svg>` element; `label`: width of the column of names.
pub(super) fn svg(bearers: &[Bearer], width: u32, label: u32) -> String {
    let all: u128 = bearers.iter().map(|bearer| u128::from(bearer.micro_usd)).sum();
    let room = u128::from(width.saturating_sub(label + AMOUNT).max(1)) * 10;
    // tenths of pixels, so that thin parts keep their place
    let at = |sum: u128| (sum * room).checked_div(all).unwrap_or(0);
    let height = ROW * bearers.len() as u32;
    let mut out = format!("<svg aria-hidden=\"true\" viewBox=\"0 0 {width} {height}\" font-size=\"14\">\n");
    let (mut sum, mut top) = (0, 0);
    for bearer in bearers {
        let (from, to) = (at(sum), at(sum + u128::from(bearer.micro_usd)));
        sum += u128::from(bearer.micro_usd);
        let left = u128::from(label) * 10 + from;
        let wide = if bearer.micro_usd > 0 { (to - from).max(10) } else { 0 };
        let (middle, y) = (top + ROW / 2 + 5, top + (ROW - BAR) / 2);
        let _ = write!(
            out,
            "<text x=\"0\" y=\"{middle}\">{}</text>\n<rect x=\"{}\" y=\"{y}\" width=\"{}\" height=\"{BAR}\" fill=\"{}\"/>\n\
             <text x=\"{}\" y=\"{middle}\">{}</text>\n",
            escape(bearer.name),
            pixels(left),
            pixels(wide),
            hex(bearer.color),
            pixels(left + wide + 60),
            escape(&money(bearer.micro_usd.into())),
        );
        top += ROW;
    }
    out + "</svg>\n"
}

/// Tenths of pixels as pixels.
fn pixels(tenths: u128) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::super::chart::{BLUE, RED};
    use super::*;

    fn bearers(amounts: [u64; 2]) -> [Bearer<'static>; 2] {
        let [one, two] = amounts;
        [Bearer { name: "one", micro_usd: one, color: BLUE }, Bearer { name: "two", micro_usd: two, color: RED }]
    }

    /// 518 pixels less 100 for names and 118 for amounts leave 300: a quarter is 75 wide, the rest begins there.
    #[test]
    fn each_bar_begins_where_the_last_ended() {
        let svg = svg(&bearers([1_000_000, 3_000_000]), 518, 100);
        assert!(svg.contains("<rect x=\"100.0\" y=\"8\" width=\"75.0\""), "{svg}");
        assert!(svg.contains("<rect x=\"175.0\" y=\"46\" width=\"225.0\""), "{svg}");
        assert!(svg.contains(">$3.00</text>"));
    }

    #[test]
    fn a_small_part_is_still_seen_and_no_part_has_no_bar() {
        let svg = svg(&bearers([0, 1_000_000]), 518, 100);
        assert!(svg.contains("width=\"0.0\"") && svg.contains("width=\"300.0\""), "{svg}");
        let thin = super::svg(&bearers([1, 1_000_000_000]), 518, 100);
        assert!(thin.contains("width=\"1.0\""), "{thin}");
    }

    #[test]
    fn no_losses_are_no_bars() {
        assert_eq!(svg(&bearers([0, 0]), 518, 100).matches("width=\"0.0\"").count(), 2);
    }
}
