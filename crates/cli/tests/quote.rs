//! `breakwater quote` as its user meets it: from a snapshot file and from a node.
#![allow(non_snake_case)]

mod node;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use base64::Engine;
use breakwater_client::decode::{self, account_size};
use breakwater_client::instruction::{self, ALL, TargetKeys};
use breakwater_client::interface::Bank;
use breakwater_client::{Address, PROGRAM_ID};
use breakwater_sim::chain::Chain;
use breakwater_sim::price_path::Price8;
use breakwater_sim::world::{Trader, World};
use serde_json::{Value, json};

const CLOCK: &str = "SysvarC1ock11111111111111111111111111111111";

/// Alice holds 10 SOL of $150 and owes 1,000 USDC, interest is due, and SOL falls to a price.
fn scene(cents: i64) -> (World, Trader) {
    let mut world = World::with_default_tokens(Chain::default());
    let (lender, alice) = (world.trader(), world.trader());
    world.deposit(&lender, "USDC", 20_000_000_000).expect("a deposit");
    world.deposit(&alice, "SOL", 10_000_000_000).expect("a deposit");
    world.set_price("SOL", Price8::from_usd(150)).expect("a print");
    world.freshen().expect("fresh prices");
    world.borrow(&alice, "USDC", 1_000_000_000).expect("within initial health");
    world.chain.advance(3_000);
    world.set_price("SOL", Price8(cents * 1_000_000)).expect("a print");
    world.freshen().expect("fresh prices");
    world.chain.advance(5);
    (world, alice)
}

/// An account as the Solana command line writes it.
fn account(world: &World, key: &str) -> Value {
    let account = world.chain.account(&key.parse().expect("an address")).expect("an account");
    let data = base64::prelude::BASE64_STANDARD.encode(&account.data);
    json!({
        "pubkey": key,
        "account": {
            "lamports": account.lamports, "data": [data, "base64"], "owner": account.owner.to_string(),
            "executable": false, "rentEpoch": u64::MAX, "space": account.data.len(),
        },
    })
}

/// Everything that a quote of an account needs.
fn accounts(world: &World, alice: &Trader) -> Vec<Value> {
    let mut keys = vec![alice.account.to_string(), world.board.to_string(), world.group.to_string(), CLOCK.to_owned()];
    keys.extend(world.tokens.iter().map(|token| token.keys.bank.to_string()));
    keys.iter().map(|key| account(world, key)).collect()
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_breakwater")).arg("quote").args(arguments).output().expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the output is text")
}

/// A file of a test's own.
fn file(name: &str, text: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("breakwater-quote-{}-{name}.json", std::process::id()));
    fs::write(&path, text).expect("the file is written");
    path
}

fn object(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout).lines().count(), 1);
    serde_json::from_slice(&output.stdout).expect("stdout is one object")
}

/// The plan that the program returns for the pair.
fn returned(world: &mut World, alice: &Trader) -> breakwater_client::interface::quote::ReturnedQuote {
    let bank = |symbol: &str| world.token(symbol).keys.bank;
    let target = TargetKeys::Spot { debt_bank: bank("USDC"), collateral_bank: bank("SOL") };
    let quote = instruction::quote_liquidation(&alice.account, &world.board, Some(&target), ALL);
    let sent = world.chain.send(&[quote], &[]).expect("a quote");
    decode::quote_in(&sent.logs).expect("return data")
}

#[test]
fn LIQ_6_a_snapshot_gives_the_numbers_of_the_program() {
    let (mut world, alice) = scene(11_500);
    let all = accounts(&world, &alice);
    // An array in one file, and one object after the other in the second.
    let first = file("array", &Value::from(all[..2].to_vec()).to_string());
    let second = file("stream", &all[2..].iter().map(Value::to_string).collect::<Vec<_>>().join("\n"));
    let (key, first, second) = (alice.account.to_string(), first.display().to_string(), second.display().to_string());
    let arguments = [key.as_str(), "--snapshot", &first, "--snapshot", &second];
    let told = object(&run(&[&arguments[..], &["--json"]].concat()));
    let quoted = returned(&mut world, &alice);
    assert_eq!((told["stage"].as_str(), told["slot"].as_u64()), (Some("due"), Some(quoted.slot)));
    let next = &told["next"];
    let expected = (quoted.repay.to_string(), quoted.seize.to_string(), quoted.insurance.to_string());
    let number = |name: &str| next[name].as_str().expect(name).to_owned();
    assert_eq!((number("repay"), number("seize"), number("insurance")), expected, "LIQ-6");
    assert_eq!(next["bonus_millionths"].as_u64(), Some(quoted.bonus.into()));
    assert_eq!((told["caveat"].is_null(), told["refusal"].is_null()), (true, true));
    assert_eq!(told["prices"].as_array().map(Vec::len), Some(2));

    let lines = text(&run(&arguments).stdout);
    for part in ["can be liquidated now", "115.00000000", "next step     repay", "the keeper gains $"] {
        assert!(lines.contains(part), "{part} is missing in\n{lines}");
    }
}

#[test]
fn a_healthy_account_has_prices_and_no_next_step() {
    let (world, alice) = scene(14_000);
    let path = file("healthy", &Value::from(accounts(&world, &alice)).to_string());
    let key = alice.account.to_string();
    let told = object(&run(&[&key, "--snapshot", &path.display().to_string(), "--json"]));
    assert_eq!(
        (told["stage"].as_str(), told["next"].is_null(), told["trigger"].is_null()),
        (Some("healthy"), true, true)
    );
    let trigger: Vec<_> = told["prices"].as_array().expect("prices").iter().map(|leg| leg["trigger"].clone()).collect();
    assert!(
        trigger.iter().all(|price| !["never", "always"].contains(&price.as_str().expect("a price"))),
        "{trigger:?}"
    );
}

