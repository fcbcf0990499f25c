//! From a job to a landed transaction: built, simulated once, priced, taken down in the journal, sent, and sent again until it
//! landed or cannot land any more. One transaction for an account at a time, several accounts at once.

mod build;
mod class;
mod deliver;
mod fee;
mod own;
mod recover;
mod shape;
mod statuses;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use breakwater_client::Address;
use breakwater_client::margin::{Bps, Plan, Price, Value};
use solana_instruction::Instruction;
use tokio::sync::Semaphore;

pub use build::{MAX_BYTES, MAX_UNITS, Me};
pub use class::{Class, Stage, class, classify, judge};
pub use fee::{Offer, SIGNATURE_FEE, Spending};
pub use recover::Recovered;

use crate::inventory::Rules;
use crate::job::{Job, Outcome};
use crate::journal::{Journal, Kind};
use crate::node::Node;
use deliver::Parcel;
use statuses::Statuses;

/// How transactions are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What they may cost.
    pub spending: Spending,
    /// How many may be under way at a time.
    pub at_once: usize,
    /// Compute units above the simulated ones that a transaction may use, bps.
    pub unit_margin: Bps,
    /// How often the node is asked what became of those under way; once for all of them.
    pub poll: Duration,
    /// How often one that has not landed is handed to the network again.
    pub repeat: Duration,
    /// How long a node may say nothing before a transaction is left to [`Sender::recover`].
    pub patience: Duration,
    /// Number of the token whose price is that of SOL.
    pub sol_token: Option<u8>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            spending: Spending::default(),
            at_once: 16,
            unit_margin: 1_000,
            poll: Duration::from_millis(400),
            repeat: Duration::from_millis(600),
            patience: Duration::from_secs(60),
            sol_token: None,
        }
    }
}

/// Prices that fees and gains are weighed by; `None` while one is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prices {
    /// Of a lamport.
    pub sol: Option<Price>,
    /// Of a unit of the quote token.
    pub quote: Option<Price>,
}

/// Sends.
pub struct Sender {
    me: Me,
    node: Arc<dyn Node>,
    /// Without one nothing is sent.
    journal: Option<Arc<Journal>>,
    settings: Settings,
    rules: Rules,
    prices: Mutex<Prices>,
    busy: Mutex<HashSet<Address>>,
    /// What jobs that were shaped and have not ended will do to the keeper's own account.
    planned: Mutex<HashMap<Address, Plan>>,
    slots: Semaphore,
    statuses: Statuses,
    recovering: tokio::sync::Mutex<()>,
}

/// An account that nobody else may send for while this lives.
struct Claim<'a> {
    sender: &'a Sender,
    account: Address,
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        lock(&self.sender.busy).remove(&self.account);
    }
}

impl Sender {
    /// A sender. Without a journal nothing is sent: every job ends in [`Outcome::Dry`] once its simulation has passed.
    pub fn new(me: Me, node: Arc<dyn Node>, journal: Option<Arc<Journal>>, settings: Settings, rules: Rules) -> Sender {
        let (slots, statuses) = (Semaphore::new(settings.at_once.max(1)), Statuses::new(settings.poll));
        let (prices, busy, planned) = (Mutex::default(), Mutex::default(), Mutex::default());
        let recovering = tokio::sync::Mutex::default();
        Sender { me, node, journal, settings, rules, prices, busy, planned, slots, statuses, recovering }
    }

    /// Who sends.
    pub fn me(&self) -> &Me {
        &self.me
    }

    /// Its journal; `None` in a dry run.
    pub fn journal(&self) -> Option<&Arc<Journal>> {
        self.journal.as_ref()
    }

    /// Sets the prices that fees and gains are weighed by. [`Sender::shape`] does it by itself.
    pub fn set_prices(&self, prices: Prices) {
        *lock(&self.prices) = prices;
    }

    /// Sends a job's transaction and waits for its end. Refused, as [`Outcome::Node`], where something about the account is
    /// under way or in doubt ([`Sender::is_free`]). If this is dropped before its end, what was sent is in doubt until the next
    /// [`Sender::look_up`].
    pub async fn send(&self, job: &Job) -> Outcome {
        let instruction = self.me.instruction(&job.account, &job.action);
        let what = (Kind::from(&job.action), job.account, job.gain, Some(job.seen));
        let outcome = self.carry_out(what, &job.refresh, &[instruction]).await;
        lock(&self.planned).remove(&job.account);
        outcome
    }

    /// Sends instructions about the keeper's own margin account, like [`Sender::send`].
    pub async fn send_own(&self, refresh: &[(u8, Address)], instructions: &[Instruction]) -> Outcome {
        let what = (Kind::Inventory, self.me.account, Value::ZERO, None);
        self.carry_out(what, refresh, instructions).await
    }

    /// How many accounts something is under way for.
    pub fn in_flight(&self) -> usize {
        lock(&self.busy).len()
    }

    /// Whether a job for an account would be taken: nothing about it is under way or in doubt.
    pub fn is_free(&self, account: &Address) -> bool {
        !lock(&self.busy).contains(account) && !self.is_in_doubt(account)
    }

    fn is_in_doubt(&self, account: &Address) -> bool {
        self.journal.as_ref().is_some_and(|journal| journal.is_open(account))
    }

    fn claim(&self, account: Address) -> Option<Claim<'_>> {
        if self.is_in_doubt(&account) || !lock(&self.busy).insert(account) {
            return None;
        }
        Some(Claim { sender: self, account })
    }

    /// Sends instructions with their refresh: in one transaction, or with refreshes before it where they do not fit.
    async fn carry_out(
        &self,
        (kind, account, gain, seen): (Kind, Address, Value, Option<Instant>),
        refresh: &[(u8, Address)],
        instructions: &[Instruction],
    ) -> Outcome {
        let Some(_claim) = self.claim(account) else {
            return Outcome::Node(format!("{account}: what was sent before is under way, or in doubt"));
        };
        // The semaphore is never closed.
        let Ok(_permit) = self.slots.acquire().await else { return Outcome::Ours("the sender is closed".to_owned()) };
        let mut parts = match self.me.split(refresh, instructions) {
            Ok(parts) => parts,
            Err(fact) => return Outcome::Ours(fact),
        };
        let last = parts.pop().unwrap_or_default();
        for instructions in parts {
            let parcel = Parcel { kind: Kind::Refresh, account, instructions, gain: Value::ZERO, seen: None };
            if let Err(outcome) = self.deliver(&parcel).await {
                return outcome;
            }
        }
        match self.deliver(&Parcel { kind, account, instructions: last, gain, seen }).await {
            Ok(done) => Outcome::Done(done),
            Err(outcome) => outcome,
        }
    }
}

/// What a panic elsewhere leaves behind is whole: each change is one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
