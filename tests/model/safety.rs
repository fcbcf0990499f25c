//! The same people where the safety engine is on: touches, buckets, waits after outages and orders.

use breakwater_client::instruction;
use breakwater_client::interface::TriggerOrder;
use breakwater_client::interface::config::LiquidationConfig;
use breakwater_tests::arena::Arena;
use breakwater_tests::model::perp::{MARKET_FEED, MARKET_LEG};
use breakwater_tests::model::rational::{bps, floor_u64, int};
use breakwater_tests::model::state::ALL;
use breakwater_tests::model::{By, Call, Legs, State, Truth};
use num_traits::ToPrimitive;
use solana_clock::Clock;
use solana_signer::Signer;

use crate::actions::{self, Action, Part};
use crate::ground::{self, KEEPERS, TRADERS};
use crate::markets;
use crate::moves::Move;
use crate::steps::Step;
use crate::troubled::{self, Season};

/// How the engine is set.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    pub wait: u16,
    pub grace: u16,
    pub auction: u16,
    pub deep: u16,
    pub window: u16,
    /// Of banks and of markets, bps.
    pub velocity: (u16, u16),
    /// Brake of banks: bps of the deposits and minutes.
    pub outflow: (u16, u16),
}

/// Where a sequence plays.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// Lending alone.
    Lending,
    /// Markets with pools that can pay.
    Markets,
    /// Pools with little in them.
    Troubled,
}

/// The group before a sequence.
#[derive(Clone, Copy, Debug)]
pub struct Ground {
    pub place: Place,
    pub terms: Terms,
}

/// The group of a place, with the engine on.
pub fn populated(ground: Ground) -> Arena {
    let mut arena = match ground.place {
        Place::Lending => ground::populated(),
        Place::Markets => markets::populated(),
        Place::Troubled => troubled::populated(troubled::Ground { season: Season::New, one_market: false }),
    };
    switch_on(&mut arena, ground.terms);
    calm_down(&mut arena).unwrap_or_else(|what| panic!("{what}"));
    arena
}

/// Sets the engine's parameters, and lets somebody trade for two traders.
pub fn switch_on(arena: &mut Arena, terms: Terms) {
    let (group, board) = (arena.world.group, arena.world.board);
    let admin = arena.world.admin.insecure_clone();
    let liquidation = LiquidationConfig {
        wait_slots: terms.wait,
        grace_slots: terms.grace,
        auction_slots: terms.auction,
        deep_breach: terms.deep,
        velocity_window: terms.window,
        ..arena.state().liquidation
    };
    let mut all = vec![instruction::set_liquidation(&admin.pubkey(), &group, &board, liquidation)];
    let state = arena.state();
    for (token, entry) in arena.world.tokens.iter().zip(&state.tokens) {
        let mut lending = entry.bank.lending;
        lending.velocity = terms.velocity.0.into();
        (lending.outflow_share, lending.outflow_window) = terms.outflow;
        all.push(instruction::set_lending(&admin.pubkey(), &group, &token.keys.bank, lending));
    }
    for (perp, market) in arena.world.perps.iter().zip(&state.markets) {
        let mut config = market.config;
        config.velocity = terms.velocity.1;
        all.push(instruction::set_market(&admin.pubkey(), &group, &board, &perp.market, config));
    }
    for set in all {
        arena.world.chain.send(&[set], &[&admin]).unwrap_or_else(|e| panic!("the engine is switched on: {e}"));
    }
    for trader in &TRADERS[..2] {
        let owner = arena.people[*trader].key.insecure_clone();
        let set = instruction::set_delegate(&owner.pubkey(), &arena.people[*trader].account, &arena.delegate.pubkey());
        arena.world.chain.send(&[set], &[&owner]).unwrap_or_else(|e| panic!("set_delegate: {e}"));
    }
}

/// Slots pass and seconds do not.
pub fn skip_slots(arena: &mut Arena, slots: u64) {
    let svm = arena.world.chain.svm();
    let mut clock: Clock = svm.get_sysvar();
    clock.slot += slots;
    svm.set_sysvar(&clock);
}

/// Time passes, with prints of one feed, until nobody has to wait any more for an outage.
pub fn calm_down(arena: &mut Arena) -> Result<(), String> {
    loop {
        let state = arena.state();
        if state.now >= state.calm_at {
            return Ok(());
        }
        arena.world.chain.advance((state.calm_at - state.now).min(290));
        let Call::Refresh { prints, .. } = everything(arena) else { unreachable!("a refresh") };
        arena.perform(&Call::Refresh { prints: prints[..1].to_vec(), indices: Vec::new() })?;
    }
}

