//! Attacks with several keys on pools, tranches and the shared fund.

use breakwater_client::decode::Event;
use breakwater_client::instruction::ALL;

use super::positions::{print, sixty_fourths};
use super::wealth::{market, wealth};
use crate::common::{MarginError, QUOTE, Verdict, World, btc, sol, usd, usdc};

/// The pool has 40,000, Mallory and a victim have half a BTC each, and the price doubles: the pool owes half as much again as
/// it has and nobody is bankrupt. Mallory settles what is mature before anybody else: she is paid the part that everybody is
/// paid. She closes the victim: it gets the same part, and Mallory is closed by the next who likes.
#[tokio::test]
async fn attack_4_insolvent_pool_without_a_bankrupt() {
    let (mut world, _) = market(usdc(40_000)).await;
    let (mallory, victim) = (world.funded(usdc(20_000)).await, world.funded(usdc(20_000)).await);
    for who in [&mallory, &victim] {
        who.trade(&mut world, "BTC", 500_000).await.succeeds();
    }
    world.chain.skip(3);
    print(&mut world, sixty_fourths(72)).await;
    for who in [&mallory, &victim] {
        who.trade(&mut world, "BTC", -1_000).await.succeeds();
    }
    world.chain.advance(3_600);
    world.freshen_all().await;
    print(&mut world, sixty_fourths(128)).await;
    let (won, lost) = (mallory.pnl(&mut world, "BTC").await, victim.pnl(&mut world, "BTC").await);
    mallory.settle(&mut world, "BTC", ALL).await.succeeds();
    world.deleverage(&victim.account, "BTC").await.succeeds();
    world.deleverage(&mallory.account, "BTC").await.succeeds();
    world.deleverage(&mallory.account, "BTC").await.fails_with(MarginError::NoDeficit);
    world.chain.advance(3_600);
    world.freshen_all().await;
    for who in [&mallory, &victim] {
        who.settle(&mut world, "BTC", ALL).await.succeeds();
    }
    let part = |got: u64, of: i64| (got - usdc(20_000)) * 10_000 / of.unsigned_abs();
    let (hers, theirs) = (mallory.deposited(&mut world, QUOTE).await, victim.deposited(&mut world, QUOTE).await);
    assert!(part(hers, won).abs_diff(part(theirs, lost)) <= 1, "{} {}", part(hers, won), part(theirs, lost));
    assert!(part(hers, won) < 7_000, "nobody gets the whole");
}

/// Long and short of the whole cap, 1,000 BTC, 0.4 % of the skew scale: bought at 20 bps of premium, sold at 20, and once the
/// long is liquidated at the index the short is bought back at a discount. Three fees of 5 bps, and 40 bps of what is
/// liquidated for the tranche, are more than that, though the keeper's 40 are the attacker's own.
#[tokio::test]
async fn attack_10_index_against_skew() {
    let (mut world, _) = market(usdc(40_000_000)).await;
    let (long, short) = (world.funded(usdc(18_000_000)).await, world.funded(usdc(60_000_000)).await);
    let keeper = world.funded(usdc(1_000)).await;
    let before = wealth(&mut world, &[&long, &short, &keeper]).await;
    long.trade(&mut world, "BTC", btc(1_000)).await.succeeds();
    short.trade(&mut world, "BTC", -btc(1_000)).await.succeeds();
    world.chain.skip(3);
    print(&mut world, sixty_fourths(52)).await;
    while keeper.close_out(&mut world, &long, "BTC", ALL).await.is_ok() {}
    short.reduce(&mut world, "BTC", ALL).await.succeeds();
    let after = wealth(&mut world, &[&long, &short, &keeper]).await;
    assert!(after < before, "NPR-1: {after} of {before}");
}

/// Mallory owns half the pool, opens 30 BTC, whose premium is the pool's, redeems, and closes. Her equity in the pool never had
/// the premium in it that closing refunds.
#[tokio::test]
async fn attack_11_LP_redeems_a_refundable_premium() {
    let (mut world, honest) = market(usdc(10_000_000)).await;
    let mallory = world.provider("BTC", usdc(10_000_000)).await;
    let trader = world.funded(usdc(4_000_000)).await;
    world.freshen_all().await;
    let (before, others) = (wealth(&mut world, &[&mallory, &trader]).await, wealth(&mut world, &[&honest]).await);
    trader.trade(&mut world, "BTC", btc(100)).await.succeeds();
    let shares = mallory.liquidity(&mut world, "BTC").await.expect("she has some").shares;
    mallory.request_liquidity(&mut world, "BTC", shares).await.succeeds();
    mallory.remove_liquidity(&mut world, "BTC").await.fails_with(MarginError::CooldownNotOver);
    world.chain.advance(3_600);
    world.freshen_all().await;
    mallory.remove_liquidity(&mut world, "BTC").await.succeeds();
    world.chain.skip(3);
    trader.reduce(&mut world, "BTC", ALL).await.succeeds();
    let after = wealth(&mut world, &[&mallory, &trader]).await;
    assert!(after < before, "NPR-1: {after} of {before}");
    assert!(wealth(&mut world, &[&honest]).await >= others, "the other provider has not paid for it");
}

