//! The safety engine: no liquidation by a wick, no cascade, no rush after an outage, no secret.
#![allow(non_snake_case)]
#[path = "../common/mod.rs"]
mod common;

mod flags;
mod outage;
mod quote;
mod receipts;
mod velocity;

use breakwater_client::instruction::{self, ALL};
use breakwater_client::interface::config::LiquidationConfig;
use breakwater_sim::world::{Sent, default_liquidation};
use common::told::liquidated;
use common::{Trader, Verdict, World, sol, usd, usdc};
use solana_signer::Signer;

/// Three slots between touches, no growth for ten, T = 300, deep from 10 % of the requirement on.
fn two_touches() -> LiquidationConfig {
    LiquidationConfig {
        wait_slots: 3,
        grace_slots: 10,
        auction_slots: 300,
        deep_breach: 1_000,
        velocity_window: 300,
        ..default_liquidation()
    }
}

/// Alice holds 10 SOL and owes 1,000 USDC to a lender of 20,000; a keeper holds 5,000 USDC. Loans cost nothing.
struct Scene {
    world: World,
    alice: Trader,
    keeper: Trader,
}

const PAIR: (&str, &str) = ("USDC", "SOL");

impl Scene {
    async fn with(config: LiquidationConfig) -> Scene {
        let mut world = World::still().await;
        let set = instruction::set_liquidation(&world.admin.pubkey(), &world.group, &world.board, config);
        world.send_as_admin(&[set]).await.succeeds();
        let (lender, keeper) = (world.trader().await, world.trader().await);
        lender.deposit(&mut world, "USDC", usdc(20_000)).await.succeeds();
        keeper.deposit(&mut world, "USDC", usdc(5_000)).await.succeeds();
        let alice = borrower(&mut world).await;
        Scene { world, alice, keeper }
    }

    async fn at(config: LiquidationConfig, price: u32) -> Scene {
        let mut scene = Scene::with(config).await;
        scene.print(price).await;
        scene
    }

    /// Fresh prints of both legs.
    async fn print(&mut self, price: u32) {
        self.world.prices(&[("SOL", usd(price)), ("USDC", usd(1))]).await;
    }

    async fn liquidate(&mut self) -> Sent {
        self.keeper.liquidate(&mut self.world, &self.alice, PAIR, ALL).await
    }

    async fn touch(&mut self) -> Sent {
        let touch = instruction::touch(&self.alice.account, &self.world.board);
        self.world.send(&[touch], &[]).await
    }

    async fn flag_slot(&mut self) -> u64 {
        self.world.margin_account(&self.alice.account).await.flag_slot
    }
}

/// 10 SOL against 1,000 USDC.
async fn borrower(world: &mut World) -> Trader {
    let trader = world.trader().await;
    trader.deposit(world, "SOL", sol(10)).await.succeeds();
    world.prices(&[("SOL", usd(150)), ("USDC", usd(1))]).await;
    trader.borrow(world, "USDC", usdc(1_000)).await.succeeds();
    trader
}
