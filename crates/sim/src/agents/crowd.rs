//! What traders of perpetuals start with: collateral, now and then a loan, and one or two positions, most of them on the
//! crowded side. Pure: prices and listings in, amounts out.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use super::portfolio::{Asset, BAND_BPS, DOUBLINGS, Portfolio, USD};
use crate::keys::random;
use crate::listing::{PerpListing, default_perp};
use crate::price_path::{Price8, Scenario};
use crate::world::Listing;

/// Part of its initial margin that an account uses, bps.
const USED_BPS: std::ops::RangeInclusive<u128> = 3_000..=9_500;
/// Part of its borrowing limit that an account with a loan uses, bps.
const BORROWED_BPS: std::ops::RangeInclusive<u128> = 1_500..=4_000;
/// Of a hundred accounts, those whose collateral is the quote token.
const QUOTE_HOLDERS: u32 = 60;
/// Of a hundred accounts, those without a loan.
const UNBORROWED: u32 = 85;
/// Of a hundred accounts, those with one position; the rest have two.
const SINGLE: u32 = 70;
/// What opening costs and what the risk interval takes beyond the initial margin, bps of notional.
const COST_BPS: u128 = 50;
/// Steps between two looks of winners at their matured profit.
pub(crate) const PROFIT_STEPS: usize = 20;
/// Largest open interest of a side as a multiple of what is planned, percent.
const CAP_PERCENT: u128 = 125;

/// A side of a market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Gains when the price rises.
    Long,
    /// Gains when the price falls.
    Short,
}

/// How traders divide over the sides of a market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    /// Of a hundred positions, so many on one side.
    Crowded(Direction, u32),
    /// Each against the net of all before it.
    Balanced,
}

/// Traders of perpetuals and what stands behind their markets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crowd {
    /// Who is on which side.
    pub sides: Sides,
    /// What liquidity providers bring to each market: at least this part of its greatest net position, bps.
    pub pool: u64,
    /// And at least this part of its greater side, bps.
    pub depth: u64,
    /// What each market's tranche begins with, bps of its liquidity.
    pub tranche: u64,
    /// What the shared fund begins with, bps of the liquidity of all markets.
    pub fund: u64,
}

impl Crowd {
    const fn crowded(direction: Direction) -> Crowd {
        Crowd { sides: Sides::Crowded(direction, 85), pool: 8_000, depth: 0, tranche: 500, fund: 500 }
    }

    /// The crowd of a scenario; `None` where no perpetuals are traded.
    pub const fn of(scenario: Scenario) -> Option<Crowd> {
        use Direction::{Long, Short};
        match scenario {
            Scenario::LongSqueeze => Some(Crowd::crowded(Long)),
            Scenario::ShortSqueeze => Some(Crowd::crowded(Short)),
            Scenario::Gap => Some(Crowd { sides: Sides::Balanced, pool: 5_500, depth: 1_800, tranche: 500, fund: 500 }),
            Scenario::Crash | Scenario::Wick | Scenario::Grind | Scenario::Recovery => None,
        }
    }
}

impl Crowd {
    /// What a reader should know of it, one sentence.
    pub fn note(&self) -> String {
        let sides = match self.sides {
            Sides::Crowded(Direction::Long, percent) => format!("{percent} % of their positions long"),
            Sides::Crowded(Direction::Short, percent) => format!("{percent} % of their positions short"),
            Sides::Balanced => "longs and shorts in balance".to_owned(),
        };
        format!(
            "Traders trade perpetuals on SOL, BTC and ETH, {sides}, with 30 to 95 % of the initial margin that their collateral \
             allows; they stay passive, but for taking matured profit every {PROFIT_STEPS} steps. Losses are settled once \
             they are an eighth of the deposit that can pay them."
        )
    }
}

/// One account: what it holds and owes, and its trades.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Positions {
    /// Deposits and debts.
    pub portfolio: Portfolio,
    /// Number of the market, signed base units.
    pub trades: Vec<(usize, i64)>,
}

