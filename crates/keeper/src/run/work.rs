//! From candidates to jobs, and from outcomes to what is known.

use std::cmp::Reverse;
use std::time::{Duration, Instant};

use breakwater_client::Address;
use breakwater_client::interface::MarginAccount;
use breakwater_client::margin::{Price, Refusal, Value};
use tokio::sync::mpsc;
use tracing::{debug, error, info, warn};

use super::{COOL, Cool, Flight, GIVE_UP, Keeper};
use crate::book::Accrued;
use crate::decide::{self, Due};
use crate::job::{Action, Job, Outcome};
use crate::metrics;
use crate::node::Node;
use crate::picture::Candidate;
use crate::send::Prices;
use crate::source::Update;

/// How long an account is left alone whose transaction was only simulated.
const DRY: Duration = Duration::from_secs(60);
/// Candidates that are shown.
const ROWS: usize = 50;

impl Keeper {
    /// After news: what became due by it.
    pub(super) fn act(&mut self) {
        if !self.loaded || !(self.touched || self.risk_changed.is_some()) {
            return;
        }
        self.touched = false;
        let seen = self.risk_changed.take();
        self.project();
        let mut candidates = self.look(false);
        if seen.is_some() {
            candidates.extend(self.hot.iter().copied());
            self.follow();
        }
        self.consider(candidates, seen.unwrap_or_else(Instant::now));
    }

    /// Asks the book; all accounts are weighed where it is told to, or wants to.
    fn look(&mut self, whole: bool) -> Vec<Address> {
        let (banks, markets) = self.group.accrued();
        let accrued = Accrued { banks: &banks, markets: &markets };
        let (board, now) = (&self.group.view.board, self.group.view.time);
        let began = Instant::now();
        let look = if whole { self.book.scan(board, &accrued, now) } else { self.book.tick(board, &accrued, now) };
        if look.scanned {
            metrics::scanned(began.elapsed());
            metrics::set(metrics::CANDIDATES, look.candidates.len() as f64);
        }
        let mut candidates = look.candidates;
        candidates.extend(self.book.due_orders(board, now).into_iter().map(|(account, _)| account));
        candidates
    }

    /// Follows what was listed since.
    fn follow(&self) {
        self.followed.send_if_modified(|followed| {
            let wanted = self.group.followed();
            let changed = *followed != wanted;
            *followed = wanted;
            changed
        });
    }

    /// The board as it would be now; what fees and gains are weighed by follows it.
    fn project(&mut self) {
        self.group.project();
        let board = &self.group.view.board;
        let price = |token: u8| {
            let feed = board.tokens.get(usize::from(token)).filter(|token| token.listed == 1)?.feed;
            board.feeds.get(usize::from(feed)).map(|feed| Price(feed.price)).filter(|price| price.0 > 0)
        };
        let quote = (board.quote_set == 1).then_some(board.quote_token);
        let prices = Prices { sol: self.config.send.sol_token.and_then(price), quote: quote.and_then(price) };
        self.prices.send_if_modified(|known| std::mem::replace(known, prices) != prices);
    }

    /// At an interval: what time alone has made due.
    pub(super) fn scan(&mut self) {
        if !self.loaded || self.group.now().is_none() {
            return;
        }
        let seen = Instant::now();
        self.project();
        let mut candidates = self.look(true);
        candidates.extend(self.hot.iter().copied());
        self.shown.candidates.clear();
        self.consider(candidates, seen);
        self.deleverage(seen);
        if self.counts_bands {
            self.count_bands();
        }
    }

    /// Decides each candidate by the program's mathematics, and begins what pays most first.
    fn consider(&mut self, mut candidates: Vec<Address>, seen: Instant) {
        candidates.sort_unstable();
        candidates.dedup();
        let now = Instant::now();
        self.cool.retain(|_, cool| cool.until > now);
        let mut found: Vec<(Value, Address)> = Vec::new();
        for address in &candidates {
            if self.flights.contains_key(address) || self.cool.contains_key(address) {
                continue;
            }
            if let Some((_, (_, gain))) = self.decide(address) {
                found.push((gain, *address));
            }
        }
        // What was queued before and is not among the candidates stays queued.
        self.queue.retain(|(_, address)| candidates.binary_search(address).is_err());
        self.queue.append(&mut found);
        self.queue.sort_unstable_by_key(|(gain, address)| (*gain, Reverse(*address)));
        self.work_off(seen);
    }

    /// Begins what is queued, the best first, as far as somebody is free. Each is decided again: time has passed since.
    pub(super) fn work_off(&mut self, seen: Instant) {
        while self.flights.len() < self.config.send.in_flight {
            let Some((_, address)) = self.queue.pop() else { return };
            if self.flights.contains_key(&address) || self.cool.contains_key(&address) {
                continue;
            }
            if let Some((account, what)) = self.decide(&address) {
                let job = decide::job(&self.group, address, &account, what, seen);
                self.begin(job, &account);
            }
        }
    }

