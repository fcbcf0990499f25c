//! `deleverage`: while a pool owes more than it has, winners are closed and paid the part that it can pay.

use breakwater_client::decode::Event;
use breakwater_client::instruction::ALL;
use breakwater_client::interface::events::{Deleveraged, PnlSettled};
use breakwater_sim::chain::Outcome;

use super::market::{eighths, holder, market, print};
use crate::common::{MarginError, QUOTE, Tamper, Trader, Verdict, World, btc, usdc};

fn deleveraged(sent: &Outcome) -> Deleveraged {
    match sent.events[..] {
        [Event::Deleveraged(event)] => event,
        ref other => panic!("not one deleveraging: {other:?}"),
    }
}

fn settled(sent: &Outcome) -> PnlSettled {
    match sent.events[..] {
        [Event::PnlSettled(event)] => event,
        ref other => panic!("not one settlement: {other:?}"),
    }
}

/// A pool of 40,000, of which fees took 9.375018 to tranche and protocol, and Bob with 10,000 USDC and 1 BTC at 62,531.375063.
/// At $125,000 he is owed 62,468.624937 and the pool has 39,990.624982: it misses 22,477.999955. Nobody is bankrupt.
async fn in_deficit(insured: u64) -> (World, Trader) {
    let mut world = market(usdc(40_000)).await;
    if insured > 0 {
        let insurer = world.funded(insured).await;
        insurer.insure_group(&mut world, insured).await.succeeds();
    }
    let bob = holder(&mut world, usdc(10_000), btc(1)).await;
    print(&mut world, eighths(16)).await;
    (world, bob)
}

/// Without a fund Bob loses the 22,477.999955, gets the pool's 39,990.624982 and is closed.
#[tokio::test]
async fn ADL_1_a_winner_loses_the_deficit_and_gets_the_rest_without_any_bankrupt_account() {
    let (mut world, bob) = in_deficit(0).await;
    let event = deleveraged(&world.deleverage(&bob.account, "BTC").await.succeeds());
    assert_eq!((event.closed, event.settled, event.taken), (1_000_000, 62_468_624_937, 22_477_999_955));
    assert_eq!((event.fund, event.left), (0, 0));
    assert_eq!(bob.deposited(&mut world, QUOTE).await, usdc(10_000) + 39_990_624_982);
    assert!(bob.perp(&mut world, "BTC").await.is_none());
    let market = world.market("BTC").await;
    assert_eq!((market.pool, market.long, market.claims_quote, market.deficit_since), (0, 0, 0, 0));
    world.deleverage(&bob.account, "BTC").await.fails_with(MarginError::NoDeficit);
}

/// The fund's quarter of 8,000 goes before; Bob loses 20,477.999955. Where it is enough, nobody is closed.
#[tokio::test]
async fn the_fund_pays_before_a_winner_loses() {
    let (mut world, bob) = in_deficit(usdc(8_000)).await;
    let event = deleveraged(&world.deleverage(&bob.account, "BTC").await.succeeds());
    assert_eq!((event.fund, event.taken, event.left), (usdc(2_000), 20_477_999_955, 0));
    assert_eq!(bob.deposited(&mut world, QUOTE).await, usdc(10_000) + 41_990_624_982);

    let (mut world, bob) = in_deficit(usdc(100_000)).await;
    let event = deleveraged(&world.deleverage(&bob.account, "BTC").await.succeeds());
    assert_eq!((event.fund, event.taken, event.closed, event.left), (22_477_999_955, 0, 0, 0));
    assert_eq!(bob.perp(&mut world, "BTC").await.map(|held| held.base), Some(btc(1)));
    let fund = world.insurance_fund().await.expect("there is one");
    assert_eq!((fund.shares, fund.epoch_left), (usdc(100_000) - 22_477_999_955, usdc(25_000) - 22_477_999_955));
}

