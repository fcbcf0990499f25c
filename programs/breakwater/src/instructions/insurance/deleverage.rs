//! Makes a market whole whose pool owes more than it has, bankrupt account or not: the shared fund pays what its epoch
//! allows, then a winner is closed at the index price and paid the part that the pool can pay. Anybody may call, for any
//! position above the threshold of the moment. Errors: StalePrice, NoDeficit, NoPosition, NotAWinner, BelowThreshold,
//! NotQuoteBank, TokenSlotsFull.

use anchor_lang::prelude::*;
use breakwater_interface::events::Deleveraged;
use breakwater_interface::{Bank, InsuranceFund, MarginAccount, MarginError, PerpMarket, RiskBoard};
use breakwater_margin::price::MAX_AGE_LIQUIDATION;
use breakwater_margin::{NativeAmount, perp};

use crate::state::bank::verify_quote;
use crate::state::{Ledger, Live, accrued, settle};

#[derive(Accounts)]
pub struct Deleverage {
    #[account(mut)]
    pub margin_account: Account<MarginAccount>,
    #[account(mut, constraint = board.group == margin_account.group @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    #[account(mut, constraint = bank.group == margin_account.group @ MarginError::BankOfOtherGroup)]
    pub bank: Account<Bank>,
    #[account(mut, constraint = market.group == margin_account.group @ MarginError::MarketOfOtherGroup)]
    pub market: Account<PerpMarket>,
    #[account(mut, constraint = fund.group == margin_account.group @ MarginError::FundOfOtherGroup)]
    pub fund: Account<InsuranceFund>,
}

pub fn handle(ctx: &mut Context<Deleverage>) -> Result<()> {
    let Deleverage { margin_account, board, bank, market, fund } = &mut ctx.accounts;
    verify_quote(bank, board)?;
    let clock = Clock::get()?;
    let now = clock.unix_timestamp;
    let mut books = accrued(bank, now)?;
    let mut live = Live::new(market, board, books.deposit_index, now, clock.slot)?;
    live.verify_fresh(MAX_AGE_LIQUIDATION)?;
    if live.deficit == 0 {
        return Err(MarginError::NoDeficit.into());
    }
    let paid = draw_on_fund(fund, &mut live, now, clock.slot)?;
    let mut held = live.touch(margin_account, now)?;
    let mut step = perp::Deleveraged { closed: 0, settled: 0, taken: 0, paid: 0, shares: 0 };
    if live.deficit > 0 {
        let (mark, index) = (live.mark, live.index);
        let adl = live.books.deleverage(&mut held.position, &market.config.adl(), mark, index, clock.slot);
        step = adl.map_err(MarginError::from)?;
        live.hold(margin_account, &held);
        let token = bank.token;
        Ledger { account: margin_account, books: &mut books, token }.take_over(step.paid, step.shares)?;
        live.deficit = live.books.judge(mark, index, clock.slot).map_err(MarginError::from)?;
    }
    live.sync(board, now)?;
    market.set_books(&live.books);
    settle(bank, &books, now)?;
    emit!(Deleveraged {
        account: *margin_account.address(),
        closed: step.closed,
        mark: live.mark.0,
        settled: step.settled,
        taken: step.taken,
        fund: paid,
        left: live.deficit,
        market: live.number.into(),
    });
    Ok(())
}

/// The shared fund pays for a deficit as far as its epoch allows; returns what it paid.
///
/// Errors: MathOverflow
pub fn draw_on_fund(
    fund: &mut InsuranceFund,
    live: &mut Live,
    now: i64,
    slot: u64,
) -> core::result::Result<NativeAmount, MarginError> {
    let mut purse = fund.fund();
    let paid = purse.pay(live.deficit, live.index, now)?;
    fund.set_fund(&purse);
    live.books.receive(paid.shares)?;
    live.deficit = live.books.judge(live.mark, live.index, slot)?;
    Ok(paid.amount)
}
