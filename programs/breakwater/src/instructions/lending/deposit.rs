//! Deposits tokens. The owner may deposit any listed token; anybody else only one that the account holds already, so that
//! nobody can stuff its slots. What arrives is what counts. Errors: BankReduceOnly, StrangerMayOnlyTopUp, OverDepositCap,
//! PositionIsDebt, TokenSlotsFull, AmountZero.

use anchor_lang::prelude::*;
use breakwater_interface::MarginError;
use breakwater_interface::accounts::SIDE_DEPOSIT;
use breakwater_interface::events::DEPOSIT;

use super::MoveIn;
use super::move_in::Change;
use crate::state::{Ledger, accrued};

fn validate(accounts: &MoveIn) -> core::result::Result<(), MarginError> {
    if accounts.bank.reduce_only != 0 {
        return Err(MarginError::BankReduceOnly);
    }
    let account = &accounts.margin_account;
    let holds = |slot: usize| account.tokens[slot].side == SIDE_DEPOSIT;
    if account.owner != *accounts.authority.address() && !account.find(accounts.bank.token).is_some_and(holds) {
        return Err(MarginError::StrangerMayOnlyTopUp);
    }
    Ok(())
}

pub fn handle(ctx: &mut Context<MoveIn>, amount: u64) -> Result<()> {
    let accounts = &mut ctx.accounts;
    validate(accounts)?;
    let now = Clock::get()?.unix_timestamp;
    let mut books = accrued(&accounts.bank, now)?;
    let arrived = accounts.receive(&mut books, amount)?;
    let token = accounts.bank.token;
    let shares = Ledger { account: &mut accounts.margin_account, books: &mut books, token }.deposit(arrived)?;
    books.verify_deposit_cap(&accounts.bank.lending.limits()).map_err(MarginError::from)?;
    let change = Change { action: DEPOSIT, amount: arrived, shares, index: books.deposit_index.0 };
    accounts.finish(&books, change, true, now)
}
