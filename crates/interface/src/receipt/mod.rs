//! Receipts: what a liquidation, a write-off or a deleveraging followed from, so that anybody can repeat it from the receipt
//! alone. A receipt's bytes are its event, then the inputs; `sha256(digest before ‖ bytes)` chains each to the one before.

mod inputs;
mod records;

pub use inputs::{
    BankLossInputs, BooksRecord, DeleverageInputs, LiquidationInputs, LiquidationTold, MarketLossInputs, MarketRecord,
    PositionRecord, PurseRecord,
};
pub use records::{Basis, PerpRecord, RecordedLegs, TokenRecord, take_down};

#[cfg(not(feature = "anchor"))]
use bytemuck::{Pod, Zeroable};

use crate::Address;

#[cfg(feature = "anchor")]
use anchor_lang::prelude::*;

/// Receipts that the ring keeps.
pub const RING: usize = 64;

/// [`ReceiptEntry::kind`] of a repayment for collateral.
pub const SPOT: u8 = 1;
/// [`ReceiptEntry::kind`] of a position that was closed.
pub const PERP: u8 = 2;
/// [`ReceiptEntry::kind`] of a debt to a bank that was written off.
pub const BANK_LOSS: u8 = 3;
/// [`ReceiptEntry::kind`] of a debt to a market that was written off.
pub const MARKET_LOSS: u8 = 4;
/// [`ReceiptEntry::kind`] of a deleveraging.
pub const DELEVERAGING: u8 = 5;

/// The chain of a group's receipts, and a summary of the last ones.
#[cfg_attr(feature = "anchor", account)]
#[cfg_attr(not(feature = "anchor"), derive(Clone, Copy, Debug, Pod, Zeroable), repr(C))]
pub struct ReceiptLog {
    /// The group that the log belongs to.
    pub group: Address,
    /// Digest of the last receipt; zero before the first.
    pub head: [u8; 32],
    /// Number of receipts so far.
    pub count: u64,
    /// Bump of the log's address.
    pub bump: u8,
    /// Zero.
    pub reserved: [u8; 7],
    /// Receipt number n, counted from 0, is in entry n modulo [`RING`].
    pub entries: [ReceiptEntry; RING],
}

/// Summary of one receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
#[cfg_attr(feature = "anchor", derive(IdlType))]
#[repr(C)]
pub struct ReceiptEntry {
    /// Digest of the receipt and all before it.
    pub digest: [u8; 32],
    /// The margin account.
    pub account: Address,
    /// Slot.
    pub slot: u64,
    /// Repaid, closed, written off or closed: native units of the debt, base units, native or quote units, base units.
    pub amount: u64,
    /// Seized, charged, borne by lenders or pool, or set apart: native units of the collateral, quote units, units of the loss.
    pub result: u64,
    /// [`SPOT`], [`PERP`], [`BANK_LOSS`], [`MARKET_LOSS`] or [`DELEVERAGING`].
    pub kind: u8,
    /// Token or market; of a repayment the debt, from 128 on a debt to market number − 128.
    pub leg: u8,
    /// Of a repayment the collateral, from 128 on profit in market number − 128.
    pub collateral: u8,
    /// Zero.
    pub reserved: [u8; 5],
}

impl ReceiptLog {
    /// Adds a receipt whose digest, chained to [`ReceiptLog::head`], is known.
    pub fn push(&mut self, entry: ReceiptEntry) {
        self.head = entry.digest;
        self.entries[self.count as usize % RING] = entry;
        self.count = self.count.wrapping_add(1);
    }
}
