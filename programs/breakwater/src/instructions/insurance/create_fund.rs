//! Creates the group's shared fund and with it names the group's quote token, once and for all. Admin or risk manager.
//! Errors: NotRiskManager, QuoteDecimals, ConfigFund, ConfigWeightGap.

use anchor_lang::prelude::*;
use breakwater_interface::{Bank, Group, InsuranceFund, MarginError, RiskBoard, seeds};
use breakwater_margin::BPS;
use breakwater_margin::perp::MAX_QUOTE_DECIMALS;

use crate::instructions::admin::control::*;
use crate::state::verify_extremes;

#[derive(Accounts)]
pub struct CreateFund {
    #[account(mut)]
    pub authority: Signer,
    pub group: Account<Group>,
    #[account(mut, address = group.board @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    #[account(constraint = bank.group == *group.address() @ MarginError::BankOfOtherGroup)]
    pub bank: Account<Bank>,
    #[account(
        init,
        payer = authority,
        space = 8 + core::mem::size_of::<InsuranceFund>(),
        seeds = [seeds::FUND, group.address().as_ref()],
        bump
    )]
    pub fund: Account<InsuranceFund>,
    pub system_program: Program<System>,
    pub control: Nested<Control>,
}

pub fn handle(ctx: &mut Context<CreateFund>, epoch_cap: u16) -> Result<()> {
    let bump = ctx.bumps.fund;
    let CreateFund { authority, group, board, bank, fund, control, .. } = &mut ctx.accounts;
    control.warrant(group, authority.address(), bank.address())?.verify_waited(true)?;
    if bank.decimals > MAX_QUOTE_DECIMALS {
        return Err(MarginError::QuoteDecimals.into());
    }
    if u64::from(epoch_cap) > BPS {
        return Err(MarginError::ConfigFund.into());
    }
    board.quote_token = bank.token;
    board.quote_set = 1;
    verify_extremes(board)?;
    fund.group = *group.address();
    fund.bank = *bank.address();
    fund.epoch_cap = epoch_cap;
    fund.bump = bump;
    Ok(())
}
