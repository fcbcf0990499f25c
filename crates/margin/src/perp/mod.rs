//! Perpetuals: one market's books, a trader's position in it, and every rule by which the two change. The pool is the
//! counterparty of every trade; amounts are quote units, bases are base units; time and prices are arguments.

mod adl;
mod escrow;
mod impact;
mod leg;
mod mark;
mod market;
mod order;
mod pool;
mod position;
mod settle;
mod tiers;
mod trade;

pub use adl::{AdlTerms, Deleveraged};
pub(crate) use leg::Contributions;
pub use leg::{PerpLeg, PerpSums, PerpTerms, Standing};
pub use mark::{MARK_BITS, MAX_NOTIONAL, MAX_QUOTE_DECIMALS, Mark, Notional};
pub use market::{Claims, Freshness, FundingTerms, Market, Purse, Ratio};
pub use order::{Direction, Exit, MAX_EXIT_FEE, Trigger};
pub use pool::{PoolBounds, VIRTUAL};
pub use position::Position;
pub use settle::Settlement;
pub use tiers::{MAX_TIERS, Tier, Tiers};
pub use trade::{Availability, Effect, Fill, Intent, MAX_AGE_TRADE, MIN_OPEN, Order, Quoted, TradeTerms};

#[cfg(test)]
mod tests;
