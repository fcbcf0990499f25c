//! Attacks on what deleveraging sets apart, on the account's equity as its limit, and on accounts and markets that nobody can
//! bring to an end.

use breakwater_client::decode::Event;
use breakwater_client::instruction::{self, ALL};
use breakwater_client::margin::Value;
use breakwater_sim::price_path::Price8;
use solana_signer::Signer;

use super::positions::{print, sixty_fourths};
use super::wealth::market;
use crate::common::told::{deleveraged, liquidated};
use crate::common::{MarginError, QUOTE, Trader, Verdict, World, btc_listing, eth, sol, usd, usdc};

/// Somebody owes the quote bank an amount against ETH, which falls to a dollar: what is left of the debt its lenders bear.
/// Afterwards everything costs what it did.
async fn socialise(world: &mut World, borrowed: u64) {
    let (debtor, keeper) = (world.trader().await, world.funded(usdc(1_000)).await);
    debtor.deposit(world, "ETH", eth(borrowed / usdc(2_000))).await.succeeds();
    world.freshen_all().await;
    debtor.borrow(world, QUOTE, borrowed).await.succeeds();
    world.prices(&[("ETH", usd(1)), (QUOTE, usd(1))]).await;
    keeper.liquidate(world, &debtor, (QUOTE, "ETH"), ALL).await.succeeds();
    world.resolve_bankruptcy(&debtor.account, QUOTE).await.succeeds();
    world.price("ETH", usd(3_000)).await;
    world.freshen_all().await;
}

/// An hour passes, in which profit matures and a deficit grows old.
async fn hour(world: &mut World) {
    world.chain.skip(300);
    world.chain.advance(3_600);
    world.freshen_all().await;
}

/// Bob and Carol have won 31,234 each of a pool with 40,000. Bob is deleveraged; the bank of the quote token loses 42 %, and
/// with it what lies apart for Bob. Then Carol is deleveraged: what is set apart for her is worth what it says. It is hers.
#[tokio::test]
async fn what_is_set_apart_after_a_socialised_loss_is_paid_in_full() {
    let (mut world, _) = market(usdc(40_000)).await;
    let (bob, carol) = (world.funded(usdc(10_000)).await, world.funded(usdc(20_000)).await);
    for who in [&bob, &carol] {
        who.trade(&mut world, "BTC", 500_000).await.succeeds();
    }
    print(&mut world, sixty_fourths(128)).await;
    let first = deleveraged(&world.deleverage(&bob.account, "BTC").await.succeeds());
    socialise(&mut world, usdc(30_000)).await;
    let second = deleveraged(&world.deleverage(&carol.account, "BTC").await.succeeds());
    hour(&mut world).await;
    let mut paid = Vec::new();
    for who in [&carol, &bob] {
        let before = who.deposited(&mut world, QUOTE).await;
        who.settle(&mut world, "BTC", ALL).await.succeeds();
        paid.push(who.deposited(&mut world, QUOTE).await - before);
    }
    let what = format!("Carol gets {} of {}, Bob {} of {}", paid[0], second.secured, paid[1], first.secured);
    assert!(second.secured - paid[0] <= 2, "{what}");
}

/// Bob has 20 ETH and owes an amount of a token; his 0.7 BTC have won 43,728 of a pool with 40,000. He is deleveraged: 39,993 are
/// set apart for him and mature.
async fn secured(owed: (&str, u64)) -> (World, Trader) {
    let (mut world, _) = market(usdc(40_000)).await;
    let (bob, lender) = (world.trader().await, world.trader().await);
    lender.deposit(&mut world, "SOL", sol(1_000)).await.succeeds();
    bob.deposit(&mut world, "ETH", eth(20)).await.succeeds();
    world.freshen_all().await;
    bob.borrow(&mut world, owed.0, owed.1).await.succeeds();
    bob.trade(&mut world, "BTC", 700_000).await.succeeds();
    print(&mut world, sixty_fourths(128)).await;
    let event = deleveraged(&world.deleverage(&bob.account, "BTC").await.succeeds());
    assert_eq!((event.closed, event.left), (700_000, 0));
    hour(&mut world).await;
    (world, bob)
}

/// Bob owes the quote bank 1,000 and has 39,993 of matured profit, set apart for him, when the bank loses 60 %. A stranger lets
/// his profit pay his debt.
#[tokio::test]
async fn a_strangers_settlement_never_lowers_health_after_a_socialised_loss() {
    let (mut world, bob) = secured((QUOTE, usdc(1_000))).await;
    socialise(&mut world, usdc(24_000)).await;
    let stranger = world.trader().await;
    let before = bob.valuation(&mut world).await;
    stranger.settle_for(&mut world, &bob, "BTC", ALL).await.succeeds();
    let (after, owed) = (bob.valuation(&mut world).await, bob.owed(&mut world, QUOTE).await);
    let fell = (before.equity.0 - after.equity.0) >> 32;
    assert!(after.maintenance >= before.maintenance, "§10.6: health fell; ${fell} are lost, {owed} still owed");
}

