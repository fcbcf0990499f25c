//! What a client says before an action, against what happens: largest amounts are accepted and a unit more is not. That every
//! preview is what happens, the arena checks of every call (PRE-1).

use std::collections::BTreeSet;

use breakwater_client::interface::{InsuranceFund, InsuranceStake, MarginError};
use breakwater_client::margin::perp::Direction;
use breakwater_client::view::{Action, Kind};
use breakwater_tests::arena::Arena;
use breakwater_tests::model::{Call, Order};
use breakwater_tests::preview;
use breakwater_tests::tally::Tally;
use bytemuck::Zeroable;
use proptest::collection::vec;
use proptest::prelude::*;
use solana_signer::Signer;

use crate::ground::TOKENS;
use crate::markets::{self, PEOPLE};
use crate::sequences::{enough, play_all};
use crate::steps::{self, Step};

const CASES: u32 = 40;
const STEPS: usize = 60;

/// What is asked of an account.
#[derive(Clone, Copy, Debug)]
enum Ask {
    Deposit,
    Withdraw,
    Borrow,
    Repay,
    Reduce,
    Open(bool),
    AddLiquidity,
    Stake,
    Leverage { long: bool, percent: u32 },
}

/// One step of a sequence.
#[derive(Clone, Debug)]
enum Move {
    Others(Step),
    Ask { who: usize, token: u8, market: u8, ask: Ask },
}

fn moves() -> impl Strategy<Value = Move> {
    let ask = prop_oneof![
        1 => Just(Ask::Deposit),
        3 => Just(Ask::Withdraw),
        3 => Just(Ask::Borrow),
        2 => Just(Ask::Repay),
        2 => Just(Ask::Reduce),
        4 => any::<bool>().prop_map(Ask::Open),
        1 => Just(Ask::AddLiquidity),
        1 => Just(Ask::Stake),
        3 => (any::<bool>(), 20u32..2_500).prop_map(|(long, percent)| Ask::Leverage { long, percent }),
    ];
    let asks = (1..PEOPLE, 0..TOKENS.len() as u8, steps::market(), ask);
    prop_oneof![
        3 => steps::sequence(1).prop_map(|mut steps| Move::Others(steps.remove(0))),
        2 => asks.prop_map(|(who, token, market, ask)| Move::Ask { who, token, market, ask }),
    ]
}

fn side(long: bool) -> Direction {
    if long { Direction::Long } else { Direction::Short }
}

/// The call that an ask is about, for an amount, and the unit of the amount.
fn call(arena: &Arena, (who, token, market): (usize, u8, u8), ask: Ask, amount: u64) -> (Call, u64) {
    let lot = arena.state().market(market).config.lot;
    let trade = |long: bool| {
        let signed = i64::try_from(amount).expect("no such trade");
        let (delta, limit) = if long { (signed, u64::MAX) } else { (-signed, 0) };
        (Call::Trade { account: who, market, order: Order::Trade(delta), limit }, lot)
    };
    match ask {
        Ask::Deposit => (Call::Deposit { account: who, token, amount, stranger: false }, 1),
        Ask::Withdraw => (Call::Withdraw { account: who, token, amount }, 1),
        Ask::Borrow => (Call::Borrow { account: who, token, amount }, 1),
        Ask::Repay => (Call::Repay { account: who, token, amount, stranger: false }, 1),
        Ask::Reduce => {
            let base = arena.state().perp(who, market).map_or(0, |perp| perp.base);
            let limit = if base > 0 { 0 } else { u64::MAX };
            (Call::Trade { account: who, market, order: Order::Reduce(amount), limit }, lot)
        }
        Ask::Open(long) | Ask::Leverage { long, .. } => trade(long),
        Ask::AddLiquidity => (Call::AddLiquidity { account: who, market, amount }, 1),
        Ask::Stake => (Call::Stake { account: who, amount }, 1),
    }
}

fn most(arena: &Arena, (who, token, market): (usize, u8, u8), ask: Ask) -> Result<u64, MarginError> {
    let view = preview::view(&arena.world);
    let account = arena.world.margin_account(&arena.people[who].account);
    let most = |kind| view.most(&account, kind);
    match ask {
        Ask::Deposit => most(Kind::Deposit { token }),
        Ask::Withdraw => most(Kind::Withdraw { token }),
        Ask::Borrow => most(Kind::Borrow { token }),
        Ask::Repay => most(Kind::Repay { token }),
        Ask::Reduce => most(Kind::Reduce { market }),
        Ask::Open(long) | Ask::Leverage { long, .. } => most(Kind::Open { market, side: side(long) }),
        Ask::AddLiquidity => most(Kind::AddLiquidity { market }),
        Ask::Stake => {
            let fund: InsuranceFund = arena.world.insurance_fund().expect("the group has a fund");
            let (owner, generation) = (arena.people[who].key.pubkey().to_bytes(), fund.generation);
            most(Kind::Stake { fund, stake: InsuranceStake { owner, generation, ..InsuranceStake::zeroed() } })
        }
    }
}

