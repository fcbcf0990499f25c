//! What a margin account is worth, and its law: it answers for its risk.

use alloc::boxed::Box;

use breakwater_margin::{Snapshot, Valuation, health};

use crate::accounts::{MarginAccount, RiskBoard};
use crate::errors::MarginError;
use crate::live::Live;
use crate::snapshot::{self, Own, OwnIndex};

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

/// What an account is worth, and the legs that this was computed from.
pub struct Valued {
    /// The valuation.
    pub valuation: Valuation,
    /// The legs.
    pub legs: Snapshot,
}

/// Health of an account with what an instruction knows of a market and of banks.
///
/// Errors: MathOverflow
#[inline(never)]
pub fn valued(
    account: &MarginAccount,
    board: &RiskBoard,
    banks: &[OwnIndex],
    live: &Live,
    now: i64,
) -> Result<Valued, MarginError> {
    let mut legs = Snapshot::with_capacity(account.tokens.len());
    let own = Own { banks, market: Some(live.own()?) };
    snapshot::build(&mut legs, board, account, &own, now)?;
    Ok(Valued { valuation: health::value(&legs)?, legs })
}
