//! Gives a part of an account's quote deposit to the shared fund or to a market's tranche, for nothing in return. Only the
//! owner may call. Errors: NotAccountOwner, NotQuoteBank, LegAccounts, FundOfOtherGroup, MarketOfOtherGroup, NoDeposit,
//! AmountZero, MoreThanOwned, StalePrice, StaleIndex, InsufficientHealth.

use anchor_lang::prelude::*;
use breakwater_interface::events::Insured;
use breakwater_interface::snapshot::Own;
use breakwater_interface::{Bank, InsuranceFund, MarginError, PerpMarket, RiskBoard};
use breakwater_margin::Shares;
use breakwater_margin::price::MAX_AGE_RISK;

use crate::state::verify_quote;
use crate::state::{Ledger, Margin, accrued, own_index, settle, verify_initial};

#[derive(Accounts)]
pub struct Insure {
    #[account(address = margin_account.owner @ MarginError::NotAccountOwner)]
    pub owner: Signer,
    #[account(mut)]
    pub margin_account: Margin,
    #[account(constraint = board.group == margin_account.group @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    #[account(mut, constraint = bank.group == margin_account.group @ MarginError::BankOfOtherGroup)]
    pub bank: Account<Bank>,
    #[account(mut, constraint = fund.group == margin_account.group @ MarginError::FundOfOtherGroup)]
    pub fund: Option<Account<InsuranceFund>>,
    #[account(mut, constraint = market.group == margin_account.group @ MarginError::MarketOfOtherGroup)]
    pub market: Option<Account<PerpMarket>>,
}

pub fn handle(ctx: &mut Context<Insure>, amount: u64) -> Result<()> {
    let accounts = &mut ctx.accounts;
    verify_quote(&accounts.bank, &accounts.board)?;
    let now = Clock::get()?.unix_timestamp;
    let mut books = accrued(&accounts.bank, now)?;
    let token = accounts.bank.token;
    let mut ledger = Ledger { account: &mut accounts.margin_account, books: &mut books, token };
    let (amount, shares) = ledger.hand_over(amount)?;
    let receiver = receive(accounts, shares)?;
    if let Some(fund) = &mut accounts.fund {
        fund.judge(books.deposit_index, now)?;
    }

    let banks = [own_index(&accounts.bank, &books)];
    verify_initial(&accounts.board, &accounts.margin_account, &Own::banks(&banks), MAX_AGE_RISK, now)?;
    settle(&mut accounts.bank, &books, now)?;
    emit!(Insured { account: *accounts.margin_account.address(), receiver, amount });
    Ok(())
}

/// Hands the shares to the one receiver that was passed.
fn receive(accounts: &mut Insure, shares: Shares) -> core::result::Result<Address, MarginError> {
    let (held, address) = match (&mut accounts.fund, &mut accounts.market) {
        (Some(fund), None) => {
            let address = *fund.address();
            (&mut fund.shares, address)
        }
        (None, Some(market)) => {
            let address = *market.address();
            (&mut market.tranche, address)
        }
        _ => return Err(MarginError::LegAccounts),
    };
    *held = held.checked_add(shares).ok_or(MarginError::MathOverflow)?;
    Ok(address)
}
