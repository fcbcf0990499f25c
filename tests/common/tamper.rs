//! Instructions and accounts that are not what they should be.

use breakwater_client::{Address, PROGRAM_ID, SYSTEM_PROGRAM};
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_keypair::Keypair;

use super::verdict::Cause;
use super::{Chain, World};

/// A program that could own a look-alike.
pub const OTHER_PROGRAM: Address = Address::from_str_const("EviLProgram11111111111111111111111111111111");

/// Changes to one account of an instruction.
pub trait Tamper {
    /// With another address in a place.
    fn with_account(&self, place: usize, address: &Address) -> Instruction;

    /// Without the signature in a place.
    fn unsigned(&self, place: usize) -> Instruction;

    /// With a place that may only be read.
    fn read_only(&self, place: usize) -> Instruction;
}

impl Tamper for Instruction {
    fn with_account(&self, place: usize, address: &Address) -> Instruction {
        let mut changed = self.clone();
        changed.accounts[place].pubkey = *address;
        changed
    }

    fn unsigned(&self, place: usize) -> Instruction {
        let mut changed = self.clone();
        changed.accounts[place].is_signer = false;
        changed
    }

    fn read_only(&self, place: usize) -> Instruction {
        let mut changed = self.clone();
        changed.accounts[place].is_writable = false;
        changed
    }
}

impl Chain {
    /// An account with the same bytes at another address, owned by another program.
    ///
    /// # Panics
    /// If there is no account to copy.
    pub async fn look_alike(&mut self, of: &Address, owner: &Address) -> Address {
        let account = self.account(of).await.expect("there is an account to copy");
        let address = Address::new_unique();
        self.set_data(&address, owner, account.data);
        address
    }
}

/// One account of an instruction that is not what it should be, and what comes of it.
pub struct Wrong {
    /// What is wrong, for the message.
    pub what: &'static str,
    /// The place among the instruction's accounts.
    pub place: usize,
    /// What is passed there.
    pub address: Address,
    /// The refusal.
    pub error: InstructionError,
}

/// A row of a table of wrong accounts.
pub fn wrong(what: &'static str, place: usize, address: Address, error: impl Cause) -> Wrong {
    Wrong { what, place, address, error: error.instruction_error() }
}

impl World {
    /// What may never stand in a place of one of the program's accounts: the right bytes under another program or the
    /// system's, the program's own account of another type, no account at all.
    pub async fn impostors(&mut self, instruction: &Instruction, place: usize) -> Vec<Wrong> {
        let (of, board, group) = (instruction.accounts[place].pubkey, self.board, self.group);
        let alike = self.chain.look_alike(&of, &OTHER_PROGRAM).await;
        let system = self.chain.look_alike(&of, &SYSTEM_PROGRAM).await;
        let (other_type, type_error) = if of == board {
            (self.chain.look_alike(&group, &PROGRAM_ID).await, InstructionError::AccountDataTooSmall)
        } else {
            (self.chain.look_alike(&board, &PROGRAM_ID).await, InstructionError::InvalidAccountData)
        };
        // The framework asks a writable account for its size first.
        let missing = match instruction.accounts[place].is_writable {
            true => InstructionError::AccountDataTooSmall,
            false => InstructionError::UninitializedAccount,
        };
        vec![
            wrong("a look-alike", place, alike, InstructionError::IllegalOwner),
            wrong("a look-alike of the system program", place, system, InstructionError::IllegalOwner),
            wrong("an account of another type", place, other_type, type_error),
            wrong("no account", place, Address::new_unique(), missing),
        ]
    }

    /// Sends an instruction once for every wrong account; each is refused with its own error.
    ///
    /// # Panics
    /// If one goes through or fails otherwise.
    pub async fn refuses_wrong_accounts(&mut self, instruction: &Instruction, signer: &Keypair, rows: &[Wrong]) {
        for Wrong { what, place, address, error } in rows {
            let sent = self.send(&[instruction.with_account(*place, address)], &[signer]).await;
            match sent {
                Ok(_) => panic!("{what}: went through instead of failing with {error:?}"),
                Err(failure) => {
                    assert_eq!(failure.instruction_error(), Some(error), "{what}: {failure}");
                }
            }
        }
    }
}
