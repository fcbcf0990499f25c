//! The symbols that the compiler calls. The "unadjusted" convention hands LLVM the bare 128-bit value, which it passes in
//! r1 to r4 and returns in r0 and r2: what its own calls expect.

use crate::{div_rem, signed_div, signed_rem, wrapping_mul};

/// # Safety
/// Safe for all arguments; the convention alone is unusual.
#[unsafe(no_mangle)]
pub unsafe extern "unadjusted" fn __multi3(a: u128, b: u128) -> u128 {
    wrapping_mul(a, b)
}

/// # Safety
/// `d` is not 0: compiled code has checked.
#[unsafe(no_mangle)]
pub unsafe extern "unadjusted" fn __udivti3(n: u128, d: u128) -> u128 {
    div_rem(n, d).0
}

/// # Safety
/// `d` is not 0: compiled code has checked.
#[unsafe(no_mangle)]
pub unsafe extern "unadjusted" fn __umodti3(n: u128, d: u128) -> u128 {
    div_rem(n, d).1
}

/// # Safety
/// `d` is not 0 and `n` / `d` is below 2^127: compiled code has checked.
#[unsafe(no_mangle)]
pub unsafe extern "unadjusted" fn __divti3(n: i128, d: i128) -> i128 {
    signed_div(n, d, |n, d| unsafe { __udivti3(n, d) })
}

/// # Safety
/// `d` is not 0: compiled code has checked.
#[unsafe(no_mangle)]
pub unsafe extern "unadjusted" fn __modti3(n: i128, d: i128) -> i128 {
    signed_rem(n, d, |n, d| unsafe { __umodti3(n, d) })
}
