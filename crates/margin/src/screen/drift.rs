//! How far the factors have moved against accounts since a reference: accounts that are further away than that need no look.

use super::table::{Gain, Side, Table};
use super::{MARKETS, TOKENS};

/// Number of keys: each side of each token and market, and the quote token.
pub const KEYS: usize = 2 * TOKENS + 2 * MARKETS + 1;
/// The key of the quote token's price, on which every account with a position depends.
pub const QUOTE_KEY: Key = Key(KEYS as u8 - 1);
/// A distance that is not told: 3 % or more.
pub const FAR: u8 = u8::MAX;
/// Distances are told in steps of 2^−13.
pub(super) const GRAIN_BITS: u32 = 13;
/// Distances are told up to 2^−5.
pub(super) const HORIZON: u32 = 5;

/// One factor that accounts depend on: a side of a token or of a market, or the quote token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(u8);

impl Key {
    #[inline(always)]
    pub(super) fn token(place: usize) -> Key {
        Key(place as u8)
    }

    #[inline(always)]
    pub(super) fn market(place: usize) -> Key {
        Key((2 * TOKENS + place) as u8)
    }

    /// All keys.
    pub fn all() -> impl Iterator<Item = Key> {
        (0..KEYS as u8).map(Key)
    }

    /// Its number, below [`KEYS`].
    #[inline(always)]
    pub fn number(self) -> usize {
        self.0.into()
    }
}

/// `fall / whole` in steps of 2^−13, ceil; 0 where nothing fell.
fn part(fall: i64, whole: i64) -> u32 {
    if fall <= 0 {
        return 0;
    }
    let whole = u128::from(whole.unsigned_abs());
    if whole == 0 {
        return u32::MAX;
    }
    ((fall as u128) << GRAIN_BITS).div_ceil(whole).min(u32::MAX.into()) as u32
}

impl Table {
    /// By how much a factor has moved against the accounts that depend on it, in steps of 2^−13; `u32::MAX` where that is
    /// no matter of degree. An account whose [distance](super::Screened::distance) by the reference is at least that of all
    /// its keys is not liquidatable by this table (SCR-1).
    ///
    /// Formula:  token: (f_ref − f) / |f_ref|;  market: greatest fall of PnL and rise of notional for a base unit, over its
    ///           reach;  quote: of both factors       (docs/spec.md §14.4)
    /// Rounding: ceil
    pub fn drift(&self, reference: &Table, key: Key) -> u32 {
        if self.scales != reference.scales || self.slack > 2 * reference.slack {
            return u32::MAX;
        }
        let place = key.number();
        if let (Some(now), Some(then)) = (self.tokens.get(place), reference.tokens.get(place)) {
            return part(then.saturating_sub(*now), *then);
        }
        let place = place - 2 * TOKENS;
        if let (Some(now), Some(then)) = (self.markets.get(place), reference.markets.get(place)) {
            return self.market_drift(reference, place, (now, then));
        }
        let [adds, takes] = self.quote;
        part(reference.quote[0] - adds, reference.quote[0]).max(part(takes - reference.quote[1], reference.quote[1]))
    }

    /// The table as it may be once every factor has moved by 2^−5 against everybody: a row whose [health](super::Row::health) by
    /// it is not negative is [`FAR`].
    ///
    /// Formula:  docs/spec.md §14.4
    /// Rounding: so that health falls
    pub fn stressed(&self) -> Table {
        let part = |x: i64| (x.abs() >> HORIZON) + 1;
        let mut table = self.clone();
        for factor in &mut table.tokens {
            *factor -= if *factor == 0 { 0 } else { part(*factor) };
        }
        for side in &mut table.markets {
            let fall = part(side.reach);
            (side.best, side.mid) = (side.best - fall, side.mid - fall);
            side.gains = side.gains.map(|gain| Gain::new(gain.unit - fall, gain.spared));
        }
        let [adds, takes] = &mut table.quote;
        (*adds, *takes) = ((*adds - part(*adds)).max(0), *takes + part(*takes));
        table.slack *= 2;
        table
    }

    fn market_drift(&self, reference: &Table, place: usize, (now, then): (&Side, &Side)) -> u32 {
        let (common, before) = (&self.common[place / 2], &reference.common[place / 2]);
        let less = common.payable < before.payable || common.remaining < before.remaining;
        if less || common.tiers != before.tiers {
            return u32::MAX;
        }
        // A margin rises by no more than the notional does.
        let best = (then.best - now.best).saturating_add((now.top - then.top).max(0));
        part(best.max(then.mid - now.mid), then.reach)
    }
}
