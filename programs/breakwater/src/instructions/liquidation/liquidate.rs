//! Closes a part of an account under water. Anybody may call with a margin account of its own (owner or delegate). The
//! program decides whether, how much and at what bonus; the caller names a pair of legs, which must be close to the best,
//! and the most that it wants to repay. Balances move inside the banks: no tokens, no lookup table, always these accounts.
//! Errors: NotAccountOwnerOrDelegate, AccountHealthy, StaleIndex, LegNotFound, StaleLeg, LegNotChosen, NoLegHelps,
//! RequestTooSmall, HealthFell; the keeper's: TokenSlotsFull, StalePrice, InsufficientHealth.

use alloc::boxed::Box;

use anchor_lang::prelude::*;
use breakwater_interface::events::Liquidated;
use breakwater_interface::{Bank, MarginAccount, MarginError, RiskBoard, snapshot};
use breakwater_margin::error::Pair;
use breakwater_margin::lending::Books;
use breakwater_margin::liquidation::apply;
use breakwater_margin::price::MAX_AGE_LIQUIDATION;
use breakwater_margin::{Plan, Refusal, Request, Side, Snapshot, Valuation, health, plan_liquidation};

use crate::state::{Ledger, accrued, own_index, settle};

extern crate alloc;

#[derive(Accounts)]
pub struct Liquidate {
    pub keeper: Signer,
    #[account(mut)]
    pub keeper_account: Account<MarginAccount>,
    #[account(mut, constraint = liquidatee.group == keeper_account.group @ MarginError::AccountOfOtherGroup)]
    pub liquidatee: Account<MarginAccount>,
    #[account(constraint = board.group == keeper_account.group @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    #[account(mut, constraint = debt_bank.group == keeper_account.group @ MarginError::BankOfOtherGroup)]
    pub debt_bank: Account<Bank>,
    #[account(mut, constraint = collateral_bank.group == keeper_account.group @ MarginError::BankOfOtherGroup)]
    pub collateral_bank: Account<Bank>,
}

impl Liquidate {
    fn validate(&self) -> core::result::Result<(), MarginError> {
        let (account, signer) = (&self.keeper_account, self.keeper.address());
        if account.owner != *signer && account.delegate != *signer {
            return Err(MarginError::NotAccountOwnerOrDelegate);
        }
        Ok(())
    }

    /// The legs that the two banks stand for.
    fn pair(&self) -> Pair {
        Pair { debt: self.debt_bank.token, collateral: self.collateral_bank.token }
    }
}

pub fn handle(ctx: &mut Context<Liquidate>, max_repay: u64) -> Result<()> {
    let accounts = &mut ctx.accounts;
    accounts.validate()?;
    let now = Clock::get()?.unix_timestamp;
    let mut debt = accrued(&accounts.debt_bank, now)?;
    let mut collateral = accrued(&accounts.collateral_bank, now)?;
    let own = [own_index(&accounts.debt_bank, &debt), own_index(&accounts.collateral_bank, &collateral)];

    let mut legs = Box::new(Snapshot::with_capacity(accounts.liquidatee.tokens.len()));
    snapshot::build(&mut legs, &accounts.board, &accounts.liquidatee, &own, now)?;
    let before = health::value(&legs).map_err(MarginError::from)?;
    let request = Request { pair: accounts.pair(), max_repay };
    let params = accounts.board.liquidation.params();
    let plan = plan_liquidation(&legs, &before, &params, &request).map_err(|refusal| explain(refusal, &before))?;

    settle_liquidatee(&mut accounts.liquidatee, &mut debt, &mut collateral, &plan)?;
    settle_keeper(&mut accounts.keeper_account, &mut debt, &mut collateral, &plan)?;
    let prices = prices_of(&legs, &plan)?;
    let after = valuation_after(&mut legs, &before, &plan)?;
    verify_keeper(
        accounts,
        &[own_index(&accounts.debt_bank, &debt), own_index(&accounts.collateral_bank, &collateral)],
        now,
    )?;
    settle(&mut accounts.debt_bank, &debt, now)?;
    settle(&mut accounts.collateral_bank, &collateral, now)?;

    emit!(Liquidated {
        liquidatee: *accounts.liquidatee.address(),
        keeper: *accounts.keeper_account.address(),
        repay: plan.repay,
        insurance: plan.insurance,
        seize: plan.seize,
        debt_price: prices.0,
        collateral_price: prices.1,
        equity_before: before.equity.to_e8(),
        equity_after: after.equity.to_e8(),
        health_before: before.maintenance.to_e8(),
        health_after: after.maintenance.to_e8(),
        requirement: before.requirement.to_e8(),
        bonus: plan.bonus,
        debt_token: plan.pair.debt.into(),
        collateral_token: plan.pair.collateral.into(),
    });
    Ok(())
}

