//! `artifacts/manifest.json`: which source and which tools the committed bytecode and interface description were made of.

use crate::repo::Repo;
use crate::{Failure, Outcome};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

pub const BYTECODE: &str = "artifacts/breakwater.so";
pub const IDL: &str = "artifacts/breakwater.json";
pub const MANIFEST: &str = "artifacts/manifest.json";

/// Everything that the bytecode is made of. The two pinned files of the kit stand for the tools themselves.
pub const SOURCES: [&str; 5] = ["crates/interface", "crates/margin", "crates/sbf-builtins", "programs", "tools/sbf"];

/// What `cargo xtask build-sbf` leaves beside the bytecode.
#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Manifest {
    pub bytecode: File,
    pub idl: File,
    pub source: Source,
    pub tools: Tools,
    pub built_by: String,
}

#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct File {
    pub path: String,
    pub sha256: String,
    pub bytes: usize,
}

/// The hash of the sorted files under `of`: see [`source_hash`].
#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Source {
    pub of: Vec<String>,
    pub sha256: String,
}

/// What the tools say of themselves. Bytecode of equal tools is compared byte by byte.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Tools {
    pub rustc: Vec<String>,
    pub sbpf_linker: String,
}

impl Tools {
    /// Reads the output of `tools/sbf/build --versions`.
    pub fn parse(said: &str) -> Outcome<Self> {
        let (linker, rustc): (Vec<&str>, Vec<&str>) = said.lines().partition(|line| line.starts_with("sbpf-linker "));
        match linker.as_slice() {
            [linker] if !rustc.is_empty() => Ok(Tools {
                rustc: rustc.into_iter().map(String::from).collect(),
                sbpf_linker: linker["sbpf-linker ".len()..].to_string(),
            }),
            _ => Err(Failure::new(format!(
                "tools/sbf/build --versions said {said:?}, not rustc's and the linker's versions"
            ))),
        }
    }
}

impl File {
    pub fn of(path: &str, content: &[u8]) -> Self {
        File { path: path.to_string(), sha256: sha256(content), bytes: content.len() }
    }
}

impl Manifest {
    pub fn read(repo: &Repo) -> Outcome<Self> {
        serde_json::from_slice(&repo.read(MANIFEST)?).map_err(|error| {
            Failure::new(format!("{MANIFEST} is not a manifest ({error}): run `cargo xtask build-sbf`"))
        })
    }

    pub fn write(&self, repo: &Repo) -> Outcome {
        let text = serde_json::to_string_pretty(self).map_err(|error| Failure::new(error.to_string()))?;
        repo.write(MANIFEST, text + "\n")
    }

    /// What in the repository is not what the manifest says, a sentence each.
    pub fn stale(&self, repo: &Repo) -> Outcome<Vec<String>> {
        let mut stale = Vec::new();
        if self.source.sha256 != source_hash(repo)? {
            stale.push(format!(
                "{MANIFEST} is of another source than {}: run `cargo xtask build-sbf`",
                SOURCES.join(", ")
            ));
        }
        for file in [&self.bytecode, &self.idl] {
            if sha256(&repo.read(&file.path)?) != file.sha256 {
                stale.push(format!("{} is not the file that {MANIFEST} names: run `cargo xtask build-sbf`", file.path));
            }
        }
        Ok(stale)
    }
}

pub fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The hash over path and content of every source file, in the order of their paths.
pub fn source_hash(repo: &Repo) -> Outcome<String> {
    source_hash_of(repo, &SOURCES)
}

/// The same over other folders.
pub fn source_hash_of(repo: &Repo, sources: &[&str]) -> Outcome<String> {
    let mut files = Vec::new();
    for source in sources {
        collect(&repo.path(source), source, &mut files)
            .map_err(|error| Failure::new(format!("{source} cannot be read: {error}")))?;
    }
    Ok(hash_of(files))
}

