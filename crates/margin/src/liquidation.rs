//! The only place that decides a liquidation: whether, which pair of legs, how much, at what bonus.

use alloc::vec::Vec;

use crate::error::{MathError, Pair, Refusal};
use crate::fixed::{div_down, div_up, mul, mul_div_up};
use crate::health::Valuation;
use crate::interest::MAX_INDEX_AGE_LIQUIDATION;
use crate::position::{Side, Snapshot, TokenLeg, coarse, with_bonus, without_bonus};
use crate::units::{BPS, Bps, NativeAmount, PPM, Ppm, Value, WEIGHT_ONE, Weighted};

/// θ: the part of the gap between liability and asset weight that a bonus may take, tenths. Keeps k above 0.
const THETA_TENTHS: u64 = 9;
/// ε of the score, ten basis points in millionths: how cheap a leg must be before price stops mattering.
const SCORE_EPSILON: u64 = 1_000;
/// One in the scale of k: weight (bps) × bonus (millionths).
const GAIN_ONE: u64 = BPS * PPM;
/// A configured basis point in millionths.
const PPM_PER_BPS: u64 = PPM / BPS;
/// A passed pair is accepted if its score is at least this part of the best, tenths.
const TOLERANCE_TENTHS: u64 = 9;
/// A pair that carries less than this part of the need ranks last: one tenth.
const CARRY_TENTH: u64 = 10;
/// A request must cover at least this part of the plan: one quarter.
const MIN_REQUEST: u64 = 4;

/// A group's liquidation parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiquidationParams {
    /// β_min, bps.
    pub bonus_min: Bps,
    /// β_max, bps.
    pub bonus_max: Bps,
    /// 1 − HF_full, bps: how far the health factor must fall below 1 for the full bonus.
    pub full_bonus_depth: Bps,
    /// Part of the bonus that goes to insurance, bps.
    pub insurance_share: Bps,
    /// What is left on a side below this value is taken whole.
    pub dust: Value,
}

/// What a keeper asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// The legs it has prepared for.
    pub pair: Pair,
    /// The most that it wants to repay, native units of the debt.
    pub max_repay: NativeAmount,
}

/// What a liquidation does, to the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The legs.
    pub pair: Pair,
    /// R: debt repaid by the keeper, native units.
    pub repay: NativeAmount,
    /// Insurance share paid by the keeper on top, native units of the debt.
    pub insurance: NativeAmount,
    /// S: collateral that the keeper receives, native units.
    pub seize: NativeAmount,
    /// β, millionths.
    pub bonus: Ppm,
}

/// Decides the next step of a liquidation.
///
/// Formula:  H_hi < 0; k = v_end − w_end·(1 + β); R = ceil(−H_end / k), S = floor(R·(1 + β))       (docs/spec.md §5)
/// Units:    native units of the debt (R, insurance) and of the collateral (S)
/// Rounding: R and insurance ceil, S floor
/// Errors:   AccountHealthy, StaleIndex, LegNotFound, StaleLeg, NoLegHelps, LegNotChosen, RequestTooSmall, Math
/// Source:   closed form as in Mango v4 and Aave v4; choice of leg, interval and bonus are ours
pub fn plan_liquidation(
    snapshot: &Snapshot,
    valuation: &Valuation,
    params: &LiquidationParams,
    request: &Request,
) -> Result<Plan, Refusal> {
    let breach = Breach::of(valuation, params)?;
    snapshot.verify_indices(MAX_INDEX_AGE_LIQUIDATION)?;
    let terms = breach.choose(snapshot, request.pair)?;
    terms.size(&breach, params.dust, request.max_repay)?.plan(params.insurance_share)
}

/// The pair that the program itself would take, for keepers and previews: any other is accepted only within tolerance.
///
/// Errors: AccountHealthy, NoLegHelps, Math
pub fn best_pair(snapshot: &Snapshot, valuation: &Valuation, params: &LiquidationParams) -> Result<Pair, Refusal> {
    let breach = Breach::of(valuation, params)?;
    breach.best(snapshot).map(|terms| terms.pair()).ok_or(Refusal::NoLegHelps)
}

