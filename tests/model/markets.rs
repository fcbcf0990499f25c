//! The group with markets that random sequences play in, and what its people do there.

use breakwater_sim::listing::{PerpListing, default_perp};
use breakwater_tests::arena::Arena;
use breakwater_tests::model::perp::{MARKET_FEED, MARKET_INDEX, MARKET_LEG, Market, Perp};
use breakwater_tests::model::rational::{bps, floor_u64, int};
use breakwater_tests::model::state::ALL;
use breakwater_tests::model::{Call, Order, Print, State};

use crate::actions::{self, Action, Part};
use crate::ground::{self, KEEPERS, TOKENS, TRADERS, USD};
use crate::steps::Step;
use crate::troubled;

/// Symbol, decimals of a base unit and price in units of $10^-8.
pub const MARKETS: [(&str, u8, i64); 3] = [("SOL", 9, 150 * USD), ("BTC", 8, 60_000 * USD), ("BONK", 2, 2_000)];
/// They provide liquidity; the second one trades as well.
pub const PROVIDERS: [usize; 2] = [7, 6];
/// Everybody who may have a position.
pub const PEOPLE: usize = 8;
/// Largest open interest of a side, dollars.
const CAP: u64 = 400_000;

/// A group with markets: pools with little in them, traders with collateral of several kinds.
pub fn populated() -> Arena {
    let mut arena = ground::listed(9);
    arena.world.create_fund("USDC", 3_000).unwrap_or_else(|e| panic!("create_fund: {e}"));
    for (symbol, decimals, price) in MARKETS {
        list(&mut arena, symbol, decimals, price);
    }
    for token in 0..TOKENS.len() as u8 {
        deposit(&mut arena, ground::LENDER, token, 200_000);
    }
    deposit(&mut arena, KEEPERS[0], 2, 100_000);
    deposit(&mut arena, KEEPERS[0], 0, 20_000);
    deposit(&mut arena, KEEPERS[1], 2, 2_000);
    deposit(&mut arena, PROVIDERS[0], 2, 200_000);
    for (trader, token, dollars) in
        [(0, 2, 12_000), (1, 0, 15_000), (1, 2, 3_000), (2, 1, 9_000), (2, 4, 4_000), (3, 2, 25_000)]
    {
        deposit(&mut arena, TRADERS[trader], token, dollars);
    }
    for market in 0..MARKETS.len() as u8 {
        arena.must(&Call::AddLiquidity { account: PROVIDERS[0], market, amount: 40_000_000_000 });
    }
    arena.must(&Call::Insure { account: PROVIDERS[0], amount: 300_000_000, market: None });
    arena.must(&Call::Insure { account: PROVIDERS[0], amount: 200_000_000, market: Some(0) });
    open_positions(&mut arena);
    arena
}

pub fn trade(arena: &mut Arena, account: usize, market: u8, dollars: i64) {
    let state = arena.state();
    let delta = size(&state, market, dollars);
    let limit = if delta > 0 { u64::MAX } else { 0 };
    let reduces = state.perp(account, market).is_some_and(|perp| perp.base.signum() == -delta.signum());
    let order = if reduces { Order::Reduce(delta.unsigned_abs()) } else { Order::Trade(delta) };
    arena.must(&Call::Trade { account, market, order, limit });
}

/// Longs and shorts, a debt that profit could pay, and profit that has matured in part.
fn open_positions(arena: &mut Arena) {
    for (trader, market, dollars) in
        [(0, 0, 70_000), (1, 1, -60_000), (2, 2, 40_000), (3, 0, -25_000), (3, 1, 40_000), (3, 2, -10_000)]
    {
        trade(arena, TRADERS[trader], market, dollars);
    }
    let amount = ground::units(arena, 5, 4_000);
    arena.must(&Call::Borrow { account: TRADERS[2], token: 5, amount });
    arena.world.chain.advance(2);
    let rise = everything(arena, 1_200);
    arena.must(&rise);
    trade(arena, TRADERS[2], 2, -20_000);
    arena.world.chain.advance(1_800);
    let again = everything(arena, 0);
    arena.must(&again);
    trade(arena, TRADERS[2], 2, -100);
}

/// Somebody's position, if anybody has one; else a guess.
pub fn held(state: &State, who: usize, market: u8) -> (usize, u8) {
    let positions = |account: usize| state.accounts[account].perps.keys().map(move |market| (account, *market));
    let all: Vec<(usize, u8)> = (0..state.accounts.len()).flat_map(positions).collect();
    if all.is_empty() || who == 1 {
        (who, market)
    } else {
        all[(who * MARKETS.len() + usize::from(market)) % all.len()]
    }
}

