//! Whether a breach executes at once or waits for a second touch: nobody is liquidated by one wick, and nobody who is deep
//! under water waits.

use crate::error::Refusal;
use crate::health::Valuation;
use crate::liquidation::LiquidationParams;
use crate::position::Snapshot;
use crate::units::{BPS, Bps, PPM, Ppm, Value, Weighted};

/// When shallow breaches execute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TouchTerms {
    /// Slots between the two touches; 0 where one touch executes.
    pub wait: u64,
    /// Slots after a flag in which the bonus does not grow.
    pub grace: u64,
    /// T: slots in which the bonus grows to its maximum; a flag expires after twice as many.
    pub auction: u64,
    /// A breach deeper than this part of the requirement executes at once, bps.
    pub deep: Bps,
}

/// The first touch of a shallow breach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flag {
    /// Its slot; 0 where there is no flag.
    pub slot: u64,
    /// When the newest print among the account's legs was published at that touch, unix seconds.
    pub newest_print: i64,
}

/// When a touch happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Current slot.
    pub slot: u64,
    /// Current time, unix seconds.
    pub now: i64,
    /// Until when shallow breaches wait after an outage, unix seconds.
    pub calm_at: i64,
}

/// What a touch of an account means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// The account is healthy: a flag is taken away.
    Healthy,
    /// The first touch of a shallow breach: it is flagged, and nothing moves.
    First(Flag),
    /// The breach may be liquidated.
    Executes(Pace),
}

/// How fast a liquidation may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// x_t: how far the bonus has grown with time, millionths.
    pub growth: Ppm,
    /// Whether the velocity buckets bind it.
    pub limited: bool,
}

impl Pace {
    /// No flag and no limit.
    pub const AT_ONCE: Pace = Pace { growth: 0, limited: false };
}

/// Judges a touch.
///
/// Formula:  docs/spec.md §11.1
/// Units:    slots, unix seconds
/// Rounding: x_t floor, the cost of closing everything ceil
/// Errors:   FlagTooYoung, Calming
/// Source:   ours; Aave's and Maker's grace periods and auctions in one flag
pub fn judge_touch(
    snapshot: &Snapshot,
    valuation: &Valuation,
    params: &LiquidationParams,
    (terms, flag): (&TouchTerms, Flag),
    at: Moment,
) -> Result<Touch, Refusal> {
    if !valuation.is_liquidatable() {
        return Ok(Touch::Healthy);
    }
    if terms.wait == 0 {
        return Ok(Touch::Executes(Pace::AT_ONCE));
    }
    let pace = terms.pace(flag, at.slot);
    if is_deep(snapshot, valuation, params, terms.deep) {
        return Ok(Touch::Executes(Pace { growth: pace.map_or(0, |pace| pace.growth), limited: false }));
    }
    let (newest, oldest) = prints(snapshot, at.now);
    let Some(pace) = pace else {
        return Ok(Touch::First(Flag { slot: at.slot.max(1), newest_print: newest }));
    };
    if at.slot < flag.slot.saturating_add(terms.wait) || oldest <= flag.newest_print {
        return Err(Refusal::FlagTooYoung);
    }
    if at.now < at.calm_at {
        return Err(Refusal::Calming);
    }
    Ok(Touch::Executes(pace))
}

/// What must pass before a shallow breach that lasts may be liquidated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wait {
    /// The earliest slot.
    pub slot: u64,
    /// Every leg's print that is not stale must be published after this time, unix seconds; 0 where all are.
    pub prints_after: i64,
    /// Not before this time, unix seconds; 0 where it has passed.
    pub calm_at: i64,
}

/// When an account can be liquidated, if no price moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// Never: it is healthy.
    Healthy,
    /// After a first touch, which this slot would take, and a second one.
    Unflagged(Wait),
    /// After a second touch.
    Flagged(Wait),
    /// Now.
    Due,
}