/// Carries a plan out on a snapshot: the pure twin of what the program does to accounts.
///
/// Errors: LegNotFound, Math(Negative) if the plan is not of this snapshot
pub fn apply(snapshot: &mut Snapshot, plan: &Plan) -> Result<(), Refusal> {
    for (token, side, amount) in
        [(plan.pair.debt, Side::Debt, plan.repay), (plan.pair.collateral, Side::Deposit, plan.seize)]
    {
        let position = snapshot.find(token, side)?;
        let leg = &mut snapshot.tokens[position];
        *leg = leg.with_amount(leg.amount.checked_sub(amount).ok_or(MathError::Negative)?);
    }
    Ok(())
}

/// An account under water at the best end of its prices: what it needs and what closing may cost it.
struct Breach {
    /// −H_end × 10^8, above 0 because end weights are stricter than maintenance weights.
    need: u128,
    /// The need in 1/128 dollars × bps, for ranking.
    coarse_need: u64,
    /// β before the cap of a pair, millionths.
    bonus: Ppm,
}

impl Breach {
    /// Formula:  H_hi < 0       (docs/spec.md §5.1)
    /// Errors:   AccountHealthy, Math
    fn of(valuation: &Valuation, params: &LiquidationParams) -> Result<Breach, Refusal> {
        if !valuation.is_liquidatable() || valuation.end >= Weighted::ZERO {
            return Err(Refusal::AccountHealthy);
        }
        let need = valuation.end.0.unsigned_abs();
        let coarse_need = (div_down(need >> 25, BPS)?).min(1 << 60) as u64;
        Ok(Breach { need, coarse_need, bonus: account_bonus(valuation, params)? })
    }

    /// The requested pair's terms, unless another pair is clearly better.
    ///
    /// Errors: LegNotFound, StaleLeg, NoLegHelps, LegNotChosen
    fn choose<'a>(&self, snapshot: &'a Snapshot, pair: Pair) -> Result<Terms<'a>, Refusal> {
        let debt = &snapshot.tokens[snapshot.find(pair.debt, Side::Debt)?];
        let collateral = &snapshot.tokens[snapshot.find(pair.collateral, Side::Deposit)?];
        if debt.price.is_stale() || collateral.price.is_stale() {
            return Err(Refusal::StaleLeg);
        }
        let best = self.best(snapshot).ok_or(Refusal::NoLegHelps)?;
        match self.terms((debt, coarse(debt.value)), (collateral, coarse(collateral.value))) {
            Some(terms) if terms.is_close_to(&best) => Ok(terms),
            _ => Err(Refusal::LegNotChosen(best.pair())),
        }
    }

    /// The best pair of fresh legs; `None` where no pair improves health.
    fn best<'a>(&self, snapshot: &'a Snapshot) -> Option<Terms<'a>> {
        let fresh = |side| {
            let takes = move |leg: &&TokenLeg| leg.side == side && leg.amount > 0 && !leg.price.is_stale();
            snapshot.tokens.iter().filter(takes).map(|leg| (leg, coarse(leg.value)))
        };
        let deposits: Vec<_> = fresh(Side::Deposit).collect();
        let mut best: Option<Terms> = None;
        for debt in fresh(Side::Debt) {
            for collateral in &deposits {
                match self.terms(debt, *collateral) {
                    Some(terms) if best.as_ref().is_none_or(|best| terms.beats(best)) => best = Some(terms),
                    _ => {}
                }
            }
        }
        best
    }

    /// Takes each leg with its coarse value.
    ///
    /// Formula:  β' = min(β, θ·(v − w)/w);  k = v_end − w_end·(1 + β');  score = k / (β' + ε)       (docs/spec.md §5.3)
    /// Rounding: β' and score floor
    #[inline(always)]
    fn terms<'a>(&self, debt: (&'a TokenLeg, u64), collateral: (&'a TokenLeg, u64)) -> Option<Terms<'a>> {
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
            carries: repayable.wrapping_mul(gain / PPM) >= self.coarse_need / CARRY_TENTH,
            score: (gain << 20) / (u64::from(bonus) + SCORE_EPSILON),
        })
    }
}

