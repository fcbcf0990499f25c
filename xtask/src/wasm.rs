//! `cargo xtask wasm`: the mathematics as WebAssembly for the TypeScript client, committed so that neither the page nor its
//! tests need another target.

use crate::manifest::{File, Source, sha256, source_hash_of};
use crate::repo::{self, Repo};
use crate::{Failure, Outcome};
use serde::{Deserialize, Serialize};

const MODULE: &str = "app/client/src/margin/margin.wasm";
const MANIFEST: &str = "app/client/src/margin/manifest.json";
const TARGET: &str = "wasm32-unknown-unknown";
const PACKAGE: &str = "breakwater-margin-wasm";

/// Everything of ours that the module is made of.
const SOURCES: [&str; 4] = ["crates/client/src", "crates/interface/src", "crates/margin/src", "crates/margin-wasm/src"];

/// Build the mathematics as WebAssembly into app/client
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask wasm                 writes app/client/src/margin/margin.wasm and its manifest\n  \
    cargo xtask wasm --check         builds and compares, writing nothing")]
pub struct Args {
    /// Build and compare with the committed module
    #[arg(long)]
    check: bool,
}

/// What the committed module was made of.
#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
struct Manifest {
    module: File,
    source: Source,
    rustc: String,
}

pub fn run(repo: &Repo, args: &Args) -> Outcome {
    let rustc = rustc(repo)?;
    let module = build(repo)?;
    let fresh = Manifest {
        module: File::of(MODULE, &module),
        source: Source { of: SOURCES.map(String::from).to_vec(), sha256: source_hash_of(repo, &SOURCES)? },
        rustc,
    };
    if args.check {
        return compare(&read(repo)?, &fresh);
    }
    repo.write(MODULE, &module)?;
    let text = serde_json::to_string_pretty(&fresh).map_err(|error| Failure::new(error.to_string()))?;
    repo.write(MANIFEST, text + "\n")?;
    eprintln!("xtask: {MODULE} has {} bytes, sha256 {}", module.len(), fresh.module.sha256);
    Ok(())
}

/// What in the repository is not what the manifest says, a sentence each; without building anything.
pub fn stale(repo: &Repo) -> Outcome<Vec<String>> {
    let manifest = read(repo)?;
    let mut stale = Vec::new();
    if manifest.source.sha256 != source_hash_of(repo, &SOURCES)? {
        stale.push(format!("{MANIFEST} is of another source than {}: run `cargo xtask wasm`", SOURCES.join(", ")));
    }
    if sha256(&repo.read(MODULE)?) != manifest.module.sha256 {
        stale.push(format!("{MODULE} is not the file that {MANIFEST} names: run `cargo xtask wasm`"));
    }
    Ok(stale)
}

fn read(repo: &Repo) -> Outcome<Manifest> {
    serde_json::from_slice(&repo.read(MANIFEST)?)
        .map_err(|error| Failure::new(format!("{MANIFEST} is not a manifest ({error}): run `cargo xtask wasm`")))
}

fn compare(committed: &Manifest, fresh: &Manifest) -> Outcome {
    if committed == fresh {
        return Ok(());
    }
    if committed.rustc != fresh.rustc && committed.source == fresh.source {
        eprintln!("xtask: {MODULE} was built by {}, this is {}: not compared", committed.rustc, fresh.rustc);
        return Ok(());
    }
    Err(Failure::new(format!("{MODULE} is not what this source gives: run `cargo xtask wasm` and commit it")))
}

fn rustc(repo: &Repo) -> Outcome<String> {
    let mut rustc = repo.command("rustc");
    rustc.arg("--version");
    repo::output(rustc).map(|said| said.trim().to_owned())
}

/// Compiles the module; the same bytes wherever the repository and cargo's home lie.
fn build(repo: &Repo) -> Outcome<Vec<u8>> {
    let mut rustup = repo.command("rustup");
    rustup.args(["target", "add", TARGET]);
    repo::output(rustup)?;
    let home = std::env::var_os("CARGO_HOME").map(std::path::PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo"))).unwrap_or_default();
    let root = repo.path("").display().to_string();
    let mut flags = vec![format!("--remap-path-prefix={}=/breakwater", root.trim_end_matches('/'))];
    // The last prefix that fits is taken, so the longer ones come later.
    flags.push(format!("--remap-path-prefix={}=/cargo", home.display()));
    for registry in std::fs::read_dir(home.join("registry/src")).into_iter().flatten().flatten() {
        flags.push(format!("--remap-path-prefix={}=/crates", registry.path().display()));
    }
    let mut cargo = repo.cargo();
    cargo.args(["build", "--locked", "--profile", "wasm", "--target", TARGET, "-p", PACKAGE]);
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}")).env_remove("RUSTFLAGS");
    repo::run(cargo)?;
    let folder = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| repo.path("target"), |folder| repo.path(folder));
    let file = folder.join(TARGET).join("wasm/breakwater_margin_wasm.wasm");
    std::fs::read(&file).map_err(|error| Failure::new(format!("{} cannot be read: {error}", repo.show(&file))))
}
