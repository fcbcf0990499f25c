//! Events of changes that wait, roles, the launch and pauses.

#[cfg(not(feature = "anchor"))]
use bytemuck::{Pod, Zeroable};

use crate::Address;

#[cfg(feature = "anchor")]
use anchor_lang::prelude::*;

events! {
    /// A change waits for its time.
    ChangeQueued {
        /// The group.
        group: Address,
        /// The account that holds the change.
        change: Address,
        /// What it sets.
        target: Address,
        /// Who queued it.
        proposer: Address,
        /// From when on it may be executed, unix seconds.
        due_at: i64,
        /// From when on it may not any more, unix seconds.
        expires_at: i64,
    }

    /// A queued change was vetoed or taken back.
    ChangeVetoed {
        /// The group.
        group: Address,
        /// The account that holds the change.
        change: Address,
        /// Who vetoed.
        authority: Address,
    }

    /// A queued change took effect.
    ChangeExecuted {
        /// The group.
        group: Address,
        /// The account that holds the change.
        change: Address,
        /// Who sent the instruction.
        executor: Address,
    }

    /// A role has a new holder.
    RoleSet {
        /// The group.
        group: Address,
        /// The new holder.
        holder: Address,
        /// [`crate::governance::ADMIN`], [`crate::governance::RISK_MANAGER`] or [`crate::governance::GUARDIAN`].
        role: u64,
    }

    /// A group takes users from now on, and changes wait.
    GroupLaunched {
        /// The group.
        group: Address,
    }

    /// A pause began or ended.
    PauseSet {
        /// The group.
        group: Address,
        /// The board for the whole group, a bank or a market.
        scope: Address,
        /// Until when, unix seconds.
        until: i64,
        /// The actions that are paused; 0 if the pause ended.
        actions: u64,
    }
}
