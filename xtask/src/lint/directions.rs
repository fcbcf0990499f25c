//! Which of our crates may depend on which: margin → nothing; interface → margin; client → interface; the rest above.

use super::verdict;
use crate::repo::{self, Repo};
use crate::{Failure, Outcome};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The program crate: nothing on the host links it, tests run its bytecode.
const PROGRAM: &str = "breakwater";

/// What a crate's own code may build on, and whether only crates of ours are counted.
struct Rule {
    package: &'static str,
    ours: &'static [&'static str],
    others: Others,
}

enum Others {
    Any,
    Only(&'static [&'static str]),
}

const RULES: &[Rule] = &[
    Rule { package: "breakwater-margin", ours: &[], others: Others::Only(&[]) },
    Rule { package: "breakwater-sbf-builtins", ours: &[], others: Others::Only(&["solana-compiler-builtins"]) },
    Rule { package: "breakwater-interface", ours: &["breakwater-margin"], others: Others::Any },
    Rule {
        package: PROGRAM,
        ours: &["breakwater-interface", "breakwater-margin", "breakwater-sbf-builtins"],
        others: Others::Any,
    },
    Rule {
        package: "breakwater-margin-wasm",
        ours: &["breakwater-client", "breakwater-interface", "breakwater-margin"],
        others: Others::Any,
    },
    Rule { package: "breakwater-client", ours: &["breakwater-interface", "breakwater-margin"], others: Others::Any },
    Rule {
        package: "breakwater-keeper",
        ours: &["breakwater-client", "breakwater-interface", "breakwater-margin"],
        others: Others::Any,
    },
    Rule {
        package: "breakwater-sim",
        ours: &["breakwater-client", "breakwater-interface", "breakwater-margin"],
        others: Others::Any,
    },
    Rule { package: "breakwater-migrations", ours: &["breakwater-client"], others: Others::Any },
    Rule {
        package: "breakwater-cli",
        ours: &[
            "breakwater-client",
            "breakwater-interface",
            "breakwater-keeper",
            "breakwater-margin",
            "breakwater-migrations",
            "breakwater-sim",
        ],
        others: Others::Any,
    },
    Rule {
        package: "breakwater-tests",
        ours: &[
            "breakwater-client",
            "breakwater-interface",
            "breakwater-keeper",
            "breakwater-margin",
            "breakwater-sim",
        ],
        others: Others::Any,
    },
    Rule { package: "xtask", ours: &[], others: Others::Any },
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

/// A package as `cargo metadata` tells it.
#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// None: normal; or "dev", "build".
    kind: Option<String>,
}

pub fn check(repo: &Repo) -> Outcome {
    let mut packages = BTreeMap::new();
    for manifest in ["Cargo.toml", "programs/Cargo.toml", "crates/interface/Cargo.toml"] {
        let mut cargo = repo.cargo();
        cargo.args(["metadata", "--format-version", "1", "--no-deps", "--manifest-path", manifest]);
        let metadata: Metadata = serde_json::from_str(&repo::output(cargo)?)
            .map_err(|error| Failure::new(format!("cargo metadata of {manifest} is not understood: {error}")))?;
        packages.extend(metadata.packages.into_iter().map(|package| (package.name.clone(), package)));
    }
    verdict(packages.values().flat_map(violations).collect())
}

fn violations(package: &Package) -> Vec<String> {
    let Some(rule) = RULES.iter().find(|rule| rule.package == package.name) else {
        return vec![format!(
            "{} has no rule in xtask/src/lint/directions.rs: say what it may depend on",
            package.name
        )];
    };
    let refused = package.dependencies.iter().filter(|dependency| !rule.allows(dependency));
    refused.map(|dependency| format!("{} must not depend on {}", package.name, dependency.name)).collect()
}

impl Rule {
    fn allows(&self, dependency: &Dependency) -> bool {
        let name = dependency.name.as_str();
        if name == PROGRAM {
            return false;
        }
        if dependency.kind.as_deref() == Some("dev") {
            return true;
        }
        let is_ours = RULES.iter().any(|rule| rule.package == name);
        match self.others {
            _ if is_ours => self.ours.contains(&name),
            Others::Any => true,
            Others::Only(others) => others.contains(&name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dependencies: &[(&str, Option<&str>)]) -> Package {
        let dependencies = dependencies
            .iter()
            .map(|(name, kind)| Dependency { name: name.to_string(), kind: kind.map(String::from) })
            .collect();
        Package { name: name.to_string(), dependencies }
    }

    #[test]
    fn the_allowed_directions_pass() {
        for (name, dependencies) in [
            ("breakwater-interface", vec![("breakwater-margin", None), ("bytemuck", None)]),
            ("breakwater-sim", vec![("breakwater-client", None), ("litesvm", None)]),
            ("breakwater", vec![("breakwater-sbf-builtins", None), ("anchor-lang", None)]),
        ] {
            assert_eq!(violations(&package(name, &dependencies)), Vec::<String>::new());
        }
    }

    #[test]
    fn margin_depends_on_nothing_but_for_its_tests() {
        assert_eq!(violations(&package("breakwater-margin", &[("proptest", Some("dev"))])), Vec::<String>::new());
        for kind in [None, Some("build")] {
            let found = violations(&package("breakwater-margin", &[("bytemuck", kind)]));
            assert_eq!(found, ["breakwater-margin must not depend on bytemuck"]);
        }
    }

    #[test]
    fn an_arrow_that_points_back_up_is_refused() {
        let found = violations(&package("breakwater-interface", &[("breakwater-client", None)]));
        assert_eq!(found, ["breakwater-interface must not depend on breakwater-client"]);
    }

    #[test]
    fn nothing_on_the_host_links_the_program_not_even_a_test() {
        for kind in [None, Some("dev")] {
            let found = violations(&package("breakwater-tests", &[("breakwater", kind)]));
            assert_eq!(found, ["breakwater-tests must not depend on breakwater"]);
        }
    }

    #[test]
    fn a_crate_without_a_rule_is_refused() {
        assert_eq!(violations(&package("breakwater-new", &[])).len(), 1);
    }
}
