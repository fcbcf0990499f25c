//! Reads events and errors out of the log lines of transactions, as an indexer or a wallet gets them from a node.
//!
//! `cargo run -p breakwater-client --example events`: on an embedded chain with the real bytecode.

use breakwater_client::decode::{self, Event};
use breakwater_client::interface::MarginError;
use breakwater_sim::chain::Chain;
use breakwater_sim::world::World;

/// Runs the example.
pub fn main() {
    let mut world = World::with_default_tokens(Chain::default());
    world.launch().expect("the group is launched");
    let (lender, alice) = (world.trader(), world.trader());
    world.deposit(&lender, "USDC", 20_000_000_000).expect("a deposit");

    // What a transaction told: here, what it moved, with the books before and after.
    let sent = world.deposit(&alice, "SOL", 10_000_000_000).expect("a deposit");
    let events = decode::events(&sent.logs);
    for event in &events {
        println!("{event:?}");
    }
    assert!(matches!(events[..], [Event::BalanceChanged(_)]));

    // What a transaction that failed told: the program's error, with a name for programs and a sentence for people.
    world.freshen().expect("fresh prices");
    let failed = world.borrow(&alice, "USDC", 2_000_000_000).expect_err("1,500 dollars of SOL do not carry that");
    let failure = decode::failure(&failed.logs).expect("the program failed");
    println!("{failure}");
    assert_eq!(failure.error(), Some(MarginError::InsufficientHealth));
    assert_eq!(decode::error(MarginError::InsufficientHealth.code()), failure.error(), "or from the code alone");
}
