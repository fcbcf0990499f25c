//! The books of one bank: who owns the vault and the borrowers' debts. Every verb keeps vault + debts ≥ claims; what
//! rounding leaves over stays in the bank.

use crate::error::MathError;
use crate::fixed::mul;
use crate::interest::{RateCurve, growth, utilisation};
use crate::outflow::OutflowTerms;
use crate::units::{BPS, Bps, Index, NativeAmount, Shares, WAD, WAD_BITS};

/// A lending rule that an amount breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LendingError {
    /// More than the account owns.
    MoreThanOwned,
    /// Deposits would exceed the deposit cap.
    OverDepositCap,
    /// Debts would exceed the borrow cap.
    OverBorrowCap,
    /// Utilisation would exceed the bank's limit.
    OverUtilisation,
    /// The vault holds less than the amount.
    VaultTooSmall,
    /// Vault and debts would be below the claims.
    Insolvent,
    /// More would leave in the window than may.
    OutflowLimit,
}

/// A bank's limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most that depositors may own in all, native units.
    pub deposit_cap: NativeAmount,
    /// Most that borrowers may owe in all, native units.
    pub borrow_cap: NativeAmount,
    /// Highest utilisation after a borrow, bps.
    pub max_utilisation: Bps,
    /// How much may leave in a window.
    pub outflow: OutflowTerms,
}

/// How interest is charged and shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pricing {
    /// The rate curve.
    pub curve: RateCurve,
    /// Part of the interest that depositors do not get, bps.
    pub reserve_factor: Bps,
    /// The tranche is filled up to this amount before the protocol earns, native units.
    pub tranche_target: NativeAmount,
}

/// What borrowers pay and depositors get at a utilisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Borrowed over supplied, millionths.
    pub utilisation: u64,
    /// Of a debt, millionths a year.
    pub borrow: u64,
    /// Of a deposit, millionths a year.
    pub deposit: u64,
}

impl Pricing {
    /// Rates at a utilisation, for display: what [`Books::accrue`] charges over a short time, without compounding.
    ///
    /// Formula:  borrow: docs/spec.md §3.2;  deposit = borrow × U × (1 − reserve)
    /// Units:    utilisation × 2^32; millionths
    /// Rounding: borrow ceil, deposit floor
    /// Errors:   DivideByZero where the kink is at 0 or 1
    pub fn rates(&self, utilisation: u64) -> Result<Rates, MathError> {
        const PPM_PER_BPS: u128 = 100;
        let annual = self.curve.annual_rate(utilisation)?;
        let borrow = (u128::from(annual) * PPM_PER_BPS).div_ceil(1 << 32);
        let earned = (u128::from(annual) * u128::from(utilisation)) >> 32;
        let kept = BPS.saturating_sub(self.reserve_factor.into());
        let deposit = (earned * u128::from(kept) * PPM_PER_BPS / u128::from(BPS)) >> 32;
        let part = (u128::from(utilisation) * 1_000_000) >> 32;
        let narrow = |n: u128| u64::try_from(n).map_err(|_| MathError::Overflow);
        Ok(Rates { utilisation: narrow(part)?, borrow: narrow(borrow)?, deposit: narrow(deposit)? })
    }
}

/// The books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Books {
    /// Tokens in the vault, as counted by the bank, native units.
    pub vault: NativeAmount,
    /// Sum of all deposit shares.
    pub deposit_shares: Shares,
    /// Sum of all debt shares.
    pub borrow_shares: Shares,
    /// Native units for each deposit share.
    pub deposit_index: Index,
    /// Native units for each debt share.
    pub borrow_index: Index,
    /// Insurance tranche, native units.
    pub tranche: NativeAmount,
    /// Protocol's earnings, native units.
    pub fees: NativeAmount,
}

impl Default for Books {
    fn default() -> Self {
        Books {
            vault: 0,
            deposit_shares: 0,
            borrow_shares: 0,
            deposit_index: Index::ONE,
            borrow_index: Index::ONE,
            tranche: 0,
            fees: 0,
        }
    }
}

impl Books {
    /// What depositors may claim: floor.
    ///
    /// Errors: Overflow
    #[inline(always)]
    pub fn deposits(&self) -> Result<NativeAmount, MathError> {
        self.deposit_index.amount_down(self.deposit_shares)
    }

