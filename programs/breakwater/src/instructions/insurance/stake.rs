//! Stakes in the group's shared fund: opened and filled by an owner, who alone may take them out again, after a cooldown and
//! in its window. `mature_stake` is open to all. No other instruction takes stake out of the fund, whoever signs. Errors:
//! NotAccountOwner, NotStakeOwner, StakeOfOtherFund, FundOfOtherGroup, NotQuoteBank, NoDeposit, MoreThanOwned, AmountZero,
//! StalePrice, StaleIndex, InsufficientHealth, NoYoungStake, StakeNotMature, NotEnoughUnits, NoUnstakeRequest,
//! UnstakeTooEarly, RequestLapsed, ExitsStopped, StakeNotEmpty.

use anchor_lang::prelude::*;
use breakwater_interface::events::{MATURE, REQUEST_UNSTAKE, RESTAKE, STAKE, StakeChanged, UNSTAKE};
use breakwater_interface::insurance::STAKE_VERSION;
use breakwater_interface::snapshot::Own;
use breakwater_interface::{Bank, InsuranceFund, InsuranceStake, MarginError, RiskBoard, seeds};
use breakwater_margin::price::MAX_AGE_RISK;
use breakwater_margin::stake::{Moved, Stake};

use crate::state::bank::verify_quote;
use crate::state::{Ledger, Margin, accrued, own_index, settle, verify_initial};

#[derive(Accounts)]
pub struct OpenStake {
    #[account(mut)]
    pub owner: Signer,
    pub fund: Account<InsuranceFund>,
    #[account(
        init,
        payer = owner,
        space = 8 + core::mem::size_of::<InsuranceStake>(),
        seeds = [seeds::STAKE, fund.address().as_ref(), owner.address().as_ref()],
        bump
    )]
    pub stake: Account<InsuranceStake>,
    pub system_program: Program<System>,
}

pub fn open(ctx: &mut Context<OpenStake>) -> Result<()> {
    let bump = ctx.bumps.stake;
    let OpenStake { owner, fund, stake, .. } = &mut ctx.accounts;
    stake.fund = *fund.address();
    stake.owner = *owner.address();
    stake.generation = fund.generation;
    stake.bump = bump;
    stake.version = STAKE_VERSION;
    Ok(())
}

#[derive(Accounts)]
pub struct CloseStake {
    #[account(mut, address = stake.owner @ MarginError::NotStakeOwner)]
    pub owner: Signer,
    pub fund: Account<InsuranceFund>,
    #[account(
        mut,
        close = owner,
        constraint = stake.fund == *fund.address() @ MarginError::StakeOfOtherFund,
        constraint = stake.stake(&fund).is_empty() @ MarginError::StakeNotEmpty
    )]
    pub stake: Account<InsuranceStake>,
}

pub fn close(_: &mut Context<CloseStake>) -> Result<()> {
    Ok(())
}

/// Writes fund and stake, and tells indexers.
fn finish(fund: &InsuranceFund, stake: &mut InsuranceStake, held: &Stake, moved: Moved, action: u64) -> StakeChanged {
    stake.set_stake(held, fund);
    StakeChanged {
        fund: stake.fund,
        owner: stake.owner,
        amount: moved.amount,
        shares: moved.shares,
        active: held.active,
        young: held.young.units,
        leaving: held.leaving.units,
        fund_shares: fund.shares,
        fund_passive: fund.passive,
        action,
    }
}

#[derive(Accounts)]
pub struct ChangeStake {
    #[account(address = margin_account.owner @ MarginError::NotAccountOwner)]
    pub owner: Signer,
    #[account(mut)]
    pub margin_account: Margin,
    #[account(constraint = board.group == margin_account.group @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    #[account(mut, constraint = bank.group == margin_account.group @ MarginError::BankOfOtherGroup)]
    pub bank: Account<Bank>,
    #[account(mut, constraint = fund.group == margin_account.group @ MarginError::FundOfOtherGroup)]
    pub fund: Account<InsuranceFund>,
    #[account(
        mut,
        constraint = stake.fund == *fund.address() @ MarginError::StakeOfOtherFund,
        constraint = stake.owner == *owner.address() @ MarginError::NotStakeOwner
    )]
    pub stake: Account<InsuranceStake>,
}

