//! Volatility of prints widens the interval in which new risk is judged, and nothing else.

use breakwater_client::instruction::{self, ALL};
use breakwater_client::interface::accounts::Feed;
use breakwater_client::interface::config::LiquidationConfig;
use breakwater_sim::oracle::PriceUpdate;
use breakwater_sim::world::default_liquidation;
use solana_signer::Signer;

use crate::common::{MarginError, Trader, Verdict, World, sol, usd, usdc};

/// SOL's feed after some seconds and a print of a price.
async fn after(world: &mut World, seconds: i64, dollars: u32) -> Feed {
    world.chain.advance(seconds);
    let update = world.update("SOL", usd(dollars));
    world.write_update("SOL", &update);
    let sent = world.refresh(&["SOL"]).await.succeeds();
    assert!(sent.compute_units <= 1_500, "one feed, whole transaction: {} CU", sent.compute_units);
    world.board().await.feeds[0]
}

/// $150 to $120 are 200,000 millionths, a sixtieth of whose square is 666,666,666.7; its root is 25,819.9.
#[tokio::test]
async fn a_print_is_a_sample_once_a_minute() {
    let mut world = World::new().await;
    let first = world.board().await.feeds[0];
    assert_eq!((first.sample_price, first.sample_time), (first.price, first.publish_time), "the first print");
    assert_eq!((first.variance, first.volatility), (0, 0));

    let early = after(&mut world, 59, 120).await;
    assert_eq!((early.sample_price, early.sample_time), (first.price, first.publish_time), "59 s");
    assert_eq!((early.variance, early.volatility), (0, 0));

    let due = after(&mut world, 1, 120).await;
    assert_eq!((due.sample_price, due.sample_time), (due.price, due.publish_time), "60 s");
    assert_eq!((due.variance, due.volatility), (666_666_667, 25_820));
}

#[tokio::test]
async fn a_print_that_is_played_again_is_no_sample() {
    let mut world = World::new().await;
    let before = after(&mut world, 60, 120).await;
    world.chain.advance(60);
    for publish_time in [before.publish_time, before.publish_time - 1] {
        let old = PriceUpdate { publish_time, ..world.update("SOL", usd(300)) };
        world.write_update("SOL", &old);
        world.refresh(&["SOL"]).await.succeeds();
        assert_eq!(world.board().await.feeds[0], before);
    }
}

async fn set_multiple(world: &mut World, volatility_multiple: u16) {
    let liquidation = LiquidationConfig { volatility_multiple, ..default_liquidation() };
    let set = instruction::set_liquidation(&world.admin.pubkey(), &world.group, &world.board, liquidation);
    world.send_as_admin(&[set]).await.succeeds();
}

/// Alice with 10 SOL, which a minute ago were worth $1,500 and now are worth $1,800, a lender and a keeper.
async fn scene(multiple: u16) -> (World, Trader, Trader) {
    let mut world = World::still().await;
    let (lender, alice) = (world.trader().await, world.trader().await);
    lender.deposit(&mut world, "USDC", usdc(100_000)).await.succeeds();
    alice.deposit(&mut world, "SOL", sol(10)).await.succeeds();
    set_multiple(&mut world, multiple).await;
    world.chain.advance(60);
    world.prices(&[("SOL", usd(180)), ("USDC", usd(1))]).await;
    (world, alice, lender)
}

/// Publishes SOL at $180 and USDC at $1 after some seconds.
async fn calm(world: &mut World, seconds: i64) {
    world.chain.advance(seconds);
    world.prices(&[("SOL", usd(180)), ("USDC", usd(1))]).await;
    world.sync(&["SOL", "USDC"]).await.succeeds();
}

/// v = 259 bps: 1,800 · 0.8 · (1 − 0.0259) / 1.08 = 1,298.8. After 20 calm minutes two thirds of the variance are left,
/// v = 211 bps: 1,305.2. After an hour nothing is left: 1,333.3.
#[tokio::test]
async fn a_jump_asks_for_more_and_calm_prints_for_less() {
    let (mut world, alice, _) = scene(100).await;
    alice.borrow(&mut world, "USDC", usdc(1_299)).await.fails_with(MarginError::InsufficientHealth);
    alice.borrow(&mut world, "USDC", usdc(1_298)).await.succeeds();
    calm(&mut world, 1_199).await;
    assert_eq!(world.board().await.feeds[0].volatility, 21_082);
    alice.borrow(&mut world, "USDC", usdc(8)).await.fails_with(MarginError::InsufficientHealth);
    alice.borrow(&mut world, "USDC", usdc(7)).await.succeeds();
    alice.withdraw(&mut world, "SOL", sol(10) / 100).await.fails_with(MarginError::InsufficientHealth);
    calm(&mut world, 3_600).await;
    assert_eq!(world.board().await.feeds[0].volatility, 0);
    alice.borrow(&mut world, "USDC", usdc(29)).await.fails_with(MarginError::InsufficientHealth);
    alice.borrow(&mut world, "USDC", usdc(28)).await.succeeds();
}

#[tokio::test]
async fn a_multiple_of_zero_is_off() {
    let (mut world, alice, _) = scene(0).await;
    assert_eq!(world.board().await.feeds[0].volatility, 25_820);
    alice.borrow(&mut world, "USDC", usdc(1_333)).await.succeeds();
}

/// At thirty times the volatility Alice could not have borrowed half of what she owes, and nobody can liquidate her.
#[tokio::test]
async fn LIQ_1_nobody_is_liquidated_by_volatility() {
    let (mut world, alice, keeper) = scene(0).await;
    alice.borrow(&mut world, "USDC", usdc(1_333)).await.succeeds();
    set_multiple(&mut world, 3_000).await;
    alice.borrow(&mut world, "USDC", 1).await.fails_with(MarginError::InsufficientHealth);
    let pair = ("USDC", "SOL");
    keeper.liquidate(&mut world, &alice, pair, ALL).await.fails_with(MarginError::AccountHealthy);
}
