//! An account in a few words, and what comes of it by a table.

use super::drift::{FAR, GRAIN_BITS, HORIZON};
use super::table::{EXTREME, Gain, Table};
use super::word::{EMPTY_PERP, Scales, amount, is_used, parts};
use super::{Key, QUOTE_KEY};
use crate::perp::Position;
use crate::position::Side;
use crate::units::{MAX_LEGS, Shares};

/// Below this a 2^5th of a number can be shifted by [`GRAIN_BITS`].
const WIDE: i64 = 1 << 54;
/// Most positions of a row.
const MAX_PERPS: usize = 8;

/// An account's words: room for `T` deposits and debts and `P` positions. What is not used contributes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Row<const T: usize, const P: usize> {
    tokens: [u32; T],
    perps: [[u32; 3]; P],
}

/// An account's words before it is known which row they fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packed {
    row: Row<MAX_LEGS, MAX_PERPS>,
    tokens: usize,
    perps: usize,
}

impl Packed {
    /// Packs an account; `None` where it does not fit the words and must be looked at exactly: a leg beyond 2^33 dollars or
    /// 2^63 shares, a position beyond 2^57 quote units, secured profit (docs/spec.md §10.8).
    ///
    /// Formula:  docs/spec.md §14.2, §14.3
    /// Rounding: so that health falls
    pub fn new(
        scales: &Scales,
        tokens: impl Iterator<Item = (u8, Side, Shares)>,
        perps: impl Iterator<Item = (u8, Position)>,
    ) -> Option<Packed> {
        let mut packed = Packed { row: Row::EMPTY, tokens: 0, perps: 0 };
        for (token, side, shares) in tokens {
            *packed.row.tokens.get_mut(packed.tokens)? = scales.token(token, side, shares)?;
            packed.tokens += 1;
        }
        for (market, position) in perps {
            *packed.row.perps.get_mut(packed.perps)? = scales.perp(market, &position)?;
            packed.perps += 1;
        }
        Some(packed)
    }

    /// The words in a row of another size; `None` where it has less room.
    pub fn row<const T: usize, const P: usize>(&self) -> Option<Row<T, P>> {
        if self.tokens > T || self.perps > P {
            return None;
        }
        let mut row = Row::EMPTY;
        row.tokens[..self.tokens].copy_from_slice(&self.row.tokens[..self.tokens]);
        row.perps[..self.perps].copy_from_slice(&self.row.perps[..self.perps]);
        Some(row)
    }
}

/// What a look at a row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screened {
    /// Not more than H_hi, dollars × 2^16.
    pub health: i64,
    /// By how much health falls where everything moves against the account by its whole; at least, dollars × 2^16.
    pub gross: i64,
    /// What exact roundings may take, dollars × 2^16; it is off `health` already.
    slack: i64,
}

impl Screened {
    /// Whether the account may be liquidatable. Where this says no, `value` says no (SCR-1).
    #[inline(always)]
    pub fn is_candidate(self) -> bool {
        self.health < 0
    }

    /// How far everything may move against the account until it may be liquidatable, in steps of 2^−13; [`FAR`] for 3 % or more.
    ///
    /// Formula:  distance = health / gross       (docs/spec.md §14.4)
    /// Rounding: floor
    #[inline(always)]
    pub fn distance(self) -> u8 {
        let room = self.health.wrapping_sub(self.slack);
        if room > self.gross >> HORIZON {
            return FAR;
        }
        if room <= 0 {
            return 0;
        }
        let steps = match self.gross {
            // Safe because: room is at most 2^−5 of gross.
            ..WIDE => (room << GRAIN_BITS) / self.gross,
            _ => room / (self.gross >> GRAIN_BITS).wrapping_add(1),
        };
        steps.min(i64::from(FAR) - 1) as u8
    }
}

impl<const T: usize, const P: usize> Row<T, P> {
    /// A row without legs.
    pub const EMPTY: Row<T, P> = Row { tokens: [0; T], perps: [EMPTY_PERP; P] };

