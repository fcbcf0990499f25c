//! A group with tokens and markets of many prices.

use breakwater_client::interface::RiskBoard;
use breakwater_client::interface::accounts::{MARKET_FEED, TokenRisk};
use breakwater_client::interface::config::{OracleConfig, TierConfig, WeightConfig};
use breakwater_client::margin::units::WAD;
use bytemuck::Zeroable;

/// When everything begins, unix seconds.
pub const NOW: i64 = 1_790_000_000;
/// Tokens: the first is the quote token.
pub const TOKENS: usize = 12;
/// Markets.
pub const MARKETS: usize = 8;
/// Decimals of the quote token.
const QUOTE_DECIMALS: u8 = 6;

/// Dollars for a thousand whole tokens, and decimals: dollars, SOL, BTC, ETH, and smaller ones.
const PRICES: [(u64, u8); TOKENS] = [
    (1_000, 6),
    (1_000, 6),
    (150_000, 9),
    (97_000_000, 8),
    (3_300_000, 8),
    (165_000, 9),
    (720, 6),
    (450, 6),
    (28, 5),
    (2_900, 6),
    (6_100, 8),
    (310, 6),
];

/// Every feed of the group.
pub const FEEDS: [u8; TOKENS + MARKETS] = {
    let mut feeds = [0; TOKENS + MARKETS];
    let mut at = 0;
    while at < feeds.len() {
        feeds[at] = if at < TOKENS { at as u8 } else { MARKET_FEED + (at - TOKENS) as u8 };
        at += 1;
    }
    feeds
};

/// Price and decimals of a market's base: those of the tokens that are not dollars.
pub fn market_price(market: usize) -> (u64, u8) {
    PRICES[2 + market % (TOKENS - 2)]
}

/// A board on which everything was refreshed now.
pub fn board() -> RiskBoard {
    let mut board = RiskBoard { group: [7; 32], quote_set: 1, version: 1, ..Zeroable::zeroed() };
    (board.token_count, board.market_count) = (TOKENS as u8, MARKETS as u8);
    for (token, (price, decimals)) in PRICES.into_iter().enumerate() {
        list_feed(&mut board, token as u8, price, decimals);
        board.tokens[token] = token_risk(token);
    }
    for market in 0..MARKETS {
        let (price, decimals) = market_price(market);
        list_feed(&mut board, MARKET_FEED + market as u8, price, decimals);
        let risk = &mut board.markets[market];
        let tier = |edge: u64, maintenance: u16| TierConfig {
            edge: edge.saturating_mul(10u64.pow(QUOTE_DECIMALS.into())),
            initial: 2 * maintenance,
            end: maintenance + 50,
            maintenance,
            reserved: 0,
        };
        risk.tiers = [tier(50_000, 500), tier(250_000, 650), tier(1_000_000, 900), tier(u64::MAX, 1_500)];
        (risk.funding_index, risk.funding_time) = ((market as i64 - 3) << 38, NOW);
        (risk.payable, risk.maturity, risk.listed) = (1 << 50, 86_400, 1);
        (risk.keeper_fee, risk.insurance_fee) = (40, 40);
    }
    board
}

fn list_feed(board: &mut RiskBoard, feed: u8, thousand: u64, decimals: u8) {
    let entry = &mut board.feeds[usize::from(feed)];
    entry.oracle = OracleConfig {
        feed_id: [feed; 32],
        max_confidence: 300,
        confidence_multiple: 21_200,
        drift: 2,
        max_band: 500,
        max_liquidation_band: 100,
        kind: 0,
        decimals,
    };
    entry.price = ((u128::from(thousand) << 64) / 1_000 / 10u128.pow(decimals.into())) as u64;
    entry.ema = entry.price;
    (entry.confidence_band, entry.listed, entry.publish_time) = (8, 1, NOW);
}

fn token_risk(token: usize) -> TokenRisk {
    let (asset, liability) = if token < 2 { (9_200, 10_500) } else { (9_000 - 200 * (token as u16 % 4), 10_800) };
    TokenRisk {
        deposit_index: WAD + WAD / 100 * token as u64,
        borrow_index: WAD + WAD / 60 * token as u64,
        index_time: NOW,
        listed_at: NOW - 1_000_000,
        deposits: 0,
        weights: WeightConfig {
            asset_initial: asset - 500,
            asset_end: asset - 50,
            asset_maintenance: asset,
            liability_initial: liability + 500,
            liability_end: liability + 50,
            liability_maintenance: liability,
            ramp: 0,
            collateral_cap: 0,
        },
        feed: token as u8,
        listed: 1,
        reserved: [0; 2],
    }
}

/// A feed's next print: the price moved by some bps.
pub fn print(board: &mut RiskBoard, feed: u8, bps: i64, now: i64) {
    let feed = &mut board.feeds[usize::from(feed)];
    feed.price = (i128::from(feed.price) * i128::from(10_000 + bps) / 10_000) as u64;
    (feed.ema, feed.publish_time) = (feed.price, now);
}
