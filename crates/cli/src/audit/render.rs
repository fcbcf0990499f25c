//! The comparisons for people and for programs.

use std::fmt::Write;

use breakwater_client::audit::{Finding, Relation, Subject};
use serde_json::{Value, json};

use super::read::Read;

/// What differs, in a sentence.
pub fn differing(findings: &[Finding]) -> Option<String> {
    let wrong: Vec<_> = findings.iter().filter(|finding| !finding.comparison.holds()).collect();
    let first = wrong.first()?;
    let (subject, comparison) = (first.subject, first.comparison);
    let more = if wrong.len() > 1 { format!("; {} more differ", wrong.len() - 1) } else { String::new() };
    Some(format!("{subject}: {comparison} ({}){more}", comparison.law))
}

/// Lines for people.
pub fn text(read: &Read, findings: &[Finding]) -> String {
    let [accounts, banks, markets, pools, stakes] = read.holdings.counts();
    let fund = if read.holdings.has_fund() { "a shared fund" } else { "no shared fund" };
    let slot = read.slot.map_or(String::new(), |slot| format!(", slot {slot}"));
    let mut out = format!("group     {}\nfrom      {}{slot}\n", read.group, read.source);
    let _ = writeln!(
        out,
        "accounts  {accounts} margin accounts, {banks} banks, {markets} markets, {pools} shares of pools, {fund}, {stakes} stakes\n"
    );
    let _ = writeln!(out, "{:<10} {:<28} {:>28} {:>28} {:>20}", "", "what", "on chain", "summed", "difference");
    let mut last = None;
    for Finding { subject, comparison, .. } in findings {
        let name = if last == Some(*subject) { String::new() } else { subject.to_string() };
        last = Some(*subject);
        let verdict = match (comparison.holds(), comparison.relation, comparison.difference()) {
            (false, ..) => format!("  WRONG, {}", comparison.law),
            (true, Relation::Covered, 1..) => "  covered".to_owned(),
            _ => String::new(),
        };
        let (counted, summed, difference) = (comparison.counted, comparison.summed, comparison.difference());
        let line = format!("{name:<10} {:<28} {counted:>28} {summed:>28} {difference:>20}{verdict}", comparison.what);
        let _ = writeln!(out, "{line}");
    }
    let wrong = findings.iter().filter(|finding| !finding.comparison.holds()).count();
    let _ = match wrong {
        0 => writeln!(out, "\nAll {} comparisons hold.", findings.len()),
        wrong => writeln!(out, "\n{wrong} of {} comparisons do not hold.", findings.len()),
    };
    out
}

/// One object.
pub fn json(read: &Read, findings: &[Finding]) -> Value {
    let [accounts, banks, markets, pools, stakes] = read.holdings.counts();
    let row = |Finding { subject, address, comparison }: &Finding| {
        let (kind, number) = match subject {
            Subject::Bank(token) => ("bank", *token),
            Subject::Market(market) => ("market", *market),
            Subject::Fund => ("fund", 0),
        };
        json!({
            "subject": kind,
            "number": number,
            "address": address.to_string(),
            "what": comparison.what,
            "law": comparison.law,
            "relation": match comparison.relation { Relation::Equal => "equal", Relation::Covered => "covered" },
            "on_chain": comparison.counted.to_string(),
            "summed": comparison.summed.to_string(),
            "difference": comparison.difference().to_string(),
            "holds": comparison.holds(),
        })
    };
    json!({
        "group": read.group.to_string(),
        "source": read.source,
        "slot": read.slot,
        "margin_accounts": accounts,
        "banks": banks,
        "markets": markets,
        "pool_shares": pools,
        "stakes": stakes,
        "fund": read.holdings.has_fund(),
        "holds": findings.iter().all(|finding| finding.comparison.holds()),
        "comparisons": findings.iter().map(row).collect::<Vec<_>>(),
    })
}