/// New prints of feeds by number, and all indices.
fn fresh(arena: &mut Arena, mask: u16) -> Call {
    let has_markets = !arena.world.perps.is_empty();
    let all = if has_markets {
        markets::everything(arena, 0)
    } else {
        actions::calls(arena, &Action::Freshen { feeds: 255, indices: 255 }).pop().expect("a refresh")
    };
    let Call::Refresh { prints, indices } = all else { unreachable!("a refresh") };
    let prints = prints.into_iter().enumerate().filter(|(number, _)| mask >> (number % 16) & 1 == 1);
    Call::Refresh { prints: prints.map(|(_, print)| print).collect(), indices }
}

/// All prints again.
pub fn everything(arena: &mut Arena) -> Call {
    fresh(arena, u16::MAX)
}

/// The accounts that may be under water, the deepest first.
pub fn ranked(state: &State) -> Vec<usize> {
    markets::ranked(state)
}

/// The feeds that an account hangs on.
fn feeds_of(state: &State, account: usize) -> Vec<u8> {
    let entry = &state.accounts[account];
    let tokens = entry.positions.keys().copied();
    tokens.chain(entry.perps.keys().map(|market| MARKET_FEED + market)).collect()
}

/// A state in which one feed's price has moved by some bps, and all prices are new.
fn moved(state: &State, feed: u8, by: i64) -> State {
    let mut state = state.clone();
    let now = state.now;
    let all = state.tokens.iter_mut().map(|token| &mut token.feed);
    all.chain(state.markets.iter_mut().map(|market| &mut market.feed)).for_each(|feed| feed.publish_time = now);
    let feed = match feed.checked_sub(MARKET_FEED) {
        Some(market) => &mut state.markets[usize::from(market)].feed,
        None => &mut state.tokens[usize::from(feed)].feed,
    };
    feed.price = floor_u64(&(int(feed.price) * bps(10_000 + by))).max(1 << 20);
    state
}

fn depth(state: &State, account: usize) -> (bool, bool) {
    let legs: Legs = state.legs(&state.accounts[account], &[]);
    let depth = state.depth(&legs);
    (depth.healthy == Truth::No, depth.deep == Truth::Yes)
}