/// Everything that is planned.
#[derive(Clone, Debug, Default)]
pub struct CrowdPlan {
    /// Every account, in the order in which they trade.
    pub accounts: Vec<Positions>,
    /// How each market is listed.
    pub listings: Vec<PerpListing>,
    /// Liquidity of each market, quote units.
    pub liquidity: Vec<u64>,
}

/// Plans a number of accounts. The last of the assets is the quote token, and every other has a market.
/// `None` if an amount does not fit 64 bits.
pub fn crowd_plan(
    crowd: &Crowd,
    seed: u64,
    accounts: u64,
    prices: &[Price8],
    listings: &[Listing],
) -> Option<CrowdPlan> {
    let assets: Vec<Asset> = prices.iter().zip(listings).map(|(&price, &listing)| Asset { price, listing }).collect();
    let (quote, bases) = assets.split_last()?;
    let mut random = random(seed, "crowd");
    let mut nets = vec![0i128; bases.len()];
    let accounts: Vec<Positions> =
        (0..accounts).map(|_| positions(crowd, &assets, &mut nets, &mut random)).collect::<Option<_>>()?;

    let mut plan = CrowdPlan { accounts, ..CrowdPlan::default() };
    for (market, base) in bases.iter().enumerate() {
        let (mut sides, mut net, mut most) = ([0u128; 2], 0i128, 0u128);
        for (_, delta) in plan.accounts.iter().flat_map(|account| &account.trades).filter(|trade| trade.0 == market) {
            sides[usize::from(*delta < 0)] += u128::from(delta.unsigned_abs());
            net += i128::from(*delta);
            most = most.max(net.unsigned_abs());
        }
        let (lot, quote_unit) = (lot(base)?, 10u64.pow(quote.listing.decimals.into()));
        let open = sides[0].max(sides[1]).max(u128::from(lot)) * CAP_PERCENT / 100;
        let cap = u64::try_from(open).ok()?.div_ceil(lot) * lot;
        plan.listings.push(PerpListing { decimals: base.listing.decimals, config: default_perp(cap, lot, quote_unit) });
        let worth =
            |amount: u128, bps: u64| Some(base.worth(u64::try_from(amount).ok()?).max(USD) * u128::from(bps) / 10_000);
        let liquidity = worth(most, crowd.pool)?.max(worth(sides[0].max(sides[1]), crowd.depth)?);
        plan.liquidity.push(quote.units(liquidity)?);
    }
    Some(plan)
}

/// Base units in which a market is traded: the largest power of ten that is worth a dollar or less.
fn lot(base: &Asset) -> Option<u64> {
    let dollar = base.units(USD)?.max(1);
    Some(10u64.pow(dollar.ilog10()))
}

/// One account; `nets`: net base of each market so far.
fn positions(crowd: &Crowd, assets: &[Asset], nets: &mut [i128], random: &mut StdRng) -> Option<Positions> {
    let quote = assets.len() - 1;
    let worth = (random.random_range(1_000..2_000u128) * USD) << random.random_range(0..DOUBLINGS);
    let kind = random.random_range(0..100u32);
    let held = if kind < QUOTE_HOLDERS { quote } else { random.random_range(0..quote) };
    let amount = assets[held].units(worth)?.max(1);
    let mut portfolio = Portfolio { deposits: vec![(held, amount)], debts: Vec::new() };
    let weights = assets[held].listing.weights;
    let mut free = assets[held].worth(amount) * u128::from(weights.asset_initial) / 10_000;
    free = free * u128::from(10_000 - BAND_BPS) / 10_000;
    if kind >= UNBORROWED {
        let used = free * random.random_range(BORROWED_BPS) / 10_000;
        let weight = u128::from(assets[quote].listing.weights.liability_initial);
        portfolio.debts.push((quote, assets[quote].units(used * 10_000 / weight)?));
        free -= used;
    }
    let margin = free * random.random_range(USED_BPS) / 10_000;

    let mut markets: Vec<usize> = (0..quote).collect();
    markets.shuffle(random);
    let count = if random.random_range(0..100u32) < SINGLE { 1 } else { 2 };
    let mut trades = Vec::with_capacity(count);
    for &market in markets.iter().take(count) {
        let notional = notional(margin / count as u128);
        let (base, lot) = (&assets[market], lot(&assets[market])?);
        let size = i64::try_from(base.units(notional)? / lot * lot).ok()?;
        let long = match crowd.sides {
            Sides::Crowded(direction, percent) => {
                (direction == Direction::Long) == (random.random_range(0..100u32) < percent)
            }
            Sides::Balanced => nets[market] <= 0,
        };
        let delta = if long { size } else { -size };
        nets[market] += i128::from(delta);
        trades.push((market, delta));
    }
    trades.retain(|trade| trade.1 != 0);
    Some(Positions { portfolio, trades })
}

