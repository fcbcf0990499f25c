//! A Yellowstone gRPC endpoint: the same updates as a websocket's, some hundred milliseconds earlier.

use std::collections::HashMap;
use std::time::Instant;

use breakwater_client::decode::GROUP_OFFSET;
use breakwater_client::{Address, PROGRAM_ID};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};
use tokio::sync::mpsc;
use yellowstone_grpc_client::{ClientTlsConfig, GeyserGrpcClient};
use yellowstone_grpc_proto::prelude::subscribe_request_filter_accounts_filter::Filter;
use yellowstone_grpc_proto::prelude::subscribe_request_filter_accounts_filter_memcmp::Data;
use yellowstone_grpc_proto::prelude::subscribe_update::UpdateOneof;
use yellowstone_grpc_proto::prelude::{
    CommitmentLevel, SubscribeRequest, SubscribeRequestFilterAccounts, SubscribeRequestFilterAccountsFilter,
    SubscribeRequestFilterAccountsFilterMemcmp, SubscribeRequestFilterSlots, SubscribeUpdate,
};

use super::Update;
use super::stream::{Event, Wire};
use crate::config::Commitment;
use crate::node::Raw;

/// Most bytes of one update: a bank of accounts is far smaller.
const MAX_MESSAGE: usize = 64 << 20;

/// An endpoint.
pub struct Yellowstone {
    /// Its URL.
    pub url: String,
    /// What it wants to be shown, if anything.
    pub token: Option<String>,
    /// The group.
    pub group: Address,
    /// How sure updates are.
    pub commitment: Commitment,
}

impl Wire for Yellowstone {
    fn pump<'a>(&'a self, accounts: &'a [Address], events: mpsc::Sender<Event>) -> BoxFuture<'a, String> {
        async move {
            match self.tell(accounts, &events).await {
                Ok(()) => "the endpoint closed the connection".to_owned(),
                Err(fact) => fact,
            }
        }
        .boxed()
    }
}

impl Yellowstone {
    async fn tell(&self, accounts: &[Address], events: &mpsc::Sender<Event>) -> Result<(), String> {
        let failed = |error: &dyn std::fmt::Display| format!("no connection: {error}");
        let builder = GeyserGrpcClient::build_from_shared(self.url.clone()).map_err(|error| failed(&error))?;
        let builder = builder.x_token(self.token.clone()).map_err(|error| failed(&error))?;
        let builder = match self.url.starts_with("https://") {
            true => builder.tls_config(ClientTlsConfig::new().with_native_roots()).map_err(|error| failed(&error))?,
            false => builder,
        };
        let builder = builder.max_decoding_message_size(MAX_MESSAGE);
        let mut client = builder.connect().await.map_err(|error| failed(&error))?;
        let refused = |error: &dyn std::fmt::Display| format!("the endpoint refused the subscription: {error}");
        let mut updates = client.subscribe_once(self.request(accounts)).await.map_err(|error| refused(&error))?;
        let mut event = Event::Subscribed;
        while events.send(event).await.is_ok() {
            event = loop {
                match updates.next().await {
                    None => return Ok(()),
                    Some(Err(status)) => return Err(format!("the endpoint ended the stream: {status}")),
                    Some(Ok(told)) => match update(told) {
                        Some(update) => break Event::Update(update),
                        None => continue,
                    },
                }
            };
        }
        Ok(())
    }

    fn request(&self, accounts: &[Address]) -> SubscribeRequest {
        let of_group = SubscribeRequestFilterAccountsFilterMemcmp {
            offset: GROUP_OFFSET as u64,
            data: Some(Data::Bytes(self.group.as_ref().to_vec())),
        };
        let group = SubscribeRequestFilterAccounts {
            owner: vec![PROGRAM_ID.to_string()],
            filters: vec![SubscribeRequestFilterAccountsFilter { filter: Some(Filter::Memcmp(of_group)) }],
            ..SubscribeRequestFilterAccounts::default()
        };
        let named = SubscribeRequestFilterAccounts {
            account: accounts.iter().map(Address::to_string).collect(),
            ..SubscribeRequestFilterAccounts::default()
        };
        let commitment = match self.commitment {
            Commitment::Processed => CommitmentLevel::Processed,
            Commitment::Confirmed => CommitmentLevel::Confirmed,
        };
        SubscribeRequest {
            accounts: HashMap::from([("group".to_owned(), group), ("named".to_owned(), named)]),
            slots: HashMap::from([("slots".to_owned(), SubscribeRequestFilterSlots::default())]),
            commitment: Some(commitment.into()),
            ..SubscribeRequest::default()
        }
    }
}

/// What an update means to the keeper; `None` for pings and what nobody asked for.
fn update(told: SubscribeUpdate) -> Option<Update> {
    match told.update_oneof? {
        UpdateOneof::Slot(slot) => Some(Update::Slot(slot.slot)),
        UpdateOneof::Account(update) => {
            let account = update.account?;
            let address = Address::try_from(account.pubkey.as_slice()).ok()?;
            let owner = Address::try_from(account.owner.as_slice()).ok()?;
            let raw = Raw { owner, lamports: account.lamports, data: account.data };
            let raw = (raw.lamports > 0).then_some(raw);
            Some(Update::Account { address, slot: update.slot, raw, seen: Instant::now() })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yellowstone_grpc_proto::prelude::{SubscribeUpdateAccount, SubscribeUpdateAccountInfo, SubscribeUpdateSlot};

    fn told(update: UpdateOneof) -> SubscribeUpdate {
        SubscribeUpdate { update_oneof: Some(update), ..SubscribeUpdate::default() }
    }

    #[test]
    fn an_account_and_a_slot_are_told_as_a_websocket_would() {
        let (address, owner) = (Address::new_unique(), Address::new_unique());
        let info = |lamports| SubscribeUpdateAccountInfo {
            pubkey: address.as_ref().to_vec(),
            owner: owner.as_ref().to_vec(),
            lamports,
            data: vec![1, 2],
            ..SubscribeUpdateAccountInfo::default()
        };
        for (lamports, there) in [(5, true), (0, false)] {
            let account =
                SubscribeUpdateAccount { account: Some(info(lamports)), slot: 7, ..SubscribeUpdateAccount::default() };
            let Some(Update::Account { address: found, slot: 7, raw, .. }) =
                update(told(UpdateOneof::Account(account)))
            else {
                panic!("no account");
            };
            assert_eq!(found, address);
            assert_eq!(raw, there.then(|| Raw { owner, lamports, data: vec![1, 2] }));
        }
        let slot = SubscribeUpdateSlot { slot: 9, ..SubscribeUpdateSlot::default() };
        assert!(matches!(update(told(UpdateOneof::Slot(slot))), Some(Update::Slot(9))));
        assert!(update(SubscribeUpdate::default()).is_none());
    }

    #[test]
    fn the_group_and_the_named_accounts_are_asked_for() {
        let named = Address::new_unique();
        let wire = Yellowstone {
            url: "http://127.0.0.1:10000".to_owned(),
            token: None,
            group: Address::new_unique(),
            commitment: Commitment::Confirmed,
        };
        let request = wire.request(&[named]);
        assert_eq!(request.accounts["named"].account, [named.to_string()]);
        assert_eq!(request.accounts["group"].owner, [PROGRAM_ID.to_string()]);
        assert_eq!(request.commitment, Some(CommitmentLevel::Confirmed.into()));
        assert_eq!(request.slots.len(), 1);
    }
}
