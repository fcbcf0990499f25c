//! Requests beside the stream: the accounts that every decision needs at an interval, whatever the stream does, and all margin
//! accounts at the start, at an interval, and whenever the stream was away.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use breakwater_client::Address;
use breakwater_client::decode::discriminator;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::sleep;
use tracing::{debug, warn};

use super::Update;
use crate::config::BookSettings;
use crate::metrics;
use crate::node::{Node, NodeError};

/// The pause before a snapshot that failed is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// Asks for what the stream may have missed.
pub(super) struct Poller {
    pub(super) node: Arc<dyn Node>,
    pub(super) group: Address,
    pub(super) followed: watch::Receiver<BTreeSet<Address>>,
    pub(super) settings: BookSettings,
    /// Asks for a snapshot now.
    pub(super) refill: Arc<Notify>,
}

impl Poller {
    pub(super) async fn run(self, updates: mpsc::Sender<Update>) {
        tokio::join!(self.follow(&updates), self.refill(&updates));
    }

    /// The accounts that every decision needs, at an interval.
    async fn follow(&self, updates: &mpsc::Sender<Update>) {
        loop {
            let accounts: Vec<Address> = self.followed.borrow().iter().copied().collect();
            match self.node.accounts(&accounts).await {
                Ok((slot, found)) => {
                    let seen = Instant::now();
                    for (address, raw) in accounts.into_iter().zip(found) {
                        if updates.send(Update::Account { address, slot, raw, seen }).await.is_err() {
                            return;
                        }
                    }
                }
                Err(error) => debug!(%error, "a look beside the stream failed"),
            }
            tokio::select! {
                () = sleep(Duration::from_millis(self.settings.poll_ms)) => {}
                () = updates.closed() => return,
            }
        }
    }

    /// All margin accounts, at an interval and whenever the stream was away.
    async fn refill(&self, updates: &mpsc::Sender<Update>) {
        let every = Duration::from_secs(self.settings.resnapshot_secs);
        loop {
            let pause = match snapshot(self.node.as_ref(), &self.group).await {
                Ok(update) => {
                    metrics::resnapshot();
                    if updates.send(update).await.is_err() {
                        return;
                    }
                    every
                }
                Err(error) => {
                    warn!(%error, "no snapshot of the margin accounts; trying again");
                    AGAIN
                }
            };
            tokio::select! {
                () = sleep(pause) => {}
                () = self.refill.notified() => {}
                () = updates.closed() => return,
            }
        }
    }
}

/// All margin accounts of a group.
///
/// # Errors
/// The node's.
pub async fn snapshot(node: &dyn Node, group: &Address) -> Result<Update, NodeError> {
    let mut prefix = discriminator("account", "MarginAccount").to_vec();
    prefix.extend_from_slice(group.as_ref());
    let (slot, accounts) = node.program_accounts(&prefix).await?;
    Ok(Update::Margins { slot, accounts })
}
