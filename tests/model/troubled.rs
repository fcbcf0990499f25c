//! The same people with pools that cannot pay for a gap: little liquidity, positions near their limits, and a quote bank whose
//! deposit index is at, above or below one, because every share of pool, escrow and fund is worth that much.

use breakwater_tests::arena::Arena;
use breakwater_tests::model::Call;
use breakwater_tests::model::rational::{floor_u64, int};
use breakwater_tests::model::state::ALL;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::actions::{self, Action, Part};
use crate::ground::{self, KEEPERS, LENDER, TOKENS, TRADERS};
use crate::markets::{self, MARKETS, PROVIDERS};
use crate::steps::{self, Step};

/// Somebody who owes the quote bank.
const DEBTOR: usize = 8;
/// The quote token.
const QUOTE: u8 = 2;
/// What profit may have to pay for.
pub const MEME: u8 = 5;

/// What has become of the quote bank before markets open.
#[derive(Clone, Copy, Debug)]
pub enum Season {
    /// Nothing: a share is a unit.
    New,
    /// Interest has run for years: a share is more than a unit.
    Old,
    /// Its lenders have borne a loss: a share is less than a unit.
    Hurt,
}

/// All of them.
pub const SEASONS: [Season; 3] = [Season::New, Season::Old, Season::Hurt];

/// The group before a sequence.
#[derive(Clone, Copy, Debug)]
pub struct Ground {
    /// What has become of its quote bank.
    pub season: Season,
    /// Whether all positions are in the first market.
    pub one_market: bool,
}