    /// What [`Row::weigh`] says of health alone, in two thirds of its time.
    #[inline(always)]
    pub fn health(&self, table: &Table) -> i64 {
        let mut health = 0i64;
        for word in self.tokens {
            let (mantissa, shift, key) = parts(word);
            // Safe because: as in `weigh`.
            health = health.wrapping_add(mantissa.wrapping_mul(table.tokens[key]) >> shift);
        }
        if P > 0 {
            health = health.wrapping_add(table.dollars(self.perps(table).0));
        }
        health.wrapping_sub(Self::slack(table))
    }

    /// What exact roundings may take of the row.
    #[inline(always)]
    fn slack(table: &Table) -> i64 {
        // Safe because: a native unit is worth less than half a dollar.
        (T as i64 + 1).wrapping_mul(table.slack)
    }

    /// Weighs the row.
    ///
    /// Formula:  Σ shares × factor + P_q × Σ min(s × gain + constant, M) − roundings       (docs/spec.md §14.2, §14.3)
    /// Units:    dollars × 2^16
    /// Rounding: floor of everything
    /// Errors:   none
    /// Source:   ours
    #[inline(always)]
    pub fn weigh(&self, table: &Table) -> Screened {
        let (mut health, mut gross) = (0i64, T as i64 + 1);
        for word in self.tokens {
            let (mantissa, shift, key) = parts(word);
            // Safe because: a mantissa has 20 bits, a factor 42, and the product of what is packed loses six: sixteen of
            // them are below 2^60.
            let value = mantissa.wrapping_mul(table.tokens[key]) >> shift;
            health = health.wrapping_add(value);
            gross = gross.wrapping_add(value.wrapping_abs());
        }
        let slack = Self::slack(table);
        if P > 0 {
            // Safe because: both sums are below 2^61, and so is what they are worth.
            let (sum, reach) = self.perps(table);
            health = health.wrapping_add(table.dollars(sum));
            gross = gross.wrapping_add(table.dollars_up(reach + (reach >> 4) + sum.wrapping_abs()));
        }
        Screened { health: health.wrapping_sub(slack), gross, slack }
    }

    /// Σ g of the positions and Σ of their reaches, quote units.
    #[inline(always)]
    fn perps(&self, table: &Table) -> (i64, i64) {
        let (mut sum, mut reaches) = (0i64, 0i64);
        for [size, constant, matured] in self.perps {
            let (mantissa, shift, key) = parts(size);
            let side = &table.markets[key];
            // Safe because: a mantissa has 20 bits and a side's numbers 42; a constant has 58 bits, and a product that
            // is not extreme fewer. Eight of them are below 2^62.
            let reach = mantissa.wrapping_add(1).wrapping_mul(side.reach) >> shift;
            let constant = amount(constant);
            let g = if reach > side.limit || matured != 0 {
                table.contribution((mantissa, shift, key), constant, amount(matured), reach)
            } else {
                let gain = |gain: Gain| {
                    (mantissa.wrapping_mul(gain.unit).wrapping_add(gain.rest) >> shift).wrapping_add(gain.spared)
                };
                let [first, second, third, fourth] = side.gains.map(gain);
                constant.wrapping_add(first.min(second).min(third.min(fourth))).min(0)
            };
            sum = sum.wrapping_add(g);
            reaches = reaches.wrapping_add(reach.min(EXTREME) + 1);
        }
        (sum, reaches)
    }

    /// Tells the keys of the table's factors that the row depends on.
    #[inline(always)]
    pub fn keys(&self, mut each: impl FnMut(Key)) {
        for word in self.tokens {
            if is_used(word) {
                each(Key::token(parts(word).2));
            }
        }
        let mut used = false;
        for perp in self.perps {
            if perp != EMPTY_PERP {
                used = true;
                each(Key::market(parts(perp[0]).2));
            }
        }
        if used {
            each(QUOTE_KEY);
        }
    }
}
