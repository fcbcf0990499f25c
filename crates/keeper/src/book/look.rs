//! Which accounts are worth a look: all of them weighed, or those that what moved may have reached.

use breakwater_client::Address;
use breakwater_client::interface::perp::PerpPosition;
use breakwater_client::interface::snapshot::{self, Own};
use breakwater_client::interface::{MarginAccount, RiskBoard};
use breakwater_client::margin::screen::{KEYS, Key, Scales, Table, Terms};
use breakwater_client::margin::{Snapshot, value};
use rayon::prelude::*;

use super::shelf::{Drifts, horizon};
use super::{Accrued, Book, EXACT, MARKED, RISKLESS, terms};

/// Most accounts that are listed as near: as many are looked at within a millisecond.
const MOST_NEAR: usize = 16_384;
/// Accounts that a tick weighs from which on a scan is worth it.
const MANY_LOOKED: usize = 6_144;
/// Changed accounts from which on a scan is worth it.
const MANY_CHANGED: usize = 4_096;

/// What a tick or a scan found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Accounts that may be liquidatable. A tick tells those that depend on something that has moved against them since the
    /// last scan, and changed ones; so an account that it does not tell is not liquidatable, or was told before.
    pub candidates: Vec<Address>,
    /// How many accounts were weighed.
    pub looked: usize,
    /// Whether all accounts were.
    pub scanned: bool,
}

impl Book {
    /// What may be liquidatable after something moved: prices, snapshots, parameters, accounts, time. Weighs all accounts where
    /// more has moved than the last scan looked ahead. `board`: with the prices to decide by; `now`: unix seconds.
    pub fn tick(&mut self, board: &RiskBoard, accrued: &Accrued, now: i64) -> Look {
        let terms = terms::of(board, accrued, now);
        let Some(table) = Table::new(&terms, &self.scales) else { return self.scan(board, accrued, now) };
        let mut drifts: Drifts = [0; KEYS];
        for key in Key::all() {
            drifts[key.number()] = table.drift(&self.reference, key);
        }
        let most = drifts.iter().copied().max().unwrap_or_default();
        if most > self.horizon.into() {
            return self.scan(board, accrued, now);
        }
        self.take(board, table, now);
        let mut numbers = Vec::new();
        let mut looked = 0;
        for shelf in &mut self.shelves {
            looked += shelf.look(&self.table, &drifts, &self.marks, &mut numbers);
        }
        for number in &self.changed {
            let place = self.places[*number as usize];
            if place.shelf() < EXACT {
                looked += 1;
                let screened = self.shelves[place.shelf() as usize].weigh(place.place(), &self.table);
                if screened.is_candidate() {
                    numbers.push(*number);
                }
            }
        }
        looked += self.exact(&terms, &mut numbers);
        self.wants_scan = self.changed.len() > MANY_CHANGED || 2 * most > self.horizon.into() || looked > MANY_LOOKED;
        Look { candidates: self.addressed(&numbers), looked, scanned: false }
    }

    /// Weighs all accounts; the next ticks compare with this moment.
    pub fn scan(&mut self, board: &RiskBoard, accrued: &Accrued, now: i64) -> Look {
        let terms = terms::of(board, accrued, now);
        let table = match Table::new(&terms, &self.scales) {
            Some(table) => table,
            None => self.rescale(&terms),
        };
        self.take(board, table, now);
        self.reference = self.table.clone();
        let stressed = self.table.stressed();
        let hits: Vec<_> = self.shelves.iter().map(|shelf| shelf.survey(&self.table, &stressed)).collect();
        self.horizon = horizon(&hits, MOST_NEAR);
        let mut numbers = Vec::new();
        let horizon = self.horizon;
        self.shelves.par_iter_mut().zip(&hits).for_each(|(shelf, hits)| shelf.list(hits, horizon));
        for (shelf, hits) in self.shelves.iter().zip(&hits) {
            numbers.extend(hits.iter().filter(|(near, _)| *near == 0).map(|(_, place)| shelf.owner(*place)));
        }
        for number in std::mem::take(&mut self.changed) {
            self.mark(number, MARKED, false);
        }
        let weighed: usize = self.shelves.iter().map(|shelf| shelf.len()).sum();
        let looked = weighed + self.exact(&terms, &mut numbers);
        self.wants_scan = false;
        Look { candidates: self.addressed(&numbers), looked, scanned: true }
    }

    /// Whether a scan now would spare the next ticks work: many accounts have changed, or much has moved.
    pub fn wants_scan(&self) -> bool {
        self.wants_scan || self.changed.len() > MANY_CHANGED
    }

    fn take(&mut self, board: &RiskBoard, table: Table, now: i64) {
        self.table = table;
        *self.board = *board;
        self.now = now;
    }

    fn addressed(&self, numbers: &[u32]) -> Vec<Address> {
        numbers.iter().map(|number| self.address(*number)).collect()
    }

    /// Packs all accounts anew: a price or an index has left the scales.
    fn rescale(&mut self, terms: &Terms) -> Table {
        self.scales = Scales::of(terms);
        self.shelves.iter_mut().for_each(|shelf| shelf.clear());
        self.exact.clear();
        for number in 0..self.addresses.len() as u32 {
            if self.places[number as usize].shelf() < RISKLESS {
                let account = self.account(number);
                self.places[number as usize] = self.shelve(number, &account);
            }
        }
        Table::new(terms, &self.scales).expect("scales fit the terms that they are made of")
    }

    /// Values the accounts whose words do not fit a row; returns how many.
    fn exact(&self, terms: &Terms, candidates: &mut Vec<u32>) -> usize {
        if self.exact.is_empty() {
            return 0;
        }
        let mut board = self.board.clone();
        for (token, terms) in board.tokens.iter_mut().zip(&terms.tokens) {
            (token.deposit_index, token.borrow_index) = (terms.deposit_index.0, terms.borrow_index.0);
        }
        let mut legs = Snapshot::default();
        for number in &self.exact {
            if is_liquidatable(&mut legs, &mut board, &self.account(*number), terms, self.now) {
                candidates.push(*number);
            }
        }
        self.exact.len()
    }
}

/// Whether an account is liquidatable by the worse of all that is known.
fn is_liquidatable(
    legs: &mut Snapshot,
    board: &mut RiskBoard,
    account: &MarginAccount,
    terms: &Terms,
    now: i64,
) -> bool {
    for position in account.perps.iter().filter(|position| !PerpPosition::is_free(position)) {
        let market = usize::from(position.market) % board.markets.len();
        let worse = &terms.markets[market];
        let funding = if position.base >= 0 { worse.highest_funding } else { worse.lowest_funding };
        (board.markets[market].funding_index, board.markets[market].payable) = (funding, worse.payable);
    }
    let built = snapshot::build(legs, board, account, &Own::default(), now);
    built.is_ok() && value(legs).is_ok_and(|valuation| valuation.is_liquidatable())
}
