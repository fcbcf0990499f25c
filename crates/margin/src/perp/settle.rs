//! Turning PnL into quote tokens and back: a loss is paid into the pool, matured profit is paid out of it.

use crate::error::{MathError, Refusal};
use crate::fixed::signed;
use crate::perp::{Mark, Market, Position, Ratio};
use crate::units::{Index, NativeAmount, Shares};

/// What a settlement moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settlement {
    /// PnL that was settled: what a loss was paid with, or the profit that was given up, quote units.
    pub amount: NativeAmount,
    /// What the account got for its profit, quote units: what was secured, and h of the rest.
    pub paid: NativeAmount,
    /// Deposit shares that left escrow and pool for it.
    pub shares: Shares,
}

impl Market {
    /// Deposit shares come into the pool.
    ///
    /// Errors: Overflow
    pub fn receive(&mut self, shares: Shares) -> Result<(), MathError> {
        self.pool = self.pool.checked_add(shares).ok_or(MathError::Overflow)?;
        Ok(())
    }

    /// Pays an account's debt to the market; the shares that pay it come in with [`Market::receive`].
    ///
    /// Formula:  q += x       (docs/spec.md §10.6)
    /// Errors:   Overflow
    pub fn settle_loss(&mut self, position: &mut Position, amount: NativeAmount) -> Result<(), MathError> {
        self.move_quote(position, signed(amount)?)
    }

    /// Pays matured profit out, first what is secured.
    ///
    /// Formula:  q −= x, M −= x;  e = min(x, secured);  the account gets e + floor(h·(x − e))       (docs/spec.md §10.6)
    /// Units:    ratio: h of [`Market::payable`]
    /// Rounding: paid floor, shares ceil
    /// Errors:   Negative beyond M, Overflow
    pub fn settle_profit(
        &mut self,
        position: &mut Position,
        amount: NativeAmount,
        ratio: Ratio,
        index: Index,
    ) -> Result<Settlement, Refusal> {
        position.take_profit(amount)?;
        let secured = amount.min(position.secured);
        let from_escrow = self.pay_secured(position, secured, index)?;
        let rest = amount - secured;
        self.move_quote(position, -signed(rest)?)?;
        let paid = ratio.of_down(rest)?;
        let shares = self.draw(paid, index)?;
        Ok(Settlement { amount, paid: from_escrow.paid + paid, shares: from_escrow.shares + shares })
    }

    /// The most profit that can be settled: what has matured, and what escrow and pool have.
    ///
    /// Formula:  min(M, secured + assets) while h = 1, M else       (docs/spec.md §10.6)
    /// Errors:   Overflow
    pub fn most_profit(&self, position: &Position, mark: Mark, index: Index) -> Result<NativeAmount, MathError> {
        let assets = self.worth(super::Purse::Pool, index)?;
        let ratio = self.payable(mark, index)?;
        // h·x is at most what the pool has as long as x is at most what is owed.
        let payable = if ratio == Ratio::ONE { assets } else { ratio.whole };
        Ok(position.matured.min(position.secured.saturating_add(payable)))
    }

    /// Charges a liquidation fee: the account owes it to the pool, which pays tranche and keeper at once. Returns what the
    /// keeper gets and the deposit shares that left the pool for it.
    ///
    /// Formula:  q −= fee; insurance to the tranche, the rest to the keeper       (docs/spec.md §10.9)
    /// Rounding: the tranche's shares floor, the keeper's ceil
    /// Errors:   Overflow
    pub fn charge(
        &mut self,
        position: &mut Position,
        fee: NativeAmount,
        insurance: NativeAmount,
        index: Index,
    ) -> Result<(NativeAmount, Shares), MathError> {
        self.move_quote(position, -signed(fee)?)?;
        self.pay(super::Purse::Tranche, insurance, index)?;
        // The shares that went to the tranche may have cost the pool the fraction of a unit.
        let keeper = fee.saturating_sub(insurance).min(self.worth(super::Purse::Pool, index)?);
        Ok((keeper, self.draw(keeper, index)?))
    }
}
