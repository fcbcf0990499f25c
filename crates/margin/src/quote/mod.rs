//! What a liquidation of an account would do, when it could happen at the earliest, and at which prices it would begin. The
//! numbers of a plan are those of an execution, because one function makes both (LIQ-6).

mod bracket;
mod threshold;

use alloc::vec::Vec;

use crate::error::{MathError, Refusal, Target};
use crate::health::{self, After, Valuation};
use crate::liquidation::{
    Flag, LiquidationParams, Moment, Outlook, Plan, Request, Rooms, TouchTerms, apply, best_target, outlook,
    plan_liquidation,
};
use crate::perp::Position;
use crate::position::{MARKET_LEG, Snapshot};
use crate::price::Price;
use crate::units::{NativeAmount, Value, Weighted};
pub use bracket::Resolution;
pub use threshold::{LegPrices, Threshold, leg_prices};

/// How often a best target that turns out not to be the best is replaced: growth of the bonus may change the order of legs.
const ATTEMPTS: usize = 3;

/// What a quote is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// The group's liquidation parameters.
    pub params: LiquidationParams,
    /// When shallow breaches execute.
    pub touches: TouchTerms,
    /// The account's flag.
    pub flag: Flag,
    /// When it is asked.
    pub at: Moment,
    /// What the liquidation would be aimed at; `None` for the best.
    pub target: Option<Target>,
    /// The most that the keeper would repay (native units of the debt) or close (base units).
    pub most: u64,
    /// What fits into the velocity buckets of the target's legs; it binds where the pace is limited.
    pub rooms: Rooms,
    /// How near liquidation prices are found.
    pub resolution: Resolution,
}

/// What a liquidation of an account would do and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiquidationQuote {
    /// What the account is worth.
    pub valuation: Valuation,
    /// H_init.
    pub initial: Weighted,
    /// The earliest possible trigger, if no price moves.
    pub outlook: Outlook,
    /// The next step, as it would be now; while the account waits, as it would be if it did not.
    pub next: Result<Step, Refusal>,
    /// Liquidation prices of all feeds that the account's health depends on.
    pub legs: Vec<LegPrices>,
}

/// A plan and what comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Leg and sizes.
    pub plan: Plan,
    /// What the account is worth afterwards.
    pub after: After,
    /// What the keeper gains at mid prices. Below 0 only where there is no bonus, by roundings.
    pub revenue: Value,
}

/// Quotes a liquidation.
///
/// Formula:  health of §4, trigger of §11.1, plan of §5 and §10.9, prices by bisection       (docs/spec.md §11.7)
/// Units:    stored: the positions behind the snapshot's perp legs, as [`leg_prices`] takes them
/// Rounding: as the functions that it calls
/// Errors:   Math
/// Source:   ours; one call for what Aave and Mango leave to clients to compute again
pub fn quote(snapshot: &Snapshot, stored: &[Position], question: &Question) -> Result<LiquidationQuote, Refusal> {
    let valuation = health::value(snapshot)?;
    let (outlook, next) = next_step(snapshot, &valuation, question)?;
    Ok(LiquidationQuote {
        initial: health::initial(snapshot)?,
        legs: leg_prices(snapshot, stored, question.resolution, question.at.now)?,
        valuation,
        outlook,
        next,
    })
}

/// When the account could be liquidated, and how: what [`quote`] says without searching for liquidation prices, for keepers
/// that look at many accounts.
///
/// Formula:  trigger of §11.1, plan of §5 and §10.9; the best target where none is named       (docs/spec.md §11.7)
/// Units:    valuation: that of the snapshot; the step as it would be now, even where the account is healthy or must wait
/// Rounding: as the functions that it calls
/// Errors:   Math; any other refusal of the plan is the answer
#[inline(never)]
pub fn next_step(
    snapshot: &Snapshot,
    valuation: &Valuation,
    question: &Question,
) -> Result<(Outlook, Result<Step, Refusal>), Refusal> {
    let Question { params, touches, flag, at, .. } = question;
    let (outlook, pace) = outlook(snapshot, valuation, params, (touches, *flag), *at);
    let rooms = if pace.limited { question.rooms } else { Rooms::OPEN };
    let plan = |target| {
        plan_liquidation(
            snapshot,
            valuation,
            params,
            &Request { target, most: question.most, growth: pace.growth, rooms },
        )
    };
    let planned = match question.target {
        Some(target) => plan(target),
        None => best_target(snapshot, valuation, params).and_then(|target| {
            let mut planned = plan(target);
            for _ in 1..ATTEMPTS {
                let Err(Refusal::LegNotChosen(better)) = planned else { break };
                planned = plan(better);
            }
            planned
        }),
    };
    match planned.and_then(|plan| step(snapshot, valuation, plan)) {
        Err(Refusal::Math(error)) => Err(error.into()),
        next => Ok((outlook, next)),
    }
}

#[inline(never)]
fn step(snapshot: &Snapshot, valuation: &Valuation, plan: Plan) -> Result<Step, Refusal> {
    let revenue = revenue(snapshot, &plan)?;
    let after = apply(&mut snapshot.clone(), valuation, &plan)?;
    Ok(Step { plan, after, revenue })
}

/// What a keeper gains by a plan, at mid prices.
///
/// Formula:  pair: S × P_c − (R + insurance) × P_d;  position: (fee − insurance) × P_q       (docs/spec.md §5.5, §10.9)
/// Units:    dollars × 2^32
/// Rounding: floor
/// Errors:   LegNotFound, Math
pub fn revenue(snapshot: &Snapshot, plan: &Plan) -> Result<Value, Refusal> {
    let quote = &snapshot.quote.price.mid;
    match plan {
        Plan::Spot(plan) => {
            let paid = plan.repay.checked_add(plan.insurance).ok_or(MathError::Overflow)?;
            let received = price(snapshot, plan.pair.collateral)?.value_down(plan.seize);
            Ok(received.minus(price(snapshot, plan.pair.debt)?.value_up(paid))?)
        }
        Plan::Perp(plan) => Ok(quote.value_down(plan.fee.saturating_sub(plan.insurance))),
    }
}

/// The mid price of a leg of a pair; claims on markets are quote tokens.
fn price(snapshot: &Snapshot, number: u8) -> Result<Price, Refusal> {
    if number >= MARKET_LEG {
        return Ok(snapshot.quote.price.mid);
    }
    snapshot.tokens.iter().find(|leg| leg.token == number).map(|leg| leg.price.mid).ok_or(Refusal::LegNotFound)
}

impl Step {
    /// Part of what the liquidation costs that goes to insurance: native units of the debt, or quote units.
    pub fn insurance(&self) -> NativeAmount {
        match &self.plan {
            Plan::Spot(plan) => plan.insurance,
            Plan::Perp(plan) => plan.insurance,
        }
    }
}

#[cfg(test)]
mod tests;
