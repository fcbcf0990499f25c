//! Insurance that people stake in: who owns which part of the shared fund. Two pools share it: the active one earns what the
//! fund earns, the passive one holds stake that is young or leaving, earns nothing and bears losses all the same.
//!
//! It refuses to know whose the stake is and where it is paid from. Losses are [`crate::waterfall::Fund`]'s.

mod exit;
#[cfg(test)]
mod tests;

pub use exit::{EXIT_WINDOW, Exit, FREEZE_PARTS, Freeze, exposed};

use crate::error::{MathError, Refusal};
use crate::fixed::{mul_div_down, narrow};
pub use crate::perp::VIRTUAL;
use crate::units::{Index, NativeAmount, Shares};

/// Seconds that stake stays young. Income is brought to the fund when somebody cranks it: stake must be at risk for longer
/// than anybody can wait between two cranks before it may earn, or it would come for the crank alone.
pub const MATURITY: i64 = 604_800;
/// Seconds between a request to leave and the exit. A loss is known within hours of a crash: a week is long enough that
/// nobody leaves in front of one.
pub const COOLDOWN: i64 = 604_800;

/// Units of a pool.
pub type Units = u64;

/// Deposit shares of the quote bank and the units that own them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pool {
    /// Deposit shares of the quote bank.
    pub shares: Shares,
    /// All units.
    pub units: Units,
}

impl Pool {
    /// Units for shares that come in.
    ///
    /// Formula:  shares × (units + V) / (pool + V), or shares × units / pool where V ≤ pool < units       (docs/spec.md §13.2)
    /// Rounding: floor
    /// Errors:   Overflow
    /// Source:   virtual shares of ERC-4626 vaults; as for pools of liquidity. A pool that has lost is priced without them,
    ///           as in [`Pool::redeemed`]: its units are cheap, so there is nothing to round away.
    pub fn minted(&self, shares: Shares) -> Result<Units, MathError> {
        if VIRTUAL <= self.shares && self.shares < self.units {
            return mul_div_down(shares, self.units, self.shares);
        }
        mul_div_down(shares, with_virtual(self.units)?, with_virtual(self.shares)?)
    }

    /// Shares that units are worth.
    ///
    /// Formula:  units × min(pool / all units, (pool + V) / (all units + V))       (docs/spec.md §13.2)
    /// Rounding: floor; the lesser of both, because the virtual units have brought nothing that could bear a loss
    /// Errors:   Overflow, DivideByZero where there are no units
    pub fn redeemed(&self, units: Units) -> Result<Shares, MathError> {
        if self.shares < self.units {
            return mul_div_down(units, self.shares, self.units);
        }
        mul_div_down(units, with_virtual(self.shares)?, with_virtual(self.units)?)
    }
}

fn with_virtual(n: u64) -> Result<u64, MathError> {
    n.checked_add(VIRTUAL).ok_or(MathError::Overflow)
}

/// What the shared fund knows of all stakes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ownership {
    /// Deposit shares of the quote bank, both pools together.
    pub shares: Shares,
    /// Those of the passive pool.
    pub passive: Shares,
    /// Units of stakes in the active pool.
    pub active_units: Units,
    /// Units of the protocol in the active pool: what the fund had before anybody staked.
    pub own_units: Units,
    /// Units of stakes in the passive pool.
    pub passive_units: Units,
}

/// A part of the passive pool that is worth no more than a cap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capped {
    /// Units of the passive pool.
    pub units: Units,
    /// Most that they may be worth, quote units.
    pub cap: NativeAmount,
}

/// Somebody's stake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stake {
    /// Units of the active pool.
    pub active: Units,
    /// Has not matured; the cap is what was paid in.
    pub young: Capped,
    /// Since when, unix seconds.
    pub since: i64,
    /// Is to leave; the cap is what it was worth at the request.
    pub leaving: Capped,
    /// When it was requested, unix seconds.
    pub requested_at: i64,
}

/// What moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Quote units.
    pub amount: NativeAmount,
    /// Deposit shares of the quote bank.
    pub shares: Shares,
}

/// What shares of the passive pool are worth as far as a cap goes, with the shares that this takes.
///
/// Rounding: as `shares_of` rounds; never more shares than there are
fn within_cap(
    worth: Shares,
    cap: NativeAmount,
    index: Index,
    shares_of: impl Fn(Index, NativeAmount) -> Result<Shares, MathError>,
) -> Result<Moved, MathError> {
    let amount = index.amount_down(worth)?;
    if amount <= cap {
        return Ok(Moved { amount, shares: worth });
    }
    Ok(Moved { amount: cap, shares: shares_of(index, cap)?.min(worth) })
}

