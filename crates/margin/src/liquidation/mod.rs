//! The only place that decides a liquidation: whether, which leg, how much, at what bonus or fee.

mod perp;
mod spot;

use alloc::vec::Vec;

use crate::error::{MathError, Refusal};
pub use crate::error::{Pair, Target};
use crate::fixed::{div_down, mul};
use crate::health::Valuation;
use crate::interest::MAX_INDEX_AGE_LIQUIDATION;
use crate::position::{MARKET_LEG, Side, Snapshot, TokenLeg};
use crate::units::{BPS, Bps, NativeAmount, PPM, Ppm, Value, WEIGHT_ONE, Weighted};
use perp::Closing;
use spot::Terms;

/// ε of the score, ten basis points in millionths: how cheap a leg must be before price stops mattering.
const SCORE_EPSILON: u64 = 1_000;
/// A configured basis point in millionths.
const PPM_PER_BPS: u64 = PPM / BPS;
/// A passed leg is accepted if its score is at least this part of the best, tenths.
const TOLERANCE_TENTHS: u64 = 9;
/// A leg that carries less than this part of the need ranks last: one tenth.
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
    pub target: Target,
    /// The most that it wants to repay (native units of the debt) or to close (base units).
    pub most: u64,
    /// What the pool of the market that is involved has, quote units: profit and fees come out of it.
    pub pool: NativeAmount,
}

/// What a liquidation does, to the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// A debt is repaid and collateral seized.
    Spot(SpotPlan),
    /// A position is settled and closed.
    Perp(PerpPlan),
}

/// A repayment for collateral.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpotPlan {
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

/// A position settled and closed against its market's pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerpPlan {
    /// The market.
    pub market: u8,
    /// What is settled first at no cost.
    pub settlement: Settled,
    /// Base units closed at the mark.
    pub size: u64,
    /// Fee that the account owes for it, quote units.
    pub fee: NativeAmount,
    /// Part of the fee that goes to the market's tranche; the keeper gets the rest.
    pub insurance: NativeAmount,
}

/// What an account settles of its own with a market, quote units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// Nothing.
    Nothing,
    /// Its deposit pays its negative PnL.
    Loss(NativeAmount),
    /// Its matured profit pays its debt.
    Profit(NativeAmount),
}

/// Decides the next step of a liquidation.
///
/// Formula:  H_hi < 0; spot: k = v_end − w_end·(1 + β), R = ceil(−H_end / k), S = floor(R·(1 + β)); perp: through the tiers
///           to H_end = 0       (docs/spec.md §5, §10.9)
/// Units:    native units of the debt (R, insurance), of the collateral (S); base and quote units
/// Rounding: R, insurance and sizes ceil, S and fees floor
/// Errors:   AccountHealthy, StaleIndex, LegNotFound, StaleLeg, NoLegHelps, LegNotChosen, RequestTooSmall, Math
/// Source:   closed form as in Mango v4 and Aave v4; choice of leg, interval and bonus are ours
pub fn plan_liquidation(
    snapshot: &Snapshot,
    valuation: &Valuation,
    params: &LiquidationParams,
    request: &Request,
) -> Result<Plan, Refusal> {
    let breach = Breach::of(snapshot, valuation, params)?;
    snapshot.verify_indices(MAX_INDEX_AGE_LIQUIDATION)?;
    let market = match request.target {
        Target::Perp(market) => Some(market),
        Target::Spot(pair) => [pair.debt, pair.collateral].iter().find_map(|leg| leg.checked_sub(MARKET_LEG)),
    };
    let claims = snapshot.market_legs(market, request.pool);
    let legs = Legs { snapshot, claims: &claims };
    match request.target {
        Target::Spot(pair) => {
            let terms = breach.choose_pair(&legs, pair)?;
            Ok(Plan::Spot(terms.size(&breach, params.dust, request.most)?.plan(params.insurance_share)?))
        }
        Target::Perp(market) => {
            let closing = breach.choose_perp(&legs, market)?;
            Ok(Plan::Perp(closing.plan(&breach, snapshot, params.dust, request)?))
        }
    }
}

/// What the program itself would aim at, for keepers and previews: any other is accepted only within tolerance.
///
/// Errors: AccountHealthy, NoLegHelps, Math
pub fn best_target(snapshot: &Snapshot, valuation: &Valuation, params: &LiquidationParams) -> Result<Target, Refusal> {
    let breach = Breach::of(snapshot, valuation, params)?;
    let claims = snapshot.market_legs(None, 0);
    breach.best(&Legs { snapshot, claims: &claims }, By::All).map(|choice| choice.target()).ok_or(Refusal::NoLegHelps)
}

