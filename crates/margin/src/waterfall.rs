//! Who bears a loss. A debt to a bank: its tranche, the shared fund if the token is the quote token, the lenders of that one
//! token. A debt to a market: its pool, which does not get the profit; where the pool owes more than it has, the market's
//! tranche and then the shared fund; then ADL. Nobody else, ever.

use crate::error::MathError;
use crate::fixed::{div_up, mul_div_down};
use crate::lending::Books;
use crate::perp::{Mark, Market, Position, Purse};
use crate::units::{BPS, Bps, Index, NativeAmount, Shares, WAD_BITS};

/// Length of an epoch of the shared fund, seconds.
pub const EPOCH: i64 = 86_400;

/// The group's shared insurance. What it holds are deposit shares of the quote bank.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fund {
    /// Deposit shares of the quote bank.
    pub shares: Shares,
    /// Those of them that are young or leaving stake.
    pub passive: Shares,
    /// When the epoch began, unix seconds.
    pub epoch_start: i64,
    /// What it may still pay in this epoch, quote units.
    pub epoch_left: NativeAmount,
    /// Part of itself that it pays in an epoch, bps.
    pub epoch_cap: Bps,
}

/// What the fund paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paid {
    /// Quote units.
    pub amount: NativeAmount,
    /// Deposit shares that left it.
    pub shares: Shares,
}

impl Fund {
    /// Pays what is needed, as far as it has it and the epoch allows.
    ///
    /// Formula:  min(need, what is left of epoch_cap × balance at the epoch's begin, balance)       (docs/spec.md §10.8)
    /// Units:    index: the quote bank's deposit index; now: unix seconds
    /// Rounding: shares ceil, all of them where the amount is all; passive' = passive × shares' / shares floor, so that stake
    ///           on its way out never has more than its part
    /// Errors:   Overflow, DivideByZero
    pub fn pay(&mut self, need: NativeAmount, index: Index, now: i64) -> Result<Paid, MathError> {
        if need == 0 {
            return Ok(Paid::default());
        }
        let balance = index.amount_down(self.shares)?;
        if now.saturating_sub(self.epoch_start) >= EPOCH {
            self.epoch_start = now;
            let cap = u128::from(balance) * u128::from(self.epoch_cap) / u128::from(BPS);
            self.epoch_left = u64::try_from(cap).map_err(|_| MathError::Overflow)?;
        }
        let amount = need.min(self.epoch_left).min(balance);
        if amount == 0 {
            return Ok(Paid::default());
        }
        let shares = shares_out(amount, balance, self.shares, index)?;
        let left = self.shares - shares;
        self.passive = mul_div_down(self.passive, left, self.shares)?;
        self.shares = left;
        self.epoch_left -= amount;
        Ok(Paid { amount, shares })
    }
}

/// The shares that pay an amount: all of them where the amount is all that they are worth.
///
/// Rounding: ceil
/// Errors:   Overflow, DivideByZero
fn shares_out(amount: NativeAmount, worth: NativeAmount, held: Shares, index: Index) -> Result<Shares, MathError> {
    if amount == worth { Ok(held) } else { Ok(index.shares_up(amount)?.min(held)) }
}

/// How a debt to a market was borne, quote units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MarketLoss {
    /// What was owed and will not be paid.
    pub deficit: NativeAmount,
    /// Paid by the market's tranche.
    pub tranche: NativeAmount,
    /// Paid by the shared fund.
    pub fund: NativeAmount,
    /// Borne by the pool: profit that it does not get.
    pub pool: NativeAmount,
}

/// Writes off what a bankrupt account owes a market; what is left of its base is closed at the mark. Tranche and fund pay into
/// the pool what it now owes beyond what it has, and never more than was written off.
///
/// Formula:  q += L;  tranche pays min(tranche, L, deficit);  fund pays min(rest of L, deficit, its epoch)
///           (docs/spec.md §10.8)
/// Units:    index: the quote bank's deposit index; now: unix seconds
/// Rounding: L ceil; shares that are paid ceil, all of them where the amount is all
/// Errors:   Overflow, DivideByZero
/// Source:   ours; the pool stands before its insurance, else owning a pool and its losing trader were a put on it
pub fn write_off_position(
    market: &mut Market,
    position: &mut Position,
    fund: &mut Fund,
    (mark, index): (Mark, Index),
    now: i64,
) -> Result<MarketLoss, MathError> {
    market.close_at_mark(position, position.base.unsigned_abs(), mark)?;
    let loss = position.quote.min(0).unsigned_abs();
    market.settle_loss(position, loss)?;
    market.cap_profit(position, mark)?;

    let held = market.worth(Purse::Tranche, index)?;
    let tranche = loss.min(market.deficit(mark, index)?).min(held);
    let shares = shares_out(tranche, held, market.tranche, index)?;
    market.tranche -= shares;
    market.receive(shares)?;

    let fund = fund.pay((loss - tranche).min(market.deficit(mark, index)?), index, now)?;
    market.receive(fund.shares)?;
    Ok(MarketLoss { deficit: loss, tranche, fund: fund.amount, pool: loss - tranche - fund.amount })
}

