use std::collections::BTreeMap;
use std::path::PathBuf;

use super::*;

/// A file of its own that is gone with the test.
struct TemporaryFile(PathBuf);

impl TemporaryFile {
    fn new(name: &str) -> TemporaryFile {
        let path = std::env::temp_dir().join(format!("breakwater-journal-{}-{name}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        TemporaryFile(path)
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.0).expect("a file")
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn owner(byte: u8) -> Owner {
    let [group, account, wallet] = [1, 2, byte].map(|byte| Address::new_from_array([byte; 32]));
    Owner { group, account, wallet, quote_token: 1 }
}

fn sent(number: u8) -> Sent {
    Sent {
        signature: Signature::from([number; 64]),
        last_valid_height: 150,
        kind: Kind::Liquidate,
        account: Address::new_from_array([number; 32]),
        gain_e8: 5,
        quote_price: u64::MAX >> 1,
        at: number.into(),
    }
}

fn done(number: u8) -> Settled {
    let amounts = Amounts { gained: 10, repaid: 7, insurance: 1, ..Amounts::default() };
    let effects =
        Effects { liquidations: 1, value_e8: -3, tokens: BTreeMap::from([(0, amounts)]), ..Effects::default() };
    let signature = Signature::from([number; 64]);
    Settled { signature, ending: Ending::Done, error: None, slot: 9, fee: 5_000, units: 7, effects }
}

#[test]
fn what_was_written_is_read_again() {
    let file = TemporaryFile::new("again");
    let journal = Journal::open(&file.0, &owner(3)).expect("a new journal");
    for number in 1..=3 {
        journal.sent(sent(number)).expect("written");
    }
    journal.settled(done(2)).expect("written");
    let (report, unsettled) = (journal.report(), journal.unsettled());
    assert_eq!(unsettled, [sent(1), sent(3)]);
    assert!(journal.is_open(&sent(1).account) && !journal.is_open(&sent(2).account));
    assert_eq!((report.fees, report.unsettled, report.effects.tokens[&0].net()), (5_000, 2, 2));
    drop(journal);
    let journal = Journal::open(&file.0, &owner(3)).expect("the same journal");
    assert_eq!((journal.report(), journal.unsettled()), (report.clone(), unsettled));
    assert_eq!(Journal::report_of(&file.0).expect("readable while in use"), report);
}

/// The sender and whoever looks up what is in doubt may learn it at the same time.
#[test]
fn what_is_settled_twice_counts_once_and_is_read_again() {
    let file = TemporaryFile::new("twice");
    let journal = Journal::open(&file.0, &owner(3)).expect("a new journal");
    journal.sent(sent(1)).expect("written");
    journal.settled(done(1)).expect("written");
    let (report, text) = (journal.report(), file.text());
    journal.settled(done(1)).expect("known already");
    assert_eq!((journal.report(), file.text()), (report.clone(), text));
    assert!(!journal.is_unsettled(&sent(1).signature));
    assert_eq!(Journal::report_of(&file.0).expect("readable"), report);
}

/// Whatever part of the last line is there, it is as if it had never been.
#[test]
fn a_line_that_was_cut_off_is_dropped() {
    let file = TemporaryFile::new("cut");
    let journal = Journal::open(&file.0, &owner(3)).expect("a new journal");
    journal.sent(sent(1)).expect("written");
    let whole = file.text();
    journal.settled(done(1)).expect("written");
    drop(journal);
    let text = file.text();
    for length in (whole.len()..text.len()).step_by(7).chain([text.len() - 1]) {
        std::fs::write(&file.0, &text[..length]).expect("written");
        let journal = Journal::open(&file.0, &owner(3)).expect("a torn journal is good");
        assert_eq!((journal.unsettled().len(), file.text().as_str()), (1, whole.as_str()), "{length}");
        journal.settled(done(1)).expect("written after the cut");
        drop(journal);
        assert_eq!(file.text(), text);
    }
}

/// A crash within the very first line leaves an empty journal.
#[test]
fn a_first_line_that_was_cut_off_begins_anew() {
    let file = TemporaryFile::new("first");
    std::fs::write(&file.0, "{\"keeper\":{\"version\":1,\"gr").expect("written");
    let journal = Journal::open(&file.0, &owner(3)).expect("a new journal");
    assert_eq!(journal.report(), Report::default());
}

#[test]
fn other_damage_is_told_with_file_and_line() {
    let file = TemporaryFile::new("damage");
    let journal = Journal::open(&file.0, &owner(3)).expect("a new journal");
    journal.sent(sent(1)).expect("written");
    journal.settled(done(1)).expect("written");
    drop(journal);
    let text = file.text();
    let lines: Vec<&str> = text.lines().collect();
    let version = lines[0].replace("\"version\":1", "\"version\":2");
    let rows = [
        (format!("{}\nnot json\n{}\n", lines[0], lines[1]), 2, "no line of a journal"),
        (format!("{}\n{}\n", lines[1], lines[0]), 1, "whose journal"),
        (format!("{}\n{}\n", lines[0], lines[2]), 2, "was never sent"),
        (format!("{}\n{}\n{}\n", lines[0], lines[1], lines[1]), 3, "was sent before"),
        (format!("{text}{}\n", lines[2]), 4, "is settled already"),
        (format!("{}\n{}\n", lines[0], lines[0]), 2, "second journal"),
        (format!("{version}\n"), 1, "its version is 2"),
    ];
    for (damaged, line, fact) in rows {
        std::fs::write(&file.0, &damaged).expect("written");
        let error = Journal::open(&file.0, &owner(3)).map(|_| ()).expect_err("damaged").to_string();
        assert!(error.contains(&format!("line {line}:")) && error.contains(fact), "{error}");
        assert!(error.contains(&file.0.display().to_string()), "{error}");
        assert_eq!(file.text(), damaged, "it is left as it is");
    }
}

#[test]
fn a_journal_has_one_keeper_at_a_time() {
    let file = TemporaryFile::new("lock");
    let journal = Journal::open(&file.0, &owner(3)).expect("a new journal");
    let error = Journal::open(&file.0, &owner(3)).map(|_| ()).expect_err("in use");
    assert!(matches!(error, JournalError::Locked { .. }), "{error}");
    drop(journal);
    let error = Journal::open(&file.0, &owner(4)).map(|_| ()).expect_err("another keeper's").to_string();
    assert!(error.contains("of another keeper"), "{error}");
    assert!(Journal::open(&file.0, &owner(3)).is_ok());
}

#[test]
fn a_directory_that_is_not_there_is_told() {
    let path = std::env::temp_dir().join("breakwater-no-such-directory").join("journal");
    let error = Journal::open(&path, &owner(3)).map(|_| ()).expect_err("no directory");
    assert!(matches!(error, JournalError::File { .. }) && error.to_string().contains("no-such-directory"), "{error}");
}

#[test]
fn a_report_is_told_to_people_and_to_machines() {
    let mut report = Report::default();
    report.sent(&sent(1));
    report.settled(Kind::Liquidate, &done(1));
    let text = report.to_string();
    assert!(text.contains("liquidate") && text.contains("before fees: -0.01 dollars"), "{text}");
    let json = serde_json::to_value(&report).expect("JSON");
    assert_eq!(json["effects"]["tokens"]["0"]["gained"], 10);
    assert_eq!(json["kinds"]["liquidate"]["done"], 1);
}
