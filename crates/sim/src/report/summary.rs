//! The report as text for a terminal. Owns alignment and line width; says the same as the page, shorter.

use crate::record::RunRecord;

use super::facts;
use super::format::{amount, counted, grouped, money, seconds};

/// Widest line.
const WIDTH: usize = 100;
/// Width of the column of labels.
const LABEL: usize = 22;

/// The whole summary, ending in a line break.
pub fn render(record: &RunRecord) -> String {
    let totals = &record.totals;
    let usd = |micro: u64| money(micro.into());
    let mut out = Lines::default();
    out.wrapped(&format!("{}.", facts::outcome(record)), "");
    out.wrapped(&facts::setting(&record.parameters), "  ");
    out.wrapped(&facts::time(record), "  ");
    for (symbol, lowest, end) in facts::falls(record) {
        out.line(&format!("  {symbol:<5}{lowest:>9} at its lowest{end:>10} at the end"));
    }
    out.line("");
    let liquidated = format!(
        "{} of {}, in {}",
        grouped(totals.accounts_liquidated.into()),
        grouped(record.parameters.accounts.into()),
        counted(totals.liquidations, "call")
    );
    out.fact("accounts liquidated", &liquidated);
    out.fact("debt repaid", &usd(totals.repaid_micro_usd));
    out.fact("collateral seized", &usd(totals.seized_micro_usd));
    out.fact("keepers' bonuses", &usd(totals.bonuses_micro_usd));
    for keeper in &record.keepers {
        let calls = counted(keeper.liquidations, "call");
        let profit = money(keeper.profit_micro_usd.into());
        let refused = grouped(keeper.refused.into());
        out.fact(&format!("  keeper {}", keeper.keeper), &format!("{profit:>16} in {calls}, {refused} refused"));
    }
    let (before, after) = (usd(totals.tranche_before_micro_usd), usd(totals.tranche_after_micro_usd));
    out.fact("insurance tranches", &format!("{before} before, {after} after"));
    let (bad, socialised) = (usd(totals.bad_debt_micro_usd), usd(totals.socialised_micro_usd));
    out.fact("bad debt", &format!("{bad}, of which depositors bear {socialised}"));
    perps(record, &mut out);
    let units = match (totals.cu_median, totals.cu_worst) {
        (Some(median), Some(worst)) => {
            format!("{} median, {} worst", grouped(median.into()), grouped(worst.into()))
        }
        _ => "none: nothing was liquidated".to_owned(),
    };
    out.fact("CU of liquidate", &units);
    out.line("");
    vaults(record, &mut out);
    let verdict =
        if facts::covered(record) { "every vault covers its claims" } else { "a vault does not cover its claims" };
    out.fact("value in = value out", verdict);
    out.fact("invariants", &format!("{}, all held", counted(totals.invariants_checked, "check")));
    out.fact("time", &seconds(totals.wall_ms));
    out.line("");
    out.line("  repeat with");
    out.command(&record.parameters.command);
    out.text
}

fn perps(record: &RunRecord, out: &mut Lines) {
    if record.markets.is_empty() {
        return;
    }
    let (totals, perps) = (&record.totals, &record.totals.perps);
    let usd = |micro: u64| money(micro.into());
    out.line("");
    out.fact("positions closed", &format!("{} in {}", usd(perps.closed_micro_usd), counted(perps.closings, "call")));
    let debts = totals.liquidations - perps.closings;
    let (owed, seized) = (grouped(perps.market_debts.into()), grouped(perps.market_profits.into()));
    let kinds = format!("{owed} repaid a market, {seized} seized profit in one");
    out.fact("debts liquidated", &format!("{}: {kinds}", counted(debts, "call")));
    let written = counted(perps.write_offs, "debt");
    out.fact("market losses", &format!("{} written off in {written}", usd(perps.loss_micro_usd)));
    out.line("  losses were borne by");
    for (name, micro_usd) in perps.waterfall.parts() {
        let detail = match name {
            "winners (ADL)" => format!(", {} deleveraged", counted(perps.deleveraged, "position")),
            _ => String::new(),
        };
        out.fact(&format!("  {name}"), &format!("{:>16}{detail}", usd(micro_usd)));
    }
    let (before, after) = (money(perps.equity_before_micro_usd.into()), money(perps.equity_after_micro_usd.into()));
    let withdrawn = usd(perps.withdrawn_micro_usd);
    out.fact("pools", &format!("{before} before, {after} after, {withdrawn} withdrawn"));
    let (before, after) = (usd(perps.fund_before_micro_usd), usd(perps.fund_after_micro_usd));
    out.fact("shared fund", &format!("{before} before, {after} after"));
    out.line("");
}

