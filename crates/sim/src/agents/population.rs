//! Puts everybody on the chain before the first step: tokens and markets are listed, lenders, keepers and the provider of
//! liquidity pay in, traders deposit, borrow and trade.

use breakwater_client::Address;
use breakwater_client::instruction;
use solana_signer::Signer;

use super::crowd::{Crowd, CrowdPlan, Positions, crowd_plan};
use super::portfolio::{Asset, portfolios};
use super::problem::{Problem, refused};
use super::{Keeper, Market};
use crate::keys::random;
use crate::price_path::{Price8, PriceStep};
use crate::safety::Safety;
use crate::world::{Listing, Trader, World};

/// Symbol of a token that was listed a short while ago and that nobody holds at the start.
pub const YOUNG: &str = "YOUNG";
/// Lenders; each supplies every token.
const LENDERS: usize = 4;
/// Part of the supply of a token that is lent out at the start, percent, as far as lenders provide it.
const USE_PERCENT: u128 = 70;
/// What a keeper has beyond twice the largest debt, 10^−8 dollars.
const KEEPER_CAPITAL: u128 = 250_000 * Price8::PER_USD as u128;
/// What the market outside has of every token, as a multiple of everything the traders hold.
const MARKET_DEPTH: u128 = 20;
/// Part of itself that the shared fund pays in a day, bps.
const FUND_EPOCH_CAP: u16 = 5_000;
/// Part of the liquidity that leaves before the end, bps.
const LEAVER_PART: u64 = 1_000;
/// Least supply of a token by a lender, 10^−8 dollars.
const LEAST_SUPPLY: u128 = 10_000 * Price8::PER_USD as u128;

/// Everybody.
#[derive(Debug)]
pub struct Population {
    /// Traders with collateral and debt, by number.
    pub traders: Vec<Trader>,
    /// Those who lend.
    pub lenders: Vec<Trader>,
    /// Those who liquidate.
    pub keepers: Vec<Keeper>,
    /// The counterparty of keepers.
    pub market: Market,
    /// Who provides liquidity to perp markets and leaves before the end, if there are any.
    pub leaver: Option<Trader>,
}

/// What a population is made from.
#[derive(Clone, Copy, Debug)]
pub struct SetUp<'a> {
    /// Seed of every choice.
    pub seed: u64,
    /// Number of traders.
    pub accounts: u64,
    /// Number of keepers.
    pub keepers: u64,
    /// Symbols; the last is the dollar token.
    pub symbols: &'a [String],
    /// How perpetuals are traded, if they are.
    pub crowd: Option<Crowd>,
    /// Prices to start with.
    pub first: &'a PriceStep,
    /// Mechanisms of the safety engine, if not as listed by default.
    pub safety: Option<Safety>,
}

/// How the tokens of a run are listed: the dollar token with 6 decimals, SOL with 9, others with 8.
pub(crate) fn listings(symbols: &[String]) -> Vec<Listing> {
    let of = |(number, symbol): (usize, &String)| match symbol.as_str() {
        _ if number + 1 == symbols.len() => Listing::stable(6),
        "SOL" => Listing::volatile(9),
        _ => Listing::volatile(8),
    };
    symbols.iter().enumerate().map(of).collect()
}

/// What a reader should know of the agents, one sentence each.
pub fn notes(keepers: u64, crowd: Option<Crowd>) -> Vec<String> {
    let mut notes = vec![
        match crowd {
            None => "Traders stay passive: they neither add collateral nor repay. At the start each owes 15 to 99 % of what it may \
                     borrow."
                .to_owned(),
            Some(crowd) => crowd.note(),
        },
        format!(
            "{keepers} keeper{} with dollar capital and limits of {} own race in a seeded order each round; what they seize \
             is sold to a market outside at the oracle price, without cost or impact. They also take calls that pay no bonus because the account is \
             worth less than nothing.",
            if keepers == 1 { "" } else { "s" },
            if keepers == 1 { "its" } else { "their" },
        ),
    ];
    notes.push(match crowd {
        None => "Insurance tranches start empty: they are filled by interest and by the insurance share of bonuses.".to_owned(),
        Some(_) => "Tranches of banks start empty. Those of markets and the shared fund are seeded by a provider of liquidity, who \
                    stays until the end; another, with a tenth of it, asks for it back after 25 steps."
            .to_owned(),
    });
    notes
}

