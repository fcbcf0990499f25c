//! The runbook and the unit file are about this keeper: every metric, key and class of outcome is in it, and no other.

use std::collections::BTreeSet;

use breakwater_client::interface::MarginError;
use breakwater_keeper::config::{Config, EXAMPLE};
use breakwater_keeper::job::{Done, Outcome};
use breakwater_keeper::metrics;

const RUNBOOK: &str = include_str!("../../../docs/keeper-runbook.md");
const UNIT: &str = include_str!("../../../tools/keeper/breakwater-keeper.service");

/// What a name may be made of.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
}

#[test]
fn the_runbook_explains_every_metric_and_invents_none() {
    let known: BTreeSet<&str> = metrics::ALL.iter().map(|(name, _, _)| *name).collect();
    let mut told: BTreeSet<&str> = words(RUNBOOK).filter(|word| word.starts_with("breakwater_")).collect();
    // The crate, as a part of the log.
    told.remove("breakwater_keeper");
    assert_eq!(told, known);
    for name in known {
        assert!(RUNBOOK.contains(&format!("| `{name}")), "{name} has no row");
    }
}

#[test]
fn the_runbook_explains_every_key_of_the_configuration() {
    let mut section = "";
    for line in EXAMPLE.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = name;
        }
        let Some((key, _)) = line.trim_start_matches("# ").split_once(" = ") else { continue };
        if key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
            let rows = RUNBOOK.lines().filter(|row| row.starts_with(&format!("| `{section}.")));
            assert!(rows.flat_map(words).any(|word| word == key), "{section}.{key} has no row");
        }
    }
}

#[test]
fn the_runbook_explains_every_class_of_outcome() {
    let done = Done { signature: Default::default(), slot: 0, fee: 0, units: 0 };
    let text = String::new();
    for outcome in [
        Outcome::Done(done),
        Outcome::Healthy,
        Outcome::Outcompeted,
        Outcome::Stale,
        Outcome::Wait(MarginError::FlagTooYoung),
        Outcome::Ours(text.clone()),
        Outcome::Expired,
        Outcome::Unprofitable,
        Outcome::Node(text),
        Outcome::Dry,
    ] {
        assert!(RUNBOOK.contains(&format!("\n| `{}` |", outcome.class())), "{}", outcome.class());
    }
}

#[test]
fn the_units_variables_are_keys() {
    let variables = words(UNIT).filter(|word| word.starts_with("BREAKWATER_KEEPER_") && !word.ends_with("SECTION_KEY"));
    let variables: BTreeSet<String> = variables.map(str::to_owned).collect();
    assert_eq!(variables.len(), 2, "{variables:?}");
    let set = variables.into_iter().map(|name| (name, "/run/here".to_owned()));
    let config = Config::parse(EXAMPLE, set).expect("the example with the unit's variables");
    assert_eq!(config.keeper.keypair.to_str(), Some("/run/here"));
    assert_eq!(config.keeper.journal.to_str(), Some("/run/here"));
}
