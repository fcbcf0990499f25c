//! Products and quotients of 64-bit integers through 128 bits, with the rounding in the name.

use crate::error::MathError;

/// An amount with a sign.
///
/// Errors: Overflow
#[inline(always)]
pub fn signed(amount: u64) -> Result<i64, MathError> {
    i64::try_from(amount).map_err(|_| MathError::Overflow)
}

/// `a × b`, exactly.
#[inline(always)]
pub fn mul(a: u64, b: u64) -> u128 {
    u128::from(a) * u128::from(b)
}

/// `floor(a × b / d)`.
///
/// Errors: DivideByZero; Overflow where the quotient has more than 64 bits.
#[inline(always)]
pub fn mul_div_down(a: u64, b: u64, d: u64) -> Result<u64, MathError> {
    narrow(div_down(mul(a, b), d)?)
}

/// `ceil(a × b / d)`.
///
/// Errors: DivideByZero; Overflow where the quotient has more than 64 bits.
#[inline(always)]
pub fn mul_div_up(a: u64, b: u64, d: u64) -> Result<u64, MathError> {
    narrow(div_up(mul(a, b), d)?)
}

/// `floor(n / d)`.
#[inline(always)]
pub fn div_down(n: u128, d: u64) -> Result<u128, MathError> {
    if d == 0 {
        return Err(MathError::DivideByZero);
    }
    if n >> 64 == 0 {
        return Ok(u128::from(n as u64 / d));
    }
    Ok(n / u128::from(d))
}

/// `ceil(n / d)`.
#[inline(always)]
pub fn div_up(n: u128, d: u64) -> Result<u128, MathError> {
    let down = div_down(n, d)?;
    // The remainder modulo 2^64 is the remainder: it is below d.
    let exact = (down as u64).wrapping_mul(d) == n as u64;
    // Safe because: a quotient that is not exact has d ≥ 2, so it is below 2^127.
    Ok(if exact { down } else { down + 1 })
}

/// The value if it has 64 bits.
#[inline(always)]
pub fn narrow(x: u128) -> Result<u64, MathError> {
    u64::try_from(x).map_err(|_| MathError::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn quotients_bracket_the_exact_ratio(n: u128, d in 1u64..) {
            let (down, up) = (div_down(n, d).unwrap(), div_up(n, d).unwrap());
            prop_assert_eq!(down, n / u128::from(d));
            prop_assert_eq!(up, n.div_ceil(u128::from(d)));
        }
    }

    #[test]
    fn division_by_zero_is_an_error_value() {
        assert_eq!(mul_div_down(1, 1, 0), Err(MathError::DivideByZero));
        assert_eq!(mul_div_up(u64::MAX, 2, 1), Err(MathError::Overflow));
    }
}
