//! Accounts from an RPC node: three methods of its JSON interface, nothing signed and nothing sent.

use std::time::Duration;

use breakwater_client::decode::{GROUP_OFFSET, account_size, discriminator};
use breakwater_client::interface::{Bank, Group};
use breakwater_client::{Address, PROGRAM_ID};
use serde_json::{Value, json};

use super::accounts::{Raw, Source, decoded};
use super::file::account;
use crate::Failure;

const TIMEOUT: Duration = Duration::from_secs(20);

/// A node.
pub struct Rpc {
    url: String,
    client: reqwest::blocking::Client,
}

impl Rpc {
    pub fn new(url: &str) -> Result<Rpc, Failure> {
        Rpc::patient(url, TIMEOUT)
    }

    /// One that is given a time of its own to answer.
    pub fn patient(url: &str, timeout: Duration) -> Result<Rpc, Failure> {
        let known = url.starts_with("http://") || url.starts_with("https://");
        if !known {
            return Err(Failure::Input(format!("--url {url}: it is no URL of an RPC node: it begins with https://")));
        }
        let client = reqwest::blocking::Client::builder().timeout(timeout).build();
        let client = client.map_err(|error| Failure::Run(format!("no connection can be made: {error}")))?;
        Ok(Rpc { url: url.to_owned(), client })
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// The result of a method.
    pub fn call(&self, method: &str, params: Value) -> Result<Value, Failure> {
        let failed = |fact: String| Failure::Run(format!("{method} of {}: {fact}", self.url));
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let response = self.client.post(&self.url).json(&body).send().and_then(|response| response.error_for_status());
        let mut answer: Value = response
            .and_then(|response| response.json())
            .map_err(|error| failed(format!("the node did not answer: {}", error.without_url())))?;
        match answer["error"]["message"].as_str() {
            Some(message) => Err(failed(format!("the node refused: {message}"))),
            None => Ok(answer["result"].take()),
        }
    }
}

impl Source for Rpc {
    fn name(&self) -> String {
        self.url.clone()
    }

    fn accounts(&mut self, addresses: &[Address]) -> Result<Vec<Option<Raw>>, Failure> {
        let keys: Vec<String> = addresses.iter().map(Address::to_string).collect();
        let result = self.call("getMultipleAccounts", json!([keys, { "encoding": "base64" }]))?;
        let values = result["value"].as_array().cloned().unwrap_or_default();
        if values.len() != addresses.len() {
            return Err(Failure::Run(format!("{} answered with another number of accounts than asked for", self.url)));
        }
        Ok(values.iter().map(account).collect())
    }

    fn board(&mut self, group: &Address) -> Result<Option<Raw>, Failure> {
        let found = self.accounts(&[*group])?.pop().flatten();
        match found.and_then(|raw| decoded::<Group>(&raw)) {
            Some(group) => Ok(self.accounts(&[Address::from(group.board)])?.pop().flatten()),
            None => Ok(None),
        }
    }

    fn banks(&mut self, group: &Address) -> Result<Vec<(Address, Raw)>, Failure> {
        use base64::Engine;
        let name = base64::prelude::BASE64_STANDARD.encode(discriminator("account", "Bank"));
        let filters = json!([
            { "dataSize": account_size::<Bank>() },
            { "memcmp": { "offset": 0, "bytes": name, "encoding": "base64" } },
            { "memcmp": { "offset": GROUP_OFFSET, "bytes": group.to_string() } },
        ]);
        let options = json!({ "encoding": "base64", "filters": filters });
        let result = self.call("getProgramAccounts", json!([PROGRAM_ID.to_string(), options]))?;
        let keyed = |item: &Value| Some((item["pubkey"].as_str()?.parse().ok()?, account(&item["account"])?));
        Ok(result.as_array().map(|items| items.iter().filter_map(keyed).collect()).unwrap_or_default())
    }
}
