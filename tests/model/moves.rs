//! What people do where the safety engine is on, as a random generator sees it.

use breakwater_tests::model::By;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::actions::{self, Part};
use crate::safety::{Ground, Place, Terms};
use crate::steps::{self, Step};

/// One step of a sequence.
#[derive(Clone, Debug)]
pub enum Move {
    /// What people do without the engine.
    Step(Step),
    /// A price moves until an account is under water by a part of the way to a deep breach, thousandths.
    Edge { rank: usize, feed: usize, part: u64 },
    /// Somebody touches an account.
    Touch { rank: usize },
    /// Slots pass.
    Skip { slots: u64 },
    /// New prints of some feeds.
    Prints { mask: u16 },
    /// Whatever the model finds that may be liquidated.
    Liquidate { keeper: usize, rank: usize, pick: usize, part: Part },
    /// Nobody brings a print for a while.
    Outage { seconds: i64 },
    /// Time passes until nobody waits for an outage.
    Calm,
    /// A market's status.
    Status { market: u8, status: u8 },
    /// An order is left; the trigger is a part of the mark, or a health factor.
    Place { who: usize, slot: u8, kind: u8, wrong: u8, trigger: i64, part: Part, fee: u32, by: By, expires: i64 },
    /// An order is taken back.
    Cancel { who: usize, slot: u8, by: By },
    /// An order is carried out, on new prints or not.
    Execute { who: usize, slot: u8, executor: usize, fresh: bool },
}

fn rank() -> impl Strategy<Value = usize> {
    prop_oneof![4 => Just(0usize), 1 => 0usize..4]
}

fn by() -> impl Strategy<Value = By> {
    prop_oneof![12 => Just(By::Owner), 1 => Just(By::Delegate), 1 => Just(By::Stranger)]
}

fn liquidate() -> impl Strategy<Value = Move> {
    let pick = prop_oneof![5 => Just(0usize), 1 => 0usize..9];
    let part = prop_oneof![3 => Just(Part::All), 1 => steps::part()];
    (0usize..2, rank(), pick, part).prop_map(|(keeper, rank, pick, part)| Move::Liquidate { keeper, rank, pick, part })
}

fn touch() -> impl Strategy<Value = Move> {
    rank().prop_map(|rank| Move::Touch { rank })
}

fn skip() -> impl Strategy<Value = Move> {
    prop_oneof![5 => 1u64..6, 2 => 6u64..160, 1 => 160u64..400].prop_map(|slots| Move::Skip { slots })
}

fn prints() -> impl Strategy<Value = Move> {
    prop_oneof![4 => Just(u16::MAX), 1 => any::<u16>()].prop_map(|mask| Move::Prints { mask })
}

fn edge() -> impl Strategy<Value = Move> {
    (rank(), 0usize..8, prop_oneof![5 => 1u64..950, 1 => 950u64..1_500]).prop_map(|(rank, feed, part)| Move::Edge {
        rank,
        feed,
        part,
    })
}

fn slot() -> impl Strategy<Value = u8> {
    prop_oneof![20 => 0u8..4, 1 => Just(4u8)]
}

fn place() -> impl Strategy<Value = Move> {
    let trigger = prop_oneof![3 => -300i64..300, 1 => -3_000i64..3_000];
    let fee = prop_oneof![4 => 0u32..200_000, 1 => 4_999_998u32..5_000_003, 3 => 1_000_000u32..5_000_000, 1 => Just(0)];
    let expires = prop_oneof![9 => Just(0i64), 1 => -2i64..60];
    let what = (steps::who(), slot(), 1u8..4, prop_oneof![19 => Just(0u8), 1 => 1u8..4]);
    (what, trigger, steps::part(), fee, by(), expires).prop_map(
        |((who, slot, kind, wrong), trigger, part, fee, by, expires)| Move::Place {
            who,
            slot,
            kind,
            wrong,
            trigger,
            part,
            fee,
            by,
            expires,
        },
    )
}

fn cancel() -> impl Strategy<Value = Move> {
    (steps::who(), slot(), by()).prop_map(|(who, slot, by)| Move::Cancel { who, slot, by })
}

fn execute() -> impl Strategy<Value = Move> {
    let fresh = prop_oneof![6 => Just(true), 1 => Just(false)];
    (steps::who(), slot(), 0usize..9, fresh).prop_map(|(who, slot, executor, fresh)| Move::Execute {
        who,
        slot,
        executor,
        fresh,
    })
}

