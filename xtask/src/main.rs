//! Every chore of the repository has a name: `cargo xtask <chore>`. Knows the repository's layout and which tool does what;
//! knows nothing of margin, accounts or prices.

mod app;
mod bench;
mod build_sbf;
mod demo;
mod e2e;
mod idl;
mod lint;
mod manifest;
mod npm;
mod repo;
mod test;
mod wasm;

use clap::{Parser, Subcommand};
use repo::Repo;
use std::process::ExitCode;

/// Why a chore stops: one sentence for people, one code for scripts.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    /// Empty if the tool that failed has already said it.
    message: String,
    code: u8,
}

impl Failure {
    fn new(message: impl Into<String>) -> Self {
        Failure { message: message.into(), code: 1 }
    }
}

/// What every chore returns.
pub type Outcome<T = ()> = Result<T, Failure>;

#[derive(Parser)]
#[command(
    bin_name = "cargo xtask",
    about = "Every chore of the repository has a name here",
    after_help = "Exit codes: 0 done, 1 failed, 2 unknown command or option; a tool that a chore runs passes its own code on."
)]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    App(app::Args),
    BuildSbf(build_sbf::Args),
    Idl(idl::Args),
    Demo(demo::Args),
    Test(test::Args),
    Bench(bench::Args),
    E2e(e2e::Args),
    Lint(lint::Args),
    Wasm(wasm::Args),
}

fn main() -> ExitCode {
    let repo = Repo::here();
    let outcome = match Cli::parse().chore {
        Chore::App(args) => app::run(&repo, &args),
        Chore::BuildSbf(args) => build_sbf::run(&repo, &args),
        Chore::Idl(args) => idl::run(&repo, &args),
        Chore::Demo(args) => demo::run(&repo, &args),
        Chore::Test(args) => test::run(&repo, &args),
        Chore::Bench(args) => bench::run(&repo, &args),
        Chore::E2e(args) => e2e::run(&repo, &args),
        Chore::Lint(args) => lint::run(&repo, &args),
        Chore::Wasm(args) => wasm::run(&repo, &args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.message.is_empty() {
                eprintln!("xtask: {}", failure.message);
            }
            ExitCode::from(failure.code)
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
