//! The liquidity pool: what a share costs and what it gives back.

use crate::error::{MathError, Refusal};
use crate::fixed::{mul_div_down, narrow};
use crate::perp::mark::part_up;
use crate::perp::market::COVER;
use crate::perp::{Mark, Market};
use crate::price::Interval;
use crate::units::{BPS, Bps, Index, NativeAmount, Shares};

/// Virtual shares and quote units of every pool: the first provider cannot make a share so dear that others round to nothing.
pub const VIRTUAL: u64 = 1_000_000;

/// What a pool is worth over the risk interval of its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolBounds {
    /// Least equity, quote units.
    pub low: i128,
    /// Greatest equity, quote units.
    pub high: i128,
    /// Greatest |K| in quote units.
    pub exposure: NativeAmount,
    /// Greatest open interest of a side in quote units.
    pub open_interest: NativeAmount,
}

impl PoolBounds {
    /// Value of liquidity shares at the least equity.
    ///
    /// Formula:  shares × (max(0, low) + V) / (liquidity + V)       (docs/spec.md §10.7)
    /// Rounding: floor
    /// Errors:   Overflow
    pub fn redeemable(&self, shares: Shares, liquidity: Shares) -> Result<NativeAmount, MathError> {
        mul_div_down(shares, with_virtual(self.low)?, liquidity.checked_add(VIRTUAL).ok_or(MathError::Overflow)?)
    }
}

impl Market {
    /// The pool's equity over the index's risk interval.
    ///
    /// Formula:  equity at min(p, ema)·(1 − b), p and max(p, ema)·(1 + b)       (docs/spec.md §10.7)
    /// Units:    mark, ema: quote units for one base unit; index: the quote bank's deposit index
    /// Rounding: equity floor, exposure ceil
    /// Errors:   Overflow
    pub fn bounds(
        &self,
        (mark, ema): (Mark, Mark),
        price: &Interval,
        index: Index,
        skew_scale: u64,
    ) -> Result<PoolBounds, MathError> {
        let (least, most) = (mark.min(ema), mark.max(ema));
        let (down, up) = ((BPS as Bps).saturating_sub(price.band), BPS as Bps + price.band);
        let at = |mark| self.equity(mark, index, skew_scale);
        let (a, b, c) = (at(least.times(down))?, at(mark)?, at(most.times(up))?);
        let worth = |size: u64| part_up(most.notional(size).up, up);
        let (exposure, open_interest) = (worth(self.net().unsigned_abs()), worth(self.long.max(self.short)));
        Ok(PoolBounds { low: a.min(b).min(c), high: a.max(b).max(c), exposure, open_interest })
    }

    /// Takes liquidity in; the deposit shares that pay for it come in with [`Market::receive`] afterwards.
    ///
    /// Formula:  minted = amount × (liquidity + V) / (max(0, high) + V)       (docs/spec.md §10.7)
    /// Rounding: floor
    /// Errors:   MarketInDeficit, AmountZero, Overflow
    pub fn add_liquidity(&mut self, amount: NativeAmount, bounds: &PoolBounds) -> Result<Shares, Refusal> {
        if self.deficit_since > 0 {
            return Err(Refusal::MarketInDeficit);
        }
        let total = self.liquidity.checked_add(VIRTUAL).ok_or(MathError::Overflow)?;
        let minted = mul_div_down(amount, total, with_virtual(bounds.high)?)?;
        if minted == 0 {
            return Err(Refusal::AmountZero);
        }
        self.liquidity = self.liquidity.checked_add(minted).ok_or(MathError::Overflow)?;
        Ok(minted)
    }

    /// Gives liquidity back; returns the quote units to pay and the deposit shares that left the pool for them.
    ///
    /// Formula:  paid = min(value at request, value now)       (docs/spec.md §10.7)
    /// Units:    leverage: L, bps
    /// Rounding: paid floor, shares ceil
    /// Errors:   MarketInDeficit, PoolBelowRequirement, Math
    pub fn remove_liquidity(
        &mut self,
        shares: Shares,
        value_at_request: NativeAmount,
        bounds: &PoolBounds,
        leverage: Bps,
        index: Index,
    ) -> Result<(NativeAmount, Shares), Refusal> {
        if self.deficit_since > 0 {
            return Err(Refusal::MarketInDeficit);
        }
        let paid = bounds.redeemable(shares, self.liquidity)?.min(value_at_request);
        let left = (bounds.low - i128::from(paid)).max(0);
        let room = left * i128::from(leverage) / i128::from(BPS);
        if i128::from(bounds.exposure) > room || i128::from(bounds.open_interest) > left * COVER {
            return Err(Refusal::PoolBelowRequirement);
        }
        let drawn = self.draw(paid, index).map_err(|_| Refusal::PoolBelowRequirement)?;
        self.liquidity = self.liquidity.checked_sub(shares).ok_or(MathError::Negative)?;
        Ok((paid, drawn))
    }
}

fn with_virtual(equity: i128) -> Result<u64, MathError> {
    narrow(equity.max(0) as u128 + u128::from(VIRTUAL))
}
