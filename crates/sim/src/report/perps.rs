//! The part of the page about perpetuals: who bore the losses, each market's pool and open interest, and the largest
//! liquidations of positions. Empty for a run without markets.

use crate::record::{ClosingRecord, RunRecord};

use super::chart::{BLUE, GREEN, ORANGE, RED, VIOLET};
use super::format::{amount_short, counted, date_time, grouped, money, ratio};
use super::html::{HALF, LARGEST, NARROW, WHOLE, figure, framed, section as table};
use super::plots;
use super::waterfall::{Bearer, svg};

/// Width of the column of names, pixels.
const LABEL: u32 = 124;

/// Waterfall, pools and open interest.
pub(super) fn section(record: &RunRecord) -> String {
    if record.markets.is_empty() {
        return String::new();
    }
    let time = plots::span(record);
    let mut figures = waterfall(record);
    for market in 0..record.markets.len() {
        figures.push_str(&figure(&plots::pool(record, market), HALF, "", time));
        figures.push_str(&figure(&plots::open_interest(record, market), HALF, "", time));
    }
    format!("<h2>Perpetuals</h2>\n<div class=\"plots\">\n{figures}</div>\n")
}

fn waterfall(record: &RunRecord) -> String {
    let totals = &record.totals.perps;
    let colors = [BLUE, GREEN, VIOLET, ORANGE, RED];
    let parts = totals.waterfall.parts();
    let bearers: Vec<Bearer> = parts
        .iter()
        .zip(colors)
        .map(|((name, micro_usd), color)| Bearer { name, micro_usd: *micro_usd, color })
        .collect();
    let said: Vec<String> =
        parts.iter().map(|(name, micro_usd)| format!("{name} {}", money((*micro_usd).into()))).collect();
    let under = format!(
        "Losses of positions in the order in which they are paid. {} written off, {} deleveraged; pools from {} to {}, and {} withdrawn.",
        counted(totals.write_offs, "debt"),
        counted(totals.deleveraged, "winner"),
        money(totals.equity_before_micro_usd.into()),
        money(totals.equity_after_micro_usd.into()),
        money(totals.withdrawn_micro_usd.into()),
    );
    let pictures = (svg(&bearers, WHOLE.width, LABEL), svg(&bearers, NARROW.width, LABEL));
    framed(("Who bore the losses", &said.join(", ")), "whole", &under, (&pictures.0, &pictures.1))
}

/// The largest liquidations of positions.
pub(super) fn largest(record: &RunRecord) -> String {
    if record.markets.is_empty() {
        return String::new();
    }
    let mut order: Vec<&ClosingRecord> = record.closings.iter().collect();
    order.sort_by_key(|closing| (std::cmp::Reverse(closing.notional_micro_usd), closing.step));
    let decimals =
        |symbol: &str| record.markets.iter().find(|market| market.symbol == symbol).map_or(0, |market| market.decimals);
    let row = |closing: &ClosingRecord| {
        vec![
            date_time(closing.time),
            closing.account.to_string(),
            money(closing.notional_micro_usd.into()),
            format!("{} {}", amount_short(closing.size_native, decimals(&closing.symbol)), closing.symbol),
            money(closing.settled_micro_usd.into()),
            money(closing.bonus_micro_usd.into()),
            format!(
                "{} → {}",
                ratio(closing.health_factor_before_ppm),
                closing.health_factor_after_ppm.map_or_else(|| "∞".to_owned(), ratio)
            ),
            closing.keeper.to_string(),
            grouped(closing.cu.into()),
        ]
    };
    let rows: Vec<Vec<String>> = order.into_iter().take(LARGEST).map(row).collect();
    let columns =
        ["Time (UTC)", "Account", "Closed", "Size", "Loss settled", "Keeper's fee", "Health factor", "Keeper", "CU"];
    table("Largest liquidations of positions", &columns, &rows, "No position was liquidated.")
}
