//! Brings what a bank or a market has earned to where it insures. Anybody may call. The quote bank's own earnings fill its
//! tranche up to its target, and what is more becomes the shared fund's; another bank's fill its own tranche, because the
//! fund holds quote tokens alone; a market's fees, which are deposit shares already, are the fund's. Errors: LegAccounts,
//! BankOfOtherGroup, MarketOfOtherGroup, NothingToCollect.

use anchor_lang::prelude::*;
use breakwater_interface::events::Collected;
use breakwater_interface::{Bank, InsuranceFund, MarginError, PerpMarket};
use breakwater_margin::stake::divide_income;

use crate::state::{accrued, settle};

#[derive(Accounts)]
pub struct Collect {
    #[account(mut)]
    pub fund: Account<InsuranceFund>,
    #[account(mut, constraint = bank.group == fund.group @ MarginError::BankOfOtherGroup)]
    pub bank: Option<Account<Bank>>,
    #[account(mut, constraint = market.group == fund.group @ MarginError::MarketOfOtherGroup)]
    pub market: Option<Account<PerpMarket>>,
}

pub fn handle(ctx: &mut Context<Collect>) -> Result<()> {
    let Collect { fund, bank, market, .. } = &mut ctx.accounts;
    let collected = match (bank, market) {
        (Some(bank), None) => from_bank(fund, bank)?,
        (None, Some(market)) => from_market(fund, market)?,
        _ => return Err(MarginError::LegAccounts.into()),
    };
    emit!(collected);
    Ok(())
}

fn from_bank(fund: &mut Account<InsuranceFund>, bank: &mut Account<Bank>) -> Result<Collected> {
    let now = Clock::get()?.unix_timestamp;
    let mut books = accrued(bank, now)?;
    let is_quote = fund.bank == *bank.address();
    let target = is_quote.then_some(bank.lending.tranche_target);
    let (fees, before) = (books.fees, books.tranche);
    let income = divide_income(before, fees, target).map_err(MarginError::from)?;
    // What is too little for a share stays with the bank.
    let shares = books.mint_deposit(income.overflow).map_err(MarginError::from)?;
    let amount = if shares == 0 { 0 } else { income.overflow };
    (books.tranche, books.fees) = (income.tranche, income.overflow - amount);
    if shares == 0 && books.tranche == before {
        return Err(MarginError::NothingToCollect.into());
    }
    fund.shares = fund.shares.checked_add(shares).ok_or(MarginError::MathOverflow)?;
    if is_quote {
        fund.judge(books.deposit_index, now)?;
    }
    settle(bank, &books, now)?;
    Ok(Collected { source: *bank.address(), tranche: books.tranche.saturating_sub(before), amount, shares })
}

fn from_market(fund: &mut Account<InsuranceFund>, market: &mut Account<PerpMarket>) -> Result<Collected> {
    let shares = core::mem::take(&mut market.fees);
    if shares == 0 {
        return Err(MarginError::NothingToCollect.into());
    }
    fund.shares = fund.shares.checked_add(shares).ok_or(MarginError::MathOverflow)?;
    Ok(Collected { source: *market.address(), tranche: 0, amount: 0, shares })
}
