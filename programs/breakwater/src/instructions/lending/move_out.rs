//! What `withdraw` and `borrow` share: tokens go out, and the account must stay healthy at the worst end of every price.

use anchor_lang::prelude::*;
use breakwater_interface::act::{self, Change};
use breakwater_interface::{Bank, MarginError, RiskBoard};

use crate::instructions::token;
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
    /// What the action works on.
    #[inline(always)]
    pub fn on(&mut self) -> act::MoveOut<'_> {
        act::MoveOut { account: &mut self.margin_account, board: &self.board, bank: &mut self.bank }
    }

    /// Moves the tokens and tells indexers.
    pub fn pay(&self, change: Change) -> Result<()> {
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
