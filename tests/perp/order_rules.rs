//! Who may leave orders on an account and take them back, what is refused, and accounts that do not belong there.

use std::slice::from_ref;

use breakwater_client::decode::Event;
use breakwater_client::instruction::{self, ALL};
use breakwater_client::interface::TriggerOrder;
use breakwater_client::interface::order::SIDE_SHORT;
use bytemuck::Zeroable;

use super::orders::{execute_instruction, mark, place_instruction, scene, stop_loss};
use crate::common::{Constraint, InstructionError, MarginError, Tamper, Verdict, btc_listing, btc_price, usdc, wrong};

/// Without a fee: what a delegate may leave.
fn free() -> TriggerOrder {
    TriggerOrder { fee: 0, ..stop_loss(btc_price()) }
}

#[tokio::test]
async fn place_order_refuses_what_could_not_be_carried_out() {
    let (mut world, alice, bob) = scene().await;
    let order = stop_loss(btc_price());
    let rows = [
        (TriggerOrder { kind: 0, ..order }, MarginError::OrderMalformed),
        (TriggerOrder { kind: 4, ..order }, MarginError::OrderMalformed),
        (TriggerOrder { side: 2, ..order }, MarginError::OrderMalformed),
        (TriggerOrder { side: SIDE_SHORT, ..order }, MarginError::NoPosition),
        (TriggerOrder { market: 1, ..order }, MarginError::MarketOfOtherNumber),
        (TriggerOrder { size: 0, ..order }, MarginError::SizeBelowLot),
        (TriggerOrder { size: 999, ..order }, MarginError::SizeBelowLot),
        (TriggerOrder { size: 1_001, ..order }, MarginError::SizeBelowLot),
        (TriggerOrder { size: ALL - 1, ..order }, MarginError::SizeBelowLot),
        (TriggerOrder { fee: usdc(5) as u32 + 1, ..order }, MarginError::OrderFeeTooHigh),
        (TriggerOrder { fee: u32::MAX, ..order }, MarginError::OrderFeeTooHigh),
    ];
    for (order, error) in rows {
        let place = place_instruction(&world, &alice, 0, &order);
        world.send(&[place], &[&alice.key]).await.fails_with(error);
    }
    for slot in [4, 255] {
        let place = place_instruction(&world, &alice, slot, &order);
        world.send(&[place], &[&alice.key]).await.fails_with(MarginError::OrderMalformed);
        for (instruction, key) in [
            (instruction::cancel_order(&alice.address(), &alice.account, slot), &alice.key),
            (execute_instruction(&world, &bob, &alice, slot), &bob.key),
        ] {
            world.send(&[instruction], &[key]).await.fails_with(MarginError::NoOrder);
        }
    }
    let nothing = place_instruction(&world, &bob, 0, &order);
    world.send(&[nothing], &[&bob.key]).await.fails_with(MarginError::NoPosition);
}

#[tokio::test]
async fn a_slot_that_is_taken_is_replaced() {
    let (mut world, alice, _) = scene().await;
    for slot in 0..4 {
        let order = TriggerOrder { size: 1_000 + u64::from(slot) * 1_000, reserved: 7, ..stop_loss(btc_price()) };
        let place = place_instruction(&world, &alice, slot, &order);
        world.send(&[place], &[&alice.key]).await.succeeds();
    }
    let order = TriggerOrder { trigger: mark(btc_price()) - 1, ..stop_loss(btc_price()) };
    let place = place_instruction(&world, &alice, 3, &order);
    let sent = world.send(&[place], &[&alice.key]).await.succeeds();
    let [Event::OrderPlaced(placed)] = sent.events[..] else { panic!("{:?}", sent.events) };
    assert_eq!((placed.trigger, placed.size, placed.fee, placed.slot), (order.trigger, ALL, order.fee, 3));
    let orders = world.margin_account(&alice.account).await.orders;
    assert_eq!(orders.map(|order| order.size), [1_000, 2_000, 3_000, ALL]);
    assert!(orders.iter().all(|order| order.reserved == 0));
    let cancel = instruction::cancel_order(&alice.address(), &alice.account, 1);
    world.send(&[cancel], &[&alice.key]).await.succeeds();
    assert_eq!(world.margin_account(&alice.account).await.orders[1], TriggerOrder::zeroed());
}