/// Bob owes 100 SOL, which his matured profit backs. A keeper that pays a part of them gets what the plan says, before and after
/// the quote bank has lost 60 %.
#[tokio::test]
async fn LIQ_6_a_keeper_gets_what_the_plan_says_of_secured_profit() {
    for (borrowed, price) in [(0, 380), (24_000, 158)] {
        let (mut world, bob) = secured(("SOL", sol(100))).await;
        let keeper = world.trader().await;
        keeper.deposit(&mut world, "SOL", sol(200)).await.succeeds();
        if borrowed > 0 {
            socialise(&mut world, usdc(borrowed)).await;
        }
        world.prices(&[("BTC", sixty_fourths(128)), (QUOTE, usd(1)), ("SOL", usd(price)), ("ETH", usd(10))]).await;
        let sent = keeper.liquidate(&mut world, &bob, ("SOL", "BTC"), ALL).await;
        let (event, got) = (liquidated(&sent.succeeds()), keeper.deposited(&mut world, QUOTE).await);
        assert!(event.seize - got <= 2, "LIQ-6: {got} of {} for {} SOL units", event.seize, event.repay);
    }
}

/// Mallory has won 31,218 in one market and lost as much in another, against a deposit of 8,000: her equity is less than her part
/// of a deficit of 22,447. Deleveraging takes it to the last unit. Bob bears his part, and a deficit is left: it waits for her
/// profit to mature, and then anybody may settle it (§9).
#[tokio::test]
async fn a_deficit_always_ends() {
    let (mut world, _) = market(usdc(40_000)).await;
    world.list_perp("XBT", btc_listing()).await.succeeds();
    world.price("XBT", sixty_fourths(64)).await;
    world.set_market("XBT", |config| (config.funding_slope, config.funding_max) = (0, 0)).await.succeeds();
    world.provider("XBT", usdc(1_000_000)).await;
    let (mallory, bob) = (world.funded(usdc(8_000)).await, world.funded(usdc(20_000)).await);
    world.freshen_all().await;
    mallory.trade(&mut world, "BTC", 500_000).await.succeeds();
    mallory.trade(&mut world, "XBT", -500_000).await.succeeds();
    bob.trade(&mut world, "BTC", 500_000).await.succeeds();
    world.chain.skip(3);
    world.prices(&[("BTC", sixty_fourths(128)), ("XBT", sixty_fourths(128)), (QUOTE, usd(1))]).await;
    mallory.reduce(&mut world, "BTC", ALL).await.succeeds();
    mallory.reduce(&mut world, "XBT", ALL).await.succeeds();
    world.deleverage(&mallory.account, "BTC").await.succeeds();
    let left = deleveraged(&world.deleverage(&bob.account, "BTC").await.succeeds()).left;
    assert!(left > 0, "Mallory's part");

    let anybody = world.trader().await;
    for _ in 0..3 {
        hour(&mut world).await;
        for who in [&mallory, &bob] {
            let _ = anybody.settle_for(&mut world, who, "XBT", ALL).await;
            let _ = anybody.settle_for(&mut world, who, "BTC", ALL).await;
            let _ = world.deleverage(&who.account, "BTC").await;
            let _ = world.resolve_market_loss(&who.account, "XBT").await;
            let _ = anybody.close_out(&mut world, who, "BTC", ALL).await;
            let _ = anybody.close_out(&mut world, who, "XBT", ALL).await;
        }
    }
    let (equity, market) = (mallory.valuation(&mut world).await.equity, world.market("BTC").await);
    assert_eq!((market.long, market.short), (0, 0), "no price changes anything any more");
    assert_eq!(market.deficit_since, 0, "a deficit of {left} for ever; Mallory's equity is {equity:?}");
}

/// Carol owes 40 SOL, as in `WFL_1_deleveraging_stops_at_what_an_account_owes_to_others`. The board still has the $150 of ten
/// minutes ago for a SOL. Who deleverages her does not refresh it.
#[tokio::test]
async fn WFL_1_deleveraging_stops_at_what_an_account_owes_whatever_an_old_board_says() {
    let (mut world, _) = market(usdc(40_000)).await;
    let (carol, bob) = (world.funded(usdc(10_000)).await, world.funded(usdc(60_000)).await);
    let lender = world.trader().await;
    lender.deposit(&mut world, "SOL", sol(200)).await.succeeds();
    carol.deposit(&mut world, "ETH", eth(5)).await.succeeds();
    world.freshen_all().await;
    carol.trade(&mut world, "BTC", 300_000).await.succeeds();
    carol.borrow(&mut world, "SOL", sol(40)).await.succeeds();
    bob.trade(&mut world, "BTC", 700_000).await.succeeds();
    world.chain.advance(600);
    print(&mut world, sixty_fourths(128)).await;
    world.deleverage(&carol.account, "BTC").await.fails_with(MarginError::StalePrice);
    world.prices(&[("SOL", usd(800)), ("ETH", usd(1_500))]).await;
    let equity = carol.valuation(&mut world).await.equity;
    assert!(equity >= Value::ZERO, "WFL-1: Carol's lenders miss ${}", -equity.0 >> 32);
}

