//! The size, pair and bonus of a liquidation.

use breakwater_client::interface::MarginError as E;
use breakwater_client::interface::config::LiquidationConfig;
use num_traits::{Signed, Zero};

use super::bucket::Rooms;
use super::health::{Leg, Legs, rounding};
use super::perp::target::{self, Closing};
use super::rational::{Q, Range, Truth, bps, floor_u64, int, ppm, ratio};
use super::state::{OLD_INDEX, Side};
use super::verdict::Verdict;

/// Added to the bonus in the score, millionths.
const SCORE_EPSILON: u32 = 1_000;
/// θ: part of the gap between two weights that the bonus may take.
const THETA: (u32, u32) = (9, 10);
/// A pair that carries less than one part in this many of the need ranks after those that carry more.
const CARRIES: u32 = 10;
/// A pair whose score is at least this part of the best one's is accepted.
const ACCEPTED: (u32, u32) = (9, 10);
/// A request may be as small as one part in this many of the plan.
const SMALLEST_REQUEST: u32 = 4;

/// A debt with a deposit, both fresh, whose exchange improves health.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Token of the debt.
    pub debt: u8,
    /// Token of the deposit.
    pub collateral: u8,
    /// β, millionths.
    pub bonus: u32,
    /// k: health gained for each dollar repaid.
    pub gain: Q,
    /// Gain for each dollar lost.
    pub score: Q,
    /// Whether it can give a tenth of what is needed.
    pub carries: Truth,
}

/// What a liquidation may aim at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A debt and a deposit.
    Pair(u8, u8),
    /// A position.
    Perp(u8),
}

/// How a target ranks: those that carry first, then by score.
#[derive(Clone, Debug)]
pub struct Rank {
    /// Which.
    pub target: Target,
    /// Whether it can give a tenth of what is needed.
    pub carries: Truth,
    /// Gain for each dollar lost.
    pub score: Q,
}

/// What a liquidation may move.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The pair.
    pub pair: Pair,
    /// Where R may lie: one range for each answer to a question that rounding leaves open.
    pub repay: Vec<Range>,
    /// R from which on the whole deposit is taken.
    pub full: Range,
}

/// β of the whole account: every value that its roundings allow, millionths.
pub fn account_bonus(legs: &Legs, config: &LiquidationConfig, growth: &Range) -> Vec<u32> {
    let (equity, owed) = (legs.equity(), legs.owed());
    if owed.hi.is_zero() {
        // No debt, no pair, no bonus: what is under water is the margin of positions that win.
        return vec![0];
    }
    // Both weighted sums are rounded down to 2^−32 dollars first.
    let depth = legs.maintenance().negated().lowered(&rounding()).max(&Range::zero());
    let scale = legs.requirement().lowered(&rounding()).times(&bps(config.full_bonus_depth));
    let one = Range::point(int(1));
    let x = divide(&depth, &scale).min(&one).max(growth);
    let span = bps(config.bonus_max) - bps(config.bonus_min);
    let wanted = x.times(&span).plus(&Range::point(bps(config.bonus_min)));
    let affordable = divide(&equity.max(&Range::zero()), &owed);
    let bonus = wanted.min(&affordable).times(&int(1_000_000)).floor();
    let whole = |q: &Q| u32::try_from(floor_u64(q)).expect("a bonus in millionths");
    (whole(&bonus.lo)..=whole(&bonus.hi)).collect()
}

/// Quotient of ranges that are not negative. A divisor that may be 0 allows anything above; both users take a minimum.
fn divide(a: &Range, b: &Range) -> Range {
    let most = if b.lo.is_positive() { &a.hi / &b.lo } else { int(1_000_000_000) };
    let least = if b.hi.is_positive() { &a.lo / &b.hi } else { Q::zero() };
    Range::new(least.min(most.clone()), most)
}

impl Pair {
    /// The pair of two legs; none if one is stale or empty or if nothing is gained.
    fn new(debt: &Leg, collateral: &Leg, account_bonus: u32, need: &Range) -> Option<Pair> {
        let empty = |leg: &Leg| leg.amount.below(&int(1)) == Truth::Yes;
        if debt.is_stale() || collateral.is_stale() || empty(debt) || empty(collateral) {
            return None;
        }
        let (v, w) = (&debt.weights.maintenance, &collateral.weights.maintenance);
        let mut bonus = int(account_bonus);
        if !w.is_zero() {
            let cap = ratio(THETA.0, THETA.1) * (v - w) / w * int(1_000_000);
            bonus = bonus.min(cap.max(Q::zero()).floor());
        }
        let bonus = u32::try_from(floor_u64(&bonus)).expect("a bonus in millionths");
        let gain = &debt.weights.end - &collateral.weights.end * (int(1) + ppm(bonus));
        if !gain.is_positive() {
            return None;
        }
        // Ranking is coarse: values are rounded down to 1/128 dollar, the gain to whole bps, and the need to a bps of that.
        let coarse = ratio(1, 128);
        let most = debt.value().min(&collateral.value().times(&(int(1) / (int(1) + ppm(bonus)))));
        let most = most.lowered(&(&coarse * int(2))).max(&Range::zero());
        let given = Range::new(&most.lo * (&gain - bps(1)).max(Q::zero()), &most.hi * &gain);
        let score = &gain / ppm(bonus + SCORE_EPSILON);
        let carries = given.below_range(&need.times(&ratio(1, CARRIES)).lowered(&(coarse * bps(2)))).opposite();
        Some(Pair { debt: debt.token, collateral: collateral.token, bonus, gain, score, carries })
    }
}

