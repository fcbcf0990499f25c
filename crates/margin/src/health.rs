//! Health: one pass over the legs gives every level that a decision needs.

use crate::error::{MathError, Refusal};
use crate::interest::{MAX_INDEX_AGE, MAX_INDEX_AGE_LIQUIDATION};
use crate::perp::{Contributions, PerpLeg, PerpSums};
use crate::position::{Side, Snapshot, TokenLeg};
use crate::price::{Interval, MAX_AGE_LIQUIDATION, Price};
use crate::units::{BPS, Bps, MAX_LEGS, NativeAmount, USD, Value, Weighted, WeightedSum};

const ONE: Bps = BPS as Bps;
/// A hundredth of a dollar.
const CENT: Value = Value(USD / 100);

/// What an account is worth at the levels of docs/spec.md §4 that a liquidation looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Valuation {
    /// Σ deposits − Σ debts + Σ PnL, unweighted, at mid.
    pub equity: Value,
    /// Σ debts and negative PnL, unweighted, at mid.
    pub debts: Value,
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
    optimistic: WeightedSum,
    maintenance: WeightedSum,
    end: WeightedSum,
}

impl Levels {
    /// Adds a leg: `given` is the price factor for liquidation.
    ///
    /// Formula:  deposit: V·w, at optimistic p·(1 + b');  debt: V·v, at optimistic p·(1 − b')       (docs/spec.md §4.2)
    /// Rounding: only the leg's value is rounded; its weighing is exact
    /// Errors:   Overflow above 2^56 dollars
    #[inline(always)]
    fn add(&mut self, leg: &TokenLeg, given: Bps) -> Result<(), MathError> {
        let value = leg.value.pieces()?;
        // Safe because: a value has at most 88 bits and there are at most sixteen legs.
        self.value = self.value.wrapping_add(leg.value.0);
        self.optimistic.add(value, leg.weights.maintenance, given)?;
        self.maintenance.add(value, leg.weights.maintenance, ONE)?;
        self.end.add(value, leg.weights.end, ONE)
    }
}

/// Values an account at the levels of a liquidation in one pass.
///
/// Formula:  H = Σ w·D·P − Σ v·B·P + P_q·Σ g at each level       (docs/spec.md §4.2, §10.4)
/// Units:    dollars × 2^32, weighted levels × 10^8
/// Rounding: none beyond the legs' values (floor for deposits, ceil for debts)
/// Errors:   Overflow, also with more than sixteen token legs
/// Source:   Mango v4's three health levels; the interval is ours
#[inline(never)]
pub fn value(snapshot: &Snapshot) -> Result<Valuation, Refusal> {
    let mut valuation = Valuation::of(&snapshot.tokens)?;
    if !snapshot.perps.is_empty() {
        valuation.add_perps(PerpSums::of(&snapshot.perps), &snapshot.quote.price)?;
    }
    valuation.oldest_price = oldest_price(snapshot);
    Ok(valuation)
}

/// H_init: initial weights, pessimistic prices.
///
/// Formula:  deposit: V·w at min(p, ema)·(1 − b);  debt: V·v at max(p, ema)·(1 + b);  + P_q·Σ g_init;  b with volatility
///           (docs/spec.md §4.2, §10.4, §11.4)
/// Rounding: as [`value`]
/// Errors:   as [`value`]
#[inline(never)]
pub fn initial(snapshot: &Snapshot) -> Result<Weighted, Refusal> {
    if snapshot.tokens.len() > MAX_LEGS {
        return Err(MathError::Overflow.into());
    }
    let (mut deposits, mut debts) = (WeightedSum::default(), WeightedSum::default());
    for leg in &snapshot.tokens {
        let price = &leg.price;
        let (sum, worse, factor) = match leg.side {
            Side::Deposit => (&mut deposits, price.ema < price.mid, ONE.saturating_sub(price.initial_band())),
            Side::Debt => (&mut debts, price.ema > price.mid, ONE.saturating_add(price.initial_band())),
        };
        let value = if worse { leg.value_at(price.ema) } else { leg.value };
        sum.add(value.pieces()?, leg.weights.initial, factor)?;
    }
    let health = deposits.total().minus(debts.total())?;
    if snapshot.perps.is_empty() {
        return Ok(health);
    }
    let sum = snapshot.perps.iter().fold(0, |sum: i64, leg| sum.saturating_add(leg.initial()));
    let quote = &snapshot.quote.price;
    let value = dollars(sum, quote.mid.min(quote.ema), quote.mid.max(quote.ema), quote.remaining());
    let band = quote.initial_band();
    let factor = if sum < 0 { ONE.saturating_add(band) } else { ONE.saturating_sub(band) };
    Ok(health.plus(weigh(value, factor))?)
}

