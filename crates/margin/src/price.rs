//! Prices and doubt. A print is accepted or refused once, here; a stored price is an interval whose width grows with
//! confidence and age. Borrowers are valued at its worst end, liquidations at its best.

use crate::error::{MathError, Refusal};
use crate::fixed::{div_down, div_up, mul, narrow};
use crate::units::{BPS, Bps, NativeAmount, VALUE_BITS, Value};

/// log2 of the scale of a [`Price`].
pub const PRICE_BITS: u32 = 64;
/// Difference between the two scales: amount × price is shifted right by this much to be a value.
const SHIFT: u32 = PRICE_BITS - VALUE_BITS;

/// A print may be published this much after the cluster's clock, in seconds (clocks lag).
pub const FUTURE_TOLERANCE: i64 = 10;
/// Age limit of a price, in seconds, for borrow and withdraw.
pub const MAX_AGE_RISK: u32 = 20;
/// Age limit of a price, in seconds, for a liquidation; no action accepts more, so neither does the board.
pub const MAX_AGE_LIQUIDATION: u32 = 60;
/// A stale deposit keeps its whole value this long, in seconds (24 hours).
pub const DECAY_START: u32 = 86_400;
/// A stale deposit is worth nothing from this age on, in seconds (8 days).
pub const DECAY_END: u32 = 8 * 86_400;
/// Exponents that a print may carry.
pub const EXPONENTS: core::ops::RangeInclusive<i32> = -12..=0;
/// Smallest normalised price: its rounding error is below a millionth.
pub const MIN_PRICE: u64 = 1 << 20;
/// Largest number of decimals of a listed token.
pub const MAX_DECIMALS: u8 = 12;

/// Dollars for one native unit × 2^64. Below half a dollar, so a token's native unit must be worth less than that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price(pub u64);

impl Price {
    /// How far another price is away, as a part of this one.
    ///
    /// Formula:  (other − self) / self
    /// Units:    bps, signed
    /// Rounding: towards 0
    /// Errors:   none; `None` for a price of 0, or beyond 32 bits
    pub fn distance(self, other: Price) -> Option<i32> {
        let gap = i128::from(other.0) - i128::from(self.0);
        (gap * i128::from(BPS)).checked_div(self.0.into()).and_then(|bps| i32::try_from(bps).ok())
    }

    /// The price moved by a part of itself.
    ///
    /// Formula:  self × (1 + bps)
    /// Rounding: floor; at least 1
    /// Errors:   none; stops at 2^63 − 1
    pub fn moved(self, bps: i32) -> Price {
        let factor = u128::from((BPS as i64 + i64::from(bps)).max(0).unsigned_abs());
        Price(u64::try_from(u128::from(self.0) * factor / u128::from(BPS)).unwrap_or(u64::MAX).clamp(1, u64::MAX >> 1))
    }

    /// Value of an amount.
    ///
    /// Formula:  value = amount × price       (docs/spec.md §2.1)
    /// Units:    native units → dollars × 2^32
    /// Rounding: floor; assets
    /// Errors:   none: the product has at most 127 bits
    #[inline(always)]
    pub fn value_down(self, amount: NativeAmount) -> Value {
        Value((mul(amount, self.0) >> SHIFT) as i128)
    }

    /// Value of an amount.
    ///
    /// Formula:  value = amount × price       (docs/spec.md §2.1)
    /// Units:    native units → dollars × 2^32
    /// Rounding: ceil; debts
    /// Errors:   none
    #[inline(always)]
    pub fn value_up(self, amount: NativeAmount) -> Value {
        Value(((mul(amount, self.0) + ((1 << SHIFT) - 1)) >> SHIFT) as i128)
    }

    /// Amount that a value buys.
    ///
    /// Formula:  amount = value / price       (docs/spec.md §2.1)
    /// Rounding: floor; what is paid out
    /// Errors:   DivideByZero at price 0, Overflow above 2^64 − 1 units, Negative below 0
    pub fn amount_down(self, value: Value) -> Result<NativeAmount, MathError> {
        narrow(div_down(widen(value)?, self.0)?)
    }

    /// Amount that a value buys.
    ///
    /// Formula:  amount = value / price       (docs/spec.md §2.1)
    /// Rounding: ceil; what is owed
    /// Errors:   DivideByZero at price 0, Overflow above 2^64 − 1 units, Negative below 0
    pub fn amount_up(self, value: Value) -> Result<NativeAmount, MathError> {
        narrow(div_up(widen(value)?, self.0)?)
    }
}

fn widen(value: Value) -> Result<u128, MathError> {
    let raw = u128::try_from(value.0).map_err(|_| MathError::Negative)?;
    if raw >> (128 - SHIFT) != 0 {
        return Err(MathError::Overflow);
    }
    Ok(raw << SHIFT)
}

