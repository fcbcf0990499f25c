//! Stakes in the group's shared fund. Each action returns what indexers are told of it.

use breakwater_margin::price::MAX_AGE_RISK;
use breakwater_margin::stake::{Moved, Stake};

use super::account::verify_initial;
use super::bank::settle;
use super::ledger::Ledger;
use crate::accounts::{Bank, MarginAccount, RiskBoard};
use crate::errors::MarginError;
use crate::events::{MATURE, REQUEST_UNSTAKE, RESTAKE, STAKE, StakeChanged, UNSTAKE};
use crate::insurance::{InsuranceFund, InsuranceStake};
use crate::live::{accrued, own_index, verify_quote};
use crate::snapshot::Own;

/// What `stake` and `unstake` work on.
pub struct Staking<'a> {
    /// The margin account that pays or is paid; its owner, whose the stake is, has signed.
    pub account: &'a mut MarginAccount,
    /// The risk board.
    pub board: &'a RiskBoard,
    /// The quote bank.
    pub bank: &'a mut Bank,
    /// The shared fund.
    pub fund: &'a mut InsuranceFund,
    /// The stake.
    pub stake: &'a mut InsuranceStake,
}

/// What `mature_stake` and `request_unstake` work on.
pub struct Holding<'a> {
    /// The quote bank.
    pub bank: &'a Bank,
    /// The shared fund.
    pub fund: &'a mut InsuranceFund,
    /// The stake; for a request its owner has signed.
    pub stake: &'a mut InsuranceStake,
}

/// Stakes a part of the account's quote deposit.
///
/// Units:  amount: quote units
/// Errors: QuoteNotSet, NotQuoteBank, NoDeposit, AmountZero, MoreThanOwned, StalePrice, StaleIndex, InsufficientHealth,
///         BankInsolvent, MathOverflow
#[inline(always)]
pub fn stake(on: Staking, amount: u64, now: i64) -> Result<StakeChanged, MarginError> {
    let Staking { account, board, bank, fund, stake } = on;
    verify_quote(bank, board)?;
    let mut books = accrued(bank, now)?;
    let (amount, shares) = Ledger { account, books: &mut books, token: bank.token }.hand_over(amount)?;
    let (moved, mut held) = (Moved { amount, shares }, stake.stake(fund));
    let mut ownership = fund.ownership();
    ownership.stake(&mut held, moved, now)?;
    fund.set_ownership(&ownership);
    fund.judge(books.deposit_index, now)?;
    let banks = [own_index(bank, &books)];
    verify_initial(board, account, &Own::banks(&banks), MAX_AGE_RISK, now)?;
    settle(bank, &books, now)?;
    Ok(finish(fund, stake, &held, moved, STAKE))
}

/// Pays what is requested to leave to the account.
///
/// Errors: QuoteNotSet, NotQuoteBank, ExitsStopped, NoUnstakeRequest, UnstakeTooEarly, RequestLapsed, TokenSlotsFull,
///         BankInsolvent, MathOverflow
#[inline(always)]
pub fn unstake(on: Staking, now: i64) -> Result<StakeChanged, MarginError> {
    let Staking { account, board, bank, fund, stake } = on;
    verify_quote(bank, board)?;
    let mut books = accrued(bank, now)?;
    if fund.judge(books.deposit_index, now)? {
        return Err(MarginError::ExitsStopped);
    }
    let (mut ownership, mut held) = (fund.ownership(), stake.stake(fund));
    let moved = ownership.unstake(&mut held, &fund.freeze(), books.deposit_index, now)?;
    fund.set_ownership(&ownership);
    Ledger { account, books: &mut books, token: bank.token }.take_over(moved.amount, moved.shares)?;
    settle(bank, &books, now)?;
    Ok(finish(fund, stake, &held, moved, UNSTAKE))
}

/// Lets young stake earn.
///
/// Errors: NoYoungStake, StakeNotMature, MathOverflow
#[inline(always)]
pub fn mature_stake(on: Holding, now: i64) -> Result<StakeChanged, MarginError> {
    let Holding { bank, fund, stake } = on;
    let index = accrued(bank, now)?.deposit_index;
    let (mut ownership, mut held) = (fund.ownership(), stake.stake(fund));
    let moved = ownership.mature(&mut held, index, now)?;
    fund.set_ownership(&ownership);
    Ok(finish(fund, stake, &held, moved, MATURE))
}

/// Names active units that are to leave, all for 2^64 − 1, or all that is young for 0.
///
/// Errors: AmountZero, NotEnoughUnits, MathOverflow
#[inline(always)]
pub fn request_unstake(on: Holding, units: u64, now: i64) -> Result<StakeChanged, MarginError> {
    let Holding { bank, fund, stake } = on;
    let index = accrued(bank, now)?.deposit_index;
    let (mut ownership, mut held) = (fund.ownership(), stake.stake(fund));
    let moved = ownership.request(&mut held, units, index, now)?;
    fund.set_ownership(&ownership);
    Ok(finish(fund, stake, &held, moved, REQUEST_UNSTAKE))
}

/// Takes a request back, lapsed or not; what was leaving is young again.
///
/// Errors: NoUnstakeRequest, MathOverflow
#[inline(always)]
pub fn restake(fund: &InsuranceFund, stake: &mut InsuranceStake, now: i64) -> Result<StakeChanged, MarginError> {
    let mut held = stake.stake(fund);
    held.restake(now)?;
    let moved = Moved { amount: held.young.cap, shares: 0 };
    Ok(finish(fund, stake, &held, moved, RESTAKE))
}

/// Writes the stake, and what indexers are told.
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
