//! What a keeper is sent for, carried out on the chain and told by the journal.

use breakwater_client::instruction::{self, Creditor};
use breakwater_client::interface::TriggerOrder;
use breakwater_client::interface::accounts::{MARGIN_ACCOUNT_SIZE_1, MARGIN_ACCOUNT_VERSION};
use breakwater_client::interface::order::{ORDER_BELOW, SIDE_LONG};
use breakwater_client::interface::{MarginAccount, MarginError, RiskBoard};
use breakwater_client::margin::Value;
use breakwater_keeper::job::{Action, Done, Outcome};
use breakwater_keeper::journal::Kind;
use breakwater_sim::world::default_liquidation;
use bytemuck::Zeroable;
use solana_signer::Signer;

use crate::scene::{SOL, Scene, USDC, borrower, job, liquidation, long, provider, send, set_price, view, world};

fn done(outcome: Outcome) -> Done {
    match outcome {
        Outcome::Done(done) => done,
        other => panic!("{other:?}"),
    }
}

/// At $110 the account owes more than its collateral bears; one liquidation mends it. The gain of the job is what the event's
/// prices say, and the report is what the chain says.
#[tokio::test]
async fn a_pair_is_liquidated_and_the_journal_tells_what_the_chain_says() {
    let mut world = world();
    let alice = borrower(&mut world);
    let scene = Scene::new(world);
    let sender = scene.sender();
    scene.price(110);
    let expected = liquidation(&scene.node.state().world, &alice).gain;
    let landed = done(scene.liquidate(&sender, &alice).await);
    let report = sender.journal().expect("a journal").report();
    assert_eq!((landed.fee, report.effects.liquidations), (report.fees, 1));
    assert!(
        (report.effects.value_e8 - expected.to_e8()).abs() <= 1,
        "{} {}",
        report.effects.value_e8,
        expected.to_e8()
    );
    assert!(report.effects.value_e8 > 0 && scene.holds("SOL") > 0);
    scene.assert_report(&report);
    let valuation = scene.node.state().world.valuation(&alice).expect("valued").1;
    assert!(!valuation.is_liquidatable());
}

/// The fee is for the units that the transaction may use: here 10,000 more than those of the simulation, which are those on chain.
#[tokio::test]
async fn a_transaction_offers_what_others_pay_for_a_little_more_than_it_uses() {
    let mut world = world();
    let alice = borrower(&mut world);
    let scene = Scene::new(world);
    scene.node.state().prices = vec![0, 10_000, 20_000, 2_000_000];
    let sender = scene.sender();
    scene.price(110);
    let landed = done(scene.liquidate(&sender, &alice).await);
    let limit = (landed.units * 11).div_ceil(10).max(landed.units + 10_000);
    assert_eq!(landed.fee, 5_000 + (limit * 20_000).div_ceil(1_000_000), "the third of four is the 75th percentile");
    scene.assert_report(&sender.journal().expect("a journal").report());
}

/// The board knows only the price of before: the job's refresh brings the new one in the same transaction.
#[tokio::test]
async fn a_price_that_the_board_has_not_seen_comes_along() {
    let mut world = world();
    let alice = borrower(&mut world);
    let scene = Scene::new(world);
    let sender = scene.sender();
    let job = {
        let world = &mut scene.node.state().world;
        let (address, before) = (world.board, world.board());
        set_price(world, 110);
        let job = liquidation(world, &alice);
        world.chain.rewrite(&address, |board: &mut RiskBoard| *board = before);
        job
    };
    done(send(&sender, job).await);
}

#[tokio::test]
async fn a_position_is_closed_and_its_fee_earned() {
    let mut world = world();
    provider(&mut world, 1_000_000 * USDC);
    let bob = long(&mut world);
    let scene = Scene::new(world);
    let sender = scene.sender();
    scene.price(135);
    done(scene.liquidate(&sender, &bob.account).await);
    let report = sender.journal().expect("a journal").report();
    assert_eq!(report.effects.closings, 1);
    assert!(report.effects.value_e8 > 0 && scene.holds("USDC") > i128::from(1_000_000 * USDC));
    scene.assert_report(&report);
}

