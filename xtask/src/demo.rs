//! `cargo xtask demo`: the crash on an embedded chain.

use crate::Outcome;
use crate::repo::{self, Repo};
use std::ffi::OsString;

/// Run the crash demo on an embedded chain with the committed bytecode
#[derive(clap::Args)]
#[command(
    disable_help_flag = true,
    after_help = "Examples:\n  \
        cargo xtask demo\n  \
        cargo xtask demo --accounts 40 --scenario wick --seed 7\n  \
        cargo xtask demo --help          the demo's own options"
)]
pub struct Args {
    /// Handed to `breakwater demo` as they are
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<OsString>,
}

pub fn run(repo: &Repo, args: &Args) -> Outcome {
    let mut cargo = repo.cargo();
    // Paths on the command line are the caller's, so the demo starts where the caller stands.
    cargo.current_dir(".").args(["run", "--locked", "-p", "breakwater-cli", "--manifest-path"]);
    cargo.arg(repo.path("Cargo.toml")).args(["--", "demo"]).args(&args.rest);
    repo::run(cargo)
}
