//! Brings a margin account of an older layout to the current one. Anybody may call and pays the rent of what is added; but
//! for size and version nothing changes. Errors: NotAMarginAccount, AccountIsCurrent.

use anchor_lang::Discriminator;
use anchor_lang::prelude::*;
use breakwater_interface::accounts::{DISCRIMINATOR, MARGIN_ACCOUNT_VERSION};
use breakwater_interface::events::AccountUpgraded;
use breakwater_interface::{MarginAccount, MarginError};

use crate::state::margin::is_version_1;

/// Bytes of a margin account of the current layout, discriminator included.
const SIZE: usize = DISCRIMINATOR + core::mem::size_of::<MarginAccount>();
/// Where an account's data has its version.
const VERSION: usize = DISCRIMINATOR + core::mem::offset_of!(MarginAccount, version);

#[derive(Accounts)]
pub struct UpgradeAccount {
    #[account(mut)]
    pub payer: Signer,
    /// Checked by the handler: its length is no layout's that the framework knows.
    #[account(mut)]
    pub margin_account: UncheckedAccount,
    pub system_program: Program<System>,
}

fn verify(account: &AccountView) -> core::result::Result<(), MarginError> {
    if !account.owned_by(&crate::ID) {
        return Err(MarginError::NotAMarginAccount);
    }
    let data = account.try_borrow().map_err(|_| MarginError::NotAMarginAccount)?;
    if data.len() == SIZE && data.starts_with(MarginAccount::DISCRIMINATOR) {
        return Err(MarginError::AccountIsCurrent);
    }
    if is_version_1(&data) { Ok(()) } else { Err(MarginError::NotAMarginAccount) }
}

pub fn handle(ctx: &mut Context<UpgradeAccount>) -> Result<()> {
    let UpgradeAccount { payer, margin_account, .. } = &ctx.accounts;
    let mut account = *margin_account.account();
    verify(&account)?;
    anchor_lang::realloc_account(&mut account, SIZE, payer.account(), true)?;
    let mut data = account.try_borrow_mut()?;
    let version = data.get_mut(VERSION).ok_or(MarginError::NotAMarginAccount)?;
    let from = core::mem::replace(version, MARGIN_ACCOUNT_VERSION);
    emit!(AccountUpgraded { account: *margin_account.address(), from: from.into(), to: MARGIN_ACCOUNT_VERSION.into() });
    Ok(())
}
