//! What the program tells indexers. Each event is the discriminator of its name and then its fields, little-endian,
//! without padding. Values are in dollars × 10^8, rounded down, like Pyth's usual exponent.

#[cfg(not(feature = "anchor"))]
use bytemuck::{Pod, Zeroable};

use crate::Address;

#[cfg(feature = "anchor")]
use anchor_lang::prelude::*;

macro_rules! events {
    ($($(#[doc = $doc:tt])* $name:ident { $($(#[doc = $field_doc:tt])* $field:ident: $type:ty,)* })*) => {$(
        $(#[doc = $doc])*
        #[cfg(feature = "anchor")]
        #[event(bytemuck)]
        pub struct $name { $($(#[doc = $field_doc])* pub $field: $type,)* }

        $(#[doc = $doc])*
        #[cfg(not(feature = "anchor"))]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
        #[repr(C)]
        pub struct $name { $($(#[doc = $field_doc])* pub $field: $type,)* }

        impl $name {
            /// The event's name, which its discriminator is made of.
            pub const NAME: &'static str = stringify!($name);
        }
    )*};
}

mod governance;
mod insurance;

pub use governance::*;
pub use insurance::*;

/// [`BalanceChanged::action`] of a deposit.
pub const DEPOSIT: u64 = 0;
/// [`BalanceChanged::action`] of a withdrawal.
pub const WITHDRAW: u64 = 1;
/// [`BalanceChanged::action`] of a loan.
pub const BORROW: u64 = 2;
/// [`BalanceChanged::action`] of a repayment.
pub const REPAY: u64 = 3;

/// [`LiquidityChanged::action`] of liquidity that comes in.
pub const ADD: u64 = 0;
/// [`LiquidityChanged::action`] of a request.
pub const REQUEST: u64 = 1;
/// [`LiquidityChanged::action`] of liquidity that goes out.
pub const REMOVE: u64 = 2;

/// [`StakeChanged::action`] of stake that comes in.
pub const STAKE: u64 = 0;
/// [`StakeChanged::action`] of stake that has matured.
pub const MATURE: u64 = 1;
/// [`StakeChanged::action`] of a request to leave.
pub const REQUEST_UNSTAKE: u64 = 2;
/// [`StakeChanged::action`] of stake that goes out.
pub const UNSTAKE: u64 = 3;
/// [`StakeChanged::action`] of a request that is taken back.
pub const RESTAKE: u64 = 4;

events! {
    /// Tokens came into or went out of a margin account.
    BalanceChanged {
        /// The margin account.
        account: Address,
        /// Native units that the account was credited or charged with.
        amount: u64,
        /// Shares of the position afterwards.
        shares: u64,
        /// The index that the shares were computed with, × 2^48.
        index: u64,
        /// Number of the token.
        token: u64,
        /// [`DEPOSIT`], [`WITHDRAW`], [`BORROW`] or [`REPAY`].
        action: u64,
    }

    /// A keeper closed a part of an account under water.
    Liquidated {
        /// The account under water.
        liquidatee: Address,
        /// The keeper's margin account.
        keeper: Address,
        /// Debt repaid, native units.
        repay: u64,
        /// Paid by the keeper into the debt bank's tranche, native units of the debt.
        insurance: u64,
        /// Collateral seized, native units.
        seize: u64,
        /// Price of the debt, dollars for one native unit × 2^64.
        debt_price: u64,
        /// Price of the collateral, dollars for one native unit × 2^64.
        collateral_price: u64,
        /// Equity before, dollars × 10^8.
        equity_before: i64,
        /// Equity after, dollars × 10^8.
        equity_after: i64,
        /// H_maint at mid before, dollars × 10^8.
        health_before: i64,
        /// H_maint at mid after, dollars × 10^8.
        health_after: i64,
        /// Req before, dollars × 10^8.
        requirement: i64,
        /// β, millionths.
        bonus: u32,
        /// Number of the debt token; from 128 on a debt to market number − 128.
        debt_token: u16,
        /// Number of the collateral token; from 128 on profit in market number − 128.
        collateral_token: u16,
    }

    /// A position was settled and closed by a keeper.
    PerpLiquidated {
        /// The account under water.
        liquidatee: Address,
        /// The keeper's margin account.
        keeper: Address,
        /// Base units closed.
        size: u64,
        /// Index price, quote units for one base unit × 2^44.
        mark: u64,
        /// Settled beforehand, quote units: positive for a loss that the account's deposit paid, negative for profit that
        /// paid its debt.
        settled: i64,
        /// Fee that the account owes for it, quote units.
        fee: u64,
        /// Part of it that went to the market's tranche, quote units.
        insurance: u64,
        /// Equity before, dollars × 10^8.
        equity_before: i64,
        /// Equity after, dollars × 10^8.
        equity_after: i64,
        /// H_maint at mid before, dollars × 10^8.
        health_before: i64,
        /// H_maint at mid after, dollars × 10^8.
        health_after: i64,
        /// Req before, dollars × 10^8.
        requirement: i64,
        /// Base afterwards, signed.
        base: i64,
        /// Number of the market.
        market: u64,
    }

    /// A trade was filled.
    Traded {
        /// The margin account.
        account: Address,
        /// Base units, signed; positive for a buy.
        delta: i64,
        /// Paid by a buy, received by a sale, fee apart, quote units.
        cost: u64,
        /// Fee, quote units.
        fee: u64,
        /// Index price, quote units for one base unit × 2^44.
        mark: u64,
        /// Base afterwards, signed.
        base: i64,
        /// Quote afterwards, signed.
        quote: i64,
        /// Longs of the market afterwards, base units.
        long: u64,
        /// Shorts of the market afterwards, base units.
        short: u64,
        /// The market's funding index, quote units for one base unit × 2^44.
        funding_index: i64,
        /// Number of the market.
        market: u64,
    }

    /// An order was left on a margin account; what the slot held before is gone.
    OrderPlaced {
        /// The margin account.
        account: Address,
        /// Mark, quote units for one base unit × 2^44, or health factor, millionths.
        trigger: u64,
        /// Worst fill price, quote units for one base unit × 2^44.
        limit: u64,
        /// Base units; 2^64 − 1 for all.
        size: u64,
        /// From when on the order is void, unix seconds; 0 for never.
        expires_at: i64,
        /// What the executor gets, quote units.
        fee: u32,
        /// Number of the market.
        market: u8,
        /// What the order waits for, as in the account.
        kind: u8,
        /// What it closes, as in the account.
        side: u8,
        /// The slot.
        slot: u8,
    }

    /// An order was taken back, or cleared after it had expired. Orders also end, without this event, with their position.
    OrderCanceled {
        /// The margin account.
        account: Address,
        /// Number of the market.
        market: u64,
        /// The slot.
        slot: u64,
    }

    /// An order was executed; the fill is in a [`Traded`] before this.
    OrderExecuted {
        /// The margin account.
        account: Address,
        /// The executor's margin account.
        executor: Address,
        /// Base units closed.
        size: u64,
        /// Index price, quote units for one base unit × 2^44.
        mark: u64,
        /// What the order had waited for.
        trigger: u64,
        /// What the executor got, quote units.
        fee: u64,
        /// Number of the market.
        market: u64,
        /// The slot.
        slot: u64,
    }

    /// PnL was turned into quote tokens or paid with them.
    PnlSettled {
        /// The margin account.
        account: Address,
        /// PnL settled, quote units: positive for a profit that was given up, negative for a loss that was paid.
        amount: i64,
        /// What the account got or gave, quote units.
        paid: u64,
        /// Quote of the position afterwards.
        quote: i64,
        /// Number of the market.
        market: u64,
    }

    /// Liquidity came into a pool or went out of it, or its removal was requested.
    LiquidityChanged {
        /// The market.
        market: Address,
        /// Whose liquidity.
        owner: Address,
        /// Quote units that came, went, or were recorded for the request.
        amount: u64,
        /// Liquidity shares minted, burned or requested.
        shares: u64,
        /// All liquidity shares of the market afterwards.
        liquidity: u64,
        /// [`ADD`], [`REQUEST`] or [`REMOVE`].
        action: u64,
    }

    /// A shallow breach was touched for the first time.
    Flagged {
        /// The margin account.
        account: Address,
        /// Slot of the touch.
        slot: u64,
        /// When the newest print among its legs was published, unix seconds.
        newest_print: i64,
    }

    /// A flagged account was found healthy.
    FlagCleared {
        /// The margin account.
        account: Address,
        /// Slot of the touch.
        slot: u64,
    }

    /// A debt to a market was written off.
    MarketLossResolved {
        /// The bankrupt account.
        account: Address,
        /// Written off, quote units.
        deficit: u64,
        /// Paid by the market's tranche.
        tranche: u64,
        /// Borne by the pool: profit that it does not get.
        pool: u64,
        /// Paid by the shared fund into the pool.
        fund: u64,
        /// What the pool owes beyond what it has, afterwards.
        left: u64,
        /// Number of the market.
        market: u64,
    }

    /// A winner was closed because the pool owes more than it has.
    Deleveraged {
        /// The margin account.
        account: Address,
        /// Base units closed.
        closed: u64,
        /// Index price, quote units for one base unit × 2^44.
        mark: u64,
        /// Profit that the owner lost, quote units.
        taken: u64,
        /// Profit that was set apart for the owner, quote units.
        secured: u64,
        /// What the pool owes beyond what it has, afterwards.
        left: u64,
        /// Number of the market.
        market: u64,
    }

    /// A market was listed.
    MarketListed {
        /// The group.
        group: Address,
        /// The market.
        market: Address,
        /// Number of the market.
        number: u64,
    }

    /// A bankrupt account's debt was written off.
    BankruptcyResolved {
        /// The bankrupt account.
        account: Address,
        /// Debt written off, native units.
        deficit: u64,
        /// Paid by the tranche, native units.
        tranche: u64,
        /// Paid by the shared fund, native units; only of the quote token.
        fund: u64,
        /// Borne by the lenders of the token, native units.
        socialised: u64,
        /// Deposit index afterwards, × 2^48.
        deposit_index: u64,
        /// Number of the token.
        token: u32,
        /// 1 if the bank is reduce-only afterwards.
        reduce_only: u32,
    }

    /// A token was listed.
    TokenListed {
        /// The group.
        group: Address,
        /// The bank.
        bank: Address,
        /// The mint.
        mint: Address,
        /// Number of the token.
        token: u64,
    }

    /// A parameter was set. The new value is in the account.
    ParameterSet {
        /// The group.
        group: Address,
        /// Who set it.
        authority: Address,
        /// Number of the token, or 2^64 − 1 for the group.
        token: u64,
        /// The instruction: 0 lending, 1 weights, 2 oracle, 3 liquidation, 4 reduce-only, 5 market, 6 market status. For the
        /// last two `token` is the market's number.
        parameter: u64,
    }

    /// A margin account was opened.
    AccountOpened {
        /// The group.
        group: Address,
        /// The account.
        account: Address,
        /// Its owner.
        owner: Address,
    }

    /// A margin account was closed.
    AccountClosed {
        /// The account.
        account: Address,
    }

    /// A margin account's delegate was replaced.
    DelegateSet {
        /// The account.
        account: Address,
        /// The delegate; zero for nobody.
        delegate: Address,
    }
}
