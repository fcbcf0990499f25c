//! The instructions that the model can judge, and what it takes from the program.

use breakwater_client::interface::TriggerOrder;

use super::perp::trade::Order;
use super::price::Print;
use super::state::State;

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
        /// Native units or [`super::state::ALL`].
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
        /// Native units or [`super::state::ALL`].
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
        /// Most to repay or [`super::state::ALL`].
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
        /// Quote units or [`super::state::ALL`].
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
        /// Quote units or [`super::state::ALL`].
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
        /// Quote units or [`super::state::ALL`].
        amount: u64,
        /// A market's tranche, or the shared fund.
        market: Option<u8>,
    },
    /// A deposit becomes stake.
    Stake {
        /// Whose deposit.
        account: usize,
        /// Quote units or [`super::state::ALL`].
        amount: u64,
    },
    /// Young stake becomes active.
    Mature {
        /// Whose stake.
        account: usize,
    },
    /// Stake is to leave.
    RequestUnstake {
        /// Whose stake.
        account: usize,
        /// Active units, [`super::state::ALL`] of them, or 0 for what is young.
        units: u64,
    },
    /// Stake leaves.
    Unstake {
        /// Whose stake.
        account: usize,
    },
    /// A request is taken back.
    Restake {
        /// Whose stake.
        account: usize,
    },
    /// Income becomes insurance.
    Collect {
        /// A market's, or the quote bank's.
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
        /// Most to close, base units, or [`super::state::ALL`].
        request: u64,
    },
    /// A breach is flagged, or a healthy account's flag is taken away.
    Touch {
        /// Whose account.
        account: usize,
    },
    /// An order to reduce a position is left on an account.
    PlaceOrder {
        /// Whose order.
        account: usize,
        /// Its slot.
        slot: u8,
        /// What it says.
        order: TriggerOrder,
        /// Who signs.
        by: By,
    },
    /// An order is taken back.
    CancelOrder {
        /// Whose order.
        account: usize,
        /// Its slot.
        slot: u8,
        /// Who signs.
        by: By,
    },
    /// An order is carried out.
    ExecuteOrder {
        /// Whose account gets the fee.
        executor: usize,
        /// Whose order.
        account: usize,
        /// Its slot.
        slot: u8,
    },
    /// The administrator says which trades a market takes.
    SetStatus {
        /// Which market.
        market: u8,
        /// Active, reduce-only or paused.
        status: u8,
    },
}

/// Who signs for a margin account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Its owner.
    Owner,
    /// Whom the owner lets trade.
    Delegate,
    /// Somebody else.
    Stranger,
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
