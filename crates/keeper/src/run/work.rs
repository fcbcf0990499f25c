//! From candidates to jobs, and from outcomes to what is known.

use std::cmp::Reverse;
use std::time::Instant;

use breakwater_client::Address;
use breakwater_client::interface::MarginAccount;
use breakwater_client::margin::{Refusal, Value};
use tracing::{debug, error, info, warn};

use super::{COOL, Flight, Keeper};
use crate::decide::{self, Due};
use crate::job::{Action, Job, Outcome};
use crate::metrics;
use crate::picture::Candidate;
use crate::source::Update;

/// Candidates that are shown.
const ROWS: usize = 50;

impl Keeper {
    /// After news: what became due by it.
    pub(super) fn act(&mut self) {
        if !self.loaded {
            return;
        }
        let mut candidates = std::mem::take(&mut self.touched);
        let seen = self.risk_changed.take();
        if seen.is_some() {
            self.group.project();
            candidates.extend(self.book.tick(&self.group.view.board, self.group.view.time));
            candidates.extend(self.hot.iter().copied());
            self.followed.send_if_modified(|followed| {
                let wanted = self.group.followed();
                let changed = *followed != wanted;
                *followed = wanted;
                changed
            });
        }
        if !candidates.is_empty() {
            self.consider(candidates.into_iter().collect(), seen.unwrap_or_else(Instant::now));
        }
    }

    /// At an interval: what time alone has made due.
    pub(super) fn scan(&mut self) {
        if !self.loaded || self.group.now().is_none() {
            return;
        }
        let began = Instant::now();
        self.group.project();
        let mut candidates = self.book.scan(&self.group.view.board, self.group.view.time);
        metrics::scanned(began.elapsed());
        metrics::set(metrics::CANDIDATES, candidates.len() as f64);
        candidates.extend(self.with_orders());
        candidates.extend(self.hot.iter().copied());
        candidates.sort_unstable();
        candidates.dedup();
        self.shown.candidates.clear();
        self.consider(candidates, began);
        self.deleverage(began);
        self.count_bands();
    }

    /// Decides each candidate by the program's mathematics, and begins what pays most first.
    fn consider(&mut self, candidates: Vec<Address>, seen: Instant) {
        let now = Instant::now();
        self.cool.retain(|_, until| *until > now);
        let mut found: Vec<(Value, Address, MarginAccount, Action)> = Vec::new();
        for address in candidates {
            if self.flights.contains_key(&address) || self.cool.contains_key(&address) {
                continue;
            }
            let Some(account) = self.book.get(&address) else {
                self.hot.remove(&address);
                continue;
            };
            match self.decide(&address, &account) {
                Some((action, gain)) => found.push((gain, address, account, action)),
                None => continue,
            }
        }
        self.shown.due = found.len();
        found.sort_by_key(|(gain, address, ..)| (Reverse(*gain), *address));
        for (gain, address, account, action) in found {
            if self.flights.len() >= self.config.send.in_flight {
                break;
            }
            let job = decide::job(&self.group, address, &account, (action, gain), seen);
            self.begin(job);
        }
    }

    /// What is due for an account now, if anything; keeps the set of accounts to look at again.
    fn decide(&mut self, address: &Address, account: &MarginAccount) -> Option<(Action, Value)> {
        let due = match decide::due(&self.group, account) {
            Ok(Due::Nothing) => {
                self.hot.remove(address);
                return self.order(address, account);
            }
            Ok(due) => due,
            Err(error) => {
                warn!(account = %address, error = error.name(), "an account cannot be valued");
                return None;
            }
        };
        self.hot.insert(*address);
        let (what, gain) = match &due {
            Due::Now(action, gain) => (action.name().to_owned(), *gain),
            Due::Later { slot, why: Refusal::FlagTooYoung } => (format!("flagged, slot {slot}"), Value::ZERO),
            Due::Later { why, .. } => (format!("{why:?}"), Value::ZERO),
            Due::Stuck(error) => (error.name().to_owned(), Value::ZERO),
            Due::Nothing => return None,
        };
        self.show(address, account, gain, what);
        match due {
            Due::Now(action, gain) => Some((action, gain)),
            _ => None,
        }
    }

    fn order(&mut self, address: &Address, account: &MarginAccount) -> Option<(Action, Value)> {
        let due = decide::due_order(&self.group, account).ok().flatten()?;
        self.show(address, account, due.1, due.0.name().to_owned());
        Some(due)
    }

