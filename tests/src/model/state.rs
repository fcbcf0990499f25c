//! What the model knows of a group, and the instructions that it can judge.

use std::collections::BTreeMap;

use breakwater_client::interface::config::{LiquidationConfig, WeightConfig};

use super::bank::{self, Bank};
use super::perp::trade::Order;
use super::perp::{Fund, Liquidity, Market, Perp, Quote};
use super::price::{Feed, Print};
use super::rational::{Range, int};
use super::verdict::Verdict;

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
}

/// An instruction. Accounts and tokens by number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// Tokens come in as a deposit.
    Deposit {
        /// Whose deposit.
        account: usize,
        /// Of which token.
        token: u8,
        /// Native units.
        amount: u64,
        /// Whether a third party pays.
        stranger: bool,
    },
    /// A deposit goes out.
    Withdraw {
        /// Whose deposit.
        account: usize,
        /// Of which token.
        token: u8,
        /// Native units or [`ALL`].
        amount: u64,
    },
    /// A loan goes out.
    Borrow {
        /// Whose debt.
        account: usize,
        /// Of which token.
        token: u8,
        /// Native units.
        amount: u64,
    },
    /// Tokens come in against a debt.
    Repay {
        /// Whose debt.
        account: usize,
        /// Of which token.
        token: u8,
        /// Native units or [`ALL`].
        amount: u64,
        /// Whether a third party pays.
        stranger: bool,
    },
    /// Prices and indices come to the board.
    Refresh {
        /// Prints by feed: those of tokens, and from [`super::perp::MARKET_FEED`] on those of markets.
        prints: Vec<(u8, Print)>,
        /// Tokens whose indices are synced; from [`super::perp::MARKET_INDEX`] on markets whose funding is.
        indices: Vec<u8>,
    },
    /// A keeper repays a debt and takes a deposit.
    Liquidate {
        /// Whose account repays.
        keeper: usize,
        /// Whose account is under water.
        liquidatee: usize,
        /// Which debt; from [`super::perp::MARKET_LEG`] on a market's.
        debt: u8,
        /// Which deposit; from [`super::perp::MARKET_LEG`] on matured profit.
        collateral: u8,
        /// Most to repay or [`ALL`].
        request: u64,
    },
    /// A bankrupt account's debt is written off.
    Resolve {
        /// Whose debt.
        account: usize,
        /// Of which token; from [`super::perp::MARKET_LEG`] on to which market.
        token: u8,
    },
    /// Base units are bought or sold, or a position is reduced.
    Trade {
        /// Whose position.
        account: usize,
        /// In which market.
        market: u8,
        /// What is wanted.
        order: Order,
        /// Quote units for one base unit × 2^44.
        limit: u64,
    },
    /// Profit becomes quote tokens, or they pay a loss.
    Settle {
        /// Whose position.
        account: usize,
        /// In which market.
        market: u8,
        /// Quote units or [`ALL`].
        amount: u64,
        /// Whether a third party asks.
        stranger: bool,
    },
    /// A deposit goes into a pool.
    AddLiquidity {
        /// Whose deposit.
        account: usize,
        /// Which pool.
        market: u8,
        /// Quote units or [`ALL`].
        amount: u64,
    },
    /// Liquidity is to go.
    RequestLiquidity {
        /// Whose liquidity.
        account: usize,
        /// Of which pool.
        market: u8,
        /// Liquidity shares.
        shares: u64,
    },
    /// Liquidity goes.
    RemoveLiquidity {
        /// Whose liquidity.
        account: usize,
        /// Of which pool.
        market: u8,
    },
    /// A deposit becomes insurance.
    Insure {
        /// Whose deposit.
        account: usize,
        /// Quote units or [`ALL`].
        amount: u64,
        /// A market's tranche, or the shared fund.
        market: Option<u8>,
    },
    /// A winner is closed in a market whose pool cannot pay.
    Deleverage {
        /// Whose position.
        account: usize,
        /// In which market.
        market: u8,
    },
    /// A keeper closes a position.
    Close {
        /// Whose account gets the fee.
        keeper: usize,
        /// Whose account is under water.
        liquidatee: usize,
        /// In which market.
        market: u8,
        /// Most to close, base units, or [`ALL`].
        request: u64,
    },
}

/// What a liquidation moved, native units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Executed {
    /// R.
    pub repay: u64,
    /// Into the debt bank's tranche.
    pub insurance: u64,
    /// S.
    pub seize: u64,
    /// β, bps.
    pub bonus: u32,
}

/// What a position's liquidation did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Base units.
    pub size: u64,
    /// Settled before: a loss that was paid, or profit (negative) that paid a debt, quote units.
    pub settled: i64,
    /// Fee, quote units.
    pub fee: u64,
    /// Part of it that is insurance.
    pub insurance: u64,
}

/// What the model takes from the program and checks.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The group afterwards.
    pub after: &'a State,
    /// The liquidation, if the call is one.
    pub executed: Option<Executed>,
    /// The position's liquidation, if the call is one.
    pub closed: Option<Closed>,
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

    /// Whether an instruction is refused now.
    pub fn verdict(&self, call: &Call) -> Verdict {
        match call {
            Call::Deposit { account, token, amount, stranger } => {
                self.judge_deposit(*account, *token, *amount, *stranger)
            }
            Call::Withdraw { account, token, amount } => self.judge_withdraw(*account, *token, *amount),
            Call::Borrow { account, token, amount } => self.judge_borrow(*account, *token, *amount),
            Call::Repay { account, token, amount, .. } => self.judge_repay(*account, *token, *amount),
            Call::Refresh { prints, .. } => self.judge_refresh(prints),
            Call::Liquidate { keeper, liquidatee, debt, collateral, request } => {
                self.judge_liquidate(*keeper, *liquidatee, (*debt, *collateral), *request)
            }
            Call::Resolve { account, token } => self.judge_resolve(*account, *token),
            Call::Close { keeper, liquidatee, market, request } => {
                self.judge_close(*keeper, *liquidatee, *market, *request)
            }
            _ => self.judge_perp(call),
        }
    }

    /// The group after an instruction that succeeds.
    ///
    /// # Errors
    /// If what was seen is outside what the model allows.
    pub fn expected(&self, call: &Call, seen: &Seen) -> Result<State, String> {
        let mut after = self.clone();
        match call {
            Call::Deposit { account, token, amount, .. } => after.deposit(*account, *token, *amount, seen)?,
            Call::Withdraw { account, token, amount } => after.withdraw(*account, *token, *amount, seen)?,
            Call::Borrow { account, token, amount } => after.borrow(*account, *token, *amount, seen)?,
            Call::Repay { account, token, amount, .. } => after.repay(*account, *token, *amount, seen)?,
            Call::Refresh { prints, indices } => after.refresh(prints, indices, seen)?,
            Call::Liquidate { keeper, liquidatee, debt, collateral, request } => {
                after.liquidate((*keeper, *liquidatee), (*debt, *collateral), *request, seen)?;
            }
            Call::Resolve { account, token } => after.resolve(*account, *token, seen)?,
            Call::Close { keeper, liquidatee, market, request } => {
                after.close(*keeper, *liquidatee, *market, *request, seen)?;
            }
            _ => after.perform_perp(call, seen)?,
        }
        Ok(after)
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
