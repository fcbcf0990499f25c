//! What `deposit` and `repay` share: tokens come in, no price is needed.

use anchor_lang::prelude::*;
use breakwater_interface::act::{self, Change};
use breakwater_interface::{Bank, MarginError, RiskBoard};

use crate::instructions::token;
use crate::state::Margin;

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

/// The way of tokens into a vault.
pub struct Pipe<'a> {
    from: &'a AccountView,
    vault: &'a AccountView,
    mint: &'a AccountView,
    authority: &'a AccountView,
    token_program: &'a Address,
}

impl Pipe<'_> {
    /// Moves tokens into the vault; returns what arrived.
    #[inline(always)]
    pub fn pull(&self, bank: &Bank, amount: u64) -> Result<u64> {
        token::pull(self.from, self.vault, self.mint, self.authority, self.token_program, bank, amount)
    }
}

impl MoveIn {
    /// What the action works on, and the way of the tokens.
    #[inline(always)]
    pub fn split(&mut self) -> (act::MoveIn<'_>, Pipe<'_>) {
        let MoveIn { authority, margin_account, bank, vault, source, mint, token_program, board } = self;
        let on =
            act::MoveIn { authority: authority.address(), account: margin_account, bank, board: board.as_deref_mut() };
        let pipe = Pipe {
            from: source.account(),
            vault: vault.account(),
            mint: mint.account(),
            authority: authority.account(),
            token_program: token_program.address(),
        };
        (on, pipe)
    }

    /// Tells indexers.
    pub fn tell(&self, change: Change) {
        emit!(change.event(*self.margin_account.address(), self.bank.token));
    }
}
