//! Closes an empty margin account; its rent goes back to the owner, who alone may call.

use anchor_lang::prelude::*;
use breakwater_interface::events::AccountClosed;
use breakwater_interface::{MarginAccount, MarginError};

#[derive(Accounts)]
pub struct CloseAccount {
    #[account(mut, address = margin_account.owner @ MarginError::NotAccountOwner)]
    pub owner: Signer,
    #[account(mut, close = owner, constraint = margin_account.is_empty() @ MarginError::AccountNotEmpty)]
    pub margin_account: Account<MarginAccount>,
}

pub fn handle(ctx: &mut Context<CloseAccount>) -> Result<()> {
    emit!(AccountClosed { account: *ctx.accounts.margin_account.address() });
    Ok(())
}
