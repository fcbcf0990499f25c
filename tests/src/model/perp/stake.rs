//! Stakes in the shared fund (docs/spec.md §13).

use breakwater_client::interface::MarginError as E;
use num_traits::Zero;

use super::market::{Fund, shares_in, shares_out};
use super::settle::refused;
use super::trade::refuse;
use super::{VIRTUAL_UNITS, floor_of, unsigned};
use crate::model::bank::deposit_amount;
use crate::model::rational::{Q, int};
use crate::model::state::{ALL, State};
use crate::model::verdict::Verdict;

/// Seconds that stake is young, and seconds from a request to the exit.
pub const WEEK: i64 = 7 * 86_400;
/// Seconds after that in which it may leave.
pub const WINDOW: i64 = 2 * 86_400;

/// A part of the passive pool and the most that it may be worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capped {
    /// Units.
    pub units: u64,
    /// Quote units.
    pub cap: u64,
}

/// Somebody's stake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stake {
    /// Units of the active pool.
    pub active: u64,
    /// Has not matured.
    pub young: Capped,
    /// Since when.
    pub since: i64,
    /// Is to leave.
    pub leaving: Capped,
    /// When that was requested.
    pub requested_at: i64,
}

/// What the stakes own of a fund.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owned {
    /// Shares that are passive.
    pub passive: u64,
    /// Units of stakes in the active pool.
    pub active_units: u64,
    /// The protocol's.
    pub own_units: u64,
    /// Units of the passive pool.
    pub passive_units: u64,
    /// How often everything was lost.
    pub generation: u32,
}

/// Shares for a unit that comes in; a pool that has lost is priced as it is.
fn entry_price(shares: u64, units: u64) -> Q {
    let virtual_units = int(VIRTUAL_UNITS);
    if shares < units && i128::from(shares) >= VIRTUAL_UNITS {
        return int(shares) / int(units);
    }
    (int(shares) + &virtual_units) / (int(units) + virtual_units)
}

/// Shares for a unit that goes out.
fn exit_price(shares: u64, units: u64) -> Q {
    if units == 0 {
        return Q::zero();
    }
    let virtual_units = int(VIRTUAL_UNITS);
    let whole = int(shares) / int(units);
    whole.min((int(shares) + &virtual_units) / (int(units) + virtual_units))
}

fn floored(q: &Q) -> u64 {
    unsigned(floor_of(q))
}

impl Fund {
    fn active(&self) -> (u64, u64) {
        (self.shares - self.owned.passive, self.owned.active_units + self.owned.own_units)
    }

    fn enter_passive(&mut self, shares: u64) -> Result<u64, E> {
        let units = floored(&(int(shares) / entry_price(self.owned.passive, self.owned.passive_units)));
        refuse(units == 0, E::AmountZero)?;
        self.owned.passive += shares;
        self.owned.passive_units += units;
        Ok(units)
    }

    fn passive_worth(&self, units: u64) -> u64 {
        floored(&(int(units) * exit_price(self.owned.passive, self.owned.passive_units)))
    }

    fn leave_passive(&mut self, units: u64) -> u64 {
        let shares = self.passive_worth(units);
        self.owned.passive_units -= units;
        self.owned.passive = if self.owned.passive_units == 0 { 0 } else { self.owned.passive - shares };
        shares
    }

    /// Young and leaving stake bear their part of a loss, rounded up; after the last share units mean nothing.
    pub(super) fn bear(&mut self, before: u64) {
        if before > 0 {
            self.owned.passive = floored(&(int(self.owned.passive) * int(self.shares) / int(before)));
        }
        if before > 0 && self.shares == 0 {
            self.owned = Owned { generation: self.owned.generation + 1, ..Owned::default() };
        }
    }
}

impl State {
    fn shared_fund(&mut self) -> &mut Fund {
        self.fund.as_mut().expect("there is a fund")
    }

    /// A change of somebody's stake and of the fund.
    pub(super) fn change_stake(
        &mut self,
        account: usize,
        change: impl FnOnce(&mut State, &mut Stake) -> Result<(), E>,
    ) -> Verdict {
        let mut stake = self.stakes.get(&account).copied().unwrap_or_default();
        let outcome = change(self, &mut stake);
        self.stakes.insert(account, stake);
        self.stakes.retain(|_, stake| *stake != Stake::default());
        match outcome {
            Ok(()) => Verdict::default(),
            Err(error) => refused(error),
        }
    }

    pub(super) fn stake(&mut self, account: usize, amount: u64) -> Verdict {
        let verdict = self.change_stake(account, |state, stake| {
            let (units, shares) = state.hand_over(account, amount)?;
            let now = state.now;
            let fund = state.shared_fund();
            let minted = fund.enter_passive(shares)?;
            fund.shares += shares;
            stake.young.units += minted;
            stake.young.cap += unsigned(units);
            stake.since = now;
            Ok(())
        });
        if verdict.allows() {
            let quote = self.quote().token;
            return self.judge_risk(account, &[&self.touch(quote)]);
        }
        verdict
    }

