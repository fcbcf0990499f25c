//! The group as it stands: board, banks, markets, oracles, clock and the keeper's own account, each as of its newest slot; and
//! the board as it will be once `refresh` has brought the prints to it that it has not seen.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use breakwater_client::decode::{self, ProgramAccount};
use breakwater_client::interface::accounts::{MARKET_FEED, MARKET_ITEM, MAX_FEEDS, TOKEN_ITEM};
use breakwater_client::interface::live::{Live, accrued, own_index};
use breakwater_client::interface::oracle::OracleAccount;
use breakwater_client::interface::snapshot::{OwnIndex, OwnMarket};
use breakwater_client::interface::{Bank, MarginAccount, PerpMarket, RiskBoard};
use breakwater_client::margin::price;
use breakwater_client::view::View;
use breakwater_client::{Address, CLOCK, PROGRAM_ID, address};

use crate::node::Raw;

/// Index and funding snapshots older than this are brought along, seconds: well within what the keeper itself is held to.
const SNAPSHOT_AGE: u32 = 120;

/// What an update was about.
#[derive(Clone, Debug)]
pub enum Taken {
    /// Nothing new, or nothing of ours.
    Nothing,
    /// A margin account of the group, the keeper's own or another: for the book.
    Margin(Box<MarginAccount>),
    /// Prices, or anything else that health depends on.
    Risk,
    /// The clock.
    Clock,
}

/// Where a feed's prints are published, and what was last seen there.
#[derive(Clone, Debug)]
struct Oracle {
    address: Address,
    raw: Option<Raw>,
}

/// The group.
pub struct Group {
    /// The group's address.
    pub address: Address,
    /// Its board.
    pub board: Address,
    /// The keeper's wallet.
    pub wallet: Address,
    /// The keeper's margin account.
    pub own_address: Address,
    /// The keeper's margin account as it is; `None` before it was read.
    pub own: Option<MarginAccount>,
    /// What the wallet holds, lamports.
    pub lamports: Option<u64>,
    /// The group with prints that the board has not seen, as of now.
    pub view: View,
    chain: Box<RiskBoard>,
    oracles: BTreeMap<u8, Oracle>,
    named: BTreeMap<u8, Address>,
    shard: u16,
    slots: BTreeMap<Address, u64>,
    slot: u64,
    /// Whether the next slot counts, whatever it is.
    slots_forgotten: bool,
    /// The chain's time as it was last read, unix seconds, and when.
    clock: Option<(i64, Instant)>,
    /// Feeds of which the board has not seen the newest print.
    ahead: BTreeSet<u8>,
}

/// Addresses of a group that do not change.
#[derive(Clone, Copy, Debug)]
pub struct Places {
    /// The group.
    pub group: Address,
    /// Its board.
    pub board: Address,
    /// The keeper's wallet.
    pub wallet: Address,
    /// The keeper's margin account.
    pub own: Address,
}

impl Group {
    /// A group of which the board is known; oracle accounts are those that are named, or Pyth's sponsored ones of a shard.
    pub fn new(places: Places, board: &RiskBoard, named: BTreeMap<u8, Address>, shard: u16) -> Group {
        let mut group = Group {
            address: places.group,
            board: places.board,
            wallet: places.wallet,
            own_address: places.own,
            own: None,
            lamports: None,
            view: View::new(board, (0, 0)),
            chain: Box::new(*board),
            oracles: BTreeMap::new(),
            named,
            shard,
            slots: BTreeMap::new(),
            slot: 0,
            slots_forgotten: true,
            clock: None,
            ahead: BTreeSet::new(),
        };
        group.find_oracles();
        group
    }

    /// Names the oracle account of every listed feed; what was known of those that stay is kept.
    fn find_oracles(&mut self) {
        for (number, feed) in (0..MAX_FEEDS as u8).zip(&self.chain.feeds) {
            if feed.listed == 0 {
                self.oracles.remove(&number);
                continue;
            }
            let address = match self.named.get(&number) {
                Some(named) => *named,
                None => address::oracle(&feed.oracle, self.shard),
            };
            match self.oracles.get(&number) {
                Some(oracle) if oracle.address == address => {}
                _ => drop(self.oracles.insert(number, Oracle { address, raw: None })),
            }
        }
    }

