//! Updates from a node: a websocket for what changes, and requests beside it for what the websocket may have missed.
//!
//! Two tasks that fail apart: the stream is made anew with a growing pause whenever it ends or falls silent, and the poller
//! asks for the accounts that every decision needs, whatever the stream does. All margin accounts are asked for at the start, at
//! an interval, and whenever the stream was away.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use breakwater_client::decode::discriminator;
use breakwater_client::{Address, PROGRAM_ID};
use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, SelectAll};
use futures_util::{FutureExt, StreamExt};
use solana_account_decoder_client_types::{UiAccount, UiAccountEncoding};
use solana_pubsub_client::nonblocking::pubsub_client::PubsubClient;
use solana_rpc_client_api::config::{RpcAccountInfoConfig, RpcProgramAccountsConfig};
use solana_rpc_client_api::filter::{Memcmp, RpcFilterType};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{sleep, timeout};
use tracing::{debug, info, warn};

use super::{Source, Update};
use crate::config::{BookSettings, Commitment};
use crate::metrics;
use crate::node::{Node, Raw};

/// Where an account of the program names its group.
const GROUP_OFFSET: usize = 8;
/// How long connecting and subscribing may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The first pause before a new connection, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(10));

/// A node's websocket, and the node.
pub struct Stream {
    /// The websocket's URL.
    pub url: String,
    /// The node, for snapshots.
    pub node: Arc<dyn Node>,
    /// The group whose margin accounts are watched.
    pub group: Address,
    /// Accounts of other programs and accounts that every decision needs: clock, oracles, board, banks, markets.
    pub followed: watch::Receiver<BTreeSet<Address>>,
    /// How sure updates are.
    pub commitment: Commitment,
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
        let client = match timeout(PATIENCE, PubsubClient::new(self.url.as_str())).await {
            Ok(Ok(client)) => client,
            Ok(Err(error)) => return End::Broken(format!("no connection: {error}")),
            Err(_) => return End::Broken("no connection in time".to_owned()),
        };
        let mut followed = self.followed.clone();
        let accounts: Vec<Address> = followed.borrow_and_update().iter().copied().collect();
        let mut events = match timeout(PATIENCE, self.subscribe(&client, &accounts)).await {
            Ok(Ok(events)) => events,
            Ok(Err(fact)) => return End::Broken(fact),
            Err(_) => return End::Broken("the node answered no subscription in time".to_owned()),
        };
        info!(accounts = accounts.len(), "the stream of updates is live");
        // What happened before the subscription is only in a snapshot.
        refill.notify_one();
        if updates.send(Update::Live(true)).await.is_err() {
            return End::Over;
        }
        let stall = Duration::from_millis(self.settings.stall_ms);
        loop {
            tokio::select! {
                event = timeout(stall, events.next()) => match event {
                    Ok(Some(update)) => if updates.send(update).await.is_err() { return End::Over },
                    Ok(None) => return End::Broken("the node closed the connection".to_owned()),
                    Err(_) => return End::Broken(format!("no news for {} ms", stall.as_millis())),
                },
                changed = followed.changed() => return if changed.is_ok() { End::Followed } else { End::Over },
                () = updates.closed() => return End::Over,
            }
        }
    }

    async fn subscribe<'a>(
        &self,
        client: &'a PubsubClient,
        accounts: &[Address],
    ) -> Result<SelectAll<BoxStream<'a, Update>>, String> {
        let failed = |error| format!("the node refused a subscription: {error}");
        let mut events = SelectAll::new();
        let (slots, _) = client.slot_subscribe().await.map_err(failed)?;
        events.push(slots.map(|slot| Update::Slot(slot.slot)).boxed());

        let filters = vec![RpcFilterType::Memcmp(Memcmp::new_base58_encoded(GROUP_OFFSET, self.group.as_ref()))];
        let config = RpcProgramAccountsConfig {
            filters: Some(filters),
            account_config: self.account_config(),
            ..RpcProgramAccountsConfig::default()
        };
        let (of_program, _) = client.program_subscribe(&PROGRAM_ID, Some(config)).await.map_err(failed)?;
        let keyed = of_program.filter_map(|response| async move {
            let address = response.value.pubkey.parse().ok()?;
            update(address, response.context.slot, &response.value.account)
        });
        events.push(keyed.boxed());
        for address in accounts.iter().copied() {
            let subscribed = client.account_subscribe(&address, Some(self.account_config())).await;
            let (stream, _) = subscribed.map_err(failed)?;
            let one = stream.filter_map(move |response| {
                let found = update(address, response.context.slot, &response.value);
                async move { found }
            });
            events.push(one.boxed());
        }
        Ok(events)
    }

    fn account_config(&self) -> RpcAccountInfoConfig {
        RpcAccountInfoConfig {
            encoding: Some(UiAccountEncoding::Base64),
            commitment: Some(self.commitment.into()),
            ..RpcAccountInfoConfig::default()
        }
    }
}

/// An account as a node notifies of it. One that was closed comes without lamports.
fn update(address: Address, slot: u64, account: &UiAccount) -> Option<Update> {
    let raw = Raw { owner: account.owner.parse().ok()?, lamports: account.lamports, data: account.data.decode()? };
    let raw = (raw.lamports > 0).then_some(raw);
    Some(Update::Account { address, slot, raw, seen: Instant::now() })
}

/// Asks for what the stream may have missed.
struct Poller {
    node: Arc<dyn Node>,
    group: Address,
    followed: watch::Receiver<BTreeSet<Address>>,
    settings: BookSettings,
    refill: Arc<Notify>,
}

impl Poller {
    async fn run(self, updates: mpsc::Sender<Update>) {
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
                    PAUSES.0 * 4
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
pub async fn snapshot(node: &dyn Node, group: &Address) -> Result<Update, crate::node::NodeError> {
    let mut prefix = discriminator("account", "MarginAccount").to_vec();
    prefix.extend_from_slice(group.as_ref());
    let (slot, accounts) = node.program_accounts(&prefix).await?;
    Ok(Update::Margins { slot, accounts })
}