/// What an oracle account says, before anything is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Print {
    /// Dollars for one whole token × 10^−exponent.
    pub price: i64,
    /// Half-width of the publisher's confidence interval, in the price's unit.
    pub confidence: u64,
    /// Power of ten of price, confidence and ema.
    pub exponent: i32,
    /// Exponential moving average, in the price's unit.
    pub ema: i64,
    /// Unix time of publication, in seconds.
    pub publish_time: i64,
}

/// How a feed is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedConfig {
    /// Decimals of the token that the feed prices.
    pub decimals: u8,
    /// Widest confidence accepted, bps of the price.
    pub max_confidence: Bps,
    /// k_c: multiple of the confidence that the interval covers, bps.
    pub confidence_multiple: Bps,
    /// k_d: growth of the interval with √age, bps for each √second.
    pub drift: Bps,
    /// b_max: widest half-width for taking risk, bps.
    pub max_band: Bps,
    /// b_liq: widest half-width for liquidation, bps.
    pub max_liquidation_band: Bps,
}

/// The last accepted print, normalised. All zero before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeedState {
    /// Price.
    pub price: Price,
    /// Exponential moving average.
    pub ema: Price,
    /// Half-width that the confidence alone gives, bps, rounded up.
    pub confidence_band: Bps,
    /// Publication time: the watermark that the next print must exceed.
    pub publish_time: i64,
}

/// What becomes of a print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// The board takes this state.
    Newer(FeedState),
    /// The board already knows a print at least as new.
    NotNewer,
}

/// Judges a print against the feed's configuration and watermark.
///
/// Formula:  price = print × 10^(exponent − decimals);  band = k_c × confidence / price       (docs/spec.md §2.2)
/// Units:    now: unix seconds; returns prices in dollars for one native unit × 2^64, band in bps
/// Rounding: prices floor, band ceil
/// Errors:   PrintFromFuture, PrintTooOld, PriceNotPositive, ExponentOutOfRange, ConfidenceTooWide, PriceOutOfRange
/// Source:   Pyth's guidance on confidence and staleness; the strict watermark closes attack 3 of the threat model
pub fn accept(config: &FeedConfig, state: &FeedState, print: &Print, now: i64) -> Result<Accepted, Refusal> {
    if print.publish_time > now.saturating_add(FUTURE_TOLERANCE) {
        return Err(Refusal::PrintFromFuture);
    }
    if print.publish_time <= state.publish_time {
        return Ok(Accepted::NotNewer);
    }
    if age(print.publish_time, now) > MAX_AGE_LIQUIDATION {
        return Err(Refusal::PrintTooOld);
    }
    if print.price <= 0 || print.ema <= 0 {
        return Err(Refusal::PriceNotPositive);
    }
    if !EXPONENTS.contains(&print.exponent) {
        return Err(Refusal::ExponentOutOfRange);
    }
    let price = print.price as u64;
    if mul(print.confidence, BPS) > mul(price, u64::from(config.max_confidence)) {
        return Err(Refusal::ConfidenceTooWide);
    }
    let band = div_up(mul(print.confidence, u64::from(config.confidence_multiple)), price)?;
    Ok(Accepted::Newer(FeedState {
        price: normalise(price, print.exponent, config.decimals)?,
        ema: normalise(print.ema as u64, print.exponent, config.decimals)?,
        confidence_band: Bps::try_from(band).map_err(|_| MathError::Overflow)?,
        publish_time: print.publish_time,
    }))
}

/// Dollars for one native unit × 2^64, floor.
fn normalise(price: u64, exponent: i32, decimals: u8) -> Result<Price, Refusal> {
    let digits = u32::from(decimals) + exponent.unsigned_abs();
    let scaled = u128::from(price) << PRICE_BITS;
    // 10^19 is the largest power of ten with 64 bits; two short divisions cost less than a long one.
    let (first, second) = if digits > 19 { (19, digits - 19) } else { (digits, 0) };
    let quotient = div_down(div_down(scaled, POWERS_OF_TEN[first as usize])?, power_of_ten(second)?)?;
    match u64::try_from(quotient) {
        Ok(p) if (MIN_PRICE..=u64::MAX >> 1).contains(&p) => Ok(Price(p)),
        _ => Err(Refusal::PriceOutOfRange),
    }
}

fn power_of_ten(digits: u32) -> Result<u64, MathError> {
    POWERS_OF_TEN.get(digits as usize).copied().ok_or(MathError::Overflow)
}

pub(crate) const POWERS_OF_TEN: [u64; 20] = {
    let mut powers = [1u64; 20];
    let mut i = 1;
    while i < 20 {
        powers[i] = powers[i - 1] * 10;
        i += 1;
    }
    powers
};

