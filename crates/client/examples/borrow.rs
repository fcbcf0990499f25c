//! Opens a margin account, deposits SOL, borrows USDC and reads back what the account holds.
//!
//! `cargo run -p breakwater-client --example borrow`: on an embedded chain with the real bytecode; nothing leaves the machine.

use breakwater_client::interface::MarginAccount;
use breakwater_client::{address, decode, instruction};
use breakwater_sim::chain::Chain;
use breakwater_sim::world::World;
use solana_signer::Signer;

/// Runs the example.
pub fn main() {
    // The stage: a group with SOL at $150 and USDC at $1, and somebody who lends USDC.
    let mut world = World::with_default_tokens(Chain::default());
    world.launch().expect("the group is launched");
    let lender = world.trader();
    world.deposit(&lender, "USDC", 20_000_000_000).expect("a deposit");
    let alice = world.chain.keys.keypair();
    world.chain.fund(&alice.pubkey());
    let sol_wallet = world.mint_to(&alice.pubkey(), "SOL", 10_000_000_000);
    let usdc_wallet = world.wallet(&alice.pubkey(), "USDC");

    // Addresses are derived, instructions are built, and whoever holds the key sends them: here in one transaction.
    let (group, board, owner) = (world.group, world.board, alice.pubkey());
    let (sol, usdc) = (world.token("SOL"), world.token("USDC"));
    let account = address::margin_account(&group, &owner, 0);
    let instructions = [
        instruction::open_account(&group, &owner, 0),
        instruction::deposit(&owner, &account, &sol.keys, &sol_wallet, 10_000_000_000),
        // New risk wants fresh prices and indices on the board.
        instruction::refresh(
            &board,
            &[
                (sol.number, sol.oracle),
                (usdc.number, usdc.oracle),
                (instruction::TOKEN_ITEM + usdc.number, usdc.keys.bank),
            ],
        ),
        instruction::borrow(&owner, &account, &board, &usdc.keys, &usdc_wallet, 1_000_000_000),
    ];
    let sent = world.chain.send(&instructions, &[&alice]).expect("within initial health");
    println!("opened, deposited and borrowed with {} compute units", sent.compute_units);

    let data = world.chain.account(&account).expect("the account exists").data;
    let state: MarginAccount = decode::account(&data).expect("a margin account");
    for position in state.tokens.iter().filter(|position| !position.is_free()) {
        println!("token {}: {:?} of {} shares", position.token, position.side(), position.shares);
    }
    assert_eq!(world.wallet_balance(&owner, "USDC"), 1_000_000_000);
}
