//! Positions and pools. A trade is filled by the market's pool at the index price with spread and skew; settling turns PnL
//! into quote tokens; liquidity providers own the pool.
pub mod execute_order;
pub mod liquidity;
pub mod orders;
pub mod settle;
pub mod trade;