/// Seconds that have passed since a time: 0 before it.
#[inline(always)]
pub fn elapsed(since: i64, now: i64) -> u64 {
    // Safe because: the difference of two i64 has 64 bits.
    if now > since { now.wrapping_sub(since) as u64 } else { 0 }
}

/// Age of a print in seconds: 0 if it is from the tolerated future, saturating above.
#[inline(always)]
pub fn age(publish_time: i64, now: i64) -> u32 {
    elapsed(publish_time, now).min(u32::MAX.into()) as u32
}

/// ⌈√age⌉ for every age that is not stale.
const SQRT_UP: [u8; MAX_AGE_LIQUIDATION as usize + 1] = {
    let mut roots = [0u8; MAX_AGE_LIQUIDATION as usize + 1];
    let mut age = 1;
    while age < roots.len() {
        let mut root = roots[age - 1];
        while (root as usize) * (root as usize) < age {
            root += 1;
        }
        roots[age] = root;
        age += 1;
    }
    roots
};

/// A stored price as health sees it: where it is, how far it may be off, how old it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Interval {
    /// The accepted price.
    pub mid: Price,
    /// Its moving average.
    pub ema: Price,
    /// b: half-width for taking risk, bps.
    pub band: Bps,
    /// Half-width for liquidation, bps: min(b, b_liq), or b_max once the price is stale.
    pub liquidation_band: Bps,
    /// Seconds since publication.
    pub age: u32,
    /// v: what volatility adds to the half-width in initial health alone, bps.
    pub volatility: Bps,
}

/// Widest half-width in initial health: keeps the product with the largest weight inside its integer.
const MAX_INITIAL_BAND: Bps = 3_000;

impl Interval {
    /// The interval of a feed at a time.
    ///
    /// Formula:  b = min(b_max, band + k_d × √age);  liquidation: min(b, b_liq), stale: b_max       (docs/spec.md §2.3)
    /// Units:    now: unix seconds; half-widths in bps
    /// Rounding: √age ceil to a whole number
    /// Errors:   none
    #[inline(always)]
    pub fn at(config: &FeedConfig, state: &FeedState, now: i64) -> Interval {
        let age = age(state.publish_time, now);
        let (band, liquidation_band) = match SQRT_UP.get(age as usize) {
            Some(root) => {
                let drift = config.drift.saturating_mul(u32::from(*root));
                let band = config.max_band.min(state.confidence_band.saturating_add(drift));
                (band, band.min(config.max_liquidation_band))
            }
            None => (config.max_band, config.max_band),
        };
        Interval { mid: state.price, ema: state.ema, band, liquidation_band, age, volatility: 0 }
    }

    /// Half-width in initial health, bps.
    ///
    /// Formula:  min(3,000, b + v)       (docs/spec.md §11.4)
    /// Errors:   none
    #[inline(always)]
    pub fn initial_band(&self) -> Bps {
        self.band.saturating_add(self.volatility).min(MAX_INITIAL_BAND)
    }

    /// Whether the price is too old to liquidate at.
    #[inline(always)]
    pub fn is_stale(&self) -> bool {
        self.age > MAX_AGE_LIQUIDATION
    }

