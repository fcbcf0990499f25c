//! `liquidate`: whether, which legs, how much, who may, what comes of it.
#![allow(non_snake_case)]
#[path = "../common/mod.rs"]
mod common;

mod accounts;
mod freshness;
mod keeper;
mod legs;
mod perp_accounts;
mod perp_legs;
mod perps;
mod size;
mod whether;

use common::told::liquidated;
use common::{Trader, Verdict, World, sol, usd, usdc};

/// Alice holds 10 SOL and owes 1,000 USDC to a lender of 20,000; a keeper holds 5,000 USDC. Loans cost nothing.
struct Scene {
    world: World,
    alice: Trader,
    keeper: Trader,
}

/// At $150, where Alice is healthy.
async fn scene() -> Scene {
    let mut world = World::still().await;
    let (lender, alice, keeper) = (world.trader().await, world.trader().await, world.trader().await);
    lender.deposit(&mut world, "USDC", usdc(20_000)).await.succeeds();
    keeper.deposit(&mut world, "USDC", usdc(5_000)).await.succeeds();
    alice.deposit(&mut world, "SOL", sol(10)).await.succeeds();
    alice.borrow(&mut world, "USDC", usdc(1_000)).await.succeeds();
    Scene { world, alice, keeper }
}

/// At $115, where H_maint = 1,150·0.9 − 1,000·1.05 = −15.
async fn under_water() -> Scene {
    let mut scene = scene().await;
    scene.world.prices(&[("SOL", usd(115)), ("USDC", usd(1))]).await;
    scene
}

const USDC_FOR_SOL: (&str, &str) = ("USDC", "SOL");
