//! `cargo xtask idl`: the interface description that wallets and client generators read.
//!
//! Anchor's macros print it piecewise from tests that exist under the feature `idl-build`, the program's pieces from the
//! program crate, errors and events from the crate that declares them. This module runs those tests and merges the pieces.

use crate::manifest;
use crate::repo::{self, Repo};
use crate::{Failure, Outcome};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Regenerate artifacts/breakwater.json, the program's interface description
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  cargo xtask idl\n  cargo xtask idl --print | jq '.errors'")]
pub struct Args {
    /// Print it instead of writing the file
    #[arg(long)]
    print: bool,
}

pub fn run(repo: &Repo, args: &Args) -> Outcome {
    let idl = generate(repo)?;
    if args.print {
        print!("{idl}");
        return Ok(());
    }
    repo.write(manifest::IDL, idl)
}

/// The whole description as text: equal source gives equal text.
pub fn generate(repo: &Repo) -> Outcome<String> {
    let mut cargo = repo.programs_cargo();
    cargo.args(["test", "--quiet", "--manifest-path", "programs/Cargo.toml", "--locked", "--lib"]);
    cargo.args(["-p", "breakwater", "-p", "breakwater-interface", "--features", "breakwater/idl-build"]);
    cargo.args(["__anchor_private_print_idl", "--", "--show-output", "--test-threads=1"]);
    eprintln!("xtask: compiling the program natively for its interface description");
    let printed = repo::output(cargo)?;
    let program: toml::Table = toml::from_str(&repo.read_text("programs/breakwater/Cargo.toml")?)
        .map_err(|error| Failure::new(format!("programs/breakwater/Cargo.toml is not TOML: {error}")))?;
    let version = program.get("package").and_then(|package| package.get("version")).and_then(toml::Value::as_str);
    merge(&blocks(&printed)?, version.unwrap_or("0.0.0"))
}

/// What stands between `--- IDL begin <kind> ---` and its end, in the order of printing.
fn blocks(printed: &str) -> Outcome<Vec<(&str, String)>> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, String)> = None;
    for line in printed.lines() {
        let marker = |word: &str| line.strip_prefix("--- IDL ")?.strip_prefix(word)?.strip_suffix(" ---");
        match (&mut open, marker("begin "), marker("end ")) {
            (None, Some(kind), _) => open = Some((kind, String::new())),
            (Some((kind, _)), _, Some(end)) if *kind == end => blocks.extend(open.take()),
            (Some((kind, _)), Some(_), _) | (Some((kind, _)), _, Some(_)) => {
                return Err(Failure::new(format!("the IDL block `{kind}` is cut by another one")));
            }
            (Some((_, text)), None, None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None, _) => {}
        }
    }
    match open {
        Some((kind, _)) => Err(Failure::new(format!("the IDL block `{kind}` has no end"))),
        None => Ok(blocks),
    }
}

/// Anchor's IDL format 0.1.0, keys in its usual order.
#[derive(Debug, Serialize)]
struct Idl {
    address: String,
    metadata: Value,
    instructions: Vec<Value>,
    accounts: Vec<Value>,
    events: Vec<Value>,
    errors: Vec<Value>,
    types: Vec<Value>,
    constants: Vec<Value>,
}

/// Pieces of one kind by the key that orders them. One piece may be printed by two tests, two under one key may not.
#[derive(Default)]
struct Pieces(BTreeMap<String, Value>);

impl Pieces {
    fn insert(&mut self, key: String, piece: Value) -> Outcome {
        let piece = sort_keys(piece);
        match self.0.get(&key) {
            Some(known) if *known != piece => {
                Err(Failure::new(format!("the IDL has two different things named {key}: {known} and {piece}")))
            }
            _ => {
                self.0.insert(key, piece);
                Ok(())
            }
        }
    }

    fn insert_named(&mut self, list: &mut Value) -> Outcome {
        for piece in array(list.take())? {
            self.insert(name(&piece)?, piece)?;
        }
        Ok(())
    }

    fn into_list(self) -> Vec<Value> {
        self.0.into_values().collect()
    }
}

