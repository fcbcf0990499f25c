//! What may become of secured profit, one way after the other, in every season of the quote bank: the model follows each.

use breakwater_tests::arena::Arena;
use breakwater_tests::model::perp::{MARKET_FEED, MARKET_LEG, Perp};
use breakwater_tests::model::rational::int;
use breakwater_tests::model::state::ALL;
use breakwater_tests::model::{Call, Order};

use crate::actions::{self, Action};
use crate::ground::{KEEPERS, TRADERS};
use crate::markets::{self, PROVIDERS};
use crate::troubled::{self, Ground, MEME, SEASONS, Season};

/// The market that all positions are in.
const MARKET: u8 = 0;
/// Collateral that is worth little later.
const BITCOIN: u8 = 1;
/// Long $27,000; owes $3,500 of another token and has a quote deposit of $9,000.
const WINNER: usize = TRADERS[0];

/// Longs hold $10,000 more than shorts against a pool of $6,000. At +70 % the pool lacks $1,000, and the winner is deleveraged.
fn secured(season: Season) -> Arena {
    let mut arena = troubled::populated(Ground { season, one_market: true });
    moved(&mut arena, 7_000);
    arena.must(&Call::Deleverage { account: WINNER, market: MARKET });
    let perp = position(&arena);
    assert!(perp.secured > 5_000_000_000 && perp.base > 0, "{season:?}: a part is secured, a part is open: {perp:?}");
    assert_eq!(arena.state().market(MARKET).secured, perp.secured, "CON-1");
    arena
}

fn position(arena: &Arena) -> Perp {
    arena.state().perp(WINNER, MARKET).expect("the winner has a position")
}

/// All prices again, and that of the market moved.
fn moved(arena: &mut Arena, by: i64) {
    let fresh = markets::everything(arena, 0);
    arena.must(&fresh);
    arena.world.chain.advance(1);
    let state = arena.state();
    let print = markets::print(&state, MARKET, by, state.now);
    arena.must(&Call::Refresh { prints: vec![(MARKET_FEED + MARKET, print)], indices: Vec::new() });
}

/// Nothing has matured yet, or all that the owner asks for is what there is: a touch.
fn touch(arena: &mut Arena) {
    arena.must(&Call::Settle { account: WINNER, market: MARKET, amount: ALL, stranger: false });
}

/// Two hours pass, with a touch before and after them: what is there has matured.
fn mature(arena: &mut Arena) {
    touch(arena);
    arena.world.chain.advance(7_200);
    moved(arena, 0);
}

#[test]
fn what_falls_with_the_price_goes_back_to_the_pool() {
    for season in SEASONS {
        let mut arena = secured(season);
        let before = position(&arena).secured;
        moved(&mut arena, -4_500);
        touch(&mut arena);
        let (perp, state) = (position(&arena), arena.state());
        let market = state.market(MARKET);
        let profit = perp.profit(state.mark(MARKET));
        assert!(perp.secured < before && perp.secured > 0, "{season:?}: a part is left of {before}: {perp:?}");
        assert_eq!(i128::from(perp.secured), profit, "{season:?}: all that is left is secured");
        assert!(market.assets(state.quote_index()) > 0, "{season:?}: the rest is the pool's");
    }
}

#[test]
fn what_is_traded_away_goes_back_to_the_pool() {
    for season in SEASONS {
        let mut arena = secured(season);
        moved(&mut arena, -4_500);
        touch(&mut arena);
        arena.must(&Call::AddLiquidity { account: PROVIDERS[0], market: MARKET, amount: 30_000_000_000 });
        let before = position(&arena).secured;
        let trade = |order, limit| Call::Trade { account: WINNER, market: MARKET, order, limit };
        let lots = markets::size(&arena.state(), MARKET, 1_000);
        arena.must(&trade(Order::Trade(lots), u64::MAX));
        let bought = position(&arena).secured;
        moved(&mut arena, 0);
        arena.world.chain.advance(5);
        moved(&mut arena, 0);
        arena.must(&trade(Order::Reduce(ALL), 0));
        let sold = position(&arena).secured;
        assert!(before > bought && bought > sold, "{season:?}: spread and fee cost {before}, {bought}, {sold}");
    }
}

