//! The command `breakwater`. Exit codes: 0 done, 1 the run went wrong (an invariant did not hold, a node failed), 2 bad
//! input, 3 what was looked at deserves a warning.

mod admin;
mod audit;
mod demo;
mod experiment;
mod keeper;
mod migrate;
mod output;
mod quote;
mod replay;
mod watch;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

/// Breakwater: liquidations on Solana in small, formula-priced steps.
#[derive(Debug, Parser)]
#[command(name = "breakwater", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Options),
    Experiment(Box<experiment::Options>),
    Replay(replay::Options),
    Quote(quote::Options),
    Audit(audit::Options),
    Migrate(Box<migrate::Options>),
    Admin(Box<admin::Options>),
    Keeper(keeper::Options),
    Watch(watch::Options),
}

/// Why a command ended without doing what it was asked.
#[derive(Debug)]
enum Failure {
    /// What was asked cannot be done; nothing was written.
    Input(String),
    /// It went wrong on the way.
    Run(String),
    /// Nothing went wrong, but what was asked about deserves a warning; it has been told.
    Warned,
}

impl From<breakwater_migrations::Failure> for Failure {
    fn from(failure: breakwater_migrations::Failure) -> Failure {
        match failure {
            breakwater_migrations::Failure::Input(sentence) => Failure::Input(sentence),
            other => Failure::Run(other.sentence().to_owned()),
        }
    }
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return explain(&error),
    };
    let outcome = match &arguments.command {
        Command::Demo(options) => demo::run(options),
        Command::Experiment(options) => experiment::run(options),
        Command::Replay(options) => replay::run(options),
        Command::Quote(options) => quote::run(options),
        Command::Audit(options) => audit::run(options),
        Command::Migrate(options) => migrate::run(options),
        Command::Admin(options) => admin::run(options),
        Command::Keeper(options) => keeper::run(options),
        Command::Watch(options) => watch::run(options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Input(sentence)) => fail(&sentence, 2),
        Err(Failure::Run(sentence)) => fail(&sentence, 1),
        Err(Failure::Warned) => ExitCode::from(3),
    }
}

fn fail(sentence: &str, code: u8) -> ExitCode {
    eprintln!("breakwater: {sentence}");
    ExitCode::from(code)
}

/// Help and version as clap prints them; anything else as one sentence.
fn explain(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _ = error.print();
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            ExitCode::from(2)
        }
        _ => fail(&one_sentence(&error.to_string()), 2),
    }
}

/// The first paragraph of clap's message on one line, with its tip where it has one.
fn one_sentence(message: &str) -> String {
    let mut paragraphs = message.trim_start_matches("error: ").split("\n\n");
    let line = |paragraph: &str| paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    let sentence = line(paragraphs.next().unwrap_or(message));
    match paragraphs.find_map(|paragraph| paragraph.trim_start().strip_prefix("tip: ")) {
        Some(tip) => format!("{sentence}: {}", line(tip)),
        None => sentence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_message_of_several_lines_becomes_one_sentence() {
        let message =
            "error: the argument '--prices' cannot be used with:\n  --scenario <NAME>\n\nUsage: breakwater demo\n";
        assert_eq!(one_sentence(message), "the argument '--prices' cannot be used with: --scenario <NAME>");
        let message =
            "error: unexpected argument '--sed' found\n\n  tip: a similar argument exists: '--seed'\n\nUsage: x\n";
        assert_eq!(one_sentence(message), "unexpected argument '--sed' found: a similar argument exists: '--seed'");
    }
}
