//! Stakes in the group's shared fund: opened and filled by an owner, who alone may take them out again, after a cooldown and
//! in its window. `mature_stake` is open to all. No other instruction takes stake out of the fund, whoever signs. Errors:
//! NotAccountOwner, NotStakeOwner, StakeOfOtherFund, FundOfOtherGroup, NotQuoteBank, NoDeposit, MoreThanOwned, AmountZero,
//! StalePrice, StaleIndex, InsufficientHealth, NoYoungStake, StakeNotMature, NotEnoughUnits, NoUnstakeRequest,
//! UnstakeTooEarly, RequestLapsed, ExitsStopped, StakeNotEmpty.

use anchor_lang::prelude::*;
use breakwater_interface::act::{self, Holding, Staking};
use breakwater_interface::insurance::STAKE_VERSION;
use breakwater_interface::{Bank, InsuranceFund, InsuranceStake, MarginError, RiskBoard, seeds};

use crate::state::Margin;

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

impl ChangeStake {
    /// What the action works on.
    #[inline(always)]
    fn on(&mut self) -> Staking<'_> {
        let ChangeStake { margin_account, board, bank, fund, stake, .. } = self;
        Staking { account: margin_account, board, bank, fund, stake }
    }
}

pub fn stake(ctx: &mut Context<ChangeStake>, amount: u64) -> Result<()> {
    emit!(act::stake(ctx.accounts.on(), amount, Clock::get()?.unix_timestamp)?);
    Ok(())
}

pub fn unstake(ctx: &mut Context<ChangeStake>) -> Result<()> {
    emit!(act::unstake(ctx.accounts.on(), Clock::get()?.unix_timestamp)?);
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
    emit!(act::mature_stake(Holding { bank, fund, stake }, Clock::get()?.unix_timestamp)?);
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
    emit!(act::request_unstake(Holding { bank, fund, stake }, units, Clock::get()?.unix_timestamp)?);
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
    emit!(act::restake(fund, stake, Clock::get()?.unix_timestamp)?);
    Ok(())
}
