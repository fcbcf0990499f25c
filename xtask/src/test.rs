//! `cargo xtask test`: all tests: Rust with those of the compiled program, TypeScript, and the page in a browser.

use crate::repo::{self, Repo};
use crate::{Failure, Outcome, app, npm};
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// The bytecode that tests and demo run instead of artifacts/breakwater.so.
pub const BYTECODE_VARIABLE: &str = "BREAKWATER_SO";
/// The browser that page tests run instead of Debian's.
const BROWSER_VARIABLE: &str = "CHROMIUM";
const BROWSER: &str = "/usr/bin/chromium";
/// What page tests start as their stack instead of `cargo xtask app`.
const STACK_VARIABLE: &str = "APP_LOCAL";

/// Run all tests
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask test\n  \
    cargo xtask test liquidat                     Rust tests with this in their name\n  \
    cargo xtask test --fast                       without the suites that run the compiled program, and without a browser\n  \
    cargo xtask test --only ts                    the TypeScript client and the page's components\n  \
    cargo xtask test --only browser               the page in Chromium, on a local stack\n  \
    cargo xtask test --only browser deposit       the same, tests with this in their name\n  \
    BREAKWATER_SO=target/sbf/breakwater.so cargo xtask test        on other bytecode than the committed one")]
pub struct Args {
    /// Leave out the suites that run the compiled program, and the browser
    #[arg(long)]
    fast: bool,
    /// Run only this part; may be repeated
    #[arg(long, value_enum)]
    only: Vec<Part>,
    /// Run only tests whose name contains this; of Rust, unless --only names another part
    filter: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Both workspaces' crates, the compiled program among them
    Rust,
    /// Types, generated files, vitest, build and size of the page
    Ts,
    /// The page in Chromium on a local node
    Browser,
}

impl Part {
    const ALL: [Part; 3] = [Part::Rust, Part::Ts, Part::Browser];
}

impl Args {
    fn wants(&self, part: Part) -> bool {
        match self.only.as_slice() {
            [] if self.filter.is_some() => part == Part::Rust,
            [] => part != Part::Browser || !self.fast,
            only => only.contains(&part),
        }
    }
}

pub fn run(repo: &Repo, args: &Args) -> Outcome {
    let mut all = Ok(());
    for part in Part::ALL.into_iter().filter(|part| args.wants(*part)) {
        let start = Instant::now();
        let outcome = match part {
            Part::Rust => rust(repo, args),
            Part::Ts => typescript(repo, args),
            Part::Browser => browser(repo, args),
        };
        let verdict = if outcome.is_ok() { "ok" } else { "FAILED" };
        eprintln!(
            "xtask: test {}: {verdict} ({:.0} s)",
            format!("{part:?}").to_lowercase(),
            start.elapsed().as_secs_f32()
        );
        all = all.and(outcome);
    }
    all
}

fn rust(repo: &Repo, args: &Args) -> Outcome {
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

/// Quick refusals first: types and generated files, tests, then what is built and how much it weighs.
fn typescript(repo: &Repo, args: &Args) -> Outcome {
    npm::check()?;
    npm::install(repo, "app")?;
    let name: Vec<&str> = args.filter.iter().flat_map(|filter| ["--", "-t", filter]).collect();
    // The page takes the client as it is built.
    npm::run(repo, "app", &["run", "build"])?;
    npm::run(repo, "app", &["run", "lint"])?;
    npm::run(repo, "app", &[&["test"], name.as_slice()].concat())?;
    npm::run(repo, "app", &["run", "size", "-w", "e2e"])
}

fn browser(repo: &Repo, args: &Args) -> Outcome {
    let chromium = std::env::var_os(BROWSER_VARIABLE).unwrap_or_else(|| OsString::from(BROWSER));
    let mut version = Command::new(&chromium);
    version.arg("--version");
    if !repo::succeeds(version) {
        return Err(Failure::new(format!(
            "{} cannot be started: install Chromium (`apt-get install chromium`), or name one with {BROWSER_VARIABLE}",
            chromium.display()
        )));
    }
    npm::local_node(repo)?;
    npm::install(repo, "app")?;
    if !args.wants(Part::Ts) {
        npm::run(repo, "app", &["run", "build"])?;
    }
    // The suites in Rust have built it; cargo would build it again, with the features that one package alone has.
    let is_built = args.wants(Part::Rust) && !args.fast && repo.path(app::BINARY).is_file();
    if !is_built {
        app::build(repo)?;
    }
    let mut npm = Command::new("npm");
    npm.args(["run", "e2e", "-w", "e2e"]).args(args.filter.iter().flat_map(|filter| ["--", "-t", filter]));
    npm.current_dir(repo.path("app")).env(STACK_VARIABLE, repo.path(app::BINARY)).env(BROWSER_VARIABLE, chromium);
    repo::run(npm)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(fast: bool, only: &[Part], filter: Option<&str>) -> Vec<Part> {
        let args = Args { fast, only: only.to_vec(), filter: filter.map(String::from) };
        Part::ALL.into_iter().filter(|part| args.wants(*part)).collect()
    }

    #[test]
    fn without_options_everything_runs() {
        assert_eq!(wanted(false, &[], None), Part::ALL);
        assert_eq!(wanted(true, &[], None), [Part::Rust, Part::Ts]);
    }

    #[test]
    fn a_name_means_rust_unless_a_part_is_named() {
        assert_eq!(wanted(false, &[], Some("liquidat")), [Part::Rust]);
        assert_eq!(wanted(false, &[Part::Browser], Some("deposit")), [Part::Browser]);
    }
}
