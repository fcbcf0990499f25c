//! Settles PnL with a market. Anybody may let an account's quote deposit pay its negative PnL, or its matured profit pay its
//! quote debt as far as it is paid in full; of an account with nothing beyond its debts anything. The owner or delegate also
//! turns matured profit into a quote deposit; 2^64 − 1 takes what there is, and where nothing has matured yet it still lets
//! the profit be seen. Errors: NoPosition, StalePrice, NotAccountOwnerOrDelegate, ProfitNotMatured, NothingToSettle,
//! MarketInDeficit, TokenSlotsFull, StaleIndex, InsufficientHealth.

use anchor_lang::prelude::*;
use breakwater_interface::act;
use breakwater_interface::events::PnlSettled;
use breakwater_interface::{Bank, MarginError, PerpMarket, RiskBoard};

use crate::state::Margin;

#[derive(Accounts)]
pub struct Settle {
    pub authority: Signer,
    #[account(mut)]
    pub margin_account: Margin,
    #[account(constraint = board.group == margin_account.group @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    #[account(mut, constraint = market.group == margin_account.group @ MarginError::MarketOfOtherGroup)]
    pub market: Account<PerpMarket>,
    #[account(mut, constraint = bank.group == margin_account.group @ MarginError::BankOfOtherGroup)]
    pub bank: Account<Bank>,
}

pub fn handle(ctx: &mut Context<Settle>, amount: u64) -> Result<()> {
    let clock = Clock::get()?;
    let Settle { authority, margin_account, board, market, bank } = &mut ctx.accounts;
    let on = act::Settling { authority: authority.address(), account: margin_account, board, market, bank };
    let settled = act::settle(on, amount, (clock.slot, clock.unix_timestamp))?;
    emit!(PnlSettled {
        account: *margin_account.address(),
        amount: settled.amount,
        paid: settled.paid,
        quote: settled.quote,
        market: market.market.into(),
    });
    Ok(())
}