/// The error of a refusal, with what a keeper needs to know in the log.
#[cold]
fn explain(refusal: Refusal, valuation: &Valuation) -> MarginError {
    match refusal {
        Refusal::AccountHealthy => {
            msg!("health at the best prices, dollars x 10^8: {}", valuation.optimistic.to_e8());
        }
        Refusal::LegNotChosen(best) => msg!("best pair: debt {} collateral {}", best.debt, best.collateral),
        _ => {}
    }
    refusal.into()
}

/// The account's debt falls by R, its collateral by S.
fn settle_liquidatee(
    account: &mut MarginAccount,
    debt: &mut Books,
    collateral: &mut Books,
    plan: &Plan,
) -> core::result::Result<(), MarginError> {
    Ledger { account, books: debt, token: plan.pair.debt }.credit(plan.repay)?;
    Ledger { account, books: collateral, token: plan.pair.collateral }.debit(plan.seize)
}

/// The keeper pays R and the insurance share, and receives S.
fn settle_keeper(
    account: &mut MarginAccount,
    debt: &mut Books,
    collateral: &mut Books,
    plan: &Plan,
) -> core::result::Result<(), MarginError> {
    let paid = plan.repay.checked_add(plan.insurance).ok_or(MarginError::MathOverflow)?;
    debt.tranche = debt.tranche.checked_add(plan.insurance).ok_or(MarginError::MathOverflow)?;
    Ledger { account, books: debt, token: plan.pair.debt }.debit(paid)?;
    Ledger { account, books: collateral, token: plan.pair.collateral }.credit(plan.seize)
}

fn prices_of(legs: &Snapshot, plan: &Plan) -> core::result::Result<(u64, u64), MarginError> {
    let price = |token, side| Ok::<u64, Refusal>(legs.tokens[legs.find(token, side)?].price.mid.0);
    Ok((price(plan.pair.debt, Side::Debt)?, price(plan.pair.collateral, Side::Deposit)?))
}

/// Health after the plan, which must not be lower at any level that decides (LIQ-2).
fn valuation_after(
    legs: &mut Snapshot,
    before: &Valuation,
    plan: &Plan,
) -> core::result::Result<Valuation, MarginError> {
    let debt = legs.find(plan.pair.debt, Side::Debt)?;
    let collateral = legs.find(plan.pair.collateral, Side::Deposit)?;
    let old = [legs.tokens[debt], legs.tokens[collateral]];
    apply(legs, plan)?;
    let after = before.replace(&old, &[legs.tokens[debt], legs.tokens[collateral]])?;
    if after.maintenance < before.maintenance || after.end < before.end {
        return Err(MarginError::HealthFell);
    }
    Ok(after)
}

/// The keeper must be able to answer for what it has taken over.
fn verify_keeper(accounts: &Liquidate, own: &[snapshot::OwnIndex], now: i64) -> core::result::Result<(), MarginError> {
    let mut legs = Box::new(Snapshot::with_capacity(accounts.keeper_account.tokens.len()));
    snapshot::build(&mut legs, &accounts.board, &accounts.keeper_account, own, now)?;
    if !legs.is_riskless() {
        health::value(&legs)?.verify_initial(&legs, MAX_AGE_LIQUIDATION)?;
    }
    Ok(())
}