    /// What borrowers owe at least: floor, so that it never counts what nobody owes.
    ///
    /// Errors: Overflow
    #[inline(always)]
    pub fn debts(&self) -> Result<NativeAmount, MathError> {
        self.borrow_index.amount_down(self.borrow_shares)
    }

    /// Rates as the books are.
    ///
    /// Errors: Overflow, DivideByZero where the kink is at 0 or 1
    pub fn rates(&self, pricing: &Pricing) -> Result<Rates, MathError> {
        pricing.rates(utilisation(self.debts()?, self.deposits()?))
    }

    /// Charges interest for a time.
    ///
    /// Formula:  borrow_index += ceil(borrow_index·g);  I = rise of the debts;  depositors get I·(1 − reserve), the tranche
    ///           up to its target and then the protocol get the rest       (docs/spec.md §3.4)
    /// Units:    dt: seconds
    /// Rounding: borrow index ceil, deposit index floor; the difference goes to the tranche
    /// Errors:   Overflow
    #[inline(never)]
    pub fn accrue(&mut self, pricing: &Pricing, dt: u64) -> Result<(), MathError> {
        if dt == 0 || self.borrow_shares == 0 {
            return Ok(());
        }
        let (debts, deposits) = (self.debts()?, self.deposits()?);
        let rate = pricing.curve.annual_rate(utilisation(debts, deposits))?;
        self.borrow_index = grown(self.borrow_index, growth(rate, dt)?);

        let interest = self.debts()?.checked_sub(debts).ok_or(MathError::Negative)?;
        let reserve = u64::try_from(mul(interest, u64::from(pricing.reserve_factor)).div_ceil(u128::from(BPS)))
            .map_err(|_| MathError::Overflow)?;
        let earned = interest.saturating_sub(reserve);
        if self.deposit_shares > 0 {
            let rise = (u128::from(earned) << WAD_BITS) / u128::from(self.deposit_shares);
            self.deposit_index = raised(self.deposit_index, rise);
        }
        let credited = self.deposits()?.checked_sub(deposits).ok_or(MathError::Negative)?;
        self.earn(interest.checked_sub(credited).ok_or(MathError::Negative)?, pricing.tranche_target)
    }

    /// Credits the bank's own income: the tranche up to its target, then the protocol.
    fn earn(&mut self, amount: NativeAmount, tranche_target: NativeAmount) -> Result<(), MathError> {
        let to_tranche = amount.min(tranche_target.saturating_sub(self.tranche));
        self.tranche = self.tranche.checked_add(to_tranche).ok_or(MathError::Overflow)?;
        self.fees = self.fees.checked_add(amount - to_tranche).ok_or(MathError::Overflow)?;
        Ok(())
    }

    /// Tokens arrive in the vault.
    pub fn receive(&mut self, amount: NativeAmount) -> Result<(), MathError> {
        self.vault = self.vault.checked_add(amount).ok_or(MathError::Overflow)?;
        Ok(())
    }

    /// Tokens leave the vault.
    ///
    /// Errors: VaultTooSmall
    pub fn pay_out(&mut self, amount: NativeAmount) -> Result<(), LendingError> {
        self.vault = self.vault.checked_sub(amount).ok_or(LendingError::VaultTooSmall)?;
        Ok(())
    }

    /// Mints deposit shares for an amount.
    ///
    /// Formula:  shares = floor(amount / deposit_index)       (docs/spec.md §3.5)
    /// Errors:   Overflow, DivideByZero in a bank that lost everything
    pub fn mint_deposit(&mut self, amount: NativeAmount) -> Result<Shares, MathError> {
        let shares = self.deposit_index.shares_down(amount)?;
        self.deposit_shares = self.deposit_shares.checked_add(shares).ok_or(MathError::Overflow)?;
        Ok(shares)
    }

    /// Burns deposit shares for an amount, out of those that an account holds.
    ///
    /// Formula:  shares = ceil(amount / deposit_index), all of them where the amount is all       (docs/spec.md §3.5)
    /// Errors:   MoreThanOwned
    pub fn burn_deposit(&mut self, amount: NativeAmount, held: Shares) -> Result<Shares, crate::Refusal> {
        let owned = self.deposit_index.amount_down(held)?;
        if amount > owned {
            return Err(LendingError::MoreThanOwned.into());
        }
        // Who takes everything gives up the fraction of a unit that is left in the shares.
        let shares = if amount == owned { held } else { self.deposit_index.shares_up(amount)?.min(held) };
        self.deposit_shares = self.deposit_shares.checked_sub(shares).ok_or(MathError::Negative)?;
        Ok(shares)
    }

