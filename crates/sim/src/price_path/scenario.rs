//! Synthetic price paths. Owns the shapes of the named scenarios and their seeded noise; refuses to know files and real
//! history. Integer arithmetic only: one seed is one path, wherever it runs.

use std::fmt;
use std::str::FromStr;

use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};

use super::asset::{Asset, Beta, follow};
use super::{Price8, PriceInputError, PricePath, sample};

/// Unix time of the first step of every scenario: 2025-01-01 00:00:00 UTC.
pub const START_TIME: i64 = 1_735_689_600;

/// Beta of the common driver to itself.
const DRIVER_BETA: Beta = Beta(10_000);
/// Driver level at the start, in parts per billion.
const START_LEVEL: i64 = 1_000_000_000;
/// Standard deviation of one step of the driver's noise, ppm.
const DRIVER_NOISE_PPM: i64 = 3_000;
/// Standard deviation of one step of an asset's own noise, ppm.
const OWN_NOISE_PPM: i64 = 1_500;
/// Standard deviation of one step of the quote asset's noise, ppm.
const QUOTE_NOISE_PPM: i64 = 40;

/// A named shape of the common driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// A fall of 50 % in stages, with bounces that do not hold.
    Crash,
    /// One print 45 % below the market, then recovery.
    Wick,
    /// A slow, even fall of 50 % over two and a half days.
    Grind,
    /// A fall of 48 % and all of the way back.
    Recovery,
    /// Crowded longs and a fall of 40 % in stages.
    LongSqueeze,
    /// Crowded shorts and a rise of 60 % in stages.
    ShortSqueeze,
    /// Longs and shorts in balance and a fall of 42 % within one step.
    Gap,
}

impl Scenario {
    /// Every scenario, in the order of the help text.
    pub const ALL: [Scenario; 7] = [
        Scenario::Crash,
        Scenario::Wick,
        Scenario::Grind,
        Scenario::Recovery,
        Scenario::LongSqueeze,
        Scenario::ShortSqueeze,
        Scenario::Gap,
    ];

