//! Stake that comes in, matures and earns.

use breakwater_client::decode::Event;
use breakwater_client::interface::InsuranceStake;
use breakwater_client::interface::events::{MATURE, STAKE, StakeChanged};
use breakwater_client::interface::insurance::STAKE_VERSION;
use breakwater_client::{Address, PROGRAM_ID, address};
use bytemuck::Zeroable;

use super::{WEEK, fund, insured};
use crate::common::{InstructionError, MarginError, Trader, Verdict, World, sol, usd, usdc};

fn event(world: &World, who: &Trader, amount: u64, action: u64) -> StakeChanged {
    let (fund, owner) = (address::fund(&world.group).to_bytes(), who.address().to_bytes());
    StakeChanged { fund, owner, amount, shares: amount, action, ..StakeChanged::zeroed() }
}

#[tokio::test]
async fn a_fresh_stake_is_empty_and_opened_once() {
    let mut world = insured().await;
    let alice = world.staker(usdc(1)).await;
    let fund = address::fund(&world.group);
    let seeds: [&[u8]; 3] = [b"stake", fund.as_ref(), &alice.address().to_bytes()];
    let bump = Address::find_program_address(&seeds, &PROGRAM_ID).1;
    let expected = InsuranceStake {
        fund: fund.to_bytes(),
        owner: alice.address().to_bytes(),
        bump,
        version: STAKE_VERSION,
        ..InsuranceStake::zeroed()
    };
    assert_eq!(bytemuck::bytes_of(&alice.held_stake(&mut world).await), bytemuck::bytes_of(&expected));
    alice.open_stake(&mut world).await.fails_with(InstructionError::Custom(0));
    world.stakes.pop();
}

/// 300 of 1,000 USDC leave the deposit for the passive pool; a week later anybody turns them into active units.
#[tokio::test]
async fn a_deposit_becomes_young_stake_and_then_active() {
    let mut world = insured().await;
    let alice = world.staker(usdc(1_000)).await;
    let sent = alice.stake(&mut world, usdc(300)).await.succeeds();
    let came = StakeChanged {
        young: usdc(300),
        fund_shares: usdc(300),
        fund_passive: usdc(300),
        ..event(&world, &alice, usdc(300), STAKE)
    };
    assert_eq!(sent.events, [Event::StakeChanged(came)]);
    assert_eq!(alice.deposited(&mut world, "USDC").await, usdc(700));
    assert_eq!(fund(&mut world).await, [usdc(300), usdc(300), 0, usdc(300)]);
    let held = alice.held_stake(&mut world).await;
    assert_eq!((held.young_units, held.young_cap, held.young_since), (usdc(300), usdc(300), world.chain.now()));

    world.chain.advance(WEEK - 1);
    world.mature(&alice).await.fails_with(MarginError::StakeNotMature);
    world.chain.advance(1);
    let sent = world.mature(&alice).await.succeeds();
    let matured =
        StakeChanged { active: usdc(300), fund_shares: usdc(300), ..event(&world, &alice, usdc(300), MATURE) };
    assert_eq!(sent.events, [Event::StakeChanged(matured)]);
    assert_eq!(fund(&mut world).await, [usdc(300), 0, usdc(300), 0]);
    world.mature(&alice).await.fails_with(MarginError::NoYoungStake);
}

#[tokio::test]
async fn staking_again_starts_the_time_anew() {
    let mut world = insured().await;
    let alice = world.staker(usdc(1_000)).await;
    alice.stake(&mut world, usdc(300)).await.succeeds();
    world.chain.advance(WEEK - 1);
    alice.stake(&mut world, u64::MAX).await.succeeds();
    let held = alice.held_stake(&mut world).await;
    assert_eq!((held.young_units, held.young_cap), (usdc(1_000), usdc(1_000)));
    world.chain.advance(1);
    world.mature(&alice).await.fails_with(MarginError::StakeNotMature);
    world.chain.advance(WEEK - 1);
    world.mature(&alice).await.succeeds();
}

#[tokio::test]
async fn stake_fails_with_AmountZero_MoreThanOwned_or_NoDeposit() {
    let mut world = insured().await;
    let (alice, bob) = (world.staker(usdc(10)).await, world.trader().await);
    alice.stake(&mut world, 0).await.fails_with(MarginError::AmountZero);
    alice.stake(&mut world, usdc(10) + 1).await.fails_with(MarginError::MoreThanOwned);
    bob.open_stake(&mut world).await.succeeds();
    bob.stake(&mut world, 1).await.fails_with(MarginError::NoDeposit);
}

