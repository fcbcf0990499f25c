//! How fresh prices and snapshots must be for a trade, and how long a position must be held.

use breakwater_sim::price_path::Price8;

use super::{calm, long_one, position};
use crate::common::{MarginError, Verdict, btc, btc_listing, btc_price, sol, usd, usdc};

#[tokio::test]
async fn trade_and_reduce_fail_with_StalePrice_on_a_print_older_than_five_seconds() {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    world.let_positions_settle().await;
    world.chain.advance(5);
    alice.reduce(&mut world, "BTC", 1_000).await.succeeds();
    alice.trade(&mut world, "BTC", 1_000).await.succeeds();
    world.let_positions_settle().await;
    world.chain.advance(6);
    alice.reduce(&mut world, "BTC", 1_000).await.fails_with(MarginError::StalePrice);
    alice.trade(&mut world, "BTC", 1_000).await.fails_with(MarginError::StalePrice);
}

/// A long opened in slot s may be reduced from slot s + 3 on, on a newer print.
#[tokio::test]
async fn reduce_fails_with_ReduceTooSoon_within_three_slots_of_the_last_increase() {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    let opened = world.chain.slot();
    world.price("BTC", btc_price()).await;
    for slot in [1, 2] {
        assert_eq!(world.chain.slot(), opened + slot);
        alice.reduce(&mut world, "BTC", u64::MAX).await.fails_with(MarginError::ReduceTooSoon);
        alice.trade(&mut world, "BTC", btc(-2)).await.fails_with(MarginError::ReduceTooSoon);
        world.chain.skip(1);
    }
    assert_eq!(world.chain.slot(), opened + 3);
    alice.reduce(&mut world, "BTC", u64::MAX).await.succeeds();
}

#[tokio::test]
async fn reduce_fails_with_ReduceTooSoon_on_the_print_of_the_last_increase() {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    world.chain.skip(1_000);
    alice.reduce(&mut world, "BTC", 1_000).await.fails_with(MarginError::ReduceTooSoon);
    alice.trade(&mut world, "BTC", btc(-2)).await.fails_with(MarginError::ReduceTooSoon);
    // An increase waits for nothing, and starts the wait anew.
    alice.trade(&mut world, "BTC", 1_000).await.succeeds();
    world.price("BTC", btc_price()).await;
    alice.reduce(&mut world, "BTC", 1_000).await.fails_with(MarginError::ReduceTooSoon);
    world.chain.skip(2);
    alice.reduce(&mut world, "BTC", 1_000).await.succeeds();
    // A reduction starts no wait.
    alice.reduce(&mut world, "BTC", 1_000).await.succeeds();
}

/// Alice's other legs: a deposit of SOL, and the quote token that her position settles in.
#[tokio::test]
async fn an_increase_fails_with_StalePrice_where_any_leg_is_older_than_twenty_seconds() {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    alice.deposit(&mut world, "SOL", sol(1)).await.succeeds();
    for stale in ["SOL", "USDC"] {
        world.freshen_all().await;
        world.chain.advance(20);
        world.price("BTC", btc_price()).await;
        alice.trade(&mut world, "BTC", 1_000).await.succeeds();
        world.chain.advance(1);
        let fresh = if stale == "SOL" { "USDC" } else { "SOL" };
        world.freshen(&[fresh, "BTC"]).await;
        alice.trade(&mut world, "BTC", 1_000).await.fails_with(MarginError::StalePrice);
        world.freshen(&[stale]).await;
        alice.trade(&mut world, "BTC", 1_000).await.succeeds();
    }
}

/// Without a deposit of the quote token its price still decides what PnL is worth.
#[tokio::test]
async fn the_quote_token_must_be_fresh_even_where_none_is_held() {
    let mut world = calm().await;
    let alice = world.trader().await;
    alice.deposit(&mut world, "SOL", sol(1_000)).await.succeeds();
    world.freshen_all().await;
    world.chain.advance(21);
    world.freshen(&["SOL", "BTC"]).await;
    alice.trade(&mut world, "BTC", btc(1)).await.fails_with(MarginError::StalePrice);
    world.freshen(&["USDC"]).await;
    alice.trade(&mut world, "BTC", btc(1)).await.succeeds();
}

/// Snapshots of banks and of other markets age alike; the traded market charges its own funding.
#[tokio::test]
async fn an_increase_fails_with_StaleIndex_on_a_snapshot_older_than_300_seconds() {
    let mut world = calm().await;
    world.list_perp("M1", btc_listing()).await.succeeds();
    world.price("M1", btc_price()).await;
    world.provider("M1", usdc(100_000)).await;
    let alice = long_one(&mut world).await;
    alice.trade(&mut world, "M1", 1_000).await.succeeds();
    world.freshen_all().await;
    let prices = [("SOL", usd(150)), ("USDC", usd(1)), ("BTC", btc_price()), ("M1", btc_price())];
    world.chain.advance(299);
    world.prices(&prices).await;
    alice.trade(&mut world, "BTC", 1_000).await.succeeds();
    world.prices(&prices).await;
    alice.trade(&mut world, "BTC", 1_000).await.fails_with(MarginError::StaleIndex);
    world.sync(&["USDC"]).await.succeeds();
    alice.trade(&mut world, "BTC", 1_000).await.fails_with(MarginError::StaleIndex);
    world.sync(&["M1"]).await.succeeds();
    alice.trade(&mut world, "BTC", 1_000).await.succeeds();
}

/// Nothing but the market's own print is needed to get out, as long as health does not fall.
#[tokio::test]
async fn a_position_is_reduced_whatever_the_age_of_the_other_legs() {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    alice.deposit(&mut world, "SOL", sol(1)).await.succeeds();
    world.chain.skip(3);
    world.chain.advance(30 * 86_400);
    world.price("BTC", Price8(5_000_000_000_000)).await;
    alice.trade(&mut world, "BTC", 1_000).await.fails_with(MarginError::StalePrice);
    alice.reduce(&mut world, "BTC", u64::MAX).await.succeeds();
    assert_eq!(position(&mut world, &alice).await.base, 0);
}
