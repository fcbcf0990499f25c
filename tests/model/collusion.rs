//! NPR-1: no set of colluding keys profits beyond real price moves.
//!
//! Who is honest: one lender of every token, one provider of every pool, and the protocol (tranches, fees, the shared fund).
//! Everybody else colludes: they trade, settle, provide liquidity, liquidate and deleverage each other, lend, borrow and
//! default, along random price paths with jumps, stale feeds and gaps.
//!
//! Wealth of the honest, in dollars at the prices of the moment:
//! - deposits less debts of their accounts, at the banks' indices;
//! - the tranches and fees of banks and markets, and the shared fund;
//! - liquidity shares × (E + V) / (all shares + V), where E is the pool's equity of spec §10.7 without any floor: what pool
//!   and escrow have, less what traders own at the mark, secured or not, less the premium that closing all of K would refund.
//!
//! Secured profit counts at its full value for its holder: it leaves E once, when it is set apart, with the shares that cover
//! it. What interest adds to the escrow is the pool's; what the bank's lenders have lost of it counts against the pool until a
//! touch takes it from the holder.
//!
//! A price alone changes it by the mark-to-market move of what the honest hold: their tokens, and the pool's −K base with its
//! premium. So the law is asked of every single instruction, with both states **valued at the prices after it**: the wealth
//! of the honest does not fall, but for three things.
//! - The roundings of one instruction.
//! - A bankruptcy costs at most what the account's equity is below zero.
//! - A position that is closed for its owner (liquidated, deleveraged, written off) is closed at the mark. Where that makes |K|
//!   greater, the premium grows without anybody having paid for it: at most by the closed notional × (f_i + 2 · taker_fee),
//!   because spec §10.10 bounds cap / S so. To take it somebody has to trade, and then pays spread and fee.
//!
//! Summed over a path: the honest lose at most what real moves cost their net holdings, what bankrupt accounts cannot pay, and
//! the premium of forced closes, which need real moves too; where no price moves they lose nothing. As nothing is created,
//! that bounds what all colluding keys together gain.

use breakwater_tests::arena::Arena;
use breakwater_tests::model::bank::exact_amount;
use breakwater_tests::model::perp::market::notional_up;
use breakwater_tests::model::perp::pool::VIRTUAL;
use breakwater_tests::model::perp::{MARKET_LEG, ceil};
use breakwater_tests::model::rational::{Q, display, int, ratio};
use breakwater_tests::model::{Call, State};
use num_traits::{Signed, Zero};
use proptest::prelude::{Just, prop_oneof};

use crate::actions::Action;
use crate::ground::LENDER;
use crate::markets::{self, PROVIDERS};
use crate::moves::{self, Move};
use crate::safety;
use crate::sequences::{enough, runner};
use crate::steps::{self, Step};
use crate::troubled::{self, Ground};

/// They never act after the beginning.
const HONEST: [usize; 2] = [LENDER, PROVIDERS[0]];
const CASES: u32 = 40;
const SAFETY_CASES: u32 = 30;
const STEPS: usize = 60;
/// Quote units that the roundings of one instruction may cost the honest: each transfer of deposit shares rounds by less
/// than two units, and no instruction makes more than four.
const ROUNDINGS: u32 = 8;

/// Dollars that the honest have, at the prices of a state.
fn honest(state: &State) -> Q {
    let mut wealth = Q::zero();
    for (token, entry) in (0u8..).zip(&state.tokens) {
        let bank = &entry.bank;
        let mut units = int(bank.tranche) + int(bank.fees);
        for account in HONEST {
            if let Some(position) = state.accounts[account].positions.get(&token) {
                units += exact_amount(position.shares, bank.deposit_index);
            }
        }
        wealth += units * entry.feed.mid();
    }
    let index = state.quote_index();
    let mut units = state.fund.map_or(Q::zero(), |fund| exact_amount(fund.shares, index));
    for (number, market) in (0u8..).zip(&state.markets) {
        units += exact_amount(market.tranche, index) + exact_amount(market.fees, index);
        let shares = state.liquidity.get(&(PROVIDERS[0], number)).map_or(0, |entry| entry.shares);
        let apart = exact_amount(market.escrow, index) - int(market.secured);
        let equity = int(market.equity(state.mark(number), index)) + apart;
        units += int(shares) * (equity + int(VIRTUAL)) / int(i128::from(market.liquidity) + VIRTUAL);
    }
    wealth + units * state.token(state.quote().token).feed.mid()
}

