//! Positions: settled first, closed through the tiers, at which fee and to whose account.
//!
//! A print of n/64 of $62,500 is exact, so that the numbers below are computed by hand to the last unit. Funding is off.

use breakwater_client::decode::Event;
use breakwater_client::instruction::ALL;
use breakwater_client::interface::events::PerpLiquidated;
use breakwater_sim::chain::Outcome;
use breakwater_sim::price_path::Price8;

use crate::common::{MarginError, QUOTE, Trader, Verdict, World, btc, btc_price, sol, usd, usdc};

/// Alice holds 45,000 USDC and has a position of 5 BTC against a pool of a million; a keeper holds 10,000 USDC.
pub struct Position {
    pub world: World,
    pub alice: Trader,
    pub keeper: Trader,
}

/// The BTC market with a million in its pool and no funding.
pub async fn without_funding() -> World {
    let (mut world, _) = World::with_pool().await;
    world.set_market("BTC", |config| (config.funding_slope, config.funding_max) = (0, 0)).await.succeeds();
    world.freshen_all().await;
    world
}

/// At $62,500. Opening 5 BTC costs 5²/2S of a BTC and 5 bps: 3.125 and 156.251563 USDC for a long.
pub async fn position(size: i64) -> Position {
    let mut world = without_funding().await;
    let (alice, keeper) = (world.funded(usdc(45_000)).await, world.funded(usdc(10_000)).await);
    alice.trade(&mut world, "BTC", size).await.succeeds();
    Position { world, alice, keeper }
}

/// n/64 of $62,500.
pub fn sixty_fourths(n: i64) -> Price8 {
    Price8(btc_price().units() / 64 * n)
}

/// BTC and the quote token, in one second.
pub async fn print(world: &mut World, btc: Price8) {
    world.prices(&[("BTC", btc), (QUOTE, usd(1))]).await;
}

/// The one event of a closing; health has not fallen (LIQ-2).
pub fn closed(sent: &Outcome) -> PerpLiquidated {
    match sent.events[..] {
        [Event::PerpLiquidated(event)] => {
            assert!(event.health_after >= event.health_before, "LIQ-2: {event:?}");
            event
        }
        ref other => panic!("not one closing: {other:?}"),
    }
}

/// Shares of the quote bank are units: nobody borrows in these scenes.
async fn tranche(world: &mut World) -> u64 {
    world.market("BTC").await.tranche
}

/// 5 BTC at $56,640.625 are 283,203.125, PnL is −29,296.875 − 159.376563, and
/// H_end = 45,000·0.915 − 29,456.251563 − (2,750 + 14,000 + 33,203.125·0.095) = −8,185.548438.
/// Settling 29,456.251563 gains 8.5 % of it, 2,503.781382. Of the other 5,681.767056 and two units for rounding the third
/// tier's 33,203.125 bring 8.7 %, 2,888.671875, and the second's bring 6.2 %: 2,793.095183 / 0.062 = 45,049.922306 more. In
/// all 78,253.047306, that is 1.381571… BTC, rounded up. The fee is 0.8 % of 78,253.101562, half of it the keeper's.
/// Equity in dollars is the last fraction of a unit lower, as the price of a unit of USDC is rounded down.
#[tokio::test]
async fn a_position_is_closed_through_its_tiers_to_the_end_level() {
    let Position { mut world, alice, keeper } = position(btc(5)).await;
    print(&mut world, sixty_fourths(58)).await;
    let before = tranche(&mut world).await;
    let event = closed(&keeper.close_out(&mut world, &alice, "BTC", ALL).await.succeeds());
    assert_eq!((event.size, event.settled), (1_381_572, 29_456_251_563));
    assert_eq!((event.fee, event.insurance), (626_024_812, 313_012_406));
    assert_eq!((event.equity_before, event.equity_after), (1_554_374_843_699, 1_491_772_362_399));
    let held = alice.perp(&mut world, "BTC").await.expect("a part is left");
    assert_eq!((held.base, held.quote), (3_618_428, -205_576_048_250));
    assert_eq!(alice.deposited(&mut world, QUOTE).await, 15_543_748_437);
    assert_eq!(keeper.deposited(&mut world, QUOTE).await, usdc(10_000) + 313_012_406);
    assert_eq!(tranche(&mut world).await - before, 313_012_406, "INS-1");
    // Nobody takes more than was needed.
    keeper.close_out(&mut world, &alice, "BTC", ALL).await.fails_with(MarginError::AccountHealthy);
}

