//! Liquidity of a market's pool. What comes in is bought at the dearer, what goes out is sold at the cheaper end of the
//! index's interval, after a cooldown and at no more than it was worth at the request.

use breakwater_margin::Shares;
use breakwater_margin::lending::Books;
use breakwater_margin::perp::{Mark, PoolBounds};
use breakwater_margin::price::MAX_AGE_RISK;
use breakwater_margin::stake::Moved;

use super::account::verify_initial;
use super::bank::settle;
use super::ledger::Ledger;
use crate::accounts::{Bank, MarginAccount, RiskBoard};
use crate::errors::MarginError;
use crate::governance::LIQUIDITY;
use crate::live::{Live, accrued, own_index, verify_quote};
use crate::perp::{LiquidityPosition, PerpMarket, STATUS_PAUSED};
use crate::snapshot::{self, Own};

/// How long after the cooldown a request may be carried out at most, seconds, and never longer than the cooldown. A standing
/// one would be an exit at once.
pub const EXIT_WINDOW: i64 = 172_800;

/// What `add_liquidity` and `remove_liquidity` work on.
pub struct Providing<'a> {
    /// The margin account that pays or is paid; its owner, whose the liquidity is, has signed.
    pub account: &'a mut MarginAccount,
    /// The risk board.
    pub board: &'a RiskBoard,
    /// The quote bank.
    pub bank: &'a mut Bank,
    /// The market.
    pub market: &'a mut PerpMarket,
    /// The owner's share of its pool.
    pub liquidity: &'a mut LiquidityPosition,
}

/// What `request_liquidity` works on.
pub struct Requesting<'a> {
    /// The risk board.
    pub board: &'a RiskBoard,
    /// The quote bank.
    pub bank: &'a Bank,
    /// The market.
    pub market: &'a mut PerpMarket,
    /// The share of its pool, whose owner has signed.
    pub liquidity: &'a mut LiquidityPosition,
}

/// Adds a part of the account's quote deposit to a pool; returns it with the liquidity shares that were minted.
///
/// Units:  amount: quote units; at: slot and unix seconds
/// Errors: QuoteNotSet, NotQuoteBank, MarketPaused, ActionPaused, StalePrice, NoDeposit, AmountZero, MoreThanOwned,
///         MarketInDeficit, StaleIndex, InsufficientHealth, BankInsolvent, MathOverflow
#[inline(always)]
pub fn add_liquidity(mut on: Providing, amount: u64, (slot, now): (u64, i64)) -> Result<Moved, MarginError> {
    verify_quote(on.bank, on.board)?;
    if on.market.status == STATUS_PAUSED {
        return Err(MarginError::MarketPaused);
    }
    on.board.pause.verify(LIQUIDITY, now)?;
    on.market.pause.verify(LIQUIDITY, now)?;
    let mut books = accrued(on.bank, now)?;
    let mut live = Live::new(on.market, on.board, books.deposit_index, now, slot)?;
    let bounds = bounds(on.market, on.board, &live)?;
    let mut ledger = Ledger { account: on.account, books: &mut books, token: on.bank.token };
    let (amount, shares) = ledger.hand_over(amount)?;
    let minted = live.books.add_liquidity(amount, &bounds)?;
    live.books.receive(shares)?;
    on.liquidity.shares = on.liquidity.shares.checked_add(minted).ok_or(MarginError::MathOverflow)?;
    on.verify_health(&books, &live, now)?;
    on.finish(&books, &live, now)?;
    Ok(Moved { amount, shares: minted })
}

/// Carries a request out; returns what was paid with the liquidity shares that were burned.
///
/// Units:  at: slot and unix seconds
/// Errors: QuoteNotSet, NotQuoteBank, NoRequest, CooldownNotOver, StalePrice, MarketInDeficit, PoolBelowRequirement,
///         TokenSlotsFull, BankInsolvent, MathOverflow
#[inline(always)]
pub fn remove_liquidity(mut on: Providing, (slot, now): (u64, i64)) -> Result<Moved, MarginError> {
    verify_quote(on.bank, on.board)?;
    let (shares, value) = (on.liquidity.requested, on.liquidity.requested_value);
    if shares == 0 {
        return Err(MarginError::NoRequest);
    }
    let matures_at = on.liquidity.requested_at.saturating_add(on.market.config.cooldown.into());
    if now < matures_at {
        return Err(MarginError::CooldownNotOver);
    }
    let window = EXIT_WINDOW.min(on.market.config.cooldown.into());
    if now > matures_at.saturating_add(window) {
        return Err(MarginError::NoRequest);
    }
    let mut books = accrued(on.bank, now)?;
    let mut live = Live::new(on.market, on.board, books.deposit_index, now, slot)?;
    let bounds = bounds(on.market, on.board, &live)?;
    let leverage = on.market.config.pool_leverage.into();
    let (paid, drawn) = live.books.remove_liquidity(shares, value, &bounds, leverage, live.index)?;
    Ledger { account: on.account, books: &mut books, token: on.bank.token }.take_over(paid, drawn)?;
    on.liquidity.shares = on.liquidity.shares.checked_sub(shares).ok_or(MarginError::MathOverflow)?;
    (on.liquidity.requested, on.liquidity.requested_value, on.liquidity.requested_at) = (0, 0, 0);
    on.finish(&books, &live, now)?;
    Ok(Moved { amount: paid, shares })
}

/// Names the shares to remove and records their value, which it returns; a request replaces the last one.
///
/// Units:  at: slot and unix seconds
/// Errors: QuoteNotSet, NotQuoteBank, MoreThanOwned, StalePrice, MathOverflow
#[inline(always)]
pub fn request_liquidity(on: Requesting, shares: Shares, (slot, now): (u64, i64)) -> Result<Moved, MarginError> {
    let Requesting { board, bank, market, liquidity } = on;
    verify_quote(bank, board)?;
    if shares > liquidity.shares {
        return Err(MarginError::MoreThanOwned);
    }
    let index = accrued(bank, now)?.deposit_index;
    let live = Live::new(market, board, index, now, slot)?;
    let value = bounds(market, board, &live)?.redeemable(shares, live.books.liquidity)?;
    market.set_books(&live.books);
    (liquidity.requested, liquidity.requested_value, liquidity.requested_at) = (shares, value, now);
    Ok(Moved { amount: value, shares })
}

fn bounds(market: &PerpMarket, board: &RiskBoard, live: &Live) -> Result<PoolBounds, MarginError> {
    live.verify_fresh(MAX_AGE_RISK)?;
    pool_bounds(market, board, live)
}

/// A pool's worth over the interval of its index, however old that is.
///
/// Errors: MathOverflow
#[inline(always)]
pub fn pool_bounds(market: &PerpMarket, board: &RiskBoard, live: &Live) -> Result<PoolBounds, MarginError> {
    let ema = Mark::of(live.price.ema, snapshot::quote_decimals(board))?;
    Ok(live.books.bounds((live.mark, ema), &live.price, live.index, market.config.skew_scale)?)
}

impl Providing<'_> {
    /// Refuses what would leave the account unable to answer for its risk.
    fn verify_health(&self, books: &Books, live: &Live, now: i64) -> Result<(), MarginError> {
        let banks = [own_index(self.bank, books)];
        let own = Own { banks: &banks, market: Some(live.own()?) };
        verify_initial(self.board, self.account, &own, MAX_AGE_RISK, now)
    }

    fn finish(&mut self, books: &Books, live: &Live, now: i64) -> Result<(), MarginError> {
        self.market.set_books(&live.books);
        settle(self.bank, books, now)
    }
}
