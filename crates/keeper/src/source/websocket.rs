//! A node's websocket: slots, every account of the group, and the named ones.

use std::time::Instant;

use breakwater_client::decode::GROUP_OFFSET;
use breakwater_client::{Address, PROGRAM_ID};
use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, SelectAll};
use futures_util::{FutureExt, StreamExt};
use solana_account_decoder_client_types::{UiAccount, UiAccountEncoding};
use solana_pubsub_client::nonblocking::pubsub_client::PubsubClient;
use solana_rpc_client_api::config::{RpcAccountInfoConfig, RpcProgramAccountsConfig};
use solana_rpc_client_api::filter::{Memcmp, RpcFilterType};
use tokio::sync::mpsc;

use super::Update;
use super::stream::{Event, Wire};
use crate::config::Commitment;
use crate::node::Raw;

/// A websocket.
pub struct Websocket {
    /// Its URL.
    pub url: String,
    /// The group.
    pub group: Address,
    /// How sure updates are.
    pub commitment: Commitment,
}

impl Wire for Websocket {
    fn pump<'a>(&'a self, accounts: &'a [Address], events: mpsc::Sender<Event>) -> BoxFuture<'a, String> {
        async move {
            let client = match PubsubClient::new(self.url.as_str()).await {
                Ok(client) => client,
                Err(error) => return format!("no connection: {error}"),
            };
            let mut updates = match self.subscribe(&client, accounts).await {
                Ok(updates) => updates,
                Err(fact) => return fact,
            };
            let mut event = Event::Subscribed;
            while events.send(event).await.is_ok() {
                match updates.next().await {
                    Some(update) => event = Event::Update(update),
                    None => return "the node closed the connection".to_owned(),
                }
            }
            "nobody listens".to_owned()
        }
        .boxed()
    }
}

impl Websocket {
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
