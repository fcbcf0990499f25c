//! Sets a bank's lending parameters or its reduce-only switch. Admin or risk manager. Errors: NotRiskManager, ConfigCurve,
//! ConfigLending.

use anchor_lang::prelude::*;
use breakwater_interface::config::LendingConfig;
use breakwater_interface::events::ParameterSet;
use breakwater_interface::{Bank, Group, MarginError};
use breakwater_margin::config::verify_lending;

use super::control::*;
use crate::state::{accrued, settle};

#[derive(Accounts)]
pub struct SetBank {
    pub authority: Signer,
    pub group: Account<Group>,
    #[account(mut, constraint = bank.group == *group.address() @ MarginError::BankOfOtherGroup)]
    pub bank: Account<Bank>,
    pub control: Nested<Control>,
}

/// Interest until now is charged at the old parameters.
pub fn set_lending(ctx: &mut Context<SetBank>, lending: LendingConfig) -> Result<()> {
    let SetBank { authority, group, bank, control } = &mut ctx.accounts;
    let warrant = control.warrant(group, authority.address(), bank.address())?;
    verify_lending(&lending.pricing(), &lending.limits()).map_err(MarginError::from)?;
    let now = Clock::get()?.unix_timestamp;
    let books = accrued(bank, now)?;
    settle(bank, &books, now)?;
    // A cap below what is there already is no way to keep a bank closed: the next step is measured from what is there.
    let mut old = bank.lending;
    if matches!(warrant, Warrant::Waited(_)) {
        old.deposit_cap = old.deposit_cap.max(books.deposits().map_err(MarginError::from)?);
        old.borrow_cap = old.borrow_cap.max(books.debts().map_err(MarginError::from)?);
    }
    warrant.verify((&old, &lending), &mut bank.lending_set_at, now)?;
    bank.lending = lending;
    emit!(ParameterSet { group: bank.group, authority: *authority.address(), token: bank.token.into(), parameter: 0 });
    Ok(())
}

/// A reduce-only bank takes no deposits and gives no loans.
pub fn set_reduce_only(ctx: &mut Context<SetBank>, reduce_only: u8) -> Result<()> {
    let SetBank { authority, group, bank, control } = &mut ctx.accounts;
    control.warrant(group, authority.address(), bank.address())?.verify_waited(reduce_only == 0)?;
    bank.reduce_only = u8::from(reduce_only != 0);
    emit!(ParameterSet { group: bank.group, authority: *authority.address(), token: bank.token.into(), parameter: 4 });
    Ok(())
}
