//! What anybody may do to an account under water, to a bankrupt one and to the winners of a market in deficit.

use solana_instruction::Instruction;

use super::{build, optional, readonly, signer, writable};
use crate::Address;

/// What a liquidation aims at, as accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKeys {
    /// A debt of one token, for a deposit of another.
    Spot {
        /// Bank of the debt to repay.
        debt_bank: Address,
        /// Bank of the collateral to seize.
        collateral_bank: Address,
    },
    /// A debt to a market, for a deposit.
    MarketDebt {
        /// The market.
        market: Address,
        /// Bank of the quote token.
        quote_bank: Address,
        /// Bank of the collateral to seize.
        collateral_bank: Address,
    },
    /// A debt of a token, for matured profit in a market.
    MarketProfit {
        /// Bank of the debt to repay.
        debt_bank: Address,
        /// The market.
        market: Address,
        /// Bank of the quote token.
        quote_bank: Address,
    },
    /// A position, settled and closed.
    Perp {
        /// The market.
        market: Address,
        /// Bank of the quote token.
        quote_bank: Address,
    },
}

impl TargetKeys {
    /// Bank of the debt, bank of the collateral, market.
    fn accounts(&self) -> (&Address, Option<&Address>, Option<&Address>) {
        match self {
            TargetKeys::Spot { debt_bank, collateral_bank } => (debt_bank, Some(collateral_bank), None),
            TargetKeys::MarketDebt { market, quote_bank, collateral_bank } => {
                (quote_bank, Some(collateral_bank), Some(market))
            }
            TargetKeys::MarketProfit { debt_bank, market, quote_bank } => (debt_bank, Some(quote_bank), Some(market)),
            TargetKeys::Perp { market, quote_bank } => (quote_bank, None, Some(market)),
        }
    }
}

/// The accounts of a liquidation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiquidateKeys {
    /// Owner or delegate of the keeper's margin account.
    pub keeper: Address,
    /// The keeper's margin account.
    pub keeper_account: Address,
    /// The account under water.
    pub liquidatee: Address,
    /// The group's risk board.
    pub board: Address,
    /// What it aims at.
    pub target: TargetKeys,
}

/// Liquidates one target; `most` is the most that the keeper repays (native units of the debt) or closes (base units).
pub fn liquidate(keys: &LiquidateKeys, most: u64) -> Instruction {
    let (bank, collateral_bank, market) = keys.target.accounts();
    let accounts = vec![
        signer(&keys.keeper),
        writable(&keys.keeper_account),
        writable(&keys.liquidatee),
        readonly(&keys.board),
        writable(bank),
        optional(collateral_bank),
        optional(market),
    ];
    build("liquidate", accounts, &[&most.to_le_bytes()])
}

/// Asks what a liquidation would do and when; to be simulated, the answer is return data ([`crate::decode::quote`]). Without a
/// target the best one is quoted by the board's snapshots; with it, what [`liquidate`] would do in the same slot, to the unit.
pub fn quote_liquidation(account: &Address, board: &Address, target: Option<&TargetKeys>, most: u64) -> Instruction {
    let (bank, collateral_bank, market) = match target.map(TargetKeys::accounts) {
        Some((bank, collateral_bank, market)) => (Some(bank), collateral_bank, market),
        None => (None, None, None),
    };
    let maybe = |key: Option<&Address>| readonly(key.unwrap_or(&crate::PROGRAM_ID));
    let accounts = vec![readonly(account), readonly(board), maybe(bank), maybe(collateral_bank), maybe(market)];
    build("quote_liquidation", accounts, &[&most.to_le_bytes()])
}

/// To whom a bankrupt account owes what is written off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creditor {
    /// The lenders of a token.
    Bank(Address),
    /// The lenders of the quote token, whom the shared fund insures.
    QuoteBank {
        /// Bank of the quote token.
        quote_bank: Address,
        /// The group's shared fund.
        fund: Address,
    },
    /// A market.
    Market {
        /// The market.
        market: Address,
        /// Bank of the quote token.
        quote_bank: Address,
        /// The group's shared fund.
        fund: Address,
    },
}

/// A [`liquidate`], [`resolve_bankruptcy`] or [`deleverage`] that passes the group's receipt log, as a group that keeps
/// receipts wants it.
pub fn with_receipt_log(mut instruction: Instruction, receipt_log: &Address) -> Instruction {
    instruction.accounts.push(writable(receipt_log));
    instruction
}

/// Flags an account whose breach is shallow, or takes the flag of a healthy one away.
pub fn touch(account: &Address, board: &Address) -> Instruction {
    build("touch", vec![writable(account), readonly(board)], &[])
}

/// Writes off one debt of a bankrupt account.
pub fn resolve_bankruptcy(account: &Address, board: &Address, creditor: &Creditor) -> Instruction {
    let (bank, market, fund) = match creditor {
        Creditor::Bank(bank) => (bank, None, None),
        Creditor::QuoteBank { quote_bank, fund } => (quote_bank, None, Some(fund)),
        Creditor::Market { market, quote_bank, fund } => (quote_bank, Some(market), Some(fund)),
    };
    let accounts = vec![writable(account), writable(board), writable(bank), optional(market), optional(fund)];
    build("resolve_bankruptcy", accounts, &[])
}

/// Closes a winner's position, or a part of it, in a market whose pool owes more than it has.
pub fn deleverage(account: &Address, board: &Address, quote_bank: &Address, market: &Address) -> Instruction {
    let accounts = vec![writable(account), writable(board), readonly(quote_bank), writable(market)];
    build("deleverage", accounts, &[])
}
