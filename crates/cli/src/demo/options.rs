//! What `breakwater demo` can be told.

use std::path::PathBuf;

use breakwater_sim::price_path::{PriceFile, PriceInputError, Scenario, Window};
use clap::Args;

/// The scenario of a run without `--scenario` and `--prices`.
pub const DEFAULT_SCENARIO: Scenario = Scenario::Crash;
/// Most accounts of a run.
const MAX_ACCOUNTS: u64 = 10_000;
/// Most keepers of a run.
const MAX_KEEPERS: u64 = 32;

const EXAMPLES: &str = "\
Examples:
  breakwater demo
      200 accounts, a fall of 50 %, a report in demo-out/report.html
  breakwater demo --scenario wick --accounts 500 --seed 7
      one print 45 % below the market
  breakwater demo --scenario gap
      perpetuals: a fall through bankruptcy prices, borne by tranches, pools, shared fund and winners
  breakwater demo --prices btc_usd_1h.csv --from 2020-03-08 --to 2020-03-16
      real prices of BTC; SOL and ETH follow it with a beta that the report states
  breakwater demo --prices BTC=a.csv --prices ETH=b.csv --json > run.json
      two files, and everything that the report says as one JSON object

Price files are OHLC csv with a header and a time column, oldest or newest first, for example
unix,open,high,low,close. Each candle is walked in four steps; the report states the order.

The same command gives the same run. Exit codes: 0 done, 1 an invariant did not hold, 2 bad input.";

/// Runs a price crash over many accounts on an embedded chain with the real program, and writes a report.
///
/// Traders with seeded leverage hold SOL, BTC and ETH and owe dollars or another token;
/// in the scenarios long-squeeze, short-squeeze and gap they trade perpetuals instead.
/// Several keepers race to liquidate them. After every price step all invariants are checked,
/// and that value in is value out over all parties.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub struct Options {
    /// Number of traders' margin accounts, 1 to 10,000.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=MAX_ACCOUNTS))]
    pub accounts: u64,

    /// Seed of accounts, keepers and synthetic prices.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,

    /// Number of keepers that race, 1 to 32.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=MAX_KEEPERS))]
    pub keepers: u64,

    /// Synthetic prices: crash, wick, grind, recovery, and with perpetuals long-squeeze, short-squeeze, gap
    /// [default: crash].
    #[arg(long, value_name = "NAME", conflicts_with = "prices", value_parser = scenario)]
    pub scenario: Option<Scenario>,

    /// Real prices from a csv of candles, for each symbol one; other collaterals follow the first file.
    #[arg(long, value_name = "[SYMBOL=]FILE.csv", value_parser = price_file)]
    pub prices: Vec<PriceFile>,

    /// First day or moment of the files to use (UTC), inclusive: 2020-03-08 or "2020-03-08 12:00".
    #[arg(long, value_name = "TIME", requires = "prices")]
    pub from: Option<String>,

    /// Last day or moment of the files to use (UTC), inclusive.
    #[arg(long, value_name = "TIME", requires = "prices")]
    pub to: Option<String>,

    /// Dollars of a token that keepers sell to move its price by 1 %; without it nothing moves prices.
    #[arg(long, value_name = "DOLLARS", value_parser = clap::value_parser!(u64).range(1..))]
    pub depth: Option<u64>,

    /// Switch the safety engine on as docs/safety.md recommends; prices are then printed more often while accounts wait.
    #[arg(long)]
    pub safety: bool,

    /// Print the whole record as one JSON object instead of the summary; all else goes to stderr.
    #[arg(long)]
    pub json: bool,

    /// Folder for report.html, record.json, receipts.bin and accounts.json.
    #[arg(long, value_name = "DIR", default_value = "demo-out")]
    pub out: PathBuf,
}

impl Options {
    /// `--from` and `--to`.
    pub fn window(&self) -> Result<Window, PriceInputError> {
        Window::parse(self.from.as_deref(), self.to.as_deref())
    }
}

fn scenario(text: &str) -> Result<Scenario, PriceInputError> {
    text.parse()
}

fn price_file(text: &str) -> Result<PriceFile, PriceInputError> {
    PriceFile::parse(text)
}