/// Refuses what would leave an account unable to answer for its risk.
///
/// Formula:  H_init ≥ 0, every leg's price and index fresh       (docs/spec.md §4.3)
/// Units:    ages in seconds
/// Errors:   StalePrice, StaleIndex, InsufficientHealth
pub fn verify_initial(snapshot: &Snapshot, max_price_age: u32) -> Result<(), Refusal> {
    if oldest_price(snapshot) > max_price_age {
        return Err(Refusal::StalePrice);
    }
    snapshot.verify_indices(MAX_INDEX_AGE)?;
    if initial(snapshot)? < Weighted::ZERO {
        return Err(Refusal::InsufficientHealth);
    }
    Ok(())
}

/// Age of the oldest price among the legs, seconds.
fn oldest_price(snapshot: &Snapshot) -> u32 {
    let tokens = snapshot.tokens.iter().fold(0, |oldest, leg| leg.price.age.max(oldest));
    if snapshot.perps.is_empty() {
        return tokens;
    }
    snapshot.perps.iter().fold(tokens.max(snapshot.quote.price.age), |oldest, leg| leg.price.age.max(oldest))
}

/// A value at weight 1 and a price factor.
#[inline(always)]
fn weigh(value: i128, factor: Bps) -> Weighted {
    // Safe because: a value has at most 95 bits and weight times factor 28.
    Weighted(value.wrapping_mul(i128::from(u64::from(factor) * BPS)))
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

/// What an account is worth after a change, at the levels that the change is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    /// As [`Valuation::equity`].
    pub equity: Value,
    /// As [`Valuation::maintenance`].
    pub maintenance: Weighted,
    /// As [`Valuation::end`].
    pub end: Weighted,
}

impl After {
    /// Nothing has changed yet.
    pub(crate) fn unchanged(valuation: &Valuation) -> After {
        After { equity: valuation.equity, maintenance: valuation.maintenance, end: valuation.end }
    }

    /// A token leg has become another of the same token and side.
    pub(crate) fn token(&mut self, old: &TokenLeg, new: &TokenLeg) -> Result<(), MathError> {
        let gained = match old.side {
            Side::Deposit => new.value.minus(old.value)?,
            Side::Debt => old.value.minus(new.value)?,
        };
        // Safe because: a value has at most 95 bits, a weight 15 and one 14.
        let weighed = |weight: Bps| Weighted(gained.0.wrapping_mul(i128::from(u64::from(weight) * BPS)));
        self.equity = self.equity.plus(gained)?;
        self.maintenance = self.maintenance.plus(weighed(old.weights.maintenance))?;
        self.end = self.end.plus(weighed(old.weights.end))?;
        Ok(())
    }

    /// A perp leg contributes something else than it did.
    pub(crate) fn perp(
        &mut self,
        sums: &PerpSums,
        (was, is): (Contributions, Contributions),
        quote: &Interval,
    ) -> Result<(), MathError> {
        let remaining = quote.remaining();
        let gained = |sum: i64, old: i64, new: i64| {
            let after = sum.saturating_sub(old).saturating_add(new);
            let dollars = |sum| dollars(sum, quote.mid, quote.mid, remaining);
            Value(dollars(after)).minus(Value(dollars(sum)))
        };
        self.equity = self.equity.plus(gained(sums.pnl, was.pnl, is.pnl)?)?;
        self.maintenance =
            self.maintenance.plus(weigh(gained(sums.maintenance, was.maintenance, is.maintenance)?.0, ONE))?;
        self.end = self.end.plus(weigh(gained(sums.end, was.end, is.end)?.0, ONE))?;
        Ok(())
    }
}

impl Valuation {
    #[inline(always)]
    pub(crate) fn of(legs: &[TokenLeg]) -> Result<Valuation, MathError> {
        if legs.len() > MAX_LEGS {
            return Err(MathError::Overflow);
        }
        let (mut deposits, mut debts) = (Levels::default(), Levels::default());
        for leg in legs {
            let band = leg.price.liquidation_band;
            match leg.side {
                Side::Deposit => deposits.add(leg, ONE.saturating_add(band))?,
                Side::Debt => debts.add(leg, ONE.saturating_sub(band))?,
            }
        }
        let net = |plus: &WeightedSum, minus: &WeightedSum| plus.total().minus(minus.total());
        Ok(Valuation {
            equity: Value(deposits.value).minus(Value(debts.value))?,
            debts: Value(debts.value),
            optimistic: net(&deposits.optimistic, &debts.optimistic)?,
            maintenance: net(&deposits.maintenance, &debts.maintenance)?,
            end: net(&deposits.end, &debts.end)?,
            requirement: debts.maintenance.total(),
            oldest_price: 0,
            perps: PerpSums::default(),
        })
    }

