//! 128-bit multiplication and division for the bytecode build.
//!
//! The virtual machine multiplies and divides 64-bit words; for 128 bits the compiler calls `__multi3`, `__udivti3` and
//! their kin. The published ones return a `u128` through a hidden pointer where LLVM 23 expects it in registers, so this
//! crate brings its own. The algorithms are plain functions, tested on the host against native arithmetic; only the
//! symbols that the compiler calls exist in the bytecode alone. Every instruction here is paid for in compute units on
//! each call, so the paths are chosen by instruction count. The crate knows nothing of money or of Solana.
//!
//! Arithmetic here is `wrapping_` wherever the compiler cannot see the bound: the program's profile checks overflow, and
//! a checked product of two words is itself a call of `__multi3`.
//!
//! A program needs one line: `use breakwater_sbf_builtins as _;`
#![cfg_attr(not(test), no_std)]
#![deny(missing_docs)]
#![cfg_attr(target_arch = "bpf", feature(abi_unadjusted), allow(internal_features))]

#[cfg(target_arch = "bpf")]
mod shims;
#[cfg(test)]
mod tests;

#[cfg(target_arch = "bpf")]
use solana_compiler_builtins as _;

use core::hint::cold_path;

const LOW_HALF: u64 = u32::MAX as u64;

/// The low and the high word of `x`.
#[inline(always)]
pub const fn split(x: u128) -> (u64, u64) {
    (x as u64, (x >> 64) as u64)
}

/// The number with the given low and high word.
#[inline(always)]
pub const fn join(lo: u64, hi: u64) -> u128 {
    ((hi as u128) << 64) | lo as u128
}

/// The full product of two words as (low, high).
///
/// Four products of half words; two where a factor fits in half a word, as ratios and powers of ten mostly do.
#[inline(always)]
pub const fn widening_mul(x: u64, y: u64) -> (u64, u64) {
    let (x_lo, x_hi, y_lo, y_hi) = (x & LOW_HALF, x >> 32, y & LOW_HALF, y >> 32);
    let (lo, low_carry) = (x.wrapping_mul(y), x_lo.wrapping_mul(y_lo) >> 32);
    // No sum here can overflow: (2^32 − 1)^2 + 2^32 − 1 < 2^64.
    if y_hi == 0 {
        return (lo, x_hi.wrapping_mul(y_lo).wrapping_add(low_carry) >> 32);
    }
    let cross = x_lo.wrapping_mul(y_hi).wrapping_add(low_carry);
    if x_hi == 0 {
        return (lo, cross >> 32);
    }
    let mid = x_hi.wrapping_mul(y_lo).wrapping_add(cross & LOW_HALF);
    (lo, x_hi.wrapping_mul(y_hi).wrapping_add(cross >> 32).wrapping_add(mid >> 32))
}

/// The product modulo 2^128, which is also the signed product in two's complement.
#[inline(always)]
pub const fn wrapping_mul(a: u128, b: u128) -> u128 {
    let ((a_lo, a_hi), (b_lo, b_hi)) = (split(a), split(b));
    let (lo, hi) = widening_mul(a_lo, b_lo);
    join(lo, hi.wrapping_add(a_lo.wrapping_mul(b_hi)).wrapping_add(a_hi.wrapping_mul(b_lo)))
}

/// How far `d` ≥ 2^32 must be shifted left until its highest bit is set.
///
/// Stands in for `leading_zeros`, which the virtual machine lacks and the compiler spells out in some 40 instructions.
/// `cold_path` keeps the steps as jumps; as selects they would cost three times as much.
#[inline(always)]
const fn leading_zeros_wide(d: u64) -> u32 {
    let (mut top, mut shift) = ((d >> 32) as u32, 0u32);
    if top < 1 << 16 {
        cold_path();
        top <<= 16;
        shift = 16;
    }
    if top < 1 << 24 {
        cold_path();
        top <<= 8;
        shift = shift.wrapping_add(8);
    }
    if top < 1 << 28 {
        cold_path();
        top <<= 4;
        shift = shift.wrapping_add(4);
    }
    if top < 1 << 30 {
        cold_path();
        top <<= 2;
        shift = shift.wrapping_add(2);
    }
    shift.wrapping_add(1 - (top >> 31))
}

/// One digit of base 2^32 of Knuth's algorithm D: (`top`·2^32 + `next`) / `d` with `top` < `d`, `next` < 2^32 and the highest
/// bit of `d` set. Returns (digit, remainder).
///
/// The estimate `top` / ⌊d / 2^32⌋ is never too small and at most 2 too large. It is at most 2^32 + 1, so `product` cannot
/// overflow; `short` is what the remainder lacks to 0.
#[inline(always)]
const fn digit(top: u64, next: u64, d: u64) -> (u64, u64) {
    let (d_hi, d_lo) = (d >> 32, d & LOW_HALF);
    let q = top / d_hi;
    let have = ((top % d_hi) << 32) | next;
    let product = q.wrapping_mul(d_lo);
    if have >= product {
        return (q, have.wrapping_sub(product));
    }
    let short = product.wrapping_sub(have);
    if short <= d {
        return (q.wrapping_sub(1), d.wrapping_sub(short));
    }
    (q.wrapping_sub(2), d.wrapping_sub(short).wrapping_add(d))
}

