//! Perpetuals: markets, positions, pools, the shared fund, and what instructions do to them (docs/spec.md §10).
//!
//! Quote amounts are whole and each is rounded once where the specification says so, so this part has no ranges of its own:
//! it is exact on one state. What interest leaves open in the quote bank is settled before: a verdict is reached on the state
//! at both ends of it, an execution on the state that was seen.

pub mod calls;
pub mod deficit;
pub mod health;
pub mod market;
pub mod pool;
pub mod position;
pub mod settle;
pub mod stake;
pub mod target;
pub mod trade;

pub use market::{Fund, Market, MarketSnapshot, Quote};
pub use pool::Liquidity;
pub use position::Perp;
pub use stake::{Capped, Owned, Stake};

use super::rational::Q;
use num_traits::ToPrimitive;

/// A pair's leg from this number on is a market's: its debt or its matured profit.
pub const MARKET_LEG: u8 = 128;
/// A feed from this number on is a market's; an index to refresh from twice this on is a market's funding.
pub const MARKET_FEED: u8 = 32;
/// In a refresh, the item of a market's funding, counted like tokens.
pub const MARKET_INDEX: u8 = 64;
/// Fraction bits of marks, funding and claims.
pub const MARK_BITS: u32 = 44;
/// Virtual shares and units of both pools of the shared fund.
pub const VIRTUAL_UNITS: i128 = 1_000_000;
/// Positions of a margin account.
pub const PERP_SLOTS: usize = 8;
/// Bps of one.
pub const BPS: i128 = 10_000;

/// Whether a pair's leg is a market's.
pub fn market_leg(leg: u8) -> bool {
    leg >= MARKET_LEG
}

/// Largest whole number not above `a / b`.
pub fn floor(a: i128, b: i128) -> i128 {
    num_integer(a, b)
}

/// Smallest whole number not below `a / b`.
pub fn ceil(a: i128, b: i128) -> i128 {
    -num_integer(-a, b)
}

fn num_integer(a: i128, b: i128) -> i128 {
    assert!(b > 0, "{a} divided by {b}");
    a.div_euclid(b)
}

/// Largest whole number not above.
pub fn floor_of(q: &Q) -> i128 {
    q.floor().to_integer().to_i128().unwrap_or_else(|| panic!("{q} does not fit 128 bits"))
}

/// Smallest whole number not below.
pub fn ceil_of(q: &Q) -> i128 {
    q.ceil().to_integer().to_i128().unwrap_or_else(|| panic!("{q} does not fit 128 bits"))
}

/// A number that is not negative and fits.
pub fn unsigned(n: i128) -> u64 {
    u64::try_from(n).unwrap_or_else(|_| panic!("{n} does not fit 64 bits"))
}

/// A number that fits.
pub fn signed(n: i128) -> i64 {
    i64::try_from(n).unwrap_or_else(|_| panic!("{n} does not fit 64 bits with a sign"))
}

/// A part of an amount in bps, rounded down for a seller and up for a buyer.
pub fn part_of(amount: i128, factor: i128, up: bool) -> i128 {
    if up { ceil(amount * factor, BPS) } else { floor(amount * factor, BPS) }
}
