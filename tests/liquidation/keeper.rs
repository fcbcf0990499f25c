//! What a keeper pays with, what becomes of its gain, and what it must be able to answer for.

use breakwater_client::instruction::ALL;
use breakwater_client::interface::accounts::{SIDE_DEBT, SIDE_DEPOSIT};
use breakwater_sim::world::Listing;

use super::{Scene, USDC_FOR_SOL, under_water};
use crate::common::world::without_interest;
use crate::common::{MarginError, Trader, Verdict, World, eth, sol, usd, usdc};

/// R, insurance and S of Alice's liquidation at $115.
const REPAY: u64 = 173_408_866;
const INSURANCE: u64 = 891_808;
const SEIZE: u64 = 1_527_290_293;

/// Somebody else who holds a deposit.
async fn holder(world: &mut World, symbol: &str, amount: u64) -> Trader {
    let trader = world.trader().await;
    trader.deposit(world, symbol, amount).await.succeeds();
    trader
}

#[tokio::test]
async fn a_keeper_without_the_debt_token_goes_into_debt() {
    let Scene { mut world, alice, .. } = under_water().await;
    let keeper = holder(&mut world, "SOL", sol(10)).await;
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.succeeds();
    assert_eq!(keeper.owed(&mut world, "USDC").await, REPAY + INSURANCE);
    assert_eq!(keeper.deposited(&mut world, "SOL").await, sol(10) + SEIZE);
}

#[tokio::test]
async fn a_keeper_pays_with_its_deposit_first_and_borrows_the_rest() {
    let Scene { mut world, alice, .. } = under_water().await;
    let keeper = holder(&mut world, "SOL", sol(10)).await;
    keeper.deposit(&mut world, "USDC", usdc(100)).await.succeeds();
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.succeeds();
    assert_eq!(keeper.position(&mut world, "USDC", SIDE_DEPOSIT).await, None);
    assert_eq!(keeper.owed(&mut world, "USDC").await, REPAY + INSURANCE - usdc(100));
}

#[tokio::test]
async fn what_a_keeper_receives_pays_its_own_debt_first() {
    let Scene { mut world, alice, keeper } = under_water().await;
    keeper.borrow(&mut world, "SOL", sol(1)).await.succeeds();
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.succeeds();
    assert_eq!(keeper.position(&mut world, "SOL", SIDE_DEBT).await, None);
    assert_eq!(keeper.deposited(&mut world, "SOL").await, SEIZE - sol(1));
}

/// The keeper would owe 174.300674 USDC at v_init = 1.08, which takes 174.300674·1.08 / 0.8 / 115 = 2.046138348 SOL at w_init
/// = 0.8, the last unit rounded up. It receives 1.527290293; 0.518848054 must be its own.
#[tokio::test]
async fn a_keeper_must_be_healthy_afterwards() {
    let Scene { mut world, alice, .. } = under_water().await;
    let keeper = world.trader().await;
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.fails_with(MarginError::InsufficientHealth);
    let just_enough = 518_848_054;
    keeper.deposit(&mut world, "SOL", just_enough - 1).await.succeeds();
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.fails_with(MarginError::InsufficientHealth);
    keeper.deposit(&mut world, "SOL", 1).await.succeeds();
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.succeeds();
}

/// The keeper's own legs count with the limits of a liquidation: a price of at most 60 s, an index of at most 300 s.
#[tokio::test]
async fn a_keeper_with_a_debt_needs_fresh_legs() {
    let Scene { mut world, alice, .. } = under_water().await;
    let keeper = holder(&mut world, "ETH", eth(1)).await;
    world.prices(&[("ETH", usd(3_000))]).await;
    world.sync(&["ETH"]).await.succeeds();
    world.chain.advance(60);
    world.prices(&[("SOL", usd(115)), ("USDC", usd(1))]).await;
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.fails_with(MarginError::StalePrice);

    world.prices(&[("SOL", usd(115)), ("USDC", usd(1)), ("ETH", usd(3_000))]).await;
    world.chain.advance(239);
    world.prices(&[("SOL", usd(115)), ("USDC", usd(1)), ("ETH", usd(3_000))]).await;
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.fails_with(MarginError::StaleIndex);
    world.sync(&["ETH"]).await.succeeds();
    world.chain.advance(60);
    world.prices(&[("SOL", usd(115)), ("USDC", usd(1))]).await;
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.fails_with(MarginError::StalePrice);
    world.prices(&[("SOL", usd(115)), ("USDC", usd(1)), ("ETH", usd(3_000))]).await;
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.succeeds();
}

#[tokio::test]
async fn a_keeper_that_owes_nothing_afterwards_needs_no_price_of_its_own() {
    let Scene { mut world, alice, keeper } = under_water().await;
    keeper.deposit(&mut world, "ETH", eth(1)).await.succeeds();
    world.chain.advance(86_400);
    world.prices(&[("SOL", usd(115)), ("USDC", usd(1))]).await;
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.succeeds();
}

#[tokio::test]
async fn liquidate_fails_with_TokenSlotsFull_where_the_keeper_has_no_slot_for_the_collateral() {
    let Scene { mut world, alice, keeper } = under_water().await;
    keeper.deposit(&mut world, "ETH", 1).await.succeeds();
    for number in 0..14 {
        let symbol = format!("T{number}");
        world.list(&symbol, without_interest(Listing::volatile(6)), usd(1)).await;
        keeper.deposit(&mut world, &symbol, 1).await.succeeds();
    }
    world.prices(&[("SOL", usd(115)), ("USDC", usd(1))]).await;
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.fails_with(MarginError::TokenSlotsFull);
    keeper.withdraw(&mut world, "T7", 1).await.succeeds();
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.succeeds();
}
