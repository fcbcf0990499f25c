//! Closing accounts under water, and writing off what nothing is left to pay.
mod bucket;
mod emit;
pub mod flag;
pub mod liquidate;
pub mod quote;
pub mod resolve_bankruptcy;
mod transfer;
