//! Whether a breach executes at once or waits for a second touch (docs/spec.md §11.1), and what a liquidation then leaves.

use breakwater_client::interface::MarginError as E;
use num_traits::Zero;

use super::call::{Call, Seen};
use super::health::{Legs, rounding};
use super::liquidation::market_of;
use super::perp::trade::FRESH;
use super::perp::{BPS, ceil};
use super::rational::{Q, Range, Truth, bps, int, ppm, ratio};
use super::state::{OLD_INDEX, State};
use super::verdict::Verdict;

/// The first touch of a shallow breach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag {
    /// Its slot.
    pub slot: u64,
    /// When the newest print among the account's legs was published, unix seconds.
    pub newest_print: i64,
}

/// What a touch of an account means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is healthy: the flag is taken away.
    Clears,
    /// It is flagged.
    Sets(Flag),
    /// It may be liquidated; whether buckets limit that.
    Executes(bool),
    /// Neither.
    Refused(E),
}

/// Whether an account is healthy, and whether it is so deep under water that nothing holds a liquidation back.
#[derive(Clone, Copy, Debug)]
pub struct Depth {
    /// H_hi ≥ 0.
    pub healthy: Truth,
    /// The requirement is missed by more than a part of it, or equity is nearly what closing costs.
    pub deep: Truth,
}

impl Legs {
    /// What closing everything would cost at the least bonus, dollars.
    fn closing_cost(&self, bonus_min: u16) -> Range {
        let fee = |leg: &super::perp::health::PerpLeg| {
            ceil(leg.notional() * i128::from(leg.config.keeper_fee + leg.config.insurance_fee), BPS)
        };
        let fees: i128 = self.1.legs.iter().map(fee).sum();
        let price = self.1.quote.map_or(Q::zero(), |quote| quote.mid());
        let closing = Range::point(int(fees) * price).raised(&rounding());
        self.owed().times(&bps(bonus_min)).raised(&rounding()).plus(&closing)
    }

    /// Publication of the newest print among the legs.
    pub fn newest_print(&self) -> i64 {
        self.publish_times().max().unwrap_or(0)
    }

    fn publish_times(&self) -> impl Iterator<Item = i64> {
        self.feeds().map(|feed| feed.publish_time)
    }

    /// The prices that the account hangs on.
    pub fn feeds(&self) -> impl Iterator<Item = &super::price::Feed> {
        let tokens = self.0.iter().map(|leg| &leg.feed);
        tokens.chain(self.1.legs.iter().map(|leg| &leg.feed)).chain(&self.1.quote)
    }
}

impl State {
    /// How deep an account is under water.
    pub fn depth(&self, legs: &Legs) -> Depth {
        let config = &self.liquidation;
        let missing = legs.maintenance().negated().lowered(&rounding()).raised(&rounding());
        let far = legs.requirement().times(&bps(config.deep_breach)).below_range(&missing);
        let poor = legs.closing_cost(config.bonus_min).below_range(&legs.equity().doubled()).opposite();
        Depth { healthy: legs.optimistic().below(&int(0)).opposite(), deep: far.or(poor) }
    }

    /// A flag that has not expired.
    fn standing(&self, account: usize) -> Option<Flag> {
        let flag = self.accounts[account].flag?;
        (self.slot - flag.slot <= 2 * u64::from(self.liquidation.auction_slots)).then_some(flag)
    }

    /// x_t: how far the bonus has grown with time; the program keeps millionths of it.
    pub fn growth(&self, account: usize) -> Range {
        let config = &self.liquidation;
        let Some(flag) = self.standing(account).filter(|_| config.auction_slots > 0 && config.wait_slots > 0) else {
            return Range::zero();
        };
        let passed = i128::from(self.slot) - i128::from(flag.slot) - i128::from(config.grace_slots);
        let part = ratio(passed, config.auction_slots).max(Q::zero()).min(int(1));
        Range::new((&part * int(1_000_000)).floor() * ppm(1), part)
    }

    fn shallow(&self, account: usize, legs: &Legs) -> Outcome {
        let config = &self.liquidation;
        let Some(flag) = self.standing(account) else {
            return Outcome::Sets(Flag { slot: self.slot, newest_print: legs.newest_print() });
        };
        let confirmed =
            legs.feeds().filter(|feed| !feed.is_stale(self.now)).all(|feed| feed.publish_time > flag.newest_print);
        let age = self.slot - flag.slot;
        if age < u64::from(config.wait_slots) || !confirmed {
            Outcome::Refused(E::FlagTooYoung)
        } else if self.now < self.calm_at {
            Outcome::Refused(E::Calming)
        } else {
            Outcome::Executes(age <= u64::from(config.auction_slots))
        }
    }

