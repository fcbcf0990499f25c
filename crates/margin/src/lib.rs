//! The margin mathematics of Breakwater: what an account is worth, when it may be liquidated, which leg, how much, at
//! what bonus, and who bears a loss. Program, keeper, simulator and web page all call this crate, so nothing computes
//! health twice.
//!
//! It refuses to know keys, accounts, clocks and oracle bytes: time, prices and amounts are arguments. Integers only.
//! A function that rounds says so in its name (`_down`, `_up`); the direction always favours the protocol. Formulas are
//! numbered in `docs/spec.md`.
//!
//! The line from a price to a liquidation:
//! [`price::accept`] → [`Snapshot`] → [`health::value`] → [`liquidation::plan_liquidation`] → [`liquidation::apply`].
#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![deny(unreachable_pub)]

extern crate alloc;

pub mod config;
pub mod error;
pub mod fixed;
pub mod health;
pub mod interest;
pub mod lending;
pub mod leverage;
pub mod liquidation;
pub mod outflow;
pub mod parts;
pub mod perp;
pub mod position;
pub mod price;
pub mod quarantine;
pub mod quote;
pub mod screen;
pub mod stake;
pub mod units;
pub mod volatility;
pub mod waterfall;

pub use error::{MathError, Refusal};
pub use health::{Valuation, value};
pub use liquidation::{LiquidationParams, PerpPlan, Plan, Request, SpotPlan, Target, plan_liquidation};
pub use position::{Side, Snapshot, TokenLeg, Weights};
pub use price::{FeedConfig, FeedState, Interval, Price, Print};
pub use units::{BPS, Bps, Index, NativeAmount, Shares, Value, Weighted};