/// The bonus before the cap of a pair.
///
/// Formula:  β = min(β_min + (β_max − β_min)·x_h, equity / Σ debts);  x_h = min(1, −H_maint / (Req·(1 − HF_full)))
///           (docs/spec.md §5.2)
/// Units:    millionths
/// Rounding: floor
/// Errors:   Overflow
/// Source:   Kamino's health-scaled bonus capped by what is left; the slot ramp x_t comes with the two touches
fn account_bonus(valuation: &Valuation, params: &LiquidationParams) -> Result<Ppm, MathError> {
    if valuation.equity <= Value::ZERO {
        return Ok(0);
    }
    let range = u64::from(params.bonus_max.saturating_sub(params.bonus_min)) * PPM_PER_BPS;
    let mut bonus = u64::from(params.bonus_min) * PPM_PER_BPS;
    if valuation.maintenance < Weighted::ZERO {
        let depth = times(magnitude(valuation.maintenance)?, range * BPS)?;
        let full = times(magnitude(valuation.requirement)?, u64::from(params.full_bonus_depth))?;
        bonus += quotient_up_to(depth, full, range);
    }
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
struct Terms<'a> {
    debt: &'a TokenLeg,
    collateral: &'a TokenLeg,
    bonus: Ppm,
    /// k × 10^10: health gained for each dollar repaid.
    gain: u64,
    /// Whether the pair carries at least a tenth of the need; pairs that do rank before those that do not.
    carries: bool,
    /// Health gained for each dollar that the account loses.
    score: u64,
}

impl<'a> Terms<'a> {
    fn pair(&self) -> Pair {
        Pair { debt: self.debt.token, collateral: self.collateral.token }
    }

    fn beats(&self, other: &Terms) -> bool {
        (self.carries, self.score) > (other.carries, other.score)
    }

    /// Whether a keeper that passed this pair is served although another is best.
    fn is_close_to(&self, best: &Terms) -> bool {
        self.carries >= best.carries && mul(self.score, 10) >= mul(best.score, TOLERANCE_TENTHS)
    }

    /// How much of the pair is closed.
    ///
    /// Formula:  R = min(ceil(−H_end / k), debt, ceil(C / (1 + β)), request);  a side that would keep less than the dust
    ///           is taken whole, unless the request says less       (docs/spec.md §5.4)
    /// Rounding: ceil
    /// Errors:   RequestTooSmall, Math
    fn size(self, breach: &Breach, dust: Value, request: NativeAmount) -> Result<SizedTerms<'a>, Refusal> {
        let whole = self.repay_for_whole_collateral()?;
        let most = self.debt.amount.min(whole);
        let target = Value(div_up(times(breach.need, GAIN_ONE / WEIGHT_ONE)?, self.gain)? as i128);
        let enough = amount_up_to(most, self.debt.price.mid.amount_up(target))?;
        let mut sized = SizedTerms { terms: self, whole, repay: enough };
        if sized.leaves_dust(dust)? {
            sized.repay = most;
        }
        if request < sized.repay.div_ceil(MIN_REQUEST) {
            return Err(Refusal::RequestTooSmall);
        }
        sized.repay = sized.repay.min(request);
        Ok(sized)
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
struct SizedTerms<'a> {
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
    fn plan(&self, insurance_share: Bps) -> Result<Plan, Refusal> {
        let share = u64::from(self.terms.bonus) * u64::from(insurance_share);
        Ok(Plan {
            pair: self.terms.pair(),
            repay: self.repay,
            insurance: mul_div_up(self.repay, share, GAIN_ONE)?,
            seize: self.seize()?,
            bonus: self.terms.bonus,
        })
    }
}