impl Ground {
    /// Longs and shorts in turn: who buys, who sells, where and for how many dollars.
    fn positions(self) -> &'static [(usize, usize, u8, i64)] {
        if self.one_market {
            &[(0, 1, 0, 24_000), (2, 3, 0, 20_000)]
        } else {
            &[(0, 1, 0, 30_000), (2, 3, 1, 24_000), (1, 2, 2, 15_000)]
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    let who = steps::who;
    let market = steps::market;
    let deleverage = (who(), market()).prop_map(|(who, market)| Step::Deleverage { who, market });
    let resolve = (0usize..4, market()).prop_map(|(rank, market)| Step::Resolve { rank, market });
    let settle = (who(), market(), steps::part(), any::<bool>())
        .prop_map(|(who, market, part, stranger)| Step::Settle { who, market, part, stranger });
    let close =
        (0usize..2, market()).prop_map(|(rank, market)| Step::Close { keeper: 0, rank, market, part: Part::All });
    prop_oneof![
        6 => steps::trading(),
        2 => steps::gaps(),
        1 => steps::pools(),
        2 => steps::trouble(),
        3 => deleverage,
        3 => resolve,
        3 => settle,
        3 => close,
        1 => actions::action().prop_map(Step::Tokens),
        1 => Just(Step::Default),
    ]
}

/// A gap in one market or in all, losers who are closed and written off, winners who are deleveraged, touched and paid, and who
/// may trade on.
fn story() -> impl Strategy<Value = Vec<Step>> {
    steps::market().prop_flat_map(|market| {
        let by = || prop_oneof![1 => -8_000i64..-4_000, 2 => 5_000i64..18_000];
        let gap = prop_oneof![
            2 => by().prop_map(move |by| Step::Move { market, by, confidence: 5, lag: 0 }),
            1 => by().prop_map(|by| Step::MoveAll { by }),
        ];
        let losers = vec(loser(market), 0..5);
        let winners = vec(winner(market), 1..6);
        let later = vec(later(market), 0..3);
        (gap, losers, winners, later).prop_map(|(gap, losers, winners, later)| {
            [gap].into_iter().chain(losers).chain(winners).chain(later.into_iter().flatten()).collect()
        })
    })
}

fn loser(market: u8) -> impl Strategy<Value = Step> {
    let ranked = (0usize..3, any::<bool>());
    ranked.prop_map(move |(rank, close)| match close {
        true => Step::Close { keeper: 0, rank, market, part: Part::All },
        false => Step::Resolve { rank, market },
    })
}

fn settle(market: u8) -> impl Strategy<Value = Step> {
    (3usize..7, steps::part(), any::<bool>()).prop_map(move |(who, part, stranger)| Step::Settle {
        who,
        market,
        part,
        stranger,
    })
}

fn winner(market: u8) -> impl Strategy<Value = Step> {
    prop_oneof![3 => (3usize..8).prop_map(move |who| Step::Deleverage { who, market }), 1 => settle(market)]
}

fn later(market: u8) -> impl Strategy<Value = Vec<Step>> {
    let wait = prop_oneof![60i64..1_200, 1_200i64..9_000].prop_map(|seconds| Step::Wait { seconds });
    let matures = (wait, settle(market)).prop_map(|(wait, settle)| vec![wait, Step::Freshen, settle]);
    let trade = (3usize..7, -40_000i64..40_000).prop_map(move |(who, dollars)| Step::Trade {
        who,
        market,
        dollars,
        tight: false,
        fresh: true,
    });
    let moves = (-2_500i64..2_500).prop_map(move |by| Step::Move { market, by, confidence: 5, lag: 0 });
    let add = (10_000u64..40_000).prop_map(move |dollars| Step::Add { who: 0, market, dollars });
    let trades_on = (add, vec(trade, 1..4), moves, loser(market), settle(market))
        .prop_map(|(add, trades, moves, loser, settle)| [vec![add], trades, vec![moves, loser, settle]].concat());
    prop_oneof![2 => matures, 1 => trades_on]
}

/// Sequences of up to so many steps, and what came before them.
pub fn sequence(steps: usize) -> impl Strategy<Value = (Ground, Vec<Step>)> {
    let season = prop::sample::select(&SEASONS[..]);
    let part = prop_oneof![5 => step().prop_map(|step| vec![step]), 1 => story()];
    let steps = vec(part, 1..=steps / 3);
    (season, any::<bool>(), steps).prop_map(|(season, one_market, parts)| {
        let steps = parts.into_iter().flatten();
        let steps = steps.map(|step| if one_market { step.in_market(0) } else { step });
        (Ground { season, one_market }, steps.collect())
    })
}

/// The group.
pub fn populated(what: Ground) -> Arena {
    let mut arena = ground::listed(9);
    arena.world.create_fund("USDC", 3_000).unwrap_or_else(|e| panic!("create_fund: {e}"));
    for token in 0..TOKENS.len() as u8 {
        markets::deposit(&mut arena, LENDER, token, 200_000);
    }
    markets::deposit(&mut arena, KEEPERS[0], QUOTE, 100_000);
    markets::deposit(&mut arena, KEEPERS[1], QUOTE, 2_000);
    match what.season {
        Season::New => {}
        Season::Old => earn(&mut arena),
        Season::Hurt => lose(&mut arena),
    }
    for (symbol, decimals, price) in MARKETS {
        markets::list(&mut arena, symbol, decimals, price);
    }
    let fresh = markets::everything(&mut arena, 0);
    arena.must(&fresh);
    markets::deposit(&mut arena, PROVIDERS[0], QUOTE, 200_000);
    for (trader, dollars) in [(0, 9_000), (1, 6_000), (2, 4_000), (3, 9_000)] {
        markets::deposit(&mut arena, TRADERS[trader], QUOTE, dollars);
    }
    markets::deposit(&mut arena, TRADERS[2], 0, 3_000);
    for market in 0..MARKETS.len() as u8 {
        arena.must(&Call::AddLiquidity { account: PROVIDERS[0], market, amount: 6_000_000_000 });
    }
    arena.must(&Call::Insure { account: PROVIDERS[0], amount: 900_000_000, market: None });
    arena.must(&Call::Insure { account: PROVIDERS[0], amount: 400_000_000, market: Some(0) });
    // The skew stays below twice what a pool has, so both sides grow in turn.
    for (long, short, market, dollars) in what.positions() {
        for _ in 0..4 {
            markets::trade(&mut arena, TRADERS[*long], *market, dollars / 4);
            markets::trade(&mut arena, TRADERS[*short], *market, 500 - dollars / 4);
        }
        markets::trade(&mut arena, TRADERS[*long], *market, if what.one_market { 3_000 } else { 6_000 });
    }
    let amount = ground::units(&arena, MEME, 3_500);
    arena.must(&Call::Borrow { account: TRADERS[0], token: MEME, amount });
    arena
}

/// A loan of most of the quote bank runs for two years.
fn earn(arena: &mut Arena) {
    markets::deposit(arena, DEBTOR, 1, 2_000_000);
    let amount = ground::units(arena, QUOTE, 240_000);
    arena.must(&Call::Borrow { account: DEBTOR, token: QUOTE, amount });
    for _ in 0..24 {
        arena.world.chain.advance(30 * 86_400);
        arena.must(&Call::Repay { account: DEBTOR, token: QUOTE, amount: 1_000_000, stranger: false });
    }
    arena.must(&Call::Repay { account: DEBTOR, token: QUOTE, amount: ALL, stranger: false });
    let fresh = actions::calls(arena, &Action::Freshen { feeds: 255, indices: 255 });
    fresh.iter().for_each(|call| arena.must(call));
}

/// A borrower's collateral falls below the debt, is taken, and the rest of the debt is written off.
fn lose(arena: &mut Arena) {
    default(arena).iter().for_each(|call| arena.must(call));
}

/// What [`lose`] is made of. Bitcoin is back at its price afterwards.
pub fn default(arena: &mut Arena) -> Vec<Call> {
    const BITCOIN: u8 = 1;
    let mut calls = actions::calls(arena, &Action::Freshen { feeds: 255, indices: 255 });
    let now = arena.world.chain.now();
    let whole = arena.state().token(BITCOIN).feed.mid() * int(10u64.pow(8)) * int(100_000_000);
    let price = i64::try_from(floor_u64(&whole)).expect("a price");
    let print = |price: i64, later: i64| Call::Refresh {
        prints: vec![(BITCOIN, ground::print(price, now + later))],
        indices: vec![BITCOIN, QUOTE],
    };
    let (amount, loan) = (ground::units(arena, BITCOIN, 20_000), ground::units(arena, QUOTE, 12_000));
    calls.extend([
        Call::Deposit { account: DEBTOR, token: BITCOIN, amount, stranger: false },
        Call::Borrow { account: DEBTOR, token: QUOTE, amount: loan },
        print(price / 10 * 3, 1),
        Call::Liquidate { keeper: KEEPERS[0], liquidatee: DEBTOR, debt: QUOTE, collateral: BITCOIN, request: ALL },
        Call::Resolve { account: DEBTOR, token: QUOTE },
        print(price, 2),
    ]);
    calls
}
