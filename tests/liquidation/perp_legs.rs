//! Debts to markets and matured profit as legs of pairs; stale indices; all 24 legs.

use breakwater_client::instruction::ALL;
use breakwater_client::interface::snapshot::{self, Own};
use breakwater_client::margin::liquidation::best_target;
use breakwater_client::margin::position::MARKET_LEG;
use breakwater_client::margin::{Refusal, Snapshot, Target, health};
use breakwater_sim::price_path::Price8;
use solana_instruction::Instruction;

use super::liquidated;
use super::perps::{Position, closed, position, print, sixty_fourths, without_funding};
use crate::common::full::full_account;
use crate::common::{MarginError, QUOTE, Trader, Verdict, World, btc, btc_listing, btc_price, eth, sol, usd, usdc};

pub const DEBT_FOR_SOL: (&str, &str) = ("BTC", "SOL");
pub const SOL_FOR_PROFIT: (&str, &str) = ("SOL", "BTC");

/// BTC, the quote token and SOL, in one second.
async fn print_with_sol(world: &mut World, n: i64, sol: u32) {
    world.prices(&[("BTC", sixty_fourths(n)), (QUOTE, usd(1)), ("SOL", usd(sol))]).await;
}

/// Bob holds 100 SOL and nothing else, and is long 1 BTC for 62,531.375063.
async fn long_on_sol() -> Position {
    let mut world = without_funding().await;
    let (bob, keeper) = (world.trader().await, world.funded(usdc(50_000)).await);
    bob.deposit(&mut world, "SOL", sol(100)).await.succeeds();
    world.freshen_all().await;
    bob.trade(&mut world, "BTC", btc(1)).await.succeeds();
    Position { world, alice: bob, keeper }
}

/// At $48,828.125: H_end = 15,000·0.895 − 13,703.250063 − 2,685.546875 = −2,963.796938. Closing all frees 2,685.546875 and costs
/// 390.625, at a better score than the pair. Of the debt of 14,093.875063 that is left, with
/// H_maint = 13,500 − 14,093.875063 = −593.875063 and H_end = −668.875063: x_h = 0.42137…, β = 2.8175 %, k = 1 − 0.895·(1 + β)
/// = 0.079783375 and R = 668.875063 / k = 8,383.639612. Insurance is 0.4·β of it, 94.483619, to the market's tranche, and
/// S = 8,383.639612·1.028175 / 150 = 57.465657… SOL; prices of units are rounded.
#[tokio::test]
async fn a_debt_to_a_market_is_repaid_for_collateral() {
    let Position { mut world, alice: bob, keeper } = long_on_sol().await;
    print_with_sol(&mut world, 50, 150).await;
    keeper.liquidate(&mut world, &bob, DEBT_FOR_SOL, ALL).await.fails_with(MarginError::LegNotChosen);
    let event = closed(&keeper.close_out(&mut world, &bob, "BTC", ALL).await.succeeds());
    assert_eq!((event.size, event.settled, event.fee, event.insurance), (1_000_000, 0, 390_625_000, 195_312_500));
    assert_eq!(bob.pnl(&mut world, "BTC").await, -14_093_875_063);

    let (market, bank) = (world.market("BTC").await, world.bank(QUOTE).await);
    let had = keeper.deposited(&mut world, QUOTE).await;
    let event = liquidated(&keeper.liquidate(&mut world, &bob, DEBT_FOR_SOL, ALL).await.succeeds());
    assert_eq!(event.bonus, 28_175);
    assert!(event.repay.abs_diff(8_383_639_612) <= 2 && event.insurance.abs_diff(94_483_619) <= 1, "{event:?}");
    assert!(event.seize.abs_diff(57_465_657_720) <= 20, "{event:?}");
    assert!(event.health_after > event.health_before, "LIQ-2");
    let (after, books) = (world.market("BTC").await, world.bank(QUOTE).await);
    assert_eq!((after.pool - market.pool, after.tranche - market.tranche), (event.repay, event.insurance));
    assert_eq!((books.tranche, books.borrow_shares), (bank.tranche, 0), "no bank has a part in it (WFL-1)");
    assert_eq!(had - keeper.deposited(&mut world, QUOTE).await, event.repay + event.insurance);
    assert_eq!(keeper.deposited(&mut world, "SOL").await, event.seize);
    keeper.liquidate(&mut world, &bob, DEBT_FOR_SOL, ALL).await.fails_with(MarginError::AccountHealthy);
}

