//! Laws of liquidation, checked exactly on the state before and after each one.

use num_traits::{Signed, Zero};

use crate::model::bank::{debt_amount, deposit_amount};
use crate::model::rational::{Q, Range, display, int};
use crate::model::{Legs, Side, State};

/// The largest breach of each law so far, dollars; and what it was measured over.
#[derive(Clone, Debug, Default)]
pub struct Extremes {
    /// Liquidations measured.
    pub liquidations: u64,
    /// LIQ-1: highest exact H_hi of an account that was liquidated.
    pub optimistic_health: Option<f64>,
    /// LIQ-2: deepest fall of exact H_maint.
    pub health_fall: f64,
    /// LIQ-2: the deepest fall as a part of what one native unit of each leg weighs.
    pub health_fall_units: f64,
    /// LIQ-4: lowest exact equity that a solvent account was left with.
    pub solvent_equity: Option<f64>,
}

/// Legs with exact values: the roundings of the program's sums are left out, those of amounts are not.
fn exact(legs: &Legs, weight: impl Fn(&crate::model::Leg) -> Q) -> Q {
    legs.0.iter().fold(Q::zero(), |sum, leg| {
        let value = &leg.amount.lo * leg.feed.mid() * weight(leg);
        if leg.side == Side::Deposit { sum + value * leg.feed.decay(leg.now) } else { sum - value }
    })
}

/// Exact H at the end of every interval that is best for the account.
pub fn exact_optimistic(legs: &Legs) -> Q {
    exact(legs, |leg| {
        let band = leg.feed.liquidation_band(leg.now);
        &leg.weights.maintenance * if leg.side == Side::Deposit { int(1) + band } else { int(1) - band }
    })
}

/// Exact H_maint at mid.
pub fn exact_maintenance(legs: &Legs) -> Q {
    exact(legs, |leg| leg.weights.maintenance.clone())
}

/// Exact equity at mid.
pub fn exact_equity(legs: &Legs) -> Q {
    exact(legs, |_| int(1))
}

/// What one native unit of each of two tokens is worth, weighted as a debt and as a deposit.
fn one_unit_of_each(state: &State, (debt, collateral): (u8, u8)) -> Q {
    let unit = |token: u8, side| state.token(token).weights_of(side).maintenance * state.token(token).feed.mid();
    unit(debt, Side::Debt) + unit(collateral, Side::Deposit)
}

impl Extremes {
    /// Both together.
    #[must_use]
    pub fn and(&self, other: &Extremes) -> Extremes {
        let both = |a: Option<f64>, b: Option<f64>, pick: fn(f64, f64) -> f64| match (a, b) {
            (Some(a), Some(b)) => Some(pick(a, b)),
            (a, b) => a.or(b),
        };
        Extremes {
            liquidations: self.liquidations + other.liquidations,
            optimistic_health: both(self.optimistic_health, other.optimistic_health, f64::max),
            health_fall: self.health_fall.max(other.health_fall),
            health_fall_units: self.health_fall_units.max(other.health_fall_units),
            solvent_equity: both(self.solvent_equity, other.solvent_equity, f64::min),
        }
    }

    /// Checks a liquidation of `pair` with the states before and after it; both banks charged interest until now.
    ///
    /// # Errors
    /// The law that is broken.
    pub fn check(&mut self, before: &State, after: &State, liquidatee: usize, pair: (u8, u8)) -> Result<(), String> {
        let mut charged = before.clone();
        for token in [pair.0, pair.1] {
            let bank = &mut charged.tokens[usize::from(token)].bank;
            *bank = bank.accrued(before.now, after.token(token).bank.borrow_index);
        }
        let legs = |state: &State| {
            let banks = (state.touch(pair.0), state.touch(pair.1));
            state.legs(&state.accounts[liquidatee], &[&banks.0, &banks.1])
        };
        let (old, new) = (legs(&charged), legs(after));
        self.liquidations += 1;
        self.under_water(&old)?;
        self.health_rises(&charged, &old, &new, pair)?;
        self.stays_solvent(&charged, &old, &new, pair)
    }

    /// LIQ-1. The program rounds each leg's value once against the account, so an account may be liquidated whose exact
    /// health at the best end is above zero by less than those roundings.
    fn under_water(&mut self, legs: &Legs) -> Result<(), String> {
        let best = exact_optimistic(legs);
        let range: Range = legs.optimistic();
        let seen = display(&best);
        self.optimistic_health = Some(self.optimistic_health.map_or(seen, |most| most.max(seen)));
        if best >= range.width() && !best.is_negative() {
            return Err(format!("LIQ-1: liquidated at a best health of ${seen}"));
        }
        Ok(())
    }

    /// LIQ-2: H_maint at mid falls by no more than one native unit of each leg.
    fn health_rises(&mut self, state: &State, old: &Legs, new: &Legs, pair: (u8, u8)) -> Result<(), String> {
        let fall = exact_maintenance(old) - exact_maintenance(new);
        let allowed = one_unit_of_each(state, pair);
        self.health_fall = self.health_fall.max(display(&fall));
        self.health_fall_units = self.health_fall_units.max(display(&(&fall / &allowed)));
        if fall > allowed {
            return Err(format!("LIQ-2: health fell by ${}, allowed ${}", display(&fall), display(&allowed)));
        }
        Ok(())
    }

    /// LIQ-4: a solvent account is left with equity no lower than minus one native unit of each leg.
    fn stays_solvent(&mut self, state: &State, old: &Legs, new: &Legs, pair: (u8, u8)) -> Result<(), String> {
        if exact_equity(old).is_negative() {
            return Ok(());
        }
        let left = exact_equity(new);
        let seen = display(&left);
        self.solvent_equity = Some(self.solvent_equity.map_or(seen, |least| least.min(seen)));
        if left < -one_unit_of_each(state, pair) {
            return Err(format!("LIQ-4: a solvent account is left with ${seen}"));
        }
        Ok(())
    }
}

/// SOL-1 over accounts: what all of them may claim, with tranche and fees, is covered by the vault and by what they owe.
///
/// # Errors
/// The token whose claims are not covered.
pub fn claims_are_covered(state: &State) -> Result<(), String> {
    for (token, entry) in state.tokens.iter().enumerate() {
        let bank = &entry.bank;
        let (mut held, mut owed) = (u128::from(bank.tranche) + u128::from(bank.fees), u128::from(bank.vault_tokens));
        for position in state.accounts.iter().filter_map(|account| account.positions.get(&(token as u8))) {
            match position.side {
                Side::Deposit => held += u128::from(deposit_amount(position.shares, bank.deposit_index)),
                Side::Debt => owed += u128::from(debt_amount(position.shares, bank.borrow_index)),
            }
        }
        if held > owed {
            return Err(format!("SOL-1: token {token}: claims of {held} against {owed}"));
        }
    }
    Ok(())
}
