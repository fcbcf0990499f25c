//! Stake that leaves.

use breakwater_client::decode::Event;
use breakwater_client::interface::events::{REQUEST_UNSTAKE, RESTAKE, StakeChanged, UNSTAKE};

use super::{WEEK, WINDOW, fund, insured};
use crate::common::{MarginError, Verdict, usdc};

fn told(events: &[Event]) -> StakeChanged {
    match events {
        [Event::StakeChanged(event)] => *event,
        other => panic!("not one change of a stake: {other:?}"),
    }
}

/// Of 1,000 active 400 are requested; they earn nothing any more and are paid a week later.
#[tokio::test]
async fn stake_leaves_with_its_value_at_the_request_in_its_window() {
    let mut world = insured().await;
    let (alice, donor) = (world.matured_staker(usdc(1_000)).await, world.funded(usdc(60)).await);
    let sent = alice.request_unstake(&mut world, usdc(400)).await.succeeds();
    let event = told(&sent.events);
    assert_eq!((event.action, event.amount, event.active), (REQUEST_UNSTAKE, usdc(400), usdc(600)));
    assert_eq!(fund(&mut world).await, [usdc(1_000), usdc(400), usdc(600), usdc(400)]);
    donor.insure_group(&mut world, usdc(60)).await.succeeds();

    world.chain.advance(WEEK - 1);
    alice.unstake(&mut world).await.fails_with(MarginError::UnstakeTooEarly);
    world.chain.advance(1);
    let event = told(&alice.unstake(&mut world).await.succeeds().events);
    assert_eq!((event.action, event.amount, event.shares, event.leaving), (UNSTAKE, usdc(400), usdc(400), 0));
    assert_eq!(alice.deposited(&mut world, "USDC").await, usdc(400));
    assert_eq!(fund(&mut world).await, [usdc(660), 0, usdc(600), 0]);
    alice.unstake(&mut world).await.fails_with(MarginError::NoUnstakeRequest);
}

#[tokio::test]
async fn a_request_lapses_after_its_window() {
    let mut world = insured().await;
    let alice = world.matured_staker(usdc(1_000)).await;
    alice.request_unstake(&mut world, u64::MAX).await.succeeds();
    world.chain.advance(WEEK + WINDOW + 1);
    alice.unstake(&mut world).await.fails_with(MarginError::RequestLapsed);
    let event = told(&alice.restake(&mut world).await.succeeds().events);
    assert_eq!((event.action, event.young, event.leaving), (RESTAKE, usdc(1_000), 0));
    world.mature(&alice).await.fails_with(MarginError::StakeNotMature);
    alice.restake(&mut world).await.fails_with(MarginError::NoUnstakeRequest);
    // What is young may be requested at once, and waits like everything.
    alice.request_unstake(&mut world, 0).await.succeeds();
    world.chain.advance(WEEK + WINDOW);
    alice.unstake(&mut world).await.succeeds();
    assert_eq!(alice.deposited(&mut world, "USDC").await, usdc(1_000));
}

#[tokio::test]
async fn request_fails_with_NotEnoughUnits_or_NoYoungStake() {
    let mut world = insured().await;
    let alice = world.matured_staker(usdc(1_000)).await;
    alice.request_unstake(&mut world, usdc(1_000) + 1).await.fails_with(MarginError::NotEnoughUnits);
    alice.request_unstake(&mut world, 0).await.fails_with(MarginError::NoYoungStake);
    alice.request_unstake(&mut world, u64::MAX).await.succeeds();
    alice.request_unstake(&mut world, u64::MAX).await.fails_with(MarginError::NotEnoughUnits);
}

#[tokio::test]
async fn a_second_request_starts_the_cooldown_anew() {
    let mut world = insured().await;
    let alice = world.matured_staker(usdc(1_000)).await;
    alice.request_unstake(&mut world, usdc(400)).await.succeeds();
    world.chain.advance(WEEK);
    alice.request_unstake(&mut world, usdc(600)).await.succeeds();
    alice.unstake(&mut world).await.fails_with(MarginError::UnstakeTooEarly);
    world.chain.advance(WEEK);
    let event = told(&alice.unstake(&mut world).await.succeeds().events);
    assert_eq!(event.amount, usdc(1_000));
}

/// The deposit of stake that leaves pays the account's quote debt first, as every credit does.
#[tokio::test]
async fn stake_comes_back_into_any_account_of_its_owner() {
    let mut world = insured().await;
    let alice = world.matured_staker(usdc(1_000)).await;
    alice.request_unstake(&mut world, u64::MAX).await.succeeds();
    world.chain.advance(WEEK);
    let other = world.open_account(alice.key.insecure_clone(), 1).await;
    other.unstake(&mut world).await.succeeds();
    assert_eq!(other.deposited(&mut world, "USDC").await, usdc(1_000));
}
