//! Quotes: what `liquidate` would do, when, and at which prices it would begin (LIQ-6).

use breakwater_client::decode::{self, Event};
use breakwater_client::instruction::{self, ALL, TargetKeys};
use breakwater_client::interface::quote::{
    Named, PRICE_ALWAYS, PRICE_NEVER, ReturnedQuote, STAGE_DUE, STAGE_FLAGGED, STAGE_HEALTHY, STAGE_UNFLAGGED,
    TARGET_NONE, TARGET_PAIR, TARGET_POSITION, quote,
};
use breakwater_client::interface::{Bank, PerpMarket, RiskBoard};
use breakwater_client::margin::quote::Resolution;
use breakwater_client::view::Basis;
use breakwater_sim::price_path::Price8;
use breakwater_sim::world::default_liquidation;
use bytemuck::Zeroable;
use solana_signer::Signer;

use super::{PAIR, Scene, two_touches};
use crate::common::full::full_account;
use crate::common::tamper::Wrong;
use crate::common::{
    InstructionError, MarginError, QUOTE, Tamper, Trader, Verdict, World, btc, btc_price, eth, sol, usd, usdc, wrong,
};

/// What the program returns, and what it costs.
async fn returned(world: &mut World, who: &Trader, target: Option<&TargetKeys>, most: u64) -> (ReturnedQuote, u64) {
    let quote = instruction::quote_liquidation(&who.account, &world.board, target, most);
    let sent = world.send(&[quote], &[]).await.succeeds();
    assert_eq!(sent.events, [], "a quote tells indexers nothing");
    (decode::quote_in(&sent.logs).expect("a quote is returned"), sent.compute_units)
}

/// What a client computes from the accounts' bytes.
async fn computed(
    world: &mut World,
    who: &Trader,
    target: Option<&TargetKeys>,
    (most, resolution): (u64, Resolution),
) -> ReturnedQuote {
    let (board, account) = (world.board().await, world.margin_account(&who.account).await);
    let (bank, collateral, market) = match target {
        None => (None, None, None),
        Some(TargetKeys::Spot { debt_bank, collateral_bank }) => (Some(debt_bank), Some(collateral_bank), None),
        Some(TargetKeys::MarketDebt { market, quote_bank, collateral_bank }) => {
            (Some(quote_bank), Some(collateral_bank), Some(market))
        }
        Some(TargetKeys::MarketProfit { debt_bank, market, quote_bank }) => {
            (Some(debt_bank), Some(quote_bank), Some(market))
        }
        Some(TargetKeys::Perp { market, quote_bank }) => (Some(quote_bank), None, Some(market)),
    };
    let mut banks: Vec<Bank> = Vec::new();
    for bank in [bank, collateral].into_iter().flatten() {
        banks.push(world.chain.state(bank).await);
    }
    let market: Option<PerpMarket> = match market {
        Some(market) => Some(world.chain.state(market).await),
        None => None,
    };
    let named = Named { bank: banks.first(), collateral_bank: banks.get(1), market: market.as_ref() };
    let at = (world.chain.slot(), world.chain.now());
    let quoted = quote(&board, &account, &named, (most, resolution), at).expect("a quote");
    let mut answer = ReturnedQuote::zeroed();
    answer.fill(&quoted, &account, at);
    answer
}

