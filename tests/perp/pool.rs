//! Liquidity: what a share costs, what it gives back and when. Alice's long of one BTC leaves
//! 1,000,000,000,000 − 6,250,012 − 3,125,006 = 999,990,624,982 in the pool, which is owed 62,531,375,063 by her.

use breakwater_client::decode::Event;
use breakwater_client::interface::LiquidityPosition;
use breakwater_client::interface::events::{ADD, LiquidityChanged, REMOVE, REQUEST};
use breakwater_client::interface::perp::{STATUS_PAUSED, STATUS_REDUCE_ONLY};
use breakwater_client::{Address, PROGRAM_ID};

use super::{doubled, down_a_sixteenth, long_one, move_to, up_a_sixteenth};
use crate::common::{InstructionError, MarginError, Trader, Verdict, World, btc_price, sol, usdc};

const COOLDOWN: i64 = 3_600;

async fn shares(world: &mut World, who: &Trader) -> LiquidityPosition {
    who.liquidity(world, "BTC").await.expect("it was opened")
}

/// As `calm`, with the provider of its million and a long of one BTC.
async fn with_long() -> (World, Trader, Trader) {
    let (mut world, provider) = World::with_pool().await;
    world.set_market("BTC", |config| (config.funding_slope, config.funding_max) = (0, 0)).await.succeeds();
    let alice = long_one(&mut world).await;
    (world, provider, alice)
}

#[tokio::test]
async fn a_fresh_share_holds_nothing() {
    let mut world = World::with_market().await;
    let alice = world.funded(usdc(1_000)).await;
    alice.open_liquidity(&mut world, "BTC").await.succeeds();
    let market = world.perp("BTC").market;
    let bump = Address::find_program_address(&[b"liquidity", market.as_ref(), alice.address().as_ref()], &PROGRAM_ID).1;
    let expected = LiquidityPosition {
        market: market.to_bytes(),
        owner: alice.address().to_bytes(),
        bump,
        ..bytemuck::Zeroable::zeroed()
    };
    assert_eq!(bytemuck::bytes_of(&shares(&mut world, &alice).await), bytemuck::bytes_of(&expected));
    let again = alice.open_liquidity(&mut world, "BTC").await;
    world.liquidity.pop();
    again.fails_with(InstructionError::Custom(0));
}

#[tokio::test]
async fn the_first_provider_gets_a_share_for_each_unit() {
    let mut world = World::with_market().await;
    let alice = world.funded(usdc(1_000)).await;
    alice.open_liquidity(&mut world, "BTC").await.succeeds();
    world.freshen_all().await;
    let sent = alice.add_liquidity(&mut world, "BTC", 123_456_789).await.succeeds();
    let changed = LiquidityChanged {
        market: world.perp("BTC").market.to_bytes(),
        owner: alice.address().to_bytes(),
        amount: 123_456_789,
        shares: 123_456_789,
        liquidity: 123_456_789,
        action: ADD,
    };
    assert_eq!(sent.events, [Event::LiquidityChanged(changed)]);
    let market = world.market("BTC").await;
    assert_eq!((market.pool, market.liquidity), (123_456_789, 123_456_789));
    assert_eq!(shares(&mut world, &alice).await.shares, 123_456_789);
    assert_eq!(alice.deposited(&mut world, "USDC").await, usdc(1_000) - 123_456_789);
}

/// The print is 4 s old, b = 4 bps: marks of 62,475 and 62,525.
///   highest: 999,990,624,982 − (62,475,000,000 − 62,531,375,063) − 124,950 = 1,000,046,875,095
///   lowest:  999,990,624,982 − (62,525,000,000 − 62,531,375,063) − 125,050 =   999,996,874,995
///   minted   = floor(10^11 × (10^12 + 10^6) / (1,000,046,875,095 + 10^6)) = 99,995,312,714
///   redeemed = floor(minted × (999,996,874,995 + 10^11 + 10^6) / (10^12 + minted + 10^6)) = 99,995,454,733
#[tokio::test]
async fn liquidity_is_bought_at_the_dearer_and_sold_at_the_cheaper_end() {
    let (mut world, _, _) = with_long().await;
    let bob = world.funded(usdc(100_000)).await;
    bob.open_liquidity(&mut world, "BTC").await.succeeds();
    world.freshen_all().await;
    world.chain.advance(4);
    bob.add_liquidity(&mut world, "BTC", u64::MAX).await.succeeds();
    assert_eq!(shares(&mut world, &bob).await.shares, 99_995_312_714);
    assert_eq!(bob.deposited(&mut world, "USDC").await, 0);
    let sent = bob.request_liquidity(&mut world, "BTC", 99_995_312_714).await.succeeds();
    let requested = LiquidityChanged {
        market: world.perp("BTC").market.to_bytes(),
        owner: bob.address().to_bytes(),
        amount: 99_995_454_733,
        shares: 99_995_312_714,
        liquidity: 1_099_995_312_714,
        action: REQUEST,
    };
    assert_eq!(sent.events, [Event::LiquidityChanged(requested)]);
    let held = shares(&mut world, &bob).await;
    let now = world.chain.now();
    assert_eq!((held.requested, held.requested_value, held.requested_at), (99_995_312_714, 99_995_454_733, now));
}

