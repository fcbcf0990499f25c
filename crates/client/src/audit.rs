//! The sum over all accounts of a group against what its banks and markets count: what no single instruction can check,
//! and anybody can.
//!
//! A [`Holdings`] takes accounts in any order and from anywhere, as long as all are of one moment; [`Holdings::compare`] gives
//! every sum with what it should be. Owns the sums; refuses to know connections, files and prices.
//!
//! ```
//! use breakwater_client::{Address, PROGRAM_ID, audit::Holdings};
//!
//! let mut holdings = Holdings::of(Address::new_unique());
//! assert_eq!(holdings.add(&Address::new_unique(), &PROGRAM_ID, &[0; 100]), Ok(false), "it is none of the group's");
//! assert!(holdings.compare().is_err(), "there is no risk board among the accounts");
//! ```

mod sums;

use std::collections::BTreeMap;
use std::fmt;

use breakwater_interface::accounts::MARGIN_ACCOUNT_SIZE_1;
use breakwater_interface::{
    Bank, InsuranceFund, InsuranceStake, LiquidityPosition, MarginAccount, PerpMarket, RiskBoard,
};

use crate::decode::{self, ProgramAccount, account_size, discriminator};
use crate::{Address, PROGRAM_ID, TOKEN_2022_PROGRAM, TOKEN_PROGRAM};

pub use sums::{Owned, of_bank, of_fund, of_market, owned};

/// Where a token account keeps its amount.
const TOKEN_AMOUNT: usize = 64;

/// How what is counted must stand to what is summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Both are the same.
    Equal,
    /// The sum is at least what is counted; what is above belongs to nobody.
    Covered,
}

/// One sum with what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Id of the law (docs/invariants.md).
    pub law: &'static str,
    /// What is compared.
    pub what: &'static str,
    /// What a bank or a market counts.
    pub counted: i128,
    /// What all accounts together have.
    pub summed: i128,
    /// How the two must stand to each other.
    pub relation: Relation,
}

impl Comparison {
    /// Whether the law holds.
    pub fn holds(&self) -> bool {
        match self.relation {
            Relation::Equal => self.summed == self.counted,
            Relation::Covered => self.summed >= self.counted,
        }
    }

    /// What is summed beyond what is counted.
    pub fn difference(&self) -> i128 {
        self.summed - self.counted
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}: {} are counted and {} are there", self.what, self.counted, self.summed)
    }
}

/// Whose books are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A token's bank, by the token's number.
    Bank(u8),
    /// A perp market, by its number.
    Market(u8),
    /// The shared fund.
    Fund,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Subject::Bank(token) => write!(f, "token {token}"),
            Subject::Market(market) => write!(f, "market {market}"),
            Subject::Fund => write!(f, "fund"),
        }
    }
}

/// A comparison with whose books it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whose books.
    pub subject: Subject,
    /// Address of the bank, market or fund.
    pub address: Address,
    /// The comparison.
    pub comparison: Comparison,
}

/// Why nothing can be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditError {
    /// An account has another size than this version of the program gives it: address, name, its size, the known size.
    OtherVersion(Address, &'static str, usize, usize),
    /// An account that the comparison needs is not there: what it is.
    Missing(String),
    /// An amount does not fit its integer.
    Overflow(Subject),
}

impl fmt::Display for AuditError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            AuditError::OtherVersion(address, name, size, known) => {
                write!(
                    f,
                    "account {address} ({name}) has {size} bytes where {known} are known: use the version of this "
                )?;
                write!(f, "command that belongs to the program")
            }
            AuditError::Missing(what) => write!(f, "{what} is not among the accounts"),
            AuditError::Overflow(subject) => write!(f, "an amount of {subject} does not fit its integer"),
        }
    }
}

/// All accounts of a group at one moment.
#[derive(Clone, Debug)]
pub struct Holdings {
    group: Address,
    board: Option<RiskBoard>,
    banks: BTreeMap<u8, (Address, Bank)>,
    markets: BTreeMap<u8, (Address, PerpMarket)>,
    accounts: Vec<MarginAccount>,
    liquidity: Vec<LiquidityPosition>,
    stakes: Vec<InsuranceStake>,
    fund: Option<(Address, InsuranceFund)>,
    tokens: BTreeMap<Address, u64>,
}

impl Holdings {
    /// Of a group, without any accounts yet.
    pub fn of(group: Address) -> Holdings {
        Holdings {
            group,
            board: None,
            banks: BTreeMap::new(),
            markets: BTreeMap::new(),
            accounts: Vec::new(),
            liquidity: Vec::new(),
            stakes: Vec::new(),
            fund: None,
            tokens: BTreeMap::new(),
        }
    }

