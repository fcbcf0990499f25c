//! The experiment of docs/safety.md: what each mechanism of the safety engine gives and costs. Every market is walked with the
//! same people once for each group that is compared; everything is measured on the real bytecode.
//!
//! Owns markets, comparisons and tables; refuses to know how a run works.

mod paths;
mod picture;
mod table;
mod variants;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

pub use paths::Market;
pub use picture::picture;
pub use table::markdown;
pub use variants::{Comparison, Variant};

use crate::price_path::{Impact, PriceFile, PriceInputError, PricePath};
use crate::record::{OutcomeTotals, RunParameters, RunRecord};
use crate::run::{Conditions, RunConfig, RunError, run};
use crate::safety::Strength;

/// What to run.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// Markets.
    pub markets: Vec<Market>,
    /// What is compared.
    pub comparison: Comparison,
    /// How far each mechanism goes.
    pub strength: Strength,
    /// Seeds 1 to this.
    pub seeds: u64,
    /// Accounts of each run; a fifth as many come on the way.
    pub accounts: u64,
    /// Keepers of each run.
    pub keepers: u64,
    /// What liquidated volume does to prices.
    pub impact: Option<Impact>,
    /// Candles for real markets.
    pub file: Option<PriceFile>,
    /// Runs at the same time.
    pub threads: usize,
}

/// One group in one market, over all seeds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// The market.
    pub market: &'static str,
    /// The group.
    pub variant: String,
    /// Runs that were made.
    pub seeds: u64,
    /// Accounts that were liquidated, mean of all seeds, in tenths.
    pub accounts_liquidated_tenths: u64,
    /// Of them, those that would have been healthy again within a day, in tenths.
    pub accounts_recovered_tenths: u64,
    /// Means of all seeds; of slots, the lower middle.
    pub outcome: OutcomeTotals,
}

/// Runs that are to be made: market, number of the variant, seed.
type Job = (Market, usize, u64);

/// Makes all runs. `progress` is told how many are done, of how many.
///
/// # Errors
/// A price file that cannot be used, or the first run that goes wrong, in the order of the tables.
pub fn experiment(
    experiment: &Experiment,
    progress: impl Fn(usize, usize) + Sync,
) -> Result<Vec<Cell>, ExperimentError> {
    let variants = experiment.comparison.variants(&experiment.strength);
    let seeds: Vec<u64> = (1..=experiment.seeds).collect();
    let mut paths: Vec<(Market, u64, PricePath)> = Vec::new();
    for market in &experiment.markets {
        for seed in &seeds {
            let path = market.path(*seed, experiment.file.as_ref()).map_err(ExperimentError::Prices)?;
            paths.push((*market, *seed, path));
        }
    }
    let jobs: Vec<(Job, &PricePath)> = paths
        .iter()
        .flat_map(|(market, seed, path)| (0..variants.len()).map(move |variant| ((*market, variant, *seed), path)))
        .collect();
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let results: Mutex<Vec<Option<Result<Measured, RunError>>>> = Mutex::new(jobs.iter().map(|_| None).collect());
    std::thread::scope(|scope| {
        for _ in 0..experiment.threads.max(1) {
            scope.spawn(|| {
                while let Some(((market, variant, seed), path)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let measured = measure(experiment, *market, &variants[*variant], *seed, path);
                    let number = done.fetch_add(1, Ordering::Relaxed);
                    progress(number + 1, jobs.len());
                    let position = jobs.iter().position(|(job, _)| *job == (*market, *variant, *seed));
                    let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                    results[position.unwrap_or(number)] = Some(measured);
                }
            });
        }
    });
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut measured = Vec::with_capacity(jobs.len());
    for ((job, _), result) in jobs.iter().zip(results) {
        let result = result.expect("every job has been done");
        let named = |error| ExperimentError::Run {
            market: job.0.name(),
            variant: variants[job.1].name.clone(),
            seed: job.2,
            error,
        };
        measured.push((*job, result.map_err(named)?));
    }
    Ok(cells(experiment, &variants, &measured))
}

