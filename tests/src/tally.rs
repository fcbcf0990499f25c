//! What an arena has seen.

use std::collections::BTreeMap;

use crate::guard::Guard;
use crate::laws::Extremes;
use crate::model::State;

/// How often each instruction ended how.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// By instruction and outcome.
    pub outcomes: BTreeMap<(&'static str, String), u64>,
    /// Refusals or successes that rounding left open.
    pub doubtful: u64,
    /// How often an instruction moved what is set apart for secured profit, by its name.
    pub escrows: BTreeMap<&'static str, u64>,
    /// Most compute units of an instruction, by its name.
    pub compute_units: BTreeMap<&'static str, u64>,
    /// Widest range of R, native units.
    pub repay_width: f64,
    /// How often each law of the safety engine had something to judge.
    pub guard: Guard,
    /// How the laws of liquidation held.
    pub extremes: Extremes,
}

impl Tally {
    /// Both together.
    #[must_use]
    pub fn and(mut self, other: Tally) -> Tally {
        for (key, count) in other.outcomes {
            *self.outcomes.entry(key).or_default() += count;
        }
        for (name, count) in other.escrows {
            *self.escrows.entry(name).or_default() += count;
        }
        for (name, units) in other.compute_units {
            let most = self.compute_units.entry(name).or_default();
            *most = units.max(*most);
        }
        self.guard = self.guard.and(&other.guard);
        self.doubtful += other.doubtful;
        self.repay_width = self.repay_width.max(other.repay_width);
        self.extremes = self.extremes.and(&other.extremes);
        self
    }

    /// Counts an instruction if it moved what is set apart.
    pub fn escrows(&mut self, instruction: &'static str, before: &State, after: &State) {
        let apart = |state: &State| state.markets.iter().map(|market| market.secured).collect::<Vec<_>>();
        if apart(before) != apart(after) {
            *self.escrows.entry(instruction).or_default() += 1;
        }
    }

    /// How often an instruction succeeded.
    pub fn succeeded(&self, instruction: &'static str) -> u64 {
        self.outcomes.get(&(instruction, "ok".to_owned())).copied().unwrap_or_default()
    }

    /// How often anything ended with an error.
    pub fn refused(&self, error: &str) -> u64 {
        self.outcomes.iter().filter(|((_, outcome), _)| outcome == error).map(|(_, count)| count).sum()
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        writeln!(f, "{} instructions compared", self.outcomes.values().sum::<u64>())?;
        for ((instruction, outcome), count) in &self.outcomes {
            writeln!(f, "  {instruction:<20} {outcome:<24} {count:>6}")?;
        }
        for (instruction, count) in &self.escrows {
            writeln!(f, "  {instruction:<20} moved secured profit   {count:>6}")?;
        }
        for (instruction, units) in &self.compute_units {
            writeln!(f, "  {instruction:<20} at most {units} CU")?;
        }
        for (law, count) in &self.guard.judged {
            writeln!(f, "  {law:<20} judged                   {count:>6}")?;
        }
        writeln!(f, "  decided by rounding: {}; widest range of R: {} units", self.doubtful, self.repay_width)?;
        write!(f, "  {:?}", self.extremes)
    }
}
