//! Liquidity of a market's pool. What comes in is bought at the dearer, what goes out is sold at the cheaper end of the
//! index's interval, after a cooldown and at no more than it was worth at the request. Only the owner may call. Errors:
//! NotAccountOwner, NotLiquidityOwner, LiquidityOfOtherMarket, NotQuoteBank, StalePrice, MarketPaused, MarketInDeficit,
//! NoDeposit, MoreThanOwned, AmountZero, NoRequest, CooldownNotOver, PoolBelowRequirement, InsufficientHealth.

use anchor_lang::prelude::*;
use breakwater_interface::act::{self, Providing, Requesting};
use breakwater_interface::events::{ADD, LiquidityChanged, REMOVE, REQUEST};
use breakwater_interface::{Bank, LiquidityPosition, MarginError, PerpMarket, RiskBoard, seeds};
use breakwater_margin::stake::Moved;

use crate::state::Margin;

#[derive(Accounts)]
pub struct OpenLiquidity {
    #[account(mut)]
    pub owner: Signer,
    pub market: Account<PerpMarket>,
    #[account(
        init,
        payer = owner,
        space = 8 + core::mem::size_of::<LiquidityPosition>(),
        seeds = [seeds::LIQUIDITY, market.address().as_ref(), owner.address().as_ref()],
        bump
    )]
    pub liquidity: Account<LiquidityPosition>,
    pub system_program: Program<System>,
}

pub fn open(ctx: &mut Context<OpenLiquidity>) -> Result<()> {
    let bump = ctx.bumps.liquidity;
    let OpenLiquidity { owner, market, liquidity, .. } = &mut ctx.accounts;
    liquidity.market = *market.address();
    liquidity.owner = *owner.address();
    liquidity.bump = bump;
    Ok(())
}

#[derive(Accounts)]
pub struct ChangeLiquidity {
    #[account(address = margin_account.owner @ MarginError::NotAccountOwner)]
    pub owner: Signer,
    #[account(mut)]
    pub margin_account: Margin,
    #[account(constraint = board.group == margin_account.group @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    #[account(mut, constraint = bank.group == margin_account.group @ MarginError::BankOfOtherGroup)]
    pub bank: Account<Bank>,
    #[account(mut, constraint = market.group == margin_account.group @ MarginError::MarketOfOtherGroup)]
    pub market: Account<PerpMarket>,
    #[account(
        mut,
        constraint = liquidity.market == *market.address() @ MarginError::LiquidityOfOtherMarket,
        constraint = liquidity.owner == *owner.address() @ MarginError::NotLiquidityOwner
    )]
    pub liquidity: Account<LiquidityPosition>,
}

impl ChangeLiquidity {
    /// What the action works on.
    #[inline(always)]
    fn on(&mut self) -> Providing<'_> {
        let ChangeLiquidity { margin_account, board, bank, market, liquidity, .. } = self;
        Providing { account: margin_account, board, bank, market, liquidity }
    }

    /// Tells indexers.
    fn tell(&self, moved: Moved, action: u64) {
        let (market, owner) = (*self.market.address(), *self.owner.address());
        let Moved { amount, shares } = moved;
        emit!(LiquidityChanged { market, owner, amount, shares, liquidity: self.market.liquidity, action });
    }
}

pub fn add(ctx: &mut Context<ChangeLiquidity>, amount: u64) -> Result<()> {
    let clock = Clock::get()?;
    let moved = act::add_liquidity(ctx.accounts.on(), amount, (clock.slot, clock.unix_timestamp))?;
    ctx.accounts.tell(moved, ADD);
    Ok(())
}

pub fn remove(ctx: &mut Context<ChangeLiquidity>) -> Result<()> {
    let clock = Clock::get()?;
    let moved = act::remove_liquidity(ctx.accounts.on(), (clock.slot, clock.unix_timestamp))?;
    ctx.accounts.tell(moved, REMOVE);
    Ok(())
}

#[derive(Accounts)]
pub struct RequestLiquidity {
    #[account(address = liquidity.owner @ MarginError::NotLiquidityOwner)]
    pub owner: Signer,
    #[account(constraint = board.group == market.group @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    #[account(constraint = bank.group == market.group @ MarginError::BankOfOtherGroup)]
    pub bank: Account<Bank>,
    #[account(mut)]
    pub market: Account<PerpMarket>,
    #[account(mut, constraint = liquidity.market == *market.address() @ MarginError::LiquidityOfOtherMarket)]
    pub liquidity: Account<LiquidityPosition>,
}

/// Names the shares to remove and records their value; a request replaces the last one.
pub fn request(ctx: &mut Context<RequestLiquidity>, shares: u64) -> Result<()> {
    let RequestLiquidity { board, bank, market, liquidity, .. } = &mut ctx.accounts;
    let clock = Clock::get()?;
    let on = Requesting { board, bank, market, liquidity };
    let Moved { amount, shares } = act::request_liquidity(on, shares, (clock.slot, clock.unix_timestamp))?;
    emit!(LiquidityChanged {
        market: *market.address(),
        owner: liquidity.owner,
        amount,
        shares,
        liquidity: market.liquidity,
        action: REQUEST,
    });
    Ok(())
}
