//! Pauses actions in a group, a bank or a market, or ends the pause. The guardian pauses; guardian or admin end it. Deposits,
//! repayments, reductions and withdrawals without debt or position are never paused (ADM-1). Errors: AdminByProgram,
//! AdminByNonce, NotGuardian, PauseScope, UnknownAction, PauseTooLong, PauseAllowanceUsed.

use anchor_lang::prelude::*;
use breakwater_interface::events::PauseSet;
use breakwater_interface::governance::{LIQUIDATE, Pause};
use breakwater_interface::{Bank, Group, MarginError, PerpMarket, RiskBoard};

use super::control::*;

/// After a pause of liquidations shallow breaches wait this long, seconds.
pub const CALM_AFTER_PAUSE: i64 = 300;

#[derive(Accounts)]
pub struct SetPause {
    pub authority: Signer,
    pub group: Account<Group>,
    #[account(mut, address = group.board @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    /// The bank that is paused; neither bank nor market for the whole group.
    #[account(mut, constraint = bank.group == *group.address() @ MarginError::BankOfOtherGroup)]
    pub bank: Option<Account<Bank>>,
    #[account(mut, constraint = market.group == *group.address() @ MarginError::MarketOfOtherGroup)]
    pub market: Option<Account<PerpMarket>>,
    pub direct: Nested<Direct>,
}

impl SetPause {
    /// What is paused, and where that is written.
    fn scope(&mut self) -> core::result::Result<(Address, &mut Pause), MarginError> {
        match (&mut self.bank, &mut self.market) {
            (None, None) => Ok((*self.board.address(), &mut self.board.pause)),
            (Some(bank), None) => Ok((*bank.address(), &mut bank.pause)),
            (None, Some(market)) => Ok((*market.address(), &mut market.pause)),
            (Some(_), Some(_)) => Err(MarginError::PauseScope),
        }
    }
}

pub fn pause(ctx: &mut Context<SetPause>, actions: u8, seconds: u32) -> Result<()> {
    let accounts = &mut ctx.accounts;
    accounts.direct.verify()?;
    if accounts.group.guardian != *accounts.authority.address() {
        return Err(MarginError::NotGuardian.into());
    }
    let group = *accounts.group.address();
    let now = Clock::get()?.unix_timestamp;
    let begun = accounts.board.pause_allowance.begin(actions, seconds, now)?;
    let (scope, pause) = accounts.scope()?;
    *pause = begun;
    let until = begun.until;
    if actions & LIQUIDATE != 0 {
        // Nobody is liquidated during the pause, so that the wait after it may be set already.
        accounts.board.halt_until = accounts.board.halt_until.max(until);
        accounts.board.calm_at = accounts.board.calm_at.max(until.saturating_add(CALM_AFTER_PAUSE));
    }
    emit!(PauseSet { group, scope, until, actions: actions.into() });
    Ok(())
}

pub fn unpause(ctx: &mut Context<SetPause>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    accounts.direct.verify()?;
    let signer = accounts.authority.address();
    if accounts.group.guardian != *signer && accounts.group.admin != *signer {
        return Err(MarginError::NotGuardian.into());
    }
    let group = *accounts.group.address();
    let now = Clock::get()?.unix_timestamp;
    let (scope, pause) = accounts.scope()?;
    let expected = pause.until.saturating_add(CALM_AFTER_PAUSE);
    pause.end(now);
    if accounts.board.calm_at == expected {
        accounts.board.calm_at = now.saturating_add(CALM_AFTER_PAUSE);
    }
    emit!(PauseSet { group, scope, until: now, actions: 0 });
    Ok(())
}
