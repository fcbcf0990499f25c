//! `breakwater audit` as its user meets it: from a snapshot file and from a node.
#![allow(non_snake_case)]

mod node;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use base64::Engine;
use breakwater_client::instruction::{self, StakeKeys};
use breakwater_client::{PROGRAM_ID, address};
use breakwater_sim::chain::Chain;
use breakwater_sim::price_path::Price8;
use breakwater_sim::world::{PerpListing, World, default_perp};
use serde_json::{Value, json};
use solana_signer::Signer;

const USDC: u64 = 1_000_000;
const SOL: u64 = 1_000_000_000;
/// Where accounts keep what is tampered with, discriminator included.
const SHARES_OF_FIRST_TOKEN: usize = 120;
const AMOUNT_OF_TOKEN_ACCOUNT: usize = 64;
const LONG_OF_MARKET: usize = 40;
const SHARES_OF_FUND: usize = 72;
/// Where the shared fund counts units of young and leaving stake.
const UNITS_OF_FUND: usize = 128;
/// Where it counts what is known to be missing.
const SHORTFALL_OF_FUND: usize = 136;

/// Loans with interest, a position, a pool with a provider, a tranche and a fund.
fn scene() -> World {
    let mut world = World::with_default_tokens(Chain::default());
    world.set_price("SOL", Price8::from_usd(100)).expect("a price");
    world.create_fund("USDC", 5_000).expect("a fund");
    let listing = PerpListing { decimals: 9, config: default_perp(10_000 * SOL, 1_000_000, USDC) };
    world.list_perp("SOL", listing).expect("a market");
    world.freshen().expect("everything is fresh");
    let (provider, trader) = (world.trader(), world.trader());
    world.deposit(&provider, "USDC", 200_000 * USDC).expect("the provider pays in");
    world.add_liquidity(&provider, "SOL", 100_000 * USDC).expect("liquidity");
    world.insure_market(&provider, "SOL", 1_000 * USDC).expect("a tranche");
    world.insure_group(&provider, 5_000 * USDC).expect("a fund with tokens");
    let keys = StakeKeys {
        owner: provider.key.pubkey(),
        account: provider.account,
        board: world.board,
        quote_bank: world.token("USDC").keys.bank,
        fund: world.fund.expect("it was created"),
    };
    world.stakes.push(address::stake(&keys.fund, &keys.owner));
    let join = [instruction::open_stake(&keys.owner, &keys.fund), instruction::stake(&keys, 500 * USDC)];
    world.chain.send(&join, &[&provider.key]).expect("a stake");
    world.deposit(&trader, "SOL", 100 * SOL).expect("the trader pays in");
    world.borrow(&trader, "USDC", 2_000 * USDC).expect("within initial health");
    world.trade(&trader, "SOL", 10 * SOL as i64).expect("a long");
    world.chain.advance(86_400);
    world.set_price("SOL", Price8::from_usd(104)).expect("a price");
    world.freshen().expect("interest and funding are charged");
    world
}

/// Every account as the Solana command line writes it.
fn accounts(world: &World) -> Vec<Value> {
    let item = |(key, account): (breakwater_client::Address, breakwater_sim::run::Account)| {
        let data = base64::prelude::BASE64_STANDARD.encode(&account.data);
        json!({ "pubkey": key.to_string(), "account": {
            "lamports": account.lamports, "data": [data, "base64"], "owner": account.owner.to_string(),
            "executable": false, "rentEpoch": u64::MAX, "space": account.data.len(),
        } })
    };
    world.group_accounts().into_iter().map(item).collect()
}

/// The accounts with a byte of one of them changed by one.
fn tampered(world: &World, key: &str, offset: usize, change: i8) -> Vec<Value> {
    let mut all = accounts(world);
    let item = all.iter_mut().find(|item| item["pubkey"] == key).expect("the account");
    let mut data = bytes(item);
    // The lowest byte is 0 in round amounts.
    let at = (offset..offset + 8).find(|at| data[*at] != 0).unwrap_or(offset);
    data[at] = data[at].wrapping_add_signed(change);
    item["account"]["data"][0] = base64::prelude::BASE64_STANDARD.encode(data).into();
    all
}

