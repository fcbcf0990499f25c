//! What traders start with: one to three collaterals and a debt that uses a seeded part of what the account may borrow.
//! Pure: prices and listings in, amounts out.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use crate::keys::random;
use crate::price_path::Price8;
use crate::world::Listing;

/// Part of its borrowing limit that an account uses, bps: from comfortable to close to the limit.
const USED_BPS: std::ops::RangeInclusive<u64> = 1_500..=9_900;
/// Worth of an account's collateral is 1,000 to 2,000 dollars doubled up to this many times.
pub(super) const DOUBLINGS: u32 = 8;
/// Room for the price interval on either side of a limit, bps.
pub(super) const BAND_BPS: u64 = 30;
/// Of a hundred accounts, those that owe dollars alone.
const DOLLAR_DEBTORS: u32 = 70;
/// Of a hundred accounts, those that owe dollars alone or a volatile token alone; the rest owe both.
const SINGLE_DEBTORS: u32 = 88;
/// 10^−8 dollars.
pub(super) const USD: u128 = Price8::PER_USD as u128;

/// Amounts of one account, native units by token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Portfolio {
    /// Deposits: number of the token, amount.
    pub deposits: Vec<(usize, u64)>,
    /// Debts: number of the token, amount.
    pub debts: Vec<(usize, u64)>,
}

/// A token as a portfolio is made of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asset {
    /// Price at the start.
    pub price: Price8,
    /// How it is listed.
    pub listing: Listing,
}

impl Asset {
    /// Native units that are worth an amount of 10^−8 dollars, floor; `None` beyond 2^64 − 1.
    pub(super) fn units(&self, usd_e8: u128) -> Option<u64> {
        let scale = 10u128.pow(self.listing.decimals.into());
        u64::try_from(usd_e8.checked_mul(scale)? / self.price.0.unsigned_abs().max(1) as u128).ok()
    }

    /// Worth of an amount in 10^−8 dollars, floor.
    pub(super) fn worth(&self, amount: u64) -> u128 {
        u128::from(amount) * u128::from(self.price.0.unsigned_abs()) / 10u128.pow(self.listing.decimals.into())
    }
}

/// The portfolios of a number of accounts. The last of the assets is the dollar token, all others are collateral.
/// `None` if a price is so low that an amount of its token does not fit 64 bits.
pub fn portfolios(seed: u64, accounts: u64, prices: &[Price8], listings: &[Listing]) -> Option<Vec<Portfolio>> {
    let assets: Vec<Asset> = prices.iter().zip(listings).map(|(&price, &listing)| Asset { price, listing }).collect();
    let mut random = random(seed, "portfolios");
    (0..accounts).map(|_| portfolio(&assets, &mut random)).collect()
}

fn portfolio(assets: &[Asset], random: &mut StdRng) -> Option<Portfolio> {
    let dollar = assets.len() - 1;
    let mut order: Vec<usize> = (0..dollar).collect();
    order.shuffle(random);
    let held = random.random_range(1..=dollar);
    let worth = (random.random_range(1_000..2_000u128) * USD) << random.random_range(0..DOUBLINGS);

    let parts: Vec<u128> = (0..held).map(|_| random.random_range(1..=4)).collect();
    let whole: u128 = parts.iter().sum();
    let mut deposits = Vec::with_capacity(held);
    let mut limit = 0;
    for (&token, part) in order.iter().zip(parts) {
        let amount = assets[token].units(worth * part / whole)?.max(1);
        let weight = u128::from(assets[token].listing.weights.asset_initial);
        limit += assets[token].worth(amount) * weight * u128::from(10_000 - BAND_BPS);
        deposits.push((token, amount));
    }

    let used = limit * u128::from(random.random_range(USED_BPS)) / 10_000;
    let debts = match (random.random_range(0..100), order.get(held)) {
        (0..DOLLAR_DEBTORS, _) | (_, None) => vec![(dollar, used)],
        (DOLLAR_DEBTORS..SINGLE_DEBTORS, Some(&volatile)) => vec![(volatile, used)],
        (_, Some(&volatile)) => vec![(dollar, used / 2), (volatile, used / 2)],
    };
    let owe = |(token, used): (usize, u128)| {
        let weight = u128::from(assets[token].listing.weights.liability_initial);
        let amount = assets[token].units(used / (weight * u128::from(10_000 + BAND_BPS)))?;
        Some((token, amount))
    };
    let debts: Option<Vec<(usize, u64)>> = debts.into_iter().map(owe).collect();
    Some(Portfolio { deposits, debts: debts?.into_iter().filter(|debt| debt.1 > 0).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRICES: [Price8; 4] =
        [Price8::from_usd(150), Price8::from_usd(60_000), Price8::from_usd(3_000), Price8::from_usd(1)];

    fn listings() -> [Listing; 4] {
        [Listing::volatile(9), Listing::volatile(8), Listing::volatile(8), Listing::stable(6)]
    }

    fn many(seed: u64) -> Vec<Portfolio> {
        portfolios(seed, 500, &PRICES, &listings()).expect("the amounts fit")
    }

    #[test]
    fn a_seed_gives_the_same_portfolios_again() {
        assert_eq!(many(3), many(3));
        assert_ne!(many(3), many(4));
    }

    #[test]
    fn no_account_holds_and_owes_the_same_token() {
        for portfolio in many(1) {
            assert!((1..=3).contains(&portfolio.deposits.len()));
            assert!(!portfolio.debts.is_empty());
            for (token, amount) in &portfolio.debts {
                assert!(*amount > 0 && portfolio.deposits.iter().all(|deposit| deposit.0 != *token));
            }
        }
    }

    #[test]
    fn most_accounts_owe_dollars_and_some_owe_a_volatile_token() {
        let volatile = many(1).iter().filter(|p| p.debts.iter().any(|debt| debt.0 != 3)).count();
        assert!((50..200).contains(&volatile), "{volatile} of 500");
    }

    #[test]
    fn a_price_that_no_amount_fits_is_no_portfolio() {
        let mut prices = PRICES;
        prices[0] = Price8(1);
        assert_eq!(portfolios(1, 50, &prices, &listings()), None);
    }
}
