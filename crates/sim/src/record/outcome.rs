//! What liquidations meant for those who were liquidated and for those who lend.

use serde::{Deserialize, Serialize};

/// Sums over a whole run. `*_micro_usd`: US dollars × 10^6 at the prices of each call.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OutcomeTotals {
    /// Collateral that keepers seized, and positions that they closed.
    pub volume_micro_usd: u64,
    /// What liquidated accounts paid beyond their debts: keepers' bonuses, insurance shares and fees.
    pub users_loss_micro_usd: u64,
    /// Bad debt: what was written off, and what accounts without equity owe beyond their deposits after the last step.
    pub bad_debt_micro_usd: u64,
    /// What tranches and the shared fund paid of it.
    pub insurance_used_micro_usd: u64,
    /// Equity of all accounts that have some, after the last step.
    pub equity_after_micro_usd: u64,
    /// Calls that set a flag and moved nothing.
    pub flags: u64,
    /// Liquidated accounts that would have been healthy again (H_maint ≥ 0) at a price of the next 24 hours, as they were
    /// before their first liquidation.
    pub accounts_recovered: u64,
    /// Slots from the print that put an account under water to its first liquidation; the lower middle of all accounts.
    pub breach_slots_median: Option<u64>,
    /// The same of the slowest tenth: nine in ten were not slower.
    pub breach_slots_p90: Option<u64>,
    /// Loans that were taken on the way, after the first step.
    pub late_loans_micro_usd: u64,
}
