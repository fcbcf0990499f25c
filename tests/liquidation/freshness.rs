//! Age: a stale leg is never seized nor repaid, a dead feed neither liquidates nor shields, old indices stop everything.

use breakwater_client::instruction::ALL;
use breakwater_sim::world::Listing;

use super::{Scene, USDC_FOR_SOL, scene, under_water};
use crate::common::world::without_interest;
use crate::common::{MarginError, Verdict, eth, sol, usd, usdc};

/// 60 s are 2·⌈√60⌉ = 16 bps of doubt on both sides: 1,035·1.0016 − 1,050·0.9984 < 0 still. From 61 s on it is b_max =
/// 5 % on both sides and Alice would be healthy: at $105 she is not, and the leg's age is what stands against it.
#[tokio::test]
async fn a_stale_leg_is_never_seized() {
    let Scene { mut world, alice, keeper } = scene().await;
    world.prices(&[("SOL", usd(100)), ("USDC", usd(1))]).await;
    world.chain.advance(60);
    let dollar = world.update("USDC", usd(1));
    world.write_update("USDC", &dollar);
    world.refresh(&["USDC"]).await.succeeds();
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, 1).await.fails_with(MarginError::RequestTooSmall);
    world.chain.advance(1);
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.fails_with(MarginError::StaleLeg);
    world.prices(&[("SOL", usd(100))]).await;
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.succeeds();
}

#[tokio::test]
async fn a_stale_debt_is_never_repaid() {
    let Scene { mut world, alice, keeper } = scene().await;
    world.prices(&[("SOL", usd(100)), ("USDC", usd(1))]).await;
    world.chain.advance(60);
    world.prices(&[("SOL", usd(100))]).await;
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.fails_with(MarginError::StaleLeg);
}

/// At $115 the account is under water; both prices a minute and a second old, 5 % of doubt each way: 1,035·1.05 = 1,086.75
/// against 1,050·0.95 = 997.5.
#[tokio::test]
async fn old_prices_favour_the_account() {
    let Scene { mut world, alice, keeper } = under_water().await;
    world.chain.advance(61);
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.fails_with(MarginError::AccountHealthy);
    world.prices(&[("SOL", usd(115)), ("USDC", usd(1))]).await;
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.succeeds();
}

/// Half an ETH, $1,500 at 0.9, whose feed died: with its last price and 5 % in favour it shields (1,417.5 + 10·p·0.9
/// against 1,050), until it decays. After eight days it is worth nothing, and SOL at $115 alone is not enough.
#[tokio::test]
async fn a_dead_feed_shields_for_eight_days_and_no_longer() {
    let Scene { mut world, alice, keeper } = scene().await;
    alice.deposit(&mut world, "ETH", eth(1) / 2).await.succeeds();
    world.prices(&[("ETH", usd(3_000))]).await;
    world.chain.advance(86_400 - 1);
    for (seconds, healthy) in [(0, true), (3 * 86_400, true), (4 * 86_400, false)] {
        world.chain.advance(seconds);
        world.prices(&[("SOL", usd(115)), ("USDC", usd(1))]).await;
        world.sync(&["ETH"]).await.succeeds();
        let sent = keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await;
        if healthy {
            sent.fails_with(MarginError::AccountHealthy);
        } else {
            sent.succeeds();
        }
    }
}

/// LIQ-3: with one dead feed a liquidatable account still has a call that succeeds, on its other legs.
#[tokio::test]
async fn LIQ_3_a_dead_feed_does_not_stop_the_other_legs() {
    let Scene { mut world, alice, keeper } = scene().await;
    alice.deposit(&mut world, "ETH", 1_000_000).await.succeeds();
    world.chain.advance(1_800);
    world.prices(&[("SOL", usd(100)), ("USDC", usd(1))]).await;
    keeper.liquidate(&mut world, &alice, ("USDC", "ETH"), ALL).await.fails_with(MarginError::StaleLeg);
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.succeeds();
}

#[tokio::test]
async fn an_index_is_good_for_a_liquidation_for_an_hour() {
    for (age, fresh) in [(3_600, true), (3_601, false)] {
        let Scene { mut world, alice, keeper } = scene().await;
        alice.deposit(&mut world, "ETH", 1_000_000).await.succeeds();
        world.sync(&["ETH"]).await.succeeds();
        world.chain.advance(age - 1);
        world.prices(&[("SOL", usd(100)), ("USDC", usd(1)), ("ETH", usd(3_000))]).await;
        let sent = keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await;
        if fresh {
            sent.succeeds();
        } else {
            sent.fails_with(MarginError::StaleIndex);
            world.sync(&["ETH"]).await.succeeds();
            keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.succeeds();
        }
    }
}

/// LIQ-3 at its worst: fifteen deposits and one debt, all in use, a dead feed among them, far below 1.4M compute units.
#[tokio::test]
async fn LIQ_3_sixteen_legs_fit_a_transaction() {
    let Scene { mut world, keeper, .. } = scene().await;
    let bob = world.trader().await;
    let mut symbols = Vec::new();
    for number in 0..14 {
        let symbol = format!("T{number}");
        world.list(&symbol, without_interest(Listing::volatile(6)), usd(100)).await;
        bob.deposit(&mut world, &symbol, usdc(1)).await.succeeds();
        symbols.push(symbol);
    }
    bob.deposit(&mut world, "SOL", sol(1)).await.succeeds();
    let mut prices: Vec<(&str, _)> = symbols.iter().map(|symbol| (symbol.as_str(), usd(100))).collect();
    prices.extend([("SOL", usd(150)), ("USDC", usd(1))]);
    world.prices(&prices).await;
    bob.borrow(&mut world, "USDC", usdc(1_100)).await.succeeds();
    let mut crash: Vec<(&str, _)> = symbols[1..].iter().map(|symbol| (symbol.as_str(), usd(70))).collect();
    crash.extend([("SOL", usd(100)), ("USDC", usd(1))]);
    world.chain.advance(61);
    world.prices(&crash).await;
    let sent = keeper.liquidate(&mut world, &bob, ("USDC", "T5"), ALL).await.succeeds();
    assert!(sent.compute_units < 100_000, "LIQ-3: {} compute units", sent.compute_units);
}
