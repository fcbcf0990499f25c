//! What is due for an account under water, as a keeper sees it: a first touch, a call that is served, or a reason to wait. All of it is
//! the program's own mathematics.

use breakwater_client::interface::MarginError;
use breakwater_client::margin::liquidation::{Pace, Rooms, Touch, best_target};
use breakwater_client::margin::{Plan, Refusal, Request, Snapshot, Target, Valuation, plan_liquidation};

use super::View;
use crate::world::World;

/// What can be done for an account under water.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// A call for this target sets the flag and moves nothing.
    Flag(Target),
    /// A call liquidates, at this pace.
    Liquidate(Plan, Pace),
    /// A later call will be served: FlagTooYoung, Calming or VelocityLimit.
    Wait(Refusal),
    /// No call for it would be served.
    Stuck,
}

impl Due {
    /// What is due for an account that is liquidatable.
    ///
    /// # Errors
    /// Overflow.
    pub(crate) fn of(
        world: &World,
        view: &View,
        account: usize,
        (legs, valuation): (&Snapshot, &Valuation),
    ) -> Result<Due, MarginError> {
        let params = view.board.liquidation.params();
        let touch = match view.judge(&view.accounts[account], legs, valuation) {
            Ok(touch) => touch,
            Err(wait) => return Ok(Due::Wait(wait)),
        };
        let Ok(target) = best_target(legs, valuation, &params) else { return Ok(Due::Stuck) };
        let pace = match touch {
            Touch::First(_) => return Ok(Due::Flag(target)),
            Touch::Executes(pace) => pace,
            Touch::Healthy => return Ok(Due::Stuck),
        };
        let plan = |target| {
            let rooms = rooms(world, pace, target)?;
            let request = Request { target, most: u64::MAX, growth: pace.growth, rooms };
            Ok::<_, MarginError>(plan_liquidation(legs, valuation, &params, &request))
        };
        let planned = match plan(target)? {
            // the bonus has grown with time, and so another leg may be the best
            Err(Refusal::LegNotChosen(better)) => plan(better)?,
            planned => planned,
        };
        match planned {
            Ok(plan) => Ok(Due::Liquidate(plan, pace)),
            Err(wait @ Refusal::VelocityLimit) => Ok(Due::Wait(wait)),
            Err(_) => Ok(Due::Stuck),
        }
    }
}

/// What fits into the buckets of a target's legs at a pace.
pub(crate) fn rooms(world: &World, pace: Pace, target: Target) -> Result<Rooms, MarginError> {
    if pace.limited { Ok(world.rooms(target)?) } else { Ok(Rooms::OPEN) }
}
