//! A bank's books: shares, indices and interest.

use breakwater_client::interface::config::LendingConfig;
use num_traits::Zero;

use super::bucket::Bucket;
use super::outflow::Outflow;
use super::rational::{Q, Range, bps, ceil_u64, floor_u64, int, ratio, two_to, two_to_minus};

/// Seconds of a year.
pub const YEAR: i64 = 365 * 86_400;
/// Interest is charged for at most this many seconds at once.
pub const LONGEST: i64 = 30 * 86_400;
/// Fraction bits of an index.
pub const INDEX_BITS: u32 = 48;
/// Fraction bits of the utilisation.
const UTILISATION_BITS: u32 = 32;

/// One lendable token's books. Indices are × 2^48.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bank {
    /// Tokens in the vault as counted by the bank.
    pub vault: u64,
    /// Tokens in the vault as counted by the token program.
    pub vault_tokens: u64,
    /// Sum of all deposit shares.
    pub deposit_shares: u64,
    /// Sum of all debt shares.
    pub borrow_shares: u64,
    /// Native units for each deposit share.
    pub deposit_index: u64,
    /// Native units for each debt share.
    pub borrow_index: u64,
    /// Insurance tranche.
    pub tranche: u64,
    /// Protocol's earnings.
    pub fees: u64,
    /// Losses that lenders have borne.
    pub socialised: u64,
    /// Until when interest is charged.
    pub accrued_at: i64,
    /// What shallow liquidations have moved, native units.
    pub bucket: Bucket,
    /// What has left less what has come in.
    pub outflow: Outflow,
    /// Parameters.
    pub lending: LendingConfig,
    /// Whether deposits and loans are refused.
    pub reduce_only: bool,
}

/// Native units of shares, exactly.
pub fn exact_amount(shares: u64, index: u64) -> Q {
    int(shares) * int(index) * two_to_minus(INDEX_BITS)
}

/// A deposit: rounded down.
pub fn deposit_amount(shares: u64, index: u64) -> u64 {
    floor_u64(&exact_amount(shares, index))
}

/// A debt: rounded up.
pub fn debt_amount(shares: u64, index: u64) -> u64 {
    ceil_u64(&exact_amount(shares, index))
}

/// Shares of native units, exactly.
pub fn exact_shares(amount: u64, index: u64) -> Q {
    int(amount) * two_to(INDEX_BITS) / int(index)
}

impl Bank {
    /// What all depositors own, rounded down.
    pub fn deposits(&self) -> u64 {
        deposit_amount(self.deposit_shares, self.deposit_index)
    }

    /// What all borrowers owe, rounded down.
    pub fn debts(&self) -> u64 {
        floor_u64(&exact_amount(self.borrow_shares, self.borrow_index))
    }

    /// Debts for each unit of deposits: at most 1, rounded up to a multiple of 2^−32.
    pub fn utilisation(&self) -> Q {
        if self.debts() == 0 {
            return Q::zero();
        }
        if self.deposits() == 0 {
            return int(1);
        }
        let exact = ratio(self.debts(), self.deposits());
        let rounded = (exact * two_to(UTILISATION_BITS)).ceil() * two_to_minus(UTILISATION_BITS);
        rounded.min(int(1))
    }

    /// Interest a year for a utilisation: straight from `base_rate` to `kink_rate` at the kink, and on to `max_rate` at 1.
    pub fn rate(&self, utilisation: &Q) -> Q {
        let config = &self.lending;
        let kink = bps(config.kink_utilisation);
        let (base, at_kink, max) = (bps(config.base_rate), bps(config.kink_rate), bps(config.max_rate));
        if *utilisation <= kink {
            &base + (at_kink - &base) * utilisation / kink
        } else {
            &at_kink + (max - &at_kink) * (utilisation - &kink) / (int(1) - &kink)
        }
    }

    /// Growth of a debt until `now`: the first three terms of e^x − 1 for x = rate · time.
    ///
    /// The range holds the roundings that the specification gives the program. The lower end: each higher term, and the
    /// cube's third once more, is rounded down to 2^−48. The upper end: the rate's slope term is rounded up to 2^−32 bps a
    /// year, the kink down to 2^−32, which lifts the rate by no more than the steeper slope over 2^−32 of utilisation, and
    /// x is rounded up to 2^−48.
    pub fn growth(&self, now: i64) -> Range {
        let elapsed = (now - self.accrued_at).clamp(0, LONGEST);
        if elapsed == 0 {
            return Range::zero();
        }
        let time = ratio(elapsed, YEAR);
        let rate = self.rate(&self.utilisation());
        let terms = |x: Q| &x + &x * &x / int(2) + &x * &x * &x / int(6);
        let least = rate.clone();
        let most = rate + self.steepest() * two_to_minus(UTILISATION_BITS) + two_to_minus(32) * bps(1);
        let unit = two_to_minus(INDEX_BITS);
        let lo = terms(least * &time) - int(3) * &unit;
        Range::new(lo.max(Q::zero()), terms(most * time + unit))
    }

    /// The steeper of the curve's two slopes.
    fn steepest(&self) -> Q {
        let config = &self.lending;
        let slope = |from: u32, to: u32, width: u32| ratio(to - from, width);
        let below = slope(config.base_rate, config.kink_rate, config.kink_utilisation);
        below.max(slope(config.kink_rate, config.max_rate, 10_000 - config.kink_utilisation))
    }

    /// Where the borrow index may be after interest until `now`, × 2^48: it grows by its product with the growth, rounded
    /// up.
    pub fn borrow_index_at(&self, now: i64) -> Range {
        let index = Range::point(int(self.borrow_index));
        if self.borrow_shares == 0 {
            return index;
        }
        index.plus(&self.growth(now).times(&index.lo).ceil())
    }

    /// The bank after interest until `now`, given where the borrow index went; all else follows to the unit.
    ///
    /// Interest is the rise of the debts. Depositors get it less the reserve factor (rounded up) through their index
    /// (rounded down); the rest goes to the tranche up to its target, and then to the protocol.
    #[must_use]
    pub fn accrued(&self, now: i64, borrow_index: u64) -> Bank {
        let mut bank = Bank { borrow_index, accrued_at: self.accrued_at.max(now), ..self.clone() };
        let interest = bank.debts() - self.debts();
        let kept = ceil_u64(&(int(interest) * bps(self.lending.reserve_factor)));
        if self.deposit_shares > 0 {
            let rise = int(interest - kept) * two_to(INDEX_BITS) / int(self.deposit_shares);
            bank.deposit_index += floor_u64(&rise);
        }
        let rest = interest - (bank.deposits() - self.deposits());
        let to_tranche = rest.min(self.lending.tranche_target.saturating_sub(self.tranche));
        bank.tranche += to_tranche;
        bank.fees += rest - to_tranche;
        bank
    }

    /// The bank after interest until `now` at both ends of [`Self::borrow_index_at`].
    pub fn accrued_range(&self, now: i64) -> (Bank, Bank) {
        let index = self.borrow_index_at(now);
        (self.accrued(now, floor_u64(&index.lo)), self.accrued(now, floor_u64(&index.hi)))
    }
}
