//! The race of one round: every keeper scans the same view on its own, then their calls arrive in a seeded order. The first
//! call for an account is served, later ones meet an account that has changed. Every call, served or refused, is compared
//! with what the mathematics says about the account at that moment.

use std::collections::VecDeque;

use breakwater_client::decode::Event;
use breakwater_client::interface::events::Liquidated;
use breakwater_client::interface::{MarginAccount, MarginError};
use breakwater_client::margin::{Plan, Price, Snapshot, Valuation, plan_liquidation};

use super::error::Stop;
use super::step::{Simulation, law, verify_nothing_left};
use super::tally::Call;
use crate::agents::{Attempt, Problem, View, value};
use crate::chain::{Failure, Outcome};

/// Difference that the rounding of values in events explains, dollars × 10^8: four values, each off by less than two.
const EVENT_ROUNDING: i128 = 8;

/// Laws checked of a served call.
const CHECKS_SERVED: u64 = 5;
/// Laws checked of a refused call.
const CHECKS_REFUSED: u64 = 1;

/// An account just before a call, and what the mathematics says the call will do.
struct Expected {
    before: Valuation,
    plan: Result<Plan, MarginError>,
}

/// One round; whether any call was served. A round in which every call failed for want of a keeper's own capital ends the
/// step: the account waits for richer keepers.
pub(super) fn race(simulation: &mut Simulation, view: &View) -> Result<bool, Stop> {
    let mut queues: Vec<VecDeque<Attempt>> = Vec::with_capacity(simulation.population.keepers.len());
    for keeper in &mut simulation.population.keepers {
        let equity = keeper.equity(&simulation.world, &view.board)?;
        queues.push(keeper.scan(view, equity)?);
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
    for account in 0..simulation.accounts.len() {
        let valuation = view.value(account, &mut legs).map_err(Problem::from)?;
        verify_nothing_left(account, &legs, &valuation, view)?;
        simulation.checks += 1;
    }
    Ok(())
}

/// Sends one call and checks its outcome; whether it was served.
fn call(simulation: &mut Simulation, view: &View, keeper: usize, attempt: &Attempt) -> Result<bool, Stop> {
    let address = simulation.accounts[attempt.account];
    let account: MarginAccount = simulation.world.margin_account(&address);
    let mut legs = Snapshot::default();
    let before = value(&view.board, &account, view.now, &mut legs).map_err(Problem::from)?;
    let params = view.board.liquidation.params();
    let plan = plan_liquidation(&legs, &before, &params, &attempt.request()).map_err(MarginError::from);
    let expected = Expected { before, plan };

    let sent = simulation.population.keepers[keeper].send(&mut simulation.world, &address, attempt);
    match sent {
        Err(failure) => {
            simulation.population.keepers[keeper].refused += 1;
            expected.verify_refusal(attempt, *failure)?;
            simulation.checks += CHECKS_REFUSED;
            Ok(false)
        }
        Ok(outcome) => {
            let event = liquidated(&outcome)?;
            expected.verify_event(attempt, &event)?;
            simulation.checks += CHECKS_SERVED;
            let account = simulation.world.margin_account(&address);
            let after = value(&view.board, &account, view.now, &mut legs).map_err(Problem::from)?;
            let call = Call { account: attempt.account, keeper, cu: outcome.compute_units };
            simulation.tally.liquidation(&call, &event, (&expected.before, &after));
            Ok(true)
        }
    }
}

fn liquidated(outcome: &Outcome) -> Result<Liquidated, Stop> {
    let found = outcome.events.iter().find_map(|event| match event {
        Event::Liquidated(liquidated) => Some(*liquidated),
        _ => None,
    });
    found.ok_or_else(|| law("LIQ-6", "a liquidation left no event".to_owned()))
}

impl Expected {
    /// LIQ-6 of a refused call: the mathematics refuses it too, for the same reason. Only the keeper's own health is not
    /// part of the plan.
    fn verify_refusal(&self, attempt: &Attempt, failure: Failure) -> Result<(), Stop> {
        let error = failure.margin_error();
        let same = match (&self.plan, error) {
            (Ok(_), Some(MarginError::InsufficientHealth)) => true,
            (Err(expected), Some(error)) => *expected == error,
            _ => false,
        };
        if same {
            return Ok(());
        }
        let expected =
            self.plan.map_or_else(|error| format!("the refusal {}", error.name()), |plan| format!("{plan:?}"));
        Err(law("LIQ-6", format!("account {}: expected {expected}, the program says: {failure}", attempt.account)))
    }

    /// LIQ-6, LIQ-1, LIQ-2, LIQ-4 and VAL-4 of a served call; VAL-4: the account lost what keeper and insurance gained.
    fn verify_event(&self, attempt: &Attempt, event: &Liquidated) -> Result<(), Stop> {
        let account = attempt.account;
        let planned = self.plan.map(|plan| (plan.repay, plan.insurance, plan.seize, plan.bonus));
        let done = (event.repay, event.insurance, event.seize, event.bonus);
        if planned != Ok(done) {
            return Err(law("LIQ-6", format!("account {account}: expected {planned:?}, the program did {done:?}")));
        }
        if !self.before.is_liquidatable() {
            return Err(law("LIQ-1", format!("account {account} was healthy at the best end of its prices")));
        }
        if event.health_after < event.health_before {
            let (from, to) = (event.health_before, event.health_after);
            return Err(law("LIQ-2", format!("account {account}: health fell from {from} to {to} e-8 dollars")));
        }
        if event.equity_before >= 0 && i128::from(event.equity_after) < -EVENT_ROUNDING {
            let (from, to) = (event.equity_before, event.equity_after);
            return Err(law("LIQ-4", format!("account {account}: equity fell from {from} to {to} e-8 dollars")));
        }
        let (debt, collateral) = prices(event);
        let lost = i128::from(event.equity_before) - i128::from(event.equity_after);
        let gained =
            i128::from(collateral.value_down(event.seize).to_e8()) - i128::from(debt.value_down(event.repay).to_e8());
        if (lost - gained).abs() > EVENT_ROUNDING {
            return Err(law(
                "VAL-4",
                format!("account {account} lost {lost} e-8 dollars, keeper and insurance gained {gained}"),
            ));
        }
        Ok(())
    }
}

/// Prices of debt and collateral in an event.
pub(super) fn prices(event: &Liquidated) -> (Price, Price) {
    (Price(event.debt_price), Price(event.collateral_price))
}