    /// What is due for an account now, if anything; keeps the set of accounts to look at again.
    fn decide(&mut self, address: &Address) -> Option<(MarginAccount, (Action, Value))> {
        let Some(account) = self.book.get(address) else {
            self.hot.remove(address);
            return None;
        };
        let due = match decide::due(&self.group, &account) {
            Ok(Due::Nothing) => {
                self.hot.remove(address);
                return self.order(address, &account).map(|due| (account, due));
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
        self.show(address, &account, gain, what);
        match due {
            Due::Now(action, gain) => Some((account, (action, gain))),
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

    /// Winners of markets in deficit, as long as there is a deficit.
    fn deleverage(&mut self, seen: Instant) {
        let board = &self.group.view.board;
        let markets: Vec<u8> = (0..board.market_count)
            .filter(|market| board.markets.get(usize::from(*market)).is_some_and(|risk| risk.in_deficit == 1))
            .collect();
        for market in markets {
            let holders: Vec<Address> = self
                .book
                .iter()
                .filter(|(_, account)| account.find_perp(market).is_some())
                .map(|(address, _)| address)
                .collect();
            for address in holders {
                if self.flights.len() >= self.config.send.in_flight {
                    return;
                }
                if self.flights.contains_key(&address) || self.cool.contains_key(&address) {
                    continue;
                }
                let Some(account) = self.book.get(&address) else { continue };
                if let Ok(Some(action)) = decide::deleverage(&self.group, &account, market) {
                    let job = decide::job(&self.group, address, &account, (action, Value::ZERO), seen);
                    self.begin(job, &account);
                }
            }
        }
    }

    /// Hands a job to the sender, as far as the keeper's own means allow.
    fn begin(&mut self, mut job: Job, state: &MarginAccount) {
        let (account, action) = (job.account, job.action.name());
        if let Some(own) = &self.group.own
            && let Err(cannot) = self.inventory.shape(&mut job, state, own, &self.group.view)
        {
            debug!(%account, action, %cannot, "left alone");
            return self.leave(account, GIVE_UP, true);
        }
        let Some(sending) = self.sender.submit(job.clone()) else {
            // What became of an earlier transaction for it is not known yet.
            self.inventory.ended(&account);
            return self.leave(account, COOL, false);
        };
        debug!(%account, action, gain_e8 = job.gain.to_e8(), "a job begins");
        self.flights.insert(account, Flight { action, since: Instant::now() });
        let outcomes = self.outcomes.0.clone();
        tokio::spawn(async move {
            let outcome = sending.await;
            let _ = outcomes.send((job, outcome));
        });
    }

    fn leave(&mut self, account: Address, time: Duration, given_up: bool) {
        self.cool.insert(account, Cool { until: Instant::now() + time, given_up });
    }

    /// Takes note of what came of a job, and asks for the accounts that it was about.
    pub(super) fn settled(&mut self, job: Job, outcome: Outcome) {
        self.flights.remove(&job.account);
        self.inventory.ended(&job.account);
        match &outcome {
            Outcome::Dry => self.leave(job.account, DRY, true),
            Outcome::Ours(_) | Outcome::Unprofitable | Outcome::Wait(_) => self.leave(job.account, GIVE_UP, true),
            _ => self.leave(job.account, COOL, false),
        }
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
        tokio::spawn(async move { read_again(node.as_ref(), &accounts, &news).await });
    }

    /// Whether nothing is due and nothing in flight.
    pub(super) fn is_idle(&self) -> bool {
        self.loaded && self.flights.is_empty() && self.queue.is_empty() && self.cool.values().all(|cool| cool.given_up)
    }

    /// A round of the keeper's inventory, while nothing is in flight.
    pub(super) fn net(&mut self) {
        let Some(own) = self.group.own.filter(|_| self.loaded && !self.mode.dry_run && self.flights.is_empty()) else {
            return;
        };
        self.project();
        let (sender, rules, view) = (self.sender.clone(), self.inventory.rules.clone(), self.group.view.clone());
        let refresh = self.group.refresh_items(&own);
        let (node, news) = (self.node.clone(), self.news.0.clone());
        let accounts = [self.group.own_address, self.group.wallet];
        tokio::spawn(async move {
            if !sender.net(&rules, &own, &view, &refresh).await.is_empty() {
                read_again(node.as_ref(), &accounts, &news).await;
            }
        });
    }
}

/// Reads accounts beside the stream.
async fn read_again(node: &dyn Node, accounts: &[Address], news: &mpsc::Sender<Update>) {
    let Ok((slot, found)) = node.accounts(accounts).await else { return };
    let seen = Instant::now();
    for (address, raw) in accounts.iter().zip(found) {
        let _ = news.send(Update::Account { address: *address, slot, raw, seen }).await;
    }
}