impl SetUp<'_> {
    /// Lists tokens, prices them and brings everybody in. `progress` is told how many traders are there.
    ///
    /// # Errors
    /// An amount that does not fit, or the program's refusal.
    pub fn run(&self, world: &mut World, mut progress: impl FnMut(u64)) -> Result<Population, Problem> {
        let prices: Vec<Price8> = self.first.samples.iter().map(|sample| sample.price).collect();
        let listings = self.listings();
        let assets: Vec<Asset> =
            prices.iter().zip(&listings).map(|(&price, &listing)| Asset { price, listing }).collect();
        let mut plan = self.plan(&prices, &listings).ok_or(Problem::AmountTooLarge)?;
        if let Some(safety) = &self.safety {
            plan.listings.iter_mut().for_each(|listing| listing.config.velocity = safety.velocity);
        }
        let needs = Needs::of(&plan.accounts, &assets, self.keepers).ok_or(Problem::AmountTooLarge)?;

        self.list(world, &listings)?;
        world.create_log().map_err(refused("create_log"))?;
        if self.crowd.is_some() {
            self.list_markets(world, &plan)?;
        }
        world.launch().map_err(refused("launch_group"))?;
        let market = Market::new(world);
        for (symbol, amount) in self.symbols.iter().zip(&needs.market) {
            world.mint_to(&market.address(), symbol, *amount);
        }
        let lenders = self.lenders(world, &needs)?;
        let keepers = self.keepers(world, &needs)?;
        let leaver = self.crowd.map(|crowd| self.open_markets(world, &crowd, &plan)).transpose()?;
        let mut traders = Vec::with_capacity(plan.accounts.len());
        for positions in &plan.accounts {
            traders.push(self.trader(world, positions)?);
            progress(traders.len() as u64);
        }
        Ok(Population { traders, lenders, keepers, market, leaver })
    }

    /// How the tokens are listed, with the mechanisms of this run.
    fn listings(&self) -> Vec<Listing> {
        let mut listings = listings(self.symbols);
        let Some(safety) = &self.safety else { return listings };
        for (listing, symbol) in listings.iter_mut().zip(self.symbols) {
            listing.lending.velocity = safety.velocity.into();
            if symbol == YOUNG {
                listing.weights = safety.young(listing.weights);
            }
        }
        listings
    }

    fn plan(&self, prices: &[Price8], listings: &[Listing]) -> Option<CrowdPlan> {
        if let Some(crowd) = &self.crowd {
            return crowd_plan(crowd, self.seed, self.accounts, prices, listings);
        }
        // nobody begins with the young token
        let held: Vec<usize> = (0..self.symbols.len()).filter(|number| self.symbols[*number] != YOUNG).collect();
        let of = |number: &usize| (prices[*number], listings[*number]);
        let (prices, listings): (Vec<Price8>, Vec<Listing>) = held.iter().map(of).unzip();
        let mut portfolios = portfolios(self.seed, self.accounts, &prices, &listings)?;
        for leg in portfolios.iter_mut().flat_map(|portfolio| portfolio.deposits.iter_mut().chain(&mut portfolio.debts))
        {
            leg.0 = held[leg.0];
        }
        let accounts = portfolios.into_iter().map(|portfolio| Positions { portfolio, trades: Vec::new() }).collect();
        Some(CrowdPlan { accounts, ..CrowdPlan::default() })
    }

    /// Creates the shared fund and lists a market for every token but the dollar token.
    fn list_markets(&self, world: &mut World, plan: &CrowdPlan) -> Result<(), Problem> {
        let (dollar, bases) = self.symbols.split_last().ok_or(Problem::AmountTooLarge)?;
        world.create_fund(dollar, FUND_EPOCH_CAP).map_err(refused("create_fund"))?;
        for (symbol, listing) in bases.iter().zip(&plan.listings) {
            world.list_perp(symbol, *listing).map_err(refused("create_market"))?;
        }
        world.refresh_perps().map_err(refused("refresh"))?;
        Ok(())
    }

    /// Lets two providers fill the pools; the first insures markets and fund as well, the second will leave.
    fn open_markets(&self, world: &mut World, crowd: &Crowd, plan: &CrowdPlan) -> Result<Trader, Problem> {
        let (dollar, bases) = self.symbols.split_last().ok_or(Problem::AmountTooLarge)?;
        let liquidity = plan.liquidity.iter().try_fold(0u64, |sum, amount| sum.checked_add(*amount));
        let liquidity = liquidity.filter(|sum| *sum < u64::MAX / 4).ok_or(Problem::AmountTooLarge)?;
        let (provider, leaver) = (world.trader(), world.trader());
        for trader in [&provider, &leaver] {
            world.deposit(trader, dollar, 2 * liquidity).map_err(refused("deposit"))?;
        }
        for (symbol, amount) in bases.iter().zip(&plan.liquidity) {
            let leaving = part(*amount, LEAVER_PART);
            world.add_liquidity(&provider, symbol, amount - leaving).map_err(refused("add_liquidity"))?;
            world.add_liquidity(&leaver, symbol, leaving).map_err(refused("add_liquidity"))?;
            let tranche = part(*amount, crowd.tranche);
            world.insure_market(&provider, symbol, tranche).map_err(refused("insure"))?;
        }
        world.insure_group(&provider, part(liquidity, crowd.fund)).map_err(refused("insure"))?;
        Ok(leaver)
    }

    fn list(&self, world: &mut World, listings: &[Listing]) -> Result<(), Problem> {
        if let Some(safety) = &self.safety {
            world.set_liquidation(safety.liquidation).map_err(refused("set_liquidation"))?;
        }
        for (symbol, listing) in self.symbols.iter().zip(listings) {
            world.list(symbol, *listing).map_err(refused("list_token"))?;
        }
        for (symbol, sample) in self.symbols.iter().zip(&self.first.samples) {
            world.set_sample(symbol, sample).map_err(refused("refresh"))?;
        }
        Ok(())
    }

    fn lenders(&self, world: &mut World, needs: &Needs) -> Result<Vec<Trader>, Problem> {
        let mut lenders = Vec::with_capacity(LENDERS);
        for _ in 0..LENDERS {
            let lender = world.trader();
            for (symbol, amount) in self.symbols.iter().zip(&needs.supply) {
                world.deposit(&lender, symbol, *amount).map_err(refused("deposit"))?;
            }
            lenders.push(lender);
        }
        Ok(lenders)
    }

    fn keepers(&self, world: &mut World, needs: &Needs) -> Result<Vec<Keeper>, Problem> {
        let dollar = self.symbols.last().map_or("", String::as_str);
        let mut keepers = Vec::new();
        for number in 0..self.keepers {
            let trader = world.trader();
            world.deposit(&trader, dollar, needs.keeper).map_err(refused("deposit"))?;
            keepers.push(Keeper::new(trader, number, random(self.seed, &format!("keeper {number}"))));
        }
        Ok(keepers)
    }

    fn trader(&self, world: &mut World, positions: &Positions) -> Result<Trader, Problem> {
        let trader = world.trader();
        let Positions { portfolio: plan, trades } = positions;
        for (token, amount) in &plan.deposits {
            world.deposit(&trader, &self.symbols[*token], *amount).map_err(refused("deposit"))?;
        }
        for (token, amount) in &plan.debts {
            world.borrow(&trader, &self.symbols[*token], *amount).map_err(refused("borrow"))?;
        }
        for (market, delta) in trades {
            world.trade(&trader, &self.symbols[*market], *delta).map_err(refused("trade"))?;
        }
        Ok(trader)
    }
}

