//! Accounts, questions and answers in one file: this code gives these answers, and the TypeScript client's tests ask the same
//! of the WebAssembly module. `BLESS=1` writes the file anew.

use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use breakwater_client::receipt;
use breakwater_margin_wasm::{Session, ask};
use breakwater_sim::chain::{Chain, START};
use breakwater_sim::price_path::Price8;
use breakwater_sim::world::{PerpListing, Trader, World, default_perp};
use serde_json::{Value, json};
use solana_signer::Signer;

const FILE: &str = "../../app/client/vectors/margin.json";

/// Alice has SOL and owes USDC; Bob has USDC and a long; Carol has lent, provides liquidity and stakes.
struct Stage {
    world: World,
    alice: Trader,
    bob: Trader,
    carol: Trader,
}

fn stage() -> Stage {
    let mut world = World::with_default_tokens(Chain::seeded(START, 11));
    world.create_fund("USDC", 2_500).expect("a fund");
    world.create_log().expect("a log");
    world
        .list_perp("SOL", PerpListing { decimals: 9, config: default_perp(100_000_000_000_000, 10_000_000, 1_000_000) })
        .expect("a market");
    world.launch().expect("the group is launched");
    let (alice, bob, carol) = (world.trader(), world.trader(), world.trader());
    world.deposit(&carol, "USDC", 500_000_000_000).expect("a deposit");
    world.deposit(&alice, "SOL", 10_000_000_000).expect("a deposit");
    world.deposit(&bob, "USDC", 5_000_000_000).expect("a deposit");
    world.freshen().expect("fresh prices");
    world.refresh_perps().expect("fresh indices");
    world.add_liquidity(&carol, "SOL", 200_000_000_000).expect("liquidity");
    world.insure_group(&carol, 1_000_000_000).expect("a fund with something in it");
    world.borrow(&alice, "USDC", 1_000_000_000).expect("within initial health");
    world.trade(&bob, "SOL", 50_000_000_000).expect("within initial health");
    world.chain.advance(10);
    world.freshen().expect("fresh prices");
    world.refresh_perps().expect("fresh indices");
    Stage { world, alice, bob, carol }
}

/// Everything that a page reads.
fn accounts(world: &World) -> Vec<Value> {
    let mut accounts = world.group_accounts();
    accounts.sort_by_key(|(address, _)| *address);
    let told = accounts.iter().map(|(address, account)| {
        json!({
            "address": address.to_string(),
            "owner": account.owner.to_string(),
            "data": BASE64_STANDARD.encode(&account.data),
        })
    });
    told.collect()
}

