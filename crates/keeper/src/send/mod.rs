//! From a job to a landed transaction: built, simulated once, priced, taken down in the journal, sent, and sent again until it
//! landed or cannot land any more. One transaction for an account at a time, several accounts at once.

mod build;
mod class;
mod deliver;
mod fee;
mod own;
mod recover;
mod statuses;

use std::collections::HashSet;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use breakwater_client::Address;
use breakwater_client::margin::{Price, Value};
use solana_instruction::Instruction;
use tokio::sync::{Semaphore, watch};

pub use build::{MAX_BYTES, MAX_UNITS, Me};
pub use class::{Class, Stage, class, classify, judge};
pub use fee::{Offer, SIGNATURE_FEE, Spending};
pub use recover::Recovered;

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
    /// How often the node is asked what became of those under way; once for all of them.
    pub poll: Duration,
    /// How often one that has not landed is handed to the network again.
    pub repeat: Duration,
    /// How long a node may say nothing before a transaction is left to [`Sender::recover`].
    pub patience: Duration,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            spending: Spending::default(),
            at_once: 16,
            poll: Duration::from_millis(400),
            repeat: Duration::from_millis(1_000),
            patience: Duration::from_secs(60),
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
    prices: watch::Receiver<Prices>,
    busy: Mutex<HashSet<Address>>,
    slots: Semaphore,
    statuses: Statuses,
    recovering: tokio::sync::Mutex<()>,
}

/// An account that nobody else may send for while this lives.
struct Claim {
    sender: Arc<Sender>,
    account: Address,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.sender.busy().remove(&self.account);
    }
}

impl Sender {
    /// A sender. Without a journal nothing is sent: every job ends in [`Outcome::Dry`] once its simulation has passed.
    pub fn new(
        me: Me,
        node: Arc<dyn Node>,
        journal: Option<Arc<Journal>>,
        settings: Settings,
        prices: watch::Receiver<Prices>,
    ) -> Arc<Sender> {
        let (slots, statuses) = (Semaphore::new(settings.at_once.max(1)), Statuses::new(settings.poll));
        let (busy, recovering) = (Mutex::default(), tokio::sync::Mutex::default());
        Arc::new(Sender { me, node, journal, settings, prices, busy, slots, statuses, recovering })
    }

    /// Who sends.
    pub fn me(&self) -> &Me {
        &self.me
    }

    /// Its journal; `None` in a dry run.
    pub fn journal(&self) -> Option<&Arc<Journal>> {
        self.journal.as_ref()
    }

    /// Takes a job. `None` where something about its account is under way, or it is not known yet what became of it (see
    /// [`Sender::recover`]). What is returned does nothing until it is polled, and must be polled to its end: to be dropped
    /// means to be forgotten until the next [`Sender::recover`].
    pub fn submit(self: &Arc<Self>, job: Job) -> Option<impl Future<Output = Outcome> + Send + use<>> {
        let claim = self.claim(job.account)?;
        Some(async move { claim.sender.run(&job).await })
    }

    /// Takes instructions about the keeper's own margin account, like [`Sender::submit`].
    pub fn submit_own(
        self: &Arc<Self>,
        refresh: Vec<(u8, Address)>,
        instructions: Vec<Instruction>,
    ) -> Option<impl Future<Output = Outcome> + Send + use<>> {
        let claim = self.claim(self.me.account)?;
        Some(async move {
            let what = (Kind::Inventory, claim.account, Value::ZERO, None);
            claim.sender.carry_out(what, &refresh, &[instructions].concat()).await
        })
    }

    /// How many jobs were taken and have not ended.
    pub fn in_flight(&self) -> usize {
        self.busy().len()
    }

    /// Whether a job for an account would be taken.
    pub fn is_free(&self, account: &Address) -> bool {
        !self.busy().contains(account) && !self.journal.as_ref().is_some_and(|journal| journal.is_open(account))
    }

    fn claim(self: &Arc<Self>, account: Address) -> Option<Claim> {
        if self.journal.as_ref().is_some_and(|journal| journal.is_open(&account)) || !self.busy().insert(account) {
            return None;
        }
        Some(Claim { sender: self.clone(), account })
    }

    fn busy(&self) -> MutexGuard<'_, HashSet<Address>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn run(&self, job: &Job) -> Outcome {
        let instruction = self.me.instruction(&job.account, &job.action);
        let what = (Kind::from(&job.action), job.account, job.gain, Some(job.seen));
        self.carry_out(what, &job.refresh, &[instruction]).await
    }

    /// Sends instructions with their refresh: in one transaction, or with refreshes before it where they do not fit.
    async fn carry_out(
        &self,
        (kind, account, gain, seen): (Kind, Address, Value, Option<Instant>),
        refresh: &[(u8, Address)],
        instructions: &[Instruction],
    ) -> Outcome {
        // Closed never; a permit is given back whatever happens.
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
