//! A node that is asked over JSON-RPC.

mod failure;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::time::Duration;

use breakwater_client::{Address, PROGRAM_ID};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use solana_account_decoder_client_types::{UiAccount, UiAccountEncoding};
use solana_commitment_config::CommitmentConfig;
use solana_message::Hash;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_rpc_client_api::client_error::{Error, TransactionError};
use solana_rpc_client_api::config::{
    RpcAccountInfoConfig, RpcProgramAccountsConfig, RpcSendTransactionConfig, RpcSimulateTransactionConfig,
    RpcTransactionConfig, UiTransactionEncoding,
};
use solana_rpc_client_api::filter::{Memcmp, RpcFilterType};
use solana_rpc_client_api::request::RpcRequest;
use solana_rpc_client_api::response::{Response, RpcKeyedAccount};
use solana_signature::Signature;
use solana_transaction::versioned::VersionedTransaction;
use solana_transaction_status_client_types::EncodedConfirmedTransactionWithStatusMeta;
use solana_transaction_status_client_types::option_serializer::OptionSerializer;

use super::{Answer, At, Landed, Node, NodeError, Raw, Recent, Simulation, Status};

/// Most accounts of one request.
const ACCOUNTS: usize = 100;
/// Most signatures of one request.
const SIGNATURES: usize = 256;
/// Most accounts that recent prices are asked for.
const PRICED: usize = 128;
/// Requests of one question that are under way at a time.
const AT_ONCE: usize = 4;

/// How a node is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where; it may hold a key, and so it is never printed.
    pub url: String,
    /// How sure accounts, slots and simulations must be. Blockhashes, block heights and landed transactions are confirmed at
    /// least, whatever this says: what is forgotten again with a fork may settle nothing.
    pub commitment: CommitmentConfig,
    /// How long an answer may take.
    pub timeout: Duration,
    /// How long that with all accounts of the program may take.
    pub patience: Duration,
}

impl Settings {
    /// Processed accounts, ten seconds and two minutes.
    pub fn new(url: &str) -> Settings {
        Settings {
            url: url.to_owned(),
            commitment: CommitmentConfig::processed(),
            timeout: Duration::from_secs(10),
            patience: Duration::from_secs(120),
        }
    }
}

/// A text is no URL of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the URL of the RPC node must begin with http:// or https:// and name a host")]
pub struct NotAUrl;

/// A node behind a URL.
pub struct RpcNode {
    client: RpcClient,
    settings: Settings,
    name: String,
}

impl RpcNode {
    /// A node; nothing is asked yet.
    ///
    /// # Errors
    /// The URL is none.
    pub fn new(settings: Settings) -> Result<RpcNode, NotAUrl> {
        let name = host(&settings.url).ok_or(NotAUrl)?;
        let longest = settings.timeout.max(settings.patience);
        let client = RpcClient::new_with_timeout_and_commitment(settings.url.clone(), longest, settings.commitment);
        Ok(RpcNode { client, settings, name })
    }

    /// At least confirmed.
    fn sure(&self) -> CommitmentConfig {
        if self.settings.commitment.is_processed() { CommitmentConfig::confirmed() } else { self.settings.commitment }
    }