impl Ownership {
    /// The pool that earns.
    pub fn active(&self) -> Result<Pool, MathError> {
        let shares = self.shares.checked_sub(self.passive).ok_or(MathError::Negative)?;
        let units = self.active_units.checked_add(self.own_units).ok_or(MathError::Overflow)?;
        Ok(Pool { shares, units })
    }

    /// The pool that does not.
    pub fn passive(&self) -> Pool {
        Pool { shares: self.passive, units: self.passive_units }
    }

    /// Takes shares into the passive pool.
    fn enter_passive(&mut self, shares: Shares) -> Result<Units, Refusal> {
        let units = self.passive().minted(shares)?;
        if units == 0 {
            return Err(Refusal::AmountZero);
        }
        self.passive = self.passive.checked_add(shares).ok_or(MathError::Overflow)?;
        self.passive_units = self.passive_units.checked_add(units).ok_or(MathError::Overflow)?;
        Ok(units)
    }

    /// Takes units out of the passive pool; their shares are the active pool's from then on. So is what rounding leaves
    /// there when nobody is in it any more.
    fn leave_passive(&mut self, units: Units) -> Result<Shares, MathError> {
        let shares = if units == 0 { 0 } else { self.passive().redeemed(units)? };
        self.passive_units = self.passive_units.checked_sub(units).ok_or(MathError::Negative)?;
        self.passive = if self.passive_units == 0 { 0 } else { self.passive - shares };
        Ok(shares)
    }

    /// Stakes an amount whose deposit shares came in with it. All that is young begins its time anew.
    ///
    /// Formula:  young += minted units of the passive pool, cap += amount       (docs/spec.md §13.3)
    /// Units:    now: unix seconds
    /// Rounding: floor
    /// Errors:   AmountZero, Overflow
    pub fn stake(&mut self, stake: &mut Stake, paid: Moved, now: i64) -> Result<(), Refusal> {
        let units = self.enter_passive(paid.shares)?;
        self.shares = self.shares.checked_add(paid.shares).ok_or(MathError::Overflow)?;
        stake.young.add(Capped { units, cap: paid.amount })?;
        stake.since = now;
        Ok(())
    }

    /// Turns young stake into active; what it is worth beyond its cap the active pool keeps.
    ///
    /// Formula:  min(cap, value) buys units of the active pool       (docs/spec.md §13.3)
    /// Units:    index: the quote bank's deposit index; now: unix seconds
    /// Rounding: floor; the excess is in the active pool before the units are bought
    /// Errors:   NoYoungStake, StakeNotMature, AmountZero, Overflow
    pub fn mature(&mut self, stake: &mut Stake, index: Index, now: i64) -> Result<Moved, Refusal> {
        if stake.young.units == 0 {
            return Err(Refusal::NoYoungStake);
        }
        if now < stake.since.saturating_add(MATURITY) {
            return Err(Refusal::StakeNotMature);
        }
        let worth = self.leave_passive(stake.young.units)?;
        let kept = within_cap(worth, stake.young.cap, index, Index::shares_down)?;
        let mut pool = self.active()?;
        pool.shares = pool.shares.checked_sub(kept.shares).ok_or(MathError::Negative)?;
        if self.active_units == 0 {
            // Nobody has a stake in what is there: all of it is the protocol's, a unit for a share.
            self.own_units = pool.shares;
            pool.units = pool.shares;
        }
        let units = pool.minted(kept.shares)?;
        if units == 0 && kept.shares > 0 {
            return Err(Refusal::AmountZero);
        }
        self.active_units = self.active_units.checked_add(units).ok_or(MathError::Overflow)?;
        stake.active = stake.active.checked_add(units).ok_or(MathError::Overflow)?;
        (stake.young, stake.since) = (Capped::default(), 0);
        Ok(kept)
    }

