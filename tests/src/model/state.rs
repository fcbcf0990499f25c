//! What the model knows of a group, and the instructions that it can judge.

use std::collections::BTreeMap;

use breakwater_client::interface::TriggerOrder;
use breakwater_client::interface::config::{LiquidationConfig, WeightConfig};

use super::bank::{self, Bank};
use super::call::Seen;
use super::perp::{Fund, Liquidity, Market, Perp, Quote, Stake};
use super::price::Feed;
use super::rational::{Range, int};
use super::touch::Flag;

/// Token positions of a margin account.
pub const SLOTS: usize = 16;
/// As an amount: all.
pub const ALL: u64 = u64::MAX;
/// Index snapshots older than this refuse borrow and withdraw, seconds.
pub const STALE_INDEX: i64 = 300;
/// Index snapshots older than this refuse a liquidation and a bankruptcy, seconds.
pub const OLD_INDEX: i64 = 3_600;

/// Deposit or debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Held.
    Deposit,
    /// Owed.
    Debt,
}

/// Shares of one side of a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Which side.
    pub side: Side,
    /// How many, never 0.
    pub shares: u64,
}

/// A margin account: positions by token number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// What is held and owed.
    pub positions: BTreeMap<u8, Position>,
    /// Positions in markets.
    pub perps: BTreeMap<u8, Perp>,
    /// The first touch of a shallow breach.
    pub flag: Option<Flag>,
    /// Orders by slot.
    pub orders: BTreeMap<u8, TriggerOrder>,
    /// Whether somebody else may trade for the owner.
    pub delegated: bool,
}

/// A bank's indices as the board last saw them, × 2^48.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Deposit index.
    pub deposit_index: u64,
    /// Borrow index.
    pub borrow_index: u64,
    /// What all depositors own, native units.
    pub deposits: u64,
    /// When, unix seconds.
    pub time: i64,
}

/// A listed token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Decimals of the mint.
    pub decimals: u8,
    /// Its price.
    pub feed: Feed,
    /// Its weights.
    pub weights: WeightConfig,
    /// When it was listed, unix seconds.
    pub listed_at: i64,
    /// Its indices on the board.
    pub snapshot: Snapshot,
    /// Its bank.
    pub bank: Bank,
}

/// A group at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Unix seconds.
    pub now: i64,
    /// The chain's slot.
    pub slot: u64,
    /// Liquidation parameters.
    pub liquidation: LiquidationConfig,
    /// When a print of any feed was last accepted.
    pub accepted_at: i64,
    /// Until when shallow breaches wait after an outage.
    pub calm_at: i64,
    /// Tokens by number.
    pub tokens: Vec<Token>,
    /// Margin accounts.
    pub accounts: Vec<Account>,
    /// The token that markets settle in.
    pub quote: Option<Quote>,
    /// Markets by number.
    pub markets: Vec<Market>,
    /// The shared fund.
    pub fund: Option<Fund>,
    /// Shares of pools, by the owner's account and market. Nobody without any has an entry.
    pub liquidity: BTreeMap<(usize, u8), Liquidity>,
    /// Stakes in the shared fund, by the owner's account. Nobody without any has an entry.
    pub stakes: BTreeMap<usize, Stake>,
}

/// Amounts that a token's shares are worth in an instruction that touches its bank: the bank before and after interest, at
/// both ends of the range that interest may have.
#[derive(Clone, Debug)]
pub struct Touched {
    /// The token.
    pub token: u8,
    /// At the lower end.
    pub lo: Bank,
    /// At the upper end.
    pub hi: Bank,
}

impl Touched {
    /// Native units of shares.
    pub fn amount(&self, position: &Position) -> Range {
        let of = |bank: &Bank| match position.side {
            Side::Deposit => bank::deposit_amount(position.shares, bank.deposit_index),
            Side::Debt => bank::debt_amount(position.shares, bank.borrow_index),
        };
        Range::new(int(of(&self.lo)), int(of(&self.hi)))
    }
}

impl State {
    /// A token.
    pub fn token(&self, token: u8) -> &Token {
        &self.tokens[usize::from(token)]
    }

    /// A bank with the interest until now.
    pub fn touch(&self, token: u8) -> Touched {
        let (lo, hi) = self.token(token).bank.accrued_range(self.now);
        Touched { token, lo, hi }
    }

    /// A bank with the interest until now as the program charged it.
    ///
    /// # Errors
    /// If the borrow index is outside its range.
    pub fn accrue_as_seen(&self, token: u8, seen: &Seen) -> Result<Bank, String> {
        let bank = &self.token(token).bank;
        let index = seen.after.token(token).bank.borrow_index;
        self.accrue_to(bank, index)
    }

    pub(super) fn accrue_to(&self, bank: &Bank, index: u64) -> Result<Bank, String> {
        let range = bank.borrow_index_at(self.now);
        if !range.holds(&int(index)) {
            let off = int(index) - &range.lo;
            return Err(format!("the borrow index is {index}, {off} from the lower end of {} units", range.width()));
        }
        Ok(bank.accrued(self.now, index))
    }

    /// Sets a position; none without shares.
    pub(super) fn set_position(&mut self, account: usize, token: u8, side: Side, shares: u64) {
        let positions = &mut self.accounts[account].positions;
        if shares == 0 {
            positions.remove(&token);
        } else {
            positions.insert(token, Position { side, shares });
        }
    }
}