/// Lengths before path and content keep two different trees from looking alike.
fn hash_of(mut files: Vec<(String, Vec<u8>)>) -> String {
    files.sort();
    let mut hash = Sha256::new();
    for (path, content) in files {
        for part in [path.as_bytes(), &content] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Files under `folder`, named relative to the root with `/` between, whatever git thinks of them.
fn collect(folder: &Path, name: &str, files: &mut Vec<(String, Vec<u8>)>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let own_name = entry.file_name().to_string_lossy().into_owned();
        let (path, name) = (entry.path(), format!("{name}/{own_name}"));
        if is_left_over(&own_name) {
            continue;
        }
        if path.is_dir() {
            collect(&path, &name, files)?;
        } else if own_name != "Cargo.lock" || name == "programs/Cargo.lock" {
            // Only the program's lockfile decides what is compiled in.
            files.push((name, fs::read(&path)?));
        }
    }
    Ok(())
}

/// Build output, hidden files, what editors and failed tests leave behind.
fn is_left_over(name: &str) -> bool {
    name == "target"
        || name == "proptest-regressions"
        || name.starts_with('.')
        || [".proptest-regressions", "~", ".orig", ".rej", ".bak", ".swp"].iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, content: &str) -> (String, Vec<u8>) {
        (path.to_string(), content.as_bytes().to_vec())
    }

    #[test]
    fn the_source_hash_does_not_depend_on_the_order_of_reading() {
        let (a, b) = (file("programs/a.rs", "1"), file("programs/b.rs", "2"));
        assert_eq!(hash_of(vec![a.clone(), b.clone()]), hash_of(vec![b, a]));
    }

    #[test]
    fn the_source_hash_changes_with_name_content_and_the_border_between_them() {
        let hashes = [
            hash_of(vec![file("a", "bc")]),
            hash_of(vec![file("ab", "c")]),
            hash_of(vec![file("a", "bd")]),
            hash_of(vec![file("a", "b"), file("c", "")]),
            hash_of(vec![]),
        ];
        for (i, hash) in hashes.iter().enumerate() {
            assert!(!hashes[..i].contains(hash), "two trees share the hash {hash}");
        }
    }

    #[test]
    fn the_source_hash_is_pinned() {
        // sha256 of: 1 as u64, "a", 2 as u64, "bc"
        let mut bytes = vec![1, 0, 0, 0, 0, 0, 0, 0, b'a', 2, 0, 0, 0, 0, 0, 0, 0];
        bytes.extend(b"bc");
        assert_eq!(hash_of(vec![file("a", "bc")]), sha256(&bytes));
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn collecting_skips_build_output_hidden_files_and_stray_lockfiles() {
        let folder = std::env::temp_dir().join(format!("xtask-collect-{}", std::process::id()));
        for (path, content) in [
            ("Cargo.lock", "kept"),
            ("lib.rs", "kept"),
            ("deep/mod.rs", "kept"),
            ("deep/Cargo.lock", "left out"),
            ("deep/mod.rs.orig", "left out"),
            ("target/lib.so", "left out"),
            (".cache/x", "left out"),
        ] {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().expect("has a parent")).expect("folder");
            fs::write(path, content).expect("file");
        }
        let mut files = Vec::new();
        let result = collect(&folder, "programs", &mut files);
        fs::remove_dir_all(&folder).expect("clean up");
        result.expect("readable");
        files.sort();
        let expected =
            ["programs/Cargo.lock", "programs/deep/mod.rs", "programs/lib.rs"].map(|path| file(path, "kept"));
        assert_eq!(files, expected);
    }

    #[test]
    fn tool_versions_are_read_whatever_their_order() {
        let tools = Tools::parse("rustc 1.99.0-nightly\nhost: x\nsbpf-linker 0.2.6\n").expect("both are there");
        assert_eq!(tools.rustc, ["rustc 1.99.0-nightly", "host: x"]);
        assert_eq!(tools.sbpf_linker, "0.2.6");
    }

    #[test]
    fn missing_tool_versions_are_refused() {
        for said in ["", "rustc 1.99.0-nightly\n", "sbpf-linker 0.2.6\n"] {
            assert_eq!(Tools::parse(said).map_err(|failure| failure.code), Err(1), "{said:?}");
        }
    }
}