    /// Waits for an answer, but not for ever: the client itself waits whenever a node tells it that it asks too much.
    async fn within<T>(
        &self,
        method: &'static str,
        time: Duration,
        asked: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, NodeError> {
        match tokio::time::timeout(time, asked).await {
            Ok(answer) => answer.map_err(|error| failure::of(method, error, (&self.settings.url, &self.name))),
            Err(_) => Err(NodeError::Unreachable { method, fact: format!("no answer within {} ms", time.as_millis()) }),
        }
    }

    async fn ask<T>(
        &self,
        method: &'static str,
        asked: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, NodeError> {
        self.within(method, self.settings.timeout, asked).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: &'static str,
        request: RpcRequest,
        parameters: Value,
    ) -> Result<T, NodeError> {
        self.ask(method, self.client.send(request, parameters)).await
    }

    fn accounts_as(&self, encoding: UiAccountEncoding) -> RpcAccountInfoConfig {
        RpcAccountInfoConfig {
            encoding: Some(encoding),
            commitment: Some(self.settings.commitment),
            ..RpcAccountInfoConfig::default()
        }
    }

    async fn some_accounts(&self, addresses: &[Address]) -> Result<At<Vec<Option<Raw>>>, NodeError> {
        const METHOD: &str = "getMultipleAccounts";
        let keys: Vec<String> = addresses.iter().map(Address::to_string).collect();
        let parameters = json!([keys, self.accounts_as(UiAccountEncoding::Base64)]);
        let answer: Response<Vec<Option<UiAccount>>> =
            self.call(METHOD, RpcRequest::GetMultipleAccounts, parameters).await?;
        if answer.value.len() != addresses.len() {
            return Err(unreadable(METHOD, "it has another number of accounts than were asked for"));
        }
        let decoded = answer.value.iter().map(|found| found.as_ref().map(|account| raw(METHOD, account)).transpose());
        Ok((answer.context.slot, decoded.collect::<Result<_, _>>()?))
    }

    async fn all_accounts(&self, prefix: &[u8]) -> Result<At<Vec<(Address, Raw)>>, NodeError> {
        const METHOD: &str = "getProgramAccounts";
        let config = RpcProgramAccountsConfig {
            filters: Some(vec![RpcFilterType::Memcmp(Memcmp::new_base58_encoded(0, prefix))]),
            account_config: self.accounts_as(UiAccountEncoding::Base64Zstd),
            with_context: Some(true),
            sort_results: Some(false),
        };
        let parameters = json!([PROGRAM_ID.to_string(), config]);
        let asked = self.client.send(RpcRequest::GetProgramAccounts, parameters);
        let answer: Response<Vec<RpcKeyedAccount>> = self.within(METHOD, self.settings.patience, asked).await?;
        let keyed = |found: &RpcKeyedAccount| {
            let address = found.pubkey.parse().map_err(|_| unreadable(METHOD, "an address is none"))?;
            Ok((address, raw(METHOD, &found.account)?))
        };
        Ok((answer.context.slot, answer.value.iter().map(keyed).collect::<Result<_, _>>()?))
    }

    async fn some_statuses(&self, signatures: &[Signature]) -> Result<Vec<Option<Status>>, NodeError> {
        const METHOD: &str = "getSignatureStatuses";
        let answer = self.ask(METHOD, self.client.get_signature_statuses(signatures)).await?;
        if answer.value.len() != signatures.len() {
            return Err(unreadable(METHOD, "it has another number of transactions than were asked for"));
        }
        let status = |found: solana_transaction_status_client_types::TransactionStatus| Status {
            slot: found.slot,
            confirmed: found.satisfies_commitment(CommitmentConfig::confirmed()),
            failed: found.err.as_ref().map(failure::of_transaction),
        };
        Ok(answer.value.into_iter().map(|found| found.map(status)).collect())
    }

    async fn landed(&self, signature: &Signature) -> Result<Option<Landed>, NodeError> {
        const METHOD: &str = "getTransaction";
        let config = RpcTransactionConfig {
            encoding: Some(UiTransactionEncoding::Base64),
            commitment: Some(self.sure()),
            max_supported_transaction_version: Some(0),
        };
        let parameters = json!([signature.to_string(), config]);
        let answer: Option<EncodedConfirmedTransactionWithStatusMeta> =
            self.call(METHOD, RpcRequest::GetTransaction, parameters).await?;
        let Some(found) = answer else { return Ok(None) };
        let meta = found.transaction.meta.ok_or_else(|| unreadable(METHOD, "it has no outcome"))?;
        let OptionSerializer::Some(logs) = meta.log_messages else {
            return Err(unreadable(METHOD, "it has no log lines: the node must keep them"));
        };
        Ok(Some(Landed {
            slot: found.slot,
            failed: meta.err.map(|error| failure::of_transaction(&TransactionError::from(error))),
            fee: meta.fee,
            units: meta.compute_units_consumed.unwrap_or(0),
            logs,
        }))
    }

    async fn simulated(&self, transaction: &VersionedTransaction) -> Result<Simulation, NodeError> {
        let config = RpcSimulateTransactionConfig {
            sig_verify: false,
            replace_recent_blockhash: true,
            commitment: Some(self.settings.commitment),
            ..RpcSimulateTransactionConfig::default()
        };
        let asked = self.client.simulate_transaction_with_config(transaction, config);
        let answer = self.ask("simulateTransaction", asked).await?.value;
        Ok(Simulation {
            failed: answer.err.map(|error| failure::of_transaction(&TransactionError::from(error))),
            logs: answer.logs.unwrap_or_default(),
            units: answer.units_consumed.unwrap_or(0),
        })
    }

    async fn sent(&self, transaction: &VersionedTransaction) -> Result<Signature, NodeError> {
        let config = RpcSendTransactionConfig {
            skip_preflight: true,
            max_retries: Some(0),
            ..RpcSendTransactionConfig::default()
        };
        self.ask("sendTransaction", self.client.send_transaction_with_config(transaction, config)).await
    }
}

impl Node for RpcNode {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn accounts<'a>(&'a self, addresses: &'a [Address]) -> Answer<'a, At<Vec<Option<Raw>>>> {
        Box::pin(async move {
            let parts: Vec<_> = addresses.chunks(ACCOUNTS).map(|part| self.some_accounts(part)).collect();
            let answers: Vec<_> = stream::iter(parts).buffered(AT_ONCE).try_collect().await?;
            // Of the oldest answer: what is said to be older than it is, is read again; the other way round it would be lost.
            let slot = answers.iter().map(|(slot, _)| *slot).min().unwrap_or(0);
            Ok((slot, answers.into_iter().flat_map(|(_, accounts)| accounts).collect()))
        })
    }

    fn program_accounts<'a>(&'a self, prefix: &'a [u8]) -> Answer<'a, At<Vec<(Address, Raw)>>> {
        Box::pin(self.all_accounts(prefix))
    }

    fn recent(&self) -> Answer<'_, Recent> {
        Box::pin(async move {
            let asked = self.client.get_latest_blockhash_with_commitment(self.sure());
            let (hash, last_valid_height) = self.ask("getLatestBlockhash", asked).await?;
            Ok(Recent { hash, last_valid_height })
        })
    }

    fn height(&self) -> Answer<'_, u64> {
        let asked = self.client.get_block_height_with_commitment(self.sure());
        Box::pin(self.ask("getBlockHeight", asked))
    }

