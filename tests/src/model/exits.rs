//! Orders that a margin account carries: exits that anybody may execute (docs/spec.md §11.6).

use breakwater_client::interface::order::{MAX_ORDERS, ORDER_ABOVE, ORDER_BELOW, ORDER_HEALTH, SIDE_LONG, SIDE_SHORT};
use breakwater_client::interface::{MarginError as E, TriggerOrder};
use num_traits::{One, Zero};

use super::call::{By, Seen};
use super::health::{Legs, rounding};
use super::liquidation::FRESH;
use super::perp::settle::refused;
use super::perp::trade::{self, Order};
use super::perp::{BPS, floor, unsigned};
use super::rational::{Q, Range, Truth, int};
use super::state::{ALL, STALE_INDEX, State};
use super::verdict::Verdict;

/// Most that an order may promise, whole quote tokens.
const MOST_FEE: u32 = 5;
/// And of what the fill costs, bps.
const FEE_OF_COST: i128 = 10;

/// Whether a base is one that an order closes.
fn closes(order: &TriggerOrder, base: i64) -> bool {
    if order.side == SIDE_LONG { base > 0 } else { base < 0 }
}

impl Legs {
    /// 1 + H_maint / Req; none where nothing is required. Both sums are rounded to 2^−32 dollars, Req in the program's favour or
    /// not.
    fn health_factor(&self) -> Option<Range> {
        let required = self.requirement().lowered(&rounding());
        if required.hi.is_zero() || required.lo <= Q::zero() {
            return None;
        }
        let health = self.maintenance().lowered(&rounding());
        let ends = [&health.lo, &health.hi].map(|h| [&required.lo, &required.hi].map(|r| Q::one() + h / r));
        let all = ends.iter().flatten();
        Some(Range::new(all.clone().min()?.clone(), all.max()?.clone()))
    }
}

impl State {
    fn operates(&self, account: usize, by: By) -> bool {
        match by {
            By::Owner => true,
            By::Delegate => self.accounts[account].delegated,
            By::Stranger => false,
        }
    }

    pub(super) fn judge_placing(&self, account: usize, slot: u8, order: &TriggerOrder, by: By) -> Verdict {
        let mut verdict = Verdict::default();
        verdict.refuse_if(!self.operates(account, by), E::NotAccountOwnerOrDelegate);
        let known = matches!(order.kind, ORDER_BELOW | ORDER_ABOVE | ORDER_HEALTH)
            && matches!(order.side, SIDE_LONG | SIDE_SHORT)
            && usize::from(slot) < MAX_ORDERS;
        verdict.refuse_if(!known, E::OrderMalformed);
        verdict.refuse_if(order.expires_at != 0 && self.now >= order.expires_at, E::OrderExpired);
        let base = self.perp(account, order.market).map_or(0, |perp| perp.base);
        verdict.refuse_if(!closes(order, base), E::NoPosition);
        let lot = self.market(order.market).config.lot;
        let lots = order.size == ALL || (order.size >= lot && order.size.is_multiple_of(lot));
        verdict.refuse_if(!lots, E::SizeBelowLot);
        let most = u64::from(MOST_FEE) * 10u64.pow(self.quote().decimals.into());
        verdict.refuse_if(u64::from(order.fee) > most, E::OrderFeeTooHigh);
        verdict.refuse_if(order.fee > 0 && by == By::Delegate, E::NotAccountOwner);
        verdict
    }

    pub(super) fn judge_canceling(&self, account: usize, slot: u8, by: By) -> Verdict {
        let mut verdict = Verdict::default();
        match self.accounts[account].orders.get(&slot) {
            None => verdict.refuse_if(true, E::NoOrder),
            Some(order) => {
                let expired = order.expires_at != 0 && self.now >= order.expires_at;
                verdict.refuse_if(!expired && !self.operates(account, by), E::NotAccountOwnerOrDelegate);
            }
        }
        if !verdict.allows() {
            verdict.refuse_if(!self.operates(account, by), E::NotAccountOwnerOrDelegate);
        }
        verdict
    }

    /// An order ends with its position.
    pub(super) fn drop_void_orders(&mut self) {
        for account in &mut self.accounts {
            let perps = &account.perps;
            account.orders.retain(|_, order| closes(order, perps.get(&order.market).map_or(0, |perp| perp.base)));
        }
    }

    pub(super) fn judge_execution(&self, executor: usize, account: usize, slot: u8) -> Verdict {
        let ends = self.at_ends(&[self.quote().token]);
        let verdicts = ends.into_iter().map(|state| state.executed(executor, account, slot).0);
        verdicts.reduce(Verdict::either).expect("there are two")
    }

