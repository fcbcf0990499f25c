//! Which direction of each parameter is tighter, and how far one change may go.

use crate::errors::MarginError;

/// Most parameters that one instruction sets.
pub const MAX_RULES: usize = 40;

/// The direction in which a parameter may be changed at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tightens {
    /// Upwards.
    Up,
    /// Downwards.
    Down,
    /// In none: what counts for liquidations, or helps one user and harms another, always waits.
    Never,
}

/// How far one queued change may move a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// As far as the bounds allow.
    Free,
    /// By this much, either way.
    By(u64),
    /// By this factor, either way.
    Times(u64),
}

/// How a parameter may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The parameter.
    pub name: &'static str,
    /// What is tighter.
    pub tightens: Tightens,
    /// How far one change may go.
    pub step: Step,
}

impl Rule {
    /// Whether a change must wait in the queue.
    pub fn waits(&self, old: u64, new: u64) -> bool {
        match self.tightens {
            Tightens::Up => new < old,
            Tightens::Down => new > old,
            Tightens::Never => new != old,
        }
    }

    /// Whether a change goes further than one change may.
    pub fn is_too_large(&self, old: u64, new: u64) -> bool {
        let (low, high) = (old.min(new), old.max(new));
        match self.step {
            Step::Free => false,
            Step::By(most) => high - low > most,
            // What was closed altogether may be opened again: no multiple of nothing is something.
            Step::Times(factor) => low > 0 && high > low.saturating_mul(factor),
        }
    }
}

/// A set of parameters that one instruction sets.
pub trait Governed {
    /// How each parameter may change.
    const RULES: &'static [Rule];

    /// The parameters in the order of [`Governed::RULES`], such that a limit that is switched off is the greatest number.
    fn values(&self, values: &mut [u64; MAX_RULES]);
}

fn pairs<'a>(
    rules: &'a [Rule],
    old: &'a [u64; MAX_RULES],
    new: &'a [u64; MAX_RULES],
) -> impl Iterator<Item = (&'a Rule, u64, u64)> {
    rules.iter().zip(old.iter().zip(new)).map(|(rule, (old, new))| (rule, *old, *new))
}

fn read<C: Governed>(config: &C) -> [u64; MAX_RULES] {
    let mut values = [0; MAX_RULES];
    config.values(&mut values);
    values
}

/// Whether any parameter's change must wait in the queue.
pub fn waits<C: Governed>(old: &C, new: &C) -> bool {
    pairs(C::RULES, &read(old), &read(new)).any(|(rule, old, new)| rule.waits(old, new))
}

/// Refuses a queued change that goes too far at once. What would not have had to wait may go as far as it likes.
///
/// Errors: ChangeTooLarge
pub fn verify_step<C: Governed>(old: &C, new: &C) -> Result<(), MarginError> {
    let too_large = |(rule, old, new): (&Rule, u64, u64)| rule.waits(old, new) && rule.is_too_large(old, new);
    if pairs(C::RULES, &read(old), &read(new)).any(too_large) {
        return Err(MarginError::ChangeTooLarge);
    }
    Ok(())
}
