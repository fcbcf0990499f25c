//! Every example runs to its end; what they assert holds.

#[path = "../examples/borrow.rs"]
mod borrow;
#[path = "../examples/events.rs"]
mod events;
#[path = "../examples/liquidate.rs"]
mod liquidate;
#[path = "../examples/preview.rs"]
mod preview;
#[path = "../examples/receipts.rs"]
mod receipts;

#[test]
fn an_account_is_opened_and_borrows() {
    borrow::main();
}

#[test]
fn a_trade_does_what_was_shown_before() {
    preview::main();
}

#[test]
fn a_liquidation_does_what_was_planned() {
    liquidate::main();
}

#[test]
fn events_and_errors_are_read_from_logs() {
    events::main();
}

#[test]
fn receipts_are_verified_and_forgeries_found() {
    receipts::main();
}
