//! Laws of the safety engine, asked after every instruction of what an arena has seen, not of what the program has noted.

use std::collections::BTreeMap;

use breakwater_client::interface::MarginError;
use breakwater_client::interface::order::SIDE_LONG;
use num_traits::{Signed, Zero};

use crate::model::bank::exact_amount;
use crate::model::perp::market_leg;
use crate::model::perp::trade::cost;
use crate::model::rational::{Q, display, int};
use crate::model::{Call, Legs, Seen, Side, State, Truth};

/// What has been seen.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    /// When each account was flagged, and the newest print among its legs then.
    flags: BTreeMap<usize, (u64, i64)>,
    /// What limited liquidations have moved of each leg: when, how much, and what the cap was.
    moved: BTreeMap<u8, Vec<(i64, u64, u64)>>,
    /// How often each law had something to judge.
    pub judged: BTreeMap<&'static str, u64>,
}

/// A market's bucket among those of banks.
const MARKET: u8 = 128;

/// Whether an account is so deep under water that nothing holds its liquidation back, whichever way rounding goes.
fn surely(call: &Call, state: &State, deep: bool) -> bool {
    let sights = state.sights(call);
    let fits = |(state, legs): &(State, Legs)| {
        let depth = state.depth(legs);
        depth.healthy == Truth::No && depth.deep == Truth::of(deep)
    };
    !sights.is_empty() && sights.iter().all(fits)
}

/// Whether a touch changes more than the flag. A liquidation that touches charges interest and funding as well, and those alone.
fn moves(call: &Call, concerned: usize, before: &State, after: &State) -> bool {
    let mut expected = before.clone();
    expected.accounts[concerned].flag = after.accounts[concerned].flag;
    if matches!(call, Call::Touch { .. }) {
        return expected != *after;
    }
    let held = |state: &State| -> Vec<_> {
        let accounts = state.accounts.iter().enumerate();
        accounts
            .map(|(number, account)| {
                let bases: Vec<_> = account.perps.iter().map(|(market, perp)| (*market, perp.base)).collect();
                let perps = if number == concerned { Default::default() } else { account.perps.clone() };
                (account.positions.clone(), account.flag, account.orders.clone(), bases, perps)
            })
            .collect()
    };
    let shares = |state: &State| -> Vec<_> {
        state
            .tokens
            .iter()
            .map(|token| (token.bank.deposit_shares, token.bank.borrow_shares, token.bank.vault))
            .collect()
    };
    held(&expected) != held(after) || shares(&expected) != shares(after)
}

impl Guard {
    fn judge(&mut self, law: &'static str) {
        *self.judged.entry(law).or_default() += 1;
    }

    /// Checks a refusal.
    ///
    /// # Errors
    /// The law that is broken.
    pub fn refused(&mut self, call: &Call, state: &State, error: MarginError) -> Result<(), String> {
        let waits = [MarginError::FlagTooYoung, MarginError::Calming, MarginError::VelocityLimit];
        if State::concerned(call).is_none() || !surely(call, state, true) {
            return Ok(());
        }
        self.judge("FLG-4");
        if waits.contains(&error) {
            return Err(format!("FLG-4: {error:?} delays an account deep under water"));
        }
        Ok(())
    }

    /// Checks an instruction that succeeded.
    ///
    /// # Errors
    /// The law that is broken.
    pub fn succeeded(&mut self, call: &Call, before: &State, seen: &Seen) -> Result<(), String> {
        self.orders_have_positions(seen.after)?;
        if let Call::ExecuteOrder { executor, account, slot } = call {
            let paid = execution_is_fair((*executor, *account, *slot), before, seen.after)?;
            self.judge(if paid { "ORD-1" } else { "ORD-1 unpaid" });
        }
        let executed = seen.executed.is_some() || seen.closed.is_some();
        if let Some(account) = State::concerned(call) {
            if executed {
                self.second_touch(call, account, before)?;
                self.buckets_hold(call, account, before, seen)?;
            } else {
                self.judge("FLG-1");
                if moves(call, account, before, seen.after) {
                    return Err("FLG-1: a flag moves more than itself".to_owned());
                }
                if surely(call, before, true) {
                    return Err("FLG-4: an account deep under water is flagged instead of liquidated".to_owned());
                }
            }
        }
        self.flags_stay(call, before, seen.after, executed)
    }