/// Repaying 8,383.639612 + 94.483619 USDC out of nothing is a debt of 9,156.37 at v_init; the SOL that come for it count
/// 6,895.88 at w_init.
#[tokio::test]
async fn a_keeper_must_be_healthy_after_repaying_a_market() {
    let Position { mut world, alice: bob, keeper } = long_on_sol().await;
    print_with_sol(&mut world, 50, 150).await;
    keeper.close_out(&mut world, &bob, "BTC", ALL).await.succeeds();
    let poor = world.trader().await;
    poor.liquidate(&mut world, &bob, DEBT_FOR_SOL, ALL).await.fails_with(MarginError::InsufficientHealth);
    poor.deposit(&mut world, QUOTE, usdc(3_000)).await.succeeds();
    poor.liquidate(&mut world, &bob, DEBT_FOR_SOL, ALL).await.succeeds();
}

/// Carol has 7,746.109241 of matured profit in BTC and 5 ETH, and owes 40 SOL; a keeper holds 200 SOL.
async fn winner_who_owes_sol() -> (World, Trader, Trader) {
    let mut world = without_funding().await;
    let (carol, keeper) = (world.funded(usdc(10_000)).await, world.funded(usdc(10_000)).await);
    keeper.deposit(&mut world, "SOL", sol(200)).await.succeeds();
    carol.deposit(&mut world, "ETH", eth(5)).await.succeeds();
    carol.trade(&mut world, "BTC", btc(1)).await.succeeds();
    world.chain.skip(3);
    print_with_sol(&mut world, 72, 150).await;
    carol.reduce(&mut world, "BTC", ALL).await.succeeds();
    world.freshen_all().await;
    carol.borrow(&mut world, "SOL", sol(40)).await.succeeds();
    carol.withdraw(&mut world, QUOTE, ALL).await.succeeds();
    world.chain.advance(3_600);
    world.freshen_all().await;
    (world, carol, keeper)
}

/// Carol's long of 1 BTC was seen with a profit of 7,781.124937 and closed at $70,312.5: 7,746.109241 are left, and have matured
/// after an hour. She owes 40 SOL, and the 5 ETH that backed them are worth 0.00005. At $182 H_maint = 7,746.109241 + 0.000045 −
/// 7,280·1.08 = −116.290714, H_end = −152.690714, x_h = 0.14790…, β = 1.3134 % and k = 1.085 − 1.013134 = 0.071866:
/// R = 152.690714 / k = 2,124.658590, that is 11.673948299 SOL, and S is 2,152.563856 USDC out of the pool.
#[tokio::test]
async fn matured_profit_is_seized_for_a_debt_to_a_bank() {
    let (mut world, carol, keeper) = winner_who_owes_sol().await;
    world.price("ETH", Price8(1_000)).await;
    print_with_sol(&mut world, 72, 182).await;

    let market = world.market("BTC").await;
    let had = keeper.deposited(&mut world, QUOTE).await;
    let event = liquidated(&keeper.liquidate(&mut world, &carol, SOL_FOR_PROFIT, ALL).await.succeeds());
    assert_eq!(event.bonus, 13_134);
    assert!(event.repay.abs_diff(11_673_948_299) <= 200 && event.seize.abs_diff(2_152_563_856) <= 50, "{event:?}");
    assert!(event.health_after > event.health_before, "LIQ-2");
    assert_eq!(market.pool - world.market("BTC").await.pool, event.seize);
    assert_eq!(keeper.deposited(&mut world, QUOTE).await - had, event.seize);
    assert_eq!(carol.pnl(&mut world, "BTC").await.unsigned_abs(), 7_746_109_241 - event.seize);
    assert_eq!(carol.owed(&mut world, "SOL").await, sol(40) - event.repay);
    keeper.liquidate(&mut world, &carol, SOL_FOR_PROFIT, ALL).await.fails_with(MarginError::AccountHealthy);
}

