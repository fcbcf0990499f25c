//! Fits a job to what the keeper may take over.

use std::collections::HashMap;

use breakwater_client::Address;
use breakwater_client::interface::MarginAccount;
use breakwater_client::margin::{Plan, Refusal};
use breakwater_client::view::View;

use super::{Cannot, Mine, Rules, after, limit};
use crate::job::{Action, Job};

/// The rules, with what is under way.
#[derive(Clone, Debug)]
pub struct Inventory {
    /// The rules.
    pub rules: Rules,
    /// What jobs that have not ended will do to the keeper's own account.
    planned: HashMap<Address, Plan>,
}

impl Inventory {
    /// An inventory of which nothing is under way.
    pub fn new(rules: Rules) -> Inventory {
        Inventory { rules, planned: HashMap::new() }
    }

    /// Fits a liquidation to the rules and to the keeper's own health, given what else is under way: `most` and the gain become
    /// those of the largest size that may be taken over, and count as under way until [`Inventory::ended`]. Other jobs are left
    /// as they are.
    ///
    /// Formula:  [`limit`], on the keeper's account after all plans that are under way
    ///
    /// # Errors
    /// Even the least is too much, or there is no such plan any more.
    pub fn shape(
        &mut self,
        job: &mut Job,
        liquidatee: &MarginAccount,
        own: &MarginAccount,
        view: &View,
    ) -> Result<(), Cannot> {
        let Action::Liquidate { target, most, .. } = &mut job.action else { return Ok(()) };
        let step = |most: u64| match view.step(liquidatee, most) {
            Ok(answer) => answer.told.next.and_then(|step| match answer.target == Some(*target) {
                true => Ok(step),
                false => Err(Refusal::LegNotFound),
            }),
            Err(_) => Err(Refusal::LegNotFound),
        };
        let refused = |refusal: Refusal| Cannot::Plan(refusal.into());
        let whole = step(*most).map_err(refused)?;
        let account = self.after_all(own, view);
        let mine = Mine { account: &account, board: &view.board, now: view.time };
        let allowed = limit(&self.rules, &mine, &whole.plan, |most| step(most).map(|step| step.plan))?;
        let shaped = if allowed >= *most { whole } else { step(allowed).map_err(refused)? };
        (*most, job.gain) = (allowed.min(*most), shaped.revenue);
        self.planned.insert(job.account, shaped.plan);
        Ok(())
    }

    /// A job has ended: what came of it is, or will soon be, in the keeper's account.
    pub fn ended(&mut self, account: &Address) {
        self.planned.remove(account);
    }

    /// The keeper's account after everything that is under way; a plan that does not fit any more is left out.
    fn after_all(&self, own: &MarginAccount, view: &View) -> MarginAccount {
        self.planned.values().fold(*own, |account, plan| {
            after(&Mine { account: &account, board: &view.board, now: view.time }, plan).unwrap_or(account)
        })
    }
}
