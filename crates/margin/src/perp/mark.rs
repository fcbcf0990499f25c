//! The index price in quote units, and what a number of base units is worth at it.

use crate::error::MathError;
use crate::fixed::{div_up, mul, narrow};
use crate::price::{POWERS_OF_TEN, Price};
use crate::units::{BPS, Bps};

/// log2 of the scale of a [`Mark`] and of funding indices.
pub const MARK_BITS: u32 = 44;
/// log2 of a price's scale less [`MARK_BITS`].
const SHIFT: u32 = crate::price::PRICE_BITS - MARK_BITS;
/// Most decimals of a quote token: with more a mark would not fit.
pub const MAX_QUOTE_DECIMALS: u8 = 6;
/// Notionals stop here, quote units: far above any open interest, so that no jump of a price can trap a position.
pub const MAX_NOTIONAL: u64 = 1 << 58;
/// Below this a product with bps fits 64 bits.
const SMALL: u64 = 1 << 49;

/// Index price of a market: quote units for one base unit × 2^44, one quote token per dollar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(pub u64);

/// A notional with its two roundings, quote units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Notional {
    /// Floor.
    pub down: u64,
    /// Ceil.
    pub up: u64,
}

impl Mark {
    /// The mark of an index price.
    ///
    /// Formula:  mark = price × 10^d / 2^20       (docs/spec.md §10.1)
    /// Units:    price: dollars for one base unit × 2^64; d: decimals of the quote token
    /// Rounding: floor
    /// Errors:   Overflow above six decimals
    #[inline(always)]
    pub fn of(price: Price, quote_decimals: u8) -> Result<Mark, MathError> {
        if quote_decimals > MAX_QUOTE_DECIMALS {
            return Err(MathError::Overflow);
        }
        narrow(mul(price.0, POWERS_OF_TEN[usize::from(quote_decimals)]) >> SHIFT).map(Mark)
    }

    /// Worth of a number of base units.
    ///
    /// Formula:  N = size × mark       (docs/spec.md §10.1)
    /// Units:    base units → quote units
    /// Rounding: both; both stop at [`MAX_NOTIONAL`]
    /// Errors:   none
    #[inline(always)]
    pub fn notional(self, size: u64) -> Notional {
        let exact = mul(size, self.0);
        let down = exact >> MARK_BITS;
        if down >= u128::from(MAX_NOTIONAL) {
            return Notional { down: MAX_NOTIONAL, up: MAX_NOTIONAL };
        }
        let down = down as u64;
        Notional { down, up: down + u64::from(exact as u64 & ((1 << MARK_BITS) - 1) != 0) }
    }

    /// Base units that a notional buys, ceil; 2^64 − 1 where none do.
    pub fn size_up(self, notional: u64) -> u64 {
        div_up(u128::from(notional) << MARK_BITS, self.0).and_then(narrow).unwrap_or(u64::MAX)
    }

    /// The mark moved by a factor in bps; floor.
    pub fn times(self, factor: Bps) -> Mark {
        Mark(narrow(mul(self.0, u64::from(factor)) / u128::from(BPS)).unwrap_or(u64::MAX))
    }
}

impl Notional {
    /// The notional at a price moved by a factor.
    ///
    /// Formula:  N × factor / 10^4       (docs/spec.md §10.4)
    /// Rounding: down floor, up ceil
    /// Errors:   none
    #[inline(always)]
    pub fn times(self, factor: Bps) -> Notional {
        Notional { down: part_down(self.down, factor), up: part_up(self.up, factor) }
    }
}

/// `floor(amount × bps / 10^4)`.
#[inline(always)]
pub(crate) fn part_down(amount: u64, bps: Bps) -> u64 {
    if amount < SMALL && bps < 1 << 15 {
        return amount.wrapping_mul(u64::from(bps)) / BPS;
    }
    large_part(amount, bps, 0)
}

/// `ceil(amount × bps / 10^4)`.
#[inline(always)]
pub(crate) fn part_up(amount: u64, bps: Bps) -> u64 {
    if amount < SMALL && bps < 1 << 14 {
        return amount.wrapping_mul(u64::from(bps)).wrapping_add(BPS - 1) / BPS;
    }
    large_part(amount, bps, BPS - 1)
}

/// A part of an amount whose product does not fit 64 bits.
#[cold]
#[inline(never)]
fn large_part(amount: u64, bps: Bps, round: u64) -> u64 {
    narrow((mul(amount, u64::from(bps)) + u128::from(round)) / u128::from(BPS)).unwrap_or(u64::MAX)
}
