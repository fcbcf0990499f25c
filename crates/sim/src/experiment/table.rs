//! The experiment as Markdown: a table for each market. Rows whose numbers are the same stand in one.

use super::{Cell, Market};

const HEAD: &str = "\
| group | volume, $k | users' loss, $k | bad debt, $k | insurance used, $k | liquidated | of them recovered | slots to execution, median / 90 % | flags | late loans, $k | owners keep, $k |
|---|---|---|---|---|---|---|---|---|---|---|
";

/// A heading and a table for each market.
pub fn markdown(cells: &[Cell]) -> String {
    let mut text = String::new();
    for market in Market::ALL {
        let cells: Vec<&Cell> = cells.iter().filter(|cell| cell.market == market.name()).collect();
        if cells.is_empty() {
            continue;
        }
        text.push_str(&format!("\n**{}**: {}\n\n{HEAD}", market.name(), market.describe()));
        for (names, numbers) in rows(&cells) {
            text.push_str(&format!("| {} | {numbers} |\n", names.join("; ")));
        }
    }
    text
}

/// Names that share their numbers, in the order of the first.
fn rows<'a>(cells: &[&'a Cell]) -> Vec<(Vec<&'a str>, String)> {
    let mut rows: Vec<(Vec<&str>, String)> = Vec::new();
    for cell in cells {
        let numbers = numbers(cell);
        match rows.iter_mut().find(|row| row.1 == numbers) {
            Some(row) => row.0.push(&cell.variant),
            None => rows.push((vec![&cell.variant], numbers)),
        }
    }
    rows
}

fn numbers(cell: &Cell) -> String {
    let outcome = &cell.outcome;
    let slots = |slots: Option<u64>| slots.map_or_else(|| "–".to_owned(), |slots| slots.to_string());
    [
        thousands(outcome.volume_micro_usd),
        thousands(outcome.users_loss_micro_usd),
        thousands(outcome.bad_debt_micro_usd),
        thousands(outcome.insurance_used_micro_usd),
        tenths(cell.accounts_liquidated_tenths),
        tenths(cell.accounts_recovered_tenths),
        format!("{} / {}", slots(outcome.breach_slots_median), slots(outcome.breach_slots_p90)),
        outcome.flags.to_string(),
        thousands(outcome.late_loans_micro_usd),
        thousands(outcome.equity_after_micro_usd + outcome.late_loans_micro_usd),
    ]
    .join(" | ")
}

/// Thousands of dollars with one decimal, rounded to the nearest.
fn thousands(micro_usd: u64) -> String {
    tenths((micro_usd + 50_000_000) / 100_000_000)
}

fn tenths(value: u64) -> String {
    let whole = crate::report::grouped(u128::from(value / 10));
    format!("{whole}.{}", value % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::OutcomeTotals;

    fn cell(variant: &str, volume_micro_usd: u64) -> Cell {
        Cell {
            market: "wick",
            variant: variant.to_owned(),
            seeds: 3,
            accounts_liquidated_tenths: 125,
            accounts_recovered_tenths: 40,
            outcome: OutcomeTotals { volume_micro_usd, breach_slots_median: Some(25), ..OutcomeTotals::default() },
        }
    }

    #[test]
    fn groups_with_the_same_numbers_share_a_row() {
        let text = markdown(&[cell("all off", 1_234_567_000_000), cell("quarantine", 1_234_567_000_000), cell("x", 0)]);
        assert!(text.contains("| all off; quarantine | 1,234.6 | 0.0 |"), "{text}");
        assert!(text.contains("| x | 0.0 | 0.0 | 0.0 | 0.0 | 12.5 | 4.0 | 25 / – | 0 |"), "{text}");
    }
}
