//! Accounts of perpetual markets: the market with its pool and tranche, a liquidity provider's share, and a trader's
//! position. What a market's books hold in the quote token are deposit shares of the quote bank.

use breakwater_margin::perp::{Availability, Claims, Market, Position};
use bytemuck::{Pod, Zeroable};

use crate::Address;
use crate::config::PerpConfig;
use crate::governance::Pause;

#[cfg(feature = "anchor")]
use anchor_lang::prelude::*;

/// [`PerpMarket::status`] of a market that takes all trades.
pub const STATUS_ACTIVE: u8 = 0;
/// [`PerpMarket::status`] of a market that takes reductions only.
pub const STATUS_REDUCE_ONLY: u8 = 1;
/// [`PerpMarket::status`] of a paused market: reductions only, and no liquidity comes in.
pub const STATUS_PAUSED: u8 = 2;

/// One perpetual: open interest, pool, tranche, funding and parameters.
#[cfg_attr(feature = "anchor", account)]
#[cfg_attr(not(feature = "anchor"), derive(Clone, Copy, Debug, Pod, Zeroable), repr(C))]
pub struct PerpMarket {
    /// The group that the market belongs to.
    pub group: Address,
    /// Sum of all longs, base units.
    pub long: u64,
    /// Sum of all shorts, base units.
    pub short: u64,
    /// Σ of traders' quote with the funding that is due, less what is secured: whole quote units.
    pub claims_quote: i64,
    /// Its fraction, × 2^44.
    pub claims_fraction: u64,
    /// Funding fractions on their way to the tranche, quote units × 2^44.
    pub dust: u64,
    /// What one base unit has paid, quote units × 2^44.
    pub funding_index: i64,
    /// Until when funding is charged, unix seconds.
    pub funding_time: i64,
    /// The pool's deposit shares of the quote bank.
    pub pool: u64,
    /// The tranche's deposit shares of the quote bank.
    pub tranche: u64,
    /// The protocol's deposit shares of the quote bank.
    pub fees: u64,
    /// Sum of all liquidity shares.
    pub liquidity: u64,
    /// Deposit shares of the quote bank set apart for secured profit.
    pub escrow: u64,
    /// Σ of secured profit, quote units.
    pub secured: u64,
    /// Slot in which the deficit was first seen; 0 without one.
    pub deficit_since: u64,
    /// Losses that the pool has borne so far, quote units.
    pub pool_losses: u64,
    /// From when on only reductions are taken, unix seconds; 0 for never.
    pub expires_at: i64,
    /// What liquidations have closed in the window, base units.
    pub bucket_level: u64,
    /// When the level was computed, unix seconds.
    pub bucket_time: i64,
    /// Parameters.
    pub config: PerpConfig,
    /// When a queued change of the parameters last took effect, unix seconds.
    pub config_set_at: i64,
    /// What is paused in this market.
    pub pause: Pause,
    /// Number of the market on the board.
    pub market: u8,
    /// [`STATUS_ACTIVE`], [`STATUS_REDUCE_ONLY`] or [`STATUS_PAUSED`].
    pub status: u8,
    /// Bump of the address.
    pub bump: u8,
    /// [`crate::accounts::GROUP_VERSION`].
    pub version: u8,
    /// Zero.
    pub reserved: [u8; 4],
}

impl PerpMarket {
    /// The books as the mathematics takes them.
    #[inline(always)]
    pub fn books(&self) -> Market {
        Market {
            long: self.long,
            short: self.short,
            claims: Claims { quote: self.claims_quote, fraction: self.claims_fraction },
            dust: self.dust,
            funding_index: self.funding_index,
            funding_time: self.funding_time,
            pool: self.pool,
            tranche: self.tranche,
            fees: self.fees,
            liquidity: self.liquidity,
            escrow: self.escrow,
            secured: self.secured,
            deficit_since: self.deficit_since,
        }
    }

