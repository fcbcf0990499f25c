//! Sets a market's parameters or which trades it takes. Admin or risk manager. Funding until now is charged at the old
//! parameters. Errors: NotRiskManager, ConfigStatus and every Config error of markets.

use anchor_lang::prelude::*;
use breakwater_interface::accounts::MARKET_FEED;
use breakwater_interface::config::PerpConfig;
use breakwater_interface::events::ParameterSet;
use breakwater_interface::perp::STATUS_PAUSED;
use breakwater_interface::{Group, MarginError, PerpMarket, RiskBoard};

use super::control::*;
use super::create_market::{enter, verify};
use super::pause::CALM_AFTER_PAUSE;
use crate::state::Live;
use crate::state::board_index;

#[derive(Accounts)]
pub struct SetMarket {
    pub authority: Signer,
    pub group: Account<Group>,
    #[account(mut, address = group.board @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    #[account(mut, constraint = market.group == *group.address() @ MarginError::MarketOfOtherGroup)]
    pub market: Account<PerpMarket>,
    pub control: Nested<Control>,
}

pub fn set_market(ctx: &mut Context<SetMarket>, config: PerpConfig) -> Result<()> {
    let SetMarket { authority, group, board, market, control } = &mut ctx.accounts;
    let warrant = control.warrant(group, authority.address(), market.address())?;
    let number = market.market;
    verify(&config, &board.feeds[usize::from(MARKET_FEED + number)].oracle)?;
    let (clock, old) = (Clock::get()?, market.config);
    warrant.verify((&old, &config), &mut market.config_set_at, clock.unix_timestamp)?;
    let live = Live::new(market, board, board_index(board), clock.unix_timestamp, clock.slot)?;
    live.sync(board, clock.unix_timestamp)?;
    market.set_books(&live.books);
    market.config = config;
    enter(&mut board.markets[usize::from(number)], &config);
    emit!(ParameterSet { group: market.group, authority: *authority.address(), token: number.into(), parameter: 5 });
    Ok(())
}

#[derive(Accounts)]
pub struct SetMarketStatus {
    pub authority: Signer,
    pub group: Account<Group>,
    #[account(mut, address = group.board @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    #[account(mut, constraint = market.group == *group.address() @ MarginError::MarketOfOtherGroup)]
    pub market: Account<PerpMarket>,
    pub control: Nested<Control>,
}

/// Whether a market would take more trades than it does, or take them longer.
fn loosens(market: &PerpMarket, status: u8, expires_at: i64) -> bool {
    let end = |expires_at| if expires_at == 0 { i64::MAX } else { expires_at };
    status < market.status || end(expires_at) > end(market.expires_at)
}

/// A market that is not active, or has expired, takes reductions only.
pub fn set_market_status(ctx: &mut Context<SetMarketStatus>, status: u8, expires_at: i64) -> Result<()> {
    let SetMarketStatus { authority, group, board, market, control } = &mut ctx.accounts;
    let warrant = control.warrant(group, authority.address(), market.address())?;
    if status > STATUS_PAUSED || expires_at < 0 {
        return Err(MarginError::ConfigStatus.into());
    }
    warrant.verify_waited(loosens(market, status, expires_at))?;
    if market.status == STATUS_PAUSED && status != STATUS_PAUSED {
        board.calm_at = board.calm_at.max(Clock::get()?.unix_timestamp.saturating_add(CALM_AFTER_PAUSE));
    }
    market.status = status;
    market.expires_at = expires_at;
    let token = market.market.into();
    emit!(ParameterSet { group: market.group, authority: *authority.address(), token, parameter: 6 });
    Ok(())
}
