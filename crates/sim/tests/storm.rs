//! Everybody does anything: random trades, loans, settlements, liquidity and gaps of prices in two markets. After every
//! action every law holds; no refusal speaks of arithmetic; and an account under water is always served.

use std::collections::BTreeSet;

use breakwater_client::decode::Event;
use breakwater_client::interface::MarginError;
use breakwater_client::interface::events::REMOVE;
use breakwater_client::margin::perp::{PerpLeg, Standing};
use breakwater_client::margin::{Refusal, Side, Snapshot, Target, Valuation, Value};
use breakwater_sim::chain::{Chain, START};
use breakwater_sim::invariants::Watch;
use breakwater_sim::keys::random;
use breakwater_sim::price_path::Price8;
use breakwater_sim::run::Conservation;
use breakwater_sim::world::{PerpListing, Sent, Trader, World, default_perp};
use rand::Rng;
use rand::rngs::StdRng;

const USDC: u64 = 1_000_000;
const MARKETS: [&str; 2] = ["SOL", "ETH"];

/// What somebody may be refused without any fault of the program.
fn is_ordinary(error: MarginError) -> bool {
    use MarginError::*;
    !matches!(
        error,
        MathOverflow
            | MathNegative
            | MathDivideByZero
            | BankInsolvent
            | HealthFell
            | LegAccounts
            | BankOfOtherToken
            | NotQuoteBank
            | MarketOfOtherNumber
            | FundMissing
    )
}

struct Storm {
    world: World,
    random: StdRng,
    traders: Vec<Trader>,
    keeper: Trader,
    prices: [i64; 2],
    watch: Watch,
    conservation: Conservation,
    seen: BTreeSet<&'static str>,
}

/// What must have happened at least once for a storm to mean anything.
const MUST: [&str; 8] = [
    "trade",
    "settlement",
    "closing",
    "market debt repaid",
    "market loss",
    "deleveraged",
    "liquidity removed",
    "fund paid",
];

fn name(event: &Event) -> Option<&'static str> {
    match event {
        Event::Traded(_) => Some("trade"),
        Event::PnlSettled(_) => Some("settlement"),
        Event::PerpLiquidated(_) => Some("closing"),
        Event::Liquidated(event) if event.debt_token >= 128 => Some("market debt repaid"),
        Event::Liquidated(event) if event.collateral_token >= 128 => Some("market profit seized"),
        Event::MarketLossResolved(event) if event.fund > 0 => Some("fund paid"),
        Event::MarketLossResolved(_) => Some("market loss"),
        Event::Deleveraged(_) => Some("deleveraged"),
        Event::LiquidityChanged(event) if event.action == REMOVE => Some("liquidity removed"),
        _ => None,
    }
}

impl Storm {
    fn new(seed: u64) -> Storm {
        let mut chain = Chain::seeded(START, seed);
        chain.journal = Some(Vec::new());
        let mut world = World::with_default_tokens(chain);
        world.create_fund("USDC", 5_000).expect("a fund");
        for (symbol, decimals, cap, lot) in
            [("SOL", 9, 10_000_000_000_000, 1_000_000), ("ETH", 8, 50_000_000_000, 10_000)]
        {
            let listing = PerpListing { decimals, config: default_perp(cap, lot, USDC) };
            world.list_perp(symbol, listing).expect("a market");
        }
        world.freshen().expect("everything is fresh");
        let traders: Vec<Trader> = (0..6).map(|_| world.trader()).collect();
        let keeper = world.trader();
        world.deposit(&keeper, "USDC", 100_000_000 * USDC).expect("the keeper's capital");
        for symbol in ["SOL", "ETH", "BTC"] {
            let amount = world.token(symbol).units(10_000);
            world.deposit(&keeper, symbol, amount).expect("the keeper lends");
        }
        for symbol in MARKETS {
            world.add_liquidity(&keeper, symbol, 20_000 * USDC).expect("liquidity");
        }
        world.insure_group(&keeper, 2_000 * USDC).expect("a fund with tokens");
        for (trader, symbol) in traders.iter().zip(["USDC", "USDC", "USDC", "SOL", "ETH", "USDC"]) {
            let amount = world.token(symbol).units(match symbol {
                "USDC" => 20_000,
                "SOL" => 100,
                _ => 5,
            });
            world.deposit(trader, symbol, amount).expect("collateral");
        }
        let random = random(seed, "storm");
        let prices = [150, 3_000].map(|usd| Price8::from_usd(usd).0);
        let (watch, conservation) = (Watch::default(), Conservation::default());
        Storm { world, random, traders, keeper, prices, watch, conservation, seen: BTreeSet::new() }
    }

