//! The markets that the experiment goes through: shapes that a mechanism is for, and the worst real days.

use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::agents::{Crowd, YOUNG};
use crate::price_path::{
    Asset, Fineness, PriceFile, PriceInputError, PricePath, Scenario, Window, default_assets, finer, from_files, shaped,
};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// A step at least every four minutes, so that no quiet time counts as an outage, and at every percent.
const FINENESS: Fineness = Fineness { most: 240, least: 2, bps: 100 };

/// A market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Market {
    /// A spike of 17 % down and back within twenty seconds.
    Wick,
    /// A fall of 40 % in six hours, half of it regained within a day.
    Slide,
    /// The slide while selling costs keepers ten times as much.
    Dear,
    /// A fall of 18 % in five minutes, regained within the hour.
    Flash,
    /// Crowded longs in perpetuals, no loans, and a fall of 40 % in an hour, half of it regained in the next.
    Perps,
    /// A fall of 22 % in 25 minutes without a print, half of it regained within the next 25.
    Outage,
    /// A young token pumped to five times its price for six hours, and gone.
    Pump,
    /// 12 and 13 March 2020.
    March2020,
    /// 19 and 20 May 2021.
    May2021,
}

impl Market {
    /// Every market, in the order of the tables.
    pub const ALL: [Market; 9] = [
        Market::Wick,
        Market::Slide,
        Market::Dear,
        Market::Flash,
        Market::Perps,
        Market::Outage,
        Market::Pump,
        Market::March2020,
        Market::May2021,
    ];

    /// Name on the command line and in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Market::Wick => "wick",
            Market::Slide => "slide",
            Market::Dear => "dear",
            Market::Flash => "flash",
            Market::Perps => "perps",
            Market::Outage => "outage",
            Market::Pump => "pump",
            Market::March2020 => "march-2020",
            Market::May2021 => "may-2021",
        }
    }

    /// What happens, in one clause.
    pub const fn describe(self) -> &'static str {
        match self {
            Market::Wick => "a spike of 17 % down and back within twenty seconds",
            Market::Slide => "a fall of 40 % in six hours, half of it regained within a day",
            Market::Dear => "the slide while selling costs keepers ten times as much",
            Market::Flash => "a fall of 18 % in five minutes, regained within the hour",
            Market::Perps => {
                "crowded longs in perpetuals, no loans, ten times the depth, and a fall of 40 % in an hour, half of it regained in the next"
            }
            Market::Outage => "a fall of 22 % in 25 minutes without a print, half of it regained in the next 25",
            Market::Pump => "a young token pumped to five times its price for six hours, and gone",
            Market::March2020 => "12 and 13 March 2020, hourly candles of BTC",
            Market::May2021 => "19 and 20 May 2021, hourly candles of BTC",
        }
    }

    /// First and last day, where the market is real.
    pub const fn days(self) -> Option<(&'static str, &'static str)> {
        match self {
            Market::March2020 => Some(("2020-03-12", "2020-03-13")),
            Market::May2021 => Some(("2021-05-19", "2021-05-20")),
            _ => None,
        }
    }

    /// What selling costs the cheapest keeper, bps; others pay up to two and a half times as much.
    pub const fn keeper_cost(self) -> u32 {
        match self {
            Market::Dear => 100,
            _ => 10,
        }
    }

    /// Depth of this market as a multiple of the experiment's. Positions are about ten times the deposits behind them.
    pub const fn depth(self) -> u64 {
        match self {
            Market::Perps => 10,
            _ => 1,
        }
    }

    /// Accounts as a part of the experiment's, percent: accounts with positions cost more time.
    pub const fn accounts_percent(self) -> u64 {
        match self {
            Market::Perps => 50,
            _ => 100,
        }
    }

    /// How perpetuals are traded, if they are.
    pub const fn crowd(self) -> Option<Crowd> {
        match self {
            Market::Perps => Crowd::of(Scenario::LongSqueeze),
            _ => None,
        }
    }

    /// Its prices.
    ///
    /// # Errors
    /// What is wrong with the file of a real market.
    pub fn path(self, seed: u64, file: Option<&PriceFile>) -> Result<PricePath, PriceInputError> {
        if let Some((from, to)) = self.days() {
            let files: Vec<PriceFile> = file.cloned().into_iter().collect();
            let path = from_files(&files, Window::parse(Some(from), Some(to))?, &default_assets())?;
            return Ok(finer(&path, &FINENESS));
        }
        let (driver, young) = (self.corners(), self.young());
        let mut assets: Vec<(Asset, &[(i64, i64)])> =
            default_assets().into_iter().map(|asset| (asset, driver)).collect();
        if let Some(young) = young {
            assets.insert(assets.len() - 1, (Asset::new(YOUNG, 1, 10_000), young));
        }
        let mut random = StdRng::seed_from_u64(seed);
        let notes = vec![format!("Prices are synthetic (market {}, seed {seed}): {}.", self.name(), self.describe())];
        let path = shaped(&assets, &self.times(), notes, &mut random);
        let outage = self.silence();
        let mut path = finer(&path, &FINENESS);
        let start = path.steps.first().map_or(0, |step| step.time);
        path.steps.retain(|step| !outage.contains(&(step.time - start)));
        Ok(path)
    }

    /// Corners of the common driver: (seconds, bps of the start).
    const fn corners(self) -> &'static [(i64, i64)] {
        match self {
            Market::Wick => &[
                (0, 10_000),
                (20 * MINUTE, 9_950),
                (20 * MINUTE + 10, 8_250),
                (20 * MINUTE + 20, 9_950),
                (3 * HOUR, 9_950),
            ],
            Market::Slide | Market::Dear => &[
                (0, 10_000),
                (HOUR, 9_500),
                (2 * HOUR, 8_600),
                (150 * MINUTE, 8_900),
                (4 * HOUR, 7_200),
                (270 * MINUTE, 7_500),
                (6 * HOUR, 6_000),
                (8 * HOUR, 6_700),
                (14 * HOUR, 7_600),
                (24 * HOUR, 8_000),
                (26 * HOUR, 8_000),
            ],
            Market::Outage => {
                &[(0, 10_000), (30 * MINUTE, 9_900), (55 * MINUTE, 7_800), (80 * MINUTE, 8_900), (4 * HOUR, 8_900)]
            }
            Market::Perps => &[
                (0, 10_000),
                (10 * MINUTE, 9_500),
                (20 * MINUTE, 8_600),
                (25 * MINUTE, 8_900),
                (40 * MINUTE, 7_200),
                (45 * MINUTE, 7_500),
                (60 * MINUTE, 6_000),
                (120 * MINUTE, 8_000),
            ],
            Market::Flash => &[
                (0, 10_000),
                (30 * MINUTE, 9_900),
                (35 * MINUTE, 8_200),
                (45 * MINUTE, 9_000),
                (95 * MINUTE, 9_800),
                (4 * HOUR, 9_800),
            ],
            Market::Pump => &[(0, 10_000), (10 * HOUR, 10_000)],
            Market::March2020 | Market::May2021 => &[],
        }
    }

    /// Corners of the young token.
    const fn young(self) -> Option<&'static [(i64, i64)]> {
        match self {
            Market::Pump => Some(&[
                (0, 10_000),
                (30 * MINUTE, 10_000),
                (60 * MINUTE, 50_000),
                (7 * HOUR, 50_000),
                (430 * MINUTE, 4_000),
                (10 * HOUR, 3_000),
            ]),
            _ => None,
        }
    }

    /// Moments at which the shape is sampled, seconds: every two minutes for the first eight hours, then every four, and the
    /// corners.
    fn times(self) -> Vec<i64> {
        let corners = self.corners().iter().chain(self.young().unwrap_or_default()).map(|corner| corner.0);
        let end = corners.clone().max().unwrap_or(0);
        let mut times: Vec<i64> =
            (0..=end).step_by(2 * MINUTE as usize).filter(|t| *t < 8 * HOUR || t % 240 == 0).collect();
        times.extend(corners);
        times.sort_unstable();
        times.dedup();
        times
    }

    /// When nothing is printed, seconds from the start.
    const fn silence(self) -> std::ops::Range<i64> {
        match self {
            Market::Outage => 30 * MINUTE + 1..55 * MINUTE,
            _ => 0..0,
        }
    }
}

