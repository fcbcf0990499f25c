//! The program's accounts, byte for byte. Fields are ordered so that no padding exists; sizes and offsets are in
//! `docs/accounts.md`. What grows carries a version; margin accounts of older versions are upgraded in place.

use breakwater_margin::lending::Books;
use breakwater_margin::volatility::{self, Samples};
use breakwater_margin::{FeedState, Index, Price};
use bytemuck::{Pod, Zeroable};

use crate::Address;
use crate::config::{LendingConfig, LiquidationConfig, OracleConfig, TierConfig, WeightConfig};
use crate::governance::{Pause, PauseAllowance};

#[cfg(feature = "anchor")]
use anchor_lang::prelude::*;

mod margin_account;

pub use margin_account::{MarginAccount, SIDE_DEBT, SIDE_DEPOSIT, TokenPosition};

/// Feeds on a board.
pub const MAX_FEEDS: usize = 64;
/// Tokens on a board.
pub const MAX_TOKENS: usize = 32;
/// Markets on a board.
pub const MAX_MARKETS: usize = 32;
/// Token positions of a margin account.
pub const MAX_TOKEN_POSITIONS: usize = 16;
/// Perp positions of a margin account.
pub const MAX_PERP_POSITIONS: usize = 8;
/// Layout version of a group and its board, banks and markets.
pub const GROUP_VERSION: u8 = 1;
/// Layout version of a margin account.
pub const MARGIN_ACCOUNT_VERSION: u8 = 2;
/// Bytes of a margin account of version 1, discriminator included; those of version 2 begin with the same.
pub const MARGIN_ACCOUNT_SIZE_1: usize = 1_248;
/// In `refresh`, an item from here on is the index snapshot of token `item − TOKEN_ITEM`.
pub const TOKEN_ITEM: u8 = 128;
/// In `refresh`, an item from here on is the funding snapshot of market `item − MARKET_ITEM`.
pub const MARKET_ITEM: u8 = 192;
/// Market n is priced by feed `MARKET_FEED + n`.
pub const MARKET_FEED: u8 = 32;
/// Tiers of a market's margin.
pub const MAX_TIERS: usize = 4;
/// Bytes of the discriminator in front of every account.
pub const DISCRIMINATOR: usize = 8;

/// A risk domain.
#[cfg_attr(feature = "anchor", account)]
#[cfg_attr(not(feature = "anchor"), derive(Clone, Copy, Debug, Pod, Zeroable), repr(C))]
pub struct Group {
    /// Who created the group; part of its address.
    pub creator: Address,
    /// May hand roles over, and all that the risk manager may.
    pub admin: Address,
    /// May tighten parameters at once and queue any other change.
    pub risk_manager: Address,
    /// May pause and veto.
    pub guardian: Address,
    /// The group's risk board.
    pub board: Address,
    /// Number among the creator's groups; part of the address.
    pub number: u16,
    /// Bump of the address.
    pub bump: u8,
    /// 1 once the group takes users: from then on changes wait.
    pub launched: u8,
    /// [`GROUP_VERSION`].
    pub version: u8,
    /// Zero.
    pub reserved: [u8; 3],
    /// Number of changes that were ever queued.
    pub changes: u64,
}

/// A feed's configuration and last accepted print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "anchor", derive(IdlType))]
#[repr(C)]
pub struct Feed {
    /// Dollars for one native unit × 2^64; 0 before the first print.
    pub price: u64,
    /// Moving average in the same unit.
    pub ema: u64,
    /// Publication time of the print, unix seconds: the watermark.
    pub publish_time: i64,
    /// Slot in which the print was accepted.
    pub accepted_slot: u64,
    /// Half-width that the confidence gives, bps.
    pub confidence_band: u32,
    /// 1 if the entry is in use.
    pub listed: u32,
    /// Where prints come from and how they are judged.
    pub oracle: OracleConfig,
    /// σ: volatility of a minute, millionths of the price.
    pub volatility: u32,
    /// σ², average over the samples of about an hour, millionths squared.
    pub variance: u64,
    /// Price of the last sample, dollars for one native unit × 2^64.
    pub sample_price: u64,
    /// When it was published, unix seconds.
    pub sample_time: i64,
}

