//! Closing accounts under water, and writing off what nothing is left to pay.
pub mod liquidate;
pub mod resolve_bankruptcy;
