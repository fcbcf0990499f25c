//! SCR-1 of the whole book: whatever is put, removed, moved and waited for, every account that exact health calls
//! liquidatable was told as a candidate.

use std::collections::{BTreeMap, BTreeSet};

use breakwater_client::Address;
use breakwater_client::interface::accounts::{MARKET_FEED, SIDE_DEBT, SIDE_DEPOSIT, TokenPosition};
use breakwater_client::interface::order::{ORDER_ABOVE, ORDER_BELOW, ORDER_HEALTH, TriggerOrder};
use breakwater_client::interface::perp::PerpPosition;
use breakwater_client::interface::snapshot::{self, Own, OwnIndex, OwnMarket};
use breakwater_client::interface::{MarginAccount, RiskBoard};
use breakwater_client::margin::perp::Standing;
use breakwater_client::margin::{Index, Snapshot, value};
use breakwater_keeper::bench::crowd::{Chance, Crowd};
use breakwater_keeper::bench::group::{self, FEEDS, MARKETS, NOW, TOKENS};
use breakwater_keeper::bench::{Scenario, run};
use breakwater_keeper::book::{Accrued, Book};
use bytemuck::Zeroable;
use proptest::prelude::*;

/// One thing that happens.
#[derive(Clone, Debug)]
enum Event {
    /// An account of the crowd changes, or comes.
    Put {
        name: u8,
        number: u32,
        oddity: u8,
    },
    /// A later update of an account comes too late.
    PutLate {
        name: u8,
        number: u32,
    },
    Remove {
        name: u8,
    },
    /// A snapshot of all accounts, some of which are gone.
    ReplaceAll {
        keep: u8,
    },
    Forget,
    /// A feed's print, bps.
    Print {
        feed: usize,
        bps: i64,
    },
    /// Every price moves.
    Crash {
        bps: i64,
    },
    /// Time passes without a print.
    Wait {
        seconds: i64,
    },
    /// A bank's or a market's snapshot is refreshed.
    Accrue {
        number: usize,
        part: u64,
    },
    /// What the pool has.
    Pool {
        market: usize,
        bits: u32,
    },
    /// A weight changes.
    Weight {
        token: usize,
        bps: i64,
    },
    Scan,
}

fn event() -> impl Strategy<Value = Event> {
    let put = (0u8..24, 0u32..5_000, 0u8..8);
    prop_oneof![
        8 => put.prop_map(|(name, number, oddity)| Event::Put { name, number, oddity }),
        1 => (0u8..24, 0u32..5_000).prop_map(|(name, number)| Event::PutLate { name, number }),
        1 => (0u8..24).prop_map(|name| Event::Remove { name }),
        1 => (0u8..40).prop_map(|keep| Event::ReplaceAll { keep }),
        1 => Just(Event::Forget),
        12 => (0..FEEDS.len(), -60i64..60).prop_map(|(feed, bps)| Event::Print { feed, bps }),
        3 => (0..FEEDS.len(), -2_000i64..2_000).prop_map(|(feed, bps)| Event::Print { feed, bps }),
        1 => (-1_500i64..1_500).prop_map(|bps| Event::Crash { bps }),
        4 => prop_oneof![1i64..30, 30i64..100, 1_000i64..200_000].prop_map(|seconds| Event::Wait { seconds }),
        3 => (0..TOKENS + MARKETS, 0u64..1_000).prop_map(|(number, part)| Event::Accrue { number, part }),
        1 => (0..MARKETS, 0u32..60).prop_map(|(market, bits)| Event::Pool { market, bits }),
        1 => (0..TOKENS, -50i64..50).prop_map(|(token, bps)| Event::Weight { token, bps }),
        2 => Just(Event::Scan),
    ]
}

/// The book beside what it should know.
struct World {
    board: RiskBoard,
    now: i64,
    slot: u64,
    book: Book,
    accounts: BTreeMap<[u8; 32], (u64, MarginAccount)>,
    /// What was told of since the last scan.
    told: BTreeSet<[u8; 32]>,
    banks: Vec<OwnIndex>,
    markets: Vec<OwnMarket>,
}

impl World {
    fn new() -> World {
        let board = group::board();
        World {
            board,
            now: NOW,
            slot: 10,
            book: Book::new(&board, NOW),
            accounts: BTreeMap::new(),
            told: BTreeSet::new(),
            banks: Vec::new(),
            markets: Vec::new(),
        }
    }

