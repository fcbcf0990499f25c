//! Health: one pass over the legs gives every level that a decision needs.

use crate::error::{MathError, Refusal};
use crate::position::{Side, Snapshot, TokenLeg};
use crate::price::MAX_AGE_LIQUIDATION;
use crate::units::{BPS, Bps, Value, Weighted};

const ONE: Bps = BPS as Bps;

/// What an account is worth at the levels of docs/spec.md §4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Valuation {
    /// Σ deposits − Σ debts, unweighted, at mid.
    pub equity: Value,
    /// Σ debts, unweighted, at mid.
    pub debts: Value,
    /// H_init: initial weights, pessimistic prices. At least 0 to take on risk.
    pub initial: Weighted,
    /// H_hi: maintenance weights, optimistic prices. Liquidatable below 0.
    pub optimistic: Weighted,
    /// H_maint: maintenance weights, mid. Depth of a breach.
    pub maintenance: Weighted,
    /// H_end: end weights, mid. A liquidation brings it to 0.
    pub end: Weighted,
    /// Req: Σ weighted debts at maintenance and mid.
    pub requirement: Weighted,
    /// Age of the oldest price among the legs, seconds.
    pub oldest_price: u32,
}

/// What one leg adds to each level, signed.
struct Contribution {
    equity: Value,
    debt: Value,
    initial: Weighted,
    optimistic: Weighted,
    maintenance: Weighted,
    end: Weighted,
}

impl Contribution {
    /// Formula:  deposit: V·w, at initial min(p, ema)·(1 − b), at optimistic p·(1 + b');
    ///           debt: −V·v, at initial max(p, ema)·(1 + b), at optimistic p·(1 − b')       (docs/spec.md §4.2)
    /// Rounding: only the leg's value is rounded; its weighing is exact
    /// Errors:   Overflow above 2^60 dollars
    #[inline(always)]
    fn of(leg: &TokenLeg) -> Result<Contribution, MathError> {
        let (value, weights, price) = (leg.value, &leg.weights, &leg.price);
        match leg.side {
            Side::Deposit => {
                let low = if price.ema < price.mid { leg.value_at(price.ema) } else { value };
                Ok(Contribution {
                    equity: value,
                    debt: Value::ZERO,
                    initial: low.weigh(weights.initial, ONE.saturating_sub(price.band))?,
                    optimistic: value.weigh(weights.maintenance, ONE + price.liquidation_band)?,
                    maintenance: value.weigh(weights.maintenance, ONE)?,
                    end: value.weigh(weights.end, ONE)?,
                })
            }
            Side::Debt => {
                let high = if price.ema > price.mid { leg.value_at(price.ema) } else { value };
                Ok(Contribution {
                    equity: Value(-value.0),
                    debt: value,
                    initial: negative(high.weigh(weights.initial, ONE + price.band)?),
                    optimistic: negative(value.weigh(weights.maintenance, ONE.saturating_sub(price.liquidation_band))?),
                    maintenance: negative(value.weigh(weights.maintenance, ONE)?),
                    end: negative(value.weigh(weights.end, ONE)?),
                })
            }
        }
    }
}

#[inline(always)]
fn negative(x: Weighted) -> Weighted {
    Weighted(-x.0)
}

/// Values an account at every level in one pass.
///
/// Formula:  H = Σ w·D·P − Σ v·B·P at each level       (docs/spec.md §4.2)
/// Units:    dollars × 2^32, weighted levels × 10^8
/// Rounding: none beyond the legs' values (floor for deposits, ceil for debts)
/// Errors:   Overflow, PerpUnsupported
/// Source:   Mango v4's three health levels; the interval is ours
pub fn value(snapshot: &Snapshot) -> Result<Valuation, Refusal> {
    if !snapshot.perps.is_empty() {
        return Err(Refusal::PerpUnsupported);
    }
    let mut total = Valuation::default();
    for leg in &snapshot.tokens {
        total.add(leg)?;
    }
    Ok(total)
}