/// 8,000 at a quarter a day: 2,000, nothing more until a second before the next, and then 1,500 of the 6,000 that are left.
#[tokio::test]
async fn the_fund_pays_its_part_once_in_an_epoch() {
    let mut world = market(usdc(40_000)).await;
    let insurer = world.funded(usdc(8_000)).await;
    insurer.insure_group(&mut world, usdc(8_000)).await.succeeds();
    let mut winners = Vec::new();
    for size in [500_000, 300_000, 200_000] {
        winners.push(holder(&mut world, usdc(10_000), size).await);
    }
    print(&mut world, eighths(16)).await;
    world.freshen_all().await;
    let start = world.chain.now();
    for (winner, (second, paid)) in winners.iter().zip([(0, 2_000), (86_399, 0), (86_400, 1_500)]) {
        if second > 0 {
            world.chain.set_time(start + second);
            world.freshen_all().await;
        }
        assert_eq!(world.chain.now() - start, second);
        let event = deleveraged(&world.deleverage(&winner.account, "BTC").await.succeeds());
        assert_eq!(event.fund, usdc(paid), "{second} seconds into the epoch");
    }
    assert_eq!(world.insurance_fund().await.expect("there is one").shares, usdc(4_500));
}

/// Bob's and Carol's halves of a BTC cost 31,265.656266 and 31,265.718797; Dave, short a fifth, owes 12,506.205023 at
/// $125,000. The pool owes 49,962.419914 and has 39,988.749977. Bob is closed whole and loses 6,235.107020, of Carol's position
/// 0.299801 BTC are closed and 3,738.562917 taken: in all the deficit of 9,973.669937. Dave stays as he is.
#[tokio::test]
async fn ADL_1_winners_lose_what_is_missing_and_losers_nothing() {
    let mut world = market(usdc(40_000)).await;
    let bob = holder(&mut world, usdc(10_000), 500_000).await;
    let carol = holder(&mut world, usdc(10_000), 500_000).await;
    let dave = holder(&mut world, usdc(20_000), -200_000).await;
    print(&mut world, eighths(16)).await;
    let before = world.margin_account(&dave.account).await;
    world.deleverage(&dave.account, "BTC").await.fails_with(MarginError::NotAWinner);
    let first = deleveraged(&world.deleverage(&bob.account, "BTC").await.succeeds());
    let second = deleveraged(&world.deleverage(&carol.account, "BTC").await.succeeds());
    assert_eq!((first.closed, first.taken, first.left), (500_000, 6_235_107_020, 3_738_562_917));
    assert_eq!((second.closed, second.taken, second.left), (299_801, 3_738_562_917, 0));
    assert_eq!(first.taken + second.taken, 9_973_669_937, "ADL-1");
    // Both got the same part of what was settled with them: h = 39,988.749977 / 49,962.419914.
    for event in [first, second] {
        let paid = u128::from(event.settled - event.taken);
        assert!(paid.abs_diff(u128::from(event.settled) * 39_988_749_977 / 49_962_419_914) <= 1, "{event:?}");
    }
    let after = world.margin_account(&dave.account).await;
    assert!(bytemuck::bytes_of(&after) == bytemuck::bytes_of(&before), "ADL-1: a loser is untouched");
    world.deleverage(&carol.account, "BTC").await.fails_with(MarginError::NoDeficit);
}

/// 4,997 bps of notional is Bob's profit. The threshold of 20,000 bps falls to 5,000 in 225 of 300 slots, to 4,934 in 226.
#[tokio::test]
async fn deleverage_fails_with_BelowThreshold_until_the_threshold_has_fallen_to_the_profit() {
    let (mut world, bob) = in_deficit(0).await;
    world.set_market("BTC", |config| config.adl_threshold = 20_000).await.succeeds();
    world.sync(&["BTC"]).await.succeeds();
    assert_eq!(world.market("BTC").await.deficit_since, world.chain.slot(), "noted by the first touch");
    world.deleverage(&bob.account, "BTC").await.fails_with(MarginError::BelowThreshold);
    world.chain.skip(225);
    world.deleverage(&bob.account, "BTC").await.fails_with(MarginError::BelowThreshold);
    world.chain.skip(1);
    world.deleverage(&bob.account, "BTC").await.succeeds();
}

