//! `cargo xtask test`: all tests that run on the host, those of the compiled program among them.

use crate::repo::{self, Repo};
use crate::{Failure, Outcome};
use std::path::Path;

/// The bytecode that tests and demo run instead of artifacts/breakwater.so.
pub const BYTECODE_VARIABLE: &str = "BREAKWATER_SO";

/// Run all tests
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask test\n  \
    cargo xtask test liquidat                     tests with this in their name\n  \
    cargo xtask test --fast                       without the suites that run the compiled program\n  \
    BREAKWATER_SO=target/sbf/breakwater.so cargo xtask test        on other bytecode than the committed one")]
pub struct Args {
    /// Leave out the suites that run the compiled program
    #[arg(long)]
    fast: bool,
    /// Run only tests whose name contains this
    filter: Option<String>,
}

pub fn run(repo: &Repo, args: &Args) -> Outcome {
    let bytecode = std::env::var_os(BYTECODE_VARIABLE).map(|path| repo.path(Path::new(&path)));
    if let Some(path) = &bytecode {
        if !path.is_file() {
            return Err(Failure::new(format!("{BYTECODE_VARIABLE} names {}, which is no file", path.display())));
        }
        eprintln!("xtask: testing the bytecode {}", repo.show(path));
    }
    // The interface crate is no member of the host workspace, so `--workspace` does not reach its tests.
    let selections: [&[&str]; 2] = [
        &["-p", "breakwater-interface"],
        if args.fast { &["--workspace", "--exclude", "breakwater-tests"] } else { &["--workspace"] },
    ];
    let mut all = Ok(());
    for selection in selections {
        let mut cargo = repo.cargo();
        cargo.args(["test", "--locked", "--no-fail-fast"]).args(selection).args(&args.filter);
        if let Some(path) = &bytecode {
            // Tests start in their own folders, so the path must be absolute; solana-program-test looks in a folder.
            cargo.env(BYTECODE_VARIABLE, path).env("SBF_OUT_DIR", path.parent().unwrap_or(path));
        }
        let outcome = repo::run(cargo);
        all = all.and(outcome);
    }
    all
}
