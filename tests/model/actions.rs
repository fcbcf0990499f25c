//! What people may do, as a random generator sees it, and what it means in the state of the moment.

use breakwater_tests::arena::Arena;
use breakwater_tests::model::perp::MARKET_LEG;
use breakwater_tests::model::rational::{Q, bps, floor_u64, int};
use breakwater_tests::model::state::ALL;
use breakwater_tests::model::{Call, Print, Side, State, plan};
use num_traits::Signed;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::ground::{KEEPERS, LENDER, TOKENS, TRADERS};

/// A part of what is there.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// A few native units.
    Units(u64),
    /// Thousandths.
    Permille(u64),
    /// All, give or take some native units.
    Edge(i64),
    /// "All" as clients say it.
    All,
}

/// One step of a sequence.
#[derive(Clone, Debug)]
pub enum Action {
    Deposit { who: usize, token: u8, dollars: u64, stranger: bool },
    Withdraw { who: usize, token: u8, part: Part },
    Borrow { who: usize, token: u8, part: Part },
    Repay { who: usize, token: u8, part: Part, stranger: bool },
    Move { token: u8, by: i64, confidence: u64, lag: i64, exponent: i32, publish: i64 },
    MoveAll { by: i64 },
    Wait { seconds: i64 },
    Freshen { feeds: u8, indices: u8 },
    Liquidate { keeper: usize, rank: usize, pick: usize, part: Part },
    Resolve { rank: usize, token: u8 },
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        1 => (0u64..4).prop_map(Part::Units),
        4 => (1u64..1_100).prop_map(Part::Permille),
        2 => (-2i64..3).prop_map(Part::Edge),
        2 => Just(Part::All),
    ]
}

pub fn action() -> impl Strategy<Value = Action> {
    let token = || 0u8..TOKENS.len() as u8;
    let who = || 0usize..7;
    prop_oneof![
        3 => (who(), token(), 0u64..20_000, any::<bool>())
            .prop_map(|(who, token, dollars, stranger)| Action::Deposit { who, token, dollars, stranger }),
        3 => (who(), token(), part()).prop_map(|(who, token, part)| Action::Withdraw { who, token, part }),
        4 => (who(), token(), part()).prop_map(|(who, token, part)| Action::Borrow { who, token, part }),
        3 => (who(), token(), part(), any::<bool>())
            .prop_map(|(who, token, part, stranger)| Action::Repay { who, token, part, stranger }),
        4 => (token(), -3_000i64..2_500, prop_oneof![3 => 0u64..60, 1 => 0u64..400], -800i64..800)
            .prop_flat_map(|(token, by, confidence, lag)| {
                let shape = (prop_oneof![3 => Just(-8i32), 1 => -13i32..2], prop_oneof![4 => Just(0i64), 1 => -90i64..13]);
                shape.prop_map(move |(exponent, publish)| Action::Move { token, by, confidence, lag, exponent, publish })
            }),
        5 => (-3_500i64..2_500).prop_map(|by| Action::MoveAll { by }),
        3 => prop_oneof![4 => 1i64..30, 2 => 30i64..400, 1 => 400i64..90_000, 1 => 90_000i64..1_000_000]
            .prop_map(|seconds| Action::Wait { seconds }),
        4 => prop_oneof![3 => Just((255u8, 255u8)), 1 => (any::<u8>(), any::<u8>())]
            .prop_map(|(feeds, indices)| Action::Freshen { feeds, indices }),
        8 => (0usize..2, prop_oneof![4 => Just(0usize), 1 => 0usize..4], prop_oneof![4 => Just(0usize), 1 => 0usize..9], part())
            .prop_map(|(keeper, rank, pick, part)| Action::Liquidate { keeper, rank, pick, part }),
        2 => (prop_oneof![3 => Just(0usize), 1 => 0usize..4], token())
            .prop_map(|(rank, token)| Action::Resolve { rank, token }),
    ]
}

/// Sequences of up to so many steps.
pub fn sequence(steps: usize) -> impl Strategy<Value = Vec<Action>> {
    vec(action(), 1..=steps)
}

