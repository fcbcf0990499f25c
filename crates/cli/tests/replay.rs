//! `breakwater replay` as its user meets it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn breakwater(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_breakwater")).args(arguments).output().expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the output is text")
}

/// A folder with the receipts of a small run through bankruptcy prices.
fn run(folder: &Path) -> PathBuf {
    let out = folder.display().to_string();
    let demo = breakwater(&["demo", "--scenario", "gap", "--accounts", "12", "--seed", "3", "--out", &out]);
    assert_eq!(demo.status.code(), Some(0), "{}", text(&demo.stderr));
    folder.join("receipts.bin")
}

#[test]
fn a_run_s_receipts_hold_and_a_changed_one_is_named() {
    let folder = std::env::temp_dir().join(format!("breakwater-replay-{}", std::process::id()));
    let file = run(&folder);
    let path = file.display().to_string();

    let replayed = breakwater(&["replay", &path]);
    assert_eq!(replayed.status.code(), Some(0), "{}", text(&replayed.stderr));
    let said = text(&replayed.stdout);
    assert!(said.contains("all hold") && said.contains("positions liquidated"), "{said}");
    let head = said.split_whitespace().last().expect("a digest").to_owned();
    assert_eq!(breakwater(&["replay", &path, "--head", &head]).status.code(), Some(0));

    let json = breakwater(&["replay", &path, "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).expect("one JSON object");
    assert_eq!(json["head"], head.as_str());
    assert!(json["receipts"].as_u64().is_some_and(|count| count > 0), "{json}");

    let other = breakwater(&["replay", &path, "--head", &"0".repeat(64)]);
    assert_eq!(other.status.code(), Some(1));
    assert!(text(&other.stderr).contains("receipts are missing or of another group"), "{}", text(&other.stderr));

    let mut bytes = fs::read(&file).expect("the file");
    // Behind magic, group and length of the first receipt, in its event.
    bytes[8 + 32 + 4 + 80] ^= 1;
    fs::write(&file, &bytes).expect("the file is written");
    let changed = breakwater(&["replay", &path]);
    assert_eq!(changed.status.code(), Some(1));
    let sentence = text(&changed.stderr);
    assert!(sentence.contains("receipt 1: its digest does not match"), "{sentence}");
    assert_eq!(sentence.lines().count(), 1, "{sentence}");

    fs::write(&file, &bytes[..bytes.len() - 1]).expect("the file is written");
    let short = breakwater(&["replay", &path]);
    assert_eq!(short.status.code(), Some(2));
    assert!(text(&short.stderr).contains("it ends in the middle of receipt"), "{}", text(&short.stderr));
    let _ = fs::remove_dir_all(&folder);
}

#[test]
fn what_is_no_file_of_receipts_is_bad_input() {
    let missing = breakwater(&["replay", "no-such-file.bin"]);
    assert_eq!(missing.status.code(), Some(2));
    let other = breakwater(&["replay", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")]);
    assert_eq!(other.status.code(), Some(2));
    assert!(text(&other.stderr).contains("not a file of receipts"), "{}", text(&other.stderr));
    let digest = breakwater(&["replay", "x", "--head", "12"]);
    assert_eq!(digest.status.code(), Some(2));
    assert!(text(&digest.stderr).contains("64 hexadecimal digits"), "{}", text(&digest.stderr));
}
