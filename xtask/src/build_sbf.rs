//! `cargo xtask build-sbf`: the program as bytecode, what it exposes and what it was made of. `artifacts/` holds what
//! tools/sbf/build makes and nothing else, because that alone gives everybody the same bytes.

use crate::manifest::{self, File, Manifest, SOURCES, Source, Tools};
use crate::repo::{self, Repo};
use crate::test::BYTECODE_VARIABLE;
use crate::{Failure, Outcome, idl};
use std::path::{Path, PathBuf};

/// Build the on-chain program and everything in artifacts/
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask build-sbf                            writes artifacts/\n  \
    cargo xtask build-sbf --with cargo-build-sbf     writes target/cargo-build-sbf/breakwater.so\n  \
    export $(cargo xtask build-sbf --check)          compares, and tells the tests which bytecode to run\n\n\
    --check prints BREAKWATER_SO=<file> and SBF_OUT_DIR=<folder> on standard output. With the tools of \
    artifacts/manifest.json any difference fails; with others it is a warning and the new bytecode is named.")]
pub struct Args {
    /// Build elsewhere and compare with artifacts/, writing nothing there
    #[arg(long)]
    check: bool,
    /// Default: tools-sbf, or cargo-build-sbf where it is installed and rustup is not
    #[arg(long, value_enum)]
    with: Option<Builder>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Builder {
    /// tools/sbf/build: a dated nightly compiler by rustup
    ToolsSbf,
    /// Anza's cargo-build-sbf, where installed
    CargoBuildSbf,
    /// tools/sbf/build-sid: a Debian sid root that tools/sbf/bootstrap-sid made; needs root
    Sid,
}

impl Builder {
    /// The folder for bytecode that is not, or not yet, in artifacts/.
    fn output_folder(self) -> &'static str {
        match self {
            Builder::ToolsSbf => "target/sbf/out",
            Builder::CargoBuildSbf => "target/cargo-build-sbf",
            Builder::Sid => "target/sbf-sid",
        }
    }

    /// Compiles the program and returns where the file lies.
    fn build(self, repo: &Repo) -> Outcome<PathBuf> {
        let folder = repo.path(self.output_folder());
        let file = folder.join("breakwater.so");
        let command = match self {
            Builder::ToolsSbf | Builder::Sid => {
                let script = if self == Builder::Sid { "tools/sbf/build-sid" } else { KIT };
                let mut command = repo.command(repo.path(script));
                command.arg(&file);
                command
            }
            Builder::CargoBuildSbf => {
                let mut command = repo.command("cargo-build-sbf");
                command.args(["--arch", "v3", "--manifest-path", "programs/breakwater/Cargo.toml", "--sbf-out-dir"]);
                command.arg(&folder).args(["--", "--locked"]).env_remove("RUSTUP_TOOLCHAIN");
                command
            }
        };
        eprintln!("xtask: building {}", repo.show(&file));
        let said = repo::output(command)?;
        eprint!("{said}");
        Ok(file)
    }
}

const KIT: &str = "tools/sbf/build";

pub fn run(repo: &Repo, args: &Args) -> Outcome {
    let builder = args.with.map_or_else(|| default_builder(repo), Ok)?;
    let file = builder.build(repo)?;
    let bytecode = read(&file)?;
    if args.check {
        return check(repo, builder, &file, &bytecode);
    }
    if builder != Builder::ToolsSbf {
        eprintln!(
            "xtask: {} is for tests (`{BYTECODE_VARIABLE}={0} cargo xtask test`); artifacts/ takes tools/sbf/build's output alone",
            repo.show(&file)
        );
        return Ok(());
    }
    let idl = idl::generate(repo)?;
    repo.write(manifest::BYTECODE, &bytecode)?;
    repo.write(manifest::IDL, &idl)?;
    let manifest = Manifest {
        bytecode: File::of(manifest::BYTECODE, &bytecode),
        idl: File::of(manifest::IDL, idl.as_bytes()),
        source: Source { of: SOURCES.map(String::from).to_vec(), sha256: manifest::source_hash(repo)? },
        tools: tools(repo)?,
        built_by: KIT.to_string(),
    };
    manifest.write(repo)?;
    eprintln!("xtask: artifacts/breakwater.so has {} bytes, sha256 {}", bytecode.len(), manifest.bytecode.sha256);
    Ok(())
}

fn default_builder(repo: &Repo) -> Outcome<Builder> {
    let installed = |program: &str| {
        let mut command = repo.command(program);
        command.arg("--version");
        repo::succeeds(command)
    };
    if installed("rustup") {
        Ok(Builder::ToolsSbf)
    } else if installed("cargo-build-sbf") {
        Ok(Builder::CargoBuildSbf)
    } else {
        Err(Failure::new("neither rustup nor cargo-build-sbf is installed: tools/sbf/README.md says how to go on"))
    }
}

fn read(file: &Path) -> Outcome<Vec<u8>> {
    std::fs::read(file).map_err(|error| Failure::new(format!("{} cannot be read: {error}", file.display())))
}

fn tools(repo: &Repo) -> Outcome<Tools> {
    let mut kit = repo.command(repo.path(KIT));
    kit.arg("--versions");
    Tools::parse(&repo::output(kit)?)
}

fn check(repo: &Repo, builder: Builder, file: &Path, bytecode: &[u8]) -> Outcome {
    let manifest = Manifest::read(repo)?;
    let same_tools = builder == Builder::ToolsSbf && tools(repo)? == manifest.tools;
    let mut differences = manifest.stale(repo)?;
    if manifest::sha256(bytecode) != manifest.bytecode.sha256 {
        differences.push(format!(
            "{} ({} bytes) is not {} ({} bytes)",
            repo.show(file),
            bytecode.len(),
            manifest::BYTECODE,
            manifest.bytecode.bytes
        ));
    }
    let verdict = judge(same_tools, &differences)?;
    if let Verdict::RunNew = verdict {
        for difference in &differences {
            eprintln!("xtask: warning: other tools than those of {}: {difference}", manifest::MANIFEST);
        }
    }
    let tested = match verdict {
        Verdict::Identical => repo.path(manifest::BYTECODE),
        Verdict::RunNew => file.to_path_buf(),
    };
    eprintln!("xtask: tests run {} if these are exported:", repo.show(&tested));
    println!("{BYTECODE_VARIABLE}={}", tested.display());
    println!("SBF_OUT_DIR={}", tested.parent().unwrap_or(&tested).display());
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// The committed bytecode is what this source gives.
    Identical,
    /// Other tools made other bytes: the tests must show that these work too.
    RunNew,
}

fn judge(same_tools: bool, differences: &[String]) -> Outcome<Verdict> {
    match (same_tools, differences) {
        (_, []) => Ok(Verdict::Identical),
        (false, _) => Ok(Verdict::RunNew),
        (true, differences) => Err(Failure::new(format!("artifacts/ is out of date: {}", differences.join("; ")))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_bytes_are_identical_whatever_the_tools() {
        assert_eq!(judge(true, &[]), Ok(Verdict::Identical));
        assert_eq!(judge(false, &[]), Ok(Verdict::Identical));
    }

    #[test]
    fn a_difference_with_equal_tools_fails_and_names_itself() {
        let failure = judge(true, &["a is not b".to_string()]).expect_err("equal tools");
        assert_eq!(failure.message, "artifacts/ is out of date: a is not b");
        assert_eq!(failure.code, 1);
    }

    #[test]
    fn a_difference_with_other_tools_runs_the_new_bytecode() {
        assert_eq!(judge(false, &["a is not b".to_string()]), Ok(Verdict::RunNew));
    }
}