    /// FLG-2: a shallow breach executes only after a touch long enough ago, confirmed by a newer print of each fresh leg.
    fn second_touch(&mut self, call: &Call, account: usize, before: &State) -> Result<(), String> {
        let config = &before.liquidation;
        if config.wait_slots == 0 || !surely(call, before, false) {
            return Ok(());
        }
        self.judge("FLG-2");
        let Some((slot, newest)) = self.flags.get(&account) else {
            return Err(format!("FLG-2: account {account} is liquidated at the first touch"));
        };
        let age = before.slot - slot;
        if age < config.wait_slots.into() || age > 2 * u64::from(config.auction_slots) {
            return Err(format!("FLG-2: account {account} is liquidated {age} slots after its flag"));
        }
        let (_, legs) = &before.sights(call)[0];
        let confirmed = legs.feeds().all(|feed| feed.is_stale(before.now) || feed.publish_time > *newest);
        if !confirmed || before.now < before.calm_at {
            return Err(format!("FLG-2: account {account} is liquidated on a print of its flag, or after an outage"));
        }
        Ok(())
    }

    /// FLG-3: nobody takes the flag of an account that is still in breach, and nobody renews one that has not expired.
    fn flags_stay(&mut self, call: &Call, before: &State, after: &State, executed: bool) -> Result<(), String> {
        for (account, (old, new)) in before.accounts.iter().zip(&after.accounts).enumerate() {
            if old.flag == new.flag {
                continue;
            }
            self.judge("FLG-3");
            if State::concerned(call) != Some(account) {
                return Err(format!("FLG-3: {call:?} changes the flag of account {account}"));
            }
            let sights = before.sights(call);
            let healthy = sights.iter().any(|(state, legs)| state.depth(legs).healthy != Truth::No);
            if new.flag.is_none() && !healthy && !executed {
                return Err(format!("FLG-3: the flag of account {account} goes while it is in breach"));
            }
            let renewed = old.flag.zip(new.flag).map(|(old, new)| new.slot - old.slot);
            if renewed.is_some_and(|age| age <= 2 * u64::from(before.liquidation.auction_slots)) {
                return Err(format!("FLG-3: the flag of account {account} is renewed before it has expired"));
            }
            match new.flag {
                Some(_) => self.flags.insert(account, (before.slot, sights[0].1.newest_print())),
                None => self.flags.remove(&account),
            };
        }
        Ok(())
    }

    /// VEL-1: what shallow liquidations count never fills a bucket beyond its cap, and in a window they move at most two caps;
    /// what is deep or old counts nothing.
    fn buckets_hold(&mut self, call: &Call, account: usize, before: &State, seen: &Seen) -> Result<(), String> {
        let deep = surely(call, before, true);
        let age = before.accounts[account].flag.map_or(0, |flag| before.slot - flag.slot);
        let free = deep || age > u64::from(before.liquidation.auction_slots);
        for (leg, moved) in legs_moved(call, seen) {
            let market = leg.checked_sub(MARKET);
            let ends = |state: &State| match market {
                Some(market) => (state.market(market).bucket, state.market_limit(market), state.interest(market)),
                None => (state.token(leg).bank.bucket, state.bank_limit(leg), state.touch(leg).hi.deposits()),
            };
            let ((old, limit, total), (new, ..)) = (ends(before), ends(seen.after));
            if limit.is_open() {
                continue;
            }
            if free {
                self.judge("VEL-1 free");
                if old != new {
                    return Err(format!("VEL-1: {moved} of leg {leg} are counted though nothing limits them"));
                }
                continue;
            }
            let cap = limit.cap(total);
            if !surely(call, before, false) {
                continue;
            }
            self.judge("VEL-1");
            if moved > 0 && new.level > cap {
                return Err(format!("VEL-1: the bucket of leg {leg} holds {} of {cap}", new.level));
            }
            let window = before.now - i64::from(limit.window);
            let list = self.moved.entry(leg).or_default();
            list.retain(|(time, ..)| *time > window);
            list.push((before.now, moved, cap));
            let sum: u64 = list.iter().map(|(_, moved, _)| moved).sum();
            let most = list.iter().map(|(.., cap)| *cap).max().unwrap_or_default();
            if sum > 2 * most {
                return Err(format!("VEL-1: {sum} of leg {leg} move in a window, the cap is {most}"));
            }
        }
        Ok(())
    }

