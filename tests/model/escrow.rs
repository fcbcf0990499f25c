//! What deleveraging leaves to a winner, and what losers owe: each here once cost somebody money.

use breakwater_client::interface::MarginError;
use breakwater_tests::arena::Arena;
use breakwater_tests::model::perp::MARKET_FEED;
use breakwater_tests::model::rational::{display, int};
use breakwater_tests::model::state::ALL;
use breakwater_tests::model::{Call, Order};

use crate::actions::{self, Action};
use crate::ground::{self, KEEPERS, TRADERS};
use crate::markets;
use crate::troubled::{self, Ground, MEME, Season};

const MARKET: u8 = 0;
const BITCOIN: u8 = 1;
const QUOTE: u8 = 2;
const BORROWER: usize = 8;

fn troubled() -> Arena {
    troubled::populated(Ground { season: Season::New, one_market: true })
}

/// A new price of the market alone; no index reaches the board.
fn market_moved(arena: &mut Arena, by: i64) {
    arena.world.chain.advance(1);
    let state = arena.state();
    let print = markets::print(&state, MARKET, by, state.now);
    arena.must(&Call::Refresh { prints: vec![(MARKET_FEED + MARKET, print)], indices: Vec::new() });
}

fn moved(arena: &mut Arena, by: i64) {
    let fresh = markets::everything(arena, 0);
    arena.must(&fresh);
    market_moved(arena, by);
}

/// Nobody syncs the quote bank's index for a day of interest. A winner is deleveraged with the index of now, and then sells a
/// lot with the board's: its $5,986.87 are worth $5,986.50 by that one, and the difference is gone although no lender has lost
/// anything.
#[test]
fn a_lagging_index_costs_no_secured_profit() {
    let mut arena = troubled();
    let winner = TRADERS[2];
    markets::deposit(&mut arena, BORROWER, BITCOIN, 1_000_000);
    let amount = ground::units(&arena, QUOTE, 200_000);
    arena.must(&Call::Borrow { account: BORROWER, token: QUOTE, amount });
    arena.world.chain.advance(86_400);
    market_moved(&mut arena, 7_000);
    arena.must(&Call::Deleverage { account: winner, market: MARKET });
    let secured = |arena: &Arena| arena.state().perp(winner, MARKET).expect("a position").secured;
    let before = secured(&arena);
    let lot = arena.state().market(MARKET).config.lot;
    arena.must(&Call::Trade { account: winner, market: MARKET, order: Order::Reduce(lot), limit: 0 });
    assert_eq!(secured(&arena), before, "ADL-1: the quote bank's lenders have lost nothing");
}

/// What a loser owes to a market is counted in quote units. It may bring that many units of any token past any cap, as often as
/// it likes: here ETH beyond the cap of 70.
#[test]
fn a_debt_to_a_market_lifts_no_other_cap() {
    let mut arena = troubled();
    let loser = TRADERS[1];
    moved(&mut arena, 7_000);
    arena.must(&Call::Settle { account: loser, market: MARKET, amount: ALL, stranger: true });
    arena.must(&Call::Close { keeper: KEEPERS[0], liquidatee: loser, market: MARKET, request: ALL });
    let owed = arena.state().perp(loser, MARKET).expect("a debt").quote.unsigned_abs();
    let mut refusals = Vec::new();
    for _ in 0..3 {
        let deposit = Call::Deposit { account: loser, token: 4, amount: owed.min(300_000_000), stranger: false };
        refusals.push(arena.perform(&deposit).unwrap_or_else(|what| panic!("{what}")));
    }
    assert_eq!(refusals.last(), Some(&Some(MarginError::OverDepositCap)), "the bank holds 9 more ETH than before");
}

/// Both winners hold the same side; the losers are closed and written off. Who is deleveraged before that gets more of its
/// profit than the other one (§9); what both get together is the same.
#[test]
#[allow(non_snake_case)]
fn ADL_1_first_before_the_losers_are_written_off() {
    let paid = |first: bool| {
        let mut arena = troubled();
        moved(&mut arena, 7_000);
        let winners = [TRADERS[0], TRADERS[2]];
        if first {
            arena.must(&Call::Deleverage { account: winners[0], market: MARKET });
        }
        for loser in [TRADERS[1], TRADERS[3]] {
            arena.must(&Call::Settle { account: loser, market: MARKET, amount: ALL, stranger: true });
            arena.must(&Call::Close { keeper: KEEPERS[0], liquidatee: loser, market: MARKET, request: ALL });
            arena.must(&Call::Resolve { account: loser, token: 128 + MARKET });
        }
        let settle = |account| Call::Settle { account, market: MARKET, amount: ALL, stranger: false };
        let seen = winners.map(settle);
        seen.iter().for_each(|call| arena.must(call));
        arena.world.chain.advance(7_200);
        moved(&mut arena, 0);
        winners.map(|winner| {
            let held = |arena: &Arena| arena.state().amount(winner, &arena.state().touch(QUOTE)).lo;
            let before = held(&arena);
            arena.must(&settle(winner));
            held(&arena) - before
        })
    };
    let sum = |parts: &[_; 2]| &parts[0] + &parts[1];
    let (alike, first) = (paid(false), paid(true));
    let told = |parts: &[_; 2]| format!("{} and {}", display(&parts[0]), display(&parts[1]));
    assert!(first[0] > alike[0] && alike[1] > first[1], "{} alike, {} if first", told(&alike), told(&first));
    assert!(sum(&first) <= sum(&alike) + int(2), "ADL-1: {} alike, {} if first", told(&alike), told(&first));
}

/// $5,986 are secured and have matured, $4,000 of the quote token are owed; the account has H_maint of $1,600. In a deficit its
/// owner cannot pay the debt with what lies apart for it, and so cannot anybody else.
#[test]
fn secured_profit_pays_its_owner_s_quote_debt_in_a_deficit() {
    let mut arena = troubled();
    let winner = TRADERS[0];
    moved(&mut arena, 7_000);
    arena.must(&Call::Deleverage { account: winner, market: MARKET });
    markets::deposit(&mut arena, winner, BITCOIN, 30_000);
    arena.must(&Call::Withdraw { account: winner, token: QUOTE, amount: ALL });
    arena.must(&Call::Borrow { account: winner, token: QUOTE, amount: 4_000_000_000 });
    let settle = |amount, stranger| Call::Settle { account: winner, market: MARKET, amount, stranger };
    arena.must(&settle(ALL, false));
    arena.world.chain.advance(7_200);
    moved(&mut arena, 2_000);
    for (token, by) in [(BITCOIN, -7_000), (MEME, 1_200)] {
        let moved = Action::Move { token, by, confidence: 5, lag: 0, exponent: -8, publish: 0 };
        actions::calls(&mut arena, &moved).iter().for_each(|call| arena.must(call));
    }
    moved(&mut arena, 0);
    assert!(arena.state().market(MARKET).deficit_since > 0, "the pool cannot pay");
    let own = arena.perform(&settle(3_000_000_000, false)).unwrap_or_else(|what| panic!("{what}"));
    assert_eq!(own, None, "what lies apart is paid in full, in a deficit too");
}