/// The notional that an initial margin carries through the default tiers, 10^−8 dollars.
fn notional(mut margin: u128) -> u128 {
    let tiers = default_perp(1, 1, 1).tiers;
    let (mut from, mut sum) = (0u128, 0u128);
    for tier in tiers {
        let (part, rate) = ((u128::from(tier.edge) - from) * USD, u128::from(tier.initial) + COST_BPS);
        let carried = margin * 10_000 / rate;
        if carried <= part {
            return sum + carried;
        }
        margin -= part * rate / 10_000;
        sum += part;
        from = tier.edge.into();
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRICES: [Price8; 4] =
        [Price8::from_usd(150), Price8::from_usd(60_000), Price8::from_usd(3_000), Price8::from_usd(1)];

    fn plan(scenario: Scenario, seed: u64) -> CrowdPlan {
        let listings = [Listing::volatile(9), Listing::volatile(8), Listing::volatile(8), Listing::stable(6)];
        let crowd = Crowd::of(scenario).expect("perpetuals are traded");
        crowd_plan(&crowd, seed, 300, &PRICES, &listings).expect("the amounts fit")
    }

    #[test]
    fn a_seed_gives_the_same_crowd_again() {
        assert_eq!(plan(Scenario::Gap, 3).accounts, plan(Scenario::Gap, 3).accounts);
        assert_ne!(plan(Scenario::Gap, 3).accounts, plan(Scenario::Gap, 4).accounts);
    }

    #[test]
    fn a_squeeze_begins_with_a_crowded_side() {
        for (scenario, sign) in [(Scenario::LongSqueeze, 1), (Scenario::ShortSqueeze, -1)] {
            let plan = plan(scenario, 1);
            let trades: Vec<_> = plan.accounts.iter().flat_map(|account| &account.trades).collect();
            let crowded = trades.iter().filter(|trade| trade.1.signum() == sign).count();
            assert!(crowded * 100 > trades.len() * 78, "{scenario}: {crowded} of {}", trades.len());
        }
    }

    #[test]
    fn every_position_is_a_whole_number_of_lots_and_fits_the_cap() {
        let plan = plan(Scenario::LongSqueeze, 2);
        for (market, listing) in plan.listings.iter().enumerate() {
            let trades = plan.accounts.iter().flat_map(|account| &account.trades).filter(|trade| trade.0 == market);
            for (_, delta) in trades {
                assert_eq!(delta.unsigned_abs() % listing.config.lot, 0);
                assert!(delta.unsigned_abs() <= listing.config.open_interest_cap);
            }
        }
    }

    /// 10.5 % of the first 50,000 dollars, 13 % of what comes on top: 5,250 carry 50,000, another 130 carry 1,000 more.
    #[test]
    fn a_margin_carries_less_in_each_higher_tier() {
        assert_eq!(notional(5_250 * USD), 50_000 * USD);
        assert_eq!(notional(5_380 * USD), 51_000 * USD);
    }

    #[test]
    fn spot_scenarios_trade_no_perpetuals() {
        for scenario in [Scenario::Crash, Scenario::Wick, Scenario::Grind, Scenario::Recovery] {
            assert_eq!(Crowd::of(scenario), None);
        }
    }
}
