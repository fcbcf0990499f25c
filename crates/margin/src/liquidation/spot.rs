//! Pairs: a debt repaid by a keeper for collateral.

use crate::error::{MathError, Refusal};
use crate::fixed::{div_down, div_up, mul_div_up, signed};
use crate::health::{After, Valuation};
use crate::liquidation::{
    Breach, CARRY_TENTH, LiquidationParams, MIN_REQUEST, PPM_PER_BPS, Pair, Rank, Request, Rooms, SCORE_EPSILON,
    SpotPlan, change_token,
};
use crate::position::{MARKET_LEG, Side, Snapshot, TokenLeg, coarse, with_bonus, without_bonus};
use crate::units::{BPS, Bps, NativeAmount, PPM, Ppm, Value, WEIGHT_ONE, Weighted};

/// θ: the part of the gap between liability and asset weight that a bonus may take, tenths. Keeps k above 0.
const THETA_TENTHS: u64 = 9;
/// One in the scale of k: weight (bps) × bonus (millionths).
pub(super) const GAIN_ONE: u64 = BPS * PPM;

/// A leg with its value for ranking.
pub(super) fn with_coarse_value(leg: &TokenLeg) -> (&TokenLeg, u64) {
    (leg, coarse(leg.value))
}

/// A pair carried out on a snapshot.
///
/// Errors: LegNotFound, Math(Negative)
pub(super) fn apply(snapshot: &mut Snapshot, before: &Valuation, plan: &SpotPlan) -> Result<After, Refusal> {
    let mut after = After::unchanged(before);
    for (number, side, amount) in
        [(plan.pair.debt, Side::Debt, plan.repay), (plan.pair.collateral, Side::Deposit, plan.seize)]
    {
        match number.checked_sub(MARKET_LEG) {
            None => change_token(snapshot, &mut after, (number, side), amount)?,
            Some(market) => change_claim(snapshot, &mut after, before, (market, side), amount)?,
        }
    }
    Ok(after)
}

/// A debt to a market falls, or matured profit is taken.
fn change_claim(
    snapshot: &mut Snapshot,
    after: &mut After,
    before: &Valuation,
    (market, side): (u8, Side),
    amount: NativeAmount,
) -> Result<(), Refusal> {
    let position = snapshot.find_perp(market)?;
    let leg = &mut snapshot.perps[position];
    let was = leg.contributions();
    let change = signed(amount)?;
    match side {
        Side::Debt => leg.position.quote = leg.position.quote.checked_add(change).ok_or(MathError::Overflow)?,
        Side::Deposit => {
            leg.position.quote = leg.position.quote.checked_sub(change).ok_or(MathError::Overflow)?;
            leg.position.give_up(amount)?;
        }
    }
    leg.revalue();
    Ok(after.perp(&before.perps, (was, leg.contributions()), &snapshot.quote.price)?)
}

/// What the pairs of an account are measured by.
#[derive(Clone, Copy)]
pub(super) struct Measure {
    /// β before the cap of a pair, millionths.
    bonus: Ppm,
    /// The need in 1/128 dollars × bps, for ranking.
    need: u64,
}

impl Measure {
    pub(super) fn of(breach: &Breach) -> Result<Measure, MathError> {
        let need = div_down(breach.need >> 25, BPS)?.min(1 << 60) as u64;
        Ok(Measure { bonus: account_bonus(breach.valuation, breach.params, breach.growth)?, need })
    }

