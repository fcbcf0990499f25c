//! Opens a margin account. Anybody may, for itself, once the group is launched; a fresh account holds and owes nothing.
//! Errors: GroupNotLaunched.
// The derive binds the argument also where it does not use it.
#![allow(unused_variables)]

use anchor_lang::prelude::*;
use breakwater_interface::accounts::MARGIN_ACCOUNT_VERSION;
use breakwater_interface::events::AccountOpened;
use breakwater_interface::{Group, MarginAccount, MarginError, seeds};

#[derive(Accounts)]
#[instruction(number: u16)]
pub struct OpenAccount {
    #[account(mut)]
    pub owner: Signer,
    #[account(constraint = group.launched == 1 @ MarginError::GroupNotLaunched)]
    pub group: Account<Group>,
    #[account(
        init,
        payer = owner,
        space = 8 + core::mem::size_of::<MarginAccount>(),
        seeds = [seeds::MARGIN_ACCOUNT, group.address().as_ref(), owner.address().as_ref(), &number.to_le_bytes()],
        bump
    )]
    pub margin_account: Account<MarginAccount>,
    pub system_program: Program<System>,
}

pub fn handle(ctx: &mut Context<OpenAccount>, number: u16) -> Result<()> {
    let group = *ctx.accounts.group.address();
    let owner = *ctx.accounts.owner.address();
    let account = &mut ctx.accounts.margin_account;
    account.group = group;
    account.owner = owner;
    account.number = number;
    account.version = MARGIN_ACCOUNT_VERSION;
    account.bump = ctx.bumps.margin_account;
    emit!(AccountOpened { group, account: *account.address(), owner });
    Ok(())
}
