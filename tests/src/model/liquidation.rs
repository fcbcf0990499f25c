//! Liquidation between two margin accounts, and the write-off of what is left.

use breakwater_client::interface::MarginError as E;

use super::bank::{INDEX_BITS, deposit_amount};
use super::plan::{self, Plan};
use super::rational::{Q, Range, bps, ceil_u64, floor_u64, int, ppm, two_to};
use super::state::{Executed, OLD_INDEX, STALE_INDEX, Seen, Side, State, Touched};
use super::verdict::Verdict;

/// Prices older than this refuse the keeper's own health check and a bankruptcy, seconds.
pub const FRESH: i64 = 60;
/// A bank becomes reduce-only if its lenders lose more than this at once, bps.
const REDUCE_ONLY_LOSS: u32 = 500;

/// Into the tranche, on top of the repayment: the insurance's part of the bonus, rounded up.
pub fn insurance(repay: u64, bonus: u32, share: u16) -> u64 {
    ceil_u64(&(int(repay) * ppm(bonus) * bps(share)))
}

impl State {
    /// The plans that a liquidation may follow, one for each bonus that rounding allows, and what all of them say.
    pub fn plans(&self, liquidatee: usize, pair: (u8, u8), request: u64, banks: &[&Touched]) -> (Verdict, Vec<Plan>) {
        let legs = self.legs(&self.accounts[liquidatee], banks);
        if legs.owes_nothing() {
            let mut verdict = Verdict::default();
            verdict.refuse_if(true, E::AccountHealthy);
            verdict.refuse_if(true, E::LegNotFound);
            return (verdict, Vec::new());
        }
        let mut plans = Vec::new();
        let mut verdicts = Vec::new();
        for bonus in plan::account_bonus(&legs, &self.liquidation) {
            let (verdict, plan) = plan::plan(&legs, &self.liquidation, pair, request, bonus);
            verdicts.push(verdict);
            plans.extend(plan);
        }
        (verdicts.into_iter().reduce(Verdict::either).expect("there is a bonus"), plans)
    }

    pub(super) fn judge_liquidate(&self, keeper: usize, liquidatee: usize, pair: (u8, u8), request: u64) -> Verdict {
        let mut verdict = Verdict::default();
        let (debt, collateral) = (self.touch(pair.0), self.touch(pair.1));
        let banks = [&debt, &collateral];
        let (planned, plans) = self.plans(liquidatee, pair, request, &banks);
        verdict.also(planned);
        if !verdict.allows() {
            return verdict;
        }
        let ends = plans.iter().flat_map(|plan| plan.repay.iter().map(move |repay| (plan, repay)));
        let keepers = ends.flat_map(|(plan, repay)| {
            [&repay.lo, &repay.hi].map(|repay| self.judge_keeper((keeper, liquidatee), plan, floor_u64(repay), &banks))
        });
        verdict.also(keepers.reduce(Verdict::either).unwrap_or_default());
        verdict
    }

    /// Whether the keeper may have what a repayment leaves it with.
    fn judge_keeper(
        &self,
        (keeper, liquidatee): (usize, usize),
        plan: &Plan,
        repay: u64,
        banks: &[&Touched],
    ) -> Verdict {
        let after = |debt: super::Bank, collateral: super::Bank| {
            let mut after = self.clone();
            after.tokens[usize::from(plan.pair.debt)].bank = debt;
            after.tokens[usize::from(plan.pair.collateral)].bank = collateral;
            let held = after.held(liquidatee, plan.pair.collateral);
            let seize = floor_u64(&self.seize(plan, repay, held).lo);
            let insurance = insurance(repay, plan.pair.bonus, self.liquidation.insurance_share);
            after.pay_from_keeper(keeper, plan.pair.debt, repay + insurance);
            after.hand_to_keeper(keeper, plan.pair.collateral, seize);
            after
        };
        let low = after(banks[0].lo.clone(), banks[1].lo.clone()).keeper_verdict(keeper, banks);
        low.either(after(banks[0].hi.clone(), banks[1].hi.clone()).keeper_verdict(keeper, banks))
    }

    fn keeper_verdict(&self, keeper: usize, banks: &[&Touched]) -> Verdict {
        let mut verdict = Verdict::default();
        let legs = self.legs(&self.accounts[keeper], banks);
        verdict.refuse_if(legs.0.len() > super::state::SLOTS, E::TokenSlotsFull);
        if legs.owes_nothing() {
            return verdict;
        }
        verdict.refuse_if(legs.price_older_than(FRESH), E::StalePrice);
        // A keeper takes on risk: its other legs' indices are as fresh as for a loan.
        verdict.refuse_if(legs.index_older_than(STALE_INDEX), E::StaleIndex);
        verdict.refuse_when(legs.initial().below(&int(0)), E::InsufficientHealth);
        verdict
    }

    fn held(&self, account: usize, token: u8) -> u64 {
        deposit_amount(self.shares(account, token, Side::Deposit), self.token(token).bank.deposit_index)
    }

    /// S for a repayment out of a deposit.
    fn seize(&self, plan: &Plan, repay: u64, held: u64) -> Range {
        let price = |token: u8| self.token(token).feed.mid();
        plan.seize(repay, (&price(plan.pair.debt), &price(plan.pair.collateral)), held)
    }

