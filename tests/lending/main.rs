//! Deposits, withdrawals, loans, repayments.
#![allow(non_snake_case)]
#[path = "../common/mod.rs"]
mod common;

mod accounts;
mod books;
mod borrow;
mod deposit;
mod interest;
mod outflow;
mod quarantine;
mod repay;
mod withdraw;

use breakwater_client::Address;
use breakwater_client::decode::Event;
use breakwater_client::instruction;
use breakwater_client::interface::config::LendingConfig;
use breakwater_client::interface::events::BalanceChanged;
use breakwater_sim::world::{Listing, default_lending};
use common::{Trader, Verdict, World, usd};
use solana_signer::Signer;

/// One, in the scale of indices.
const ONE: u64 = 1 << 48;

/// The event of a movement.
fn changed(world: &World, who: &Trader, symbol: &str, action: u64, amounts: (u64, u64, u64)) -> Vec<Event> {
    let (amount, shares, index) = amounts;
    let token = world.token(symbol).number.into();
    vec![Event::BalanceChanged(BalanceChanged {
        account: who.account.to_bytes(),
        amount,
        shares,
        index,
        token,
        action,
    })]
}

/// Changes a bank's lending parameters.
async fn set_lending(world: &mut World, symbol: &str, change: impl FnOnce(&mut LendingConfig)) {
    let mut lending = default_lending();
    change(&mut lending);
    let set = instruction::set_lending(&world.admin.pubkey(), &world.group, &world.keys(symbol).bank, lending);
    world.send_as_admin(&[set]).await.succeeds();
}

/// Switches a bank to reduce-only.
async fn reduce_only(world: &mut World, symbol: &str) {
    let set = instruction::set_reduce_only(&world.admin.pubkey(), &world.group, &world.keys(symbol).bank, true);
    world.send_as_admin(&[set]).await.succeeds();
}

/// Sixteen more tokens, T0 to T15, at $1 each.
async fn list_sixteen(world: &mut World) -> Vec<String> {
    let symbols: Vec<String> = (0..16).map(|number| format!("T{number}")).collect();
    for symbol in &symbols {
        world.list(symbol, Listing::volatile(6), usd(1)).await;
    }
    symbols
}

/// Somebody who has deposited.
async fn depositor(world: &mut World, symbol: &str, amount: u64) -> Trader {
    let trader = world.trader().await;
    trader.deposit(world, symbol, amount).await.succeeds();
    trader
}

/// The bank's vault and what is in it.
async fn vault(world: &mut World, symbol: &str) -> (Address, u64) {
    let vault = Address::new_from_array(world.bank(symbol).await.vault);
    (vault, world.tokens_in(&vault).await)
}
