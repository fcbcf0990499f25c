//! The book: every margin account of a group in little memory, and which of them are worth a look after something moved.
//!
//! Two copies of an account are kept: a record that gives it back to the last bit, and a row of a few words that
//! [`margin::screen`](breakwater_client::margin::screen) weighs in some nanoseconds. The answer is a list of *candidates*:
//! every account that `health::value` calls liquidatable is on it (SCR-1), and a few healthy ones may be. The book never
//! decides; who asks it builds the snapshot and the plan.
//!
//! [`Book::scan`] weighs all accounts. It also lists those that are near: for each, how far every price, index and interval
//! may move against it before it can be liquidatable. [`Book::tick`] compares what decides now with what decided at the last
//! scan, factor by factor, and looks only at listed accounts that depend on a factor that has moved further than that, and
//! at accounts that have changed since. That is a trigger price for each account and feed, kept as a distance.
//!
//! Time moves factors too: intervals widen with age, stale deposits decay, funding and interest are charged. A tick at a later
//! time with the same prices sees that. Nothing is seen without a tick or a scan.

mod look;
mod names;
mod record;
mod shelf;
mod slab;
mod terms;
mod watch;

use breakwater_client::Address;
use breakwater_client::interface::{MarginAccount, RiskBoard};
use breakwater_client::margin::screen::{Packed, Scales, Table};

use names::Names;
use shelf::{Nearness, Shelf};
use slab::{Slabs, Spot, push};
use watch::Watch;

pub use look::Look;
pub use terms::Accrued;

/// Mark of an account that has changed since the last scan.
const MARKED: u8 = 1;
/// Mark of an account that a side index knows.
const WATCHED: u8 = 2;

/// Accounts whose words do not fit a row: these are weighed exactly.
const EXACT: u32 = 5;
/// Accounts that owe nothing and hold no position that can lose: these are not weighed.
const RISKLESS: u32 = 6;
/// Accounts that are gone, remembered so that no late update brings them back.
const GONE: u32 = 7;
/// A number that is free.
const FREE: u32 = 8;

/// Where an account's row lies: a shelf's number or one of the above, and the place there.
#[derive(Clone, Copy)]
struct Place(u32);

/// Bits of a place.
const PLACE_BITS: u32 = 28;

impl Place {
    fn new(shelf: u32, place: u32) -> Place {
        Place(shelf << PLACE_BITS | place)
    }

    fn shelf(self) -> u32 {
        self.0 >> PLACE_BITS
    }

    fn place(self) -> u32 {
        self.0 & ((1 << PLACE_BITS) - 1)
    }
}

/// Every margin account of a group.
pub struct Book {
    group: [u8; 32],
    names: Names,
    // By an account's number.
    addresses: Vec<[u8; 32]>,
    slots: Vec<u64>,
    places: Vec<Place>,
    spots: Vec<Spot>,
    marks: Vec<u8>,
    free: Vec<u32>,
    live: usize,
    slabs: Slabs,
    shelves: [Box<dyn Shelf>; EXACT as usize],
    exact: Vec<u32>,
    watch: Watch,
    /// Accounts that have changed since the last scan.
    changed: Vec<u32>,
    scales: Scales,
    /// What decided at the last scan.
    reference: Table,
    /// What decided at the last tick or scan.
    table: Table,
    /// Up to which nearness accounts are listed.
    horizon: Nearness,
    /// Whether a scan would make the next ticks cheaper.
    wants_scan: bool,
    board: Box<RiskBoard>,
    now: i64,
    scratch: Vec<u8>,
}

impl Book {
    /// An empty book of the board's group. `now`: unix seconds.
    pub fn new(board: &RiskBoard, now: i64) -> Book {
        let terms = terms::of(board, &Accrued::default(), now);
        let scales = Scales::of(&terms);
        let table = Table::new(&terms, &scales).expect("scales fit the terms that they are made of");
        Book {
            group: board.group,
            names: Names::new(),
            addresses: Vec::new(),
            slots: Vec::new(),
            places: Vec::new(),
            spots: Vec::new(),
            marks: Vec::new(),
            free: Vec::new(),
            live: 0,
            slabs: Slabs::default(),
            shelves: shelf::all(),
            exact: Vec::new(),
            watch: Watch::default(),
            changed: Vec::new(),
            scales,
            reference: table.clone(),
            table,
            horizon: 0,
            wants_scan: false,
            board: Box::new(*board),
            now,
            scratch: Vec::new(),
        }
    }

