//! A group on the embedded chain as a node would show it, written to `app/client/vectors/group.json`: the tests and examples of
//! the TypeScript client read it in place of a node.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use breakwater_client::instruction::ALL;
use breakwater_sim::chain::{Chain, START};
use breakwater_sim::listing::{PerpListing, default_perp};
use breakwater_sim::price_path::Price8;
use breakwater_sim::world::{Trader, World};
use serde_json::{Value, json};
use solana_signer::Signer;

const SOL: u64 = 1_000_000_000;
const USDC: u64 = 1_000_000;

/// A launched group with a pool of 100,000 USDC and insurance. Alice is long 20 SOL on 5,000 USDC; Bob owes 1,000 USDC on 10 SOL
/// of $150 and is liquidated in part once SOL is at $115.
fn played() -> (World, Trader, Vec<String>) {
    let mut world = World::with_default_tokens(Chain::seeded(START, 7));
    world.create_fund("USDC", 2_500).expect("a fund");
    world.create_log().expect("a receipt log");
    let market = default_perp(10_000 * SOL, SOL / 10, USDC);
    world.list_perp("SOL", PerpListing { decimals: 9, config: market }).expect("a market");
    world.launch().expect("the group is launched");
    let (lender, alice, bob) = (world.trader(), world.trader(), world.trader());
    world.freshen().expect("fresh prices");
    world.deposit(&lender, "USDC", 200_000 * USDC).expect("a deposit");
    world.add_liquidity(&lender, "SOL", 100_000 * USDC).expect("liquidity");
    world.insure_group(&lender, 1_000 * USDC).expect("insurance");
    world.insure_market(&lender, "SOL", 1_000 * USDC).expect("insurance");
    world.deposit(&alice, "USDC", 5_000 * USDC).expect("a deposit");
    world.deposit(&bob, "SOL", 10 * SOL).expect("a deposit");
    world.freshen().expect("fresh prices");
    world.borrow(&bob, "USDC", 1_000 * USDC).expect("within initial health");
    world.trade(&alice, "SOL", (20 * SOL) as i64).expect("within initial health");
    world.set_price("SOL", Price8::from_usd(115)).expect("a print");
    let sent = world.liquidate(&lender, &bob.account, "USDC", "SOL", ALL).expect("a liquidation");
    (world, alice, sent.logs)
}

/// The group: addresses, accounts with owner, lamports and data, and the log lines of a liquidation.
pub fn rendered() -> String {
    let (world, alice, mut logs) = played();
    // Compute units are the bytecode's; the group stays the same with a new one.
    logs.retain(|line| !line.contains(" consumed "));
    let mut accounts = world.group_accounts();
    let others = world.tokens.iter().flat_map(|token| [token.keys.mint, token.oracle]);
    accounts.extend(others.filter_map(|key| Some((key, world.chain.account(&key)?))));
    let accounts = accounts.iter().map(|(key, account)| {
        let data = BASE64_STANDARD.encode(&account.data);
        json!([key.to_string(), account.owner.to_string(), account.lamports, data])
    });
    let accounts: Vec<Value> = accounts.collect();
    let tokens = world.tokens.iter().map(|token| (token.number, token.oracle));
    let oracles = tokens.chain(world.perps.iter().map(|perp| perp.feed_item()));
    let oracles: Vec<Value> = oracles.map(|(feed, key)| json!([feed, key.to_string()])).collect();
    let head = json!({
        "group": world.group.to_string(),
        "owner": alice.key.pubkey().to_string(),
        "slot": world.chain.clock().slot,
        "oracles": oracles,
        "logs": logs,
    });
    let head: Vec<String> =
        head.as_object().into_iter().flatten().map(|(name, value)| format!("  {name:?}: {value}")).collect();
    let lines: Vec<String> = accounts.iter().map(|account| format!("    {account}")).collect();
    format!("{{\n{},\n  \"accounts\": [\n{}\n  ]\n}}\n", head.join(",\n"), lines.join(",\n"))
}
