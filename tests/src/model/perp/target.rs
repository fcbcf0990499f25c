//! Liquidation of positions: settled at no cost, then closed at the mark.

use breakwater_client::interface::MarginError as E;
use num_traits::Signed;

use super::health::{Level, PerpLeg, margin};
use super::market::{notional_down, notional_up};
use super::{BPS, MARK_BITS, ceil, floor, floor_of, signed, unsigned};
use crate::model::call::{Closed, Seen};
use crate::model::health::{Legs, rounding};
use crate::model::liquidation::FRESH;
use crate::model::plan::{Rank, Target, accepted};
use crate::model::rational::{Range, Truth, int, ratio};
use crate::model::state::{OLD_INDEX, Side, State};
use crate::model::verdict::Verdict;

/// One, in millionths.
const PPM: i128 = 1_000_000;
/// ε of the score, millionths.
const SCORE_EPSILON: i128 = 1_000;
/// A target that brings less than one part in this many of the need ranks after those that bring more.
const CARRIES: i128 = 10;
/// Quote units added to what is to be freed, because closing may cost two of rounding.
const ROUNDING: i128 = 2;
/// A score above all others.
const FREE: i128 = 1 << 100;

/// A position and what liquidating it would mean, for one answer to what rounding leaves open.
#[derive(Clone, Debug)]
pub struct Closing {
    /// Its market.
    pub market: u8,
    leg: PerpLeg,
    /// Settled first: a loss that the deposit pays, or profit (negative) that pays the debt.
    settled: i128,
    /// Health that settling gains.
    settling: i128,
    /// f, millionths.
    fee: i128,
    /// Health that closing gains at most.
    gain: i128,
    /// −H_end, quote units.
    need: i128,
}

/// Which end of the ranges counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The lower one.
    Low,
    /// The upper one.
    High,
}

impl End {
    fn of(self, range: &Range) -> i128 {
        floor_of(if self == End::Low { &range.lo } else { &range.hi })
    }
}

/// Both ends, or one where nothing depends on it.
pub fn ends(legs: &Legs) -> &'static [End] {
    if legs.1.legs.is_empty() { &[End::Low] } else { &[End::Low, End::High] }
}

/// All positions that may be liquidated.
pub fn closings(legs: &Legs, end: End) -> Vec<Closing> {
    let Some(quote) = legs.1.quote.filter(|quote| !quote.is_stale(legs.1.now)) else { return Vec::new() };
    let need = legs.end().negated().raised(&rounding()).times(&(int(1) / quote.mid())).ceil();
    let fresh = legs.1.legs.iter().filter(|leg| !leg.feed.is_stale(legs.1.now));
    fresh.filter_map(|leg| Closing::new(legs, leg, end, end.of(&need))).collect()
}

impl Closing {
    fn new(legs: &Legs, leg: &PerpLeg, end: End, need: i128) -> Option<Closing> {
        let (settled, rate) = settlement(legs, leg);
        if leg.perp.base == 0 && settled == 0 {
            return None;
        }
        let price = legs.1.quote.expect("there are positions").mid();
        let worth = int(leg.notional()) * price;
        let config = &leg.config;
        let most = i128::from(config.keeper_fee + config.insurance_fee) * 100;
        let equity = legs.equity().max(&Range::zero());
        let affordable = |equity: &crate::model::Q, worth: crate::model::Q| {
            if worth.is_positive() { floor_of(&(equity * int(PPM) / worth)).min(most) } else { most }
        };
        let fee = Range::new(int(affordable(&equity.lo, &worth + rounding())), int(affordable(&equity.hi, worth)));
        let fee = end.of(&fee);
        let required = margin(&config.tiers, leg.notional(), Level::End);
        let full = (required - floor(leg.notional_down() * fee, PPM)).max(0);
        let room = (i128::from(leg.perp.matured) - (leg.pnl - required)).max(0);
        let settling = floor(settled.abs() * rate, BPS);
        let gain = full.min(room);
        // Closing a winner whose profit does not count yet brings nothing, so it costs nothing.
        let fee = if gain == 0 { 0 } else { fee };
        Some(Closing { market: leg.market, leg: leg.clone(), settled, settling, fee, gain, need })
    }