/// A part of an amount, bps; floor.
fn part(amount: u64, bps: u64) -> u64 {
    (u128::from(amount) * u128::from(bps) / 10_000) as u64
}

/// What lenders, keepers and the market must bring, native units by token.
struct Needs {
    /// Supply of each lender.
    supply: Vec<u64>,
    /// Stock of the market.
    market: Vec<u64>,
    /// Dollar tokens of each keeper.
    keeper: u64,
}

impl Needs {
    fn of(plans: &[Positions], assets: &[Asset], keepers: u64) -> Option<Needs> {
        let mut debts = vec![0u128; assets.len()];
        let (mut held, mut largest) = (0, 0);
        for Positions { portfolio: plan, trades } in plans {
            let worth = |legs: &[(usize, u64)]| legs.iter().map(|leg| assets[leg.0].worth(leg.1)).sum::<u128>();
            held += worth(&plan.deposits);
            // what a position loses becomes a debt of about its collateral at most
            let owed = if trades.is_empty() { worth(&plan.debts) } else { worth(&plan.deposits) };
            largest = owed.max(largest);
            for (token, amount) in &plan.debts {
                debts[*token] += u128::from(*amount);
            }
        }
        let capital = KEEPER_CAPITAL + 2 * largest;
        let supply = |(debt, asset): (&u128, &Asset)| {
            let least = asset.units(LEAST_SUPPLY)?;
            let each = u64::try_from(debt * 100 / USE_PERCENT / LENDERS as u128).ok()?;
            Some(each.max(least))
        };
        let depth = MARKET_DEPTH * held + u128::from(keepers) * capital;
        Some(Needs {
            supply: debts.iter().zip(assets).map(supply).collect::<Option<_>>()?,
            market: assets.iter().map(|asset| asset.units(depth)).collect::<Option<_>>()?,
            keeper: assets.last()?.units(capital)?,
        })
    }
}

/// Deposits tokens that a trader has in its wallet already.
///
/// # Errors
/// The program's refusal.
pub(super) fn deposit_own(world: &mut World, trader: &Trader, symbol: &str, amount: u64) -> crate::world::Sent {
    let source: Address = world.wallet(&trader.key.pubkey(), symbol);
    let keys = world.token(symbol).keys;
    let deposit = instruction::deposit(&trader.key.pubkey(), &trader.account, &keys, &source, amount);
    let deposit = world.with_board(deposit, &keys);
    world.chain.send(&[deposit], &[&trader.key])
}
