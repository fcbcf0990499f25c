//! The prints of a run: the path's steps, prints between them while accounts are under water, and what liquidations do to
//! prices. Owns when the next print comes; refuses to know accounts.

use super::conditions::Conditions;
use crate::price_path::{OUTAGE_SECONDS, Pressure, PricePath, PriceStep, between};

/// Seconds to the next print where something has just happened, or a flag is about to ripen: ten slots.
const SOON: i64 = 4;
/// Seconds to the next print where somebody waits for a bucket, the end of a wait or a better bonus.
const LATER: i64 = 12;

/// How soon the next print is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Urgency {
    /// Nobody waits.
    None,
    /// Somebody waits for a bucket, the end of a wait or a better bonus.
    Waits,
    /// Something has just happened, or a flag is about to ripen.
    Busy,
}

/// The prints still to come.
pub(super) struct Tape<'a> {
    path: &'a PricePath,
    /// Steps of the path that were printed.
    printed: usize,
    time: i64,
    pressure: Option<Pressure>,
    prints_between: bool,
}

impl<'a> Tape<'a> {
    pub(super) fn new(path: &'a PricePath, conditions: &Conditions) -> Tape<'a> {
        let time = path.steps.first().map_or(0, |step| step.time);
        let pressure = conditions.impact.map(|impact| Pressure::new(impact, path.symbols.len(), time));
        Tape { path, printed: 0, time, pressure, prints_between: conditions.prints_between }
    }

    /// The next print and the number of the path's step that it belongs to.
    pub(super) fn next(&mut self, urgency: Urgency) -> Option<(usize, PriceStep)> {
        let mut step = match self.between(urgency) {
            Some(step) => step,
            None => {
                self.printed += 1;
                self.path.steps.get(self.printed - 1)?.clone()
            }
        };
        self.time = step.time;
        if let Some(pressure) = &mut self.pressure {
            pressure.move_prices(&mut step);
        }
        Some((self.printed - 1, step))
    }

    /// A print before the path's next step.
    fn between(&self, urgency: Urgency) -> Option<PriceStep> {
        let wait = match urgency {
            Urgency::Busy => SOON,
            Urgency::Waits => LATER,
            Urgency::None => return None,
        };
        let (last, next) = (self.path.steps.get(self.printed.checked_sub(1)?)?, self.path.steps.get(self.printed)?);
        let time = self.time + wait;
        let within = self.prints_between && time < next.time && next.time - last.time <= OUTAGE_SECONDS;
        within.then(|| between(last, next, time))
    }

    /// Takes note of what was sold at the last print.
    pub(super) fn sold(&mut self, sales: &[(usize, i64)]) {
        let Some(pressure) = &mut self.pressure else { return };
        // the dollar token, the last, is what everything is sold for
        for (symbol, micro_usd) in sales.iter().filter(|sale| sale.0 + 1 < self.path.symbols.len()) {
            pressure.sell(*symbol, *micro_usd);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::price_path::{Scenario, default_assets, synthetic};

    fn times(path: &PricePath, prints_between: bool, urgency: Urgency) -> Vec<i64> {
        let mut tape = Tape::new(path, &Conditions { prints_between, ..Conditions::default() });
        let start = path.steps[0].time;
        std::iter::from_fn(|| tape.next(urgency)).map(|(_, step)| step.time - start).collect()
    }

    #[test]
    fn a_quiet_tape_is_the_path_and_a_busy_one_prints_between_its_steps() {
        let mut path = synthetic(Scenario::Crash, 1, &default_assets());
        path.steps.truncate(3);
        assert_eq!(times(&path, true, Urgency::None), [0, 60, 120]);
        assert_eq!(times(&path, false, Urgency::Busy), [0, 60, 120]);
        assert_eq!(times(&path, true, Urgency::Waits), [0, 12, 24, 36, 48, 60, 72, 84, 96, 108, 120]);
        assert_eq!(times(&path, true, Urgency::Busy).len(), 31);
    }

    #[test]
    fn nothing_is_printed_in_an_outage() {
        let mut path = synthetic(Scenario::Crash, 1, &default_assets());
        path.steps.drain(1..8);
        path.steps.truncate(2);
        assert_eq!(times(&path, true, Urgency::Busy), [0, 480]);
    }
}
