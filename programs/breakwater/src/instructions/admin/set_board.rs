//! Sets a token's weights or feed, or the group's liquidation parameters. Admin or risk manager. A new feed keeps the last
//! price and watermark until its first newer print, so that no account loses value by the change. Errors: NotRiskManager,
//! TokenNotListed and every Config error.

use anchor_lang::prelude::*;
use breakwater_interface::accounts::MARKET_FEED;
use breakwater_interface::config::{LiquidationConfig, OracleConfig, WeightConfig, tiers};
use breakwater_interface::events::ParameterSet;
use breakwater_interface::governance::waits;
use breakwater_interface::{Bank, Group, MarginError, RiskBoard};
use breakwater_margin::config::{ConfigError, verify_perp_fees};

use super::control::*;
use crate::state::sync_index;
use crate::state::{accrued, verify_extremes};

#[derive(Accounts)]
pub struct SetBoard {
    pub authority: Signer,
    pub group: Account<Group>,
    #[account(mut, address = group.board @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    pub control: Nested<Control>,
}

/// [`ParameterSet::token`] of a parameter of the whole group.
const GROUP_WIDE: u64 = u64::MAX;

#[derive(Accounts)]
pub struct SetWeights {
    pub authority: Signer,
    pub group: Account<Group>,
    #[account(mut, address = group.board @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    /// The token's.
    #[account(mut, constraint = bank.group == *group.address() @ MarginError::BankOfOtherGroup)]
    pub bank: Account<Bank>,
    pub control: Nested<Control>,
}

/// The board counts the deposits in the same instruction, so that a new cap never meets an older total.
pub fn set_weights(ctx: &mut Context<SetWeights>, weights: WeightConfig) -> Result<()> {
    let SetWeights { authority, group, board, bank, control } = &mut ctx.accounts;
    let warrant = control.warrant(group, authority.address(), bank.address())?;
    weights.verify()?;
    let (token, now) = (bank.token, Clock::get()?.unix_timestamp);
    warrant.verify((&board.tokens[usize::from(token)].weights, &weights), &mut bank.weights_set_at, now)?;
    sync_index(board, token, &accrued(bank, now)?, now)?;
    board.tokens[usize::from(token)].weights = weights;
    bank.capped = u8::from(weights.collateral_cap != 0);
    finish(board, authority.address(), token.into(), 1)
}

pub fn set_oracle(ctx: &mut Context<SetBoard>, token: u8, mut config: OracleConfig) -> Result<()> {
    let SetBoard { authority, group, board, control } = &mut ctx.accounts;
    let warrant = control.warrant(group, authority.address(), board.address())?;
    let feed = board.feeds.get_mut(usize::from(token)).filter(|feed| feed.listed == 1);
    let feed = feed.ok_or(MarginError::TokenNotListed)?;
    config.decimals = feed.oracle.decimals;
    config.verify()?;
    warrant.verify_waited(waits(&feed.oracle, &config))?;
    feed.oracle = config;
    verify_market_of(board, token, &config).map_err(MarginError::from)?;
    finish(board, authority.address(), token.into(), 2)
}

/// A market's feed keeps the bound that its fees set.
fn verify_market_of(board: &RiskBoard, feed: u8, oracle: &OracleConfig) -> core::result::Result<(), ConfigError> {
    let market = feed.checked_sub(MARKET_FEED).and_then(|number| board.markets.get(usize::from(number)));
    let Some(risk) = market.filter(|risk| risk.listed == 1) else { return Ok(()) };
    let (keeper, insurance) = (risk.keeper_fee.into(), risk.insurance_fee.into());
    verify_perp_fees(&tiers(&risk.tiers), keeper, insurance, oracle.max_liquidation_band.into())
}

pub fn set_liquidation(ctx: &mut Context<SetBoard>, liquidation: LiquidationConfig) -> Result<()> {
    let SetBoard { authority, group, board, control } = &mut ctx.accounts;
    let warrant = control.warrant(group, authority.address(), board.address())?;
    liquidation.verify()?;
    let (old, now) = (board.liquidation, Clock::get()?.unix_timestamp);
    warrant.verify((&old, &liquidation), &mut board.liquidation_set_at, now)?;
    board.liquidation = liquidation;
    finish(board, authority.address(), GROUP_WIDE, 3)
}

fn finish(board: &RiskBoard, authority: &Address, token: u64, parameter: u64) -> Result<()> {
    verify_extremes(board)?;
    emit!(ParameterSet { group: board.group, authority: *authority, token, parameter });
    Ok(())
}
