//! Orders to reduce: what triggers them, what they do, what their executor gets (docs/spec.md §11.6).

use std::slice::from_ref;

use breakwater_client::decode::Event;
use breakwater_client::instruction::{self, ALL, ExecuteKeys};
use breakwater_client::interface::TriggerOrder;
use breakwater_client::interface::order::{ORDER_ABOVE, ORDER_BELOW, ORDER_HEALTH, SIDE_LONG, SIDE_SHORT};
use breakwater_sim::price_path::Price8;
use breakwater_sim::world::Sent;
use bytemuck::Zeroable;
use solana_instruction::Instruction;

use super::{calm, down_a_sixteenth, long_one, move_to, up_a_sixteenth};
use crate::common::{MarginError, QUOTE, Trader, Verdict, World, btc, btc_listing, btc_price, sol, usd, usdc};

/// A price as a mark of the BTC market: one base unit is a millionth of a BTC.
pub(super) fn mark(price: Price8) -> u64 {
    u64::try_from((u128::try_from(price.units()).expect("a price") << 44) / 100_000_000).expect("it fits")
}

/// Closes a whole long once BTC is at or below a price, at any price of the fill, for five USDC.
pub(super) fn stop_loss(price: Price8) -> TriggerOrder {
    TriggerOrder {
        trigger: mark(price),
        limit: 0,
        size: ALL,
        fee: usdc(5) as u32,
        kind: ORDER_BELOW,
        side: SIDE_LONG,
        ..TriggerOrder::zeroed()
    }
}

/// As above for a long or a short and a price on either side.
fn exit(kind: u8, side: u8, price: Price8) -> TriggerOrder {
    TriggerOrder { kind, side, limit: if side == SIDE_LONG { 0 } else { u64::MAX }, ..stop_loss(price) }
}

pub(super) fn place_instruction(world: &World, who: &Trader, slot: u8, order: &TriggerOrder) -> Instruction {
    instruction::place_order(&who.address(), &who.account, &world.board, &world.perp("BTC").market, slot, order)
}

pub(super) fn execute_instruction(world: &World, executor: &Trader, who: &Trader, slot: u8) -> Instruction {
    let keys = ExecuteKeys {
        executor: executor.address(),
        executor_account: executor.account,
        account: who.account,
        board: world.board,
        market: world.perp("BTC").market,
        quote_bank: world.keys(QUOTE).bank,
    };
    instruction::execute_order(&keys, slot)
}

async fn place(world: &mut World, who: &Trader, slot: u8, order: TriggerOrder) -> Sent {
    let place = place_instruction(world, who, slot, &order);
    world.send(&[place], &[&who.key]).await
}

async fn execute(world: &mut World, executor: &Trader, who: &Trader) -> Sent {
    let execute = execute_instruction(world, executor, who, 0);
    world.send(&[execute], &[&executor.key]).await
}

async fn slot(world: &mut World, who: &Trader, slot: usize) -> TriggerOrder {
    world.margin_account(&who.account).await.orders[slot]
}

async fn base(world: &mut World, who: &Trader) -> i64 {
    who.perp(world, "BTC").await.map_or(0, |position| position.base)
}

/// Alice is long one BTC, and Bob executes.
pub async fn scene() -> (World, Trader, Trader) {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    let bob = world.trader().await;
    world.let_positions_settle().await;
    (world, alice, bob)
}

/// Stop-loss and take-profit on both sides: one step of 10^-8 dollars before the trigger nothing happens, at it all is closed.
#[tokio::test]
async fn an_order_executes_from_its_trigger_on() {
    let (up, down) = (up_a_sixteenth(), down_a_sixteenth());
    let step = |price: Price8, by: i64| Price8(price.units() + by);
    let rows = [
        (btc(1), exit(ORDER_BELOW, SIDE_LONG, down), step(down, 1), down),
        (btc(1), exit(ORDER_ABOVE, SIDE_LONG, up), step(up, -1), up),
        (btc(-1), exit(ORDER_ABOVE, SIDE_SHORT, up), step(up, -1), up),
        (btc(-1), exit(ORDER_BELOW, SIDE_SHORT, down), step(down, 1), down),
        (btc(1), exit(ORDER_BELOW, SIDE_LONG, down), step(down, 1), Price8(4_687_500_000_000)),
    ];
    for (size, order, before, at) in rows {
        let mut world = calm().await;
        let (alice, bob) = (world.funded(usdc(100_000)).await, world.trader().await);
        world.freshen_all().await;
        alice.trade(&mut world, "BTC", size).await.succeeds();
        world.let_positions_settle().await;
        place(&mut world, &alice, 0, order).await.succeeds();
        execute(&mut world, &bob, &alice).await.fails_with(MarginError::OrderNotTriggered);
        world.price("BTC", before).await;
        execute(&mut world, &bob, &alice).await.fails_with(MarginError::OrderNotTriggered);
        world.price("BTC", at).await;
        let sent = execute(&mut world, &bob, &alice).await.succeeds();
        let [Event::Traded(fill), Event::OrderExecuted(executed)] = sent.events[..] else {
            panic!("{:?}", sent.events)
        };
        assert_eq!((fill.delta, fill.base), (-size, 0));
        assert_eq!((executed.size, executed.mark, executed.fee), (size.unsigned_abs(), mark(at), usdc(5)));
        assert_eq!(executed.executor, bob.account.to_bytes());
        assert_eq!(base(&mut world, &alice).await, 0);
        assert_eq!(slot(&mut world, &alice, 0).await, TriggerOrder::zeroed(), "consumed");
        assert_eq!(alice.deposited(&mut world, QUOTE).await, usdc(100_000) - usdc(5));
        assert_eq!(bob.deposited(&mut world, QUOTE).await, usdc(5));
        execute(&mut world, &bob, &alice).await.fails_with(MarginError::NoOrder);
    }
}

