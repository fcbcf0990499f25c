//! What a share or a base unit is worth in H_hi, at one time, for everybody.

use super::word::{Scales, UNIT_BITS};
use super::{MARKETS, MarketTerms, TOKENS, Terms, TokenTerms};
use crate::fixed::mul;
use crate::perp::{MAX_TIERS, Mark, Tiers};
use crate::price::{DECAY_START, Interval, PRICE_BITS};
use crate::units::{BPS, Bps, Index, WAD_BITS};

const ONE: Bps = BPS as Bps;
/// Fraction bits of what a quote unit is worth.
const QUOTE_BITS: u32 = 30;
/// Up to here a notional is looked at in one product, quote units.
const SMALL: i64 = 1 << 49;
/// From here on a position is always a candidate: its exact notional stops growing at 2^58.
pub(super) const EXTREME: i64 = 1 << 56;
/// What an extreme position contributes.
const SINK: i64 = -(1 << 58);
/// Weighted sums stop here.
const LIMIT: i128 = 1 << 60;

/// What a base unit of one side of a market is worth, quote units × 2^(44 + scale).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Side {
    /// PnL of a base unit at the best end of the interval, less funding; floor.
    pub(super) best: i64,
    /// The same at the mark.
    pub(super) mid: i64,
    /// Notional of a base unit at the best end of the interval; ceil.
    pub(super) top: i64,
    /// More than any of the others.
    pub(super) reach: i64,
    /// Beyond this reach of a position, quote units, `gains` do not tell all.
    pub(super) limit: i64,
    /// By tier. What a position gains is the least of all tiers', because margin rises with the tier.
    pub(super) gains: [Gain; MAX_TIERS],
}

/// What a base unit gains where all of the notional has one tier's rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Gain {
    /// `best` less the margin; floor.
    pub(super) unit: i64,
    /// The same where it is negative, else 0: a size is rounded down, and so counts once more.
    pub(super) rest: i64,
    /// What the tiers below need less, quote units; floor.
    pub(super) spared: i64,
}

impl Gain {
    pub(super) fn new(unit: i64, spared: i64) -> Gain {
        Gain { unit, rest: unit.min(0), spared }
    }
}

/// What both sides of a market share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Common {
    pub(super) tiers: Tiers,
    /// What counts of a profit, bps.
    pub(super) remaining: Bps,
    /// Profit counts up to this, quote units.
    pub(super) payable: i64,
}

/// Factors of H_hi at one time. Made anew whenever a price, an index or the time changes, which costs a few microseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub(super) scales: Scales,
    /// By key: what a share adds (deposit, even) or takes (debt, odd; negative).
    pub(super) tokens: [i64; 2 * TOKENS],
    /// By key: longs even, shorts odd.
    pub(super) markets: [Side; 2 * MARKETS],
    pub(super) common: [Common; MARKETS],
    /// What a quote unit adds and takes.
    pub(super) quote: [i64; 2],
    /// What exact roundings may take of a token leg.
    pub(super) slack: i64,
}

/// `x × 2^scale`, floor.
fn scaled(x: i128, scale: i32) -> i64 {
    // Safe because: scales fit the terms, so the result is below 2^42; an i128 of at most 66 bits has room for 35 more.
    if scale >= 0 { (x << scale) as i64 } else { (x >> -scale).clamp(i64::MIN.into(), i64::MAX.into()) as i64 }
}

/// `x × 2^scale`, ceil.
fn scaled_up(x: i128, scale: i32) -> i64 {
    -scaled(-x, scale)
}

/// What a share is worth before weighing, at a scale.
fn share(index: Index, price: &Interval, scale: i32) -> (u128, bool) {
    let shift = (WAD_BITS + PRICE_BITS - UNIT_BITS) as i32 - scale;
    let exact = mul(index.0, price.mid.0);
    match shift {
        // Safe because: scales fit the terms, so what is shifted up has at most 39 bits.
        ..0 => (exact << -shift, false),
        0..128 => (exact >> shift, exact & ((1 << shift) - 1) != 0),
        _ => (0, exact != 0),
    }
}