#[tokio::test]
async fn remove_fails_with_CooldownNotOver_a_second_before_and_with_NoRequest_without_one() {
    let (mut world, provider) = World::with_pool().await;
    provider.remove_liquidity(&mut world, "BTC").await.fails_with(MarginError::NoRequest);
    world.freshen_all().await;
    provider.request_liquidity(&mut world, "BTC", usdc(400_000)).await.succeeds();
    world.chain.advance(COOLDOWN - 2);
    world.freshen_all().await;
    world.chain.advance(1);
    provider.remove_liquidity(&mut world, "BTC").await.fails_with(MarginError::CooldownNotOver);
    world.chain.advance(1);
    let sent = provider.remove_liquidity(&mut world, "BTC").await.succeeds();
    let removed = LiquidityChanged {
        market: world.perp("BTC").market.to_bytes(),
        owner: provider.address().to_bytes(),
        amount: usdc(400_000),
        shares: usdc(400_000),
        liquidity: usdc(600_000),
        action: REMOVE,
    };
    assert_eq!(sent.events, [Event::LiquidityChanged(removed)]);
    assert_eq!(provider.deposited(&mut world, "USDC").await, usdc(400_000));
    let held = shares(&mut world, &provider).await;
    assert_eq!((held.shares, held.requested, held.requested_value, held.requested_at), (usdc(600_000), 0, 0, 0));
    provider.remove_liquidity(&mut world, "BTC").await.fails_with(MarginError::NoRequest);
}

#[tokio::test]
async fn a_request_replaces_the_last_and_starts_its_cooldown_anew() {
    let (mut world, provider) = World::with_pool().await;
    world.freshen_all().await;
    provider.request_liquidity(&mut world, "BTC", usdc(400_000)).await.succeeds();
    world.chain.advance(COOLDOWN);
    world.freshen_all().await;
    provider.request_liquidity(&mut world, "BTC", usdc(1_000_000) + 1).await.fails_with(MarginError::MoreThanOwned);
    provider.request_liquidity(&mut world, "BTC", usdc(500_000)).await.succeeds();
    provider.remove_liquidity(&mut world, "BTC").await.fails_with(MarginError::CooldownNotOver);
    world.chain.advance(COOLDOWN);
    world.freshen_all().await;
    provider.remove_liquidity(&mut world, "BTC").await.succeeds();
    assert_eq!(provider.deposited(&mut world, "USDC").await, usdc(500_000));
    // A request for nothing is none.
    provider.request_liquidity(&mut world, "BTC", 1).await.succeeds();
    provider.request_liquidity(&mut world, "BTC", 0).await.succeeds();
    world.chain.advance(COOLDOWN);
    world.freshen_all().await;
    provider.remove_liquidity(&mut world, "BTC").await.fails_with(MarginError::NoRequest);
}

/// Half of the pool, requested at 62,500, is worth 500,010,937,511. At 58,593.75 the pool has gained and half of it is
/// worth more; at 66,406.25 it has lost and half is worth 498,057,810,558.
#[tokio::test]
async fn what_is_paid_is_the_lower_of_request_and_execution() {
    for (price, paid) in [(down_a_sixteenth(), 500_010_937_511), (up_a_sixteenth(), 498_057_810_558)] {
        let (mut world, provider, _) = with_long().await;
        provider.request_liquidity(&mut world, "BTC", usdc(500_000)).await.succeeds();
        assert_eq!(shares(&mut world, &provider).await.requested_value, 500_010_937_511);
        world.chain.advance(COOLDOWN);
        move_to(&mut world, price).await;
        provider.remove_liquidity(&mut world, "BTC").await.succeeds();
        assert_eq!(provider.deposited(&mut world, "USDC").await, paid);
    }
}

