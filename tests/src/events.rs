//! What the events of losses say, against the states before and after.

use breakwater_client::decode::Event;
use breakwater_client::interface::events::{Deleveraged, MarketLossResolved};

use crate::model::perp::market::shares_out;
use crate::model::perp::{Perp, unsigned};
use crate::model::{Call, State};

/// Compares the events of an instruction that succeeded with what it changed.
///
/// # Errors
/// The event that says something else.
pub fn agree(call: &Call, events: &[Event], before: &State, after: &State) -> Result<(), String> {
    let (Call::Resolve { account, .. } | Call::Deleverage { account, .. }) = *call else { return Ok(()) };
    let agrees = |event: &Event| match event {
        Event::Deleveraged(event) => deleveraged(event, account, before, after),
        Event::MarketLossResolved(event) => resolved(event, account, before, after),
        _ => true,
    };
    match events.iter().find(|event| !agrees(event)) {
        Some(event) => Err(format!("{event:?} is not what happened")),
        None => Ok(()),
    }
}

/// The state and an account's position once both are touched and a part of it is closed at the mark.
fn closed(before: &State, index: u64, (account, market): (usize, u8), size: Option<u64>) -> (State, Perp) {
    let mut state = before.clone();
    state.touch_market(market, index);
    let perp = before.perp(account, market).expect("an event names a position");
    let mut perp = state.touch_perp(perp, market, index);
    let size = size.unwrap_or(perp.base.unsigned_abs());
    state.close_at_mark(&mut perp, market, size);
    (state, perp)
}

fn deleveraged(event: &Deleveraged, account: usize, before: &State, after: &State) -> bool {
    let market = u8::try_from(event.market).expect("a market");
    let mark = after.mark(market);
    let (old, new) =
        (before.perp(account, market).unwrap_or_default(), after.perp(account, market).unwrap_or_default());
    let books = after.market(market);
    // The bank is not written: what the board takes over is what the pool had by the index that was read.
    let left = (books.owed(mark) - i128::from(books.snapshot.payable)).max(0);
    // Nor is the index to be seen: it is between the ends that interest until now leaves open.
    let bank = before.touch(before.quote().token);
    let agrees = |index: u64| {
        let (_, perp) = closed(before, index, (account, market), Some(event.closed));
        i128::from(event.taken) == perp.pnl(mark) - new.pnl(mark) && perp.secured + event.secured == new.secured
    };
    event.closed + new.base.unsigned_abs() == old.base.unsigned_abs()
        && i128::from(event.mark) == mark
        && i128::from(event.left) == left
        && (agrees(bank.lo.deposit_index) || agrees(bank.hi.deposit_index))
}

fn resolved(event: &MarketLossResolved, account: usize, before: &State, after: &State) -> bool {
    let market = u8::try_from(event.market).expect("a market");
    let (mark, index) = (after.mark(market), after.quote_index());
    let (charged, perp) = closed(before, index, (account, market), None);
    let (old, new) = (charged.market(market), after.market(market));
    let given = shares_out(event.tranche.into(), old.tranche, index);
    event.deficit == unsigned(-i128::from(perp.quote))
        && event.deficit == event.tranche + event.pool + event.fund
        && old.pool_losses + event.pool == new.pool_losses
        && new.tranche + given == old.tranche
        && i128::from(event.left) == new.deficit(mark, index)
}
