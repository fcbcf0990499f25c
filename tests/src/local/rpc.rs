//! A node, asked and told over JSON-RPC.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use breakwater_client::decode::{self, ProgramAccount};
use breakwater_client::{Address, CLOCK, PROGRAM_ID, SYSTEM_PROGRAM, TOKEN_PROGRAM};
use breakwater_sim::oracle::RECEIVER;
use serde_json::{Value, json};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_message::{Hash, Message};
use solana_signer::Signer;
use solana_transaction::Transaction;

const TIMEOUT: Duration = Duration::from_secs(60);
/// How long a transaction may take to be seen.
const PATIENCE: Duration = Duration::from_secs(20);
/// Most signatures of one question for statuses.
const STATUSES: usize = 200;
/// Threads that send at the same time.
pub const SENDERS: usize = 4;

/// What went wrong, in a sentence.
#[derive(Clone, Debug)]
pub struct Trouble(pub String);

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Trouble {
        Trouble(error.to_string())
    }
}

/// What may go wrong.
pub type Outcome<T> = Result<T, Trouble>;

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    /// Its lamports.
    pub lamports: u64,
    /// The program that it belongs to.
    pub owner: Address,
    /// Its bytes.
    pub data: Vec<u8>,
}

/// A transaction to be: what it is for, what it does, who signs; the first signer pays.
pub struct Draft<'a> {
    /// What it is for.
    pub name: String,
    /// What it does.
    pub instructions: Vec<Instruction>,
    /// Who signs.
    pub signers: Vec<&'a Keypair>,
}

/// A node.
#[derive(Clone)]
pub struct Rpc {
    /// Where it answers.
    pub url: String,
    client: reqwest::blocking::Client,
}

impl Rpc {
    /// A client of the node at a URL.
    pub fn new(url: &str) -> Outcome<Rpc> {
        let client = reqwest::blocking::Client::builder().timeout(TIMEOUT).build();
        let client = client.map_err(|error| Trouble(format!("no connection can be made: {error}")))?;
        Ok(Rpc { url: url.to_owned(), client })
    }

    /// The result of a method.
    pub fn call(&self, method: &str, params: Value) -> Outcome<Value> {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let answer = self.client.post(&self.url).json(&body).send().and_then(|response| response.json::<Value>());
        let mut answer = answer.map_err(|error| Trouble(format!("{method}: the node did not answer: {error}")))?;
        if answer["error"].is_null() {
            return Ok(answer["result"].take());
        }
        Err(Trouble(format!("{method}: the node refused: {}", answer["error"])))
    }

    /// The slot that it is at.
    pub fn slot(&self) -> Outcome<u64> {
        number(&self.call("getSlot", json!([{ "commitment": "processed" }]))?)
    }

    /// Slot and unix time of the clock.
    pub fn clock(&self) -> Outcome<(u64, i64)> {
        let clock = self.account(&CLOCK)?.ok_or_else(|| Trouble("the node has no clock".to_owned()))?;
        decode::clock(&clock.data).ok_or_else(|| Trouble("the node's clock is of another form".to_owned()))
    }

    /// Accounts, in the order of their addresses; `None` for what does not exist.
    pub fn accounts(&self, addresses: &[Address]) -> Outcome<Vec<Option<Raw>>> {
        let mut all = Vec::with_capacity(addresses.len());
        for chunk in addresses.chunks(100) {
            let keys: Vec<String> = chunk.iter().map(Address::to_string).collect();
            let options = json!({ "encoding": "base64", "commitment": "processed" });
            let result = self.call("getMultipleAccounts", json!([keys, options]))?;
            all.extend(result["value"].as_array().into_iter().flatten().map(raw));
        }
        Ok(all)
    }

    /// One account.
    pub fn account(&self, address: &Address) -> Outcome<Option<Raw>> {
        Ok(self.accounts(&[*address])?.pop().flatten())
    }

    /// One of the program's accounts.
    pub fn state<T: ProgramAccount>(&self, address: &Address) -> Outcome<T> {
        let raw = self.account(address)?;
        raw.and_then(|raw| decode::account(&raw.data))
            .ok_or_else(|| Trouble(format!("{address} is no {} on the node", T::NAME)))
    }

