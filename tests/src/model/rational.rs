//! Exact rationals and ranges of them.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// An exact rational number.
pub type Q = BigRational;

/// A whole number.
pub fn int(n: impl Into<BigInt>) -> Q {
    Q::from_integer(n.into())
}

/// A fraction.
pub fn ratio(numerator: impl Into<BigInt>, denominator: impl Into<BigInt>) -> Q {
    Q::new(numerator.into(), denominator.into())
}

/// Basis points as a fraction.
pub fn bps(n: impl Into<BigInt>) -> Q {
    ratio(n, 10_000)
}

/// Millionths.
pub fn ppm(n: impl Into<BigInt>) -> Q {
    ratio(n, 1_000_000)
}

/// 2^n.
pub fn two_to(n: u32) -> Q {
    Q::from_integer(BigInt::one() << n)
}

/// 2^−n.
pub fn two_to_minus(n: u32) -> Q {
    Q::new(BigInt::one(), BigInt::one() << n)
}

/// Largest whole number not above, as an unsigned integer.
///
/// # Panics
/// If it does not fit.
pub fn floor_u64(q: &Q) -> u64 {
    q.floor().to_integer().to_u64().unwrap_or_else(|| panic!("{q} does not fit 64 bits"))
}

/// Smallest whole number not below, as an unsigned integer.
///
/// # Panics
/// If it does not fit.
pub fn ceil_u64(q: &Q) -> u64 {
    q.ceil().to_integer().to_u64().unwrap_or_else(|| panic!("{q} does not fit 64 bits"))
}

/// For messages.
pub fn display(q: &Q) -> f64 {
    q.to_f64().unwrap_or(f64::NAN)
}

/// What a comparison of ranges can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// True for all of the range.
    Yes,
    /// False for all of the range.
    No,
    /// True for a part of the range.
    Unsure,
}

impl Truth {
    /// A fact.
    pub fn of(fact: bool) -> Truth {
        if fact { Truth::Yes } else { Truth::No }
    }

    /// The opposite.
    #[must_use]
    pub fn opposite(self) -> Truth {
        match self {
            Truth::Yes => Truth::No,
            Truth::No => Truth::Yes,
            Truth::Unsure => Truth::Unsure,
        }
    }

    /// True if one of both is.
    #[must_use]
    pub fn or(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::Yes, _) | (_, Truth::Yes) => Truth::Yes,
            (Truth::No, Truth::No) => Truth::No,
            _ => Truth::Unsure,
        }
    }

    /// True if both are.
    #[must_use]
    pub fn and(self, other: Truth) -> Truth {
        self.opposite().or(other.opposite()).opposite()
    }
}

/// All numbers from `lo` to `hi`, both included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The lower end.
    pub lo: Q,
    /// The upper end.
    pub hi: Q,
}

impl Range {
    /// One number.
    pub fn point(q: Q) -> Range {
        Range { lo: q.clone(), hi: q }
    }

    /// Zero.
    pub fn zero() -> Range {
        Range::point(Q::zero())
    }

    /// From one number to another that is not smaller.
    pub fn new(lo: Q, hi: Q) -> Range {
        assert!(lo <= hi, "a range from {lo} to {hi}");
        Range { lo, hi }
    }

    /// The sum.
    #[must_use]
    pub fn plus(&self, other: &Range) -> Range {
        Range::new(&self.lo + &other.lo, &self.hi + &other.hi)
    }

    /// The difference.
    #[must_use]
    pub fn minus(&self, other: &Range) -> Range {
        Range::new(&self.lo - &other.hi, &self.hi - &other.lo)
    }

    /// The product with a number that is not negative.
    #[must_use]
    pub fn times(&self, factor: &Q) -> Range {
        assert!(!factor.is_negative());
        Range::new(&self.lo * factor, &self.hi * factor)
    }

    /// Twice as much.
    #[must_use]
    pub fn doubled(&self) -> Range {
        self.plus(self)
    }

    /// The negative.
    #[must_use]
    pub fn negated(&self) -> Range {
        Range::new(-&self.hi, -&self.lo)
    }

    /// The smaller of both.
    #[must_use]
    pub fn min(&self, other: &Range) -> Range {
        Range::new(self.lo.clone().min(other.lo.clone()), self.hi.clone().min(other.hi.clone()))
    }

    /// The larger of both.
    #[must_use]
    pub fn max(&self, other: &Range) -> Range {
        Range::new(self.lo.clone().max(other.lo.clone()), self.hi.clone().max(other.hi.clone()))
    }

    /// Whole numbers above.
    #[must_use]
    pub fn ceil(&self) -> Range {
        Range::new(self.lo.ceil(), self.hi.ceil())
    }

    /// Whole numbers below.
    #[must_use]
    pub fn floor(&self) -> Range {
        Range::new(self.lo.floor(), self.hi.floor())
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn hull(&self, other: &Range) -> Range {
        Range::new(self.lo.clone().min(other.lo.clone()), self.hi.clone().max(other.hi.clone()))
    }

    /// Further down by at most `by`.
    #[must_use]
    pub fn lowered(self, by: &Q) -> Range {
        Range::new(self.lo - by, self.hi)
    }

    /// Further up by at most `by`.
    #[must_use]
    pub fn raised(self, by: &Q) -> Range {
        Range::new(self.lo, self.hi + by)
    }

    /// Whether a number is in it.
    pub fn holds(&self, q: &Q) -> bool {
        &self.lo <= q && q <= &self.hi
    }

    /// Whether it is below a number.
    pub fn below(&self, q: &Q) -> Truth {
        match (&self.lo < q, &self.hi < q) {
            (_, true) => Truth::Yes,
            (false, _) => Truth::No,
            _ => Truth::Unsure,
        }
    }

    /// Whether it is below another.
    pub fn below_range(&self, other: &Range) -> Truth {
        self.minus(other).below(&Q::zero())
    }

    /// Upper minus lower end.
    pub fn width(&self) -> Q {
        &self.hi - &self.lo
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "[{} .. {}]", display(&self.lo), display(&self.hi))
    }
}
