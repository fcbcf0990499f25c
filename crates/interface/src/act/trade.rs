//! Trades against a market's pool. `trade` opens, increases, reduces, closes and flips; `reduce` only reduces or closes.

use breakwater_margin::Refusal;
use breakwater_margin::perp::{Effect, Fill, Intent, MAX_AGE_TRADE, Order, Position};
use breakwater_margin::price::MAX_AGE_RISK;

use super::account::verify_initial;
use super::fill::Filled;
use crate::Address;
use crate::accounts::{MarginAccount, RiskBoard};
use crate::errors::MarginError;
use crate::events::Traded;
use crate::governance::TRADE;
use crate::live::{Held, Live};
use crate::perp::PerpMarket;
use crate::refresh::board_index;
use crate::snapshot::Own;

/// What `trade` and `reduce` work on.
pub struct Trading<'a> {
    /// Who has signed.
    pub authority: &'a Address,
    /// The margin account.
    pub account: &'a mut MarginAccount,
    /// The risk board.
    pub board: &'a RiskBoard,
    /// The market.
    pub market: &'a mut PerpMarket,
}

/// A trade with market and position after it.
pub struct Executed {
    /// What was done.
    pub fill: Fill,
    /// The market.
    pub live: Live,
    /// The position.
    pub held: Held,
}

/// Trades; a positive delta buys.
///
/// Units:  delta: signed base units; limit: worst price, quote units for one base unit × 2^44; at: slot and unix seconds
/// Errors: NotAccountOwnerOrDelegate, StalePrice, PerpSlotsFull; those of [`breakwater_margin::perp::Market::trade`];
///         ActionPaused, StaleIndex, InsufficientHealth, MathOverflow
#[inline(always)]
pub fn trade(on: Trading, delta: i64, limit: u64, at: (u64, i64)) -> Result<Executed, MarginError> {
    execute(on, |_| Ok(Order { delta, limit, intent: Intent::Any }), at)
}

/// Reduces or closes a position; 2^64 − 1 closes it.
///
/// Units:  size: base units; limit and at as in [`trade`]
/// Errors: NoPosition, ReduceOnlyViolated; those of [`trade`] but PerpSlotsFull, ActionPaused and those of increases
#[inline(always)]
pub fn reduce(on: Trading, size: u64, limit: u64, at: (u64, i64)) -> Result<Executed, MarginError> {
    if on.account.find_perp(on.market.market).is_none() {
        return Err(MarginError::NoPosition);
    }
    execute(on, |position| Order::reduction(position, size, limit), at)
}

#[inline(always)]
fn execute(
    on: Trading,
    order: impl FnOnce(&Position) -> Result<Order, Refusal>,
    (slot, now): (u64, i64),
) -> Result<Executed, MarginError> {
    let Trading { authority, account, board, market } = on;
    account.verify_operator(authority)?;
    let mut live = Live::new(market, board, board_index(board), now, slot)?;
    live.verify_fresh(MAX_AGE_TRADE)?;
    let mut held = live.touch_or_open(account, now)?;
    let order = order(&held.position)?;
    let filled = Filled::new(account, (market, board), (&mut live, &mut held), &order, (slot, now))?;
    match filled.fill.effect {
        Effect::Increase => {
            board.pause.verify(TRADE, now)?;
            market.pause.verify(TRADE, now)?;
            let own = Own { banks: &[], market: Some(live.own()?) };
            verify_initial(board, account, &own, MAX_AGE_RISK, now)?;
        }
        Effect::Reduction => filled.verify_reduction(account, board, (&live, &held), &[], now)?,
    }
    market.set_books(&live.books);
    Ok(Executed { fill: filled.fill, live, held })
}

/// What indexers are told of a fill.
pub fn traded(account: Address, fill: &Fill, live: &Live, held: &Held) -> Traded {
    Traded {
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
    }
}
