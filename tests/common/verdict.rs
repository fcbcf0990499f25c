//! What a transaction must have come to. A refusal always names its error.

use breakwater_client::interface::MarginError;
use breakwater_sim::chain::{Failure, Outcome};
use breakwater_sim::world::Sent;
use solana_instruction::error::InstructionError;

/// Anchor's own errors of constraints, with their codes; the framework has `Constraint` in front of every name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Constraint {
    /// The account must be writable.
    Mut = 2_000,
    /// The account must be a program.
    Executable = 2_007,
    /// The account must be all zero.
    Zero = 2_013,
    /// Two writable accounts are one.
    DuplicateMutableAccount = 2_040,
}

/// SPL Token's own errors, with their codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum TokenError {
    /// The source holds less than the amount.
    InsufficientFunds = 1,
    /// A token account is of another mint.
    MintMismatch = 3,
    /// The signer does not own the source.
    OwnerMismatch = 4,
}

/// Something that names one error of one instruction.
pub trait Cause: std::fmt::Debug {
    /// The runtime's error for it.
    fn instruction_error(&self) -> InstructionError;
}

impl Cause for MarginError {
    fn instruction_error(&self) -> InstructionError {
        InstructionError::Custom(self.code())
    }
}

impl Cause for Constraint {
    fn instruction_error(&self) -> InstructionError {
        InstructionError::Custom(*self as u32)
    }
}

impl Cause for TokenError {
    fn instruction_error(&self) -> InstructionError {
        InstructionError::Custom(*self as u32)
    }
}

impl Cause for InstructionError {
    fn instruction_error(&self) -> InstructionError {
        self.clone()
    }
}

/// Assertions over the result of a transaction.
pub trait Verdict {
    /// It went through.
    ///
    /// # Panics
    /// If it failed, with why.
    fn succeeds(self) -> Outcome;

    /// It failed with this error and no other.
    ///
    /// # Panics
    /// If it went through or failed otherwise.
    fn fails_with(self, cause: impl Cause) -> Failure;
}

impl Verdict for Sent {
    #[track_caller]
    fn succeeds(self) -> Outcome {
        self.unwrap_or_else(|failure| panic!("failed with {failure}"))
    }

    #[track_caller]
    fn fails_with(self, cause: impl Cause) -> Failure {
        let Err(failure) = self else { panic!("went through instead of failing with {cause:?}") };
        let expected = cause.instruction_error();
        let got = failure.instruction_error();
        assert!(got == Some(&expected), "expected {cause:?}, failed with {:?}: {failure}", failure.error);
        *failure
    }
}

/// A margin error as the runtime reports it, for tables of refusals.
pub fn because(error: MarginError) -> InstructionError {
    error.instruction_error()
}
