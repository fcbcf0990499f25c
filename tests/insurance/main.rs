//! Insurance that people stake in: how stake comes in, earns, bears losses and leaves, what stops it, and what the fund earns.
#![allow(non_snake_case)]
#[path = "../common/mod.rs"]
mod common;

mod accounts;
mod collect;
mod leave;
mod losses;
mod shortfall;
mod stake;

use common::{Trader, Verdict, World, sol, usd, usdc};

const DAY: i64 = 86_400;
/// How long stake is young, and how long it takes to leave.
const WEEK: i64 = 7 * DAY;
/// How long after that it may leave.
const WINDOW: i64 = 2 * DAY;

/// Loans cost nothing, and the shared fund may pay all of itself in a day. A share is a unit of USDC.
async fn insured() -> World {
    let mut world = World::still().await;
    world.create_fund(10_000).await.succeeds();
    world
}

/// The fund as it stands: shares, of these passive, active units, passive units.
async fn fund(world: &mut World) -> [u64; 4] {
    let fund = world.insurance_fund().await.expect("it was created");
    [fund.shares, fund.passive, fund.active_units, fund.passive_units]
}

/// Somebody who owes 1,000 USDC against 10 SOL at a price, and who lent them.
async fn debtor(world: &mut World, price: u32) -> Trader {
    let (lender, alice) = (world.trader().await, world.trader().await);
    lender.deposit(world, "USDC", usdc(5_000)).await.succeeds();
    world.prices(&[("SOL", usd(150)), ("USDC", usd(1)), ("ETH", usd(3_000))]).await;
    alice.deposit(world, "SOL", sol(10)).await.succeeds();
    world.sync(&["SOL", "USDC", "ETH"]).await.succeeds();
    alice.borrow(world, "USDC", usdc(1_000)).await.succeeds();
    world.prices(&[("SOL", usd(price)), ("USDC", usd(1))]).await;
    alice
}

/// A keeper takes the debtor's SOL, and what is left of the debt is written off.
async fn write_off(world: &mut World, alice: &Trader) {
    let keeper = world.funded(usdc(2_000)).await;
    keeper.liquidate(world, alice, ("USDC", "SOL"), u64::MAX).await.succeeds();
    world.resolve_bankruptcy(&alice.account, "USDC").await.succeeds();
}
