//! Profit that deleveraging has left to a winner. It stays in the position and matures there like any other, but what pays it
//! lies apart: no later loss of the pool reaches it, and no second deleveraging takes from it.

use crate::error::MathError;
use crate::fixed::{mul_div_down, signed};
use crate::perp::{Market, Position, Settlement};
use crate::units::{Index, NativeAmount, Shares};

impl Market {
    /// Sets an amount of a position's profit apart: out of the claims, its shares out of the pool.
    ///
    /// Formula:  secured += x, claims −= x; pool → escrow       (docs/spec.md §10.8)
    /// Rounding: shares ceil
    /// Errors:   Overflow, Negative beyond the pool
    pub(crate) fn secure(
        &mut self,
        position: &mut Position,
        amount: NativeAmount,
        index: Index,
    ) -> Result<(), MathError> {
        let shares = self.draw(amount, index)?;
        self.escrow = self.escrow.checked_add(shares).ok_or(MathError::Overflow)?;
        position.escrow = position.escrow.checked_add(shares).ok_or(MathError::Overflow)?;
        position.secured = position.secured.checked_add(amount).ok_or(MathError::Overflow)?;
        self.secured = self.secured.checked_add(amount).ok_or(MathError::Overflow)?;
        self.move_claims(-signed(amount)?)
    }

    /// Gives what is secured beyond the profit back to the claims, and what was set apart for it to the pool.
    ///
    /// Formula:  secured = min(secured, profit)       (docs/spec.md §10.2)
    /// Rounding: shares floor(escrow × what falls out / secured)
    /// Errors:   Overflow
    #[inline(always)]
    pub(crate) fn cap_secured(&mut self, position: &mut Position, profit: NativeAmount) -> Result<(), MathError> {
        if position.secured <= profit { Ok(()) } else { self.unsecure(position, position.secured - profit) }
    }

    #[inline(never)]
    fn unsecure(&mut self, position: &mut Position, amount: NativeAmount) -> Result<(), MathError> {
        let shares = mul_div_down(position.escrow, amount, position.secured)?;
        self.take_apart(position, amount, shares)?;
        self.receive(shares)?;
        self.move_claims(signed(amount)?)
    }

    /// Pays secured profit out, in full. What interest has added is the pool's once nothing is left.
    ///
    /// Formula:  q −= x, secured −= x       (docs/spec.md §10.6, §10.8)
    /// Rounding: shares ceil
    /// Errors:   Overflow, Negative beyond what is secured
    pub(crate) fn pay_secured(
        &mut self,
        position: &mut Position,
        amount: NativeAmount,
        index: Index,
    ) -> Result<Settlement, MathError> {
        if amount == 0 {
            return Ok(Settlement::default());
        }
        let shares = index.shares_up(amount)?.min(position.escrow);
        self.take_apart(position, amount, shares)?;
        position.quote = position.quote.checked_sub(signed(amount)?).ok_or(MathError::Overflow)?;
        if position.secured == 0 {
            let rest = position.escrow;
            self.take_apart(position, 0, rest)?;
            self.receive(rest)?;
        }
        Ok(Settlement { amount, paid: amount, shares })
    }

    /// Takes an amount of secured profit, and shares for it, out of the escrow.
    fn take_apart(&mut self, position: &mut Position, amount: NativeAmount, shares: Shares) -> Result<(), MathError> {
        position.secured = position.secured.checked_sub(amount).ok_or(MathError::Negative)?;
        position.escrow = position.escrow.checked_sub(shares).ok_or(MathError::Negative)?;
        self.secured = self.secured.checked_sub(amount).ok_or(MathError::Negative)?;
        self.escrow = self.escrow.checked_sub(shares).ok_or(MathError::Negative)?;
        Ok(())
    }
}
