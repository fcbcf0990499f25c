//! `breakwater watch`: looks at margin accounts again and again, and warns before they are liquidated.

mod crossing;
mod notice;
mod options;
mod reading;
mod teller;

use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use breakwater_client::Address;

use crate::Failure;
use crate::quote::render::units;
use crate::quote::rpc::Rpc;
use crossing::{Crossing, Rule};
use notice::{Kind, Notice};
pub use options::Options;
use reading::{Look, Oracles, Reading};
use teller::Teller;

/// How long a node may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The longest wait after failures, unless the interval is longer.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// How often the last line shows that it is alive.
const TICK: Duration = Duration::from_millis(250);
/// A step of health factor, millionths, and of distance, bps.
const STEPS: (i64, i64) = (20_000, 100);

/// Runs the command.
pub fn run(options: &Options) -> Result<(), Failure> {
    let mut node = Rpc::patient(&options.url, TIMEOUT)?;
    let mut teller = Teller::new(options.json, options.webhook.as_deref())?;
    let mut watch = Watch::new(options);
    if options.once {
        let mut notices = Vec::new();
        let outcome = watch.look(&mut node, &mut notices);
        teller.tell_all(&notices)?;
        outcome?;
        teller.post().map_err(Failure::Run)?;
        return if watch.is_warned() { Err(Failure::Warned) } else { Ok(()) };
    }
    let stop = stop_signal()?;
    let outcome = watch.keep_looking(&mut node, &mut teller, (options.interval, &stop));
    teller.clear();
    outcome
}