impl Part {
    /// Of an amount.
    fn of(self, whole: u64) -> u64 {
        match self {
            Part::Units(units) => units,
            Part::Permille(permille) => (u128::from(whole) * u128::from(permille) / 1_000) as u64,
            Part::Edge(more) => whole.saturating_add_signed(more),
            Part::All => ALL,
        }
    }
}

/// What an account has of a token now.
fn amount(state: &State, account: usize, token: u8) -> u64 {
    floor_u64(&state.amount(account, &state.touch(token)).lo)
}

/// Mostly one of the tokens that an account has on a side.
fn one_of(state: &State, account: usize, side: Side, token: u8) -> u8 {
    let positions = state.accounts[account].positions.iter().filter(|(_, position)| position.side == side);
    let tokens: Vec<u8> = positions.map(|(token, _)| *token).collect();
    let last = TOKENS.len() as u8 - 1;
    if tokens.is_empty() || token == last { token } else { tokens[usize::from(token) % tokens.len()] }
}

/// What an account may just borrow of a token.
fn room(state: &State, account: usize, token: u8) -> u64 {
    let legs = state.legs(&state.accounts[account], &[&state.touch(token)]);
    let entry = state.token(token);
    let price = entry.feed.mid().max(entry.feed.average()) * (int(1) + entry.feed.initial_band(state.now));
    let free = legs.initial().lo / (entry.weights_of(Side::Debt).initial * price);
    if free.is_negative() { 0 } else { floor_u64(&free) }
}

/// Traders, the one furthest under water first.
fn ranked(state: &State) -> Vec<usize> {
    let health = |account: &usize| -> Q {
        let legs = state.legs(&state.accounts[*account], &[]);
        if legs.owes_nothing() { int(1_000_000_000) } else { legs.optimistic().lo }
    };
    let mut all = TRADERS.to_vec();
    all.sort_by_cached_key(health);
    all
}

/// All pairs of an account, the best one first; then pairs that make no sense.
pub fn candidates(state: &State, account: usize) -> Vec<(u8, u8)> {
    let legs = state.legs(&state.accounts[account], &[]);
    let mut found = Vec::new();
    if !legs.owes_nothing() {
        for bonus in plan::account_bonus(&legs, &state.liquidation, &state.growth(account)) {
            let mut pairs = plan::pairs(&legs, bonus);
            pairs.sort_by_key(|pair| (pair.carries != breakwater_tests::model::Truth::Yes, -pair.score.clone()));
            found.extend(pairs.iter().map(|pair| (pair.debt, pair.collateral)));
        }
    }
    let of = |side| legs.pairable(side).map(|leg| leg.token).collect::<Vec<_>>();
    let deposits = of(Side::Deposit);
    found.extend(of(Side::Debt).into_iter().flat_map(|debt| deposits.iter().map(move |deposit| (debt, *deposit))));
    found.push((0, 2));
    found.push((2, 3));
    // What one instruction cannot name: a bank twice, or two markets.
    found.retain(|(debt, deposit)| !legs.settle_alone(*debt, *deposit) && (*debt).min(*deposit) < MARKET_LEG);
    found
}

