//! Laws of liquidation on accounts with up to sixteen legs, dust among them and one feed that may be dead.

use breakwater_client::margin::liquidation::Target;
use breakwater_sim::chain::Chain;
use breakwater_sim::world::{Listing, World};
use breakwater_tests::arena::{Arena, Saved};
use breakwater_tests::laws::exact_equity;
use breakwater_tests::model::rational::{Q, bps, display, floor_u64, int, ppm};
use breakwater_tests::model::state::ALL;
use breakwater_tests::model::{Call, Legs, Print, Side, State, Truth};
use num_traits::Signed;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::ground::USD;
use crate::sequences::{enough, runner};

const TOKENS: u8 = 16;
const LENDER: usize = 0;
const KEEPER: usize = 1;
const DEBTOR: usize = 2;
/// Compute units that a transaction may use.
const CU_LIMIT: u64 = 1_400_000;

/// Dollars for a whole token of each number, × 10^8, and its decimals: from $60,000 to a fiftieth of a cent.
fn shape(token: u8) -> (i64, u8) {
    let prices = [USD, 60_000 * USD, 150 * USD, 20_000, 3_000 * USD, 5 * USD / 4, 7 * USD / 100];
    (prices[usize::from(token) % prices.len()], [6, 8, 9, 5, 8, 6, 9][usize::from(token) % 7])
}

fn print(token: u8, factor: i64, now: i64) -> Print {
    let price = shape(token).0 / 1_000 * factor;
    Print { price, confidence: price.unsigned_abs() / 2_000, ema: price, exponent: -8, publish_time: now }
}

/// Sixteen tokens, a lender of all of them, a rich keeper and somebody without positions; interest has run for a while, so
/// that no index is one.
pub fn ground() -> Arena {
    let mut world = World::new(Chain::default());
    for token in 0..TOKENS {
        let decimals = shape(token).1;
        let listing = if token % 7 == 0 { Listing::stable(decimals) } else { Listing::volatile(decimals) };
        world.list(&format!("T{token}"), listing).unwrap_or_else(|e| panic!("list {token}: {e}"));
    }
    let mut arena = Arena::new(world, 4);
    publish(&mut arena, &[1_000; TOKENS as usize], None);
    for token in 0..TOKENS {
        fund(&mut arena, LENDER, token, 1_000_000 * 1_000);
    }
    fund(&mut arena, KEEPER, 0, 20_000_000 * 1_000);
    fund(&mut arena, 3, 0, 20_000_000 * 1_000);
    for token in 1..TOKENS {
        let amount = units(&arena.state(), token, 300_000 * 1_000);
        arena.must(&Call::Borrow { account: 3, token, amount });
    }
    arena.world.chain.advance(20 * 86_400);
    publish(&mut arena, &[1_000; TOKENS as usize], None);
    arena
}

fn units(state: &State, token: u8, millidollars: u64) -> u64 {
    floor_u64(&(int(millidollars) / int(1_000) / state.token(token).feed.mid()))
}

fn fund(arena: &mut Arena, account: usize, token: u8, millidollars: u64) {
    let amount = units(&arena.state(), token, millidollars).max(3);
    arena.must(&Call::Deposit { account, token, amount, stranger: false });
}

/// Publishes prices (thousandths of the start's) of all tokens but a dead one, and syncs all indices.
fn publish(arena: &mut Arena, factors: &[i64], dead: Option<u8>) {
    arena.world.chain.advance(1);
    let now = arena.world.chain.now();
    let alive = (0..TOKENS).filter(|token| Some(*token) != dead);
    let prints: Vec<_> = alive.map(|token| (token, print(token, factors[usize::from(token)], now))).collect();
    let (first, second) = prints.split_at(prints.len() / 2);
    arena.must(&Call::Refresh { prints: first.to_vec(), indices: Vec::new() });
    arena.must(&Call::Refresh { prints: second.to_vec(), indices: Vec::new() });
    arena.must(&Call::Refresh { prints: Vec::new(), indices: (0..TOKENS).collect() });
}

