//! Who bears a loss: the bank's own tranche, then the lenders of that one token. Nobody else.

use crate::error::MathError;
use crate::fixed::div_up;
use crate::lending::Books;
use crate::units::{BPS, Bps, NativeAmount, Shares, WAD_BITS};

/// A bank whose lenders lost more than this part at once becomes reduce-only, bps.
pub const REDUCE_ONLY_LOSS: Bps = 500;

/// How a spot loss was borne, native units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// What was owed and will not be paid.
    pub deficit: NativeAmount,
    /// Paid by the tranche.
    pub tranche: NativeAmount,
    /// Charged to the lenders through the deposit index.
    pub socialised: NativeAmount,
    /// Whether the lenders lost more than [`REDUCE_ONLY_LOSS`].
    pub reduce_only: bool,
}

/// Writes a bankrupt account's debt off.
///
/// Formula:  tranche pays min(tranche, L);  deposit_index −= ceil(rest / deposit_shares), at least to 0       (docs/spec.md §6)
/// Units:    owed: debt shares of the account
/// Rounding: the loss and the fall of the index ceil
/// Errors:   Overflow, Negative
/// Source:   Mango v4 and marginfi socialise through the index; the tranche in front is ours
pub fn write_off(books: &mut Books, owed: Shares) -> Result<Loss, MathError> {
    let deficit = books.borrow_index.amount_up(owed)?;
    books.borrow_shares = books.borrow_shares.checked_sub(owed).ok_or(MathError::Negative)?;

    let tranche = deficit.min(books.tranche);
    books.tranche -= tranche;

    let before = books.deposits()?;
    let rest = deficit - tranche;
    if rest > 0 && books.deposit_shares > 0 {
        let fall = div_up(u128::from(rest) << WAD_BITS, books.deposit_shares)?;
        let left = u128::from(books.deposit_index.0).saturating_sub(fall);
        books.deposit_index.0 = left as u64;
    }
    let socialised = before - books.deposits()?;
    // Where even that is not enough the protocol's own earnings go.
    books.fees = books.fees.saturating_sub(rest.saturating_sub(socialised));
    let reduce_only = u128::from(socialised) * u128::from(BPS) > u128::from(before) * u128::from(REDUCE_ONLY_LOSS);
    Ok(Loss { deficit, tranche, socialised, reduce_only })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bank(deposit: u64, borrow: u64, tranche: u64) -> (Books, Shares) {
        let mut books = Books { tranche, ..Books::default() };
        books.receive(deposit + tranche).unwrap();
        books.mint_deposit(deposit).unwrap();
        let owed = books.issue_debt(borrow).unwrap();
        books.pay_out(borrow).unwrap();
        (books, owed)
    }

    #[test]
    fn the_tranche_pays_first_and_alone_where_it_can() {
        let (mut books, owed) = bank(1_000, 100, 150);
        let loss = write_off(&mut books, owed).unwrap();
        assert_eq!(loss, Loss { deficit: 100, tranche: 100, socialised: 0, reduce_only: false });
        assert_eq!((books.deposits(), books.tranche), (Ok(1_000), 50));
    }

    #[test]
    fn lenders_of_the_token_bear_the_rest() {
        let (mut books, owed) = bank(1_024, 100, 60);
        let loss = write_off(&mut books, owed).unwrap();
        assert_eq!(loss, Loss { deficit: 100, tranche: 60, socialised: 40, reduce_only: false });
        assert_eq!((books.deposits(), books.tranche), (Ok(984), 0));
    }

    #[test]
    fn a_loss_above_five_percent_closes_the_bank_for_new_risk() {
        let at = |loss| write_off(&mut bank(1_024, loss, 0).0, loss).unwrap().reduce_only;
        assert!(!at(51) && at(52));
    }

    proptest! {
        #[test]
        fn a_write_off_keeps_the_bank_solvent(deposit in 1u64..1 << 50, part in 1u64..=100, tranche in 0u64..1 << 40) {
            let borrow = (deposit / 100 * part).max(1);
            let (mut books, owed) = bank(deposit, borrow, tranche);
            let loss = write_off(&mut books, owed).unwrap();
            prop_assert!(books.verify_solvent().is_ok(), "SOL-1 after a loss");
            prop_assert!(loss.tranche + loss.socialised >= loss.deficit.min(deposit + tranche), "the loss is borne");
            prop_assert!(loss.socialised == 0 || books.tranche == 0, "WFL-1 the tranche is empty before lenders pay");
        }
    }
}
