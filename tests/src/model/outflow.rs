//! The brake on net outflow (docs/spec.md §11.9).

use breakwater_client::interface::MarginError as E;

use super::bank::Bank;
use super::rational::{Range, bps, floor_u64, int, ratio};
use super::state::Touched;
use super::verdict::Verdict;

/// What may leave in a window at least.
const LEAST: u64 = 100_000;

/// What has left less what has come in, lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outflow {
    /// Native units; below 0 where more has come in.
    pub level: i64,
    /// When the level was computed, unix seconds.
    pub time: i64,
}

impl Bank {
    fn has_brake(&self) -> bool {
        self.lending.outflow_share > 0
    }

    /// The most that the level may reach: a part of what depositors would own had nothing come or gone.
    fn outflow_cap(&self) -> u64 {
        let still = (int(self.deposits()) + int(self.outflow.level)).max(int(0));
        floor_u64(&(still * bps(self.lending.outflow_share))).max(LEAST)
    }

    /// The bank with the level gone back towards 0 until now.
    #[must_use]
    fn leaked(&self, now: i64) -> Bank {
        let (level, window) = (self.outflow.level, 60 * i64::from(self.lending.outflow_window));
        let passed = (now - self.outflow.time).clamp(0, window);
        // A level above its cap counts as the highest that is not: that which is its own cap.
        let over = level > 0 && level.unsigned_abs() > self.outflow_cap();
        let share = bps(self.lending.outflow_share);
        let pace = match (over, level > 0) {
            (true, _) => floor_u64(&(int(self.deposits()) * &share / (int(1) - &share))).max(LEAST),
            (false, true) => self.outflow_cap(),
            _ => level.unsigned_abs(),
        };
        let counted = if over && passed > 0 { pace } else { level.unsigned_abs() };
        let back = if passed < window { floor_u64(&(int(pace) * ratio(passed, window))) } else { u64::MAX };
        let left = counted.saturating_sub(back) as i64 * level.signum();
        Bank { outflow: Outflow { level: left, time: self.outflow.time.max(now) }, ..self.clone() }
    }

    /// What may leave.
    fn outflow_room(&self, now: i64) -> i128 {
        let bank = self.leaked(now);
        (i128::from(bank.outflow_cap()) - i128::from(bank.outflow.level)).max(0)
    }

    /// Counts what leaves, or comes in where it is below 0; with the deposits from before.
    pub(super) fn count_outflow(&mut self, amount: i128, now: i64) {
        if self.has_brake() {
            self.outflow = self.leaked(now).outflow;
            self.outflow.level = i64::try_from(i128::from(self.outflow.level) + amount).expect("a level");
        }
    }
}

impl Touched {
    /// What may leave at least.
    pub fn outflow_room(&self, now: i64) -> i128 {
        self.lo.outflow_room(now).min(self.hi.outflow_room(now))
    }

    /// Refuses what is more than may leave.
    pub(super) fn judge_outflow(&self, taken: &Range, now: i64, verdict: &mut Verdict) {
        if self.lo.has_brake() {
            let (a, b) = (int(self.lo.outflow_room(now)), int(self.hi.outflow_room(now)));
            verdict.refuse_when(Range::point(a).hull(&Range::point(b)).below_range(taken), E::OutflowLimit);
        }
    }
}
