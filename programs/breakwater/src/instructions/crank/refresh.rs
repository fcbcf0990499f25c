//! Brings prices and index snapshots to the board. Anybody may call, with any number of items, each with one account:
//! a number below 64 is a feed and its account an oracle account; from 128 on it is a token, 128 + number, and its account
//! the bank. A print that is not newer is skipped; any other refusal fails the whole call with that feed's error.

use anchor_lang::prelude::*;
use breakwater_interface::accounts::{Feed, TOKEN_ITEM};
use breakwater_interface::oracle::{self, OracleAccount};
use breakwater_interface::{Bank, MarginError, RiskBoard};
use breakwater_margin::price::{Accepted, accept};

use crate::state;
use crate::state::board::sync_index;

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
    for (item, source) in items.iter().zip(sources) {
        let outcome = match item.checked_sub(TOKEN_ITEM) {
            None => refresh_feed(board, *item, &source, &clock),
            Some(token) => refresh_index(board, token, source, clock.unix_timestamp),
        };
        outcome.inspect_err(|_| msg!("refused item {}", *item))?;
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
        Accepted::NotNewer => {}
    }
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
