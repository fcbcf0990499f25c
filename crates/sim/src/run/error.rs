//! Why a run ends early.

use thiserror::Error;

use crate::agents::Problem;
use crate::invariants::Violation;
use crate::price_path::Price8;
use crate::report::date_time;

/// Why a run ended early.
#[derive(Debug, Error)]
pub enum RunError {
    /// A path without steps.
    #[error("the price path has no steps")]
    NoSteps,
    /// A path that begins before clocks do.
    #[error("the prices start before 1970-01-01 00:02 (UTC), where this simulator's clock begins")]
    TooEarly,
    /// A price that the program does not take.
    #[error("the price {price} of {symbol} at {} (UTC) is not accepted: {reason}", date_time(*.time))]
    Price {
        /// Whose price.
        symbol: String,
        /// The price.
        price: Price8,
        /// Unix time, seconds.
        time: i64,
        /// The program's reason.
        reason: String,
    },
    /// Amounts that no token account can hold.
    #[error("a price is so low or high that an amount of its token does not fit 64 bits")]
    AmountTooLarge,
    /// A law that does not hold.
    #[error("invariant {violation} (seed {seed}, step {step}, {} UTC)", date_time(*.time))]
    Violation {
        /// The law and what was found.
        violation: Violation,
        /// Seed of the run.
        seed: u64,
        /// Position of the step.
        step: usize,
        /// Unix time, seconds.
        time: i64,
    },
    /// Something that the program should have done.
    #[error("{problem} (seed {seed}, {} UTC)", date_time(*.time))]
    Stuck {
        /// What it was.
        problem: Problem,
        /// Seed of the run.
        seed: u64,
        /// Unix time, seconds.
        time: i64,
    },
}

/// Why a step stopped, before anybody knows which step it was.
#[derive(Debug)]
pub(super) enum Stop {
    /// A law does not hold.
    Law(Violation),
    /// An agent is stuck.
    Stuck(Problem),
    /// A price is refused.
    Price { symbol: String, price: Price8, reason: String },
}

impl From<Violation> for Stop {
    fn from(violation: Violation) -> Stop {
        Stop::Law(violation)
    }
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Stop {
        Stop::Stuck(problem)
    }
}

impl RunError {
    /// Whether what the user gave cannot be run, as opposed to a run that went wrong.
    pub fn is_input(&self) -> bool {
        !matches!(self, RunError::Violation { .. } | RunError::Stuck { .. })
    }

    pub(super) fn of(problem: Problem, seed: u64, time: i64) -> RunError {
        match problem {
            Problem::AmountTooLarge => RunError::AmountTooLarge,
            problem => RunError::Stuck { problem, seed, time },
        }
    }

    pub(super) fn at(stop: Stop, seed: u64, step: usize, time: i64) -> RunError {
        match stop {
            Stop::Law(violation) => RunError::Violation { violation, seed, step, time },
            Stop::Stuck(problem) => RunError::of(problem, seed, time),
            Stop::Price { symbol, price, reason } => RunError::Price { symbol, price, time, reason },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_names_the_law_and_the_seed() {
        let violation = Violation { law: "SOL-1", what: "USDC: the vault is short".to_owned() };
        let error = RunError::at(Stop::Law(violation), 42, 17, 1_735_689_600);
        assert_eq!(
            error.to_string(),
            "invariant SOL-1: USDC: the vault is short (seed 42, step 17, 2025-01-01 00:00 UTC)"
        );
        assert!(!error.is_input());
    }
}
