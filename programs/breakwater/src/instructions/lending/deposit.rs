//! Deposits tokens. The owner may deposit any listed token; anybody else only one that the account holds already, so that
//! nobody can stuff its slots. What arrives is what counts. Quote tokens that the account owes to markets may be deposited
//! whatever the bank's state: they are a repayment, which `settle` completes; the board tells which token that is. Errors:
//! BankReduceOnly, StrangerMayOnlyTopUp, OverDepositCap, PositionIsDebt, TokenSlotsFull, AmountZero, BoardMissing.

use anchor_lang::prelude::*;
use breakwater_interface::MarginError;
use breakwater_interface::accounts::SIDE_DEPOSIT;
use breakwater_interface::events::DEPOSIT;
use breakwater_margin::lending::Books;

use super::MoveIn;
use super::move_in::Change;
use crate::state::{Ledger, accrued};

fn validate(accounts: &MoveIn, is_repayment: bool) -> core::result::Result<(), MarginError> {
    if accounts.bank.reduce_only != 0 && !is_repayment {
        return Err(MarginError::BankReduceOnly);
    }
    let account = &accounts.margin_account;
    let holds = |slot: usize| account.tokens[slot].side == SIDE_DEPOSIT;
    if account.owner != *accounts.authority.address() && !account.find(accounts.bank.token).is_some_and(holds) {
        return Err(MarginError::StrangerMayOnlyTopUp);
    }
    Ok(())
}

/// Whether a deposit only brings what closed positions have left owing and the account does not hold yet.
///
/// Errors: MathOverflow
fn is_repayment(accounts: &MoveIn, books: &Books, amount: u64) -> core::result::Result<bool, MarginError> {
    if !accounts.board.as_ref().is_some_and(|board| board.is_quote(accounts.bank.token)) {
        return Ok(false);
    }
    let account = &accounts.margin_account;
    let closed = account.perps.iter().filter(|perp| perp.base == 0 && perp.quote < 0);
    let owed = closed.fold(0, |sum: u64, perp| sum.saturating_add(perp.quote.unsigned_abs()));
    let held = match account.find(accounts.bank.token).map(|slot| &account.tokens[slot]) {
        Some(position) if position.side == SIDE_DEPOSIT => books.deposit_index.amount_down(position.shares)?,
        _ => 0,
    };
    Ok(amount <= owed.saturating_sub(held))
}

pub fn handle(ctx: &mut Context<MoveIn>, amount: u64) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let now = Clock::get()?.unix_timestamp;
    let mut books = accrued(&accounts.bank, now)?;
    let is_repayment = is_repayment(accounts, &books, amount)?;
    validate(accounts, is_repayment)?;
    let arrived = accounts.receive(&mut books, amount, now)?;
    let token = accounts.bank.token;
    let shares = Ledger { account: &mut accounts.margin_account, books: &mut books, token }.deposit(arrived)?;
    if !is_repayment {
        books.verify_deposit_cap(&accounts.bank.lending.limits()).map_err(MarginError::from)?;
    }
    let change = Change { action: DEPOSIT, amount: arrived, shares, index: books.deposit_index.0 };
    accounts.finish(&books, change, true, now)
}
