//! When a value that is watched is worth a word: once when it crosses its threshold, again when it gets worse, and when it has
//! recovered.

use std::time::{Duration, Instant};

/// When to warn. A value that nothing bounds is `i64::MAX`.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Warned of below this.
    pub threshold: i64,
    /// Recovered from the threshold and this on, so that a value at the threshold does not warn without end.
    pub margin: i64,
    /// Worth another word when it has fallen by this since the last.
    pub step: i64,
    /// Worth another word after this time.
    pub repeat: Option<Duration>,
}

/// What is worth a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It has crossed its threshold.
    Warned,
    /// It is worse by a step.
    Worse,
    /// It is still so.
    Again,
    /// It is over.
    Recovered,
}

impl Change {
    /// As machines read it.
    pub fn name(self) -> &'static str {
        match self {
            Change::Warned => "warned",
            Change::Worse => "worse",
            Change::Again => "again",
            Change::Recovered => "recovered",
        }
    }
}

/// A value with its rule, and what was said of it last.
#[derive(Clone, Copy, Debug)]
pub struct Crossing {
    rule: Rule,
    /// Lowest value that was told, and when something was last said.
    told: Option<(i64, Instant)>,
}

impl Crossing {
    pub fn new(rule: Rule) -> Crossing {
        Crossing { rule, told: None }
    }

    /// Whether it is warned of.
    pub fn is_warned(&self) -> bool {
        self.told.is_some()
    }

    /// Looks at the value now.
    pub fn look(&mut self, value: i64, now: Instant) -> Option<Change> {
        let Rule { threshold, margin, step, repeat } = self.rule;
        let Some((lowest, since)) = self.told else {
            return (value < threshold).then(|| {
                self.told = Some((value, now));
                Change::Warned
            });
        };
        if value >= threshold.saturating_add(margin) {
            self.told = None;
            return Some(Change::Recovered);
        }
        let change = if value <= lowest.saturating_sub(step) {
            Change::Worse
        } else if value < threshold && repeat.is_some_and(|repeat| now.duration_since(since) >= repeat) {
            Change::Again
        } else {
            return None;
        };
        self.told = Some((value.min(lowest), now));
        Some(change)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule = Rule { threshold: 100, margin: 5, step: 10, repeat: None };

    fn said(rule: Rule, values: &[i64]) -> Vec<Option<Change>> {
        let (mut crossing, start) = (Crossing::new(rule), Instant::now());
        let at = |n: usize| start + Duration::from_secs(n as u64);
        values.iter().enumerate().map(|(n, value)| crossing.look(*value, at(n))).collect()
    }

    #[test]
    fn a_value_at_its_threshold_warns_once() {
        use Change::{Recovered, Warned, Worse};
        assert_eq!(said(RULE, &[100, 99, 100, 99, 104]), [None, Some(Warned), None, None, None]);
        assert_eq!(said(RULE, &[99, 105, 104, 99]), [Some(Warned), Some(Recovered), None, Some(Warned)]);
        assert_eq!(said(RULE, &[99, 90, 89, 95, 80, 79]), [Some(Warned), None, Some(Worse), None, None, Some(Worse)]);
        assert_eq!(said(RULE, &[i64::MAX, i64::MIN, i64::MIN]), [None, Some(Warned), Some(Worse)][..3].to_vec());
    }

    #[test]
    fn a_warning_is_repeated_while_it_lasts() {
        use Change::{Again, Warned};
        let rule = Rule { repeat: Some(Duration::from_secs(2)), ..RULE };
        assert_eq!(said(rule, &[99, 99, 99, 99, 99]), [Some(Warned), None, Some(Again), None, Some(Again)]);
        assert_eq!(said(rule, &[99, 101, 101, 101]), [Some(Warned), None, None, None], "above it nothing is repeated");
    }
}
