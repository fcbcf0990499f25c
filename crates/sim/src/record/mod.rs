//! The record of one run: everything that the report, the terminal summary and `--json` say.
//!
//! Owns the shape of that data and its units; refuses to know how a run comes about and how it is shown. Integers only.
//! Two units of money appear, and the field's name says which: `*_micro_usd` is US dollars × 10^6 at the step's oracle
//! price, `*_native` is a token's smallest unit.

mod outcome;
mod perp;

use serde::{Deserialize, Serialize};

pub use outcome::OutcomeTotals;
pub use perp::{ClosingRecord, MarketRecord, MarketStepRecord, PerpTotals, Waterfall};

use crate::price_path::Price8;

/// Version of this shape; raised when a field changes its meaning or goes away.
pub const RECORD_VERSION: u32 = 1;

/// How near to liquidation an account counts as value at risk, bps of its requirement: a health factor below 1.10.
pub const AT_RISK_BPS: u64 = 1_000;

/// One run, complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    /// [`RECORD_VERSION`] of the writer.
    pub version: u32,
    /// What was asked for.
    pub parameters: RunParameters,
    /// Tokens of the run, in the order of every step's prices.
    pub tokens: Vec<TokenRecord>,
    /// Perp markets of the run, in the order of every step's markets.
    #[serde(default)]
    pub markets: Vec<MarketRecord>,
    /// Steps in rising time.
    pub steps: Vec<StepRecord>,
    /// Liquidations of debts in the order of execution.
    pub liquidations: Vec<LiquidationRecord>,
    /// Liquidations of perp positions in the order of execution.
    #[serde(default)]
    pub closings: Vec<ClosingRecord>,
    /// What each keeper gained.
    pub keepers: Vec<KeeperRecord>,
    /// Sums and checks over the whole run.
    pub totals: RunTotals,
    /// Why no account was liquidated, if none was.
    pub why_none: Option<String>,
}

/// What was asked for, enough to repeat the run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RunParameters {
    /// The command that repeats the run exactly, seed included.
    pub command: String,
    /// Number of margin accounts.
    pub accounts: u64,
    /// Seed of accounts, agents and synthetic prices.
    pub seed: u64,
    /// Synthetic scenario, if prices are not from files.
    pub scenario: Option<String>,
    /// Price files, as given.
    pub price_files: Vec<PriceFileRecord>,
    /// `--from`, as given.
    pub from: Option<String>,
    /// `--to`, as given.
    pub to: Option<String>,
    /// Assumptions, one sentence each: order within a candle, betas, confidence.
    pub notes: Vec<String>,
}

/// One price file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceFileRecord {
    /// Symbol it prices, if the user named it.
    pub symbol: Option<String>,
    /// Path as given.
    pub path: String,
}

/// One token of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRecord {
    /// Upper-case symbol.
    pub symbol: String,
    /// Decimals of the mint.
    pub decimals: u8,
}

/// The state after one price step and all liquidations it caused.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StepRecord {
    /// Unix time, seconds.
    pub time: i64,
    /// Prices in units of 1e-8 USD, in the order of the record's tokens.
    pub prices: Vec<Price8>,
    /// Debt of accounts within [`AT_RISK_BPS`] of liquidation or beyond, before this step's liquidations.
    pub value_at_risk_micro_usd: u64,
    /// Accounts that could be liquidated, before this step's liquidations.
    pub liquidatable_accounts: u64,
    /// Liquidations executed in this step, of debts and of positions.
    pub liquidations: u64,
    /// Debt repaid by liquidations of this step.
    pub repaid_micro_usd: u64,
    /// All debt after the step.
    pub debt_micro_usd: u64,
    /// All deposits of accounts with debt after the step.
    pub collateral_micro_usd: u64,
    /// All insurance tranches after the step.
    pub tranche_micro_usd: u64,
    /// Bad debt found since the start of the run.
    pub bad_debt_micro_usd: u64,
    /// What stands in each of the record's markets.
    #[serde(default)]
    pub markets: Vec<MarketStepRecord>,
}

