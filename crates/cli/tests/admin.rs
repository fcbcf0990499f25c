//! `breakwater admin` as its user meets it, without a node. Against a node it is `cargo xtask e2e migrate`.

use std::process::{Command, Output};

fn breakwater(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_breakwater"));
    command.env("HOME", "/nonexistent").arg("admin").args(arguments).output().expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the output is text")
}

#[test]
fn bad_input_is_one_sentence_with_what_to_do() {
    for (given, says) in [
        (
            vec!["pause", "--actions", "deposit", "--for", "2h", "--cluster", "localnet"],
            "cannot be paused: name borrow",
        ),
        (vec!["pause", "--actions", "trade", "--for", "soon", "--cluster", "localnet"], "is no time"),
        (vec!["pause", "--actions", "trade", "--cluster", "localnet"], "--for <TIME>"),
        (vec!["queue", "--set", "dust", "--cluster", "localnet"], "pass KEY=VALUE"),
        (vec!["queue", "--reduce-only", "on", "--cluster", "localnet"], "--token <SYMBOL>"),
        (vec!["queue", "--token", "SOL", "--reduce-only", "maybe", "--cluster", "localnet"], "neither on nor off"),
        (
            vec!["queue", "--market", "0", "--status", "closed", "--cluster", "localnet"],
            "active, reduce-only or paused",
        ),
        (vec!["veto", "first", "--cluster", "localnet"], "invalid value 'first'"),
        (
            vec!["set-role", "owner", "4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZJDncDU", "--cluster", "localnet"],
            "it is no role",
        ),
        (vec!["set-role", "guardian", "nobody", "--cluster", "localnet"], "it is no address"),
        (vec!["show"], "--cluster <CLUSTER>"),
        (vec!["show", "--cluster", "localnet"], "no key is at hand: pass --keypair"),
        (vec!["show", "--cluster", "devnet"], "group.creator: it is empty"),
    ] {
        let output = breakwater(&given);
        let sentence = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{given:?}: {sentence}");
        assert_eq!(sentence.lines().count(), 1, "{given:?}: {sentence}");
        assert!(sentence.contains(says), "{given:?}: {sentence}");
    }
}

#[test]
fn help_has_examples() {
    let help = breakwater(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    let said = text(&help.stdout);
    assert!(said.contains("Examples:") && said.contains("admin veto 7"), "{said}");
    let nothing = breakwater(&[]);
    assert_eq!(nothing.status.code(), Some(2));
}