/// Carries a plan out on a snapshot, the pure twin of what the program does to accounts, and values it again.
///
/// Errors: LegNotFound, Math(Negative) if the plan is not of this snapshot
pub fn apply(snapshot: &mut Snapshot, before: &Valuation, plan: &Plan) -> Result<Valuation, Refusal> {
    match plan {
        Plan::Spot(plan) => spot::apply(snapshot, before, plan),
        Plan::Perp(plan) => perp::apply(snapshot, before, plan),
    }
}

/// Takes amounts off token legs, at most two, and values the account again.
fn change_tokens(
    snapshot: &mut Snapshot,
    before: &Valuation,
    changes: &[((u8, Side), NativeAmount)],
) -> Result<Valuation, Refusal> {
    let (mut old, mut new) = ([None; 2], [None; 2]);
    for (slot, ((token, side), minus)) in changes.iter().enumerate().take(2) {
        let position = snapshot.find(*token, *side)?;
        let leg = &mut snapshot.tokens[position];
        old[slot] = Some(*leg);
        *leg = leg.with_amount(leg.amount.checked_sub(*minus).ok_or(MathError::Negative)?);
        new[slot] = Some(*leg);
    }
    Ok(before.replace(old.iter().flatten(), new.iter().flatten())?)
}

/// All legs that can take part: tokens, and what is owed to and by markets.
struct Legs<'a> {
    snapshot: &'a Snapshot,
    claims: &'a [TokenLeg],
}

impl<'a> Legs<'a> {
    fn iter(&self, side: Side) -> impl Iterator<Item = &'a TokenLeg> + use<'a> {
        self.snapshot.tokens.iter().chain(self.claims).filter(move |leg| leg.side == side && leg.amount > 0)
    }

    fn find(&self, number: u8, side: Side) -> Result<&'a TokenLeg, Refusal> {
        self.iter(side).find(|leg| leg.token == number).ok_or(Refusal::LegNotFound)
    }

    /// Whether two legs need no keeper: a market's debt and the quote deposit, or profit and the quote debt, settle.
    fn settle_alone(&self, debt: u8, collateral: u8) -> bool {
        let quote = self.snapshot.quote.token;
        (debt >= MARKET_LEG && collateral == quote) || (collateral >= MARKET_LEG && debt == quote)
    }
}

/// How a leg ranks: those that carry a tenth of the need first, then by health gained for each dollar lost.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    carries: bool,
    score: u64,
}

impl Rank {
    /// Whether a keeper that passed this leg is served although another is best.
    fn is_close_to(self, best: Rank) -> bool {
        self.carries >= best.carries && mul(self.score, 10) >= mul(best.score, TOLERANCE_TENTHS)
    }
}

/// A leg or pair that can be liquidated.
enum Choice<'a> {
    Spot(Terms<'a>),
    Perp(Closing<'a>),
}

/// What a position is ranked by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// What it gains, settlement first.
    All,
    /// What closing it gains.
    Closing,
}

impl Choice<'_> {
    fn rank(&self, by: By) -> Rank {
        match self {
            Choice::Spot(terms) => terms.rank,
            Choice::Perp(closing) => closing.rank(by),
        }
    }

    fn target(&self) -> Target {
        match self {
            Choice::Spot(terms) => Target::Spot(terms.pair()),
            Choice::Perp(closing) => Target::Perp(closing.market()),
        }
    }
}

/// An account under water at the best end of its prices: what it needs and what closing may cost it.
struct Breach {
    /// −H_end × 10^8, above 0 because end weights are stricter than maintenance weights.
    need: u128,
    /// The need in 1/128 dollars × bps, for ranking.
    coarse_need: u64,
    /// The need in quote units, ceil; 0 without perp legs.
    quote_need: u64,
    /// β before the cap of a pair, millionths.
    bonus: Ppm,
    /// Equity, which no fee may exceed.
    equity: Value,
}

