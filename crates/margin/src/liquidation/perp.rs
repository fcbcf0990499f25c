//! Positions: settled at no cost first, then closed against their market's pool at the mark.

use crate::error::{MathError, Refusal};
use crate::fixed::{mul, mul_div_up, signed};
use crate::health::{After, Valuation};
use crate::liquidation::spot::GAIN_ONE;
use crate::liquidation::{
    Breach, By, CARRY_TENTH, Legs, MIN_REQUEST, PPM_PER_BPS, PerpPlan, Rank, Request, SCORE_EPSILON, Settled,
    change_token,
};
use crate::perp::PerpLeg;
use crate::position::{Side, Snapshot};
use crate::units::{BPS, Bps, NativeAmount, PPM, Value};

/// Quote units added to a need, because closing a part may cost the position two of rounding.
const ROUNDING: u64 = 2;

/// A position with what liquidating it would mean; amounts are quote units.
#[derive(Clone, Copy)]
pub(super) struct Closing<'a> {
    leg: &'a PerpLeg,
    settlement: Settled,
    /// Health that settling gains.
    settled: u64,
    /// f, millionths of notional.
    fee: u64,
    /// Health that closing all can gain at most: what its margin frees, as long as its profit counts.
    gain: u64,
    /// Rank of closing it.
    closing: Rank,
    /// Whether settling alone brings a tenth of the need.
    carries: bool,
    /// Whether closing it is among the best that can be done.
    pub(super) closes: bool,
}

impl Breach<'_> {
    /// Formula:  score = (m_end − f) / (f + ε)       (docs/spec.md §10.9)
    /// Rounding: f floor
    pub(super) fn closing<'a>(&self, legs: &Legs<'a>, leg: &'a PerpLeg) -> Option<Closing<'a>> {
        let quote = &legs.snapshot.quote.price;
        if leg.price.is_stale() || quote.is_stale() {
            return None;
        }
        let (settlement, rate) = settlement(legs, leg);
        let settled = match settlement {
            Settled::Nothing => 0,
            Settled::Loss(amount) | Settled::Profit(amount) => part(amount, rate),
        };
        if leg.position.base == 0 && settlement == Settled::Nothing {
            return None;
        }
        let fee = leg.fee_rate(self.valuation.equity, quote.mid.value_up(leg.notional.up));
        let margin = leg.end_margin();
        let full = margin.saturating_sub(cost(leg.notional.down, fee));
        let matured = i64::try_from(leg.position.matured).unwrap_or(i64::MAX);
        let room = i128::from(matured) - (i128::from(leg.pnl) - i128::from(margin));
        let gain = full.min(u64::try_from(room.max(0)).unwrap_or(u64::MAX));
        // Closing a winner whose profit does not count yet brings nothing, so it costs nothing.
        let fee = if gain == 0 { 0 } else { fee };
        let carries = |gain: u64| gain.saturating_mul(CARRY_TENTH) >= self.quote_need;
        // Safe because: a margin rate has at most 14 bits and 10^4 as many, a score 54.
        let rate = u64::from(leg.terms.tiers.top_end_rate(leg.notional.up)) * PPM_PER_BPS;
        let score = ((rate.saturating_sub(fee) * (GAIN_ONE / PPM)) << 20) / (fee + SCORE_EPSILON);
        let closing = if gain > 0 { Rank { carries: carries(gain), score } } else { Rank { carries: false, score: 0 } };
        Some(Closing { leg, settlement, settled, fee, gain, closing, carries: carries(settled), closes: true })
    }
}

/// What an account can settle with a market without a keeper, and the health that each unit of it gains, bps.
fn settlement(legs: &Legs, leg: &PerpLeg) -> (Settled, Bps) {
    const ONE: Bps = BPS as Bps;
    match leg.loss() {
        0 => match legs.quote_debt {
            Some(debt) if leg.payable_profit() > 0 => {
                (Settled::Profit(leg.payable_profit().min(debt.amount)), debt.weights.end.saturating_sub(ONE))
            }
            _ => (Settled::Nothing, 0),
        },
        loss => match legs.quote_deposit {
            Some(deposit) => (Settled::Loss(loss.min(deposit.amount)), ONE.saturating_sub(deposit.weights.end)),
            None => (Settled::Nothing, 0),
        },
    }
}