impl TokenTerms {
    /// What a deposit share adds and what a debt share takes.
    ///
    /// Formula:  index × P × w × (1 + b_opt) × remaining;  − index × P × v × (1 − b_opt)       (docs/spec.md §14.2)
    /// Units:    dollars × 2^16 × 2^scale for one share
    /// Rounding: floor
    fn factors(&self, scale: i32) -> [i64; 2] {
        let band = self.price.liquidation_band;
        let deposit =
            u128::from(self.asset) * u128::from(ONE.saturating_add(band)) * u128::from(self.price.remaining());
        let debt = u128::from(self.liability) * u128::from(ONE.saturating_sub(band));
        let added = share(self.deposit_index, &self.price, scale).0 * deposit / (u128::from(BPS).pow(3));
        let (owed, inexact) = share(self.borrow_index, &self.price, scale);
        let taken = ((owed + u128::from(inexact)) * debt).div_ceil(u128::from(BPS).pow(2));
        // Safe because: a share has at most 39 bits and weight × interval is below 2.4.
        [added as i64, -(taken as i64)]
    }

    /// More than what a native unit counts for, dollars × 2^16.
    fn unit(&self) -> i64 {
        3 * (self.price.mid.0 >> (PRICE_BITS - UNIT_BITS)) as i64 + 4
    }
}

impl MarketTerms {
    fn sides(&self, decimals: u8, scale: i32) -> [Side; 2] {
        let Ok(mark) = Mark::of(self.price.mid, decimals) else { return [Side::default(); 2] };
        let band = self.price.liquidation_band;
        let mid = i128::from(mark.0);
        let at = |factor: Bps| mid * i128::from(factor);
        let (high, low) = (at(ONE.saturating_add(band)), at(ONE.saturating_sub(band)));
        let (down, up) = (high.div_euclid(BPS as i128), -(-high).div_euclid(BPS as i128));
        let cheap = -(-low).div_euclid(BPS as i128);
        let (least, most) = (i128::from(self.lowest_funding), i128::from(self.highest_funding));
        let reach = scaled_up(up + least.abs().max(most.abs()), scale);
        let side = |best: i128, mid: i128, top: i128| {
            let best_scaled = scaled(best, scale);
            let top = scaled_up(top, scale);
            let rates = self.tiers.0.map(|tier| i64::from(tier.maintenance));
            let plain = self.price.age <= DECAY_START && rates.is_sorted() && rates[MAX_TIERS - 1] <= BPS as i64;
            let spared = self.spared();
            Side {
                best: best_scaled,
                mid: scaled(mid, scale),
                top,
                reach,
                limit: if plain { SMALL } else { 0 },
                gains: core::array::from_fn(|tier| {
                    let margin = (top * rates[tier] + BPS as i64 - 1) / BPS as i64;
                    Gain::new(best_scaled - margin, spared[tier])
                }),
            }
        };
        [side(down - most, mid - most, up), side(least - cheap, least - mid, cheap)]
    }

    /// By tier: how much less than its rate on everything the tiers below it need, quote units.
    ///
    /// Formula:  Σ over lower edges: edge × (rise of the rate)       (docs/spec.md §10.4)
    /// Rounding: floor
    fn spared(&self) -> [i64; MAX_TIERS] {
        let tiers = &self.tiers.0;
        let mut exact = 0u128;
        core::array::from_fn(|tier| {
            if tier > 0 {
                let rise = tiers[tier].maintenance.saturating_sub(tiers[tier - 1].maintenance);
                exact += mul(tiers[tier - 1].edge, rise.into());
            }
            (exact / u128::from(BPS)).min(SMALL as u128) as i64
        })
    }

    fn common(&self) -> Common {
        // In coarse steps, so that a pool that pays a little does not make everything uncertain.
        let payable = self.payable.min(EXTREME as u64);
        let step = (u64::BITS - payable.leading_zeros()).saturating_sub(2);
        Common { tiers: self.tiers, remaining: self.price.remaining(), payable: (payable >> step << step) as i64 }
    }
}

