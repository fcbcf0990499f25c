//! What `deposit` and `repay` share: tokens come in, no price is needed.

use anchor_lang::prelude::*;
use breakwater_interface::events::BalanceChanged;
use breakwater_interface::{Bank, MarginError, RiskBoard};
use breakwater_margin::lending::Books;

use crate::instructions::token;
use crate::state::Margin;
use crate::state::board::sync_index;
use crate::state::{self, Brake};

#[derive(Accounts)]
pub struct MoveIn {
    /// Pays the tokens; need not own the account.
    pub authority: Signer,
    #[account(mut)]
    pub margin_account: Margin,
    #[account(mut, constraint = bank.group == margin_account.group @ MarginError::BankOfOtherGroup)]
    pub bank: Account<Bank>,
    #[account(mut, address = bank.vault @ MarginError::VaultMismatch)]
    pub vault: UncheckedAccount,
    /// Checked by the token program.
    #[account(mut)]
    pub source: UncheckedAccount,
    #[account(address = bank.mint @ MarginError::MintMismatch)]
    pub mint: UncheckedAccount,
    #[account(constraint = mint.account().owned_by(token_program.address()) @ MarginError::TokenProgramMismatch)]
    pub token_program: UncheckedAccount,
    /// Needed where the bank is capped.
    #[account(mut, constraint = board.group == bank.group @ MarginError::BoardOfOtherGroup)]
    pub board: Option<Account<RiskBoard>>,
}

impl MoveIn {
    /// Moves tokens into the vault and counts what arrived.
    pub fn receive(&mut self, books: &mut Books, amount: u64, now: i64) -> Result<u64> {
        let arrived = token::pull(
            self.source.account(),
            self.vault.account(),
            self.mint.account(),
            self.authority.account(),
            self.token_program.address(),
            &self.bank,
            amount,
        )?;
        Brake::of(&self.bank, books, now)?.take_in(&mut self.bank, arrived);
        books.receive(arrived).map_err(MarginError::from)?;
        Ok(arrived)
    }

    /// Settles the bank and tells indexers. The board counts a deposit in the instruction that makes it, because a loan that
    /// follows must not see an older total.
    pub fn finish(&mut self, books: &Books, change: Change, deposited: bool, now: i64) -> Result<()> {
        state::settle(&mut self.bank, books, now)?;
        match &mut self.board {
            Some(board) => sync_index(board, self.bank.token, books, now)?,
            None if deposited && self.bank.capped != 0 => return Err(MarginError::BoardMissing.into()),
            None => {}
        }
        emit!(change.event(*self.margin_account.address(), self.bank.token));
        Ok(())
    }
}

/// What an instruction did to a balance.
pub struct Change {
    pub action: u64,
    pub amount: u64,
    pub shares: u64,
    pub index: u64,
}

impl Change {
    pub fn event(&self, account: Address, token: u8) -> BalanceChanged {
        let Change { action, amount, shares, index } = *self;
        BalanceChanged { account, amount, shares, index, token: token.into(), action }
    }
}
