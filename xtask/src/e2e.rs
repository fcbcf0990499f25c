//! `cargo xtask e2e`: commands against a real node on this machine.

use crate::repo::{self, Repo};
use crate::{Failure, Outcome};
use std::process::Command;

/// Run commands against a local Solana node (surfpool, from npm; Linux on x64)
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask e2e migrate              deploys, configures, launches and governs a group")]
pub struct Args {
    /// What to run
    #[arg(value_enum)]
    what: What,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum What {
    /// `breakwater migrate` and `breakwater admin`
    Migrate,
}

pub fn run(repo: &Repo, args: &Args) -> Outcome {
    let What::Migrate = args.what;
    let tools = repo.path("tools/e2e");
    if !tools.join("node_modules").is_dir() {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(&tools);
        repo::run(npm)?;
    }
    let mut build = repo.cargo();
    build.args(["build", "--locked", "--package", "breakwater-cli"]);
    repo::run(build)?;
    let folder = repo.path("target/e2e");
    std::fs::create_dir_all(&folder).map_err(|error| Failure::new(format!("{}: {error}", folder.display())))?;
    let mut node = Command::new("node");
    node.arg(tools.join("migrate.mjs")).arg(repo.path("target/debug/breakwater")).arg(&folder);
    repo::run(node)
}