/// The largest amount is accepted, and a unit more is not.
fn ask(arena: &mut Arena, at: (usize, u8, u8), ask: Ask) -> Result<bool, String> {
    // Only Ether's bank has a cap that a wallet can fill.
    let (who, token, market) = if matches!(ask, Ask::Deposit) { (at.0, 4, at.2) } else { at };
    let freshen = markets::everything(arena, 0);
    arena.perform(&freshen)?;
    if let Ask::Leverage { long, percent } = ask {
        return leverage(arena, (who, market), long, percent * 100);
    }
    let told = most(arena, (who, token, market), ask);
    let named = |amount: u64| call(arena, (who, token, market), ask, amount);
    let (least, most) = match told {
        Ok(amount) => (named(amount + named(1).1).0, Some((named(amount).0, amount))),
        Err(_) => (named(named(1).1).0, None),
    };
    // More than is owed is not sent; what is refused leaves nothing behind.
    let closes = matches!(ask, Ask::Repay);
    if !closes && arena.perform(&least)?.is_none() {
        return Err(format!("PRE-2: {told:?} and yet {least:?} is accepted"));
    }
    let Some((most, amount)) = most else { return Ok(false) };
    if let Some(refusal) = arena.perform(&most)? {
        return Err(format!("PRE-2: {amount} of {ask:?} is refused with {refusal:?}"));
    }
    if closes && arena.world.margin_account(&arena.people[who].account).find(token).is_some() {
        return Err(format!("PRE-2: {amount} leaves a debt"));
    }
    Ok(true)
}

/// The trade for a leverage has at most that, and a lot more has more or is refused.
fn leverage(arena: &mut Arena, (who, market): (usize, u8), long: bool, limit: u32) -> Result<bool, String> {
    let view = preview::view(&arena.world);
    let account = arena.world.margin_account(&arena.people[who].account);
    let size = match view.size_for_leverage(&account, (market, side(long)), limit) {
        Ok(size) => size,
        Err(_) => return Ok(false),
    };
    let lot = arena.state().market(market).config.lot;
    let after = |size: u64| -> Result<bool, MarginError> {
        let signed = i64::try_from(size).expect("no such trade");
        let (delta, limit_price) = if long { (signed, u64::MAX) } else { (-signed, 0) };
        let preview = view.preview(&account, &Action::Trade { market, delta, limit: limit_price })?;
        Ok(view.with(&preview).leverage(&preview.account)?.is_some_and(|leverage| leverage <= limit))
    };
    match (after(size), after(size + lot)) {
        (Ok(true), Ok(false) | Err(_)) => {}
        other => return Err(format!("PRE-2: {size} for {limit} bps: {other:?}")),
    }
    let (trade, _) = call(arena, (who, 0, market), Ask::Open(long), size);
    match arena.perform(&trade)? {
        None => Ok(true),
        Some(refusal) => Err(format!("PRE-2: {size} for {limit} bps is refused with {refusal:?}")),
    }
}

fn play(sequence: Vec<Move>) -> Result<(Tally, u64), String> {
    let mut arena = markets::populated();
    let mut largest = 0;
    for (number, step) in sequence.iter().enumerate() {
        let context = |what: String| format!("step {number}, {step:?}: {what}");
        match step {
            Move::Others(step) => {
                for call in markets::calls(&mut arena, step) {
                    arena.perform(&call).map_err(context)?;
                }
            }
            Move::Ask { who, token, market, ask: what } => {
                largest += u64::from(ask(&mut arena, (*who, *token, *market), *what).map_err(context)?);
            }
        }
    }
    Ok((arena.tally, largest))
}

#[test]
fn PRE_2_the_largest_amount_is_accepted_and_a_unit_more_is_not() {
    let largest = std::cell::Cell::new(0);
    let total = play_all(CASES, vec(moves(), 1..=STEPS), |sequence| {
        let (tally, found) = play(sequence)?;
        largest.set(largest.get() + found);
        Ok(tally)
    });
    enough(largest.get(), 100, "largest amounts");
    let mut errors = BTreeSet::new();
    let mut seen = 0;
    for ((instruction, outcome), count) in &total.outcomes {
        let foreseen = [
            "deposit",
            "withdraw",
            "borrow",
            "repay",
            "trade",
            "reduce",
            "settle",
            "add_liquidity",
            "request_liquidity",
            "remove_liquidity",
            "stake",
        ];
        if foreseen.contains(instruction) {
            seen += count;
            if outcome != "ok" {
                errors.insert(outcome.clone());
            }
        }
    }
    println!("{} largest amounts, {seen} previews, refused with {errors:?}", largest.get());
    enough(seen, 1_000, "previews");
    enough(errors.len() as u64, 10, "refusals");
}
