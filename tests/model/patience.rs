//! LIQ-3 with the safety engine on: whatever others touch, fill and wait for, an account under water is liquidated in time; and
//! what could hold that up.

use breakwater_client::instruction;
use breakwater_client::interface::MarginError;
use breakwater_client::interface::perp::{STATUS_ACTIVE, STATUS_PAUSED, STATUS_REDUCE_ONLY};
use breakwater_tests::arena::Arena;
use breakwater_tests::model::state::ALL;
use breakwater_tests::model::{Call, State, Truth};
use proptest::prelude::*;
use solana_signer::Signer;

use crate::ground::{self, KEEPERS, LENDER, TRADERS};
use crate::markets;
use crate::moves::{self, Move};
use crate::safety::{self, Ground, Place, Terms};
use crate::sequences::{enough, runner};

const CASES: u32 = 30;
const STEPS: usize = 32;
/// Slots of a second, and of the second in which new prints come.
const SLOTS_A_SECOND: u64 = 3;

/// Whether an account may be liquidated at the board's prices, whichever way rounding goes.
fn under_water(state: &State, account: usize) -> bool {
    let legs = state.legs(&state.accounts[account], &[]);
    state.depth(&legs).healthy == Truth::No
}

/// What succeeds; or, if nothing does, what would if nothing waited. A bonus that has grown may make another target the best one.
fn open(state: &State, keeper: usize, account: usize) -> Vec<Call> {
    let mut free = state.clone();
    free.liquidation.wait_slots = 0;
    let all = safety::targets(state, keeper, account);
    let allowed = |state: &State, call: &&Call| {
        let verdict = state.verdict(call);
        verdict.allows() && verdict.doubtful.is_empty()
    };
    let now: Vec<Call> = all.iter().filter(|call| allowed(state, call)).cloned().collect();
    if now.is_empty() { all.iter().filter(|call| allowed(&free, call)).cloned().collect() } else { now }
}

/// Prices stand still, somebody touches the account all the time, and a keeper comes every few slots. Slots until it has
/// liquidated something; none where the account recovers or no call would help without the engine either.
fn patience(arena: &mut Arena, account: usize, step: u64) -> Result<Option<u64>, String> {
    let keeper = KEEPERS[0];
    safety::calm_down(arena)?;
    let config = arena.state().liquidation;
    let start = arena.state().slot;
    let most = u64::from(config.auction_slots) + u64::from(config.wait_slots) + 2 * (step + SLOTS_A_SECOND);
    loop {
        let fresh = safety::everything(arena);
        arena.perform(&fresh)?;
        let state = arena.state();
        let open = open(&state, keeper, account);
        if !under_water(&state, account) || open.is_empty() {
            return Ok(None);
        }
        arena.perform(&Call::Touch { account })?;
        for call in open.iter().take(4) {
            let refused = arena.perform(call)?;
            if refused.is_none() && arena.executed {
                return Ok(Some(state.slot - start));
            }
        }
        if state.slot - start > most {
            return Err(format!("LIQ-3: account {account} waits {} slots of {most}", state.slot - start));
        }
        safety::skip_slots(arena, step);
    }
}

#[test]
fn LIQ_3_nobody_delays_a_liquidation_for_longer_than_a_flag_lasts() {
    let (mut led_out, mut slowest) = (0, 0);
    let property = |((ground, moves), part): ((Ground, Vec<Move>), u64)| {
        let mut arena = safety::populated(ground);
        markets::deposit(&mut arena, KEEPERS[0], 2, 2_000_000);
        for (number, step) in moves.iter().enumerate() {
            for call in safety::calls(&mut arena, step) {
                arena.perform(&call).map_err(|what| format!("step {number}, {step:?}: {what}"))?;
            }
        }
        let step = (u64::from(ground.terms.auction) / part).max(1);
        for account in safety::ranked(&arena.state()).into_iter().filter(|account| *account != KEEPERS[0]).take(2) {
            let saved = arena.save();
            if let Some(slots) = patience(&mut arena, account, step)? {
                (led_out, slowest) = (led_out + 1, slots.max(slowest));
            }
            arena.restore(&saved);
        }
        Ok(())
    };
    // A last breach, so that there is somebody under water.
    let breach = (0usize..2, 0usize..8, 1u64..1_000);
    let sequence = (moves::sequence(moves::anywhere(), STEPS), breach).prop_map(|((ground, mut moves), breach)| {
        let (rank, feed, part) = breach;
        moves.push(Move::Edge { rank, feed, part });
        (ground, moves)
    });
    runner(CASES, property, (sequence, 4u64..12));
    println!("{led_out} accounts were led out of the water, the slowest after {slowest} slots");
    enough(led_out, 10, "accounts that were led out");
}

const SOL: u8 = 0;
const USDC: u8 = 2;
/// It owes USDC for SOL.
const DEBTOR: usize = TRADERS[0];

fn at_the_edge(velocity: u16) -> Arena {
    let terms =
        Terms { wait: 3, grace: 10, auction: 150, deep: 500, window: 600, velocity: (velocity, 0), outflow: (0, 0) };
    let mut arena = safety::populated(Ground { place: Place::Lending, terms });
    for part in [300, 500] {
        let rank = rank_of(&arena, DEBTOR);
        let edge = safety::calls(&mut arena, &Move::Edge { rank, feed: 0, part });
        edge.iter().for_each(|call| arena.must(call));
    }
    assert!(under_water(&arena.state(), DEBTOR), "the debtor is in a shallow breach");
    arena
}

