//! `breakwater watch` as its user meets it: on a stub of a node whose chain moves between two looks, with a webhook.

mod node;

use std::io::Read;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine;
use breakwater_client::Address;
use breakwater_client::decode::account_size;
use breakwater_client::interface::{Bank, MarginAccount};
use breakwater_sim::chain::Chain;
use breakwater_sim::price_path::{Price8, Sample};
use breakwater_sim::world::{Trader, World};
use serde_json::{Value, json};

const CLOCK: &str = "SysvarC1ock11111111111111111111111111111111";
/// Looks of one account take this many requests.
const REQUESTS: usize = 5;

/// Alice holds 10 SOL of $150 and owes 1,000 USDC. Her liquidation price is at about $118.
fn scene() -> (World, Trader) {
    let mut world = World::with_default_tokens(Chain::default());
    let (lender, alice) = (world.trader(), world.trader());
    world.deposit(&lender, "USDC", 20_000_000_000).expect("a deposit");
    world.deposit(&alice, "SOL", 10_000_000_000).expect("a deposit");
    world.freshen().expect("fresh prices");
    world.borrow(&alice, "USDC", 1_000_000_000).expect("within initial health");
    (world, alice)
}

/// Everything that a look needs, at a price of SOL.
fn at(world: &mut World, alice: &Trader, cents: i64) -> Vec<Value> {
    world.set_price("SOL", Price8(cents * 1_000_000)).expect("a print");
    world.freshen().expect("fresh prices");
    let mut keys = vec![alice.account.to_string(), world.board.to_string(), world.group.to_string(), CLOCK.to_owned()];
    keys.extend(world.tokens.iter().map(|token| token.keys.bank.to_string()));
    keys.iter().map(|key| account(world, key)).collect()
}

fn account(world: &World, key: &str) -> Value {
    let account = world.chain.account(&key.parse().expect("an address")).expect("an account");
    let data = base64::prelude::BASE64_STANDARD.encode(&account.data);
    json!({ "pubkey": key, "account": {
        "lamports": account.lamports, "data": [data, "base64"], "owner": account.owner.to_string(),
        "executable": false, "rentEpoch": u64::MAX, "space": account.data.len(),
    } })
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
            let bank = |item: &&Value| item["account"]["space"] == account_size::<Bank>();
            all.iter().filter(bank).cloned().collect::<Vec<_>>().into()
        }
        other => return json!({ "error": { "code": -32601, "message": format!("no method {other:?}") } }),
    };
    json!({ "jsonrpc": "2.0", "id": 1, "result": result })
}

/// What a look finds.
enum Seen {
    Accounts(Vec<Value>),
    /// The node refuses once.
    Failure,
}

/// A node that shows one thing after the other, each at one look, and then the last for ever.
fn node(sequence: Vec<Seen>) -> String {
    let (mut place, mut asked) = (0, 0);
    node::serve(usize::MAX, move |request| {
        let answer = match &sequence[place] {
            Seen::Accounts(all) => respond(all, request),
            Seen::Failure => json!({ "error": { "code": -32000, "message": "behind" } }),
        };
        asked += 1;
        if asked == REQUESTS || matches!(sequence[place], Seen::Failure) {
            (place, asked) = ((place + 1).min(sequence.len() - 1), 0);
        }
        answer
    })
}

/// A webhook, and what is posted to it.
fn webhook() -> (String, Receiver<Value>) {
    let (sender, posted) = channel();
    let url = node::serve(usize::MAX, move |notice| {
        let _ = sender.send(notice.clone());
        json!({ "ok": true })
    });
    (url, posted)
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_breakwater"));
    command.arg("watch").args(arguments);
    command
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the output is text")
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("each line is an object")).collect()
}

#[test]
fn a_fine_account_is_0_and_a_warned_one_3() {
    let (mut world, alice) = scene();
    let key = alice.account.to_string();
    let url = node(vec![Seen::Accounts(at(&mut world, &alice, 15_000))]);
    let fine = run(&[&key, "--url", &url, "--once"]);
    let told = text(&fine.stdout);
    assert_eq!((fine.status.code(), told.lines().count()), (Some(0), 1), "{told} {}", text(&fine.stderr));
    for part in [key.as_str(), "fine", "health factor 1.", "from its liquidation price $", "no flag"] {
        assert!(told.contains(part), "{part} is missing in {told}");
    }
    // The same account, looked at more strictly: each threshold on its own.
    for (strict, kind) in
        [(["--health", "3", "--distance", "off"], "health"), (["--health", "off", "--distance", "90%"], "distance")]
    {
        let url = node(vec![Seen::Accounts(at(&mut world, &alice, 15_000))]);
        let warned = run(&[&[key.as_str(), "--url", &url, "--once", "--json"], &strict[..]].concat());
        assert_eq!(warned.status.code(), Some(3), "{}", text(&warned.stderr));
        let told = lines(&text(&warned.stdout));
        let events: Vec<_> = told.iter().map(|line| (line["event"].as_str(), line["kind"].as_str())).collect();
        assert_eq!(events, [(Some("warned"), Some(kind)), (Some("status"), None)]);
        assert_eq!(told[1]["warned"], true);
        assert_eq!(told[0]["nearest"]["price"], "150.00000000");
    }
}

