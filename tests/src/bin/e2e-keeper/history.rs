//! What became of a wallet's transactions, as the node tells it.

use std::collections::HashMap;

use breakwater_client::Address;
use breakwater_client::decode::{self, Event};
use serde_json::{Value, json};

use crate::rpc::{Outcome, Rpc};

/// Most signatures of an answer.
const PAGE: usize = 1_000;

/// Transactions by signature: status and transaction as the node answers for them.
pub type Ledger = HashMap<String, (Value, Value)>;

/// A landed transaction.
#[derive(Clone, Debug)]
pub struct Landed {
    pub failed: bool,
    pub fee: u64,
    pub events: Vec<Event>,
    /// Lamports of the payer before and after.
    pub lamports: (u64, u64),
}

/// All transactions of a wallet that a node knows and the ledger does not.
pub fn read(rpc: &Rpc, wallet: &Address, ledger: &mut Ledger) -> Outcome<()> {
    let mut before: Option<String> = None;
    loop {
        let mut options = json!({ "limit": PAGE, "commitment": "confirmed" });
        if let Some(before) = &before {
            options["before"] = before.as_str().into();
        }
        let page = rpc.call("getSignaturesForAddress", json!([wallet.to_string(), options]))?;
        let entries: Vec<Value> = page.as_array().cloned().unwrap_or_default();
        for entry in &entries {
            let signature = entry["signature"].as_str().unwrap_or_default();
            if !ledger.contains_key(signature) {
                let options =
                    json!({ "encoding": "json", "maxSupportedTransactionVersion": 0, "commitment": "confirmed" });
                let transaction = rpc.call("getTransaction", json!([signature, options]))?;
                let status = json!({
                    "slot": entry["slot"],
                    "confirmations": null,
                    "err": entry["err"],
                    "status": if entry["err"].is_null() { json!({ "Ok": null }) } else { json!({ "Err": entry["err"] }) },
                    "confirmationStatus": "finalized",
                });
                ledger.insert(signature.to_owned(), (status, transaction));
            }
        }
        match entries.last().and_then(|entry| entry["signature"].as_str()) {
            Some(last) if entries.len() == PAGE => before = Some(last.to_owned()),
            _ => return Ok(()),
        }
    }
}

/// A ledger's transactions that a wallet paid.
pub fn landed(ledger: &Ledger, wallet: &Address) -> Vec<Landed> {
    let wallet = wallet.to_string();
    let paid = |transaction: &Value| transaction["transaction"]["message"]["accountKeys"][0] == wallet.as_str();
    let one = |transaction: &Value| {
        let meta = &transaction["meta"];
        let logs: Vec<String> = serde_json::from_value(meta["logMessages"].clone()).unwrap_or_default();
        Landed {
            failed: !meta["err"].is_null(),
            fee: meta["fee"].as_u64().unwrap_or(0),
            events: if meta["err"].is_null() { decode::events(&logs) } else { Vec::new() },
            lamports: (meta["preBalances"][0].as_u64().unwrap_or(0), meta["postBalances"][0].as_u64().unwrap_or(0)),
        }
    };
    ledger.values().map(|(_, transaction)| transaction).filter(|transaction| paid(transaction)).map(one).collect()
}
