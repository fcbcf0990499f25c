//! What was sent before the keeper died, or while its node was silent: looked up until nothing is in doubt.

use super::Sender;
use super::deliver::is_over;
use crate::job::Outcome;
use crate::journal::Sent;
use crate::node::NodeError;

/// What came of looking up.
#[derive(Debug, Default)]
pub struct Recovered {
    /// What is settled now, with how it ended.
    pub settled: Vec<(Sent, Outcome)>,
    /// How many may still land.
    pub open: usize,
}

impl Sender {
    /// Looks every transaction up of which it is not known what became of it, except those under way. To be called before the
    /// first job, again until none is open, and from time to time after that.
    ///
    /// # Errors
    /// The node does not answer. What was settled until then stays settled.
    pub async fn look_up(&self) -> Result<Recovered, NodeError> {
        let _only_one = self.recovering.lock().await;
        let mut recovered = Recovered::default();
        let Some(journal) = &self.journal else { return Ok(recovered) };
        for sent in journal.unsettled() {
            if self.busy().contains(&sent.account) {
                continue;
            }
            // In this order: what is not there once its height has passed never will be.
            let height = self.node.height().await?;
            let landed = self.node.transaction(&sent.signature).await?;
            if landed.is_none() && (!is_over(&sent, height) || self.is_known(&sent).await) {
                recovered.open += 1;
                continue;
            }
            // Whoever sent it may have learnt it in the meantime.
            if !journal.is_unsettled(&sent.signature) {
                continue;
            }
            let outcome = self.settle(&sent, landed.as_ref()).await.map_or_else(|outcome| outcome, Outcome::Done);
            tracing::info!(signature = %sent.signature, kind = sent.kind.name(), ?outcome, "settled after the fact");
            recovered.settled.push((sent, outcome));
        }
        Ok(recovered)
    }

    /// Looks up until nothing is in doubt; a node that does not answer is asked again.
    pub async fn recover(&self) -> Vec<(Sent, Outcome)> {
        let mut settled = Vec::new();
        loop {
            match self.look_up().await {
                Ok(recovered) => {
                    settled.extend(recovered.settled);
                    if recovered.open == 0 {
                        return settled;
                    }
                }
                Err(error) => tracing::warn!(%error, "it is not known yet what became of what was sent before"),
            }
            tokio::time::sleep(self.settings.poll).await;
        }
    }
}
