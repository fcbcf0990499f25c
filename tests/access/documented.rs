//! Every error of the program's that the matrix meets is among those that docs/accounts.md lists for the instruction.

use std::collections::{BTreeMap, BTreeSet};

use breakwater_client::interface::MarginError;

use crate::{Found, calls};

const DOCUMENT: &str = include_str!("../../docs/accounts.md");
/// Said of all that can wait in the queue at once, above the table.
const OF_ALL: &str = "ChangeMismatch";

/// What is between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// What each instruction's row says of errors.
fn rows() -> BTreeMap<&'static str, &'static str> {
    let start = DOCUMENT.find("| instruction | errors | event |").expect("the table is there");
    let lines = DOCUMENT[start..].lines().skip(2).take_while(|line| line.starts_with('|'));
    let cells = lines.filter_map(|line| line.trim_matches('|').split_once(" | "));
    cells.flat_map(|(names, rest)| quoted(names).map(move |name| (name, rest))).collect()
}

/// The errors of an instruction, those of the instructions that its row refers to included.
fn errors(rows: &BTreeMap<&'static str, &'static str>, name: &str, seen: &mut BTreeSet<String>) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    if !seen.insert(name.to_owned()) {
        return all;
    }
    for word in quoted(rows.get(name).copied().unwrap_or_default()) {
        if rows.contains_key(word) {
            all.extend(errors(rows, word, seen));
        } else {
            all.insert(word.to_owned());
        }
    }
    all
}

/// Errors that no row has.
pub fn missing(found: &Found) -> BTreeSet<String> {
    let (rows, mut missing) = (rows(), BTreeSet::new());
    // Every name of the program's that the outcomes have: all others are the framework's or the runtime's.
    let own: BTreeSet<&str> = (0..10_000).filter_map(MarginError::from_code).map(MarginError::name).collect();
    for ((number, ..), outcomes) in &found.rows {
        let name = calls::ALL[*number].name;
        let documented = errors(&rows, name, &mut BTreeSet::new());
        let is_listed = |error: &str| {
            let family = documented.iter().filter_map(|word| word.strip_suffix('…'));
            error == OF_ALL || documented.contains(error) || family.into_iter().any(|start| error.starts_with(start))
        };
        let unlisted = outcomes.iter().filter(|error| own.contains(error.as_str()) && !is_listed(error));
        missing.extend(unlisted.map(|error| format!("docs/accounts.md does not list {error} for {name}")));
    }
    missing
}
