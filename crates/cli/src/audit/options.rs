//! What `breakwater audit` can be told.

use std::path::PathBuf;

use breakwater_client::Address;
use clap::Args;

use crate::quote::address;

const EXAMPLES: &str = "\
Examples:
  breakwater audit --url https://api.mainnet-beta.solana.com --group 7Gx2…
      every account of the group at one slot, summed and compared with what banks and markets count
  breakwater audit --url http://127.0.0.1:8899 --group 7Gx2… --json
      the same as one JSON object; amounts are strings
  breakwater demo && breakwater audit --snapshot demo-out/accounts.json
      without a network, from what `breakwater demo` or `solana account ADDRESS --output json` wrote: one account or many,
      an array or one object after the other. It needs all accounts of the group and its banks' vaults

Nothing is signed and nothing is sent. Exit codes: 0 everything adds up, 1 something differs, 2 bad input, or what was asked
for could not be read.";

/// Sums all accounts of a group and compares with what its banks, vaults and markets count.
///
/// Deposit and debt shares, tokens in vaults, solvency, open interest, claims of traders, secured profit, owners of pools.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub struct Options {
    /// RPC node to read accounts from.
    #[arg(long, value_name = "RPC", conflicts_with = "snapshot", requires = "group")]
    pub url: Option<String>,

    /// Address of the group [default with --snapshot: the only one in the files].
    #[arg(long, value_name = "GROUP", value_parser = address)]
    pub group: Option<Address>,

    /// File with accounts as `solana account --output json` writes them; may be given more than once.
    #[arg(long, value_name = "FILE")]
    pub snapshot: Vec<PathBuf>,

    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}
