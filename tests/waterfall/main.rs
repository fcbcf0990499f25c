//! `resolve_bankruptcy`: who bears a loss, in which order, and nobody else.
#![allow(non_snake_case)]
#[path = "../common/mod.rs"]
mod common;

mod bankrupt;
mod deleverage;
mod escrow;
mod market;
mod order;

use breakwater_client::instruction::ALL;
use common::{Trader, Verdict, World, sol, usd, usdc};

/// Alice held 10 SOL and owed 1,000 USDC; at $90 a keeper took the SOL for 900 USDC, all that they were worth. She owes 100
/// USDC and holds nothing. A lender holds `lent` USDC, the keeper nothing of USDC any more. Loans cost nothing.
struct Scene {
    world: World,
    alice: Trader,
    lender: Trader,
}

async fn bankrupt(lent: u64) -> Scene {
    let mut world = World::still().await;
    let (lender, alice, keeper) = (world.trader().await, world.trader().await, world.trader().await);
    lender.deposit(&mut world, "USDC", lent).await.succeeds();
    keeper.deposit(&mut world, "USDC", usdc(900)).await.succeeds();
    ruin(&mut world, &alice, &keeper, 90).await;
    Scene { world, alice, lender }
}

/// Brings somebody new down to a debt of 1,000 USDC less ten times the price.
async fn ruin(world: &mut World, who: &Trader, keeper: &Trader, price: u32) {
    world.prices(&[("SOL", usd(150)), ("USDC", usd(1))]).await;
    who.deposit(world, "SOL", sol(10)).await.succeeds();
    who.borrow(world, "USDC", usdc(1_000)).await.succeeds();
    world.prices(&[("SOL", usd(price)), ("USDC", usd(1))]).await;
    keeper.liquidate(world, who, ("USDC", "SOL"), ALL).await.succeeds();
}