/// Text of the IDL: lists in the order of their names, errors in that of their codes, keys inside sorted.
fn merge(blocks: &[(&str, String)], version: &str) -> Outcome<String> {
    let (mut address, mut metadata) = (String::new(), Value::Null);
    let [mut instructions, mut accounts, mut events, mut errors, mut types, mut constants] =
        std::array::from_fn(|_| Pieces::default());
    for (kind, text) in blocks {
        match *kind {
            "address" => address = text.trim().to_string(),
            "program" => {
                let mut program = json(kind, text)?;
                metadata = program["metadata"].take();
                instructions.insert_named(&mut program["instructions"])?;
                accounts.insert_named(&mut program["accounts"])?;
                types.insert_named(&mut program["types"])?;
            }
            "event" => {
                let mut printed = json(kind, text)?;
                events.insert_named(&mut Value::Array(vec![printed["event"].take()]))?;
                types.insert_named(&mut printed["types"])?;
            }
            "errors" => {
                for error in array(json(kind, text)?)? {
                    let code = error["code"].as_u64();
                    let code = code.ok_or_else(|| Failure::new(format!("the IDL error {error} has no code")))?;
                    errors.insert(format!("{code:010}"), error)?;
                }
            }
            "const" => constants.insert_named(&mut Value::Array(vec![json(kind, text)?]))?,
            other => return Err(Failure::new(format!("the IDL block `{other}` is of an unknown kind"))),
        }
    }
    if address.is_empty() || metadata.is_null() {
        return Err(Failure::new("the program printed no IDL: is the feature `idl-build` passed on to anchor-lang?"));
    }
    metadata["version"] = version.into();
    let idl = Idl {
        address,
        metadata: sort_keys(metadata),
        instructions: instructions.into_list(),
        accounts: accounts.into_list(),
        events: events.into_list(),
        errors: errors.into_list(),
        types: types.into_list(),
        constants: constants.into_list(),
    };
    verify(&idl)?;
    serde_json::to_string_pretty(&idl).map(|text| text + "\n").map_err(|error| Failure::new(error.to_string()))
}

/// What a client generator would stumble over: ambiguous discriminators, types that nothing defines.
fn verify(idl: &Idl) -> Outcome {
    for (kind, list) in [("instructions", &idl.instructions), ("accounts", &idl.accounts), ("events", &idl.events)] {
        let mut seen = BTreeMap::new();
        for piece in list {
            let discriminator = piece["discriminator"].to_string();
            if let Some(other) = seen.insert(discriminator, &piece["name"]) {
                return Err(Failure::new(format!("the {kind} {other} and {} have one discriminator", piece["name"])));
            }
        }
    }
    let defined: BTreeSet<&str> = idl.types.iter().filter_map(|ty| ty["name"].as_str()).collect();
    let mut used = BTreeSet::new();
    for list in [&idl.instructions, &idl.types, &idl.constants] {
        list.iter().for_each(|piece| collect_used_types(piece, &mut used));
    }
    match used.difference(&defined).next() {
        Some(missing) => {
            Err(Failure::new(format!("the IDL uses the type {missing}, which nothing defines: derive IdlType")))
        }
        None => Ok(()),
    }
}

fn collect_used_types<'a>(value: &'a Value, used: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(map) => {
            used.extend(map.get("defined").and_then(|defined| defined["name"].as_str()));
            map.values().for_each(|inner| collect_used_types(inner, used));
        }
        Value::Array(list) => list.iter().for_each(|inner| collect_used_types(inner, used)),
        _ => {}
    }
}

fn json(kind: &str, text: &str) -> Outcome<Value> {
    serde_json::from_str(text).map_err(|error| Failure::new(format!("the IDL block `{kind}` is not JSON: {error}")))
}

fn array(value: Value) -> Outcome<Vec<Value>> {
    match value {
        Value::Array(list) => Ok(list),
        other => Err(Failure::new(format!("the IDL has {other} where a list belongs"))),
    }
}

fn name(piece: &Value) -> Outcome<String> {
    piece["name"].as_str().map(String::from).ok_or_else(|| Failure::new(format!("the IDL piece {piece} has no name")))
}

