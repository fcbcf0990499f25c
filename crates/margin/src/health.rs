//! Health: one pass over the legs gives every level that a decision needs.

use crate::error::{MathError, Refusal};
use crate::interest::{MAX_INDEX_AGE, MAX_INDEX_AGE_LIQUIDATION};
use crate::position::{Side, Snapshot, TokenLeg};
use crate::units::{BPS, Bps, MAX_LEGS, USD, Value, Weighted, WeightedSum};

const ONE: Bps = BPS as Bps;
/// A hundredth of a dollar.
const CENT: Value = Value(USD / 100);

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

/// One side of an account, weighed at every level.
#[derive(Default)]
struct Levels {
    value: i128,
    initial: WeightedSum,
    optimistic: WeightedSum,
    maintenance: WeightedSum,
    end: WeightedSum,
}

impl Levels {
    /// Adds a leg: `taker` is the price factor for taking risk, `given` the one for liquidation.
    ///
    /// Formula:  deposit: V·w, at initial min(p, ema)·(1 − b), at optimistic p·(1 + b');
    ///           debt: V·v, at initial max(p, ema)·(1 + b), at optimistic p·(1 − b')       (docs/spec.md §4.2)
    /// Rounding: only the leg's value is rounded; its weighing is exact
    /// Errors:   Overflow above 2^56 dollars
    #[inline(always)]
    fn add(&mut self, leg: &TokenLeg, worse_ema: bool, taker: Bps, given: Bps) -> Result<(), MathError> {
        let value = leg.value.pieces()?;
        let worst = if worse_ema { leg.value_at(leg.price.ema).pieces()? } else { value };
        // Safe because: a value has at most 88 bits and there are at most sixteen legs.
        self.value = self.value.wrapping_add(leg.value.0);
        self.initial.add(worst, leg.weights.initial, taker)?;
        self.optimistic.add(value, leg.weights.maintenance, given)?;
        self.maintenance.add(value, leg.weights.maintenance, ONE)?;
        self.end.add(value, leg.weights.end, ONE)
    }
}

/// Values an account at every level in one pass.
///
/// Formula:  H = Σ w·D·P − Σ v·B·P at each level       (docs/spec.md §4.2)
/// Units:    dollars × 2^32, weighted levels × 10^8
/// Rounding: none beyond the legs' values (floor for deposits, ceil for debts)
/// Errors:   Overflow, also with more than sixteen legs; PerpUnsupported
/// Source:   Mango v4's three health levels; the interval is ours
pub fn value(snapshot: &Snapshot) -> Result<Valuation, Refusal> {
    if !snapshot.perps.is_empty() {
        return Err(Refusal::PerpUnsupported);
    }
    Ok(Valuation::of(&snapshot.tokens)?)
}

impl Valuation {
    fn of(legs: &[TokenLeg]) -> Result<Valuation, MathError> {
        if legs.len() > MAX_LEGS {
            return Err(MathError::Overflow);
        }
        let (mut deposits, mut debts) = (Levels::default(), Levels::default());
        let mut oldest_price = 0;
        for leg in legs {
            let price = &leg.price;
            oldest_price = oldest_price.max(price.age);
            match leg.side {
                Side::Deposit => {
                    let (taker, given) = (ONE.saturating_sub(price.band), ONE.saturating_add(price.liquidation_band));
                    deposits.add(leg, price.ema < price.mid, taker, given)?;
                }
                Side::Debt => {
                    let (taker, given) = (ONE.saturating_add(price.band), ONE.saturating_sub(price.liquidation_band));
                    debts.add(leg, price.ema > price.mid, taker, given)?;
                }
            }
        }
        let net = |plus: &WeightedSum, minus: &WeightedSum| plus.total().minus(minus.total());
        Ok(Valuation {
            equity: Value(deposits.value).minus(Value(debts.value))?,
            debts: Value(debts.value),
            initial: net(&deposits.initial, &debts.initial)?,
            optimistic: net(&deposits.optimistic, &debts.optimistic)?,
            maintenance: net(&deposits.maintenance, &debts.maintenance)?,
            end: net(&deposits.end, &debts.end)?,
            requirement: debts.maintenance.total(),
            oldest_price,
        })
    }

    /// The valuation after some legs have become others, without valuing the rest again. Ages are left as they were.
    ///
    /// Errors: Overflow
    pub fn replace(&self, old: &[TokenLeg], new: &[TokenLeg]) -> Result<Valuation, MathError> {
        let (out, into) = (Valuation::of(old)?, Valuation::of(new)?);
        let value = |all: Value, out: Value, into: Value| all.minus(out)?.plus(into);
        let weighted = |all: Weighted, out: Weighted, into: Weighted| all.minus(out)?.plus(into);
        Ok(Valuation {
            equity: value(self.equity, out.equity, into.equity)?,
            debts: value(self.debts, out.debts, into.debts)?,
            initial: weighted(self.initial, out.initial, into.initial)?,
            optimistic: weighted(self.optimistic, out.optimistic, into.optimistic)?,
            maintenance: weighted(self.maintenance, out.maintenance, into.maintenance)?,
            end: weighted(self.end, out.end, into.end)?,
            requirement: weighted(self.requirement, out.requirement, into.requirement)?,
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
        snapshot.verify_indices(MAX_INDEX_AGE)?;
        if self.initial < Weighted::ZERO {
            return Err(Refusal::InsufficientHealth);
        }
        Ok(())
    }

    /// Confirms that debts remain and nothing is left to seize, at fresh prices.
    ///
    /// Formula:  equity < 0 and every deposit below a cent       (docs/spec.md §6)
    /// Units:    a deposit below a cent is nothing, whatever its price's age: dust must not hold a bankruptcy up
    /// Errors:   StaleIndex, StalePrice, NotBankrupt
    pub fn verify_bankrupt(&self, snapshot: &Snapshot) -> Result<(), Refusal> {
        snapshot.verify_indices(MAX_INDEX_AGE_LIQUIDATION)?;
        let matters = |leg: &&TokenLeg| leg.side == Side::Debt || leg.value >= CENT;
        if snapshot.tokens.iter().filter(matters).any(|leg| leg.price.is_stale()) {
            return Err(Refusal::StalePrice);
        }
        let something_left = snapshot.tokens.iter().filter(matters).any(|leg| leg.side == Side::Deposit);
        if something_left || self.equity >= Value::ZERO {
            return Err(Refusal::NotBankrupt);
        }
        Ok(())
    }

    /// Whether the account may be liquidated: under water even at the prices that are best for it.
    pub fn is_liquidatable(&self) -> bool {
        self.optimistic < Weighted::ZERO
    }

    /// Health factor in millionths, for display: 1 + H_maint / Req, floor; `None` without a requirement or beyond 64 bits.
    pub fn health_factor_ppm(&self) -> Option<i64> {
        if self.requirement.0 <= 0 {
            return None;
        }
        // A million times the largest health would overflow: both are scaled down first.
        let (health, requirement) = (self.maintenance.0 >> 24, (self.requirement.0 >> 24).max(1));
        i64::try_from(1_000_000 + (health * 1_000_000).div_euclid(requirement)).ok()
    }
}