/// Bob owes 50 SOL; half a BTC of his and half a BTC of Carol's have won more than the pool of 40,000 has. Both are deleveraged, and
/// the deficit is over: 19,995.332506 lie apart for him, all that is left of his profit, and his 10 ETH are worth 0.001. An hour
/// later it has matured. At $372 a keeper is paid out of what lies apart, to the unit, and neither pool nor Carol has a part in it.
#[tokio::test]
async fn profit_that_lies_apart_is_seized_once_the_deficit_is_over() {
    let mut world = World::with_market().await;
    world.provider("BTC", usdc(40_000)).await;
    world.set_market("BTC", |config| (config.funding_slope, config.funding_max) = (0, 0)).await.succeeds();
    let (bob, carol, keeper) = (world.trader().await, world.funded(usdc(20_000)).await, world.trader().await);
    keeper.deposit(&mut world, "SOL", sol(500)).await.succeeds();
    bob.deposit(&mut world, "ETH", eth(10)).await.succeeds();
    world.freshen_all().await;
    bob.borrow(&mut world, "SOL", sol(50)).await.succeeds();
    bob.trade(&mut world, "BTC", btc(1) / 2).await.succeeds();
    carol.trade(&mut world, "BTC", btc(1) / 2).await.succeeds();
    print(&mut world, sixty_fourths(128)).await;
    world.deleverage(&bob.account, "BTC").await.succeeds();
    world.deleverage(&carol.account, "BTC").await.succeeds();
    world.chain.advance(3_600);
    world.freshen_all().await;
    world.price("ETH", Price8(10_000)).await;
    print_with_sol(&mut world, 128, 372).await;

    let before = world.market("BTC").await;
    assert_eq!((before.deficit_since, before.pool), (0, 0));
    let held = bob.perp(&mut world, "BTC").await.expect("his profit");
    assert_eq!((held.base, held.secured), (0, 19_995_332_506));
    let event = liquidated(&keeper.liquidate(&mut world, &bob, SOL_FOR_PROFIT, ALL).await.succeeds());
    assert!(event.health_after > event.health_before && event.equity_after > 0, "LIQ-2, LIQ-4: {event:?}");
    assert_eq!(keeper.deposited(&mut world, QUOTE).await, event.seize, "LIQ-6");
    assert_eq!(bob.owed(&mut world, "SOL").await, sol(50) - event.repay);
    let (held, after) = (bob.perp(&mut world, "BTC").await.expect("the rest"), world.market("BTC").await);
    assert_eq!((held.secured, held.quote.unsigned_abs()), (19_995_332_506 - event.seize, held.secured));
    assert_eq!((after.escrow, after.secured), (before.escrow - event.seize, before.secured - event.seize), "CON-1");
    assert_eq!((after.pool, after.tranche, after.claims_quote), (0, before.tranche, before.claims_quote), "CON-1");
    keeper.liquidate(&mut world, &bob, SOL_FOR_PROFIT, ALL).await.fails_with(MarginError::AccountHealthy);
    let apart = carol.perp(&mut world, "BTC").await.expect("hers").secured;
    carol.settle(&mut world, "BTC", ALL).await.succeeds();
    assert_eq!(carol.deposited(&mut world, QUOTE).await, usdc(20_000) + apart, "ADL-1");
}

