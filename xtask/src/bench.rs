//! `cargo xtask bench`: what each instruction costs on real bytecode.

use crate::Outcome;
use crate::repo::{self, Repo};

/// Measure what the program's instructions cost
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  cargo xtask bench cu\n  cargo xtask bench cu --json > cu.json")]
pub struct Args {
    /// What to measure
    subject: Subject,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Subject {
    /// Compute units, accounts and bytes of each instruction
    Cu,
}

pub fn run(repo: &Repo, args: &Args) -> Outcome {
    let bin = match args.subject {
        Subject::Cu => "bench-cu",
    };
    let mut cargo = repo.cargo();
    cargo.args(["run", "--locked", "-p", "breakwater-tests", "--bin", bin, "--"]);
    if args.json {
        cargo.arg("--json");
    }
    repo::run(cargo)
}
