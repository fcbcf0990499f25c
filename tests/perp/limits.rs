//! What a trade may not do: sizes, caps, skew, the state of the market, whose account it is.

use breakwater_client::Address;
use breakwater_client::interface::PerpMarket;
use breakwater_client::interface::accounts::MarginAccount;
use breakwater_client::interface::perp::{PerpPosition, STATUS_PAUSED, STATUS_REDUCE_ONLY};
use bytemuck::Zeroable;

use super::{calm, doubled, long_one, move_to, position};
use crate::common::{InstructionError, MarginError, Tamper, Verdict, World, btc, btc_listing, btc_price, usdc};

#[tokio::test]
async fn trade_and_reduce_fail_with_SizeZero_for_no_size() {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    world.let_positions_settle().await;
    alice.trade(&mut world, "BTC", 0).await.fails_with(MarginError::SizeZero);
    alice.reduce(&mut world, "BTC", 0).await.fails_with(MarginError::SizeZero);
}

/// The lot is 1,000 base units.
#[tokio::test]
async fn trade_fails_with_SizeBelowLot_off_the_lot() {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    for delta in [1, 999, 1_001, 1_500, -999, -1_500] {
        let bob = world.funded(usdc(1_000)).await;
        bob.trade(&mut world, "BTC", delta).await.fails_with(MarginError::SizeBelowLot);
    }
    alice.trade(&mut world, "BTC", 1_000).await.succeeds();
    world.let_positions_settle().await;
    alice.reduce(&mut world, "BTC", 999).await.fails_with(MarginError::SizeBelowLot);
    alice.trade(&mut world, "BTC", -1_500).await.fails_with(MarginError::SizeBelowLot);
    alice.reduce(&mut world, "BTC", 1_000).await.succeeds();
}

/// After the lot has changed a position of 1,001,000 is no multiple of it any more. It can be closed whole, not in part,
/// and a flip is not a close.
#[tokio::test]
async fn a_position_off_the_lot_is_closed_whole() {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    alice.trade(&mut world, "BTC", 1_000).await.succeeds();
    world.set_market("BTC", |config| config.lot = 2_000).await.succeeds();
    world.let_positions_settle().await;
    alice.reduce(&mut world, "BTC", 1_000).await.fails_with(MarginError::SizeBelowLot);
    alice.trade(&mut world, "BTC", -1_003_000).await.fails_with(MarginError::SizeBelowLot);
    alice.trade(&mut world, "BTC", -1_001_000).await.succeeds();
    assert_eq!(position(&mut world, &alice).await.base, 0);
}

/// $25 are 400 base units at $62,500: 399 are worth 24.9375.
#[tokio::test]
async fn trade_fails_with_PositionTooSmall_below_25_quote_tokens() {
    let mut world = calm().await;
    world.set_market("BTC", |config| config.lot = 1).await.succeeds();
    let alice = world.funded(usdc(1_000)).await;
    world.freshen_all().await;
    for delta in [399, -399, 1] {
        alice.trade(&mut world, "BTC", delta).await.fails_with(MarginError::PositionTooSmall);
    }
    alice.trade(&mut world, "BTC", 400).await.succeeds();
    world.let_positions_settle().await;
    // What counts is the position afterwards: a flip to less is refused, a step up and a reduction to less are not.
    alice.trade(&mut world, "BTC", -799).await.fails_with(MarginError::PositionTooSmall);
    alice.trade(&mut world, "BTC", 1).await.succeeds();
    world.let_positions_settle().await;
    alice.reduce(&mut world, "BTC", 400).await.succeeds();
    assert_eq!(position(&mut world, &alice).await.base, 1);
    alice.trade(&mut world, "BTC", 1).await.fails_with(MarginError::PositionTooSmall);
}