pub fn stake(ctx: &mut Context<ChangeStake>, amount: u64) -> Result<()> {
    let accounts = &mut ctx.accounts;
    verify_quote(&accounts.bank, &accounts.board)?;
    let now = Clock::get()?.unix_timestamp;
    let mut books = accrued(&accounts.bank, now)?;
    let token = accounts.bank.token;
    let mut ledger = Ledger { account: &mut accounts.margin_account, books: &mut books, token };
    let (amount, shares) = ledger.hand_over(amount)?;
    let (moved, mut held) = (Moved { amount, shares }, accounts.stake.stake(&accounts.fund));
    let mut ownership = accounts.fund.ownership();
    ownership.stake(&mut held, moved, now).map_err(MarginError::from)?;
    accounts.fund.set_ownership(&ownership);
    accounts.fund.judge(books.deposit_index, now)?;
    let banks = [own_index(&accounts.bank, &books)];
    verify_initial(&accounts.board, &accounts.margin_account, &Own::banks(&banks), MAX_AGE_RISK, now)?;
    settle(&mut accounts.bank, &books, now)?;
    emit!(finish(&accounts.fund, &mut accounts.stake, &held, moved, STAKE));
    Ok(())
}

pub fn unstake(ctx: &mut Context<ChangeStake>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    verify_quote(&accounts.bank, &accounts.board)?;
    let now = Clock::get()?.unix_timestamp;
    let mut books = accrued(&accounts.bank, now)?;
    if accounts.fund.judge(books.deposit_index, now)? {
        return Err(MarginError::ExitsStopped.into());
    }
    let (mut ownership, mut held) = (accounts.fund.ownership(), accounts.stake.stake(&accounts.fund));
    let freeze = accounts.fund.freeze();
    let moved = ownership.unstake(&mut held, &freeze, books.deposit_index, now).map_err(MarginError::from)?;
    accounts.fund.set_ownership(&ownership);
    let token = accounts.bank.token;
    let mut ledger = Ledger { account: &mut accounts.margin_account, books: &mut books, token };
    ledger.take_over(moved.amount, moved.shares)?;
    settle(&mut accounts.bank, &books, now)?;
    emit!(finish(&accounts.fund, &mut accounts.stake, &held, moved, UNSTAKE));
    Ok(())
}

#[derive(Accounts)]
pub struct MatureStake {
    #[account(address = fund.bank @ MarginError::NotQuoteBank)]
    pub bank: Account<Bank>,
    #[account(mut)]
    pub fund: Account<InsuranceFund>,
    #[account(mut, constraint = stake.fund == *fund.address() @ MarginError::StakeOfOtherFund)]
    pub stake: Account<InsuranceStake>,
}

pub fn mature(ctx: &mut Context<MatureStake>) -> Result<()> {
    let MatureStake { bank, fund, stake, .. } = &mut ctx.accounts;
    let now = Clock::get()?.unix_timestamp;
    let index = accrued(bank, now)?.deposit_index;
    let (mut ownership, mut held) = (fund.ownership(), stake.stake(fund));
    let moved = ownership.mature(&mut held, index, now).map_err(MarginError::from)?;
    fund.set_ownership(&ownership);
    emit!(finish(fund, stake, &held, moved, MATURE));
    Ok(())
}

#[derive(Accounts)]
pub struct RequestUnstake {
    #[account(address = stake.owner @ MarginError::NotStakeOwner)]
    pub owner: Signer,
    #[account(address = fund.bank @ MarginError::NotQuoteBank)]
    pub bank: Account<Bank>,
    #[account(mut)]
    pub fund: Account<InsuranceFund>,
    #[account(mut, constraint = stake.fund == *fund.address() @ MarginError::StakeOfOtherFund)]
    pub stake: Account<InsuranceStake>,
}

/// Names active units that are to leave, all for 2^64 − 1, or all that is young for 0.
pub fn request(ctx: &mut Context<RequestUnstake>, units: u64) -> Result<()> {
    let RequestUnstake { bank, fund, stake, .. } = &mut ctx.accounts;
    let now = Clock::get()?.unix_timestamp;
    let index = accrued(bank, now)?.deposit_index;
    let (mut ownership, mut held) = (fund.ownership(), stake.stake(fund));
    let moved = ownership.request(&mut held, units, index, now).map_err(MarginError::from)?;
    fund.set_ownership(&ownership);
    emit!(finish(fund, stake, &held, moved, REQUEST_UNSTAKE));
    Ok(())
}

#[derive(Accounts)]
pub struct Restake {
    #[account(address = stake.owner @ MarginError::NotStakeOwner)]
    pub owner: Signer,
    pub fund: Account<InsuranceFund>,
    #[account(mut, constraint = stake.fund == *fund.address() @ MarginError::StakeOfOtherFund)]
    pub stake: Account<InsuranceStake>,
}

/// Takes a request back, lapsed or not; what was leaving is young again.
pub fn restake(ctx: &mut Context<Restake>) -> Result<()> {
    let Restake { fund, stake, .. } = &mut ctx.accounts;
    let mut held = stake.stake(fund);
    held.restake(Clock::get()?.unix_timestamp).map_err(MarginError::from)?;
    let moved = Moved { amount: held.young.cap, shares: 0 };
    emit!(finish(fund, stake, &held, moved, RESTAKE));
    Ok(())
}