/// All pairs that may be liquidated.
pub fn pairs(legs: &Legs, account_bonus: u32) -> Vec<Pair> {
    let need = legs.end().negated();
    let with = |debt: &Leg| -> Vec<Pair> {
        let deposits = legs.pairable(Side::Deposit).filter(|deposit| !legs.settle_alone(debt.token, deposit.token));
        deposits.filter_map(|deposit| Pair::new(debt, deposit, account_bonus, &need)).collect()
    };
    legs.pairable(Side::Debt).flat_map(with).collect()
}

/// All targets, positions with what they can settle or by closing alone.
pub fn ranks(legs: &Legs, account_bonus: u32, closings: &[Closing], settling: bool) -> Vec<Rank> {
    let rank = |pair: Pair| Rank {
        target: Target::Pair(pair.debt, pair.collateral),
        carries: pair.carries,
        score: pair.score,
    };
    let pairs = pairs(legs, account_bonus).into_iter().map(rank);
    pairs.chain(closings.iter().map(|closing| closing.rank(settling))).collect()
}

/// Whether a target is accepted among all, where `doubts` says how a doubt about carrying is decided: for the target itself,
/// and for all others.
fn accepted_if(target: Target, all: &[Rank], doubts: (bool, bool)) -> bool {
    let doubt = |other: &Rank| if other.target == target { doubts.0 } else { doubts.1 };
    let carries = |rank: &Rank| rank.carries == Truth::Yes || (rank.carries == Truth::Unsure && doubt(rank));
    let Some(own) = all.iter().find(|rank| rank.target == target) else { return false };
    let best_carries = all.iter().any(carries);
    let best = all.iter().filter(|other| carries(other) == best_carries).map(|other| &other.score).max();
    let Some(best) = best else { return false };
    carries(own) == best_carries && own.score >= best * ratio(ACCEPTED.0, ACCEPTED.1)
}

/// Whether a target is accepted among all.
pub fn accepted(target: Target, all: &[Rank]) -> Truth {
    // Others that carry only ever speak against a target, so these two cases bound all others.
    match (accepted_if(target, all, (false, true)), accepted_if(target, all, (true, false))) {
        (true, true) => Truth::Yes,
        (false, false) => Truth::No,
        _ => Truth::Unsure,
    }
}

/// What a liquidation goes by.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// The group's parameters.
    pub config: &'a LiquidationConfig,
    /// β of the account, millionths.
    pub bonus: u32,
    /// What the buckets let through.
    pub rooms: &'a Rooms,
}

/// Whether an account may be liquidated, and how, for one value of the account's bonus.
pub fn plan(legs: &Legs, terms: Terms, (debt, collateral): (u8, u8), request: u64) -> (Verdict, Option<Plan>) {
    let bonus = terms.bonus;
    let mut verdict = Verdict::default();
    let legs_of = (legs.find(debt, Side::Debt), legs.find(collateral, Side::Deposit));
    verdict.refuse_when(legs.optimistic().below(&int(0)).opposite(), E::AccountHealthy);
    verdict.refuse_if(legs.index_older_than(OLD_INDEX), E::StaleIndex);
    let (Some(d), Some(c)) = legs_of else {
        verdict.refuse_if(true, E::LegNotFound);
        return (verdict, None);
    };
    verdict.refuse_if(d.is_stale() || c.is_stale(), E::StaleLeg);
    if legs.settle_alone(debt, collateral) {
        verdict.refuse_if(true, E::LegNotChosen);
    }
    if verdict.broken.contains(&E::AccountHealthy) {
        return (verdict, None);
    }
    let all = pairs(legs, bonus);
    let verdicts = target::ends(legs).iter().map(|end| {
        let mut verdict = Verdict::default();
        let ranks = ranks(legs, bonus, &target::closings(legs, *end), true);
        verdict.refuse_if(ranks.is_empty(), E::NoLegHelps);
        if !ranks.is_empty() {
            verdict.refuse_when(accepted(Target::Pair(debt, collateral), &ranks).opposite(), E::LegNotChosen);
        }
        verdict
    });
    verdict.also(verdicts.reduce(Verdict::either).unwrap_or_default());
    let Some(pair) = all.iter().find(|pair| (pair.debt, pair.collateral) == (debt, collateral)) else {
        return (verdict, None);
    };
    let (plan, sized) = size(legs, (d, c), pair.clone(), terms, request);
    verdict.also(sized);
    (verdict, Some(plan))
}

