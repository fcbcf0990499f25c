//! What the local stack can be told; `cargo xtask app` writes it.

use breakwater_tests::local::rpc::{Outcome, Trouble};

const USAGE: &str =
    "usage: app-local [--accounts N] [--seed N] [--port N] [--no-keeper] [--still] [--json] [--tied] [--dev]";
/// Most margin accounts: the page lists them all.
const MOST: u64 = 1_000;

/// Options.
#[derive(Clone, Debug)]
pub struct Options {
    /// Margin accounts of traders.
    pub accounts: u64,
    /// Seed of keys, sizes and prices.
    pub seed: u64,
    /// Where the page is served; 0: anywhere.
    pub port: u16,
    /// Nobody liquidates.
    pub no_keeper: bool,
    /// Prices move only when told to.
    pub still: bool,
    /// One line of JSON when everything is there, instead of words.
    pub json: bool,
    /// End when the input ends, so that whoever started this cannot leave it behind.
    pub tied: bool,
    /// Let vite serve the page.
    pub dev: bool,
}

impl Options {
    /// Reads the command line.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Outcome<Options> {
        let mut options = Options {
            accounts: 40,
            seed: 1,
            port: 4173,
            no_keeper: false,
            still: false,
            json: false,
            tied: false,
            dev: false,
        };
        let wrong = || Trouble(USAGE.to_owned());
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(wrong);
            match argument.as_str() {
                "--accounts" => options.accounts = value()?.parse().map_err(|_| wrong())?,
                "--seed" => options.seed = value()?.parse().map_err(|_| wrong())?,
                "--port" => options.port = value()?.parse().map_err(|_| wrong())?,
                "--no-keeper" => options.no_keeper = true,
                "--still" => options.still = true,
                "--json" => options.json = true,
                "--tied" => options.tied = true,
                "--dev" => options.dev = true,
                _ => return Err(wrong()),
            }
        }
        if options.accounts > MOST {
            return Err(Trouble(format!("--accounts {}: {MOST} at most", options.accounts)));
        }
        Ok(options)
    }
}
