//! Profit matures over an hour, and only what two touches have seen. At 66,406.25 the long of one BTC has gained
//! 66,406,250,000 − 62,531,375,063 = 3,874,874,937.

use breakwater_sim::price_path::Price8;

use super::{ONE_LONG, calm, down_a_sixteenth, long_one, move_to, position, up_a_sixteenth};
use crate::common::{MarginError, Trader, Verdict, World, btc, btc_price, usdc};

const PROFIT: u64 = 3_874_874_937;
/// The profit after one lot more at the higher price: the lot costs a premium of 266 and a fee of 33,204.
const AFTER_LOT: u64 = PROFIT - 266 - 33_204;
const W: i64 = 3_600;

/// A long whose profit has been seen, by the purchase of a lot at 66,406.25.
async fn seen(world: &mut World) -> Trader {
    let alice = long_one(world).await;
    move_to(world, up_a_sixteenth()).await;
    alice.trade(world, "BTC", 1_000).await.succeeds();
    let held = position(world, &alice).await;
    assert_eq!((held.matured, held.seen, held.touched_at), (0, PROFIT, world.chain.now()));
    alice
}

async fn wait(world: &mut World, seconds: i64) {
    world.chain.advance(seconds);
    world.freshen_all().await;
}

/// 3,874,841,467 × 1,800 / 3,600 = 1,937,420,733.5.
#[tokio::test]
async fn profit_matures_in_proportion_to_time() {
    let mut world = calm().await;
    let alice = seen(&mut world).await;
    wait(&mut world, W / 2).await;
    alice.settle(&mut world, "BTC", AFTER_LOT / 2 + 1).await.fails_with(MarginError::ProfitNotMatured);
    alice.settle(&mut world, "BTC", AFTER_LOT / 2).await.succeeds();
    assert_eq!(alice.deposited(&mut world, "USDC").await, usdc(100_000) + 1_937_420_733);
    let held = position(&mut world, &alice).await;
    assert_eq!((held.matured, held.seen), (0, AFTER_LOT - AFTER_LOT / 2));
    // Another hour ripens the rest.
    wait(&mut world, W).await;
    alice.settle(&mut world, "BTC", u64::MAX).await.succeeds();
    assert_eq!(alice.deposited(&mut world, "USDC").await, usdc(100_000) + AFTER_LOT);
    assert_eq!(alice.pnl(&mut world, "BTC").await, 0);
}

/// floor(3,874,841,467 × 3,599 / 3,600) = 3,873,765,122.
#[tokio::test]
async fn profit_is_mature_after_an_hour_and_not_a_second_before() {
    for (time, matured) in [(W - 1, 3_873_765_122), (W, AFTER_LOT), (W + 1, AFTER_LOT), (10 * W, AFTER_LOT)] {
        let mut world = calm().await;
        let alice = seen(&mut world).await;
        wait(&mut world, time).await;
        alice.settle(&mut world, "BTC", matured + 1).await.fails_with(MarginError::ProfitNotMatured);
        alice.settle(&mut world, "BTC", matured).await.succeeds();
    }
}

/// A profit that no touch has seen before is not there yet, however long the position was left alone.
#[tokio::test]
async fn what_one_touch_has_seen_has_not_matured() {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    move_to(&mut world, up_a_sixteenth()).await;
    wait(&mut world, 10 * W).await;
    alice.settle(&mut world, "BTC", u64::MAX).await.fails_with(MarginError::NothingToSettle);
    alice.settle(&mut world, "BTC", 1).await.fails_with(MarginError::ProfitNotMatured);
    alice.trade(&mut world, "BTC", 1_000).await.succeeds();
    let held = position(&mut world, &alice).await;
    assert_eq!((held.matured, held.seen), (0, PROFIT));
}

/// A spike that one touch has seen and the next does not find: at $62,500 the long is at a loss, and nothing is left to
/// ripen when the price comes back.
#[tokio::test]
async fn a_spike_matures_nothing() {
    let mut world = calm().await;
    let alice = seen(&mut world).await;
    wait(&mut world, W / 2).await;
    world.price("BTC", btc_price()).await;
    alice.settle(&mut world, "BTC", 1).await.succeeds();
    let held = position(&mut world, &alice).await;
    assert_eq!((held.matured, held.seen), (0, 0), "the touch found a loss and paid a unit of it");
    wait(&mut world, 10 * W).await;
    world.price("BTC", up_a_sixteenth()).await;
    alice.settle(&mut world, "BTC", u64::MAX).await.fails_with(MarginError::NothingToSettle);
}

