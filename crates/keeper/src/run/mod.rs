//! The run loop: takes updates, asks what is due, hands jobs to the sender and looks at what came of them. One task owns
//! everything that is known; nothing is shared but channels.

mod show;
mod work;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use breakwater_client::Address;
use breakwater_client::margin::{Snapshot, Value};
use bytemuck::bytes_of;
use tokio::sync::{mpsc, watch};
use tokio::time::{MissedTickBehavior, interval};
use tracing::{info, warn};

use crate::book::Book;
use crate::config::Config;
use crate::group::{Group, Taken};
use crate::inventory::Inventory;
use crate::job::{Job, Outcome};
use crate::node::Node;
use crate::picture::{Candidate, Picture};
use crate::send::{Prices, Sender};
use crate::source::{Source, Update};
use crate::start::Failure;

/// Slots after which no update of an account comes any more.
const LATE: u64 = 1_000;
/// Updates that wait for the loop.
const BACKLOG: usize = 65_536;
/// Updates that are taken before anything is decided.
const BATCH: usize = 4_096;
/// Time between two pictures.
const PICTURE: Duration = Duration::from_millis(250);
/// How long an account is left alone after a job, unless news of it comes first.
const COOL: Duration = Duration::from_secs(2);
/// How long after one that would end the same way again.
const GIVE_UP: Duration = Duration::from_secs(10);
/// How long a stop waits for what is in flight; what is in doubt then is in the journal.
const LAST_WAIT: Duration = Duration::from_secs(90);

/// Time between two looks at what is in doubt: what an earlier keeper sent, or what was sent while the node was silent.
const RECOVERY: Duration = Duration::from_secs(30);

/// How a keeper runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mode {
    /// Simulate, and send nothing.
    pub dry_run: bool,
    /// End as soon as nothing is due.
    pub once: bool,
}

/// Something that is being done.
struct Flight {
    action: &'static str,
    since: Instant,
}

/// A job with what came of it.
type Ended = (Job, Outcome);

/// An account that is left alone for a while.
struct Cool {
    until: Instant,
    /// Whether another attempt would end the same way.
    given_up: bool,
}

/// A keeper.
pub struct Keeper {
    config: Config,
    mode: Mode,
    group: Group,
    book: Book,
    inventory: Inventory,
    node: Arc<dyn Node>,
    sender: Arc<Sender>,
    prices: watch::Sender<Prices>,
    followed: watch::Sender<BTreeSet<Address>>,
    outcomes: (mpsc::UnboundedSender<Ended>, mpsc::UnboundedReceiver<Ended>),
    news: (mpsc::Sender<Update>, Option<mpsc::Receiver<Update>>),
    flights: HashMap<Address, Flight>,
    cool: HashMap<Address, Cool>,
    /// Accounts that were under water when they were last looked at, or have something due.
    hot: BTreeSet<Address>,
    /// Accounts for which something is due and nobody is free, with what it gains, the best last.
    queue: Vec<(Value, Address)>,
    /// Whether accounts have changed since the last look.
    touched: bool,
    /// Whether accounts are counted by health at each scan, which only a dashboard shows.
    pub counts_bands: bool,
    legs: Snapshot,
    live: bool,
    loaded: bool,
    afresh: bool,
    risk_changed: Option<Instant>,
    slot_seen: Instant,
    shown: Shown,
}

/// What the next picture shows beside what the keeper knows.
#[derive(Default)]
struct Shown {
    candidates: Vec<Candidate>,
    outcomes: BTreeMap<&'static str, u64>,
    gained: i64,
    fees: u64,
    bands: [usize; crate::picture::BANDS.len() + 1],
    riskless: usize,
}

/// What a keeper did, at its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// What came of jobs, by class.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// Expected gain of what landed, dollars × 10^8.
    pub gained: i64,
    /// Fees paid, lamports.
    pub fees: u64,
    /// Transactions of which it is not known yet what became: the next start finds out.
    pub in_doubt: usize,
}

impl Keeper {
    /// A keeper of a group that was looked at.
    pub fn new(
        config: Config,
        mode: Mode,
        group: Group,
        node: Arc<dyn Node>,
        (sender, prices): (Arc<Sender>, watch::Sender<Prices>),
    ) -> Keeper {
        let (news, listened) = mpsc::channel(BACKLOG);
        Keeper {
            followed: watch::Sender::new(group.followed()),
            book: Book::new(&group.view.board, 0),
            inventory: Inventory::new(config.rules()),
            sender,
            prices,
            outcomes: mpsc::unbounded_channel(),
            news: (news, Some(listened)),
            flights: HashMap::new(),
            cool: HashMap::new(),
            hot: BTreeSet::new(),
            queue: Vec::new(),
            touched: false,
            counts_bands: false,
            legs: Snapshot::default(),
            live: false,
            loaded: false,
            afresh: false,
            risk_changed: None,
            slot_seen: Instant::now(),
            shown: Shown::default(),
            config,
            mode,
            group,
            node,
        }
    }

    /// Accounts that a source must follow besides margin accounts; changes when tokens or markets are listed.
    pub fn followed(&self) -> watch::Receiver<BTreeSet<Address>> {
        self.followed.subscribe()
    }

    /// A picture of a keeper that knows nothing yet.
    pub fn blank(&self) -> Picture {
        Picture::blank(self.group.address, self.group.wallet, self.mode.dry_run)
    }

