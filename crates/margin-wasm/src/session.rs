//! The accounts of one group as a page has read them, and the group's view that is made of them.

use std::collections::BTreeMap;

use breakwater_client::decode::{self, ProgramAccount};
use breakwater_client::view::View;
use breakwater_client::{Address, CLOCK, PROGRAM_ID, address};
use breakwater_interface::accounts::MAX_FEEDS;
use breakwater_interface::config::OracleConfig;
use breakwater_interface::oracle::OracleAccount;
use breakwater_interface::{
    Bank, Group, InsuranceFund, InsuranceStake, LiquidityPosition, MarginAccount, MarginError, PerpMarket,
    QueuedChange, ReceiptLog, RiskBoard,
};

use crate::answer::answers;

answers! {
    /// Why a question has no answer.
    pub struct Refused {
        /// The program's code for it; 0 where the program has none.
        code: u32,
        /// Its name.
        name: String,
        /// What is the matter, in a sentence.
        message: String,
    }
}

impl Refused {
    /// A refusal that the program does not know.
    pub fn new(name: &str, message: impl Into<String>) -> Refused {
        Refused { code: 0, name: name.into(), message: message.into() }
    }
}

impl From<MarginError> for Refused {
    fn from(error: MarginError) -> Refused {
        Refused { code: error.code(), name: error.name().into(), message: error.message().into() }
    }
}

/// Shard of the accounts that Pyth sponsors.
const SHARD: u16 = 0;

/// An account as it was read.
enum Record {
    Group(Box<Group>),
    Board(Box<RiskBoard>),
    Bank(Box<Bank>),
    Market(Box<PerpMarket>),
    Fund(Box<InsuranceFund>),
    Log(Box<ReceiptLog>),
    Change(Box<QueuedChange>),
    Margin(Box<MarginAccount>),
    Liquidity(Box<LiquidityPosition>),
    Stake(Box<InsuranceStake>),
    /// Of another program: its owner and its bytes.
    Oracle([u8; 32], Vec<u8>),
}

impl Record {
    /// Reads an account of the program; `None` for one that a page does not need.
    fn read(data: &[u8]) -> Option<Record> {
        fn of<T: ProgramAccount>(data: &[u8]) -> Option<Box<T>> {
            decode::account(data).map(Box::new)
        }
        decode::margin_account(data)
            .map(|account| Record::Margin(Box::new(account)))
            .or_else(|| of(data).map(Record::Board))
            .or_else(|| of(data).map(Record::Bank))
            .or_else(|| of(data).map(Record::Market))
            .or_else(|| of(data).map(Record::Group))
            .or_else(|| of(data).map(Record::Fund))
            .or_else(|| of(data).map(Record::Log))
            .or_else(|| of(data).map(Record::Change))
            .or_else(|| of(data).map(Record::Liquidity))
            .or_else(|| of(data).map(Record::Stake))
    }
}

/// What a page has read.
#[derive(Default)]
pub struct Session {
    at: (u64, i64),
    records: BTreeMap<Address, Record>,
    /// Where the prints of a feed are published: deriving that takes longer than anything else here.
    oracle_addresses: Vec<([u8; 32], Address)>,
    /// Feeds whose newest print `refresh` would refuse, and why.
    refused_prints: Vec<(u8, MarginError)>,
    view: Option<View>,
}

/// A function that finds all accounts of a kind.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident: $kind:ident => $type:ty,)*) => {$(
        $(#[$doc])*
        pub fn $name(&self) -> impl Iterator<Item = (&Address, &$type)> {
            self.records.iter().filter_map(|(address, record)| match record {
                Record::$kind(found) => Some((address, &**found)),
                _ => None,
            })
        }
    )*};
}

impl Session {
    kinds! {
        /// The group.
        groups: Group => Group,
        /// Its board.
        boards: Board => RiskBoard,
        /// Its banks.
        banks: Bank => Bank,
        /// Its markets.
        markets: Market => PerpMarket,
        /// The shared fund.
        funds: Fund => InsuranceFund,
        /// The chain of receipts.
        logs: Log => ReceiptLog,
        /// Changes of parameters that were queued.
        changes: Change => QueuedChange,
        /// Margin accounts.
        accounts: Margin => MarginAccount,
        /// Shares of pools.
        liquidity: Liquidity => LiquidityPosition,
        /// Stakes in the shared fund.
        stakes: Stake => InsuranceStake,
    }

