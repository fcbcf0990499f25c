//! Velocity buckets of banks and markets (docs/spec.md §11.2).

use breakwater_interface::{Bank, PerpMarket};
use breakwater_margin::lending::Books;
use breakwater_margin::liquidation::{Bucket, BucketTerms};

/// What shallow liquidations may still move of a bank's token; the bucket leaks first.
pub fn room_of_bank(bank: &mut Bank, books: &Books, window: u32, now: i64) -> u64 {
    let terms = BucketTerms { velocity: bank.lending.velocity, window };
    let mut bucket = Bucket { level: bank.bucket_level, time: bank.bucket_time };
    let room = bucket.room(books.deposits().unwrap_or(0), &terms, now);
    (bank.bucket_level, bank.bucket_time) = (bucket.level, bucket.time);
    room
}

/// What shallow liquidations may still close of a market's base; the bucket leaks first.
pub fn room_of_market(market: &mut PerpMarket, window: u32, now: i64) -> u64 {
    let terms = BucketTerms { velocity: market.config.velocity.into(), window };
    let mut bucket = Bucket { level: market.bucket_level, time: market.bucket_time };
    let room = bucket.room(market.long.max(market.short), &terms, now);
    (market.bucket_level, market.bucket_time) = (bucket.level, bucket.time);
    room
}
