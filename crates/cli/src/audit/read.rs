//! All accounts of a group, of one moment: from files, or from a node that answers for one slot.

use std::thread;
use std::time::Duration;

use breakwater_client::audit::{AuditError, Holdings};
use breakwater_client::interface::Group;
use breakwater_client::{Address, CLOCK, PROGRAM_ID};
use serde_json::{Value, json};

use super::Options;
use crate::Failure;
use crate::quote::accounts::{Raw, decoded, moment};
use crate::quote::file::{Snapshot, account, keyed};
use crate::quote::rpc::Rpc;

/// How often all accounts are read until all answers are of one slot, and what is waited in between.
const ATTEMPTS: usize = 20;
const PAUSE: Duration = Duration::from_millis(150);
/// A node takes its time over all accounts of a program.
const TIMEOUT: Duration = Duration::from_secs(120);
/// Most accounts of one request.
const BATCH: usize = 100;
/// Where an account of the program names its group, or the market or fund that it is a share of.
const PARENT: usize = 8;
/// What a node says that has not got there yet.
const BEHIND: &str = "inimum context slot";

/// A group's accounts.
pub struct Read {
    pub holdings: Holdings,
    pub group: Address,
    /// Where they came from.
    pub source: String,
    /// Of which slot they are, if that is known.
    pub slot: Option<u64>,
}

/// Reads what the options name.
pub fn read(options: &Options) -> Result<Read, Failure> {
    match (&options.url, options.group, options.snapshot.as_slice()) {
        (Some(url), Some(group), []) => from_node(url, group),
        (None, group, files) if !files.is_empty() => from_files(&Snapshot::read(files)?, group),
        _ => Err(Failure::Input("no accounts to read: pass --url RPC --group GROUP or --snapshot FILE".to_owned())),
    }
}

fn from_files(files: &Snapshot, group: Option<Address>) -> Result<Read, Failure> {
    let source = files.to_string();
    let group = match group {
        Some(group) => group,
        None => {
            let mut groups = files.iter().filter(|(_, raw)| decoded::<Group>(raw).is_some()).map(|(key, _)| *key);
            match (groups.next(), groups.next()) {
                (Some(group), None) => group,
                (None, _) => {
                    return Err(Failure::Input(format!("{source} has no group of Breakwater: add its account")));
                }
                _ => return Err(Failure::Input(format!("{source} has several groups: pass --group GROUP"))),
            }
        }
    };
    let find = |key: &Address| files.iter().find(|(other, _)| *other == key).map(|(_, raw)| raw);
    verify(find(&group), &group, &source)?;
    let slot = find(&CLOCK).and_then(moment).map(|(slot, _)| slot);
    let mut holdings = Holdings::of(group);
    take(&mut holdings, files.iter(), &source)?;
    Ok(Read { holdings, group, source, slot })
}

/// Refuses what is no group of the program.
fn verify(raw: Option<&Raw>, group: &Address, source: &str) -> Result<(), Failure> {
    let fact = match raw {
        None => format!("group {group} is not in {source}: check the address and where it is read from"),
        Some(raw) if raw.owner != PROGRAM_ID => {
            format!("account {group} belongs to program {}, not to Breakwater: pass a group", raw.owner)
        }
        Some(raw) if decoded::<Group>(raw).is_none() => {
            format!("account {group} is no group but another one of Breakwater's: pass a group")
        }
        Some(_) => return Ok(()),
    };
    Err(Failure::Input(fact))
}

fn take<'a>(
    holdings: &mut Holdings,
    accounts: impl Iterator<Item = (&'a Address, &'a Raw)>,
    source: &str,
) -> Result<(), Failure> {
    for (key, raw) in accounts {
        let added = holdings.add(key, &raw.owner, &raw.data);
        added.map_err(|error: AuditError| Failure::Input(format!("{source}: {error}")))?;
    }
    Ok(())
}

/// One request for accounts.
enum Ask {
    /// All of the program that name a group, a market or a fund.
    Named(Address),
    /// Accounts by address.
    Keys(Vec<Address>),
}

/// Accounts with the slot that they are of.
type Answer = (u64, Vec<(Address, Raw)>);