fn terms() -> impl Strategy<Value = Terms> {
    let velocity = prop_oneof![
        3 => Just((1_000u16, 1_000u16)),
        2 => (1u16..60, 1u16..400),
        1 => Just((0, 500)),
        1 => Just((300, 0)),
    ];
    let large = Just((3u16, 10u16, 150u16, 500u16, 600u16));
    let small = (
        3u16..5,
        0u16..8,
        10u16..30,
        prop_oneof![Just(100u16), Just(500)],
        prop_oneof![Just(60u16), Just(0), Just(600)],
    );
    let outflow = prop_oneof![Just((0u16, 0u16)), Just((500, 60)), Just((1_500, 180)), Just((12_000, 1_440))];
    let all = (prop_oneof![3 => large, 2 => small], velocity, outflow);
    all.prop_map(|((wait, grace, auction, deep, window), velocity, outflow)| Terms {
        wait,
        grace: grace.min(auction),
        auction,
        deep,
        window,
        velocity,
        outflow,
    })
}

pub fn in_place(place: impl Strategy<Value = Place>) -> impl Strategy<Value = Ground> {
    (place, terms()).prop_map(|(place, terms)| Ground { place, terms })
}

/// Anywhere.
pub fn anywhere() -> impl Strategy<Value = Ground> {
    in_place(prop_oneof![2 => Just(Place::Lending), 4 => Just(Place::Markets), 2 => Just(Place::Troubled)])
}

/// A breach, a touch, a wait, new prints of all feeds or of some, and whoever comes then.
fn breach() -> impl Strategy<Value = Vec<Move>> {
    let between = prop_oneof![3 => skip(), 3 => prints(), 1 => touch(), 1 => edge()];
    let first = prop_oneof![2 => touch(), 1 => liquidate()];
    let after = prop_oneof![4 => liquidate(), 1 => touch(), 1 => skip(), 1 => prints()];
    let calm = prop_oneof![3 => Just(vec![Move::Calm]), 1 => Just(Vec::new())];
    (calm, edge(), first, vec(between, 0..4), vec(after, 1..5)).prop_map(|(calm, edge, first, between, after)| {
        let wait = [Move::Skip { slots: 3 }, Move::Prints { mask: u16::MAX }];
        calm.into_iter().chain([edge, first]).chain(wait).chain(between).chain(after).collect()
    })
}

/// Orders of somebody, a price that moves, and executions.
fn exit() -> impl Strategy<Value = Vec<Move>> {
    let moved = steps::market().prop_flat_map(|market| {
        (-600i64..600).prop_map(move |by| Move::Step(Step::Move { market, by, confidence: 5, lag: 0 }))
    });
    let moved = prop_oneof![1 => moved, 1 => edge()];
    (vec(place(), 2..5), moved, vec(prop_oneof![6 => execute(), 1 => cancel()], 2..6))
        .prop_map(|(places, moved, executions)| places.into_iter().chain([moved]).chain(executions).collect())
}

fn alone(lending: bool) -> BoxedStrategy<Move> {
    let outage = prop_oneof![Just(301i64), 280i64..320, 320i64..20_000];
    let outage = outage.prop_map(|seconds| Move::Outage { seconds });
    let actions = actions::action().prop_map(|action| Move::Step(Step::Tokens(action)));
    if lending {
        return prop_oneof![6 => actions, 2 => touch(), 1 => prints(), 1 => outage].boxed();
    }
    let status = (steps::market(), 0u8..3).prop_map(|(market, status)| Move::Status { market, status });
    let steps = prop_oneof![5 => steps::trading(), 2 => steps::trouble(), 1 => steps::pools(), 1 => steps::gaps()];
    let steps = steps.prop_map(Move::Step);
    prop_oneof![
        8 => steps, 1 => actions, 1 => touch(), 1 => outage, 1 => status, 1 => prints(), 1 => place(), 1 => execute(),
    ]
    .boxed()
}

/// A group and what happens in it, in up to so many steps.
pub fn sequence(ground: impl Strategy<Value = Ground>, steps: usize) -> impl Strategy<Value = (Ground, Vec<Move>)> {
    ground.prop_flat_map(move |ground| {
        let lending = matches!(ground.place, Place::Lending);
        let one = alone(lending).prop_map(|one| vec![one]);
        let part = if lending {
            prop_oneof![3 => one, 2 => breach()].boxed()
        } else {
            prop_oneof![6 => one, 3 => breach(), 2 => exit()].boxed()
        };
        vec(part, 1..=steps / 4).prop_map(move |parts| (ground, parts.into_iter().flatten().collect()))
    })
}
