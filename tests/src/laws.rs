//! Laws of liquidation, checked exactly on the state before and after each one.

use num_traits::{Signed, Zero};

use crate::model::bank::{debt_amount, deposit_amount, exact_amount};
use crate::model::liquidation::market_of;
use crate::model::perp::{MARK_BITS, MARKET_LEG};
use crate::model::rational::{Q, Range, display, int};
use crate::model::{Call, Legs, Side, State};

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
fn exact(legs: &Legs, weight: impl Fn(&crate::model::Leg) -> Q, units: i128) -> Q {
    let perps = legs.1.quote.map_or(Q::zero(), |quote| {
        let value = int(units) * quote.mid();
        if units > 0 { value * quote.decay(legs.1.now) } else { value }
    });
    legs.0.iter().fold(perps, |sum, leg| {
        let value = &leg.amount.lo * leg.feed.mid() * weight(leg);
        if leg.side == Side::Deposit { sum + value * leg.feed.decay(leg.now) } else { sum - value }
    })
}

/// Exact H at the end of every interval that is best for the account.
pub fn exact_optimistic(legs: &Legs) -> Q {
    let units = legs.1.legs.iter().map(|leg| leg.optimistic).sum();
    let factor = |feed: &crate::model::Feed, now, up: bool| {
        let band = feed.liquidation_band(now);
        if up { int(1) + band } else { int(1) - band }
    };
    let weight =
        |leg: &crate::model::Leg| &leg.weights.maintenance * factor(&leg.feed, leg.now, leg.side == Side::Deposit);
    let tokens = exact(legs, weight, 0);
    let quote = legs.1.quote.map_or(int(1), |quote| factor(&quote, legs.1.now, units > 0));
    tokens + exact(&Legs(Vec::new(), legs.1.clone()), |_| int(0), units) * quote
}

/// Exact H_maint at mid.
pub fn exact_maintenance(legs: &Legs) -> Q {
    exact(legs, |leg| leg.weights.maintenance.clone(), legs.maintenance_units())
}

/// Exact equity at mid.
pub fn exact_equity(legs: &Legs) -> Q {
    exact(legs, |_| int(1), legs.1.legs.iter().map(|leg| leg.pnl).sum())
}

/// What a liquidation touches: its banks and its market, and how far rounding may move an account's health.
pub struct Touch {
    banks: Vec<u8>,
    market: Option<u8>,
    allowed: Q,
}

impl Touch {
    /// Of a pair. Rounding: one native unit of each leg, weighted.
    pub fn pair(state: &State, (debt, collateral): (u8, u8)) -> Touch {
        let unit = |leg: u8, side| {
            let token = state.token(state.bank_of(leg));
            token.weights_of(side).maintenance * token.feed.mid()
        };
        Touch {
            banks: vec![state.bank_of(debt), state.bank_of(collateral)],
            market: market_of((debt, collateral)),
            allowed: unit(debt, Side::Debt) + unit(collateral, Side::Deposit),
        }
    }

    /// Of a position. Rounding: two quote units where its deposit or its debt moves.
    pub fn position(state: &State, market: u8) -> Touch {
        let quote = state.token(state.quote().token);
        let allowed = quote.weights_of(Side::Debt).maintenance * quote.feed.mid() * int(2);
        Touch { banks: vec![state.quote().token], market: Some(market), allowed }
    }

    /// The account's legs before and after, with interest and funding until now.
    pub fn legs(&self, before: &State, after: &State, account: usize) -> (Legs, Legs) {
        let mut charged = before.clone();
        for token in &self.banks {
            let bank = &mut charged.tokens[usize::from(*token)].bank;
            *bank = bank.accrued(before.now, after.token(*token).bank.borrow_index);
        }
        if let Some(market) = self.market {
            charged.touch_for_liquidation(account, market).expect("it was liquidated");
        }
        let legs = |state: &State| {
            let banks: Vec<_> = self.banks.iter().map(|token| state.touch(*token)).collect();
            state.legs_in(&state.accounts[account], &banks.iter().collect::<Vec<_>>(), self.market)
        };
        (legs(&charged), legs(after))
    }
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

