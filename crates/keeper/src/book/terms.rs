//! From a board to what the screen multiplies with.

use breakwater_client::interface::RiskBoard;
use breakwater_client::interface::accounts::{MARKET_FEED, MAX_MARKETS, MAX_TOKENS};
use breakwater_client::interface::config::tiers;
use breakwater_client::interface::snapshot::{self, OwnIndex, OwnMarket};
use breakwater_client::margin::Index;
use breakwater_client::margin::screen::{MARKETS, MarketTerms, TOKENS, Terms, TokenTerms};

// What a row numbers, a board has room for.
const _: () = assert!(TOKENS == MAX_TOKENS && MARKETS == MAX_MARKETS);

/// What is known of banks and markets beyond the board's snapshots: interest and funding up to now. The program uses these
/// for the legs that an instruction touches and the snapshots for the others, so an account is looked at by the worse of both.
#[derive(Clone, Copy, Debug, Default)]
pub struct Accrued<'a> {
    /// Indices of banks, charged up to now.
    pub banks: &'a [OwnIndex],
    /// Funding and pools of markets, charged up to now.
    pub markets: &'a [OwnMarket],
}

/// What decides about health at a time.
pub(super) fn of(board: &RiskBoard, accrued: &Accrued, now: i64) -> Terms {
    let quote = snapshot::quote(board, now).price;
    let mut terms = Terms {
        tokens: core::array::from_fn(|token| token_terms(board, token, now)),
        markets: core::array::from_fn(|market| market_terms(board, market, now)),
        quote,
        quote_decimals: snapshot::quote_decimals(board),
    };
    for own in accrued.banks {
        let token = &mut terms.tokens[usize::from(own.token) % TOKENS];
        token.deposit_index = token.deposit_index.min(own.deposit);
        token.borrow_index = token.borrow_index.max(own.borrow);
    }
    for own in accrued.markets {
        let market = &mut terms.markets[usize::from(own.market) % MARKETS];
        market.lowest_funding = market.lowest_funding.min(own.funding_index);
        market.highest_funding = market.highest_funding.max(own.funding_index);
        market.payable = market.payable.min(own.payable);
    }
    terms
}

fn token_terms(board: &RiskBoard, token: usize, now: i64) -> TokenTerms {
    let risk = &board.tokens[token];
    TokenTerms {
        deposit_index: Index(risk.deposit_index),
        borrow_index: Index(risk.borrow_index),
        asset: risk.weights.asset().maintenance,
        liability: risk.weights.liability().maintenance,
        price: snapshot::interval(board, risk.feed, now),
    }
}

fn market_terms(board: &RiskBoard, market: usize, now: i64) -> MarketTerms {
    let risk = &board.markets[market];
    MarketTerms {
        price: snapshot::interval(board, MARKET_FEED + market as u8, now),
        lowest_funding: risk.funding_index,
        highest_funding: risk.funding_index,
        tiers: tiers(&risk.tiers),
        payable: risk.payable,
    }
}
