//! What every administrative instruction passes first: no durable nonce, no other program in between, and a warrant: the group
//! is not launched yet, the change only tightens, or it has waited in the queue.

use anchor_lang::prelude::*;
use breakwater_interface::events::ChangeExecuted;
use breakwater_interface::governance::{EXECUTED, Governed, verify_step, waits};
use breakwater_interface::{Group, MarginError, QueuedChange};
use solana_program::instruction::{TRANSACTION_LEVEL_STACK_HEIGHT, get_stack_height};

/// The system program's instruction that a transaction with a durable nonce begins with.
const ADVANCE_NONCE: [u8; 4] = 4u32.to_le_bytes();

/// Which instructions the transaction has.
#[derive(Accounts)]
pub struct Direct {
    pub instructions: Sysvar<SysvarInstructions>,
}

/// Which instructions the transaction has, and the change that has waited.
#[derive(Accounts)]
pub struct Control {
    pub direct: Nested<Direct>,
    /// The change that this instruction carries out; none where it may take effect at once.
    #[account(mut)]
    pub change: Option<Account<QueuedChange>>,
}

/// Why an administrative instruction may take effect.
pub enum Warrant {
    /// The group has no users yet.
    Preparing,
    /// Admin or risk manager, without having waited.
    Officer,
    /// It has waited since a time, unix seconds, and nobody vetoed it.
    Waited(i64),
}

/// Refuses whoever is neither admin nor risk manager.
pub fn may_set(group: &Group, signer: &Address) -> core::result::Result<(), MarginError> {
    if group.admin != *signer && group.risk_manager != *signer {
        return Err(MarginError::NotRiskManager);
    }
    Ok(())
}

impl Direct {
    /// Refuses a transaction that was signed to be sent at any time, and a call by another program.
    ///
    /// Errors: AdminByProgram, AdminByNonce
    pub fn verify(&self) -> Result<()> {
        if get_stack_height() != TRANSACTION_LEVEL_STACK_HEIGHT {
            return Err(MarginError::AdminByProgram.into());
        }
        let first = self.instructions.load_instruction_at(0)?;
        let advances = first.get_instruction_data().get(..4) == Some(&ADVANCE_NONCE);
        if *first.get_program_id() == System::id() && advances {
            return Err(MarginError::AdminByNonce.into());
        }
        Ok(())
    }
}

impl Control {
    /// Why the instruction that is running may set a target. A change that has waited is used up.
    ///
    /// Errors: AdminByProgram, AdminByNonce, NotRiskManager, ChangeMismatch, ChangeNotDue, ChangeExpired, ChangeIsOver
    pub fn warrant(&mut self, group: &Account<Group>, signer: &Address, target: &Address) -> Result<Warrant> {
        self.direct.verify()?;
        let Some(change) = &mut self.change else {
            may_set(group, signer)?;
            return Ok(if group.launched == 0 { Warrant::Preparing } else { Warrant::Officer });
        };
        let running = self.direct.instructions.get_instruction_relative(0)?;
        let now = Clock::get()?.unix_timestamp;
        change.verify(group.address(), target, running.get_instruction_data(), now)?;
        change.status = EXECUTED;
        emit!(ChangeExecuted { group: change.group, change: *change.address(), executor: *signer });
        Ok(Warrant::Waited(change.queued_at))
    }
}

impl Warrant {
    /// Refuses to loosen without having waited, and to go too far at once. Of the changes of the same parameters each is queued
    /// after the one before took effect, so that many small steps take their time; `set_at` is when that was.
    ///
    /// Errors: ChangeMustWait, ChangeTooLarge, ChangeOvertaken
    pub fn verify<C: Governed>(
        &self,
        (old, new): (&C, &C),
        set_at: &mut i64,
        now: i64,
    ) -> core::result::Result<(), MarginError> {
        match *self {
            Warrant::Preparing => Ok(()),
            Warrant::Officer if waits(old, new) => Err(MarginError::ChangeMustWait),
            Warrant::Officer => Ok(()),
            Warrant::Waited(queued_at) if queued_at < *set_at => Err(MarginError::ChangeOvertaken),
            Warrant::Waited(_) => {
                *set_at = now;
                verify_step(old, new)
            }
        }
    }

    /// Refuses what has no tighter direction, or goes in the looser one, without having waited.
    ///
    /// Errors: ChangeMustWait
    pub fn verify_waited(&self, loosens: bool) -> core::result::Result<(), MarginError> {
        match self {
            Warrant::Officer if loosens => Err(MarginError::ChangeMustWait),
            _ => Ok(()),
        }
    }
}
