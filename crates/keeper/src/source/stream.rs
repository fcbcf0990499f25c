//! A stream of updates that never gives up: made anew with a growing pause whenever it ends or falls silent, with a poller
//! beside it that fails apart.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use breakwater_client::Address;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{sleep, timeout};
use tracing::{info, warn};

use super::poller::Poller;
use super::{Source, Update};
use crate::config::BookSettings;
use crate::metrics;
use crate::node::Node;

/// How long connecting and subscribing may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// The first pause before a new connection, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(10));
/// Events that wait between the wire and the stream.
const BACKLOG: usize = 1_024;

/// What comes over a wire.
pub enum Event {
    /// Everything is subscribed: from now on nothing is missed.
    Subscribed,
    /// An update.
    Update(Update),
}

/// How a node tells of changes: one connection, which may end at any time.
pub trait Wire: Send + Sync {
    /// Connects, subscribes to the group's accounts and to the named ones, and tells until the connection ends or nobody listens;
    /// returns why it ended.
    fn pump<'a>(&'a self, accounts: &'a [Address], events: mpsc::Sender<Event>) -> BoxFuture<'a, String>;
}

/// A wire, and the node that it belongs to.
pub struct Stream {
    /// The wire.
    pub wire: Box<dyn Wire>,
    /// The node, for snapshots.
    pub node: Arc<dyn Node>,
    /// The group whose margin accounts are watched.
    pub group: Address,
    /// Accounts that every decision needs: clock, oracles, board, banks, markets.
    pub followed: watch::Receiver<BTreeSet<Address>>,
    /// How often to look.
    pub settings: BookSettings,
}

impl Source for Stream {
    fn run(self: Box<Self>, updates: mpsc::Sender<Update>) -> BoxFuture<'static, ()> {
        async move {
            let refill = Arc::new(Notify::new());
            let poller = Poller {
                node: self.node.clone(),
                group: self.group,
                followed: self.followed.clone(),
                settings: self.settings,
                refill: refill.clone(),
            };
            tokio::join!(poller.run(updates.clone()), self.stream(updates, &refill));
        }
        .boxed()
    }
}

/// Why a session ended.
enum End {
    /// Nobody listens any more.
    Over,
    /// The list of accounts has changed.
    Followed,
    /// The connection failed, or fell silent.
    Broken(String),
}

impl Stream {
    async fn stream(&self, updates: mpsc::Sender<Update>, refill: &Notify) {
        let mut pause = PAUSES.0;
        loop {
            let began = Instant::now();
            match self.session(&updates, refill).await {
                End::Over => return,
                End::Followed => continue,
                End::Broken(fact) => warn!(fact, "the stream of updates ended; connecting again"),
            }
            metrics::reconnected();
            if updates.send(Update::Live(false)).await.is_err() {
                return;
            }
            if began.elapsed() > PAUSES.1 {
                pause = PAUSES.0;
            }
            tokio::select! {
                () = sleep(pause) => {}
                () = updates.closed() => return,
            }
            pause = (pause * 2).min(PAUSES.1);
        }
    }

    async fn session(&self, updates: &mpsc::Sender<Update>, refill: &Notify) -> End {
        let mut followed = self.followed.clone();
        let accounts: Vec<Address> = followed.borrow_and_update().iter().copied().collect();
        let (told, mut events) = mpsc::channel(BACKLOG);
        let mut wire = self.wire.pump(&accounts, told);
        let stall = Duration::from_millis(self.settings.stall_ms);
        let mut silence = PATIENCE;
        loop {
            let event = tokio::select! {
                biased;
                event = timeout(silence, events.recv()) => event,
                fact = &mut wire => return End::Broken(fact),
                changed = followed.changed() => return if changed.is_ok() { End::Followed } else { End::Over },
                () = updates.closed() => return End::Over,
            };
            let update = match event {
                Ok(Some(Event::Update(update))) => update,
                Ok(Some(Event::Subscribed)) => {
                    info!(accounts = accounts.len(), "the stream of updates is live");
                    silence = stall;
                    // What happened before the subscription is only in a snapshot.
                    refill.notify_one();
                    Update::Live(true)
                }
                // The wire says why.
                Ok(None) => return End::Broken(wire.await),
                Err(_) => return End::Broken(format!("no news for {} ms", silence.as_millis())),
            };
            if updates.send(update).await.is_err() {
                return End::Over;
            }
        }
    }
}
