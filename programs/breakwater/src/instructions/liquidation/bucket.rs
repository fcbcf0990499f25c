//! Velocity buckets of banks and markets (docs/spec.md §11.2).

use breakwater_interface::live::{bank_bucket, market_bucket};
use breakwater_interface::{Bank, PerpMarket};
use breakwater_margin::lending::Books;

/// What shallow liquidations may still move of a bank's token; the bucket leaks first.
pub fn room_of_bank(bank: &mut Bank, books: &Books, window: u32, now: i64) -> u64 {
    let (bucket, room) = bank_bucket(bank, books, window, now);
    (bank.bucket_level, bank.bucket_time) = (bucket.level, bucket.time);
    room
}

/// What shallow liquidations may still close of a market's base; the bucket leaks first.
pub fn room_of_market(market: &mut PerpMarket, window: u32, now: i64) -> u64 {
    let (bucket, room) = market_bucket(market, window, now);
    (market.bucket_level, market.bucket_time) = (bucket.level, bucket.time);
    room
}
