//! Brings prices and index snapshots to the board. Anybody may call, with any number of items, each with one account:
//! a number below 64 is a feed and its account an oracle account; from 128 on it is a token, 128 + number, and its account
//! the bank; from 192 on it is a market, 192 + number, and its account the market, whose funding is charged until now and
//! whose deficit is judged, by the deposit index that the board has of the quote bank. A print that is not newer is skipped; any other refusal fails the whole call with that feed's error.

use anchor_lang::prelude::*;
use breakwater_interface::accounts::{DISCRIMINATOR, MARKET_ITEM, TOKEN_ITEM};
use breakwater_interface::oracle::OracleAccount;
use breakwater_interface::{Bank, MarginError, PerpMarket, RiskBoard, refresh};

#[derive(Accounts)]
pub struct Refresh {
    #[account(mut)]
    pub board: Account<RiskBoard>,
}

pub fn handle(ctx: &mut Context<Refresh>, items: &[u8]) -> Result<()> {
    let sources = ctx.remaining_accounts()?;
    if sources.len() != items.len() {
        return Err(MarginError::RefreshAccounts.into());
    }
    let clock = Clock::get()?;
    let at = (clock.slot, clock.unix_timestamp);
    let board = &mut ctx.accounts.board;
    let last = board.accepted_at;
    for (item, source) in items.iter().zip(sources) {
        let outcome = match *item {
            market @ MARKET_ITEM.. => refresh_market(board, market - MARKET_ITEM, source, at),
            token @ TOKEN_ITEM.. => refresh_index(board, token - TOKEN_ITEM, source, at.1),
            feed => refresh_feed(board, feed, &source, at),
        };
        outcome.inspect_err(|_| msg!("refused item {}", *item))?;
    }
    refresh::end_outage(board, last);
    Ok(())
}

fn refresh_feed(board: &mut RiskBoard, number: u8, source: &AccountView, at: (u64, i64)) -> Result<()> {
    let data = source.try_borrow()?;
    let account = OracleAccount { address: source.address().as_array(), owner: source.owner().as_array(), data: &data };
    refresh::refresh_feed(board, number, account, at)?;
    Ok(())
}

// Apart, as the market is: feeds are refreshed in every liquidation, and their loop is shorter without the rest.
#[inline(never)]
fn refresh_index(board: &mut RiskBoard, token: u8, source: AccountView, now: i64) -> Result<()> {
    let bank = Account::<Bank>::load(source)?;
    Ok(refresh::refresh_index(board, token, &bank, now)?)
}

#[inline(never)]
fn refresh_market(board: &mut RiskBoard, number: u8, mut source: AccountView, at: (u64, i64)) -> Result<()> {
    let market = Account::<PerpMarket>::load(source)?;
    let live = refresh::refresh_market(board, number, &market, at)?;
    drop(market);
    // Owner, discriminator and length were checked by the load above.
    let mut data = source.try_borrow_mut()?;
    let bytes = data.get_mut(DISCRIMINATOR..DISCRIMINATOR + core::mem::size_of::<PerpMarket>());
    let market: &mut PerpMarket = bytemuck::from_bytes_mut(bytes.ok_or(MarginError::MarketNotListed)?);
    market.set_books(&live.books);
    Ok(())
}
