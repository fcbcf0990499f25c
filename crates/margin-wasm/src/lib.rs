//! Breakwater's mathematics for a browser. A page gives it the raw bytes of a group's accounts and asks; the answers are
//! JSON, in the types of [`answer`]. Every number in them comes from `breakwater_margin` through `breakwater_client`, so that
//! a page shows what the program will do. There is no formula here: only questions, and words for numbers.
//!
//! Integers that may be money or pass 2^53 are decimal strings; dollars and prices are decimal strings of dollars.
#![deny(missing_docs)]

#[cfg(target_family = "wasm")]
mod abi;
mod action;
pub mod answer;
mod ask;
mod json;
mod session;
mod tell;
pub mod text;
#[cfg(test)]
mod types;
mod words;

pub use action::{Intent, MostOf};
pub use ask::ask;
pub use session::{Refused, Session};
