//! The accounts that a quote is computed from, and the quote.

use breakwater_client::decode::{self, ProgramAccount, account_size};
use breakwater_client::interface::quote::ReturnedQuote;
use breakwater_client::interface::{MarginAccount, MarginError, RiskBoard};
use breakwater_client::margin::position::MARKET_LEG;
use breakwater_client::view::{Basis, View};
use breakwater_client::{Address, CLOCK, PROGRAM_ID, address};

use crate::Failure;

/// An account's owner and data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    pub owner: Address,
    pub data: Vec<u8>,
}

/// Where accounts come from.
pub trait Source {
    /// What the source is called in a sentence.
    fn name(&self) -> String;
    /// Accounts by address, in order.
    fn accounts(&mut self, addresses: &[Address]) -> Result<Vec<Option<Raw>>, Failure>;
    /// A group's risk board.
    fn board(&mut self, group: &Address) -> Result<Option<Raw>, Failure>;
    /// A group's banks.
    fn banks(&mut self, group: &Address) -> Result<Vec<(Address, Raw)>, Failure>;
}

/// Everything that a quote needs.
pub struct State {
    pub address: Address,
    pub account: MarginAccount,
    pub view: View,
}

/// A quote with how it was computed.
pub struct Answer {
    pub returned: ReturnedQuote,
    /// What the numbers lack, if anything.
    pub caveat: Option<&'static str>,
}

impl State {
    /// Reads an account and what belongs to it.
    pub fn load(source: &mut dyn Source, key: &Address, at: Option<(u64, i64)>) -> Result<State, Failure> {
        let name = source.name();
        let [found, clock] = &source.accounts(&[*key, CLOCK])?[..] else {
            return Err(Failure::Run(format!("{name} answered with another number of accounts than asked for")));
        };
        let account = margin_account(found.as_ref(), key, &name)?;
        let group = Address::from(account.group);
        let board = source.board(&group)?.and_then(|raw| decoded::<RiskBoard>(&raw)).ok_or_else(|| {
            Failure::Input(format!("{name} has no risk board of group {group}: add the account that the group names"))
        })?;
        let at = at.or_else(|| clock.as_ref().and_then(moment)).ok_or_else(|| {
            Failure::Input(format!("{name} has no clock: add the account {CLOCK} or pass --at SLOT,TIME"))
        })?;
        let mut view = View::new(&board, at);
        for (key, raw) in source.banks(&group)? {
            if let Some(bank) = decoded(&raw) {
                view.put_bank(&key, &bank).map_err(|error| refused(key, error))?;
            }
        }
        let held = account.perps.iter().filter(|position| !position.is_free());
        let keys: Vec<Address> = held.map(|position| address::perp_market(&group, position.market)).collect();
        let found = if keys.is_empty() { Vec::new() } else { source.accounts(&keys)? };
        for (key, raw) in keys.into_iter().zip(found) {
            if let Some(market) = raw.and_then(|raw| decoded(&raw)) {
                view.put_market(&key, &market).map_err(|error| refused(key, error))?;
            }
        }
        Ok(State { address: *key, account, view })
    }

    /// The best step, with the indices of the banks and of the market that it would touch.
    pub fn quote(&self, most: u64) -> Result<Answer, Failure> {
        let answer = self.view.quote(&self.account, most).map_err(|error| refused(self.address, error))?;
        let missing = answer.target.is_some() && answer.basis == Basis::Board;
        let caveat = "its banks or its market are not among the accounts: by the board's snapshots";
        Ok(Answer { returned: self.view.returned(&self.account, &answer.told), caveat: missing.then_some(caveat) })
    }
}

/// An account that the program would not quote either.
pub fn refused(key: Address, error: MarginError) -> Failure {
    Failure::Input(format!("account {key} cannot be quoted: {}: {}", error.name(), error.message()))
}

/// One of the program's accounts.
pub fn decoded<T: ProgramAccount>(raw: &Raw) -> Option<T> {
    (raw.owner == PROGRAM_ID).then(|| decode::account(&raw.data))?
}

fn margin_account(raw: Option<&Raw>, key: &Address, source: &str) -> Result<MarginAccount, Failure> {
    let refuse = |fact: String| Err(Failure::Input(fact));
    let Some(raw) = raw else {
        return refuse(format!("account {key} is not in {source}: check the address and where it is read from"));
    };
    if raw.owner != PROGRAM_ID {
        let owner = raw.owner;
        return refuse(format!("account {key} belongs to program {owner}, not to Breakwater: pass a margin account"));
    }
    let size = account_size::<MarginAccount>();
    match decode::account(&raw.data) {
        Some(account) if raw.data.len() == size => Ok(account),
        Some(_) => refuse(format!(
            "account {key} has {} bytes where a margin account has {size}: use the version of this command that belongs to the program",
            raw.data.len()
        )),
        None => {
            refuse(format!("account {key} is no margin account but another one of Breakwater's: pass a margin account"))
        }
    }
}

/// Slot and unix time of the clock's account.
pub fn moment(clock: &Raw) -> Option<(u64, i64)> {
    decode::clock(&clock.data)
}

/// Whether an account is a group's board.
pub fn is_board_of(raw: &Raw, group: &Address) -> bool {
    decoded::<RiskBoard>(raw).is_some_and(|board| Address::from(board.group) == *group)
}

/// Names of a leg for people.
pub fn leg_name(leg: u8) -> String {
    match leg.checked_sub(MARKET_LEG) {
        Some(market) => format!("market {market}"),
        None => format!("token {leg}"),
    }
}