/// A bank whose lenders lost more than this part at once becomes reduce-only, bps.
pub const REDUCE_ONLY_LOSS: Bps = 500;

/// How a spot loss was borne, native units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// What was owed and will not be paid.
    pub deficit: NativeAmount,
    /// Paid by the tranche.
    pub tranche: NativeAmount,
    /// Paid by the shared fund.
    pub fund: NativeAmount,
    /// Charged to the lenders through the deposit index.
    pub socialised: NativeAmount,
    /// Whether the lenders lost more than [`REDUCE_ONLY_LOSS`].
    pub reduce_only: bool,
}

/// Writes a bankrupt account's debt off.
///
/// Formula:  tranche pays min(tranche, L), then the fund;  deposit_index −= ceil(rest / deposit_shares), at least to 0
///           (docs/spec.md §6)
/// Units:    owed: debt shares of the account; fund: the shared fund if the bank is the quote bank; now: unix seconds
/// Rounding: the loss and the fall of the index ceil
/// Errors:   Overflow, Negative
/// Source:   Mango v4 and marginfi socialise through the index; the tranche in front is ours
pub fn write_off(books: &mut Books, owed: Shares, fund: Option<&mut Fund>, now: i64) -> Result<Loss, MathError> {
    let deficit = books.borrow_index.amount_up(owed)?;
    books.borrow_shares = books.borrow_shares.checked_sub(owed).ok_or(MathError::Negative)?;

    let tranche = deficit.min(books.tranche);
    books.tranche -= tranche;

    let fund = match fund {
        Some(fund) => fund.pay(deficit - tranche, books.deposit_index, now)?,
        None => Paid::default(),
    };
    // The fund pays with deposits that it gives up.
    books.deposit_shares = books.deposit_shares.checked_sub(fund.shares).ok_or(MathError::Negative)?;

    let before = books.deposits()?;
    let rest = deficit - tranche - fund.amount;
    if rest > 0 && books.deposit_shares > 0 {
        let fall = div_up(u128::from(rest) << WAD_BITS, books.deposit_shares)?;
        let left = u128::from(books.deposit_index.0).saturating_sub(fall);
        books.deposit_index.0 = left as u64;
    }
    let socialised = before - books.deposits()?;
    // Where even that is not enough the protocol's own earnings go.
    books.fees = books.fees.saturating_sub(rest.saturating_sub(socialised));
    let reduce_only = u128::from(socialised) * u128::from(BPS) > u128::from(before) * u128::from(REDUCE_ONLY_LOSS);
    Ok(Loss { deficit, tranche, fund: fund.amount, socialised, reduce_only })
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
        let loss = write_off(&mut books, owed, None, 0).unwrap();
        assert_eq!(loss, Loss { deficit: 100, tranche: 100, fund: 0, socialised: 0, reduce_only: false });
        assert_eq!((books.deposits(), books.tranche), (Ok(1_000), 50));
    }

    #[test]
    fn lenders_of_the_token_bear_the_rest() {
        let (mut books, owed) = bank(1_024, 100, 60);
        let loss = write_off(&mut books, owed, None, 0).unwrap();
        assert_eq!(loss, Loss { deficit: 100, tranche: 60, fund: 0, socialised: 40, reduce_only: false });
        assert_eq!((books.deposits(), books.tranche), (Ok(984), 0));
    }

    #[test]
    fn a_loss_above_five_percent_closes_the_bank_for_new_risk() {
        let at = |loss| write_off(&mut bank(1_024, loss, 0).0, loss, None, 0).unwrap().reduce_only;
        assert!(!at(51) && at(52));
    }

    /// Of 1,000 shares 301 are passive and 334 go: 301 × 666 / 1,000 = 200.466 stay passive, rounded down.
    #[test]
    fn leaving_stake_bears_its_part_of_a_loss() {
        let mut fund = Fund { shares: 1_000, passive: 301, epoch_cap: 10_000, ..Fund::default() };
        assert_eq!(fund.pay(334, Index::ONE, EPOCH), Ok(Paid { amount: 334, shares: 334 }));
        assert_eq!((fund.shares, fund.passive), (666, 200));
        fund.pay(1_000, Index::ONE, EPOCH).unwrap();
        assert_eq!((fund.shares, fund.passive), (0, 0));
    }

    proptest! {
        #[test]
        fn a_write_off_keeps_the_bank_solvent(deposit in 1u64..1 << 50, part in 1u64..=100, tranche in 0u64..1 << 40) {
            let borrow = (deposit / 100 * part).max(1);
            let (mut books, owed) = bank(deposit, borrow, tranche);
            let loss = write_off(&mut books, owed, None, 0).unwrap();
            prop_assert!(books.verify_solvent().is_ok(), "SOL-1 after a loss");
            prop_assert!(loss.tranche + loss.socialised >= loss.deficit.min(deposit + tranche), "the loss is borne");
            prop_assert!(loss.socialised == 0 || books.tranche == 0, "WFL-1 the tranche is empty before lenders pay");
        }
    }
}
