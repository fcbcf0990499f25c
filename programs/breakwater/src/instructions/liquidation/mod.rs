//! Closing accounts under water, and writing off what nothing is left to pay.
mod emit;
pub mod liquidate;
pub mod resolve_bankruptcy;
mod transfer;