/// The same value with sorted keys, whatever order serde_json keeps.
fn sort_keys(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<String, Value> = map.into_iter().map(|(key, inner)| (key, sort_keys(inner))).collect();
            Value::Object(sorted.into_iter().collect())
        }
        Value::Array(list) => Value::Array(list.into_iter().map(sort_keys).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As libtest prints it: blocks among other lines, the interface crate's after the program's.
    const PRINTED: &str = r#"
running 4 tests
---- idl::address stdout ----
--- IDL begin address ---
Brkwtr
--- IDL end address ---

--- IDL begin program ---
{"address":"","metadata":{"name":"breakwater","version":"0.1.0","spec":"0.1.0"},
"instructions":[{"name":"repay","discriminator":[2],"accounts":[{"name":"z"},{"name":"a"}],"args":[]},
{"name":"borrow","discriminator":[1],"accounts":[],"args":[{"name":"args","type":{"defined":{"name":"Args"}}}]}],
"accounts":[{"name":"Bank","discriminator":[3]}],"types":[{"name":"Bank"},{"name":"Args"}]}
--- IDL end program ---
--- IDL begin errors ---
[{"code":6100,"name":"StalePrice","msg":"late"},{"code":6000,"name":"NotOwner"}]
--- IDL end errors ---
test result: ok.
--- IDL begin event ---
{"event":{"name":"Liquidated","discriminator":[4]},"types":[{"name":"Liquidated"},{"name":"Bank"}]}
--- IDL end event ---
"#;

    fn merged(printed: &str) -> Outcome<String> {
        merge(&blocks(printed)?, "0.2.0")
    }

    fn names(idl: &Value, list: &str) -> Vec<String> {
        idl[list].as_array().expect("a list").iter().map(|piece| name(piece).expect("a name")).collect()
    }

    #[test]
    fn blocks_of_all_crates_become_one_sorted_idl() {
        let idl: Value = serde_json::from_str(&merged(PRINTED).expect("merges")).expect("JSON");
        assert_eq!(idl["address"], "Brkwtr");
        assert_eq!(idl["metadata"]["version"], "0.2.0");
        assert_eq!(names(&idl, "instructions"), ["borrow", "repay"]);
        assert_eq!(names(&idl, "types"), ["Args", "Bank", "Liquidated"]);
        assert_eq!(names(&idl, "errors"), ["NotOwner", "StalePrice"]);
        assert_eq!(names(&idl, "events"), ["Liquidated"]);
    }

    #[test]
    fn the_order_of_an_instructions_accounts_is_kept() {
        let idl: Value = serde_json::from_str(&merged(PRINTED).expect("merges")).expect("JSON");
        assert_eq!(idl["instructions"][1]["accounts"][0]["name"], "z");
    }

    #[test]
    fn the_text_does_not_depend_on_the_order_of_printing() {
        let mut reversed = blocks(PRINTED).expect("whole");
        reversed.reverse();
        assert_eq!(merge(&reversed, "0.2.0"), merged(PRINTED));
    }

    #[test]
    fn one_name_for_two_types_is_refused() {
        let printed = PRINTED.replace(r#"{"name":"Liquidated"},{"name":"Bank"}"#, r#"{"name":"Bank","type":"other"}"#);
        assert!(merged(&printed).expect_err("two types").message.contains("two different things named Bank"));
    }

    #[test]
    fn a_type_that_nothing_defines_is_refused() {
        let failure = merged(&PRINTED.replace(r#",{"name":"Args"}]"#, "]")).expect_err("undefined");
        assert!(failure.message.contains("uses the type Args"), "{}", failure.message);
    }

    #[test]
    fn two_instructions_with_one_discriminator_are_refused() {
        let failure =
            merged(&PRINTED.replace("\"discriminator\":[2]", "\"discriminator\":[1]")).expect_err("ambiguous");
        assert!(failure.message.contains("have one discriminator"), "{}", failure.message);
    }

    #[test]
    fn output_without_a_program_is_refused() {
        assert!(merged("running 0 tests").expect_err("nothing printed").message.contains("printed no IDL"));
    }

    #[test]
    fn a_block_without_an_end_is_refused() {
        let failure = blocks("--- IDL begin errors ---\n[]\n").expect_err("no end");
        assert_eq!(failure.message, "the IDL block `errors` has no end");
    }
}
