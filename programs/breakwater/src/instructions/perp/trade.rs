//! Trades against a market's pool. `trade` opens, increases, reduces, closes and flips; `reduce` only reduces or closes, and
//! takes 2^64 − 1 for all. Owner or delegate. Errors: SizeZero, StalePrice, NoPosition, ReduceOnlyViolated, ReduceTooSoon,
//! MarketPaused, MarketReduceOnly, MarketExpired, MarketInDeficit, SizeBelowLot, PerpSlotsFull, PriceLimitExceeded,
//! PositionTooSmall, OverOpenInterest, OverSkew, InsufficientHealth, StaleIndex.

use anchor_lang::prelude::*;
use breakwater_interface::events::Traded;
use breakwater_interface::governance::TRADE;
use breakwater_interface::snapshot::Own;
use breakwater_interface::{MarginError, PerpMarket, RiskBoard};
use breakwater_margin::Refusal;
use breakwater_margin::perp::{Effect, Fill, Intent, MAX_AGE_TRADE, Order, Position};
use breakwater_margin::price::MAX_AGE_RISK;

use crate::state::market::{Held, board_index};
use crate::state::{Filled, Live, Margin, verify_initial};

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

pub fn trade(ctx: &mut Context<Trade>, delta: i64, limit: u64) -> Result<()> {
    execute(&mut ctx.accounts, |_| Ok(Order { delta, limit, intent: Intent::Any }))
}

pub fn reduce(ctx: &mut Context<Trade>, size: u64, limit: u64) -> Result<()> {
    if ctx.accounts.margin_account.find_perp(ctx.accounts.market.market).is_none() {
        return Err(MarginError::NoPosition.into());
    }
    execute(&mut ctx.accounts, |position| Order::reduction(position, size, limit))
}

fn execute(accounts: &mut Trade, order: impl FnOnce(&Position) -> core::result::Result<Order, Refusal>) -> Result<()> {
    accounts.margin_account.verify_operator(accounts.authority.address())?;
    let clock = Clock::get()?;
    let now = clock.unix_timestamp;
    let index = board_index(&accounts.board);
    let mut live = Live::new(&accounts.market, &accounts.board, index, now, clock.slot)?;
    live.verify_fresh(MAX_AGE_TRADE)?;
    let account = &mut accounts.margin_account;
    let mut held = live.touch_or_open(account, now)?;
    let order = order(&held.position).map_err(MarginError::from)?;
    let filled = Filled::new(account, (&accounts.market, &accounts.board), (&mut live, &mut held), &order, &clock)?;
    match filled.fill.effect {
        Effect::Increase => {
            accounts.board.pause.verify(TRADE, now)?;
            accounts.market.pause.verify(TRADE, now)?;
            let own = Own { banks: &[], market: Some(live.own()?) };
            verify_initial(&accounts.board, account, &own, MAX_AGE_RISK, now)?;
        }
        Effect::Reduction => filled.verify_reduction(account, &accounts.board, (&live, &held), &[], now)?,
    }
    accounts.market.set_books(&live.books);
    emit_fill(*account.address(), &filled.fill, &live, &held);
    Ok(())
}

/// Tells of a fill.
pub(super) fn emit_fill(account: Address, fill: &Fill, live: &Live, held: &Held) {
    emit!(Traded {
        account,
        delta: fill.delta,
        cost: fill.cost,
        fee: fill.fee,
        mark: live.mark.0,
        base: held.position.base,
        quote: held.position.quote,
        long: live.books.long,
        short: live.books.short,
        funding_index: live.books.funding_index,
        market: live.number.into(),
    });
}