impl Valuation {
    #[inline(always)]
    fn add(&mut self, leg: &TokenLeg) -> Result<(), MathError> {
        let part = Contribution::of(leg)?;
        self.equity = self.equity.plus(part.equity)?;
        self.debts = self.debts.plus(part.debt)?;
        self.initial = self.initial.plus(part.initial)?;
        self.optimistic = self.optimistic.plus(part.optimistic)?;
        self.maintenance = self.maintenance.plus(part.maintenance)?;
        self.end = self.end.plus(part.end)?;
        if leg.side == Side::Debt {
            self.requirement = self.requirement.minus(part.maintenance)?;
        }
        self.oldest_price = self.oldest_price.max(leg.price.age);
        Ok(())
    }

    /// The valuation after one leg has become another, without valuing the rest again. Ages are left as they were.
    ///
    /// Errors: Overflow
    pub fn replace(&self, old: &TokenLeg, new: &TokenLeg) -> Result<Valuation, MathError> {
        let (out, into) = (Contribution::of(old)?, Contribution::of(new)?);
        let requirement = match old.side {
            Side::Deposit => self.requirement,
            Side::Debt => self.requirement.plus(out.maintenance)?.minus(into.maintenance)?,
        };
        Ok(Valuation {
            equity: self.equity.minus(out.equity)?.plus(into.equity)?,
            debts: self.debts.minus(out.debt)?.plus(into.debt)?,
            initial: self.initial.minus(out.initial)?.plus(into.initial)?,
            optimistic: self.optimistic.minus(out.optimistic)?.plus(into.optimistic)?,
            maintenance: self.maintenance.minus(out.maintenance)?.plus(into.maintenance)?,
            end: self.end.minus(out.end)?.plus(into.end)?,
            requirement,
            oldest_price: self.oldest_price,
        })
    }

    /// Refuses what would leave an account unable to answer for its risk.
    ///
    /// Formula:  H_init ≥ 0, every leg's price and index fresh       (docs/spec.md §4.3)
    /// Units:    ages in seconds
    /// Errors:   StalePrice, StaleIndex, InsufficientHealth
    pub fn verify_initial(&self, snapshot: &Snapshot, max_price_age: u32) -> Result<(), Refusal> {
        if self.oldest_price > max_price_age {
            return Err(Refusal::StalePrice);
        }
        if snapshot.index_age > crate::interest::MAX_INDEX_AGE {
            return Err(Refusal::StaleIndex);
        }
        if self.initial < Weighted::ZERO {
            return Err(Refusal::InsufficientHealth);
        }
        Ok(())
    }

    /// Confirms that debts remain, nothing is left to seize and every price is fresh.
    ///
    /// Formula:  equity < 0 and no deposit with an amount       (docs/spec.md §6)
    /// Errors:   StalePrice, NotBankrupt
    pub fn verify_bankrupt(&self, snapshot: &Snapshot) -> Result<(), Refusal> {
        if self.oldest_price > MAX_AGE_LIQUIDATION {
            return Err(Refusal::StalePrice);
        }
        let something_left = snapshot.tokens.iter().any(|leg| leg.side == Side::Deposit && leg.amount > 0);
        if something_left || self.equity >= Value::ZERO {
            return Err(Refusal::NotBankrupt);
        }
        Ok(())
    }

    /// Whether the account may be liquidated: under water even at the prices that are best for it.
    pub fn is_liquidatable(&self) -> bool {
        self.optimistic < Weighted::ZERO
    }

    /// Health factor in millionths, for display: 1 + H_maint / Req, floor; `None` without a requirement.
    pub fn health_factor_ppm(&self) -> Option<i64> {
        if self.requirement.0 <= 0 {
            return None;
        }
        // 2^20 steps would overflow at the largest values: scale both down first.
        let (health, requirement) = (self.maintenance.0 >> 24, (self.requirement.0 >> 24).max(1));
        i64::try_from(1_000_000 + (health * 1_000_000).div_euclid(requirement)).ok()
    }
}
