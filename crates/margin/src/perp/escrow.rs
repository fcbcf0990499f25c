//! Profit that deleveraging has left to a winner. It stays in the position and matures there like any other, but what pays it
//! lies apart: no later loss of the pool reaches it, and no second deleveraging takes from it.

use crate::error::MathError;
use crate::fixed::mul_div_down;
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
        position.secured = position.secured.checked_add(amount).ok_or(MathError::Overflow)?;
        self.secured = self.secured.checked_add(amount).ok_or(MathError::Overflow)?;
        self.move_claims(-signed(amount)?)
    }

    /// Gives what is secured beyond the profit back to the claims, and what was set apart for it to the pool.
    ///
    /// Formula:  secured = min(secured, profit)       (docs/spec.md §10.2)
    /// Errors:   Overflow
    #[inline(always)]
    pub(crate) fn cap_secured(&mut self, position: &mut Position, profit: NativeAmount) -> Result<(), MathError> {
        if position.secured <= profit { Ok(()) } else { self.unsecure(position, position.secured - profit) }
    }

    #[inline(never)]
    fn unsecure(&mut self, position: &mut Position, amount: NativeAmount) -> Result<(), MathError> {
        let shares = self.release(position, amount)?;
        self.receive(shares)?;
        self.move_claims(signed(amount)?)
    }

    /// Pays secured profit out: in full, unless the bank has lost what was set apart. What interest has added is the pool's.
    ///
    /// Formula:  q −= x, secured −= x       (docs/spec.md §10.6, §10.8)
    /// Rounding: shares ceil, the amount floor where they do not suffice
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
        let apart = self.release(position, amount)?;
        position.quote = position.quote.checked_sub(signed(amount)?).ok_or(MathError::Overflow)?;
        let needed = index.shares_up(amount)?;
        if needed > apart {
            return Ok(Settlement { amount, paid: index.amount_down(apart)?, shares: apart });
        }
        self.receive(apart - needed)?;
        Ok(Settlement { amount, paid: amount, shares: needed })
    }

    /// Takes an amount's part out of the escrow.
    ///
    /// Formula:  floor(escrow × amount / Σ secured), all for all       (docs/spec.md §10.8)
    fn release(&mut self, position: &mut Position, amount: NativeAmount) -> Result<Shares, MathError> {
        let shares = mul_div_down(self.escrow, amount, self.secured)?;
        position.secured = position.secured.checked_sub(amount).ok_or(MathError::Negative)?;
        self.secured = self.secured.checked_sub(amount).ok_or(MathError::Negative)?;
        self.escrow -= shares;
        Ok(shares)
    }

    fn move_claims(&mut self, by: i64) -> Result<(), MathError> {
        self.claims.quote = self.claims.quote.checked_add(by).ok_or(MathError::Overflow)?;
        Ok(())
    }
}

fn signed(amount: u64) -> Result<i64, MathError> {
    i64::try_from(amount).map_err(|_| MathError::Overflow)
}