    /// Name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Scenario::Crash => "crash",
            Scenario::Wick => "wick",
            Scenario::Grind => "grind",
            Scenario::Recovery => "recovery",
            Scenario::LongSqueeze => "long-squeeze",
            Scenario::ShortSqueeze => "short-squeeze",
            Scenario::Gap => "gap",
        }
    }

    /// What the common driver does, in one clause.
    pub const fn describe(self) -> &'static str {
        match self {
            Scenario::Crash => "a fall of 50 % in stages, with bounces that do not hold",
            Scenario::Wick => "one print 45 % below the market, then recovery",
            Scenario::Grind => "a slow, even fall of 50 % over two and a half days",
            Scenario::Recovery => "a fall of 48 % and all of the way back",
            Scenario::LongSqueeze => "crowded longs in perpetuals and a fall of 40 % in stages",
            Scenario::ShortSqueeze => "crowded shorts in perpetuals and a rise of 60 % in stages",
            Scenario::Gap => "perpetuals in balance and a fall of 42 % within one step",
        }
    }

    /// Seconds between two steps.
    pub const fn step_seconds(self) -> i64 {
        match self {
            Scenario::Grind => 900,
            _ => 60,
        }
    }

    /// Corners of the driver: (step, level in bps of the start), joined by straight lines; the last one is the last step.
    const fn corners(self) -> &'static [(i64, i64)] {
        match self {
            Scenario::Crash => &[
                (0, 10_000),
                (15, 10_000),
                (45, 8_200),
                (62, 8_800),
                (85, 7_000),
                (102, 7_600),
                (125, 5_500),
                (142, 6_100),
                (165, 4_700),
                (200, 5_000),
            ],
            Scenario::Wick => {
                &[(0, 10_000), (70, 9_900), (79, 9_700), (80, 5_500), (81, 9_000), (100, 9_700), (160, 9_900)]
            }
            Scenario::Grind => &[(0, 10_000), (240, 5_000)],
            Scenario::Recovery => &[(0, 10_000), (10, 10_000), (95, 5_200), (105, 5_200), (190, 10_000), (200, 10_000)],
            Scenario::LongSqueeze => &[
                (0, 10_000),
                (10, 10_000),
                (40, 9_100),
                (55, 9_400),
                (85, 8_200),
                (100, 8_500),
                (135, 7_000),
                (150, 7_300),
                (180, 6_000),
                (200, 6_200),
            ],
            Scenario::ShortSqueeze => &[
                (0, 10_000),
                (10, 10_000),
                (40, 11_200),
                (55, 10_900),
                (85, 12_800),
                (100, 12_400),
                (135, 14_500),
                (150, 14_000),
                (180, 16_000),
                (200, 15_600),
            ],
            Scenario::Gap => &[(0, 10_000), (80, 9_900), (81, 5_700), (120, 5_900), (160, 5_800)],
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Scenario {
    type Err = PriceInputError;

    fn from_str(text: &str) -> Result<Scenario, PriceInputError> {
        let known = Scenario::ALL.into_iter().find(|scenario| scenario.name() == text);
        known.ok_or_else(|| PriceInputError::UnknownScenario { given: text.to_owned() })
    }
}

/// The path of `scenario` over `assets`: every asset follows the common driver with its beta, plus small noise of its own.
pub fn synthetic(scenario: Scenario, seed: u64, assets: &[Asset]) -> PricePath {
    let mut rng = StdRng::seed_from_u64(seed);
    let last_step = scenario.corners().last().map_or(0, |corner| corner.0);
    let mut driver_noise = 0;
    let mut own_noise = vec![0; assets.len()];
    let mut rows = Vec::new();
    for step in 0..=last_step {
        if step > 0 {
            drift(&mut driver_noise, DRIVER_NOISE_PPM, &mut rng);
        }
        let driver = with_noise(level(scenario.corners(), step), driver_noise);
        let mut prices = Vec::with_capacity(assets.len());
        for (asset, noise) in assets.iter().zip(&mut own_noise) {
            if step > 0 {
                let ppm = if asset.beta.0 == 0 { QUOTE_NOISE_PPM } else { OWN_NOISE_PPM };
                drift(noise, ppm, &mut rng);
            }
            let followed = follow(asset, DRIVER_BETA, Price8(START_LEVEL), Price8(driver));
            prices.push(Price8(with_noise(followed.0, *noise).clamp(Price8::MIN.0, Price8::MAX.0)));
        }
        rows.push((START_TIME + step * scenario.step_seconds(), prices));
    }
    let symbols = assets.iter().map(|asset| asset.symbol.clone()).collect();
    sample::path(symbols, rows, notes(scenario, seed, assets))
}

/// A path of assets with shapes of their own: each follows its corners (seconds, level in bps of the start) with its beta, plus
/// the noise of [`synthetic`] at every moment of a whole minute.
pub(crate) fn shaped(
    assets: &[(Asset, &[(i64, i64)])],
    times: &[i64],
    mut notes: Vec<String>,
    rng: &mut StdRng,
) -> PricePath {
    let mut driver_noise = 0;
    let mut own_noise = vec![0; assets.len()];
    let mut rows = Vec::with_capacity(times.len());
    for &time in times {
        let shakes = time > 0 && time % 60 == 0;
        if shakes {
            drift(&mut driver_noise, DRIVER_NOISE_PPM, rng);
        }
        let mut prices = Vec::with_capacity(assets.len());
        for ((asset, corners), noise) in assets.iter().zip(&mut own_noise) {
            if shakes {
                let ppm = if asset.beta.0 == 0 { QUOTE_NOISE_PPM } else { OWN_NOISE_PPM };
                drift(noise, ppm, rng);
            }
            let driver = with_noise(level(corners, time), driver_noise);
            let followed = follow(asset, DRIVER_BETA, Price8(START_LEVEL), Price8(driver));
            prices.push(Price8(with_noise(followed.0, *noise).clamp(Price8::MIN.0, Price8::MAX.0)));
        }
        rows.push((START_TIME + time, prices));
    }
    notes.push(sample::note());
    sample::path(assets.iter().map(|(asset, _)| asset.symbol.clone()).collect(), rows, notes)
}

fn notes(scenario: Scenario, seed: u64, assets: &[Asset]) -> Vec<String> {
    let mut notes = vec![format!(
        "Prices are synthetic (scenario {scenario}, seed {seed}): {}, a step every {} seconds.",
        scenario.describe(),
        scenario.step_seconds()
    )];
    for asset in assets {
        notes.push(match asset.beta.0 {
            0 => format!("{}: near ${}, with noise of about one basis point.", asset.symbol, asset.start),
            _ => format!(
                "{}: starts at ${} and follows the scenario with beta {}, plus small noise of its own.",
                asset.symbol, asset.start, asset.beta
            ),
        });
    }
    notes.push(sample::note());
    notes
}

/// Level of the driver at a step, parts per billion.
fn level(corners: &[(i64, i64)], step: i64) -> i64 {
    let scale = START_LEVEL / 10_000;
    for pair in corners.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        if step <= x1 {
            return y0 * scale + (y1 - y0) * scale * (step - x0) / (x1 - x0);
        }
    }
    START_LEVEL
}

