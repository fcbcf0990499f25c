//! The TypeScript types of questions and answers, kept in one file of the client package.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use ts_rs::{Config, TS, TypeVisitor};

use crate::{Intent, MostOf, Refused, answer};

const FILE: &str = "../../app/client/src/margin/answers.ts";

/// Collects a type and all that it is made of.
struct Found<'a> {
    config: &'a Config,
    types: BTreeMap<String, String>,
}

impl TypeVisitor for Found<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        let name = T::name(self.config);
        if T::output_path().is_none() || self.types.contains_key(&name) {
            return;
        }
        let docs = T::docs().unwrap_or_default();
        self.types.insert(name, format!("{docs}export {}\n", T::decl(self.config)));
        T::visit_dependencies(self);
    }
}

fn generated() -> String {
    let config = Config::default().with_large_int("number");
    let mut found = Found { config: &config, types: BTreeMap::new() };
    found.visit::<Intent>();
    found.visit::<MostOf>();
    found.visit::<answer::Amount>();
    found.visit::<Refused>();
    found.visit::<answer::GroupAnswer>();
    found.visit::<answer::AccountAnswer>();
    found.visit::<answer::PreviewAnswer>();
    found.visit::<answer::OwnerAnswer>();
    found.visit::<answer::BookAnswer>();
    found.visit::<answer::ReceiptsAnswer>();
    let mut text =
        String::from("// Made of crates/margin-wasm by `BLESS=1 cargo test -p breakwater-margin-wasm`; do not edit.\n");
    for declaration in found.types.values() {
        let _ = write!(text, "\n{declaration}");
    }
    text
}

#[test]
fn typescript_types_are_those_of_the_answers() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let fresh = generated();
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, &fresh).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(committed, fresh, "{FILE} is not up to date: BLESS=1 cargo test -p breakwater-margin-wasm");
}