fn rank_of(arena: &Arena, account: usize) -> usize {
    safety::ranked(&arena.state()).iter().position(|other| *other == account).expect("everybody is ranked")
}

/// A touch, a wait, new prices, and a keeper that repays so much of the debt.
fn second_touch(arena: &mut Arena, request: u64) -> Option<MarginError> {
    let fresh = safety::everything(arena);
    arena.must(&fresh);
    arena.perform(&Call::Touch { account: DEBTOR }).unwrap_or_else(|what| panic!("{what}"));
    safety::skip_slots(arena, 3);
    let fresh = safety::everything(arena);
    arena.must(&fresh);
    let call = Call::Liquidate { keeper: KEEPERS[0], liquidatee: DEBTOR, debt: USDC, collateral: SOL, request };
    let refused = arena.perform(&call).unwrap_or_else(|what| panic!("{what}"));
    assert!(refused.is_some() || arena.executed, "the second touch executes or is refused");
    refused
}

/// A bucket leaks at most the cap of the moment at its next use, however long ago the last one was. Where deposits have fallen to
/// less than half of what they were, what is left in it is above the cap for ever: the refusal that finds it so writes nothing.
/// From then on every shallow breach waits T slots for the flag that no bucket limits.
#[test]
fn a_bucket_is_empty_after_a_window() {
    let mut arena = at_the_edge(5);
    assert_eq!(second_touch(&mut arena, ALL), None);
    let level = arena.state().token(USDC).bank.bucket.level;
    assert!(level > 0, "the liquidation is counted");
    // Four fifths of what depositors own go.
    let owned = arena.state().token(USDC).bank.deposits();
    for (account, amount) in [(LENDER, owned / 10 * 6), (KEEPERS[0], owned / 5)] {
        arena.must(&Call::Withdraw { account, token: USDC, amount });
    }
    for _ in 0..12 {
        arena.world.chain.advance(250);
        let fresh = safety::everything(&mut arena);
        arena.must(&fresh);
    }
    assert!(under_water(&arena.state(), DEBTOR), "the first liquidation was a part");
    assert_eq!(second_touch(&mut arena, ALL), None, "five windows later");
}

/// USDC has no limit, SOL has one: what is repaid of USDC is counted all the same. Whoever sets a limit for USDC later finds the bucket
/// as full as all liquidations of the past have made it, and a full one leaks one cap at most.
#[test]
fn a_bank_without_a_limit_counts_nothing() {
    let mut arena = at_the_edge(10);
    let admin = arena.world.admin.insecure_clone();
    let mut lending = arena.state().token(USDC).bank.lending;
    lending.velocity = 0;
    let bank = arena.world.tokens[usize::from(USDC)].keys.bank;
    let set = instruction::set_lending(&admin.pubkey(), &arena.world.group, &bank, lending);
    arena.world.chain.send(&[set], &[&admin]).unwrap_or_else(|e| panic!("set_lending: {e}"));
    assert_eq!(second_touch(&mut arena, ALL), None);
    assert_eq!(arena.state().token(USDC).bank.bucket.level, 0, "nothing limits USDC");
}

/// 2.5 % of what the debts require are missing. Nobody brings a print for 61 seconds; then the interval is as wide as for a stale price, and
/// whoever touches the account takes its flag away. No price has moved: the next print finds the breach as it was, and a second
/// touch has to be waited for again.
#[test]
fn a_print_that_grows_old_takes_no_flag_away() {
    let mut arena = at_the_edge(1_000);
    let fresh = safety::everything(&mut arena);
    arena.must(&fresh);
    arena.must(&Call::Touch { account: DEBTOR });
    let flag = arena.state().accounts[DEBTOR].flag;
    assert!(flag.is_some(), "the breach is shallow");
    arena.world.chain.advance(61);
    arena.perform(&Call::Touch { account: DEBTOR }).unwrap_or_else(|what| panic!("{what}"));
    assert_eq!(arena.state().accounts[DEBTOR].flag, flag, "no price has moved");
}

/// Four hours without prints; five minutes into the four hours' wait prices are out for 301 seconds, and the wait ends after
/// another 301.
#[test]
fn a_second_outage_does_not_shorten_the_wait_after_the_first() {
    let mut arena = ground::populated();
    let after = |arena: &mut Arena, seconds: i64| {
        arena.world.chain.advance(seconds);
        let fresh = safety::everything(arena);
        arena.must(&fresh);
        arena.state().calm_at
    };
    let first = after(&mut arena, 14_400);
    let second = after(&mut arena, 301);
    assert!(second >= first, "calm until {first}, and then until {second}");
}

/// A pause that ends in reduce-only is a pause too.
#[test]
fn shallow_breaches_wait_after_every_pause() {
    let mut arena = markets::populated();
    for open in [STATUS_REDUCE_ONLY, STATUS_ACTIVE] {
        safety::calm_down(&mut arena).unwrap_or_else(|what| panic!("{what}"));
        arena.must(&Call::SetStatus { market: 0, status: STATUS_PAUSED });
        assert!(arena.state().calm_at <= arena.state().now, "a pause makes nobody wait");
        arena.must(&Call::SetStatus { market: 0, status: open });
        assert_eq!(arena.state().calm_at, arena.state().now + 300);
    }
}
