//! The shared fund with its stakes, the market tranches, and what happens when they are not enough.
pub mod collect;
pub mod create_fund;
pub mod deleverage;
pub mod insure;
pub mod report_shortfall;
pub mod stake;