/// |K| is worth 62,500,000,000 and L = 2: 31,250,000,000 must stay of an equity of 1,000,021,875,045. 968,750,683,602 shares
/// are worth the rest exactly, one share more is one unit too much.
#[tokio::test]
async fn remove_fails_with_PoolBelowRequirement_one_share_above_what_the_skew_needs() {
    let (mut world, provider, _) = with_long().await;
    for (shares, enough) in [(968_750_683_603, false), (968_750_683_602, true)] {
        provider.request_liquidity(&mut world, "BTC", shares).await.succeeds();
        world.chain.advance(COOLDOWN);
        world.freshen_all().await;
        let sent = provider.remove_liquidity(&mut world, "BTC").await;
        if enough {
            sent.succeeds();
        } else {
            sent.fails_with(MarginError::PoolBelowRequirement);
        }
    }
    assert_eq!(provider.deposited(&mut world, "USDC").await, 968_771_875_045);
}

#[tokio::test]
async fn an_even_pool_is_left_whole() {
    let (mut world, provider) = World::with_pool().await;
    world.freshen_all().await;
    provider.request_liquidity(&mut world, "BTC", usdc(1_000_000)).await.succeeds();
    world.chain.advance(COOLDOWN);
    world.freshen_all().await;
    provider.remove_liquidity(&mut world, "BTC").await.succeeds();
    let market = world.market("BTC").await;
    assert_eq!((market.pool, market.liquidity), (0, 0));
    assert_eq!(provider.deposited(&mut world, "USDC").await, usdc(1_000_000));
}

/// After a fee a share is worth more than a unit: a single unit buys none.
#[tokio::test]
async fn add_fails_with_AmountZero_NoDeposit_or_MoreThanOwned() {
    let (mut world, _, _) = with_long().await;
    let (bob, carol) = (world.funded(usdc(100)).await, world.trader().await);
    world.freshen_all().await;
    bob.add_liquidity(&mut world, "BTC", 1).await.fails_with(MarginError::AmountZero);
    bob.add_liquidity(&mut world, "BTC", 0).await.fails_with(MarginError::AmountZero);
    bob.add_liquidity(&mut world, "BTC", usdc(100) + 1).await.fails_with(MarginError::MoreThanOwned);
    carol.add_liquidity(&mut world, "BTC", 1).await.fails_with(MarginError::NoDeposit);
    bob.add_liquidity(&mut world, "BTC", 2).await.succeeds();
    assert_eq!(shares(&mut world, &bob).await.shares, 1);
}

#[tokio::test]
async fn liquidity_needs_an_index_of_twenty_seconds() {
    let (mut world, provider, _) = with_long().await;
    provider.deposit(&mut world, "USDC", usdc(1_000)).await.succeeds();
    provider.request_liquidity(&mut world, "BTC", 1).await.succeeds();
    world.chain.advance(COOLDOWN);
    world.freshen_all().await;
    world.chain.advance(21);
    provider.add_liquidity(&mut world, "BTC", usdc(1)).await.fails_with(MarginError::StalePrice);
    provider.remove_liquidity(&mut world, "BTC").await.fails_with(MarginError::StalePrice);
    provider.request_liquidity(&mut world, "BTC", 1).await.fails_with(MarginError::StalePrice);
    world.freshen(&["BTC"]).await;
    world.chain.advance(20);
    provider.add_liquidity(&mut world, "BTC", usdc(1)).await.succeeds();
    provider.remove_liquidity(&mut world, "BTC").await.succeeds();
    provider.request_liquidity(&mut world, "BTC", 1).await.succeeds();
}

#[tokio::test]
async fn a_paused_market_takes_no_liquidity_and_lets_it_go() {
    let (mut world, provider) = World::with_pool().await;
    provider.deposit(&mut world, "USDC", usdc(1_000)).await.succeeds();
    world.set_market_status("BTC", STATUS_PAUSED, 0).await.succeeds();
    world.freshen_all().await;
    provider.add_liquidity(&mut world, "BTC", usdc(1)).await.fails_with(MarginError::MarketPaused);
    provider.request_liquidity(&mut world, "BTC", usdc(1_000_000)).await.succeeds();
    world.chain.advance(COOLDOWN);
    world.freshen_all().await;
    provider.remove_liquidity(&mut world, "BTC").await.succeeds();
    world.set_market_status("BTC", STATUS_REDUCE_ONLY, 0).await.succeeds();
    provider.add_liquidity(&mut world, "BTC", usdc(1)).await.succeeds();
}

