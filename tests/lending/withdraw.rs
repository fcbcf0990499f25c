//! `withdraw`.

use breakwater_client::instruction::ALL;
use breakwater_client::interface::accounts::SIDE_DEPOSIT;
use breakwater_client::interface::events::WITHDRAW;

use super::{ONE, changed, depositor, vault};
use crate::common::{MarginError, Verdict, World, sol, usd, usdc};

#[tokio::test]
async fn a_withdrawal_burns_shares_and_moves_tokens_to_the_wallet() {
    let mut world = World::new().await;
    let alice = depositor(&mut world, "SOL", sol(10)).await;
    let sent = alice.withdraw(&mut world, "SOL", sol(4)).await.succeeds();
    assert_eq!(sent.events, changed(&world, &alice, "SOL", WITHDRAW, (sol(4), sol(6), ONE)));
    assert_eq!((vault(&mut world, "SOL").await.1, alice.wallet(&mut world, "SOL").await), (sol(6), sol(4)));

    let sent = alice.withdraw(&mut world, "SOL", ALL).await.succeeds();
    assert_eq!(sent.events, changed(&world, &alice, "SOL", WITHDRAW, (sol(6), 0, ONE)));
    assert_eq!((vault(&mut world, "SOL").await.1, alice.wallet(&mut world, "SOL").await), (0, sol(10)));
    assert_eq!(alice.position(&mut world, "SOL", SIDE_DEPOSIT).await, None);
    let bank = world.bank("SOL").await;
    assert_eq!((bank.vault_amount, bank.deposit_shares), (0, 0));
}

#[tokio::test]
async fn nobody_withdraws_nothing_or_more_than_is_owned() {
    let mut world = World::new().await;
    depositor(&mut world, "SOL", sol(10)).await;
    let alice = depositor(&mut world, "SOL", 1_000).await;
    alice.withdraw(&mut world, "SOL", 0).await.fails_with(MarginError::AmountZero);
    alice.withdraw(&mut world, "SOL", 1_001).await.fails_with(MarginError::MoreThanOwned);
    alice.withdraw(&mut world, "SOL", ALL - 1).await.fails_with(MarginError::MoreThanOwned);
    alice.withdraw(&mut world, "SOL", 999).await.succeeds();
    alice.withdraw(&mut world, "SOL", 1).await.succeeds();
    alice.withdraw(&mut world, "SOL", 1).await.fails_with(MarginError::NoDeposit);
    alice.withdraw(&mut world, "SOL", ALL).await.fails_with(MarginError::NoDeposit);
}

#[tokio::test]
async fn a_debt_is_no_deposit() {
    let mut world = World::new().await;
    depositor(&mut world, "USDC", usdc(1_000)).await;
    let alice = depositor(&mut world, "SOL", sol(10)).await;
    alice.borrow(&mut world, "USDC", 10).await.succeeds();
    alice.withdraw(&mut world, "USDC", 1).await.fails_with(MarginError::NoDeposit);
}

/// 900 of 1,000 USDC are lent: 100 are there to be withdrawn.
#[tokio::test]
async fn withdraw_fails_with_VaultTooSmall_beyond_what_is_not_lent() {
    let mut world = World::new().await;
    let lender = depositor(&mut world, "USDC", usdc(1_000)).await;
    let alice = depositor(&mut world, "SOL", sol(10)).await;
    alice.borrow(&mut world, "USDC", usdc(900)).await.succeeds();
    lender.withdraw(&mut world, "USDC", usdc(100) + 1).await.fails_with(MarginError::VaultTooSmall);
    lender.withdraw(&mut world, "USDC", usdc(100)).await.succeeds();
    assert_eq!(vault(&mut world, "USDC").await.1, 0);
}