/// The high word of (`hi`·2^64 + `lo`) << `by`, for `by` < 64.
#[inline(always)]
const fn shl_high(hi: u64, lo: u64, by: u32) -> u64 {
    hi.wrapping_shl(by) | (lo >> 1).wrapping_shr(by ^ 63)
}

/// (`hi`·2^64 + `lo`) / `d` with `hi` < `d` and the highest bit of `d` set.
#[inline(always)]
const fn div_2by1_normalised(hi: u64, lo: u64, d: u64) -> (u64, u64) {
    let (q_hi, rest) = digit(hi, lo >> 32, d);
    let (q_lo, rest) = digit(rest, lo & LOW_HALF, d);
    // The first digit is below 2^32 because hi < d.
    ((q_hi << 32) | q_lo, rest)
}

/// (`hi`·2^64 + `lo`) / `d` with `hi` < `d`. Returns (quotient, remainder).
#[inline(always)]
pub const fn div_2by1(hi: u64, lo: u64, d: u64) -> (u64, u64) {
    if d >> 32 == 0 {
        // Two divisions of one word each: ratios in basis points, seconds, powers of ten up to 10^9.
        let top = (hi << 32) | (lo >> 32);
        let bottom = ((top % d) << 32) | (lo & LOW_HALF);
        return (((top / d) << 32) | (bottom / d), bottom % d);
    }
    let shift = leading_zeros_wide(d);
    let (q, rest) = div_2by1_normalised(shl_high(hi, lo, shift), lo.wrapping_shl(shift), d.wrapping_shl(shift));
    (q, rest.wrapping_shr(shift))
}

/// Quotient and remainder of unsigned numbers. `d` must not be 0: the compiler's own check has run before.
#[inline(always)]
pub const fn div_rem(n: u128, d: u128) -> (u128, u128) {
    let ((n_lo, n_hi), (d_lo, d_hi)) = (split(n), split(d));
    if d_hi == 0 {
        if n_hi == 0 {
            return ((n_lo / d_lo) as u128, (n_lo % d_lo) as u128);
        }
        let (q_hi, n_hi) = if n_hi < d_lo { (0, n_hi) } else { (n_hi / d_lo, n_hi % d_lo) };
        let (q_lo, rest) = div_2by1(n_hi, n_lo, d_lo);
        return (join(q_lo, q_hi), rest as u128);
    }
    let (q, rest) = div_rem_wide(n, d);
    (q as u128, rest)
}

/// `n` / `d` for `d` ≥ 2^64: the quotient fits in a word.
///
/// Divides n/2 by the leading 64 bits of `d` (Hacker's Delight, "Unsigned doubleword division"): after the shift back the
/// estimate is the quotient or one more, so one less is right or one too small, and a single correction settles it.
#[inline(always)]
const fn div_rem_wide(n: u128, d: u128) -> (u64, u128) {
    if n < d {
        return (0, n);
    }
    let (d_lo, d_hi) = split(d);
    let shift =
        if d_hi >> 32 == 0 { leading_zeros_wide(d_hi << 32).wrapping_add(32) } else { leading_zeros_wide(d_hi) };
    let (half_lo, half_hi) = split(n >> 1);
    let estimate = div_2by1_normalised(half_hi, half_lo, shl_high(d_hi, d_lo, shift)).0;
    let mut q = estimate.wrapping_shr(shift ^ 63).saturating_sub(1);
    let (lo, hi) = widening_mul(d_lo, q);
    let mut rest = n.wrapping_sub(join(lo, hi.wrapping_add(d_hi.wrapping_mul(q))));
    if rest >= d {
        q = q.wrapping_add(1);
        rest = rest.wrapping_sub(d);
    }
    (q, rest)
}

/// `x` without its sign; a jump over the negation, which takes ten instructions.
#[inline(always)]
const fn magnitude(x: i128) -> u128 {
    if x < 0 {
        cold_path();
        return x.wrapping_neg() as u128;
    }
    x as u128
}

/// Signed quotient, towards zero, by an unsigned division. `d` must not be 0; −2^127 / −1 wraps.
#[inline(always)]
pub fn signed_div(n: i128, d: i128, divide: impl FnOnce(u128, u128) -> u128) -> i128 {
    let q = divide(magnitude(n), magnitude(d)) as i128;
    if n ^ d < 0 {
        cold_path();
        return q.wrapping_neg();
    }
    q
}

/// Signed remainder with the sign of `n`, by an unsigned one. `d` must not be 0.
#[inline(always)]
pub fn signed_rem(n: i128, d: i128, remainder: impl FnOnce(u128, u128) -> u128) -> i128 {
    let rest = remainder(magnitude(n), magnitude(d)) as i128;
    if n < 0 {
        cold_path();
        return rest.wrapping_neg();
    }
    rest
}
