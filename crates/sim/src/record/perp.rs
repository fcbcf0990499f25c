//! What a run leaves behind of its perp markets. Amounts of quote tokens are in US dollars × 10^6 at the step's price.

use serde::{Deserialize, Serialize};

/// One perp market of the run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MarketRecord {
    /// Symbol of what it is about.
    pub symbol: String,
    /// Decimals of a base unit.
    pub decimals: u8,
}

/// A market after one step.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MarketStepRecord {
    /// What the pool would be worth if all positions were closed at the index.
    pub equity_micro_usd: i64,
    /// Quote tokens that the pool has.
    pub assets_micro_usd: u64,
    /// What it owes beyond what it has.
    pub deficit_micro_usd: u64,
    /// The market's tranche.
    pub tranche_micro_usd: u64,
    /// All longs at the index.
    pub long_micro_usd: u64,
    /// All shorts at the index.
    pub short_micro_usd: u64,
}

/// One liquidation of a position.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ClosingRecord {
    /// Position of its step in the record.
    pub step: u64,
    /// Unix time, seconds.
    pub time: i64,
    /// Number of the liquidated account.
    pub account: u64,
    /// Number of the keeper.
    pub keeper: u64,
    /// Symbol of the market.
    pub symbol: String,
    /// Base units closed.
    pub size_native: u64,
    /// What they were worth.
    pub notional_micro_usd: u64,
    /// Settled beforehand: positive for a loss that the account paid, negative for profit that paid its debt.
    pub settled_micro_usd: i64,
    /// What the keeper gets.
    pub bonus_micro_usd: u64,
    /// What the market's tranche gets.
    pub insurance_micro_usd: u64,
    /// Health factor before, ppm: 1,000,000 is the edge.
    pub health_factor_before_ppm: i64,
    /// Health factor after, ppm; `None` once nothing is required.
    pub health_factor_after_ppm: Option<i64>,
    /// Compute units of the instruction.
    pub cu: u64,
}

/// Sums over all perp markets of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PerpTotals {
    /// Liquidations of positions.
    pub closings: u64,
    /// Liquidations in which a keeper repaid a debt to a market.
    pub market_debts: u64,
    /// Liquidations in which a keeper seized profit in a market.
    pub market_profits: u64,
    /// Worth of the positions that keepers closed.
    pub closed_micro_usd: u64,
    /// Debts to markets that were written off.
    pub write_offs: u64,
    /// What was owed and will not be paid.
    pub loss_micro_usd: u64,
    /// Winners that were closed because a pool owed more than it had.
    pub deleveraged: u64,
    /// Who bore the losses of positions.
    pub waterfall: Waterfall,
    /// Equity of all pools before the first step.
    pub equity_before_micro_usd: i64,
    /// Equity of all pools after the last step.
    pub equity_after_micro_usd: i64,
    /// Liquidity that was taken out of pools on the way.
    pub withdrawn_micro_usd: u64,
    /// The shared fund before the first step.
    pub fund_before_micro_usd: u64,
    /// The shared fund after the last step.
    pub fund_after_micro_usd: u64,
}

/// Who bore the losses of positions, in the order in which they are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Waterfall {
    /// Paid by the losing accounts themselves, with deposits of the quote token or with collateral that keepers bought.
    pub account_micro_usd: u64,
    /// Borne by the pools, for good.
    pub pool_micro_usd: u64,
    /// Paid by the markets' tranches for what the pools owe and do not have.
    pub tranche_micro_usd: u64,
    /// Paid by the shared fund.
    pub fund_micro_usd: u64,
    /// Taken from winners.
    pub adl_micro_usd: u64,
}

impl PerpTotals {
    /// Pools bore what nobody after them paid: winners pay for what the pools could not.
    pub fn close(&mut self) {
        let waterfall = &mut self.waterfall;
        waterfall.pool_micro_usd = waterfall.pool_micro_usd.saturating_sub(waterfall.adl_micro_usd);
    }
}

impl Waterfall {
    /// The parts with their names, in order.
    pub fn parts(&self) -> [(&'static str, u64); 5] {
        [
            ("losing accounts", self.account_micro_usd),
            ("pools", self.pool_micro_usd),
            ("tranches", self.tranche_micro_usd),
            ("shared fund", self.fund_micro_usd),
            ("winners (ADL)", self.adl_micro_usd),
        ]
    }
}
