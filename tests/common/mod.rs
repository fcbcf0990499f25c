//! What the suites on `solana-program-test` share: a chain, a world with a group on it, traders who act, verdicts that name
//! their error.
//!
//! Every transaction that succeeds is followed by a check of all invariants; every one that fails by a check that no byte of
//! any account it named has changed (ATO-1).
// Each suite is a crate of its own and uses a part of this.
#![allow(dead_code, unused_imports)]

pub mod actors;
pub mod chain;
pub mod full;
pub mod governed;
pub mod markets;
pub mod perps;
pub mod stakes;
pub mod tamper;
pub mod told;
pub mod verdict;
pub mod view;
pub mod world;

pub use actors::Trader;
pub use breakwater_client::interface::MarginError;
pub use chain::Chain;
pub use governed::{Officers, Queued};
pub use markets::{CAP, LOT, QUOTE, SKEW_SCALE, SecondMarket, UNIT, btc, btc_listing, btc_price};
pub use perps::any_price;
pub use solana_instruction::error::InstructionError;
pub use tamper::{OTHER_PROGRAM, Tamper, wrong};
pub use verdict::{Constraint, TokenError, Verdict, because};
pub use world::{SecondGroup, World, eth, sol, usd, usdc};