impl Feed {
    /// The last accepted print as the mathematics takes it.
    #[inline(always)]
    pub fn state(&self) -> FeedState {
        FeedState {
            price: Price(self.price),
            ema: Price(self.ema),
            confidence_band: self.confidence_band,
            publish_time: self.publish_time,
        }
    }

    #[cold]
    fn sample(&mut self, price: Price, published: i64) {
        let mut samples = Samples {
            volatility: self.volatility,
            variance: self.variance,
            price: Price(self.sample_price),
            time: self.sample_time,
        };
        samples.observe(price, published);
        self.volatility = samples.volatility;
        self.variance = samples.variance;
        self.sample_price = samples.price.0;
        self.sample_time = samples.time;
    }

    /// Takes an accepted print; a sample of it at most once a minute.
    pub fn record(&mut self, state: &FeedState, slot: u64) {
        if volatility::is_due(self.sample_time, state.publish_time) {
            self.sample(state.price, state.publish_time);
        }
        self.price = state.price.0;
        self.ema = state.ema.0;
        self.confidence_band = state.confidence_band;
        self.publish_time = state.publish_time;
        self.accepted_slot = slot;
    }
}

/// What health needs of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "anchor", derive(IdlType))]
#[repr(C)]
pub struct TokenRisk {
    /// Snapshot of the bank's deposit index, × 2^48.
    pub deposit_index: u64,
    /// Snapshot of the bank's borrow index, × 2^48.
    pub borrow_index: u64,
    /// When the snapshot was taken, unix seconds.
    pub index_time: i64,
    /// When the token was listed, unix seconds.
    pub listed_at: i64,
    /// Snapshot of what depositors own in all, native units.
    pub deposits: u64,
    /// Weights, bps.
    pub weights: WeightConfig,
    /// Number of the feed that prices the token.
    pub feed: u8,
    /// 1 if the entry is in use.
    pub listed: u8,
    /// Zero.
    pub reserved: [u8; 2],
}

/// What health needs of a market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "anchor", derive(IdlType))]
#[repr(C)]
pub struct MarketRisk {
    /// Margin rates by size.
    pub tiers: [TierConfig; MAX_TIERS],
    /// Snapshot of the market's funding index, quote units for one base unit × 2^44.
    pub funding_index: i64,
    /// When the snapshot was taken, unix seconds.
    pub funding_time: i64,
    /// What the pool had when the snapshot was taken, quote units: profit counts up to it.
    pub payable: u64,
    /// W: how long profit takes to mature, seconds.
    pub maturity: u32,
    /// f_l: the keeper's part of the liquidation fee, bps of notional.
    pub keeper_fee: u16,
    /// f_i: the tranche's part of the liquidation fee, bps of notional.
    pub insurance_fee: u16,
    /// 1 if the entry is in use.
    pub listed: u8,
    /// 1 if the pool owed more than it had when the snapshot was taken.
    pub in_deficit: u8,
    /// Zero.
    pub reserved: [u8; 6],
}

/// Everything that health needs and that is not the user's own. Created by the client and taken over, all zero, by
/// `create_group`, so that it may outgrow what a program can create in one step.
#[cfg_attr(feature = "anchor", account)]
#[cfg_attr(not(feature = "anchor"), derive(Clone, Copy, Debug, Pod, Zeroable), repr(C))]
pub struct RiskBoard {
    /// The group that the board belongs to.
    pub group: Address,
    /// Number of listed tokens.
    pub token_count: u8,
    /// Number of listed markets.
    pub market_count: u8,
    /// Token that all markets settle in; means something only where `quote_set` is 1.
    pub quote_token: u8,
    /// 1 once the group has a quote token.
    pub quote_set: u8,
    /// The group's liquidation parameters.
    pub liquidation: LiquidationConfig,
    /// 1 once the group keeps receipts.
    pub receipts: u8,
    /// [`GROUP_VERSION`].
    pub version: u8,
    /// When a print of any feed was last accepted, unix seconds.
    pub accepted_at: i64,
    /// Until when shallow breaches wait after an outage, unix seconds.
    pub calm_at: i64,
    /// What is paused in the whole group.
    pub pause: Pause,
    /// How much of the day is paused already.
    pub pause_allowance: PauseAllowance,
    /// Until when liquidations may be paused anywhere in the group, unix seconds: before it each looks at all pauses.
    pub halt_until: i64,
    /// When a queued change of the liquidation parameters last took effect, unix seconds.
    pub liquidation_set_at: i64,
    /// Price cache.
    pub feeds: [Feed; MAX_FEEDS],
    /// Token risk.
    pub tokens: [TokenRisk; MAX_TOKENS],
    /// Market risk.
    pub markets: [MarketRisk; MAX_MARKETS],
}