impl Table {
    /// The factors of some terms; `None` where the scales do not [fit](Scales::fit) them.
    ///
    /// Formula:  docs/spec.md §14.2, §14.3
    /// Rounding: so that health falls
    /// Errors:   none
    pub fn new(terms: &Terms, scales: &Scales) -> Option<Table> {
        if !scales.fit(terms) {
            return None;
        }
        let mut table = Table {
            scales: *scales,
            tokens: [0; 2 * TOKENS],
            markets: [Side::default(); 2 * MARKETS],
            common: [Common::default(); MARKETS],
            quote: quote(&terms.quote),
            slack: 0,
        };
        for (token, terms) in terms.tokens.iter().enumerate() {
            let factors = terms.factors(scales.tokens[token]);
            table.tokens[2 * token..2 * token + 2].copy_from_slice(&factors);
            table.slack = table.slack.max(terms.unit());
        }
        for (market, side) in terms.markets.iter().enumerate() {
            let sides = side.sides(terms.quote_decimals, scales.markets[market]);
            table.markets[2 * market..2 * market + 2].copy_from_slice(&sides);
            table.common[market] = side.common();
        }
        Some(table)
    }

    /// A sum of quote units in dollars × 2^16.
    ///
    /// Formula:  P_q × (1 + b_opt) × remaining where positive, P_q × (1 − b_opt) where negative       (docs/spec.md §10.4)
    /// Rounding: floor
    #[inline(always)]
    pub(super) fn dollars(&self, sum: i64) -> i64 {
        let factor = self.quote[usize::from(sum < 0)];
        ((i128::from(sum) * i128::from(factor)) >> QUOTE_BITS).clamp(-LIMIT, LIMIT) as i64
    }

    /// The most that an amount of quote units, ≥ 0, is worth, dollars × 2^16; ceil.
    #[inline(always)]
    pub(super) fn dollars_up(&self, amount: i64) -> i64 {
        let factor = self.quote[0].max(self.quote[1]);
        (((i128::from(amount) * i128::from(factor)) >> QUOTE_BITS) + 1).min(LIMIT) as i64
    }

    /// What a position contributes that gains do not tell of: a very large one, a decaying one, one with matured profit.
    ///
    /// Formula:  g = min(PnL − R, M)       (docs/spec.md §10.4)
    /// Units:    mantissa, shift and key of the size; constant, matured, reach and result in quote units
    /// Rounding: floor
    #[cold]
    #[inline(never)]
    pub(super) fn contribution(
        &self,
        (mantissa, shift, key): (i64, u32, usize),
        constant: i64,
        matured: i64,
        reach: i64,
    ) -> i64 {
        if reach >= EXTREME {
            return SINK;
        }
        let (side, common) = (&self.markets[key], &self.common[key / 2]);
        let worth = |unit: i64| constant + ((mantissa * unit + unit.min(0)) >> shift);
        let decayed = |pnl: i64| {
            if pnl <= 0 || common.remaining == ONE {
                return pnl;
            }
            (i128::from(pnl) * i128::from(common.remaining) / i128::from(BPS)) as i64
        };
        let notional = (((mantissa + 1) * side.top) >> shift) + 3;
        let margin = common.tiers.requirement(notional as u64, |tier| tier.maintenance);
        let profit = decayed(worth(side.mid).max(0));
        let counts = matured.min(profit).min(common.payable);
        // Safe because: below an extreme reach a margin has at most 57 bits.
        (decayed(worth(side.best)) - margin as i64).min(counts)
    }
}

/// What a quote unit adds where a sum is positive, and what it takes where it is negative, dollars × 2^16 × 2^30.
fn quote(price: &Interval) -> [i64; 2] {
    let band = price.liquidation_band;
    let shift = PRICE_BITS - UNIT_BITS - QUOTE_BITS;
    let scale = u128::from(BPS).pow(2) << shift;
    let weight = mul(ONE.saturating_add(band).into(), price.remaining().into());
    let adds = u128::from(price.mid.0) * weight / scale;
    let takes = (u128::from(price.mid.0) * mul(ONE.saturating_sub(band).into(), BPS)).div_ceil(scale);
    // Safe because: a price has 63 bits, and 2^−18 of it 45.
    [adds as i64, takes as i64]
}