/// Alice's matured profit of 31,234 counts up to the 27,850 that the pool has, between PnL − R_maint and PnL − R_end. Closing a part
/// of her position frees margin at the end level and nothing at maintenance; its fee leaves the pool, and with it what counts.
#[tokio::test]
async fn LIQ_2_a_fee_never_lowers_what_the_pool_lets_count() {
    let (mut world, _) = market(usdc(27_860)).await;
    let (alice, bob, keeper) = (world.trader().await, world.funded(usdc(100_000)).await, world.trader().await);
    keeper.deposit(&mut world, "SOL", sol(200)).await.succeeds();
    alice.deposit(&mut world, "ETH", eth(5)).await.succeeds();
    world.freshen_all().await;
    alice.borrow(&mut world, "SOL", sol(50)).await.succeeds();
    alice.trade(&mut world, "BTC", 500_000).await.succeeds();
    bob.trade(&mut world, "BTC", -500_000).await.succeeds();
    print(&mut world, sixty_fourths(128)).await;
    alice.settle(&mut world, "BTC", ALL).await.succeeds();
    hour(&mut world).await;
    let prices = [("BTC", sixty_fourths(128)), (QUOTE, usd(1)), ("SOL", usd(541)), ("ETH", Price8(10_000))];
    world.prices(&prices).await;
    world.sync(&["BTC"]).await.succeeds();
    let before = alice.valuation(&mut world).await;
    let sent = keeper.close_out(&mut world, &alice, "BTC", ALL).await.succeeds();
    let [Event::PerpLiquidated(event)] = sent.events[..] else { panic!("not one closing: {:?}", sent.events) };
    assert!(event.size > 0 && event.size < 500_000, "{event:?}");
    world.sync(&["BTC"]).await.succeeds();
    let after = alice.valuation(&mut world).await;
    let fell = before.perps.maintenance - after.perps.maintenance;
    assert!(after.maintenance >= before.maintenance, "LIQ-2: fee {}, H_maint lower by {fell} units", event.fee);
}

/// A fifth of a BTC is left to Carol, with 27,496 of profit of which 14,990 lie apart when the quote bank loses 42 %. Then somebody
/// brings the pool 200,000. For a minute the price falls below what lies apart, and she has herself touched: the loss is the pool's.
#[tokio::test]
async fn a_dip_does_not_move_a_loss_of_the_bank_from_a_winner_to_the_pool() {
    let mut got = Vec::new();
    for dip in [false, true] {
        let (mut world, _) = market(usdc(40_000)).await;
        let (bob, carol, dave) =
            (world.funded(usdc(10_000)).await, world.funded(usdc(20_000)).await, world.funded(usdc(20_000)).await);
        for (who, size) in [(&bob, 500_000), (&carol, 500_000), (&dave, -200_000)] {
            who.trade(&mut world, "BTC", size).await.succeeds();
        }
        print(&mut world, sixty_fourths(128)).await;
        for who in [&bob, &carol] {
            world.deleverage(&who.account, "BTC").await.succeeds();
        }
        socialise(&mut world, usdc(35_000)).await;
        let open = instruction::set_reduce_only(&world.admin.pubkey(), &world.group, &world.keys(QUOTE).bank, false);
        world.send_as_admin(&[open]).await.succeeds();
        let provider = world.funded(usdc(200_001)).await;
        provider.add_liquidity(&mut world, "BTC", usdc(200_000)).await.succeeds();
        let before = carol.deposited(&mut world, QUOTE).await;
        if dip {
            print(&mut world, sixty_fourths(32)).await;
            carol.settle(&mut world, "BTC", ALL).await.succeeds();
        }
        print(&mut world, sixty_fourths(128)).await;
        carol.settle(&mut world, "BTC", ALL).await.succeeds();
        hour(&mut world).await;
        carol.settle(&mut world, "BTC", ALL).await.succeeds();
        got.push((carol.deposited(&mut world, QUOTE).await - before) / usdc(1));
    }
    assert_eq!(got[1], got[0], "NPR-1: what Carol is paid with a dip, and without one");
}
