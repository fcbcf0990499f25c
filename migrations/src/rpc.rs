//! A chain behind an RPC node: JSON over HTTP.

use std::thread::sleep;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use breakwater_client::{Address, PROGRAM_ID, decode};
use serde_json::{Value, json};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_message::{Hash, Message};
use solana_signer::Signer;
use solana_transaction::Transaction;

use crate::Failure;
use crate::cluster::{Cluster, Raw};
use crate::fields::hex;

const TIMEOUT: Duration = Duration::from_secs(30);
/// How long a transaction may take with all its repetitions.
const PATIENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(400);
/// Bytes of a program that are written at once to a local chain.
const CHUNK: usize = 1 << 18;

/// A node.
pub struct Rpc {
    url: String,
    client: reqwest::blocking::Client,
}

impl Rpc {
    /// A node at a URL.
    ///
    /// # Errors
    /// It is no URL.
    pub fn new(url: &str) -> Result<Rpc, Failure> {
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(Failure::Input(format!("--url {url}: it is no URL of an RPC node: it begins with https://")));
        }
        let client = reqwest::blocking::Client::builder().timeout(TIMEOUT).build();
        let client = client.map_err(|error| Failure::Run(format!("no connection can be made: {error}")))?;
        Ok(Rpc { url: url.to_owned(), client })
    }

    fn post(&self, method: &str, params: &Value) -> Result<Value, Failure> {
        let failed = |fact: String| Failure::Run(format!("{method} of {}: {fact}", self.url));
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let response = self.client.post(&self.url).json(&body).send().and_then(|response| response.error_for_status());
        response
            .and_then(reqwest::blocking::Response::json)
            .map_err(|error| failed(format!("the node did not answer: {}", error.without_url())))
    }

    fn call(&self, method: &str, params: &Value) -> Result<Value, Failure> {
        let mut answer = self.post(method, params)?;
        match answer["error"]["message"].as_str() {
            Some(message) => Err(Failure::Run(format!("{method} of {}: the node refused: {message}", self.url))),
            None => Ok(answer["result"].take()),
        }
    }

    fn unknown(&self, method: &str) -> Failure {
        Failure::Run(format!("{method} of {}: the answer is of no known form", self.url))
    }

    fn blockhash(&self) -> Result<(Hash, u64), Failure> {
        let result = self.call("getLatestBlockhash", &json!([{ "commitment": "confirmed" }]))?;
        let value = &result["value"];
        let hash = value["blockhash"].as_str().and_then(|text| text.parse().ok());
        let last = value["lastValidBlockHeight"].as_u64();
        hash.zip(last).ok_or_else(|| self.unknown("getLatestBlockhash"))
    }

    /// Whether a transaction is confirmed; `None` while the node does not know it.
    fn status(&self, signature: &str) -> Result<Option<bool>, Failure> {
        let result = self.call("getSignatureStatuses", &json!([[signature], { "searchTransactionHistory": true }]))?;
        let status = &result["value"][0];
        if status.is_null() {
            return Ok(None);
        }
        if !status["err"].is_null() {
            return Err(refusal(&status["err"], &Value::Null));
        }
        Ok(Some(matches!(status["confirmationStatus"].as_str(), Some("confirmed" | "finalized"))))
    }

    fn height(&self) -> Result<u64, Failure> {
        let height = self.call("getBlockHeight", &json!([{ "commitment": "confirmed" }]))?;
        height.as_u64().ok_or_else(|| self.unknown("getBlockHeight"))
    }

    /// Sends once and waits until it is confirmed, or cannot be any more.
    fn attempt(&self, transaction: &Transaction, last: u64, deadline: Instant) -> Result<Option<String>, Failure> {
        let options = json!({ "encoding": "base64", "preflightCommitment": "confirmed" });
        let mut answer = self.post("sendTransaction", &json!([BASE64_STANDARD.encode(wire(transaction)), options]))?;
        if !answer["error"].is_null() {
            let error = answer["error"].take();
            if error["data"]["err"] == "BlockhashNotFound" {
                return Ok(None);
            }
            return Err(refusal(&error["data"]["err"], &error["message"]));
        }
        let signature = answer["result"].as_str().ok_or_else(|| self.unknown("sendTransaction"))?.to_owned();
        loop {
            if self.status(&signature)? == Some(true) {
                return Ok(Some(signature));
            }
            // The height first: what is confirmed at last is still seen by one more look.
            if self.height()? > last && self.status(&signature)?.is_none() {
                return Ok(None);
            }
            if Instant::now() > deadline {
                let fact = "run the same command again, which finds out what was done";
                return Err(Failure::Run(format!("transaction {signature} is not confirmed yet: {fact}")));
            }
            sleep(PAUSE);
        }
    }

    /// A method that only local chains have.
    fn cheatcode(&self, method: &str, params: &Value) -> Result<(), Failure> {
        self.call(method, params).map(|_| ()).map_err(|failure| {
            Failure::Run(format!("{failure}: start surfpool, or deploy and create by yourself (migrations/README.md)"))
        })
    }
}