    /// Adds what perp legs contribute to a valuation without any.
    #[inline(always)]
    pub(crate) fn add_perps(&mut self, sums: PerpSums, quote: &Interval) -> Result<(), MathError> {
        let remaining = quote.remaining();
        let at_mid = |sum| dollars(sum, quote.mid, quote.mid, remaining);
        let owed = |sum: i64| -at_mid(sum.saturating_neg());
        let given = match sums.optimistic < 0 {
            true => ONE.saturating_sub(quote.liquidation_band),
            false => ONE.saturating_add(quote.liquidation_band),
        };
        self.equity = self.equity.plus(Value(at_mid(sums.pnl)))?;
        self.debts = self.debts.plus(Value(owed(sums.losses)))?;
        self.optimistic = self.optimistic.plus(weigh(at_mid(sums.optimistic), given))?;
        self.maintenance = self.maintenance.plus(weigh(at_mid(sums.maintenance), ONE))?;
        self.end = self.end.plus(weigh(at_mid(sums.end), ONE))?;
        self.requirement = self.requirement.plus(weigh(owed(sums.requirement), ONE))?;
        self.perps = sums;
        Ok(())
    }

    /// Whether the account answers for its risk after a reduction, whatever it was before.
    ///
    /// Formula:  H_maint ≥ 0 at prices of at most 60 s       (docs/spec.md §10.5)
    pub fn is_maintained(&self) -> bool {
        self.oldest_price <= crate::price::MAX_AGE_LIQUIDATION && self.maintenance >= Weighted::ZERO
    }

    /// Refuses a reduction that leaves an account less able to answer for its risk.
    ///
    /// Formula:  maintained, or H_maint not lower than before       (docs/spec.md §10.5)
    /// Errors:   InsufficientHealth
    pub fn verify_reduction(&self, before: &Valuation) -> Result<(), Refusal> {
        if self.is_maintained() || self.maintenance >= before.maintenance {
            return Ok(());
        }
        Err(Refusal::InsufficientHealth)
    }

    /// Confirms that debts remain and nothing is left to seize, at fresh prices.
    ///
    /// Formula:  equity < 0, every deposit and every positive PnL below a cent, no base but in the market whose debt is
    ///           written off       (docs/spec.md §6, §10.8)
    /// Units:    a deposit below a cent is nothing, whatever its price's age: dust must not hold a bankruptcy up
    /// Errors:   StaleIndex, StalePrice, NotBankrupt
    pub fn verify_bankrupt(&self, snapshot: &Snapshot, market: Option<u8>) -> Result<(), Refusal> {
        self.verify_telling(snapshot)?;
        let something_left = snapshot.tokens.iter().any(|leg| leg.side == Side::Deposit && matters(leg))
            || snapshot.perps.iter().any(|leg| is_worth(leg, snapshot));
        let may_still_win = snapshot.perps.iter().any(|leg| leg.position.base != 0 && Some(leg.terms.market) != market);
        if something_left || may_still_win || self.equity >= Value::ZERO {
            return Err(Refusal::NotBankrupt);
        }
        Ok(())
    }

    /// Confirms that prices and indices tell whether equity is negative: fresh, but for deposits below a cent.
    ///
    /// Errors: StaleIndex, StalePrice
    pub fn verify_telling(&self, snapshot: &Snapshot) -> Result<(), Refusal> {
        snapshot.verify_indices(MAX_INDEX_AGE_LIQUIDATION)?;
        if snapshot.tokens.iter().any(|leg| matters(leg) && leg.price.is_stale()) {
            return Err(Refusal::StalePrice);
        }
        let perps =
            || snapshot.perps.iter().filter(|leg| leg.position.base != 0 || leg.pnl < 0 || is_worth(leg, snapshot));
        if perps().any(|leg| leg.price.is_stale()) || (perps().next().is_some() && snapshot.quote.price.is_stale()) {
            return Err(Refusal::StalePrice);
        }
        Ok(())
    }

    /// Confirms that everything the value was computed from is as fresh as for a liquidation.
    ///
    /// Errors: StaleIndex, StalePrice
    pub fn verify_known(&self, snapshot: &Snapshot) -> Result<(), Refusal> {
        snapshot.verify_indices(MAX_INDEX_AGE_LIQUIDATION)?;
        if self.oldest_price > MAX_AGE_LIQUIDATION { Err(Refusal::StalePrice) } else { Ok(()) }
    }

    /// What the account has beyond what it owes, in quote tokens.
    ///
    /// Formula:  max(0, equity) / P_q       (docs/spec.md §10.8)
    /// Rounding: floor
    /// Errors:   none; stops at 2^64 − 1
    pub fn spare(&self, quote: &Interval) -> NativeAmount {
        if self.equity <= Value::ZERO { 0 } else { quote.mid.amount_down(self.equity).unwrap_or(NativeAmount::MAX) }
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

/// Whether a leg is a debt, or a deposit of a cent or more.
fn matters(leg: &TokenLeg) -> bool {
    leg.side == Side::Debt || leg.value >= CENT
}

/// Whether a position has won a cent or more.
fn is_worth(leg: &PerpLeg, snapshot: &Snapshot) -> bool {
    dollars(leg.pnl, snapshot.quote.price.mid, Price(0), ONE) >= CENT.0
}