/// Carol's matured profit of 7,746.109240 and 5 ETH at $3,000 back 40 SOL at $440: H_maint = 7,746.109240 + 13,500 − 19,008. The
/// index of BTC dies. After 24 h the profit counts whole, after 4.5 days half, after eight nothing: in between a keeper takes ETH.
#[tokio::test]
async fn a_profit_on_a_dead_index_counts_less_by_the_day() {
    let (mut world, carol, keeper) = winner_who_owes_sol().await;
    carol.settle(&mut world, "BTC", 1).await.succeeds();
    let died = world.board().await.feeds[32].publish_time;
    let profit = 7_746_109_240;
    for (age, counts) in [(86_400, profit), (86_400 + 302_400, profit / 2), (8 * 86_400, 0)] {
        world.chain.set_time(died + age - 1);
        world.prices(&[(QUOTE, usd(1)), ("SOL", usd(440)), ("ETH", usd(3_000))]).await;
        world.sync(&["BTC", QUOTE, "SOL", "ETH"]).await.succeeds();
        let sums = carol.valuation(&mut world).await.perps;
        assert_eq!((sums.pnl, sums.maintenance), (counts, counts), "{age} s");
        keeper.settle_for(&mut world, &carol, "BTC", ALL).await.fails_with(MarginError::StalePrice);
        let profit = keeper.liquidate(&mut world, &carol, SOL_FOR_PROFIT, ALL).await;
        profit.fails_with(MarginError::StaleLeg);
        let sent = keeper.liquidate(&mut world, &carol, ("SOL", "ETH"), ALL).await;
        if age == 86_400 {
            sent.fails_with(MarginError::AccountHealthy);
        } else {
            let event = liquidated(&sent.succeeds());
            assert!(event.health_before < 0 && event.health_after > event.health_before, "LIQ-2: {event:?}");
        }
    }
}

/// Carol holds 5 ETH, owes 25 SOL and is long 1 BTC. At $70,312.5 she is 7,781.124937 ahead, which nobody has seen before:
/// M = 0 and g = 0. SOL at $550 puts her under water, 13,500 − 14,850, with equity of 9,031: her deposit is seized, her
/// profit is not, and closing the winner would help nobody.
#[tokio::test]
async fn profit_that_has_not_matured_is_never_seized() {
    let mut world = without_funding().await;
    let (carol, keeper) = (world.trader().await, world.funded(usdc(10_000)).await);
    keeper.deposit(&mut world, "SOL", sol(200)).await.succeeds();
    carol.deposit(&mut world, "ETH", eth(5)).await.succeeds();
    world.freshen_all().await;
    carol.borrow(&mut world, "SOL", sol(25)).await.succeeds();
    carol.trade(&mut world, "BTC", btc(1)).await.succeeds();
    world.prices(&[("BTC", sixty_fourths(72)), (QUOTE, usd(1)), ("SOL", usd(550)), ("ETH", usd(3_000))]).await;
    keeper.liquidate(&mut world, &carol, SOL_FOR_PROFIT, ALL).await.fails_with(MarginError::LegNotFound);
    keeper.close_out(&mut world, &carol, "BTC", ALL).await.fails_with(MarginError::LegNotChosen);
    keeper.liquidate(&mut world, &carol, ("SOL", "ETH"), ALL).await.succeeds();
    assert_eq!(carol.pnl(&mut world, "BTC").await, 7_781_124_937);
}

/// A second market beside BTC, with a pool of its own.
pub async fn second_market(world: &mut World) {
    world.list_perp("XBT", btc_listing()).await.succeeds();
    world.set_market("XBT", |config| (config.funding_slope, config.funding_max) = (0, 0)).await.succeeds();
    world.price("XBT", btc_price()).await;
    world.provider("XBT", usdc(1_000_000)).await;
    world.freshen_all().await;
}

/// Long in two markets, one of whose indices stopped an hour ago: that position is named stale and stays, the other is closed.
#[tokio::test]
async fn LIQ_3_a_stale_index_is_never_closed_and_stops_no_other_leg() {
    let Position { mut world, alice, keeper } = position(btc(5)).await;
    second_market(&mut world).await;
    alice.deposit(&mut world, QUOTE, usdc(10_000)).await.succeeds();
    alice.trade(&mut world, "XBT", btc(1)).await.succeeds();
    world.chain.advance(3_000);
    world.freshen(&["BTC", QUOTE]).await;
    print(&mut world, sixty_fourths(54)).await;
    keeper.close_out(&mut world, &alice, "XBT", ALL).await.fails_with(MarginError::StaleLeg);
    closed(&keeper.close_out(&mut world, &alice, "BTC", ALL).await.succeeds());
    assert_eq!(alice.perp(&mut world, "XBT").await.map(|held| held.base), Some(btc(1)));
}