/// A cap of two BTC a side, for one account and for all together; the other side has its own.
#[tokio::test]
async fn trade_fails_with_OverOpenInterest_one_lot_above_the_cap() {
    let mut world = calm().await;
    world.set_market("BTC", |config| config.open_interest_cap = 2_000_000).await.succeeds();
    let (alice, bob) = (long_one(&mut world).await, world.funded(usdc(100_000)).await);
    let carol = world.funded(usdc(100_000)).await;
    alice.trade(&mut world, "BTC", btc(1) + 1_000).await.fails_with(MarginError::OverOpenInterest);
    bob.trade(&mut world, "BTC", btc(1) + 1_000).await.fails_with(MarginError::OverOpenInterest);
    bob.trade(&mut world, "BTC", btc(1)).await.succeeds();
    alice.trade(&mut world, "BTC", 1_000).await.fails_with(MarginError::OverOpenInterest);
    carol.trade(&mut world, "BTC", btc(-2) - 1_000).await.fails_with(MarginError::OverOpenInterest);
    carol.trade(&mut world, "BTC", btc(-2)).await.succeeds();
    // A lower cap traps nobody.
    world.set_market("BTC", |config| config.open_interest_cap = 1_000).await.succeeds();
    world.let_positions_settle().await;
    carol.reduce(&mut world, "BTC", 1_000).await.succeeds();
    alice.reduce(&mut world, "BTC", u64::MAX).await.succeeds();
}

#[tokio::test]
async fn trade_fails_with_OverOpenInterest_for_sizes_that_fit_no_market() {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    for delta in [i64::MAX, i64::MAX - 1] {
        alice.trade(&mut world, "BTC", delta).await.fails_with(MarginError::OverOpenInterest);
    }
    let bob = world.funded(usdc(1_000)).await;
    for delta in [i64::MIN, i64::MIN + 1, i64::MAX / 1_000 * 1_000] {
        let sent = bob.trade(&mut world, "BTC", delta).await;
        let lot = delta.unsigned_abs() % 1_000 != 0;
        sent.fails_with(if lot { MarginError::SizeBelowLot } else { MarginError::OverOpenInterest });
    }
}

/// 10,000 USDC of liquidity, L = 2. After 320,224 base units (20,014,000,000) the pool's equity is 10,007,004,906: its
/// assets less the fee's parts that went to tranche and protocol, plus the fee. 2 × equity = 20,014,009,812. One unit more
/// is 20,014,062,500 against 20,014,009,856.
#[tokio::test]
async fn trade_fails_with_OverSkew_one_unit_above_what_the_pool_carries() {
    for sign in [1, -1] {
        let mut world = World::with_market().await;
        world.provider("BTC", usdc(10_000)).await;
        world.set_market("BTC", |config| config.lot = 1).await.succeeds();
        let alice = world.funded(usdc(100_000)).await;
        world.freshen_all().await;
        alice.trade(&mut world, "BTC", sign * 320_225).await.fails_with(MarginError::OverSkew);
        alice.trade(&mut world, "BTC", sign * 320_224).await.succeeds();
    }
}

/// 1,000 USDC of liquidity carry ten times their equity on each side, however even the market is. Alice and Bob bring both
/// sides to 150,000 base units; after 11,088 more the longs are worth 10,068,000,000 and the pool 1,006,805,066, with 0.7 of
/// all fees. One unit more is 10,068,062,500 against 10,068,050,880.
#[tokio::test]
async fn trade_fails_with_OverOpenInterest_one_unit_above_ten_times_the_pool() {
    let mut world = World::with_market().await;
    world.provider("BTC", usdc(1_000)).await;
    world.set_market("BTC", |config| config.lot = 1).await.succeeds();
    let (alice, bob) = (world.funded(usdc(100_000)).await, world.funded(usdc(100_000)).await);
    world.freshen_all().await;
    for _ in 0..5 {
        alice.trade(&mut world, "BTC", 30_000).await.succeeds();
        bob.trade(&mut world, "BTC", -30_000).await.succeeds();
    }
    alice.trade(&mut world, "BTC", 11_089).await.fails_with(MarginError::OverOpenInterest);
    alice.trade(&mut world, "BTC", 11_088).await.succeeds();
}

