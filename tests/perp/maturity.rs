//! Profit matures over an hour, and only what two touches have seen. At 66,406.25 the long of one BTC has gained
//! 66,406,250,000 − 62,531,375,063 = 3,874,874,937.

use breakwater_sim::price_path::Price8;

use super::{ONE_LONG, calm, down_a_sixteenth, long_one, move_to, position, up_a_sixteenth};
use crate::common::{MarginError, Trader, Verdict, World, btc, btc_price, usdc};
use breakwater_client::interface::perp::STATUS_REDUCE_ONLY;
use breakwater_client::margin::BPS;
use breakwater_client::margin::units::USD;

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
    alice.settle(&mut world, "BTC", 1).await.fails_with(MarginError::ProfitNotMatured);
    alice.settle(&mut world, "BTC", u64::MAX).await.succeeds();
    let held = position(&mut world, &alice).await;
    assert_eq!((held.matured, held.seen), (0, PROFIT));
    assert_eq!(alice.deposited(&mut world, "USDC").await, usdc(100_000));
}

/// Who only holds on needs no trade: a settlement lets the profit be seen, and after an hour the next one pays it. A stranger
/// cannot touch for him.
#[tokio::test]
async fn profit_matures_without_a_trade() {
    let mut world = calm().await;
    let (alice, stranger) = (long_one(&mut world).await, world.trader().await);
    move_to(&mut world, up_a_sixteenth()).await;
    let touch = stranger.settle_for(&mut world, &alice, "BTC", u64::MAX).await;
    touch.fails_with(MarginError::NotAccountOwnerOrDelegate);
    alice.settle(&mut world, "BTC", u64::MAX).await.succeeds();
    wait(&mut world, W).await;
    alice.settle(&mut world, "BTC", u64::MAX).await.succeeds();
    assert_eq!(alice.deposited(&mut world, "USDC").await, usdc(100_000) + PROFIT);
}

/// Alice's long is at a loss at the mark (31,375,063) and is sold into the skew of 500 BTC that somebody else has opened since,
/// for a premium: 62,437,374 remain of a closed position, which no touch has seen, in a market that takes no increase.
#[tokio::test]
async fn a_profit_that_came_from_the_skew_matures_too() {
    let mut world = World::with_market().await;
    world.provider("BTC", usdc(40_000_000)).await;
    world.set_market("BTC", |config| (config.funding_slope, config.funding_max) = (0, 0)).await.succeeds();
    let alice = long_one(&mut world).await;
    let whale = world.funded(usdc(40_000_000)).await;
    whale.trade(&mut world, "BTC", btc(500)).await.succeeds();
    world.let_positions_settle().await;
    world.set_market_status("BTC", STATUS_REDUCE_ONLY, 0).await.succeeds();
    alice.reduce(&mut world, "BTC", u64::MAX).await.succeeds();
    alice.settle(&mut world, "BTC", u64::MAX).await.succeeds();
    wait(&mut world, W).await;
    alice.settle(&mut world, "BTC", u64::MAX).await.succeeds();
    assert_eq!(alice.deposited(&mut world, "USDC").await, usdc(100_000) + 62_437_374);
    alice.withdraw(&mut world, "USDC", u64::MAX).await.succeeds();
    alice.close(&mut world).await.succeeds();
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
    alice.settle(&mut world, "BTC", u64::MAX).await.succeeds();
    let held = position(&mut world, &alice).await;
    assert_eq!((held.matured, held.seen), (0, AFTER_LOT + 1), "seen anew");
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

/// Health lets profit mature by the clock without writing. R_maint of 66,472.65625 is 2,500 + 1,070.722657: of 3,874.841467 of
/// profit the 304.118810 beyond it count once they have matured, in three minutes 193.742073.
#[tokio::test]
async fn health_counts_what_would_have_matured_at_a_touch() {
    let mut world = calm().await;
    let alice = seen(&mut world).await;
    let before = alice.valuation(&mut world).await.maintenance;
    world.chain.advance(180);
    world.price("BTC", up_a_sixteenth()).await;
    world.freshen_all().await;
    let passed = world.chain.now() - position(&mut world, &alice).await.touched_at;
    let ripened = AFTER_LOT * u64::try_from(passed).expect("time passes") / 3_600;
    let after = alice.valuation(&mut world).await.maintenance;
    let dollars = |units: u64| i128::from(units) * USD / 1_000_000 * i128::from(BPS * BPS);
    assert!((after.0 - before.0 - dollars(ripened)).abs() < dollars(2), "{passed} s: {before:?} {after:?}");
    wait(&mut world, W).await;
    let after = alice.valuation(&mut world).await.maintenance;
    assert!((after.0 - before.0 - dollars(304_118_810)).abs() < dollars(2), "PnL − R: {after:?}");
    assert_eq!(position(&mut world, &alice).await.matured, 0, "nobody has touched it");
}

/// A deposit of 7,843,424,481 covers R_init of 66,472,656,250 at the far end, 5,000,000,000 + 2,059,082,032, at its weight of
/// 0.9. All of the profit has matured an hour later and backs none of it (ω = 0) until it has been settled.
#[tokio::test]
async fn profit_backs_nothing_new_before_it_is_settled() {
    let mut world = calm().await;
    let alice = seen(&mut world).await;
    wait(&mut world, W).await;
    let most = usdc(100_000) - 7_843_424_481;
    alice.withdraw(&mut world, "USDC", most + 1).await.fails_with(MarginError::InsufficientHealth);
    alice.withdraw(&mut world, "USDC", most).await.succeeds();
    alice.settle(&mut world, "BTC", u64::MAX).await.succeeds();
    alice.withdraw(&mut world, "USDC", AFTER_LOT - 50_000_000).await.succeeds();
}
