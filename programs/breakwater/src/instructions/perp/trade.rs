//! Trades against a market's pool. `trade` opens, increases, reduces, closes and flips; `reduce` only reduces or closes, and
//! takes 2^64 − 1 for all. Owner or delegate. Errors: SizeZero, StalePrice, NoPosition, ReduceOnlyViolated, ReduceTooSoon,
//! MarketPaused, MarketReduceOnly, MarketExpired, MarketInDeficit, SizeBelowLot, PerpSlotsFull, PriceLimitExceeded,
//! PositionTooSmall, OverOpenInterest, OverSkew, InsufficientHealth, StaleIndex.

use anchor_lang::prelude::*;
use breakwater_interface::accounts::MARKET_FEED;
use breakwater_interface::events::Traded;
use breakwater_interface::snapshot::{self, Own};
use breakwater_interface::{MarginAccount, MarginError, PerpMarket, RiskBoard};
use breakwater_margin::perp::{Effect, Intent, MAX_AGE_TRADE, Order, Position, Quoted};
use breakwater_margin::price::MAX_AGE_RISK;
use breakwater_margin::{Refusal, Snapshot, Valuation, health};

use crate::state::market::{Held, board_index};
use crate::state::{Live, verify_initial};

#[derive(Accounts)]
pub struct Trade {
    pub authority: Signer,
    #[account(mut)]
    pub margin_account: Account<MarginAccount>,
    #[account(constraint = board.group == margin_account.group @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    #[account(mut, constraint = market.group == margin_account.group @ MarginError::MarketOfOtherGroup)]
    pub market: Account<PerpMarket>,
}

impl Trade {
    /// Health of the account with what this instruction knows of the market.
    fn value(&self, live: &Live, now: i64) -> core::result::Result<Valuation, MarginError> {
        let mut legs = Snapshot::with_capacity(self.margin_account.tokens.len());
        let own = Own { banks: &[], market: Some(live.own()?) };
        snapshot::build(&mut legs, &self.board, &self.margin_account, &own, now)?;
        Ok(health::value(&legs)?)
    }

    /// After an increase the account must answer for its risk.
    fn verify_increase(&self, live: &Live, now: i64) -> core::result::Result<(), MarginError> {
        let own = Own { banks: &[], market: Some(live.own()?) };
        verify_initial(&self.board, &self.margin_account, &own, MAX_AGE_RISK, now)
    }

    /// A reduction must not leave an account less able to answer for its risk. What it was before, which costs as much again,
    /// matters only under water.
    fn verify_reduction(
        &mut self,
        live: &Live,
        before: &Live,
        held: &Held,
        now: i64,
    ) -> core::result::Result<(), MarginError> {
        let after = self.value(live, now)?;
        if after.is_maintained() {
            return Ok(());
        }
        before.hold(&mut self.margin_account, held);
        Ok(after.verify_reduction(&self.value(before, now)?)?)
    }
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
    let mut held = live.touch_or_open(&mut accounts.margin_account, now)?;
    let order = order(&held.position).map_err(MarginError::from)?;
    let decimals = snapshot::quote_decimals(&accounts.board);
    let terms = accounts.market.config.trade(accounts.market.availability(now), decimals);
    let terms = terms.map_err(MarginError::from)?;
    let quoted = Quoted {
        mark: live.mark,
        band: live.price.band,
        age: live.price.age,
        publish_time: accounts.board.feeds[usize::from(MARKET_FEED + live.number)].publish_time,
        slot: clock.slot,
        index,
    };
    let (live_before, held_before) = (live, held);
    let fill = live.books.trade(&mut held.position, &order, &terms, &quoted).map_err(MarginError::from)?;
    live.hold(&mut accounts.margin_account, &held);
    match fill.effect {
        Effect::Increase => accounts.verify_increase(&live, now)?,
        Effect::Reduction => accounts.verify_reduction(&live, &live_before, &held_before, now)?,
    }
    live.hold(&mut accounts.margin_account, &held);
    accounts.market.set_books(&live.books);

    emit!(Traded {
        account: *accounts.margin_account.address(),
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
    Ok(())
}