#[tokio::test]
async fn only_the_owner_takes_anything_out() {
    let mut world = World::new().await;
    let (alice, bob) = (depositor(&mut world, "SOL", sol(10)).await, world.trader().await);
    alice.set_delegate(&mut world, &bob.address()).await.succeeds();
    let mut withdraw = bob.withdraw_instruction(&mut world, "SOL", 1).await;
    withdraw.accounts[1].pubkey = alice.account;
    world.send(&[withdraw], &[&bob.key]).await.fails_with(MarginError::NotAccountOwner);
}

#[tokio::test]
async fn an_account_that_owes_nothing_needs_neither_price_nor_index() {
    let mut world = World::new().await;
    let alice = depositor(&mut world, "SOL", sol(10)).await;
    alice.deposit(&mut world, "USDC", usdc(10)).await.succeeds();
    world.chain.advance(400 * 86_400);
    alice.withdraw(&mut world, "SOL", sol(10)).await.succeeds();
}

/// A price is at most 20 seconds old, an index of a token that the instruction does not touch at most 300.
#[tokio::test]
async fn an_account_with_a_debt_needs_fresh_prices_and_indices() {
    let mut world = World::with_three_tokens().await;
    depositor(&mut world, "USDC", usdc(1_000)).await;
    let alice = depositor(&mut world, "SOL", sol(10)).await;
    alice.deposit(&mut world, "ETH", 100_000_000).await.succeeds();
    alice.borrow(&mut world, "USDC", usdc(10)).await.succeeds();

    world.freshen(&["SOL", "USDC", "ETH"]).await;
    world.chain.advance(20);
    alice.withdraw(&mut world, "SOL", 1).await.succeeds();
    world.chain.advance(1);
    alice.withdraw(&mut world, "SOL", 1).await.fails_with(MarginError::StalePrice);
    world.price("SOL", usd(150)).await;
    world.price("USDC", usd(1)).await;
    alice.withdraw(&mut world, "SOL", 1).await.fails_with(MarginError::StalePrice);

    world.freshen(&["SOL", "USDC", "ETH"]).await;
    world.chain.advance(300);
    publish_all(&mut world).await;
    alice.withdraw(&mut world, "SOL", 1).await.succeeds();
    world.chain.advance(1);
    alice.withdraw(&mut world, "SOL", 1).await.fails_with(MarginError::StaleIndex);
    world.sync(&["USDC"]).await.succeeds();
    alice.withdraw(&mut world, "SOL", 1).await.fails_with(MarginError::StaleIndex);
    // SOL's own index is the bank's, accrued now.
    world.sync(&["ETH"]).await.succeeds();
    alice.withdraw(&mut world, "SOL", 1).await.succeeds();
}

/// Prices of all three tokens in one second.
async fn publish_all(world: &mut World) {
    for (symbol, price) in [("SOL", 150), ("USDC", 1), ("ETH", 3_000)] {
        let update = world.update(symbol, usd(price));
        world.write_update(symbol, &update);
    }
    world.refresh(&["SOL", "USDC", "ETH"]).await.succeeds();
}

/// 1,000 USDC owed at v_init = 1.08 need $1,080; SOL at w_init = 0.8 is $120 each: 9 SOL are exactly enough, less the
/// fraction of a unit that the price of a unit (150·10^-9 dollars × 2^64, floor) loses, so one unit more must stay.
#[tokio::test]
async fn withdraw_fails_with_InsufficientHealth_where_the_rest_would_not_cover_the_debt() {
    let mut world = World::new().await;
    depositor(&mut world, "USDC", usdc(2_000)).await;
    let alice = depositor(&mut world, "SOL", sol(10)).await;
    alice.borrow(&mut world, "USDC", usdc(1_000)).await.succeeds();
    alice.withdraw(&mut world, "SOL", sol(1)).await.fails_with(MarginError::InsufficientHealth);
    alice.withdraw(&mut world, "SOL", ALL).await.fails_with(MarginError::InsufficientHealth);
    alice.withdraw(&mut world, "SOL", sol(1) - 1).await.succeeds();
}
