//! What becomes of accounts that are liquidated: how long it took, and whether they would have been healthy again within a
//! day. Owns the watch over those accounts; refuses to know keepers.

use std::collections::BTreeMap;

use breakwater_client::interface::MarginAccount;
use breakwater_client::margin::{Snapshot, Weighted};

use super::error::Stop;
use super::race::Served;
use super::tally::Tally;
use crate::agents::{Problem, View, value};
use crate::record::RunTotals;

/// How long an account is watched after its first liquidation, seconds.
const DAY: i64 = 86_400;

/// An account as it was before its first liquidation.
struct Watched {
    account: MarginAccount,
    since: i64,
    recovered: bool,
}

/// Accounts under water and those that were liquidated.
#[derive(Default)]
pub(super) struct Outcomes {
    /// Slot of the print that put an account under water, by number.
    under_water: BTreeMap<usize, u64>,
    liquidated: BTreeMap<usize, Watched>,
    /// Slots to each account's first liquidation.
    delays: Vec<u64>,
}

impl Outcomes {
    /// Sees an account at new prices, before anybody acts.
    pub(super) fn see(&mut self, account: usize, liquidatable: bool, slot: u64) {
        if liquidatable {
            self.under_water.entry(account).or_insert(slot);
        } else {
            self.under_water.remove(&account);
        }
    }

    /// Values those that were liquidated as they were before.
    pub(super) fn watch(&mut self, view: &View) -> Result<(), Stop> {
        let mut legs = Snapshot::default();
        let watched = self.liquidated.values_mut();
        for watched in watched.filter(|watched| !watched.recovered && view.now <= watched.since + DAY) {
            let valuation = value(&view.board, &watched.account, view.now, &mut legs).map_err(Problem::from)?;
            watched.recovered = valuation.maintenance >= Weighted::ZERO;
        }
        Ok(())
    }

    fn executed(&mut self, account: usize, before: &MarginAccount, view: &View) {
        if self.liquidated.contains_key(&account) {
            return;
        }
        let since = self.under_water.get(&account).copied().unwrap_or(view.slot);
        self.delays.push(view.slot - since);
        self.liquidated.insert(account, Watched { account: *before, since: view.now, recovered: false });
    }

    fn close(mut self, totals: &mut RunTotals) {
        self.delays.sort_unstable();
        let part = |percent: usize| self.delays.get(self.delays.len().saturating_sub(1) * percent / 100).copied();
        let outcome = &mut totals.outcome;
        (outcome.breach_slots_median, outcome.breach_slots_p90) = (part(50), part(90));
        outcome.accounts_recovered = self.liquidated.values().filter(|watched| watched.recovered).count() as u64;
    }
}

impl Tally {
    /// A call that set a flag or took one away.
    pub(super) fn touched(&mut self, done: &Served) {
        self.record.totals.outcome.flags += u64::from(matches!(done, Served::Flag(_)));
    }

    /// An account just before a call that liquidated it.
    pub(super) fn executed(&mut self, account: usize, before: &MarginAccount, view: &View) {
        self.outcomes.executed(account, before, view);
    }

    /// The sums, once all steps are done.
    pub(super) fn close_outcome(&mut self) {
        let totals = &mut self.record.totals;
        std::mem::take(&mut self.outcomes).close(totals);
        let (perps, outcome) = (&totals.perps, &mut totals.outcome);
        outcome.volume_micro_usd = totals.seized_micro_usd + perps.closed_micro_usd;
        let calls =
            self.record.liquidations.iter().map(|call| call.seized_micro_usd.saturating_sub(call.repaid_micro_usd));
        let fees = self.record.closings.iter().map(|call| call.bonus_micro_usd + call.insurance_micro_usd);
        outcome.users_loss_micro_usd = calls.chain(fees).sum();
        outcome.bad_debt_micro_usd += totals.bad_debt_micro_usd;
        let banks = totals.bad_debt_micro_usd - totals.perps.loss_micro_usd - totals.socialised_micro_usd;
        let waterfall = &totals.perps.waterfall;
        outcome.insurance_used_micro_usd = banks + waterfall.tranche_micro_usd + waterfall.fund_micro_usd;
    }
}
