//! Brings prices and index snapshots to the board. Anybody may call, with any number of items, each with one account:
//! a number below 64 is a feed and its account an oracle account; from 128 on it is a token, 128 + number, and its account
//! the bank; from 192 on it is a market, 192 + number, and its account the market, whose funding is charged until now and
//! whose deficit is judged, by the deposit index that the board has of the quote bank. A print that is not newer is skipped; any other refusal fails the whole call with that feed's error.

use anchor_lang::prelude::*;
use breakwater_interface::accounts::{DISCRIMINATOR, Feed, MARKET_ITEM, TOKEN_ITEM};
use breakwater_interface::oracle::{self, OracleAccount};
use breakwater_interface::{Bank, MarginError, PerpMarket, RiskBoard};
use breakwater_margin::price::{Accepted, accept};

use crate::state::board::sync_index;
use crate::state::market::board_index;
use crate::state::{self, Live};

/// Seconds without any print that are an outage: shallow breaches wait after it, as long as it lasted.
const OUTAGE: i64 = 300;
/// The longest such wait, seconds.
const LONGEST_CALM: i64 = 14_400;

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
    let board = &mut ctx.accounts.board;
    let last = board.accepted_at;
    for (item, source) in items.iter().zip(sources) {
        let outcome = match *item {
            market @ MARKET_ITEM.. => refresh_market(board, market - MARKET_ITEM, source, &clock),
            token @ TOKEN_ITEM.. => refresh_index(board, token - TOKEN_ITEM, source, clock.unix_timestamp),
            feed => refresh_feed(board, feed, &source, &clock),
        };
        outcome.inspect_err(|_| msg!("refused item {}", *item))?;
    }
    let gap = board.accepted_at.saturating_sub(last);
    if last > 0 && gap > OUTAGE {
        board.calm_at = board.calm_at.max(board.accepted_at.saturating_add(gap.min(LONGEST_CALM)));
    }
    Ok(())
}

fn refresh_feed(board: &mut RiskBoard, number: u8, source: &AccountView, clock: &Clock) -> Result<()> {
    let feed = board.feeds.get_mut(usize::from(number)).filter(|feed| feed.listed == 1);
    let feed: &mut Feed = feed.ok_or(MarginError::FeedNotListed)?;
    let data = source.try_borrow()?;
    let account = OracleAccount { address: source.address().as_array(), owner: source.owner().as_array(), data: &data };
    let print = oracle::decode(feed.oracle.kind, &feed.oracle.feed_id, account)?;
    match accept(&feed.oracle.judge(), &feed.state(), &print, clock.unix_timestamp).map_err(MarginError::from)? {
        Accepted::Newer(state) => feed.record(&state, clock.slot),
        Accepted::NotNewer => return Ok(()),
    }
    board.accepted_at = clock.unix_timestamp;
    Ok(())
}

fn refresh_index(board: &mut Account<RiskBoard>, token: u8, source: AccountView, now: i64) -> Result<()> {
    let bank = Account::<Bank>::load(source)?;
    if bank.group != board.group {
        return Err(MarginError::BankOfOtherGroup.into());
    }
    if bank.token != token {
        return Err(MarginError::BankOfOtherToken.into());
    }
    Ok(sync_index(board, token, &state::accrued(&bank, now)?, now)?)
}

fn refresh_market(board: &mut Account<RiskBoard>, number: u8, mut source: AccountView, clock: &Clock) -> Result<()> {
    let market = Account::<PerpMarket>::load(source)?;
    if market.group != board.group {
        return Err(MarginError::MarketOfOtherGroup.into());
    }
    if market.market != number {
        return Err(MarginError::MarketOfOtherNumber.into());
    }
    let now = clock.unix_timestamp;
    let live = Live::new(&market, board, board_index(board), now, clock.slot)?;
    drop(market);
    live.sync(board, now)?;
    // Owner, discriminator and length were checked by the load above.
    let mut data = source.try_borrow_mut()?;
    let bytes = data.get_mut(DISCRIMINATOR..DISCRIMINATOR + core::mem::size_of::<PerpMarket>());
    let market: &mut PerpMarket = bytemuck::from_bytes_mut(bytes.ok_or(MarginError::MarketNotListed)?);
    market.set_books(&live.books);
    Ok(())
}
