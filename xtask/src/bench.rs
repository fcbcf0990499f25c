//! `cargo xtask bench`: what instructions cost on real bytecode, and what the keeper costs on this machine.

use crate::Outcome;
use crate::repo::{self, Repo};

/// Measure what the program's instructions and the keeper's book cost
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  cargo xtask bench cu\n  cargo xtask bench cu --json > cu.json\n  cargo xtask bench keeper\n  cargo xtask bench keeper --json --accounts 100000"
)]
pub struct Args {
    #[command(subcommand)]
    subject: Subject,
    /// Print one JSON object instead of a table
    #[arg(long, global = true)]
    json: bool,
}

#[derive(clap::Subcommand)]
enum Subject {
    /// Compute units, accounts and bytes of each instruction
    Cu,
    /// The keeper's book: a scan of all accounts, a tick of one price, memory, and whether an account was missed
    Keeper(Keeper),
}

/// What is not given is as `bench-keeper --help` tells.
#[derive(clap::Args)]
struct Keeper {
    /// Accounts in the book [default: 1000000]
    #[arg(long)]
    accounts: Option<u32>,
    /// Legs of each account: deposits, debts and positions [default: 8]
    #[arg(long)]
    legs: Option<u8>,
    /// What all chance follows from: the same seed, the same accounts and prices [default: 1]
    #[arg(long)]
    seed: Option<u64>,
    /// Prints that arrive, one after the other [default: 1000]
    #[arg(long)]
    ticks: Option<u64>,
}

impl Keeper {
    fn options(&self) -> Vec<String> {
        let given = [
            ("accounts", self.accounts.map(u64::from)),
            ("legs", self.legs.map(u64::from)),
            ("seed", self.seed),
            ("ticks", self.ticks),
        ];
        given.iter().filter_map(|(name, value)| Some(format!("--{name}={}", (*value)?))).collect()
    }
}

pub fn run(repo: &Repo, args: &Args) -> Outcome {
    let mut cargo = repo.cargo();
    let (package, bin, options) = match &args.subject {
        Subject::Cu => ("breakwater-tests", "bench-cu", Vec::new()),
        Subject::Keeper(keeper) => ("breakwater-keeper", "bench-keeper", keeper.options()),
    };
    cargo.args(["run", "--locked", "-p", package, "--bin", bin, "--"]).args(options);
    if args.json {
        cargo.arg("--json");
    }
    repo::run(cargo)
}
