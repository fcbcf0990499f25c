//! After a time without any print shallow breaches wait as long as it lasted.

use breakwater_client::interface::perp::{STATUS_ACTIVE, STATUS_PAUSED};

use super::{Scene, liquidated, two_touches};
use crate::common::{MarginError, Verdict, World, usd};

/// Ten minutes without a print: flags may be set at once, liquidations come ten minutes later.
#[tokio::test]
async fn shallow_breaches_wait_after_an_outage() {
    let mut scene = Scene::with(two_touches()).await;
    scene.world.chain.advance(600);
    scene.print(115).await;
    let calm_at = scene.world.board().await.calm_at;
    assert!((595..=605).contains(&(calm_at - scene.world.chain.now())), "{calm_at}");
    scene.touch().await.succeeds();
    scene.world.chain.skip(5);
    scene.print(115).await;
    scene.liquidate().await.fails_with(MarginError::Calming);
    let left = calm_at - scene.world.chain.now();
    // Prints keep coming meanwhile.
    for _ in 0..left / 100 {
        scene.world.chain.advance(100);
        scene.print(115).await;
    }
    scene.world.chain.set_time(calm_at - 1);
    scene.print(115).await;
    scene.world.chain.set_time(calm_at.max(scene.world.chain.now()));
    liquidated(&scene.liquidate().await.succeeds());
}

#[tokio::test]
async fn deep_breaches_do_not_wait() {
    let mut scene = Scene::with(two_touches()).await;
    scene.world.chain.advance(600);
    scene.print(100).await;
    liquidated(&scene.liquidate().await.succeeds());
}

/// Five minutes are no outage, nor is one slow feed among others; four hours are the longest wait.
#[tokio::test]
async fn only_a_time_without_any_print_is_an_outage() {
    let mut scene = Scene::with(two_touches()).await;
    scene.print(150).await;
    let last = scene.world.board().await.accepted_at;
    scene.world.chain.set_time(last + 300);
    scene.world.price("USDC", usd(1)).await;
    assert_eq!(scene.world.board().await.calm_at, 0);
    for _ in 0..4 {
        scene.world.chain.advance(200);
        scene.world.price("USDC", usd(1)).await;
    }
    scene.world.price("SOL", usd(150)).await;
    assert_eq!(scene.world.board().await.calm_at, 0, "SOL was silent, the oracle was not");
    scene.world.chain.advance(5 * 3_600);
    scene.world.price("USDC", usd(1)).await;
    let board = scene.world.board().await;
    assert_eq!(board.calm_at - board.accepted_at, 14_400);
}

#[tokio::test]
async fn shallow_breaches_wait_after_a_pause() {
    let mut world = World::with_market().await;
    world.set_market_status("BTC", STATUS_PAUSED, 0).await.succeeds();
    assert_eq!(world.board().await.calm_at, 0);
    world.set_market_status("BTC", STATUS_ACTIVE, 0).await.succeeds();
    assert!((world.board().await.calm_at - world.chain.now()).abs_diff(300) <= 1);
}