/// Ctrl-C, as a message.
fn stop_signal() -> Result<Receiver<()>, Failure> {
    let failed = |error: std::io::Error| Failure::Run(format!("signals cannot be waited for: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().map_err(failed)?;
    let (sender, receiver) = channel();
    thread::spawn(move || {
        if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
            let _ = sender.send(());
        }
    });
    Ok(receiver)
}

/// An account with what is watched of it.
struct Watched {
    account: Address,
    crossings: Vec<(Kind, i64, Crossing)>,
    /// Why it cannot be seen, once that was told.
    lost: Option<String>,
    seen: Option<Reading>,
}

/// All that is watched.
struct Watch {
    watched: Vec<Watched>,
    oracles: Oracles,
    /// Looks that failed in a row.
    failures: u32,
    /// What was last said of the webhook.
    unposted: Option<String>,
}

impl Watch {
    fn new(options: &Options) -> Watch {
        let repeat = options.repeat;
        let (health, distance) = STEPS;
        let rule =
            |kind, threshold, step| (kind, threshold, Crossing::new(Rule { threshold, margin: step, step, repeat }));
        let mut crossings = Vec::new();
        crossings.extend(options.health.0.map(|threshold| rule(Kind::Health, threshold, health)));
        crossings.extend(options.distance.0.map(|threshold| rule(Kind::Distance, threshold, distance)));
        if !options.no_flag {
            // 0 with a flag, 1 without.
            let flag = Rule { threshold: 1, margin: 0, step: i64::MAX, repeat };
            crossings.push((Kind::Flag, 1, Crossing::new(flag)));
        }
        let watched =
            |account: &Address| Watched { account: *account, crossings: crossings.clone(), lost: None, seen: None };
        let oracles = Oracles { shard: options.shard, named: options.oracle.iter().copied().collect() };
        Watch { watched: options.accounts.iter().map(watched).collect(), oracles, failures: 0, unposted: None }
    }

    fn is_warned(&self) -> bool {
        self.watched.iter().any(Watched::is_warned)
    }

    /// Looks once at every account. What cannot be read the first time is bad input; later it is told and watched on.
    fn look(&mut self, node: &mut Rpc, notices: &mut Vec<Notice>) -> Result<(), Failure> {
        let mut look = Look::new(node);
        for watched in &mut self.watched {
            match Reading::take(&mut look, &watched.account, &self.oracles) {
                Ok(reading) => watched.judge(reading, notices),
                Err(Failure::Input(fact)) if watched.seen.is_some() => watched.lose(&fact, notices),
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }

    fn keep_looking(
        &mut self,
        node: &mut Rpc,
        teller: &mut Teller,
        (interval, stop): (Duration, &Receiver<()>),
    ) -> Result<(), Failure> {
        loop {
            let mut notices = Vec::new();
            match self.look(node, &mut notices) {
                Ok(()) => self.sees_again(&mut notices),
                Err(Failure::Run(fact)) => self.is_blind(&fact, &mut notices),
                // Before anything was seen it is bad input.
                Err(failure) => return teller.tell_all(&notices).and(Err(failure)),
            }
            teller.tell_all(&notices)?;
            self.post(teller);
            teller.show(self.summary());
            let wait = interval.saturating_mul(1 << self.failures.min(10)).min(LONGEST_WAIT.max(interval));
            if stopped(stop, wait, teller) {
                return Ok(());
            }
        }
    }

    fn is_blind(&mut self, fact: &str, notices: &mut Vec<Notice>) {
        if self.failures == 0 {
            notices.push(Notice::sight(None, Some(fact), now()));
        }
        self.failures = self.failures.saturating_add(1);
    }

    fn sees_again(&mut self, notices: &mut Vec<Notice>) {
        if self.failures > 0 {
            self.failures = 0;
            notices.push(Notice::sight(None, None, now()));
        }
    }

    fn post(&mut self, teller: &mut Teller) {
        let failed = teller.post().err();
        if let Some(fact) = failed.as_ref().filter(|fact| self.unposted.as_ref() != Some(*fact)) {
            teller.aside(&format!("{fact}: trying again"));
        }
        self.unposted = failed;
    }

    /// How everything stands, in a line.
    fn summary(&self) -> String {
        let seen = || self.watched.iter().filter_map(|watched| watched.seen.as_ref());
        let warned = self.watched.iter().filter(|watched| watched.is_warned()).count();
        let lowest = seen().min_by_key(|reading| reading.health.unwrap_or(i64::MAX)).map(notice::health);
        let nearest = seen().filter_map(|reading| reading.nearest).map(|nearest| nearest.bps).min();
        let nearest = nearest.map_or_else(|| "none".to_owned(), |bps| format!("{} %", units(bps.into(), 2)));
        let slot = seen().map(|reading| reading.slot).max().unwrap_or(0);
        let blind = if self.failures > 0 { format!(", blind for {} looks", self.failures) } else { String::new() };
        let lowest = lowest.unwrap_or_else(|| "unknown".to_owned());
        format!(
            "{} accounts at slot {slot}: {warned} warned of, lowest health factor {lowest}, nearest price {nearest}{blind}",
            self.watched.len()
        )
    }
}

impl Watched {
    fn is_warned(&self) -> bool {
        self.crossings.iter().any(|(_, _, crossing)| crossing.is_warned())
    }

    fn judge(&mut self, reading: Reading, notices: &mut Vec<Notice>) {
        if self.lost.take().is_some() {
            notices.push(Notice::sight(Some(&self.account), None, reading.time));
        }
        for (kind, threshold, crossing) in &mut self.crossings {
            let value = match kind {
                Kind::Health => reading.health.unwrap_or(i64::MAX),
                Kind::Distance => reading.nearest.map_or(i64::MAX, |nearest| nearest.bps),
                Kind::Flag => i64::from(reading.flag.is_none()),
            };
            if let Some(change) = crossing.look(value, Instant::now()) {
                notices.push(Notice::of(&self.account, *kind, change, *threshold, &reading));
            }
        }
        if self.seen.is_none() {
            notices.push(Notice::status(&self.account, self.is_warned(), &reading));
        }
        self.seen = Some(reading);
    }

    /// It was there and is not any more, or cannot be read any more.
    fn lose(&mut self, fact: &str, notices: &mut Vec<Notice>) {
        if self.lost.as_deref() != Some(fact) {
            notices.push(Notice::sight(Some(&self.account), Some(fact), now()));
            self.lost = Some(fact.to_owned());
        }
    }
}

/// Waits; whether it was told to stop.
fn stopped(stop: &Receiver<()>, wait: Duration, teller: &Teller) -> bool {
    let end = Instant::now() + wait;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        match stop.recv_timeout(left.min(TICK)) {
            Ok(()) => return true,
            Err(RecvTimeoutError::Timeout) if left.is_zero() => return false,
            Err(RecvTimeoutError::Timeout) => teller.tick(),
            Err(RecvTimeoutError::Disconnected) => thread::sleep(left.min(TICK)),
        }
    }
}

/// This machine's time, unix seconds.
fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs() as i64)
}