/// One step of a mean-reverting noise in ppm: nine tenths of the old value plus a shock with standard deviation `deviation`.
fn drift(noise: &mut i64, deviation: i64, rng: &mut StdRng) {
    // four uniform 16-bit numbers: near enough to normal, bounded at 3.5 deviations, sd = 65,536 / √3
    let sum: i64 = (0..4).map(|_| i64::from(rng.next_u32() >> 16) - 32_768).sum();
    *noise = *noise * 9 / 10 + sum * deviation / 37_837;
}

fn with_noise(value: i64, noise_ppm: i64) -> i64 {
    (i128::from(value) * i128::from(1_000_000 + noise_ppm) / 1_000_000) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::price_path::default_assets;

    fn btc(scenario: Scenario, seed: u64) -> Vec<i64> {
        let path = synthetic(scenario, seed, &default_assets());
        path.steps.iter().map(|step| step.samples[1].price.0 / Price8::PER_USD).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_path() {
        for scenario in Scenario::ALL {
            let assets = default_assets();
            assert_eq!(synthetic(scenario, 7, &assets), synthetic(scenario, 7, &assets));
            assert_ne!(synthetic(scenario, 7, &assets).steps, synthetic(scenario, 8, &assets).steps);
        }
    }

    #[test]
    fn a_crash_ends_near_half_of_its_start() {
        for seed in 0..20 {
            let prices = btc(Scenario::Crash, seed);
            assert_eq!(prices[0], 60_000);
            let end = prices[prices.len() - 1];
            assert!((29_000..=31_000).contains(&end), "seed {seed} ends at {end}");
        }
    }

    #[test]
    fn a_crash_bounces_on_its_way_down() {
        let prices = btc(Scenario::Crash, 1);
        assert!(prices[62] > prices[45] && prices[102] > prices[85] && prices[142] > prices[125]);
    }

    #[test]
    fn a_wick_is_one_deep_print_between_ordinary_ones() {
        let prices = btc(Scenario::Wick, 3);
        let deep: Vec<usize> = (0..prices.len()).filter(|&i| prices[i] < 45_000).collect();
        assert_eq!(deep, [80]);
        assert!(prices[prices.len() - 1] > 58_000);
    }

    #[test]
    fn a_grind_falls_to_half_without_a_step_beyond_two_percent() {
        let prices = btc(Scenario::Grind, 5);
        assert!((29_000..=31_000).contains(&prices[prices.len() - 1]));
        assert!(prices.windows(2).all(|pair| (pair[1] - pair[0]).abs() * 50 < pair[0]));
    }

    #[test]
    fn a_recovery_returns_to_where_it_began() {
        let prices = btc(Scenario::Recovery, 9);
        assert!(prices.iter().min().is_some_and(|low| *low < 32_500));
        assert!((59_000..=61_000).contains(&prices[prices.len() - 1]));
    }

    #[test]
    fn the_quote_asset_stays_within_ten_basis_points_of_a_dollar() {
        for scenario in Scenario::ALL {
            let path = synthetic(scenario, 11, &default_assets());
            assert!(path.steps.iter().all(|s| (99_900_000..=100_100_000).contains(&s.samples[3].price.0)));
        }
    }

    #[test]
    fn every_path_has_rising_time_positive_prices_and_the_length_a_demo_can_afford() {
        for scenario in Scenario::ALL {
            let path = synthetic(scenario, 2, &default_assets());
            assert!((150..=250).contains(&path.steps.len()), "{scenario}: {}", path.steps.len());
            assert!(path.steps.windows(2).all(|pair| pair[1].time - pair[0].time == scenario.step_seconds()));
            assert!(path.steps.iter().flat_map(|s| &s.samples).all(|s| s.price.0 > 0 && s.conf.0 > 0 && s.ema.0 > 0));
        }
    }

    /// Pins the generator: a change of the random source or of the arithmetic changes published runs.
    #[test]
    fn the_path_of_a_seed_is_pinned() {
        let path = synthetic(Scenario::Crash, 1, &default_assets());
        let last: Vec<i64> = path.steps[200].samples.iter().map(|s| s.price.0).collect();
        assert_eq!(last, [5_293_226_770, 2_975_677_475_232, 130_138_442_725, 99_997_800]);
    }

    #[test]
    fn an_unknown_scenario_is_refused_by_name() {
        assert_eq!("grind".parse::<Scenario>().unwrap(), Scenario::Grind);
        let error = "moon".parse::<Scenario>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown scenario \"moon\": choose crash, wick, grind, recovery, long-squeeze, \
             short-squeeze or gap"
        );
    }
}