/// 10,000 USDC against a long of 0.3 BTC at twice the price.
#[tokio::test]
async fn liquidity_stands_still_in_a_deficit() {
    let mut world = World::with_market().await;
    let provider = world.provider("BTC", usdc(10_000)).await;
    provider.deposit(&mut world, "USDC", usdc(1_000)).await.succeeds();
    let alice = world.funded(usdc(100_000)).await;
    world.freshen_all().await;
    alice.trade(&mut world, "BTC", 300_000).await.succeeds();
    provider.request_liquidity(&mut world, "BTC", 1).await.succeeds();
    world.chain.advance(COOLDOWN);
    move_to(&mut world, doubled()).await;
    provider.add_liquidity(&mut world, "BTC", usdc(1)).await.fails_with(MarginError::MarketInDeficit);
    provider.remove_liquidity(&mut world, "BTC").await.fails_with(MarginError::MarketInDeficit);
    world.price("BTC", btc_price()).await;
    provider.add_liquidity(&mut world, "BTC", usdc(1)).await.succeeds();
    provider.remove_liquidity(&mut world, "BTC").await.succeeds();
}

/// Liquidity is no collateral: what a position needs stays in the account.
#[tokio::test]
async fn add_fails_with_InsufficientHealth_where_a_position_needs_the_deposit() {
    let (mut world, _, alice) = with_long().await;
    world.freshen_all().await;
    let most = usdc(100_000) - 7_326_527_848;
    alice.open_liquidity(&mut world, "BTC").await.succeeds();
    alice.add_liquidity(&mut world, "BTC", most + 1).await.fails_with(MarginError::InsufficientHealth);
    alice.add_liquidity(&mut world, "BTC", most).await.succeeds();
}

/// Somebody whose risk rests on a stale price may not give, but may take back.
#[tokio::test]
async fn liquidity_is_given_at_fresh_prices_and_taken_back_at_any() {
    let (mut world, _, alice) = with_long().await;
    alice.deposit(&mut world, "SOL", sol(1)).await.succeeds();
    alice.add_liquidity(&mut world, "BTC", usdc(1_000)).await.succeeds();
    alice.request_liquidity(&mut world, "BTC", 1_000).await.succeeds();
    world.chain.advance(COOLDOWN);
    world.freshen(&["BTC", "USDC"]).await;
    alice.add_liquidity(&mut world, "BTC", usdc(1_000)).await.fails_with(MarginError::StalePrice);
    alice.remove_liquidity(&mut world, "BTC").await.succeeds();
}

/// A request is void as long after its cooldown as that lasted, and after 48 h: a standing one would be an exit at once, and
/// the cooldown nothing.
#[tokio::test]
async fn a_request_to_leave_a_pool_ends() {
    const DAYS: i64 = 86_400;
    for (cooldown, late, fits) in
        [(3_600, 3_600, true), (3_600, 3_601, false), (3 * DAYS, 2 * DAYS, true), (3 * DAYS, 2 * DAYS + 1, false)]
    {
        let (mut world, provider) = World::with_pool().await;
        world.set_market("BTC", |config| config.cooldown = cooldown as u32).await.succeeds();
        let shares = provider.liquidity(&mut world, "BTC").await.expect("she has some").shares;
        world.freshen_all().await;
        provider.request_liquidity(&mut world, "BTC", shares).await.succeeds();
        let requested = provider.liquidity(&mut world, "BTC").await.expect("she has some").requested_at;
        world.chain.set_time(requested + cooldown + late - 1);
        world.freshen_all().await;
        assert!((requested + cooldown + late).abs_diff(world.chain.now()) <= 1);
        world.chain.set_time(requested + cooldown + late);
        let sent = provider.remove_liquidity(&mut world, "BTC").await;
        if fits {
            sent.succeeds();
        } else {
            sent.fails_with(MarginError::NoRequest);
            provider.request_liquidity(&mut world, "BTC", shares).await.succeeds();
        }
    }
}