    /// The keeper pays from its deposit first; the rest becomes its debt.
    fn pay_from_keeper(&mut self, keeper: usize, token: u8, amount: u64) {
        let held = self.held(keeper, token);
        let rest = amount.saturating_sub(held);
        if self.shares(keeper, token, Side::Deposit) > 0 {
            self.take_deposit(keeper, token, if rest > 0 { super::state::ALL } else { amount });
        }
        if rest > 0 {
            self.charge(keeper, token, rest);
        }
    }

    /// What the keeper takes pays its own debt first; the rest becomes its deposit.
    fn hand_to_keeper(&mut self, keeper: usize, token: u8, amount: u64) {
        let owes = self.shares(keeper, token, Side::Debt) > 0;
        let rest = amount - if owes { self.pay_debt(keeper, token, amount) } else { 0 };
        if rest > 0 {
            self.credit(keeper, token, rest);
        }
    }

    pub(super) fn liquidate(
        &mut self,
        (keeper, liquidatee): (usize, usize),
        (debt, collateral): (u8, u8),
        request: u64,
        seen: &Seen,
    ) -> Result<(), String> {
        let executed = seen.executed.ok_or("a liquidation without an event")?;
        for token in [debt, collateral] {
            self.tokens[usize::from(token)].bank = self.accrue_as_seen(token, seen)?;
        }
        let (d, c) = (self.touch(debt), self.touch(collateral));
        let (_, plans) = self.plans(liquidatee, (debt, collateral), request, &[&d, &c]);
        let plan = plans
            .into_iter()
            .find(|plan| plan.pair.bonus == executed.bonus)
            .ok_or_else(|| format!("the model does not know a bonus of {} millionths", executed.bonus))?;
        self.check_executed(&plan, liquidatee, &executed)?;
        self.pay_debt(liquidatee, debt, executed.repay);
        self.take_deposit(liquidatee, collateral, executed.seize);
        self.pay_from_keeper(keeper, debt, executed.repay + executed.insurance);
        self.hand_to_keeper(keeper, collateral, executed.seize);
        self.tokens[usize::from(debt)].bank.tranche += executed.insurance;
        Ok(())
    }

    fn check_executed(&self, plan: &Plan, liquidatee: usize, executed: &Executed) -> Result<(), String> {
        let repay = int(executed.repay);
        if !plan.repay.iter().any(|range| range.holds(&repay)) {
            let ranges: Vec<String> = plan.repay.iter().map(Range::to_string).collect();
            return Err(format!("R is {}, the model has {}", executed.repay, ranges.join(" or ")));
        }
        let share = self.liquidation.insurance_share;
        if executed.insurance != insurance(executed.repay, executed.bonus, share) {
            return Err(format!("the insurance is {} for R = {}", executed.insurance, executed.repay));
        }
        let held = self.held(liquidatee, plan.pair.collateral);
        let seize = self.seize(plan, executed.repay, held);
        if !seize.holds(&int(executed.seize)) {
            return Err(format!("S is {}, the model has {seize}", executed.seize));
        }
        Ok(())
    }

    pub(super) fn judge_resolve(&self, account: usize, token: u8) -> Verdict {
        let mut verdict = Verdict::default();
        verdict.refuse_if(self.shares(account, token, Side::Debt) == 0, E::NoDebt);
        let bank = self.touch(token);
        let legs = self.legs(&self.accounts[account], &[&bank]);
        verdict.refuse_if(legs.index_older_than(OLD_INDEX), E::StaleIndex);
        verdict.refuse_when(legs.matter_older_than(FRESH), E::StalePrice);
        verdict.refuse_when(legs.nothing_to_seize().opposite(), E::NotBankrupt);
        verdict.refuse_when(legs.equity().below(&int(0)).opposite(), E::NotBankrupt);
        verdict
    }

    pub(super) fn resolve(&mut self, account: usize, token: u8, seen: &Seen) -> Result<(), String> {
        let mut bank = self.accrue_as_seen(token, seen)?;
        let shares = self.shares(account, token, Side::Debt);
        let loss = super::bank::debt_amount(shares, bank.borrow_index);
        bank.borrow_shares -= shares;
        self.set_position(account, token, Side::Debt, 0);
        let paid = loss.min(bank.tranche);
        bank.tranche -= paid;
        let rest = loss - paid;
        if rest > 0 {
            let before = bank.deposit_index;
            let fall = ceil_u64(&(int(rest) * two_to(INDEX_BITS) / int(bank.deposit_shares)));
            let owned = bank.deposits();
            bank.deposit_index -= fall;
            // What lenders bear: the loss, and what rounding their index adds to it.
            bank.socialised += owned - bank.deposits();
            let lost: Q = int(fall) / int(before);
            bank.reduce_only |= lost > bps(REDUCE_ONLY_LOSS);
        }
        let snapshot = &mut self.tokens[usize::from(token)].snapshot;
        snapshot.deposit_index = bank.deposit_index;
        snapshot.borrow_index = bank.borrow_index;
        snapshot.time = self.now;
        self.tokens[usize::from(token)].bank = bank;
        Ok(())
    }
}