    /// All that a touch may mean, where rounding decides.
    pub fn touched(&self, account: usize, legs: &Legs) -> Vec<Outcome> {
        let depth = self.depth(legs);
        let mut all = Vec::new();
        if depth.healthy != Truth::No {
            let flagged = self.accounts[account].flag.is_some() && !legs.price_older_than(FRESH);
            all.push(if flagged { Outcome::Clears } else { Outcome::Refused(E::AccountHealthy) });
        }
        if depth.healthy != Truth::Yes {
            if self.liquidation.wait_slots == 0 || depth.deep != Truth::No {
                all.push(Outcome::Executes(false));
            }
            if self.liquidation.wait_slots > 0 && depth.deep != Truth::Yes {
                all.push(self.shallow(account, legs));
            }
        }
        all
    }

    /// What a first or a vain touch says; for one that executes what `executes` says of it.
    pub(super) fn judge_touched(&self, account: usize, legs: &Legs, executes: impl Fn(bool) -> Verdict) -> Verdict {
        let each = self.touched(account, legs).into_iter().map(|outcome| {
            let mut verdict = Verdict::default();
            verdict.refuse_if(legs.index_older_than(OLD_INDEX), E::StaleIndex);
            match outcome {
                Outcome::Clears | Outcome::Sets(_) => {}
                Outcome::Executes(limited) => verdict.also(executes(limited)),
                Outcome::Refused(error) => {
                    verdict.refuse_if(true, error);
                    verdict.also(executes(false));
                }
            }
            verdict
        });
        each.reduce(Verdict::either).expect("a touch means something")
    }

    pub(super) fn judge_touch(&self, account: usize) -> Verdict {
        let legs = self.legs(&self.accounts[account], &[]);
        let refused = |_| {
            let mut verdict = Verdict::default();
            verdict.refuse_if(true, E::NothingToFlag);
            verdict
        };
        let mut verdict = self.judge_touched(account, &legs, refused);
        // Who is flagged too young, or calms, is not told that there is nothing to flag.
        if verdict.broken.len() > 1 {
            verdict.broken.retain(|error| *error != E::NothingToFlag);
        }
        verdict
    }

    /// What a touch, or a liquidation that touches first, may mean.
    pub fn meanings(&self, call: &Call) -> Vec<Outcome> {
        let Some(account) = State::concerned(call) else { return Vec::new() };
        let mut all: Vec<Outcome> =
            self.sights(call).iter().flat_map(|(state, legs)| state.touched(account, legs)).collect();
        all.dedup();
        all
    }

    /// The legs that a touch or a liquidation sees, at both ends of what interest leaves open.
    pub fn sights(&self, call: &Call) -> Vec<(State, Legs)> {
        let (liquidatee, banks, market) = match call {
            Call::Touch { account } => return vec![(self.clone(), self.legs(&self.accounts[*account], &[]))],
            Call::Liquidate { liquidatee, debt, collateral, .. } => {
                let banks = vec![self.bank_of(*debt), self.bank_of(*collateral)];
                (*liquidatee, banks, market_of((*debt, *collateral)))
            }
            Call::Close { liquidatee, market, .. } => (*liquidatee, vec![self.quote().token], Some(*market)),
            _ => return Vec::new(),
        };
        let ends = if market.is_some() { self.at_ends(&banks).to_vec() } else { vec![self.clone()] };
        let mut all = Vec::new();
        for mut state in ends {
            if market.is_some_and(|market| state.touch_for_liquidation(liquidatee, market).is_err()) {
                continue;
            }
            let banks: Vec<_> = banks.iter().map(|token| state.touch(*token)).collect();
            let legs = state.legs_in(&state.accounts[liquidatee], &banks.iter().collect::<Vec<_>>(), market);
            all.push((state, legs));
        }
        all
    }

    /// Whom a touch or a liquidation concerns.
    pub fn concerned(call: &Call) -> Option<usize> {
        match call {
            Call::Touch { account } => Some(*account),
            Call::Liquidate { liquidatee, .. } | Call::Close { liquidatee, .. } => Some(*liquidatee),
            _ => None,
        }
    }