    /// Which trades the market takes at a time, unix seconds.
    pub fn availability(&self, now: i64) -> Availability {
        match self.status {
            STATUS_ACTIVE if self.expires_at != 0 && now >= self.expires_at => Availability::Expired,
            STATUS_ACTIVE => Availability::Open,
            STATUS_REDUCE_ONLY => Availability::ReduceOnly,
            _ => Availability::Paused,
        }
    }

    /// Writes the books back.
    #[inline(always)]
    pub fn set_books(&mut self, books: &Market) {
        self.long = books.long;
        self.short = books.short;
        self.claims_quote = books.claims.quote;
        self.claims_fraction = books.claims.fraction;
        self.dust = books.dust;
        self.funding_index = books.funding_index;
        self.funding_time = books.funding_time;
        self.pool = books.pool;
        self.tranche = books.tranche;
        self.fees = books.fees;
        self.liquidity = books.liquidity;
        self.escrow = books.escrow;
        self.secured = books.secured;
        self.deficit_since = books.deficit_since;
    }
}

/// An owner's share of a market's pool.
#[cfg_attr(feature = "anchor", account)]
#[cfg_attr(not(feature = "anchor"), derive(Clone, Copy, Debug, Pod, Zeroable), repr(C))]
pub struct LiquidityPosition {
    /// The market.
    pub market: Address,
    /// Who owns the share.
    pub owner: Address,
    /// Liquidity shares.
    pub shares: u64,
    /// Shares whose removal is requested.
    pub requested: u64,
    /// What they were worth at the request, quote units.
    pub requested_value: u64,
    /// When they were requested, unix seconds.
    pub requested_at: i64,
    /// Bump of the address.
    pub bump: u8,
    /// Zero.
    pub reserved: [u8; 7],
}

/// A position in a perpetual. Free where base and quote are 0; then everything is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "anchor", derive(IdlType))]
#[repr(C)]
pub struct PerpPosition {
    /// Signed base units; positive for a long.
    pub base: i64,
    /// Signed quote units: what closing adds beyond base × mark.
    pub quote: i64,
    /// Matured profit, quote units.
    pub matured: u64,
    /// Profit at the last touch, quote units.
    pub seen: u64,
    /// Profit that deleveraging left to the position and set apart for it in the market's escrow, quote units.
    pub secured: u64,
    /// Its deposit shares in the escrow.
    pub escrow: u64,
    /// When the position was last touched, unix seconds.
    pub touched_at: i64,
    /// The market's funding index at the last touch.
    pub funding_index: i64,
    /// Publication time of the print of the last increase, unix seconds.
    pub increased_at: i64,
    /// Slot of the last increase.
    pub increased_slot: u64,
    /// Number of the market on the board.
    pub market: u8,
    /// Zero.
    pub reserved: [u8; 7],
}

impl PerpPosition {
    /// Whether the slot is free.
    #[inline(always)]
    pub fn is_free(&self) -> bool {
        self.base == 0 && self.quote == 0
    }

    /// The position as the mathematics takes it.
    #[inline(always)]
    pub fn position(&self) -> Position {
        Position {
            base: self.base,
            quote: self.quote,
            matured: self.matured,
            seen: self.seen,
            secured: self.secured,
            escrow: self.escrow,
            touched_at: self.touched_at,
            funding_index: self.funding_index,
            increased_at: self.increased_at,
            increased_slot: self.increased_slot,
        }
    }

    /// Writes the position back; a position without base and quote frees the slot.
    #[inline(always)]
    pub fn set_position(&mut self, market: u8, position: &Position) {
        *self = PerpPosition {
            base: position.base,
            quote: position.quote,
            matured: position.matured,
            seen: position.seen,
            secured: position.secured,
            escrow: position.escrow,
            touched_at: position.touched_at,
            funding_index: position.funding_index,
            increased_at: position.increased_at,
            increased_slot: position.increased_slot,
            market,
            reserved: [0; 7],
        };
        if self.is_free() {
            *self = Zeroable::zeroed();
        }
    }
}