/// The trigger is the health factor itself, to the millionth.
#[tokio::test]
async fn an_order_on_health_executes_from_its_health_factor_on() {
    let mut world = calm().await;
    let (alice, bob) = (world.funded(usdc(10_000)).await, world.trader().await);
    world.freshen_all().await;
    alice.trade(&mut world, "BTC", btc(1)).await.succeeds();
    move_to(&mut world, down_a_sixteenth()).await;
    let factor = alice.valuation(&mut world).await.health_factor_ppm().expect("a requirement");
    let order = |trigger: i64| TriggerOrder {
        trigger: trigger as u64,
        kind: ORDER_HEALTH,
        size: btc(1).unsigned_abs() / 2,
        ..stop_loss(btc_price())
    };
    place(&mut world, &alice, 0, order(factor - 1)).await.succeeds();
    execute(&mut world, &bob, &alice).await.fails_with(MarginError::OrderNotTriggered);
    place(&mut world, &alice, 0, order(factor)).await.succeeds();
    let before = alice.valuation(&mut world).await;
    execute(&mut world, &bob, &alice).await.succeeds();
    assert_eq!(base(&mut world, &alice).await, btc(1) / 2);
    assert!(alice.valuation(&mut world).await.maintenance > before.maintenance);
}

/// Alice's other leg is a deposit of SOL. Health is asked at prices of 60 s and snapshots of 300 s; a price alone is not.
#[tokio::test]
async fn an_order_on_health_fails_with_StalePrice_or_StaleIndex() {
    let (mut world, alice, bob) = scene().await;
    alice.deposit(&mut world, "SOL", sol(1)).await.succeeds();
    let order = TriggerOrder { trigger: u64::MAX, kind: ORDER_HEALTH, size: 1_000, ..stop_loss(btc_price()) };
    place(&mut world, &alice, 0, order).await.succeeds();
    world.freshen_all().await;
    world.chain.advance(61);
    world.freshen(&["BTC", "USDC"]).await;
    execute(&mut world, &bob, &alice).await.fails_with(MarginError::StalePrice);
    place(&mut world, &alice, 0, TriggerOrder { size: 1_000, ..stop_loss(btc_price()) }).await.succeeds();
    execute(&mut world, &bob, &alice).await.succeeds();
    assert_eq!(bob.deposited(&mut world, QUOTE).await, 0, "no fee where health is not known");

    place(&mut world, &alice, 0, order).await.succeeds();
    world.chain.advance(301);
    world.prices(&[("SOL", usd(150)), ("USDC", usd(1)), ("BTC", btc_price())]).await;
    execute(&mut world, &bob, &alice).await.fails_with(MarginError::StaleIndex);
    world.sync(&["SOL"]).await.succeeds();
    execute(&mut world, &bob, &alice).await.succeeds();
}

/// The oracle account says that BTC fell; the board has not accepted it.
#[tokio::test]
async fn a_print_that_the_board_has_not_accepted_triggers_nothing() {
    let (mut world, alice, bob) = scene().await;
    place(&mut world, &alice, 0, stop_loss(down_a_sixteenth())).await.succeeds();
    world.chain.advance(1);
    let update = world.update("BTC", down_a_sixteenth());
    world.write_update("BTC", &update);
    execute(&mut world, &bob, &alice).await.fails_with(MarginError::OrderNotTriggered);
    world.refresh(&["BTC"]).await.succeeds();
    execute(&mut world, &bob, &alice).await.succeeds();
}

