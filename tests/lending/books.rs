//! Books that do not add up, lenders that lost everything, tokens that nobody deposited.

use breakwater_client::interface::{Bank, MarginError};

use super::{depositor, vault};
use crate::common::{Verdict, World, sol};

/// SOL-1 is checked by every instruction that moves tokens. No instruction breaks it; a bank whose tranche claims a unit
/// that is not there stands still until it is.
#[tokio::test]
async fn SOL_1_every_movement_fails_with_BankInsolvent_where_the_books_do_not_add_up() {
    let mut world = World::new().await;
    let alice = depositor(&mut world, "SOL", sol(10)).await;
    let bank = world.keys("SOL").bank;
    world.chain.rewrite::<Bank>(&bank, |bank| bank.tranche += 1).await;
    alice.deposit(&mut world, "SOL", sol(1)).await.fails_with(MarginError::BankInsolvent);
    alice.withdraw(&mut world, "SOL", sol(1)).await.fails_with(MarginError::BankInsolvent);
    world.chain.rewrite::<Bank>(&bank, |bank| bank.tranche -= 1).await;
    alice.withdraw(&mut world, "SOL", sol(1)).await.succeeds();
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