/// Short 5 BTC, opened for 312,496.875 − 156.248438. At $67,382.8125 PnL is −24,573.435938 and N = 336,914.0625:
/// H_end = 41,175 − 24,573.435938 − (16,750 + 86,914.0625·0.095) = −8,405.271876, of which settling brings 2,088.742054.
/// 6,316.529824 / 0.087 = 72,603.791081 in the third tier alone: 1.077482… BTC, rounded up.
#[tokio::test]
async fn a_short_is_closed_in_its_top_tier_alone_where_that_is_enough() {
    let Position { mut world, alice, keeper } = position(btc(-5)).await;
    print(&mut world, sixty_fourths(69)).await;
    let event = closed(&keeper.close_out(&mut world, &alice, "BTC", ALL).await.succeeds());
    assert_eq!((event.size, event.settled), (1_077_483, 24_573_435_938));
    assert_eq!((event.fee, event.insurance), (580_830_679, 290_415_340));
    let held = alice.perp(&mut world, "BTC").await.expect("a part is left");
    assert_eq!((held.base, held.quote), (-3_922_517, 263_729_396_860));
    keeper.close_out(&mut world, &alice, "BTC", ALL).await.fails_with(MarginError::AccountHealthy);
}

/// At $53,710.9375 equity is 45,000 − 44,104.689063 = 895.310937, that is 3,333 millionths of 268,554.6875: the fee is 0.3333 %
/// in place of 0.8 %, and 0.218164 is left of the account.
#[tokio::test]
async fn a_fee_never_exceeds_equity() {
    let Position { mut world, alice, keeper } = position(btc(5)).await;
    print(&mut world, sixty_fourths(55)).await;
    let event = closed(&keeper.close_out(&mut world, &alice, "BTC", ALL).await.succeeds());
    assert_eq!((event.size, event.base), (5_000_000, 0));
    assert_eq!((event.fee, event.insurance), (895_092_773, 447_546_387));
    assert_eq!(event.equity_after, 21_816_399, "LIQ-4");
    // What is still owed is settled by whoever likes, out of the deposit that is left; nothing is lost.
    keeper.settle_for(&mut world, &alice, "BTC", ALL).await.succeeds();
    assert_eq!(alice.deposited(&mut world, QUOTE).await, 218_164);
    assert!(alice.perp(&mut world, "BTC").await.is_none());
}

/// At $52,734.375 equity is −3,987.501563. The deposit is settled, the position closed, and nobody is paid for it.
#[tokio::test]
async fn an_insolvent_account_pays_no_fee() {
    let Position { mut world, alice, keeper } = position(btc(5)).await;
    print(&mut world, sixty_fourths(54)).await;
    let before = tranche(&mut world).await;
    let event = closed(&keeper.close_out(&mut world, &alice, "BTC", ALL).await.succeeds());
    assert_eq!((event.size, event.settled, event.fee, event.insurance), (5_000_000, 45_000_000_000, 0, 0));
    assert_eq!(alice.pnl(&mut world, "BTC").await, -3_987_501_563, "the market's claim, and no bank's");
    assert_eq!(keeper.deposited(&mut world, QUOTE).await, usdc(10_000));
    assert_eq!(tranche(&mut world).await, before);
}