    /// All accounts of the program of a type.
    pub fn states<T: ProgramAccount>(&self) -> Outcome<Vec<(Address, T)>> {
        let accounts = self.program_accounts(T::NAME)?;
        Ok(accounts.into_iter().filter_map(|(key, raw)| Some((key, decode::account(&raw.data)?))).collect())
    }

    /// The same as bytes.
    pub fn program_accounts(&self, name: &str) -> Outcome<Vec<(Address, Raw)>> {
        let start = BASE64_STANDARD.encode(decode::discriminator("account", name));
        let filter = json!([{ "memcmp": { "offset": 0, "bytes": start, "encoding": "base64" } }]);
        let options = json!({ "encoding": "base64", "commitment": "processed", "filters": filter });
        let result = self.call("getProgramAccounts", json!([PROGRAM_ID.to_string(), options]))?;
        let keyed = |item: &Value| Some((item["pubkey"].as_str()?.parse().ok()?, raw(&item["account"])?));
        Ok(result.as_array().into_iter().flatten().filter_map(keyed).collect())
    }

    /// Writes an account out of nothing.
    pub fn set(&self, address: &Address, account: &Raw) -> Outcome<()> {
        let fields = json!({
            "lamports": account.lamports,
            "data": hex(&account.data),
            "owner": account.owner.to_string(),
            "executable": false,
        });
        self.call("surfnet_setAccount", json!([address.to_string(), fields])).map(|_| ())
    }

    /// Writes many.
    pub fn set_all(&self, accounts: &[(Address, Raw)], step: impl Fn() + Sync) -> Outcome<()> {
        let share = accounts.len().div_ceil(SENDERS).max(1);
        let part = |part: &[(Address, Raw)]| -> Outcome<()> {
            part.iter().try_for_each(|(key, account)| self.set(key, account).inspect(|()| step()))
        };
        let parts: Outcome<Vec<()>> = std::thread::scope(|scope| {
            let threads: Vec<_> = accounts.chunks(share).map(|chunk| scope.spawn(|| part(chunk))).collect();
            threads.into_iter().map(join).collect()
        });
        parts.map(|_| ())
    }

    /// All accounts but programs and what belongs to the node itself.
    pub fn snapshot(&self) -> Outcome<Vec<(Address, Raw)>> {
        let result = self.call("surfnet_exportSnapshot", json!([]))?;
        let keyed = |(key, value): (&String, &Value)| {
            let data = BASE64_STANDARD.decode(value["data"].as_str()?).ok()?;
            let owner: Address = value["owner"].as_str()?.parse().ok()?;
            let is_ours = [PROGRAM_ID, TOKEN_PROGRAM, SYSTEM_PROGRAM, RECEIVER].contains(&owner);
            let lamports = value["lamports"].as_u64()?;
            (is_ours && value["executable"] == false).then_some((key.parse().ok()?, Raw { lamports, owner, data }))
        };
        Ok(result["value"].as_object().into_iter().flatten().filter_map(keyed).collect())
    }

    /// Lamports that an account of a size must hold.
    pub fn rent(&self, size: usize) -> Outcome<u64> {
        number(&self.call("getMinimumBalanceForRentExemption", json!([size]))?)
    }

    /// The newest blockhash.
    pub fn blockhash(&self) -> Outcome<Hash> {
        let result = self.call("getLatestBlockhash", json!([{ "commitment": "processed" }]))?;
        let hash = result["value"]["blockhash"].as_str().and_then(|text| text.parse().ok());
        hash.ok_or_else(|| Trouble("getLatestBlockhash: the answer is of no known form".to_owned()))
    }

    /// Sends one transaction and waits until it is seen.
    pub fn land(&self, name: &str, instructions: &[Instruction], signers: &[&Keypair]) -> Outcome<()> {
        let draft = Draft { name: name.to_owned(), instructions: instructions.to_vec(), signers: signers.to_vec() };
        self.land_all(&[draft], || ())
    }

