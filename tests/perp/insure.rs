//! Insurance that is given for nothing in return: to the shared fund or to a market's tranche.

use breakwater_client::decode::Event;
use breakwater_client::instruction::Insured as Receiver;
use breakwater_client::interface::events::Insured;
use breakwater_client::{PROGRAM_ID, address};

use super::{calm, long_one};
use crate::common::{InstructionError, MarginError, Tamper, Verdict, btc_price, sol, usd, usdc};

#[tokio::test]
async fn insurance_moves_from_the_deposit_to_the_fund_or_to_the_tranche() {
    let mut world = calm().await;
    let alice = world.funded(usdc(1_000)).await;
    let (fund, market) = (address::fund(&world.group), world.perp("BTC").market);
    let sent = alice.insure_group(&mut world, usdc(300)).await.succeeds();
    let insured = |receiver: [u8; 32], amount| Insured { account: alice.account.to_bytes(), receiver, amount };
    assert_eq!(sent.events, [Event::Insured(insured(fund.to_bytes(), usdc(300)))]);
    let sent = alice.insure_market(&mut world, "BTC", u64::MAX).await.succeeds();
    assert_eq!(sent.events, [Event::Insured(insured(market.to_bytes(), usdc(700)))]);
    assert_eq!(world.insurance_fund().await.expect("it was created").shares, usdc(300));
    assert_eq!(world.market("BTC").await.tranche, usdc(700));
    assert_eq!(alice.deposited(&mut world, "USDC").await, 0);
}

#[tokio::test]
async fn insure_fails_with_AmountZero_MoreThanOwned_or_NoDeposit() {
    let mut world = calm().await;
    let (alice, bob) = (world.funded(usdc(1_000)).await, world.trader().await);
    alice.insure_group(&mut world, 0).await.fails_with(MarginError::AmountZero);
    alice.insure_group(&mut world, usdc(1_000) + 1).await.fails_with(MarginError::MoreThanOwned);
    bob.insure_market(&mut world, "BTC", 1).await.fails_with(MarginError::NoDeposit);
    // A debt is no deposit.
    bob.deposit(&mut world, "SOL", sol(10)).await.succeeds();
    world.freshen_all().await;
    bob.borrow(&mut world, "USDC", usdc(1)).await.succeeds();
    bob.insure_market(&mut world, "BTC", 1).await.fails_with(MarginError::NoDeposit);
    alice.insure_group(&mut world, usdc(1_000)).await.succeeds();
}

#[tokio::test]
async fn insure_fails_with_LegAccounts_for_both_receivers_or_none() {
    let mut world = calm().await;
    let alice = world.funded(usdc(1_000)).await;
    let market = world.perp("BTC").market;
    let insure = alice.insure_instruction(&world, &Receiver::Fund(address::fund(&world.group)), 1);
    let mut both = insure.with_account(5, &market);
    both.accounts[5].is_writable = true;
    world.send(&[both], &[&alice.key]).await.fails_with(MarginError::LegAccounts);
    let none = insure.with_account(4, &PROGRAM_ID);
    world.send(&[none], &[&alice.key]).await.fails_with(MarginError::LegAccounts);
}

/// Neither a stranger nor a delegate gives away what is the owner's.
#[tokio::test]
async fn insurance_is_given_by_the_owner_alone() {
    let mut world = calm().await;
    let (alice, bob) = (world.funded(usdc(1_000)).await, world.trader().await);
    alice.set_delegate(&mut world, &bob.address()).await.succeeds();
    let insure = alice.insure_instruction(&world, &Receiver::Market(world.perp("BTC").market), 1);
    let stolen = insure.with_account(0, &bob.address());
    world.send(&[stolen], &[&bob.key]).await.fails_with(MarginError::NotAccountOwner);
    world.send(&[insure.unsigned(0)], &[]).await.fails_with(InstructionError::MissingRequiredSignature);
}

/// The long of one BTC needs 7,326,527,848 of USDC at fresh prices.
#[tokio::test]
async fn insure_fails_with_InsufficientHealth_or_StalePrice_where_a_position_needs_the_deposit() {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    let most = usdc(100_000) - 7_326_527_848;
    alice.insure_market(&mut world, "BTC", most + 1).await.fails_with(MarginError::InsufficientHealth);
    alice.insure_market(&mut world, "BTC", most).await.succeeds();
    world.chain.advance(21);
    alice.insure_group(&mut world, 1).await.fails_with(MarginError::StalePrice);
    let prices = [("USDC", usd(1)), ("BTC", btc_price())];
    world.chain.advance(299);
    world.prices(&prices).await;
    alice.insure_group(&mut world, 1).await.fails_with(MarginError::StaleIndex);
}
