//! A user's margin account and its deposits and debts.

use breakwater_margin::Side;
use bytemuck::{Pod, Zeroable};

use super::{MAX_PERP_POSITIONS, MAX_TOKEN_POSITIONS};
use crate::Address;
use crate::errors::MarginError;
use crate::order::{MAX_ORDERS, TriggerOrder};
use crate::perp::PerpPosition;

#[cfg(feature = "anchor")]
use anchor_lang::prelude::*;

/// [`TokenPosition::side`] of a deposit.
pub const SIDE_DEPOSIT: u8 = 0;
/// [`TokenPosition::side`] of a debt.
pub const SIDE_DEBT: u8 = 1;

/// A deposit or a debt of one token. A slot without shares is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "anchor", derive(IdlType))]
#[repr(C)]
pub struct TokenPosition {
    /// Shares of the bank's deposit or borrow side.
    pub shares: u64,
    /// Number of the token on the board.
    pub token: u8,
    /// [`SIDE_DEPOSIT`] or [`SIDE_DEBT`].
    pub side: u8,
    /// Zero.
    pub reserved: [u8; 6],
}

impl TokenPosition {
    /// Whether the slot is free.
    #[inline(always)]
    pub fn is_free(&self) -> bool {
        self.shares == 0
    }

    /// The side as the mathematics takes it.
    #[inline(always)]
    pub fn side(&self) -> Side {
        if self.side == SIDE_DEBT { Side::Debt } else { Side::Deposit }
    }
}

/// A user's cross-margin account.
#[cfg_attr(feature = "anchor", account)]
#[cfg_attr(not(feature = "anchor"), derive(Clone, Copy, Debug, Pod, Zeroable), repr(C))]
pub struct MarginAccount {
    /// The group that the account belongs to.
    pub group: Address,
    /// May do everything.
    pub owner: Address,
    /// May trade and liquidate, may not take anything out. Zero for nobody.
    pub delegate: Address,
    /// Slot of the first touch of a shallow breach; 0 without a flag.
    pub flag_slot: u64,
    /// Publication time of the newest print at that touch, unix seconds.
    pub flag_time: i64,
    /// Deposits and debts.
    pub tokens: [TokenPosition; MAX_TOKEN_POSITIONS],
    /// Perpetual positions.
    pub perps: [PerpPosition; MAX_PERP_POSITIONS],
    /// Orders that reduce positions.
    pub orders: [TriggerOrder; MAX_ORDERS],
    /// Number among the owner's accounts; part of the address.
    pub number: u16,
    /// [`MARGIN_ACCOUNT_VERSION`].
    pub version: u8,
    /// Bump of the address.
    pub bump: u8,
    /// Zero.
    pub reserved: [u8; 4],
    /// Negative equity that was last reported and that the shared fund may have to bear, quote units. From here on: version 2.
    pub shortfall: u64,
    /// Zero; room for what comes, so that it needs no other size.
    pub reserved_tail: [u64; 7],
}

impl MarginAccount {
    /// The slot of a market's position.
    pub fn find_perp(&self, market: u8) -> Option<usize> {
        self.perps.iter().position(|p| !p.is_free() && p.market == market)
    }

    /// Base of a market's position, signed base units; 0 without one.
    pub fn base_in(&self, market: u8) -> i64 {
        self.find_perp(market).map_or(0, |slot| self.perps[slot].base)
    }

    /// The slot that holds a token.
    pub fn find(&self, token: u8) -> Option<usize> {
        self.tokens.iter().position(|p| !p.is_free() && p.token == token)
    }

    /// Refuses whoever may neither do everything with the account nor trade with it.
    ///
    /// Errors: NotAccountOwnerOrDelegate
    #[inline(always)]
    pub fn verify_operator(&self, signer: &Address) -> core::result::Result<(), MarginError> {
        if self.owner != *signer && self.delegate != *signer {
            return Err(MarginError::NotAccountOwnerOrDelegate);
        }
        Ok(())
    }

    /// Whether the account owes nothing and holds no position that can lose.
    pub fn is_riskless(&self) -> bool {
        self.tokens.iter().all(|p| p.is_free() || p.side() == Side::Deposit)
            && self.perps.iter().all(|p| p.base == 0 && p.quote >= 0)
    }

    /// Whether nothing is held, owed or open.
    pub fn is_empty(&self) -> bool {
        self.tokens.iter().all(TokenPosition::is_free) && self.perps.iter().all(PerpPosition::is_free)
    }
}
