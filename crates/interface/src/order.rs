//! Orders that a margin account carries: exits that anybody may execute (docs/spec.md §11.6).

use breakwater_margin::perp::{Direction, Exit, MAX_EXIT_FEE, Mark, Trigger};
use breakwater_margin::{MathError, NativeAmount};
use bytemuck::{Pod, Zeroable};

use crate::accounts::MarginAccount;
use crate::config::quote_units;
use crate::errors::MarginError;

#[cfg(feature = "anchor")]
use anchor_lang::prelude::*;

/// Orders of a margin account.
pub const MAX_ORDERS: usize = 4;

/// [`TriggerOrder::kind`] of a free slot.
pub const ORDER_FREE: u8 = 0;
/// [`TriggerOrder::kind`] of an order that waits for a mark at or below its trigger.
pub const ORDER_BELOW: u8 = 1;
/// [`TriggerOrder::kind`] of an order that waits for a mark at or above its trigger.
pub const ORDER_ABOVE: u8 = 2;
/// [`TriggerOrder::kind`] of an order that waits for a health factor at or below its trigger.
pub const ORDER_HEALTH: u8 = 3;

/// [`TriggerOrder::side`] of an order that closes a long.
pub const SIDE_LONG: u8 = 0;
/// [`TriggerOrder::side`] of an order that closes a short.
pub const SIDE_SHORT: u8 = 1;

/// An order to reduce a position. Free where the kind is; then everything is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "anchor", derive(IdlType, AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct TriggerOrder {
    /// Mark, quote units for one base unit × 2^44, or health factor, millionths.
    pub trigger: u64,
    /// Worst fill price: the least for a long, the most for a short, quote units for one base unit × 2^44.
    pub limit: u64,
    /// Base units; 2^64 − 1 for all.
    pub size: u64,
    /// From when on the order is void, unix seconds; 0 for never.
    pub expires_at: i64,
    /// What the executor gets, quote units.
    pub fee: u32,
    /// Number of the market on the board.
    pub market: u8,
    /// [`ORDER_FREE`], [`ORDER_BELOW`], [`ORDER_ABOVE`] or [`ORDER_HEALTH`].
    pub kind: u8,
    /// [`SIDE_LONG`] or [`SIDE_SHORT`].
    pub side: u8,
    /// Zero.
    pub reserved: u8,
}

impl TriggerOrder {
    /// Whether the slot is free.
    #[inline(always)]
    pub fn is_free(&self) -> bool {
        self.kind == ORDER_FREE
    }

    /// The order as the mathematics takes it.
    ///
    /// Errors: OrderMalformed for an unknown kind or side
    pub fn exit(&self) -> core::result::Result<Exit, MarginError> {
        let trigger = match self.kind {
            ORDER_BELOW => Trigger::Below(Mark(self.trigger)),
            ORDER_ABOVE => Trigger::Above(Mark(self.trigger)),
            ORDER_HEALTH => Trigger::Health(self.trigger),
            _ => return Err(MarginError::OrderMalformed),
        };
        let direction = match self.side {
            SIDE_LONG => Direction::Long,
            SIDE_SHORT => Direction::Short,
            _ => return Err(MarginError::OrderMalformed),
        };
        let Self { limit, size, expires_at, .. } = *self;
        Ok(Exit { trigger, limit, size, direction, expires_at, fee: self.fee.into() })
    }
}

impl MarginAccount {
    /// The order in a slot.
    ///
    /// Errors: NoOrder
    pub fn order(&self, slot: u8) -> core::result::Result<&TriggerOrder, MarginError> {
        self.orders.get(usize::from(slot)).filter(|order| !order.is_free()).ok_or(MarginError::NoOrder)
    }

    /// Frees the slots of a market's orders that its base, signed base units, leaves without a position to close.
    #[inline(always)]
    pub fn drop_void_orders(&mut self, market: u8, base: i64) {
        for order in &mut self.orders {
            let void = if order.side == SIDE_LONG { base <= 0 } else { base >= 0 };
            if void && order.market == market && !order.is_free() {
                *order = Zeroable::zeroed();
            }
        }
    }
}

/// Most that an order may promise its executor, for a quote token with a number of decimals.
///
/// Errors: Overflow above six decimals
pub fn max_fee(quote_decimals: u8) -> core::result::Result<NativeAmount, MathError> {
    quote_units(MAX_EXIT_FEE, quote_decimals)
}