#[tokio::test]
async fn a_position_is_not_closed_while_the_quote_token_is_stale() {
    let Position { mut world, alice, keeper } = position(btc(5)).await;
    world.chain.advance(61);
    world.price("BTC", sixty_fourths(40)).await;
    keeper.close_out(&mut world, &alice, "BTC", ALL).await.fails_with(MarginError::StaleLeg);
    world.freshen(&[QUOTE]).await;
    keeper.close_out(&mut world, &alice, "BTC", ALL).await.succeeds();
}

/// A debt to a market without a position and without collateral: nothing is left to do but to write it off.
#[tokio::test]
async fn liquidate_fails_with_NoLegHelps_on_an_account_that_is_empty() {
    let Position { mut world, alice, keeper } = position(btc(5)).await;
    print(&mut world, sixty_fourths(54)).await;
    keeper.close_out(&mut world, &alice, "BTC", ALL).await.succeeds();
    keeper.close_out(&mut world, &alice, "BTC", ALL).await.fails_with(MarginError::NoLegHelps);
    world.resolve_market_loss(&alice.account, "BTC").await.succeeds();
    assert!(world.margin_account(&alice.account).await.is_empty());
}

/// Fifteen deposits, a debt and eight positions, all in use; one index stopped. Every step fits a transaction.
#[tokio::test]
async fn LIQ_3_all_twenty_four_legs_fit_a_transaction() {
    let mut world = without_funding().await;
    let keeper = world.funded(usdc(100_000)).await;
    let (full, symbols) = full_account(&mut world).await;
    // P6 stops; every other index falls to three quarters, and every token to 80.
    world.chain.advance(61);
    let price = |world: &World, symbol: &str| match symbol {
        QUOTE => usd(1),
        "ETH" => usd(2_400),
        "SOL" => usd(120),
        symbol if world.find_perp(symbol).is_some() => sixty_fourths(48),
        _ => usd(80),
    };
    let moving = symbols.iter().filter(|symbol| *symbol != "P6");
    let prices: Vec<_> = moving.map(|symbol| (symbol.as_str(), price(&world, symbol))).collect();
    world.prices(&prices).await;
    keeper.close_out(&mut world, &full, "P6", ALL).await.fails_with(MarginError::StaleLeg);
    // The keeper takes what it computes to be best from the bytes, until nothing is left to do: no step is refused (LIQ-6).
    let (mut costs, mut end) = (Vec::new(), None);
    while end.is_none() {
        match best(&mut world, &full).await {
            Ok(target) => {
                let step = step(&world, &keeper, &full, target);
                costs.push(world.send(&[step], &[&keeper.key]).await.succeeds().compute_units);
            }
            Err(refusal) => end = Some(refusal),
        }
    }
    assert!(matches!(end, Some(Refusal::AccountHealthy | Refusal::NoLegHelps)), "LIQ-3: {end:?}");
    assert!(costs.len() > 7 && costs.iter().all(|units| *units < 200_000), "LIQ-3: {costs:?}");
}

/// What a keeper computes to be best.
async fn best(world: &mut World, who: &Trader) -> Result<Target, Refusal> {
    let (board, account) = (world.board().await, world.margin_account(&who.account).await);
    let mut legs = Snapshot::default();
    snapshot::build(&mut legs, &board, &account, &Own::default(), world.chain.now()).expect("a snapshot");
    best_target(&legs, &health::value(&legs)?, &board.liquidation.params())
}

/// The instruction of a target.
fn step(world: &World, keeper: &Trader, who: &Trader, target: Target) -> Instruction {
    let symbol = |number: u8| match number.checked_sub(MARKET_LEG) {
        Some(market) => world.perps[usize::from(market)].symbol.as_str(),
        None => world.tokens[usize::from(number)].symbol.as_str(),
    };
    match target {
        Target::Perp(market) => keeper.close_out_instruction(world, who, symbol(MARKET_LEG | market), ALL),
        Target::Spot(pair) => {
            keeper.liquidate_instruction(world, who, (symbol(pair.debt), symbol(pair.collateral)), ALL)
        }
    }
}