    /// Accounts that a source must follow besides margin accounts.
    pub fn followed(&self) -> BTreeSet<Address> {
        let banks = self.view.banks.values().map(|(address, _)| *address);
        let markets = self.view.markets.values().map(|(address, _)| *address);
        let oracles = self.oracles.values().map(|oracle| oracle.address);
        let own = [CLOCK, self.board, self.own_address, self.wallet];
        own.into_iter().chain(banks).chain(markets).chain(oracles).collect()
    }

    /// Banks and markets with interest and funding charged until the view's time. What overflows is left out: the program would
    /// refuse it too.
    pub fn accrued(&self) -> (Vec<OwnIndex>, Vec<OwnMarket>) {
        let View { board, banks, markets, slot, time } = &self.view;
        let books = |bank: &Bank| Some(own_index(bank, &accrued(bank, *time).ok()?));
        let banks: Vec<OwnIndex> = banks.values().filter_map(|(_, bank)| books(bank)).collect();
        let quote = banks.iter().find(|bank| bank.token == board.quote_token).map(|bank| bank.deposit);
        let live = |market: &PerpMarket| Live::new(market, board, quote?, *time, *slot).ok()?.own().ok();
        let markets = markets.values().filter_map(|(_, market)| live(market)).collect();
        (banks, markets)
    }

    /// Takes an account as it is at a slot. What is older than what is known is left alone.
    pub fn take(&mut self, address: &Address, slot: u64, raw: Option<&Raw>, seen: Instant) -> Taken {
        let known = self.slots.get(address).copied().unwrap_or(0);
        let taken = match raw {
            _ if slot < known => return Taken::Nothing,
            _ if *address == self.wallet => {
                self.lamports = Some(raw.map_or(0, |raw| raw.lamports));
                Taken::Clock
            }
            Some(raw) if *address == CLOCK => self.take_clock(raw, seen),
            Some(raw) if raw.owner == PROGRAM_ID => self.take_own(address, raw),
            raw => self.take_oracle(address, raw),
        };
        match taken {
            Taken::Nothing => {}
            // The book keeps the slots of margin accounts.
            Taken::Margin(_) if *address != self.own_address => {}
            _ => drop(self.slots.insert(*address, slot)),
        }
        taken
    }

    fn take_clock(&mut self, raw: &Raw, seen: Instant) -> Taken {
        let Some((slot, time)) = decode::clock(&raw.data) else { return Taken::Nothing };
        self.slot_began(slot);
        self.clock = Some((time, seen));
        Taken::Clock
    }

    /// An account of the program.
    fn take_own(&mut self, address: &Address, raw: &Raw) -> Taken {
        if *address == self.board {
            let Some(board) = decode::account::<RiskBoard>(&raw.data) else { return Taken::Nothing };
            let listed = |board: &RiskBoard| board.feeds.map(|feed| (feed.listed, feed.oracle.feed_id));
            let same = listed(&board) == listed(&self.chain);
            *self.chain = board;
            if !same {
                self.find_oracles();
            }
            return Taken::Risk;
        }
        if let Some(bank) = of_group::<Bank>(raw) {
            return if self.view.put_bank(address, &bank).is_ok() { Taken::Risk } else { Taken::Nothing };
        }
        if let Some(market) = of_group::<PerpMarket>(raw) {
            return if self.view.put_market(address, &market).is_ok() { Taken::Risk } else { Taken::Nothing };
        }
        let Some(account) = decode::margin_account(&raw.data) else { return Taken::Nothing };
        if Address::from(account.group) != self.address {
            return Taken::Nothing;
        }
        if *address == self.own_address {
            self.own = Some(account);
        }
        Taken::Margin(Box::new(account))
    }

