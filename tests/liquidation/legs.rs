//! Which pair of legs: the keeper names one, the program accepts it only if it is close to the best.

use breakwater_client::instruction::ALL;
use breakwater_client::interface::config::WeightConfig;
use breakwater_sim::world::Listing;

use super::{Scene, USDC_FOR_SOL, liquidated, scene, under_water};
use crate::common::world::without_interest;
use crate::common::{MarginError, Trader, Verdict, World, sol, usd, usdc};

#[tokio::test]
async fn liquidate_fails_with_LegNotFound_for_what_is_neither_owed_nor_held() {
    let Scene { mut world, alice, keeper } = under_water().await;
    for pair in [("USDC", "ETH"), ("ETH", "SOL"), ("SOL", "USDC"), ("SOL", "ETH")] {
        keeper.liquidate(&mut world, &alice, pair, ALL).await.fails_with(MarginError::LegNotFound);
    }
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.succeeds();
}

/// A weak collateral: 60 % initial, 70 % maintenance.
fn weak() -> Listing {
    let listing = without_interest(Listing::volatile(8));
    let weights = WeightConfig { asset_initial: 6_000, asset_end: 6_950, asset_maintenance: 7_000, ..listing.weights };
    Listing { weights, ..listing }
}

/// Alice of this scene holds 8 SOL at $115 and 0.1 WEAK at $2,300 against 1,000 USDC.
async fn two_collaterals() -> (World, Trader, Trader) {
    let mut world = World::empty().await;
    world.list("SOL", without_interest(Listing::volatile(9)), usd(200)).await;
    world.list("USDC", without_interest(Listing::stable(6)), usd(1)).await;
    world.list("WEAK", weak(), usd(4_000)).await;
    let (lender, alice, keeper) = (world.trader().await, world.trader().await, world.trader().await);
    lender.deposit(&mut world, "USDC", usdc(20_000)).await.succeeds();
    keeper.deposit(&mut world, "USDC", usdc(5_000)).await.succeeds();
    alice.deposit(&mut world, "SOL", sol(8)).await.succeeds();
    alice.deposit(&mut world, "WEAK", 10_000_000).await.succeeds();
    world.prices(&[("SOL", usd(200)), ("USDC", usd(1)), ("WEAK", usd(4_000))]).await;
    alice.borrow(&mut world, "USDC", usdc(1_000)).await.succeeds();
    world.prices(&[("SOL", usd(115)), ("USDC", usd(1)), ("WEAK", usd(2_300))]).await;
    (world, alice, keeper)
}

/// H_maint = 920·0.9 + 230·0.7 − 1,050 = −61, so β = 0.5 % + 5.5 %·61/105 = 3.6952 %. Per dollar repaid WEAK heals
/// 1.055 − 0.695·1.036952 = 0.3343, SOL only 0.1269: their scores are 92 to 35, far more than a tenth apart. WEAK carries
/// 221.80·0.334 = 74 of the need of 71.75. All of it goes: R = ceil(230/1.036952).
#[tokio::test]
async fn liquidate_fails_with_LegNotChosen_and_names_the_best_pair() {
    let (mut world, alice, keeper) = two_collaterals().await;
    let refused = keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.fails_with(MarginError::LegNotChosen);
    assert!(refused.logs.contains(&"Program log: best pair: debt 1 collateral 2".to_owned()), "{:#?}", refused.logs);
    let event = liquidated(&keeper.liquidate(&mut world, &alice, ("USDC", "WEAK"), ALL).await.succeeds());
    assert_eq!((event.repay, event.seize, event.insurance), (221_803_903, 10_000_000, 3_278_440));
    assert_eq!((event.bonus, event.debt_token, event.collateral_token), (36_952, 1, 2));
}

#[tokio::test]
async fn of_two_equal_legs_either_is_accepted() {
    for symbol in ["SOL", "TWIN"] {
        let Scene { mut world, alice, keeper } = scene().await;
        world.list("TWIN", without_interest(Listing::volatile(9)), usd(150)).await;
        alice.deposit(&mut world, "TWIN", sol(2)).await.succeeds();
        world.prices(&[("SOL", usd(95)), ("TWIN", usd(95)), ("USDC", usd(1))]).await;
        keeper.liquidate(&mut world, &alice, ("USDC", symbol), ALL).await.succeeds();
    }
}

/// Where the best leg is stale the next best is served, and the stale one is not.
#[tokio::test]
async fn a_stale_leg_is_never_the_best() {
    let (mut world, alice, keeper) = two_collaterals().await;
    world.chain.advance(61);
    world.prices(&[("SOL", usd(105)), ("USDC", usd(1))]).await;
    keeper.liquidate(&mut world, &alice, ("USDC", "WEAK"), ALL).await.fails_with(MarginError::StaleLeg);
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.succeeds();
}