/// Says when a breach can be liquidated at the earliest, and at what pace it would go now.
///
/// Formula:  [`judge_touch`] now;  flag_slot + wait_slots, prints newer than flag_time, calm_at       (docs/spec.md §11.7)
/// Units:    slots, unix seconds
/// Errors:   none
pub fn outlook(
    snapshot: &Snapshot,
    valuation: &Valuation,
    params: &LiquidationParams,
    (terms, flag): (&TouchTerms, Flag),
    at: Moment,
) -> (Outlook, Pace) {
    let wait = |flag: Flag| Wait {
        slot: flag.slot.saturating_add(terms.wait).max(at.slot),
        prints_after: if prints(snapshot, at.now).1 > flag.newest_print { 0 } else { flag.newest_print },
        calm_at: if at.now < at.calm_at { at.calm_at } else { 0 },
    };
    let pace = terms.pace(flag, at.slot).unwrap_or(Pace { growth: 0, limited: true });
    match judge_touch(snapshot, valuation, params, (terms, flag), at) {
        Ok(Touch::Healthy) => (Outlook::Healthy, Pace::AT_ONCE),
        Ok(Touch::Executes(pace)) => (Outlook::Due, pace),
        Ok(Touch::First(first)) => (Outlook::Unflagged(wait(first)), pace),
        // Too young, or calming.
        Err(_) => (Outlook::Flagged(wait(flag)), pace),
    }
}

impl TouchTerms {
    /// How fast a flagged breach may go; `None` without a flag, or with one that has expired.
    ///
    /// Formula:  flagged ⇔ slot − flag_slot ≤ 2T;  limited ⇔ slot − flag_slot ≤ T       (docs/spec.md §11.1, §11.2)
    fn pace(&self, flag: Flag, slot: u64) -> Option<Pace> {
        let age = slot.saturating_sub(flag.slot);
        let flagged = flag.slot > 0 && age <= self.auction.saturating_mul(2);
        flagged.then(|| Pace { growth: self.growth(age), limited: age <= self.auction })
    }

    /// Formula:  x_t = clamp((age − grace) / T, 0, 1)       (docs/spec.md §5.2)
    /// Rounding: floor
    fn growth(&self, age: u64) -> Ppm {
        let grown = age.saturating_sub(self.grace).min(self.auction);
        // Safe because: T is at most 2^16.
        (grown * PPM / self.auction.max(1)) as Ppm
    }
}

/// Whether waiting would risk more than a wick: deep under water, or hardly enough left to pay for closing.
///
/// Formula:  −H_maint > deep·Req  or  equity ≤ cost / 2       (docs/spec.md §11.1)
fn is_deep(snapshot: &Snapshot, valuation: &Valuation, params: &LiquidationParams, deep: Bps) -> bool {
    // Safe because: a weighted sum has at most 124 bits, and sixteen bits less leave room for 10^4.
    let share = |weighted: Weighted| weighted.0 >> 16;
    if share(valuation.maintenance) * -(BPS as i128) > share(valuation.requirement) * i128::from(deep) {
        return true;
    }
    valuation.equity.0.saturating_mul(2) <= cost(snapshot, valuation, params).0
}

/// What closing everything would cost.
///
/// Formula:  β_min × Σ debts + P_q × Σ ceil(N↑ × (f_l + f_i))       (docs/spec.md §11.1)
/// Rounding: ceil
fn cost(snapshot: &Snapshot, valuation: &Valuation, params: &LiquidationParams) -> Value {
    let fees = snapshot.perps.iter().fold(0, |sum: u64, leg| sum.saturating_add(leg.full_fee()));
    let closing = snapshot.quote.price.mid.value_up(fees).0;
    let bonus = valuation.debts.0.saturating_mul(i128::from(params.bonus_min)) / BPS as i128 + 1;
    Value(closing.saturating_add(bonus))
}

/// When the newest print among the legs was published, and the oldest of those that are not stale.
fn prints(snapshot: &Snapshot, now: i64) -> (i64, i64) {
    let quote = (!snapshot.perps.is_empty()).then_some(&snapshot.quote.price);
    let tokens = snapshot.tokens.iter().map(|leg| &leg.price);
    let prices = tokens.chain(snapshot.perps.iter().map(|leg| &leg.price)).chain(quote);
    let (mut newest, mut oldest) = (u32::MAX, 0);
    for price in prices.filter(|price| !price.is_stale()) {
        (newest, oldest) = (newest.min(price.age), oldest.max(price.age));
    }
    (now.saturating_sub(newest.into()), now.saturating_sub(oldest.into()))
}
