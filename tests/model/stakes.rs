//! Random sequences in which people stake in the shared fund while debts are written off.

use breakwater_tests::arena::Arena;
use breakwater_tests::model::Call;
use breakwater_tests::model::perp::Stake;
use breakwater_tests::model::state::ALL;
use breakwater_tests::tally::Tally;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::markets::{self, PEOPLE};
use crate::sequences::{enough, play_all};
use crate::steps::{self, Step};
use crate::troubled::{self, Ground, SEASONS};

const CASES: u32 = 60;
const STEPS: usize = 60;
const WEEK: i64 = 7 * 86_400;

/// One step of a sequence.
#[derive(Clone, Debug)]
enum Move {
    /// What people do without stakes.
    Others(Step),
    /// A deposit becomes stake.
    Stake { who: usize, dollars: u64 },
    /// After a while, young stake becomes active.
    Mature { who: usize, wait: i64 },
    /// A part of the active units, thousandths, or what is young for 0, is to leave.
    Request { who: usize, part: u64 },
    /// After a while it leaves.
    Unstake { who: usize, wait: i64 },
    /// A request is taken back.
    Restake { who: usize },
    /// Income becomes insurance.
    Collect { market: Option<u8> },
    /// The quote bank's lenders, and before them the fund, lose what somebody owes.
    Default,
}

fn wait() -> impl Strategy<Value = i64> {
    prop_oneof![6 => Just(WEEK), 1 => Just(WEEK - 1), 1 => WEEK..WEEK + 3 * 86_400, 2 => Just(0i64)]
}

fn who() -> impl Strategy<Value = usize> {
    prop_oneof![2 => 1usize..3, 1 => 1usize..PEOPLE]
}

fn moves() -> impl Strategy<Value = Move> {
    let dollars = prop_oneof![6 => 1u64..1_000, 1 => 1u64..100_000, 1 => Just(0u64)];
    let part = prop_oneof![2 => Just(0u64), 2 => Just(1_000u64), 2 => 1u64..1_100];
    let others = prop_oneof![3 => steps::trading(), 1 => steps::pools(), 1 => steps::trouble()];
    prop_oneof![
        4 => others.prop_map(Move::Others),
        3 => (who(), dollars).prop_map(|(who, dollars)| Move::Stake { who, dollars }),
        3 => (who(), wait()).prop_map(|(who, wait)| Move::Mature { who, wait }),
        3 => (who(), part).prop_map(|(who, part)| Move::Request { who, part }),
        3 => (who(), wait()).prop_map(|(who, wait)| Move::Unstake { who, wait }),
        1 => who().prop_map(|who| Move::Restake { who }),
        2 => proptest::option::of(steps::market()).prop_map(|market| Move::Collect { market }),
        1 => Just(Move::Default),
    ]
}

/// Somebody whose stake is of a kind, if there is one; else anybody.
fn holder(arena: &Arena, who: usize, kind: impl Fn(&Stake) -> bool) -> usize {
    let state = arena.state();
    let all: Vec<usize> = state.stakes.iter().filter(|(_, stake)| kind(stake)).map(|(account, _)| *account).collect();
    if all.is_empty() || who == 1 { who } else { all[who % all.len()] }
}

fn calls(arena: &mut Arena, step: &Move) -> Vec<Call> {
    match step {
        Move::Others(step) => markets::calls(arena, step),
        Move::Stake { who, dollars } => {
            let amount = dollars * 1_000_000;
            let freshen = markets::everything(arena, 0);
            vec![freshen, Call::Stake { account: *who, amount }]
        }
        Move::Mature { who, wait } => {
            arena.world.chain.advance(*wait);
            vec![Call::Mature { account: holder(arena, *who, |stake| stake.young.units > 0) }]
        }
        Move::Request { who, part } => {
            let kind = |stake: &Stake| if *part == 0 { stake.young.units > 0 } else { stake.active > 0 };
            let who = holder(arena, *who, kind);
            let active = arena.state().stakes.get(&who).map_or(0, |stake| stake.active);
            let units = match part {
                0 => 0,
                1_000 => ALL,
                part => (u128::from(active) * u128::from(*part) / 1_000).max(1) as u64,
            };
            vec![Call::RequestUnstake { account: who, units }]
        }
        Move::Unstake { who, wait } => {
            arena.world.chain.advance(*wait);
            vec![Call::Unstake { account: holder(arena, *who, |stake| stake.leaving.units > 0) }]
        }
        Move::Restake { who } => {
            vec![Call::Restake { account: holder(arena, *who, |stake| stake.leaving.units > 0) }]
        }
        Move::Collect { market } => vec![Call::Collect { market: *market }],
        Move::Default => markets::calls(arena, &Step::Default),
    }
}

fn play((ground, sequence): (Ground, Vec<Move>)) -> Result<Tally, String> {
    let mut arena = troubled::populated(ground);
    for (number, step) in sequence.iter().enumerate() {
        for call in calls(&mut arena, step) {
            arena.perform(&call).map_err(|what| format!("step {number}, {step:?}: {what}"))?;
        }
    }
    Ok(arena.tally)
}

fn ground() -> impl Strategy<Value = Ground> {
    (prop::sample::select(&SEASONS[..]), any::<bool>()).prop_map(|(season, one_market)| Ground { season, one_market })
}

#[test]
fn every_instruction_with_stakes_does_what_the_model_says() {
    let total = play_all(CASES, (ground(), vec(moves(), 1..=STEPS)), play);
    for (instruction, at_least) in [("stake", 50), ("mature_stake", 20), ("request_unstake", 20), ("unstake", 10)] {
        enough(total.succeeded(instruction), at_least, instruction);
    }
    for (instruction, at_least) in [("collect", 20), ("restake", 3), ("resolve_bankruptcy", 10)] {
        enough(total.succeeded(instruction), at_least, instruction);
    }
}
