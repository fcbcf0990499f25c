//! Random sequences of instructions on the bytecode, compared with the model after every one.
//!
//! `BREAKWATER_MODEL_CASES` sets how many sequences are played, `BREAKWATER_MODEL_SEED` (a number) where they start. A
//! failure prints the shortest sequence found that still fails; `BREAKWATER_MODEL_SHRINK` sets how often one is looked for.

use std::cell::RefCell;

use breakwater_tests::arena::Arena;
use breakwater_tests::tally::Tally;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::actions::{self, Action};
use crate::ground;
use crate::markets;
use crate::moves;
use crate::safety;
use crate::steps::{self, Step};
use crate::troubled;

const CASES: u32 = 150;
const MARKET_CASES: u32 = 60;
const SAFETY_CASES: u32 = 60;
const STEPS: usize = 80;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|e| panic!("{variable}: {e}")))
}

fn play(sequence: &[Action]) -> Result<Tally, String> {
    let mut arena = ground::populated();
    for (step, action) in sequence.iter().enumerate() {
        for call in actions::calls(&mut arena, action) {
            arena.perform(&call).map_err(|what| format!("step {step}, {action:?}: {what}"))?;
        }
    }
    Ok(arena.tally)
}

/// Plays sequences until one differs; what all of them did.
pub fn play_all<C: std::fmt::Debug>(
    cases: u32,
    strategy: impl Strategy<Value = C>,
    play: impl Fn(C) -> Result<Tally, String>,
) -> Tally {
    let mut total = Tally::default();
    let property = |case: C| {
        let tally = play(case)?;
        total = std::mem::take(&mut total).and(tally);
        Ok(())
    };
    runner(cases, property, strategy);
    println!("{total}");
    total
}

fn play_markets(mut arena: Arena, sequence: &[Step]) -> Result<Tally, String> {
    for (number, step) in sequence.iter().enumerate() {
        for call in markets::calls(&mut arena, step) {
            arena.perform(&call).map_err(|what| format!("step {number}, {step:?}: {what}"))?;
        }
    }
    Ok(arena.tally)
}

/// Runs a property on a fixed number of cases from a fixed seed; the environment may ask for others.
///
/// # Panics
/// With the reason, the seed and the smallest failing case.
pub fn runner<C: std::fmt::Debug>(
    cases: u32,
    property: impl FnMut(C) -> Result<(), String>,
    strategy: impl Strategy<Value = C>,
) {
    let cases = number("BREAKWATER_MODEL_CASES").map_or(cases, |n| n as u32);
    let seed = number("BREAKWATER_MODEL_SEED").unwrap_or(1);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let max_shrink_iters = number("BREAKWATER_MODEL_SHRINK").map_or(500, |n| n as u32);
    let config = Config { cases, failure_persistence: None, max_shrink_iters, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let property = RefCell::new(property);
    let run = TestRunner::new_with_rng(config, rng)
        .run(&strategy, |case| (property.borrow_mut())(case).map_err(TestCaseError::fail));
    if let Err(TestError::Fail(reason, case)) = run {
        panic!("seed {seed}: {reason}\nafter {case:?}");
    }
}

/// A suite that sees too little proves too little. Holds for the default number of cases.
///
/// # Panics
/// If less was seen.
pub fn enough(seen: u64, at_least: u64, what: &str) {
    assert!(number("BREAKWATER_MODEL_CASES").is_some() || seen >= at_least, "only {seen} of {what}");
}

#[test]
fn every_instruction_of_random_sequences_does_what_the_model_says() {
    let total = play_all(CASES, actions::sequence(STEPS), |sequence| play(&sequence));
    for (instruction, at_least) in [("liquidate", 100), ("resolve_bankruptcy", 1), ("borrow", 50), ("withdraw", 50)] {
        enough(total.succeeded(instruction), at_least, instruction);
    }
}

#[test]
fn every_instruction_with_markets_does_what_the_model_says() {
    let total = play_all(MARKET_CASES, steps::sequence(STEPS), |steps| play_markets(markets::populated(), &steps));
    for (instruction, at_least) in [("trade", 100), ("reduce", 30), ("settle", 30), ("liquidate position", 10)] {
        enough(total.succeeded(instruction), at_least, instruction);
    }
}

#[test]
fn every_instruction_of_the_safety_engine_does_what_the_model_says() {
    let total = play_all(SAFETY_CASES, moves::sequence(moves::anywhere(), STEPS), |(ground, moves)| {
        let mut arena = safety::populated(ground);
        for (number, step) in moves.iter().enumerate() {
            for call in safety::calls(&mut arena, step) {
                arena.perform(&call).map_err(|what| format!("step {number}, {step:?}: {what}"))?;
            }
        }
        Ok(arena.tally)
    });
    for (instruction, at_least) in [("liquidate", 10), ("liquidate position", 10), ("execute_order", 10)] {
        enough(total.succeeded(instruction), at_least, instruction);
    }
}

#[test]
fn every_instruction_with_pools_in_deficit_does_what_the_model_says() {
    let total = play_all(MARKET_CASES, troubled::sequence(STEPS), |(ground, steps)| {
        play_markets(troubled::populated(ground), &steps)
    });
    for (instruction, at_least) in [("deleverage", 10), ("settle", 30), ("resolve_bankruptcy", 10)] {
        enough(total.succeeded(instruction), at_least, instruction);
    }
    for (instruction, at_least) in [("deleverage", 5), ("settle", 3)] {
        let moved = total.escrows.get(instruction).copied().unwrap_or_default();
        enough(moved, at_least, "movements of secured profit");
    }
}