/// A view's step is its quote's, and with the target that it chooses the numbers are the program's; liquidation prices aside,
/// which the program finds less finely.
async fn best_is_as_returned(world: &mut World, who: &Trader, most: u64) {
    let (view, account) = (world.view().await, world.margin_account(&who.account).await);
    let (step, whole) = (view.step(&account, most).expect("a step"), view.quote(&account, most).expect("a quote"));
    assert_eq!((step.target, step.basis), (whole.target, whole.basis));
    assert_eq!(step.told.next, whole.told.next, "LIQ-6 one plan");
    assert_eq!((step.told.valuation, step.told.outlook), (whole.told.valuation, whole.told.outlook));
    assert_eq!(step.basis == Basis::Own, step.target.is_some(), "all accounts are in the view");
    let target = step.target.map(|target| view.keys(target).expect("all accounts are in the view"));
    let (mut told, _) = returned(world, who, target.as_ref(), most).await;
    let mut own = view.returned(&account, &whole.told);
    assert_eq!(decode::error(own.refusal), step.told.refusal());
    (told.legs, own.legs) = (Zeroable::zeroed(), Zeroable::zeroed());
    assert_eq!(own, told, "LIQ-6");
}

/// Quotes and liquidates in the same slot: the same numbers to the unit, on chain and off it.
async fn executes_as_quoted(
    world: &mut World,
    (keeper, who): (&Trader, &Trader),
    target: TargetKeys,
    most: u64,
) -> ReturnedQuote {
    let (quoted, _) = returned(world, who, Some(&target), most).await;
    assert_eq!(computed(world, who, Some(&target), (most, Resolution::Coarse)).await, quoted, "program and client");
    best_is_as_returned(world, who, most).await;
    let keys = instruction::LiquidateKeys {
        keeper: keeper.address(),
        keeper_account: keeper.account,
        liquidatee: who.account,
        board: world.board,
        target,
    };
    let sent = world.send(&[instruction::liquidate(&keys, most)], &[&keeper.key]).await;
    if quoted.stage == STAGE_DUE && quoted.refusal != 0 {
        sent.fails_with(decode::error(quoted.refusal).expect("an error of ours"));
        return quoted;
    }
    let sent = sent.succeeds();
    assert_eq!((quoted.stage, quoted.trigger_slot), (STAGE_DUE, world.chain.slot()));
    let values = (quoted.equity, quoted.maintenance, quoted.requirement, quoted.equity_after, quoted.maintenance_after);
    match sent.events.iter().find(|event| !matches!(event, Event::FlagCleared(_))) {
        Some(Event::Liquidated(event)) => {
            assert_eq!(quoted.target, TARGET_PAIR);
            let legs = (event.debt_token, event.collateral_token);
            assert_eq!((u16::from(quoted.debt), u16::from(quoted.collateral)), legs, "LIQ-6");
            let numbers = (event.repay, event.insurance, event.seize, event.bonus);
            assert_eq!((quoted.repay, quoted.insurance, quoted.seize, quoted.bonus), numbers, "LIQ-6");
            let (before, after) = (event.health_before, event.health_after);
            assert_eq!(values, (event.equity_before, before, event.requirement, event.equity_after, after), "LIQ-6");
        }
        Some(Event::PerpLiquidated(event)) => {
            assert_eq!((quoted.target, u64::from(quoted.market)), (TARGET_POSITION, event.market));
            let numbers = (event.size, event.settled, event.fee, event.insurance);
            assert_eq!((quoted.size, quoted.settled, quoted.fee, quoted.insurance), numbers, "LIQ-6");
            let (before, after) = (event.health_before, event.health_after);
            assert_eq!(values, (event.equity_before, before, event.requirement, event.equity_after, after), "LIQ-6");
        }
        other => panic!("{other:?}"),
    }
    quoted
}

/// 30 % a year on USDC, and limits that bind.
async fn with_interest_and_limits(scene: &mut Scene) {
    for (symbol, velocity) in [("USDC", 20), ("SOL", 2_000)] {
        let mut lending = scene.world.bank(symbol).await.lending;
        (lending.base_rate, lending.kink_rate, lending.max_rate) = (3_000, 3_000, 3_000);
        lending.velocity = velocity;
        let bank = scene.world.keys(symbol).bank;
        let set = instruction::set_lending(&scene.world.admin.pubkey(), &scene.world.group, &bank, lending);
        scene.world.send_as_admin(&[set]).await.succeeds();
    }
}