impl Closing<'_> {
    /// A settlement that carries ranks above everything, because it costs the account nothing.
    pub(super) fn rank(&self, by: By) -> Rank {
        match by {
            By::All if self.carries => Rank { carries: true, score: u64::MAX },
            _ => self.closing,
        }
    }

    pub(super) fn settlement_carries(&self) -> bool {
        self.carries
    }

    pub(super) fn market(&self) -> u8 {
        self.leg.terms.market
    }

    /// How much of the position is closed, and what it costs.
    ///
    /// Formula:  from the top tier down ceil(rest / (m − f)) of notional; fee = floor(N·f)       (docs/spec.md §10.9)
    /// Units:    request.most: base units
    /// Rounding: size ceil, fee floor, insurance ceil
    /// Errors:   VelocityLimit, RequestTooSmall
    pub(super) fn plan(
        &self,
        breach: &Breach,
        snapshot: &Snapshot,
        dust: Value,
        request: &Request,
    ) -> Result<PerpPlan, Refusal> {
        let mut size = self.size(breach.quote_need.saturating_sub(self.settled));
        let held = self.leg.position.base.unsigned_abs();
        let left = self.leg.mark.notional(held.saturating_sub(size)).up;
        if size > 0 && snapshot.quote.price.mid.value_up(left) < dust {
            size = held;
        }
        let size = size.min(request.rooms.base);
        if size == 0 && request.rooms.base == 0 && self.settlement == Settled::Nothing {
            return Err(Refusal::VelocityLimit);
        }
        if request.most < size.div_ceil(MIN_REQUEST) {
            return Err(Refusal::RequestTooSmall);
        }
        let size = size.min(request.most);
        // What leaves the pool must not be what the account's profit counts by.
        let spare = self.leg.terms.payable.saturating_sub(self.leg.unsecured());
        let fee = cost(self.leg.mark.notional(size).down, self.fee).min(spare);
        Ok(PerpPlan {
            market: self.market(),
            settlement: self.settlement,
            size,
            fee,
            insurance: self.leg.insurance_part(fee),
        })
    }

    /// Base units that bring a need, through the tiers.
    fn size(&self, need: u64) -> u64 {
        let held = self.leg.position.base.unsigned_abs();
        if need == 0 || !self.closes {
            return 0;
        }
        if self.gain == 0 {
            return held;
        }
        let mut rest = need.min(self.gain).saturating_add(ROUNDING);
        let mut closed = 0u64;
        for (tier, reach) in self.leg.terms.tiers.parts_from_top(self.leg.notional.up) {
            let gain = (u64::from(tier.end) * PPM_PER_BPS).saturating_sub(self.fee);
            let enough = mul_div_up(rest, PPM, gain).unwrap_or(u64::MAX);
            closed = closed.saturating_add(enough.min(reach));
            if enough <= reach {
                return self.leg.mark.size_up(closed).min(held);
            }
            rest = rest.saturating_sub(cost(reach, gain));
        }
        held
    }
}

/// `floor(notional × rate)`, rate in millionths.
fn cost(notional: u64, rate: u64) -> u64 {
    if notional < 1 << 43 && rate <= PPM {
        return notional.wrapping_mul(rate) / PPM;
    }
    u64::try_from(mul(notional, rate) / u128::from(PPM)).unwrap_or(u64::MAX)
}

/// `floor(amount × rate)`, rate in bps.
fn part(amount: NativeAmount, rate: Bps) -> u64 {
    if amount < 1 << 49 && rate < 1 << 15 {
        return amount.wrapping_mul(u64::from(rate)) / BPS;
    }
    u64::try_from(mul(amount, rate.into()) / u128::from(BPS)).unwrap_or(u64::MAX)
}

/// A closing carried out on a snapshot.
///
/// Errors: LegNotFound, Math
pub(super) fn apply(snapshot: &mut Snapshot, before: &Valuation, plan: &PerpPlan) -> Result<After, Refusal> {
    let quote = snapshot.quote;
    let mut after = After::unchanged(before);
    match plan.settlement {
        Settled::Nothing => {}
        Settled::Loss(amount) => change_token(snapshot, &mut after, (quote.token, Side::Deposit), amount)?,
        Settled::Profit(amount) => change_token(snapshot, &mut after, (quote.token, Side::Debt), amount)?,
    }
    let position = snapshot.find_perp(plan.market)?;
    let leg = &mut snapshot.perps[position];
    let was = leg.contributions();
    let (base, quote_change) = leg.position.closing(plan.size, leg.mark)?;
    let settled = match plan.settlement {
        Settled::Nothing => 0,
        Settled::Loss(amount) => signed(amount)?,
        Settled::Profit(amount) => {
            leg.position.give_up(amount)?;
            -signed(amount)?
        }
    };
    let quote_after = [quote_change, settled, -signed(plan.fee)?]
        .iter()
        .try_fold(leg.position.quote, |quote, change| quote.checked_add(*change).ok_or(MathError::Overflow))?;
    leg.position.base += base;
    leg.position.quote = quote_after;
    leg.revalue();
    after.perp(&before.perps, (was, leg.contributions()), &quote.price)?;
    Ok(after)
}
