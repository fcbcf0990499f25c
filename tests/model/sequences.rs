//! Random sequences of instructions on the bytecode, compared with the model after every one.
//!
//! `BREAKWATER_MODEL_CASES` sets how many sequences are played, `BREAKWATER_MODEL_SEED` (a number) where they start. A
//! failure prints the shortest sequence found that still fails.

use std::cell::RefCell;

use breakwater_tests::arena::Tally;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::actions::{self, Action};
use crate::ground;

const CASES: u32 = 60;
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

#[test]
fn every_instruction_of_random_sequences_does_what_the_model_says() {
    let cases = number("BREAKWATER_MODEL_CASES").map_or(CASES, |n| n as u32);
    let seed = number("BREAKWATER_MODEL_SEED").unwrap_or(1);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 300, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let tallies = RefCell::new(Vec::new());
    let run = TestRunner::new_with_rng(config, rng).run(&actions::sequence(STEPS), |sequence| {
        let tally = play(&sequence).map_err(TestCaseError::fail)?;
        tallies.borrow_mut().push(tally);
        Ok(())
    });
    if let Err(TestError::Fail(reason, sequence)) = run {
        panic!("seed {seed}: {reason}\nafter {sequence:?}");
    }
    let total = tallies.into_inner().into_iter().reduce(Tally::and).expect("a case was played");
    println!("{total}");
    for (instruction, at_least) in [("liquidate", 100), ("resolve_bankruptcy", 1), ("borrow", 50), ("withdraw", 50)] {
        let seen = total.succeeded(instruction);
        assert!(cases < CASES || seen >= at_least, "only {seen} of {instruction} succeeded");
    }
}
