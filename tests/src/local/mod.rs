//! A node on this machine with a launched group in it, and everybody who acts there: lenders, traders, keepers. Both
//! `cargo xtask e2e keeper` and `cargo xtask app` stand on it.

pub mod keeper;
pub mod node;
pub mod people;
pub mod place;
pub mod proxy;
pub mod rpc;
pub mod water;
