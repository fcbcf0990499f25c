//! The shared fund and the market tranches, and what happens when they are not enough.
pub mod create_fund;
pub mod deleverage;
pub mod insure;
