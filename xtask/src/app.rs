//! `cargo xtask app`: a place to trade on this machine.

use crate::repo::{self, Repo};
use crate::{Failure, Outcome, npm};
use std::os::unix::process::CommandExt;

/// Start a local node with a launched group, traders, moving prices, a faucet and a keeper, and serve the page
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask app                              then open http://127.0.0.1:4173\n  \
    cargo xtask app --accounts 400 --seed 7      more traders, other sizes and prices\n  \
    cargo xtask app --dev                        the page from vite, which follows its source\n  \
    cargo xtask app --headless --json --still    for tests: no page is built, prices stand still\n\n\
    Needs Node 20 or newer with npm, and Linux on x64 (surfpool). Ctrl-C ends everything.")]
pub struct Args {
    /// Do not build the page; what is built already is served
    #[arg(long)]
    headless: bool,
    /// Print one JSON object when everything is there: url, page and what /config.json says
    #[arg(long)]
    json: bool,
    /// Margin accounts of traders, 1,000 at most
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u64).range(..=1_000))]
    accounts: u64,
    /// Seed of keys, sizes and prices
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Port of 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 4173)]
    port: u16,
    /// Nobody liquidates
    #[arg(long)]
    no_keeper: bool,
    /// Prices move only when told to
    #[arg(long)]
    still: bool,
    /// End when the input ends, so that whoever starts this cannot leave it behind
    #[arg(long)]
    tied: bool,
    /// Serve the page by vite, which follows its source
    #[arg(long, conflicts_with = "headless")]
    dev: bool,
}

pub fn run(repo: &Repo, args: &Args) -> Outcome {
    npm::local_node(repo)?;
    if !args.headless {
        page(repo, args.dev)?;
    }
    build(repo)?;
    let mut app = repo.command(repo.path(BINARY));
    let numbers = [("--accounts", args.accounts), ("--seed", args.seed), ("--port", args.port.into())];
    for (name, number) in numbers {
        app.arg(name).arg(number.to_string());
    }
    let flags = [
        ("--no-keeper", args.no_keeper),
        ("--still", args.still),
        ("--json", args.json),
        ("--tied", args.tied),
        ("--dev", args.dev),
    ];
    app.args(flags.iter().filter_map(|(flag, is_on)| is_on.then_some(flag)));
    // In the place of this process: what ends the one ends the other.
    let error = app.exec();
    Err(Failure::new(format!("{BINARY} cannot be started: {error}")))
}

/// What serves everything.
pub const BINARY: &str = "target/debug/app-local";

/// Builds it, and the command that it runs.
pub fn build(repo: &Repo) -> Outcome {
    let mut cargo = repo.cargo();
    cargo.args(["build", "--locked", "-p", "breakwater-cli", "-p", "breakwater-tests"]);
    cargo.args(["--bin", "breakwater", "--bin", "app-local"]);
    repo::run(cargo)
}

/// Installs the page's packages, and builds the page unless vite will serve it.
fn page(repo: &Repo, by_vite: bool) -> Outcome {
    npm::install(repo, "app")?;
    if by_vite { Ok(()) } else { npm::run(repo, "app", &["run", "build"]) }
}