    /// The part of a stale deposit's value that still counts, bps.
    ///
    /// Formula:  1 until 24 h, then linear to 0 at 8 days       (docs/spec.md §2.4)
    /// Rounding: floor
    /// Errors:   none
    pub fn remaining(&self) -> Bps {
        match self.age {
            0..=DECAY_START => BPS as Bps,
            DECAY_END.. => 0,
            age => (u64::from(DECAY_END - age) * BPS / u64::from(DECAY_END - DECAY_START)) as Bps,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SOL: FeedConfig = FeedConfig {
        decimals: 9,
        max_confidence: 300,
        confidence_multiple: 21_200,
        drift: 2,
        max_band: 500,
        max_liquidation_band: 100,
    };
    const NOW: i64 = 1_700_000_000;
    const PRINT: Print = Print {
        price: 15_000_000_000,
        confidence: 15_000_000,
        exponent: -8,
        ema: 14_900_000_000,
        publish_time: NOW - 1,
    };

    fn state_of(accepted: Result<Accepted, Refusal>) -> FeedState {
        match accepted {
            Ok(Accepted::Newer(state)) => state,
            other => panic!("not accepted: {other:?}"),
        }
    }

    #[test]
    fn a_good_print_is_normalised_to_one_native_unit() {
        let state = state_of(accept(&SOL, &FeedState::default(), &PRINT, NOW));
        // $150 for 10^9 units: 150 / 10^9 × 2^64
        assert_eq!(state.price, Price((150u128 << 64).div_euclid(1_000_000_000) as u64));
        // 2.12 × 10 bps of confidence, rounded up
        assert_eq!(state.confidence_band, 22);
    }

    #[test]
    fn a_print_that_is_not_newer_is_skipped() {
        let known = FeedState { publish_time: NOW - 1, ..FeedState::default() };
        assert_eq!(accept(&SOL, &known, &PRINT, NOW), Ok(Accepted::NotNewer), "ORA-1 watermark is strict");
        let wide = Print { confidence: u64::MAX, ..PRINT };
        assert_eq!(accept(&SOL, &known, &wide, NOW), Ok(Accepted::NotNewer));
    }

    #[test]
    fn every_bad_print_has_its_own_refusal() {
        let fresh = FeedState::default();
        let refusal = |print: Print| accept(&SOL, &fresh, &print, NOW).unwrap_err();
        assert_eq!(refusal(Print { publish_time: NOW + 11, ..PRINT }), Refusal::PrintFromFuture);
        assert_eq!(refusal(Print { publish_time: NOW - 61, ..PRINT }), Refusal::PrintTooOld);
        assert_eq!(refusal(Print { price: 0, ..PRINT }), Refusal::PriceNotPositive);
        assert_eq!(refusal(Print { price: -1, ..PRINT }), Refusal::PriceNotPositive);
        assert_eq!(refusal(Print { ema: 0, ..PRINT }), Refusal::PriceNotPositive);
        assert_eq!(refusal(Print { exponent: 1, ..PRINT }), Refusal::ExponentOutOfRange);
        assert_eq!(refusal(Print { exponent: -13, ..PRINT }), Refusal::ExponentOutOfRange);
        assert_eq!(refusal(Print { confidence: 450_000_001, ..PRINT }), Refusal::ConfidenceTooWide);
        assert_eq!(refusal(Print { price: i64::MAX, exponent: 0, ..PRINT }), Refusal::PriceOutOfRange);
        assert_eq!(refusal(Print { price: 1, confidence: 0, exponent: -12, ..PRINT }), Refusal::PriceOutOfRange);
    }

    #[test]
    fn limits_are_inclusive() {
        let fresh = FeedState::default();
        state_of(accept(&SOL, &fresh, &Print { publish_time: NOW + 10, ..PRINT }, NOW));
        state_of(accept(&SOL, &fresh, &Print { publish_time: NOW - 60, ..PRINT }, NOW));
        state_of(accept(&SOL, &fresh, &Print { confidence: 450_000_000, ..PRINT }, NOW));
    }

    #[test]
    fn the_interval_widens_with_age_up_to_its_bounds() {
        let state = FeedState { publish_time: NOW, confidence_band: 22, ..FeedState::default() };
        let at = |seconds| Interval::at(&SOL, &state, NOW + seconds);
        assert_eq!((at(0).band, at(0).liquidation_band), (22, 22));
        assert_eq!(at(16).band, 22 + 2 * 4);
        assert_eq!(at(17).band, 22 + 2 * 5, "the root is rounded up");
        assert_eq!(at(-5).age, 0, "a tolerated future print has age 0");
        assert_eq!((at(61).band, at(61).liquidation_band), (500, 500), "a stale price is in doubt by b_max");
        assert!(!at(60).is_stale() && at(61).is_stale());
    }

    #[test]
    fn a_stale_deposit_decays_between_a_day_and_eight() {
        let remaining = |age| Interval { mid: Price(1), age, ..Interval::default() }.remaining();
        assert_eq!(remaining(86_400), 10_000);
        assert_eq!(remaining(86_400 + 302_400), 5_000);
        assert_eq!(remaining(8 * 86_400 - 1), 0);
        assert_eq!(remaining(u32::MAX), 0);
    }

    proptest! {
        #[test]
        fn value_and_amount_round_to_opposite_sides(amount in 0u64..1 << 60, price in 1u64..u64::MAX >> 1) {
            let price = Price(price);
            prop_assert!(price.value_down(amount) <= price.value_up(amount));
            prop_assert!(price.value_up(amount).0 - price.value_down(amount).0 <= 1);
            if let Ok(back) = price.amount_down(price.value_down(amount)) {
                prop_assert!(back <= amount);
            }
            if let Ok(back) = price.amount_up(price.value_up(amount)) {
                prop_assert!(back >= amount);
            }
        }
    }

    #[test]
    fn a_price_moves_and_is_measured_by_parts_of_itself() {
        let price = Price(1_000_000);
        assert_eq!((price.moved(-2_500), price.moved(333)), (Price(750_000), Price(1_033_300)));
        assert_eq!((price.moved(-10_000), price.moved(i32::MIN)), (Price(1), Price(1)));
        assert_eq!(Price(u64::MAX >> 1).moved(10_000), Price(u64::MAX >> 1));
        assert_eq!((price.distance(Price(750_000)), price.distance(Price(1_033_399))), (Some(-2_500), Some(333)));
        assert_eq!((Price(0).distance(price), Price(1).distance(Price(u64::MAX))), (None, None));
    }
}
