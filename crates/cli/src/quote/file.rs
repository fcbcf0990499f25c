//! Accounts from files, as `solana account --output json` writes them.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::PathBuf;

use base64::Engine;
use breakwater_client::Address;
use breakwater_sim::run::Account;
use serde_json::{Deserializer, Value, json};

use super::accounts::{Raw, Source, decoded, is_board_of};
use crate::Failure;

/// Accounts by address.
pub struct Snapshot {
    name: String,
    accounts: BTreeMap<Address, Raw>,
}

impl Snapshot {
    /// Reads files; each holds an account, an array of accounts, or several one after the other.
    pub fn read(files: &[PathBuf]) -> Result<Snapshot, Failure> {
        let mut accounts = BTreeMap::new();
        for file in files {
            let refuse = |fact: String| Failure::Input(format!("--snapshot {}: {fact}", file.display()));
            let text = fs::read_to_string(file).map_err(|error| refuse(error.to_string()))?;
            for value in Deserializer::from_str(&text).into_iter::<Value>() {
                let value = value.map_err(|error| refuse(format!("it is no JSON: {error}")))?;
                let items = value.as_array().map_or(std::slice::from_ref(&value), Vec::as_slice);
                for item in items {
                    let (address, raw) = keyed(item).ok_or_else(|| {
                        refuse("it holds no account as `solana account ADDRESS --output json` writes it".to_owned())
                    })?;
                    accounts.insert(address, raw);
                }
            }
        }
        let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        Ok(Snapshot { name: names.join(", "), accounts })
    }

    /// All accounts.
    pub fn iter(&self) -> impl Iterator<Item = (&Address, &Raw)> {
        self.accounts.iter()
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Accounts as `solana account --output json` writes them, in an array.
pub fn written(accounts: &[(Address, Account)]) -> String {
    let item = |(key, account): &(Address, Account)| {
        let data = base64::prelude::BASE64_STANDARD.encode(&account.data);
        let (lamports, owner, executable) = (account.lamports, account.owner.to_string(), account.executable);
        json!({ "pubkey": key.to_string(), "account": {
            "lamports": lamports, "data": [data, "base64"], "owner": owner, "executable": executable,
            "rentEpoch": account.rent_epoch, "space": account.data.len(),
        } })
    };
    let items: Vec<String> = accounts.iter().map(|account| item(account).to_string()).collect();
    format!("[\n{}\n]\n", items.join(",\n"))
}

/// An account with its address.
pub fn keyed(item: &Value) -> Option<(Address, Raw)> {
    Some((item["pubkey"].as_str()?.parse().ok()?, account(&item["account"])?))
}

/// An account as RPC nodes and the Solana command line tell it, its data in base64.
pub fn account(value: &Value) -> Option<Raw> {
    let data = value["data"].as_array()?.iter().filter_map(Value::as_str).collect::<Vec<_>>();
    let text = match data[..] {
        [text, "base64"] | ["base64", text] => text,
        _ => return None,
    };
    let data = base64::prelude::BASE64_STANDARD.decode(text).ok()?;
    Some(Raw { owner: value["owner"].as_str()?.parse().ok()?, data })
}

impl Source for Snapshot {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn accounts(&mut self, addresses: &[Address]) -> Result<Vec<Option<Raw>>, Failure> {
        Ok(addresses.iter().map(|address| self.accounts.get(address).cloned()).collect())
    }

    fn board(&mut self, group: &Address) -> Result<Option<Raw>, Failure> {
        Ok(self.accounts.values().find(|raw| is_board_of(raw, group)).cloned())
    }

    fn banks(&mut self, group: &Address) -> Result<Vec<(Address, Raw)>, Failure> {
        use breakwater_client::interface::Bank;
        let of_group = |raw: &Raw| decoded::<Bank>(raw).is_some_and(|bank| Address::from(bank.group) == *group);
        Ok(self.accounts.iter().filter(|(_, raw)| of_group(raw)).map(|(key, raw)| (*key, raw.clone())).collect())
    }
}
