//! The report as one HTML file. Owns page structure; refuses to load anything: style and plots are inline, there is no
//! script, and the content security policy forbids every request.

use std::fmt::Write;

use crate::record::{LiquidationRecord, RunRecord, TokenRecord};

use plotters::style::RGBColor;

use super::chart::{Chart, Size, hex};
use super::format::{amount, amount_short, counted, date_time, escape, grouped, money, money_short, ratio, seconds};
use super::{facts, perps, plots};

/// Rows of the table of largest liquidations.
pub(super) const LARGEST: usize = 12;
/// A plot across the page, one in half of it, and either on a phone.
pub(super) const WHOLE: Size = Size { width: 1_070, height: 320, ticks: 10 };
pub(super) const HALF: Size = Size { width: 530, height: 270, ticks: 5 };
pub(super) const NARROW: Size = Size { width: 356, height: 240, ticks: 3 };

/// The whole page.
pub fn render(record: &RunRecord) -> String {
    let mut page = String::with_capacity(1 << 18);
    page.push_str("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.push_str("<meta name=\"color-scheme\" content=\"light dark\">\n");
    page.push_str("<meta http-equiv=\"Content-Security-Policy\" ");
    page.push_str("content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n");
    page.push_str("<link rel=\"icon\" href=\"data:,\">\n<title>Breakwater crash report</title>\n<style>\n");
    page.push_str(include_str!("style.css"));
    page.push_str("</style>\n</head>\n<body>\n<main>\n");
    for part in [
        head(record),
        tiles(record),
        all_plots(record),
        perps::section(record),
        largest(record),
        perps::largest(record),
        keepers(record),
        vaults(record),
        notes(record),
        repeat(record),
    ] {
        page.push_str(&part);
    }
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

fn head(record: &RunRecord) -> String {
    let falls = facts::falls(record)
        .into_iter()
        .map(|(symbol, lowest, end)| format!("<b>{}</b> {lowest} at worst, {end} at the end", escape(&symbol)));
    let falls: String = falls.map(|fall| format!("<span>{fall}</span>\n")).collect();
    format!(
        "<header>\n<h1>Breakwater crash report</h1>\n<p class=\"outcome\">{}.</p>\n\
         <p class=\"setting\">{}. {}.</p>\n<p class=\"falls\">{falls}</p>\n</header>\n",
        escape(&facts::outcome(record)),
        escape(&capitalised(&facts::setting(&record.parameters))),
        escape(&facts::time(record)),
    )
}

fn tiles(record: &RunRecord) -> String {
    let totals = &record.totals;
    let tile = |class: &str, label: &str, value: String, detail: String| {
        format!(
            "<div class=\"card tile {class}\"><span>{label}</span><b>{}</b><small>{}</small></div>\n",
            escape(&value),
            escape(&detail)
        )
    };
    let usd = |micro: u64| money(micro.into());
    let no_bad_debt = totals.bad_debt_micro_usd == 0;
    let covered = facts::covered(record);
    let cu = |units: Option<u64>| units.map_or_else(|| "none".to_owned(), |units| grouped(units.into()));
    let change = i128::from(totals.tranche_after_micro_usd) - i128::from(totals.tranche_before_micro_usd);
    let plus = if change > 0 { "+" } else { "" };
    let tiles = [
        tile(
            "",
            "Accounts liquidated",
            grouped(totals.accounts_liquidated.into()),
            format!("of {}, in {}", grouped(record.parameters.accounts.into()), counted(totals.liquidations, "call")),
        ),
        tile("", "Debt repaid", money_short(totals.repaid_micro_usd), usd(totals.repaid_micro_usd)),
        tile("", "Collateral seized", money_short(totals.seized_micro_usd), usd(totals.seized_micro_usd)),
        tile("", "Keepers' bonuses", money_short(totals.bonuses_micro_usd), usd(totals.bonuses_micro_usd)),
        tile(
            "",
            "Insurance tranches",
            money_short(totals.tranche_after_micro_usd),
            format!("{plus}{} from {}", money(change), money_short(totals.tranche_before_micro_usd)),
        ),
        tile(
            if no_bad_debt { "good" } else { "bad" },
            "Bad debt",
            money_short(totals.bad_debt_micro_usd),
            format!("{} borne by depositors", usd(totals.socialised_micro_usd)),
        ),
        tile(
            "",
            "Compute units of liquidate",
            cu(totals.cu_median),
            format!("median; {} at worst", cu(totals.cu_worst)),
        ),
        tile(
            if covered { "good" } else { "bad" },
            "Claims against vaults",
            if covered { "Covered".to_owned() } else { "Not covered".to_owned() },
            format!("{} held", counted(totals.invariants_checked, "invariant check")),
        ),
    ];
    format!("<div class=\"tiles\">\n{}</div>\n", tiles.concat())
}

fn all_plots(record: &RunRecord) -> String {
    let time = plots::span(record);
    let figure = |chart: Chart, wide: Size, class: &str| figure(&chart, wide, class, time);
    let figures = [
        figure(plots::prices(record), WHOLE, "whole"),
        figure(plots::value_at_risk(record), HALF, ""),
        figure(plots::liquidatable(record), HALF, ""),
        figure(plots::liquidations(record), HALF, ""),
        figure(plots::insurance(record), HALF, ""),
    ];
    format!("<h2>Course of the run</h2>\n<div class=\"plots\">\n{}</div>\n", figures.concat())
}

/// A plot with its heading and legend, in both sizes.
pub(super) fn figure(chart: &Chart, wide: Size, class: &str, time: (i64, i64)) -> String {
    let legend = chart.series.iter().map(|series| legend(&series.name, series.color)).collect::<String>();
    let names: Vec<&str> = chart.series.iter().map(|series| series.name.as_str()).collect();
    framed(
        (&chart.title, &format!("{}: {}", chart.unit, names.join(", "))),
        class,
        &legend,
        (&chart.svg(wide, time), &chart.svg(NARROW, time)),
    )
}

/// A picture with a heading, for wide and for narrow pages. `said`: its title, and what it shows for those who cannot see it.
pub(super) fn framed(said: (&str, &str), class: &str, legend: &str, (wide, narrow): (&str, &str)) -> String {
    let (title, what) = (escape(said.0), escape(said.1));
    format!(
        "<figure class=\"card {class}\" role=\"img\" aria-label=\"{title}, {what}\">\n\
         <figcaption><b>{title}</b><div class=\"legend\">{legend}</div></figcaption>\n\
         <div class=\"wide\">{wide}</div>\n<div class=\"narrow\">{narrow}</div>\n</figure>\n"
    )
}

fn legend(name: &str, color: RGBColor) -> String {
    let fill = hex(color);
    let square = format!("<svg viewBox=\"0 0 9 9\"><rect width=\"9\" height=\"9\" fill=\"{fill}\"/></svg>");
    format!("<span><i>{square}</i>{}</span>", escape(name))
}

fn largest(record: &RunRecord) -> String {
    let mut order: Vec<&LiquidationRecord> = record.liquidations.iter().collect();
    order.sort_by_key(|call| (std::cmp::Reverse(call.repaid_micro_usd), call.step));
    let rows: Vec<Vec<String>> = order
        .into_iter()
        .take(LARGEST)
        .map(|call| {
            let after = call.health_factor_after_ppm.map_or_else(|| "∞".to_owned(), ratio);
            vec![
                date_time(call.time),
                call.account.to_string(),
                money(call.repaid_micro_usd.into()),
                token_amount(record, &call.debt_symbol, call.repaid_native),
                token_amount(record, &call.collateral_symbol, call.seized_native),
                money(call.bonus_micro_usd.into()),
                format!("{} → {after}", ratio(call.health_factor_before_ppm)),
                call.keeper.to_string(),
                grouped(call.cu.into()),
            ]
        })
        .collect();
    let columns = [
        "Time (UTC)",
        "Account",
        "Repaid",
        "In the debt token",
        "Seized",
        "Keeper's bonus",
        "Health factor",
        "Keeper",
        "CU",
    ];
    section("Largest liquidations", &columns, &rows, "No account was liquidated.")
}

fn keepers(record: &RunRecord) -> String {
    let rows: Vec<Vec<String>> = record
        .keepers
        .iter()
        .map(|keeper| {
            vec![
                format!("Keeper {}", keeper.keeper),
                grouped(keeper.liquidations.into()),
                money(keeper.repaid_micro_usd.into()),
                money(keeper.profit_micro_usd.into()),
                grouped(keeper.refused.into()),
            ]
        })
        .collect();
    let columns = ["Keeper", "Liquidations", "Debt repaid", "Profit", "Calls refused"];
    section("Keepers", &columns, &rows, "No keeper took part.")
}

fn vaults(record: &RunRecord) -> String {
    let rows: Vec<Vec<String>> = record
        .totals
        .vaults
        .iter()
        .map(|vault| {
            let native = |native: i128| amount(native, vault.decimals);
            vec![
                vault.symbol.clone(),
                native(vault.claims_native.into()),
                native(vault.vault_native.into()),
                native(vault.surplus_native.into()),
            ]
        })
        .collect();
    section("Claims against vaults", &["Token", "Claims", "Vault", "Surplus (rounding)"], &rows, "No vault was read.")
}

fn notes(record: &RunRecord) -> String {
    let mut list = String::new();
    for note in &record.parameters.notes {
        let _ = writeln!(list, "<li>{}</li>", escape(note));
    }
    list.push_str("<li>Value at risk is the debt of accounts whose health factor is below 1.10, before a step's liquidations.</li>\n");
    list.push_str("<li>Dollar values are at the oracle price of their step. Times are UTC.</li>\n");
    format!("<h2>Assumptions</h2>\n<div class=\"card\"><ul>\n{list}</ul></div>\n")
}

fn repeat(record: &RunRecord) -> String {
    format!(
        "<h2>How to repeat</h2>\n<pre class=\"card\">{}</pre>\n\
         <p class=\"under\">Seed {}: the same command gives the same run. This one took {}.</p>\n",
        escape(&record.parameters.command),
        record.parameters.seed,
        seconds(record.totals.wall_ms)
    )
}

/// A heading and a table whose first column is text; a sentence where there is no row.
pub(super) fn section(heading: &str, columns: &[&str], rows: &[Vec<String>], without_rows: &str) -> String {
    if rows.is_empty() {
        return format!("<h2>{heading}</h2>\n<div class=\"card\"><p class=\"none\">{without_rows}</p></div>\n");
    }
    let cells = |tag: &str, values: &mut dyn Iterator<Item = &str>| {
        let mut line = String::from("<tr>");
        for (i, value) in values.enumerate() {
            let class = if i == 0 { " class=\"l\"" } else { "" };
            let _ = write!(line, "<{tag}{class}>{}</{tag}>", escape(value));
        }
        line + "</tr>\n"
    };
    let mut table = cells("th", &mut columns.iter().copied());
    for row in rows {
        table.push_str(&cells("td", &mut row.iter().map(String::as_str)));
    }
    format!("<h2>{heading}</h2>\n<div class=\"card scroll\"><table>\n{table}</table></div>\n")
}

/// An amount of a token; of what is owed to or by a market in the dollar token, the last of a record.
pub(super) fn token_amount(record: &RunRecord, symbol: &str, native: u64) -> String {
    let token = record.tokens.iter().find(|token: &&TokenRecord| token.symbol == symbol);
    match (token, record.tokens.last()) {
        (None, Some(dollar)) => format!("{} {} ({symbol})", amount_short(native, dollar.decimals), dollar.symbol),
        (token, _) => format!("{} {symbol}", amount_short(native, token.map_or(0, |token| token.decimals))),
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{example, example_with_perps};

    #[test]
    fn the_page_holds_every_part() {
        let page = render(&example());
        for part in [
            "Course of the run",
            "Largest liquidations",
            "Keepers",
            "Claims against vaults",
            "Assumptions",
            "How to repeat",
            "--seed 7",
        ] {
            assert!(page.contains(part), "{part}");
        }
        assert_eq!(page.matches("<figure").count(), 5);
    }

    #[test]
    fn perpetuals_have_a_waterfall_and_two_plots_for_each_market() {
        let page = render(&example_with_perps());
        for part in ["Who bore the losses", "winners (ADL)", "$250,000.00", "SOL-PERP: pool", "SOL-PERP: open interest"]
        {
            assert!(page.contains(part), "{part}");
        }
        assert_eq!(page.matches("<figure").count(), 5 + 1 + 2);
        assert!(page.contains("Largest liquidations of positions") && !render(&example()).contains("of positions"));
    }

    #[test]
    fn the_page_requests_nothing() {
        let page = render(&example_with_perps());
        assert!(!page.contains("<script") && !page.contains("@import") && !page.contains("url("));
        let links = page.matches("http").count();
        let namespaces = page.matches("xmlns=\"http://www.w3.org/2000/svg\"").count();
        assert_eq!(links, namespaces + page.matches("http-equiv").count());
    }

    #[test]
    fn a_hostile_file_name_stays_text() {
        let mut record = example();
        record.parameters.command = "breakwater demo --prices '</pre><script>alert(1)</script>'".into();
        record.parameters.notes.push("<b>bold</b>".into());
        let page = render(&record);
        assert!(!page.contains("<script") && !page.contains("<b>bold"));
    }

    #[test]
    fn a_run_without_liquidation_is_still_a_report() {
        let mut record = example();
        record.liquidations.clear();
        record.keepers.clear();
        record.totals = Default::default();
        record.why_none = Some("the lowest health factor was 1.31".into());
        let page = render(&record);
        assert!(page.contains("No account was liquidated: the lowest health factor was 1.31."));
        assert!(page.contains("No keeper took part."));
    }

    #[test]
    fn a_record_without_steps_renders() {
        let mut record = example();
        record.steps.clear();
        assert!(render(&record).ends_with("</html>\n"));
    }

    #[test]
    fn the_style_names_every_colour_of_the_plots() {
        use super::super::chart::{BLUE, GREEN, GREY, ORANGE, RED, VIOLET};
        for color in [BLUE, GREEN, GREY, ORANGE, RED, VIOLET] {
            let hex = format!("#{:02X}{:02X}{:02X}", color.0, color.1, color.2);
            assert_eq!(include_str!("style.css").matches(&format!("\"{hex}\"")).count(), 2, "{hex}");
        }
    }
}