    /// Checks a liquidation with the legs before and after it; interest and funding were charged until now.
    ///
    /// # Errors
    /// The law that is broken.
    pub fn check(&mut self, touch: &Touch, (old, new): (&Legs, &Legs)) -> Result<(), String> {
        self.liquidations += 1;
        self.under_water(old)?;
        self.health_rises(&touch.allowed, old, new)?;
        self.stays_solvent(&touch.allowed, old, new)
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
    fn health_rises(&mut self, allowed: &Q, old: &Legs, new: &Legs) -> Result<(), String> {
        let fall = exact_maintenance(old) - exact_maintenance(new);
        self.health_fall = self.health_fall.max(display(&fall));
        self.health_fall_units = self.health_fall_units.max(display(&(&fall / allowed)));
        if &fall > allowed {
            return Err(format!("LIQ-2: health fell by ${}, allowed ${}", display(&fall), display(allowed)));
        }
        Ok(())
    }

    /// LIQ-4: a solvent account is left with equity no lower than minus one native unit of each leg.
    fn stays_solvent(&mut self, allowed: &Q, old: &Legs, new: &Legs) -> Result<(), String> {
        if exact_equity(old).is_negative() {
            return Ok(());
        }
        let left = exact_equity(new);
        let seen = display(&left);
        self.solvent_equity = Some(self.solvent_equity.map_or(seen, |least| least.min(seen)));
        if left < -allowed.clone() {
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
        held += markets_hold(state, token as u8);
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

/// What markets and the fund own of a token, native units.
fn markets_hold(state: &State, token: u8) -> u128 {
    let index = state.token(token).bank.deposit_index;
    if state.quote.is_none_or(|quote| quote.token != token) {
        return 0;
    }
    purses(state).map(|shares| u128::from(deposit_amount(shares, index))).sum()
}

/// Deposit shares of the quote bank that are no account's.
fn purses(state: &State) -> impl Iterator<Item = u64> {
    let markets = state.markets.iter().flat_map(|market| [market.pool, market.escrow, market.tranche, market.fees]);
    markets.chain(state.fund.map(|fund| fund.shares))
}

/// CON-1 and SOL-2 over accounts: open interest, claims and secured profit of every market to the last fraction, and every
/// share of the quote bank and of a pool has one owner.
///
/// # Errors
/// What does not add up.
pub fn books_are_whole(state: &State) -> Result<(), String> {
    for (number, market) in (0u8..).zip(&state.markets) {
        let positions = || state.accounts.iter().filter_map(|account| account.perps.get(&number));
        let base: i128 = positions().map(|perp| i128::from(perp.base)).sum();
        let long: i128 = positions().map(|perp| i128::from(perp.base.max(0))).sum();
        if base != market.net() || long != i128::from(market.long) {
            return Err(format!("CON-1: market {number}: traders hold {base}, the pool answers for {}", market.net()));
        }
        let claim = |perp: &crate::model::perp::Perp| {
            ((i128::from(perp.quote) - i128::from(perp.secured)) << MARK_BITS) + perp.due(market.funding_index)
        };
        let claims: i128 = positions().map(claim).sum();
        if claims != market.claims {
            return Err(format!("CON-1: market {number}: traders claim {claims}, the market counts {}", market.claims));
        }
        let secured: u128 = positions().map(|perp| u128::from(perp.secured)).sum();
        if secured != u128::from(market.secured) {
            return Err(format!("CON-1: market {number}: {secured} is secured, the market counts {}", market.secured));
        }
        let liquidity: u128 = state
            .liquidity
            .iter()
            .filter_map(|((_, market), entry)| (*market == number).then_some(u128::from(entry.shares)))
            .sum();
        if liquidity != u128::from(market.liquidity) {
            return Err(format!("SOL-2: market {number}: liquidity of {liquidity}, it counts {}", market.liquidity));
        }
    }
    let Some(quote) = state.quote else { return Ok(()) };
    let deposits = state.accounts.iter().filter_map(|account| account.positions.get(&quote.token));
    let deposits =
        deposits.filter(|position| position.side == Side::Deposit).map(|position| u128::from(position.shares));
    let purses = purses(state).map(u128::from);
    let (owned, counted) = (deposits.chain(purses).sum::<u128>(), state.token(quote.token).bank.deposit_shares);
    if owned != u128::from(counted) {
        return Err(format!("SOL-2: {owned} shares of the quote bank have an owner, it counts {counted}"));
    }
    secured_is_covered(state)
}

/// ADL-1: what is secured can be paid in full, but for the fraction of a share by which a part that was paid rounded up; only a
/// loss of the quote bank's lenders may take from it.
fn secured_is_covered(state: &State) -> Result<(), String> {
    // Deleveraging counts with the interest until now and leaves it to others to charge it.
    let bank = state.touch(state.quote().token).hi;
    for (number, market) in state.markets.iter().enumerate() {
        let holders = state.accounts.iter().flat_map(|account| account.perps.values()).filter(|perp| perp.secured > 0);
        let fractions = int(i128::try_from(holders.count()).unwrap_or(i128::MAX)) * exact_amount(1, bank.deposit_index);
        if bank.socialised == 0 && exact_amount(market.escrow, bank.deposit_index) + fractions < int(market.secured) {
            let (escrow, secured) = (market.escrow, market.secured);
            return Err(format!("ADL-1: market {number}: {escrow} shares lie apart for {secured} of secured profit"));
        }
        if market.secured == 0 && market.escrow > 0 {
            return Err(format!("ADL-1: market {number}: {} shares lie apart for nobody", market.escrow));
        }
    }
    Ok(())
}

/// WFL-1, INS-1 and ADL-1 of an instruction that succeeded: tranche and fund pay no more than a pool lacks; it lacks what was written
/// off only once the tranche is empty and the fund has paid what its epoch allows; lenders pay only then; deleveraging takes
/// no more than the deficit and nothing from losers.
///
/// # Errors
/// The law that is broken.
pub fn losses_fall_in_order(call: &Call, before: &State, after: &State) -> Result<(), String> {
    match call {
        Call::Resolve { token, .. } if *token >= MARKET_LEG => market_loss_falls(token - MARKET_LEG, before, after),
        Call::Resolve { token, .. } => {
            let (old, new) = (&before.token(*token).bank, &after.token(*token).bank);
            if new.socialised > old.socialised && new.tranche > 0 {
                return Err(format!("WFL-1: lenders of token {token} pay while the tranche has {}", new.tranche));
            }
            let has_fund = after.quote.is_some_and(|quote| quote.token == *token);
            let left = if has_fund { fund_has(after, old.deposit_index) } else { 0 };
            if new.socialised > old.socialised && left > 0 {
                return Err(format!("WFL-1: lenders of token {token} pay while the fund has {left}"));
            }
            Ok(())
        }
        Call::Deleverage { account, market } => {
            insurance_stays(before, after)?;
            deleveraging_is_fair((*account, *market), before, after)
        }
        Call::Unstake { account } => stake_left(*account, before, after),
        _ => insurance_stays(before, after),
    }
}

/// INS-1: what leaves the fund is no more than what was requested was worth, then and now.
fn stake_left(account: usize, before: &State, after: &State) -> Result<(), String> {
    let (Some(old), Some(new)) = (before.fund, after.fund) else { return Ok(()) };
    let (cap, index) = (before.stakes[&account].leaving.cap, after.quote_index());
    let left = exact_amount(old.shares - new.shares, index);
    // Where all shares go, the fraction of a unit in them is given up to the bank; else shares are rounded up.
    if left >= int(cap) + int(1) + exact_amount(1, index) {
        return Err(format!("INS-1: {} left the fund for a request of {cap}", display(&left)));
    }
    Ok(())
}

/// INS-1: what insures markets falls only where a debt is written off.
fn insurance_stays(before: &State, after: &State) -> Result<(), String> {
    let fund = |state: &State| state.fund.map_or(0, |fund| fund.shares);
    let tranches = before.markets.iter().zip(&after.markets);
    if fund(after) < fund(before) || tranches.into_iter().any(|(old, new)| new.tranche < old.tranche) {
        return Err("INS-1: insurance of markets pays where nothing was written off".to_owned());
    }
    Ok(())
}

/// What the fund may still pay, quote units.
fn fund_has(state: &State, index: u64) -> i128 {
    state.fund.map_or(0, |fund| fund.amount(index).min(fund.epoch_left.into()))
}

fn market_loss_falls(market: u8, before: &State, after: &State) -> Result<(), String> {
    let (old, new) = (before.market(market), after.market(market));
    let (index, mark) = (after.quote_index(), after.mark(market));
    let lacking = new.deficit(mark, index);
    let (tranche, fund) = (deposit_amount(new.tranche, index), fund_has(after, index));
    if new.pool_losses > old.pool_losses && lacking > 0 && (tranche > 0 || fund > 0) {
        return Err(format!("WFL-1: market {market} lacks {lacking} while its tranche has {tranche}, the fund {fund}"));
    }
    let insurance = |state: &State| {
        let fund = state.fund.map_or(0, |fund| fund.amount(index));
        (deposit_amount(state.market(market).tranche, index), fund)
    };
    let (had, has) = (insurance(before), insurance(after));
    let paid = has.0 < had.0 || has.1 < had.1;
    // Each of both gives up shares rounded up: less than one too many.
    let beyond = new.assets(index) - new.owed(mark);
    if paid && beyond > i128::from(debt_amount(2, index)) {
        return Err(format!("WFL-1: insurance leaves the pool of market {market} {beyond} more than it owes"));
    }
    Ok(())
}

fn deleveraging_is_fair((account, market): (usize, u8), before: &State, after: &State) -> Result<(), String> {
    for (other, (old, new)) in before.accounts.iter().zip(&after.accounts).enumerate() {
        if other != account && old != new {
            return Err(format!("ADL-1: deleveraging {account} in market {market} changes account {other}"));
        }
    }
    // The index of now is read and not written.
    let index = before.touch(before.quote().token).lo.deposit_index;
    let perp = before.perp(account, market).unwrap_or_default();
    let mark = after.mark(market);
    let mut charged = before.clone();
    charged.touch_market(market, index);
    let perp = charged.touch_perp(perp, market, index);
    let deficit = charged.market(market).deficit(mark, index);
    let taken = perp.pnl(mark) - after.perp(account, market).unwrap_or_default().pnl(mark);
    // A partial close may cost a unit of rounding.
    if taken > deficit + 1 {
        return Err(format!("ADL-1: deleveraging {account} in market {market} takes {taken} for {deficit}"));
    }
    charged.set_perp(account, market, &perp);
    let quote = after.quote().token;
    let equity = |state: &State| state.legs_in(&state.accounts[account], &[&state.touch(quote)], Some(market)).equity();
    let left = equity(after);
    if !equity(&charged).lo.is_negative() && left.hi < -after.token(quote).feed.mid() {
        return Err(format!("ADL-1: deleveraging {account} in market {market} leaves a solvent account with ${left}"));
    }
    Ok(())
}
