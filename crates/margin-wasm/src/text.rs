//! Integers as the decimals that people read. Exact: no floating point touches money.

use breakwater_margin::{Price, Value, Weighted};

/// Decimals of a price and of dollars.
const DECIMALS: u8 = 8;

/// An integer with a number of decimals, without zeros at its end.
pub fn units(amount: i128, decimals: u8) -> String {
    let (sign, digits) = (if amount < 0 { "-" } else { "" }, amount.unsigned_abs());
    let one = 10u128.saturating_pow(decimals.into());
    let fraction = format!("{:0width$}", digits % one, width = usize::from(decimals));
    let fraction = if decimals == 0 { "" } else { fraction.trim_end_matches('0') };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{fraction}", digits / one)
}

/// Dollars of a value: floor.
pub fn dollars(value: Value) -> String {
    units(value.to_e8().into(), DECIMALS)
}

/// Dollars of a weighted value: floor.
pub fn weighted(value: Weighted) -> String {
    units(value.to_e8().into(), DECIMALS)
}

/// Dollars for one whole token with a number of decimals: to the nearest of twelve decimals at most.
pub fn price(price: Price, decimals: u8) -> String {
    const PRECISION: u8 = 10;
    let scaled = u128::from(price.0).saturating_mul(10u128.saturating_pow(decimals.into()));
    let step = 10u128.pow(PRECISION.into());
    let fraction = ((scaled & u128::from(u64::MAX)).saturating_mul(step) >> 63).div_ceil(2);
    units(((scaled >> 64) * step + fraction) as i128, PRECISION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_and_short() {
        assert_eq!((units(-1, 8), units(12_340, 3), units(7, 0)), ("-0.00000001".into(), "12.34".into(), "7".into()));
        assert_eq!(dollars(Value::usd(150)), "150");
        // $115 for a token of nine decimals, as a board floors it.
        assert_eq!(price(Price(2_121_375_568_476), 9), "115");
        assert_eq!(price(Price(1 << 63), 0), "0.5");
    }
}