/// A group with two touches: the first call flags, the second waits until the flag is old and the prints are newer.
#[tokio::test]
async fn a_shallow_breach_is_flagged_and_liquidated_by_the_second_call() {
    let mut world = world();
    let mut config = default_liquidation();
    (config.wait_slots, config.grace_slots, config.auction_slots, config.deep_breach) = (3, 10, 300, 1_000);
    world.set_liquidation(config).expect("two touches");
    let alice = borrower(&mut world);
    let scene = Scene::new(world);
    let sender = scene.sender();
    scene.price(113);
    let flag = job(&scene.node.state().world, &alice, Action::Flag, Value::ZERO);
    done(send(&sender, flag).await);
    assert!(scene.node.state().world.margin_account(&alice).flag_slot > 0);
    let early = scene.liquidate(&sender, &alice).await;
    assert_eq!(early, Outcome::Wait(MarginError::FlagTooYoung));
    scene.node.state().world.chain.advance(10);
    scene.price(113);
    done(scene.liquidate(&sender, &alice).await);
    let report = sender.journal().expect("a journal").report();
    assert_eq!((report.effects.flags, report.effects.liquidations), (1, 1));
    scene.assert_report(&report);
}

/// The program takes the call of a liquidation for the first touch where there was none: it moved nothing.
#[tokio::test]
async fn a_liquidation_that_only_flagged_is_not_done() {
    let mut world = world();
    let mut config = default_liquidation();
    (config.wait_slots, config.grace_slots, config.auction_slots, config.deep_breach) = (3, 10, 300, 1_000);
    world.set_liquidation(config).expect("two touches");
    let alice = borrower(&mut world);
    let scene = Scene::new(world);
    let sender = scene.sender();
    scene.price(113);
    let outcome = scene.liquidate(&sender, &alice).await;
    assert_eq!(outcome, Outcome::Wait(MarginError::FlagTooYoung));
    let report = sender.journal().expect("a journal").report();
    assert_eq!((report.effects.flags, report.effects.liquidations, report.effects.value_e8), (1, 0, 0));
    scene.assert_report(&report);
}

/// At $1 everything of the account is seized, and what it still owes is written off.
#[tokio::test]
async fn a_bankrupt_account_is_taken_to_its_end() {
    let mut world = world();
    let alice = borrower(&mut world);
    let mut scene = Scene::new(world);
    scene.settings.spending.at_a_loss = 10_000;
    let sender = scene.sender();
    scene.price(1);
    done(scene.liquidate(&sender, &alice).await);
    scene.assert_report(&sender.journal().expect("a journal").report());
    let creditor = {
        let world = &scene.node.state().world;
        Creditor::QuoteBank { quote_bank: world.token("USDC").keys.bank, fund: world.fund.expect("a fund") }
    };
    let resolve = job(&scene.node.state().world, &alice, Action::Resolve(creditor), Value::ZERO);
    done(send(&sender, resolve).await);
    let report = sender.journal().expect("a journal").report();
    assert_eq!((report.effects.resolved, report.kinds[&Kind::Resolve].done), (1, 1));
    assert!(scene.node.state().world.margin_account(&alice).is_empty());
    // The keeper lends too, and has borne its part of the loss: that is no business of its reports.
    assert_eq!((report.fees, report.unsettled), (scene.paid(), 0));
}

/// A pool of 10,000 USDC owes a long of 100 SOL more than that once SOL trebles.
#[tokio::test]
async fn a_winner_of_a_market_in_deficit_is_deleveraged() {
    let mut world = world();
    provider(&mut world, 10_000 * USDC);
    let bob = long(&mut world);
    let scene = Scene::new(world);
    let sender = scene.sender();
    scene.price(450);
    let action = {
        let world = &scene.node.state().world;
        Action::Deleverage { market: world.perp("SOL").market, quote_bank: world.token("USDC").keys.bank }
    };
    let deleverage = job(&scene.node.state().world, &bob.account, action, Value::ZERO);
    done(send(&sender, deleverage).await);
    let report = sender.journal().expect("a journal").report();
    assert_eq!(report.effects.deleveraged, 1);
    scene.assert_report(&report);
}

