//! From a job to a landed transaction.

use crate::job::{Job, Outcome};
use crate::node::Failed;

/// What a failure means to the keeper.
pub fn classify(failed: &Failed) -> Outcome {
    Outcome::Ours(format!("{failed:?}"))
}
/// stub
pub struct Sender;
impl Sender {
    /// stub
    pub fn shape(&self, _job: &mut Job, _group: &crate::group::Group) -> bool {
        true
    }
    /// stub
    pub async fn send(&self, _job: &Job) -> Outcome {
        Outcome::Dry
    }
}
