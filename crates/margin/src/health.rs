//! Health: one pass over the legs gives every level that a decision needs.

use crate::error::{MathError, Refusal};
use crate::interest::{MAX_INDEX_AGE, MAX_INDEX_AGE_LIQUIDATION};
use crate::perp::{PerpLeg, PerpSums};
use crate::position::{Side, Snapshot, TokenLeg};
use crate::price::{Interval, Price};
use crate::units::{BPS, Bps, MAX_LEGS, USD, Value, Weighted, WeightedSum};

const ONE: Bps = BPS as Bps;
/// A hundredth of a dollar.
const CENT: Value = Value(USD / 100);

/// What an account is worth at the levels of docs/spec.md §4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Valuation {
    /// Σ deposits − Σ debts + Σ PnL, unweighted, at mid.
    pub equity: Value,
    /// Σ debts and negative PnL, unweighted, at mid.
    pub debts: Value,
    /// H_init: initial weights, pessimistic prices. At least 0 to take on risk.
    pub initial: Weighted,
    /// H_hi: maintenance weights, optimistic prices. Liquidatable below 0.
    pub optimistic: Weighted,
    /// H_maint: maintenance weights, mid. Depth of a breach.
    pub maintenance: Weighted,
    /// H_end: end weights, mid. A liquidation brings it to 0.
    pub end: Weighted,
    /// Req: Σ weighted debts, margins and negative PnL at maintenance and mid.
    pub requirement: Weighted,
    /// Age of the oldest price among the legs, seconds.
    pub oldest_price: u32,
    /// What the perp legs contributed, quote units.
    pub perps: PerpSums,
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
/// Formula:  H = Σ w·D·P − Σ v·B·P + P_q·Σ g at each level       (docs/spec.md §4.2, §10.4)
/// Units:    dollars × 2^32, weighted levels × 10^8
/// Rounding: none beyond the legs' values (floor for deposits, ceil for debts)
/// Errors:   Overflow, also with more than sixteen token legs
/// Source:   Mango v4's three health levels; the interval is ours
#[inline(never)]
pub fn value(snapshot: &Snapshot) -> Result<Valuation, Refusal> {
    if snapshot.tokens.len() > MAX_LEGS {
        return Err(MathError::Overflow.into());
    }
    let mut valuation = Valuation::of(snapshot.tokens.iter())?;
    if !snapshot.perps.is_empty() {
        valuation.add_perps(PerpSums::of(&snapshot.perps), &snapshot.quote.price)?;
        let ages = snapshot.perps.iter().map(|leg| leg.price.age);
        valuation.oldest_price = ages.fold(valuation.oldest_price.max(snapshot.quote.price.age), u32::max);
    }
    Ok(valuation)
}

/// Quote units in dollars: as a deposit where positive, as a debt where negative.
///
/// Formula:  P_q × Σ       (docs/spec.md §10.4)
/// Rounding: floor
#[inline(always)]
fn dollars(sum: i64, asset: Price, liability: Price, remaining: Bps) -> i128 {
    let amount = sum.unsigned_abs();
    if sum < 0 {
        return -liability.value_up(amount).0;
    }
    match asset.value_down(amount).0 {
        value if remaining == ONE => value,
        value => value * i128::from(remaining) / i128::from(BPS),
    }
}

/// What perp legs add to a valuation.
struct Added {
    equity: Value,
    debts: Value,
    initial: Weighted,
    optimistic: Weighted,
    maintenance: Weighted,
    end: Weighted,
    requirement: Weighted,
}

impl Added {
    #[inline(always)]
    fn of(sums: &PerpSums, quote: &Interval) -> Added {
        let remaining = quote.remaining();
        let at_mid = |sum| dollars(sum, quote.mid, quote.mid, remaining);
        // Safe because: a value has at most 95 bits and weight times factor 28.
        let weigh =
            |value: i128, factor: Bps| Weighted(value.wrapping_mul(i128::from(factor)).wrapping_mul(BPS as i128));
        let factor = |sum: i64, gain: Bps, loss: Bps| if sum < 0 { loss } else { gain };
        let (band, given) = (quote.band, quote.liquidation_band);
        let pessimistic = dollars(sums.initial, quote.mid.min(quote.ema), quote.mid.max(quote.ema), remaining);
        Added {
            equity: Value(at_mid(sums.pnl)),
            debts: Value(-at_mid(sums.losses.saturating_neg())),
            initial: weigh(pessimistic, factor(sums.initial, ONE.saturating_sub(band), ONE.saturating_add(band))),
            optimistic: weigh(
                at_mid(sums.optimistic),
                factor(sums.optimistic, ONE.saturating_add(given), ONE.saturating_sub(given)),
            ),
            maintenance: weigh(at_mid(sums.maintenance), ONE),
            end: weigh(at_mid(sums.end), ONE),
            requirement: weigh(-at_mid(sums.requirement.saturating_neg()), ONE),
        }
    }
}

