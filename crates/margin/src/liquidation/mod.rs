//! The only place that decides a liquidation: whether, which leg, how much, at what bonus or fee.

mod bucket;
mod perp;
mod spot;
mod touch;

use alloc::vec::Vec;

use crate::error::{MathError, Refusal};
pub use crate::error::{Pair, Target};
use crate::fixed::{div_up, mul};
use crate::health::{After, Valuation};
use crate::interest::MAX_INDEX_AGE_LIQUIDATION;
use crate::position::{MARKET_LEG, Side, Snapshot, TokenLeg};
use crate::units::{BPS, Bps, NativeAmount, PPM, Ppm, Value, WEIGHT_ONE, Weighted};
pub(crate) use bucket::leaked;
pub use bucket::{Bucket, BucketTerms, Rooms};
use perp::Closing;
use spot::{Measure, Terms};
pub use touch::{Flag, Moment, Outlook, Pace, Touch, TouchTerms, Wait, judge_touch, outlook};

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
    /// x_t: how far the bonus has grown with time, millionths; of [`Touch::Executes`].
    pub growth: Ppm,
    /// What fits into the velocity buckets.
    pub rooms: Rooms,
}

impl Request {
    /// A request without a flag and without limits.
    pub fn new(target: Target, most: u64) -> Request {
        Request { target, most, growth: 0, rooms: Rooms::OPEN }
    }
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

impl Settled {
    /// As events tell it: positive for a loss that was paid, negative for profit that paid a debt.
    ///
    /// Errors: none; stops at the ends of 64 bits
    pub fn signed(&self) -> i64 {
        let amount = |amount: NativeAmount| i64::try_from(amount).unwrap_or(i64::MAX);
        match self {
            Settled::Nothing => 0,
            Settled::Loss(loss) => amount(*loss),
            Settled::Profit(profit) => -amount(*profit),
        }
    }
}

/// Decides the next step of a liquidation.
///
/// Formula:  H_hi < 0; spot: k = v_end − w_end·(1 + β), R = ceil(−H_end / k), S = floor(R·(1 + β)); perp: through the tiers
///           to H_end = 0       (docs/spec.md §5, §10.9)
/// Units:    native units of the debt (R, insurance), of the collateral (S); base and quote units
/// Rounding: R, insurance and sizes ceil, S and fees floor
/// Errors:   AccountHealthy, StaleIndex, LegNotFound, StaleLeg, NoLegHelps, LegNotChosen, VelocityLimit, RequestTooSmall,
///           Math
/// Source:   closed form as in Mango v4 and Aave v4; choice of leg, interval and bonus are ours
pub fn plan_liquidation(
    snapshot: &Snapshot,
    valuation: &Valuation,
    params: &LiquidationParams,
    request: &Request,
) -> Result<Plan, Refusal> {
    let breach = Breach::of(snapshot, valuation, params, request.growth)?;
    snapshot.verify_indices(MAX_INDEX_AGE_LIQUIDATION)?;
    let market = match request.target {
        Target::Perp(market) => Some(market),
        Target::Spot(pair) => [pair.debt, pair.collateral].iter().find_map(|leg| leg.checked_sub(MARKET_LEG)),
    };
    let claims = snapshot.market_legs(market);
    let legs = Legs::new(snapshot, &claims);
    match request.target {
        Target::Spot(pair) => {
            let terms = breach.choose_pair(&legs, pair)?;
            Ok(Plan::Spot(terms.size(&breach, params.dust, request)?.plan(params.insurance_share)?))
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
    let breach = Breach::of(snapshot, valuation, params, 0)?;
    let claims = snapshot.market_legs(None);
    let options = breach.options(&Legs::new(snapshot, &claims))?;
    options.best(By::All).map(|(_, target)| target).ok_or(Refusal::NoLegHelps)
}

/// Carries a plan out on a snapshot, the pure twin of what the program does to accounts, and says what it is worth then.
///
/// Errors: LegNotFound, Math(Negative) if the plan is not of this snapshot
pub fn apply(snapshot: &mut Snapshot, before: &Valuation, plan: &Plan) -> Result<After, Refusal> {
    match plan {
        Plan::Spot(plan) => spot::apply(snapshot, before, plan),
        Plan::Perp(plan) => perp::apply(snapshot, before, plan),
    }
}

/// Takes an amount off a token leg.
fn change_token(
    snapshot: &mut Snapshot,
    after: &mut After,
    (token, side): (u8, Side),
    minus: NativeAmount,
) -> Result<(), Refusal> {
    let position = snapshot.find(token, side)?;
    let leg = &mut snapshot.tokens[position];
    let old = *leg;
    *leg = old.with_amount(old.amount.checked_sub(minus).ok_or(MathError::Negative)?);
    Ok(after.token(&old, leg)?)
}

/// All legs that can take part: tokens, and what is owed to and by markets.
struct Legs<'a> {
    snapshot: &'a Snapshot,
    claims: &'a [TokenLeg],
    quote_deposit: Option<&'a TokenLeg>,
    quote_debt: Option<&'a TokenLeg>,
}

impl<'a> Legs<'a> {
    fn new(snapshot: &'a Snapshot, claims: &'a [TokenLeg]) -> Legs<'a> {
        let quote = if snapshot.perps.is_empty() { None } else { snapshot.quote_leg() };
        Legs {
            snapshot,
            claims,
            quote_deposit: quote.filter(|leg| leg.side == Side::Deposit),
            quote_debt: quote.filter(|leg| leg.side == Side::Debt),
        }
    }

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

/// What a position is ranked by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// What it gains, settlement first.
    All,
    /// What closing it gains.
    Closing,
}

/// An account under water at the best end of its prices: what it needs, and what that may cost it.
struct Breach<'a> {
    valuation: &'a Valuation,
    params: &'a LiquidationParams,
    /// −H_end × 10^8, above 0 because end weights are stricter than maintenance weights.
    need: u128,
    /// The need in quote units, ceil; 0 without perp legs.
    quote_need: u64,
    /// x_t, millionths.
    growth: Ppm,
}

