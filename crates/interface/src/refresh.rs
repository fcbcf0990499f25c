//! What `refresh` does to a risk board: prints, a bank's indices, a market's funding and standing, the end of an outage. The
//! program loads the accounts and calls this; a client that has newer oracle bytes than the board computes with the same
//! functions the board as it will be after a `refresh` with them.

use breakwater_margin::Index;
use breakwater_margin::lending::Books;
use breakwater_margin::price::{Accepted, accept};

use crate::accounts::{Bank, Feed, MAX_TOKENS, RiskBoard};
use crate::errors::MarginError;
use crate::live::{Live, accrued};
use crate::oracle::{self, OracleAccount};
use crate::perp::PerpMarket;

/// Seconds without any print that are an outage: shallow breaches wait after it, as long as it lasted.
pub const OUTAGE: i64 = 300;
/// The longest such wait, seconds.
pub const LONGEST_CALM: i64 = 14_400;

/// Brings an oracle account's print to the board; false where the board knows one that is as new, which changes nothing.
///
/// Formula:  docs/spec.md §2.2, §2.3
/// Units:    at: slot and unix seconds
/// Rounding: as [`accept`]
/// Errors:   FeedNotListed; those of [`oracle::decode`] and of [`accept`]; nothing is changed then
#[inline(always)]
pub fn refresh_feed(
    board: &mut RiskBoard,
    number: u8,
    account: OracleAccount,
    (slot, now): (u64, i64),
) -> Result<bool, MarginError> {
    let feed = board.feeds.get_mut(usize::from(number)).filter(|feed| feed.listed == 1);
    let feed: &mut Feed = feed.ok_or(MarginError::FeedNotListed)?;
    let print = oracle::decode(feed.oracle.kind, &feed.oracle.feed_id, account)?;
    match accept(&feed.oracle.judge(), &feed.state(), &print, now).map_err(MarginError::from)? {
        Accepted::Newer(state) => feed.record(&state, slot),
        Accepted::NotNewer => return Ok(false),
    }
    board.accepted_at = now;
    Ok(true)
}

/// After the prints of one `refresh`: where the board had none for an outage's length, shallow breaches wait.
///
/// Formula:  gap > 300 s: calm_at = max(calm_at, accepted_at + min(gap, 14,400 s))       (docs/spec.md §11.3)
/// Units:    last: `accepted_at` before the prints, unix seconds
/// Errors:   none
#[inline(always)]
pub fn end_outage(board: &mut RiskBoard, last: i64) {
    let gap = board.accepted_at.saturating_sub(last);
    if last > 0 && gap > OUTAGE {
        board.calm_at = board.calm_at.max(board.accepted_at.saturating_add(gap.min(LONGEST_CALM)));
    }
}

/// Brings a bank's indices, with interest charged until now, to the board.
///
/// Errors: BankOfOtherGroup, BankOfOtherToken, TokenNotListed, MathOverflow
#[inline(always)]
pub fn refresh_index(board: &mut RiskBoard, token: u8, bank: &Bank, now: i64) -> Result<(), MarginError> {
    if bank.group != board.group {
        return Err(MarginError::BankOfOtherGroup);
    }
    if bank.token != token {
        return Err(MarginError::BankOfOtherToken);
    }
    sync_index(board, token, &accrued(bank, now)?, now)
}

/// Brings a market's funding and standing, charged and judged until now by the deposit index that the board has of the quote
/// bank, to the board; returns the market as it is then, whose books the program writes back.
///
/// Errors: MarketOfOtherGroup, MarketOfOtherNumber, MathOverflow
#[inline(always)]
pub fn refresh_market(
    board: &mut RiskBoard,
    number: u8,
    market: &PerpMarket,
    (slot, now): (u64, i64),
) -> Result<Live, MarginError> {
    if market.group != board.group {
        return Err(MarginError::MarketOfOtherGroup);
    }
    if market.market != number {
        return Err(MarginError::MarketOfOtherNumber);
    }
    let live = Live::new(market, board, board_index(board), now, slot)?;
    live.sync(board, now)?;
    Ok(live)
}

/// Copies a bank's indices and deposits to the board.
///
/// Errors: TokenNotListed, MathOverflow
pub fn sync_index(board: &mut RiskBoard, token: u8, books: &Books, now: i64) -> Result<(), MarginError> {
    let entry = board.tokens.get_mut(usize::from(token)).ok_or(MarginError::TokenNotListed)?;
    entry.deposit_index = books.deposit_index.0;
    entry.borrow_index = books.borrow_index.0;
    entry.deposits = books.deposits()?;
    entry.index_time = now;
    Ok(())
}

/// The quote bank's deposit index as the board last saw it, for whatever does not touch the bank.
pub fn board_index(board: &RiskBoard) -> Index {
    let token = &board.tokens[usize::from(board.quote_token) % MAX_TOKENS];
    Index(token.deposit_index)
}