    /// Sets the moment for which answers are given.
    pub fn set_time(&mut self, at: (u64, i64)) {
        if self.at != at {
            self.at = at;
            self.view = None;
        }
    }

    /// Takes accounts in, each `address ‖ owner ‖ length ‖ data`; tells how many of them it knows.
    pub fn put_packed(&mut self, mut bytes: &[u8]) -> String {
        let mut known = 0;
        while let Some((head, rest)) = bytes.split_first_chunk::<68>() {
            let (address, owner) = (chunk(&head[..32]), chunk(&head[32..64]));
            let length = u32::from_le_bytes([head[64], head[65], head[66], head[67]]) as usize;
            let Some((data, rest)) = rest.split_at_checked(length) else { break };
            known += u32::from(self.put(address.into(), owner, data));
            bytes = rest;
        }
        known.to_string()
    }

    /// Takes an account in; without data it is forgotten. False for one that a page does not need.
    pub fn put(&mut self, address: Address, owner: [u8; 32], data: &[u8]) -> bool {
        if address == CLOCK {
            return decode::clock(data).map(|at| self.set_time(at)).is_some();
        }
        self.view = None;
        if data.is_empty() {
            return self.records.remove(&address).is_some();
        }
        let record = match owner == PROGRAM_ID.to_bytes() {
            true => Record::read(data),
            false => Some(Record::Oracle(owner, data.to_vec())),
        };
        record.map(|record| self.records.insert(address, record)).is_some()
    }

    /// Makes the group's view anew if anything has been read since: the group as it will be once `refresh` has brought
    /// everything that the page has read to the board.
    ///
    /// # Errors
    /// NoGroup until the board has been read; those of an index that cannot be computed
    pub fn refresh(&mut self) -> Result<(), Refused> {
        if self.view.is_none() {
            self.view = Some(self.fresh_view()?);
        }
        Ok(())
    }

    /// The view that [`Session::refresh`] has made.
    ///
    /// # Errors
    /// NoGroup
    pub fn view(&self) -> Result<&View, Refused> {
        self.view.as_ref().ok_or_else(no_group)
    }

    /// Why `refresh` would refuse the newest print of a feed; `None` where it would not.
    pub fn refused_print(&self, feed: u8) -> Option<MarginError> {
        self.refused_prints.iter().find(|(number, _)| *number == feed).map(|(_, error)| *error)
    }

    fn fresh_view(&mut self) -> Result<View, Refused> {
        let (_, board) = self.boards().next().ok_or_else(no_group)?;
        let mut view = View::new(board, self.at);
        self.refused_prints.clear();
        for (address, bank) in self.banks() {
            view.put_bank(address, bank)?;
        }
        for (address, market) in self.markets() {
            view.put_market(address, market)?;
        }
        for number in 0..MAX_FEEDS as u8 {
            let feed = view.board.feeds[usize::from(number)];
            if feed.listed != 1 {
                continue;
            }
            let place = self.oracle_address(&feed.oracle);
            if let Some(Record::Oracle(owner, data)) = self.records.get(&place) {
                let account = OracleAccount { address: &place.to_bytes(), owner, data };
                // A print that is refused is no news: the board's stands. But who brings it is refused with it.
                if let Err(error) = view.refresh(number, account) {
                    self.refused_prints.push((number, error));
                }
            }
        }
        Ok(view.brought_up_to_date()?)
    }

    fn oracle_address(&mut self, oracle: &OracleConfig) -> Address {
        let known = self.oracle_addresses.iter().find(|(feed, _)| *feed == oracle.feed_id);
        known.map(|(_, place)| *place).unwrap_or_else(|| {
            let place = address::oracle(oracle, SHARD);
            self.oracle_addresses.push((oracle.feed_id, place));
            place
        })
    }

    /// A margin account of the group.
    ///
    /// # Errors
    /// NoAccount
    pub fn account(&self, address: &Address) -> Result<MarginAccount, Refused> {
        let found = match self.records.get(address) {
            Some(Record::Margin(account)) => Some(**account),
            _ => None,
        };
        found.ok_or_else(|| Refused::new("NoAccount", format!("{address} is not a margin account of this group")))
    }
}

fn no_group() -> Refused {
    Refused::new("NoGroup", "the group's risk board has not been read yet")
}

fn chunk(bytes: &[u8]) -> [u8; 32] {
    let mut chunk = [0; 32];
    chunk.copy_from_slice(bytes);
    chunk
}