/// Mallory owns a pool of 200,000 and a long of 1 BTC against it. The price falls by a quarter; what her account cannot pay is
/// profit that her pool does not get. The fund, which pays only what a pool owes beyond what it has, pays nothing.
#[tokio::test]
async fn attack_12_free_put_on_the_fund() {
    let (mut world, mallory) = market(usdc(200_000)).await;
    let (trader, insurer) = (world.funded(usdc(7_500)).await, world.funded(usdc(10_000)).await);
    insurer.insure_group(&mut world, usdc(10_000)).await.succeeds();
    let before = wealth(&mut world, &[&mallory, &trader]).await;
    trader.trade(&mut world, "BTC", btc(1)).await.succeeds();
    print(&mut world, sixty_fourths(48)).await;
    mallory.settle_for(&mut world, &trader, "BTC", ALL).await.succeeds();
    let sent = world.resolve_market_loss(&trader.account, "BTC").await.succeeds();
    let [Event::MarketLossResolved(event)] = sent.events[..] else { panic!("{:?}", sent.events) };
    assert_eq!((event.deficit, event.fund), (8_156_375_063, 0));
    assert_eq!(world.insurance_fund().await.expect("there is one").shares, usdc(10_000), "INS-1");
    let after = wealth(&mut world, &[&mallory, &trader]).await;
    assert!(after <= before, "NPR-1: {after} of {before}");
}

/// An hour with a skew of 1 BTC, then 400 more for a second and a crank: the hour was charged at the old skew. And an hour
/// that nobody cranked is all that a day is charged for.
#[tokio::test]
async fn attack_22_funding_spike() {
    let mut indices = Vec::new();
    for spike in [false, true] {
        let mut world = World::with_market().await;
        world.provider("BTC", usdc(40_000_000)).await;
        let (victim, mallory) = (world.funded(usdc(100_000)).await, world.funded(usdc(40_000_000)).await);
        world.freshen_all().await;
        victim.trade(&mut world, "BTC", btc(1)).await.succeeds();
        world.chain.advance(3_599);
        world.prices(&[("BTC", sixty_fourths(64)), (QUOTE, usd(1))]).await;
        world.sync(&[QUOTE]).await.succeeds();
        let before = wealth(&mut world, &[&mallory]).await;
        if spike {
            mallory.trade(&mut world, "BTC", -btc(400)).await.succeeds();
        }
        world.sync(&["BTC"]).await.succeeds();
        indices.push(world.market("BTC").await.funding_index);
        assert!(wealth(&mut world, &[&mallory]).await <= before, "NPR-1");
        world.chain.advance(86_399);
        print(&mut world, sixty_fourths(64)).await;
        world.sync(&["BTC"]).await.succeeds();
        let charged = world.market("BTC").await.funding_index - indices[indices.len() - 1];
        if !spike {
            assert!(charged.abs_diff(indices[0]) <= 1, "an hour is charged for a day: {charged} {}", indices[0]);
        }
    }
    assert_eq!(indices[0], indices[1], "FND-1: the old skew");
}

/// The price jumps for a second. Profit that was there at one touch alone has not matured, whatever the age of the position, and
/// an increase makes none of it older.
#[tokio::test]
async fn attack_22_instant_maturity() {
    let (mut world, _) = market(usdc(1_000_000)).await;
    let mallory = world.funded(usdc(50_000)).await;
    mallory.trade(&mut world, "BTC", btc(1)).await.succeeds();
    world.chain.advance(86_400);
    world.freshen_all().await;
    print(&mut world, sixty_fourths(80)).await;
    mallory.trade(&mut world, "BTC", 1_000).await.succeeds();
    assert_eq!(mallory.perp(&mut world, "BTC").await.map(|held| held.matured), Some(0));
    mallory.settle(&mut world, "BTC", 1).await.fails_with(MarginError::ProfitNotMatured);
    mallory.settle(&mut world, "BTC", ALL).await.succeeds();
    assert_eq!(mallory.deposited(&mut world, QUOTE).await, usdc(50_000), "it was seen and nothing was paid");
    // An hour later the jump is over, and so is what it had won.
    world.chain.advance(3_600);
    print(&mut world, sixty_fourths(64)).await;
    mallory.settle(&mut world, "BTC", ALL).await.succeeds();
    let left = wealth(&mut world, &[&mallory]).await;
    assert!(left < 50_000_000_000, "NPR-1: {left} of 50,000,000,000");
}