fn vaults(record: &RunRecord, out: &mut Lines) {
    if record.totals.vaults.is_empty() {
        return;
    }
    out.line(&format!("  {:<LABEL$}{:>24}{:>24}{:>20}", "claims against vaults", "claims", "vault", "surplus"));
    for vault in &record.totals.vaults {
        let native = |native: i128| amount(native, vault.decimals);
        out.line(&format!(
            "    {:<20}{:>24}{:>24}{:>20}",
            vault.symbol,
            native(vault.claims_native.into()),
            native(vault.vault_native.into()),
            native(vault.surplus_native.into()),
        ));
    }
}

/// Text that grows line by line.
#[derive(Default)]
struct Lines {
    text: String,
}

impl Lines {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn fact(&mut self, label: &str, value: &str) {
        self.line(&format!("  {label:<LABEL$}{value}"));
    }

    /// A sentence, broken between words.
    fn wrapped(&mut self, sentence: &str, indent: &str) {
        for line in broken(sentence, WIDTH - indent.len()) {
            self.line(&format!("{indent}{line}"));
        }
    }

    /// A command, broken so that it can still be pasted.
    fn command(&mut self, command: &str) {
        self.line(&format!("    {}", broken(command, WIDTH - 8).join(" \\\n      ")));
    }
}

/// Words in lines of at most `width` characters; a longer word has a line to itself.
fn broken(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{example, example_with_perps};

    #[test]
    fn no_line_is_wider_than_a_hundred_columns() {
        let mut record = example_with_perps();
        record.totals.vaults[0].vault_native = u64::MAX;
        record.totals.vaults[0].claims_native = u64::MAX;
        record.totals.repaid_micro_usd = u64::MAX;
        record.parameters.command = ["breakwater demo"; 20].join(" --prices BTC=some/long/path.csv ");
        record.why_none = Some(["no account ever came near its limit"; 8].join(", "));
        record.totals.accounts_liquidated = 0;
        for line in render(&record).lines() {
            assert!(line.chars().count() <= WIDTH, "{} columns: {line}", line.chars().count());
        }
    }

    #[test]
    fn the_summary_says_what_the_issue_asks_for() {
        let text = render(&example());
        for part in [
            "accounts liquidated",
            "debt repaid",
            "collateral seized",
            "keepers' bonuses",
            "insurance tranches",
            "bad debt",
            "CU of liquidate",
            "claims against vaults",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
        assert!(text.ends_with("breakwater demo --accounts 200 --scenario crash --seed 7\n"));
    }

    #[test]
    fn perpetuals_are_told_where_they_were_traded_only() {
        let text = render(&example_with_perps());
        for line in [
            "  positions closed      $90,000.00 in 2 calls",
            "  market losses         $1,000,000.00 written off in 4 debts",
            "    losing accounts        $2,000,000.00",
            "    winners (ADL)            $250,000.00, 5 positions deleveraged",
            "  pools                 $1,900,000.00 before, −$100,000.00 after, $1,000.00 withdrawn",
        ] {
            assert!(text.contains(&format!("{line}\n")), "{line} is missing in\n{text}");
        }
        assert!(!render(&example()).contains("market losses"));
    }

    #[test]
    fn a_broken_command_can_be_pasted() {
        let mut record = example();
        let command = ["--prices some/long/path.csv"; 6].join(" ");
        record.parameters.command = command.clone();
        let text = render(&record);
        let pasted = text.split_once("repeat with\n").map(|(_, rest)| rest.replace("\\\n", ""));
        let words: Vec<&str> = pasted.as_deref().unwrap_or_default().split_whitespace().collect();
        assert_eq!(words.join(" "), command);
    }
}