/// 2,000 USDC back a loan of 10 SOL at $150; what is staked backs nothing.
#[tokio::test]
async fn stake_fails_with_InsufficientHealth_or_StalePrice_where_the_account_answers_for_a_debt() {
    let mut world = insured().await;
    let (lender, alice) = (world.trader().await, world.staker(usdc(2_000)).await);
    lender.deposit(&mut world, "SOL", sol(100)).await.succeeds();
    world.freshen_all().await;
    alice.borrow(&mut world, "SOL", sol(8)).await.succeeds();
    alice.stake(&mut world, usdc(1_000)).await.fails_with(MarginError::InsufficientHealth);
    world.chain.advance(21);
    alice.stake(&mut world, usdc(1)).await.fails_with(MarginError::StalePrice);
    world.prices(&[("SOL", usd(150)), ("USDC", usd(1))]).await;
    world.chain.advance(301);
    world.prices(&[("SOL", usd(150)), ("USDC", usd(1))]).await;
    alice.stake(&mut world, usdc(1)).await.fails_with(MarginError::StaleIndex);
    world.sync(&["SOL", "USDC"]).await.succeeds();
    alice.stake(&mut world, usdc(1)).await.succeeds();
}

/// Alice's 1,000 are active, Bob's 9,000 young; an income of 100 is Alice's but for what falls to the virtual units. Bob's
/// stake leaves as it came, and once matured it would buy at the higher price.
#[tokio::test]
async fn NPR_1_stake_that_comes_for_an_income_earns_nothing() {
    let mut world = insured().await;
    let alice = world.matured_staker(usdc(1_000)).await;
    let (bob, donor) = (world.staker(usdc(9_000)).await, world.funded(usdc(100)).await);
    bob.stake(&mut world, usdc(9_000)).await.succeeds();
    donor.insure_group(&mut world, usdc(100)).await.succeeds();
    let worth = |units: u64, shares: u64, all: u64| {
        (u128::from(units) * u128::from(shares + 1_000_000) / u128::from(all + 1_000_000)) as u64
    };
    world.chain.advance(WEEK);
    world.mature(&bob).await.succeeds();
    let [shares, passive, units, _] = fund(&mut world).await;
    assert_eq!((shares, passive), (usdc(10_100), 0));
    let of = |held: InsuranceStake| worth(held.active_units, shares, units);
    let (alices, bobs) = (of(alice.held_stake(&mut world).await), of(bob.held_stake(&mut world).await));
    // 100 less 100 × 10^6 / 1,001 × 10^6 that fall to the virtual units.
    assert_eq!(alices, usdc(1_100) - 99_900);
    assert_eq!(bobs, usdc(9_000) - 1, "NPR-1 nothing was earned while the stake was young");
}

/// The fund had 1,000 before anybody staked: they are the protocol's, and so is its half of an income of 200.
#[tokio::test]
async fn what_the_fund_had_is_the_protocols() {
    let mut world = insured().await;
    let donor = world.funded(usdc(1_200)).await;
    donor.insure_group(&mut world, usdc(1_000)).await.succeeds();
    let alice = world.matured_staker(usdc(1_000)).await;
    assert_eq!(world.insurance_fund().await.expect("it was created").own_units, usdc(1_000));
    donor.insure_group(&mut world, usdc(200)).await.succeeds();
    alice.request_unstake(&mut world, u64::MAX).await.succeeds();
    let held = alice.held_stake(&mut world).await;
    // 1,000 + 100 × 2,000 / 2,001 with the virtual units.
    assert_eq!(held.leaving_cap, usdc(1_100) - 49_976);
}

#[tokio::test]
async fn a_stake_is_closed_once_it_is_empty() {
    let mut world = insured().await;
    let alice = world.staker(usdc(10)).await;
    alice.stake(&mut world, usdc(10)).await.succeeds();
    alice.close_stake(&mut world).await.fails_with(MarginError::StakeNotEmpty);
    alice.request_unstake(&mut world, 0).await.succeeds();
    alice.close_stake(&mut world).await.fails_with(MarginError::StakeNotEmpty);
    world.chain.advance(WEEK);
    alice.unstake(&mut world).await.succeeds();
    alice.close_stake(&mut world).await.succeeds();
    let stake = address::stake(&address::fund(&world.group), &alice.address());
    assert!(world.chain.account(&stake).await.is_none());
}
