//! `cargo xtask e2e`: commands against a real node on this machine.

use crate::repo::{self, Repo};
use crate::{Failure, Outcome, npm};
use std::process::Command;

/// Run commands against a local Solana node (surfpool, from npm; Linux on x64)
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask e2e migrate                  deploys, configures, launches and governs a group\n  \
    cargo xtask e2e keeper                   two keepers, 500 accounts, a fall of prices, everything that can go wrong\n  \
    cargo xtask e2e keeper --only killed     the same with one fault\n  \
    cargo xtask e2e keeper --measure         from a price to a transaction, and liquidations a second")]
pub struct Args {
    /// What to run
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// `breakwater migrate` and `breakwater admin`
    Migrate,
    /// Two competing processes of `breakwater keeper run`
    Keeper(Keeper),
}

#[derive(clap::Args)]
struct Keeper {
    /// Margin accounts of traders
    #[arg(long, value_name = "N", default_value_t = 500)]
    accounts: u64,
    /// Seed of keys and sizes
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// One fault alone: dropped, delayed, stalled, closed, shuffled, swallowed, old-blockhash, killed or restarted
    #[arg(long, value_name = "FAULT")]
    only: Option<String>,
    /// Leave the node there at the end, until Enter is pressed
    #[arg(long)]
    keep: bool,
    /// Measure instead: 10,000 accounts, and as many liquidations at once as there are accounts
    #[arg(long)]
    measure: bool,
    /// With --measure: print one JSON object
    #[arg(long, requires = "measure")]
    json: bool,
    /// With --measure: put the figures into docs/performance.md
    #[arg(long, requires = "measure")]
    write: bool,
}

pub fn run(repo: &Repo, args: &Args) -> Outcome {
    let tools = repo.path("tools/e2e");
    npm::local_node(repo)?;
    build(repo, &["--package", "breakwater-cli"])?;
    let folder = repo.path("target/e2e");
    std::fs::create_dir_all(&folder).map_err(|error| Failure::new(format!("{}: {error}", folder.display())))?;
    match &args.what {
        What::Migrate => {
            let mut node = Command::new("node");
            node.arg(tools.join("migrate.mjs")).arg(repo.path("target/debug/breakwater")).arg(&folder);
            repo::run(node)
        }
        What::Keeper(options) => {
            build(repo, &["--package", "breakwater-tests", "--bin", "e2e-keeper"])?;
            let mut suite = repo.command(repo.path("target/debug/e2e-keeper"));
            suite.args(["--accounts", &options.accounts.to_string(), "--seed", &options.seed.to_string()]);
            if let Some(fault) = &options.only {
                suite.args(["--only", fault]);
            }
            for (flag, is_on) in [("--keep", options.keep), ("--measure", options.measure), ("--json", options.json)] {
                suite.args(is_on.then_some(flag));
            }
            if options.write {
                suite.arg("--write").arg(repo.path("docs/performance.md"));
            }
            repo::run(suite)
        }
    }
}

fn build(repo: &Repo, what: &[&str]) -> Outcome {
    let mut build = repo.cargo();
    build.args(["build", "--locked"]).args(what);
    repo::run(build)
}
