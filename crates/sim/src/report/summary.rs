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
    use crate::report::example;

    #[test]
    fn no_line_is_wider_than_a_hundred_columns() {
        let mut record = example();
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