#[test]
fn what_is_secured_is_paid_while_the_pool_is_empty() {
    for season in SEASONS {
        let mut arena = secured(season);
        mature(&mut arena);
        let before = arena.state();
        let perp = position(&arena);
        let quote = before.quote().token;
        let held = before.amount(WINNER, &before.touch(quote)).lo;
        // An odd amount, so that its part of the escrow is no whole number of shares; then the rest.
        for amount in [1_234_567_891, perp.secured - 1_234_567_891] {
            arena.must(&Call::Settle { account: WINNER, market: MARKET, amount, stranger: false });
        }
        let after = arena.state();
        let got = after.amount(WINNER, &after.touch(quote)).lo - held;
        let short = int(perp.secured) - got;
        // Each settlement rounds shares and units, and shares again into the deposit: two units or three of a share above one.
        let most = int(8);
        assert!(short <= most, "{season:?}: {short} of {} is missing", perp.secured);
        assert_eq!(
            (position(&arena).secured, after.market(MARKET).escrow),
            (0, 0),
            "{season:?}: nothing is left apart"
        );
    }
}

#[test]
fn a_keeper_takes_secured_profit_first() {
    for season in SEASONS {
        let mut arena = secured(season);
        mature(&mut arena);
        arena.must(&Call::Settle { account: WINNER, market: MARKET, amount: 1, stranger: false });
        let before = position(&arena);
        // What is owed rises until neither deposit nor profit cover it.
        token_moved(&mut arena, MEME, 60_000);
        let take = |collateral| Call::Liquidate {
            keeper: KEEPERS[0],
            liquidatee: WINNER,
            debt: MEME,
            collateral,
            request: ALL,
        };
        let quote = arena.state().quote().token;
        let mut outcomes = Vec::new();
        for collateral in [MARKET_LEG + MARKET, quote, MARKET_LEG + MARKET] {
            outcomes.push(arena.perform(&take(collateral)).unwrap_or_else(|what| panic!("{what}")));
        }
        let perp = position(&arena);
        assert!(outcomes.contains(&None), "{season:?}: {outcomes:?}");
        assert!(perp.secured < before.secured, "{season:?}: {before:?}, then {perp:?}, {outcomes:?}");
    }
}

/// The winner's collateral becomes bitcoin, and it owes $4,000 of the quote token.
fn owing(season: Season) -> Arena {
    let mut arena = secured(season);
    let quote = arena.state().quote().token;
    markets::deposit(&mut arena, WINNER, BITCOIN, 30_000);
    arena.must(&Call::Withdraw { account: WINNER, token: quote, amount: ALL });
    arena.must(&Call::Borrow { account: WINNER, token: quote, amount: 4_000_000_000 });
    mature(&mut arena);
    arena
}

/// The price of a token, moved by some bps.
fn token_moved(arena: &mut Arena, token: u8, by: i64) {
    let moved = Action::Move { token, by, confidence: 5, lag: 0, exponent: -8, publish: 0 };
    actions::calls(arena, &moved).iter().for_each(|call| arena.must(call));
}

#[test]
fn a_stranger_pays_a_quote_debt_out_of_it_in_a_deficit_too() {
    for season in SEASONS {
        let mut arena = owing(season);
        let settle = |amount| Call::Settle { account: WINNER, market: MARKET, amount, stranger: true };
        let before = position(&arena).secured;
        arena.must(&settle(1_000_000_000));
        assert_eq!(before - position(&arena).secured, 1_000_000_000, "{season:?}: it comes out of the escrow");
        moved(&mut arena, 2_000);
        arena.must(&settle(2_000_000_000));
        assert_eq!(before - position(&arena).secured, 3_000_000_000, "{season:?}: in a deficit too");
    }
}

#[test]
fn a_closing_pays_the_quote_debt_out_of_it() {
    for season in SEASONS {
        let mut arena = owing(season);
        let before = position(&arena).secured;
        token_moved(&mut arena, BITCOIN, -9_400);
        token_moved(&mut arena, MEME, 1_200);
        arena.must(&Call::Close { keeper: KEEPERS[0], liquidatee: WINNER, market: MARKET, request: ALL });
        let state = arena.state();
        let owes = state.accounts[WINNER].positions.contains_key(&state.quote().token);
        assert!(!owes, "{season:?}: the debt is paid");
        assert!(before - position(&arena).secured >= 3_999_000_000, "{season:?}: it comes out of the escrow");
    }
}
