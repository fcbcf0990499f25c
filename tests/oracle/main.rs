//! `refresh`: what the board believes of an oracle account, and what it refuses.
#![allow(non_snake_case)]
#[path = "../common/mod.rs"]
mod common;
#[path = "../common/pyth.rs"]
mod pyth;

mod index;
mod legacy;
mod refresh;
mod refusals;
mod view;
mod volatility;
