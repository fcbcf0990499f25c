//! Versions that the manifests cannot hold by themselves: pyth-sdk-solana accepts any solana-program and compiles against
//! 2.3.0 alone.

use super::verdict;
use crate::repo::Repo;
use crate::{Failure, Outcome};
use serde::Deserialize;

const LOCKFILES: [&str; 2] = ["Cargo.lock", "programs/Cargo.lock"];

/// (package, its dependency, the version that it must resolve to)
const HELD: [(&str, &str, &str); 1] = [("pyth-sdk-solana", "solana-program", "2.3.0")];

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

#[derive(Deserialize)]
struct Lockfile {
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    source: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
}

pub fn check(repo: &Repo) -> Outcome {
    let mut findings = Vec::new();
    for path in LOCKFILES {
        findings.extend(examine(path, &repo.read_text(path)?)?);
    }
    verdict(findings)
}

fn examine(path: &str, text: &str) -> Outcome<Vec<String>> {
    let lock: Lockfile =
        toml::from_str(text).map_err(|error| Failure::new(format!("{path} is not a lockfile: {error}")))?;
    let mut findings = Vec::new();
    for (package, dependency, wanted) in HELD {
        match lock.resolved(package, dependency) {
            Some(version) if version == wanted => {}
            found => findings.push(format!(
                "{path}: {package} must resolve {dependency} to {wanted}, not {}: run `cargo update -p {dependency}@<version> \
                 --precise {wanted}`",
                found.unwrap_or("nothing")
            )),
        }
    }
    let elsewhere =
        lock.package.iter().filter(|package| package.source.as_deref().is_some_and(|source| source != REGISTRY));
    findings.extend(elsewhere.map(|package| format!("{path}: {} does not come from crates.io", package.name)));
    Ok(findings)
}

impl Lockfile {
    /// A dependency is listed as `name`, or as `name version` where several versions are locked.
    fn resolved(&self, package: &str, dependency: &str) -> Option<&str> {
        let owner = self.package.iter().find(|candidate| candidate.name == package)?;
        let entry = owner.dependencies.iter().find(|entry| entry.split(' ').next() == Some(dependency))?;
        match entry.split(' ').nth(1) {
            Some(version) => Some(version),
            None => {
                self.package.iter().find(|candidate| candidate.name == dependency).map(|found| found.version.as_str())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(entry: &str, versions: &[&str]) -> String {
        let mut text =
            format!("[[package]]\nname = \"pyth-sdk-solana\"\nversion = \"0.10.6\"\ndependencies = [\"{entry}\"]\n");
        for version in versions {
            text +=
                &format!("[[package]]\nname = \"solana-program\"\nversion = \"{version}\"\nsource = \"{REGISTRY}\"\n");
        }
        text
    }

    #[test]
    fn the_held_version_passes_alone_and_beside_others() {
        for text in [lock("solana-program", &["2.3.0"]), lock("solana-program 2.3.0", &["2.3.0", "4.0.0"])] {
            assert_eq!(examine("Cargo.lock", &text), Ok(vec![]));
        }
    }

    #[test]
    fn another_version_is_refused_with_the_way_back() {
        for text in [lock("solana-program", &["4.0.0"]), lock("solana-program 4.0.0", &["2.3.0", "4.0.0"])] {
            let found = examine("Cargo.lock", &text).expect("a lockfile");
            assert_eq!(found.len(), 1);
            assert!(found[0].contains("to 2.3.0, not 4.0.0"), "{}", found[0]);
        }
    }

    #[test]
    fn a_lockfile_without_the_package_is_refused() {
        let found = examine("Cargo.lock", "[[package]]\nname = \"x\"\nversion = \"1.0.0\"\n").expect("a lockfile");
        assert!(found[0].contains("not nothing"), "{}", found[0]);
    }

    #[test]
    fn a_package_from_another_registry_is_refused() {
        let text = lock("solana-program", &["2.3.0"]).replace(REGISTRY, "registry+https://mirror.example/index");
        assert_eq!(
            examine("Cargo.lock", &text),
            Ok(vec!["Cargo.lock: solana-program does not come from crates.io".to_string()])
        );
    }
}