#[tokio::test]
async fn without_liquidity_nothing_is_opened() {
    let mut world = World::with_market().await;
    let alice = world.funded(usdc(1_000)).await;
    world.freshen_all().await;
    alice.trade(&mut world, "BTC", 1_000).await.fails_with(MarginError::OverOpenInterest);
    alice.trade(&mut world, "BTC", -1_000).await.fails_with(MarginError::OverOpenInterest);
}

/// A trade that evens the market out needs no pool: the leverage is set to nothing meanwhile.
#[tokio::test]
async fn a_trade_against_the_skew_is_always_carried() {
    let mut world = calm().await;
    long_one(&mut world).await;
    world.set_market("BTC", |config| config.pool_leverage = 0).await.succeeds();
    let bob = world.funded(usdc(100_000)).await;
    bob.trade(&mut world, "BTC", 1_000).await.fails_with(MarginError::OverSkew);
    bob.trade(&mut world, "BTC", btc(-2) - 1_000).await.fails_with(MarginError::OverSkew);
    // To the other side and as far: |K| has not grown.
    bob.trade(&mut world, "BTC", btc(-2)).await.succeeds();
}

#[tokio::test]
async fn a_market_that_is_not_open_takes_reductions_only() {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    let now = world.chain.now();
    let rows = [
        (STATUS_PAUSED, 0, MarginError::MarketPaused),
        (STATUS_REDUCE_ONLY, 0, MarginError::MarketReduceOnly),
        (0, now, MarginError::MarketExpired),
        (STATUS_PAUSED, now, MarginError::MarketPaused),
    ];
    for (status, expires_at, error) in rows {
        world.set_market_status("BTC", status, expires_at).await.succeeds();
        world.let_positions_settle().await;
        let bob = world.funded(usdc(1_000)).await;
        bob.trade(&mut world, "BTC", 1_000).await.fails_with(error);
        alice.trade(&mut world, "BTC", 1_000).await.fails_with(error);
        alice.trade(&mut world, "BTC", btc(-2)).await.fails_with(error);
        alice.trade(&mut world, "BTC", -1_000).await.succeeds();
        alice.reduce(&mut world, "BTC", 1_000).await.succeeds();
    }
    world.set_market_status("BTC", 0, 0).await.succeeds();
    alice.trade(&mut world, "BTC", 1_000).await.succeeds();
}

#[tokio::test]
async fn a_market_expires_in_the_second_that_was_named() {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    let now = world.chain.now();
    world.set_market_status("BTC", 0, now + 1).await.succeeds();
    alice.trade(&mut world, "BTC", 1_000).await.succeeds();
    world.chain.advance(1);
    alice.trade(&mut world, "BTC", 1_000).await.fails_with(MarginError::MarketExpired);
}

/// 10,000 USDC in the pool owe a long of 0.3 BTC 18,750 USDC at twice the price.
#[tokio::test]
async fn a_market_in_deficit_takes_reductions_only() {
    let mut world = World::with_market().await;
    world.provider("BTC", usdc(10_000)).await;
    let (alice, bob) = (world.funded(usdc(100_000)).await, world.funded(usdc(100_000)).await);
    world.freshen_all().await;
    alice.trade(&mut world, "BTC", 300_000).await.succeeds();
    move_to(&mut world, doubled()).await;
    for delta in [1_000, -1_000] {
        bob.trade(&mut world, "BTC", delta).await.fails_with(MarginError::MarketInDeficit);
    }
    alice.trade(&mut world, "BTC", 1_000).await.fails_with(MarginError::MarketInDeficit);
    alice.trade(&mut world, "BTC", -301_000).await.fails_with(MarginError::MarketInDeficit);
    alice.reduce(&mut world, "BTC", 1_000).await.succeeds();
    assert_ne!(world.market("BTC").await.deficit_since, 0, "the touch noted when");
    // Back where it was, the pool can pay again.
    world.price("BTC", btc_price()).await;
    bob.trade(&mut world, "BTC", 1_000).await.succeeds();
    assert_eq!(world.market("BTC").await.deficit_since, 0);
}

