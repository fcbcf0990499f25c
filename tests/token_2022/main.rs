//! Token-2022: mints made by the real token program; transfer fees counted by what arrives; extensions by allow-list.
#![allow(non_snake_case)]
#[path = "../common/mod.rs"]
mod common;

mod extensions;
mod fees;
mod mints;