    fn account(&self, number: u32, oddity: u8) -> MarginAccount {
        let legs = 2 + number as usize % 12;
        let mut account = Crowd::new(9, legs, &self.board).account(number).1;
        let mut chance = Chance::new(number.into());
        match oddity {
            1 => account.tokens.iter_mut().for_each(|position| position.side = SIDE_DEPOSIT),
            2 => {
                // So large that it does not fit a row.
                account.tokens[0].shares = u64::MAX / 2 + chance.below(1 << 60);
                account.tokens[1].shares = u64::MAX / 2;
                account.tokens[1].side = SIDE_DEBT;
            }
            3 => {
                let perp = &mut account.perps[0];
                (perp.secured, perp.escrow) = (1 + chance.below(1 << 30), chance.below(1 << 30));
                (perp.base, perp.market) = (perp.base | 1, perp.market);
            }
            4 => account.perps.iter_mut().filter(|perp| !perp.is_free()).for_each(|perp| {
                (perp.matured, perp.seen) = (chance.below(1 << 34), chance.below(1 << 36));
            }),
            5 => {
                account.tokens = Zeroable::zeroed();
                account.tokens[0] = TokenPosition {
                    shares: 1 + chance.below(100_000_000),
                    token: 3,
                    side: SIDE_DEBT,
                    ..Zeroable::zeroed()
                };
                account.tokens[7] = TokenPosition { shares: chance.below(900_000), token: 0, ..Zeroable::zeroed() };
            }
            6 => account.perps.iter_mut().for_each(|perp| {
                // All eight positions, of which some are large.
                *perp = PerpPosition {
                    base: chance.below(1 << 40) as i64 - (1 << 39),
                    quote: chance.below(1 << 37) as i64 - (1 << 36),
                    market: chance.below(MARKETS as u64) as u8,
                    ..*perp
                };
            }),
            7 => account.orders[0] = TriggerOrder { trigger: 1, kind: ORDER_HEALTH, ..Zeroable::zeroed() },
            _ => {}
        }
        account
    }

    fn put(&mut self, name: u8, slot: u64, account: MarginAccount) {
        let key = [name; 32];
        let taken = self.book.put(&Address::new_from_array(key), slot, &account);
        assert_eq!(taken, self.accounts.get(&key).is_none_or(|(known, _)| *known <= slot), "an older slot is ignored");
        if taken {
            self.accounts.insert(key, (slot, account));
        }
    }

    fn happen(&mut self, event: &Event) {
        self.slot += 1;
        match *event {
            Event::Put { name, number, oddity } => self.put(name, self.slot, self.account(number, oddity)),
            Event::PutLate { name, number } => {
                let address = Address::new_from_array([name; 32]);
                if let Some(slot) = self.book.slot(&address) {
                    self.put(name, slot - 1, self.account(number, 0));
                }
            }
            Event::Remove { name } => {
                let address = Address::new_from_array([name; 32]);
                self.book.remove(&address, self.slot);
                self.accounts.remove(&[name; 32]);
                assert!(!self.book.put(&address, self.slot - 1, &self.account(0, 0)), "what is gone stays gone");
            }
            Event::ReplaceAll { keep } => {
                let slot = self.slot;
                self.accounts.retain(|key, _| key[0] < keep);
                self.accounts.values_mut().for_each(|known| known.0 = slot);
                let there: Vec<_> =
                    self.accounts.iter().map(|(key, (_, account))| (Address::new_from_array(*key), *account)).collect();
                self.book.replace_all(slot, there);
            }
            Event::Forget => self.book.forget(self.slot),
            Event::Print { feed, bps } => group::print(&mut self.board, FEEDS[feed], bps, self.now),
            Event::Crash { bps } => FEEDS.iter().for_each(|feed| group::print(&mut self.board, *feed, bps, self.now)),
            Event::Wait { seconds } => self.now += seconds,
            Event::Accrue { number, part } => self.accrue(number, part),
            Event::Pool { market, bits } => self.board.markets[market].payable = 1 << bits,
            Event::Weight { token, bps } => {
                let weights = &mut self.board.tokens[token].weights;
                weights.asset_maintenance = weights.asset_maintenance.saturating_add_signed(bps as i16).min(10_000);
            }
            Event::Scan => {}
        }
    }

