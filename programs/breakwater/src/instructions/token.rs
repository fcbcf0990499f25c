//! Token movements. A vault is its own authority, so that the bank account can stay borrowed while tokens move. Calls go
//! straight to the token program; SPL Token and Token-2022 share the instruction's layout.

use anchor_lang::cpi::{CpiSeed, CpiSigner};
use anchor_lang::prelude::*;
use breakwater_interface::{Bank, MarginError, seeds};
use pinocchio_token_2022::instructions::TransferChecked;

/// Where a token account keeps its amount.
const AMOUNT: core::ops::Range<usize> = 64..72;

/// Moves tokens into the vault; returns what arrived, which a transfer fee makes less than what was sent.
pub fn pull(
    from: &AccountView,
    vault: &AccountView,
    mint: &AccountView,
    authority: &AccountView,
    token_program: &Address,
    bank: &Bank,
    amount: u64,
) -> Result<u64> {
    let before = balance(vault)?;
    TransferChecked { from, mint, to: vault, authority, amount, decimals: bank.decimals, token_program }.invoke()?;
    Ok(balance(vault)?.checked_sub(before).ok_or(MarginError::MathOverflow)?)
}

/// Moves tokens out of the vault, signed by the vault.
pub fn push(
    vault: &AccountView,
    to: &AccountView,
    mint: &AccountView,
    token_program: &Address,
    bank_address: &Address,
    bank: &Bank,
    amount: u64,
) -> Result<()> {
    let bump = [bank.vault_bump];
    let vault_seeds = [CpiSeed::from(seeds::VAULT), CpiSeed::from(bank_address.as_ref()), CpiSeed::from(&bump)];
    TransferChecked { from: vault, mint, to, authority: vault, amount, decimals: bank.decimals, token_program }
        .invoke_signed(&[CpiSigner::from(&vault_seeds)])
}

/// Amount that a token account holds.
fn balance(account: &AccountView) -> Result<u64> {
    let data = account.try_borrow()?;
    let bytes = data.get(AMOUNT).and_then(|bytes| bytes.first_chunk()).ok_or(MarginError::VaultMismatch)?;
    Ok(u64::from_le_bytes(*bytes))
}
