//! What is due for an account, by the program's own mathematics: the line from a candidate to a job.

mod duties;
mod orders;

use std::time::Instant;

use breakwater_client::Address;
use breakwater_client::interface::accounts::MARGIN_ACCOUNT_VERSION;
use breakwater_client::interface::snapshot::{self, Own};
use breakwater_client::interface::{MarginAccount, MarginError};
use breakwater_client::margin::liquidation::Outlook;
use breakwater_client::margin::{Refusal, Snapshot, Valuation, Value, health};

use crate::group::Group;
use crate::job::{Action, Job};

pub use duties::deleverage;
pub use orders::due_order;

/// What is due for an account.
#[derive(Clone, Debug)]
pub enum Due {
    /// Nothing: it is healthy and has no order that is due.
    Nothing,
    /// Something, now.
    Now(Action, Value),
    /// A liquidation, later: not before this slot, and not before newer prints or the end of a calm.
    Later {
        /// The earliest slot, if nothing else is missing.
        slot: u64,
        /// What it waits for.
        why: Refusal,
    },
    /// It is under water, and there is no call that the program would serve.
    Stuck(MarginError),
}

/// Whether an account is liquidatable, and what it is worth; for candidates, before anything that takes longer.
///
/// # Errors
/// MathOverflow
pub fn valuation(group: &Group, account: &MarginAccount, legs: &mut Snapshot) -> Result<Valuation, MarginError> {
    snapshot::build(legs, &group.view.board, account, &Own::default(), group.view.time)?;
    Ok(health::value(legs)?)
}

/// What is due for an account. Orders and deleveraging come after its own health.
///
/// # Errors
/// MathOverflow
pub fn due(group: &Group, account: &MarginAccount) -> Result<Due, MarginError> {
    let answer = match group.view.step(account, u64::MAX) {
        Ok(answer) => answer,
        // Its best target cannot be named now; the program would say the same.
        Err(error @ (MarginError::StaleLeg | MarginError::LegNotFound)) => return Ok(Due::Stuck(error)),
        Err(error) => return Err(error),
    };
    let under_water = match answer.told.outlook {
        Outlook::Healthy => return Ok(Due::Nothing),
        _ if account.version < MARGIN_ACCOUNT_VERSION => Some(Due::Now(Action::Upgrade, Value::ZERO)),
        Outlook::Unflagged(_) => Some(Due::Now(Action::Flag, Value::ZERO)),
        Outlook::Flagged(wait) => Some(Due::Later { slot: wait.slot, why: Refusal::FlagTooYoung }),
        Outlook::Due => None,
    };
    if answer.told.valuation.equity < Value::ZERO
        && let Some(creditor) = duties::creditor(group, account)?
    {
        return Ok(Due::Now(Action::Resolve(creditor), Value::ZERO));
    }
    if let Some(due) = under_water {
        return Ok(due);
    }
    let slot = group.view.slot;
    match (&answer.told.next, answer.told.refusal(), answer.target) {
        (Ok(step), None, Some(target)) => {
            let Some(keys) = group.view.keys(target) else { return Ok(Due::Stuck(MarginError::LegAccounts)) };
            Ok(Due::Now(Action::Liquidate { target, keys, most: u64::MAX }, step.revenue))
        }
        (Err(why @ (Refusal::VelocityLimit | Refusal::Calming)), ..) => Ok(Due::Later { slot, why: *why }),
        (_, Some(error), _) => Ok(Due::Stuck(error)),
        _ => Ok(Due::Nothing),
    }
}

/// A job for an account.
pub fn job(
    group: &Group,
    address: Address,
    account: &MarginAccount,
    (action, gain): (Action, Value),
    seen: Instant,
) -> Job {
    Job { account: address, action, refresh: group.refresh_items(account), gain, slot: group.view.slot, seen }
}