    /// Announces that units of the active pool are to leave, all that is held for 2^64 − 1, or all that is young for 0. They
    /// earn nothing from then on. All that is leaving begins its time anew.
    ///
    /// Formula:  leaving += the same shares in units of the passive pool, cap += their value now, of young stake at most
    ///           its cap       (docs/spec.md §13.4)
    /// Units:    index: the quote bank's deposit index; now: unix seconds
    /// Rounding: floor
    /// Errors:   NotEnoughUnits, NoYoungStake, AmountZero, Overflow
    pub fn request(&mut self, stake: &mut Stake, units: Units, index: Index, now: i64) -> Result<Moved, Refusal> {
        let moved = match units {
            0 => {
                if stake.young.units == 0 {
                    return Err(Refusal::NoYoungStake);
                }
                let shares = self.passive().redeemed(stake.young.units)?;
                let cap = index.amount_down(shares)?.min(stake.young.cap);
                stake.leaving.add(Capped { units: stake.young.units, cap })?;
                (stake.young, stake.since) = (Capped::default(), 0);
                Moved { amount: cap, shares }
            }
            units => {
                let units = if units == Units::MAX { stake.active } else { units };
                if units == 0 || units > stake.active {
                    return Err(Refusal::NotEnoughUnits);
                }
                let shares = self.active()?.redeemed(units)?;
                let cap = index.amount_down(shares)?;
                self.active_units = self.active_units.checked_sub(units).ok_or(MathError::Negative)?;
                stake.active -= units;
                // What is worth nothing any more goes at once, so that a stake can be closed.
                let units = if shares == 0 { 0 } else { self.enter_passive(shares)? };
                stake.leaving.add(Capped { units, cap })?;
                Moved { amount: cap, shares }
            }
        };
        stake.requested_at = now;
        Ok(moved)
    }

    /// Pays what was requested, in its window; what it is worth beyond its cap the active pool keeps.
    ///
    /// Formula:  min(value at the request, value now)       (docs/spec.md §13.4)
    /// Units:    index: the quote bank's deposit index; now: unix seconds
    /// Rounding: paid floor, shares ceil
    /// Errors:   NoUnstakeRequest, UnstakeTooEarly, RequestLapsed, Overflow
    pub fn unstake(&mut self, stake: &mut Stake, freeze: &Freeze, index: Index, now: i64) -> Result<Moved, Refusal> {
        if stake.leaving.units == 0 {
            return Err(Refusal::NoUnstakeRequest);
        }
        match freeze.exit(stake.requested_at, now) {
            Exit::TooEarly => return Err(Refusal::UnstakeTooEarly),
            Exit::Lapsed => return Err(Refusal::RequestLapsed),
            Exit::Open => {}
        }
        let worth = self.leave_passive(stake.leaving.units)?;
        let paid = within_cap(worth, stake.leaving.cap, index, Index::shares_up)?;
        self.shares = self.shares.checked_sub(paid.shares).ok_or(MathError::Negative)?;
        (stake.leaving, stake.requested_at) = (Capped::default(), 0);
        Ok(paid)
    }

    /// What is known to be missing stops exits while it is more than a thousandth of the fund.
    ///
    /// Formula:  known × 1000 > floor(shares × index)       (docs/spec.md §13.5)
    /// Errors:   Overflow
    pub fn is_endangered(&self, known: NativeAmount, index: Index) -> Result<bool, MathError> {
        Ok(u128::from(known) * u128::from(FREEZE_PARTS) > u128::from(index.amount_down(self.shares)?))
    }
}

impl Capped {
    fn add(&mut self, more: Capped) -> Result<(), MathError> {
        self.units = self.units.checked_add(more.units).ok_or(MathError::Overflow)?;
        self.cap = self.cap.checked_add(more.cap).ok_or(MathError::Overflow)?;
        Ok(())
    }
}

impl Stake {
    /// Takes a request back, lapsed or not: what was leaving is young again and keeps its cap.
    ///
    /// Units:    now: unix seconds
    /// Errors:   NoUnstakeRequest, Overflow
    pub fn restake(&mut self, now: i64) -> Result<(), Refusal> {
        if self.leaving.units == 0 {
            return Err(Refusal::NoUnstakeRequest);
        }
        self.young.add(self.leaving)?;
        self.since = now;
        (self.leaving, self.requested_at) = (Capped::default(), 0);
        Ok(())
    }

    /// Whether nothing is staked.
    pub fn is_empty(&self) -> bool {
        self.active == 0 && self.young.units == 0 && self.leaving.units == 0
    }
}

/// What a bank's own earnings become: its tranche up to a target, the rest for the shared fund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Income {
    /// The tranche afterwards, native units.
    pub tranche: NativeAmount,
    /// What goes to the fund, native units.
    pub overflow: NativeAmount,
}

/// Divides what a bank has earned: its own compartment first, then the fund.
///
/// Formula:  tranche' = min(tranche + fees, target) of the quote bank, tranche + fees of another       (docs/spec.md §13.6)
/// Units:    native; target: `None` for a bank whose tokens the fund cannot hold
/// Errors:   Overflow
pub fn divide_income(
    tranche: NativeAmount,
    fees: NativeAmount,
    target: Option<NativeAmount>,
) -> Result<Income, MathError> {
    let whole = u128::from(tranche) + u128::from(fees);
    let kept = whole.min(target.map_or(whole, u128::from));
    Ok(Income { tranche: narrow(kept)?, overflow: narrow(whole - kept)? })
}
