//! Lists a perpetual: its pool, tranche, index feed and parameters. Market n is priced by feed 32 + n. Admin or risk
//! manager. Errors: NotRiskManager, QuoteNotSet, MarketsFull, MarketOfOtherNumber and the Config errors of feeds and markets.
// The derive binds the argument also where it does not use it.
#![allow(unused_variables)]

use anchor_lang::prelude::*;
use breakwater_interface::accounts::{Feed, GROUP_VERSION, MARKET_FEED, MAX_MARKETS, MarketRisk};
use breakwater_interface::config::{OracleConfig, PerpConfig};
use breakwater_interface::events::MarketListed;
use breakwater_interface::{Group, MarginError, PerpMarket, RiskBoard, seeds};
use breakwater_margin::config::verify_market;

use super::control::*;

#[derive(Accounts)]
#[instruction(number: u8)]
pub struct CreateMarket {
    #[account(mut)]
    pub authority: Signer,
    pub group: Account<Group>,
    #[account(mut, address = group.board @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    #[account(
        init,
        payer = authority,
        space = 8 + core::mem::size_of::<PerpMarket>(),
        seeds = [seeds::PERP_MARKET, group.address().as_ref(), &[number]],
        bump
    )]
    pub market: Account<PerpMarket>,
    pub system_program: Program<System>,
    pub control: Nested<Control>,
}

pub fn handle(ctx: &mut Context<CreateMarket>, number: u8, config: PerpConfig, oracle: OracleConfig) -> Result<()> {
    let bump = ctx.bumps.market;
    let now = Clock::get()?.unix_timestamp;
    let CreateMarket { authority, group, board, market, control, .. } = &mut ctx.accounts;
    control.warrant(group, authority.address(), board.address())?.verify_waited(true)?;
    if board.quote_set == 0 {
        return Err(MarginError::QuoteNotSet.into());
    }
    if usize::from(board.market_count) >= MAX_MARKETS {
        return Err(MarginError::MarketsFull.into());
    }
    if number != board.market_count {
        return Err(MarginError::MarketOfOtherNumber.into());
    }
    verify(&config, &oracle)?;
    board.feeds[usize::from(MARKET_FEED + number)] = Feed { listed: 1, oracle, ..bytemuck::Zeroable::zeroed() };
    board.markets[usize::from(number)] = MarketRisk { funding_time: now, ..bytemuck::Zeroable::zeroed() };
    enter(&mut board.markets[usize::from(number)], &config);
    board.market_count += 1;
    market.group = *group.address();
    market.funding_time = now;
    market.config = config;
    market.market = number;
    market.bump = bump;
    market.version = GROUP_VERSION;
    emit!(MarketListed { group: market.group, market: *market.address(), number: number.into() });
    Ok(())
}

/// The bounds that a market must keep together with its feed.
pub fn verify(config: &PerpConfig, oracle: &OracleConfig) -> core::result::Result<(), MarginError> {
    oracle.verify()?;
    Ok(verify_market(&config.bounds(oracle))?)
}

/// What health needs of the parameters.
pub fn enter(risk: &mut MarketRisk, config: &PerpConfig) {
    risk.tiers = config.tiers;
    risk.maturity = config.maturity;
    risk.keeper_fee = config.keeper_fee;
    risk.insurance_fee = config.insurance_fee;
    risk.listed = 1;
}