    /// Takes an account as it was at a slot; false if the book knows a later slot of it. Of two updates of one slot the last
    /// to come counts.
    pub fn put(&mut self, address: &Address, slot: u64, account: &MarginAccount) -> bool {
        let Some(number) = self.number_for(address.as_array(), slot) else { return false };
        self.unlink(number);
        self.live += 1;
        let mut record = std::mem::take(&mut self.scratch);
        record.clear();
        record::encode(account, &self.group, &mut record);
        self.spots[number as usize] = self.slabs.put(&record);
        self.scratch = record;
        self.places[number as usize] = self.shelve(number, account);
        let watched = self.watch.put(number, account, &self.board, self.now);
        self.mark(number, WATCHED, watched);
        self.has_changed(number);
        true
    }

    /// Lets go of an account that was closed at a slot; false if the book knows a later slot of it. What is gone is remembered
    /// until [`Book::forget`], so that an update that comes late does not bring it back.
    pub fn remove(&mut self, address: &Address, slot: u64) -> bool {
        let Some(number) = self.number_for(address.as_array(), slot) else { return false };
        self.unlink(number);
        self.places[number as usize] = Place::new(GONE, 0);
        true
    }

    /// Takes a snapshot of all accounts of the group at a slot: what is not among them, and not known later, is gone.
    pub fn replace_all(&mut self, slot: u64, accounts: impl IntoIterator<Item = (Address, MarginAccount)>) {
        let mut there = vec![false; self.addresses.len()];
        for (address, account) in accounts {
            self.put(&address, slot, &account);
            let number = self.names.find(address.as_array(), &self.addresses).unwrap_or_default() as usize;
            there.resize(self.addresses.len().max(there.len()), false);
            there[number] = true;
        }
        for (number, there) in there.into_iter().enumerate() {
            if !there && self.is_live(number as u32) && self.slots[number] <= slot {
                self.remove(&Address::new_from_array(self.addresses[number]), slot);
            }
        }
    }

    /// Forgets accounts that were gone before a slot, of which no update can come any more.
    pub fn forget(&mut self, before: u64) {
        for number in 0..self.addresses.len() as u32 {
            if self.places[number as usize].shelf() == GONE && self.slots[number as usize] < before {
                self.names.remove(&self.addresses[number as usize], &self.addresses);
                self.places[number as usize] = Place::new(FREE, 0);
                self.free.push(number);
            }
        }
    }

    /// The account at an address, to the last bit as it was put.
    pub fn get(&self, address: &Address) -> Option<MarginAccount> {
        self.find(address).map(|number| self.account(number))
    }

    /// The slot of the account at an address.
    pub fn slot(&self, address: &Address) -> Option<u64> {
        self.find(address).map(|number| self.slots[number as usize])
    }

    /// Number of accounts.
    pub fn len(&self) -> usize {
        self.live
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// All addresses, in no order.
    pub fn addresses(&self) -> impl Iterator<Item = Address> + '_ {
        self.numbers().map(|number| self.address(number))
    }