/// Reads everything at once, again and again until all answers are of one slot.
fn from_node(url: &str, group: Address) -> Result<Read, Failure> {
    let rpc = Rpc::patient(url, TIMEOUT)?;
    let (_, found) = answer(&rpc, &Ask::Keys(vec![group]), 0)?;
    verify(found.first().map(|(_, raw)| raw), &group, url)?;
    let (mut named, mut least, mut slots) = ((Vec::new(), Vec::new()), 0, (0, 0));
    for attempt in 1..=ATTEMPTS {
        eprintln!("reading group {group} from {url}, attempt {attempt}");
        let answers = match all(&rpc, &asks(group, &named), least) {
            Err(Failure::Run(fact)) if fact.contains(BEHIND) => {
                thread::sleep(PAUSE);
                continue;
            }
            answers => answers?,
        };
        slots.0 = answers.iter().map(|(slot, _)| *slot).min().unwrap_or(0);
        slots.1 = answers.iter().map(|(slot, _)| *slot).max().unwrap_or(0);
        least = least.max(slots.1);
        let mut holdings = Holdings::of(group);
        for (_, accounts) in &answers {
            take(&mut holdings, accounts.iter().map(|(key, raw)| (key, raw)), url)?;
        }
        eprintln!("{} accounts", answers.iter().map(|(_, accounts)| accounts.len()).sum::<usize>());
        let now = (holdings.vaults(), holdings.parents());
        if now == named && slots.0 == slots.1 {
            return Ok(Read { holdings, group, source: url.to_owned(), slot: Some(slots.0) });
        }
        if now == named {
            thread::sleep(PAUSE);
        }
        named = now;
    }
    let (first, last) = slots;
    Err(Failure::Input(format!(
        "{url} never answered for one slot in {ATTEMPTS} attempts (the last: slots {first} to {last}): take a node nearby, or \
         audit a snapshot"
    )))
}

/// What there is to read of a group whose vaults, markets and fund are known.
fn asks(group: Address, (vaults, parents): &(Vec<Address>, Vec<Address>)) -> Vec<Ask> {
    let named = parents.iter().map(|parent| Ask::Named(*parent));
    let vaults = vaults.chunks(BATCH).map(|keys| Ask::Keys(keys.to_vec()));
    std::iter::once(Ask::Named(group)).chain(named).chain(vaults).collect()
}

/// All answers, asked for at the same time.
fn all(rpc: &Rpc, asks: &[Ask], least: u64) -> Result<Vec<Answer>, Failure> {
    thread::scope(|scope| {
        let running: Vec<_> = asks.iter().map(|ask| scope.spawn(move || answer(rpc, ask, least))).collect();
        let joined = running.into_iter().map(|thread| {
            thread.join().unwrap_or_else(|_| Err(Failure::Run("a request ended without an answer".to_owned())))
        });
        joined.collect()
    })
}

fn answer(rpc: &Rpc, ask: &Ask, least: u64) -> Result<Answer, Failure> {
    let mut options = json!({ "encoding": "base64", "commitment": "confirmed", "minContextSlot": least });
    let (method, first) = match ask {
        Ask::Keys(keys) => ("getMultipleAccounts", json!(keys.iter().map(Address::to_string).collect::<Vec<_>>())),
        Ask::Named(parent) => {
            options["withContext"] = true.into();
            options["filters"] = json!([{ "memcmp": { "offset": PARENT, "bytes": parent.to_string() } }]);
            ("getProgramAccounts", PROGRAM_ID.to_string().into())
        }
    };
    let result = rpc.call(method, json!([first, options]))?;
    let malformed = || Failure::Run(format!("{method} of {}: the answer has no slot or no accounts", rpc.url()));
    let (slot, values) = result["context"]["slot"].as_u64().zip(result["value"].as_array()).ok_or_else(malformed)?;
    let accounts = match ask {
        Ask::Keys(keys) => keys.iter().zip(values).filter_map(|(key, value)| Some((*key, account(value)?))).collect(),
        _ => values.iter().map(|item: &Value| keyed(item).ok_or_else(malformed)).collect::<Result<_, _>>()?,
    };
    Ok((slot, accounts))
}
