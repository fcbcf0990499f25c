//! Powers of positive ratios in integers. Owns a base-2 logarithm and exponential in fixed point, so that a follower's
//! price and an EMA come out the same on every machine; refuses to know prices.

use std::sync::LazyLock;

/// Fraction bits of a logarithm.
const LOG_BITS: u32 = 48;
/// Fraction bits of a mantissa in [1, 2).
const MANTISSA_BITS: u32 = 62;

/// 2^(1/2), 2^(1/4), 2^(1/8) and so on, with [`MANTISSA_BITS`] fraction bits: one for each fraction bit of a logarithm.
static ROOTS_OF_TWO: LazyLock<[u128; LOG_BITS as usize]> = LazyLock::new(|| {
    let mut root = 2u128 << MANTISSA_BITS;
    std::array::from_fn(|_| {
        root = (root << MANTISSA_BITS).isqrt();
        root
    })
});

/// `start × (numerator / denominator)^(exponent.0 / exponent.1)`, rounded to the nearest integer, at least 1 and at most `max`.
///
/// Errors below one part in 10^12 for ratios and exponents a price path meets. All arguments are positive, but
/// `exponent.0`, which may be zero.
pub(super) fn scale_by_power(start: i64, (numerator, denominator): (i64, i64), exponent: (u32, u32), max: i64) -> i64 {
    if exponent.0 == 0 {
        return start.clamp(1, max);
    }
    if exponent.0 == exponent.1 {
        let exact = i128::from(start) * i128::from(numerator) + i128::from(denominator) / 2;
        return (exact / i128::from(denominator)).clamp(1, i128::from(max)) as i64;
    }
    let log = i128::from(log2(numerator as u64) - log2(denominator as u64));
    let (mantissa, power) = exp2(log * i128::from(exponent.0) / i128::from(exponent.1));
    let product = start as u128 * mantissa;
    let shift = i128::from(MANTISSA_BITS) - power;
    if shift < 0 {
        return max;
    }
    if shift > 126 {
        return 1;
    }
    let rounded = (product + (1u128 << shift >> 1)) >> shift;
    rounded.clamp(1, max as u128) as i64
}

/// `value × 2^(−elapsed / half_life)`, rounded towards zero.
pub(super) fn decay(value: i64, elapsed: u64, half_life: u64) -> i64 {
    let (mantissa, power) = exp2(-((i128::from(elapsed) << LOG_BITS) / i128::from(half_life)));
    let shift = i128::from(MANTISSA_BITS) - power;
    if shift > 126 {
        return 0;
    }
    ((i128::from(value) * mantissa as i128) / (1i128 << shift)) as i64
}

/// Base-2 logarithm of 0 < n < 2^63 with [`LOG_BITS`] fraction bits, rounded down.
fn log2(n: u64) -> i64 {
    let whole = 63 - n.leading_zeros();
    let mut mantissa = u128::from(n) << (MANTISSA_BITS - whole);
    let mut log = i64::from(whole) << LOG_BITS;
    for bit in (0..LOG_BITS).rev() {
        mantissa = (mantissa * mantissa) >> MANTISSA_BITS;
        if mantissa >> (MANTISSA_BITS + 1) != 0 {
            mantissa >>= 1;
            log |= 1 << bit;
        }
    }
    log
}

/// 2^x as mantissa in [1, 2) with [`MANTISSA_BITS`] fraction bits, and power of two; x has [`LOG_BITS`] fraction bits.
fn exp2(x: i128) -> (u128, i128) {
    let mut mantissa = 1u128 << MANTISSA_BITS;
    for (bit, root) in (0..LOG_BITS).rev().zip(ROOTS_OF_TWO.iter()) {
        if x >> bit & 1 == 1 {
            mantissa = (mantissa * root) >> MANTISSA_BITS;
        }
    }
    (mantissa, x >> LOG_BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: i64 = 100_000_000_000_000_000;

    #[test]
    fn a_power_agrees_with_floating_point_to_nine_digits() {
        for (numerator, denominator) in [(1, 2), (9, 10), (1, 1), (11, 10), (5, 1), (1, 100), (67_193, 2_911)] {
            for exponent in [(15_000, 10_000), (12_000, 10_000), (8_000, 10_000), (10_000, 15_000)] {
                let start = 150 * 100_000_000;
                let got = scale_by_power(start, (numerator, denominator), exponent, MAX) as f64;
                let ratio = numerator as f64 / denominator as f64;
                let want = start as f64 * ratio.powf(f64::from(exponent.0) / f64::from(exponent.1));
                assert!(
                    (got - want).abs() <= 0.6 + want * 1e-9,
                    "{numerator}/{denominator}^{exponent:?}: {got} vs {want}"
                );
            }
        }
    }

    #[test]
    fn a_power_of_one_is_exact_and_a_power_of_zero_is_the_start() {
        assert_eq!(scale_by_power(7_000, (1, 3), (10_000, 10_000), MAX), 2_333);
        assert_eq!(scale_by_power(7_000, (1, 3), (0, 10_000), MAX), 7_000);
    }

    #[test]
    fn a_result_beyond_the_limits_is_clamped() {
        assert_eq!(scale_by_power(1_000, (1, i64::MAX), (30_000, 10_000), MAX), 1);
        assert_eq!(scale_by_power(1_000, (i64::MAX, 1), (30_000, 10_000), MAX), MAX);
    }

    #[test]
    fn one_half_life_halves_and_ten_leave_a_thousandth() {
        assert_eq!(decay(1_000_000, 3_600, 3_600), 500_000);
        assert_eq!(decay(-1_000_000, 7_200, 3_600), -250_000);
        assert_eq!(decay(1_024_000, 36_000, 3_600), 1_000);
        assert_eq!(decay(1_000_000, 0, 3_600), 1_000_000);
        assert_eq!(decay(i64::MAX, 1 << 40, 1), 0);
    }
}
