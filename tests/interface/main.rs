//! What the outside relies on: error codes, account layouts, what is written in bytes by others.
#![allow(non_snake_case)]

#[path = "../common/pyth.rs"]
mod common_pyth;

mod errors;
mod layout;
mod pyth;
