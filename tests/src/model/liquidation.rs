//! Liquidation between two margin accounts, and the write-off of what is left.

use breakwater_client::interface::MarginError as E;

use super::bank::{INDEX_BITS, deposit_amount};
use super::bucket::Rooms;
use super::call::{Executed, Seen};
use super::health::Legs;
use super::perp::MARKET_LEG;
use super::perp::market::shares_in;
use super::plan::{self, Plan, Terms};
use super::rational::{Q, Range, bps, ceil_u64, floor_u64, int, ppm, two_to};
use super::state::{OLD_INDEX, Side, State, Touched};
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
    pub fn plans(
        &self,
        liquidatee: usize,
        pair: (u8, u8),
        (request, limited): (u64, bool),
        banks: &[&Touched],
    ) -> (Verdict, Vec<Plan>) {
        let legs = self.legs_in(&self.accounts[liquidatee], banks, market_of(pair));
        if legs.owes_nothing() {
            let mut verdict = Verdict::default();
            verdict.refuse_if(true, E::AccountHealthy);
            verdict.refuse_if(true, E::LegNotFound);
            return (verdict, Vec::new());
        }
        let mut plans = Vec::new();
        let mut verdicts = Vec::new();
        let rooms = if limited { self.rooms(pair, banks) } else { Rooms::default() };
        for bonus in plan::account_bonus(&legs, &self.liquidation, &self.growth(liquidatee)) {
            let terms = Terms { config: &self.liquidation, bonus, rooms: &rooms };
            let (verdict, plan) = plan::plan(&legs, terms, pair, request);
            verdicts.push(verdict);
            plans.extend(plan);
        }
        (verdicts.into_iter().reduce(Verdict::either).expect("there is a bonus"), plans)
    }

    /// The bank of a leg: that of the quote token for a market's.
    pub fn bank_of(&self, leg: u8) -> u8 {
        if leg >= MARKET_LEG { self.quote().token } else { leg }
    }

    pub(super) fn judge_liquidate(&self, keeper: usize, liquidatee: usize, pair: (u8, u8), request: u64) -> Verdict {
        let Some(market) = market_of(pair) else { return self.judge_pair(keeper, liquidatee, pair, request) };
        let ends = self.at_ends(&[self.bank_of(pair.0), self.bank_of(pair.1)]).map(|mut state| {
            match state.touch_for_liquidation(liquidatee, market) {
                Err(error) => super::perp::settle::refused(error),
                Ok(()) => state.judge_pair(keeper, liquidatee, pair, request),
            }
        });
        ends.into_iter().reduce(Verdict::either).expect("there are two")
    }

    fn judge_pair(&self, keeper: usize, liquidatee: usize, pair: (u8, u8), request: u64) -> Verdict {
        let (debt, collateral) = (self.touch(self.bank_of(pair.0)), self.touch(self.bank_of(pair.1)));
        let banks = [&debt, &collateral];
        let legs = self.legs_in(&self.accounts[liquidatee], &banks, market_of(pair));
        self.judge_touched(liquidatee, &legs, |limited| {
            self.judge_plans((keeper, liquidatee), pair, (request, limited), &banks)
        })
    }

    fn judge_plans(
        &self,
        (keeper, liquidatee): (usize, usize),
        pair: (u8, u8),
        request: (u64, bool),
        banks: &[&Touched; 2],
    ) -> Verdict {
        let mut verdict = Verdict::default();
        let (planned, plans) = self.plans(liquidatee, pair, request, banks);
        verdict.also(planned);
        if !verdict.allows() {
            return verdict;
        }
        let ends = plans.iter().flat_map(|plan| plan.repay.iter().map(move |repay| (plan, repay)));
        let keepers = ends.flat_map(|(plan, repay)| {
            [&repay.lo, &repay.hi].map(|repay| self.judge_keeper((keeper, liquidatee), plan, floor_u64(repay), banks))
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
            after.tokens[usize::from(self.bank_of(plan.pair.debt))].bank = debt;
            after.tokens[usize::from(self.bank_of(plan.pair.collateral))].bank = collateral;
            let held = after.seizable(liquidatee, plan.pair.collateral);
            let seize = floor_u64(&self.seize(plan, repay, held).lo);
            let insurance = insurance(repay, plan.pair.bonus, self.liquidation.insurance_share);
            after.pay_from_keeper(keeper, self.bank_of(plan.pair.debt), repay + insurance);
            after.hand_to_keeper(keeper, self.bank_of(plan.pair.collateral), seize);
            after
        };
        let market = market_of((plan.pair.debt, plan.pair.collateral));
        let low = after(banks[0].lo.clone(), banks[1].lo.clone()).keeper_verdict(keeper, banks, market);
        low.either(after(banks[0].hi.clone(), banks[1].hi.clone()).keeper_verdict(keeper, banks, market))
    }

    fn keeper_verdict(&self, keeper: usize, banks: &[&Touched], market: Option<u8>) -> Verdict {
        let account = &self.accounts[keeper];
        State::judge_keeper_legs(&self.legs_in(account, banks, market), account)
    }

    /// Whether a keeper may have what a liquidation leaves it with.
    pub(crate) fn judge_keeper_legs(legs: &Legs, account: &super::Account) -> Verdict {
        let mut verdict = Verdict::default();
        verdict.refuse_if(account.positions.len() > super::state::SLOTS, E::TokenSlotsFull);
        // A keeper takes on risk: its other legs' indices are as fresh as for a loan.
        verdict.also(State::judge_legs(legs, FRESH));
        verdict
    }

    /// What can be seized of a deposit, or of matured profit.
    fn seizable(&self, account: usize, leg: u8) -> u64 {
        let Some(market) = leg.checked_sub(MARKET_LEG) else { return self.held(account, leg) };
        let Some(perp) = self.perp(account, market) else { return 0 };
        perp.matured.min(perp.secured + super::perp::unsigned(self.market(market).assets(self.quote_index())))
    }

    fn held(&self, account: usize, token: u8) -> u64 {
        deposit_amount(self.shares(account, token, Side::Deposit), self.token(token).bank.deposit_index)
    }

    /// S for a repayment out of a deposit.
    fn seize(&self, plan: &Plan, repay: u64, held: u64) -> Range {
        let price = |leg: u8| self.token(self.bank_of(leg)).feed.mid();
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
    pub(super) fn hand_to_keeper(&mut self, keeper: usize, token: u8, amount: u64) {
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
        (request, limited): (u64, bool),
        seen: &Seen,
    ) -> Result<(), String> {
        let executed = seen.executed.ok_or("a liquidation without an event")?;
        for token in [self.bank_of(debt), self.bank_of(collateral)] {
            self.tokens[usize::from(token)].bank = self.accrue_as_seen(token, seen)?;
        }
        if let Some(market) = market_of((debt, collateral)) {
            self.touch_for_liquidation(liquidatee, market).map_err(|error| format!("{error:?}"))?;
        }
        let (d, c) = (self.touch(self.bank_of(debt)), self.touch(self.bank_of(collateral)));
        let (_, plans) = self.plans(liquidatee, (debt, collateral), (request, limited), &[&d, &c]);
        let plan = plans
            .into_iter()
            .find(|plan| plan.pair.bonus == executed.bonus)
            .ok_or_else(|| format!("the model does not know a bonus of {} millionths", executed.bonus))?;
        self.check_executed(&plan, liquidatee, &executed)?;
        if limited {
            self.count_leg(debt, executed.repay);
            self.count_leg(collateral, executed.seize);
        }
        self.take_repayment((keeper, liquidatee), debt, &executed);
        self.hand_collateral((keeper, liquidatee), collateral, executed.seize);
        Ok(())
    }

    /// The keeper pays a debt to a bank, or to a market.
    fn take_repayment(&mut self, (keeper, liquidatee): (usize, usize), debt: u8, executed: &Executed) {
        let paid = executed.repay + executed.insurance;
        let Some(market) = debt.checked_sub(MARKET_LEG) else {
            self.pay_debt(liquidatee, debt, executed.repay);
            self.pay_from_keeper(keeper, debt, paid);
            self.tokens[usize::from(debt)].bank.tranche += executed.insurance;
            return;
        };
        let (token, index) = (self.quote().token, self.quote_index());
        self.pay_from_keeper(keeper, token, paid);
        let [repay, insurance] = [executed.repay, executed.insurance].map(|units| shares_in(units.into(), index));
        self.tokens[usize::from(token)].bank.deposit_shares += repay + insurance;
        let books = self.market_mut(market);
        books.pool += repay;
        books.tranche += insurance;
        let mut perp = self.perp(liquidatee, market).expect("it was found");
        self.add_quote(&mut perp, market, executed.repay.into());
        self.set_perp(liquidatee, market, &perp);
    }

    /// The keeper takes a deposit, or matured profit out of a pool.
    fn hand_collateral(&mut self, (keeper, liquidatee): (usize, usize), collateral: u8, seize: u64) {
        let Some(market) = collateral.checked_sub(MARKET_LEG) else {
            self.take_deposit(liquidatee, collateral, seize);
            self.hand_to_keeper(keeper, collateral, seize);
            return;
        };
        let mut perp = self.perp(liquidatee, market).expect("it was found");
        let rest = seize.saturating_sub(perp.secured);
        self.pay_profit(keeper, &mut perp, market, (seize.into(), rest.into()));
        self.set_perp(liquidatee, market, &perp);
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
        let held = self.seizable(liquidatee, plan.pair.collateral);
        let seize = self.seize(plan, executed.repay, held);
        if !seize.holds(&int(executed.seize)) {
            return Err(format!("S is {}, the model has {seize}", executed.seize));
        }
        Ok(())
    }

    pub(super) fn judge_resolve(&self, account: usize, token: u8) -> Verdict {
        if let Some(market) = token.checked_sub(MARKET_LEG) {
            let [mut low, mut high] = self.at_ends(&[self.quote().token]);
            return low.resolve_market(account, market).either(high.resolve_market(account, market));
        }
        let bank = self.touch(token);
        let mut verdict = self.judge_bankrupt(account, &[&bank], None);
        verdict.refuse_if(self.shares(account, token, Side::Debt) == 0, E::NoDebt);
        verdict
    }

    pub(super) fn judge_bankrupt(&self, account: usize, banks: &[&Touched], market: Option<u8>) -> Verdict {
        let mut verdict = Verdict::default();
        let legs = self.legs_in(&self.accounts[account], banks, market);
        verdict.refuse_if(legs.index_older_than(OLD_INDEX), E::StaleIndex);
        verdict.refuse_when(legs.matter_older_than(FRESH), E::StalePrice);
        verdict.refuse_when(legs.nothing_to_seize().opposite(), E::NotBankrupt);
        verdict.refuse_if(legs.may_win_outside(market), E::NotBankrupt);
        verdict.refuse_when(legs.equity().below(&int(0)).opposite(), E::NotBankrupt);
        verdict
    }

    pub(super) fn resolve(&mut self, account: usize, token: u8, seen: &Seen) -> Result<(), String> {
        if let Some(market) = token.checked_sub(MARKET_LEG) {
            let quote = self.quote().token;
            self.tokens[usize::from(quote)].bank = self.accrue_as_seen(quote, seen)?;
            self.resolve_market(account, market);
            return Ok(());
        }
        let mut bank = self.accrue_as_seen(token, seen)?;
        let shares = self.shares(account, token, Side::Debt);
        let loss = super::bank::debt_amount(shares, bank.borrow_index);
        bank.borrow_shares -= shares;
        self.set_position(account, token, Side::Debt, 0);
        let paid = loss.min(bank.tranche);
        bank.tranche -= paid;
        let rest = self.fund_pays_bank(token, &mut bank, loss - paid);
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
        snapshot.deposits = bank.deposits();
        snapshot.time = self.now;
        self.tokens[usize::from(token)].bank = bank;
        Ok(())
    }

    /// The shared fund bears what the tranche of the quote bank does not; its shares are given up. Returns the rest.
    fn fund_pays_bank(&mut self, token: u8, bank: &mut super::Bank, loss: u64) -> u64 {
        if self.quote.is_none_or(|quote| quote.token != token) {
            return loss;
        }
        let now = self.now;
        let fund = self.fund.as_mut().expect("there is a fund");
        let (units, shares) = fund.pay(loss.into(), now, bank.deposit_index);
        bank.deposit_shares -= shares;
        loss - super::perp::unsigned(units)
    }
}

/// The market that a pair names.
pub fn market_of((debt, collateral): (u8, u8)) -> Option<u8> {
    debt.checked_sub(MARKET_LEG).or(collateral.checked_sub(MARKET_LEG))
}
