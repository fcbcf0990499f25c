//! `deleverage`: while a pool owes more than it has, winners are closed and keep the part that it can pay, set apart for them.

use breakwater_client::instruction::ALL;
use breakwater_client::interface::snapshot;
use breakwater_client::margin::Value;
use breakwater_sim::world::Listing;

use super::market::{eighths, holder, market, print};
use crate::common::told::{deleveraged, settled};
use crate::common::{MarginError, QUOTE, Tamper, Trader, Verdict, World, btc, eth, sol, usd, usdc};

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

/// Bob loses the 22,477.999955 and is closed; the pool's 39,990.624982 are set apart for him. They are paid in an hour, not
/// before: the profit is a second old.
#[tokio::test]
async fn ADL_1_a_winner_loses_the_deficit_and_keeps_the_rest_without_any_bankrupt_account() {
    let (mut world, bob) = in_deficit(0).await;
    let event = deleveraged(&world.deleverage(&bob.account, "BTC").await.succeeds());
    assert_eq!((event.closed, event.taken, event.secured), (1_000_000, 22_477_999_955, 39_990_624_982));
    assert_eq!(event.left, 0);
    assert_eq!(bob.deposited(&mut world, QUOTE).await, usdc(10_000), "nothing of it has matured");
    let held = bob.perp(&mut world, "BTC").await.expect("the profit is still there");
    assert_eq!((held.base, held.quote, held.secured), (0, 39_990_624_982, 39_990_624_982));
    let market = world.market("BTC").await;
    assert_eq!((market.pool, market.escrow, market.secured), (0, 39_990_624_982, 39_990_624_982));
    assert_eq!((market.long, market.claims_quote, market.deficit_since), (0, 0, 0), "CON-1");
    world.deleverage(&bob.account, "BTC").await.fails_with(MarginError::NoDeficit);

    world.chain.advance(3_600);
    world.freshen_all().await;
    bob.settle(&mut world, "BTC", ALL).await.succeeds();
    assert_eq!(bob.deposited(&mut world, QUOTE).await, usdc(10_000) + 39_990_624_982);
    assert!(bob.perp(&mut world, "BTC").await.is_none());
    let market = world.market("BTC").await;
    assert_eq!((market.escrow, market.secured, market.claims_quote), (0, 0, 0), "CON-1");
}

/// A deficit without a written-off debt is the winners' alone: the next print may end it, and then tranche and fund would have
/// made the pool richer.
#[tokio::test]
async fn INS_1_no_insurance_pays_for_a_deficit_without_a_bankrupt() {
    let (mut world, bob) = in_deficit(usdc(100_000)).await;
    let event = deleveraged(&world.deleverage(&bob.account, "BTC").await.succeeds());
    assert_eq!(event.taken, 22_477_999_955);
    assert_eq!(world.insurance_fund().await.expect("there is one").shares, usdc(100_000));
}

/// What was set apart for Bob is not the pool's any more: Carol, who won after him, is paid out of what others bring, and no
/// second deleveraging takes from him.
#[tokio::test]
async fn ADL_1_nobody_is_taken_from_twice() {
    let mut world = market(usdc(40_000)).await;
    let bob = holder(&mut world, usdc(10_000), 500_000).await;
    let carol = holder(&mut world, usdc(20_000), 500_000).await;
    print(&mut world, eighths(16)).await;
    let first = deleveraged(&world.deleverage(&bob.account, "BTC").await.succeeds());
    world.deleverage(&bob.account, "BTC").await.fails_with(MarginError::NotAWinner);
    print(&mut world, eighths(24)).await;
    world.deleverage(&bob.account, "BTC").await.fails_with(MarginError::NotAWinner);
    let second = deleveraged(&world.deleverage(&carol.account, "BTC").await.succeeds());
    assert!(second.taken > first.taken && second.left == 0, "{first:?} {second:?}");
    world.chain.advance(3_600);
    world.freshen_all().await;
    for (who, event, had) in [(&bob, first, 10_000), (&carol, second, 20_000)] {
        who.settle(&mut world, "BTC", ALL).await.succeeds();
        assert_eq!(who.deposited(&mut world, QUOTE).await, usdc(had) + event.secured);
    }
    let market = world.market("BTC").await;
    assert_eq!((market.pool, market.escrow, market.secured), (0, 0, 0));
}

/// A part of Carol's position stays open beside what was set apart for her. When the price falls so far that less profit than
/// that is left, the difference goes back to the pool.
#[tokio::test]
async fn what_was_set_apart_falls_with_the_profit() {
    let mut world = market(usdc(40_000)).await;
    let bob = holder(&mut world, usdc(10_000), 500_000).await;
    let carol = holder(&mut world, usdc(10_000), 500_000).await;
    holder(&mut world, usdc(20_000), -200_000).await;
    print(&mut world, eighths(16)).await;
    let first = deleveraged(&world.deleverage(&bob.account, "BTC").await.succeeds());
    let second = deleveraged(&world.deleverage(&carol.account, "BTC").await.succeeds());
    let before = world.market("BTC").await;
    assert_eq!(before.secured, first.secured + second.secured);
    print(&mut world, eighths(6)).await;
    carol.settle(&mut world, "BTC", ALL).await.succeeds();
    let (held, market) = (carol.perp(&mut world, "BTC").await.expect("profit"), world.market("BTC").await);
    let profit = carol.pnl(&mut world, "BTC").await.unsigned_abs();
    let paid = carol.deposited(&mut world, QUOTE).await - usdc(10_000);
    assert!(held.base > 0 && profit < second.secured && paid > 0, "{held:?} {paid}");
    assert_eq!((held.secured, market.secured), (profit, first.secured + profit), "CON-1");
    assert_eq!((market.escrow, market.pool), (market.secured, before.pool + second.secured - profit - paid));
}

