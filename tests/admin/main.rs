//! Groups, listings and parameters: who may, and within which bounds.
#![allow(non_snake_case)]
#[path = "../common/mod.rs"]
mod common;

mod fund;
mod groups;
mod listing;
mod market_bounds;
mod markets;
mod parameters;