impl<'a> Breach<'a> {
    /// Formula:  H_hi < 0       (docs/spec.md §5.1)
    /// Errors:   AccountHealthy, Math
    fn of(
        snapshot: &Snapshot,
        valuation: &'a Valuation,
        params: &'a LiquidationParams,
        growth: Ppm,
    ) -> Result<Breach<'a>, Refusal> {
        if !valuation.is_liquidatable() || valuation.end >= Weighted::ZERO {
            return Err(Refusal::AccountHealthy);
        }
        let need = valuation.end.0.unsigned_abs();
        let quote_need = if snapshot.perps.is_empty() {
            0
        } else {
            let value = Value(div_up(need, WEIGHT_ONE)? as i128);
            snapshot.quote.price.mid.amount_up(value).unwrap_or(u64::MAX)
        };
        Ok(Breach { valuation, params, need, quote_need, growth })
    }

    /// Everything that can be done for the account.
    ///
    /// Errors: Math
    fn options<'l>(&self, legs: &Legs<'l>) -> Result<Options<'l>, Refusal> {
        let mut closings = Vec::with_capacity(legs.snapshot.perps.len());
        closings.extend(legs.snapshot.perps.iter().filter_map(|leg| self.closing(legs, leg)));
        let mut options = Options { measure: None, pair: None, closings };
        self.find_best_pair(legs, &mut options)?;
        Ok(options)
    }

    /// The best pair of fresh legs. What pairs are measured by is computed only where there is one.
    fn find_best_pair<'l>(&self, legs: &Legs<'l>, options: &mut Options<'l>) -> Result<(), Refusal> {
        let fresh = |side| legs.iter(side).filter(|leg| !leg.price.is_stale()).map(spot::with_coarse_value);
        let mut deposits = Vec::with_capacity(legs.snapshot.tokens.len() + legs.claims.len());
        deposits.extend(fresh(Side::Deposit));
        let has_claims = !legs.claims.is_empty();
        for debt in fresh(Side::Debt) {
            for collateral in &deposits {
                if has_claims && legs.settle_alone(debt.0.token, collateral.0.token) {
                    continue;
                }
                let measure = options.measure(self)?;
                match measure.terms(debt, *collateral) {
                    Some(terms) if options.pair.as_ref().is_none_or(|best| terms.rank > best.rank) => {
                        options.pair = Some(terms);
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// The requested pair's terms, unless another leg is clearly better.
    ///
    /// Errors: LegNotFound, StaleLeg, NoLegHelps, LegNotChosen
    fn choose_pair<'l>(&self, legs: &Legs<'l>, pair: Pair) -> Result<Terms<'l>, Refusal> {
        let debt = legs.find(pair.debt, Side::Debt)?;
        let collateral = legs.find(pair.collateral, Side::Deposit)?;
        if debt.price.is_stale() || collateral.price.is_stale() {
            return Err(Refusal::StaleLeg);
        }
        let mut options = self.options(legs)?;
        let (best, target) = options.best(By::All).ok_or(Refusal::NoLegHelps)?;
        if legs.settle_alone(pair.debt, pair.collateral) {
            return Err(Refusal::LegNotChosen(target));
        }
        let measure = options.measure(self)?;
        match measure.terms(spot::with_coarse_value(debt), spot::with_coarse_value(collateral)) {
            Some(terms) if terms.rank.is_close_to(best) => Ok(terms),
            _ => Err(Refusal::LegNotChosen(target)),
        }
    }

    /// The requested position's terms, unless another leg is clearly better.
    ///
    /// Errors: LegNotFound, StaleLeg, NoLegHelps, LegNotChosen
    fn choose_perp<'l>(&self, legs: &Legs<'l>, market: u8) -> Result<Closing<'l>, Refusal> {
        let leg = &legs.snapshot.perps[legs.snapshot.find_perp(market)?];
        if leg.price.is_stale() || legs.snapshot.quote.price.is_stale() {
            return Err(Refusal::StaleLeg);
        }
        let options = self.options(legs)?;
        let (best, target) = options.best(By::All).ok_or(Refusal::NoLegHelps)?;
        let mut closing = match options.closings.iter().find(|closing| closing.market() == market) {
            Some(closing) if closing.rank(By::All).is_close_to(best) => *closing,
            _ => return Err(Refusal::LegNotChosen(target)),
        };
        if closing.settlement_carries() {
            // It was chosen because settling is free; whether it is also the one to close is a question of its own.
            closing.closes =
                options.best(By::Closing).is_none_or(|(best, _)| closing.rank(By::Closing).is_close_to(best));
        }
        Ok(closing)
    }
}

/// Everything that can be done for an account under water.
struct Options<'a> {
    /// What pairs are measured by; computed when one asks for it.
    measure: Option<Measure>,
    /// The best pair.
    pair: Option<Terms<'a>>,
    /// All positions.
    closings: Vec<Closing<'a>>,
}

impl Options<'_> {
    fn measure(&mut self, breach: &Breach) -> Result<Measure, MathError> {
        match self.measure {
            Some(measure) => Ok(measure),
            None => Ok(*self.measure.insert(Measure::of(breach)?)),
        }
    }

    /// The best of all, the first among equals; `None` where none improves health.
    fn best(&self, by: By) -> Option<(Rank, Target)> {
        let mut best = self.pair.as_ref().map(|terms| (terms.rank, Target::Spot(terms.pair())));
        for closing in &self.closings {
            let rank = closing.rank(by);
            if best.is_none_or(|(best, _)| rank > best) {
                best = Some((rank, Target::Perp(closing.market())));
            }
        }
        best
    }
}

#[cfg(test)]
mod tests;