fn bytes(item: &Value) -> Vec<u8> {
    base64::prelude::BASE64_STANDARD.decode(item["account"]["data"][0].as_str().expect("data")).expect("base64")
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_breakwater")).arg("audit").args(arguments).output().expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the output is text")
}

/// A file of a test's own.
fn file(name: &str, content: &[Value]) -> String {
    let path: PathBuf = std::env::temp_dir().join(format!("breakwater-audit-{}-{name}.json", std::process::id()));
    fs::write(&path, Value::from(content.to_vec()).to_string()).expect("the file is written");
    path.display().to_string()
}

fn object(output: &Output, code: i32) -> Value {
    assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout).lines().count(), 1);
    serde_json::from_slice(&output.stdout).expect("stdout is one object")
}

#[test]
fn SOL_1_SOL_2_CON_1_a_snapshot_of_the_chain_adds_up() {
    let world = scene();
    let path = file("whole", &accounts(&world));
    let told = object(&run(&["--snapshot", &path, "--json"]), 0);
    assert_eq!((told["holds"].as_bool(), told["group"].as_str()), (Some(true), Some(world.group.to_string().as_str())));
    let counts = ["margin_accounts", "banks", "markets", "pool_shares"].map(|name| told[name].as_u64());
    assert_eq!((counts, told["fund"].as_bool()), ([2, 4, 1, 1].map(Some), Some(true)));
    let comparisons = told["comparisons"].as_array().expect("comparisons");
    assert_eq!(comparisons.len(), 4 * 4 + 6 + 4);
    let shares = comparisons.iter().find(|row| row["number"] == 3 && row["what"] == "deposit shares").expect("of USDC");
    assert_eq!(shares["summed"], world.bank("USDC").deposit_shares.to_string());

    let output = run(&["--snapshot", &path]);
    assert_eq!(output.status.code(), Some(0));
    let lines = text(&output.stdout);
    for part in [
        "2 margin accounts, 4 banks, 1 markets, 1 shares of pools, a shared fund, 1 stakes",
        "All 26 comparisons hold.",
    ] {
        assert!(lines.contains(part), "{part} is missing in\n{lines}");
    }
}

#[test]
fn one_tampered_byte_is_found_and_named() {
    let world = scene();
    let usdc = world.token("USDC");
    let market = world.perp("SOL").market.to_string();
    let fund = world.fund.expect("a fund").to_string();
    let (units, shortfall) = (fund.clone(), fund.clone());
    let cases = [
        ("shares", world.accounts[0].to_string(), SHARES_OF_FIRST_TOKEN, 1, "token 3", "deposit shares", "SOL-2"),
        ("vault", usdc.vault.to_string(), AMOUNT_OF_TOKEN_ACCOUNT, -1, "token 3", "tokens in the vault", "SOL-1"),
        ("interest", market, LONG_OF_MARKET, 1, "market 0", "base of longs", "CON-1"),
        ("fund", fund, SHARES_OF_FUND, 1, "token 3", "deposit shares", "SOL-2"),
        ("units", units, UNITS_OF_FUND, 1, "fund", "passive units", "SOL-2"),
        ("shortfall", shortfall, SHORTFALL_OF_FUND, 1, "fund", "known shortfall", "INS-1"),
    ];
    for (name, key, offset, change, subject, what, law) in cases {
        let path = file(name, &tampered(&world, &key, offset, change));
        let output = run(&["--snapshot", &path]);
        assert_eq!(output.status.code(), Some(1), "{name}");
        let (lines, sentence) = (text(&output.stdout), text(&output.stderr));
        assert!(lines.contains("1 of 26 comparisons do not hold.") && lines.contains("WRONG"), "{name}: {lines}");
        assert!(sentence.contains(&format!("{subject}: {what}")) && sentence.contains(law), "{name}: {sentence}");
        assert_eq!(sentence.lines().count(), 1);

        let told = object(&run(&["--snapshot", &path, "--json"]), 1);
        let wrong: Vec<_> =
            told["comparisons"].as_array().expect("rows").iter().filter(|row| row["holds"] == false).collect();
        assert_eq!((wrong.len(), wrong[0]["what"].as_str(), wrong[0]["law"].as_str()), (1, Some(what), Some(law)));
    }
}

