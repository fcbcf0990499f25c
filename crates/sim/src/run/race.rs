//! The race of one round: every keeper scans the same view on its own, then their calls arrive in a seeded order. The first
//! call for an account is served, later ones meet an account that has changed. Every call, served or refused, is compared
//! with what the mathematics says about the account at that moment.

use std::collections::VecDeque;

use breakwater_client::decode::Event;
use breakwater_client::interface::events::{Liquidated, PerpLiquidated};
use breakwater_client::interface::snapshot::{self, Own};
use breakwater_client::interface::{MarginAccount, MarginError};
use breakwater_client::margin::liquidation::{Flag, Settled, Touch};
use breakwater_client::margin::perp::Mark;
use breakwater_client::margin::position::MARKET_LEG;
use breakwater_client::margin::{Plan, Price, Snapshot, Valuation, health, plan_liquidation};

use super::error::Stop;
use super::step::{Simulation, law};
use super::tally::{Call, micro_usd};
use crate::agents::{Attempt, Problem, View, market_of, rooms};
use crate::chain::{Failure, Outcome};
use crate::world::World;

/// Difference that the rounding of values in events explains, dollars × 10^8: four values, each off by less than two.
const EVENT_ROUNDING: i128 = 8;

/// Quote units that settling and closing may round off an account.
const CLOSE_ROUNDING: u64 = 4;

/// Laws checked of a served call.
const CHECKS_SERVED: u64 = 5;
/// Laws checked of a refused call.
const CHECKS_REFUSED: u64 = 1;

/// An account just before a call, and what the mathematics says the call will do.
struct Expected {
    before: Valuation,
    outcome: Result<Planned, MarginError>,
}

/// What a call that is served does.
#[derive(Clone, Copy, Debug)]
enum Planned {
    /// It sets the account's flag and moves nothing.
    Flag(Flag),
    /// It takes the flag of a healthy account away.
    Unflag,
    /// It liquidates.
    Plan(Plan),
}

/// One round; whether any call was served. A round in which every call failed for want of a keeper's own capital ends the
/// step: the account waits for richer keepers.
pub(super) fn race(simulation: &mut Simulation, view: &View) -> Result<bool, Stop> {
    let mut queues: Vec<VecDeque<Attempt>> = Vec::with_capacity(simulation.population.keepers.len());
    for keeper in &mut simulation.population.keepers {
        let equity = keeper.equity(&simulation.world, &view.board)?;
        queues.push(keeper.scan(&simulation.world, view, equity)?);
    }
    if queues.iter().all(VecDeque::is_empty) {
        verify_all_idle(simulation, view)?;
        return Ok(false);
    }
    let mut served = 0;
    loop {
        let waiting: Vec<usize> = (0..queues.len()).filter(|keeper| !queues[*keeper].is_empty()).collect();
        if waiting.is_empty() {
            break;
        }
        let keeper = waiting[simulation.choose(waiting.len())];
        if let Some(attempt) = queues[keeper].pop_front() {
            served += usize::from(call(simulation, view, keeper, &attempt)?);
        }
    }
    for keeper in &simulation.population.keepers {
        keeper.net(&mut simulation.world, &simulation.population.market, &view.board)?;
    }
    simulation.tally.round(served == 0);
    Ok(served > 0)
}

/// LIQ-3 over all accounts of a view in which keepers found nothing.
fn verify_all_idle(simulation: &mut Simulation, view: &View) -> Result<(), Stop> {
    let mut legs = Snapshot::default();
    for &account in &view.under_water {
        let valuation = view.value(account, &mut legs).map_err(Problem::from)?;
        simulation.verify_nothing_left(account, &legs, &valuation, view)?;
    }
    simulation.checks += simulation.accounts.len() as u64;
    Ok(())
}

/// Sends one call and checks its outcome; whether it was served.
fn call(simulation: &mut Simulation, view: &View, keeper: usize, attempt: &Attempt) -> Result<bool, Stop> {
    let address = simulation.accounts[attempt.account];
    let account: MarginAccount = simulation.world.margin_account(&address);
    let (before, outcome) = expectation(&simulation.world, view, &account, attempt)?;
    let expected = Expected { before, outcome };

    let sent = simulation.population.keepers[keeper].send(&mut simulation.world, &address, attempt);
    match sent {
        Err(failure) => {
            simulation.population.keepers[keeper].refused += 1;
            expected.verify_refusal(attempt, *failure)?;
            simulation.checks += CHECKS_REFUSED;
            Ok(false)
        }
        Ok(sent) => {
            let done = served(&sent)?;
            if let Served::Flag(_) | Served::Unflag = done {
                expected.verify_touch(attempt, &done)?;
                simulation.tally.touched(&done);
                simulation.checks += CHECKS_REFUSED;
                return Ok(true);
            }
            let before_call = account;
            simulation.tally.executed(attempt.account, &before_call, view);
            let account = simulation.world.margin_account(&address);
            let (after, _) = expectation(&simulation.world, view, &account, attempt)?;
            let call = Call { account: attempt.account, keeper, cu: sent.compute_units };
            match done {
                Served::Spot(event) => {
                    expected.verify_event(attempt, &event)?;
                    simulation.sales.extend(sales(&event));
                    simulation.tally.liquidation(&call, &event, (&expected.before, &after));
                }
                Served::Perp(event) => {
                    expected.verify_closing(attempt, &event, view.price(view.board.quote_token))?;
                    simulation.sales.extend(hedge(&simulation.world, &before_call, &event, view));
                    simulation.tally.closing(&call, &event, (&expected.before, &after), view);
                }
                Served::Flag(_) | Served::Unflag => {}
            }
            simulation.checks += CHECKS_SERVED;
            Ok(true)
        }
    }
}

