//! What `breakwater experiment` can be told.

use std::path::PathBuf;

use breakwater_sim::experiment::Market;
use breakwater_sim::price_path::{PriceFile, PriceInputError};
use clap::Args;

const EXAMPLES: &str = "\
Examples:
  breakwater experiment --market wick --seeds 1
      one market, one seed, every group of mechanisms
  breakwater experiment --prices BTC=btc_usd_1h.csv --write docs/safety.md
      all markets, the real days among them; the tables replace those in the file
  breakwater experiment --market flash --picture docs/safety-flash.svg
      what liquidations do to a price under three groups
  breakwater experiment --strengths --market slide --json > strengths.json
      all mechanisms on, one strength changed at a time

The same command gives the same numbers. Exit codes: 0 done, 1 an invariant did not hold, 2 bad input.";

/// Measures what each mechanism of the safety engine gives and costs, on an embedded chain with the real program.
///
/// Every market is walked by the same people under groups with all mechanisms off, each one on, all on, and
/// all but one on. What keepers sell moves prices. After every price all invariants are checked.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub struct Options {
    /// Markets: wick, slide, dear, flash, perps, outage, pump, march-2020, may-2021 [default: all; the last two with --prices alone].
    #[arg(long, value_name = "NAME")]
    pub market: Vec<Market>,

    /// Compare strengths of the mechanisms instead of mechanisms on and off.
    #[arg(long)]
    pub strengths: bool,

    /// Seeds 1 to N; numbers are means.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=100))]
    pub seeds: u64,

    /// Number of traders' margin accounts; a fifth as many come on the way.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(5..=10_000))]
    pub accounts: u64,

    /// Number of keepers.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=32))]
    pub keepers: u64,

    /// Dollars of a token that keepers sell to move its price by 1 %; 0 for no impact.
    #[arg(long, value_name = "DOLLARS", default_value_t = 20_000)]
    pub depth: u64,

    /// Hourly candles for the real markets.
    #[arg(long, value_name = "[SYMBOL=]FILE.csv", value_parser = price_file)]
    pub prices: Option<PriceFile>,

    /// Slots between the two touches.
    #[arg(long, value_name = "N")]
    pub wait_slots: Option<u16>,

    /// Slots in which the bonus does not grow.
    #[arg(long, value_name = "N")]
    pub grace_slots: Option<u16>,

    /// Slots in which the bonus grows to its maximum.
    #[arg(long, value_name = "N")]
    pub auction_slots: Option<u16>,

    /// A breach deeper than this part of the requirement executes at once, bps.
    #[arg(long, value_name = "BPS")]
    pub deep_breach: Option<u16>,

    /// Part of deposits or open interest that shallow liquidations move in a window, bps.
    #[arg(long, value_name = "BPS")]
    pub velocity: Option<u16>,

    /// The window, seconds.
    #[arg(long, value_name = "SECONDS")]
    pub velocity_window: Option<u16>,

    /// Part of the volatility that widens the initial interval, hundredths.
    #[arg(long, value_name = "N")]
    pub volatility_multiple: Option<u16>,

    /// Runs at the same time.
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub threads: usize,

    /// Replace the tables between the markers of this file.
    #[arg(long, value_name = "FILE.md")]
    pub write: Option<PathBuf>,

    /// Draw the first token's price in the first market to this file instead of making tables.
    #[arg(long, value_name = "FILE.svg")]
    pub picture: Option<PathBuf>,

    /// Print one JSON object instead of the tables.
    #[arg(long)]
    pub json: bool,
}

impl Options {
    /// The command that repeats the experiment: what decides numbers, without the price file's folder.
    pub fn repeat(&self) -> String {
        let mut words: Vec<String> = ["breakwater", "experiment"].map(String::from).to_vec();
        if self.strengths {
            words.push("--strengths".to_owned());
        }
        let numbers = [
            ("--seeds", Some(self.seeds)),
            ("--accounts", Some(self.accounts)),
            ("--keepers", Some(self.keepers)),
            ("--depth", Some(self.depth)),
            ("--wait-slots", self.wait_slots.map(u64::from)),
            ("--grace-slots", self.grace_slots.map(u64::from)),
            ("--auction-slots", self.auction_slots.map(u64::from)),
            ("--deep-breach", self.deep_breach.map(u64::from)),
            ("--velocity", self.velocity.map(u64::from)),
            ("--velocity-window", self.velocity_window.map(u64::from)),
            ("--volatility-multiple", self.volatility_multiple.map(u64::from)),
        ];
        for (name, value) in numbers {
            words.extend(value.into_iter().flat_map(|value| [name.to_owned(), value.to_string()]));
        }
        words.extend(self.market.iter().flat_map(|market| ["--market".to_owned(), market.name().to_owned()]));
        if let Some(file) = &self.prices {
            let name = file.path.file_name().unwrap_or(file.path.as_os_str()).to_string_lossy().into_owned();
            let symbol = file.symbol.as_ref().map_or_else(String::new, |symbol| format!("{symbol}="));
            words.extend(["--prices".to_owned(), format!("{symbol}{name}")]);
        }
        words.join(" ")
    }
}

fn price_file(text: &str) -> Result<PriceFile, PriceInputError> {
    PriceFile::parse(text)
}
