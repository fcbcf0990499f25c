//! What is seen of one account at one look.

use std::collections::{BTreeMap, BTreeSet};

use breakwater_client::interface::accounts::{MARKET_FEED, MAX_FEEDS, MAX_TOKENS};
use breakwater_client::interface::config::OracleConfig;
use breakwater_client::interface::oracle::OracleAccount;
use breakwater_client::margin::liquidation::Outlook;
use breakwater_client::margin::position::MARKET_LEG;
use breakwater_client::margin::quote::{LegPrices, LiquidationQuote, Threshold};
use breakwater_client::margin::{Weighted, price};
use breakwater_client::{Address, address};

use crate::Failure;
use crate::quote::accounts::{Raw, Source, State, refused};

/// What is seen of an account.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    pub slot: u64,
    pub time: i64,
    /// Health factor, millionths; none where nothing is required of the account.
    pub health: Option<i64>,
    /// The price that is nearest to liquidating.
    pub nearest: Option<Nearest>,
    /// Slot of the flag.
    pub flag: Option<u64>,
    /// From which slot on it could be liquidated if no price moves; none while it is healthy.
    pub from_slot: Option<u64>,
    /// Age of the oldest price among the account's legs, seconds.
    pub oldest: u32,
}

/// A price and its liquidation price, dollars for one native unit × 2^64.
#[derive(Clone, Copy, Debug)]
pub struct Nearest {
    pub leg: u8,
    /// Distance, bps of the price.
    pub bps: i64,
    pub price: u64,
    pub liquidation: u64,
    pub decimals: u8,
}

/// Where prices are published that the board may not know yet.
#[derive(Clone, Debug)]
pub struct Oracles {
    /// Shard of Pyth's sponsored accounts.
    pub shard: u16,
    /// Accounts by number of the feed, in their place.
    pub named: BTreeMap<u8, Address>,
}

impl Oracles {
    /// Brings newer prints of an account's legs to the view. Where there is none that the program would take, the board's price
    /// stays: its age tells.
    fn bring(&self, source: &mut dyn Source, state: &mut State) -> Result<(), Failure> {
        let (board, account) = (&state.view.board, &state.account);
        let feed_of = |token: u8| board.tokens[usize::from(token) % MAX_TOKENS].feed;
        let mut feeds: BTreeSet<u8> =
            account.tokens.iter().filter(|held| !held.is_free()).map(|held| feed_of(held.token)).collect();
        for position in account.perps.iter().filter(|position| !position.is_free()) {
            feeds.extend([MARKET_FEED.saturating_add(position.market), feed_of(board.quote_token)]);
        }
        let oracle =
            |feed: u8| board.feeds.get(usize::from(feed)).map(|entry| (feed, self.address(feed, &entry.oracle)));
        let oracles: Vec<(u8, Address)> = feeds.into_iter().filter_map(oracle).collect();
        let addresses: Vec<Address> = oracles.iter().map(|(_, address)| *address).collect();
        if addresses.is_empty() {
            return Ok(());
        }
        for ((feed, address), raw) in oracles.iter().zip(source.accounts(&addresses)?) {
            let Some(Raw { owner, data }) = &raw else { continue };
            let account = OracleAccount { address: address.as_array(), owner: owner.as_array(), data };
            let _ = state.view.refresh(*feed, account);
        }
        Ok(())
    }

    fn address(&self, feed: u8, oracle: &OracleConfig) -> Address {
        match self.named.get(&feed) {
            Some(address) => *address,
            None => address::oracle(oracle, self.shard),
        }
    }
}

impl Reading {
    /// Reads an account, with the newest prices.
    pub fn take(source: &mut dyn Source, key: &Address, oracles: &Oracles) -> Result<Reading, Failure> {
        let mut state = State::load(source, key, None)?;
        oracles.bring(source, &mut state)?;
        let answer = state.view.quote(&state.account, u64::MAX).map_err(|error| refused(*key, error))?;
        let (view, quoted) = (&state.view, &answer.told);
        let from_slot = match quoted.outlook {
            Outlook::Healthy => None,
            Outlook::Unflagged(wait) | Outlook::Flagged(wait) => Some(wait.slot),
            Outlook::Due => Some(view.slot),
        };
        let age = |leg: &LegPrices| price::age(view.board.feeds[feed(leg.leg)].publish_time, view.time);
        Ok(Reading {
            slot: view.slot,
            time: view.time,
            health: quoted.valuation.health_factor_ppm(),
            nearest: quoted.legs.iter().filter_map(|leg| nearest(&state, quoted, leg)).min_by_key(|leg| leg.bps),
            flag: (state.account.flag_slot != 0).then_some(state.account.flag_slot),
            from_slot,
            oldest: quoted.legs.iter().map(age).max().unwrap_or(0),
        })
    }
}

/// The feed of a leg on the board.
fn feed(leg: u8) -> usize {
    let feed = leg.checked_sub(MARKET_LEG).map_or(leg, |market| MARKET_FEED.saturating_add(market));
    usize::from(feed) % MAX_FEEDS
}

/// How far a leg's price is from its liquidation price: 0 beyond it, none where no price liquidates.
fn nearest(state: &State, quoted: &LiquidationQuote, leg: &LegPrices) -> Option<Nearest> {
    let price = leg.mid.0;
    let liquidation = match leg.maintenance {
        Threshold::Never => return None,
        Threshold::Always => price,
        Threshold::At(at) => at.0,
    };
    // Under water the price that is named lies ahead, where it would end.
    let bps = match quoted.valuation.maintenance < Weighted::ZERO {
        true => 0,
        false => i64::try_from(u128::from(price.abs_diff(liquidation)) * 10_000 / u128::from(price.max(1))).ok()?,
    };
    let decimals = state.view.board.feeds[feed(leg.leg)].oracle.decimals;
    Some(Nearest { leg: leg.leg, bps, price, liquidation, decimals })
}

/// A source that reads a group's board and banks once for all accounts of a look.
pub struct Look<'a> {
    source: &'a mut dyn Source,
    boards: BTreeMap<Address, Option<Raw>>,
    banks: BTreeMap<Address, Vec<(Address, Raw)>>,
}

impl<'a> Look<'a> {
    pub fn new(source: &'a mut dyn Source) -> Look<'a> {
        Look { source, boards: BTreeMap::new(), banks: BTreeMap::new() }
    }
}

impl Source for Look<'_> {
    fn name(&self) -> String {
        self.source.name()
    }

    fn accounts(&mut self, addresses: &[Address]) -> Result<Vec<Option<Raw>>, Failure> {
        self.source.accounts(addresses)
    }

    fn board(&mut self, group: &Address) -> Result<Option<Raw>, Failure> {
        if let Some(board) = self.boards.get(group) {
            return Ok(board.clone());
        }
        let board = self.source.board(group)?;
        self.boards.insert(*group, board.clone());
        Ok(board)
    }

    fn banks(&mut self, group: &Address) -> Result<Vec<(Address, Raw)>, Failure> {
        if let Some(banks) = self.banks.get(group) {
            return Ok(banks.clone());
        }
        let banks = self.source.banks(group)?;
        self.banks.insert(*group, banks.clone());
        Ok(banks)
    }
}