    /// Where it ranks, with what it can settle or by closing alone.
    pub fn rank(&self, settling: bool) -> Rank {
        let target = Target::Perp(self.market);
        if settling && self.settling * CARRIES >= self.need {
            return Rank { target, carries: Truth::Yes, score: int(FREE) };
        }
        let top = self.leg.config.tiers.iter().find(|tier| self.leg.notional() <= i128::from(tier.edge));
        let rate = i128::from(top.expect("the last tier has no end").end) * 100;
        let score = ratio((rate - self.fee).max(0), self.fee + SCORE_EPSILON);
        let helps = self.gain > 0;
        let carries = Truth::of(helps && self.gain * CARRIES >= self.need);
        Rank { target, carries, score: if helps { score } else { int(0) } }
    }

    /// Base units to close.
    fn size(&self, dust: u16, price: &crate::model::Q) -> i128 {
        let held = i128::from(self.leg.perp.base).abs();
        let wanted = self.wanted(held);
        let left = int(notional_up(held - wanted, self.leg.mark)) * price;
        if wanted > 0 && left < int(dust) { held } else { wanted }
    }

    fn wanted(&self, held: i128) -> i128 {
        let need = self.need - self.settling;
        if need <= 0 {
            return 0;
        }
        if self.gain == 0 {
            return held;
        }
        let mut rest = need.min(self.gain) + ROUNDING;
        let (mut to, mut closed) = (self.leg.notional(), 0);
        let tiers = &self.leg.config.tiers;
        for (number, tier) in tiers.iter().enumerate().rev() {
            let from = if number == 0 { 0 } else { i128::from(tiers[number - 1].edge) };
            let part = (to - from).max(0);
            if part == 0 {
                continue;
            }
            let rate = (i128::from(tier.end) * 100 - self.fee).max(0);
            let enough = if rate == 0 { i128::MAX } else { ceil(rest * PPM, rate) };
            closed += enough.min(part);
            if enough <= part {
                return ceil(closed << MARK_BITS, self.leg.mark).min(held);
            }
            rest -= floor(part * rate, PPM);
            to = from;
        }
        held
    }
}

/// What is settled at no cost, and the bps of it that health gains.
fn settlement(legs: &Legs, leg: &PerpLeg) -> (i128, i128) {
    let quote = |side| legs.0.iter().find(|other| other.token == legs.1.token && other.side == side);
    let end = |leg: &crate::model::Leg| floor_of(&(&leg.weights.end * int(BPS)));
    if leg.pnl < 0 {
        return quote(Side::Deposit).map_or((0, 0), |own| ((-leg.pnl).min(floor_of(&own.amount.lo)), BPS - end(own)));
    }
    let profit = leg.payable_profit();
    if profit == 0 {
        return (0, 0);
    }
    quote(Side::Debt).map_or((0, 0), |own| (-profit.min(floor_of(&own.amount.lo)), end(own) - BPS))
}

impl State {
    /// The market of a liquidation and the liquidatee's position in it are brought up to date first.
    pub(crate) fn touch_for_liquidation(&mut self, liquidatee: usize, market: u8) -> Result<(), E> {
        super::trade::refuse(self.market(market).feed.age(self.now) > FRESH, E::StaleLeg)?;
        let index = self.quote_index();
        self.touch_market(market, index);
        let perp = self.perp(liquidatee, market).ok_or(E::LegNotFound)?;
        let perp = self.touch_perp(perp, market, index);
        self.set_perp(liquidatee, market, &perp);
        Ok(())
    }