impl RiskBoard {
    /// Whether all markets settle in a token.
    pub fn is_quote(&self, token: u8) -> bool {
        self.quote_set == 1 && self.quote_token == token
    }
}

/// One lendable token: its vault, books and parameters.
#[cfg_attr(feature = "anchor", account)]
#[cfg_attr(not(feature = "anchor"), derive(Clone, Copy, Debug, Pod, Zeroable), repr(C))]
pub struct Bank {
    /// The group that the bank belongs to.
    pub group: Address,
    /// The token.
    pub mint: Address,
    /// The token account that holds the tokens.
    pub vault: Address,
    /// Tokens in the vault as counted by the bank, native units.
    pub vault_amount: u64,
    /// Sum of all deposit shares.
    pub deposit_shares: u64,
    /// Sum of all debt shares.
    pub borrow_shares: u64,
    /// Native units for each deposit share, × 2^48.
    pub deposit_index: u64,
    /// Native units for each debt share, × 2^48.
    pub borrow_index: u64,
    /// Insurance tranche, native units.
    pub tranche: u64,
    /// Protocol's earnings, native units.
    pub fees: u64,
    /// Losses that lenders have borne so far, native units.
    pub socialised: u64,
    /// Until when interest is charged, unix seconds.
    pub accrued_at: i64,
    /// What liquidations have moved in the window, native units.
    pub bucket_level: u64,
    /// When the level was computed, unix seconds.
    pub bucket_time: i64,
    /// What has left the vault in the window less what has come in, native units; counted while the bank has a brake.
    pub outflow_level: i64,
    /// When the level was computed, unix seconds.
    pub outflow_time: i64,
    /// Lending parameters.
    pub lending: LendingConfig,
    /// When a queued change of the lending parameters last took effect, unix seconds.
    pub lending_set_at: i64,
    /// When a queued change of the token's weights last took effect, unix seconds.
    pub weights_set_at: i64,
    /// What is paused in this bank.
    pub pause: Pause,
    /// Number of the token on the board.
    pub token: u8,
    /// Decimals of the mint.
    pub decimals: u8,
    /// 1 if no deposit and no borrow is accepted.
    pub reduce_only: u8,
    /// 1 if the mint may charge a transfer fee.
    pub transfer_fee: u8,
    /// Bump of the bank's address.
    pub bump: u8,
    /// Bump of the vault's address.
    pub vault_bump: u8,
    /// 1 if deposits must write the board, because all of them share a cap there.
    pub capped: u8,
    /// [`GROUP_VERSION`].
    pub version: u8,
}

impl Bank {
    /// Whether a deposit or repayment passes the board: deposits share a cap there, or may repay markets.
    pub fn wants_board(&self, board: &RiskBoard) -> bool {
        self.capped != 0 || board.is_quote(self.token)
    }

    /// The books as the mathematics takes them.
    #[inline(always)]
    pub fn books(&self) -> Books {
        Books {
            vault: self.vault_amount,
            deposit_shares: self.deposit_shares,
            borrow_shares: self.borrow_shares,
            deposit_index: Index(self.deposit_index),
            borrow_index: Index(self.borrow_index),
            tranche: self.tranche,
            fees: self.fees,
        }
    }

    /// Writes the books back.
    #[inline(always)]
    pub fn set_books(&mut self, books: &Books) {
        self.vault_amount = books.vault;
        self.deposit_shares = books.deposit_shares;
        self.borrow_shares = books.borrow_shares;
        self.deposit_index = books.deposit_index.0;
        self.borrow_index = books.borrow_index.0;
        self.tranche = books.tranche;
        self.fees = books.fees;
    }
}