/// Every scenario of the demo ends with books that add up; its file is what the audit reads.
#[test]
fn what_the_demo_leaves_behind_adds_up() {
    for scenario in ["crash", "gap"] {
        let folder = std::env::temp_dir().join(format!("breakwater-audit-{}-{scenario}", std::process::id()));
        let out = folder.display().to_string();
        let mut demo = Command::new(env!("CARGO_BIN_EXE_breakwater"));
        let demo = demo.args(["demo", "--scenario", scenario, "--accounts", "20", "--out", &out]).output();
        assert_eq!(demo.expect("the command runs").status.code(), Some(0));
        let told = object(&run(&["--snapshot", &format!("{out}/accounts.json"), "--json"]), 0);
        assert!(told["margin_accounts"].as_u64().expect("a number") > 20, "{scenario}");
        assert_eq!((told["holds"].as_bool(), told["slot"].is_u64()), (Some(true), true), "{scenario}");
        let _ = fs::remove_dir_all(&folder);
    }
}

/// What somebody sends to a vault belongs to nobody and breaks nothing.
#[test]
fn a_gift_to_a_vault_is_no_difference() {
    let world = scene();
    let path = file("gift", &tampered(&world, &world.token("SOL").vault.to_string(), AMOUNT_OF_TOKEN_ACCOUNT, 1));
    let output = run(&["--snapshot", &path]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("covered"));
}

/// Runs, expects a refusal as bad input, and returns the sentence.
fn refused(arguments: &[&str]) -> String {
    let output = run(arguments);
    let sentence = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {sentence}");
    assert_eq!(text(&output.stdout), "", "{arguments:?}: {sentence}");
    sentence.lines().last().unwrap_or_default().to_owned()
}

#[test]
fn what_cannot_be_audited_is_refused_in_one_sentence() {
    let world = scene();
    let all = accounts(&world);
    let without = |key: &breakwater_client::Address| {
        let key = key.to_string();
        all.iter().filter(|item| item["pubkey"] != key.as_str()).cloned().collect::<Vec<_>>()
    };
    let whole = file("refused", &all);
    let (group, board) = (world.group.to_string(), world.board.to_string());
    let usdc = world.token("USDC");
    let mut foreign = all.clone();
    foreign.iter_mut().find(|item| item["pubkey"] == group.as_str()).expect("the group")["account"]["owner"] =
        board.as_str().into();
    let mut short = all.clone();
    let account = short.iter_mut().find(|item| item["pubkey"] == world.accounts[0].to_string()).expect("an account");
    let cut = base64::prelude::BASE64_STANDARD.encode(&bytes(account)[..500]);
    account["account"]["data"][0] = cut.into();
    let (foreign, short) = (file("foreign", &foreign), file("short", &short));
    let (vaultless, bankless) = (file("vaultless", &without(&usdc.vault)), file("bankless", &without(&usdc.keys.bank)));
    let (groupless, boardless) = (file("groupless", &without(&world.group)), file("boardless", &without(&world.board)));
    for (arguments, expected) in [
        (vec![], "pass --url RPC --group GROUP or --snapshot FILE"),
        (vec!["--url", "http://127.0.0.1:9"], "--group"),
        (vec!["--url", "mainnet", "--group", &group], "it is no URL"),
        (vec!["--url", "http://127.0.0.1:9", "--group", &group], "did not answer"),
        (vec!["--snapshot", "nowhere.json"], "No such file"),
        (vec!["--snapshot", &whole, "--group", "moon"], "it is no address"),
        (vec!["--snapshot", &whole, "--group", &usdc.vault.to_string()], "belongs to program Token"),
        (vec!["--snapshot", &whole, "--group", &board], "is no group but another one"),
        (vec!["--snapshot", &whole, "--group", &PROGRAM_ID.to_string()], "is not in"),
        (vec!["--snapshot", &foreign, "--group", &group], "not to Breakwater"),
        (vec!["--snapshot", &groupless], "has no group of Breakwater"),
        (vec!["--snapshot", &boardless], "the risk board of group"),
        (vec!["--snapshot", &bankless], "the bank of token 3 is not among the accounts"),
        (vec!["--snapshot", &vaultless], "the vault of token 3, is not among the accounts"),
        (vec!["--snapshot", &short], "(MarginAccount) has 500 bytes where 1312 are known"),
    ] {
        let sentence = refused(&arguments);
        assert!(sentence.contains(expected), "{arguments:?}: {sentence}");
    }
}