/// Half of the profit has matured when the price falls to where only a third of it is left: M falls with it.
#[tokio::test]
async fn matured_profit_never_exceeds_the_profit() {
    let mut world = calm().await;
    let alice = seen(&mut world).await;
    wait(&mut world, W).await;
    alice.trade(&mut world, "BTC", 1_000).await.succeeds();
    let matured = position(&mut world, &alice).await.matured;
    assert_eq!(matured as i64, alice.pnl(&mut world, "BTC").await, "the fee came off at once");
    // 63,476.5625 is 1/64 above 62,500.
    move_to(&mut world, Price8(6_347_656_250_000)).await;
    alice.trade(&mut world, "BTC", 1_000).await.succeeds();
    let held = position(&mut world, &alice).await;
    assert!(held.matured < matured);
    assert_eq!(held.matured as i64, alice.pnl(&mut world, "BTC").await);
}

#[tokio::test]
async fn an_increase_leaves_what_has_matured_and_a_flip_takes_it() {
    let mut world = calm().await;
    let alice = seen(&mut world).await;
    wait(&mut world, W / 2).await;
    alice.trade(&mut world, "BTC", 1_000).await.succeeds();
    let held = position(&mut world, &alice).await;
    assert_eq!((held.matured, held.seen), (AFTER_LOT / 2, AFTER_LOT));
    world.let_positions_settle().await;
    alice.trade(&mut world, "BTC", btc(-2)).await.succeeds();
    let held = position(&mut world, &alice).await;
    assert_eq!((held.matured, held.seen), (0, 0));
    assert!(alice.pnl(&mut world, "BTC").await > 3_000_000_000, "the profit is still there");
}

/// A closed position keeps its profit, which matures like any other: 66,406,250,000 × (1 + 1/500,000) = 66,406,382,812.5,
/// floor, and a fee of ceil(33,203,191.406) = 33,203,192.
#[tokio::test]
async fn the_profit_of_a_closed_position_matures_too() {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    move_to(&mut world, up_a_sixteenth()).await;
    alice.reduce(&mut world, "BTC", u64::MAX).await.succeeds();
    let profit = 66_406_382_812 - 33_203_192 - ONE_LONG;
    let held = position(&mut world, &alice).await;
    assert_eq!((held.base, held.quote, held.matured, held.seen), (0, profit, 0, PROFIT));
    // The price does not matter any more.
    wait(&mut world, W).await;
    world.price("BTC", down_a_sixteenth()).await;
    alice.settle(&mut world, "BTC", u64::MAX).await.succeeds();
    assert_eq!(alice.deposited(&mut world, "USDC").await, usdc(100_000) + profit as u64);
    assert_eq!(alice.perp(&mut world, "BTC").await, None);
}

/// Health lets profit mature by the clock without writing. R_init of 66,472,656,250 is 5,000,000,000 + 2,059,082,032; a
/// deposit of 7,843,424,481 covers it at 0.9. After an hour floor(0.9 × 3,874,841,467) = 3,487,357,320 cover a part, and
/// 3,968,583,014 are enough for the rest.
#[tokio::test]
async fn health_counts_what_would_have_matured_at_a_touch() {
    let mut world = calm().await;
    let alice = seen(&mut world).await;
    world.freshen_all().await;
    let most = usdc(100_000) - 7_843_424_481;
    // A second has passed since the touch: 3,874,841,467 / 3,600 = 1,076,344 have matured, of which 0.9 count.
    alice.withdraw(&mut world, "USDC", most + 1_076_346).await.fails_with(MarginError::InsufficientHealth);
    alice.withdraw(&mut world, "USDC", most).await.succeeds();
    wait(&mut world, W).await;
    let most = 7_843_424_481 - 3_968_583_014;
    alice.withdraw(&mut world, "USDC", most + 1).await.fails_with(MarginError::InsufficientHealth);
    alice.withdraw(&mut world, "USDC", most).await.succeeds();
    assert_eq!(position(&mut world, &alice).await.matured, 0, "nobody has touched it");
}
