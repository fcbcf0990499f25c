//! What `breakwater watch` can be told.

use std::time::Duration;

use breakwater_client::Address;
use clap::Args;

use crate::quote::address;

const EXAMPLES: &str = "\
Examples:
  breakwater watch 9xQe… --url https://api.mainnet-beta.solana.com
      says when the health factor falls below 1.10, a price comes within 5 % of liquidating, or the account is flagged
  breakwater watch 9xQe… 4kTb… --url http://127.0.0.1:8899 --health 1.25 --distance 10% --repeat 1h
      two accounts, earlier, and once an hour again while it lasts
  breakwater watch 9xQe… --url http://127.0.0.1:8899 --webhook https://hooks.example.com/T0/B0
      posts each warning as a JSON object with a `text`, as chat programs take it
  breakwater watch 9xQe… --url http://127.0.0.1:8899 --once --json
      looks once: for cron, or a health check

A warning is given once when a threshold is crossed, again when it gets worse by a step (0.02 of health factor, one percent
of distance), and it is taken back once the value is a step beyond the threshold. Prices are those of Pyth's accounts where they
are newer than the board's, as a liquidation would bring them; the state line says how old the oldest is. Nothing is signed and
nothing is sent.
Exit codes: 0 stopped, or fine with --once; 3 warned with --once; 1 the node or the webhook failed with --once; 2 bad input.";

/// Watches margin accounts and warns before they are liquidated: by health factor, distance to the liquidation price, flag.
///
/// It keeps running when the node fails, says so once, and tries again at growing intervals.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub struct Options {
    /// Addresses of the margin accounts.
    #[arg(value_name = "ACCOUNT", value_parser = address, required = true)]
    pub accounts: Vec<Address>,

    /// RPC node to read accounts from.
    #[arg(long, value_name = "RPC")]
    pub url: String,

    /// Warn below this health factor; `off` for never.
    #[arg(long, value_name = "FACTOR", default_value = "1.10", value_parser = health)]
    pub health: Threshold,

    /// Warn where a price is nearer to the liquidation price than this; `off` for never.
    #[arg(long, value_name = "PERCENT", default_value = "5%", value_parser = distance)]
    pub distance: Threshold,

    /// Do not warn of flags.
    #[arg(long)]
    pub no_flag: bool,

    /// Post every warning there, as JSON.
    #[arg(long, value_name = "URL")]
    pub webhook: Option<String>,

    /// Look once and exit with 3 if something is to be warned of.
    #[arg(long, conflicts_with_all = ["interval", "repeat"])]
    pub once: bool,

    /// Time between two looks: 500ms, 5s, 2m, 1h.
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = duration)]
    pub interval: Duration,

    /// Say a warning again after this time, while it lasts [default: never].
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub repeat: Option<Duration>,

    /// Shard of Pyth's sponsored price accounts, where newer prices are read than the board has.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub shard: u16,

    /// Account of a feed that is published elsewhere, by its number on the board; may be given more than once.
    #[arg(long, value_name = "FEED=ADDRESS", value_parser = oracle)]
    pub oracle: Vec<(u8, Address)>,

    /// One JSON object on each line.
    #[arg(long)]
    pub json: bool,
}

/// Below what is warned of; none if never. Health factors in millionths, distances in bps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold(pub Option<i64>);

fn oracle(text: &str) -> Result<(u8, Address), String> {
    let parts = text.split_once('=').and_then(|(feed, key)| Some((feed.parse().ok()?, key.parse().ok()?)));
    parts.ok_or_else(|| {
        "it is no feed and address: pass for example 0=7UVimffxr9ow1uXYxsr4LHAcV58mLzhmwaeKvJ1pjLiE".to_owned()
    })
}

fn health(text: &str) -> Result<Threshold, String> {
    let wrong = || "it is no health factor: pass for example 1.10, or off".to_owned();
    threshold(text, 6)
        .filter(|Threshold(value)| value.is_none_or(|ppm| (1..=100_000_000).contains(&ppm)))
        .ok_or_else(wrong)
}

fn distance(text: &str) -> Result<Threshold, String> {
    let wrong = || "it is no distance: pass for example 5%, or off".to_owned();
    let percent = text.strip_suffix('%').unwrap_or(text);
    threshold(percent, 2)
        .filter(|Threshold(value)| value.is_none_or(|bps| (1..10_000).contains(&bps)))
        .ok_or_else(wrong)
}

fn threshold(text: &str, decimals: usize) -> Option<Threshold> {
    if text == "off" { Some(Threshold(None)) } else { decimal(text, decimals).map(|value| Threshold(Some(value))) }
}

/// A decimal number as an integer of its smallest decimals.
fn decimal(text: &str, decimals: usize) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > decimals {
        return None;
    }
    format!("{whole}{fraction:0<decimals$}").parse().ok()
}

fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "it is no time: pass for example 500ms, 5s, 2m or 1h, from 100ms on".to_owned();
    let at = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(at);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(wrong()),
    };
    let time = number.checked_mul(milliseconds).filter(|time| (100..=1_000_000_000_000).contains(time));
    time.map(Duration::from_millis).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_and_times_are_read_exactly_or_not_at_all() {
        assert_eq!((health("1.10"), health("2")), (Ok(Threshold(Some(1_100_000))), Ok(Threshold(Some(2_000_000)))));
        assert_eq!((distance("5%"), distance("0.25")), (Ok(Threshold(Some(500))), Ok(Threshold(Some(25)))));
        assert_eq!((health("off"), distance("off")), (Ok(Threshold(None)), Ok(Threshold(None))));
        for text in ["", "-1", "1.2.3", "1e3", "0", "1.1234567", "101", ".5"] {
            assert!(health(text).is_err(), "{text}");
        }
        for text in ["100%", "0%", "5.001%", "%", "five"] {
            assert!(distance(text).is_err(), "{text}");
        }
        assert_eq!((duration("500ms"), duration("2m")), (Ok(Duration::from_millis(500)), Ok(Duration::from_secs(120))));
        for text in ["5", "ms", "99ms", "1d", "99999999999h"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