/// A stop at $140 that promises two USDC.
#[tokio::test]
async fn an_order_is_executed_for_its_fee() {
    let mut world = world();
    provider(&mut world, 1_000_000 * USDC);
    let bob = world.trader();
    world.deposit(&bob, "USDC", 20_000 * USDC).expect("collateral");
    world.trade(&bob, "SOL", (10 * SOL).cast_signed()).expect("a long");
    let market = world.perp("SOL").market;
    let order = TriggerOrder {
        // 0.14 quote units for one base unit.
        trigger: u64::try_from((u128::from(140 * USDC) << 44) / u128::from(SOL)).expect("a mark"),
        size: u64::MAX,
        fee: (2 * USDC) as u32,
        kind: ORDER_BELOW,
        side: SIDE_LONG,
        ..TriggerOrder::zeroed()
    };
    let place = instruction::place_order(&bob.key.pubkey(), &bob.account, &world.board, &market, 0, &order);
    world.chain.send(&[place], &[&bob.key]).expect("placed");
    world.chain.advance(10);
    let scene = Scene::new(world);
    let sender = scene.sender();
    let quote_bank = scene.node.state().world.token("USDC").keys.bank;
    let execute = |scene: &Scene| {
        let action = Action::Execute { slot: 0, market, quote_bank };
        job(&scene.node.state().world, &bob.account, action, Value::usd(2))
    };
    scene.price(149);
    let early = execute(&scene);
    assert_eq!(send(&sender, early).await, Outcome::Healthy, "the trigger does not hold");
    scene.price(139);
    let due = execute(&scene);
    done(send(&sender, due).await);
    let report = sender.journal().expect("a journal").report();
    let fee = i64::try_from(report.effects.tokens[&1].order_fees).expect("a small fee");
    assert_eq!(report.effects.orders, 1);
    assert!(fee > 0 && report.effects.value_e8 == fee * 100 - 1, "in dollars, rounded down: {fee}");
    let again = execute(&scene);
    assert_eq!(send(&sender, again).await, Outcome::Outcompeted, "the order is gone");
    scene.assert_report(&report);
}

/// An account of version 1 is refused by name until it is upgraded, which the keeper pays for.
#[tokio::test]
async fn an_account_of_an_older_version_is_upgraded() {
    let mut world = world();
    let alice = borrower(&mut world);
    let mut old = world.chain.account(&alice).expect("an account");
    let gap = world.chain.rent(old.data.len()) - world.chain.rent(MARGIN_ACCOUNT_SIZE_1);
    old.data.truncate(MARGIN_ACCOUNT_SIZE_1);
    old.data[8 + std::mem::offset_of!(MarginAccount, version)] = 1;
    old.lamports -= gap;
    let whole = world.margin_account(&alice);
    world.chain.set_account(&alice, old);
    let scene = Scene::new(world);
    let sender = scene.sender();
    scene.price(110);
    let liquidate = {
        let world = &scene.node.state().world;
        let view = view(world);
        let answer = view.step(&whole, u64::MAX).expect("an answer");
        let target = answer.target.expect("a target");
        let action = Action::Liquidate { target, keys: view.keys(target).expect("accounts"), most: u64::MAX };
        job(world, &alice, action, answer.told.next.expect("a plan").revenue)
    };
    match send(&sender, liquidate.clone()).await {
        Outcome::Ours(fact) => assert!(fact.contains("AccountOutdated") && fact.contains("upgrade"), "{fact}"),
        other => panic!("{other:?}"),
    }
    let upgrade = job(&scene.node.state().world, &alice, Action::Upgrade, Value::ZERO);
    let landed = done(send(&sender, upgrade).await);
    assert_eq!(scene.node.state().world.margin_account(&alice).version, MARGIN_ACCOUNT_VERSION);
    assert_eq!(scene.paid(), landed.fee + gap, "the fee, and the rent of the longer account");
    done(send(&sender, liquidate).await);
}

/// A group that keeps receipts wants its log passed.
#[tokio::test]
async fn receipts_are_kept_where_the_group_wants_them() {
    let mut world = world();
    world.create_log().expect("a log");
    let alice = borrower(&mut world);
    let scene = Scene::new(world);
    let sender = scene.sender();
    scene.price(110);
    done(scene.liquidate(&sender, &alice).await);
    assert_eq!(scene.node.state().world.receipts().count, 1);
    scene.assert_report(&sender.journal().expect("a journal").report());
}
