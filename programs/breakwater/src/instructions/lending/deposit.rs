//! Deposits tokens. The owner may deposit any listed token; anybody else only one that the account holds already, so that
//! nobody can stuff its slots. What arrives is what counts. What the account owes to markets may be deposited whatever the
//! bank's state: it is a repayment, which `settle` completes. Errors: BankReduceOnly, StrangerMayOnlyTopUp, OverDepositCap,
//! PositionIsDebt, TokenSlotsFull, AmountZero.

use anchor_lang::prelude::*;
use breakwater_interface::accounts::SIDE_DEPOSIT;
use breakwater_interface::events::DEPOSIT;
use breakwater_interface::{MarginAccount, MarginError};

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

/// What closed positions have left owing, quote units.
fn owed_to_markets(account: &MarginAccount) -> u64 {
    let closed = account.perps.iter().filter(|perp| perp.base == 0 && perp.quote < 0);
    closed.fold(0, |sum: u64, perp| sum.saturating_add(perp.quote.unsigned_abs()))
}

pub fn handle(ctx: &mut Context<MoveIn>, amount: u64) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let is_repayment = amount <= owed_to_markets(&accounts.margin_account);
    validate(accounts, is_repayment)?;
    let now = Clock::get()?.unix_timestamp;
    let mut books = accrued(&accounts.bank, now)?;
    let arrived = accounts.receive(&mut books, amount)?;
    let token = accounts.bank.token;
    let shares = Ledger { account: &mut accounts.margin_account, books: &mut books, token }.deposit(arrived)?;
    if !is_repayment {
        books.verify_deposit_cap(&accounts.bank.lending.limits()).map_err(MarginError::from)?;
    }
    let change = Change { action: DEPOSIT, amount: arrived, shares, index: books.deposit_index.0 };
    accounts.finish(&books, change, now)
}