/// An account as the program sees it in a call, and what the mathematics says the call will do.
fn expectation(
    world: &World,
    view: &View,
    account: &MarginAccount,
    attempt: &Attempt,
) -> Result<(Valuation, Result<Planned, MarginError>), Problem> {
    let perp = market_of(attempt.target).map(|market| &world.perps[usize::from(market)]);
    let market = perp.map(|perp| world.own_market(perp)).transpose()?;
    let mut legs = Snapshot::default();
    snapshot::build(&mut legs, &view.board, account, &Own { banks: &[], market }, view.now)?;
    let valuation = health::value(&legs).map_err(MarginError::from)?;
    // the program looks for the position before it asks how the account is
    if perp.is_some_and(|perp| account.find_perp(perp.number).is_none()) {
        return Ok((valuation, Err(MarginError::LegNotFound)));
    }
    let pace = match view.judge(account, &legs, &valuation) {
        Ok(Touch::First(flag)) => return Ok((valuation, Ok(Planned::Flag(flag)))),
        Ok(Touch::Healthy) if account.flag_slot != 0 => return Ok((valuation, Ok(Planned::Unflag))),
        Ok(Touch::Healthy) => return Ok((valuation, Err(MarginError::AccountHealthy))),
        Ok(Touch::Executes(pace)) => pace,
        Err(refusal) => return Ok((valuation, Err(refusal.into()))),
    };
    let request = attempt.request(pace, rooms(world, pace, attempt.target)?);
    let params = view.board.liquidation.params();
    let plan = plan_liquidation(&legs, &valuation, &params, &request).map(Planned::Plan).map_err(MarginError::from);
    Ok((valuation, plan))
}

/// What a call that was served says it did.
#[derive(Clone, Copy, Debug)]
pub(super) enum Served {
    /// A debt was repaid.
    Spot(Liquidated),
    /// A position was closed.
    Perp(PerpLiquidated),
    /// The account was flagged.
    Flag(Flag),
    /// Its flag was taken away.
    Unflag,
}

fn served(outcome: &Outcome) -> Result<Served, Stop> {
    let found = outcome.events.iter().find_map(|event| match event {
        Event::Liquidated(liquidated) => Some(Served::Spot(*liquidated)),
        Event::PerpLiquidated(liquidated) => Some(Served::Perp(*liquidated)),
        Event::Flagged(flag) => Some(Served::Flag(Flag { slot: flag.slot, newest_print: flag.newest_print })),
        Event::FlagCleared(_) => Some(Served::Unflag),
        _ => None,
    });
    found.ok_or_else(|| law("LIQ-6", "a liquidation left no event".to_owned()))
}

impl Expected {
    /// LIQ-6 of a refused call: the mathematics refuses it too, for the same reason. Only the keeper's own health is not
    /// part of the plan.
    fn verify_refusal(&self, attempt: &Attempt, failure: Failure) -> Result<(), Stop> {
        let error = failure.margin_error();
        let same = match (&self.outcome, error) {
            (Ok(Planned::Plan(_)), Some(MarginError::InsufficientHealth)) => true,
            (Err(expected), Some(error)) => *expected == error,
            _ => false,
        };
        if same {
            return Ok(());
        }
        let expected =
            self.outcome.map_or_else(|error| format!("the refusal {}", error.name()), |plan| format!("{plan:?}"));
        Err(law("LIQ-6", format!("account {}: expected {expected}, the program says: {failure}", attempt.account)))
    }

    /// LIQ-6 of a call that moved nothing: the mathematics sets the same flag, or takes it away too.
    fn verify_touch(&self, attempt: &Attempt, done: &Served) -> Result<(), Stop> {
        match (&self.outcome, done) {
            (Ok(Planned::Flag(planned)), Served::Flag(done)) if planned == done => Ok(()),
            (Ok(Planned::Unflag), Served::Unflag) => Ok(()),
            (planned, done) => Err(other_plan(attempt, &(planned, done))),
        }
    }