/// A profit that is the threshold to the last unit may be taken from; with one bps more of threshold it may not.
#[tokio::test]
async fn a_threshold_is_inclusive() {
    for (threshold, taken) in [(4_997, true), (4_998, false)] {
        let (mut world, bob) = in_deficit(0).await;
        world.set_market("BTC", |config| config.adl_threshold = threshold).await.succeeds();
        let sent = world.deleverage(&bob.account, "BTC").await;
        if taken {
            sent.succeeds();
        } else {
            sent.fails_with(MarginError::BelowThreshold);
        }
    }
}

/// A deficit that went away begins anew: the threshold is the highest again.
#[tokio::test]
async fn a_threshold_starts_over_once_the_deficit_has_gone() {
    let (mut world, bob) = in_deficit(0).await;
    world.set_market("BTC", |config| config.adl_threshold = 20_000).await.succeeds();
    world.sync(&["BTC"]).await.succeeds();
    world.chain.skip(300);
    print(&mut world, eighths(8)).await;
    world.sync(&["BTC"]).await.succeeds();
    assert_eq!(world.market("BTC").await.deficit_since, 0);
    world.deleverage(&bob.account, "BTC").await.fails_with(MarginError::NoDeficit);
    print(&mut world, eighths(16)).await;
    world.deleverage(&bob.account, "BTC").await.fails_with(MarginError::BelowThreshold);
}

/// Bob's profit at $78,125 has matured when the price doubles: he settles 1,000 of it and is paid h = assets / owed of them.
/// What he does not get narrows the deficit, and h stays what it was. His 20,000 USDC cover the initial margin of 14,375.
#[tokio::test]
async fn a_settlement_in_deficit_is_paid_the_part_that_the_pool_can_pay() {
    let mut world = market(usdc(40_000)).await;
    let bob = holder(&mut world, usdc(20_000), btc(1)).await;
    world.chain.skip(3);
    print(&mut world, eighths(10)).await;
    bob.reduce(&mut world, "BTC", 1_000).await.succeeds();
    world.chain.advance(3_600);
    print(&mut world, eighths(16)).await;
    world.freshen_all().await;
    let mut parts = Vec::new();
    for _ in 0..2 {
        let (assets, owed) = (world.market("BTC").await.pool, bob.pnl(&mut world, "BTC").await.unsigned_abs());
        let event = settled(&bob.settle(&mut world, "BTC", usdc(1_000)).await.succeeds());
        assert_eq!(event.amount.unsigned_abs(), usdc(1_000));
        assert_eq!(u128::from(event.paid), u128::from(usdc(1_000)) * u128::from(assets) / u128::from(owed));
        parts.push(event.paid);
    }
    assert!(parts[0].abs_diff(parts[1]) <= 1, "h stays what it was: {parts:?}");
    // A stranger may not make him take it.
    let stranger = world.trader().await;
    let forced = stranger.settle_for(&mut world, &bob, "BTC", ALL).await;
    forced.fails_with(MarginError::NotAccountOwnerOrDelegate);
}

#[tokio::test]
async fn deleverage_refuses_wrong_accounts_and_old_prices() {
    let (mut world, bob) = in_deficit(0).await;
    let second = world.second_market().await;
    let nobody = world.trader().await;
    world.deleverage(&nobody.account, "BTC").await.fails_with(MarginError::NoPosition);
    let deleverage = world.deleverage_instruction(&bob.account, "BTC");
    for (place, address, error) in [
        (1, second.group.board, MarginError::BoardOfOtherGroup),
        (2, second.usdc.bank, MarginError::BankOfOtherGroup),
        (2, world.keys("SOL").bank, MarginError::NotQuoteBank),
        (3, second.market, MarginError::MarketOfOtherGroup),
        (4, second.fund, MarginError::FundOfOtherGroup),
    ] {
        world.send(&[deleverage.with_account(place, &address)], &[]).await.fails_with(error);
    }
    world.chain.advance(61);
    world.send(std::slice::from_ref(&deleverage), &[]).await.fails_with(MarginError::StalePrice);
    world.freshen_all().await;
    world.send(&[deleverage], &[]).await.succeeds();
}
