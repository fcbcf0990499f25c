//! Closes an empty margin account of which no shortfall is reported; its rent goes back to the owner, who alone may call.

use anchor_lang::prelude::*;
use breakwater_interface::MarginError;
use breakwater_interface::events::AccountClosed;

use crate::state::Margin;

#[derive(Accounts)]
pub struct CloseAccount {
    #[account(mut, address = margin_account.owner @ MarginError::NotAccountOwner)]
    pub owner: Signer,
    #[account(
        mut,
        close = owner,
        constraint = margin_account.is_empty() @ MarginError::AccountNotEmpty,
        constraint = margin_account.shortfall == 0 @ MarginError::ShortfallReported
    )]
    pub margin_account: Margin,
}

pub fn handle(ctx: &mut Context<CloseAccount>) -> Result<()> {
    emit!(AccountClosed { account: *ctx.accounts.margin_account.address() });
    Ok(())
}