/// An account and what befalls it.
#[derive(Clone, Debug)]
pub struct Fate {
    /// Deposits: token and thousandths of a dollar.
    pub deposits: Vec<(u8, u64)>,
    /// Debts: token and thousandths of the room that is left.
    pub debts: Vec<(u8, u64)>,
    /// Prices afterwards, thousandths.
    pub factors: Vec<i64>,
    /// Fall of what is held and rise of what is owed on top, thousandths.
    pub shock: (i64, i64),
    /// A feed that is dead, and for how many seconds more than others. Never that of token 0: keepers hold it.
    pub dead: Option<(u8, i64)>,
    /// No leg is smaller, thousandths of a dollar.
    pub least: u64,
    /// Part of the plan that a first request asks for, thousandths.
    pub part: u64,
}

/// Fates of accounts with up to so many legs on each side and no leg below so many thousandths of a dollar.
pub fn fate(legs: usize, least: u64) -> impl Strategy<Value = Fate> {
    let dollars = move || {
        prop_oneof![1 => 0u64..20, 1 => 20u64..20_000, 3 => 20_000u64..5_000_000].prop_map(move |d| d.max(least))
    };
    let leg = || (0..TOKENS, dollars());
    let debt = || (0..TOKENS, prop_oneof![1 => 1u64..50, 3 => 100u64..1_000, 1 => Just(1_000u64)]);
    let factor = prop_oneof![4 => 950i64..1_050, 1 => 700i64..1_300];
    let shock = prop_oneof![3 => (0i64..150, 0i64..150), 2 => (100i64..500, 0i64..300)];
    let dead = prop_oneof![2 => Just(None), 1 => (1..TOKENS, 61i64..200).prop_map(Some)];
    let held_and_owed = (vec(leg(), 1..=legs), vec(debt(), 1..=legs));
    (held_and_owed, vec(factor, TOKENS as usize), shock, dead, 250u64..999).prop_map(
        move |((deposits, debts), factors, shock, dead, part)| Fate {
            deposits,
            debts,
            factors,
            shock,
            dead,
            least,
            part,
        },
    )
}

/// Builds the account and lets its fate come about.
fn befall(arena: &mut Arena, fate: &Fate) {
    for (token, millidollars) in &fate.deposits {
        fund(arena, DEBTOR, *token, *millidollars);
    }
    // The last loan goes to the limit.
    let last = fate.debts.len().wrapping_sub(1);
    for (index, (token, permille)) in fate.debts.iter().enumerate() {
        let permille = if index == last { &1_000 } else { permille };
        let state = arena.state();
        let legs = state.legs(&state.accounts[DEBTOR], &[&state.touch(*token)]);
        let entry = state.token(*token);
        let price = entry.feed.mid() * (int(1) + entry.feed.initial_band(state.now));
        let room = legs.initial().lo * int(*permille) / int(1_000) / (entry.weights_of(Side::Debt).initial * price);
        // A debt is rounded up twice, to shares and to units.
        let amount = if room.is_positive() { floor_u64(&room).saturating_sub(2) } else { 0 };
        let held = state.accounts[DEBTOR].positions.get(token).is_some_and(|p| p.side == Side::Deposit);
        if amount > 0 && amount >= units(&state, *token, fate.least) && !held {
            arena
                .perform(&Call::Borrow { account: DEBTOR, token: *token, amount })
                .unwrap_or_else(|what| panic!("{what}"));
        }
    }
    let mut factors = fate.factors.clone();
    for (token, position) in &arena.state().accounts[DEBTOR].positions {
        let factor = &mut factors[usize::from(*token)];
        *factor =
            *factor * if position.side == Side::Deposit { 1_000 - fate.shock.0 } else { 1_000 + fate.shock.1 } / 1_000;
    }
    if let Some((_, seconds)) = fate.dead {
        arena.world.chain.advance(seconds);
    }
    publish(arena, &factors, fate.dead.map(|(token, _)| token));
}

fn legs(state: &State, account: usize) -> Legs {
    state.legs(&state.accounts[account], &[])
}

/// The pair that a keeper would pass: the one that the program itself ranks first.
fn best(arena: &Arena) -> Option<(u8, u8)> {
    match arena.world.best_target(&arena.people[DEBTOR].account).ok()? {
        Target::Spot(pair) => Some((pair.debt, pair.collateral)),
        Target::Perp(market) => unreachable!("nobody has a position in market {market}"),
    }
}

