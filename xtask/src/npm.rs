//! Node and npm: whether they are there, and the packages of a folder as its lock file says.

use crate::repo::{self, Repo};
use crate::{Failure, Outcome, manifest};
use std::process::{Command, Stdio};

/// The oldest Node that tools and page are written for.
const OLDEST: u32 = 20;
/// Where a folder remembers which lock file its packages were installed from.
const STAMP: &str = "node_modules/.installed-lock-sha256";

/// Fails with what to do unless Node and npm are here.
pub fn check() -> Outcome {
    let advice = format!("install Node {OLDEST} or newer, with npm (https://nodejs.org), and run this again");
    let mut node = Command::new("node");
    node.arg("--version");
    let said = repo::output(node).map_err(|_| Failure::new(format!("`node` is not installed: {advice}")))?;
    match major(&said) {
        Some(version) if version >= OLDEST => {}
        _ => return Err(Failure::new(format!("`node` is {}: {advice}", said.trim()))),
    }
    let mut npm = Command::new("npm");
    npm.arg("--version");
    if repo::succeeds(npm) { Ok(()) } else { Err(Failure::new(format!("`npm` is not installed: {advice}"))) }
}

/// The number before the first dot of `v20.20.2`.
fn major(said: &str) -> Option<u32> {
    said.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// A call of npm in a folder. What it says goes where words for people go, so that standard output stays one chore's own.
pub fn run(repo: &Repo, folder: &str, arguments: &[&str]) -> Outcome {
    let mut npm = Command::new("npm");
    npm.args(arguments).current_dir(repo.path(folder)).stdin(Stdio::null()).stdout(std::io::stderr());
    repo::run(npm)
}

/// Installs a folder's packages, unless they are there from the same lock file.
pub fn install(repo: &Repo, folder: &str) -> Outcome {
    let lock = manifest::sha256(&repo.read(format!("{folder}/package-lock.json"))?);
    let stamp = format!("{folder}/{STAMP}");
    if std::fs::read_to_string(repo.path(&stamp)).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    eprintln!("xtask: npm ci in {folder}");
    run(repo, folder, &["ci", "--no-audit", "--no-fund"])?;
    repo.write(stamp, lock)
}

/// What the local node needs: a package that exists for one platform.
pub fn local_node(repo: &Repo) -> Outcome {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Err(Failure::new("the local node (surfpool, from npm) is there for Linux on x64 alone"));
    }
    check()?;
    install(repo, "tools/e2e")
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn the_version_of_node_is_its_first_number() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("v9.1.0"), Some(9));
        for said in ["", "20.1.0", "vnext"] {
            assert_eq!(major(said), None, "{said:?}");
        }
    }
}