#[tokio::test]
async fn reduce_fails_with_NoPosition_or_ReduceOnlyViolated_beyond_what_is_held() {
    let mut world = calm().await;
    let (alice, bob) = (long_one(&mut world).await, world.funded(usdc(1_000)).await);
    world.let_positions_settle().await;
    bob.reduce(&mut world, "BTC", 1_000).await.fails_with(MarginError::NoPosition);
    alice.reduce(&mut world, "BTC", 1_000_001).await.fails_with(MarginError::ReduceOnlyViolated);
    alice.reduce(&mut world, "BTC", u64::MAX - 1).await.fails_with(MarginError::ReduceOnlyViolated);
    alice.reduce(&mut world, "BTC", 1_000_000).await.succeeds();
    // What is left is PnL without a base.
    alice.reduce(&mut world, "BTC", 1_000).await.fails_with(MarginError::NoPosition);
}

#[tokio::test]
async fn the_delegate_trades_and_a_stranger_does_not() {
    let mut world = calm().await;
    let (alice, bob, mallory) = (long_one(&mut world).await, world.trader().await, world.trader().await);
    alice.set_delegate(&mut world, &bob.address()).await.succeeds();
    world.let_positions_settle().await;
    let orders =
        [alice.trade_instruction(&world, "BTC", 1_000, u64::MAX), alice.reduce_instruction(&world, "BTC", 1_000, 0)];
    for order in &orders {
        let stolen = order.with_account(0, &mallory.address());
        world.send(&[stolen], &[&mallory.key]).await.fails_with(MarginError::NotAccountOwnerOrDelegate);
        world.send(&[order.unsigned(0)], &[]).await.fails_with(InstructionError::MissingRequiredSignature);
    }
    // The reduction first: the increase starts the wait anew.
    for order in orders.iter().rev() {
        world.send(&[order.with_account(0, &bob.address())], &[&bob.key]).await.succeeds();
    }
    alice.set_delegate(&mut world, &Address::default()).await.succeeds();
    let dismissed = orders[0].with_account(0, &bob.address());
    world.send(&[dismissed], &[&bob.key]).await.fails_with(MarginError::NotAccountOwnerOrDelegate);
}

/// Eight positions of one quote unit of loss each, in markets 1 to 8: the ninth finds no slot until one is settled.
#[tokio::test]
async fn trade_fails_with_PerpSlotsFull_at_the_ninth_market() {
    let mut world = calm().await;
    for number in 1..=8 {
        world.list_perp(&format!("M{number}"), btc_listing()).await.succeeds();
    }
    let alice = world.funded(usdc(1_000)).await;
    let loss = |market| PerpPosition { quote: -1, market, ..PerpPosition::zeroed() };
    let account = alice.account;
    for number in 1..=8u8 {
        let market = world.perp(&format!("M{number}")).market;
        world.chain.rewrite::<PerpMarket>(&market, |market| market.claims_quote = -1).await;
    }
    world
        .chain
        .rewrite::<MarginAccount>(&account, |account| (1..=8).for_each(|n| account.perps[usize::from(n) - 1] = loss(n)))
        .await;
    for number in 1..=8 {
        world.price(&format!("M{number}"), btc_price()).await;
    }
    world.freshen_all().await;
    alice.trade(&mut world, "BTC", 1_000).await.fails_with(MarginError::PerpSlotsFull);
    alice.settle(&mut world, "M5", u64::MAX).await.succeeds();
    alice.trade(&mut world, "BTC", 1_000).await.succeeds();
    assert_eq!(world.margin_account(&account).await.perps[4].base, 1_000, "in the slot that was freed");
}