/// The delegate may take nothing out of an account, and a fee goes to whoever executes: the delegate itself, if it likes.
#[tokio::test]
async fn the_delegate_leaves_and_takes_back_orders_but_promises_no_fee() {
    let (mut world, alice, bob) = scene().await;
    let mallory = world.trader().await;
    alice.set_delegate(&mut world, &bob.address()).await.succeeds();
    let (place, promise) =
        (place_instruction(&world, &alice, 0, &free()), place_instruction(&world, &alice, 0, &stop_loss(btc_price())));
    let cancel = instruction::cancel_order(&alice.address(), &alice.account, 0);
    for order in [&place, &promise] {
        let stolen = order.with_account(0, &mallory.address());
        world.send(&[stolen], &[&mallory.key]).await.fails_with(MarginError::NotAccountOwnerOrDelegate);
    }
    let promised = TriggerOrder { fee: 1, ..free() };
    let promised = place_instruction(&world, &alice, 0, &promised).with_account(0, &bob.address());
    world.send(&[promised], &[&bob.key]).await.fails_with(MarginError::NotAccountOwner);
    world.send(&[place.with_account(0, &bob.address())], &[&bob.key]).await.succeeds();
    let stolen = cancel.with_account(0, &mallory.address());
    world.send(&[stolen], &[&mallory.key]).await.fails_with(MarginError::NotAccountOwnerOrDelegate);
    world.send(&[cancel.with_account(0, &bob.address())], &[&bob.key]).await.succeeds();
    for order in [place, cancel] {
        world.send(&[order.unsigned(0)], &[]).await.fails_with(InstructionError::MissingRequiredSignature);
    }
}

/// The executor's account is its own or one it is the delegate of, and another than the order's.
#[tokio::test]
async fn the_executor_has_an_account_of_its_own() {
    let (mut world, alice, bob) = scene().await;
    let mallory = world.trader().await;
    let place = place_instruction(&world, &alice, 0, &stop_loss(btc_price()));
    world.send(&[place], &[&alice.key]).await.succeeds();
    world.freshen_all().await;
    let own = execute_instruction(&world, &alice, &alice, 0);
    world.send(&[own], &[&alice.key]).await.fails_with(Constraint::DuplicateMutableAccount);
    let execute = execute_instruction(&world, &bob, &alice, 0);
    let stolen = execute.with_account(0, &mallory.address());
    world.send(from_ref(&stolen), &[&mallory.key]).await.fails_with(MarginError::NotAccountOwnerOrDelegate);
    world.send(&[execute.unsigned(0)], &[]).await.fails_with(InstructionError::MissingRequiredSignature);
    bob.set_delegate(&mut world, &mallory.address()).await.succeeds();
    world.send(&[stolen], &[&mallory.key]).await.succeeds();
    assert_eq!(bob.deposited(&mut world, "USDC").await, usdc(5));
}

#[tokio::test]
async fn orders_refuse_wrong_accounts() {
    let (mut world, alice, bob) = scene().await;
    let second = world.second_market().await;
    world.list_perp("M1", btc_listing()).await.succeeds();
    world.price("M1", btc_price()).await;
    let place = place_instruction(&world, &alice, 0, &stop_loss(btc_price()));
    world.send(from_ref(&place), &[&alice.key]).await.succeeds();
    world.freshen_all().await;
    let cancel = instruction::cancel_order(&alice.address(), &alice.account, 0);
    let execute = execute_instruction(&world, &bob, &alice, 0);
    let other_market = world.perp("M1").market;
    let cases = [
        (
            &place,
            &alice,
            1..4,
            vec![
                wrong("the board of another group", 2, second.group.board, MarginError::BoardOfOtherGroup),
                wrong("the market of another group", 3, second.market, MarginError::MarketOfOtherGroup),
                wrong("another market", 3, other_market, MarginError::MarketOfOtherNumber),
            ],
        ),
        (&cancel, &alice, 1..2, vec![]),
        (
            &execute,
            &bob,
            1..6,
            vec![
                wrong("an account of another group", 2, second.group.trader.account, MarginError::AccountOfOtherGroup),
                wrong("the board of another group", 3, second.group.board, MarginError::BoardOfOtherGroup),
                wrong("the market of another group", 4, second.market, MarginError::MarketOfOtherGroup),
                wrong("another market", 4, other_market, MarginError::MarketOfOtherNumber),
                wrong("the bank of another group", 5, second.usdc.bank, MarginError::BankOfOtherGroup),
                wrong("the bank of another token", 5, world.keys("SOL").bank, MarginError::NotQuoteBank),
            ],
        ),
    ];
    for (instruction, who, places, mut rows) in cases {
        for place in places {
            rows.extend(world.impostors(instruction, place).await);
        }
        world.refuses_wrong_accounts(instruction, &who.key, &rows).await;
    }
    for place in [1, 2, 4, 5] {
        world.send(&[execute.read_only(place)], &[&bob.key]).await.fails_with(Constraint::Mut);
    }
    for (instruction, who) in [(&place, &alice), (&cancel, &alice)] {
        world.send(&[instruction.read_only(1)], &[&who.key]).await.fails_with(Constraint::Mut);
    }
    world.send(&[execute], &[&bob.key]).await.succeeds();
}
