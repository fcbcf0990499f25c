//! What `withdraw` and `borrow` share: tokens go out, and the account must stay healthy at the worst end of every price.

use anchor_lang::prelude::*;
use breakwater_interface::snapshot::Own;
use breakwater_interface::{Bank, MarginError, RiskBoard};
use breakwater_margin::lending::Books;
use breakwater_margin::price::MAX_AGE_RISK;

use super::move_in::Change;
use crate::instructions::token;
use crate::state;
use crate::state::Margin;

#[derive(Accounts)]
pub struct MoveOut {
    /// Alone may take anything out.
    #[account(address = margin_account.owner @ MarginError::NotAccountOwner)]
    pub owner: Signer,
    #[account(mut)]
    pub margin_account: Margin,
    #[account(constraint = board.group == margin_account.group @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    #[account(mut, constraint = bank.group == margin_account.group @ MarginError::BankOfOtherGroup)]
    pub bank: Account<Bank>,
    #[account(mut, address = bank.vault @ MarginError::VaultMismatch)]
    pub vault: UncheckedAccount,
    /// Checked by the token program.
    #[account(mut)]
    pub destination: UncheckedAccount,
    #[account(address = bank.mint @ MarginError::MintMismatch)]
    pub mint: UncheckedAccount,
    #[account(constraint = mint.account().owned_by(token_program.address()) @ MarginError::TokenProgramMismatch)]
    pub token_program: UncheckedAccount,
}

impl MoveOut {
    /// Refuses an action that is paused.
    pub fn verify_running(&self, action: u8, now: i64) -> core::result::Result<(), MarginError> {
        self.board.pause.verify(action, now)?;
        self.bank.pause.verify(action, now)
    }

    /// Refuses what would leave the account unable to answer for its risk. Without any risk no price is needed.
    pub fn verify_health(&self, books: &Books, now: i64) -> core::result::Result<(), MarginError> {
        let own = [state::own_index(&self.bank, books)];
        state::verify_initial(&self.board, &self.margin_account, &Own::banks(&own), MAX_AGE_RISK, now)
    }

    /// Settles the bank, moves the tokens and tells indexers.
    pub fn finish(&mut self, books: &mut Books, change: Change, now: i64) -> Result<()> {
        books.pay_out(change.amount).map_err(MarginError::from)?;
        state::settle(&mut self.bank, books, now)?;
        token::push(
            self.vault.account(),
            self.destination.account(),
            self.mint.account(),
            self.token_program.address(),
            self.bank.address(),
            &self.bank,
            change.amount,
        )?;
        emit!(change.event(*self.margin_account.address(), self.bank.token));
        Ok(())
    }
}