#[tokio::test]
async fn execute_order_fails_with_StalePrice_on_a_print_older_than_five_seconds() {
    let (mut world, alice, bob) = scene().await;
    place(&mut world, &alice, 0, TriggerOrder { size: 1_000, ..stop_loss(btc_price()) }).await.succeeds();
    world.freshen_all().await;
    world.chain.advance(6);
    execute(&mut world, &bob, &alice).await.fails_with(MarginError::StalePrice);
    world.freshen_all().await;
    world.chain.advance(5);
    execute(&mut world, &bob, &alice).await.succeeds();
}

#[tokio::test]
async fn execute_order_fails_with_ReduceTooSoon_after_an_increase() {
    let (mut world, alice, bob) = scene().await;
    place(&mut world, &alice, 0, stop_loss(btc_price())).await.succeeds();
    alice.trade(&mut world, "BTC", 1_000).await.succeeds();
    execute(&mut world, &bob, &alice).await.fails_with(MarginError::ReduceTooSoon);
    world.let_positions_settle().await;
    execute(&mut world, &bob, &alice).await.succeeds();
}

#[tokio::test]
async fn an_order_whose_limit_is_exceeded_stays() {
    let (mut world, alice, bob) = scene().await;
    let order = TriggerOrder { limit: mark(usd(62_501)), ..stop_loss(btc_price()) };
    place(&mut world, &alice, 0, order).await.succeeds();
    execute(&mut world, &bob, &alice).await.fails_with(MarginError::PriceLimitExceeded);
    assert_eq!(slot(&mut world, &alice, 0).await, order);
    // The fill is a little below the index: a seller pays for the skew.
    place(&mut world, &alice, 0, TriggerOrder { limit: mark(usd(62_499)), ..order }).await.succeeds();
    execute(&mut world, &bob, &alice).await.succeeds();
}

#[tokio::test]
async fn an_order_closes_its_size_and_no_more_than_the_position() {
    let (mut world, alice, bob) = scene().await;
    for (size, left) in [(1_000, 999_000), (3_000_000, 0)] {
        place(&mut world, &alice, 0, TriggerOrder { size, ..stop_loss(btc_price()) }).await.succeeds();
        world.freshen_all().await;
        execute(&mut world, &bob, &alice).await.succeeds();
        assert_eq!(base(&mut world, &alice).await, left);
        assert_eq!(slot(&mut world, &alice, 0).await, TriggerOrder::zeroed());
    }
}

#[tokio::test]
async fn an_expired_order_does_nothing_and_anybody_clears_it() {
    let (mut world, alice, bob) = scene().await;
    let now = world.chain.now();
    let cancel = instruction::cancel_order(&bob.address(), &alice.account, 0);
    let until = |expires_at| TriggerOrder { expires_at, ..stop_loss(btc_price()) };
    for past in [now, now - 1, -1, i64::MIN] {
        place(&mut world, &alice, 0, until(past)).await.fails_with(MarginError::OrderExpired);
    }
    place(&mut world, &alice, 0, until(now + 2)).await.succeeds();
    world.freshen_all().await;
    assert_eq!(world.chain.now(), now + 1);
    world.send(from_ref(&cancel), &[&bob.key]).await.fails_with(MarginError::NotAccountOwnerOrDelegate);
    world.chain.advance(1);
    execute(&mut world, &bob, &alice).await.fails_with(MarginError::OrderExpired);
    let sent = world.send(from_ref(&cancel), &[&bob.key]).await.succeeds();
    assert!(matches!(sent.events[..], [Event::OrderCanceled(canceled)] if canceled.slot == 0));
    world.send(&[cancel], &[&bob.key]).await.fails_with(MarginError::NoOrder);
}

/// An order of a long dies when the long is closed or becomes a short, whoever comes back to it later.
#[tokio::test]
async fn an_order_ends_with_its_position() {
    let (mut world, alice, bob) = scene().await;
    let rows = [btc(-2), btc(-1)];
    for delta in rows {
        place(&mut world, &alice, 0, stop_loss(btc_price())).await.succeeds();
        alice.trade(&mut world, "BTC", -1_000).await.succeeds();
        assert_ne!(slot(&mut world, &alice, 0).await, TriggerOrder::zeroed(), "a smaller position is the same");
        alice.trade(&mut world, "BTC", delta + 1_000).await.succeeds();
        assert_eq!(slot(&mut world, &alice, 0).await, TriggerOrder::zeroed());
        world.let_positions_settle().await;
        if base(&mut world, &alice).await < 0 {
            alice.trade(&mut world, "BTC", btc(2)).await.succeeds();
            world.let_positions_settle().await;
            execute(&mut world, &bob, &alice).await.fails_with(MarginError::NoOrder);
        }
    }
    execute(&mut world, &bob, &alice).await.fails_with(MarginError::NoOrder);
}