/// Mostly somebody's position of a kind, if there is one; else anybody's.
fn one_of(state: &State, who: usize, market: u8, kind: impl Fn(&Perp, &Market) -> bool) -> (usize, u8) {
    let accounts = state.accounts.iter().enumerate();
    let all =
        accounts.flat_map(|(account, entry)| entry.perps.iter().map(move |(market, perp)| (account, *market, perp)));
    let fitting: Vec<_> = all.filter(|(_, market, perp)| kind(perp, state.market(*market))).collect();
    match fitting.get((who * MARKETS.len() + usize::from(market)) % fitting.len().max(1)) {
        Some((account, market, _)) if who > 2 => (*account, *market),
        _ => held(state, who, market),
    }
}

/// Lists a market with an oracle of its own.
pub fn list(arena: &mut Arena, symbol: &str, decimals: u8, price: i64) {
    let unit = i128::from(price);
    let base = |dollars: u64| (i128::from(dollars) * i128::from(USD) * 10i128.pow(decimals.into()) / unit) as u64;
    let config = default_perp(base(CAP), base(1).max(1), 1_000_000);
    let listing = PerpListing { decimals, config };
    arena.world.list_perp(symbol, listing).unwrap_or_else(|e| panic!("list {symbol}: {e}"));
    let market = arena.world.perps.len() - 1;
    arena.world.perps[market].oracle = arena.world.chain.keys.address();
    let now = arena.world.chain.now();
    let prints = vec![(MARKET_FEED + market as u8, ground::print(price, now))];
    arena.must(&Call::Refresh { prints, indices: vec![MARKET_INDEX + market as u8] });
}

/// Deposits what costs some dollars.
pub fn deposit(arena: &mut Arena, account: usize, token: u8, dollars: u64) {
    let amount = ground::units(arena, token, dollars);
    arena.must(&Call::Deposit { account, token, amount, stranger: false });
}

/// Lots of a market that cost some dollars.
pub fn size(state: &State, market: u8, dollars: i64) -> i64 {
    let entry = state.market(market);
    let size = floor_u64(&(int(dollars.unsigned_abs()) / entry.feed.mid()));
    let lots = size / entry.config.lot * entry.config.lot;
    (lots as i64) * dollars.signum()
}

fn of(part: Part, whole: u64) -> u64 {
    match part {
        Part::Units(units) => units,
        Part::Permille(permille) => (u128::from(whole) * u128::from(permille) / 1_000) as u64,
        Part::Edge(more) => whole.saturating_add_signed(more),
        Part::All => ALL,
    }
}

/// The market's last price, moved by some bps.
pub fn print(state: &State, market: u8, by: i64, now: i64) -> Print {
    let (_, decimals, start) = MARKETS[usize::from(market)];
    let whole = state.market(market).feed.mid() * int(10u64.pow(decimals.into())) * int(100_000_000);
    let price = (floor_u64(&(whole * bps(10_000 + by) + int(1))) as i64).clamp(start / 20, start * 20);
    ground::print(price, now)
}

/// All prices again, those of markets moved by some bps, and all snapshots.
pub fn everything(arena: &mut Arena, by: i64) -> Call {
    let Some(Call::Refresh { mut prints, mut indices }) =
        actions::calls(arena, &Action::Freshen { feeds: 255, indices: 255 }).pop()
    else {
        unreachable!("a refresh");
    };
    let state = arena.state();
    let now = arena.world.chain.now();
    for market in 0..MARKETS.len() as u8 {
        prints.push((MARKET_FEED + market, print(&state, market, by, now)));
        indices.push(MARKET_INDEX + market);
    }
    Call::Refresh { prints, indices }
}

/// The calls that a step stands for. Time passes here.
pub fn calls(arena: &mut Arena, step: &Step) -> Vec<Call> {
    let state = arena.state();
    let mut before = Vec::new();
    if let Step::Trade { fresh: true, .. } | Step::Reduce { fresh: true, .. } | Step::Close { .. } | Step::Add { .. } =
        step
    {
        before.push(everything(arena, 0));
    }
    let perp = |who: usize, market: u8| state.perp(who, market).unwrap_or_default();
    before.extend(match step {
        Step::Tokens(action) => actions::calls(arena, action),
        Step::Trade { who, market, dollars, tight, .. } => {
            let delta = size(&state, *market, *dollars);
            let any = if delta > 0 { u64::MAX } else { 0 };
            let limit = if *tight { u64::try_from(state.mark(*market)).expect("a mark") } else { any };
            vec![Call::Trade { account: *who, market: *market, order: Order::Trade(delta), limit }]
        }
        Step::Reduce { who, market, part, .. } => {
            let (who, market) = &held(&state, *who, *market);
            let held = perp(*who, *market).base;
            let lot = state.market(*market).config.lot;
            let size = match of(*part, held.unsigned_abs()) {
                ALL => ALL,
                size => size / lot * lot,
            };
            let limit = if held < 0 { u64::MAX } else { 0 };
            vec![Call::Trade { account: *who, market: *market, order: Order::Reduce(size), limit }]
        }
        Step::Settle { who, market, part, stranger } => {
            let (who, market) = &one_of(&state, *who, *market, |perp, _| perp.secured > 0);
            let perp = perp(*who, *market);
            let whole = perp.pnl(state.mark(*market)).unsigned_abs() as u64;
            let amount = of(*part, if perp.matured > 0 { perp.matured } else { whole });
            vec![Call::Settle { account: *who, market: *market, amount, stranger: *stranger }]
        }
        _ => rare(arena, &state, step),
    });
    before
}

