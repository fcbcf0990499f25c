//! What somebody may want to do with a margin account, as it is asked for before it is signed.

use breakwater_interface::{InsuranceFund, InsuranceStake, LiquidityPosition};
use breakwater_margin::{NativeAmount, Shares};

/// What somebody wants to do with a margin account. Amounts are native units, 2^64 − 1 as the instructions take it.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// Deposits tokens.
    Deposit {
        /// Number of the token.
        token: u8,
        /// What is sent.
        amount: NativeAmount,
        /// What arrives of it, where the mint charges a transfer fee; `None` for all of it.
        arrived: Option<NativeAmount>,
    },
    /// Withdraws a deposit.
    Withdraw {
        /// Number of the token.
        token: u8,
        /// Amount.
        amount: NativeAmount,
    },
    /// Borrows tokens.
    Borrow {
        /// Number of the token.
        token: u8,
        /// Amount.
        amount: NativeAmount,
    },
    /// Repays a debt.
    Repay {
        /// Number of the token.
        token: u8,
        /// The most that is sent; not more is sent than is owed, or of a mint with a transfer fee than can be needed.
        amount: NativeAmount,
        /// What arrives of [`super::Preview::sent`], where the mint charges a transfer fee; `None` for all of it.
        arrived: Option<NativeAmount>,
    },
    /// Trades against a market's pool.
    Trade {
        /// Number of the market.
        market: u8,
        /// Signed base units; positive buys.
        delta: i64,
        /// Worst price, quote units for one base unit × 2^44.
        limit: u64,
    },
    /// Reduces or closes a position.
    Reduce {
        /// Number of the market.
        market: u8,
        /// Base units.
        size: u64,
        /// Worst price, quote units for one base unit × 2^44.
        limit: u64,
    },
    /// Settles PnL with a market.
    Settle {
        /// Number of the market.
        market: u8,
        /// Quote units.
        amount: NativeAmount,
    },
    /// Adds liquidity to a market's pool.
    AddLiquidity {
        /// Number of the market.
        market: u8,
        /// Quote units.
        amount: NativeAmount,
        /// The owner's liquidity.
        liquidity: LiquidityPosition,
    },
    /// Requests the removal of liquidity.
    RequestLiquidity {
        /// Number of the market.
        market: u8,
        /// Liquidity shares.
        shares: Shares,
        /// The owner's liquidity.
        liquidity: LiquidityPosition,
    },
    /// Removes the liquidity that was requested.
    RemoveLiquidity {
        /// Number of the market.
        market: u8,
        /// The owner's liquidity.
        liquidity: LiquidityPosition,
    },
    /// Stakes in the shared fund.
    Stake {
        /// Quote units.
        amount: NativeAmount,
        /// The group's fund.
        fund: InsuranceFund,
        /// The owner's stake.
        stake: InsuranceStake,
    },
    /// Lets young stake earn.
    MatureStake {
        /// The group's fund.
        fund: InsuranceFund,
        /// The stake.
        stake: InsuranceStake,
    },
    /// Requests that stake leaves.
    RequestUnstake {
        /// Active units; 0 for all that is young.
        units: Shares,
        /// The group's fund.
        fund: InsuranceFund,
        /// The owner's stake.
        stake: InsuranceStake,
    },
    /// Takes out the stake that was requested.
    Unstake {
        /// The group's fund.
        fund: InsuranceFund,
        /// The owner's stake.
        stake: InsuranceStake,
    },
    /// Takes a request that stake leaves back.
    Restake {
        /// The group's fund.
        fund: InsuranceFund,
        /// The owner's stake.
        stake: InsuranceStake,
    },
}