#[test]
fn a_flag_is_warned_of_unless_nobody_wants_to_know() {
    let (mut world, alice) = scene();
    let slot = world.chain.clock().slot;
    world.chain.rewrite(&alice.account, |account: &mut MarginAccount| account.flag_slot = slot);
    let (key, seen) = (alice.account.to_string(), at(&mut world, &alice, 15_000));
    let url = node(vec![Seen::Accounts(seen.clone())]);
    let warned = run(&[&key, "--url", &url, "--once"]);
    assert_eq!(warned.status.code(), Some(3), "{}", text(&warned.stderr));
    assert!(text(&warned.stdout).contains(&format!("flagged in slot {slot}")), "{}", text(&warned.stdout));
    let url = node(vec![Seen::Accounts(seen)]);
    assert_eq!(run(&[&key, "--url", &url, "--once", "--no-flag"]).status.code(), Some(0));
}

/// SOL is at $150 on the board; its oracle account says $118 since, and nobody has refreshed the board yet.
#[test]
fn a_price_that_the_board_has_not_seen_is_seen() {
    let (mut world, alice) = scene();
    let mut seen = at(&mut world, &alice, 15_000);
    world.chain.advance(5);
    let price = Price8::from_usd(118);
    world.write_sample("SOL", &Sample { price, conf: Price8(price.units() / 2_000), ema: price });
    let oracle = world.token("SOL").oracle.to_string();
    seen.push(account(&world, &oracle));
    seen.retain(|item| item["pubkey"] != CLOCK);
    seen.push(account(&world, CLOCK));
    let (key, named) = (alice.account.to_string(), format!("0={oracle}"));
    let url = node(vec![Seen::Accounts(seen.clone())]);
    let warned = run(&[&key, "--url", &url, "--once", "--oracle", &named, "--json"]);
    assert_eq!(warned.status.code(), Some(3), "{}", text(&warned.stderr));
    assert_eq!(lines(&text(&warned.stdout))[0]["nearest"]["price"], "118.00000000");
    // Without the account it is the board's price, whose age is told.
    let url = node(vec![Seen::Accounts(seen)]);
    let fine = run(&[&key, "--url", &url, "--once", "--json"]);
    assert_eq!(fine.status.code(), Some(0), "{}", text(&fine.stderr));
    assert!(lines(&text(&fine.stdout))[0]["oldest_price_seconds"].as_u64() >= Some(5));
}

/// Reads events until one comes that is wanted.
fn wait_for(posted: &Receiver<Value>, event: &str, kind: &str) -> Value {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let notice = posted.recv_timeout(end.saturating_duration_since(Instant::now())).expect("a notice in time");
        if (notice["event"].as_str(), notice["kind"].as_str()) == (Some(event), Some(kind)) {
            return notice;
        }
    }
}

fn stop(mut child: Child) -> (Option<i32>, String) {
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(killed.success());
    let end = Instant::now() + Duration::from_secs(10);
    let status = loop {
        match child.try_wait().expect("a status") {
            Some(status) => break status,
            None => assert!(Instant::now() < end, "it does not stop"),
        }
        thread::sleep(Duration::from_millis(20));
    };
    let mut out = String::new();
    child.stdout.take().expect("a pipe").read_to_string(&mut out).expect("text");
    (status.code(), out)
}