    fn take_oracle(&mut self, address: &Address, raw: Option<&Raw>) -> Taken {
        let mut taken = Taken::Nothing;
        for oracle in self.oracles.values_mut().filter(|oracle| oracle.address == *address) {
            if oracle.raw.as_ref() != raw {
                oracle.raw = raw.cloned();
                taken = Taken::Risk;
            }
        }
        taken
    }

    /// A slot has begun.
    pub fn slot_began(&mut self, slot: u64) {
        self.slot = if std::mem::take(&mut self.slots_forgotten) { slot } else { self.slot.max(slot) };
    }

    /// Forgets how new what is known is: a stream that is made anew may belong to a node that was set back.
    pub fn forget_slots(&mut self) {
        self.slots.clear();
        self.slots_forgotten = true;
    }

    /// Slot and unix time of now; `None` before the clock was read.
    pub fn now(&self) -> Option<(u64, i64)> {
        let (time, seen) = self.clock?;
        Some((self.slot, time.saturating_add(seen.elapsed().as_secs() as i64)))
    }

    /// Computes the board as `refresh` would make it now. Prints that it would refuse are left out.
    pub fn project(&mut self) {
        let Some((slot, time)) = self.now() else { return };
        (self.view.slot, self.view.time) = (slot, time);
        *self.view.board = *self.chain;
        self.ahead.clear();
        for (number, oracle) in &self.oracles {
            let Some(raw) = &oracle.raw else { continue };
            let account =
                OracleAccount { address: oracle.address.as_array(), owner: raw.owner.as_array(), data: &raw.data };
            if self.view.refresh(*number, account) == Ok(true) {
                self.ahead.insert(*number);
            }
        }
    }

    /// What `refresh` has to bring so that the program sees of an account and of the keeper's own what the view shows.
    pub fn refresh_items(&self, account: &MarginAccount) -> Vec<(u8, Address)> {
        let mut items = BTreeMap::new();
        for account in [Some(account), self.own.as_ref()].into_iter().flatten() {
            let board = &self.chain;
            let tokens = account.tokens.iter().filter(|position| !position.is_free()).map(|position| position.token);
            let markets: Vec<u8> =
                account.perps.iter().filter(|position| !position.is_free()).map(|position| position.market).collect();
            let quote = (!markets.is_empty()).then_some(board.quote_token);
            for token in tokens.chain(quote) {
                let Some(risk) = board.tokens.get(usize::from(token)) else { continue };
                self.add_print(&mut items, risk.feed);
                if price::age(risk.index_time, self.view.time) > SNAPSHOT_AGE
                    && let Some((bank, _)) = self.view.banks.get(&token)
                {
                    items.insert(TOKEN_ITEM + token, *bank);
                }
            }
            for market in markets {
                self.add_print(&mut items, MARKET_FEED + market);
                let Some(risk) = board.markets.get(usize::from(market)) else { continue };
                if price::age(risk.funding_time, self.view.time) > SNAPSHOT_AGE
                    && let Some((address, _)) = self.view.markets.get(&market)
                {
                    items.insert(MARKET_ITEM + market, *address);
                }
            }
        }
        items.into_iter().collect()
    }

    fn add_print(&self, items: &mut BTreeMap<u8, Address>, feed: u8) {
        if self.ahead.contains(&feed)
            && let Some(oracle) = self.oracles.get(&feed)
        {
            items.insert(feed, oracle.address);
        }
    }

    /// Ages of the newest prints, those that the board has not seen included, seconds; `None` before the first.
    pub fn feed_ages(&self) -> Vec<(u8, Option<u32>)> {
        let (feeds, now) = (&self.view.board.feeds, self.view.time);
        let age = |number: &u8| {
            let published = feeds.get(usize::from(*number)).map_or(0, |feed| feed.publish_time);
            (*number, (published > 0).then(|| price::age(published, now)))
        };
        self.oracles.keys().map(age).collect()
    }
}

/// One of the program's accounts that name their group first.
fn of_group<T: ProgramAccount>(raw: &Raw) -> Option<T> {
    (raw.data.len() == decode::account_size::<T>()).then(|| decode::account(&raw.data))?
}
