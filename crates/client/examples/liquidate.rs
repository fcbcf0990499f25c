//! Sees a price before the board does, says what a liquidation would do, and does it: the plan is kept to the unit.
//!
//! `cargo run -p breakwater-client --example liquidate`: on an embedded chain with the real bytecode.

use breakwater_client::decode::Event;
use breakwater_client::instruction::{self, LiquidateKeys};
use breakwater_client::interface::oracle::OracleAccount;
use breakwater_client::margin::Plan;
use breakwater_client::view::View;
use breakwater_sim::chain::Chain;
use breakwater_sim::price_path::{Price8, Sample};
use breakwater_sim::world::{Trader, World};
use solana_signer::Signer;

/// Alice holds 10 SOL of $150 and owes 1,000 USDC; a keeper holds 5,000 USDC.
fn stage() -> (World, Trader, Trader) {
    let mut world = World::with_default_tokens(Chain::default());
    world.launch().expect("the group is launched");
    let (alice, keeper) = (world.trader(), world.trader());
    world.deposit(&keeper, "USDC", 5_000_000_000).expect("a deposit");
    world.deposit(&alice, "SOL", 10_000_000_000).expect("a deposit");
    world.freshen().expect("fresh prices");
    world.borrow(&alice, "USDC", 1_000_000_000).expect("within initial health");
    world.chain.advance(60);
    world.freshen().expect("fresh prices");
    world.chain.advance(1);
    (world, alice, keeper)
}

/// Runs the example.
pub fn main() {
    let (mut world, alice, keeper) = stage();
    // SOL falls to $115: the oracle account says so, the board does not know it yet.
    let price = Price8::from_usd(115);
    world.write_sample("SOL", &Sample { price, conf: Price8(price.units() / 2_000), ema: price });

    // What a client reads: the board, the banks, the margin account, and the newer oracle account.
    let clock = world.chain.clock();
    let mut view = View::new(&world.board(), (clock.slot, clock.unix_timestamp));
    for token in &world.tokens {
        view.put_bank(&token.keys.bank, &world.bank(&token.symbol)).expect("a bank of the group");
    }
    let account = world.margin_account(&alice.account);
    let before = view.step(&account, instruction::ALL).expect("a step");
    println!("by the board's prices: {:?}", before.told.outlook);

    let sol = world.token("SOL").clone();
    let oracle = world.chain.account(&sol.oracle).expect("an oracle account");
    let (address, owner) = (sol.oracle.to_bytes(), oracle.owner.to_bytes());
    let newer = view.refresh(sol.number, OracleAccount { address: &address, owner: &owner, data: &oracle.data });
    assert_eq!(newer, Ok(true));
    let step = view.step(&account, instruction::ALL).expect("a step");
    let Ok(Plan::Spot(plan)) = step.told.next.map(|next| next.plan) else { panic!("{:?}", step.told.next) };
    println!("by the newer price: {:?}; repay {} for {}", step.told.outlook, plan.repay, plan.seize);

    // Refresh and liquidate in one transaction: what was planned is what happens.
    let target = step.target.and_then(|target| view.keys(target)).expect("all banks are in the view");
    let keys = LiquidateKeys {
        keeper: keeper.key.pubkey(),
        keeper_account: keeper.account,
        liquidatee: alice.account,
        board: world.board,
        target,
    };
    let refresh = instruction::refresh(&world.board, &[(sol.number, sol.oracle)]);
    let liquidate = instruction::liquidate(&keys, instruction::ALL);
    let sent = world.chain.send(&[refresh, liquidate], &[&keeper.key]).expect("a liquidation");
    let [Event::Liquidated(event)] = sent.events[..] else { panic!("{:?}", sent.events) };
    assert_eq!((event.repay, event.seize, event.bonus), (plan.repay, plan.seize, plan.bonus));
    println!("done with {} compute units", sent.compute_units);
}
