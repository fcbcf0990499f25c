//! Velocity buckets of banks and markets (docs/spec.md §11.2).

use breakwater_interface::{Bank, PerpMarket};
use breakwater_margin::lending::Books;
use breakwater_margin::liquidation::{Bucket, BucketTerms};

/// What shallow liquidations may still move of a bank's token; the bucket leaks first.
pub fn room_of_bank(bank: &mut Bank, books: &Books, window: u32, now: i64) -> u64 {
    let terms = BucketTerms { velocity: bank.lending.velocity, window };
    let total = books.deposits().unwrap_or(0);
    room((&mut bank.bucket_level, &mut bank.bucket_time), total, &terms, now)
}

/// What shallow liquidations may still close of a market's base; the bucket leaks first.
pub fn room_of_market(market: &mut PerpMarket, window: u32, now: i64) -> u64 {
    let terms = BucketTerms { velocity: market.config.velocity.into(), window };
    let total = market.long.max(market.short);
    room((&mut market.bucket_level, &mut market.bucket_time), total, &terms, now)
}

fn room((level, time): (&mut u64, &mut i64), total: u64, terms: &BucketTerms, now: i64) -> u64 {
    let mut bucket = Bucket { level: *level, time: *time };
    let room = bucket.room(total, terms, now);
    (*level, *time) = (bucket.level, bucket.time);
    room
}