/// SOL falls into the warned range, deeper, the node fails, SOL recovers; then Ctrl-C.
#[test]
fn a_crash_is_told_step_by_step_and_taken_back_once() {
    let (mut world, alice) = scene();
    let mut see = |cents| Seen::Accounts(at(&mut world, &alice, cents));
    let sequence = vec![
        see(15_000),
        see(12_200),
        see(12_190),
        see(11_000),
        Seen::Failure,
        Seen::Failure,
        see(11_000),
        see(15_000),
    ];
    let (url, (hook, posted)) = (node(sequence), webhook());
    let key = alice.account.to_string();
    let child = command(&[&key, "--url", &url, "--webhook", &hook, "--interval", "100ms", "--json", "--health", "off"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    let warned = wait_for(&posted, "warned", "distance");
    assert!(warned["text"].as_str().expect("a text").contains("nearer than 5.00 %"), "{warned}");
    assert_eq!(warned["account"], key);
    let worse = wait_for(&posted, "worse", "distance");
    assert_eq!(worse["distance_percent"], "0.00", "{worse}");
    assert_eq!(worse["liquidated_from_slot"], worse["slot"], "{worse}");
    wait_for(&posted, "blind", "node");
    wait_for(&posted, "seen", "node");
    wait_for(&posted, "recovered", "distance");
    let (code, out) = stop(child);
    assert_eq!(code, Some(0), "Ctrl-C is no failure");
    let told = lines(&out);
    let events: Vec<_> = told.iter().filter_map(|line| line["event"].as_str()).collect();
    assert_eq!(events, ["status", "warned", "worse", "blind", "seen", "recovered"], "each is told once");
}

/// What a webhook did not take is posted when it is back.
#[test]
fn a_webhook_that_fails_once_loses_nothing() {
    let (mut world, alice) = scene();
    let url = node(vec![Seen::Accounts(at(&mut world, &alice, 11_000))]);
    let key = alice.account.to_string();
    let failed = run(&[&key, "--url", &url, "--webhook", "http://127.0.0.1:9/secret", "--once"]);
    let sentence = text(&failed.stderr);
    assert_eq!(failed.status.code(), Some(1), "a warning that reaches nobody is a failure: {sentence}");
    assert!(sentence.contains("the webhook failed") && !sentence.contains("secret"), "{sentence}");

    let (sender, posted) = channel();
    let mut first = true;
    let hook = node::serve(usize::MAX, move |notice| {
        if std::mem::take(&mut first) {
            return Value::Null;
        }
        let _ = sender.send(notice.clone());
        json!({})
    });
    let url = node(vec![Seen::Accounts(at(&mut world, &alice, 11_000))]);
    let child = command(&[&key, "--url", &url, "--webhook", &hook, "--interval", "100ms", "--distance", "off"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    wait_for(&posted, "warned", "health");
    assert_eq!(stop(child).0, Some(0));
}

/// An account that is closed while it is watched is told, and the others are watched on.
#[test]
fn an_account_that_is_gone_is_told_once() {
    let (mut world, alice) = scene();
    let there = at(&mut world, &alice, 15_000);
    let gone = there[1..].to_vec();
    // A look that finds no account asks once.
    let (url, (hook, posted)) = (node(vec![Seen::Accounts(there), Seen::Accounts(gone)]), webhook());
    let key = alice.account.to_string();
    let child = command(&[&key, "--url", &url, "--webhook", &hook, "--interval", "100ms", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    let blind = wait_for(&posted, "blind", "node");
    assert!(blind["text"].as_str().expect("a text").contains("is not in"), "{blind}");
    assert_eq!(blind["account"], key);
    thread::sleep(Duration::from_millis(500));
    let (code, out) = stop(child);
    assert_eq!((code, lines(&out).len()), (Some(0), 2), "{out}");
}

#[test]
fn bad_input_is_refused_in_one_sentence() {
    let (mut world, alice) = scene();
    let all = at(&mut world, &alice, 15_000);
    let (key, board, unknown) = (alice.account.to_string(), world.board.to_string(), Address::new_unique().to_string());
    let url = node(vec![Seen::Accounts(all)]);
    for (arguments, expected) in [
        (vec![key.as_str()], "--url"),
        (vec!["--url", url.as_str()], "ACCOUNT"),
        (vec!["moon", "--url", &url], "it is no address"),
        (vec![&key, "--url", "mainnet"], "it is no URL"),
        (vec![&key, "--url", &url, "--health", "high"], "it is no health factor"),
        (vec![&key, "--url", &url, "--distance", "100%"], "it is no distance"),
        (vec![&key, "--url", &url, "--interval", "5"], "it is no time"),
        (vec![&key, "--url", &url, "--webhook", "slack"], "--webhook: it is no URL"),
        (vec![&key, "--url", &url, "--oracle", "SOL"], "it is no feed and address"),
        (vec![&key, "--url", &url, "--once", "--interval", "5s"], "cannot be used with"),
        (vec![&unknown, "--url", &url], "is not in"),
        (vec![&board, "--url", &url], "is no margin account but another one"),
    ] {
        let output = run(&arguments);
        let sentence = text(&output.stderr);
        assert_eq!((output.status.code(), sentence.lines().count()), (Some(2), 1), "{arguments:?}: {sentence}");
        assert!(sentence.contains(expected), "{arguments:?}: {sentence}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
    }
    let output = run(&[&key, "--url", "http://127.0.0.1:9", "--once"]);
    assert_eq!(output.status.code(), Some(1), "a node that does not answer: {}", text(&output.stderr));
}