    /// LIQ-6, LIQ-1, LIQ-2, LIQ-4 and VAL-4 of a served call; VAL-4: the account lost what keeper and insurance gained.
    fn verify_event(&self, attempt: &Attempt, event: &Liquidated) -> Result<(), Stop> {
        let planned = match self.outcome {
            Ok(Planned::Plan(Plan::Spot(plan))) => Ok((plan.repay, plan.insurance, plan.seize, plan.bonus)),
            Ok(other) => return Err(other_plan(attempt, &other)),
            Err(error) => Err(error),
        };
        let done = (event.repay, event.insurance, event.seize, event.bonus);
        if planned != Ok(done) {
            return Err(other_plan(attempt, &(planned, done)));
        }
        let (debt, collateral) = prices(event);
        let gained = collateral.value_down(event.seize).to_e8() - debt.value_down(event.repay).to_e8();
        self.verify_effect(attempt.account, Effect::of(event), gained.into(), EVENT_ROUNDING)
    }

    /// The same of a position that was settled and closed; VAL-4: the account lost the fee, and a few units of rounding.
    fn verify_closing(&self, attempt: &Attempt, event: &PerpLiquidated, quote: Price) -> Result<(), Stop> {
        let planned = match self.outcome {
            Ok(Planned::Plan(Plan::Perp(plan))) => Ok((plan.size, plan.fee, plan.insurance, settled(plan.settlement))),
            Ok(other) => return Err(other_plan(attempt, &other)),
            Err(error) => Err(error),
        };
        let done = (event.size, event.fee, event.insurance, i128::from(event.settled));
        if planned != Ok(done) {
            return Err(other_plan(attempt, &(planned, done)));
        }
        let rounding = EVENT_ROUNDING + i128::from(quote.value_up(CLOSE_ROUNDING).to_e8());
        let fee = quote.value_down(event.fee).to_e8();
        self.verify_effect(attempt.account, Effect::of_closing(event), fee.into(), rounding)
    }

    /// `gained`: what keeper and insurance gained; `rounding`: what may be off; both dollars × 10^8.
    fn verify_effect(&self, account: usize, effect: Effect, gained: i128, rounding: i128) -> Result<(), Stop> {
        if !self.before.is_liquidatable() {
            return Err(law("LIQ-1", format!("account {account} was healthy at the best end of its prices")));
        }
        let Effect { equity, health } = effect;
        if health.1 < health.0 {
            return Err(law(
                "LIQ-2",
                format!("account {account}: health fell from {} to {} e-8 dollars", health.0, health.1),
            ));
        }
        if equity.0 >= 0 && i128::from(equity.1) < -rounding {
            return Err(law(
                "LIQ-4",
                format!("account {account}: equity fell from {} to {} e-8 dollars", equity.0, equity.1),
            ));
        }
        let lost = i128::from(equity.0) - i128::from(equity.1);
        if (lost - gained).abs() > rounding {
            return Err(law(
                "VAL-4",
                format!("account {account} lost {lost} e-8 dollars, keeper and insurance gained {gained}"),
            ));
        }
        Ok(())
    }
}

/// What a call did to an account, before and after, dollars × 10^8.
struct Effect {
    equity: (i64, i64),
    health: (i64, i64),
}

impl Effect {
    fn of(event: &Liquidated) -> Effect {
        Effect { equity: (event.equity_before, event.equity_after), health: (event.health_before, event.health_after) }
    }

    fn of_closing(event: &PerpLiquidated) -> Effect {
        Effect { equity: (event.equity_before, event.equity_after), health: (event.health_before, event.health_after) }
    }
}

fn other_plan(attempt: &Attempt, what: &impl std::fmt::Debug) -> Stop {
    law("LIQ-6", format!("account {}: planned and done differ: {what:?}", attempt.account))
}

/// A settlement as the event has it.
fn settled(settlement: Settled) -> i128 {
    match settlement {
        Settled::Nothing => 0,
        Settled::Loss(amount) => amount.into(),
        Settled::Profit(amount) => -i128::from(amount),
    }
}

/// What the keeper sells of the collateral and buys of the debt: number of the token, micro-dollars. Claims on markets are in the
/// dollar token.
fn sales(event: &Liquidated) -> impl Iterator<Item = (usize, i64)> {
    let (debt, collateral) = prices(event);
    let sold = (event.collateral_token, micro_usd(collateral.value_down(event.seize)) as i64);
    let bought = (event.debt_token, -(micro_usd(debt.value_down(event.repay)) as i64));
    [sold, bought].into_iter().filter(|sale| sale.0 < MARKET_LEG.into()).map(|(token, usd)| (usize::from(token), usd))
}

/// What somebody sells who gives up the other side of a closed position: the base of a long.
fn hedge(world: &World, before: &MarginAccount, event: &PerpLiquidated, view: &View) -> Option<(usize, i64)> {
    let perp = &world.perps[usize::try_from(event.market).ok()?];
    let long = before.perps[before.find_perp(perp.number)?].base > 0;
    let quote = view.price(view.board.quote_token);
    let usd = micro_usd(quote.value_down(Mark(event.mark).notional(event.size).down)) as i64;
    Some((world.token(&perp.symbol).number.into(), if long { usd } else { -usd }))
}

/// Prices of debt and collateral in an event.
pub(super) fn prices(event: &Liquidated) -> (Price, Price) {
    (Price(event.debt_price), Price(event.collateral_price))
}
