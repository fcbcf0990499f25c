//! What the book costs: a seeded group with many accounts, scanned and ticked, and judged by exact health.

pub mod crowd;
pub mod group;

use std::collections::HashSet;
use std::time::Instant;

use breakwater_client::Address;
use breakwater_client::interface::snapshot::{self, Own};
use breakwater_client::interface::{MarginAccount, RiskBoard};
use breakwater_client::margin::{Snapshot, value};
use rayon::prelude::*;
use serde::Serialize;

use crate::book::{Accrued, Book};
use crowd::Crowd;
use group::{FEEDS, NOW};

/// Scans of which the median is told.
const SCANS: u64 = 9;
/// Ticks within a second: each is one feed's print.
const TICKS_A_SECOND: u64 = 12;

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// Accounts.
    pub accounts: u32,
    /// Legs of each.
    pub legs: usize,
    /// What all chance follows from.
    pub seed: u64,
    /// Ticks.
    pub ticks: u64,
}

/// What came of it. Times depend on the machine, all else on the scenario.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Accounts in the book.
    pub accounts: usize,
    /// Legs of each.
    pub legs: usize,
    /// A scan of all accounts, to the list of candidates: median.
    pub scan_ms: f64,
    /// From one feed's print to the candidates: median.
    pub tick_ms: f64,
    /// Candidates of the first scan.
    pub candidates: usize,
    /// Those of them that exact health calls healthy.
    pub false_positives: usize,
    /// Memory of the book.
    pub bytes: usize,
    /// Liquidatable accounts, by exact health of all accounts, that no scan or tick told: at the beginning and at the end.
    pub missed: usize,
    /// Liquidatable accounts at the beginning and at the end.
    pub liquidatable: [usize; 2],
    /// Ticks.
    pub ticks: usize,
    /// 99 of 100 ticks took less.
    pub tick_p99_ms: f64,
    /// The longest tick.
    pub tick_max_ms: f64,
    /// Accounts that a tick weighed, on average.
    pub tick_looked: f64,
    /// Ticks that weighed all accounts.
    pub tick_scans: usize,
    /// Scans between ticks, as the book asked for them.
    pub scans_between: usize,
    /// The shortest scan: what it takes where nothing else runs.
    pub scan_min_ms: f64,
    /// The longest scan.
    pub scan_max_ms: f64,
    /// Taking one account, on average.
    pub put_us: f64,
    /// What the process holds when the book is full, where the system tells.
    pub rss_bytes: Option<u64>,
    /// Threads of a scan.
    pub threads: usize,
}

/// Where a run is.
pub type Progress<'a> = &'a mut dyn FnMut(&str, u64, u64);

/// Fills a book, scans and ticks it.
pub fn run(scenario: &Scenario, progress: Progress) -> Report {
    let mut board = group::board();
    let crowd = Crowd::new(scenario.seed, scenario.legs, &board);
    let mut book = Book::new(&board, NOW);
    let put_us = fill(&mut book, &crowd, scenario, progress);

    let mut scans = Vec::new();
    let mut told = HashSet::new();
    for scan in 0..SCANS {
        progress("scans", scan, SCANS);
        let started = Instant::now();
        let look = book.scan(&board, &Accrued::default(), NOW);
        scans.push(milliseconds(started));
        told = look.candidates.into_iter().collect::<HashSet<Address>>();
    }
    let (bytes, rss_bytes) = (book.bytes(), resident());
    progress("exact health", 0, 1);
    let truth = liquidatable(&book, &board, NOW);
    let (candidates, false_positives) = (told.len(), told.difference(&truth).count());
    let mut missed = truth.difference(&told).count();

    let ticks = tick(&mut book, &mut board, scenario, &mut told, progress);
    progress("exact health", 0, 1);
    let later = liquidatable(&book, &board, ticks.now);
    missed += later.difference(&told).count();

    let mut times = ticks.times;
    times.sort_by(f64::total_cmp);
    scans.extend(&ticks.scans);
    scans.sort_by(f64::total_cmp);
    Report {
        accounts: book.len(),
        legs: scenario.legs,
        scan_ms: at(&scans, 50),
        tick_ms: at(&times, 50),
        candidates,
        false_positives,
        bytes,
        missed,
        liquidatable: [truth.len(), later.len()],
        ticks: times.len(),
        tick_p99_ms: at(&times, 99),
        tick_max_ms: at(&times, 100),
        tick_looked: ticks.looked as f64 / times.len().max(1) as f64,
        tick_scans: ticks.full,
        scans_between: ticks.scans.len(),
        scan_min_ms: at(&scans, 0),
        scan_max_ms: at(&scans, 100),
        put_us,
        rss_bytes,
        threads: rayon::current_num_threads(),
    }
}

