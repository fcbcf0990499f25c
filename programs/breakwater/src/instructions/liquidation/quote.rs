//! `quote_liquidation`: what `liquidate` with these accounts would do in this slot, when it could at the earliest, and at which
//! prices it would begin. Anybody may ask, nothing is written, the answer is return data: a `ReturnedQuote`. Without a bank the
//! best target is quoted by the board's snapshots; with the accounts of a liquidation its numbers to the unit (LIQ-6).
//!
//! Errors: BoardOfOtherGroup, BankOfOtherGroup, MarketOfOtherGroup, LegAccounts, QuoteNotSet, NotQuoteBank, StaleLeg,
//! LegNotFound, MathOverflow.

use alloc::boxed::Box;

use anchor_lang::prelude::*;
use anchor_lang::solana_program::program::set_return_data;
use breakwater_interface::quote::{Named, ReturnedQuote, quote};
use breakwater_interface::{Bank, MarginError, PerpMarket, RiskBoard};
use breakwater_margin::quote::Resolution;

use crate::state::Margin;

extern crate alloc;

#[derive(Accounts)]
pub struct QuoteLiquidation {
    pub margin_account: Margin,
    #[account(constraint = board.group == margin_account.group @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    /// Bank of the debt; the quote bank for a position.
    #[account(constraint = bank.group == margin_account.group @ MarginError::BankOfOtherGroup)]
    pub bank: Option<Account<Bank>>,
    #[account(constraint = collateral_bank.group == margin_account.group @ MarginError::BankOfOtherGroup)]
    pub collateral_bank: Option<Account<Bank>>,
    #[account(constraint = market.group == margin_account.group @ MarginError::MarketOfOtherGroup)]
    pub market: Option<Account<PerpMarket>>,
}

pub fn handle(ctx: &mut Context<QuoteLiquidation>, most: u64) -> Result<()> {
    let QuoteLiquidation { margin_account, board, bank, collateral_bank, market } = &ctx.accounts;
    let clock = Clock::get()?;
    let at = (clock.slot, clock.unix_timestamp);
    let named = Named { bank: bank.as_deref(), collateral_bank: collateral_bank.as_deref(), market: market.as_deref() };
    let quoted = quote(board, margin_account, &named, (most, Resolution::Coarse), at)?;
    let mut answer: Box<ReturnedQuote> = Box::new(bytemuck::Zeroable::zeroed());
    answer.fill(&quoted, margin_account, at);
    set_return_data(bytemuck::bytes_of(&*answer));
    Ok(())
}
