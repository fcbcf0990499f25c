//! What `breakwater quote` can be told.

use std::path::PathBuf;

use breakwater_client::Address;
use clap::Args;

const EXAMPLES: &str = "\
Examples:
  breakwater quote 9xQe… --url https://api.mainnet-beta.solana.com
      health, liquidation prices, the earliest trigger and the next step of a margin account
  breakwater quote 9xQe… --url http://127.0.0.1:8899 --json
      the same as one JSON object; native amounts are strings
  breakwater quote 9xQe… --snapshot accounts.json
      without a network, from what `solana account ADDRESS --output json` wrote: one account or many, an array or one
      object after the other. It needs the account, its group's risk board, the banks and markets of its legs, and the
      clock (SysvarC1ock11111111111111111111111111111111) or --at
  breakwater quote 9xQe… --snapshot a.json --snapshot b.json --at 250000000,1735689600 --most 1000000
      at a slot and a time, for a keeper who repays at most 1,000,000 native units of the debt

Nothing is signed and nothing is sent. Exit codes: 0 quoted, 1 the RPC node failed, 2 bad input.";

/// Quotes the liquidation of a margin account: health, liquidation prices, earliest trigger, next step.
///
/// Computes from the accounts' bytes what the program would do in that slot, to the unit.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub struct Options {
    /// Address of the margin account.
    #[arg(value_name = "ACCOUNT", value_parser = address)]
    pub account: Address,

    /// RPC node to read accounts from.
    #[arg(long, value_name = "RPC", conflicts_with = "snapshot")]
    pub url: Option<String>,

    /// File with accounts as `solana account --output json` writes them; may be given more than once.
    #[arg(long, value_name = "FILE")]
    pub snapshot: Vec<PathBuf>,

    /// Slot and unix time of the quote [default: those of the clock account].
    #[arg(long = "at", value_name = "SLOT,TIME", value_parser = moment)]
    pub moment: Option<(u64, i64)>,

    /// Most that the keeper repays (native units of the debt) or closes (base units) [default: no limit].
    #[arg(long, value_name = "N", default_value_t = u64::MAX, hide_default_value = true)]
    pub most: u64,

    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// An address, as an argument.
pub fn address(text: &str) -> Result<Address, String> {
    text.parse().map_err(|_| "it is no address: pass 32 bytes in base58".to_owned())
}

fn moment(text: &str) -> Result<(u64, i64), String> {
    let parts = text.split_once(',').and_then(|(slot, time)| Some((slot.parse().ok()?, time.parse().ok()?)));
    parts.ok_or_else(|| "it is no slot and time: pass for example 250000000,1735689600".to_owned())
}
