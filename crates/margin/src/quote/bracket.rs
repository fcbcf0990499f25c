//! Where a level of health crosses zero, between a price at which it has not and one at which it has.

use crate::fixed::mul_div_down;

/// Guesses before the search only halves.
const GUESSES: u32 = 24;

/// How near a liquidation price is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// To one step of price.
    Exact,
    /// To 2^−24 of the price, with far fewer trials: for the program.
    Coarse,
}

impl Resolution {
    /// How far a healthy price may lie from a broken one that is called the first.
    pub(super) fn step(self, price: u64) -> u64 {
        match self {
            Resolution::Exact => 1,
            Resolution::Coarse => (price >> 24).max(1),
        }
    }
}

/// A price with the health of one level at it; `None` where amounts do not fit their integers.
#[derive(Clone, Copy)]
pub(super) struct Point {
    pub(super) price: u64,
    pub(super) health: Option<i128>,
}

impl Point {
    pub(super) fn is_below(self, other: Point) -> bool {
        match (self.health, other.health) {
            (Some(here), Some(there)) => here < there,
            _ => false,
        }
    }

    /// Whether the account is under water; where its health does not fit an integer, what the way there says.
    pub(super) fn is_broken(self, unknown: bool) -> bool {
        self.health.map_or(unknown, |health| health < 0)
    }
}

/// A healthy price and a broken one.
pub(super) struct Bracket {
    pub(super) fine: Point,
    pub(super) broken: Point,
    /// About how far the price moves before a value does.
    grain: u64,
    tries: u32,
    /// How often in a row each end has moved.
    fine_moved: u32,
    broken_moved: u32,
}

impl Bracket {
    pub(super) fn new(fine: Point, broken: Point, grain: u64) -> Bracket {
        Bracket { fine, broken, grain, tries: 0, fine_moved: 0, broken_moved: 0 }
    }

    pub(super) fn width(&self) -> u64 {
        self.fine.price.abs_diff(self.broken.price)
    }

    pub(super) fn narrow(&mut self, point: Point, unknown: bool) {
        self.tries += 1;
        if point.is_broken(unknown) {
            (self.broken, self.broken_moved, self.fine_moved) = (point, self.broken_moved + 1, 0);
        } else {
            (self.fine, self.fine_moved, self.broken_moved) = (point, self.fine_moved + 1, 0);
        }
    }

    /// A price between the ends: a little beyond where a straight line between them meets zero, so that they close in from both
    /// sides; or the middle, where there is no line.
    #[inline(never)]
    pub(super) fn guess(&self, resolution: Resolution) -> u64 {
        let width = self.width();
        let place = match (self.fine.health, self.broken.health) {
            (Some(fine), Some(broken)) if self.tries < GUESSES && width / 4 > self.grain => {
                // 62 bits of both healths give the line. An end that stays while the other moves again counts half (Illinois).
                let (fine, broken) = (fine.unsigned_abs(), broken.unsigned_abs());
                let shift = 66u32.saturating_sub(fine.max(broken).leading_zeros());
                let fine = (fine >> shift) as u64 >> self.broken_moved.saturating_sub(1).min(63);
                let broken = (broken >> shift) as u64 >> self.fine_moved.saturating_sub(1).min(63);
                let line = mul_div_down(width, fine, (fine + broken).max(1)).unwrap_or(width / 2);
                let margin = self.grain.max(resolution.step(self.broken.price) / 2);
                if line < width / 2 { line.saturating_add(margin) } else { line.saturating_sub(margin) }
            }
            _ => width / 2,
        };
        let place = place.clamp(1, width - 1);
        if self.fine.price < self.broken.price { self.fine.price + place } else { self.fine.price - place }
    }
}