    pub(crate) fn judge_close(&self, keeper: usize, liquidatee: usize, market: u8, request: u64) -> Verdict {
        let verdicts = self.at_ends(&[self.quote().token]).map(|mut state| {
            match state.touch_for_liquidation(liquidatee, market) {
                Err(error) => super::settle::refused(error),
                Ok(()) => state.judge_closing(keeper, liquidatee, market, request),
            }
        });
        verdicts.into_iter().reduce(Verdict::either).expect("there are two")
    }

    fn judge_closing(&self, keeper: usize, liquidatee: usize, market: u8, request: u64) -> Verdict {
        let legs = self.settled_legs(liquidatee, market);
        self.judge_touched(liquidatee, &legs, |limited| {
            self.judge_planned((keeper, liquidatee), market, (request, limited))
        })
    }

    fn judge_planned(
        &self,
        (keeper, liquidatee): (usize, usize),
        market: u8,
        (request, limited): (u64, bool),
    ) -> Verdict {
        let room = self.market_room(market).filter(|_| limited);
        let (verdict, closings) = self.closings_of(liquidatee, market);
        if !verdict.allows() {
            return verdict;
        }
        let each = closings.iter().map(|(closing, closes)| {
            let mut verdict = Verdict::default();
            let whole = self.planned_size(closing, *closes);
            let planned = whole.min(room.unwrap_or(u64::MAX).into());
            // What settles is not limited, so a full bucket leaves that to be done.
            verdict.refuse_if(whole > 0 && room == Some(0) && closing.settled == 0, E::VelocityLimit);
            verdict.refuse_if(i128::from(request) < ceil(planned, 4), E::RequestTooSmall);
            if verdict.allows() {
                let mut after = self.clone();
                let closed = self.closed(closing, unsigned(planned).min(request));
                after.carry_out((keeper, liquidatee), market, &closed);
                verdict.also(State::judge_keeper_legs(&after.settled_legs(keeper, market), &after.accounts[keeper]));
            }
            verdict
        });
        let mut all = verdict;
        all.also(each.reduce(Verdict::either).unwrap_or_default());
        all
    }

    /// Whether a position may be liquidated, and how.
    fn closings_of(&self, liquidatee: usize, market: u8) -> (Verdict, Vec<(Closing, Truth)>) {
        let legs = self.settled_legs(liquidatee, market);
        let mut verdict = Verdict::default();
        verdict.refuse_when(legs.optimistic().below(&int(0)).opposite(), E::AccountHealthy);
        verdict.refuse_if(legs.index_older_than(OLD_INDEX), E::StaleIndex);
        let Some(leg) = legs.1.legs.iter().find(|leg| leg.market == market) else {
            verdict.refuse_if(true, E::LegNotFound);
            return (verdict, Vec::new());
        };
        let stale = leg.feed.is_stale(self.now) || legs.1.quote.is_some_and(|quote| quote.is_stale(self.now));
        verdict.refuse_if(stale, E::StaleLeg);
        if !verdict.allows() {
            return (verdict, Vec::new());
        }
        let mut found = Vec::new();
        let mut verdicts = Vec::new();
        for bonus in crate::model::plan::account_bonus(&legs, &self.liquidation, &self.growth(liquidatee)) {
            for end in ends(&legs) {
                let all = closings(&legs, *end);
                let ranks = |settling| crate::model::plan::ranks(&legs, bonus, &all, settling);
                let mut verdict = Verdict::default();
                verdict.refuse_if(ranks(true).is_empty(), E::NoLegHelps);
                let target = Target::Perp(market);
                verdict.refuse_when(accepted(target, &ranks(true)).opposite(), E::LegNotChosen);
                if let Some(closing) = all.iter().find(|closing| closing.market == market) {
                    let settles = closing.settling * CARRIES >= closing.need;
                    let closes = if settles { accepted(target, &ranks(false)) } else { Truth::Yes };
                    found.push((closing.clone(), closes));
                }
                verdicts.push(verdict);
            }
        }
        verdict.also(verdicts.into_iter().reduce(Verdict::either).unwrap_or_default());
        (verdict, found)
    }

