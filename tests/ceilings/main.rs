//! Compute units of every instruction on the committed bytecode, to the unit: a change of cost shows in review. `BLESS=1`
//! rewrites `units.txt`. The budgets of docs/performance.md are checked whatever bytecode runs.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/ceilings/units.txt");
/// Most compute units of any transaction here: all 24 legs, receipt, flags and buckets included.
const WORST: u64 = 60_000;

/// What `bench-cu` measures, by instruction, kind and legs.
fn measured() -> BTreeMap<String, u64> {
    let output = Command::new(env!("CARGO_BIN_EXE_bench-cu")).arg("--json").output().expect("bench-cu starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let rows = told["rows"].as_array().expect("rows");
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let row = |row: &Value| {
        let name = [text(row, "instruction"), text(row, "kind"), text(row, "legs")].join(" | ");
        (name, row["cu_tx"].as_u64().expect("units"))
    };
    rows.iter().map(row).collect()
}

/// Units of a whole transaction.
fn units(rows: &BTreeMap<String, u64>, instruction: &str, kind: &str, legs: &str) -> u64 {
    let name = [instruction, kind, legs].join(" | ");
    *rows.get(&name).unwrap_or_else(|| panic!("no row {name}; there are {:?}", rows.keys()))
}

#[test]
fn what_instructions_cost_is_what_is_written_down() {
    let rows = measured();
    if std::env::var_os("BREAKWATER_SO").is_some() {
        return;
    }
    let fresh: String = rows.iter().map(|(name, units)| format!("{name} | {units}\n")).collect();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(FILE, &fresh).expect("a file");
    }
    let written = std::fs::read_to_string(Path::new(FILE)).unwrap_or_default();
    let differ = |a: &str, b: &str| {
        let known: Vec<&str> = b.lines().collect();
        a.lines().filter(|line| !known.contains(line)).map(str::to_owned).collect::<Vec<_>>()
    };
    let (now, then) = (differ(&fresh, &written), differ(&written, &fresh));
    assert!(
        now.is_empty() && then.is_empty(),
        "costs {now:#?}\nwere {then:#?}\nBLESS=1 writes tests/ceilings/units.txt"
    );
}

#[test]
fn budgets_are_kept() {
    let rows = measured();
    for (instruction, kind, legs, budget) in [
        ("liquidate", "spot", "1+1", 15_000),
        ("liquidate", "spot", "8+8", 25_000),
        ("deposit", "spot", "1+1", 6_000),
        ("repay", "spot", "1+1", 6_000),
        ("withdraw", "spot", "1+1", 9_000),
        ("borrow", "spot", "1+1", 9_000),
        ("liquidate", "perp", "1", 12_000),
        ("liquidate", "perp", "8", 20_000),
        ("liquidate", "mixed", "8+8", 30_000),
        ("trade", "perp", "1", 12_000),
        ("trade", "perp", "8", 12_000),
        ("reduce", "perp", "1", 12_000),
        ("reduce", "perp", "8", 12_000),
    ] {
        let units = units(&rows, instruction, kind, legs);
        assert!(units <= budget, "{instruction} {legs} costs {units} of {budget}");
    }
    let further = (units(&rows, "withdraw", "spot", "8+8") - units(&rows, "withdraw", "spot", "1+1")) / 14;
    assert!(further <= 500, "a further leg costs {further}");
    let liquidations = rows.iter().filter(|(name, _)| name.starts_with("liquidate"));
    let (name, worst) = liquidations.max_by_key(|(_, units)| **units).expect("liquidations");
    assert!(*worst < WORST, "{name} costs {worst}");
}
