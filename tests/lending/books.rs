//! Books that do not add up, lenders that lost everything, tokens that nobody deposited.

use breakwater_client::interface::{Bank, MarginError};

use super::{depositor, vault};
use crate::common::{Trader, Verdict, World, sol, usdc};

/// No instruction breaks SOL-1; a bank whose tranche claims a unit that is not there stands still until it is. Alice holds SOL and
/// owes USDC without interest.
async fn insolvent(symbol: &str) -> (World, Trader) {
    let mut world = World::still().await;
    depositor(&mut world, "USDC", usdc(1_000)).await;
    let alice = depositor(&mut world, "SOL", sol(10)).await;
    alice.borrow(&mut world, "USDC", usdc(100)).await.succeeds();
    claim(&mut world, symbol, 1).await;
    (world, alice)
}

/// Changes what a bank's tranche claims.
async fn claim(world: &mut World, symbol: &str, by: i64) {
    let bank = world.keys(symbol).bank;
    world
        .chain
        .rewrite::<Bank>(&bank, |bank| bank.tranche = bank.tranche.checked_add_signed(by).expect("a tranche"))
        .await;
}

#[tokio::test]
async fn SOL_1_deposit_fails_with_BankInsolvent() {
    let (mut world, alice) = insolvent("SOL").await;
    alice.deposit(&mut world, "SOL", sol(1)).await.fails_with(MarginError::BankInsolvent);
    claim(&mut world, "SOL", -1).await;
    alice.deposit(&mut world, "SOL", sol(1)).await.succeeds();
}

#[tokio::test]
async fn SOL_1_repay_fails_with_BankInsolvent() {
    let (mut world, alice) = insolvent("USDC").await;
    alice.repay(&mut world, "USDC", usdc(1)).await.fails_with(MarginError::BankInsolvent);
    claim(&mut world, "USDC", -1).await;
    alice.repay(&mut world, "USDC", usdc(1)).await.succeeds();
}

#[tokio::test]
async fn SOL_1_withdraw_fails_with_BankInsolvent() {
    let (mut world, alice) = insolvent("SOL").await;
    alice.withdraw(&mut world, "SOL", sol(1)).await.fails_with(MarginError::BankInsolvent);
    claim(&mut world, "SOL", -1).await;
    alice.withdraw(&mut world, "SOL", sol(1)).await.succeeds();
}

#[tokio::test]
async fn SOL_1_borrow_fails_with_BankInsolvent() {
    let (mut world, alice) = insolvent("USDC").await;
    alice.borrow(&mut world, "USDC", usdc(1)).await.fails_with(MarginError::BankInsolvent);
    claim(&mut world, "USDC", -1).await;
    alice.borrow(&mut world, "USDC", usdc(1)).await.succeeds();
}

#[tokio::test]
async fn deposit_fails_with_MathDivideByZero_in_a_bank_whose_lenders_lost_everything() {
    let mut world = World::new().await;
    let (alice, bank) = (world.trader().await, world.keys("SOL").bank);
    world.chain.rewrite::<Bank>(&bank, |bank| bank.deposit_index = 0).await;
    alice.deposit(&mut world, "SOL", sol(1)).await.fails_with(MarginError::MathDivideByZero);
}

#[tokio::test]
async fn tokens_sent_straight_to_a_vault_are_nobodys() {
    let mut world = World::new().await;
    let alice = depositor(&mut world, "SOL", sol(10)).await;
    let (address, amount) = vault(&mut world, "SOL").await;
    let mut account = world.chain.account(&address).await.expect("the vault");
    breakwater_sim::tokens::add_amount(&mut account.data, sol(5));
    world.chain.set_account(&address, account);
    let bob = depositor(&mut world, "SOL", sol(1)).await;
    assert_eq!((alice.deposited(&mut world, "SOL").await, bob.deposited(&mut world, "SOL").await), (sol(10), sol(1)));
    alice.withdraw(&mut world, "SOL", sol(10)).await.succeeds();
    bob.withdraw(&mut world, "SOL", sol(1)).await.succeeds();
    assert_eq!(vault(&mut world, "SOL").await.1, amount + sol(5) - sol(10));
}