    fn planned_size(&self, closing: &Closing, closes: Truth) -> i128 {
        let price = self.token(self.quote().token).feed.mid();
        if closes == Truth::No { 0 } else { closing.size(self.liquidation.dust, &price) }
    }

    fn closed(&self, closing: &Closing, size: u64) -> Closed {
        // What the pool lets count of the account's own profit is not there for a fee.
        let counted = i128::from(closing.leg.perp.matured) - i128::from(closing.leg.perp.secured);
        let pool = (closing.leg.payable - counted.max(0)).max(0);
        let fee = floor(notional_down(size.into(), closing.leg.mark) * closing.fee, PPM).min(pool);
        let config = &closing.leg.config;
        let (keeper, insurance) = (i128::from(config.keeper_fee), i128::from(config.insurance_fee));
        let insured = if keeper + insurance == 0 { 0 } else { ceil(fee * insurance, keeper + insurance) };
        Closed { size, settled: signed(closing.settled), fee: unsigned(fee), insurance: unsigned(insured) }
    }

    /// What a position's liquidation does.
    fn carry_out(&mut self, (keeper, liquidatee): (usize, usize), market: u8, closed: &Closed) {
        let mut perp = self.perp(liquidatee, market).expect("it was found");
        let settled = i128::from(closed.settled);
        if settled > 0 {
            self.pay_loss(liquidatee, market, &mut perp, settled);
        } else if settled < 0 {
            let rest = (-settled - i128::from(perp.secured)).max(0);
            self.pay_profit(liquidatee, &mut perp, market, (-settled, rest));
        }
        self.close_at_mark(&mut perp, market, closed.size);
        self.add_quote(&mut perp, market, -i128::from(closed.fee));
        let index = self.quote_index();
        self.market_mut(market).to_tranche(closed.insurance.into(), index);
        let rest = (i128::from(closed.fee) - i128::from(closed.insurance)).min(self.market(market).assets(index));
        self.pool_pays(keeper, market, rest);
        self.cap(&mut perp, market);
        self.set_perp(liquidatee, market, &perp);
    }

    pub(crate) fn close(
        &mut self,
        (keeper, liquidatee): (usize, usize),
        market: u8,
        (request, limited): (u64, bool),
        seen: &Seen,
    ) -> Result<(), String> {
        let closed = seen.closed.ok_or("a liquidation without an event")?;
        let token = self.quote().token;
        self.tokens[usize::from(token)].bank = self.accrue_as_seen(token, seen)?;
        self.touch_for_liquidation(liquidatee, market).map_err(|error| format!("{error:?}"))?;
        let (_, closings) = self.closings_of(liquidatee, market);
        let room = self.market_room(market).filter(|_| limited).unwrap_or(u64::MAX);
        let plan = |closing: &Closing| self.planned_size(closing, Truth::Yes).min(request.into()).min(room.into());
        let mut allowed: Vec<i128> = closings.iter().map(|(closing, _)| plan(closing)).collect();
        if closings.iter().any(|(_, closes)| *closes != Truth::Yes) {
            allowed.push(0);
        }
        let size = i128::from(closed.size);
        let (least, most) = (allowed.iter().min(), allowed.iter().max());
        if least.is_none_or(|least| *least > size) || most.is_none_or(|most| size > *most) {
            return Err(format!("closed {size} base units, the model has {allowed:?}"));
        }
        let plans: Vec<Closed> = closings.iter().map(|(closing, _)| self.closed(closing, closed.size)).collect();
        if !plans.contains(&closed) {
            return Err(format!("{closed:?}, the model has {plans:?}"));
        }
        if limited {
            self.count_base(market, closed.size);
        }
        self.carry_out((keeper, liquidatee), market, &closed);
        Ok(())
    }
}
