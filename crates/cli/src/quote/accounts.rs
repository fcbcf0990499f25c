//! The accounts that a quote is computed from, and the quote.

use breakwater_client::decode::{self, ProgramAccount, account_size};
use breakwater_client::interface::quote::{Named, ReturnedQuote, quote};
use breakwater_client::interface::{Bank, MarginAccount, MarginError, PerpMarket, RiskBoard};
use breakwater_client::margin::Refusal;
use breakwater_client::margin::liquidation::{Plan, Target};
use breakwater_client::margin::position::MARKET_LEG;
use breakwater_client::margin::quote::{LiquidationQuote, Resolution};
use breakwater_client::{Address, PROGRAM_ID, address};

use crate::Failure;

/// The clock's account.
pub const CLOCK: Address = Address::from_str_const("SysvarC1ock11111111111111111111111111111111");
/// How often the target is replaced by a better one that its own banks show.
const ATTEMPTS: usize = 3;

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
    pub board: RiskBoard,
    pub banks: Vec<(Address, Bank)>,
    pub markets: Vec<(Address, PerpMarket)>,
    pub slot: u64,
    pub time: i64,
}

/// A quote with how it was computed.
pub struct Answer {
    pub returned: ReturnedQuote,
    /// What the numbers lack, if anything.
    pub caveat: Option<String>,
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
        let (slot, time) = at.or_else(|| clock.as_ref().and_then(moment)).ok_or_else(|| {
            Failure::Input(format!("{name} has no clock: add the account {CLOCK} or pass --at SLOT,TIME"))
        })?;
        let banks = source.banks(&group)?;
        let banks = banks.into_iter().filter_map(|(key, raw)| Some((key, decoded::<Bank>(&raw)?))).collect();
        let held = account.perps.iter().filter(|position| !position.is_free());
        let keys: Vec<Address> = held.map(|position| address::perp_market(&group, position.market)).collect();
        let found = if keys.is_empty() { Vec::new() } else { source.accounts(&keys)? };
        let markets = keys.into_iter().zip(found).filter_map(|(key, raw)| Some((key, decoded(&raw?)?))).collect();
        Ok(State { address: *key, account, board, banks, markets, slot, time })
    }

    /// A token's bank.
    pub fn bank(&self, token: u8) -> Option<&(Address, Bank)> {
        self.banks.iter().find(|(_, bank)| bank.token == token)
    }

    fn market(&self, number: u8) -> Option<&PerpMarket> {
        self.markets.iter().map(|(_, market)| market).find(|market| market.market == number)
    }

    /// The best step, with the indices of the banks and of the market that it would touch.
    pub fn quote(&self, most: u64) -> Result<Answer, Failure> {
        let mut quoted = self.ask(&Named::default(), most)?;
        let mut caveat = None;
        let mut target = quoted.next.as_ref().ok().map(|step| aim(&step.plan));
        for _ in 0..ATTEMPTS {
            let Some(aim) = target else { break };
            let Some(named) = self.named(aim) else {
                caveat =
                    Some("its banks or its market are not among the accounts: by the board's snapshots".to_owned());
                break;
            };
            let better = self.ask(&named, most)?;
            target = match better.next {
                Err(Refusal::LegNotChosen(target)) => Some(target),
                _ => None,
            };
            quoted = better;
        }
        let mut returned: ReturnedQuote = bytemuck::Zeroable::zeroed();
        returned.fill(&quoted, &self.account, (self.slot, self.time));
        Ok(Answer { returned, caveat })
    }

    fn ask(&self, named: &Named, most: u64) -> Result<LiquidationQuote, Failure> {
        quote(&self.board, &self.account, named, (most, Resolution::Exact), (self.slot, self.time)).map_err(|error| {
            let (name, message) = (MarginError::name(error), MarginError::message(error));
            Failure::Input(format!("account {} cannot be quoted: {name}: {message}", self.address))
        })
    }

    /// The accounts of a target; `None` where one is missing.
    fn named(&self, target: Target) -> Option<Named<'_>> {
        let bank =
            |leg: u8| self.bank(if leg < MARKET_LEG { leg } else { self.board.quote_token }).map(|(_, bank)| bank);
        match target {
            Target::Spot(pair) => {
                let number = [pair.debt, pair.collateral].iter().find_map(|leg| leg.checked_sub(MARKET_LEG));
                let market = match number {
                    Some(number) => Some(self.market(number)?),
                    None => None,
                };
                Some(Named { bank: Some(bank(pair.debt)?), collateral_bank: Some(bank(pair.collateral)?), market })
            }
            Target::Perp(number) => {
                let market = Some(self.market(number)?);
                Some(Named { bank: Some(bank(self.board.quote_token)?), collateral_bank: None, market })
            }
        }
    }
}

/// What a plan is aimed at.
fn aim(plan: &Plan) -> Target {
    match plan {
        Plan::Spot(plan) => Target::Spot(plan.pair),
        Plan::Perp(plan) => Target::Perp(plan.market),
    }
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
    let word = |at: usize| clock.data.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
    Some((u64::from_le_bytes(word(0)?), i64::from_le_bytes(word(32)?)))
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