    /// Sends transactions and waits until all are seen. All must succeed.
    pub fn land_all(&self, drafts: &[Draft], step: impl Fn() + Sync) -> Outcome<()> {
        let share = drafts.len().div_ceil(SENDERS).max(1);
        let part = |part: &[Draft]| -> Outcome<Vec<(String, String)>> {
            let hash = self.blockhash()?;
            let one = |draft: &Draft| Ok((draft.name.clone(), self.send(draft, hash).inspect(|_| step())?));
            part.iter().map(one).collect()
        };
        let sent: Outcome<Vec<Vec<(String, String)>>> = std::thread::scope(|scope| {
            let threads: Vec<_> = drafts.chunks(share).map(|chunk| scope.spawn(|| part(chunk))).collect();
            threads.into_iter().map(join).collect()
        });
        self.settle(sent?.into_iter().flatten().collect())
    }

    fn send(&self, draft: &Draft, hash: Hash) -> Outcome<String> {
        let payer = draft.signers.first().map(|key| key.pubkey());
        let transaction = Transaction::new(&draft.signers, Message::new(&draft.instructions, payer.as_ref()), hash);
        let options = json!({ "encoding": "base64", "skipPreflight": true });
        let sent = self.call("sendTransaction", json!([BASE64_STANDARD.encode(wire(&transaction)), options]));
        let sent = sent.map_err(|Trouble(fact)| Trouble(format!("{}: {fact}", draft.name)))?;
        Ok(sent.as_str().unwrap_or_default().to_owned())
    }

    fn settle(&self, mut open: Vec<(String, String)>) -> Outcome<()> {
        let began = Instant::now();
        loop {
            let mut left = Vec::new();
            for chunk in open.chunks(STATUSES) {
                let signatures: Vec<&str> = chunk.iter().map(|(_, signature)| signature.as_str()).collect();
                let statuses = self.call("getSignatureStatuses", json!([signatures]))?;
                for ((name, signature), index) in chunk.iter().zip(0..) {
                    let status = &statuses["value"][index];
                    if status.is_null() {
                        left.push((name.clone(), signature.clone()));
                    } else if !status["err"].is_null() {
                        return Err(Trouble(format!("{name}: {}", why(&status["err"]))));
                    }
                }
            }
            match left.first() {
                None => return Ok(()),
                Some((name, _)) if began.elapsed() > PATIENCE => {
                    return Err(Trouble(format!("{name}: the node did not take the transaction")));
                }
                Some(_) => std::thread::sleep(Duration::from_millis(50)),
            }
            open = left;
        }
    }
}

/// What a thread came to.
fn join<T>(thread: std::thread::ScopedJoinHandle<Outcome<T>>) -> Outcome<T> {
    thread.join().unwrap_or_else(|_| Err(Trouble("a thread panicked".to_owned())))
}

/// Why a transaction failed: the program's own error by name, or what the node says.
pub fn why(error: &Value) -> String {
    let code = error["InstructionError"][1]["Custom"].as_u64().and_then(|code| u32::try_from(code).ok());
    match code.and_then(decode::error) {
        Some(known) => format!("{} ({}) in instruction {}", known.name(), known.code(), error["InstructionError"][0]),
        None => error.to_string(),
    }
}

fn number(value: &Value) -> Outcome<u64> {
    value.as_u64().ok_or_else(|| Trouble(format!("the node answered {value} and not a number")))
}

fn raw(value: &Value) -> Option<Raw> {
    let data = BASE64_STANDARD.decode(value["data"][0].as_str()?).ok()?;
    Some(Raw { lamports: value["lamports"].as_u64()?, owner: value["owner"].as_str()?.parse().ok()?, data })
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A transaction's bytes: the number of signatures (below 128, so one byte), the signatures, the message.
pub fn wire(transaction: &Transaction) -> Vec<u8> {
    let mut bytes = vec![transaction.signatures.len() as u8];
    for signature in &transaction.signatures {
        bytes.extend_from_slice(signature.as_ref());
    }
    bytes.extend_from_slice(&transaction.message.serialize());
    bytes
}