    /// Takes each leg with its coarse value.
    ///
    /// Formula:  β' = min(β, θ·(v − w)/w);  k = v_end − w_end·(1 + β');  score = k / (β' + ε)       (docs/spec.md §5.3)
    /// Rounding: β' and score floor
    #[inline(always)]
    pub(super) fn terms<'a>(&self, debt: (&'a TokenLeg, u64), collateral: (&'a TokenLeg, u64)) -> Option<Terms<'a>> {
        let (debt, owed) = debt;
        let (collateral, owned) = collateral;
        let (v, w) = (u64::from(debt.weights.maintenance), u64::from(collateral.weights.maintenance));
        let mut bonus = self.bonus;
        if w > 0 {
            let cap = v.checked_sub(w)?.wrapping_mul(THETA_TENTHS * PPM) / w.wrapping_mul(10);
            bonus = bonus.min(cap as Ppm);
        }
        // Safe because: 1. weights have at most 15 bits and 1 + bonus 21, so a gain has at most 36 and its score 56; 2. a
        // coarse value has at most 2^44 and a million 20 bits less a little; 3. repayable × gain in bps has at most 44 + 15.
        let whole = PPM + u64::from(bonus);
        let required = u64::from(debt.weights.end) * PPM;
        let gain =
            required.checked_sub(u64::from(collateral.weights.end).wrapping_mul(whole)).filter(|gain| *gain > 0)?;
        let repayable = owed.min(owned.wrapping_mul(PPM) / whole);
        Some(Terms {
            debt,
            collateral,
            bonus,
            gain,
            rank: Rank {
                carries: repayable.wrapping_mul(gain / PPM) >= self.need / CARRY_TENTH,
                score: (gain << 20) / (u64::from(bonus) + SCORE_EPSILON),
            },
        })
    }
}

/// The bonus before the cap of a pair. Σ debts counts negative PnL.
///
/// Formula:  β = min(β_min + (β_max − β_min)·max(x_h, x_t), equity / Σ debts);
///           x_h = min(1, −H_maint / (Req·(1 − HF_full)))       (docs/spec.md §5.2)
/// Units:    millionths
/// Rounding: floor
/// Errors:   Overflow
/// Source:   Kamino's health-scaled bonus capped by what is left; growth with time as in Dutch auctions
pub(super) fn account_bonus(valuation: &Valuation, params: &LiquidationParams, growth: Ppm) -> Result<Ppm, MathError> {
    if valuation.equity <= Value::ZERO {
        return Ok(0);
    }
    let range = u64::from(params.bonus_max.saturating_sub(params.bonus_min)) * PPM_PER_BPS;
    let mut grown = range * u64::from(growth) / PPM;
    if valuation.maintenance < Weighted::ZERO {
        let depth = times(magnitude(valuation.maintenance)?, range * BPS)?;
        let full = times(magnitude(valuation.requirement)?, u64::from(params.full_bonus_depth))?;
        grown = grown.max(quotient_up_to(depth, full, range));
    }
    let bonus = u64::from(params.bonus_min) * PPM_PER_BPS + grown;
    let debts = u128::try_from(valuation.debts.0).map_err(|_| MathError::Negative)?;
    let affordable = quotient_up_to(times(valuation.equity.0 as u128, PPM)?, debts, bonus);
    Ok(affordable as Ppm)
}

/// A weighted sum's magnitude as a value, floor.
fn magnitude(weighted: Weighted) -> Result<u128, MathError> {
    div_down(weighted.0.unsigned_abs(), WEIGHT_ONE)
}

fn times(a: u128, b: u64) -> Result<u128, MathError> {
    a.checked_mul(u128::from(b)).ok_or(MathError::Overflow)
}

/// `min(limit, floor(n / d))`, without a long division where the limit decides; `limit` for d = 0.
fn quotient_up_to(n: u128, d: u128, limit: u64) -> u64 {
    match d.checked_mul(u128::from(limit)) {
        Some(most) if n < most => (n / d) as u64,
        _ => limit,
    }
}

/// One pair of legs with what liquidating it would mean.
pub(super) struct Terms<'a> {
    debt: &'a TokenLeg,
    collateral: &'a TokenLeg,
    bonus: Ppm,
    /// k × 10^10: health gained for each dollar repaid.
    gain: u64,
    pub(super) rank: Rank,
}

impl<'a> Terms<'a> {
    pub(super) fn pair(&self) -> Pair {
        Pair { debt: self.debt.token, collateral: self.collateral.token }
    }

