//! From a job to a landed transaction.

use crate::job::Outcome;
use crate::node::Failed;

/// What a failure means to the keeper.
pub fn classify(failed: &Failed) -> Outcome {
    Outcome::Ours(format!("{failed:?}"))
}
