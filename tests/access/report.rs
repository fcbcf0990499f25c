//! The committed table, and the two of docs/access-matrix.md.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::idl::Entry;
use crate::{Found, allowed, calls};

const TABLE: &str = include_str!("matrix.txt");
const DOCUMENT: &str = include_str!("../../docs/access-matrix.md");
const PATHS: [&str; 2] = [
    concat!(env!("CARGO_MANIFEST_DIR"), "/access/matrix.txt"),
    concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/access-matrix.md"),
];
/// Where the tables of the document are.
const MARKERS: (&str, &str) = ("<!-- access matrix: begin -->", "<!-- access matrix: end -->");

fn entry(entries: &[Entry], number: usize) -> &Entry {
    entries.iter().find(|entry| entry.name == calls::ALL[number].name).expect("it was examined")
}

/// One line for each call, slot and kind of substitution.
fn table(found: &Found, entries: &[Entry]) -> String {
    let mut text = String::from("# instruction (variant) | account | substitution | what it comes to\n");
    for ((number, at, class), outcomes) in &found.rows {
        let (call, entry) = (&calls::ALL[*number], entry(entries, *number));
        let slot = entry.slots.get(*at).map_or_else(|| call.follow[at - entry.slots.len()], |slot| &slot.name);
        let outcomes: Vec<&str> = outcomes.iter().map(String::as_str).collect();
        let _ = writeln!(text, "{} | {slot} | {class} | {}", call.title(), outcomes.join(", "));
    }
    text
}

/// Instructions with their errors, and what may pass.
fn summary(found: &Found, entries: &[Entry]) -> String {
    let mut errors: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut attempts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for ((number, ..), outcomes) in &found.rows {
        let name = calls::ALL[*number].name;
        let names = outcomes.iter().map(String::as_str).filter(|outcome| !outcome.starts_with("passes"));
        errors.entry(name).or_default().extend(names);
    }
    for (number, made) in &found.attempts {
        let sum = attempts.entry(calls::ALL[*number].name).or_default();
        *sum = (sum.0 + 1, sum.1 + made);
    }
    let total: usize = found.attempts.values().sum();
    let mut text =
        format!("{total} substitutions in {} calls of {} instructions.\n\n", found.attempts.len(), entries.len());
    text += "| instruction | accounts | calls | substitutions | errors that they end with |\n|---|---|---|---|---|\n";
    for entry in entries {
        let Some((calls, made)) = attempts.get(entry.name.as_str()) else { continue };
        let errors: Vec<String> = errors[entry.name.as_str()].iter().map(|error| format!("`{error}`")).collect();
        let (name, slots) = (&entry.name, entry.slots.len());
        let _ = writeln!(text, "| `{name}` | {slots} | {calls} | {made} | {} |", errors.join(", "));
    }
    text += "\nWhat may pass, and why:\n\n| instructions | account | substitutions | why |\n|---|---|---|---|\n";
    for allowed in allowed::ALL {
        let calls: Vec<String> = allowed.calls.iter().map(|call| format!("`{call}`")).collect();
        let (classes, slot, why) = (allowed.classes.join(", "), allowed.slot, allowed.why);
        let _ = writeln!(text, "| {} | `{slot}` | {classes} | {why} |", calls.join(", "));
    }
    text
}

/// The document with new tables.
fn document(summary: &str) -> String {
    let (before, rest) = DOCUMENT.split_once(MARKERS.0).expect("the first marker");
    let (_, after) = rest.split_once(MARKERS.1).expect("the second marker");
    format!("{before}{}\n{summary}{}{after}", MARKERS.0, MARKERS.1)
}

/// Writes both files, or says where they differ from what was found.
pub fn compare(found: &Found, entries: &[Entry]) -> Vec<String> {
    let (table, document) = (table(found, entries), document(&summary(found, entries)));
    if std::env::var_os("BLESS").is_some() {
        for (path, text) in PATHS.iter().zip([&table, &document]) {
            std::fs::write(path, text).unwrap_or_else(|e| panic!("{path}: {e}"));
        }
        return Vec::new();
    }
    let lines = |text: &'static str| text.lines().collect::<BTreeSet<&str>>();
    let (old, new) = (lines(TABLE), table.lines().collect::<BTreeSet<&str>>());
    let gone = old.difference(&new).map(|row| format!("expected: {row}"));
    let mut faults: Vec<String> = gone.chain(new.difference(&old).map(|row| format!("found: {row}"))).collect();
    if faults.is_empty() && document != DOCUMENT {
        faults.push("docs/access-matrix.md is not what the test writes: BLESS=1".to_owned());
    }
    faults
}
