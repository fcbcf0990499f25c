//! Writes off one debt of an account that has nothing left to seize: the bank's tranche pays, then the lenders of that
//! token. Anybody may call. The lower deposit index reaches the board in the same instruction. Errors: NotBankrupt,
//! StalePrice, NoDebt.

use anchor_lang::prelude::*;
use breakwater_interface::accounts::SIDE_DEBT;
use breakwater_interface::events::BankruptcyResolved;
use breakwater_interface::{Bank, MarginAccount, MarginError, RiskBoard, snapshot};
use breakwater_margin::waterfall::write_off;
use breakwater_margin::{Snapshot, health};

use crate::state::board::sync_index;
use crate::state::{accrued, own_index, settle};

#[derive(Accounts)]
pub struct ResolveBankruptcy {
    #[account(mut)]
    pub margin_account: Account<MarginAccount>,
    #[account(mut, constraint = board.group == margin_account.group @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    #[account(mut, constraint = bank.group == margin_account.group @ MarginError::BankOfOtherGroup)]
    pub bank: Account<Bank>,
}

pub fn handle(ctx: &mut Context<ResolveBankruptcy>) -> Result<()> {
    let ResolveBankruptcy { margin_account, board, bank } = &mut ctx.accounts;
    let now = Clock::get()?.unix_timestamp;
    let mut books = accrued(bank, now)?;
    let mut legs = Snapshot::with_capacity(margin_account.tokens.len());
    snapshot::build(&mut legs, board, margin_account, &[own_index(bank, &books)], now)?;
    let valuation = health::value(&legs).map_err(MarginError::from)?;
    valuation.verify_bankrupt(&legs).map_err(MarginError::from)?;

    let slot = margin_account.find(bank.token).ok_or(MarginError::NoDebt)?;
    let position = margin_account.tokens[slot];
    if position.side != SIDE_DEBT {
        return Err(MarginError::NoDebt.into());
    }
    let loss = write_off(&mut books, position.shares).map_err(MarginError::from)?;
    margin_account.tokens[slot] = bytemuck::Zeroable::zeroed();
    bank.socialised = bank.socialised.saturating_add(loss.socialised);
    bank.reduce_only |= u8::from(loss.reduce_only);
    sync_index(board, bank.token, &books, now)?;
    settle(bank, &books, now)?;

    emit!(BankruptcyResolved {
        account: *margin_account.address(),
        deficit: loss.deficit,
        tranche: loss.tranche,
        socialised: loss.socialised,
        deposit_index: bank.deposit_index,
        token: bank.token.into(),
        reduce_only: bank.reduce_only.into(),
    });
    Ok(())
}