/// The calls that a step stands for. Time passes here.
pub fn calls(arena: &mut Arena, action: &Action) -> Vec<Call> {
    let state = arena.state();
    match action {
        Action::Deposit { who, token, dollars, stranger } => {
            let amount = floor_u64(&(int(*dollars) / state.token(*token).feed.mid()));
            vec![Call::Deposit { account: *who, token: *token, amount, stranger: *stranger }]
        }
        Action::Withdraw { who, token, part } => {
            let token = &one_of(&state, *who, Side::Deposit, *token);
            let amount = part.of(amount(&state, *who, *token));
            // The lender stays in, mostly: a vault without tokens would make the rest dull.
            let amount = if *who == LENDER && amount != ALL { amount / 4 } else { amount };
            vec![Call::Withdraw { account: *who, token: *token, amount }]
        }
        Action::Borrow { who, token, part } => {
            let room = room(&state, *who, *token);
            let amount = if matches!(part, Part::All) { room } else { part.of(room) };
            vec![Call::Borrow { account: *who, token: *token, amount }]
        }
        Action::Repay { who, token, part, stranger } => {
            let token = &one_of(&state, *who, Side::Debt, *token);
            let amount = part.of(amount(&state, *who, *token));
            vec![Call::Repay { account: *who, token: *token, amount, stranger: *stranger }]
        }
        Action::Wait { seconds } => {
            arena.world.chain.advance(*seconds);
            Vec::new()
        }
        Action::Liquidate { keeper, rank, pick, part } => {
            let liquidatee = ranked(&state)[*rank];
            let pairs = candidates(&state, liquidatee);
            let (debt, collateral) = pairs[pick % pairs.len()];
            let owed = match debt.checked_sub(MARKET_LEG) {
                Some(market) => {
                    state.perp(liquidatee, market).map_or(0, |perp| perp.pnl(state.mark(market)).unsigned_abs() as u64)
                }
                None => amount(&state, liquidatee, debt),
            };
            let request = part.of(owed / 2);
            vec![Call::Liquidate { keeper: KEEPERS[*keeper], liquidatee, debt, collateral, request }]
        }
        Action::Resolve { rank, token } => {
            let account = ranked(&state)[*rank];
            let owed = state.accounts[account].positions.iter().find(|(_, p)| p.side == Side::Debt);
            let token = if *rank == 0 { owed.map_or(*token, |(token, _)| *token) } else { *token };
            vec![Call::Resolve { account, token }]
        }
        Action::Move { .. } | Action::MoveAll { .. } | Action::Freshen { .. } => prices(arena, action),
    }
}

/// The last price in units of 10^-8 dollars for a whole token, moved by bps.
fn moved(state: &State, token: u8, by: i64) -> i64 {
    let entry = state.token(token);
    let whole = entry.feed.mid() * int(10u64.pow(entry.decimals.into())) * int(100_000_000);
    let (_, _, start) = TOKENS[usize::from(token)];
    let price = floor_u64(&((whole * bps(10_000 + by)) + int(1))) as i64;
    price.clamp(start / 20, start * 20)
}

fn prices(arena: &mut Arena, action: &Action) -> Vec<Call> {
    let state = arena.state();
    if state.tokens.iter().any(|token| token.feed.publish_time >= state.now) {
        arena.world.chain.advance(1);
    }
    let now = arena.world.chain.now();
    let every = |mask: u8| (0..TOKENS.len() as u8).filter(move |token| mask >> token & 1 == 1);
    let plain = |token, by| {
        let price = moved(&state, token, by);
        Print { price, confidence: price.unsigned_abs() / 2_000, ema: price, exponent: -8, publish_time: now }
    };
    match action {
        Action::Move { token, by, confidence, lag, exponent, publish } => {
            let price = moved(&state, *token, *by);
            let scale = |price: i64| match exponent + 8 {
                up if up > 0 => price / 10i64.pow(up.unsigned_abs()),
                down => price.saturating_mul(10i64.pow(down.unsigned_abs())),
            };
            let ema = price + price / 10_000 * lag;
            let print = Print {
                price: scale(price),
                confidence: scale(price).unsigned_abs() / 10_000 * confidence,
                ema: scale(ema),
                exponent: *exponent,
                publish_time: now + publish,
            };
            vec![Call::Refresh { prints: vec![(*token, print)], indices: vec![*token] }]
        }
        Action::MoveAll { by } => {
            let prints = every(255).map(|token| (token, plain(token, if token == 2 { 0 } else { *by }))).collect();
            vec![Call::Refresh { prints, indices: every(255).collect() }]
        }
        Action::Freshen { feeds, indices } => {
            let prints = every(*feeds).map(|token| (token, plain(token, 0))).collect();
            vec![Call::Refresh { prints, indices: every(*indices).collect() }]
        }
        _ => Vec::new(),
    }
}
