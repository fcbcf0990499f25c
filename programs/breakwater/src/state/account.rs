//! A margin account's law: it answers for its risk.

use alloc::boxed::Box;

use breakwater_interface::snapshot::{self, Own};
use breakwater_interface::{MarginAccount, MarginError, RiskBoard};
use breakwater_margin::{Snapshot, health};

extern crate alloc;

/// Refuses what would leave an account unable to answer for its risk. Without any risk no price is needed.
///
/// Errors: StalePrice, StaleIndex, InsufficientHealth
#[inline(never)]
pub fn verify_initial(
    board: &RiskBoard,
    account: &MarginAccount,
    own: &Own,
    max_price_age: u32,
    now: i64,
) -> Result<(), MarginError> {
    if account.is_riskless() {
        return Ok(());
    }
    let mut legs = Box::new(Snapshot::with_capacity(account.tokens.len()));
    snapshot::build(&mut legs, board, account, own, now)?;
    Ok(health::verify_initial(&legs, max_price_age)?)
}