    /// Runs until it is told to stop, or, once, until nothing is due. What is in flight is waited for.
    ///
    /// # Errors
    /// The source ended.
    pub async fn run(
        mut self,
        source: Box<dyn Source>,
        mut stop: watch::Receiver<bool>,
        pictures: watch::Sender<Picture>,
    ) -> Result<Summary, Failure> {
        let Some(mut updates) = self.news.1.take() else {
            return Err(Failure::Run("the keeper runs already".to_owned()));
        };
        let following = tokio::spawn(source.run(self.news.0.clone()));
        let recovering = tokio::spawn(recover(self.sender.clone()));
        let mut scans = interval(Duration::from_millis(self.config.book.scan_ms));
        let mut frames = interval(PICTURE);
        let mut rounds = interval(Duration::from_secs(self.config.inventory.net_secs));
        for timer in [&mut scans, &mut frames, &mut rounds] {
            timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
        }
        while !*stop.borrow() {
            tokio::select! {
                changed = stop.changed() => if changed.is_err() { break },
                Some((job, outcome)) = self.outcomes.1.recv() => {
                    self.settled(job, outcome);
                    self.work_off(Instant::now());
                }
                update = updates.recv() => {
                    let Some(update) = update else { break };
                    self.take(update);
                    for _ in 1..BATCH {
                        let Ok(update) = updates.try_recv() else { break };
                        self.take(update);
                    }
                    self.act();
                }
                _ = scans.tick() => {
                    self.scan();
                    if self.mode.once && self.is_idle() {
                        break;
                    }
                }
                _ = rounds.tick() => self.net(),
                _ = frames.tick() => drop(pictures.send_replace(self.picture())),
            }
        }
        following.abort();
        recovering.abort();
        self.finish(&pictures).await
    }

    /// Waits for what is in flight, and says what was done.
    async fn finish(mut self, pictures: &watch::Sender<Picture>) -> Result<Summary, Failure> {
        if !self.flights.is_empty() {
            info!(in_flight = self.flights.len(), "stopping: waiting for what is in flight");
        }
        let deadline = Instant::now() + LAST_WAIT;
        while !self.flights.is_empty() {
            let left = deadline.saturating_duration_since(Instant::now());
            tokio::select! {
                Some((job, outcome)) = self.outcomes.1.recv() => self.settled(job, outcome),
                () = tokio::time::sleep(left.min(PICTURE)) => drop(pictures.send_replace(self.picture())),
            }
            if left.is_zero() {
                warn!(in_doubt = self.flights.len(), "stopped waiting; the next start finds out what became of them");
                break;
            }
        }
        pictures.send_replace(self.picture());
        let Shown { outcomes, gained, fees, .. } = self.shown;
        // Also what an earlier keeper sent and nobody knows the end of yet.
        let unsettled = self.sender.journal().map_or(0, |journal| journal.unsettled().len());
        Ok(Summary { outcomes, gained, fees, in_doubt: unsettled.max(self.flights.len()) })
    }

    fn take(&mut self, update: Update) {
        match update {
            Update::Slot(slot) => {
                self.slot_seen = Instant::now();
                self.group.slot_began(slot);
            }
            Update::Live(live) => {
                self.live = live;
                if live {
                    // A node that was set back counts its slots anew: what it says now is what is so.
                    self.group.forget_slots();
                    self.afresh = true;
                }
            }
            Update::Margins { slot, accounts } => self.take_all(slot, accounts),
            Update::Account { address, slot, raw, seen } => match self.group.take(&address, slot, raw.as_ref(), seen) {
                Taken::Nothing if raw.is_none() => drop(self.book.remove(&address, slot)),
                Taken::Nothing => {}
                Taken::Clock => self.slot_seen = seen,
                Taken::Risk => {
                    self.risk_changed.get_or_insert(seen);
                }
                Taken::Margin(account) if address != self.group.own_address => {
                    // What is read again after a job and is as it was is no news: the same job would end the same way.
                    let known = self.book.get(&address);
                    let is_news = known.is_none_or(|known| bytes_of(&known) != bytes_of(account.as_ref()));
                    if self.book.put(&address, slot, &account) && is_news {
                        self.cool.remove(&address);
                        self.touched = true;
                    }
                }
                Taken::Margin(_) => {}
            },
        }
    }

    /// A snapshot of all margin accounts: what is not in it is gone.
    fn take_all(&mut self, slot: u64, accounts: Vec<(Address, crate::node::Raw)>) {
        if std::mem::take(&mut self.afresh) {
            self.book = Book::new(&self.group.view.board, self.group.view.time);
        }
        let seen = Instant::now();
        let taken =
            accounts.into_iter().filter_map(|(address, raw)| match self.group.take(&address, slot, Some(&raw), seen) {
                Taken::Margin(account) if address != self.group.own_address => Some((address, *account)),
                _ => None,
            });
        self.book.replace_all(slot, taken);
        self.book.forget(slot.saturating_sub(LATE));
        self.touched = true;
        if !self.loaded {
            info!(accounts = self.book.len(), slot, "the margin accounts are loaded");
            self.loaded = true;
        }
    }
}

/// Finds out what became of what is in doubt, now and from time to time.
async fn recover(sender: Arc<Sender>) {
    loop {
        for (sent, outcome) in sender.recover().await {
            info!(account = %sent.account, signature = %sent.signature, ?outcome, "found out what became of it");
        }
        tokio::time::sleep(RECOVERY).await;
    }
}
