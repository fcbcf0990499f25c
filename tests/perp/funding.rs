//! Funding. With K = 1 BTC and S = 250,000 BTC the slope of 250,000 millionths an hour gives one millionth an hour. At
//! $62,500 one base unit then pays 0.0625 quote units an hour: F rises by 62,500 × 10^−6 × 2^44 = 2^40.

use breakwater_client::interface::PerpMarket;

use super::position;
use crate::common::{MarginError, Trader, Verdict, World, btc, btc_price, usd, usdc};

const HOUR: i64 = 3_600;
/// What a base unit pays in an hour at K = 1 BTC and $62,500.
const HOURLY: i64 = 1 << 40;

/// Alice has two BTC of one side, Bob one of the other: |K| = 1 BTC. Both just traded.
async fn two_against_one(sign: i64) -> (World, Trader, Trader) {
    let (mut world, _) = World::with_pool().await;
    let (alice, bob) = (world.funded(usdc(100_000)).await, world.funded(usdc(100_000)).await);
    world.freshen_all().await;
    alice.trade(&mut world, "BTC", btc(2 * sign)).await.succeeds();
    bob.trade(&mut world, "BTC", btc(-sign)).await.succeeds();
    (world, alice, bob)
}

/// Time passes; then everything is fresh and funding is charged.
async fn pass(world: &mut World, seconds: i64) -> PerpMarket {
    world.chain.advance(seconds);
    world.freshen_all().await;
    world.market("BTC").await
}

/// Somebody lets the account pay its loss; the touch brings the due funding into the position. Returns by how much the
/// PnL was below what trading had cost.
async fn funding_paid(world: &mut World, who: &Trader) -> i64 {
    let before = who.pnl(world, "BTC").await;
    let deposit = who.deposited(world, "USDC").await;
    let stranger = world.trader().await;
    stranger.settle_for(world, who, "BTC", u64::MAX).await.succeeds();
    let paid = deposit - who.deposited(world, "USDC").await;
    paid as i64 + before
}

/// An hour: alice pays 2,000,000 × 2^40 / 2^44 = 125,000, bob receives 62,500, the pool keeps what its one BTC earned.
#[tokio::test]
async fn FND_1_the_heavier_side_pays_the_lighter_one_and_the_pool() {
    for sign in [1, -1] {
        let (mut world, alice, bob) = two_against_one(sign).await;
        let before = world.market("BTC").await;
        let after = pass(&mut world, HOUR).await;
        assert_eq!(after.funding_index, sign * HOURLY, "longs pay where K > 0");
        assert_eq!(after.claims_quote - before.claims_quote, -62_500, "K × ΔF");
        let now = world.chain.now();
        let risk = world.board().await.markets[0];
        assert_eq!((risk.funding_index, risk.funding_time), (sign * HOURLY, now), "the board knows it too");
        assert_eq!(funding_paid(&mut world, &alice).await, 125_000);
        assert_eq!(funding_paid(&mut world, &bob).await, -62_500);
        assert_eq!(position(&mut world, &alice).await.funding_index, sign * HOURLY);
        assert_eq!(world.market("BTC").await.dust, 0, "whole units leave nothing over");
    }
}

/// Ten seconds: ΔF = floor(2^40 / 360) = 3,054,198,966. Alice owes 347.22… and pays 348, bob is owed 173.61… and gets 173.
/// The two fractions, 0.777… and 0.611…, are a unit for the tranche and 0.388… that waits.
#[tokio::test]
async fn FND_1_the_payer_pays_the_ceiling_and_the_receiver_gets_the_floor() {
    let (mut world, alice, bob) = two_against_one(1).await;
    let tranche = world.market("BTC").await.tranche;
    let after = pass(&mut world, 10).await;
    assert_eq!(after.funding_index, 3_054_198_966);
    assert_eq!(funding_paid(&mut world, &alice).await, 348);
    let market = world.market("BTC").await;
    let first = (348u64 << 44) - 2_000_000 * 3_054_198_966;
    assert_eq!((market.tranche, market.dust), (tranche, first));
    assert_eq!(funding_paid(&mut world, &bob).await, -173);
    let market = world.market("BTC").await;
    let second = 1_000_000 * 3_054_198_966 - (173u64 << 44);
    assert_eq!((market.tranche, market.dust), (tranche + 1, first + second - (1 << 44)));
}

#[tokio::test]
async fn a_year_without_a_crank_costs_an_hour() {
    let (mut world, alice, _) = two_against_one(1).await;
    let after = pass(&mut world, 365 * 24 * HOUR).await;
    assert_eq!((after.funding_index, after.funding_time), (HOURLY, world.chain.now()));
    assert_eq!(funding_paid(&mut world, &alice).await, 125_000);
}

