//! The brake: in a window no more leaves a bank than a part of what its depositors own, less what comes in.

use breakwater_client::instruction::ALL;

use super::{depositor, set_lending};
use crate::common::{MarginError, Trader, Verdict, World, sol, usd, usdc};

const HOUR: i64 = 3_600;

/// SOL, USDC and ETH, where loans cost nothing; a lender's 10,000 USDC have been there for a day, and 5 % may leave in an hour.
async fn scene() -> (World, Trader) {
    let mut world = World::still().await;
    let lender = depositor(&mut world, "USDC", usdc(10_000)).await;
    brake(&mut world, "USDC", 500, 60).await;
    world.chain.advance(24 * HOUR);
    world.freshen(&["SOL", "USDC"]).await;
    (world, lender)
}

async fn brake(world: &mut World, symbol: &str, share: u16, window: u16) {
    let free = world.bank(symbol).await.lending;
    set_lending(world, symbol, |lending| {
        *lending = free;
        (lending.outflow_share, lending.outflow_window) = (share, window);
    })
    .await;
}

async fn level(world: &mut World) -> i64 {
    world.bank("USDC").await.outflow_level
}

/// Withdrawals and loans share 500 USDC. A loan leaves deposits as they are, so 5 % of it may follow: 15 of 300. What comes back
/// makes room: 100 less 5 % of it, and 50; and so does time.
#[tokio::test]
async fn withdrawals_and_loans_share_the_window_and_what_comes_in_counts_against_them() {
    let (mut world, lender) = scene().await;
    let alice = depositor(&mut world, "SOL", sol(100)).await;
    lender.withdraw(&mut world, "USDC", usdc(500) + 1).await.fails_with(MarginError::OutflowLimit);
    lender.withdraw(&mut world, "USDC", usdc(200)).await.succeeds();
    alice.borrow(&mut world, "USDC", usdc(300) + 1).await.fails_with(MarginError::OutflowLimit);
    alice.borrow(&mut world, "USDC", usdc(300)).await.succeeds();
    assert_eq!(level(&mut world).await, 500_000_000);
    lender.withdraw(&mut world, "USDC", usdc(15) + 1).await.fails_with(MarginError::OutflowLimit);
    lender.withdraw(&mut world, "USDC", usdc(15)).await.succeeds();
    lender.withdraw(&mut world, "USDC", 1).await.fails_with(MarginError::OutflowLimit);
    alice.borrow(&mut world, "USDC", 1).await.fails_with(MarginError::OutflowLimit);

    alice.repay(&mut world, "USDC", usdc(100)).await.succeeds();
    depositor(&mut world, "USDC", usdc(50)).await;
    lender.withdraw(&mut world, "USDC", usdc(145) + 1).await.fails_with(MarginError::OutflowLimit);
    lender.withdraw(&mut world, "USDC", usdc(145)).await.succeeds();
    world.chain.advance(HOUR);
    let deposits = world.bank("USDC").await.deposit_shares;
    lender.withdraw(&mut world, "USDC", deposits / 20 + 1).await.fails_with(MarginError::OutflowLimit);
    lender.withdraw(&mut world, "USDC", deposits / 20).await.succeeds();
}

/// A million that comes and goes in one transaction opens nothing; what came in may leave.
#[tokio::test]
async fn a_flash_deposit_lifts_no_limit() {
    let (mut world, lender) = scene().await;
    let mallory = world.trader().await;
    world.mint_to(&mallory.address(), "USDC", usdc(1_000_000)).await;
    world.mint_to(&lender.address(), "USDC", usdc(1_000_000)).await;
    for (extra, fine) in [(1, false), (0, true)] {
        let come = mallory.deposit_instruction(&mut world, "USDC", usdc(1_000_000)).await;
        let most = lender.withdraw_instruction(&mut world, "USDC", usdc(500) + extra).await;
        let go = mallory.withdraw_instruction(&mut world, "USDC", usdc(1_000_000)).await;
        let sent = world.send(&[come, most, go], &[&mallory.key, &lender.key]).await;
        if fine {
            sent.succeeds();
        } else {
            sent.fails_with(MarginError::OutflowLimit);
        }
    }
    assert_eq!(level(&mut world).await, 500_000_000);
    // Nor does it fill the brake: nobody is kept in by somebody else's round trip.
    world.chain.advance(HOUR);
    let come = mallory.deposit_instruction(&mut world, "USDC", usdc(1_000_000)).await;
    let go = mallory.withdraw_instruction(&mut world, "USDC", usdc(1_000_000)).await;
    world.send(&[come, go], &[&mallory.key]).await.succeeds();
    assert_eq!(level(&mut world).await, 0);
}

/// A deposit counts as settled only as its credit fades: right after it the depositor may leave, a window later like anybody.
#[tokio::test]
async fn an_inflow_is_no_allowance_for_later() {
    let (mut world, _) = scene().await;
    let whale = depositor(&mut world, "USDC", usdc(90_000)).await;
    assert_eq!(level(&mut world).await, -90_000_000_000);
    world.chain.advance(HOUR);
    whale.withdraw(&mut world, "USDC", usdc(5_000) + 1).await.fails_with(MarginError::OutflowLimit);
    whale.withdraw(&mut world, "USDC", usdc(5_000)).await.succeeds();
}

/// 100,000 native units may leave whatever the bank holds: a tenth of a dollar here.
#[tokio::test]
async fn a_tiny_bank_is_never_stuck() {
    let mut world = World::still().await;
    let lender = depositor(&mut world, "USDC", 1_000_000).await;
    brake(&mut world, "USDC", 500, 60).await;
    let mut windows = 0;
    loop {
        world.chain.advance(HOUR);
        windows += 1;
        let held = world.bank("USDC").await.deposit_shares;
        let amount = if held <= 100_000 { ALL } else { 100_000 };
        lender.withdraw(&mut world, "USDC", amount).await.succeeds();
        if amount == ALL {
            break;
        }
        lender.withdraw(&mut world, "USDC", 1).await.fails_with(MarginError::OutflowLimit);
    }
    assert_eq!((windows, world.bank("USDC").await.deposit_shares), (10, 0));
}

/// Alice is liquidated for more than may leave; the keeper's own way out is braked.
#[tokio::test]
async fn a_liquidation_moves_no_tokens_and_is_not_braked() {
    let (mut world, lender) = scene().await;
    let alice = depositor(&mut world, "SOL", sol(3)).await;
    let keeper = depositor(&mut world, "SOL", sol(100)).await;
    alice.borrow(&mut world, "USDC", usdc(300)).await.succeeds();
    lender.withdraw(&mut world, "USDC", usdc(200)).await.succeeds();
    let before = world.bank("USDC").await;
    world.prices(&[("SOL", usd(105)), ("USDC", usd(1))]).await;
    keeper.liquidate(&mut world, &alice, ("USDC", "SOL"), ALL).await.succeeds();
    let after = world.bank("USDC").await;
    assert_eq!((after.outflow_level, after.outflow_time), (before.outflow_level, before.outflow_time));
    assert_eq!(after.vault_amount, before.vault_amount);
}

/// Where the brake is off nothing is counted, and what an old brake counted is forgotten after a window.
#[tokio::test]
async fn a_bank_without_a_brake_counts_nothing() {
    let mut world = World::still().await;
    let lender = depositor(&mut world, "USDC", usdc(1_000)).await;
    lender.withdraw(&mut world, "USDC", usdc(900)).await.succeeds();
    let bank = world.bank("USDC").await;
    assert_eq!((bank.outflow_level, bank.outflow_time), (0, 0));
}