    /// Interest and funding: known of the bank itself first, on the board the next time.
    fn accrue(&mut self, number: usize, part: u64) {
        for own in self.banks.drain(..) {
            let token = &mut self.board.tokens[usize::from(own.token)];
            (token.deposit_index, token.borrow_index) = (own.deposit.0, own.borrow.0);
        }
        for own in self.markets.drain(..) {
            let market = &mut self.board.markets[usize::from(own.market)];
            (market.funding_index, market.payable) = (own.funding_index, own.payable);
        }
        if let Some(market) = number.checked_sub(TOKENS) {
            let risk = &self.board.markets[market];
            self.markets.push(OwnMarket {
                market: market as u8,
                price: snapshot::interval(&self.board, MARKET_FEED + market as u8, self.now),
                funding_index: risk.funding_index + (part as i64 - 500) * (1 << 28),
                standing: Standing::Sound,
                payable: risk.payable.saturating_sub(part << 20),
            });
        } else {
            let token = &self.board.tokens[number];
            let grown =
                |index: u64, part: u64| Index((u128::from(index) * u128::from(1_000_000 + part) / 1_000_000) as u64);
            self.banks.push(OwnIndex {
                token: number as u8,
                deposit: grown(token.deposit_index, part / 2),
                borrow: grown(token.borrow_index, part),
                deposits: 0,
            });
        }
    }

    fn is_liquidatable(&self, account: &MarginAccount, own: &Own) -> bool {
        let mut legs = Snapshot::default();
        snapshot::build(&mut legs, &self.board, account, own, self.now).is_ok()
            && value(&legs).is_ok_and(|valuation| valuation.is_liquidatable())
    }

    /// Asks the book and compares with exact health, by the board alone and by what banks and markets know themselves.
    fn ask(&mut self, scan: bool) {
        for own in &mut self.markets {
            own.price = snapshot::interval(&self.board, MARKET_FEED + own.market, self.now);
        }
        let accrued = Accrued { banks: &self.banks, markets: &self.markets };
        let look = match scan {
            true => self.book.scan(&self.board, &accrued, self.now),
            false => self.book.tick(&self.board, &accrued, self.now),
        };
        if look.scanned {
            self.told.clear();
        }
        self.told.extend(look.candidates.iter().map(|address| address.to_bytes()));
        let owns = [
            Own::default(),
            Own { banks: &self.banks, market: None },
            Own { banks: &self.banks, market: self.markets.first().copied() },
        ];
        for (key, (_, account)) in &self.accounts {
            for own in &owns {
                assert!(
                    self.told.contains(key) || !self.is_liquidatable(account, own),
                    "SCR-1 account {} was not told, scan: {scan}, {look:?}",
                    key[0]
                );
            }
        }
        for address in &look.candidates {
            assert!(self.accounts.contains_key(address.as_array()), "what is gone is no candidate");
        }
    }

