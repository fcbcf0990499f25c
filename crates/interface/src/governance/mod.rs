//! Who may change what, and when: roles, changes that wait in the open, pauses that end by themselves (docs/spec.md §12).

mod pause;
mod rules;
mod tables;

pub use pause::{
    ACTIONS, BORROW, LIQUIDATE, LIQUIDITY, MAX_PAUSE, PAUSE_ALLOWANCE, Pause, PauseAllowance, TRADE, WITHDRAW,
};
pub use rules::{Governed, MAX_RULES, Rule, Step, Tightens, verify_step, waits};

use crate::Address;
use crate::accounts::Group;
use crate::errors::MarginError;

#[cfg(not(feature = "anchor"))]
use bytemuck::{Pod, Zeroable};

#[cfg(feature = "anchor")]
use anchor_lang::prelude::*;

/// May hand roles over, and all that the risk manager may.
pub const ADMIN: u8 = 0;
/// May tighten parameters at once and queue any other change.
pub const RISK_MANAGER: u8 = 1;
/// May pause and veto, and nothing else.
pub const GUARDIAN: u8 = 2;

/// From the queueing of a change to the first moment at which it may be executed, seconds.
pub const TIMELOCK: i64 = 172_800;
/// The same for a new guardian, who the old one cannot veto: longer than any change that a thief could queue meanwhile.
pub const GUARDIAN_TIMELOCK: i64 = 604_800;
/// How long a change may be executed once it is due, seconds.
pub const EXPIRY: i64 = 604_800;

/// [`QueuedChange::status`] of a change that waits.
pub const WAITING: u8 = 0;
/// [`QueuedChange::status`] of a change that was made.
pub const EXECUTED: u8 = 1;
/// [`QueuedChange::status`] of a change that was vetoed or taken back.
pub const VETOED: u8 = 2;

/// Longest instruction data that a change may have.
pub const MAX_CHANGE_DATA: usize = 256;

/// An instruction that waits. Whoever sends the very same instruction with this account, after it is due and before it
/// expires, executes it.
#[cfg_attr(feature = "anchor", account)]
#[cfg_attr(not(feature = "anchor"), derive(Clone, Copy, Debug, Pod, Zeroable), repr(C))]
pub struct QueuedChange {
    /// The group that changes.
    pub group: Address,
    /// Who queued it; gets the rent back.
    pub proposer: Address,
    /// The account that the instruction sets: bank, board or market; a mint to be listed; a role's new holder.
    pub target: Address,
    /// When it was queued, unix seconds.
    pub queued_at: i64,
    /// From when on it may be executed, unix seconds.
    pub due_at: i64,
    /// From when on it may not any more, unix seconds.
    pub expires_at: i64,
    /// Number among the group's changes; part of the address.
    pub number: u64,
    /// The instruction's data, discriminator first.
    pub data: [u8; MAX_CHANGE_DATA],
    /// Bytes of it in use.
    pub length: u16,
    /// [`WAITING`], [`EXECUTED`] or [`VETOED`].
    pub status: u8,
    /// Bump of the address.
    pub bump: u8,
    /// Zero.
    pub reserved: [u8; 4],
}

impl QueuedChange {
    /// The instruction's data.
    pub fn data(&self) -> &[u8] {
        self.data.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// Refuses what is not this change, or not now.
    ///
    /// Errors: ChangeMismatch, ChangeIsOver, ChangeNotDue, ChangeExpired
    pub fn verify(
        &self,
        group: &Address,
        target: &Address,
        data: &[u8],
        now: i64,
    ) -> core::result::Result<(), MarginError> {
        if self.group != *group || self.target != *target || self.data() != data {
            return Err(MarginError::ChangeMismatch);
        }
        match self.status {
            WAITING if now < self.due_at => Err(MarginError::ChangeNotDue),
            WAITING if now >= self.expires_at => Err(MarginError::ChangeExpired),
            WAITING => Ok(()),
            _ => Err(MarginError::ChangeIsOver),
        }
    }

    /// Whether nobody can execute the change any more.
    pub fn is_over(&self, now: i64) -> bool {
        self.status != WAITING || now >= self.expires_at
    }
}

impl Group {
    /// Who holds a role.
    ///
    /// Errors: UnknownRole
    pub fn holder(&mut self, role: u8) -> core::result::Result<&mut Address, MarginError> {
        match role {
            ADMIN => Ok(&mut self.admin),
            RISK_MANAGER => Ok(&mut self.risk_manager),
            GUARDIAN => Ok(&mut self.guardian),
            _ => Err(MarginError::UnknownRole),
        }
    }

    /// A guardian who also proposes could let its own changes pass.
    ///
    /// Errors: RolesNotSeparate
    pub fn verify_separate(&self) -> core::result::Result<(), MarginError> {
        if self.guardian == self.admin || self.guardian == self.risk_manager {
            return Err(MarginError::RolesNotSeparate);
        }
        Ok(())
    }
}