impl std::str::FromStr for Market {
    type Err = String;

    fn from_str(text: &str) -> Result<Market, String> {
        let known = Market::ALL.into_iter().find(|market| market.name() == text);
        known.ok_or_else(|| {
            let names: Vec<&str> = Market::ALL.iter().map(|market| market.name()).collect();
            format!("unknown market {text:?}: choose {}", names.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn btc(market: Market, seed: u64) -> Vec<(i64, i64)> {
        let path = market.path(seed, None).expect("it is synthetic");
        let start = path.steps[0].time;
        path.steps.iter().map(|step| (step.time - start, step.samples[1].price.0 / 1_000_000)).collect()
    }

    fn low_percent(prices: &[(i64, i64)]) -> i64 {
        prices.iter().map(|price| price.1).min().map_or(0, |low| low * 100 / prices[0].1)
    }

    #[test]
    fn a_wick_is_twenty_seconds_long_and_has_several_prints() {
        let prices = btc(Market::Wick, 1);
        let below: Vec<i64> = prices.iter().filter(|p| p.1 * 100 < prices[0].1 * 92).map(|p| p.0).collect();
        assert!(below.len() >= 5 && below[below.len() - 1] - below[0] < 20, "{below:?}");
        assert!((80..85).contains(&low_percent(&prices)));
    }

    #[test]
    fn a_slide_loses_forty_percent_and_regains_half() {
        for seed in 0..5 {
            let prices = btc(Market::Slide, seed);
            assert!((57..=62).contains(&low_percent(&prices)), "seed {seed}: {}", low_percent(&prices));
            assert!((77..=83).contains(&(prices[prices.len() - 1].1 * 100 / prices[0].1)));
            assert!(prices.windows(2).all(|pair| pair[1].0 - pair[0].0 <= 240));
        }
    }

    #[test]
    fn an_outage_is_a_gap_of_25_minutes() {
        let prices = btc(Market::Outage, 1);
        let gaps: Vec<i64> = prices.windows(2).map(|pair| pair[1].0 - pair[0].0).filter(|gap| *gap > 300).collect();
        assert_eq!(gaps, [1_500]);
    }

    #[test]
    fn the_same_seed_gives_the_same_market() {
        for market in Market::ALL.into_iter().filter(|market| market.days().is_none()) {
            assert_eq!(market.path(3, None), market.path(3, None));
            assert_ne!(market.path(3, None), market.path(4, None));
        }
    }
}
