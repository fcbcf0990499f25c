//! Under which conditions a run takes place, beside its prices and people.

use crate::price_path::Impact;
use crate::safety::Safety;

/// What differs between runs of the same prices and people. By default: the group as listed, endless depth, keepers that sell at the
/// oracle price, prints at the path's steps alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// Mechanisms of the safety engine, if not as listed by default.
    pub safety: Option<Safety>,
    /// What liquidated volume does to prices.
    pub impact: Option<Impact>,
    /// What selling costs the cheapest keeper, bps; keepers then leave what does not pay. `None`: it costs nothing.
    pub keeper_cost: Option<u32>,
    /// Whether prices are printed between the path's steps while accounts are under water.
    pub prints_between: bool,
    /// Whether the chain takes signatures for granted, to save time.
    pub trusts_signatures: bool,
    /// Traders that come on the way and borrow nearly what they may.
    pub latecomers: u64,
}
