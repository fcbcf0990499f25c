//! A coarse look at many accounts: could this one be liquidatable at these prices now? Whoever watches all accounts of a
//! group packs each into a few words once, prices a [`Table`] whenever something moves, and multiplies.
//!
//! The answer errs on one side only (SCR-1): an account that [`crate::value`] calls liquidatable is never passed over;
//! one that is passed on may be healthy by a millionth of what it holds. The decision itself is never made here.
//!
//! H_hi of docs/spec.md §4.2 and §10.4 is a sum of products: shares × what a share is worth, base × what a base unit is
//! worth. The first factor is the account's and goes into a [`Row`], rounded so that health falls. The second is the same for
//! everybody, holds price, index, weight, interval, decay and funding at a time, and goes into the table, rounded likewise.

mod drift;
mod row;
mod table;
mod word;

use crate::perp::Tiers;
use crate::price::Interval;
use crate::units::{Bps, Index};

pub use drift::{FAR, KEYS, Key, QUOTE_KEY};
pub use row::{Packed, Row, Screened};
pub use table::Table;
pub use word::Scales;

/// Tokens that a table has room for.
pub const TOKENS: usize = 32;
/// Markets that a table has room for.
pub const MARKETS: usize = 32;

/// What decides how much a share of a token counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenTerms {
    /// Deposit index; where several may be used, the least.
    pub deposit_index: Index,
    /// Borrow index; where several may be used, the greatest.
    pub borrow_index: Index,
    /// Maintenance weight of a deposit, bps.
    pub asset: Bps,
    /// Maintenance weight of a debt, bps.
    pub liability: Bps,
    /// Its price; the default is that of an empty place.
    pub price: Interval,
}

impl Default for TokenTerms {
    fn default() -> Self {
        TokenTerms {
            deposit_index: Index::ONE,
            borrow_index: Index::ONE,
            asset: 0,
            liability: 0,
            price: Interval::default(),
        }
    }
}

/// What decides how much a base unit of a market counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MarketTerms {
    /// Its index; the default is that of an empty place.
    pub price: Interval,
    /// Least funding index that may be used, quote units × 2^44.
    pub lowest_funding: i64,
    /// Greatest funding index that may be used, quote units × 2^44.
    pub highest_funding: i64,
    /// Margin by size.
    pub tiers: Tiers,
    /// What the pool has, quote units; where several figures may be used, the least.
    pub payable: u64,
}

/// Everything that a [`Table`] is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Tokens by number.
    pub tokens: [TokenTerms; TOKENS],
    /// Markets by number.
    pub markets: [MarketTerms; MARKETS],
    /// Price of the quote token.
    pub quote: Interval,
    /// Its decimals.
    pub quote_decimals: u8,
}

#[cfg(test)]
mod tests;
