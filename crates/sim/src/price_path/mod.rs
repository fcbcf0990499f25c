//! Price paths: what every asset of a run costs at every step.
//!
//! Owns the integer price type, the path a run walks, and the two sources of paths: seeded synthetic scenarios
//! ([`scenario`]) and candle files ([`csv_file`]). Both end in the same [`PricePath`], with the assumptions that were
//! made written into its notes. Refuses to know the chain, accounts, Pyth's bytes, and floating point: the same inputs
//! give the same path on every machine.

mod asset;
mod between;
mod candle;
pub mod csv_file;
mod csv_table;
mod error;
mod impact;
mod power;
mod price;
mod sample;
pub mod scenario;
mod window;

pub use asset::{Asset, Beta, default_assets};
pub(crate) use between::between;
pub use between::{Fineness, OUTAGE_SECONDS, finer};
pub use csv_file::{PriceFile, from_files};
pub use error::{FileProblem, PriceInputError};
pub(crate) use impact::Pressure;
pub use impact::{DEFAULT_HALF_LIFE, Impact};
pub use price::Price8;
pub use sample::{CONFIDENCE_BASE_BPS, CONFIDENCE_MAX_BPS, CONFIDENCE_MOVE_DIVISOR, EMA_HALF_LIFE_SECONDS, Sample};
pub(crate) use scenario::shaped;
pub use scenario::{Scenario, synthetic};
pub use window::Window;
pub(crate) use window::duration;

/// The prices of one run: a fixed list of symbols and, step after step, one sample for each of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricePath {
    /// Symbols in the order of every step's samples.
    pub symbols: Vec<String>,
    /// Steps in strictly rising time; never empty.
    pub steps: Vec<PriceStep>,
    /// What was assumed on the way, one sentence each, for the report.
    pub notes: Vec<String>,
}

/// Prices of all symbols at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceStep {
    /// Unix time, seconds; also the publish time of every sample.
    pub time: i64,
    /// One sample for each of the path's symbols, in their order.
    pub samples: Vec<Sample>,
}

impl PricePath {
    /// Position of a symbol in every step's samples.
    pub fn index_of(&self, symbol: &str) -> Option<usize> {
        self.symbols.iter().position(|s| s == symbol)
    }

    /// Unix time of the first and of the last step; `None` for a path without steps.
    pub fn span(&self) -> Option<(i64, i64)> {
        Some((self.steps.first()?.time, self.steps.last()?.time))
    }
}
