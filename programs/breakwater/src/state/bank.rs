//! A bank's books through one instruction: accrued first, settled last.

use breakwater_interface::snapshot::OwnIndex;
use breakwater_interface::{Bank, MarginError, RiskBoard};
use breakwater_margin::lending::Books;
use breakwater_margin::price::elapsed;

/// The books with interest charged until now. Written back only by [`settle`].
///
/// Errors: MathOverflow
#[inline(never)]
pub fn accrued(bank: &Bank, now: i64) -> Result<Books, MarginError> {
    let mut books = bank.books();
    books.accrue(&bank.lending.pricing(), elapsed(bank.accrued_at, now)).map_err(MarginError::from)?;
    Ok(books)
}

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

/// The indices that a snapshot uses for a bank that the instruction touches, and the deposits where they share a cap.
pub fn own_index(bank: &Bank, books: &Books) -> OwnIndex {
    // What does not fit is more than any cap.
    let deposits = if bank.capped == 0 { 0 } else { books.deposits().unwrap_or(u64::MAX) };
    OwnIndex { token: bank.token, deposit: books.deposit_index, borrow: books.borrow_index, deposits }
}

/// Refuses a bank that is not that of the group's quote token.
///
/// Errors: QuoteNotSet, NotQuoteBank
pub fn verify_quote(bank: &Bank, board: &RiskBoard) -> Result<(), MarginError> {
    if board.quote_set == 0 {
        return Err(MarginError::QuoteNotSet);
    }
    if bank.token != board.quote_token { Err(MarginError::NotQuoteBank) } else { Ok(()) }
}
