//! Borrows tokens against the account's other deposits. Only the owner may call. Errors: BankReduceOnly, PositionIsDeposit,
//! TokenSlotsFull, AmountZero, OverBorrowCap, OverUtilisation, OutflowLimit, VaultTooSmall, StalePrice, StaleIndex, InsufficientHealth.

use anchor_lang::prelude::*;
use breakwater_interface::MarginError;
use breakwater_interface::events::BORROW;
use breakwater_interface::governance;

use super::MoveOut;
use super::move_in::Change;
use crate::state::{Brake, Ledger, accrued};

pub fn handle(ctx: &mut Context<MoveOut>, amount: u64) -> Result<()> {
    let accounts = &mut ctx.accounts;
    if accounts.bank.reduce_only != 0 {
        return Err(MarginError::BankReduceOnly.into());
    }
    let now = Clock::get()?.unix_timestamp;
    accounts.verify_running(governance::BORROW, now)?;
    let token = accounts.bank.token;
    let mut books = accrued(&accounts.bank, now)?;
    let brake = Brake::of(&accounts.bank, &books, now)?;
    let shares = Ledger { account: &mut accounts.margin_account, books: &mut books, token }.borrow(amount)?;
    brake.give_out(&mut accounts.bank, amount)?;
    books.verify_borrow_limits(&accounts.bank.lending.limits()).map_err(MarginError::from)?;
    accounts.verify_health(&books, now)?;
    let change = Change { action: BORROW, amount, shares, index: books.borrow_index.0 };
    accounts.finish(&mut books, change, now)
}
