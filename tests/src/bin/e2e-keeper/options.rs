//! What the suite can be told; `cargo xtask e2e keeper` writes it.

use breakwater_tests::local::rpc::{Outcome, Trouble};

use crate::fault::Fault;

const USAGE: &str =
    "usage: e2e-keeper [--accounts N] [--seed N] [--only FAULT] [--keep] | --measure [--json | --write FILE]";

/// Options.
#[derive(Clone, Debug)]
pub struct Options {
    /// Margin accounts of traders.
    pub accounts: u64,
    /// Seed of keys and sizes.
    pub seed: u64,
    /// Only one of the faults.
    pub only: Option<Fault>,
    /// Leave node and files, for a look at them.
    pub keep: bool,
    /// Measure instead.
    pub measure: bool,
    /// Print one JSON object.
    pub json: bool,
    /// Put the table between the markers of a Markdown file.
    pub write: Option<String>,
}

impl Options {
    /// Reads the command line.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Outcome<Options> {
        let mut options =
            Options { accounts: 500, seed: 1, only: None, keep: false, measure: false, json: false, write: None };
        let wrong = || Trouble(USAGE.to_owned());
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(wrong);
            match argument.as_str() {
                "--accounts" => options.accounts = value()?.parse().map_err(|_| wrong())?,
                "--seed" => options.seed = value()?.parse().map_err(|_| wrong())?,
                "--only" => options.only = Some(Fault::named(&value()?)?),
                "--keep" => options.keep = true,
                "--measure" => options.measure = true,
                "--json" => options.json = true,
                "--write" => options.write = Some(value()?),
                _ => return Err(wrong()),
            }
        }
        if options.accounts == 0 || options.accounts > u64::from(u16::MAX) {
            return Err(Trouble(format!("--accounts {}: 1 to 65535, the numbers of one owner", options.accounts)));
        }
        Ok(options)
    }
}
