//! Interest and the direction of every rounding.

use breakwater_client::instruction::ALL;

use super::{depositor, set_lending};
use crate::common::{MarginError, Verdict, World, sol, usdc};

/// 800 of 1,000 USDC lent: the kink, 12 % a year. 30 days: x = 0.12·30/365, the debt grows by 800·(x + x²/2 + x³/6) =
/// 7.929450|503 USDC. A tenth is kept; 7.136505 raise the deposit index, floor, which credits 7.136504; the tranche gets
/// the difference to what the debt grew by, 0.792946. Indices computed apart from this code, × 2^48 with 0.8 rounded up to
/// 2^-32 as utilisation and down as kink, which puts a sliver of the steep slope on top (13 billionths of the interest).
#[tokio::test]
async fn interest_is_charged_to_debtors_and_shared_by_depositors_and_tranche_to_the_unit() {
    let mut world = World::new().await;
    let lender = depositor(&mut world, "USDC", usdc(1_000)).await;
    let alice = depositor(&mut world, "SOL", sol(100)).await;
    alice.borrow(&mut world, "USDC", usdc(800)).await.succeeds();
    world.chain.advance(30 * 86_400);
    lender.withdraw(&mut world, "USDC", 1).await.succeeds();

    let bank = world.bank("USDC").await;
    assert_eq!((bank.borrow_index, bank.deposit_index), (284_264_904_117_833, 283_483_724_289_326));
    assert_eq!(alice.owed(&mut world, "USDC").await, 807_929_451);
    assert_eq!((bank.tranche, bank.fees), (792_946, 0));
    lender.withdraw(&mut world, "USDC", usdc(190)).await.succeeds();
    assert_eq!(lender.deposited(&mut world, "USDC").await, 1_007_136_504 - usdc(190) - 1);
}

#[tokio::test]
async fn RND_1_deposit_then_withdraw_and_borrow_then_repay_never_pay() {
    let mut world = World::new().await;
    depositor(&mut world, "USDC", usdc(1_000)).await;
    let alice = depositor(&mut world, "SOL", sol(100)).await;
    alice.borrow(&mut world, "USDC", usdc(777)).await.succeeds();
    world.chain.advance(12_345_678);
    world.freshen(&["SOL", "USDC"]).await;

    let bob = depositor(&mut world, "SOL", sol(100)).await;
    for amount in [1, 2, 3, 999, 1_000_001] {
        let carol = world.trader().await;
        match carol.deposit(&mut world, "USDC", amount).await {
            Ok(_) => {
                carol.withdraw(&mut world, "USDC", ALL).await.succeeds();
                let back = carol.wallet(&mut world, "USDC").await;
                assert!(back <= amount, "RND-1: {amount} came back as {back}");
            }
            // Less than one share.
            refused => drop(refused.fails_with(MarginError::AmountZero)),
        }
        bob.borrow(&mut world, "USDC", amount).await.succeeds();
        let owed = bob.owed(&mut world, "USDC").await;
        assert!(owed >= amount, "RND-1: {amount} borrowed, {owed} owed");
        world.mint_to(&bob.address(), "USDC", owed - amount).await;
        bob.repay(&mut world, "USDC", ALL).await.succeeds();
        assert_eq!((bob.owed(&mut world, "USDC").await, bob.wallet(&mut world, "USDC").await), (0, 0));
    }
}

/// The same 0.792946 USDC as above, of which the tranche takes 0.5.
#[tokio::test]
async fn the_tranche_is_filled_to_its_target_before_the_protocol_earns() {
    let mut world = World::new().await;
    depositor(&mut world, "USDC", usdc(1_000)).await;
    set_lending(&mut world, "USDC", |lending| lending.tranche_target = 500_000).await;
    let alice = depositor(&mut world, "SOL", sol(100)).await;
    alice.borrow(&mut world, "USDC", usdc(800)).await.succeeds();
    world.chain.advance(30 * 86_400);
    alice.repay(&mut world, "USDC", 1).await.fails_with(MarginError::AmountZero);
    alice.repay(&mut world, "USDC", 2).await.succeeds();
    let bank = world.bank("USDC").await;
    assert_eq!((bank.tranche, bank.fees), (500_000, 292_946));
}

#[tokio::test]
async fn a_share_that_is_worth_more_than_a_unit_makes_a_deposit_of_one_unit_worth_nothing() {
    let mut world = World::new().await;
    depositor(&mut world, "USDC", usdc(1_000)).await;
    let alice = depositor(&mut world, "SOL", sol(100)).await;
    alice.borrow(&mut world, "USDC", usdc(900)).await.succeeds();
    world.chain.advance(86_400);
    let bob = world.trader().await;
    bob.deposit(&mut world, "USDC", 1).await.fails_with(MarginError::AmountZero);
    bob.deposit(&mut world, "USDC", 2).await.succeeds();
    bob.withdraw(&mut world, "USDC", 2).await.fails_with(MarginError::MoreThanOwned);
    bob.withdraw(&mut world, "USDC", 1).await.succeeds();
}
