//! One run: everybody is put on the chain, then prices walk their path and after every step the laws are checked.
//!
//! Owns the order of things within a step, the race of keepers, the laws over all parties ([`Conservation`]) and the
//! record; refuses to know files, terminals and how a record is shown.

mod conditions;
mod conservation;
mod error;
mod late;
mod outcome;
mod perps;
mod race;
mod step;
mod tally;
mod tape;
mod why;

use std::time::Instant;

use breakwater_client::Address;
use breakwater_client::receipt::ReceiptFile;

pub use conditions::Conditions;
pub use conservation::Conservation;
pub use error::RunError;
pub use solana_account::Account;

use crate::agents::{Crowd, SetUp, notes};
use crate::chain::Chain;
use crate::price_path::PricePath;
use crate::record::{RunParameters, RunRecord};
use crate::world::World;
use step::Simulation;
use tape::Tape;

/// Seconds between the set-up and the first step.
const SET_UP_LEAD: i64 = 60;

/// What to run.
#[derive(Clone, Debug)]
pub struct RunConfig {
    /// What the record says was asked for; accounts and seed are taken from here.
    pub parameters: RunParameters,
    /// Number of keepers.
    pub keepers: u64,
    /// How perpetuals are traded, if they are; then nobody comes for a loan alone.
    pub crowd: Option<Crowd>,
    /// What else differs from the demo's own run.
    pub conditions: Conditions,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Traders are being put on the chain.
    SetUp {
        /// Traders that are there.
        done: u64,
        /// Traders in all.
        total: u64,
    },
    /// Prices walk.
    Step {
        /// Steps done.
        done: u64,
        /// Steps in all.
        total: u64,
        /// Unix time of the last step done, seconds.
        time: i64,
        /// Liquidations so far.
        liquidations: u64,
    },
}

/// Runs a path and checks, after every step,
///
/// 1. the invariants of [`crate::invariants`];
/// 2. that value in is value out over all parties, to the unit: see [`Conservation::check`];
/// 3. of every loss in a perp market, that its tranche was empty before its pool bore a part;
/// 4. of every liquidation, that the program did exactly what the mathematics planned, that the account was under water at
///    the best end of its prices, that its health did not fall, and that it lost what keeper and insurance gained;
/// 5. that no liquidatable account is left with a call that would succeed and pay;
/// 6. of every receipt, that its outcome follows from it and the log on the chain has the same digest (REC-1).
///
/// Returns the record and the receipts. The same configuration and path give the same, apart from the time it took.
///
/// # Errors
/// The first law that does not hold, with seed and step; a price that the program does not take; anything else that the
/// program refuses although no agent did wrong.
pub fn run(
    config: &RunConfig,
    path: &PricePath,
    progress: impl FnMut(Progress),
) -> Result<(RunRecord, ReceiptFile), RunError> {
    play(config, path, progress).map(|end| (end.record, end.receipts))
}

/// What a run leaves behind.
#[derive(Clone, Debug)]
pub struct RunEnd {
    /// What happened.
    pub record: RunRecord,
    /// What every liquidation followed from.
    pub receipts: ReceiptFile,
    /// Every account of the group at the end.
    pub accounts: Vec<(Address, Account)>,
}

/// [`run`], and all accounts at its end.
///
/// # Errors
/// Those of [`run`].
pub fn play(config: &RunConfig, path: &PricePath, mut progress: impl FnMut(Progress)) -> Result<RunEnd, RunError> {
    let started = Instant::now();
    let first = path.steps.first().ok_or(RunError::NoSteps)?;
    if first.time <= SET_UP_LEAD {
        return Err(RunError::TooEarly);
    }
    let RunParameters { seed, accounts, .. } = config.parameters;
    let mut chain = Chain::seeded(first.time - SET_UP_LEAD, seed);
    if config.conditions.trusts_signatures {
        chain = chain.trusting_signatures();
    }
    chain.journal = Some(Vec::new());
    let mut world = World::new(chain);
    let RunConfig { keepers, crowd, conditions, .. } = config.clone();
    let set_up = SetUp { seed, accounts, keepers, crowd, symbols: &path.symbols, first, safety: conditions.safety };
    let population = set_up
        .run(&mut world, |done| progress(Progress::SetUp { done, total: accounts }))
        .map_err(|problem| RunError::of(problem, seed, first.time))?;

    let mut parameters = config.parameters.clone();
    parameters.notes.extend(path.notes.iter().cloned());
    parameters.notes.extend(notes(keepers, crowd));
    parameters.notes.extend(conditions.impact.map(|impact| impact.note()));
    let mut simulation = Simulation::new(world, population, parameters, &conditions);
    simulation
        .expect_latecomers(path, conditions.latecomers)
        .map_err(|problem| RunError::of(problem, seed, first.time))?;
    let mut tape = Tape::new(path, &conditions);
    while let Some((number, step)) = tape.next(simulation.urgency()) {
        let stopped = |stop| RunError::at(stop, seed, number, step.time);
        simulation.step(number, &step, &path.symbols).map_err(stopped)?;
        tape.sold(&std::mem::take(&mut simulation.sales));
        progress(Progress::Step {
            done: number as u64 + 1,
            total: path.steps.len() as u64,
            time: step.time,
            liquidations: simulation.liquidations(),
        });
    }
    Ok(simulation.finish(started.elapsed()))
}