impl Breach {
    /// Formula:  H_hi < 0       (docs/spec.md §5.1)
    /// Errors:   AccountHealthy, Math
    fn of(snapshot: &Snapshot, valuation: &Valuation, params: &LiquidationParams) -> Result<Breach, Refusal> {
        if !valuation.is_liquidatable() || valuation.end >= Weighted::ZERO {
            return Err(Refusal::AccountHealthy);
        }
        let need = valuation.end.0.unsigned_abs();
        let coarse_need = (div_down(need >> 25, BPS)?).min(1 << 60) as u64;
        let quote_need = if snapshot.perps.is_empty() {
            0
        } else {
            let value = Value(need.div_ceil(u128::from(WEIGHT_ONE)) as i128);
            snapshot.quote.price.mid.amount_up(value).unwrap_or(u64::MAX)
        };
        let bonus = spot::account_bonus(valuation, params)?;
        Ok(Breach { need, coarse_need, quote_need, bonus, equity: valuation.equity })
    }

    /// The requested pair's terms, unless another leg is clearly better.
    ///
    /// Errors: LegNotFound, StaleLeg, NoLegHelps, LegNotChosen
    fn choose_pair<'a>(&self, legs: &Legs<'a>, pair: Pair) -> Result<Terms<'a>, Refusal> {
        let debt = legs.find(pair.debt, Side::Debt)?;
        let collateral = legs.find(pair.collateral, Side::Deposit)?;
        if debt.price.is_stale() || collateral.price.is_stale() {
            return Err(Refusal::StaleLeg);
        }
        let best = self.best(legs, By::All).ok_or(Refusal::NoLegHelps)?;
        match self.pair_terms(legs, debt, collateral) {
            Some(terms) if terms.rank.is_close_to(best.rank(By::All)) => Ok(terms),
            _ => Err(Refusal::LegNotChosen(best.target())),
        }
    }

    /// The requested position's terms, unless another leg is clearly better.
    ///
    /// Errors: LegNotFound, StaleLeg, NoLegHelps, LegNotChosen
    fn choose_perp<'a>(&self, legs: &Legs<'a>, market: u8) -> Result<Closing<'a>, Refusal> {
        let leg = &legs.snapshot.perps[legs.snapshot.find_perp(market)?];
        if leg.price.is_stale() || legs.snapshot.quote.price.is_stale() {
            return Err(Refusal::StaleLeg);
        }
        let best = self.best(legs, By::All).ok_or(Refusal::NoLegHelps)?;
        let mut closing = match self.closing(legs.snapshot, leg) {
            Some(closing) if closing.rank(By::All).is_close_to(best.rank(By::All)) => closing,
            _ => return Err(Refusal::LegNotChosen(best.target())),
        };
        if closing.settlement_carries() {
            // It was chosen because settling is free; whether it is also the one to close is a question of its own.
            let best = self.best(legs, By::Closing).map(|best| best.rank(By::Closing));
            closing.closes = best.is_none_or(|best| closing.rank(By::Closing).is_close_to(best));
        }
        Ok(closing)
    }

    /// The best of all fresh legs; `None` where none improves health.
    fn best<'a>(&self, legs: &Legs<'a>, by: By) -> Option<Choice<'a>> {
        let mut best: Option<Choice> = self.best_pair(legs).map(Choice::Spot);
        for leg in &legs.snapshot.perps {
            match self.closing(legs.snapshot, leg) {
                Some(closing) if best.as_ref().is_none_or(|best| closing.rank(by) > best.rank(by)) => {
                    best = Some(Choice::Perp(closing));
                }
                _ => {}
            }
        }
        best
    }

    /// The best pair of fresh legs.
    fn best_pair<'a>(&self, legs: &Legs<'a>) -> Option<Terms<'a>> {
        let fresh = |side| legs.iter(side).filter(|leg| !leg.price.is_stale()).map(spot::with_coarse_value);
        let deposits: Vec<_> = fresh(Side::Deposit).collect();
        let has_claims = !legs.claims.is_empty();
        let mut best: Option<Terms> = None;
        for debt in fresh(Side::Debt) {
            for collateral in &deposits {
                if has_claims && legs.settle_alone(debt.0.token, collateral.0.token) {
                    continue;
                }
                match self.terms(debt, *collateral) {
                    Some(terms) if best.as_ref().is_none_or(|best| terms.rank > best.rank) => best = Some(terms),
                    _ => {}
                }
            }
        }
        best
    }

    fn pair_terms<'a>(&self, legs: &Legs<'a>, debt: &'a TokenLeg, collateral: &'a TokenLeg) -> Option<Terms<'a>> {
        if legs.settle_alone(debt.token, collateral.token) {
            return None;
        }
        self.terms(spot::with_coarse_value(debt), spot::with_coarse_value(collateral))
    }
}

#[cfg(test)]
mod tests;