    /// ORD-2: every order has a position that it would close.
    fn orders_have_positions(&mut self, state: &State) -> Result<(), String> {
        for (number, account) in state.accounts.iter().enumerate() {
            for (slot, order) in &account.orders {
                self.judge("ORD-2");
                let base = account.perps.get(&order.market).map_or(0, |perp| perp.base);
                if base == 0 || (base > 0) != (order.side == SIDE_LONG) {
                    return Err(format!("ORD-2: order {slot} of account {number} has no position"));
                }
            }
        }
        Ok(())
    }

    /// Both together.
    #[must_use]
    pub fn and(mut self, other: &Guard) -> Guard {
        for (law, count) in &other.judged {
            *self.judged.entry(law).or_default() += count;
        }
        self
    }
}

/// What an execution has moved of which bucket.
fn legs_moved(call: &Call, seen: &Seen) -> Vec<(u8, u64)> {
    match (call, seen.executed, seen.closed) {
        (Call::Liquidate { debt, collateral, .. }, Some(executed), _) => {
            let legs = [(*debt, executed.repay), (*collateral, executed.seize)];
            legs.into_iter().filter(|(leg, _)| !market_leg(*leg)).collect()
        }
        (Call::Close { market, .. }, _, Some(closed)) => vec![(MARKET + market, closed.size)],
        _ => Vec::new(),
    }
}

/// Quote units that an account has of the quote token, at the index of a state.
fn quote_units(state: &State, account: usize) -> Q {
    let quote = state.quote().token;
    let bank = &state.token(quote).bank;
    state.accounts[account].positions.get(&quote).map_or(Q::zero(), |position| match position.side {
        Side::Deposit => exact_amount(position.shares, bank.deposit_index),
        Side::Debt => -exact_amount(position.shares, bank.borrow_index),
    })
}

/// ORD-1: an execution reduces one position; the executor gets no more than the order's fee and ten bps of the fill, out of the
/// owner's deposit and nowhere else; H_maint is left at 0 or above, or no lower than it was. Whether a fee was paid.
fn execution_is_fair(
    (executor, owner, slot): (usize, usize, u8),
    before: &State,
    after: &State,
) -> Result<bool, String> {
    let order = &before.accounts[owner].orders[&slot];
    let (market, quote) = (order.market, before.quote().token);
    let mut charged = before.clone();
    let bank = &before.token(quote).bank;
    charged.tokens[usize::from(quote)].bank = bank.accrued(before.now, after.token(quote).bank.borrow_index);
    let gained = quote_units(after, executor) - quote_units(&charged, executor);
    let given = quote_units(&charged, owner) - quote_units(after, owner);
    let base = |state: &State| state.perp(owner, market).map_or(0, |perp| perp.base);
    let (old, new) = (base(before), base(after));
    if old.signum() * new.signum() < 0 || new.unsigned_abs() >= old.unsigned_abs() {
        return Err(format!("ORD-1: an order turns {old} into {new}"));
    }
    let books = before.market(market);
    let delta = i128::from(new) - i128::from(old);
    let filled = cost(delta, after.mark(market), books.net(), books.band(before.now), books.config.skew_scale.into());
    let most = int(order.fee).min(int(filled) / int(1_000));
    if gained > most || gained > given || gained.is_negative() {
        let (gained, given) = (display(&gained), display(&given));
        return Err(format!("ORD-1: the executor gains {gained} of {given} that the owner gives"));
    }
    for (account, (old, new)) in before.accounts.iter().zip(&after.accounts).enumerate() {
        if account != owner && account != executor && old != new {
            return Err(format!("ORD-1: an execution changes account {account}"));
        }
    }
    let perp = charged.perp(owner, market).expect("an order has a position");
    charged.touch_market(market, charged.quote_index());
    let perp = charged.touch_perp(perp, market, charged.quote_index());
    charged.set_perp(owner, market, &perp);
    let health = |state: &State| state.settled_legs(owner, market).maintenance();
    let (was, is) = (health(&charged), health(after));
    let least = was.lo.clone().min(Q::zero());
    if is.hi < least {
        return Err(format!("ORD-1: H_maint falls from {was} to {is}"));
    }
    if given.is_positive() && is.hi.is_negative() {
        return Err(format!("ORD-1: a fee of {} leaves H_maint at {is}", display(&given)));
    }
    Ok(given.is_positive())
}