    pub(super) fn executions(
        &self,
        executor: usize,
        account: usize,
        slot: u8,
        seen: &Seen,
    ) -> Result<Vec<State>, String> {
        let mut state = self.clone();
        let quote = self.quote().token;
        state.tokens[usize::from(quote)].bank = self.accrue_as_seen(quote, seen)?;
        Ok(state.executed(executor, account, slot).1)
    }

    /// An execution on a state whose quote bank is charged: whether it is refused, and all that it may leave.
    fn executed(&self, executor: usize, account: usize, slot: u8) -> (Verdict, Vec<State>) {
        match self.try_execute(executor, account, slot) {
            Ok(done) => done,
            Err(error) => (refused(error), vec![self.clone()]),
        }
    }

    fn try_execute(&self, executor: usize, account: usize, slot: u8) -> Result<(Verdict, Vec<State>), E> {
        let order = *self.accounts[account].orders.get(&slot).ok_or(E::NoOrder)?;
        let market = order.market;
        let held = self.perp(account, market).filter(|perp| closes(&order, perp.base)).ok_or(E::NoOrder)?;
        let mut verdict = Verdict::default();
        verdict.refuse_if(order.expires_at != 0 && self.now >= order.expires_at, E::OrderExpired);
        verdict.refuse_if(self.market(market).feed.age(self.now) > trade::FRESH, E::StalePrice);
        verdict.also(self.triggered(account, &order));
        let mut after = self.clone();
        let size = order.size.min(held.base.unsigned_abs());
        let filled = match after.try_trade(account, market, Order::Reduce(size), order.limit, self.quote_index()) {
            Ok(filled) => filled,
            Err(error) => {
                verdict.refuse_if(true, error);
                return Ok((verdict, vec![self.clone()]));
            }
        };
        after.accounts[account].orders.remove(&slot);
        let promised =
            i128::from(order.fee).min(floor(filled.cost * FEE_OF_COST, BPS)).min(after.quote_deposit(account));
        let (unpaid, reduction) = (after.clone(), after.judge_reduction(account, &filled));
        if promised > 0 {
            after.pay_executor((executor, account), promised);
        }
        let sound = if promised > 0 { after.answers(account, market) } else { Truth::No };
        let outcome = match sound {
            Truth::Yes => (Verdict::default(), vec![after]),
            Truth::No => (reduction, vec![unpaid]),
            Truth::Unsure => (Verdict::default().either(reduction), vec![after, unpaid]),
        };
        verdict.also(outcome.0);
        Ok((verdict, outcome.1))
    }

    /// Whether what an order waits for holds at the prices of the board.
    fn triggered(&self, account: usize, order: &TriggerOrder) -> Verdict {
        let mut verdict = Verdict::default();
        let market = order.market;
        let mark = self.mark(market);
        let holds = match order.kind {
            ORDER_BELOW => Truth::of(mark <= order.trigger.into()),
            ORDER_ABOVE => Truth::of(mark >= order.trigger.into()),
            _ => {
                let mut touched = self.clone();
                touched.touch_market(market, self.quote_index());
                if let Some(perp) = self.perp(account, market) {
                    let perp = touched.touch_perp(perp, market, self.quote_index());
                    touched.set_perp(account, market, &perp);
                }
                let legs = touched.settled_legs(account, market);
                verdict.refuse_if(legs.price_older_than(FRESH), E::StalePrice);
                verdict.refuse_if(legs.index_older_than(STALE_INDEX), E::StaleIndex);
                let factor = legs.health_factor().map(|factor| factor.times(&int(1_000_000).max(Q::zero())).floor());
                factor.map_or(Truth::No, |factor| factor.below(&(int(order.trigger) + int(1))))
            }
        };
        verdict.refuse_when(holds.opposite(), E::OrderNotTriggered);
        verdict
    }

    /// Whether an account answers for its risk: H_maint ≥ 0, with prices and indices that are known.
    fn answers(&self, account: usize, market: u8) -> Truth {
        let legs = self.settled_legs(account, market);
        if legs.price_older_than(FRESH) || legs.index_older_than(STALE_INDEX) {
            return Truth::No;
        }
        legs.maintenance().below(&int(0)).opposite()
    }

    fn pay_executor(&mut self, (executor, account): (usize, usize), units: i128) {
        let (units, shares) = self.hand_over(account, unsigned(units)).expect("the account has the deposit");
        self.take_over(executor, units, shares);
    }
}
