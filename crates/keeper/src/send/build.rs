//! From what is to be done to a signed transaction: limits first, then the refresh, then the action.

use std::sync::Arc;

use breakwater_client::Address;
use breakwater_client::instruction::{self, ExecuteKeys, LiquidateKeys};
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_message::{Hash, VersionedMessage, v0};
use solana_signer::Signer;
use solana_transaction::versioned::VersionedTransaction;

use crate::job::Action;

/// Most bytes of a transaction on the wire.
pub const MAX_BYTES: usize = 1_232;
/// Most compute units of a transaction.
pub const MAX_UNITS: u32 = 1_400_000;

/// Who sends.
#[derive(Clone)]
pub struct Me {
    /// Signs and pays; owner or delegate of the margin account.
    pub wallet: Arc<Keypair>,
    /// The keeper's margin account, which takes over debts and collateral.
    pub account: Address,
    /// The group.
    pub group: Address,
    /// Its risk board.
    pub board: Address,
    /// Its receipt log, where it keeps receipts.
    pub receipt_log: Option<Address>,
    /// Number of the quote token.
    pub quote_token: u8,
}

impl Me {
    fn receipted(&self, instruction: Instruction) -> Instruction {
        match &self.receipt_log {
            Some(log) => instruction::with_receipt_log(instruction, log),
            None => instruction,
        }
    }

    /// The instruction that does something to an account.
    pub fn instruction(&self, account: &Address, action: &Action) -> Instruction {
        match action {
            Action::Flag => instruction::touch(account, &self.board),
            Action::Liquidate { keys, most, .. } => {
                let keys = LiquidateKeys {
                    keeper: self.wallet.pubkey(),
                    keeper_account: self.account,
                    liquidatee: *account,
                    board: self.board,
                    target: *keys,
                };
                self.receipted(instruction::liquidate(&keys, *most))
            }
            Action::Resolve(creditor) => {
                self.receipted(instruction::resolve_bankruptcy(account, &self.board, creditor))
            }
            Action::Deleverage { market, quote_bank } => {
                self.receipted(instruction::deleverage(account, &self.board, quote_bank, market))
            }
            Action::Execute { slot, market, quote_bank } => {
                let keys = ExecuteKeys {
                    executor: self.wallet.pubkey(),
                    executor_account: self.account,
                    account: *account,
                    board: self.board,
                    market: *market,
                    quote_bank: *quote_bank,
                };
                instruction::execute_order(&keys, *slot)
            }
            Action::Upgrade => instruction::upgrade_account(&self.wallet.pubkey(), account),
        }
    }

    /// Instructions in as few transactions as they fit into: all but the last refresh only. Each is a list of instructions,
    /// without limits.
    ///
    /// # Errors
    /// The instructions alone are too large, in words.
    pub fn split(
        &self,
        refresh: &[(u8, Address)],
        instructions: &[Instruction],
    ) -> Result<Vec<Vec<Instruction>>, String> {
        // The end of the refresh stays with the action: as much as fits.
        let first = (0..=refresh.len()).find(|first| self.fits(&self.with_refresh(&refresh[*first..], instructions)));
        let first = first.ok_or_else(|| format!("the transaction would have more than {MAX_BYTES} bytes"))?;
        let (mut parts, mut before) = (Vec::new(), &refresh[..first]);
        while !before.is_empty() {
            let count = (1..=before.len()).rev().find(|count| self.fits(&self.with_refresh(&before[..*count], &[])));
            let (part, rest) = before.split_at(count.unwrap_or(1));
            parts.push(self.with_refresh(part, &[]));
            before = rest;
        }
        parts.push(self.with_refresh(&refresh[first..], instructions));
        Ok(parts)
    }

    fn with_refresh(&self, refresh: &[(u8, Address)], instructions: &[Instruction]) -> Vec<Instruction> {
        let first = (!refresh.is_empty()).then(|| instruction::refresh(&self.board, refresh));
        first.into_iter().chain(instructions.iter().cloned()).collect()
    }

    fn fits(&self, instructions: &[Instruction]) -> bool {
        let limits = Limits { units: MAX_UNITS, price: u64::MAX };
        self.message(instructions, limits, Hash::default()).is_ok_and(|message| size(&message) <= MAX_BYTES)
    }

    fn message(&self, instructions: &[Instruction], limits: Limits, hash: Hash) -> Result<VersionedMessage, String> {
        let mut all = vec![
            ComputeBudgetInstruction::set_compute_unit_limit(limits.units),
            ComputeBudgetInstruction::set_compute_unit_price(limits.price),
        ];
        all.extend_from_slice(instructions);
        let message = v0::Message::try_compile(&self.wallet.pubkey(), &all, &[], hash);
        message.map(VersionedMessage::V0).map_err(|error| format!("the transaction cannot be built: {error}"))
    }

    /// A signed transaction.
    ///
    /// # Errors
    /// It cannot be built or signed, in words.
    pub(super) fn sign(
        &self,
        instructions: &[Instruction],
        limits: Limits,
        hash: Hash,
    ) -> Result<VersionedTransaction, String> {
        let message = self.message(instructions, limits, hash)?;
        let signed = VersionedTransaction::try_new(message, &[self.wallet.as_ref()]);
        signed.map_err(|error| format!("the transaction cannot be signed: {error}"))
    }
}

/// What a transaction may use and offers.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// Compute units.
    pub units: u32,
    /// For each of them, micro-lamports.
    pub price: u64,
}

/// The accounts that instructions write, without the payer: what is paid for their being written decides who is first.
pub(super) fn written(instructions: &[Instruction]) -> Vec<Address> {
    let mut written: Vec<Address> = Vec::new();
    for meta in instructions.iter().flat_map(|instruction| &instruction.accounts) {
        if meta.is_writable && !meta.is_signer && !written.contains(&meta.pubkey) {
            written.push(meta.pubkey);
        }
    }
    written
}

/// Bytes of a transaction with a message and one signature.
fn size(message: &VersionedMessage) -> usize {
    1 + 64 * usize::from(message.header().num_required_signatures) + message.serialize().len()
}