    /// Issues debt shares for an amount.
    ///
    /// Formula:  shares = ceil(amount / borrow_index)       (docs/spec.md §3.5)
    /// Errors:   Overflow
    pub fn issue_debt(&mut self, amount: NativeAmount) -> Result<Shares, MathError> {
        let shares = self.borrow_index.shares_up(amount)?;
        self.borrow_shares = self.borrow_shares.checked_add(shares).ok_or(MathError::Overflow)?;
        Ok(shares)
    }

    /// Retires debt shares for an amount, out of those that an account owes; the whole debt where the amount covers it.
    ///
    /// Formula:  shares = floor(amount / borrow_index)       (docs/spec.md §3.5)
    /// Errors:   Negative where the books hold fewer
    pub fn retire_debt(&mut self, amount: NativeAmount, owed: Shares) -> Result<Shares, MathError> {
        let shares = if amount >= self.borrow_index.amount_up(owed)? {
            owed
        } else {
            self.borrow_index.shares_down(amount)?.min(owed)
        };
        self.borrow_shares = self.borrow_shares.checked_sub(shares).ok_or(MathError::Negative)?;
        Ok(shares)
    }

    /// Refuses deposits above the cap.
    ///
    /// Errors: OverDepositCap
    pub fn verify_deposit_cap(&self, limits: &Limits) -> Result<(), crate::Refusal> {
        if self.deposits()? > limits.deposit_cap {
            return Err(LendingError::OverDepositCap.into());
        }
        Ok(())
    }

    /// Refuses debts above the cap or the utilisation limit.
    ///
    /// Errors: OverBorrowCap, OverUtilisation
    pub fn verify_borrow_limits(&self, limits: &Limits) -> Result<(), crate::Refusal> {
        let debts = self.debts()?;
        if debts > limits.borrow_cap {
            return Err(LendingError::OverBorrowCap.into());
        }
        if mul(debts, BPS) > mul(self.deposits()?, u64::from(limits.max_utilisation)) {
            return Err(LendingError::OverUtilisation.into());
        }
        Ok(())
    }

    /// SOL-1: what the bank has covers what it owes.
    ///
    /// Formula:  vault + debts ≥ deposits + tranche + fees       (docs/spec.md §3.6)
    /// Errors:   Insolvent
    pub fn verify_solvent(&self) -> Result<(), crate::Refusal> {
        let has = u128::from(self.vault) + u128::from(self.debts()?);
        let owes = u128::from(self.deposits()?) + u128::from(self.tranche) + u128::from(self.fees);
        if has < owes {
            return Err(LendingError::Insolvent.into());
        }
        Ok(())
    }
}

/// An index after growth, ceil.
fn grown(index: Index, growth: u64) -> Index {
    raised(index, (mul(index.0, growth) + u128::from(WAD - 1)) >> WAD_BITS)
}