    pub(super) fn mature(&mut self, account: usize) -> Verdict {
        let (now, index) = (self.now, self.quote_index());
        self.change_stake(account, |state, stake| {
            refuse(stake.young.units == 0, E::NoYoungStake)?;
            refuse(now < stake.since + WEEK, E::StakeNotMature)?;
            let fund = state.shared_fund();
            let worth = fund.leave_passive(stake.young.units);
            let over = deposit_amount(worth, index) > stake.young.cap;
            let kept = if over { shares_in(stake.young.cap.into(), index) } else { worth };
            let rest = fund.active().0 - kept;
            if fund.owned.active_units == 0 {
                fund.owned.own_units = rest;
            }
            let units = floored(&(int(kept) / entry_price(rest, fund.active().1)));
            refuse(units == 0 && kept > 0, E::AmountZero)?;
            fund.owned.active_units += units;
            stake.active += units;
            (stake.young, stake.since) = (Capped::default(), 0);
            Ok(())
        })
    }

    pub(super) fn request_unstake(&mut self, account: usize, units: u64) -> Verdict {
        let (now, index) = (self.now, self.quote_index());
        self.change_stake(account, |state, stake| {
            let fund = state.shared_fund();
            let entry = if units == 0 {
                refuse(stake.young.units == 0, E::NoYoungStake)?;
                let worth = deposit_amount(fund.passive_worth(stake.young.units), index);
                let entry = Capped { units: stake.young.units, cap: worth.min(stake.young.cap) };
                (stake.young, stake.since) = (Capped::default(), 0);
                entry
            } else {
                let units = if units == ALL { stake.active } else { units };
                refuse(units == 0 || units > stake.active, E::NotEnoughUnits)?;
                let (shares, all) = fund.active();
                let shares = floored(&(int(units) * exit_price(shares, all)));
                fund.owned.active_units -= units;
                stake.active -= units;
                let passive = if shares == 0 { 0 } else { fund.enter_passive(shares)? };
                Capped { units: passive, cap: deposit_amount(shares, index) }
            };
            stake.leaving.units += entry.units;
            stake.leaving.cap += entry.cap;
            stake.requested_at = now;
            Ok(())
        })
    }

    pub(super) fn unstake(&mut self, account: usize) -> Verdict {
        let (now, index) = (self.now, self.quote_index());
        self.change_stake(account, |state, stake| {
            refuse(stake.leaving.units == 0, E::NoUnstakeRequest)?;
            refuse(now < stake.requested_at + WEEK, E::UnstakeTooEarly)?;
            refuse(now > stake.requested_at + WEEK + WINDOW, E::RequestLapsed)?;
            let fund = state.shared_fund();
            let worth = fund.leave_passive(stake.leaving.units);
            let units = deposit_amount(worth, index).min(stake.leaving.cap);
            let shares = shares_out(units.into(), worth, index);
            fund.shares -= shares;
            (stake.leaving, stake.requested_at) = (Capped::default(), 0);
            state.take_over(account, units.into(), shares);
            Ok(())
        })
    }

    pub(super) fn restake(&mut self, account: usize) -> Verdict {
        let now = self.now;
        self.change_stake(account, |_, stake| {
            refuse(stake.leaving.units == 0, E::NoUnstakeRequest)?;
            stake.young.units += stake.leaving.units;
            stake.young.cap += stake.leaving.cap;
            stake.since = now;
            (stake.leaving, stake.requested_at) = (Capped::default(), 0);
            Ok(())
        })
    }

    /// What a market or the quote bank has earned becomes insurance.
    pub(super) fn collect(&mut self, market: Option<u8>) -> Verdict {
        if let Some(market) = market {
            let shares = std::mem::take(&mut self.market_mut(market).fees);
            self.shared_fund().shares += shares;
            return if shares == 0 { refused(E::NothingToCollect) } else { Verdict::default() };
        }
        let (index, token) = (self.quote_index(), usize::from(self.quote().token));
        let bank = &mut self.tokens[token].bank;
        let (before, all) = (bank.tranche, bank.tranche + bank.fees);
        let target = bank.lending.tranche_target;
        let over = all.saturating_sub(target);
        let shares = shares_in(over.into(), index);
        bank.tranche = all - over;
        bank.fees = if shares == 0 { over } else { 0 };
        bank.deposit_shares += shares;
        let idle = shares == 0 && bank.tranche == before;
        self.shared_fund().shares += shares;
        if idle { refused(E::NothingToCollect) } else { Verdict::default() }
    }
}
