//! What program and host both know of Breakwater: account layouts, seeds, instruction data, errors, events, oracle bytes
//! and the way from a risk board and a margin account to a [`breakwater_margin::Snapshot`] and to the quote of a liquidation.
//!
//! It refuses to know any framework. Feature `anchor`, the program's alone, adds Anchor's derives to the same types.
#![cfg_attr(not(test), no_std)]
#![deny(missing_docs)]

extern crate alloc;

pub mod accounts;
pub mod act;
pub mod config;
pub mod errors;
pub mod events;
pub mod governance;
pub mod insurance;
pub mod live;
pub mod oracle;
pub mod order;
pub mod outcome;
pub mod perp;
pub mod quote;
pub mod receipt;
pub mod refresh;
pub mod seeds;
pub mod snapshot;
pub mod token_2022;

pub use accounts::{Bank, Group, MarginAccount, RiskBoard};
pub use errors::MarginError;
pub use governance::QueuedChange;
pub use insurance::{InsuranceFund, InsuranceStake};
pub use order::TriggerOrder;
pub use perp::{LiquidityPosition, PerpMarket};
pub use receipt::ReceiptLog;

#[cfg(feature = "anchor")]
use anchor_lang::prelude::declare_id;

/// An account's address; Anchor's own type in the program, plain bytes elsewhere.
#[cfg(feature = "anchor")]
pub type Address = anchor_lang::Address;
/// An account's address; Anchor's own type in the program, plain bytes elsewhere.
#[cfg(not(feature = "anchor"))]
pub type Address = [u8; 32];

/// The program's address in base58. Whoever deploys an own instance puts the own program key here.
pub const PROGRAM_ID: &str = "BreakwaterLiquidationEngine11111111111111111";

#[cfg(feature = "anchor")]
declare_id!("BreakwaterLiquidationEngine11111111111111111");
