//! Trigger orders that are due.

use breakwater_client::interface::live::{Live, accrued, own_index};
use breakwater_client::interface::snapshot::{self, Own};
use breakwater_client::interface::{MarginAccount, MarginError};
use breakwater_client::margin::perp::MAX_AGE_TRADE;
use breakwater_client::margin::{Snapshot, Value, health};

use crate::group::Group;
use crate::job::Action;

/// The first order of an account whose trigger holds, with what it promises at most. Whether it fills is for the simulation to
/// say: its limit, the market's state and the account's health after it decide.
///
/// Errors: MathOverflow
pub fn due_order(group: &Group, account: &MarginAccount) -> Result<Option<(Action, Value)>, MarginError> {
    let view = &group.view;
    for (slot, order) in (0..).zip(&account.orders) {
        let Ok(exit) = order.exit() else { continue };
        let Some((market, listed)) = view.markets.get(&order.market) else { continue };
        let Some((quote_bank, bank)) = view.banks.get(&view.board.quote_token) else { continue };
        if exit.verify_live(account.base_in(order.market), view.time).is_err() {
            continue;
        }
        let books = accrued(bank, view.time)?;
        let live = Live::new(listed, &view.board, books.deposit_index, view.time, view.slot)?;
        let health = || {
            let mut legs = Snapshot::default();
            let banks = [own_index(bank, &books)];
            let own = Own { banks: &banks, market: Some(live.own()?) };
            snapshot::build(&mut legs, &view.board, account, &own, view.time)?;
            Ok::<_, MarginError>(health::value(&legs)?.health_factor_ppm())
        };
        if live.verify_fresh(MAX_AGE_TRADE).is_ok() && exit.trigger.verify(live.mark, health).is_ok() {
            let action = Action::Execute { slot, market: *market, quote_bank: *quote_bank };
            let gain = snapshot::quote(&view.board, view.time).price.mid.value_down(exit.fee);
            return Ok(Some((action, gain)));
        }
    }
    Ok(None)
}
