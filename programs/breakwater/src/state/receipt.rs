//! The group's receipts: what an outcome followed from is logged behind its event, and both are chained to the receipt before.

use alloc::vec;
use alloc::vec::Vec;

use anchor_lang::prelude::*;
use breakwater_interface::accounts::DISCRIMINATOR;
use breakwater_interface::receipt::{Basis, ReceiptEntry, take_down};
use breakwater_interface::{MarginError, ReceiptLog, RiskBoard, snapshot};
use breakwater_margin::Snapshot;
use bytemuck::Pod;
use solana_program::hash::hashv;

extern crate alloc;

/// Bytes of a word: everything in a receipt is a whole number of them.
const WORD: usize = size_of::<u64>();

/// A receipt on the way: inputs are taken down before they change, the event is known only after.
pub struct Draft {
    log: AccountView,
    slot: u64,
    words: Vec<u64>,
}

/// What the log's entry says of a receipt.
pub struct Summary {
    pub account: Address,
    pub kind: u8,
    /// The leg, and of a repayment the collateral.
    pub legs: (u8, u8),
    pub amount: u64,
    pub result: u64,
}

/// The receipt log, which follows the instruction's own accounts.
///
/// Errors: ReceiptLogMissing, ReceiptLogOfOtherGroup
#[cold]
#[inline(never)]
pub fn open(sources: Vec<AccountView>, board: &RiskBoard) -> Result<AccountView> {
    let source = sources.first().cloned().ok_or(MarginError::ReceiptLogMissing)?;
    if Account::<ReceiptLog>::load(source)?.group != board.group {
        return Err(MarginError::ReceiptLogOfOtherGroup.into());
    }
    Ok(source)
}

/// When legs were taken down, and what positions are settled in.
pub fn basis(board: &RiskBoard, legs: &Snapshot, (slot, now): (u64, i64)) -> Basis {
    Basis::of(legs, snapshot::quote_decimals(board), slot, now)
}

impl Draft {
    /// Takes a head and the legs down, and leaves room for an event.
    #[inline(always)]
    pub fn new<E: Pod, H: Pod>(log: AccountView, basis: &Basis, head: &H, legs: &Snapshot) -> Draft {
        let told = DISCRIMINATOR + size_of::<E>();
        let size = told + size_of::<H>() + basis.legs_size();
        let mut words = vec![0; size / WORD];
        let bytes = &mut bytemuck::cast_slice_mut(&mut words)[told..];
        let (head_bytes, legs_bytes) = bytes.split_at_mut(size_of::<H>());
        head_bytes.copy_from_slice(bytemuck::bytes_of(head));
        take_down(legs, legs_bytes);
        Draft { log, slot: basis.slot, words }
    }

    /// Logs the event with what it followed from, and chains both to the last receipt.
    #[inline(always)]
    pub fn keep<E: Pod + Event>(mut self, event: &E, summary: Summary) -> Result<()> {
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut self.words);
        bytes[..DISCRIMINATOR].copy_from_slice(E::DISCRIMINATOR);
        bytes[DISCRIMINATOR..][..size_of::<E>()].copy_from_slice(bytemuck::bytes_of(event));
        self.file(summary)
    }

    #[cold]
    #[inline(never)]
    fn file(mut self, summary: Summary) -> Result<()> {
        let bytes: &[u8] = bytemuck::cast_slice(&self.words);
        sol_log_data(&[bytes]);
        // Owner, discriminator and length were checked when the log was opened.
        let mut data = self.log.try_borrow_mut()?;
        let body = data.get_mut(DISCRIMINATOR..DISCRIMINATOR + size_of::<ReceiptLog>());
        let log: &mut ReceiptLog = bytemuck::from_bytes_mut(body.ok_or(MarginError::ReceiptLogMissing)?);
        let Summary { account, kind, legs: (leg, collateral), amount, result } = summary;
        let digest = hashv(&[&log.head, bytes]).to_bytes();
        let slot = self.slot;
        log.push(ReceiptEntry { digest, account, slot, amount, result, kind, leg, collateral, reserved: [0; 5] });
        Ok(())
    }
}