    fn slot(&self) -> Answer<'_, u64> {
        Box::pin(self.ask("getSlot", self.client.get_slot_with_commitment(self.settings.commitment)))
    }

    fn simulate<'a>(&'a self, transaction: &'a VersionedTransaction) -> Answer<'a, Simulation> {
        Box::pin(self.simulated(transaction))
    }

    fn send<'a>(&'a self, transaction: &'a VersionedTransaction) -> Answer<'a, Signature> {
        Box::pin(self.sent(transaction))
    }

    fn statuses<'a>(&'a self, signatures: &'a [Signature]) -> Answer<'a, Vec<Option<Status>>> {
        Box::pin(async move {
            let parts: Vec<_> = signatures.chunks(SIGNATURES).map(|part| self.some_statuses(part)).collect();
            let answers: Vec<_> = stream::iter(parts).buffered(AT_ONCE).try_collect().await?;
            Ok(answers.into_iter().flatten().collect())
        })
    }

    fn transaction<'a>(&'a self, signature: &'a Signature) -> Answer<'a, Option<Landed>> {
        Box::pin(self.landed(signature))
    }

    fn recent_prices<'a>(&'a self, written: &'a [Address]) -> Answer<'a, Vec<u64>> {
        Box::pin(async move {
            let asked = self.client.get_recent_prioritization_fees(&written[..written.len().min(PRICED)]);
            let answer = self.ask("getRecentPrioritizationFees", asked).await?;
            Ok(answer.iter().map(|slot| slot.prioritization_fee).collect())
        })
    }

    fn genesis(&self) -> Answer<'_, Hash> {
        Box::pin(self.ask("getGenesisHash", self.client.get_genesis_hash()))
    }

    fn rent(&self, size: usize) -> Answer<'_, u64> {
        let asked = self.client.get_minimum_balance_for_rent_exemption(size);
        Box::pin(self.ask("getMinimumBalanceForRentExemption", asked))
    }
}

fn unreadable(method: &'static str, fact: &str) -> NodeError {
    NodeError::Unreachable { method, fact: format!("its answer cannot be used: {fact}") }
}

fn raw(method: &'static str, account: &UiAccount) -> Result<Raw, NodeError> {
    let data = account.data.decode().ok_or_else(|| unreadable(method, "the data of an account cannot be decoded"))?;
    let owner = account.owner.parse().map_err(|_| unreadable(method, "the owner of an account is no address"))?;
    Ok(Raw { owner, lamports: account.lamports, data })
}

/// The host (and port) of a URL: what may be printed of it, since keys stand in the path, in the query or before an `@`.
fn host(url: &str) -> Option<String> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    (!host.is_empty() && !host.starts_with(':') && !host.contains(char::is_whitespace)).then(|| host.to_owned())
}
