//! Lets another key trade and liquidate with an account; it may never take anything out. Only the owner may call.

use anchor_lang::prelude::*;
use breakwater_interface::MarginError;
use breakwater_interface::events::DelegateSet;

use crate::state::Margin;

#[derive(Accounts)]
pub struct SetDelegate {
    #[account(address = margin_account.owner @ MarginError::NotAccountOwner)]
    pub owner: Signer,
    #[account(mut)]
    pub margin_account: Margin,
}

pub fn handle(ctx: &mut Context<SetDelegate>, delegate: Address) -> Result<()> {
    ctx.accounts.margin_account.delegate = delegate;
    emit!(DelegateSet { account: *ctx.accounts.margin_account.address(), delegate });
    Ok(())
}
