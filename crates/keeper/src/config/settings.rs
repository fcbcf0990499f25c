//! What each section of the configuration says, with its defaults.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use breakwater_client::{Address, DEVNET_GENESIS, MAINNET_GENESIS};
use serde::Deserialize;
use solana_commitment_config::CommitmentConfig;

use crate::send::{Settings, Spending};

/// Where the chain is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// Which chain the node must belong to.
    pub name: Chain,
    /// The node's RPC endpoint.
    pub url: String,
    /// Its websocket; derived from `url` where it is missing.
    pub ws_url: Option<String>,
    /// A Yellowstone gRPC endpoint that takes the websocket's place, in a keeper that is built for it.
    pub grpc_url: Option<String>,
    /// What the gRPC endpoint wants to be shown.
    pub grpc_token: Option<String>,
    /// How sure updates are.
    #[serde(default)]
    pub commitment: Commitment,
}

/// A chain that is known by its genesis hash, or a local one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Chain {
    /// Any chain that is not one of the others.
    Localnet,
    /// The test chain for programs.
    Devnet,
    /// The real one.
    MainnetBeta,
}

impl Chain {
    /// All of them.
    pub const ALL: [Chain; 3] = [Chain::Localnet, Chain::Devnet, Chain::MainnetBeta];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Chain::Localnet => "localnet",
            Chain::Devnet => "devnet",
            Chain::MainnetBeta => "mainnet-beta",
        }
    }

    /// Its genesis hash, where it has a known one.
    pub fn genesis(self) -> Option<&'static str> {
        match self {
            Chain::Localnet => None,
            Chain::Devnet => Some(DEVNET_GENESIS),
            Chain::MainnetBeta => Some(MAINNET_GENESIS),
        }
    }

    /// The chain of a genesis hash.
    pub fn of(genesis: &str) -> Chain {
        Chain::ALL.into_iter().find(|chain| chain.genesis() == Some(genesis)).unwrap_or(Chain::Localnet)
    }
}

/// How sure an update is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Commitment {
    /// Seen by the node: fastest, may be undone.
    #[default]
    Processed,
    /// Voted for by a supermajority.
    Confirmed,
}

impl From<Commitment> for CommitmentConfig {
    fn from(commitment: Commitment) -> CommitmentConfig {
        match commitment {
            Commitment::Processed => CommitmentConfig::processed(),
            Commitment::Confirmed => CommitmentConfig::confirmed(),
        }
    }
}

/// Who the keeper is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// File with the wallet's key, as solana-keygen writes it; readable by its owner alone.
    pub keypair: PathBuf,
    /// The group to work for.
    #[serde(deserialize_with = "address")]
    pub group: Address,
    /// Number of the wallet's margin account in the group.
    #[serde(default)]
    pub account: u16,
    /// File that remembers what was sent.
    pub journal: PathBuf,
    /// Least that the wallet must hold, lamports; below it the keeper does not start.
    #[serde(default = "default_least_lamports")]
    pub least_lamports: u64,
}

pub(super) fn default_least_lamports() -> u64 {
    10_000_000
}

/// Where prices are published.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Oracles {
    /// Shard of Pyth's sponsored price feed accounts, which are used where no account is named.
    pub shard: u16,
    /// Accounts by number of the feed.
    pub accounts: BTreeMap<String, String>,
}

/// How what is known is kept fresh.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BookSettings {
    /// Seconds between two snapshots of all margin accounts.
    pub resnapshot_secs: u64,
    /// Milliseconds between two looks at the board, banks, markets, oracles and the clock beside the stream.
    pub poll_ms: u64,
    /// Milliseconds without a slot after which the stream counts as stalled and is made anew.
    pub stall_ms: u64,
    /// Milliseconds between two full scans, for what time alone changes.
    pub scan_ms: u64,
}

impl Default for BookSettings {
    fn default() -> Self {
        BookSettings { resnapshot_secs: 300, poll_ms: 2_000, stall_ms: 10_000, scan_ms: 1_000 }
    }
}