/// Why the experiment ended early.
#[derive(Debug, thiserror::Error)]
pub enum ExperimentError {
    /// Prices that cannot be used.
    #[error(transparent)]
    Prices(PriceInputError),
    /// A run that went wrong.
    #[error("market {market}, {variant}, seed {seed}: {error}")]
    Run {
        /// Where.
        market: &'static str,
        /// Which group.
        variant: String,
        /// Which seed.
        seed: u64,
        /// What.
        error: RunError,
    },
}

/// What one run is measured by.
struct Measured {
    accounts_liquidated: u64,
    outcome: OutcomeTotals,
}

fn measure(
    experiment: &Experiment,
    market: Market,
    variant: &Variant,
    seed: u64,
    path: &PricePath,
) -> Result<Measured, RunError> {
    let totals = record_of(experiment, market, variant, seed, path)?.totals;
    Ok(Measured { accounts_liquidated: totals.accounts_liquidated, outcome: totals.outcome })
}

/// One run.
fn record_of(
    experiment: &Experiment,
    market: Market,
    variant: &Variant,
    seed: u64,
    path: &PricePath,
) -> Result<RunRecord, RunError> {
    let crowd = market.crowd();
    let conditions = Conditions {
        safety: Some(variant.safety),
        impact: experiment.impact.map(|impact| Impact { depth: impact.depth * market.depth(), ..impact }),
        keeper_cost: Some(market.keeper_cost()),
        prints_between: true,
        trusts_signatures: true,
        latecomers: if crowd.is_some() { 0 } else { experiment.accounts / 5 },
    };
    let accounts = experiment.accounts * market.accounts_percent() / 100;
    let parameters = RunParameters { accounts, seed, ..RunParameters::default() };
    let config = RunConfig { parameters, keepers: experiment.keepers, crowd, conditions };
    run(&config, path, |_| {}).map(|(record, _)| record)
}

fn cells(experiment: &Experiment, variants: &[Variant], measured: &[(Job, Measured)]) -> Vec<Cell> {
    let mut cells = Vec::new();
    for market in &experiment.markets {
        for (number, variant) in variants.iter().enumerate() {
            let of_cell = |(job, _): &&(Job, Measured)| job.0 == *market && job.1 == number;
            let runs: Vec<&Measured> = measured.iter().filter(of_cell).map(|(_, run)| run).collect();
            cells.push(cell(*market, variant, &runs));
        }
    }
    cells
}

fn cell(market: Market, variant: &Variant, runs: &[&Measured]) -> Cell {
    let count = runs.len().max(1) as u64;
    let mean = |of: fn(&OutcomeTotals) -> u64| runs.iter().map(|run| of(&run.outcome)).sum::<u64>() / count;
    let middle = |of: fn(&OutcomeTotals) -> Option<u64>| {
        let mut all: Vec<u64> = runs.iter().filter_map(|run| of(&run.outcome)).collect();
        all.sort_unstable();
        all.get(all.len().saturating_sub(1) / 2).copied()
    };
    Cell {
        market: market.name(),
        variant: variant.name.clone(),
        seeds: count,
        accounts_liquidated_tenths: runs.iter().map(|run| run.accounts_liquidated * 10).sum::<u64>() / count,
        accounts_recovered_tenths: runs.iter().map(|run| run.outcome.accounts_recovered * 10).sum::<u64>() / count,
        outcome: OutcomeTotals {
            volume_micro_usd: mean(|o| o.volume_micro_usd),
            users_loss_micro_usd: mean(|o| o.users_loss_micro_usd),
            bad_debt_micro_usd: mean(|o| o.bad_debt_micro_usd),
            insurance_used_micro_usd: mean(|o| o.insurance_used_micro_usd),
            equity_after_micro_usd: mean(|o| o.equity_after_micro_usd),
            flags: mean(|o| o.flags),
            accounts_recovered: mean(|o| o.accounts_recovered),
            breach_slots_median: middle(|o| o.breach_slots_median),
            breach_slots_p90: middle(|o| o.breach_slots_p90),
            late_loans_micro_usd: mean(|o| o.late_loans_micro_usd),
        },
    }
}