fn rare(arena: &mut Arena, state: &State, step: &Step) -> Vec<Call> {
    match step {
        Step::Add { who, market, dollars } => {
            vec![Call::AddLiquidity { account: PROVIDERS[*who], market: *market, amount: dollars * 1_000_000 }]
        }
        Step::Request { who, market, part } => {
            let account = PROVIDERS[*who];
            let held = state.liquidity.get(&(account, *market)).map_or(0, |entry| entry.shares);
            let shares = if matches!(part, Part::All) { held } else { of(*part, held / 2) };
            vec![everything(arena, 0), Call::RequestLiquidity { account, market: *market, shares }]
        }
        Step::Remove { who, market, wait } => {
            arena.world.chain.advance(*wait);
            vec![everything(arena, 0), Call::RemoveLiquidity { account: PROVIDERS[*who], market: *market }]
        }
        Step::Insure { who, dollars, market } => {
            vec![Call::Insure { account: *who, amount: dollars * 1_000_000, market: *market }]
        }
        Step::Deleverage { who, market } => {
            let (account, market) =
                one_of(state, *who, *market, |perp, market| market.deficit_since > 0 && perp.seen > 0);
            vec![Call::Deleverage { account, market }]
        }
        Step::Close { keeper, rank, market, part } => {
            let liquidatee = ranked(state)[*rank];
            let held: Vec<u8> = state.accounts[liquidatee].perps.keys().copied().collect();
            let market = if held.is_empty() { *market } else { held[usize::from(*market) % held.len()] };
            let base = state.perp(liquidatee, market).map_or(0, |perp| perp.base.unsigned_abs());
            // Nobody is its own keeper: one account cannot be named twice.
            let keeper = KEEPERS.into_iter().cycle().skip(*keeper).find(|keeper| *keeper != liquidatee);
            let keeper = keeper.expect("there are two");
            vec![Call::Close { keeper, liquidatee, market, request: of(*part, base) }]
        }
        Step::Resolve { rank, market } => {
            let account = ranked(state)[*rank];
            let held: Vec<u8> = state.accounts[account].perps.keys().copied().collect();
            let market = if held.is_empty() { *market } else { held[usize::from(*market) % held.len()] };
            vec![Call::Resolve { account, token: MARKET_LEG + market }]
        }
        Step::Move { market, by, confidence, lag } => {
            arena.world.chain.advance(1);
            let mut print = print(state, *market, *by, arena.world.chain.now());
            print.confidence = print.price.unsigned_abs() / 10_000 * confidence;
            print.ema += print.price / 10_000 * lag;
            vec![Call::Refresh { prints: vec![(MARKET_FEED + market, print)], indices: vec![MARKET_INDEX + market] }]
        }
        Step::MoveAll { by } => {
            arena.world.chain.advance(2);
            vec![everything(arena, *by)]
        }
        Step::Depeg { by } => {
            arena.world.chain.advance(1);
            let print = ground::print(USD + USD / 10_000 * by, arena.world.chain.now());
            vec![Call::Refresh { prints: vec![(2, print)], indices: vec![2] }]
        }
        Step::Freshen => vec![everything(arena, 0)],
        Step::Default => troubled::default(arena),
        Step::Wait { seconds } => {
            arena.world.chain.advance(*seconds);
            Vec::new()
        }
        other => unreachable!("{other:?} is handled by its caller"),
    }
}

/// Everybody with a position or a debt, the one furthest under water first.
pub fn ranked(state: &State) -> Vec<usize> {
    let mut all: Vec<usize> = (1..PEOPLE).collect();
    all.sort_by_cached_key(|account| {
        let legs = state.legs(&state.accounts[*account], &[]);
        if legs.owes_nothing() { int(1_000_000_000) } else { legs.optimistic().lo }
    });
    all
}
