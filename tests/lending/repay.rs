//! `repay`.

use breakwater_client::instruction::ALL;
use breakwater_client::interface::accounts::SIDE_DEBT;
use breakwater_client::interface::events::REPAY;

use super::{ONE, changed, depositor, reduce_only, set_lending};
use crate::common::{MarginError, Tamper, TokenError, Trader, Verdict, World, sol, usdc};

/// Alice owes 1,000 USDC, which are in her wallet.
async fn indebted() -> (World, Trader) {
    let mut world = World::new().await;
    depositor(&mut world, "USDC", usdc(2_000)).await;
    let alice = depositor(&mut world, "SOL", sol(10)).await;
    alice.borrow(&mut world, "USDC", usdc(1_000)).await.succeeds();
    (world, alice)
}

#[tokio::test]
async fn a_repayment_retires_shares_and_never_takes_more_than_is_owed() {
    let (mut world, alice) = indebted().await;
    let sent = alice.repay(&mut world, "USDC", usdc(400)).await.succeeds();
    assert_eq!(sent.events, changed(&world, &alice, "USDC", REPAY, (usdc(400), usdc(600), ONE)));
    assert_eq!(alice.owed(&mut world, "USDC").await, usdc(600));

    world.mint_to(&alice.address(), "USDC", usdc(1)).await;
    let sent = alice.repay(&mut world, "USDC", usdc(601)).await.succeeds();
    assert_eq!(sent.events, changed(&world, &alice, "USDC", REPAY, (usdc(600), 0, ONE)));
    assert_eq!(alice.wallet(&mut world, "USDC").await, usdc(1));
    assert_eq!(alice.position(&mut world, "USDC", SIDE_DEBT).await, None);
    let bank = world.bank("USDC").await;
    assert_eq!((bank.borrow_shares, bank.vault_amount), (0, usdc(2_000)));
}

#[tokio::test]
async fn all_is_all_that_is_owed() {
    let (mut world, alice) = indebted().await;
    world.mint_to(&alice.address(), "USDC", usdc(5)).await;
    alice.repay(&mut world, "USDC", ALL).await.succeeds();
    assert_eq!((alice.owed(&mut world, "USDC").await, alice.wallet(&mut world, "USDC").await), (0, usdc(5)));
}

#[tokio::test]
async fn repay_fails_with_NoDebt_where_nothing_is_owed() {
    let (mut world, alice) = indebted().await;
    world.mint_to(&alice.address(), "SOL", 1).await;
    alice.repay(&mut world, "SOL", 1).await.fails_with(MarginError::NoDebt);
    let bob = world.trader().await;
    world.mint_to(&bob.address(), "USDC", 1).await;
    bob.repay(&mut world, "USDC", 1).await.fails_with(MarginError::NoDebt);
}

#[tokio::test]
async fn a_repayment_needs_an_amount_and_tokens() {
    let (mut world, alice) = indebted().await;
    alice.repay(&mut world, "USDC", 0).await.fails_with(MarginError::AmountZero);
    let bob = world.trader().await;
    world.mint_to(&bob.address(), "USDC", 9).await;
    let repay = bob.repay_instruction(&mut world, "USDC", 10).await.with_account(1, &alice.account);
    world.send(&[repay], &[&bob.key]).await.fails_with(TokenError::InsufficientFunds);
}

#[tokio::test]
async fn anybody_may_repay_for_anybody() {
    let (mut world, alice) = indebted().await;
    let bob = world.trader().await;
    world.mint_to(&bob.address(), "USDC", usdc(10)).await;
    let repay = bob.repay_instruction(&mut world, "USDC", usdc(10)).await.with_account(1, &alice.account);
    world.send(&[repay], &[&bob.key]).await.succeeds();
    assert_eq!(alice.owed(&mut world, "USDC").await, usdc(990));
    assert_eq!(bob.wallet(&mut world, "USDC").await, 0);
}

#[tokio::test]
async fn ADM_1_neither_stale_prices_nor_caps_nor_reduce_only_block_a_repayment() {
    let (mut world, alice) = indebted().await;
    set_lending(&mut world, "USDC", |lending| {
        lending.deposit_cap = 0;
        lending.borrow_cap = 0;
        lending.max_utilisation = 0;
    })
    .await;
    reduce_only(&mut world, "USDC").await;
    world.chain.advance(86_400);
    alice.repay(&mut world, "USDC", usdc(1_000)).await.succeeds();
}