#[tokio::test]
async fn LIQ_6_a_pair_without_flags_executes_as_quoted() {
    let mut scene = Scene::at(default_liquidation(), 150).await;
    with_interest_and_limits(&mut scene).await;
    scene.world.chain.advance(3_000);
    scene.print(115).await;
    scene.world.chain.advance(7);
    let target = scene.world.pair(PAIR);
    let Scene { world, alice, keeper } = &mut scene;
    let part = executes_as_quoted(world, (keeper, alice), target, usdc(60)).await;
    assert_eq!(part.repay, usdc(60));
    let whole = executes_as_quoted(world, (keeper, alice), target, ALL).await;
    assert!(whole.repay > 0 && whole.revenue > 0 && whole.maintenance_after > whole.maintenance, "{whole:?}");
    let (healthy, _) = returned(world, alice, Some(&target), ALL).await;
    assert_eq!((healthy.stage, healthy.target, healthy.trigger_slot), (STAGE_HEALTHY, TARGET_NONE, 0));
    assert_eq!(decode::error(healthy.refusal), Some(MarginError::AccountHealthy));
}

/// What must pass, said before each touch; then the plan, smaller by the bank's room, and bonus by the flag's age.
#[tokio::test]
async fn LIQ_6_a_flagged_pair_waits_as_quoted_and_executes_as_quoted() {
    let mut scene = Scene::at(two_touches(), 150).await;
    with_interest_and_limits(&mut scene).await;
    scene.print(115).await;
    let target = scene.world.pair(PAIR);
    let Scene { world, alice, keeper } = &mut scene;
    let (first, _) = returned(world, alice, Some(&target), ALL).await;
    let (slot, now) = (world.chain.slot(), world.chain.now());
    assert_eq!((first.stage, first.trigger_slot, first.prints_after), (STAGE_UNFLAGGED, slot + 3, now));
    assert!(first.repay > 0, "the plan as if it did not wait");
    keeper.liquidate(world, alice, PAIR, ALL).await.succeeds();

    let (waits, _) = returned(world, alice, Some(&target), ALL).await;
    assert_eq!((waits.stage, waits.trigger_slot, waits.prints_after), (STAGE_FLAGGED, slot + 3, now));
    assert_eq!((waits.flag_slot, waits.flag_time), (slot, now));
    keeper.liquidate(world, alice, PAIR, ALL).await.fails_with(MarginError::FlagTooYoung);
    world.prices(&[("SOL", usd(115)), ("USDC", usd(1))]).await;
    world.chain.skip(150);
    world.chain.advance(3);
    let room = world.bank("USDC").await.deposit_shares / 500;
    let limited = executes_as_quoted(world, (keeper, alice), target, ALL).await;
    assert!(limited.repay.abs_diff(room) < room / 100, "{limited:?} {room}");
    let full = executes_as_quoted(world, (keeper, alice), target, ALL).await;
    assert_eq!(decode::error(full.refusal), Some(MarginError::VelocityLimit));
    // A flag older than T is not limited.
    world.prices(&[("SOL", usd(115)), ("USDC", usd(1))]).await;
    world.chain.skip(300);
    let free = executes_as_quoted(world, (keeper, alice), target, ALL).await;
    assert!(free.repay > 0 && free.bonus > limited.bonus);
}

#[tokio::test]
async fn a_quote_tells_how_long_a_calm_lasts() {
    let mut scene = Scene::with(two_touches()).await;
    scene.world.chain.advance(600);
    scene.print(115).await;
    let calm_at = scene.world.board().await.calm_at;
    let (first, _) = returned(&mut scene.world, &scene.alice, None, ALL).await;
    assert_eq!((first.stage, first.calm_at), (STAGE_UNFLAGGED, calm_at));
    scene.touch().await.succeeds();
    scene.world.chain.skip(5);
    scene.print(115).await;
    let (waits, _) = returned(&mut scene.world, &scene.alice, None, ALL).await;
    assert_eq!((waits.stage, waits.trigger_slot), (STAGE_FLAGGED, scene.world.chain.slot()));
    assert_eq!((waits.prints_after, waits.calm_at), (0, calm_at));
}