/// How transactions are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SendSettings {
    /// Transactions in flight at most.
    pub in_flight: usize,
    /// Percentile of recent prices for a compute unit that is paid.
    pub price_percentile: u8,
    /// Least price for a compute unit, micro-lamports.
    pub least_price: u64,
    /// Most that is paid for a compute unit, micro-lamports.
    pub most_price: u64,
    /// Most of a gain that fees may take, bps.
    pub most_fee_bps: u32,
    /// Most that a fee may be while the price of SOL is unknown, lamports.
    pub unknown_fee_lamports: u64,
    /// Most that a fee may be for what pays nothing: flags, write-offs, deleveraging, upgrades, refreshes; lamports.
    pub unpaid_fee_lamports: u64,
    /// Most that a fee may be for a liquidation or an order that does not pay for it, lamports.
    pub loss_fee_lamports: u64,
    /// Milliseconds between two broadcasts of the same transaction.
    pub rebroadcast_ms: u64,
    /// Milliseconds between two questions what became of what is in flight.
    pub poll_ms: u64,
    /// Number of the token whose price is that of SOL; where missing, the price of SOL is unknown.
    pub sol_token: Option<u8>,
}

impl Default for SendSettings {
    fn default() -> Self {
        let Spending { percentile, least_price, most_price, share, unknown, unpaid, at_a_loss: _ } =
            Spending::default();
        SendSettings {
            in_flight: 16,
            price_percentile: percentile,
            least_price,
            most_price,
            most_fee_bps: share,
            unknown_fee_lamports: unknown,
            unpaid_fee_lamports: unpaid,
            // An account that pays no bonus any more must find somebody too.
            loss_fee_lamports: 50_000,
            rebroadcast_ms: 1_000,
            poll_ms: 400,
            sol_token: None,
        }
    }
}

impl From<&SendSettings> for Settings {
    fn from(settings: &SendSettings) -> Settings {
        let spending = Spending {
            percentile: settings.price_percentile,
            least_price: settings.least_price,
            most_price: settings.most_price,
            share: settings.most_fee_bps,
            unknown: settings.unknown_fee_lamports,
            unpaid: settings.unpaid_fee_lamports,
            at_a_loss: settings.loss_fee_lamports,
        };
        Settings {
            spending,
            at_once: settings.in_flight,
            poll: Duration::from_millis(settings.poll_ms),
            repeat: Duration::from_millis(settings.rebroadcast_ms),
            ..Settings::default()
        }
    }
}

/// What the keeper holds and risks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InventorySettings {
    /// Most that all tokens but the group's quote token may come to, deposits and debts, dollars.
    pub most_exposure_usd: u32,
    /// Equity below which the keeper takes nothing over any more, dollars.
    pub least_equity_usd: u32,
    /// What to keep in the margin account, native units by number of the token; what is beyond is withdrawn.
    pub hold: BTreeMap<String, u64>,
    /// Whether the wallet's tokens repay the margin account's debts.
    pub repay: bool,
    /// Whether the wallet's tokens are deposited as far as `hold` has room.
    pub deposit: bool,
    /// Whether what is beyond `hold` is withdrawn to the wallet.
    pub withdraw: bool,
    /// Seconds between two rounds.
    pub net_secs: u64,
}

impl Default for InventorySettings {
    fn default() -> Self {
        InventorySettings {
            most_exposure_usd: 100_000,
            least_equity_usd: 0,
            hold: BTreeMap::new(),
            repay: true,
            deposit: false,
            withdraw: false,
            net_secs: 10,
        }
    }
}

/// What the keeper tells machines.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MetricsSettings {
    /// Where `/metrics`, `/livez` and `/readyz` are served; nowhere if missing.
    pub listen: Option<SocketAddr>,
}

/// What the keeper tells people.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogSettings {
    /// Form of a line.
    pub format: LogFormat,
    /// What is logged, as in `info` or `breakwater_keeper=debug`.
    pub level: String,
}

impl Default for LogSettings {
    fn default() -> Self {
        LogSettings { format: LogFormat::Text, level: "info".to_owned() }
    }
}

/// Form of a log line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object.
    Json,
}

fn address<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Address, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| serde::de::Error::custom(format!("`{text}` is no address: it has 32 bytes in base58")))
}
