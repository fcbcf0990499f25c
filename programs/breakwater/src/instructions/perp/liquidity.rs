//! Liquidity of a market's pool. What comes in is bought at the dearer, what goes out is sold at the cheaper end of the
//! index's interval, after a cooldown and at no more than it was worth at the request. Only the owner may call. Errors:
//! NotAccountOwner, NotLiquidityOwner, LiquidityOfOtherMarket, NotQuoteBank, StalePrice, MarketPaused, MarketInDeficit,
//! NoDeposit, MoreThanOwned, AmountZero, NoRequest, CooldownNotOver, PoolBelowRequirement, InsufficientHealth.

use anchor_lang::prelude::*;
use breakwater_interface::events::{ADD, LiquidityChanged, REMOVE, REQUEST};
use breakwater_interface::governance::LIQUIDITY;
use breakwater_interface::perp::STATUS_PAUSED;
use breakwater_interface::snapshot::{self, Own};
use breakwater_interface::{Bank, LiquidityPosition, MarginError, PerpMarket, RiskBoard, seeds};
use breakwater_margin::lending::Books;
use breakwater_margin::perp::{Mark, PoolBounds};
use breakwater_margin::price::MAX_AGE_RISK;

use crate::state::bank::verify_quote;
use crate::state::{Ledger, Live, Margin, accrued, own_index, settle as settle_bank, verify_initial};

/// How long after the cooldown a request may be carried out at most, seconds, and never longer than the cooldown. A standing
/// one would be an exit at once.
const EXIT_WINDOW: i64 = 172_800;

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
    /// Refuses what would leave the account unable to answer for its risk.
    fn verify_health(&self, books: &Books, live: &Live, now: i64) -> core::result::Result<(), MarginError> {
        let banks = [own_index(&self.bank, books)];
        let own = Own { banks: &banks, market: Some(live.own()?) };
        verify_initial(&self.board, &self.margin_account, &own, MAX_AGE_RISK, now)
    }

    fn finish(&mut self, books: &Books, live: &Live, now: i64) -> core::result::Result<(), MarginError> {
        self.market.set_books(&live.books);
        settle_bank(&mut self.bank, books, now)
    }

    fn event(&self, amount: u64, shares: u64, action: u64) -> LiquidityChanged {
        let (market, owner) = (*self.market.address(), *self.owner.address());
        LiquidityChanged { market, owner, amount, shares, liquidity: self.market.liquidity, action }
    }
}

/// The pool's worth over the interval of a live index.
fn bounds(market: &PerpMarket, board: &RiskBoard, live: &Live) -> core::result::Result<PoolBounds, MarginError> {
    live.verify_fresh(MAX_AGE_RISK)?;
    let ema = Mark::of(live.price.ema, snapshot::quote_decimals(board))?;
    Ok(live.books.bounds((live.mark, ema), &live.price, live.index, market.config.skew_scale)?)
}

pub fn add(ctx: &mut Context<ChangeLiquidity>, amount: u64) -> Result<()> {
    let accounts = &mut ctx.accounts;
    verify_quote(&accounts.bank, &accounts.board)?;
    if accounts.market.status == STATUS_PAUSED {
        return Err(MarginError::MarketPaused.into());
    }
    let clock = Clock::get()?;
    let now = clock.unix_timestamp;
    accounts.board.pause.verify(LIQUIDITY, now)?;
    accounts.market.pause.verify(LIQUIDITY, now)?;
    let mut books = accrued(&accounts.bank, now)?;
    let mut live = Live::new(&accounts.market, &accounts.board, books.deposit_index, now, clock.slot)?;
    let bounds = bounds(&accounts.market, &accounts.board, &live)?;
    let token = accounts.bank.token;
    let mut ledger = Ledger { account: &mut accounts.margin_account, books: &mut books, token };
    let (amount, shares) = ledger.hand_over(amount)?;
    let minted = live.books.add_liquidity(amount, &bounds).map_err(MarginError::from)?;
    live.books.receive(shares).map_err(MarginError::from)?;
    accounts.liquidity.shares = accounts.liquidity.shares.checked_add(minted).ok_or(MarginError::MathOverflow)?;
    accounts.verify_health(&books, &live, now)?;
    accounts.finish(&books, &live, now)?;
    emit!(accounts.event(amount, minted, ADD));
    Ok(())
}

pub fn remove(ctx: &mut Context<ChangeLiquidity>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    verify_quote(&accounts.bank, &accounts.board)?;
    let clock = Clock::get()?;
    let now = clock.unix_timestamp;
    let (shares, value) = (accounts.liquidity.requested, accounts.liquidity.requested_value);
    if shares == 0 {
        return Err(MarginError::NoRequest.into());
    }
    let matures_at = accounts.liquidity.requested_at.saturating_add(accounts.market.config.cooldown.into());
    if now < matures_at {
        return Err(MarginError::CooldownNotOver.into());
    }
    let window = EXIT_WINDOW.min(accounts.market.config.cooldown.into());
    if now > matures_at.saturating_add(window) {
        return Err(MarginError::NoRequest.into());
    }
    let mut books = accrued(&accounts.bank, now)?;
    let mut live = Live::new(&accounts.market, &accounts.board, books.deposit_index, now, clock.slot)?;
    let bounds = bounds(&accounts.market, &accounts.board, &live)?;
    let leverage = accounts.market.config.pool_leverage.into();
    let (paid, drawn) =
        live.books.remove_liquidity(shares, value, &bounds, leverage, live.index).map_err(MarginError::from)?;
    let token = accounts.bank.token;
    Ledger { account: &mut accounts.margin_account, books: &mut books, token }.take_over(paid, drawn)?;
    let liquidity = &mut accounts.liquidity;
    liquidity.shares = liquidity.shares.checked_sub(shares).ok_or(MarginError::MathOverflow)?;
    (liquidity.requested, liquidity.requested_value, liquidity.requested_at) = (0, 0, 0);
    accounts.finish(&books, &live, now)?;
    emit!(accounts.event(paid, shares, REMOVE));
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
    verify_quote(bank, board)?;
    let clock = Clock::get()?;
    let now = clock.unix_timestamp;
    if shares > liquidity.shares {
        return Err(MarginError::MoreThanOwned.into());
    }
    let index = accrued(bank, now)?.deposit_index;
    let live = Live::new(market, board, index, now, clock.slot)?;
    let value = bounds(market, board, &live)?.redeemable(shares, live.books.liquidity).map_err(MarginError::from)?;
    market.set_books(&live.books);
    liquidity.requested = shares;
    liquidity.requested_value = value;
    liquidity.requested_at = now;
    emit!(LiquidityChanged {
        market: *market.address(),
        owner: liquidity.owner,
        amount: value,
        shares,
        liquidity: market.liquidity,
        action: REQUEST,
    });
    Ok(())
}
