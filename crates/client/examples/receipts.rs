//! Verifies a liquidation from its receipt alone: the chain of digests, and that the program had to decide as it did.
//!
//! `cargo run -p breakwater-client --example receipts`: on an embedded chain with the real bytecode.

use breakwater_client::instruction::ALL;
use breakwater_client::receipt::{self, ReceiptFile};
use breakwater_sim::chain::Chain;
use breakwater_sim::price_path::Price8;
use breakwater_sim::world::World;

/// Runs the example.
pub fn main() {
    // Alice holds 10 SOL of $150, owes 1,000 USDC, SOL falls to $115, and the group keeps receipts.
    let mut world = World::with_default_tokens(Chain::default());
    world.create_log().expect("a receipt log");
    let (alice, keeper) = (world.trader(), world.trader());
    world.deposit(&keeper, "USDC", 5_000_000_000).expect("a deposit");
    world.deposit(&alice, "SOL", 10_000_000_000).expect("a deposit");
    world.freshen().expect("fresh prices");
    world.borrow(&alice, "USDC", 1_000_000_000).expect("within initial health");
    world.set_price("SOL", Price8::from_usd(115)).expect("a print");
    let sent = world.liquidate(&keeper, &alice.account, "USDC", "SOL", ALL).expect("a liquidation");

    // Receipts lie in the log lines; each is chained to the one before, and the chain's log has the last digest.
    let mut file = ReceiptFile::new(world.group);
    for bytes in receipt::receipts(&sent.logs) {
        file.push(bytes);
    }
    assert_eq!(file.head(), world.receipts().head, "none is missing and none was added");

    // Everything that the outcome followed from is inside, so anybody can repeat the decision.
    for event in file.verify().expect("every receipt holds") {
        println!("{event:?}");
    }

    // One changed bit is found, even by somebody who computes the digests again.
    let mut forged = ReceiptFile::new(world.group);
    let mut bytes = file.receipts[0].0.clone();
    bytes[80] ^= 1;
    forged.push(bytes);
    let (number, fault) = forged.verify().expect_err("the seizure does not follow from the inputs");
    println!("receipt {number} of the forged file: {fault}");
}