impl Valuation {
    #[inline(always)]
    fn of<'a>(legs: impl Iterator<Item = &'a TokenLeg>) -> Result<Valuation, MathError> {
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
            perps: PerpSums::default(),
        })
    }

    /// Adds what perp legs contribute to a valuation without any.
    #[inline(always)]
    fn add_perps(&mut self, sums: PerpSums, quote: &Interval) -> Result<(), MathError> {
        let added = Added::of(&sums, quote);
        self.equity = self.equity.plus(added.equity)?;
        self.debts = self.debts.plus(added.debts)?;
        self.initial = self.initial.plus(added.initial)?;
        self.optimistic = self.optimistic.plus(added.optimistic)?;
        self.maintenance = self.maintenance.plus(added.maintenance)?;
        self.end = self.end.plus(added.end)?;
        self.requirement = self.requirement.plus(added.requirement)?;
        self.perps = sums;
        Ok(())
    }

    /// Takes out again what perp legs contributed.
    fn without_perps(&self, quote: &Interval) -> Result<Valuation, MathError> {
        let added = Added::of(&self.perps, quote);
        Ok(Valuation {
            equity: self.equity.minus(added.equity)?,
            debts: self.debts.minus(added.debts)?,
            initial: self.initial.minus(added.initial)?,
            optimistic: self.optimistic.minus(added.optimistic)?,
            maintenance: self.maintenance.minus(added.maintenance)?,
            end: self.end.minus(added.end)?,
            requirement: self.requirement.minus(added.requirement)?,
            oldest_price: self.oldest_price,
            perps: PerpSums::default(),
        })
    }

    /// The valuation after a perp leg has become another, without valuing the rest again. Ages are left as they were.
    ///
    /// Errors: Overflow
    pub fn replace_perp(&self, old: &PerpLeg, new: &PerpLeg, quote: &Interval) -> Result<Valuation, MathError> {
        let one = |leg: &PerpLeg| PerpSums::of(core::slice::from_ref(leg));
        let mut valuation = self.without_perps(quote)?;
        valuation.add_perps(self.perps.replace(&one(old), &one(new)), quote)?;
        Ok(valuation)
    }

    /// The valuation after some legs, at most sixteen, have become others, without valuing the rest again. Ages are left as
    /// they were.
    ///
    /// Errors: Overflow
    #[inline(never)]
    pub fn replace<'a>(
        &self,
        old: impl Iterator<Item = &'a TokenLeg>,
        new: impl Iterator<Item = &'a TokenLeg>,
    ) -> Result<Valuation, MathError> {
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
            perps: self.perps,
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

    /// Refuses a reduction that leaves an account less able to answer for its risk.
    ///
    /// Formula:  H_maint ≥ 0 at prices of at most 60 s, or H_maint not lower than before       (docs/spec.md §10.5)
    /// Errors:   InsufficientHealth
    pub fn verify_reduction(&self, before: &Valuation) -> Result<(), Refusal> {
        let fresh = self.oldest_price <= crate::price::MAX_AGE_LIQUIDATION;
        if self.maintenance >= before.maintenance || (fresh && self.maintenance >= Weighted::ZERO) {
            return Ok(());
        }
        Err(Refusal::InsufficientHealth)
    }

    /// Confirms that debts remain and nothing is left to seize, at fresh prices.
    ///
    /// Formula:  equity < 0, every deposit and every positive PnL below a cent       (docs/spec.md §6, §10.8)
    /// Units:    a deposit below a cent is nothing, whatever its price's age: dust must not hold a bankruptcy up
    /// Errors:   StaleIndex, StalePrice, NotBankrupt
    pub fn verify_bankrupt(&self, snapshot: &Snapshot) -> Result<(), Refusal> {
        snapshot.verify_indices(MAX_INDEX_AGE_LIQUIDATION)?;
        let matters = |leg: &&TokenLeg| leg.side == Side::Debt || leg.value >= CENT;
        if snapshot.tokens.iter().filter(matters).any(|leg| leg.price.is_stale()) {
            return Err(Refusal::StalePrice);
        }
        let worth = |leg: &&PerpLeg| dollars(leg.pnl, snapshot.quote.price.mid, Price(0), ONE) >= CENT.0;
        let perp_matters = |leg: &&PerpLeg| leg.position.base != 0 || leg.pnl < 0 || worth(leg);
        let perps = || snapshot.perps.iter().filter(perp_matters);
        if perps().any(|leg| leg.price.is_stale()) || (perps().next().is_some() && snapshot.quote.price.is_stale()) {
            return Err(Refusal::StalePrice);
        }
        let something_left = snapshot.tokens.iter().filter(matters).any(|leg| leg.side == Side::Deposit)
            || perps().any(|leg| worth(&leg));
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