fn liquidate((debt, collateral): (u8, u8), request: u64) -> Call {
    Call::Liquidate { keeper: KEEPER, liquidatee: DEBTOR, debt, collateral, request }
}

/// How the liquidation of an account ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Healthy,
    Bankrupt,
    /// All that is left on one side has a price that is too old.
    WaitsForFeed,
}

/// LIQ-3: calls until nothing is left to do; every one of them must succeed.
fn wind_up(arena: &mut Arena) -> Result<(u32, End), String> {
    let mut steps = 0;
    loop {
        let state = arena.state();
        let legs = legs(&state, DEBTOR);
        if legs.owes_nothing() || legs.optimistic().below(&int(0)) != Truth::Yes {
            return Ok((steps, End::Healthy));
        }
        let call = match best(arena) {
            Some(pair) => liquidate(pair, ALL),
            None if legs.nothing_to_seize() == Truth::Yes => {
                if legs.price_older_than(60) {
                    return Ok((steps, End::WaitsForFeed));
                }
                let debts: Vec<u8> = legs.debts().map(|leg| leg.token).collect();
                for token in debts {
                    steps += 1;
                    if let Some(error) = arena.perform(&Call::Resolve { account: DEBTOR, token })? {
                        return Err(format!("LIQ-3: a bankruptcy is refused with {error:?}"));
                    }
                }
                return Ok((steps, End::Bankrupt));
            }
            None => {
                let fresh = |leg: &&breakwater_tests::model::Leg| !leg.is_stale();
                let stuck = legs.debts().any(|leg| fresh(&leg))
                    && legs.deposits().any(|leg| fresh(&leg) && leg.amount.lo >= int(1));
                return if stuck {
                    Err("LIQ-3: no pair of fresh legs helps".to_owned())
                } else {
                    Ok((steps, End::WaitsForFeed))
                };
            }
        };
        steps += 1;
        if let Some(error) = arena.perform(&call)? {
            return Err(format!("LIQ-3: step {steps}, {call:?} is refused with {error:?}"));
        }
        if steps > 300 {
            return Err("LIQ-3: no end after 300 calls".to_owned());
        }
    }
}

#[test]
fn a_liquidatable_account_always_has_a_succeeding_call() {
    let mut arena = ground();
    let start: Saved = arena.save();
    let mut seen: std::collections::BTreeMap<End, (u32, u32)> = std::collections::BTreeMap::new();
    runner(
        150,
        |fate: Fate| {
            arena.restore(&start);
            befall(&mut arena, &fate);
            let (steps, end) = wind_up(&mut arena)?;
            let entry = seen.entry(end).or_default();
            *entry = (entry.0 + 1, entry.1.max(steps));
            Ok(())
        },
        fate(8, 0),
    );
    println!("ends (accounts, most calls): {seen:?}\n{}", arena.tally);
    enough(arena.tally.succeeded("liquidate"), 200, "liquidations");
    let most = arena.tally.compute_units["liquidate"];
    assert!(most < CU_LIMIT, "LIQ-3: {most} CU");
}

/// Token 1 costs $0.0006 a unit and token 3 $0.000000002. Two units deposited at an index above one are one share, worth one
/// unit: $0.0006, for which just $0.00041 of token 3 is lent. At three quarters of the price that debt is 92 % of the
/// deposit: under water, but even with the bonus worth less than the one unit, so S = 0.
#[test]
fn a_debt_worth_less_than_one_unit_of_the_deposit_can_be_liquidated() {
    let mut arena = ground();
    arena.must(&Call::Deposit { account: DEBTOR, token: 1, amount: 2, stranger: false });
    arena.must(&Call::Borrow { account: DEBTOR, token: 3, amount: 205_000 });
    befall(&mut arena, &falling(252));
    assert!(legs(&arena.state(), DEBTOR).optimistic().hi.is_negative(), "LIQ-3: the account is under water");
    let (steps, _) = wind_up(&mut arena).unwrap_or_else(|what| panic!("{what}"));
    assert!(steps > 0, "LIQ-3: a call was made");
}