/// The questions, as the TypeScript client writes them.
fn questions(stage: &Stage) -> Vec<String> {
    let Stage { alice, bob, carol, .. } = stage;
    let of = |person: &Trader| format!("address={}\nowner={}", person.account, person.key.pubkey());
    let stranger = "address=11111111111111111111111111111112\nowner=11111111111111111111111111111113";
    let (alice_, bob_, carol_) = (of(alice), of(bob), of(carol));
    let mut asked = vec!["ask=group".into(), "ask=book".into(), "ask=mark\nmarket=0\nprice=151.25".into()];
    for person in [alice, bob, carol] {
        asked.push(format!("ask=account\naddress={}", person.account));
        asked.push(format!("ask=owner\nowner={}", person.key.pubkey()));
        for bps in [-2_500, -500, 1_000] {
            asked.push(format!("ask=whatIf\naddress={}\nmove=0:{bps}\nmove=32:{bps}", person.account));
        }
    }
    for intent in [
        "intent=deposit\ntoken=0\namount=1000000000",
        "intent=deposit\ntoken=3\namount=0",
        "intent=withdraw\ntoken=0\namount=1000000000",
        "intent=withdraw\ntoken=0\namount=all",
        "intent=borrow\ntoken=3\namount=50000000",
        "intent=borrow\ntoken=3\namount=5000000000",
        "intent=repay\ntoken=3\namount=all",
        "intent=repay\ntoken=0\namount=1",
        "intent=trade\nmarket=0\ndelta=-100000000\nslippage=50",
        "intent=reduce\nmarket=0\nsize=all\nslippage=50",
    ] {
        asked.push(format!("ask=preview\n{alice_}\n{intent}"));
    }
    for intent in [
        "intent=trade\nmarket=0\ndelta=1000000000\nslippage=50",
        "intent=trade\nmarket=0\ndelta=-200000000000\nslippage=50",
        "intent=trade\nmarket=0\ndelta=1\nslippage=50",
        "intent=trade\nmarket=7\ndelta=1000000000\nslippage=50",
        "intent=reduce\nmarket=0\nsize=all\nslippage=100",
        "intent=settle\nmarket=0\namount=all",
    ] {
        asked.push(format!("ask=preview\n{bob_}\n{intent}"));
    }
    for intent in [
        "intent=addLiquidity\nmarket=0\namount=1000000000",
        "intent=requestLiquidity\nmarket=0\nshares=1000000",
        "intent=removeLiquidity\nmarket=0",
        "intent=stake\namount=1000000000",
        "intent=matureStake",
        "intent=requestUnstake\nunits=all",
        "intent=unstake",
        "intent=restake",
    ] {
        asked.push(format!("ask=preview\n{carol_}\n{intent}"));
    }
    asked.push(format!("ask=preview\n{stranger}\nintent=deposit\ntoken=3\namount=1000000"));
    for most in ["deposit\ntoken=3", "withdraw\ntoken=0", "borrow\ntoken=3", "repay\ntoken=3", "reduce\nmarket=0"] {
        asked.push(format!("ask=most\n{alice_}\nof={most}"));
    }
    for most in [
        "open\nmarket=0\nisLong=true\nleverage=null",
        "open\nmarket=0\nisLong=false\nleverage=null",
        "open\nmarket=0\nisLong=true\nleverage=30000",
        "reduce\nmarket=0",
        "addLiquidity\nmarket=0",
        "stake",
    ] {
        asked.push(format!("ask=most\n{bob_}\nof={most}"));
    }
    asked.extend(
        [
            "ask=nothing",
            "nothing",
            "ask=account\naddress=no address",
            "ask=account\naddress=11111111111111111111111111111112",
            "ask=preview\naddress=11111111111111111111111111111112",
            "ask=receipts\nreceipt=zz:00",
        ]
        .map(String::from),
    );
    asked
}

fn session(world: &World) -> Session {
    let mut session = Session::default();
    for (address, account) in world.group_accounts() {
        session.put(address, account.owner.to_bytes(), &account.data);
    }
    session
}

fn answers(session: &mut Session, asked: Vec<String>) -> Vec<Value> {
    let answered = asked.into_iter().map(|question| {
        let answer = ask(session, question.as_bytes());
        let answer: Value = serde_json::from_str(&answer).unwrap_or_else(|e| panic!("{question}: {e}: {answer}"));
        json!({ "question": question, "answer": answer })
    });
    answered.collect()
}

/// SOL falls, and Alice is liquidated by Carol.
fn liquidated(stage: &mut Stage) -> Vec<Value> {
    let Stage { world, alice, carol, .. } = stage;
    world.set_price("SOL", Price8::from_usd(115)).expect("a lower price");
    world.freshen().expect("fresh prices");
    let sent = world.liquidate(carol, &alice.account, "USDC", "SOL", u64::MAX).expect("under water");
    let receipts = receipt::receipts(&sent.logs);
    assert_eq!(receipts.len(), 1);
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let whole = hex(&receipts[0]);
    let mut changed = receipts[0].clone();
    changed[80] ^= 1;
    let asked = vec![
        format!("ask=receipts\nreceipt={whole}:{}", hex(&[0; 32])),
        format!("ask=receipts\nreceipt={}:{}", hex(&changed), hex(&[0; 32])),
        format!("ask=receipts\nreceipt={}:{}", hex(&receipts[0][..40]), hex(&[0; 32])),
        "ask=group".into(),
    ];
    answers(&mut session(world), asked)
}

#[test]
fn answers_are_those_of_the_file() {
    let mut stage = stage();
    let before = json!({
        "accounts": accounts(&stage.world),
        "answers": answers(&mut session(&stage.world), questions(&stage)),
    });
    let told = liquidated(&mut stage);
    let after = json!({ "accounts": accounts(&stage.world), "answers": told });
    let fresh = serde_json::to_string_pretty(&json!([before, after])).expect("JSON") + "\n";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, &fresh).expect("a file");
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == fresh, "{FILE} is not what this code answers: BLESS=1 cargo test -p breakwater-margin-wasm");
}
