//! What became of the transactions under way: one question to the node for all of them, whoever asks first.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use solana_signature::Signature;

use crate::node::{Node, NodeError, Status};

/// What the node said last.
struct Round {
    asked: Instant,
    answered: Instant,
    answer: Result<Known, NodeError>,
}

/// An answer: the block height, and what became of each transaction after that height was read.
struct Known {
    height: u64,
    statuses: HashMap<Signature, Status>,
}

/// What is known of one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// Block height; read before the status, so that what had no status then and is past its height will never land.
    pub height: u64,
    /// `None` where the node knows nothing of it.
    pub status: Option<Status>,
}

/// Asks for all.
pub(super) struct Statuses {
    interval: Duration,
    watched: Mutex<HashSet<Signature>>,
    round: tokio::sync::Mutex<Option<Round>>,
}

/// A transaction that is asked for while this lives.
pub(super) struct Watched<'a> {
    statuses: &'a Statuses,
    signature: Signature,
    since: Instant,
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        self.statuses.watched().remove(&self.signature);
    }
}

impl Statuses {
    pub(super) fn new(interval: Duration) -> Statuses {
        Statuses { interval, watched: Mutex::default(), round: tokio::sync::Mutex::default() }
    }

    /// Asks for a transaction from now on.
    pub(super) fn watch(&self, signature: Signature) -> Watched<'_> {
        self.watched().insert(signature);
        Watched { statuses: self, signature, since: Instant::now() }
    }

    fn watched(&self) -> MutexGuard<'_, HashSet<Signature>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ask(&self, node: &dyn Node) -> Result<Known, NodeError> {
        let signatures: Vec<Signature> = self.watched().iter().copied().collect();
        let height = node.height().await?;
        let statuses = node.statuses(&signatures).await?;
        let known = signatures.into_iter().zip(statuses).filter_map(|(signature, status)| Some((signature, status?)));
        Ok(Known { height, statuses: known.collect() })
    }
}

impl Watched<'_> {
    /// What is known of the transaction, by an answer that is younger than the question is old.
    pub(super) async fn standing(&self, node: &dyn Node) -> Result<Standing, NodeError> {
        let Statuses { interval, round, .. } = self.statuses;
        let mut round = round.lock().await;
        // By when the answer came: a node that takes longer than the interval is not asked by everybody in turn.
        let is_fresh = |round: &Round| round.answered.elapsed() < *interval && round.asked >= self.since;
        if !round.as_ref().is_some_and(is_fresh) {
            let asked = Instant::now();
            let answer = self.statuses.ask(node).await;
            *round = Some(Round { asked, answered: Instant::now(), answer });
        }
        match round.as_ref().map(|round| &round.answer) {
            Some(Ok(known)) => {
                Ok(Standing { height: known.height, status: known.statuses.get(&self.signature).cloned() })
            }
            Some(Err(error)) => Err(error.clone()),
            None => Err(NodeError::Unreachable { method: "getSignatureStatuses", fact: "no answer".to_owned() }),
        }
    }
}