#[test]
fn without_banks_the_numbers_are_those_of_the_boards_snapshots() {
    let (world, alice) = scene(11_500);
    let path = file("few", &Value::from(accounts(&world, &alice)[..4].to_vec()).to_string());
    let key = alice.account.to_string();
    let told = object(&run(&[&key, "--snapshot", &path.display().to_string(), "--json"]));
    assert!(told["caveat"].as_str().expect("a caveat").contains("board's snapshots"));
    assert_eq!(told["stage"].as_str(), Some("due"));
}

/// Runs, expects a refusal as bad input, and returns the sentence.
fn refused(arguments: &[&str]) -> String {
    let output = run(arguments);
    let sentence = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {sentence}");
    assert_eq!((text(&output.stdout).as_str(), sentence.lines().count()), ("", 1), "{arguments:?}: {sentence}");
    sentence
}

#[test]
fn what_cannot_be_quoted_is_refused_in_one_sentence() {
    let (world, alice) = scene(11_500);
    let all = accounts(&world, &alice);
    let path = file("refused", &Value::from(all.clone()).to_string()).display().to_string();
    let (key, board, unknown) = (alice.account.to_string(), world.board.to_string(), Address::new_unique().to_string());
    let mut foreign = all[0].clone();
    foreign["account"]["owner"] = CLOCK.into();
    let foreign = file("foreign", &foreign.to_string()).display().to_string();
    let mut short = all[0].clone();
    let data = base64::prelude::BASE64_STANDARD.encode(&world.chain.account(&alice.account).expect("hers").data[..100]);
    short["account"]["data"][0] = data.into();
    let short = file("short", &short.to_string()).display().to_string();
    let alone = file("alone", &all[0].to_string()).display().to_string();
    let timeless = file("timeless", &Value::from(all[..3].to_vec()).to_string()).display().to_string();
    let (no_json, no_account) = (file("text", "SOL"), file("number", "{\"a\": 1}"));
    for (arguments, expected) in [
        (vec![key.as_str()], "pass --url RPC or --snapshot FILE"),
        (vec![&key, "--url", "http://x", "--snapshot", &path], "cannot be used with"),
        (vec!["moon", "--snapshot", &path], "it is no address"),
        (vec![&unknown, "--snapshot", &path], "is not in"),
        (vec![&board, "--snapshot", &path], "is no margin account but another one"),
        (vec![&key, "--snapshot", &foreign], "belongs to program Sysvar"),
        (vec![&key, "--snapshot", &short], "is no margin account"),
        (vec![&key, "--snapshot", &alone], "has no risk board of group"),
        (vec![&key, "--snapshot", &timeless], "has no clock"),
        (vec![&key, "--snapshot", "nowhere.json"], "No such file"),
        (vec![&key, "--snapshot", &no_json.display().to_string()], "it is no JSON"),
        (vec![&key, "--snapshot", &no_account.display().to_string()], "it holds no account"),
        (vec![&key, "--snapshot", &path, "--at", "noon"], "it is no slot and time"),
        (vec![&key, "--url", "mainnet"], "it is no URL"),
    ] {
        let sentence = refused(&arguments);
        assert!(sentence.contains(expected), "{arguments:?}: {sentence}");
    }
    let told = object(&run(&[&key, "--snapshot", &timeless, "--at", "9,1735700000", "--json"]));
    assert_eq!((told["slot"].as_u64(), told["time"].as_i64()), (Some(9), Some(1_735_700_000)));
}

/// A node that knows some accounts and answers a number of requests.
fn node(all: Vec<Value>, requests: usize) -> String {
    node::serve(requests, move |request| respond(&all, request))
}

fn respond(all: &[Value], request: &Value) -> Value {
    let result = match request["method"].as_str() {
        Some("getMultipleAccounts") => {
            let keys = request["params"][0].as_array().expect("keys");
            let found =
                |key: &Value| all.iter().find(|item| item["pubkey"] == *key).map(|item| item["account"].clone());
            json!({ "value": keys.iter().map(found).collect::<Vec<_>>() })
        }
        Some("getProgramAccounts") => {
            assert_eq!(request["params"][0], PROGRAM_ID.to_string());
            assert_eq!(request["params"][1]["filters"][0]["dataSize"], account_size::<Bank>());
            let bank = |item: &&Value| item["account"]["space"] == account_size::<Bank>();
            all.iter().filter(bank).cloned().collect::<Vec<_>>().into()
        }
        other => return json!({ "error": { "code": -32601, "message": format!("no method {other:?}") } }),
    };
    json!({ "jsonrpc": "2.0", "id": 1, "result": result })
}

#[test]
fn a_node_gives_the_numbers_of_the_program() {
    let (mut world, alice) = scene(11_500);
    let url = node(accounts(&world, &alice), 4);
    let told = object(&run(&[&alice.account.to_string(), "--url", &url, "--json"]));
    let quoted = returned(&mut world, &alice);
    assert_eq!(told["next"]["repay"], quoted.repay.to_string(), "LIQ-6");
    assert!(told["caveat"].is_null());
}

#[test]
fn a_node_that_does_not_answer_is_a_failed_run() {
    let output = run(&[&Address::new_unique().to_string(), "--url", "http://127.0.0.1:9"]);
    assert_eq!((output.status.code(), text(&output.stderr).lines().count()), (Some(1), 1), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("did not answer"));
}
