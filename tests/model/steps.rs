//! What people do in a group with markets, as a random generator sees it.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::actions::{self, Action, Part};
use crate::markets::{MARKETS, PEOPLE};

/// One step of a sequence with markets.
#[derive(Clone, Debug)]
pub enum Step {
    Tokens(Action),
    Trade {
        who: usize,
        market: u8,
        dollars: i64,
        tight: bool,
        fresh: bool,
    },
    Reduce {
        who: usize,
        market: u8,
        part: Part,
        fresh: bool,
    },
    Settle {
        who: usize,
        market: u8,
        part: Part,
        stranger: bool,
    },
    Add {
        who: usize,
        market: u8,
        dollars: u64,
    },
    Request {
        who: usize,
        market: u8,
        part: Part,
    },
    Remove {
        who: usize,
        market: u8,
        wait: i64,
    },
    Insure {
        who: usize,
        dollars: u64,
        market: Option<u8>,
    },
    Deleverage {
        who: usize,
        market: u8,
    },
    Close {
        keeper: usize,
        rank: usize,
        market: u8,
        part: Part,
    },
    Resolve {
        rank: usize,
        market: u8,
    },
    Move {
        market: u8,
        by: i64,
        confidence: u64,
        lag: i64,
    },
    MoveAll {
        by: i64,
    },
    Depeg {
        by: i64,
    },
    Freshen,
    Wait {
        seconds: i64,
    },
    /// Lenders of the quote token lose what somebody outside of markets owes them.
    Default,
}

impl Step {
    /// The same in a certain market.
    pub fn in_market(mut self, only: u8) -> Step {
        match &mut self {
            Step::Trade { market, .. }
            | Step::Reduce { market, .. }
            | Step::Settle { market, .. }
            | Step::Add { market, .. }
            | Step::Request { market, .. }
            | Step::Remove { market, .. }
            | Step::Deleverage { market, .. }
            | Step::Close { market, .. }
            | Step::Resolve { market, .. }
            | Step::Move { market, .. } => *market = only,
            _ => {}
        }
        self
    }
}

pub fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        1 => (0u64..4).prop_map(Part::Units),
        4 => (1u64..1_100).prop_map(Part::Permille),
        3 => Just(Part::All),
    ]
}

pub fn market() -> std::ops::Range<u8> {
    0..MARKETS.len() as u8
}

pub fn who() -> std::ops::Range<usize> {
    1..PEOPLE
}

fn often() -> impl Strategy<Value = bool> {
    prop_oneof![9 => Just(true), 1 => Just(false)]
}

pub fn trading() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (who(), market(), prop_oneof![3 => -80_000i64..80_000, 1 => -300_000i64..300_000, 1 => -40i64..40], 0u8..10, often())
            .prop_map(|(who, market, dollars, tight, fresh)| Step::Trade { who, market, dollars, tight: tight == 0, fresh }),
        4 => (who(), market(), part(), often())
            .prop_map(|(who, market, part, fresh)| Step::Reduce { who, market, part, fresh }),
        5 => (who(), market(), part(), any::<bool>())
            .prop_map(|(who, market, part, stranger)| Step::Settle { who, market, part, stranger }),
        5 => (market(), -2_500i64..2_500, prop_oneof![3 => 0u64..30, 1 => 0u64..400], -600i64..600)
            .prop_map(|(market, by, confidence, lag)| Step::Move { market, by, confidence, lag }),
        3 => (-3_000i64..3_000).prop_map(|by| Step::MoveAll { by }),
        3 => gaps(),
        1 => (-600i64..300).prop_map(|by| Step::Depeg { by }),
        4 => Just(Step::Freshen),
        3 => prop_oneof![6 => 1i64..30, 3 => 30i64..4_000, 1 => 4_000i64..200_000].prop_map(|seconds| Step::Wait { seconds }),
    ]
}

pub fn gaps() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => prop_oneof![-8_000i64..-3_000, 4_000i64..15_000].prop_map(|by| Step::MoveAll { by }),
        2 => (market(), prop_oneof![-8_000i64..-3_000, 4_000i64..20_000])
            .prop_map(|(market, by)| Step::Move { market, by, confidence: 5, lag: 0 }),
    ]
}

pub fn pools() -> impl Strategy<Value = Step> {
    // The cooldown is an hour, and a request is void an hour after it.
    let wait = prop_oneof![8 => Just(3_600i64), 1 => Just(0), 1 => 7_190i64..7_210];
    prop_oneof![
        2 => (0usize..2, market(), 0u64..40_000).prop_map(|(who, market, dollars)| Step::Add { who, market, dollars }),
        2 => (0usize..2, market(), part()).prop_map(|(who, market, part)| Step::Request { who, market, part }),
        2 => (0usize..2, market(), wait).prop_map(|(who, market, wait)| Step::Remove { who, market, wait }),
        1 => (who(), 0u64..500, proptest::option::of(market()))
            .prop_map(|(who, dollars, market)| Step::Insure { who, dollars, market }),
    ]
}

pub fn trouble() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0usize..2, prop_oneof![4 => Just(0usize), 1 => 0usize..4], market(), part())
            .prop_map(|(keeper, rank, market, part)| Step::Close { keeper, rank, market, part }),
        3 => (prop_oneof![3 => Just(0usize), 1 => 0usize..4], market())
            .prop_map(|(rank, market)| Step::Resolve { rank, market }),
        3 => (who(), market()).prop_map(|(who, market)| Step::Deleverage { who, market }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => trading(),
        1 => pools(),
        2 => trouble(),
        2 => actions::action().prop_map(Step::Tokens),
    ]
}

/// Sequences of up to so many steps.
pub fn sequence(steps: usize) -> impl Strategy<Value = Vec<Step>> {
    vec(step(), 1..=steps)
}