/// A group with a BTC market, flags on or off, and limits.
async fn market(flags: bool) -> World {
    let (mut world, _) = World::with_pool().await;
    if flags {
        let set = instruction::set_liquidation(&world.admin.pubkey(), &world.group, &world.board, two_touches());
        world.send_as_admin(&[set]).await.succeeds();
        world.set_market("BTC", |config| config.velocity = 3_000).await.succeeds();
    }
    world.freshen_all().await;
    world
}

/// Prints, and with flags the first touch and new prints.
async fn breach(world: &mut World, who: &Trader, prices: &[(&str, Price8)]) {
    world.prices(prices).await;
    if world.board().await.liquidation.wait_slots > 0 {
        let touch = instruction::touch(&who.account, &world.board);
        // A deep breach needs none.
        let _ = world.send(&[touch], &[]).await;
        world.chain.skip(5);
        world.prices(prices).await;
    }
    world.chain.advance(2);
}

fn btc_at(n: i64) -> Price8 {
    Price8(btc_price().units() / 64 * n)
}

fn close(world: &World) -> TargetKeys {
    TargetKeys::Perp { market: world.perp("BTC").market, quote_bank: world.keys(QUOTE).bank }
}

#[tokio::test]
async fn LIQ_6_a_position_executes_as_quoted() {
    for (flags, n) in [(false, 57), (true, 58), (true, 54)] {
        let mut world = market(flags).await;
        let (alice, keeper) = (world.funded(usdc(45_000)).await, world.funded(usdc(10_000)).await);
        alice.trade(&mut world, "BTC", btc(5)).await.succeeds();
        world.chain.advance(1_000);
        breach(&mut world, &alice, &[("BTC", btc_at(n)), (QUOTE, usd(1))]).await;
        let target = close(&world);
        let quoted = executes_as_quoted(&mut world, (&keeper, &alice), target, ALL).await;
        assert!(quoted.size > 0 && quoted.settled > 0, "{flags} {n}: {quoted:?}");
    }
}

#[tokio::test]
async fn LIQ_6_a_debt_to_a_market_executes_as_quoted() {
    for flags in [false, true] {
        let mut world = market(flags).await;
        let (bob, keeper) = (world.trader().await, world.funded(usdc(50_000)).await);
        bob.deposit(&mut world, "SOL", sol(100)).await.succeeds();
        world.freshen_all().await;
        bob.trade(&mut world, "BTC", btc(1)).await.succeeds();
        let prices = [("BTC", btc_at(50)), (QUOTE, usd(1)), ("SOL", usd(150))];
        breach(&mut world, &bob, &prices).await;
        let target = close(&world);
        let mut closed = 0;
        while closed < btc(1).unsigned_abs() {
            let step = executes_as_quoted(&mut world, (&keeper, &bob), target, ALL).await;
            assert!(step.size > 0, "{step:?}");
            closed += step.size;
            breach(&mut world, &bob, &prices).await;
        }
        let target = world.pair(("BTC", "SOL"));
        let quoted = executes_as_quoted(&mut world, (&keeper, &bob), target, ALL).await;
        assert_eq!((quoted.debt, quoted.refusal), (128, 0));
        assert!(quoted.repay > 0 && quoted.seize > 0, "{quoted:?}");
    }
}

