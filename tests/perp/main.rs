//! Perpetuals: trades against the pool, funding, profit that matures, settlement, liquidity, insurance, and what a position
//! holds back of the rest of the account.
#![allow(non_snake_case)]
#[path = "../common/mod.rs"]
mod common;

mod accounts;
mod fills;
mod funding;
mod health;
mod insure;
mod limits;
mod maturity;
mod order_rules;
mod orders;
mod patience;
mod pool;
mod settle;

use breakwater_client::interface::perp::PerpPosition;
use breakwater_sim::price_path::Price8;
use common::{Trader, Verdict, World, btc, usd, usdc};

/// A world with a million USDC in the pool whose funding costs nothing, so that PnL stands still while time passes.
async fn calm() -> World {
    let (mut world, _) = World::with_pool().await;
    world.set_market("BTC", |config| (config.funding_slope, config.funding_max) = (0, 0)).await.succeeds();
    world
}

/// $66,406.25: 1/16 above $62,500. One base unit is worth 66,406.25 quote units exactly.
fn up_a_sixteenth() -> Price8 {
    Price8(6_640_625_000_000)
}

/// $58,593.75: 1/16 below $62,500.
fn down_a_sixteenth() -> Price8 {
    Price8(5_859_375_000_000)
}

/// Everything is fresh, BTC has another price, and a position may be reduced.
async fn move_to(world: &mut World, price: Price8) {
    world.chain.skip(3);
    world.freshen_all().await;
    world.price("BTC", price).await;
}

/// Somebody with 100,000 USDC who is long one BTC, bought at $62,500 of an even market: the position owes
/// 62,500,125,000 for the base and 31,250,063 in fees, and so 62,531,375,063 quote units.
async fn long_one(world: &mut World) -> Trader {
    let alice = world.funded(100_000_000_000).await;
    world.freshen_all().await;
    alice.trade(world, "BTC", btc(1)).await.succeeds();
    alice
}

/// A pool of 10,000 USDC, alice long half a BTC and bob short as much.
async fn half_each() -> (World, Trader, Trader) {
    let mut world = World::with_market().await;
    world.provider("BTC", usdc(10_000)).await;
    world.set_market("BTC", |config| (config.funding_slope, config.funding_max) = (0, 0)).await.succeeds();
    let (alice, bob) = (world.funded(usdc(100_000)).await, world.funded(usdc(100_000)).await);
    world.freshen_all().await;
    for size in [250_000, 250_000] {
        alice.trade(&mut world, "BTC", size).await.succeeds();
        bob.trade(&mut world, "BTC", -size).await.succeeds();
    }
    (world, alice, bob)
}

/// What a long of one BTC bought by [`long_one`] owes.
const ONE_LONG: i64 = 62_531_375_063;

async fn position(world: &mut World, who: &Trader) -> PerpPosition {
    who.perp(world, "BTC").await.expect("there is a position")
}

/// Twice the price: $125,000.
fn doubled() -> Price8 {
    usd(125_000)
}
