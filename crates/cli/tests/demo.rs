//! `breakwater demo` as its user meets it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use breakwater_sim::price_path::Scenario;
use breakwater_sim::record::RunRecord;

/// A folder of its own for a test, empty; gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("breakwater-demo-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("the folder is made");
        Folder(path)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, text).expect("the file is written");
        path.display().to_string()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_breakwater"));
        command.current_dir(&self.0).arg("demo").args(arguments).output().expect("the command runs")
    }

    /// Runs, expects a refusal as bad input, and returns the sentence.
    fn refused(&self, arguments: &[&str]) -> String {
        let before = names(&self.0);
        let output = self.run(arguments);
        let sentence = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {sentence}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
        assert_eq!(sentence.lines().count(), 1, "{arguments:?}: {sentence}");
        assert_eq!(names(&self.0), before, "{arguments:?} wrote something");
        sentence
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the output is text")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder is read");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

const CANDLES: &str = "time,open,high,low,close
2024-01-01 00:00,100,101,99,100
2024-01-01 01:00,100,100,60,70
2024-01-01 02:00,70,75,65,72
";

#[test]
fn with_json_stdout_holds_one_object_and_both_files_agree_with_it() {
    let folder = Folder::new("json");
    let output = folder.run(&["--accounts", "6", "--seed", "9", "--scenario", "wick", "--json", "--out", "a/b"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let record: RunRecord = serde_json::from_slice(&output.stdout).expect("stdout is one object");
    assert_eq!(text(&output.stdout).lines().count(), 1);
    assert_eq!(record.parameters.command, "breakwater demo --accounts 6 --seed 9 --keepers 4 --scenario wick");
    let stored = fs::read_to_string(folder.0.join("a/b/record.json")).expect("the record is stored");
    assert_eq!(serde_json::from_str::<RunRecord>(&stored).expect("it is a record"), record);
    assert_eq!(names(&folder.0.join("a/b")), ["accounts.json", "receipts.bin", "record.json", "report.html"]);
}

#[test]
fn a_gap_with_perpetuals_tells_who_bore_the_losses() {
    let folder = Folder::new("gap");
    let output = folder.run(&["--accounts", "40", "--scenario", "gap"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let summary = text(&output.stdout);
    for line in ["positions closed", "losses were borne by", "winners (ADL)", "shared fund"] {
        assert!(summary.contains(line), "{line} is missing in\n{summary}");
    }
    let page = fs::read_to_string(folder.0.join("demo-out/report.html")).expect("the report is stored");
    assert!(page.contains("Who bore the losses") && page.contains("SOL-PERP: pool"));
}

#[test]
fn the_command_of_a_record_repeats_it() {
    let folder = Folder::new("repeat");
    let file = folder.file("btc candles.csv", CANDLES);
    let arguments = ["--accounts", "12", "--prices", &format!("BTC={file}"), "--from", "2024-01-01 01:00", "--json"];
    let first = folder.run(&arguments);
    let record: RunRecord = serde_json::from_slice(&first.stdout).expect("stdout is one object");
    assert!(record.totals.liquidations > 0 && record.steps.len() == 8, "{} steps", record.steps.len());
    let command = record.parameters.command.replacen("breakwater", env!("CARGO_BIN_EXE_breakwater"), 1);
    let again = Command::new("sh").arg("-c").arg(format!("{command} --json")).current_dir(&folder.0).output();
    let mut repeated: RunRecord = serde_json::from_slice(&again.expect("the shell runs").stdout).expect("one object");
    repeated.totals.wall_ms = record.totals.wall_ms;
    assert_eq!(repeated, record);
}

#[test]
fn a_summary_ends_with_the_path_of_the_report() {
    let folder = Folder::new("summary");
    let output = folder.run(&["--accounts", "4", "--scenario", "grind"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).ends_with("report: demo-out/report.html\n"));
    assert_eq!(text(&output.stderr), "", "no progress where nobody watches");
}

#[test]
fn options_that_make_no_sense_are_refused_in_one_sentence() {
    let folder = Folder::new("options");
    let csv = folder.file("btc.csv", CANDLES);
    let csv = csv.as_str();
    for (arguments, expected) in [
        (vec!["--moon"], "unexpected argument '--moon'"),
        (vec!["--accounts", "0"], "0 is not in 1..=10000"),
        (vec!["--accounts", "10001"], "10001 is not in 1..=10000"),
        (vec!["--accounts", "many"], "invalid digit"),
        (vec!["--keepers", "0"], "0 is not in 1..=32"),
        (vec!["--seed", "-1"], "unexpected argument '-1'"),
        (vec!["--scenario", "moon"], "choose crash, wick, grind, recovery, long-squeeze"),
        (vec!["--scenario", "crash", "--prices", csv], "cannot be used with"),
        (vec!["--from", "2024-01-01"], "--prices"),
        (vec!["--prices", csv, "--from", "tomorrow"], "\"tomorrow\" is no date"),
        (vec!["--prices", csv, "--from", "2030-01-01"], "no candle in the chosen time"),
        (vec!["--prices", csv, "--out", csv], "is no folder"),
        (vec!["--prices", csv, "--prices", csv], "has two price files"),
        (vec!["--prices", ""], "names no file"),
        (vec!["extra"], "unexpected argument 'extra'"),
    ] {
        let sentence = folder.refused(&arguments);
        assert!(sentence.contains(expected), "{arguments:?}: {sentence}");
    }
}

#[test]
fn price_files_that_make_no_sense_are_refused_in_one_sentence() {
    let folder = Folder::new("files");
    for (name, content, expected) in [
        ("btc.csv", "", "no header"),
        ("btc.csv", "time,open,high,low\n1,1,1,1\n", "no \"close\" column"),
        ("btc.csv", "time,open,high,low,close\nsoon,1,1,1,1\n", "the time \"soon\" in line 2"),
        ("btc.csv", "time,open,high,low,close\n1600000000,1,1,x,1\n", "the low \"x\" in line 2"),
        ("btc.csv", "time,open,high,low,close\n1600000000,1,1,-1,1\n", "is not positive"),
        ("btc.csv", "time,open,high,low,close\n", "no candle below the header"),
        ("sol.csv", "time,open,high,low,close\n1600000000,0.00000001,1,0.00000001,1\n", "does not fit 64 bits"),
        ("btc.csv", "time,open,high,low,close\n1969-12-31,1,1,1,1\n", "start before 1970"),
        ("moon.csv", CANDLES, "cannot tell which asset"),
    ] {
        let path = folder.file(name, content);
        let sentence = folder.refused(&["--prices", &path]);
        assert!(sentence.contains(expected), "{content:?}: {sentence}");
    }
    assert!(folder.refused(&["--prices", "btc-missing.csv"]).contains("there is no such file"));
}

#[test]
fn help_has_examples_and_goes_to_stdout() {
    let folder = Folder::new("help");
    let output = folder.run(&["--help"]);
    assert_eq!(output.status.code(), Some(0));
    let help = text(&output.stdout);
    assert!(help.contains("Examples:\n  breakwater demo\n"));
    for scenario in Scenario::ALL {
        assert!(help.contains(scenario.name()), "{scenario}");
    }
}