/// At 60 s the index is live and the minute is charged: floor(2^40 / 60). At 61 s the time is forfeited, for good.
#[tokio::test]
async fn time_without_a_live_index_is_forfeited() {
    let (mut world, _, _) = two_against_one(1).await;
    world.chain.advance(60);
    world.sync(&["BTC"]).await.succeeds();
    assert_eq!(world.market("BTC").await.funding_index, 18_325_193_796);
    world.chain.advance(1);
    world.sync(&["BTC"]).await.succeeds();
    world.chain.advance(600);
    world.sync(&["BTC"]).await.succeeds();
    let market = world.market("BTC").await;
    assert_eq!((market.funding_index, market.funding_time), (18_325_193_796, world.chain.now()));
    world.freshen_all().await;
    assert_eq!(world.market("BTC").await.funding_index, 18_325_193_796);
}

/// What the trade adds to the skew pays from the trade on: the hour before costs 2^40, not 2^41.
#[tokio::test]
async fn a_trade_is_charged_for_nothing_that_was_before_it() {
    let (mut world, alice, _) = two_against_one(1).await;
    world.chain.advance(HOUR);
    world.prices(&[("USDC", usd(1)), ("BTC", btc_price())]).await;
    world.sync(&["USDC"]).await.succeeds();
    // 3,600 s of the 3,601 are charged.
    alice.trade(&mut world, "BTC", btc(1)).await.succeeds();
    assert_eq!(world.market("BTC").await.funding_index, HOURLY);
    let after = pass(&mut world, HOUR).await;
    assert_eq!(after.funding_index, HOURLY + 2 * HOURLY, "K is two BTC from the trade on");
}

/// A slope of a thousand times the default would be 1,000 × 4 millionths at K = 1 BTC; the most is 1,000.
#[tokio::test]
async fn funding_has_a_maximum() {
    let (mut world, alice, _) = two_against_one(1).await;
    world.set_market("BTC", |config| config.funding_slope = 1_000_000_000).await.succeeds();
    let after = pass(&mut world, HOUR).await;
    assert_eq!(after.funding_index, 1_000 * HOURLY);
    assert_eq!(funding_paid(&mut world, &alice).await, 125_000_000);
}

/// Old parameters are charged until the second in which they change.
#[tokio::test]
async fn new_parameters_charge_from_their_own_second_on() {
    let (mut world, _, _) = two_against_one(1).await;
    world.chain.advance(HOUR);
    world.prices(&[("BTC", btc_price())]).await;
    world.set_market("BTC", |config| (config.funding_slope, config.funding_max) = (0, 0)).await.succeeds();
    assert_eq!(world.market("BTC").await.funding_index, HOURLY);
    assert_eq!(world.board().await.markets[0].funding_index, HOURLY);
    assert_eq!(pass(&mut world, HOUR).await.funding_index, HOURLY);
}

#[tokio::test]
async fn an_even_market_pays_no_funding() {
    let (mut world, _) = World::with_pool().await;
    let (alice, bob) = (world.funded(usdc(100_000)).await, world.funded(usdc(100_000)).await);
    world.freshen_all().await;
    alice.trade(&mut world, "BTC", btc(1)).await.succeeds();
    bob.trade(&mut world, "BTC", btc(-1)).await.succeeds();
    assert_eq!(pass(&mut world, HOUR).await.funding_index, 0);
}

/// Health counts what is due and not yet touched. 100 hours at 1,000 millionths cost alice 12,500,000,000 of a notional of
/// 125,000,000,000. With the 63,000,250 that trading cost and an initial margin of 5,000,000,000 + 9,375,000,000 the
/// position needs 26,938,000,250 quote units, and so a deposit of 29,931,111,389 at 0.9.
#[tokio::test]
async fn due_funding_counts_before_anybody_touches_the_position() {
    let (mut world, alice, _) = two_against_one(1).await;
    world.set_market("BTC", |config| config.funding_slope = 1_000_000_000).await.succeeds();
    for _ in 0..100 {
        pass(&mut world, HOUR).await;
    }
    assert_eq!(position(&mut world, &alice).await.funding_index, 0, "nobody has touched it");
    let most = usdc(100_000) - 29_931_111_389;
    alice.withdraw(&mut world, "USDC", most + 1).await.fails_with(MarginError::InsufficientHealth);
    alice.withdraw(&mut world, "USDC", most).await.succeeds();
}