    /// Takes an account that belongs to the group, any share of a pool, any stake and any token account; leaves all others. Returns
    /// whether it was taken. An account is to be added once.
    ///
    /// # Errors
    /// An account of the program of another size than this version knows.
    pub fn add(&mut self, address: &Address, owner: &Address, data: &[u8]) -> Result<bool, AuditError> {
        if *owner == TOKEN_PROGRAM || *owner == TOKEN_2022_PROGRAM {
            let amount = data.get(TOKEN_AMOUNT..TOKEN_AMOUNT + 8).and_then(|bytes| bytes.try_into().ok());
            let amount = amount.map(u64::from_le_bytes);
            self.tokens.extend(amount.map(|amount| (*address, amount)));
            return Ok(amount.is_some());
        }
        if *owner != PROGRAM_ID {
            return Ok(false);
        }
        let ours = |group: [u8; 32]| group == self.group.to_bytes();
        if let Some(bank) = decoded::<Bank>(address, data)?.filter(|bank| ours(bank.group)) {
            self.banks.insert(bank.token, (*address, bank));
        } else if let Some(account) = margin_account(address, data)?.filter(|account| ours(account.group)) {
            self.accounts.push(account);
        } else if let Some(market) = decoded::<PerpMarket>(address, data)?.filter(|market| ours(market.group)) {
            self.markets.insert(market.market, (*address, market));
        } else if let Some(position) = decoded::<LiquidityPosition>(address, data)? {
            self.liquidity.push(position);
        } else if let Some(stake) = decoded::<InsuranceStake>(address, data)? {
            self.stakes.push(stake);
        } else if let Some(fund) = decoded::<InsuranceFund>(address, data)?.filter(|fund| ours(fund.group)) {
            self.fund = Some((*address, fund));
        } else if let Some(board) = decoded::<RiskBoard>(address, data)?.filter(|board| ours(board.group)) {
            self.board = Some(board);
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// Addresses of the banks' vaults.
    pub fn vaults(&self) -> Vec<Address> {
        self.banks.values().map(|(_, bank)| Address::from(bank.vault)).collect()
    }

    /// Addresses of the markets and the fund: shares of them name these instead of the group.
    pub fn parents(&self) -> Vec<Address> {
        let fund = self.fund.iter().map(|(address, _)| *address);
        self.markets.values().map(|(address, _)| *address).chain(fund).collect()
    }

    /// Numbers of margin accounts, banks, markets, shares of pools and stakes.
    pub fn counts(&self) -> [usize; 5] {
        let parents = self.parents();
        let stakes = self.stakes.iter().filter(|stake| parents.contains(&Address::from(stake.fund)));
        let mine = self.liquidity.iter().filter(|position| parents.contains(&Address::from(position.market)));
        [self.accounts.len(), self.banks.len(), self.markets.len(), mine.count(), stakes.count()]
    }

    /// Whether the group has a shared fund.
    pub fn has_fund(&self) -> bool {
        self.fund.is_some()
    }

    /// Compares, of each bank, the owners of its deposit and debt shares with its totals, its vault with its own count, and what
    /// it has with what it owes; of each market open interest, claims, secured profit, escrow and the owners of its pool; of the
    /// fund the owners of its units and the shortfalls that it knows.
    ///
    /// Formula:  Σ deposit shares of accounts, and in the quote token of pools, escrows, tranches, the protocol and the shared
    ///           fund = the bank's total; and so on       (docs/invariants.md SOL-1, SOL-2, CON-1, INS-1)
    /// Units:    shares, native units, base units, quote units × 2^44 for claims
    /// Rounding: none, but what a bank has and owes: floor
    ///
    /// # Errors
    /// The board, a listed token's bank, a listed market or a vault is missing; an amount does not fit its integer.
    pub fn compare(&self) -> Result<Vec<Finding>, AuditError> {
        let missing = |what: String| AuditError::Missing(what);
        let board = self.board.as_ref().ok_or_else(|| missing(format!("the risk board of group {}", self.group)))?;
        if let Some(token) = (0..board.token_count).find(|token| !self.banks.contains_key(token)) {
            return Err(missing(format!("the bank of token {token}")));
        }
        if let Some(market) = (0..board.market_count).find(|market| !self.markets.contains_key(market)) {
            return Err(missing(format!("market {market}")));
        }
        let quote = (board.quote_set == 1).then_some(board.quote_token);
        let fund = self.fund.as_ref().map(|(_, fund)| fund);
        let owned = owned(&self.accounts, self.markets.values().map(|(_, market)| market), fund, quote);
        let mut findings = Vec::new();
        for (token, (address, bank)) in &self.banks {
            let vault = Address::from(bank.vault);
            let held =
                self.tokens.get(&vault).ok_or_else(|| missing(format!("{vault}, the vault of token {token},")))?;
            let subject = Subject::Bank(*token);
            let all = of_bank(bank, *held, owned[usize::from(*token)]).map_err(|_| AuditError::Overflow(subject))?;
            findings.extend(all.map(|comparison| Finding { subject, address: *address, comparison }));
        }
        for (number, (address, market)) in &self.markets {
            let shares = self.liquidity.iter().filter(|position| position.market == address.to_bytes());
            let all = of_market(market, &self.accounts, shares);
            let subject = Subject::Market(*number);
            findings.extend(all.map(|comparison| Finding { subject, address: *address, comparison }));
        }
        if let Some((address, fund)) = &self.fund {
            let stakes = self.stakes.iter().filter(|stake| stake.fund == address.to_bytes());
            let (subject, all) = (Subject::Fund, of_fund(fund, stakes, &self.accounts));
            findings.extend(all.map(|comparison| Finding { subject, address: *address, comparison }));
        }
        Ok(findings)
    }
}

/// A margin account of any version; `None` if it is another account.
fn margin_account(address: &Address, data: &[u8]) -> Result<Option<MarginAccount>, AuditError> {
    match data.len() {
        MARGIN_ACCOUNT_SIZE_1 => Ok(decode::margin_account(data)),
        _ => decoded(address, data),
    }
}

/// An account of a type; `None` if it is another one.
fn decoded<T: ProgramAccount>(address: &Address, data: &[u8]) -> Result<Option<T>, AuditError> {
    if !data.starts_with(&discriminator("account", T::NAME)) {
        return Ok(None);
    }
    match decode::account(data) {
        Some(account) if data.len() == account_size::<T>() => Ok(Some(account)),
        _ => Err(AuditError::OtherVersion(*address, T::NAME, data.len(), account_size::<T>())),
    }
}