/// A state at the prices of another.
fn priced(state: &State, prices: &State) -> State {
    let mut state = state.clone();
    state.tokens.iter_mut().zip(&prices.tokens).for_each(|(token, other)| token.feed = other.feed);
    state.markets.iter_mut().zip(&prices.markets).for_each(|(market, other)| market.feed = other.feed);
    state
}

/// Whose key acts; nobody's for what anybody may do.
fn actor(call: &Call) -> Option<usize> {
    match call {
        Call::Deposit { account, .. }
        | Call::Withdraw { account, .. }
        | Call::Borrow { account, .. }
        | Call::Repay { account, .. }
        | Call::Trade { account, .. }
        | Call::Settle { account, .. }
        | Call::AddLiquidity { account, .. }
        | Call::RequestLiquidity { account, .. }
        | Call::RemoveLiquidity { account, .. }
        | Call::PlaceOrder { account, .. }
        | Call::Insure { account, .. } => Some(*account),
        _ => None,
    }
}

/// By how much closing at the mark may have raised the premium, quote units.
///
/// # Errors
/// Where it rose by more than spec §10.10 allows.
fn premium(call: &Call, before: &State, after: &State) -> Result<i128, String> {
    let market = match call {
        Call::Close { market, .. } | Call::Deleverage { market, .. } => *market,
        Call::Resolve { token, .. } if *token >= MARKET_LEG => token - MARKET_LEG,
        _ => return Ok(0),
    };
    let (mark, old, new) = (after.mark(market), before.market(market), after.market(market));
    let risen = (new.premium(mark) - old.premium(mark)).max(0);
    let closed = i128::from(old.long) + i128::from(old.short) - i128::from(new.long) - i128::from(new.short);
    let config = &new.config;
    let most = notional_up(closed, mark) * i128::from(config.insurance_fee + 2 * config.taker_fee);
    if risen > ceil(most, 10_000) + 1 {
        return Err(format!("NPR-1: closing {closed} of market {market} at the mark raises the premium by {risen}"));
    }
    Ok(risen)
}

/// What an instruction may cost the honest, dollars.
fn allowed(call: &Call, before: &State) -> Q {
    let unit = before.token(before.quote().token).feed.mid();
    // Lending rounds in native units of the token, at most a unit of each that the instruction touches.
    let native = before.tokens.iter().map(|token| token.feed.mid()).max().unwrap_or_default();
    let roundings = unit * int(ROUNDINGS) + native * int(4);
    let Call::Resolve { account, token } = call else { return roundings };
    let market = token.checked_sub(MARKET_LEG);
    let bank = before.touch(before.bank_of(*token));
    let equity = before.legs_in(&before.accounts[*account], &[&bank], market).equity().lo;
    // Nothing of a cent or more is left on any side; there are sixteen token and eight market legs at most.
    roundings + (-equity).max(Q::zero()) + ratio(24, 100)
}

/// What a path has shown.
#[derive(Default)]
struct Seen {
    instructions: u64,
    most_lost: f64,
    gained: f64,
    premiums: f64,
}

fn play(arena: Arena, sequence: &[Step], seen: &mut Seen) -> Result<Arena, String> {
    play_with(arena, sequence, markets::calls, seen)
}

