//! Losses that stake bears.

use super::{WEEK, debtor, fund, insured, write_off};
use crate::common::{MarginError, Verdict, usdc};

/// A fund of 400: 200 active of Alice, 100 leaving of hers, 100 young of Bob. A debtor owes 100 USDC more than his 10 SOL at
/// $90 are worth, and the fund pays: everybody has lost a quarter, also who was about to leave.
#[tokio::test]
async fn INS_1_active_young_and_leaving_stake_bear_a_loss_alike() {
    let mut world = insured().await;
    let alice = world.matured_staker(usdc(300)).await;
    let bob = world.staker(usdc(100)).await;
    bob.stake(&mut world, usdc(100)).await.succeeds();
    alice.request_unstake(&mut world, usdc(100)).await.succeeds();
    world.chain.advance(WEEK);
    let debtor = debtor(&mut world, 90).await;
    write_off(&mut world, &debtor).await;
    assert_eq!(fund(&mut world).await, [usdc(300), usdc(150), usdc(200), usdc(200)]);
    alice.unstake(&mut world).await.succeeds();
    assert_eq!(alice.deposited(&mut world, "USDC").await, usdc(75), "INS-1 leaving stake bears its part");
    world.mature(&bob).await.succeeds();
    bob.request_unstake(&mut world, u64::MAX).await.succeeds();
    let left = bob.held_stake(&mut world).await.leaving_cap;
    assert_eq!(left, usdc(75), "INS-1 who enters after a loss pays nothing of it");
}

/// A loss of 100 takes a fund of 60 whole. What was staked is worth nothing and can be closed, and who stakes afterwards
/// shares with nobody.
#[tokio::test]
async fn a_fund_that_has_lost_everything_begins_anew() {
    let mut world = insured().await;
    let alice = world.matured_staker(usdc(60)).await;
    let victim = debtor(&mut world, 90).await;
    write_off(&mut world, &victim).await;
    assert_eq!(fund(&mut world).await, [0, 0, 0, 0]);
    assert_eq!(world.insurance_fund().await.expect("it was created").generation, 1);
    alice.request_unstake(&mut world, u64::MAX).await.fails_with(MarginError::NotEnoughUnits);
    alice.close_stake(&mut world).await.succeeds();
    let bob = world.staker(usdc(50)).await;
    bob.stake(&mut world, u64::MAX).await.succeeds();
    let brought = bob.held_stake(&mut world).await.young_cap;
    world.chain.advance(WEEK);
    world.mature(&bob).await.succeeds();
    bob.request_unstake(&mut world, u64::MAX).await.succeeds();
    assert_eq!(bob.held_stake(&mut world).await.leaving_cap, brought);
}
