//! Those who come on the way: they bring one collateral and borrow nearly what it allows then. What volatility and
//! quarantine forbid, they do not get.

use breakwater_client::interface::MarginError;
use breakwater_client::margin::health;
use breakwater_client::margin::{Price, Value};
use rand::Rng;

use super::error::Stop;
use super::step::Simulation;
use super::tally::micro_usd;
use crate::agents::{Problem, YOUNG, refused};
use crate::keys::random;
use crate::price_path::{Price8, PricePath};

/// Part of its borrowing limit that a latecomer uses, bps.
const USED_BPS: i128 = 9_500;
/// Part of the path in which they come, percent.
const ARRIVALS_PERCENT: i64 = 60;
/// Worth of a latecomer's collateral is 1,000 to 2,000 dollars doubled up to this many times.
const DOUBLINGS: u32 = 8;
/// Worth of a latecomer's young token, dollars.
const YOUNG_WORTH: i128 = 200_000;

/// Somebody who comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Latecomer {
    time: i64,
    /// Number of the collateral.
    token: usize,
    /// Its amount, native units.
    amount: u64,
}

impl Simulation {
    /// Decides who comes when with what, at the prices of the start; and lets one more lender supply what they may borrow.
    /// Where there is a young token, they bring that one.
    pub(super) fn expect_latecomers(&mut self, path: &PricePath, count: u64) -> Result<(), Problem> {
        let (Some(first), Some((start, end))) = (path.steps.first(), path.span()) else { return Ok(()) };
        if count == 0 {
            return Ok(());
        }
        let mut random = random(self.tally.record.parameters.seed, "latecomers");
        let dollar = path.symbols.len() - 1;
        let young = path.index_of(YOUNG);
        let mut found: Vec<Latecomer> = Vec::new();
        let mut most = 0;
        for _ in 0..count {
            let time = start + random.random_range(0..=(end - start) * ARRIVALS_PERCENT / 100);
            let worth = (random.random_range(1_000..2_000i128)) << random.random_range(0..DOUBLINGS);
            let (token, worth) = match young {
                Some(young) => (young, YOUNG_WORTH),
                None => (random.random_range(0..dollar), worth),
            };
            let peak = path.steps.iter().map(|step| step.samples[token].price.0).max().unwrap_or(0);
            let amount = units(worth, self.world.tokens[token].decimals, first.samples[token].price)?;
            most += worth * i128::from(peak) / i128::from(first.samples[token].price.0.max(1));
            found.push(Latecomer { time, token, amount });
        }
        found.sort_by_key(|late| late.time);
        self.late = found.into();
        let lender = self.world.trader();
        let supply = units(2 * most, self.world.tokens[dollar].decimals, first.samples[dollar].price)?;
        self.world.deposit(&lender, &path.symbols[dollar], supply).map_err(refused("deposit"))?;
        Ok(())
    }

    /// Lets everybody in whose time has come.
    pub(super) fn arrive(&mut self, now: i64) -> Result<(), Stop> {
        while let Some(late) = self.late.pop_front_if(|late| late.time <= now) {
            self.let_in(&late)?;
        }
        Ok(())
    }

    fn let_in(&mut self, late: &Latecomer) -> Result<(), Stop> {
        let symbol = self.world.tokens[late.token].symbol.clone();
        let dollar = self.world.tokens[self.world.tokens.len() - 1].clone();
        let trader = self.world.trader();
        self.world.deposit(&trader, &symbol, late.amount).map_err(refused("deposit"))?;
        let (legs, _) = self.world.valuation(&trader.account).map_err(Problem::from)?;
        let free = health::initial(&legs).map_err(MarginError::from).map_err(Problem::from)?;
        let board = self.world.board();
        let weight = i128::from(board.tokens[usize::from(dollar.number)].weights.liability_initial);
        let price = Price(board.feeds[usize::from(dollar.number)].price);
        let worth = Value((free.value_down().0 * USED_BPS / weight).max(0));
        let amount = price.amount_down(worth).unwrap_or(0);
        if amount > 0 {
            self.world.borrow(&trader, &dollar.symbol, amount).map_err(refused("borrow"))?;
        }
        self.tally.record.totals.outcome.late_loans_micro_usd += micro_usd(worth);
        self.accounts.push(trader.account);
        self.population.traders.push(trader);
        Ok(())
    }
}

/// Native units that are worth a number of dollars.
fn units(dollars: i128, decimals: u8, price: Price8) -> Result<u64, Problem> {
    let amount = dollars * i128::from(Price8::PER_USD) * 10i128.pow(decimals.into()) / i128::from(price.0.max(1));
    u64::try_from(amount).map_err(|_| Problem::AmountTooLarge)
}