#[tokio::test]
async fn LIQ_6_matured_profit_executes_as_quoted() {
    for flags in [false, true] {
        let mut world = market(flags).await;
        let (carol, keeper) = (world.funded(usdc(10_000)).await, world.funded(usdc(10_000)).await);
        keeper.deposit(&mut world, "SOL", sol(200)).await.succeeds();
        carol.deposit(&mut world, "ETH", eth(5)).await.succeeds();
        carol.trade(&mut world, "BTC", btc(1)).await.succeeds();
        world.chain.skip(3);
        world.prices(&[("BTC", btc_at(72)), (QUOTE, usd(1)), ("SOL", usd(150))]).await;
        carol.reduce(&mut world, "BTC", ALL).await.succeeds();
        world.freshen_all().await;
        carol.borrow(&mut world, "SOL", sol(40)).await.succeeds();
        carol.withdraw(&mut world, QUOTE, ALL).await.succeeds();
        // Half of the time: half of the profit has matured.
        world.chain.advance(1_800);
        world.freshen_all().await;
        let prices = [("BTC", btc_at(72)), (QUOTE, usd(1)), ("SOL", usd(182)), ("ETH", Price8(70_000_000_000))];
        breach(&mut world, &carol, &prices).await;
        let target = world.pair(("SOL", "BTC"));
        let quoted = executes_as_quoted(&mut world, (&keeper, &carol), target, ALL).await;
        let target = world.pair(("SOL", "ETH"));
        let other = executes_as_quoted(&mut world, (&keeper, &carol), target, ALL).await;
        assert!(quoted.refusal == 0 || other.refusal == 0, "{quoted:?} {other:?}");
    }
}

/// Writes a price to the board, as exact as no print can be.
async fn set_price(world: &mut World, feed: usize, price: u64) {
    let board = world.board;
    world.chain.rewrite(&board, |board: &mut RiskBoard| board.feeds[feed].price = price).await;
}

/// At the price that the quote names the account is liquidated, one step before it it is healthy: for a deposit, a debt and an
/// index, long and short.
#[tokio::test]
async fn LIQ_6_a_liquidation_price_is_exact() {
    let mut scene = Scene::at(default_liquidation(), 150).await;
    // So that the intervals have a width.
    scene.world.chain.advance(4);
    let Scene { world, alice, keeper } = &mut scene;
    let quoted = computed(world, alice, None, (ALL, Resolution::Exact)).await;
    assert_eq!((quoted.stage, quoted.leg_count), (STAGE_HEALTHY, 2));
    for leg in quoted.legs() {
        let (mid, better) = (world.board().await.feeds[usize::from(leg.leg)].price, if leg.leg == 0 { 1 } else { -1 });
        assert!(leg.trigger != PRICE_NEVER && leg.trigger != PRICE_ALWAYS && (leg.trigger < mid) == (better > 0));
        assert!((leg.maintenance > leg.trigger) == (better > 0), "H_hi falls below 0 after H_maint");
        set_price(world, leg.leg.into(), leg.trigger.wrapping_add_signed(better)).await;
        keeper.liquidate(world, alice, PAIR, ALL).await.fails_with(MarginError::AccountHealthy);
        let at = computed(world, alice, None, (ALL, Resolution::Exact)).await;
        assert!(at.optimistic >= 0 && at.maintenance < 0, "{at:?}");
        set_price(world, leg.leg.into(), leg.trigger).await;
        let (due, _) = returned(world, alice, None, ALL).await;
        assert_eq!((due.stage, due.target, due.refusal), (STAGE_DUE, TARGET_PAIR, 0));
        set_price(world, leg.leg.into(), mid).await;
    }
}

