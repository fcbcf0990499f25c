//! What a position holds back of the rest of the account, and what a reduction may not do to it.

use breakwater_sim::price_path::Price8;

use super::{calm, doubled, long_one, move_to, position};
use crate::common::{MarginError, Trader, Verdict, World, btc, sol, usd, usdc};

/// What a long of one BTC needs to be opened: 10 % of 50,000 and 12.5 % of 12,500 quote tokens are 6,562,500,000, the
/// opening itself costs 31,375,063; together 6,593,875,063. A deposit of USDC counts for 0.9: 7,326,527,848.
const LEAST: u64 = 7_326_527_848;

#[tokio::test]
async fn an_increase_fails_with_InsufficientHealth_one_unit_below_its_initial_margin() {
    let mut world = calm().await;
    let (alice, bob) = (world.funded(LEAST - 1).await, world.funded(LEAST).await);
    world.freshen_all().await;
    alice.trade(&mut world, "BTC", btc(1)).await.fails_with(MarginError::InsufficientHealth);
    bob.trade(&mut world, "BTC", btc(1)).await.succeeds();
}

#[tokio::test]
async fn a_position_holds_back_its_initial_margin_from_withdrawals() {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    let most = usdc(100_000) - LEAST;
    alice.withdraw(&mut world, "USDC", most + 1).await.fails_with(MarginError::InsufficientHealth);
    alice.withdraw(&mut world, "USDC", u64::MAX).await.fails_with(MarginError::InsufficientHealth);
    alice.withdraw(&mut world, "USDC", most).await.succeeds();
    assert_eq!(alice.deposited(&mut world, "USDC").await, LEAST);
}

/// Ten SOL at $150 and 0.8 carry 1,200: more than two thirds of a BTC's margin cannot be borrowed besides.
#[tokio::test]
async fn a_position_holds_back_its_initial_margin_from_loans() {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    world.funded(usdc(100_000)).await;
    alice.withdraw(&mut world, "USDC", usdc(100_000) - LEAST).await.succeeds();
    alice.deposit(&mut world, "SOL", sol(10)).await.succeeds();
    world.freshen_all().await;
    let lender = world.trader().await;
    lender.deposit(&mut world, "ETH", 100_000_000).await.succeeds();
    // 0.4 ETH cost 1,200 × 1.15 = 1,380; 0.34 ETH 1,173.
    alice.borrow(&mut world, "ETH", 40_000_000).await.fails_with(MarginError::InsufficientHealth);
    alice.borrow(&mut world, "ETH", 34_000_000).await.succeeds();
}

#[tokio::test]
async fn a_withdrawal_with_a_position_needs_fresh_prices_and_funding() {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    world.freshen_all().await;
    world.chain.advance(20);
    alice.withdraw(&mut world, "USDC", 1).await.succeeds();
    world.chain.advance(1);
    world.freshen(&["USDC"]).await;
    alice.withdraw(&mut world, "USDC", 1).await.fails_with(MarginError::StalePrice);
    world.freshen(&["BTC"]).await;
    alice.withdraw(&mut world, "USDC", 1).await.succeeds();
    let prices = [("USDC", usd(1)), ("BTC", usd(62_500))];
    world.chain.advance(299);
    world.prices(&prices).await;
    alice.withdraw(&mut world, "USDC", 1).await.succeeds();
    world.prices(&prices).await;
    alice.withdraw(&mut world, "USDC", 1).await.fails_with(MarginError::StaleIndex);
    world.sync(&["BTC"]).await.succeeds();
    alice.withdraw(&mut world, "USDC", 1).await.succeeds();
}

/// A loss that is left of a closed position is a debt: 62,500,126 at 1/0.9.
#[tokio::test]
async fn an_unsettled_loss_holds_back_a_deposit_and_an_unsettled_profit_does_not() {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    world.let_positions_settle().await;
    alice.reduce(&mut world, "BTC", u64::MAX).await.succeeds();
    alice.withdraw(&mut world, "USDC", u64::MAX).await.fails_with(MarginError::InsufficientHealth);
    alice.close(&mut world).await.fails_with(MarginError::AccountNotEmpty);
    alice.settle(&mut world, "BTC", u64::MAX).await.succeeds();
    world.chain.advance(1_000);
    alice.withdraw(&mut world, "USDC", u64::MAX).await.succeeds();
    alice.close(&mut world).await.succeeds();

    let bob = long_one(&mut world).await;
    move_to(&mut world, doubled()).await;
    bob.reduce(&mut world, "BTC", u64::MAX).await.succeeds();
    world.chain.advance(1_000);
    bob.withdraw(&mut world, "USDC", u64::MAX).await.succeeds();
    bob.close(&mut world).await.fails_with(MarginError::AccountNotEmpty);
}

/// Somebody with 5,000 USDC and half a BTC, bought for 31,250,031,250 and a fee of 15,625,016. At $56,000 the account's
/// maintenance health is 4,600,000,000 − 3,265,656,267 − 1,400,000,000 = −65,656,267, at $56,200 it is 29,343,733.
async fn weak_long(world: &mut World, price: Price8, confidence: Price8) -> Trader {
    let alice = world.funded(usdc(5_000)).await;
    world.freshen_all().await;
    alice.trade(world, "BTC", 500_000).await.succeeds();
    world.chain.skip(3);
    world.freshen_all().await;
    world.chain.advance(1);
    let mut update = world.update("BTC", price);
    update.confidence = confidence.units().unsigned_abs();
    world.write_update("BTC", &update);
    world.refresh(&["BTC"]).await.succeeds();
    alice
}

/// A confidence of 3 % makes a spread of b_max = 5 %. Selling there costs 5 % and a fee, and frees a margin of 5 %: health
/// falls, so that closing would leave the pool a bad debt. At the index price it rises.
#[tokio::test]
async fn reduce_fails_with_InsufficientHealth_where_it_lowers_the_health_of_an_account_under_water() {
    let mut world = calm().await;
    let alice = weak_long(&mut world, usd(56_000), usd(1_680)).await;
    alice.reduce(&mut world, "BTC", 1_000).await.fails_with(MarginError::InsufficientHealth);
    alice.reduce(&mut world, "BTC", u64::MAX).await.fails_with(MarginError::InsufficientHealth);
    world.price("BTC", usd(56_000)).await;
    alice.reduce(&mut world, "BTC", 1_000).await.succeeds();
    alice.reduce(&mut world, "BTC", u64::MAX).await.succeeds();
    assert_eq!(position(&mut world, &alice).await.base, 0);
}

/// Above water health may fall, at prices of 60 s; with an older one it may not.
#[tokio::test]
async fn reduce_may_lower_the_health_of_a_healthy_account_at_live_prices() {
    let mut world = calm().await;
    let alice = weak_long(&mut world, usd(56_200), usd(1_686)).await;
    world.chain.advance(60 - 2);
    let mut update = world.update("BTC", usd(56_200));
    update.confidence = usd(1_686).units().unsigned_abs();
    world.write_update("BTC", &update);
    world.refresh(&["BTC"]).await.succeeds();
    alice.reduce(&mut world, "BTC", 1_000).await.succeeds();
    world.chain.advance(2);
    alice.reduce(&mut world, "BTC", 1_000).await.fails_with(MarginError::InsufficientHealth);
}
