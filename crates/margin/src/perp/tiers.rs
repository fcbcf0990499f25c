//! Margin by size: the part of a notional between two edges has that tier's rate, so that a requirement is continuous and
//! a large position needs more of every further dollar.

use crate::fixed::mul;
use crate::units::{BPS, Bps};

/// Tiers of a market.
pub const MAX_TIERS: usize = 4;

/// Rates of the part of a notional up to an edge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tier {
    /// Upper edge, quote units; 2^64 − 1 in the last tier.
    pub edge: u64,
    /// To take on risk, bps.
    pub initial: u16,
    /// Where a liquidation stops, bps.
    pub end: u16,
    /// To be left alone, bps.
    pub maintenance: u16,
}

/// A market's tiers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tiers(pub [Tier; MAX_TIERS]);

impl Tiers {
    /// Margin that a notional requires at one level.
    ///
    /// Formula:  R = Σ m_t × (part of N in tier t)       (docs/spec.md §10.4)
    /// Units:    notional, result: quote units
    /// Rounding: ceil of the sum
    /// Errors:   none
    #[inline(always)]
    pub fn requirement(&self, notional: u64, rate: impl Fn(&Tier) -> u16) -> u64 {
        let first = &self.0[0];
        if notional <= first.edge && notional < 1 << 49 {
            return notional.wrapping_mul(u64::from(rate(first))).wrapping_add(BPS - 1) / BPS;
        }
        self.tiered(notional, self.0.each_ref().map(rate))
    }

    /// [`Tiers::requirement`] beyond the first tier.
    #[cold]
    #[inline(never)]
    fn tiered(&self, notional: u64, rates: [u16; MAX_TIERS]) -> u64 {
        let (mut from, mut sum) = (0, 0u128);
        for (tier, rate) in self.0.iter().zip(rates) {
            let to = notional.min(tier.edge);
            sum += mul(to.saturating_sub(from), u64::from(rate));
            from = from.max(to);
        }
        // Safe because: a rate is at most 2^16 bps, so the sum is below 2^80.
        u64::try_from(sum.div_ceil(u128::from(BPS))).unwrap_or(u64::MAX)
    }

    /// The tiers that a notional reaches, from the top: each with the part of the notional in it.
    pub(crate) fn parts_from_top(&self, notional: u64) -> impl Iterator<Item = (&Tier, u64)> {
        let bottom = |i: usize| if i == 0 { 0 } else { self.0[i - 1].edge };
        (0..MAX_TIERS).rev().filter_map(move |i| {
            let part = notional.min(self.0[i].edge).saturating_sub(bottom(i));
            (part > 0).then_some((&self.0[i], part))
        })
    }

    /// End rate of the highest tier that a notional reaches, bps.
    pub(crate) fn top_end_rate(&self, notional: u64) -> Bps {
        if notional <= self.0[0].edge {
            return self.0[0].end.into();
        }
        self.parts_from_top(notional).next().map_or(0, |(tier, _)| tier.end.into())
    }
}