    fn step(&mut self) {
        let sent = self.action();
        if let Some(Err(failure)) = sent {
            let error = failure.margin_error();
            assert!(error.is_some_and(is_ordinary), "{failure}");
        }
        self.verify();
        if self.random.random_range(0..3) == 0 {
            self.clean();
        }
    }

    fn amount(&mut self) -> u64 {
        match self.random.random_range(0..8) {
            0 => u64::MAX,
            1 => self.random.random_range(1..10),
            _ => USDC * self.random.random_range(1..20_000),
        }
    }

    /// A size that the account can about carry, on either side.
    fn size(&mut self, who: usize, market: usize) -> i64 {
        let equity = self.value(who).1.equity.to_e8().clamp(100_000_000, 100_000_000_000_000);
        let notional = equity / 10 * self.random.random_range(2..30);
        let (unit, lot) = [(1_000_000_000, 1_000_000), (100_000_000, 10_000)][market];
        let size = (i128::from(notional) * unit / i128::from(self.prices[market])) as i64 / lot * lot;
        if self.random.random_range(0..2) == 0 { size } else { -size }
    }

    fn action(&mut self) -> Option<Sent> {
        let who = self.random.random_range(0..self.traders.len());
        let market = self.random.random_range(0..MARKETS.len());
        let symbol = MARKETS[market];
        let amount = self.amount();
        let token = ["SOL", "BTC", "ETH", "USDC"][self.random.random_range(0..4)];
        let kind = self.random.random_range(0..20);
        let size = self.size(who, market);
        let who_else = self.random.random_range(0..self.traders.len());
        let shares = self.random.random_range(1..10_000) * USDC;
        let (world, trader) = (&mut self.world, &self.traders[who]);
        Some(match kind {
            0..3 => {
                let factor = match self.random.random_range(0..7) {
                    0 => self.random.random_range(550..1_600),
                    _ => self.random.random_range(970..1_030),
                };
                let least = [20, 400].map(|usd| Price8::from_usd(usd).0)[market];
                let most = [1_200, 24_000].map(|usd| Price8::from_usd(usd).0)[market];
                self.prices[market] = (self.prices[market] / 1_000 * factor).clamp(least, most);
                world.chain.advance(self.random.random_range(1..4));
                return Some(world.set_price(symbol, Price8(self.prices[market])));
            }
            3 => {
                world.chain.advance(self.random.random_range(1..3_000));
                return Some(world.freshen());
            }
            4 | 5 => {
                let whole = self.random.random_range(1..50_000);
                let units = match token {
                    "USDC" => whole * USDC,
                    "BTC" => whole * 100,
                    "ETH" => whole * 10_000,
                    _ => whole * 10_000_000,
                };
                world.deposit(trader, token, units)
            }
            6 => world.withdraw(trader, token, amount),
            7 => world.borrow(trader, token, amount.min(5_000 * USDC)),
            8..12 => {
                world.freshen().expect("everything is fresh");
                world.trade(trader, symbol, size)
            }
            12 => world.reduce(trader, symbol, if amount == u64::MAX { amount } else { size.unsigned_abs() }),
            13 => {
                let by = &self.traders[who_else];
                world.settle(by, &trader.account, symbol, amount)
            }
            14 => world.settle(trader, &trader.account, symbol, u64::MAX),
            15 => world.add_liquidity(trader, symbol, amount),
            16 | 17 if world.liquidity_of(trader, symbol).is_none() => return None,
            16 => world.request_liquidity(trader, symbol, shares),
            17 => world.remove_liquidity(trader, symbol),
            18 => world.insure_market(trader, symbol, amount.min(50 * USDC)),
            _ => world.insure_group(trader, amount.min(50 * USDC)),
        })
    }

    fn verify(&mut self) {
        for event in self.world.chain.journal.iter_mut().flat_map(std::mem::take).collect::<Vec<_>>() {
            self.seen.extend(name(&event));
            self.conservation.note(&event, &self.world);
        }
        self.watch.check(&self.world).unwrap_or_else(|violation| panic!("{violation}"));
        self.conservation.check(&self.world).unwrap_or_else(|violation| panic!("{violation}"));
    }

