//! Repays a debt, the signer's tokens for anybody's account; at most what is owed is taken. A mint with a transfer fee
//! repays what arrives. No pause, cap, price or reduce-only bank ever blocks it. Errors: NoDebt, AmountZero.

use anchor_lang::prelude::*;
use breakwater_interface::MarginError;
use breakwater_interface::accounts::SIDE_DEBT;
use breakwater_interface::events::REPAY;

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
    let arrived = accounts.receive(&mut books, amount.min(owed))?;
    let mut ledger = Ledger { account: &mut accounts.margin_account, books: &mut books, token };
    ledger.repay(arrived)?;
    let shares = ledger.shares();
    let change = Change { action: REPAY, amount: arrived, shares, index: books.borrow_index.0 };
    accounts.finish(&books, change, now)
}