fn play_with<S: std::fmt::Debug>(
    mut arena: Arena,
    sequence: &[S],
    calls: impl Fn(&mut Arena, &S) -> Vec<Call>,
    seen: &mut Seen,
) -> Result<Arena, String> {
    for (number, step) in sequence.iter().enumerate() {
        for call in calls(&mut arena, step) {
            if actor(&call).is_some_and(|account| HONEST.contains(&account)) {
                continue;
            }
            let before = arena.state();
            let refused = arena.perform(&call).map_err(|what| format!("step {number}, {step:?}: {what}"))?;
            if refused.is_some() {
                continue;
            }
            let after = arena.state();
            let before = priced(&before, &after);
            let lost = honest(&before) - honest(&after);
            seen.instructions += 1;
            let unit = after.token(after.quote().token).feed.mid();
            let premium = int(premium(&call, &before, &after)?) * unit;
            if lost > allowed(&call, &before) + &premium {
                return Err(format!("NPR-1: step {number}, {call:?} costs the honest ${}", display(&lost)));
            }
            let lost = display(&lost);
            if matches!(call, Call::Resolve { .. }) {
                seen.most_lost = seen.most_lost.max(lost);
            } else {
                seen.gained -= lost;
            }
            seen.premiums += display(&premium);
        }
    }
    Ok(arena)
}

impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let Seen { instructions, most_lost, gained, premiums } = self;
        write!(f, "{instructions} instructions; the honest gained ${gained} apart from prices and bankruptcies, ")?;
        write!(f, "and lost ${premiums} of premium to forced closes; the worst bankruptcy cost ${most_lost}")
    }
}

#[test]
fn colluding_keys_gain_nothing_but_from_prices_and_bankruptcies() {
    let mut seen = Seen::default();
    let property = |steps: Vec<Step>| play(markets::populated(), &steps, &mut seen).map(|_| ());
    runner(CASES, property, steps::sequence(STEPS));
    println!("{seen}");
    enough(seen.instructions, 500, "instructions");
}

#[test]
fn colluding_keys_gain_nothing_from_pools_in_deficit() {
    let mut seen = Seen::default();
    let property =
        |(ground, steps): (Ground, Vec<Step>)| play(troubled::populated(ground), &steps, &mut seen).map(|_| ());
    runner(CASES, property, troubled::sequence(STEPS));
    println!("{seen}");
    enough(seen.instructions, 500, "instructions");
}

/// They flag each other, wait for the bonus to grow, fill buckets, and leave and execute orders with fees for each other.
#[test]
fn colluding_keys_gain_nothing_from_flags_and_orders() {
    let mut seen = Seen::default();
    let property = |(ground, moves): (safety::Ground, Vec<Move>)| {
        play_with(safety::populated(ground), &moves, safety::calls, &mut seen).map(|_| ())
    };
    let place = prop_oneof![3 => Just(safety::Place::Markets), 1 => Just(safety::Place::Troubled)];
    runner(SAFETY_CASES, property, moves::sequence(moves::in_place(place), STEPS));
    println!("{seen}");
    enough(seen.instructions, 300, "instructions");
}

/// Whether a step moves a price.
fn moves(step: &Step) -> bool {
    matches!(
        step,
        Step::Move { .. }
            | Step::MoveAll { .. }
            | Step::Depeg { .. }
            | Step::Tokens(Action::Move { .. } | Action::MoveAll { .. })
    )
}

#[test]
fn colluding_keys_gain_nothing_where_no_price_moves() {
    let mut seen = Seen::default();
    runner(
        CASES,
        |mut sequence: Vec<Step>| {
            sequence.retain(|step| !moves(step));
            let before = seen.instructions;
            let arena = play(markets::populated(), &sequence, &mut seen)?;
            let (start, end) = (markets::populated().state(), arena.state());
            let lost = honest(&priced(&start, &end)) - honest(&end);
            let roundings =
                allowed(&Call::Deleverage { account: 1, market: 0 }, &end) * int(seen.instructions - before);
            if lost.is_positive() && lost > roundings {
                return Err(format!("NPR-1: the honest end with ${} less", display(&lost)));
            }
            Ok(())
        },
        steps::sequence(STEPS),
    );
    println!("{} instructions without moves; the honest gained ${}", seen.instructions, seen.gained);
    enough(seen.instructions, 500, "instructions");
}