/// A liquidation that closes the position frees its orders too: at $52,500 next to nothing is left of $10,000.
#[tokio::test]
async fn an_order_ends_with_a_liquidated_position() {
    let mut world = calm().await;
    let (alice, keeper) = (world.funded(usdc(10_000)).await, world.funded(usdc(10_000)).await);
    world.freshen_all().await;
    alice.trade(&mut world, "BTC", btc(1)).await.succeeds();
    world.let_positions_settle().await;
    place(&mut world, &alice, 2, stop_loss(usd(10_000))).await.succeeds();
    move_to(&mut world, usd(52_500)).await;
    keeper.close_out(&mut world, &alice, "BTC", ALL).await.succeeds();
    assert_eq!(base(&mut world, &alice).await, 0);
    assert_eq!(slot(&mut world, &alice, 2).await, TriggerOrder::zeroed());
}

/// Ten basis points of what is closed at most, and what the deposit has; a debt of the executor's is paid first.
#[tokio::test]
async fn the_fee_is_capped_by_the_fill_and_by_the_deposit() {
    let (mut world, alice, bob) = scene().await;
    bob.deposit(&mut world, "SOL", sol(1)).await.succeeds();
    world.funded(usdc(100)).await;
    world.freshen_all().await;
    bob.borrow(&mut world, QUOTE, usdc(3)).await.succeeds();
    // 1,000 base units at $62,500 are $62.50, and sold for 62,499,875 with the skew: 62,499 quote units of fee.
    place(&mut world, &alice, 0, TriggerOrder { size: 1_000, ..stop_loss(btc_price()) }).await.succeeds();
    let sent = execute(&mut world, &bob, &alice).await.succeeds();
    let [Event::Traded(fill), Event::OrderExecuted(executed)] = sent.events[..] else { panic!("{:?}", sent.events) };
    assert_eq!(executed.fee, fill.cost / 1_000);
    assert_eq!(bob.owed(&mut world, QUOTE).await, usdc(3) - executed.fee);

    // Alice keeps one USDC and is backed by SOL.
    alice.deposit(&mut world, "SOL", sol(1_000)).await.succeeds();
    world.let_positions_settle().await;
    let left = alice.deposited(&mut world, QUOTE).await - usdc(1);
    alice.withdraw(&mut world, QUOTE, left).await.succeeds();
    for (size, fee) in [(btc(1).unsigned_abs() / 2, usdc(1)), (ALL, 0)] {
        place(&mut world, &alice, 0, TriggerOrder { size, ..stop_loss(btc_price()) }).await.succeeds();
        let sent = execute(&mut world, &bob, &alice).await.succeeds();
        let [_, Event::OrderExecuted(executed)] = sent.events[..] else { panic!("{:?}", sent.events) };
        assert_eq!((executed.fee, alice.deposited(&mut world, QUOTE).await), (fee, 0));
    }
}

/// Alice's $10,000 have lost $8,500: what is left does not answer for the position, so nothing may go to somebody who may be
/// Alice. The reduction itself is welcome.
#[tokio::test]
async fn an_account_under_water_pays_no_fee() {
    let mut world = calm().await;
    let (alice, bob) = (world.funded(usdc(10_000)).await, world.trader().await);
    world.freshen_all().await;
    alice.trade(&mut world, "BTC", btc(1)).await.succeeds();
    move_to(&mut world, usd(54_000)).await;
    let before = alice.valuation(&mut world).await;
    assert!(before.maintenance.0 < 0 && before.equity.0 > 0);
    place(&mut world, &alice, 0, TriggerOrder { size: 100_000, ..stop_loss(btc_price()) }).await.succeeds();
    execute(&mut world, &bob, &alice).await.succeeds();
    assert_eq!(alice.deposited(&mut world, QUOTE).await, usdc(10_000));
    assert_eq!(bob.deposited(&mut world, QUOTE).await, 0);
    // What brings the account back above water pays again: all of it, at a price at which something is left.
    world.price("BTC", usd(56_000)).await;
    place(&mut world, &alice, 0, stop_loss(btc_price())).await.succeeds();
    execute(&mut world, &bob, &alice).await.succeeds();
    assert_eq!(bob.deposited(&mut world, QUOTE).await, usdc(5));
}

/// A position that is closed takes the orders of its own market with it and no others.
#[tokio::test]
async fn orders_of_other_markets_are_left_alone() {
    let (mut world, alice, _) = scene().await;
    world.list_perp("M1", btc_listing()).await.succeeds();
    world.price("M1", btc_price()).await;
    world.provider("M1", usdc(100_000)).await;
    place(&mut world, &alice, 1, stop_loss(btc_price())).await.succeeds();
    world.freshen_all().await;
    alice.trade(&mut world, "M1", -1_000).await.succeeds();
    world.let_positions_settle().await;
    alice.reduce(&mut world, "M1", ALL).await.succeeds();
    assert_eq!(slot(&mut world, &alice, 1).await, stop_loss(btc_price()));
}