/// $1,000 of token 1 against all that it lends of token 0, and one native unit of token 2 beside it. After a crash to 40 %
/// the first deposit is seized whole, and the unit is left: $0.00000006. While it is there nobody can call the account
/// bankrupt, and the lenders' loss is never booked.
#[test]
fn a_single_native_unit_does_not_keep_a_debt_from_being_written_off() {
    let mut arena = ground();
    arena.must(&Call::Deposit { account: DEBTOR, token: 2, amount: 2, stranger: false });
    let fate = Fate { deposits: vec![(1, 1_000_000)], debts: vec![(0, 1_000)], ..falling(600) };
    befall(&mut arena, &fate);
    let (_, end) = wind_up(&mut arena).unwrap_or_else(|what| panic!("{what}"));
    assert_eq!(end, End::Bankrupt, "LIQ-3: the debt is written off");
}

/// All deposits fall by some thousandths.
fn falling(by: i64) -> Fate {
    let factors = vec![1_000; TOKENS as usize];
    Fate { deposits: Vec::new(), debts: Vec::new(), factors, shock: (by, 0), dead: None, least: 0, part: 1_000 }
}

/// What a keeper owns, exactly, at mid.
fn wealth(state: &State, account: usize) -> Q {
    exact_equity(&legs(state, account))
}

/// LIQ-5: the same pair in one call, and in a part and the rest.
fn split(arena: &mut Arena, fate: &Fate) -> Result<Option<(Q, Q, Q)>, String> {
    let start = arena.state();
    let under_water = legs(&start, DEBTOR).optimistic().below(&int(0)) == Truth::Yes;
    let (true, Some(pair)) = (under_water, best(arena)) else { return Ok(None) };
    let saved = arena.save();
    if arena.perform(&liquidate(pair, ALL))?.is_some() {
        return Ok(None);
    }
    let before = wealth(&start, KEEPER);
    let once = wealth(&arena.state(), KEEPER) - &before;
    let banks = (start.touch(pair.0), start.touch(pair.1));
    let (_, plans) = start.plans(DEBTOR, pair, (ALL, false), &[&banks.0, &banks.1]);
    let part = (&plans[0].repay[0].hi * int(fate.part) / int(1_000)).ceil();
    arena.restore(&saved);
    if arena.perform(&liquidate(pair, floor_u64(&part)))?.is_some() {
        return Ok(None);
    }
    // The rest, if the program still wants it.
    arena.perform(&liquidate(pair, ALL))?;
    let twice = wealth(&arena.state(), KEEPER) - before;
    Ok(Some((once, twice, legs(&start, DEBTOR).owed().hi)))
}

#[test]
fn splitting_a_liquidation_never_gains() {
    let mut arena = ground();
    let start = arena.save();
    let (mut compared, mut most, mut relative) = (0, f64::MIN, f64::MIN);
    runner(
        150,
        |fate: Fate| {
            arena.restore(&start);
            befall(&mut arena, &fate);
            if let Some((once, twice, owed)) = split(&mut arena, &fate)? {
                compared += 1;
                let gain = &twice - &once;
                most = most.max(display(&gain));
                // The bonus is a whole number of millionths. Where equity / debts caps it, the fraction that the first call
                // leaves with the account lifts the quotient for the second: all such fractions together are below 1
                // millionth of the debts, of which the keeper gets what insurance leaves. On top: one native unit of each leg in each of both
                // calls, at most $0.0012 a unit here.
                let allowed = int(4) * int(12) / int(10_000) + &owed * ppm(1) * bps(6_000);
                relative = relative.max(display(&(&gain / &owed)) * 10_000.0);
                if gain > allowed {
                    return Err(format!(
                        "LIQ-5: ${} at once, ${} in two, ${} owed",
                        display(&once),
                        display(&twice),
                        display(&owed)
                    ));
                }
            }
            Ok(())
        },
        fate(4, 1_000),
    );
    enough(compared, 50, "splits");
    println!("{compared} splits compared; most gained: ${most}, {relative} bps of the debts");
}