    fn show(&mut self, account: &Address, state: &MarginAccount, gain: Value, due: String) {
        if self.shown.candidates.len() >= ROWS || self.shown.candidates.iter().any(|row| row.account == *account) {
            return;
        }
        let health =
            decide::valuation(&self.group, state, &mut self.legs).ok().and_then(|value| value.health_factor_ppm());
        let health = health.map_or(u64::MAX, |ppm| u64::try_from(ppm).unwrap_or(0));
        self.shown.candidates.push(Candidate { account: *account, health, gain: gain.to_e8(), due });
    }

    /// Accounts with orders.
    fn with_orders(&self) -> Vec<Address> {
        self.book.with_orders()
    }

    /// Winners of markets in deficit, as long as there is a deficit.
    fn deleverage(&mut self, seen: Instant) {
        let board = &self.group.view.board;
        let markets: Vec<u8> = (0..board.market_count)
            .filter(|market| board.markets.get(usize::from(*market)).is_some_and(|risk| risk.in_deficit == 1))
            .collect();
        for market in markets {
            for address in self.book.in_market(market) {
                if self.flights.len() >= self.config.send.in_flight {
                    return;
                }
                if self.flights.contains_key(&address) || self.cool.contains_key(&address) {
                    continue;
                }
                let Some(account) = self.book.get(&address) else { continue };
                if let Ok(Some(action)) = decide::deleverage(&self.group, &account, market) {
                    let job = decide::job(&self.group, address, &account, (action, Value::ZERO), seen);
                    self.begin(job);
                }
            }
        }
    }

    /// Hands a job to the sender.
    fn begin(&mut self, mut job: Job) {
        if !self.sender.shape(&mut job, &self.group) {
            self.cool.insert(job.account, Instant::now() + COOL);
            return;
        }
        debug!(account = %job.account, action = job.action.name(), gain_e8 = job.gain.to_e8(), "a job begins");
        self.flights.insert(job.account, Flight { action: job.action.name(), since: Instant::now() });
        let (sender, outcomes) = (self.sender.clone(), self.outcomes.0.clone());
        tokio::spawn(async move {
            let outcome = sender.send(&job).await;
            let _ = outcomes.send((job, outcome));
        });
    }

    /// Takes note of what came of a job, and asks for the accounts that it was about.
    pub(super) fn settled(&mut self, job: Job, outcome: Outcome) {
        self.flights.remove(&job.account);
        self.cool.insert(job.account, Instant::now() + COOL);
        let (class, action) = (outcome.class(), job.action.name());
        metrics::outcome(class, action);
        *self.shown.outcomes.entry(class).or_default() += 1;
        let account = job.account;
        match &outcome {
            Outcome::Done(done) => {
                self.shown.gained = self.shown.gained.saturating_add(job.gain.to_e8());
                self.shown.fees = self.shown.fees.saturating_add(done.fee);
                metrics::earned(u64::try_from(job.gain.to_e8() / 100).unwrap_or(0), done.fee);
                info!(
                    %account, action, slot = done.slot, units = done.units, fee = done.fee, gain_e8 = job.gain.to_e8(),
                    signature = %done.signature, "done"
                );
            }
            Outcome::Ours(fact) => error!(%account, action, fact, "a fault of this keeper"),
            Outcome::Node(fact) => warn!(%account, action, fact, "the node failed"),
            other => info!(%account, action, class, outcome = ?other, "not done"),
        }
        if !matches!(outcome, Outcome::Node(_) | Outcome::Dry) {
            self.ask_for(account);
        }
    }

    /// Reads an account and the keeper's own again, beside the stream.
    fn ask_for(&self, account: Address) {
        let (node, news) = (self.node.clone(), self.news.0.clone());
        let accounts = [account, self.group.own_address, self.group.wallet];
        tokio::spawn(async move {
            let Ok((slot, found)) = node.accounts(&accounts).await else { return };
            let seen = Instant::now();
            for (address, raw) in accounts.into_iter().zip(found) {
                let _ = news.send(Update::Account { address, slot, raw, seen }).await;
            }
        });
    }

    /// Whether nothing is due and nothing in flight.
    pub(super) fn is_idle(&self) -> bool {
        self.loaded && self.flights.is_empty() && self.cool.is_empty() && self.shown.due == 0
    }

    /// A round of the keeper's inventory.
    pub(super) fn net(&mut self) {}
}