/// Carol owes 40 SOL, which 5 ETH and 10,000 USDC back, and has won 18,750; Bob's winnings throw the market into deficit. At $800
/// for a SOL and $1,500 for an ETH a part of her profit is all that covers what she owes: deleveraging leaves that.
#[tokio::test]
async fn WFL_1_deleveraging_stops_at_what_an_account_owes_to_others() {
    let mut world = market(usdc(40_000)).await;
    let (carol, bob) = (world.funded(usdc(10_000)).await, world.funded(usdc(60_000)).await);
    let lender = world.trader().await;
    lender.deposit(&mut world, "SOL", sol(200)).await.succeeds();
    carol.deposit(&mut world, "ETH", eth(5)).await.succeeds();
    world.freshen_all().await;
    carol.trade(&mut world, "BTC", 300_000).await.succeeds();
    carol.borrow(&mut world, "SOL", sol(40)).await.succeeds();
    bob.trade(&mut world, "BTC", 700_000).await.succeeds();
    let prices = [("BTC", eighths(16)), (QUOTE, usd(1)), ("SOL", usd(800)), ("ETH", usd(1_500))];
    world.prices(&prices).await;
    let before = carol.valuation(&mut world).await;
    let equity = before.spare(&snapshot::quote(&world.board().await, world.chain.now()).price);
    let event = deleveraged(&world.deleverage(&carol.account, "BTC").await.succeeds());
    assert!(equity > 0 && event.taken == equity && event.left > 0, "WFL-1: {equity} {event:?}");
    assert!(carol.valuation(&mut world).await.equity >= Value::ZERO, "LIQ-4");
    let rest = deleveraged(&world.deleverage(&bob.account, "BTC").await.succeeds());
    assert!(rest.taken + rest.left == event.left && rest.left > 0, "ADL-1: {rest:?} after {event:?}");
    assert_eq!(bob.perp(&mut world, "BTC").await.map(|held| held.base), Some(0), "he bears his part and no more");
}

/// The only winner is short, and a long of his, a hundredth of a BTC larger, makes the net long: he is a candidate all the same.
#[tokio::test]
async fn ADL_1_a_deficit_always_has_a_candidate() {
    let mut world = market(usdc(17_000)).await;
    let (alice, mallory) = (world.funded(usdc(6_500)).await, world.funded(usdc(20_000)).await);
    let (other_key, anybody) = (world.funded(usdc(10_000)).await, world.trader().await);
    for (who, size) in [(&alice, 400_000), (&mallory, -400_000), (&alice, 400_000), (&mallory, -590_000)] {
        who.trade(&mut world, "BTC", size).await.succeeds();
    }
    print(&mut world, eighths(2)).await;
    other_key.trade(&mut world, "BTC", 1_000_000).await.succeeds();
    anybody.settle_for(&mut world, &alice, "BTC", ALL).await.succeeds();
    world.resolve_market_loss(&alice.account, "BTC").await.succeeds();
    assert_ne!(world.market("BTC").await.deficit_since, 0);
    world.deleverage(&mallory.account, "BTC").await.succeeds();
    assert_eq!(world.market("BTC").await.deficit_since, 0);
}

/// Sixteen deposits of other tokens leave no slot for a payment; what is left of the profit needs none.
#[tokio::test]
async fn nobody_evades_deleveraging_by_filling_token_slots() {
    let mut world = World::with_market().await;
    world.provider("BTC", usdc(10_000)).await;
    world.set_market("BTC", |config| config.adl_threshold = 0).await.succeeds();
    let alice = world.trader().await;
    alice.deposit(&mut world, "SOL", sol(1_000)).await.succeeds();
    alice.deposit(&mut world, "ETH", eth(1)).await.succeeds();
    for number in 0..14 {
        let symbol = format!("T{number}");
        world.list(&symbol, Listing::volatile(6), usd(1)).await;
        alice.deposit(&mut world, &symbol, 1).await.succeeds();
    }
    world.freshen_all().await;
    alice.trade(&mut world, "BTC", 300_000).await.succeeds();
    print(&mut world, eighths(16)).await;
    world.deleverage(&alice.account, "BTC").await.succeeds();
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
    // Both kept the same part of what was closed: h = 39,988.749977 / 49,962.419914.
    for event in [first, second] {
        let closed = u128::from(event.secured + event.taken);
        assert!(u128::from(event.secured).abs_diff(closed * 39_988_749_977 / 49_962_419_914) <= 1, "{event:?}");
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
    ] {
        world.send(&[deleverage.with_account(place, &address)], &[]).await.fails_with(error);
    }
    world.chain.advance(61);
    world.send(std::slice::from_ref(&deleverage), &[]).await.fails_with(MarginError::StalePrice);
    world.freshen_all().await;
    world.send(&[deleverage], &[]).await.succeeds();
}
