//! Words of a row: a number in a few significant bits, with the place where it lies and the number of what it is of.

use super::{MARKETS, TOKENS, Terms};
use crate::fixed::mul;
use crate::perp::{MARK_BITS, Mark, Position};
use crate::position::Side;
use crate::units::Shares;

/// Significant bits of shares and bases: what is lost is below 2^−19 of them.
const MANTISSA_BITS: u32 = 20;
/// Significant bits of quote amounts, sign included.
const AMOUNT_BITS: u32 = 26;
/// Bits of a factor when its scale is chosen.
const FACTOR_BITS: u32 = 36;
/// Fewest bits of a factor that still tell shares apart.
const LEAST_BITS: u32 = 24;
/// Most bits of a price in its scale, so that a factor made of it stays below 2^42.
const MOST_BITS: u32 = 39;
/// log2 of a dollar in the units of a screen.
pub(super) const UNIT_BITS: u32 = 16;
/// Fraction bits of index × price.
const SHARE_BITS: i32 = 112;
/// Beyond this a quote amount is not packed.
const MAX_AMOUNT: u128 = 1 << 57;
/// Quote units by which a position's exact roundings may lower what it contributes.
const ROUNDINGS: i128 = 12;
/// A leg whose product is shifted by less is not packed: sixteen of the largest that are fit one sum.
const LEAST_SHIFT: i32 = 6;
/// Bits of a word below its mantissa: six for the shift, six for the key.
const MANTISSA_SHIFT: u32 = 12;
const FIELD: u32 = 63;

/// A perp slot that contributes nothing.
pub(super) const EMPTY_PERP: [u32; 3] = [FIELD << 6, 1 << 6, 0];

/// By how many bits the factors of a table are shifted, so that they have about 36 bits. Rows are packed for scales and mean
/// nothing by others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scales {
    pub(super) tokens: [i32; TOKENS],
    pub(super) markets: [i32; MARKETS],
}

fn bits(x: u128) -> i32 {
    (u128::BITS - x.leading_zeros()) as i32
}

/// What a share is worth at mid by the greater index, dollars × 2^112.
fn share(terms: &Terms, token: usize) -> u128 {
    let terms = &terms.tokens[token];
    mul(terms.deposit_index.0.max(terms.borrow_index.0), terms.price.mid.0)
}

/// The greater of mark and funding, quote units × 2^44.
fn base(terms: &Terms, market: usize) -> u128 {
    let mark = Mark::of(terms.markets[market].price.mid, terms.quote_decimals).unwrap_or_default();
    let terms = &terms.markets[market];
    let funding = terms.lowest_funding.unsigned_abs().max(terms.highest_funding.unsigned_abs());
    mark.0.max(funding).into()
}

impl Scales {
    /// Scales that fit some terms.
    ///
    /// Errors: none
    pub fn of(terms: &Terms) -> Scales {
        let target = FACTOR_BITS as i32;
        let shift = SHARE_BITS - UNIT_BITS as i32;
        Scales {
            tokens: core::array::from_fn(|token| shift + target - bits(share(terms, token)).max(1)),
            markets: core::array::from_fn(|market| target - bits(base(terms, market)).max(1)),
        }
    }

    /// Whether a table of some terms can be made at these scales. Where not, all rows are to be packed again.
    pub fn fit(&self, terms: &Terms) -> bool {
        let fits = |x: u128, scale: i32| {
            x == 0 || (LEAST_BITS as i32..=MOST_BITS as i32).contains(&bits(x).saturating_add(scale))
        };
        let shift = SHARE_BITS - UNIT_BITS as i32;
        (0..TOKENS).all(|token| fits(share(terms, token), self.tokens[token] - shift))
            && (0..MARKETS).all(|market| fits(base(terms, market), self.markets[market]))
    }