/// At $58,044.43359375 H_end = −1,833.314553 and settling a loss of 22,437.208595 brings 1,907.162730: nothing is closed.
#[tokio::test]
async fn nothing_is_closed_where_settling_is_enough() {
    let Position { mut world, alice, keeper } = position(btc(5)).await;
    print(&mut world, Price8(btc_price().units() / 1_024 * 951)).await;
    let event = closed(&keeper.close_out(&mut world, &alice, "BTC", 0).await.succeeds());
    assert_eq!((event.size, event.settled, event.fee), (0, 22_437_208_595, 0));
    let held = alice.perp(&mut world, "BTC").await.expect("it stays open");
    assert_eq!((held.base, alice.pnl(&mut world, "BTC").await), (btc(5), 0));
    keeper.close_out(&mut world, &alice, "BTC", ALL).await.fails_with(MarginError::AccountHealthy);
}

/// The same account with 6,000 USDC more and a debt of 30 SOL: the pair of SOL and USDC would carry too. Settling costs the
/// account nothing and goes before.
#[tokio::test]
async fn a_settlement_that_carries_ranks_before_every_pair() {
    let Position { mut world, alice, keeper } = position(btc(5)).await;
    keeper.deposit(&mut world, "SOL", sol(100)).await.succeeds();
    alice.deposit(&mut world, QUOTE, usdc(6_000)).await.succeeds();
    world.freshen_all().await;
    alice.borrow(&mut world, "SOL", sol(30)).await.succeeds();
    world.prices(&[("BTC", sixty_fourths(59)), (QUOTE, usd(1)), ("SOL", usd(150))]).await;
    let refused = keeper.liquidate(&mut world, &alice, ("SOL", QUOTE), ALL).await.fails_with(MarginError::LegNotChosen);
    let line = "Program log: best leg: position in market 0";
    assert!(refused.logs.iter().any(|log| log == line), "{:#?}", refused.logs);
    let event = closed(&keeper.close_out(&mut world, &alice, "BTC", ALL).await.succeeds());
    assert_eq!(event.settled, 24_573_439_063);
}

/// The plan closes 1.381572 BTC; a quarter of that, rounded up, is the least that is served, and then it is what is closed.
#[tokio::test]
async fn a_keeper_closes_at_least_a_quarter_of_the_plan() {
    let Position { mut world, alice, keeper } = position(btc(5)).await;
    print(&mut world, sixty_fourths(58)).await;
    keeper.close_out(&mut world, &alice, "BTC", 345_392).await.fails_with(MarginError::RequestTooSmall);
    let event = closed(&keeper.close_out(&mut world, &alice, "BTC", 345_393).await.succeeds());
    assert_eq!((event.size, event.fee, event.insurance), (345_393, 156_506_203, 78_253_102));
    keeper.close_out(&mut world, &alice, "BTC", ALL).await.succeeds();
    keeper.close_out(&mut world, &alice, "BTC", ALL).await.fails_with(MarginError::AccountHealthy);
}

/// A thousandth of a BTC and 7 USDC. At $56,640.625 the plan is 0.000789 BTC and $11.95 are left; at $56,396.484375 it would
/// leave less than the dust of $10, and all is closed.
#[tokio::test]
async fn dust_is_not_left_open() {
    for (price, size) in [(sixty_fourths(58), 789), (Price8(btc_price().units() / 256 * 231), 1_000)] {
        let mut world = without_funding().await;
        let (alice, keeper) = (world.funded(usdc(7)).await, world.funded(usdc(10_000)).await);
        alice.trade(&mut world, "BTC", 1_000).await.succeeds();
        print(&mut world, price).await;
        let event = closed(&keeper.close_out(&mut world, &alice, "BTC", ALL).await.succeeds());
        assert_eq!(event.size, size);
    }
}

/// Profit that does not count yet costs no health either: a position in profit keeps its owner healthy at any price above.
#[tokio::test]
async fn LIQ_1_a_winner_is_never_liquidated_for_winning() {
    let Position { mut world, alice, keeper } = position(btc(5)).await;
    for n in [64, 65, 70, 80, 96, 128, 256] {
        print(&mut world, sixty_fourths(n)).await;
        keeper.close_out(&mut world, &alice, "BTC", ALL).await.fails_with(MarginError::AccountHealthy);
    }
}