impl Plan {
    /// S for a repayment: the whole deposit from R = full on, else R·P_d·(1 + β)/P_c. The program rounds the value of R down
    /// to 2^−32 dollars, the bonus on it once more, and then to whole units: never more than exact.
    pub fn seize(&self, repay: u64, (debt, collateral): (&Q, &Q), held: u64) -> Range {
        let with_bonus = int(1) + ppm(self.pair.bonus);
        let value = Range::point(int(repay) * debt).lowered(&rounding()).times(&with_bonus).lowered(&rounding());
        let part = value.times(&(int(1) / collateral)).floor().max(&Range::zero());
        let whole = Range::point(int(held));
        let part = part.min(&whole);
        match self.full.below(&(int(repay) + ratio(1, 2))) {
            Truth::Yes => whole,
            Truth::No => part,
            Truth::Unsure => part.hull(&whole),
        }
    }
}

/// R for a pair and a request, and whether the buckets are full or the request is too small.
///
/// The program rounds dollars up to 2^−32 before it rounds units up: R may exceed the exact one by what that is worth.
/// For the whole deposit it does so twice.
fn size(legs: &Legs, (d, c): (&Leg, &Leg), pair: Pair, terms: Terms, request: u64) -> (Plan, Verdict) {
    let (price, price_c) = (d.feed.mid(), c.feed.mid());
    let with_bonus = int(1) + ppm(pair.bonus);
    let units = |value: Range| value.times(&(int(1) / &price)).ceil();
    let need = legs.end().negated().max(&Range::zero()).times(&(int(1) / &pair.gain)).raised(&rounding());
    let whole = c.amount.times(&(&price_c / &with_bonus)).raised(&(rounding() * int(2)));
    let mut plan = Plan { pair, repay: Vec::new(), full: units(whole) };
    let most = d.amount.min(&plan.full);
    let partial = units(need).min(&most);
    let seize = |repay: &Q, held: &Q| plan.seize(floor_u64(repay), (&price, &price_c), floor_u64(held));
    let seized = seize(&partial.lo, &c.amount.lo).hull(&seize(&partial.hi, &c.amount.hi));
    let left = |amount: &Range, gone: &Range, price: &Q| {
        amount.minus(gone).max(&Range::zero()).times(price).raised(&rounding())
    };
    let dust = int(terms.config.dust);
    let is_dust = left(&d.amount, &partial, &price).below(&dust).or(left(&c.amount, &seized, &price_c).below(&dust));
    let planned = match is_dust {
        Truth::Yes => vec![most],
        Truth::No => vec![partial],
        Truth::Unsure => vec![partial, most],
    };
    let mut verdict = Verdict::default();
    let through: Vec<Range> =
        planned.iter().map(|planned| let_through(planned, terms.rooms, (&price, &price_c), &with_bonus)).collect();
    if terms.rooms.limit() {
        let seized = |repay: &Range| seize(&repay.lo, &c.amount.lo).hull(&seize(&repay.hi, &c.amount.hi));
        let full = planned.iter().zip(&through).map(|(planned, through)| {
            let for_nothing = through.below_range(planned).and(seized(through).below(&int(1)));
            through.below(&int(1)).or(for_nothing)
        });
        verdict.refuse_when(all_agree(full), E::VelocityLimit);
    }
    let planned = through;
    let asked = Range::point(int(request));
    let too_small = |planned: &Range| asked.below_range(&planned.times(&ratio(1, SMALLEST_REQUEST)).ceil());
    verdict.refuse_when(all_agree(planned.iter().map(too_small)), E::RequestTooSmall);
    plan.repay = planned.iter().map(|planned| planned.min(&asked)).collect();
    (plan, verdict)
}

/// What several cases say together.
fn all_agree(cases: impl Iterator<Item = Truth>) -> Truth {
    let cases: Vec<Truth> = cases.collect();
    if cases.iter().all(|case| case == &cases[0]) { cases[0] } else { Truth::Unsure }
}

/// What the buckets let through of R: that of the debt as it is, that of the collateral through the price and the bonus.
fn let_through(planned: &Range, rooms: &Rooms, (price, price_c): (&Q, &Q), with_bonus: &Q) -> Range {
    let mut through = planned.clone();
    if let Some(room) = &rooms.debt {
        through = through.min(room);
    }
    if let Some(room) = &rooms.collateral {
        let value = room.times(price_c).lowered(&rounding()).times(&(int(1) / with_bonus)).lowered(&rounding());
        let units = value.max(&Range::zero()).times(&(int(1) / price)).floor();
        through = through.min(&units);
    }
    through
}
