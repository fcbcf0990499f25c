//! `cargo xtask lint`: everything about the repository that can be judged without running it.

mod directions;
mod lockfile;
mod tracked;

use crate::manifest::{self, Manifest};
use crate::repo::{self, Repo};
use crate::{Failure, Outcome, idl, npm, wasm};
use std::process::Command;
use std::time::Instant;

/// Check formatting, clippy, dependency directions, lockfiles, generated and tracked files
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask lint\n  \
    cargo xtask lint --full              also regenerates the IDL and compares it\n  \
    cargo xtask lint --only directions --only locks")]
pub struct Args {
    /// Also regenerate the IDL and compare it
    #[arg(long)]
    full: bool,
    /// Run only this check; may be repeated
    #[arg(long, value_enum)]
    only: Vec<Check>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Check {
    /// Who may depend on whom
    Directions,
    /// Versions that must hold in both lockfiles
    Locks,
    /// No path or host of one machine in any file
    Tracked,
    /// artifacts/ belongs to this source
    Generated,
    /// rustfmt on both workspaces and the interface crate
    Fmt,
    /// Types, format and generated code of app/, where its npm packages are installed
    App,
    /// Clippy without warnings on all our crates
    Clippy,
    /// The IDL, regenerated (with --full, or when named)
    Idl,
}

impl Check {
    /// The quick ones first.
    const ALL: [Check; 8] = [
        Check::Directions,
        Check::Locks,
        Check::Tracked,
        Check::Fmt,
        Check::Generated,
        Check::App,
        Check::Clippy,
        Check::Idl,
    ];

    fn run(self, repo: &Repo) -> Outcome {
        match self {
            Check::Directions => directions::check(repo),
            Check::Locks => lockfile::check(repo),
            Check::Tracked => tracked::check(repo),
            Check::Generated => generated(repo),
            Check::App => app(repo),
            Check::Fmt => fmt(repo),
            Check::Clippy => clippy(repo),
            Check::Idl => regenerated_idl(repo),
        }
    }
}

pub fn run(repo: &Repo, args: &Args) -> Outcome {
    let wanted = |check: &Check| match args.only.as_slice() {
        [] => args.full || *check != Check::Idl,
        only => only.contains(check),
    };
    let mut failed = Vec::new();
    for check in Check::ALL.into_iter().filter(wanted) {
        let name = format!("{check:?}").to_lowercase();
        let start = Instant::now();
        let outcome = check.run(repo);
        let verdict = if outcome.is_ok() { "ok" } else { "FAILED" };
        eprintln!("xtask: lint {name}: {verdict} ({:.1} s)", start.elapsed().as_secs_f32());
        if let Err(failure) = outcome {
            if !failure.message.is_empty() {
                eprintln!("{}", failure.message);
            }
            failed.push(name);
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(Failure::new(format!("lint failed: {}", failed.join(", ")))) }
}

/// All findings of one check as one failure.
fn verdict(findings: Vec<String>) -> Outcome {
    if findings.is_empty() { Ok(()) } else { Err(Failure::new(findings.join("\n"))) }
}

fn all(commands: impl IntoIterator<Item = Command>) -> Outcome {
    let outcomes: Vec<Outcome> = commands.into_iter().map(repo::run).collect();
    outcomes.into_iter().collect()
}

fn fmt(repo: &Repo) -> Outcome {
    // `--all` follows path dependencies, so the interface crate comes with both workspaces.
    all(["Cargo.toml", "programs/Cargo.toml"].map(|manifest| {
        let mut cargo = repo.cargo();
        cargo.args(["fmt", "--all", "--check", "--manifest-path", manifest]);
        cargo
    }))
}

fn app(repo: &Repo) -> Outcome {
    if !repo.path("app/node_modules").is_dir() {
        eprintln!("xtask: app/ has no npm packages (`npm ci` there installs them), so its code is not checked");
        return Ok(());
    }
    npm::run(repo, "app", &["run", "--silent", "lint"])
}

fn clippy(repo: &Repo) -> Outcome {
    let mut host = repo.cargo();
    host.args(["clippy", "--quiet", "--locked", "--workspace", "--all-targets", "--no-deps", "--", "-D", "warnings"]);
    let mut programs = repo.programs_cargo();
    programs.args(["clippy", "--quiet", "--locked", "--manifest-path", "programs/Cargo.toml"]);
    programs.args(["-p", "breakwater", "-p", "breakwater-interface", "--no-deps", "--", "-D", "warnings"]);
    all([host, programs])
}

fn generated(repo: &Repo) -> Outcome {
    let mut findings = Manifest::read(repo)?.stale(repo)?;
    findings.extend(wasm::stale(repo)?);
    findings.extend(other_address(&repo.read_text("Anchor.toml")?, &repo.read_text(manifest::IDL)?));
    verdict(findings)
}

/// Whether Anchor.toml names another program than the one that was built.
fn other_address(anchor: &str, idl: &str) -> Option<String> {
    let anchor: Option<toml::Value> = toml::from_str(anchor).ok();
    let idl: Option<serde_json::Value> = serde_json::from_str(idl).ok();
    let named = anchor.as_ref().and_then(|file| file.get("programs")?.get("localnet")?.get("breakwater")?.as_str());
    let built = idl.as_ref().and_then(|idl| idl["address"].as_str());
    match (named, built) {
        (Some(named), Some(built)) if named == built => None,
        _ => Some(format!(
            "Anchor.toml says that the program's address is {}, the IDL says {}",
            named.unwrap_or("unknown"),
            built.unwrap_or("unknown")
        )),
    }
}

fn regenerated_idl(repo: &Repo) -> Outcome {
    let same = idl::generate(repo)?.into_bytes() == repo.read(manifest::IDL)?;
    verdict(if same { vec![] } else { vec![format!("{} is out of date: run `cargo xtask build-sbf`", manifest::IDL)] })
}

#[cfg(test)]
mod tests {
    use super::other_address;

    #[test]
    fn anchor_toml_must_name_the_program_that_was_built() {
        let anchor = "[programs.localnet]\nbreakwater = \"abc\"\n";
        assert_eq!(other_address(anchor, r#"{"address":"abc"}"#), None);
        let finding = other_address(anchor, r#"{"address":"xyz"}"#).expect("they differ");
        assert_eq!(finding, "Anchor.toml says that the program's address is abc, the IDL says xyz");
        assert!(other_address("", r#"{"address":"xyz"}"#).is_some());
    }
}