    /// A word for a deposit or a debt; `None` where it does not fit.
    ///
    /// Formula:  shares = mantissa × 2^e;  word = mantissa, shift = scale − e, key       (docs/spec.md §14.2)
    /// Rounding: floor for a deposit, ceil for a debt
    pub(super) fn token(&self, token: u8, side: Side, shares: Shares) -> Option<u32> {
        let token = usize::from(token) % TOKENS;
        let (mut mantissa, mut exponent) = normal(shares)?;
        if side == Side::Debt && (exponent > 0 && shares.trailing_zeros() < exponent as u32) {
            mantissa += 1;
            if mantissa >> MANTISSA_BITS != 0 {
                (mantissa, exponent) = (mantissa >> 1, exponent + 1);
            }
        }
        let key = 2 * token as u32 + u32::from(side == Side::Debt);
        match self.tokens[token] - exponent {
            ..LEAST_SHIFT => None,
            64.. if side == Side::Deposit => Some(key),
            shift => Some(mantissa << MANTISSA_SHIFT | (shift as u32).min(FIELD) << 6 | key),
        }
    }

    /// Words for a position: size, constant, matured profit; `None` where it does not fit or is secured.
    ///
    /// Formula:  constant = q + s × F'       (docs/spec.md §14.3)
    /// Rounding: floor
    pub(super) fn perp(&self, market: u8, position: &Position) -> Option<[u32; 3]> {
        if position.secured > 0 {
            return None;
        }
        let market = usize::from(market) % MARKETS;
        let funding = (i128::from(position.base) * i128::from(position.funding_index)) >> MARK_BITS;
        let constant = i128::from(position.quote) + funding - ROUNDINGS;
        if constant.unsigned_abs() >= MAX_AMOUNT || u128::from(position.quote.unsigned_abs()) >= MAX_AMOUNT {
            return None;
        }
        let key = 2 * market as u32 + u32::from(position.base < 0);
        let none = FIELD << 6 | key;
        let size = match position.base.unsigned_abs() {
            0 => none,
            size => {
                let (mantissa, exponent) = normal(size)?;
                match MARK_BITS as i32 + self.markets[market] - exponent {
                    ..LEAST_SHIFT => return None,
                    64.. => none,
                    shift => mantissa << MANTISSA_SHIFT | (shift as u32) << 6 | key,
                }
            }
        };
        let matured = u128::from(position.matured).min(MAX_AMOUNT) as i64;
        Some([size, pack_amount(constant as i64), pack_amount(matured)])
    }
}

/// A number as mantissa × 2^exponent with exactly [`MANTISSA_BITS`] bits, floor; `None` from 2^63 on.
fn normal(x: u64) -> Option<(u32, i32)> {
    let bits = u64::BITS - x.leading_zeros();
    if bits > 63 {
        return None;
    }
    let exponent = bits as i32 - MANTISSA_BITS as i32;
    let mantissa = if exponent >= 0 { x >> exponent } else { x << -exponent };
    Some((mantissa as u32, exponent))
}

/// A quote amount below 2^57 in 26 bits and a shift, floor.
fn pack_amount(amount: i64) -> u32 {
    let bits = u64::BITS - amount.unsigned_abs().leading_zeros() + 1;
    let shift = bits.saturating_sub(AMOUNT_BITS - 1);
    ((amount >> shift) as i32 as u32) << 6 | shift
}

/// The amount behind [`pack_amount`].
#[inline(always)]
pub(super) fn amount(word: u32) -> i64 {
    i64::from(word as i32 >> 6) << (word & FIELD)
}

/// A word in its parts: mantissa, shift, key.
#[inline(always)]
pub(super) fn parts(word: u32) -> (i64, u32, usize) {
    (i64::from(word >> MANTISSA_SHIFT), word >> 6 & FIELD, (word & FIELD) as usize)
}

/// Whether a token's word contributes anything.
pub(super) fn is_used(word: u32) -> bool {
    word >> MANTISSA_SHIFT != 0
}