    /// All accounts, in no order. Each is rebuilt, which costs some hundred nanoseconds.
    pub fn iter(&self) -> impl Iterator<Item = (Address, MarginAccount)> + '_ {
        self.numbers().map(|number| (self.address(number), self.account(number)))
    }

    /// Accounts with a flag.
    pub fn flagged(&self) -> impl Iterator<Item = Address> + '_ {
        self.watch.flagged().map(|number| self.address(number))
    }

    /// Accounts that looked bankrupt when they last changed: they owe, no deposit is worth a dollar, and no more than one
    /// position is open. They are candidates as well.
    pub fn bare(&self) -> impl Iterator<Item = Address> + '_ {
        self.watch.bare().map(|number| self.address(number))
    }

    /// Orders that may be executed at a board's prices, with their slots: those whose price has come, and all that wait for a
    /// health factor. Whether one has expired is not looked at.
    pub fn due_orders(&self, board: &RiskBoard, now: i64) -> Vec<(Address, u8)> {
        self.watch.due(board, now).into_iter().map(|(number, slot)| (self.address(number), slot)).collect()
    }

    /// Bytes that the book has taken from the system.
    pub fn bytes(&self) -> usize {
        let each = size_of::<[u8; 32]>() + size_of::<u64>() + size_of::<Place>() + size_of::<Spot>() + 1;
        self.addresses.capacity() * each
            + 4 * (self.free.capacity() + self.exact.capacity() + self.changed.capacity())
            + self.names.bytes()
            + self.slabs.bytes()
            + self.shelves.iter().map(|shelf| shelf.bytes()).sum::<usize>()
            + self.watch.bytes()
            + size_of::<RiskBoard>()
            + size_of::<Book>()
    }

    fn numbers(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.addresses.len() as u32).filter(|number| self.is_live(*number))
    }

    fn is_live(&self, number: u32) -> bool {
        self.places[number as usize].shelf() < GONE
    }

    fn find(&self, address: &Address) -> Option<u32> {
        self.names.find(address.as_array(), &self.addresses).filter(|number| self.is_live(*number))
    }

    fn address(&self, number: u32) -> Address {
        Address::new_from_array(self.addresses[number as usize])
    }

    fn account(&self, number: u32) -> MarginAccount {
        record::decode(self.slabs.get(self.spots[number as usize]), &self.group)
    }

    fn mark(&mut self, number: u32, mark: u8, on: bool) {
        let marks = &mut self.marks[number as usize];
        *marks = if on { *marks | mark } else { *marks & !mark };
    }

    /// The number of an address, new or known, at a slot that is not behind what is known of it.
    fn number_for(&mut self, address: &[u8; 32], slot: u64) -> Option<u32> {
        if let Some(number) = self.names.find(address, &self.addresses) {
            let known = &mut self.slots[number as usize];
            if slot < *known {
                return None;
            }
            *known = slot;
            return Some(number);
        }
        let number = self.free.pop().unwrap_or(self.addresses.len() as u32);
        if number as usize == self.addresses.len() {
            push(&mut self.addresses, *address);
            push(&mut self.slots, slot);
            push(&mut self.places, Place::new(FREE, 0));
            push(&mut self.spots, Spot::default());
            push(&mut self.marks, 0);
        }
        self.addresses[number as usize] = *address;
        self.slots[number as usize] = slot;
        self.places[number as usize] = Place::new(GONE, 0);
        self.names.insert(number, &self.addresses);
        Some(number)
    }

    /// Takes an account out of everything but its name and slot.
    fn unlink(&mut self, number: u32) {
        if !self.is_live(number) {
            return;
        }
        self.live -= 1;
        if self.marks[number as usize] & WATCHED != 0 {
            let account = self.account(number);
            self.watch.remove(number, &account);
            self.mark(number, WATCHED, false);
        }
        self.slabs.remove(self.spots[number as usize]);
        let place = self.places[number as usize];
        match place.shelf() {
            EXACT => {
                self.exact.swap_remove(place.place() as usize);
                if let Some(moved) = self.exact.get(place.place() as usize) {
                    self.places[*moved as usize] = place;
                }
            }
            RISKLESS => {}
            shelf => {
                if let Some(moved) = self.shelves[shelf as usize].remove(place.place()) {
                    self.places[moved as usize] = place;
                }
            }
        }
        self.has_changed(number);
    }

    /// Marks an account: until the next scan ticks weigh it by itself, and what is listed of it counts no more.
    fn has_changed(&mut self, number: u32) {
        if self.marks[number as usize] & MARKED == 0 {
            self.mark(number, MARKED, true);
            self.changed.push(number);
        }
    }

    /// Puts an account's row where it fits.
    fn shelve(&mut self, number: u32, account: &MarginAccount) -> Place {
        if account.is_riskless() {
            return Place::new(RISKLESS, 0);
        }
        if let Some(packed) = pack(account, &self.scales) {
            for (shelf, rows) in self.shelves.iter_mut().enumerate() {
                if let Some(place) = rows.push(&packed, number) {
                    return Place::new(shelf as u32, place);
                }
            }
        }
        push(&mut self.exact, number);
        Place::new(EXACT, self.exact.len() as u32 - 1)
    }
}

/// An account's words.
fn pack(account: &MarginAccount, scales: &Scales) -> Option<Packed> {
    let tokens = account.tokens.iter().filter(|position| !position.is_free());
    let perps = account.perps.iter().filter(|position| !position.is_free());
    Packed::new(
        scales,
        tokens.map(|position| (position.token, position.side(), position.shares)),
        perps.map(|position| (position.market, position.position())),
    )
}
