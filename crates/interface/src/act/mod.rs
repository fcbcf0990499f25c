//! What an action does to accounts: all of an instruction between loading its accounts and moving tokens or telling indexers,
//! in the program's order of checks. The program's handlers call these functions and so does a client that shows an action
//! before it is signed: there is one implementation.
//!
//! Addresses of accounts are the caller's to check, and so is who has signed where an instruction's accounts say so; a signer
//! that decides how an action goes is an argument. A refused action leaves its accounts half-changed: work on copies.

pub mod account;
pub mod bank;
pub mod fill;
pub mod ledger;
mod lending;
mod liquidity;
mod settle;
mod stake;
mod trade;

pub use lending::{Change, MoveIn, MoveOut, before_fee, borrow, deposit, repay, withdraw};
pub use liquidity::{
    EXIT_WINDOW, Providing, Requesting, add_liquidity, pool_bounds, remove_liquidity, request_liquidity,
};
pub use settle::{Settled, Settling, settle};
pub use stake::{Holding, Staking, mature_stake, request_unstake, restake, stake, unstake};
pub use trade::{Executed, Trading, reduce, trade, traded};