#[tokio::test]
async fn LIQ_6_a_liquidation_price_of_an_index_is_exact() {
    for size in [btc(5), -btc(5)] {
        let mut world = market(false).await;
        let (alice, keeper) = (world.funded(usdc(45_000)).await, world.funded(usdc(10_000)).await);
        alice.trade(&mut world, "BTC", size).await.succeeds();
        world.chain.advance(5);
        // Funding that is due would be charged at the other price: a price is named for all else equal.
        world.sync(&["BTC", QUOTE]).await.succeeds();
        let target = close(&world);
        let quoted = computed(&mut world, &alice, Some(&target), (ALL, Resolution::Exact)).await;
        let [quote, index] = quoted.legs() else { panic!("{:?}", quoted.legs()) };
        assert_eq!((quote.leg, index.leg), (1, 128));
        let better = size.signum();
        set_price(&mut world, 32, index.trigger.wrapping_add_signed(better)).await;
        keeper.close_out(&mut world, &alice, "BTC", ALL).await.fails_with(MarginError::AccountHealthy);
        set_price(&mut world, 32, index.trigger).await;
        let due = executes_as_quoted(&mut world, (&keeper, &alice), target, ALL).await;
        assert!(due.settled > 0 && due.optimistic < 0, "{due:?}");
    }
}

/// Fifteen deposits, a debt and eight positions: the quote of each leg fits a transaction and its return data.
#[tokio::test]
async fn the_largest_account_is_quoted() {
    let mut world = market(true).await;
    let (full, _) = full_account(&mut world).await;
    let (healthy, units) = returned(&mut world, &full, None, ALL).await;
    assert_eq!((healthy.stage, healthy.leg_count), (STAGE_HEALTHY, 24));
    let healthy_units = units;
    let prices: Vec<_> = world.perps.iter().map(|perp| (perp.symbol.clone(), btc_at(48))).collect();
    let prices: Vec<_> = prices.iter().map(|(symbol, price)| (symbol.as_str(), *price)).collect();
    world.prices(&prices).await;
    let (best, units) = returned(&mut world, &full, None, ALL).await;
    assert!(best.stage == STAGE_DUE && best.target != TARGET_NONE && best.refusal == 0, "{best:?}");
    let target = close(&world);
    let (named, named_units) = returned(&mut world, &full, Some(&target), ALL).await;
    assert_eq!(named.leg_count, 24);
    println!("quote of 24 legs: {healthy_units} {units} {named_units}");
    assert!(healthy_units.max(units).max(named_units) < 400_000, "{healthy_units} {units} {named_units}");
}

#[tokio::test]
async fn quote_liquidation_refuses_accounts_that_do_not_belong_together() {
    let mut scene = Scene::at(two_touches(), 115).await;
    let other = scene.world.second_group().await;
    let Scene { world, alice, .. } = &mut scene;
    let target = world.pair(PAIR);
    let quote = instruction::quote_liquidation(&alice.account, &world.board, Some(&target), ALL);
    let mut rows = vec![
        wrong("a board of another group", 1, other.board, MarginError::BoardOfOtherGroup),
        wrong("a bank of another group", 2, other.sol.bank, MarginError::BankOfOtherGroup),
        wrong("a collateral bank of another group", 3, other.sol.bank, MarginError::BankOfOtherGroup),
        wrong("no collateral bank", 3, breakwater_client::PROGRAM_ID, MarginError::LegAccounts),
        wrong("no bank", 2, breakwater_client::PROGRAM_ID, MarginError::LegAccounts),
        wrong("a bank for a market", 4, world.keys("SOL").bank, InstructionError::AccountDataTooSmall),
    ];
    for place in [0, 1, 2] {
        rows.extend(world.impostors(&quote, place).await);
    }
    for Wrong { what, place, address, error } in rows {
        let failure = world.send(&[quote.with_account(place, &address)], &[]).await.expect_err(what);
        assert_eq!(failure.instruction_error(), Some(&error), "{what}: {failure}");
    }
    // Nobody signs, nothing is written.
    assert!(quote.accounts.iter().all(|meta| !meta.is_signer && !meta.is_writable));
    let unlike = quote.with_account(3, &quote.accounts[2].pubkey);
    let sent = world.send(&[unlike], &[]).await.succeeds();
    let same = decode::quote_in(&sent.logs).expect("a quote");
    assert_eq!(decode::error(same.refusal), Some(MarginError::LegNotFound));
}
