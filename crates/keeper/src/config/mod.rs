//! The keeper's configuration: a TOML file, then the environment. Everything is checked before anything is sent, and a
//! mistake is one sentence that names the key.

mod environment;
mod settings;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use breakwater_client::Address;
use breakwater_client::margin::Value;
use serde::Deserialize;

use crate::inventory::Rules;
pub use settings::{
    BookSettings, Chain, Cluster, Commitment, Identity, InventorySettings, LogFormat, LogSettings, MetricsSettings,
    Oracles, SendSettings,
};

/// A configuration with a comment for every key; `breakwater keeper init` writes it.
pub const EXAMPLE: &str = include_str!("example.toml");

/// What is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

/// Everything that a keeper is told.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the chain is.
    pub cluster: Cluster,
    /// Who the keeper is.
    pub keeper: Identity,
    /// Where prices are published.
    #[serde(default)]
    pub oracles: Oracles,
    /// How what is known is kept fresh.
    #[serde(default)]
    pub book: BookSettings,
    /// How transactions are sent.
    #[serde(default)]
    pub send: SendSettings,
    /// What the keeper holds and risks.
    #[serde(default)]
    pub inventory: InventorySettings,
    /// What it tells machines.
    #[serde(default)]
    pub metrics: MetricsSettings,
    /// What it tells people.
    #[serde(default)]
    pub log: LogSettings,
}

impl Config {
    /// Reads a file and lets the environment override it.
    ///
    /// # Errors
    /// The file cannot be read, is malformed, or says something that cannot be; the sentence tells what and where.
    pub fn load(path: &Path, environment: impl Iterator<Item = (String, String)>) -> Result<Config, ConfigError> {
        let name = path.display();
        let text = std::fs::read_to_string(path).map_err(|error| {
            ConfigError(format!("--config {name}: {error}: `breakwater keeper init` writes one to start from"))
        })?;
        let config = Config::parse(&text, environment);
        config.map_err(|ConfigError(fact)| ConfigError(format!("--config {name}: {fact}")))
    }

    /// As [`Config::load`], from text.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(text: &str, variables: impl Iterator<Item = (String, String)>) -> Result<Config, ConfigError> {
        let malformed = |error: toml::de::Error| {
            let line = error.span().map(|span| text[..span.start.min(text.len())].lines().count().max(1));
            let place = line.map(|line| format!("line {line}: ")).unwrap_or_default();
            ConfigError(format!("{place}{}", error.message().split_whitespace().collect::<Vec<_>>().join(" ")))
        };
        // As it was written first: its mistakes have lines.
        let mut table: toml::Table = toml::from_str(text).map_err(malformed)?;
        let overridden = environment::apply(&mut table, variables)?;
        let config: Config = if overridden {
            Config::deserialize(table)
                .map_err(|error| ConfigError(format!("with the environment: {}", error.message())))?
        } else {
            toml::from_str(text).map_err(malformed)?
        };
        config.verify()?;
        Ok(config)
    }

    fn verify(&self) -> Result<(), ConfigError> {
        let wrong = |fact: &str| Err(ConfigError(fact.to_owned()));
        let is_http = |url: &str| url.starts_with("http://") || url.starts_with("https://");
        let is_ws = |url: &str| url.starts_with("ws://") || url.starts_with("wss://");
        if !is_http(&self.cluster.url) {
            return wrong("cluster.url is no URL of an RPC node: it begins with https:// or http://");
        }
        if self.cluster.ws_url.as_deref().is_some_and(|url| !is_ws(url)) {
            return wrong("cluster.ws_url is no URL of a websocket: it begins with wss:// or ws://");
        }
        if self.cluster.grpc_url.as_deref().is_some_and(|url| !is_http(url)) {
            return wrong("cluster.grpc_url is no URL of a gRPC endpoint: it begins with https:// or http://");
        }
        if !(1..=256).contains(&self.send.in_flight) {
            return wrong("send.in_flight must be 1 to 256");
        }
        if self.send.price_percentile > 100 {
            return wrong("send.price_percentile must be 0 to 100");
        }
        if self.send.most_fee_bps > 10_000 {
            return wrong("send.most_fee_bps must be 0 to 10000: it is a part of the gain");
        }
        if ![self.send.rebroadcast_ms, self.send.poll_ms].iter().all(|ms| (50..=60_000).contains(ms)) {
            return wrong("send.rebroadcast_ms and send.poll_ms must be 50 to 60000");
        }
        let BookSettings { resnapshot_secs, poll_ms, stall_ms, scan_ms } = self.book;
        if resnapshot_secs == 0 || ![poll_ms, stall_ms, scan_ms].iter().all(|ms| (50..=600_000).contains(ms)) {
            return wrong("book: resnapshot_secs must be at least 1, poll_ms, stall_ms and scan_ms 50 to 600000");
        }
        if self.inventory.net_secs == 0 {
            return wrong("inventory.net_secs must be at least 1");
        }
        self.feeds().and(self.held()).map(|_| ())
    }

    /// The websocket: as configured, or the RPC endpoint's by the habit of nodes (the next port, where one is named).
    pub fn websocket(&self) -> String {
        if let Some(url) = &self.cluster.ws_url {
            return url.clone();
        }
        let url = self.cluster.url.replacen("http", "ws", 1);
        let port =
            url.rsplit_once(':').and_then(|(host, port)| Some((host, port.trim_end_matches('/').parse::<u16>().ok()?)));
        match port {
            Some((host, port)) => format!("{host}:{}", port.saturating_add(1)),
            None => url,
        }
    }

    /// Oracle accounts that are named, by number of the feed.
    ///
    /// # Errors
    /// No number, or no address.
    pub fn feeds(&self) -> Result<BTreeMap<u8, Address>, ConfigError> {
        let entry = |(number, account): (&String, &String)| {
            let wrong = |fact| ConfigError(format!("oracles.accounts: {fact}"));
            let number = number.parse().map_err(|_| wrong(format!("`{number}` is no number of a feed")))?;
            let account = account.parse().map_err(|_| wrong(format!("`{account}` is no address")))?;
            Ok((number, account))
        };
        self.oracles.accounts.iter().map(entry).collect()
    }

    /// What the keeper holds and risks.
    pub fn rules(&self) -> Rules {
        let InventorySettings { most_exposure_usd, least_equity_usd, repay, deposit, withdraw, .. } = self.inventory;
        Rules {
            // Looked at when the file was read.
            hold: self.held().unwrap_or_default(),
            most_exposure: Value::usd(most_exposure_usd),
            least_equity: Value::usd(least_equity_usd),
            repay,
            deposit,
            withdraw,
        }
    }

    /// What to keep of each token, native units.
    ///
    /// # Errors
    /// No number.
    pub fn held(&self) -> Result<BTreeMap<u8, u64>, ConfigError> {
        let entry = |(number, amount): (&String, &u64)| {
            let wrong = || ConfigError(format!("inventory.hold: `{number}` is no number of a token"));
            Ok((number.parse().map_err(|_| wrong())?, *amount))
        };
        self.inventory.hold.iter().map(entry).collect()
    }

    /// Time between two snapshots of all margin accounts.
    pub fn resnapshot(&self) -> Duration {
        Duration::from_secs(self.book.resnapshot_secs)
    }
}

#[cfg(test)]
mod tests;