/// Puts all accounts; returns the microseconds that one took.
fn fill(book: &mut Book, crowd: &Crowd, scenario: &Scenario, progress: Progress) -> f64 {
    let mut seconds = 0.0;
    for number in 0..scenario.accounts {
        if number % 10_000 == 0 {
            progress("accounts", number.into(), scenario.accounts.into());
        }
        let (address, account) = crowd.account(number);
        let started = Instant::now();
        book.put(&address, 1, &account);
        seconds += started.elapsed().as_secs_f64();
    }
    1e6 * seconds / f64::from(scenario.accounts.max(1))
}

/// What ticks came to.
struct Ticks {
    times: Vec<f64>,
    scans: Vec<f64>,
    looked: usize,
    full: usize,
    now: i64,
}

/// Moves one feed after the other and asks the book each time.
fn tick(
    book: &mut Book,
    board: &mut RiskBoard,
    scenario: &Scenario,
    told: &mut HashSet<Address>,
    progress: Progress,
) -> Ticks {
    let mut ticks = Ticks { times: Vec::new(), scans: Vec::new(), looked: 0, full: 0, now: NOW };
    let mut chance = crowd::Chance::new(scenario.seed ^ 0x7469_636b);
    for tick in 0..scenario.ticks {
        progress("ticks", tick, scenario.ticks);
        ticks.now = NOW + (tick / TICKS_A_SECOND) as i64;
        let feed = FEEDS[chance.below(FEEDS.len() as u64) as usize];
        // Up to a tenth of a percent either way: what a volatile feed moves in some seconds.
        group::print(board, feed, chance.below(21) as i64 - 10, ticks.now);
        let started = Instant::now();
        let look = book.tick(board, &Accrued::default(), ticks.now);
        ticks.times.push(milliseconds(started));
        ticks.looked += look.looked;
        ticks.full += usize::from(look.scanned);
        told.extend(look.candidates);
        if book.wants_scan() {
            let started = Instant::now();
            let look = book.scan(board, &Accrued::default(), ticks.now);
            ticks.scans.push(milliseconds(started));
            told.extend(look.candidates);
        }
    }
    ticks
}

/// Accounts that exact health calls liquidatable.
pub fn liquidatable(book: &Book, board: &RiskBoard, now: i64) -> HashSet<Address> {
    let addresses: Vec<Address> = book.addresses().collect();
    let is_liquidatable = |legs: &mut Snapshot, account: &MarginAccount| {
        snapshot::build(legs, board, account, &Own::default(), now).is_ok()
            && value(legs).is_ok_and(|valuation| valuation.is_liquidatable())
    };
    let found = addresses.par_iter().map_init(Snapshot::default, |legs, address| {
        book.get(address).filter(|account| is_liquidatable(legs, account)).map(|_| *address)
    });
    found.flatten().collect()
}

fn milliseconds(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1e3
}

/// The value below which a part of sorted values lie.
fn at(sorted: &[f64], percent: usize) -> f64 {
    let last = sorted.len().saturating_sub(1);
    (sorted.get(last * percent / 100).copied().unwrap_or_default() * 1e4).round() / 1e4
}

/// Bytes of memory that the process holds.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1_024)
}
