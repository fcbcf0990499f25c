//! Velocity buckets: shallow liquidations move at most a part of a token in a window.

use breakwater_client::instruction::{self, ALL};
use solana_signer::Signer;

use super::{PAIR, Scene, borrower, liquidated, two_touches};
use crate::common::{MarginError, Trader, Verdict, World, usd, usdc};

/// 1 % of the deposits of USDC in five minutes: 250 of 25,000.
async fn limited(borrowers: usize) -> (Scene, Vec<Trader>) {
    let mut scene = Scene::with(two_touches()).await;
    let mut others = Vec::new();
    for _ in 0..borrowers {
        others.push(borrower(&mut scene.world).await);
    }
    let mut lending = scene.world.bank("USDC").await.lending;
    lending.velocity = 100;
    let bank = scene.world.keys("USDC").bank;
    let set = instruction::set_lending(&scene.world.admin.pubkey(), &scene.world.group, &bank, lending);
    scene.world.send_as_admin(&[set]).await.succeeds();
    (scene, others)
}

async fn flag(world: &mut World, who: &Trader) {
    let touch = instruction::touch(&who.account, &world.board);
    world.send(&[touch], &[]).await.succeeds();
}

/// 1 % of what depositors own of USDC.
async fn cap(world: &mut World) -> u64 {
    world.bank("USDC").await.deposit_shares / 100
}

/// Each account needs 173.408866: the first gets it, the second what is left of 1 % of the deposits, of which the keeper has
/// spent some, the third nothing; a quarter of a window later a quarter has leaked out.
#[tokio::test]
async fn shallow_liquidations_fill_the_bucket() {
    let (mut scene, others) = limited(2).await;
    scene.print(115).await;
    scene.touch().await.succeeds();
    for other in &others {
        flag(&mut scene.world, other).await;
    }
    scene.world.chain.skip(5);
    scene.print(115).await;
    let first = liquidated(&scene.liquidate().await.succeeds());
    assert_eq!(first.repay, 173_408_866);
    let Scene { world, keeper, .. } = &mut scene;
    let most = cap(world).await;
    let second = liquidated(&keeper.liquidate(world, &others[0], PAIR, ALL).await.succeeds());
    assert_eq!(first.repay + second.repay, most);
    assert_eq!(world.bank("USDC").await.bucket_level, most);
    keeper.liquidate(world, &others[1], PAIR, ALL).await.fails_with(MarginError::VelocityLimit);

    let start = world.bank("USDC").await.bucket_time;
    world.chain.set_time(start + 75);
    world.prices(&[("SOL", usd(115)), ("USDC", usd(1))]).await;
    let (most, passed) = (cap(world).await, (world.chain.now() - start).unsigned_abs());
    let room = most.saturating_sub(first.repay + second.repay - most * passed / 300);
    let third = liquidated(&keeper.liquidate(world, &others[1], PAIR, ALL).await.succeeds());
    assert_eq!(third.repay, room);
}

/// Deep breaches pass a full bucket and count nothing; so does a flag older than T.
#[tokio::test]
async fn deep_breaches_and_old_flags_are_not_limited() {
    let (mut scene, others) = limited(2).await;
    scene.print(115).await;
    scene.touch().await.succeeds();
    flag(&mut scene.world, &others[0]).await;
    flag(&mut scene.world, &others[1]).await;
    scene.world.chain.skip(5);
    scene.print(115).await;
    scene.liquidate().await.succeeds();
    scene.keeper.liquidate(&mut scene.world, &others[0], PAIR, ALL).await.succeeds();
    scene.world.chain.skip(300);
    let level = scene.world.bank("USDC").await.bucket_level;
    let now = scene.world.bank("USDC").await.bucket_time;
    scene.world.chain.set_time(now + 1);
    scene.print(115).await;
    let old = liquidated(&scene.keeper.liquidate(&mut scene.world, &others[1], PAIR, ALL).await.succeeds());
    assert!(old.repay >= 173_000_000, "{old:?}");
    assert_eq!(scene.world.bank("USDC").await.bucket_level, level, "it counts nothing");
    scene.print(100).await;
    let deep = liquidated(&scene.keeper.liquidate(&mut scene.world, &others[0], PAIR, ALL).await.succeeds());
    assert!(deep.repay > usdc(250), "{deep:?}");
    assert_eq!(scene.world.bank("USDC").await.bucket_level, level);
}