    /// How much of the pair is closed.
    ///
    /// Formula:  R = min(ceil(−H_end / k), debt, ceil(C / (1 + β)), rooms, request);  a side that would keep less than the
    ///           dust is taken whole, unless rooms or request say less; rooms that would seize nothing are full
    ///           (docs/spec.md §5.4, §11.2)
    /// Rounding: ceil
    /// Errors:   VelocityLimit, RequestTooSmall, Math
    pub(super) fn size(self, breach: &Breach, dust: Value, request: &Request) -> Result<SizedTerms<'a>, Refusal> {
        let whole = self.repay_for_whole_collateral()?;
        let most = self.debt.amount.min(whole);
        let target = Value(div_up(times(breach.need, GAIN_ONE / WEIGHT_ONE)?, self.gain)? as i128);
        let enough = amount_up_to(most, self.debt.price.mid.amount_up(target))?;
        let mut sized = SizedTerms { terms: self, whole, repay: enough };
        if sized.leaves_dust(dust)? {
            sized.repay = most;
        }
        let fits = sized.terms.fits(&request.rooms)?;
        if fits < sized.repay {
            sized.repay = fits;
            // Room for less than a unit of the collateral: a keeper would pay for nothing.
            if sized.seize()? == 0 {
                return Err(Refusal::VelocityLimit);
            }
        }
        if request.most < sized.repay.div_ceil(MIN_REQUEST) {
            return Err(Refusal::RequestTooSmall);
        }
        sized.repay = sized.repay.min(request.most);
        Ok(sized)
    }

    /// The most that the velocity buckets of both legs let be repaid.
    ///
    /// Formula:  R ≤ room of the debt;  R·(1 + β) ≤ room of the collateral       (docs/spec.md §11.2)
    /// Rounding: floor
    /// Errors:   VelocityLimit
    fn fits(&self, rooms: &Rooms) -> Result<NativeAmount, Refusal> {
        let mut most = rooms.debt;
        if rooms.collateral < self.collateral.amount {
            let value = self.collateral.price.mid.value_down(rooms.collateral);
            let value = without_bonus(value, self.bonus)?;
            most = amount_up_to(most, self.debt.price.mid.amount_down(value))?;
        }
        if most == 0 { Err(Refusal::VelocityLimit) } else { Ok(most) }
    }

    /// The least repayment that pays for the whole deposit: `ceil(C / (1 + β))`.
    fn repay_for_whole_collateral(&self) -> Result<NativeAmount, MathError> {
        let value = self.collateral.price.mid.value_up(self.collateral.amount);
        // One step of value above the floor is at or above the exact quotient.
        let value = without_bonus(value, self.bonus)?.plus(Value(1))?;
        amount_up_to(NativeAmount::MAX, self.debt.price.mid.amount_up(value))
    }
}

/// An amount or the limit, which also stands for an amount beyond 64 bits.
fn amount_up_to(limit: NativeAmount, amount: Result<NativeAmount, MathError>) -> Result<NativeAmount, MathError> {
    match amount {
        Ok(amount) => Ok(amount.min(limit)),
        Err(MathError::Overflow) => Ok(limit),
        Err(e) => Err(e),
    }
}

/// A pair with its size.
pub(super) struct SizedTerms<'a> {
    terms: Terms<'a>,
    /// The repayment from which on the deposit goes whole.
    whole: NativeAmount,
    repay: NativeAmount,
}

impl SizedTerms<'_> {
    /// Formula:  S = floor(R·(1 + β)), or the whole deposit where R pays for it       (docs/spec.md §5.4)
    /// Rounding: floor
    fn seize(&self) -> Result<NativeAmount, MathError> {
        let Terms { debt, collateral, bonus, .. } = self.terms;
        if self.repay >= self.whole {
            return Ok(collateral.amount);
        }
        let value = with_bonus(debt.price.mid.value_down(self.repay), bonus)?;
        Ok(collateral.price.mid.amount_down(value)?.min(collateral.amount))
    }

    /// Whether less than the dust would be left of either side.
    fn leaves_dust(&self, dust: Value) -> Result<bool, MathError> {
        let Terms { debt, collateral, .. } = self.terms;
        let debt_left = debt.price.mid.value_up(debt.amount.saturating_sub(self.repay));
        let collateral_left = collateral.price.mid.value_up(collateral.amount.saturating_sub(self.seize()?));
        Ok(debt_left < dust || collateral_left < dust)
    }

    /// Formula:  insurance = ceil(R·β·share)       (docs/spec.md §5.5)
    pub(super) fn plan(&self, insurance_share: Bps) -> Result<SpotPlan, Refusal> {
        let share = u64::from(self.terms.bonus) * u64::from(insurance_share);
        Ok(SpotPlan {
            pair: self.terms.pair(),
            repay: self.repay,
            insurance: mul_div_up(self.repay, share, GAIN_ONE)?,
            seize: self.seize()?,
            bonus: self.terms.bonus,
        })
    }
}