    /// Compares what the book holds with what it was given.
    fn compare(&self) {
        assert_eq!(self.book.len(), self.accounts.len());
        assert_eq!(self.book.iter().count(), self.accounts.len());
        for (address, account) in self.book.iter() {
            let (slot, known) = &self.accounts[address.as_array()];
            assert_eq!(bytemuck::bytes_of(&account), bytemuck::bytes_of(known), "accounts come back to the last bit");
            assert_eq!(self.book.slot(&address), Some(*slot));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn scr_1_every_liquidatable_account_is_told(events in proptest::collection::vec(event(), 1..120)) {
        let mut world = World::new();
        for (name, number) in (0..24u8).zip(100..) {
            world.put(name, 5, world.account(number, name % 8));
        }
        for event in &events {
            world.happen(event);
            world.ask(matches!(event, Event::Scan));
        }
        world.compare();
    }
}

#[test]
fn scr_1_a_seeded_crowd_is_searched_without_missing_one() {
    let scenario = Scenario { accounts: 20_000, legs: 8, seed: 3, ticks: 3_000 };
    let report = run(&scenario, &mut |_, _, _| {});
    assert_eq!(report.missed, 0, "SCR-1 {report:?}");
    assert!(report.candidates * 1_000 >= report.accounts, "too few candidates to tell anything: {report:?}");
    assert!(report.false_positives * 10 <= report.candidates, "too many healthy candidates: {report:?}");
    assert!(report.bytes <= 400 * report.accounts, "an account takes more than 400 bytes: {report:?}");
    assert!(report.tick_looked * 10.0 < report.accounts as f64, "ticks look at too many: {report:?}");
}

#[test]
fn scr_1_what_banks_and_markets_know_themselves_counts_as_well() {
    let mut world = World::new();
    let held = |token: u8, side: u8, shares: u64| TokenPosition { shares, token, side, ..Zeroable::zeroed() };
    let blank = world.account(1, 0);
    let blank = MarginAccount { tokens: Zeroable::zeroed(), perps: Zeroable::zeroed(), ..blank };
    // $1,000 back a loan of $870 in the other dollar; a profit of $400 backs one of $395; a long has $200 to lose.
    let mut borrower = blank;
    borrower.tokens[0] = held(0, SIDE_DEPOSIT, 1_000_000_000);
    borrower.tokens[1] = held(1, SIDE_DEBT, 856_000_000);
    let funding_index = world.board.markets[0].funding_index;
    let position = PerpPosition { funding_index, base: 1_000_000_000, ..Zeroable::zeroed() };
    let mut winner = blank;
    winner.perps[0] = PerpPosition { quote: 400_000_000, matured: 400_000_000, seen: 400_000_000, ..position };
    winner.tokens[0] = held(1, SIDE_DEBT, 365_000_000);
    let mut payer = blank;
    payer.perps[0] = PerpPosition { quote: -150_000_000, ..position };
    payer.tokens[0] = held(0, SIDE_DEPOSIT, 20_000_000);
    for (name, account) in [(1, borrower), (2, winner), (3, payer)] {
        world.put(name, 20, account);
    }
    assert_eq!(world.book.scan(&world.board, &Accrued::default(), NOW).candidates, []);
    let risk = world.board.markets[0];
    let own = OwnMarket {
        market: 0,
        price: snapshot::interval(&world.board, MARKET_FEED, NOW),
        funding_index: risk.funding_index,
        standing: Standing::Sound,
        payable: risk.payable,
    };
    let borrow = Index(world.board.tokens[1].borrow_index / 50 * 53);
    let bank = OwnIndex { token: 1, deposit: Index(world.board.tokens[1].deposit_index), borrow, deposits: 0 };
    let charged = OwnMarket { funding_index: risk.funding_index + (((20_000_000 << 30) / 1_000_000_000) << 14), ..own };
    for (name, banks, market) in
        [(1, vec![bank], own), (2, vec![], OwnMarket { payable: 1_000_000, ..own }), (3, vec![], charged)]
    {
        let account = world.accounts[&[name; 32]].1;
        assert!(world.is_liquidatable(&account, &Own { banks: &banks, market: Some(market) }), "{name}");
        let look = world.book.tick(&world.board, &Accrued { banks: &banks, markets: &[market] }, NOW);
        let told = look.candidates.contains(&Address::new_from_array([name; 32]));
        assert!(told, "SCR-1 {name} by what is charged but not on the board");
        world.book.scan(&world.board, &Accrued::default(), NOW);
    }
}

#[test]
fn orders_flags_and_bankruptcies_are_found_without_a_search() {
    let mut world = World::new();
    let name = |n: u8| Address::new_from_array([n; 32]);
    let mark = {
        let price = snapshot::interval(&world.board, MARKET_FEED, NOW).mid;
        breakwater_client::margin::perp::Mark::of(price, 6).unwrap().0
    };
    let order = |kind, trigger| TriggerOrder { kind, trigger, size: 1, ..Zeroable::zeroed() };
    for (n, orders) in [
        (1, vec![order(ORDER_BELOW, mark), order(ORDER_BELOW, mark - 1)]),
        (2, vec![order(ORDER_ABOVE, mark + 1), order(ORDER_ABOVE, mark)]),
        (3, vec![order(ORDER_HEALTH, 1_000_000)]),
        (4, vec![]),
    ] {
        let mut account = world.account(n.into(), 0);
        account.orders[..orders.len()].copy_from_slice(&orders);
        account.flag_slot = u64::from(n == 4) * 77;
        world.put(n, 20, account);
    }
    world.put(5, 20, world.account(1, 5));
    let due: BTreeSet<_> = world.book.due_orders(&world.board, NOW).into_iter().collect();
    assert_eq!(due, BTreeSet::from([(name(1), 0), (name(2), 1), (name(3), 0)]));
    assert_eq!(world.book.flagged().collect::<Vec<_>>(), [name(4)]);
    assert_eq!(world.book.bare().collect::<Vec<_>>(), [name(5)]);

    world.put(1, 21, world.account(1, 0));
    world.put(4, 21, world.account(1, 0));
    world.book.remove(&name(5), 22);
    let due: BTreeSet<_> = world.book.due_orders(&world.board, NOW).into_iter().collect();
    assert_eq!(due, BTreeSet::from([(name(2), 1), (name(3), 0)]));
    assert_eq!(world.book.flagged().count() + world.book.bare().count(), 0);
}
