//! A bank's books through one instruction: accrued first, settled last.

use breakwater_margin::NativeAmount;
use breakwater_margin::lending::{Books, LendingError};
use breakwater_margin::outflow::Outflow;

use crate::accounts::Bank;
use crate::errors::MarginError;
use crate::live::bank_outflow;

/// Writes the books back after their invariant (SOL-1) has been checked.
///
/// Errors: BankInsolvent
#[inline(never)]
pub fn settle(bank: &mut Bank, books: &Books, now: i64) -> Result<(), MarginError> {
    books.verify_solvent()?;
    bank.set_books(books);
    bank.accrued_at = bank.accrued_at.max(now);
    Ok(())
}

/// The brake through an instruction that moves tokens. It is asked with the books before anything moves; a bank without one
/// counts nothing.
pub struct Brake(Option<(Outflow, NativeAmount)>);

impl Brake {
    /// The net outflow, leaked until now, and what may still leave.
    ///
    /// Errors: MathOverflow
    #[inline(always)]
    pub fn of(bank: &Bank, books: &Books, now: i64) -> Result<Brake, MarginError> {
        if bank.lending.outflow_share == 0 {
            return Ok(Brake(None));
        }
        Ok(Brake(Some(bank_outflow(bank, books, now)?)))
    }

    /// Counts what leaves.
    ///
    /// Errors: OutflowLimit
    #[inline(always)]
    pub fn give_out(self, bank: &mut Bank, amount: NativeAmount) -> Result<(), MarginError> {
        let Some((mut outflow, room)) = self.0 else { return Ok(()) };
        if amount > room {
            return Err(LendingError::OutflowLimit.into());
        }
        outflow.give_out(amount);
        (bank.outflow_level, bank.outflow_time) = (outflow.level, outflow.time);
        Ok(())
    }

    /// Counts what has come in.
    #[inline(always)]
    pub fn take_in(self, bank: &mut Bank, amount: NativeAmount) {
        let Some((mut outflow, _)) = self.0 else { return };
        outflow.take_in(amount);
        (bank.outflow_level, bank.outflow_time) = (outflow.level, outflow.time);
    }
}
