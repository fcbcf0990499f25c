//! Borrows tokens against the account's other deposits. Only the owner may call. Errors: BankReduceOnly, PositionIsDeposit,
//! TokenSlotsFull, AmountZero, OverBorrowCap, OverUtilisation, OutflowLimit, VaultTooSmall, StalePrice, StaleIndex, InsufficientHealth.

use anchor_lang::prelude::*;
use breakwater_interface::act;

use super::MoveOut;

pub fn handle(ctx: &mut Context<MoveOut>, amount: u64) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let change = act::borrow(ctx.accounts.on(), amount, now)?;
    ctx.accounts.pay(change)
}
