//! Native 128-bit arithmetic is the reference for everything here.

use super::*;
use proptest::prelude::*;

/// Numbers of every length, and those where carries and estimates go wrong: 0, 2^k, 2^k ± 1, two bits, 10^k, the largest.
fn word128() -> impl Strategy<Value = u128> {
    prop_oneof![
        4 => (any::<u128>(), 0u32..128).prop_map(|(x, by)| x >> by),
        1 => (0u32..128).prop_map(|k| 1 << k),
        1 => (0u32..128).prop_map(|k| (1 << k) - 1),
        1 => (0u32..128).prop_map(|k| (1 << k) | 1),
        1 => (0u32..128, 0u32..128).prop_map(|(j, k)| (1 << j) | (1 << k)),
        1 => (0u32..128, 0u32..128).prop_map(|(j, k)| !((1 << j) | (1 << k))),
        1 => (0u32..=38).prop_map(|k| 10u128.pow(k)),
        1 => (0u128..4).prop_map(|k| u128::MAX - k),
        1 => Just(0),
    ]
}

fn word64() -> impl Strategy<Value = u64> {
    word128().prop_map(|x| (x ^ (x >> 64)) as u64)
}

fn divisor128() -> impl Strategy<Value = u128> {
    word128().prop_map(|d| d.max(1))
}

fn check_division(n: u128, d: u128) {
    assert_eq!(div_rem(n, d), (n / d, n % d), "{n:#x} / {d:#x}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 50_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn join_undoes_split(x in word128()) {
        let (lo, hi) = split(x);
        prop_assert_eq!(join(lo, hi), x);
    }

    #[test]
    fn the_full_product_of_two_words_is_native(x in word64(), y in word64()) {
        let (lo, hi) = widening_mul(x, y);
        prop_assert_eq!(join(lo, hi), x as u128 * y as u128);
    }

    #[test]
    fn the_product_wraps_as_native(a in word128(), b in word128()) {
        prop_assert_eq!(wrapping_mul(a, b), a.wrapping_mul(b));
    }

    #[test]
    fn the_signed_product_has_the_same_bits(a in word128(), b in word128()) {
        prop_assert_eq!(wrapping_mul(a, b) as i128, (a as i128).wrapping_mul(b as i128));
    }

    #[test]
    fn two_words_by_one_is_native(hi in word64(), lo in word64(), d in word64()) {
        let d = d.max(1);
        let (n, hi) = (join(lo, hi % d), hi % d);
        let (q, rest) = div_2by1(hi, lo, d);
        prop_assert_eq!((q as u128, rest as u128), (n / d as u128, n % d as u128));
    }

    #[test]
    fn the_largest_quotient_of_one_word_is_native(lo in word64(), d in word64()) {
        let d = d.max(1);
        let n = join(lo, d - 1);
        let (q, rest) = div_2by1(d - 1, lo, d);
        prop_assert_eq!((q as u128, rest as u128), (n / d as u128, n % d as u128));
    }

    #[test]
    fn quotient_and_remainder_are_native(n in word128(), d in divisor128()) {
        prop_assert_eq!(div_rem(n, d), (n / d, n % d));
    }

    #[test]
    fn quotient_and_remainder_are_native_around_a_multiple(q in word128(), d in divisor128(), off in -2i128..=2) {
        let n = q.wrapping_mul(d).wrapping_add_signed(off);
        prop_assert_eq!(div_rem(n, d), (n / d, n % d));
    }

    #[test]
    fn signed_quotient_and_remainder_are_native(n in word128(), d in divisor128()) {
        let (n, d) = (n as i128, d as i128);
        prop_assert_eq!(signed_div(n, d, |n, d| div_rem(n, d).0), n.wrapping_div(d));
        prop_assert_eq!(signed_rem(n, d, |n, d| div_rem(n, d).1), n.wrapping_rem(d));
    }

    #[test]
    fn leading_zeros_are_counted(d in (1u64 << 32)..) {
        prop_assert_eq!(leading_zeros_wide(d), d.leading_zeros());
    }
}

#[test]
fn every_pair_of_powers_of_two_and_their_neighbours_divides_as_native() {
    let numbers: Vec<u128> =
        (0..128).flat_map(|k| [(1u128 << k) - 1, 1 << k, (1 << k) | 1]).chain([u128::MAX]).collect();
    for &n in &numbers {
        for &d in numbers.iter().filter(|&&d| d > 0) {
            check_division(n, d);
        }
    }
}

#[test]
fn a_digit_estimate_that_is_two_too_large_is_corrected() {
    // Knuth's worst case: the divisor's low half is all ones and its high half the smallest that is normalised.
    let d = (1 << 63) | LOW_HALF;
    let q = u64::MAX as u128;
    for rest in [0, 1, d as u128 - 1] {
        check_division(q * d as u128 + rest, d as u128);
    }
    assert_eq!(digit(d - 1, 0, d), (LOW_HALF, (1 << 63) - 1));
}

#[test]
fn the_largest_numbers_divide_as_native() {
    for n in [u128::MAX, u128::MAX - 1, i128::MAX as u128, 1 << 127] {
        for d in [1, 2, u64::MAX as u128, 1 << 64, (1 << 64) + 1, i128::MAX as u128, 1 << 127, u128::MAX] {
            check_division(n, d);
        }
    }
    assert_eq!(signed_div(i128::MIN, -1, |n, d| div_rem(n, d).0), i128::MIN);
    assert_eq!(signed_rem(i128::MIN, -1, |n, d| div_rem(n, d).1), 0);
}
