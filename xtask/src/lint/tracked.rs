//! What a file of the repository must not carry: paths of one person's machine, package hosts other than the public ones.

use super::verdict;
use crate::repo::{self, Repo};
use crate::{Failure, Outcome};

/// Folders that exist on one machine alone. Written in halves, so that this file passes its own check.
const MACHINE_PATHS: [&str; 4] =
    [concat!("/ho", "me/"), concat!("/Us", "ers/"), concat!("/ro", "ot/"), concat!("/wo", "rk/")];

/// The Debian root of the fallback toolchain has its own home folder.
const EXEMPT: [&str; 2] = ["tools/sbf/bootstrap-sid", "tools/sbf/build-sid"];

/// Where a package-lock.json may say that packages come from.
const NPM: &str = concat!("https://regis", "try.npm", "js.org/");

pub fn check(repo: &Repo) -> Outcome {
    // New files count too: they are about to be tracked.
    let mut git = repo.command("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed = repo::output(git).map_err(|_| Failure::new("git cannot list the repository's files"))?;
    let mut findings = Vec::new();
    for path in listed.split('\0').filter(|path| !path.is_empty() && repo.path(path).is_file()) {
        findings.extend(examine(path, &repo.read(path)?));
    }
    verdict(findings)
}

fn examine(path: &str, content: &[u8]) -> Vec<String> {
    let mut findings = Vec::new();
    if !EXEMPT.contains(&path) {
        let found = MACHINE_PATHS.iter().filter(|needle| names_machine_path(content, needle.as_bytes()));
        findings.extend(found.map(|needle| format!("{path} names a path under {needle}")));
    }
    let text = String::from_utf8_lossy(content);
    if path.ends_with("package-lock.json") {
        let foreign =
            text.lines().filter(|line| line.trim_start().starts_with("\"resolved\": \"http") && !line.contains(NPM));
        findings.extend(
            foreign.take(1).map(|line| format!("{path} resolves a package elsewhere than {NPM}: {}", line.trim())),
        );
    }
    let settings = ["[source", "replace-with", "index =", "registry=", "index-url"];
    if is_package_settings(path) && settings.iter().any(|key| text.contains(key)) {
        findings.push(format!("{path} names a package registry: that is a machine's own setting"));
    }
    findings
}

/// Whether an absolute path starts with `needle`; `docs/…` is none.
fn names_machine_path(content: &[u8], needle: &[u8]) -> bool {
    content.windows(needle.len()).enumerate().any(|(at, window)| {
        let before = at.checked_sub(1).map(|before| content[before]);
        let continues_a_word = before.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"._-~}".contains(&byte));
        let names_something =
            content.get(at + needle.len()).is_some_and(|byte| byte.is_ascii_alphanumeric() || b"._$".contains(byte));
        window == needle && !continues_a_word && names_something
    })
}

fn is_package_settings(path: &str) -> bool {
    [".cargo/config.toml", ".npmrc", "pip.conf", ".yarnrc"].iter().any(|name| path.ends_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_one_machine_is_refused_in_text_and_binary() {
        for needle in MACHINE_PATHS {
            for content in [format!("see {needle}me/x"), format!("\u{0}\u{1}{needle}me\u{0}")] {
                assert_eq!(
                    examine("README.md", content.as_bytes()),
                    [format!("README.md names a path under {needle}")]
                );
            }
        }
    }

    #[test]
    fn a_relative_path_or_a_bare_word_passes() {
        for content in ["docs/work/x", "~/work/x", "$HOME/.cache/x", concat!("a / wo", "rk / of art"), "frame/work/"] {
            assert_eq!(examine("README.md", content.as_bytes()), Vec::<String>::new(), "{content}");
        }
    }

    #[test]
    fn a_package_from_another_host_is_refused() {
        let line = r#"      "resolved": "https://mirror.example/x.tgz","#;
        assert_eq!(examine("app/web/package-lock.json", line.as_bytes()).len(), 1);
        assert_eq!(
            examine("app/web/package-lock.json", line.replace("https://mirror.example/", NPM).as_bytes()).len(),
            0
        );
    }

    #[test]
    fn a_registry_in_the_settings_is_refused() {
        assert_eq!(examine(".cargo/config.toml", b"[source.crates-io]\nreplace-with = \"mirror\"").len(), 1);
        assert_eq!(examine(".cargo/config.toml", b"[alias]\nxtask = \"run -p xtask --\"").len(), 0);
    }
}