/// An index stops at its largest number (65,536 units a share), so that no bank can be stuck by its own interest.
fn raised(index: Index, rise: u128) -> Index {
    Index(u64::try_from(rise).map_or(u64::MAX, |rise| index.0.saturating_add(rise)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PRICING: Pricing = Pricing {
        curve: RateCurve { base: 0, kink: 8_000, kink_rate: 1_000, max_rate: 20_000 },
        reserve_factor: 1_000,
        tranche_target: 1_000,
    };

    fn bank(deposit: u64, borrow: u64) -> (Books, Shares, Shares) {
        let mut books = Books::default();
        books.receive(deposit).unwrap();
        let deposited = books.mint_deposit(deposit).unwrap();
        let owed = if borrow > 0 { books.issue_debt(borrow).unwrap() } else { 0 };
        books.pay_out(borrow).unwrap();
        (books, deposited, owed)
    }

    #[test]
    fn interest_goes_to_depositors_tranche_and_protocol_to_the_last_unit() {
        let (mut books, ..) = bank(1_000_000_000, 500_000_000);
        books.accrue(&PRICING, 86_400).unwrap();
        let interest = books.debts().unwrap() - 500_000_000;
        let credited = books.deposits().unwrap() - 1_000_000_000;
        // 50 % of the way: 6.25 % a year on 500,000,000 for a day
        assert_eq!(interest, 85_623);
        assert_eq!(books.tranche, 1_000, "the tranche is filled first");
        assert_eq!(interest, credited + books.tranche + books.fees, "nothing is lost");
    }

    #[test]
    fn all_can_be_taken_out_again() {
        let (mut books, shares, _) = bank(7, 0);
        assert_eq!(books.burn_deposit(7, shares), Ok(7));
        assert_eq!(books.deposits(), Ok(0));
    }

    #[test]
    fn more_than_owned_is_refused_at_the_boundary() {
        let (mut books, shares, _) = bank(100, 0);
        assert_eq!(books.burn_deposit(101, shares), Err(LendingError::MoreThanOwned.into()));
        assert_eq!(books.burn_deposit(100, shares), Ok(shares));
    }

    #[test]
    fn limits_hold_at_the_boundary() {
        let (books, ..) = bank(1_000, 800);
        let limits =
            Limits { deposit_cap: 1_000, borrow_cap: 800, max_utilisation: 8_000, outflow: OutflowTerms::default() };
        assert_eq!(books.verify_deposit_cap(&limits), Ok(()));
        assert_eq!(books.verify_borrow_limits(&limits), Ok(()));
        assert_eq!(
            books.verify_deposit_cap(&Limits { deposit_cap: 999, ..limits }),
            Err(LendingError::OverDepositCap.into())
        );
        assert_eq!(
            books.verify_borrow_limits(&Limits { borrow_cap: 799, ..limits }),
            Err(LendingError::OverBorrowCap.into())
        );
        assert_eq!(
            books.verify_borrow_limits(&Limits { max_utilisation: 7_999, ..limits }),
            Err(LendingError::OverUtilisation.into())
        );
    }

    proptest! {
        #[test]
        fn a_bank_stays_solvent_and_round_trips_never_pay(
            deposit in 1u64..1 << 50,
            lent in 0u64..100,
            steps in proptest::collection::vec((0u64..4_000_000, 1u64..1 << 40), 1..20),
        ) {
            let (mut books, _, _) = bank(deposit, deposit / 100 * lent);
            for (dt, amount) in steps {
                let before = books;
                books.accrue(&PRICING, dt).unwrap();
                prop_assert!(books.verify_solvent().is_ok(), "SOL-1 after interest");
                prop_assert!(books.deposit_index >= before.deposit_index && books.borrow_index >= before.borrow_index, "IDX-1");
                books.receive(amount).unwrap();
                if let Ok(shares) = books.mint_deposit(amount) {
                    let back = books.deposit_index.amount_down(shares).unwrap();
                    prop_assert!(back <= amount, "RND-1 deposit then withdraw");
                    if back > 0 {
                        books.burn_deposit(back, shares).unwrap();
                        books.pay_out(back).unwrap();
                    }
                    prop_assert!(books.verify_solvent().is_ok(), "SOL-1 after a round trip");
                }
                if books.vault >= amount && let Ok(shares) = books.issue_debt(amount) {
                    books.pay_out(amount).unwrap();
                    let owed = books.borrow_index.amount_up(shares).unwrap();
                    prop_assert!(owed >= amount, "RND-1 borrow then repay");
                    books.receive(owed).unwrap();
                    prop_assert_eq!(books.retire_debt(owed, shares), Ok(shares));
                    prop_assert!(books.verify_solvent().is_ok(), "SOL-1 after a loan");
                }
            }
        }
    }

    #[test]
    fn rates_are_what_a_short_time_charges() {
        let curve = RateCurve { base: 100, kink: 8_000, kink_rate: 1_000, max_rate: 10_000 };
        let pricing = Pricing { curve, reserve_factor: 1_000, tranche_target: 0 };
        // A utilisation of 4/5 is not a binary fraction: a millionth may be missing.
        let at_kink = pricing.rates((1u64 << 32) * 4 / 5).unwrap();
        assert_eq!((at_kink.utilisation, at_kink.borrow, at_kink.deposit), (799_999, 100_000, 71_999));
        let full = pricing.rates(1 << 32).unwrap();
        assert_eq!((full.utilisation, full.borrow, full.deposit), (1_000_000, 1_000_000, 900_000));
        let idle = Books::default().rates(&pricing).unwrap();
        assert_eq!((idle.utilisation, idle.borrow, idle.deposit), (0, 10_000, 0));
    }
}
