//! Nobody is liquidated who is healthy at any price of the interval (LIQ-1).

use breakwater_client::instruction::ALL;
use breakwater_sim::oracle::PriceUpdate;
use breakwater_sim::world::Listing;

use super::{Scene, USDC_FOR_SOL, scene, under_water};
use crate::common::world::without_interest;
use crate::common::{MarginError, Trader, Verdict, World, usd};

/// H = 10·150·0.9 − 1,000·1.05 = 300 dollars; the moment that the price is published, the interval has no width.
#[tokio::test]
async fn cannot_liquidate_a_healthy_account() {
    let Scene { mut world, alice, keeper } = scene().await;
    world.prices(&[("SOL", usd(150)), ("USDC", usd(1))]).await;
    let refused = keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.fails_with(MarginError::AccountHealthy);
    // The price of a native unit is rounded down: a hundred-millionth of a dollar less.
    assert_says(&refused.logs, "health at the best prices, dollars x 10^8: 29999999999");
    assert_eq!(refused.margin_error().map(MarginError::message), Some(MarginError::AccountHealthy.message()));
}

fn assert_says(logs: &[String], line: &str) {
    assert!(logs.iter().any(|log| log == &format!("Program log: {line}")), "no line {line:?} in {logs:#?}");
}

/// Prices that are exact in the board's scale: a unit of K is 2^-6 dollars, a unit of D is 2^-18 dollars.
async fn exact_prices(world: &mut World) {
    world.chain.advance(1);
    let collateral = world.update("K", usd(15_625));
    let debt =
        PriceUpdate { price: 3_814_697_265_625, ema: 3_814_697_265_625, exponent: -12, ..world.update("D", usd(1)) };
    world.write_update("K", &collateral);
    world.write_update("D", &debt);
    world.refresh(&["K", "D"]).await.succeeds();
}

/// Somebody with 6·2^20 units of K and a debt of D, borrowed while K is worth twice as much.
async fn borrower(world: &mut World, debt: u64) -> Trader {
    let trader = world.trader().await;
    trader.deposit(world, "K", 6 << 20).await.succeeds();
    trader.borrow(world, "D", debt).await.succeeds();
    trader
}

/// 6·2^14 dollars of K at w = 0.9 against 5·2^14 dollars of D at v = 1.08: H = 5.4 − 5.4 = 0 to the last bit.
#[tokio::test]
async fn LIQ_1_health_of_exactly_zero_is_healthy_and_one_unit_less_is_not() {
    let mut world = World::empty().await;
    world.list("K", without_interest(Listing::volatile(6)), usd(31_250)).await;
    world.list("D", without_interest(Listing::volatile(6)), usd(4)).await;
    let keeper = world.trader().await;
    keeper.deposit(&mut world, "D", 100 << 32).await.succeeds();
    world.prices(&[("K", usd(31_250)), ("D", usd(4))]).await;
    let edge = borrower(&mut world, 5 << 32).await;
    let beyond = borrower(&mut world, (5 << 32) + 1).await;
    exact_prices(&mut world).await;
    let pair = ("D", "K");
    let refused = keeper.liquidate(&mut world, &edge, pair, ALL).await.fails_with(MarginError::AccountHealthy);
    assert_says(&refused.logs, "health at the best prices, dollars x 10^8: 0");
    keeper.liquidate(&mut world, &beyond, pair, ALL).await.succeeds();
    // Doubt favours the account: an hour of bps later the same balance is healthy.
    keeper.liquidate(&mut world, &beyond, pair, ALL).await.fails_with(MarginError::AccountHealthy);
}

/// At $116: H_maint = 1,044 − 1,050 = −6. A confidence of 0.5 % makes an interval of 106 bps, of which a liquidation
/// grants b_liq = 100: 1,044·1.01 − 1,050 = 4.44. A certain print of the same price liquidates.
#[tokio::test]
async fn LIQ_1_under_water_at_mid_is_not_enough_while_the_price_is_in_doubt() {
    let Scene { mut world, alice, keeper } = scene().await;
    world.chain.advance(1);
    let doubtful = PriceUpdate { confidence: 58_000_000, ..world.update("SOL", usd(116)) };
    world.write_update("SOL", &doubtful);
    let dollar = world.update("USDC", usd(1));
    world.write_update("USDC", &dollar);
    world.refresh(&["SOL", "USDC"]).await.succeeds();
    let refused = keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.fails_with(MarginError::AccountHealthy);
    assert_says(&refused.logs, "health at the best prices, dollars x 10^8: 443999999");
    world.prices(&[("SOL", usd(116)), ("USDC", usd(1))]).await;
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.succeeds();
}

/// The interval of a liquidation knows no moving average: neither can an old average save nor sink anybody.
#[tokio::test]
async fn a_moving_average_neither_shields_nor_sinks() {
    for (price, average, healthy) in [(150, 100, true), (115, 150, false)] {
        let Scene { mut world, alice, keeper } = scene().await;
        world.chain.advance(1);
        let update = PriceUpdate { ema: average * 100_000_000, ..world.update("SOL", usd(price)) };
        world.write_update("SOL", &update);
        let dollar = world.update("USDC", usd(1));
        world.write_update("USDC", &dollar);
        world.refresh(&["SOL", "USDC"]).await.succeeds();
        let sent = keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await;
        if healthy {
            sent.fails_with(MarginError::AccountHealthy);
        } else {
            sent.succeeds();
        }
    }
}

#[tokio::test]
async fn an_account_without_debt_is_never_liquidated() {
    let Scene { mut world, alice, keeper } = under_water().await;
    let bob = world.trader().await;
    bob.deposit(&mut world, "SOL", 1).await.succeeds();
    keeper.liquidate(&mut world, &bob, USDC_FOR_SOL, ALL).await.fails_with(MarginError::AccountHealthy);
    alice.repay(&mut world, "USDC", ALL).await.succeeds();
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.fails_with(MarginError::AccountHealthy);
}
