//! Trades against a market's pool. `trade` opens, increases, reduces, closes and flips; `reduce` only reduces or closes, and
//! takes 2^64 − 1 for all. Owner or delegate. Errors: SizeZero, StalePrice, NoPosition, ReduceOnlyViolated, ReduceTooSoon,
//! MarketPaused, MarketReduceOnly, MarketExpired, MarketInDeficit, SizeBelowLot, PerpSlotsFull, PriceLimitExceeded,
//! PositionTooSmall, OverOpenInterest, OverSkew, InsufficientHealth, StaleIndex.

use anchor_lang::prelude::*;
use breakwater_interface::act::{self, Executed};
use breakwater_interface::{MarginError, PerpMarket, RiskBoard};

use crate::state::Margin;

#[derive(Accounts)]
pub struct Trade {
    pub authority: Signer,
    #[account(mut)]
    pub margin_account: Margin,
    #[account(constraint = board.group == margin_account.group @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    #[account(mut, constraint = market.group == margin_account.group @ MarginError::MarketOfOtherGroup)]
    pub market: Account<PerpMarket>,
}

impl Trade {
    /// What the action works on.
    #[inline(always)]
    fn on(&mut self) -> act::Trading<'_> {
        let Trade { authority, margin_account, board, market } = self;
        act::Trading { authority: authority.address(), account: margin_account, board, market }
    }

    /// Tells indexers.
    #[inline(always)]
    fn tell(&self, done: &Executed) {
        emit!(act::traded(*self.margin_account.address(), &done.fill, &done.live, &done.held));
    }
}

pub fn trade(ctx: &mut Context<Trade>, delta: i64, limit: u64) -> Result<()> {
    let clock = Clock::get()?;
    let done = act::trade(ctx.accounts.on(), delta, limit, (clock.slot, clock.unix_timestamp))?;
    ctx.accounts.tell(&done);
    Ok(())
}

pub fn reduce(ctx: &mut Context<Trade>, size: u64, limit: u64) -> Result<()> {
    let clock = Clock::get()?;
    let done = act::reduce(ctx.accounts.on(), size, limit, (clock.slot, clock.unix_timestamp))?;
    ctx.accounts.tell(&done);
    Ok(())
}