/// A node that knows some accounts; its slot moves on with every answer until it has answered a number of times.
fn node(all: Vec<Value>, moving: u64) -> String {
    let mut answered = 0;
    node::serve(usize::MAX, move |request| {
        let slot = 250_000_000 + moving.min(answered);
        answered += 1;
        respond(&all, slot, request)
    })
}

fn respond(all: &[Value], slot: u64, request: &Value) -> Value {
    let params = &request["params"];
    assert_eq!(params[1]["encoding"], "base64");
    assert!(params[1]["minContextSlot"].as_u64().expect("a slot") <= slot);
    let value: Vec<Value> = match request["method"].as_str() {
        Some("getMultipleAccounts") => {
            let keys = params[0].as_array().expect("keys");
            assert!(keys.len() <= 100);
            let found =
                |key: &Value| all.iter().find(|item| item["pubkey"] == *key).map(|item| item["account"].clone());
            keys.iter().map(|key| found(key).unwrap_or_default()).collect()
        }
        Some("getProgramAccounts") => {
            assert_eq!((&params[0], &params[1]["withContext"]), (&PROGRAM_ID.to_string().into(), &true.into()));
            let holds = |item: &&Value, filter: &Value| {
                let data = bytes(item);
                let owner = item["account"]["owner"] == PROGRAM_ID.to_string();
                let parent = filter["memcmp"]["bytes"].as_str().map(|text| text.parse().expect("an address"));
                let parent = parent.map(|key: breakwater_client::Address| key.to_bytes());
                let size = filter["dataSize"].as_u64().is_none_or(|size| data.len() as u64 == size);
                owner && size && parent.is_none_or(|parent| data.get(8..40) == Some(&parent))
            };
            let filters = params[1]["filters"].as_array().expect("filters");
            all.iter().filter(|item| filters.iter().all(|filter| holds(item, filter))).cloned().collect()
        }
        other => return json!({ "error": { "code": -32601, "message": format!("no method {other:?}") } }),
    };
    json!({ "jsonrpc": "2.0", "id": 1, "result": { "context": { "slot": slot }, "value": value } })
}

#[test]
fn a_node_is_read_until_all_answers_are_of_one_slot() {
    let world = scene();
    let url = node(accounts(&world), 9);
    let output = run(&["--url", &url, "--group", &world.group.to_string(), "--json"]);
    let told = object(&output, 0);
    assert_eq!((told["slot"].as_u64(), told["holds"].as_bool()), (Some(250_000_009), Some(true)));
    assert_eq!(told["comparisons"].as_array().map(Vec::len), Some(26));
    assert!(text(&output.stderr).contains("attempt 2"), "progress is told");
}

#[test]
fn a_difference_on_a_node_is_found() {
    let world = scene();
    let url = node(tampered(&world, &world.accounts[1].to_string(), SHARES_OF_FIRST_TOKEN, 1), 0);
    let told = object(&run(&["--url", &url, "--group", &world.group.to_string(), "--json"]), 1);
    assert_eq!(told["holds"].as_bool(), Some(false));
}

#[test]
fn a_node_that_never_stands_still_is_refused() {
    let world = scene();
    let url = node(accounts(&world), u64::MAX);
    let sentence = refused(&["--url", &url, "--group", &world.group.to_string()]);
    assert!(sentence.contains("never answered for one slot"), "{sentence}");
    let unknown = world.token("SOL").vault.to_string();
    assert!(refused(&["--url", &url, "--group", &unknown]).contains("belongs to program Token"));
    assert!(refused(&["--url", &url, "--group", &PROGRAM_ID.to_string()]).contains("is not in"));
}