    fn value(&self, who: usize) -> (Snapshot, Valuation) {
        self.world.valuation(&self.traders[who].account).expect("the account can be valued")
    }

    /// Liquidates, writes off and deleverages until nothing is left to do.
    fn clean(&mut self) {
        self.world.freshen().expect("everything is fresh");
        for who in 0..self.traders.len() {
            let account = self.traders[who].account;
            for round in 0.. {
                assert!(round < 200, "account {who} is never done");
                self.world.refresh_markets().expect("markets are refreshed");
                let (legs, valuation) = self.value(who);
                if self.write_off_market(who, &legs, &valuation) {
                    continue;
                }
                if valuation.verify_bankrupt(&legs, None).is_ok() {
                    self.write_off(who, &legs);
                    break;
                }
                if !valuation.is_liquidatable() {
                    break;
                }
                let target = match self.world.best_target(&account) {
                    Ok(target) => target,
                    Err(error) => {
                        assert_eq!(error, Refusal::NoLegHelps.into());
                        let waits =
                            legs.perps.iter().any(|leg| leg.pnl > 0 || leg.terms.standing == Standing::InDeficit);
                        assert!(waits, "LIQ-3: no call for {legs:?}");
                        break;
                    }
                };
                self.liquidate(who, target, &legs);
                self.verify();
            }
        }
        self.deleverage();
    }

    fn liquidate(&mut self, who: usize, target: Target, legs: &Snapshot) {
        let account = self.traders[who].account;
        let sent = self.world.liquidate_target(&self.keeper, &account, target, u64::MAX);
        if let Err(failure) = sent {
            let pools: Vec<u64> = self.world.perps.iter().map(|perp| self.world.pool(perp).expect("a pool")).collect();
            panic!("LIQ-3: {target:?} is refused with {failure}; pools {pools:?}; {legs:?}");
        }
    }

    /// Writes off what a bankrupt account owes one market; whether there was such a debt.
    fn write_off_market(&mut self, who: usize, legs: &Snapshot, valuation: &Valuation) -> bool {
        let lost = |leg: &&PerpLeg| leg.loss() > 0 && valuation.verify_bankrupt(legs, Some(leg.terms.market)).is_ok();
        let Some(leg) = legs.perps.iter().find(lost) else { return false };
        let (account, symbol) = (self.traders[who].account, MARKETS[usize::from(leg.terms.market)]);
        self.world.resolve_market_loss(&account, symbol).unwrap_or_else(|e| panic!("resolve market {symbol}: {e}"));
        self.verify();
        true
    }

    fn write_off(&mut self, who: usize, legs: &Snapshot) {
        let account = self.traders[who].account;
        for leg in legs.tokens.iter().filter(|leg| leg.side == Side::Debt) {
            let symbol = self.world.tokens[usize::from(leg.token)].symbol.clone();
            self.world.resolve_bankruptcy(&account, &symbol).unwrap_or_else(|e| panic!("resolve {symbol}: {e}"));
            self.verify();
        }
        assert!(self.value(who).1.equity >= Value::ZERO, "nothing is owed after a bankruptcy");
    }

    fn deleverage(&mut self) {
        for perp in self.world.perps.clone() {
            for who in 0..self.traders.len() {
                let account = self.traders[who].account;
                if let Err(failure) = self.world.deleverage(&account, &perp.symbol) {
                    let error = failure.margin_error();
                    assert!(error.is_some_and(is_ordinary), "deleverage: {failure}");
                }
                self.verify();
            }
        }
    }
}

#[test]
fn no_order_of_actions_breaks_a_law_of_a_market() {
    let steps = std::env::var("BREAKWATER_STORM").ok().and_then(|steps| steps.parse().ok());
    let (seeds, steps) = steps.map_or((0..24, 400), |steps: u64| (0..steps, 400));
    let mut seen = BTreeSet::new();
    for seed in seeds {
        eprintln!("seed {seed}");
        let mut storm = Storm::new(seed);
        for _ in 0..steps {
            storm.step();
        }
        eprintln!("{:?}", storm.seen);
        seen.extend(storm.seen);
    }
    let missing: Vec<_> = MUST.into_iter().filter(|what| !seen.contains(what)).collect();
    assert!(missing.is_empty(), "never happened: {missing:?}");
}
