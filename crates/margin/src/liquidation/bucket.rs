//! How much liquidations of shallow breaches may move in a window: a cascade cannot feed on its own price impact.

use crate::fixed::mul_div_down;
use crate::price::elapsed;
use crate::units::{BPS, Bps};

/// What has been moved lately; it leaks out over the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// Native units, or base units of a market.
    pub level: u64,
    /// When the level was computed, unix seconds.
    pub time: i64,
}

/// How fast a bucket leaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BucketTerms {
    /// Part of the total that may be moved in a window, bps; 0 for no limit.
    pub velocity: Bps,
    /// The window, seconds.
    pub window: u32,
}

impl Bucket {
    /// Lets the bucket leak and says what still fits.
    ///
    /// Formula:  cap = total × velocity;  level −= cap × elapsed / window;  room = cap − level       (docs/spec.md §11.2)
    /// Units:    those of the total; now: unix seconds
    /// Rounding: cap and what leaks floor
    /// Errors:   none; 2^64 − 1 where there is no limit
    pub fn room(&mut self, total: u64, terms: &BucketTerms, now: i64) -> u64 {
        if terms.velocity == 0 || terms.window == 0 {
            return u64::MAX;
        }
        let cap = mul_div_down(total, terms.velocity.into(), BPS).unwrap_or(u64::MAX);
        self.level = leaked(self.level, cap, (elapsed(self.time, now), terms.window));
        self.time = self.time.max(now);
        cap.saturating_sub(self.level)
    }
}

/// What is left of a level after some of a window's seconds.
///
/// Formula:  level − cap × passed / window; 0 after a window       (docs/spec.md §11.2)
/// Rounding: what leaks floor
#[inline(always)]
pub(crate) fn leaked(level: u64, cap: u64, (passed, window): (u64, u32)) -> u64 {
    let window = u64::from(window);
    match passed < window {
        true => level.saturating_sub(mul_div_down(cap, passed, window).unwrap_or(u64::MAX)),
        // Whatever the cap was when it was filled: nobody fills a bucket for longer than a window.
        false => 0,
    }
}

/// What fits into the buckets of a target's legs; 2^64 − 1 where nothing limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rooms {
    /// Native units of the debt.
    pub debt: u64,
    /// Native units of the collateral.
    pub collateral: u64,
    /// Base units of the market.
    pub base: u64,
}

impl Rooms {
    /// No limit.
    pub const OPEN: Rooms = Rooms { debt: u64::MAX, collateral: u64::MAX, base: u64::MAX };
}
