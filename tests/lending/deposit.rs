//! `deposit`.

use breakwater_client::interface::accounts::SIDE_DEPOSIT;
use breakwater_client::interface::events::DEPOSIT;

use super::{ONE, changed, depositor, list_sixteen, reduce_only, set_lending, vault};
use crate::common::{MarginError, Tamper, TokenError, Verdict, World, sol, usdc};

#[tokio::test]
async fn a_deposit_moves_tokens_to_the_vault_and_mints_shares() {
    let mut world = World::new().await;
    let alice = world.trader().await;
    let sent = alice.deposit(&mut world, "SOL", 7).await.succeeds();
    assert_eq!(sent.events, changed(&world, &alice, "SOL", DEPOSIT, (7, 7, ONE)));
    let sent = alice.deposit(&mut world, "SOL", sol(10)).await.succeeds();
    assert_eq!(sent.events, changed(&world, &alice, "SOL", DEPOSIT, (sol(10), sol(10) + 7, ONE)));

    let bank = world.bank("SOL").await;
    assert_eq!((bank.vault_amount, bank.deposit_shares, bank.deposit_index), (sol(10) + 7, sol(10) + 7, ONE));
    assert_eq!(vault(&mut world, "SOL").await.1, sol(10) + 7);
    assert_eq!(alice.wallet(&mut world, "SOL").await, 0);
    let position = alice.position(&mut world, "SOL", SIDE_DEPOSIT).await.expect("a deposit");
    assert_eq!((position.shares, position.token, position.side, position.reserved), (sol(10) + 7, 0, 0, [0; 6]));
}

#[tokio::test]
async fn deposit_fails_with_AmountZero() {
    let mut world = World::new().await;
    let alice = world.trader().await;
    alice.deposit(&mut world, "SOL", 0).await.fails_with(MarginError::AmountZero);
}

#[tokio::test]
async fn a_deposit_needs_tokens_of_the_signer() {
    let mut world = World::new().await;
    let (alice, bob) = (world.trader().await, world.trader().await);
    world.mint_to(&alice.address(), "SOL", sol(1)).await;
    let deposit = alice.deposit_instruction(&mut world, "SOL", sol(1) + 1).await;
    world.send(&[deposit], &[&alice.key]).await.fails_with(TokenError::InsufficientFunds);

    let bobs = world.mint_to(&bob.address(), "SOL", sol(1)).await;
    let theft = alice.deposit_instruction(&mut world, "SOL", sol(1)).await.with_account(4, &bobs);
    world.send(&[theft], &[&alice.key]).await.fails_with(TokenError::OwnerMismatch);
}

#[tokio::test]
async fn deposits_stop_at_the_cap_to_the_unit() {
    let mut world = World::new().await;
    set_lending(&mut world, "SOL", |lending| lending.deposit_cap = sol(10)).await;
    let alice = depositor(&mut world, "SOL", sol(10) - 1).await;
    alice.deposit(&mut world, "SOL", 2).await.fails_with(MarginError::OverDepositCap);
    alice.deposit(&mut world, "SOL", 1).await.succeeds();
    alice.deposit(&mut world, "SOL", 1).await.fails_with(MarginError::OverDepositCap);
    // A cap below what is there forces nobody out and lets nobody in.
    set_lending(&mut world, "SOL", |lending| lending.deposit_cap = 0).await;
    alice.deposit(&mut world, "SOL", 1).await.fails_with(MarginError::OverDepositCap);
    alice.withdraw(&mut world, "SOL", sol(10)).await.succeeds();
}

#[tokio::test]
async fn deposit_fails_with_BankReduceOnly() {
    let mut world = World::new().await;
    let alice = depositor(&mut world, "SOL", sol(1)).await;
    reduce_only(&mut world, "SOL").await;
    alice.deposit(&mut world, "SOL", 1).await.fails_with(MarginError::BankReduceOnly);
    alice.withdraw(&mut world, "SOL", sol(1)).await.succeeds();
}

#[tokio::test]
async fn deposit_fails_with_PositionIsDebt() {
    let mut world = World::new().await;
    depositor(&mut world, "USDC", usdc(1_000)).await;
    let alice = depositor(&mut world, "SOL", sol(10)).await;
    alice.borrow(&mut world, "USDC", 1).await.succeeds();
    alice.deposit(&mut world, "USDC", usdc(1)).await.fails_with(MarginError::PositionIsDebt);
}

#[tokio::test]
async fn deposit_fails_with_TokenSlotsFull_at_the_seventeenth_token() {
    let mut world = World::new().await;
    let alice = world.trader().await;
    for symbol in list_sixteen(&mut world).await {
        alice.deposit(&mut world, &symbol, 1).await.succeeds();
    }
    alice.deposit(&mut world, "SOL", sol(1)).await.fails_with(MarginError::TokenSlotsFull);
    alice.deposit(&mut world, "T15", 1).await.succeeds();
    alice.withdraw(&mut world, "T3", 1).await.succeeds();
    alice.deposit(&mut world, "SOL", sol(1)).await.succeeds();
}

#[tokio::test]
async fn a_stranger_may_top_a_deposit_up_and_nothing_else() {
    let mut world = World::new().await;
    depositor(&mut world, "USDC", usdc(1_000)).await;
    let (alice, bob) = (depositor(&mut world, "SOL", sol(10)).await, world.trader().await);
    for symbol in ["SOL", "USDC"] {
        world.mint_to(&bob.address(), symbol, 5).await;
    }
    let gift = bob.deposit_instruction(&mut world, "SOL", 5).await.with_account(1, &alice.account);
    world.send(&[gift], &[&bob.key]).await.succeeds();
    assert_eq!(alice.deposited(&mut world, "SOL").await, sol(10) + 5);

    let stuffing = bob.deposit_instruction(&mut world, "USDC", 5).await.with_account(1, &alice.account);
    world.send(std::slice::from_ref(&stuffing), &[&bob.key]).await.fails_with(MarginError::StrangerMayOnlyTopUp);
    alice.borrow(&mut world, "USDC", 100).await.succeeds();
    world.send(std::slice::from_ref(&stuffing), &[&bob.key]).await.fails_with(MarginError::StrangerMayOnlyTopUp);
    // Nor may a delegate open a position: it trades, it does not choose what the account holds.
    alice.set_delegate(&mut world, &bob.address()).await.succeeds();
    world.send(&[stuffing], &[&bob.key]).await.fails_with(MarginError::StrangerMayOnlyTopUp);
}