    /// The group after a touch or a liquidation: all that is possible.
    pub(super) fn liquidations(&self, call: &Call, seen: &Seen) -> Result<Vec<State>, String> {
        let account = State::concerned(call).expect("a touch or a liquidation");
        let executed = seen.executed.is_some() || seen.closed.is_some();
        let mut all = Vec::new();
        let mut reason = None;
        for outcome in self.meanings(call) {
            let mut after = self.clone();
            if !executed {
                after.charge_touched(call, seen)?;
            }
            match outcome {
                Outcome::Clears if !executed => after.accounts[account].flag = None,
                Outcome::Sets(flag) if !executed => after.accounts[account].flag = Some(flag),
                Outcome::Executes(limited) if executed => match after.carried_out(call, limited, seen) {
                    Ok(()) => {
                        let mut mended = after.clone();
                        mended.accounts[account].flag = None;
                        match after.is_mended(call) {
                            Truth::Yes => after = mended,
                            Truth::Unsure => all.push(mended),
                            Truth::No => {}
                        }
                    }
                    Err(what) => {
                        reason = Some(what);
                        continue;
                    }
                },
                _ => continue,
            }
            all.push(after);
        }
        match (all.is_empty(), reason) {
            (true, Some(reason)) => Err(reason),
            (true, None) => Err(format!("executed is {executed}, the model has {:?}", self.meanings(call))),
            _ => Ok(all),
        }
    }

    /// A liquidation that moves nothing has charged interest and funding, like every instruction that touches a bank or a
    /// position against its market.
    fn charge_touched(&mut self, call: &Call, seen: &Seen) -> Result<(), String> {
        let (liquidatee, banks, market) = match call {
            Call::Liquidate { liquidatee, debt, collateral, .. } => {
                let banks = [self.bank_of(*debt), self.bank_of(*collateral)];
                (*liquidatee, banks, market_of((*debt, *collateral)))
            }
            Call::Close { liquidatee, market, .. } => (*liquidatee, [self.quote().token; 2], Some(*market)),
            _ => return Ok(()),
        };
        for token in banks {
            self.tokens[usize::from(token)].bank = self.accrue_as_seen(token, seen)?;
        }
        match market {
            Some(market) => self.touch_for_liquidation(liquidatee, market).map_err(|error| format!("{error:?}")),
            None => Ok(()),
        }
    }

    fn carried_out(&mut self, call: &Call, limited: bool, seen: &Seen) -> Result<(), String> {
        match call {
            Call::Liquidate { keeper, liquidatee, debt, collateral, request } => {
                self.liquidate((*keeper, *liquidatee), (*debt, *collateral), (*request, limited), seen)
            }
            Call::Close { keeper, liquidatee, market, request } => {
                self.close((*keeper, *liquidatee), *market, (*request, limited), seen)
            }
            _ => Err("a touch moves nothing".to_owned()),
        }?;
        // What the bucket of a bank without a limit says means nothing, and the specification does not say it.
        for token in 0..self.tokens.len() {
            if self.bank_limit(token as u8).is_open() {
                self.tokens[token].bank.bucket = seen.after.tokens[token].bank.bucket;
            }
        }
        for market in 0..self.markets.len() {
            if self.market_limit(market as u8).is_open() {
                self.markets[market].bucket = seen.after.markets[market].bucket;
            }
        }
        Ok(())
    }

    /// H_end ≥ 0 after a liquidation. The program asks it of the plan's amounts, which shares round by a unit or two of each leg.
    fn is_mended(&self, call: &Call) -> Truth {
        let (liquidatee, legs, market) = match call {
            Call::Liquidate { liquidatee, debt, collateral, .. } => {
                let banks = [self.bank_of(*debt), self.bank_of(*collateral)];
                (*liquidatee, banks, market_of((*debt, *collateral)))
            }
            Call::Close { liquidatee, market, .. } => (*liquidatee, [self.quote().token; 2], Some(*market)),
            _ => return Truth::No,
        };
        let units: Q = legs.iter().map(|token| self.token(*token).feed.mid() * int(4)).sum();
        let banks = legs.map(|token| self.touch(token));
        let end = self.legs_in(&self.accounts[liquidatee], &[&banks[0], &banks[1]], market).end();
        end.lowered(&units).raised(&units).below(&int(0)).opposite()
    }
}