/// A transaction's bytes: the number of signatures (below 128, so one byte), the signatures, the message.
fn wire(transaction: &Transaction) -> Vec<u8> {
    let mut bytes = vec![transaction.signatures.len() as u8];
    for signature in &transaction.signatures {
        bytes.extend_from_slice(signature.as_ref());
    }
    bytes.extend_from_slice(&transaction.message.serialize());
    bytes
}

/// Why a transaction failed: the program's own error by name, or what the node says.
fn refusal(error: &Value, message: &Value) -> Failure {
    let code = error["InstructionError"][1]["Custom"].as_u64().and_then(|code| u32::try_from(code).ok());
    match code.and_then(decode::error) {
        Some(known) => Failure::Refused(format!("{} ({}): {}", known.name(), known.code(), known.message())),
        None => {
            let said = message.as_str().map_or_else(|| error.to_string(), str::to_owned);
            Failure::Refused(format!(
                "the transaction failed: {}",
                said.split_whitespace().collect::<Vec<_>>().join(" ")
            ))
        }
    }
}

fn raw(value: &Value) -> Option<Raw> {
    let data = BASE64_STANDARD.decode(value["data"][0].as_str()?).ok()?;
    Some(Raw { lamports: value["lamports"].as_u64()?, owner: value["owner"].as_str()?.parse().ok()?, data })
}

impl Cluster for Rpc {
    fn name(&self) -> String {
        self.url.clone()
    }

    fn accounts(&mut self, addresses: &[Address]) -> Result<Vec<Option<Raw>>, Failure> {
        if addresses.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<String> = addresses.iter().map(Address::to_string).collect();
        let options = json!({ "encoding": "base64", "commitment": "confirmed" });
        let result = self.call("getMultipleAccounts", &json!([keys, options]))?;
        let values = result["value"].as_array().cloned().unwrap_or_default();
        if values.len() != addresses.len() {
            return Err(self.unknown("getMultipleAccounts"));
        }
        let read = |value: &Value| if value.is_null() { Some(None) } else { raw(value).map(Some) };
        values.iter().map(|value| read(value).ok_or_else(|| self.unknown("getMultipleAccounts"))).collect()
    }

    fn rent(&mut self, size: usize) -> Result<u64, Failure> {
        let rent = self.call("getMinimumBalanceForRentExemption", &json!([size]))?;
        rent.as_u64().ok_or_else(|| self.unknown("getMinimumBalanceForRentExemption"))
    }

    fn send(&mut self, instructions: &[Instruction], payer: &Keypair, signers: &[&Keypair]) -> Result<String, Failure> {
        let message = Message::new(instructions, Some(&payer.pubkey()));
        let mut all = vec![payer];
        all.extend(signers.iter().filter(|key| key.pubkey() != payer.pubkey()));
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let (hash, last) = self.blockhash()?;
            let transaction = Transaction::new(&all, message.clone(), hash);
            if let Some(signature) = self.attempt(&transaction, last, deadline)? {
                return Ok(signature);
            }
        }
        Err(Failure::Run(format!("{} took no transaction for {} s: try again", self.url, PATIENCE.as_secs())))
    }

    fn genesis(&mut self) -> Result<Option<String>, Failure> {
        Ok(self.call("getGenesisHash", &json!([]))?.as_str().map(str::to_owned))
    }

    fn cheat(&mut self, address: &Address, account: &Raw) -> Result<(), Failure> {
        let fields = json!({
            "lamports": account.lamports,
            "data": hex(&account.data),
            "owner": account.owner.to_string(),
            "executable": false,
        });
        self.cheatcode("surfnet_setAccount", &json!([address.to_string(), fields]))
    }

    fn deploy(&mut self, bytecode: &[u8]) -> Result<(), Failure> {
        for (number, chunk) in bytecode.chunks(CHUNK).enumerate() {
            let params = json!([PROGRAM_ID.to_string(), hex(chunk), number * CHUNK]);
            self.cheatcode("surfnet_writeProgram", &params)?;
        }
        Ok(())
    }
}