/// The least move of a feed, bps × sign, at which something holds that holds at the far end.
fn first(state: &State, account: usize, feed: u8, sign: i64, holds: impl Fn((bool, bool)) -> bool) -> Option<i64> {
    let at = |by: i64| holds(depth(&moved(state, feed, sign * by), account));
    let (mut low, mut high) = (0, 5_000);
    if !at(high) {
        return None;
    }
    while high - low > 4 {
        let middle = (low + high) / 2;
        if at(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

/// All prints again, and one moved so far that an account is under water by a part of the way to a deep breach.
fn to_the_edge(arena: &mut Arena, rank: usize, feed: usize, part: u64) -> Call {
    let refresh = everything(arena);
    let state = arena.state();
    let account = ranked(&state)[rank];
    let feeds = feeds_of(&state, account);
    if feeds.is_empty() {
        return refresh;
    }
    let feed = feeds[feed % feeds.len()];
    let by = [-1, 1].into_iter().find_map(|sign| {
        let breach = first(&state, account, feed, sign, |(breach, _)| breach)?;
        let deep = first(&state, account, feed, sign, |(breach, deep)| breach && deep).unwrap_or(breach + 100);
        Some(sign * (breach + (deep - breach) * part as i64 / 1_000))
    });
    let (Some(by), Call::Refresh { mut prints, indices }) = (by, refresh) else { return everything(arena) };
    for (_, print) in prints.iter_mut().filter(|(number, _)| *number == feed) {
        let price = int(print.price) * bps(10_000 + by);
        print.price = price.floor().to_i64().unwrap_or(print.price).max(1_000);
        (print.ema, print.confidence) = (print.price, print.price.unsigned_abs() / 2_000);
    }
    Call::Refresh { prints, indices }
}

/// Every liquidation of an account that can be named.
pub fn targets(state: &State, keeper: usize, liquidatee: usize) -> Vec<Call> {
    let legs = state.legs(&state.accounts[liquidatee], &[]);
    let pairs = if legs.owes_nothing() { Vec::new() } else { actions::candidates(state, liquidatee) };
    let held = |leg: &u8| *leg >= MARKET_LEG || state.accounts[liquidatee].positions.contains_key(leg);
    let mut seen = Vec::new();
    let mut all: Vec<Call> = Vec::new();
    for market in state.accounts[liquidatee].perps.keys() {
        all.push(Call::Close { keeper, liquidatee, market: *market, request: ALL });
    }
    for (debt, collateral) in pairs {
        if held(&debt) && held(&collateral) && !seen.contains(&(debt, collateral)) {
            seen.push((debt, collateral));
            all.push(Call::Liquidate { keeper, liquidatee, debt, collateral, request: ALL });
        }
    }
    all
}

fn liquidation(state: &State, keeper: usize, rank: usize, pick: usize, part: Part) -> Vec<Call> {
    let liquidatee = ranked(state)[rank];
    let keeper = KEEPERS.into_iter().cycle().skip(keeper).find(|keeper| *keeper != liquidatee).expect("there are two");
    let mut all = targets(state, keeper, liquidatee);
    if all.is_empty() {
        return Vec::new();
    }
    let picked =
        if pick > 0 { pick % all.len() } else { all.iter().position(|call| state.verdict(call).allows()).unwrap_or(0) };
    let mut call = all.swap_remove(picked);
    let owed = match &call {
        Call::Close { market, .. } => state.perp(liquidatee, *market).map_or(0, |perp| perp.base.unsigned_abs()),
        Call::Liquidate { debt, .. } if *debt < MARKET_LEG => {
            floor_u64(&state.amount(liquidatee, &state.touch(*debt)).lo)
        }
        _ => 0,
    };
    if let (Call::Liquidate { request, .. } | Call::Close { request, .. }, Part::Permille(permille)) = (&mut call, part)
    {
        *request = (u128::from(owed) * u128::from(permille) / 2_000) as u64;
    }
    vec![call]
}

/// An order for a position, if there is one.
fn order(state: &State, what: &Move) -> Option<(usize, u8, TriggerOrder, By)> {
    let Move::Place { who, slot, kind, wrong, trigger, part, fee, by, expires } = what else { return None };
    let (account, market) = markets::held(state, *who, *slot);
    if market as usize >= state.markets.len() {
        return None;
    }
    let base = state.perp(account, market).map_or(0, |perp| perp.base);
    let mark = state.mark(market);
    let at = |by: i64| u64::try_from(mark * i128::from(10_000 + by) / 10_000).expect("a mark");
    let lot = state.market(market).config.lot;
    let size = match part {
        Part::Permille(permille) => {
            (u128::from(base.unsigned_abs()) * u128::from(*permille) / 1_000) as u64 / lot * lot
        }
        Part::Units(units) => *units,
        _ => ALL,
    };
    let order = TriggerOrder {
        trigger: if *kind == 3 {
            1_000_000u64.saturating_add_signed(trigger.saturating_mul(200))
        } else {
            at(*trigger)
        },
        limit: if *wrong == 1 {
            at(-*trigger)
        } else if base > 0 {
            0
        } else {
            u64::MAX
        },
        size,
        expires_at: if *expires == 0 { 0 } else { state.now + expires },
        fee: *fee,
        market,
        kind: if *wrong == 2 { 4 } else { *kind },
        side: u8::from((base < 0) != (*wrong == 3)),
        reserved: 0,
    };
    Some((account, *slot, order, *by))
}

/// Somebody with an order, if anybody has one; else a guess.
fn orders(state: &State, who: usize, slot: u8) -> (usize, u8) {
    let all: Vec<(usize, u8)> = (0..state.accounts.len())
        .flat_map(|account| state.accounts[account].orders.keys().map(move |slot| (account, *slot)))
        .collect();
    if all.is_empty() || who == 1 { (who, slot) } else { all[(who * 5 + usize::from(slot)) % all.len()] }
}

/// The calls that a move stands for. Time passes here.
pub fn calls(arena: &mut Arena, what: &Move) -> Vec<Call> {
    let state = arena.state();
    match what {
        Move::Step(Step::Tokens(action)) => actions::calls(arena, action),
        Move::Step(step) => markets::calls(arena, step),
        Move::Edge { rank, feed, part } => vec![to_the_edge(arena, *rank, *feed, *part)],
        Move::Touch { rank } => vec![Call::Touch { account: ranked(&state)[*rank] }],
        Move::Skip { slots } => {
            skip_slots(arena, *slots);
            Vec::new()
        }
        Move::Prints { mask } => vec![fresh(arena, *mask)],
        Move::Liquidate { keeper, rank, pick, part } => liquidation(&state, *keeper, *rank, *pick, *part),
        Move::Outage { seconds } => {
            let last = state.accepted_at;
            let to = (last + seconds).max(state.now);
            arena.world.chain.set_time(to);
            vec![everything(arena)]
        }
        Move::Calm => {
            calm_down(arena).unwrap_or_else(|what| panic!("{what}"));
            Vec::new()
        }
        Move::Status { market, status } => vec![Call::SetStatus { market: *market, status: *status }],
        Move::Place { .. } => order(&state, what)
            .map(|(account, slot, order, by)| Call::PlaceOrder { account, slot, order, by })
            .into_iter()
            .collect(),
        Move::Cancel { who, slot, by } => {
            let (account, slot) = orders(&state, *who, *slot);
            vec![Call::CancelOrder { account, slot, by: *by }]
        }
        Move::Execute { who, slot, executor, fresh } => {
            let (account, slot) = orders(&state, *who, *slot);
            let executor = if *executor == account { ground::LENDER } else { *executor };
            let mut all = if *fresh { vec![everything(arena)] } else { Vec::new() };
            if executor != account {
                all.push(Call::ExecuteOrder { executor, account, slot });
            }
            all
        }
    }
}