/// The same with the market's tranche, which others filled: it pays what a pool owes beyond what it has, and this one has it.
#[tokio::test]
async fn attack_12_free_put_on_the_tranche() {
    let (mut world, mallory) = market(usdc(200_000)).await;
    let (trader, insurer) = (world.funded(usdc(7_500)).await, world.funded(usdc(10_000)).await);
    insurer.insure_market(&mut world, "BTC", usdc(10_000)).await.succeeds();
    let before = wealth(&mut world, &[&mallory, &trader]).await;
    trader.trade(&mut world, "BTC", btc(1)).await.succeeds();
    print(&mut world, sixty_fourths(48)).await;
    mallory.settle_for(&mut world, &trader, "BTC", ALL).await.succeeds();
    world.resolve_market_loss(&trader.account, "BTC").await.succeeds();
    let after = wealth(&mut world, &[&mallory, &trader]).await;
    assert!(after <= before, "NPR-1: {after} of {before}");
}

/// Mallory's profit of one print throws a pool of 40,000 into deficit and she deleverages herself. Nothing is paid for profit
/// that has not matured, the fund pays nothing for a debt that nobody has written off, and the pool has not become richer when
/// the price comes back.
#[tokio::test]
async fn attack_deleveraging_oneself_on_a_spike() {
    let (mut world, provider) = market(usdc(40_000)).await;
    let insurer = world.funded(usdc(8_000)).await;
    insurer.insure_group(&mut world, usdc(8_000)).await.succeeds();
    let (mallory, other) = (world.funded(usdc(10_000)).await, world.funded(usdc(10_000)).await);
    let before = wealth(&mut world, &[&mallory, &other, &provider]).await;
    mallory.trade(&mut world, "BTC", btc(1)).await.succeeds();
    other.trade(&mut world, "BTC", 1_000).await.succeeds();
    print(&mut world, sixty_fourths(128)).await;
    world.deleverage(&mallory.account, "BTC").await.succeeds();
    assert_eq!(mallory.deposited(&mut world, QUOTE).await, usdc(10_000));
    mallory.withdraw(&mut world, QUOTE, usdc(10_000) + 1).await.fails_with(MarginError::MoreThanOwned);
    print(&mut world, sixty_fourths(64)).await;
    let after = wealth(&mut world, &[&mallory, &other, &provider]).await;
    assert!(after <= before, "NPR-1: {after} of {before}");
    assert_eq!(world.insurance_fund().await.expect("there is one").shares, usdc(8_000), "INS-1");
}

/// Carol wants 40 SOL for a matured profit and nothing else. She gets them once she has settled it, and then they are backed by
/// quote tokens that no loss of the market can take back.
#[tokio::test]
async fn attack_borrowing_against_profit() {
    let (mut world, _) = market(usdc(40_000)).await;
    let (carol, lender) = (world.funded(usdc(10_000)).await, world.trader().await);
    lender.deposit(&mut world, "SOL", sol(200)).await.succeeds();
    carol.trade(&mut world, "BTC", btc(1)).await.succeeds();
    world.chain.skip(3);
    print(&mut world, sixty_fourths(72)).await;
    carol.reduce(&mut world, "BTC", ALL).await.succeeds();
    carol.withdraw(&mut world, QUOTE, ALL).await.succeeds();
    world.chain.advance(3_600);
    world.freshen_all().await;
    carol.borrow(&mut world, "SOL", sol(1)).await.fails_with(MarginError::InsufficientHealth);
    carol.settle(&mut world, "BTC", ALL).await.succeeds();
    carol.borrow(&mut world, "SOL", sol(40)).await.succeeds();
}

/// X and Y have won 12,481 each of a pool with 9,985, the loser has not paid. Y settles and leaves nothing. The board still says
/// 9,985 for up to 300 s; X can borrow no more against it than without.
#[tokio::test]
async fn attack_borrowing_against_an_empty_pool() {
    let mut world = World::with_market().await;
    world.provider("BTC", usdc(10_000)).await;
    world.set_market("BTC", |config| (config.funding_slope, config.funding_max) = (0, 0)).await.succeeds();
    let (x, y) = (world.trader().await, world.funded(usdc(100_000)).await);
    let loser = world.funded(usdc(200_000)).await;
    x.deposit(&mut world, "SOL", sol(100)).await.succeeds();
    world.freshen_all().await;
    for _ in 0..2 {
        x.trade(&mut world, "BTC", 100_000).await.succeeds();
        y.trade(&mut world, "BTC", 100_000).await.succeeds();
        loser.trade(&mut world, "BTC", -200_000).await.succeeds();
    }
    world.let_positions_settle().await;
    print(&mut world, sixty_fourths(128)).await;
    x.reduce(&mut world, "BTC", ALL).await.succeeds();
    y.reduce(&mut world, "BTC", ALL).await.succeeds();
    world.chain.advance(3_600);
    world.freshen_all().await;
    y.settle(&mut world, "BTC", ALL).await.succeeds();
    assert_eq!(world.market("BTC").await.pool, 0);
    // 100 SOL at $150 and 80 %, over 1.08: 11,111, less what the bands take.
    x.borrow(&mut world, QUOTE, usdc(11_200)).await.fails_with(MarginError::InsufficientHealth);
    x.borrow(&mut world, QUOTE, usdc(11_000)).await.succeeds();
}
