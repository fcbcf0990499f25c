//! Repays a debt, the signer's tokens for anybody's account; at most what is owed is taken. Of a mint with a transfer fee
//! as much more may be sent as the fee can take; what arrives beyond the debt becomes a deposit. No pause, cap, price or
//! reduce-only bank ever blocks it. Errors: NoDebt, AmountZero, BoardMissing.

use anchor_lang::prelude::*;
use breakwater_interface::MarginError;
use breakwater_interface::accounts::SIDE_DEBT;
use breakwater_interface::events::REPAY;
use breakwater_interface::token_2022::MAX_TRANSFER_FEE;
use breakwater_margin::BPS;
use breakwater_margin::fixed::mul_div_up;

use super::MoveIn;
use super::move_in::Change;
use crate::state::{Ledger, accrued};

pub fn handle(ctx: &mut Context<MoveIn>, amount: u64) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let now = Clock::get()?.unix_timestamp;
    let token = accounts.bank.token;
    let mut books = accrued(&accounts.bank, now)?;
    let slot = accounts.margin_account.find(token).ok_or(MarginError::NoDebt)?;
    let position = accounts.margin_account.tokens[slot];
    if position.side != SIDE_DEBT {
        return Err(MarginError::NoDebt.into());
    }
    let owed = books.borrow_index.amount_up(position.shares).map_err(MarginError::from)?;
    let most = if accounts.bank.transfer_fee == 0 { owed } else { before_fee(owed)? };
    let arrived = accounts.receive(&mut books, amount.min(most), now)?;
    let mut ledger = Ledger { account: &mut accounts.margin_account, books: &mut books, token };
    let paid = ledger.repay(arrived)?;
    ledger.credit(arrived - paid)?;
    let shares = ledger.shares();
    let change = Change { action: REPAY, amount: arrived, shares, index: books.borrow_index.0 };
    accounts.finish(&books, change, arrived > paid, now)
}

/// What must be sent at most for an amount to arrive at the highest fee that listing accepts: ceil(amount / (1 − fee)).
fn before_fee(amount: u64) -> core::result::Result<u64, MarginError> {
    Ok(mul_div_up(amount, BPS, BPS - u64::from(MAX_TRANSFER_FEE))?)
}
