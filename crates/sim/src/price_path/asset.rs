//! The assets of a run. Owns their symbols, starting prices and betas to the common driver; refuses to know banks,
//! decimals and weights.

use std::fmt;

use super::Price8;

/// How strongly an asset moves with the common driver, in bps: price / start = (driver / driver at start)^beta.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Beta(pub u32);

impl fmt::Display for Beta {
    /// As a decimal number: `1.2`, `0.8333`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fraction = format!("{:04}", self.0 % 10_000);
        let kept = fraction.trim_end_matches('0').len().max(1);
        write!(f, "{}.{}", self.0 / 10_000, &fraction[..kept])
    }
}

/// One asset of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Upper-case symbol, as in `--prices SYMBOL=FILE.csv`.
    pub symbol: String,
    /// Price of one whole token where no file says otherwise.
    pub start: Price8,
    /// Beta to the common driver; zero for the quote asset, which follows nothing.
    pub beta: Beta,
}

impl Asset {
    pub(crate) fn new(symbol: &str, start_usd: u32, beta_bps: u32) -> Asset {
        Asset { symbol: symbol.to_owned(), start: Price8::from_usd(start_usd), beta: Beta(beta_bps) }
    }
}

/// The demo's three collaterals and its quote asset.
pub fn default_assets() -> Vec<Asset> {
    vec![
        Asset::new("SOL", 150, 15_000),
        Asset::new("BTC", 60_000, 10_000),
        Asset::new("ETH", 3_000, 12_000),
        Asset::new("USDC", 1, 0),
    ]
}

/// Price of `asset` while a driver went from `from` to `to`; `driver_beta` is the driver's own beta (not zero).
pub(super) fn follow(asset: &Asset, driver_beta: Beta, from: Price8, to: Price8) -> Price8 {
    let exponent = (asset.beta.0, driver_beta.0);
    Price8(super::power::scale_by_power(asset.start.0, (to.0, from.0), exponent, Price8::MAX.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beta_reads_as_a_decimal_number() {
        assert_eq!(Beta(12_000).to_string(), "1.2");
        assert_eq!(Beta(10_000).to_string(), "1.0");
        assert_eq!(Beta(8_333).to_string(), "0.8333");
    }

    /// 0.5^1.5 = 0.353553…, so SOL falls from 150 to 53.03301 while BTC halves.
    #[test]
    fn a_follower_falls_by_the_power_of_its_beta() {
        let sol = &default_assets()[0];
        let price = follow(sol, Beta(10_000), Price8::from_usd(60_000), Price8::from_usd(30_000));
        assert_eq!(price, Price8(5_303_300_859));
    }

    #[test]
    fn the_quote_asset_follows_nothing() {
        let usdc = &default_assets()[3];
        assert_eq!(follow(usdc, Beta(10_000), Price8(2), Price8(1)), Price8::from_usd(1));
    }
}
