//! A bank's books through one instruction: accrued first, settled last.

pub use breakwater_interface::live::{accrued, own_index, verify_quote};
use breakwater_interface::{Bank, MarginError};
use breakwater_margin::lending::Books;

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
