//! What became of a wallet's transactions, as the node tells it.

use std::collections::HashMap;

use breakwater_client::Address;
use breakwater_client::decode::{self, Event};
use breakwater_tests::local::rpc::{Outcome, Rpc};
use serde_json::{Value, json};

const COMPUTE_BUDGET: &str = "ComputeBudget111111111111111111111111111111";
/// Most signatures of an answer.
const PAGE: usize = 1_000;

/// Transactions by signature: status and transaction as the node answers for them.
pub type Ledger = HashMap<String, (Value, Value)>;

/// A landed transaction.
#[derive(Clone, Debug)]
pub struct Landed {
    pub signature: String,
    pub failed: bool,
    /// What the node says of that.
    pub error: Value,
    /// What the node says that it cost. surfpool 1.5.0 leaves out what is paid for compute units.
    pub fee: u64,
    /// What it must have cost, by its own signatures, compute units and price.
    pub due: u64,
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

/// Lamports of a transaction by its own words.
///
/// Formula:  5,000 for each signature + ceil(units × price / 10^6)
fn due(transaction: &Value) -> u64 {
    let message = &transaction["message"];
    let (mut units, mut price) = (0, 0);
    for instruction in message["instructions"].as_array().into_iter().flatten() {
        let program = instruction["programIdIndex"].as_u64().and_then(|index| usize::try_from(index).ok()).unwrap_or(0);
        if message["accountKeys"][program] == COMPUTE_BUDGET {
            let data = base58(instruction["data"].as_str().unwrap_or_default());
            match data.first() {
                Some(2) => units = little_endian(&data[1..]),
                Some(3) => price = little_endian(&data[1..]),
                _ => {}
            }
        }
    }
    let signatures = transaction["signatures"].as_array().map_or(0, Vec::len) as u64;
    signatures * 5_000 + u64::try_from((units * price).div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

fn little_endian(bytes: &[u8]) -> u128 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u128::from(*byte))
}

/// The bytes of a short text in base58 that does not begin with zeros.
fn base58(text: &str) -> Vec<u8> {
    const LETTERS: &str = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let digits = text.chars().filter_map(|letter| LETTERS.find(letter));
    let number = digits.fold(0u128, |number, digit| number.wrapping_mul(58).wrapping_add(digit as u128));
    let bytes = number.to_be_bytes();
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    bytes[start..].to_vec()
}

/// A ledger's transactions that a wallet paid.
pub fn landed(ledger: &Ledger, wallet: &Address) -> Vec<Landed> {
    let wallet = wallet.to_string();
    let paid = |transaction: &Value| transaction["transaction"]["message"]["accountKeys"][0] == wallet.as_str();
    // surfpool 1.5.0 also files what it refused for its blockhash, which no block holds and nobody paid for.
    let landed = |transaction: &Value| transaction["meta"]["err"] != "BlockhashNotFound";
    let one = |(signature, transaction): (&String, &Value)| {
        let meta = &transaction["meta"];
        let logs: Vec<String> = serde_json::from_value(meta["logMessages"].clone()).unwrap_or_default();
        Landed {
            signature: signature.clone(),
            failed: !meta["err"].is_null(),
            error: meta["err"].clone(),
            fee: meta["fee"].as_u64().unwrap_or(0),
            due: due(&transaction["transaction"]),
            events: if meta["err"].is_null() { decode::events(&logs) } else { Vec::new() },
            lamports: (meta["preBalances"][0].as_u64().unwrap_or(0), meta["postBalances"][0].as_u64().unwrap_or(0)),
        }
    };
    let all = ledger.iter().map(|(signature, (_, transaction))| (signature, transaction));
    all.filter(|(_, transaction)| paid(transaction) && landed(transaction)).map(one).collect()
}
