//! LIQ-6: what a client computes before a liquidation from the same accounts, against what the program does.

use breakwater_client::Address;
use breakwater_client::interface::events::Liquidated;
use breakwater_client::interface::snapshot::{self, Own, OwnIndex};
use breakwater_client::interface::{Bank, MarginAccount, MarginError};
use breakwater_client::margin::liquidation::{
    Bucket, BucketTerms, Flag, Moment, Pace, Pair, Plan, Request, Rooms, SpotPlan, Target, Touch, apply, judge_touch,
    plan_liquidation,
};
use breakwater_client::margin::{Side, Snapshot, Valuation, health};
use breakwater_sim::world::{Trader, World};

use crate::model::Call;
use crate::model::perp::MARKET_LEG;

/// A plan, and the account as it would leave it.
#[derive(Clone, Debug)]
pub struct Quote {
    plan: Result<(SpotPlan, Snapshot), MarginError>,
    liquidatee: Address,
}

/// The bank's indices with the interest until now.
fn own_index(bank: &Bank, now: i64) -> Result<OwnIndex, MarginError> {
    let mut books = bank.books();
    let elapsed = u64::try_from(now - bank.accrued_at).unwrap_or(0);
    books.accrue(&bank.lending.pricing(), elapsed)?;
    let deposits = books.deposits()?;
    Ok(OwnIndex { token: bank.token, deposit: books.deposit_index, borrow: books.borrow_index, deposits })
}

/// The account's legs as an instruction sees them that touches two banks.
fn legs(world: &World, account: &MarginAccount, pair: (u8, u8)) -> Result<Snapshot, MarginError> {
    let now = world.chain.now();
    let mut own = Vec::new();
    for token in [pair.0, pair.1] {
        let bank: Bank = world.chain.state(&world.tokens[usize::from(token)].keys.bank);
        own.push(own_index(&bank, now)?);
    }
    let mut legs = Snapshot::default();
    snapshot::build(&mut legs, &world.board(), account, &Own::banks(&own), now)?;
    Ok(legs)
}

fn plan(
    world: &World,
    liquidatee: &Address,
    pair: (u8, u8),
    most: u64,
) -> Result<Option<(SpotPlan, Snapshot)>, MarginError> {
    let mut legs = legs(world, &world.margin_account(liquidatee), pair)?;
    let valuation = health::value(&legs)?;
    let target = Target::Spot(Pair { debt: pair.0, collateral: pair.1 });
    let params = world.board().liquidation.params();
    let Some(pace) = pace(world, liquidatee, &legs, &valuation)? else { return Ok(None) };
    let rooms = if pace.limited { rooms(world, pair)? } else { Rooms::OPEN };
    let request = Request { growth: pace.growth, rooms, ..Request::new(target, most) };
    let plan = plan_liquidation(&legs, &valuation, &params, &request)?;
    apply(&mut legs, &valuation, &plan)?;
    let Plan::Spot(plan) = plan else { unreachable!("a pair was asked for") };
    Ok(Some((plan, legs)))
}

/// How fast a liquidation may go; none where the account is only flagged, or its flag taken away.
fn pace(
    world: &World,
    liquidatee: &Address,
    legs: &Snapshot,
    valuation: &Valuation,
) -> Result<Option<Pace>, MarginError> {
    let (board, account) = (world.board(), world.margin_account(liquidatee));
    let clock = world.chain.clock();
    let at = Moment { slot: clock.slot, now: clock.unix_timestamp, calm_at: board.calm_at };
    let flag = Flag { slot: account.flag_slot, newest_print: account.flag_time };
    let terms = board.liquidation.touches();
    match judge_touch(legs, valuation, &board.liquidation.params(), (&terms, flag), at)? {
        Touch::Executes(pace) => Ok(Some(pace)),
        Touch::Healthy if flag.slot == 0 => Err(MarginError::AccountHealthy),
        _ => Ok(None),
    }
}

fn rooms(world: &World, pair: (u8, u8)) -> Result<Rooms, MarginError> {
    let (now, window) = (world.chain.now(), world.board().liquidation.velocity_window);
    let room = |token: u8| {
        let bank: Bank = world.chain.state(&world.tokens[usize::from(token)].keys.bank);
        let mut bucket = Bucket { level: bank.bucket_level, time: bank.bucket_time };
        let terms = BucketTerms { velocity: bank.lending.velocity, window: window.into() };
        Ok::<u64, MarginError>(bucket.room(own_index(&bank, now)?.deposits, &terms, now))
    };
    Ok(Rooms { debt: room(pair.0)?, collateral: room(pair.1)?, base: u64::MAX })
}

/// The quote of a liquidation; none for other calls, nor where a touch moves nothing.
pub fn of(world: &World, people: &[Trader], call: &Call) -> Option<Quote> {
    let Call::Liquidate { liquidatee, debt, collateral, request, .. } = call else { return None };
    if (*debt).max(*collateral) >= MARKET_LEG {
        return None;
    }
    let liquidatee = people[*liquidatee].account;
    let plan = plan(world, &liquidatee, (*debt, *collateral), *request).transpose()?;
    Some(Quote { plan, liquidatee })
}

impl Quote {
    /// Compares with an execution: the plan to the unit; each leg to the unit of its shares, against the account.
    ///
    /// # Errors
    /// What differs.
    pub fn executed(&self, world: &World, event: &Liquidated) -> Result<(), String> {
        let (plan, quoted) = self.plan.as_ref().map_err(|error| format!("LIQ-6: the quote is {error:?}"))?;
        let same = (plan.repay, plan.insurance, plan.seize, plan.bonus)
            == (event.repay, event.insurance, event.seize, event.bonus);
        if !same {
            return Err(format!("LIQ-6: quoted {plan:?}, executed {event:?}"));
        }
        let account = world.margin_account(&self.liquidatee);
        let left = legs(world, &account, (plan.pair.debt, plan.pair.collateral)).map_err(|e| format!("{e:?}"))?;
        for (token, side) in [(plan.pair.debt, Side::Debt), (plan.pair.collateral, Side::Deposit)] {
            let amount = |legs: &Snapshot| legs.find(token, side).map_or(0, |leg| legs.tokens[leg].amount);
            let (quoted, left) = (amount(quoted), amount(&left));
            // A share may be worth a unit and a fraction, so rounding to shares moves an amount by one unit or two.
            let within = match side {
                Side::Debt => (quoted..=quoted + 2).contains(&left),
                Side::Deposit => (quoted.saturating_sub(2)..=quoted).contains(&left),
            };
            if !within {
                return Err(format!("LIQ-6: {side:?} of token {token}: quoted {quoted}, left {left}"));
            }
        }
        Ok(())
    }

    /// Compares with a refusal: a plan that exists may be refused for the keeper's sake only.
    ///
    /// # Errors
    /// What differs.
    pub fn refused(&self, error: MarginError) -> Result<(), String> {
        let keepers = [
            MarginError::InsufficientHealth,
            MarginError::StalePrice,
            MarginError::StaleIndex,
            MarginError::TokenSlotsFull,
        ];
        match &self.plan {
            Err(quoted) if *quoted == error => Ok(()),
            Ok(_) if keepers.contains(&error) => Ok(()),
            other => Err(format!("LIQ-6: refused with {error:?}, quoted {other:?}")),
        }
    }
}