/// One executed liquidation of a debt.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LiquidationRecord {
    /// Position of its step in the record.
    pub step: u64,
    /// Unix time, seconds.
    pub time: i64,
    /// Number of the liquidated account.
    pub account: u64,
    /// Number of the keeper.
    pub keeper: u64,
    /// Token that was owed; `SOL-PERP` where a market was.
    pub debt_symbol: String,
    /// Token that was seized; `SOL-PERP` where it was profit in a market.
    pub collateral_symbol: String,
    /// Debt repaid, native units of the debt token.
    pub repaid_native: u64,
    /// Debt repaid.
    pub repaid_micro_usd: u64,
    /// Collateral seized, native units of the collateral token.
    pub seized_native: u64,
    /// Collateral seized.
    pub seized_micro_usd: u64,
    /// What the keeper nets.
    pub bonus_micro_usd: u64,
    /// What the insurance tranche receives.
    pub insurance_micro_usd: u64,
    /// Health factor before, ppm: 1,000,000 is the edge.
    pub health_factor_before_ppm: i64,
    /// Health factor after, ppm; `None` once nothing is owed.
    pub health_factor_after_ppm: Option<i64>,
    /// Compute units of the instruction.
    pub cu: u64,
}

/// What one keeper did and gained.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KeeperRecord {
    /// Number of the keeper.
    pub keeper: u64,
    /// Liquidations it executed.
    pub liquidations: u64,
    /// Debt it repaid.
    pub repaid_micro_usd: u64,
    /// Bonuses it earned, at the prices of each liquidation.
    pub profit_micro_usd: i64,
    /// Its calls that the program refused: another keeper had been faster, or its own capital did not suffice.
    pub refused: u64,
}

/// Sums and checks over the whole run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RunTotals {
    /// Accounts liquidated at least once.
    pub accounts_liquidated: u64,
    /// Executed liquidations, of debts and of positions.
    pub liquidations: u64,
    /// Debt repaid.
    pub repaid_micro_usd: u64,
    /// Collateral seized.
    pub seized_micro_usd: u64,
    /// Bonuses of all keepers.
    pub bonuses_micro_usd: u64,
    /// Insurance tranches before the first step.
    pub tranche_before_micro_usd: u64,
    /// Insurance tranches after the last step.
    pub tranche_after_micro_usd: u64,
    /// Bad debt found.
    pub bad_debt_micro_usd: u64,
    /// Part of the bad debt that depositors bore.
    pub socialised_micro_usd: u64,
    /// Compute units of the median liquidation; `None` without one.
    pub cu_median: Option<u64>,
    /// Compute units of the worst liquidation; `None` without one.
    pub cu_worst: Option<u64>,
    /// Claims against vault of every token.
    pub vaults: Vec<VaultRecord>,
    /// What happened in perp markets.
    #[serde(default)]
    pub perps: PerpTotals,
    /// What liquidations meant for those who were liquidated.
    #[serde(default)]
    pub outcome: OutcomeTotals,
    /// Invariant checks made, all of them held.
    pub invariants_checked: u64,
    /// Duration of the run on this machine, milliseconds.
    pub wall_ms: u64,
}

/// Claims on one token against what its vault holds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct VaultRecord {
    /// Token.
    pub symbol: String,
    /// Decimals of the mint.
    pub decimals: u8,
    /// Tokens in the vault, native units.
    pub vault_native: u64,
    /// Deposits, tranche and fees less debts: what the vault owes, native units, rounded up.
    pub claims_native: u64,
    /// Vault less claims, native units; an invariant says it is never negative.
    pub surplus_native: i64,
}

impl RunTotals {
    /// Median and worst of the liquidations' compute units; the lower middle of an even number.
    pub fn set_compute_units(&mut self, liquidations: &[LiquidationRecord], closings: &[ClosingRecord]) {
        let debts = liquidations.iter().map(|liquidation| liquidation.cu);
        let mut units: Vec<u64> = debts.chain(closings.iter().map(|closing| closing.cu)).collect();
        units.sort_unstable();
        self.cu_median = units.get(units.len().saturating_sub(1) / 2).copied();
        self.cu_worst = units.last().copied();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_units(units: &[u64]) -> RunTotals {
        let liquidations: Vec<LiquidationRecord> =
            units.iter().map(|&cu| LiquidationRecord { cu, ..Default::default() }).collect();
        let mut totals = RunTotals::default();
        totals.set_compute_units(&liquidations, &[]);
        totals
    }

    #[test]
    fn median_and_worst_compute_units_are_of_the_liquidations() {
        let totals = with_units(&[30, 10, 20, 40]);
        assert_eq!((totals.cu_median, totals.cu_worst), (Some(20), Some(40)));
        let totals = with_units(&[7]);
        assert_eq!((totals.cu_median, totals.cu_worst), (Some(7), Some(7)));
    }

    #[test]
    fn without_a_liquidation_there_are_no_compute_units() {
        let totals = with_units(&[]);
        assert_eq!((totals.cu_median, totals.cu_worst), (None, None));
    }

    #[test]
    fn a_record_survives_json_to_the_last_unit() {
        let record = crate::report::example();
        let json = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<RunRecord>(&json).unwrap(), record);
    }
}
