//! Groups, listings and parameters: who may, and within which bounds.
#![allow(non_snake_case)]
#[path = "../common/mod.rs"]
mod common;

mod groups;
mod listing;
mod parameters;
