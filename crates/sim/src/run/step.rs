//! One price step: prices arrive, keepers work until nothing is left to do, bankruptcies are resolved, laws are checked.

use std::collections::VecDeque;
use std::time::Duration;

use breakwater_client::instruction::{self, TOKEN_ITEM};
use breakwater_client::margin::units::PPM;
use breakwater_client::margin::{Refusal, Side, Snapshot, Valuation, Value};
use breakwater_client::receipt::{self, ReceiptFile};
use breakwater_client::{Address, decode::Event};
use rand::Rng;
use rand::rngs::StdRng;

use super::RunEnd;
use super::conditions::Conditions;
use super::conservation::Conservation;
use super::error::Stop;
use super::late::Latecomer;
use super::race::race;
use super::tally::Tally;
use super::tape::Urgency;
use crate::agents::{Costs, Due, Population, Problem, View, is_trifle, refused};
use crate::invariants::{Violation, Watch};
use crate::keys::random;
use crate::price_path::{OUTAGE_SECONDS, PriceStep};
use crate::record::RunParameters;
use crate::world::{Perp, World};

/// Rounds of a step after which something must be wrong: a round closes at least a quarter of a plan.
const MAX_ROUNDS: usize = 1_000;
/// What selling costs keepers, tenths of what it costs the cheapest: the first to the fourth, and again.
const COST_PARTS: [u32; 4] = [10, 15, 20, 25];
/// Seconds between the prints of a feed that goes on through an outage.
const HEARTBEAT: i64 = 240;

/// A run on its way.
pub(super) struct Simulation {
    pub(super) world: World,
    pub(super) population: Population,
    pub(super) tally: Tally,
    /// The traders' margin accounts, by number.
    pub(super) accounts: Vec<Address>,
    pub(super) random: StdRng,
    /// Laws of calls and accounts checked so far.
    pub(super) checks: u64,
    /// What keepers sold (or, below 0, bought) of each token in the last step: number, micro-dollars.
    pub(super) sales: Vec<(usize, i64)>,
    /// Who still waits after the last step.
    urgency: Urgency,
    /// Those who come later.
    pub(super) late: VecDeque<Latecomer>,
    conditions: Conditions,
    watch: Watch,
    receipts: ReceiptFile,
    conservation: Conservation,
}

impl Simulation {
    pub(super) fn new(
        world: World,
        mut population: Population,
        parameters: RunParameters,
        conditions: &Conditions,
    ) -> Simulation {
        if let Some(cheapest) = conditions.keeper_cost {
            let depth = conditions.impact.map(|impact| impact.depth);
            for (keeper, part) in population.keepers.iter_mut().zip(COST_PARTS.into_iter().cycle()) {
                keeper.costs = Some(Costs { fixed: cheapest * part / 10, depth, protects: part == COST_PARTS[0] });
            }
        }
        let accounts: Vec<Address> = population.traders.iter().map(|trader| trader.account).collect();
        let random = random(parameters.seed, "race");
        let receipts = ReceiptFile::new(world.group);
        let tally = Tally::new(&world, parameters, population.keepers.len());
        Simulation {
            world,
            population,
            tally,
            accounts,
            random,
            checks: 0,
            sales: Vec::new(),
            urgency: Urgency::None,
            late: VecDeque::new(),
            conditions: *conditions,
            watch: Watch::default(),
            receipts,
            conservation: Conservation::default(),
        }
    }

    pub(super) fn liquidations(&self) -> u64 {
        self.tally.liquidations()
    }

    /// Carries out one step.
    pub(super) fn step(&mut self, number: usize, step: &PriceStep, symbols: &[String]) -> Result<(), Stop> {
        self.publish(step, symbols)?;
        self.urgency = Urgency::None;
        self.arrive(step.time)?;
        let view = self.view()?;
        self.tally.begin_step(step, &self.world, &view)?;
        let view = self.settle(view)?;
        let view = if self.settle_positions(number, &view)? { self.view()? } else { view };
        self.leave(number, &view)?;
        self.tally.end_step(&self.world, &view)?;
        self.check()
    }

    /// How soon the next print is wanted.
    pub(super) fn urgency(&self) -> Urgency {
        self.urgency
    }

    /// The record of all steps so far, and their receipts.
    pub(super) fn finish(self, elapsed: Duration) -> RunEnd {
        let checks = self.checks + self.watch.checks + self.conservation.checks;
        let refused: Vec<u64> = self.population.keepers.iter().map(|keeper| keeper.refused).collect();
        let record = self.tally.finish(&self.world, checks, &refused, elapsed);
        RunEnd { record, receipts: self.receipts, accounts: self.world.group_accounts() }
    }

    /// Sets the clock, writes every oracle account and brings prices and indices to the board in one instruction.
    fn publish(&mut self, step: &PriceStep, symbols: &[String]) -> Result<(), Stop> {
        self.keep_printing(step, symbols)?;
        self.world.chain.set_time(step.time);
        for (symbol, sample) in symbols.iter().zip(&step.samples) {
            self.world.write_sample(symbol, sample);
        }
        let tokens = &self.world.tokens;
        let feeds = tokens.iter().map(|token| (token.number, token.oracle));
        let indices = tokens.iter().map(|token| (TOKEN_ITEM + token.number, token.keys.bank));
        let perps = &self.world.perps;
        let markets = perps.iter().map(Perp::feed_item).chain(perps.iter().map(Perp::market_item));
        let items: Vec<(u8, Address)> = feeds.chain(indices).chain(markets).collect();
        let refresh = instruction::refresh(&self.world.board, &items);
        let Err(failure) = self.world.chain.send(&[refresh], &[]) else { return Ok(()) };
        let refused = failure.logs.iter().find_map(|line| line.split("refused item ").nth(1)?.trim().parse().ok());
        match (refused.filter(|item: &usize| *item < symbols.len()), failure.margin_error()) {
            (Some(item), Some(error)) => Err(Stop::Price {
                symbol: symbols[item].clone(),
                price: step.samples[item].price,
                reason: error.message().to_owned(),
            }),
            _ => Err(Problem::Refused("refresh", failure).into()),
        }
    }

    /// The dollar token's feed goes on printing through an outage of all others, where the run wants it.
    fn keep_printing(&mut self, step: &PriceStep, symbols: &[String]) -> Result<(), Stop> {
        let (Some(dollar), Some(sample)) = (symbols.last(), step.samples.last()) else { return Ok(()) };
        let beats = self.conditions.safety.is_some_and(|safety| safety.heartbeat);
        while beats && step.time - self.world.chain.now() > OUTAGE_SECONDS {
            self.world.chain.advance(HEARTBEAT);
            self.world.write_sample(dollar, sample);
            let refresh = self.world.refresh_instruction(&[dollar]);
            self.world.chain.send(&[refresh], &[]).map_err(refused("refresh"))?;
        }
        Ok(())
    }

    /// What everybody sees now; funding is charged and deficits are judged first.
    fn view(&mut self) -> Result<View, Stop> {
        if !self.world.perps.is_empty() {
            self.world.refresh_markets().map_err(|failure| Problem::Refused("refresh", failure))?;
        }
        Ok(View::read(&self.world, &self.accounts).map_err(Problem::from)?)
    }

    /// Keepers, bankruptcies and deleveraging, until a view shows nothing more to do; that view.
    fn settle(&mut self, mut view: View) -> Result<View, Stop> {
        for _ in 0..MAX_ROUNDS {
            let busy = race(self, &view)? || self.resolve_bankruptcies(&view)? || self.deleverage(&view)?;
            if !busy {
                return Ok(view);
            }
            self.urgency = Urgency::Busy;
            view = self.view()?;
        }
        Err(law("LIQ-3", format!("keepers are still busy after {MAX_ROUNDS} rounds")))
    }

    /// Writes off every debt of every account that has nothing left; whether there was one.
    fn resolve_bankruptcies(&mut self, view: &View) -> Result<bool, Stop> {
        let mut legs = Snapshot::default();
        let mut found = false;
        // an account without deposits and positions that owes something is under water
        for &account in &view.under_water {
            let valuation = view.value(account, &mut legs).map_err(Problem::from)?;
            found |= self.resolve_market_losses(account, &legs, &valuation, view)?;
            if valuation.verify_bankrupt(&legs, None).is_err() {
                continue;
            }
            found = true;
            for leg in legs.tokens.iter().filter(|leg| leg.side == Side::Debt) {
                let symbol = self.world.tokens[usize::from(leg.token)].symbol.clone();
                let resolved = self.world.resolve_bankruptcy(&self.accounts[account], &symbol);
                let outcome = resolved.map_err(|failure| Problem::Refused("resolve_bankruptcy", failure))?;
                for event in &outcome.events {
                    if let Event::BankruptcyResolved(loss) = event {
                        self.tally.loss(loss, view);
                    }
                }
            }
        }
        Ok(found)
    }

    /// LIQ-3 of an account that no keeper found anything to do for: it is healthy, nothing is left to seize, all that is left to
    /// it is profit that does not count yet, it must wait, or it does not pay.
    pub(super) fn verify_nothing_left(
        &mut self,
        account: usize,
        legs: &Snapshot,
        valuation: &Valuation,
        view: &View,
    ) -> Result<(), Stop> {
        let seizable = legs.tokens.iter().any(|leg| leg.side == Side::Deposit && leg.amount > 0)
            || legs.perps.iter().any(|leg| leg.position.base != 0);
        if !seizable && valuation.equity < Value::ZERO {
            return Ok(());
        }
        let unripe = legs.perps.iter().any(|leg| leg.pnl > 0);
        let wanted = match Due::of(&self.world, view, account, (legs, valuation)).map_err(Problem::from)? {
            Due::Wait(Refusal::FlagTooYoung) => Urgency::Busy,
            Due::Wait(_) => Urgency::Waits,
            Due::Liquidate(plan, pace) if is_trifle(view, &plan, pace) => Urgency::Waits,
            Due::Liquidate(_, pace) if self.conditions.keeper_cost.is_some() => {
                // a bonus that grows will pay
                let grows = view.accounts[account].flag_slot > 0 && u64::from(pace.growth) < PPM;
                if grows { Urgency::Waits } else { Urgency::None }
            }
            Due::Stuck if unripe => Urgency::None,
            due => {
                return Err(law("LIQ-3", format!("account {account} is liquidatable, but no keeper did it: {due:?}")));
            }
        };
        self.urgency = self.urgency.max(wanted);
        Ok(())
    }

    /// The laws, after the step.
    fn check(&mut self) -> Result<(), Stop> {
        for event in self.world.chain.journal.iter_mut().flat_map(std::mem::take).collect::<Vec<_>>() {
            self.conservation.note(&event, &self.world);
        }
        self.receipts()?;
        self.watch.check(&self.world)?;
        Ok(self.conservation.check(&self.world)?)
    }

    /// REC-1: every receipt of the step follows from itself, and the log has the same chain.
    fn receipts(&mut self) -> Result<(), Stop> {
        for bytes in std::mem::take(&mut self.world.chain.receipts) {
            receipt::replay(&bytes).map_err(|fault| law("REC-1", fault.to_string()))?;
            self.receipts.push(bytes);
        }
        let log = self.world.receipts();
        self.checks += 1;
        match log.count == self.receipts.receipts.len() as u64 && log.head == self.receipts.head() {
            true => Ok(()),
            false => Err(law("REC-1", format!("the log is at receipt {} of another chain", log.count))),
        }
    }

    /// A number below `limit`, from the seed.
    pub(super) fn choose(&mut self, limit: usize) -> usize {
        self.random.random_range(0..limit)
    }
}

pub(super) fn law(law: &'static str, what: String) -> Stop {
    Stop::Law(Violation { law, what })
}

#[cfg(test)]
mod tests {
    use breakwater_client::interface::MarginError;

    use super::*;
    use crate::agents::SetUp;
    use crate::chain::Chain;
    use crate::price_path::{Scenario, default_assets, synthetic};

    /// After every step of a crash a stranger calls for every account that owes: the program refuses each call, because the
    /// account is healthy.
    #[test]
    fn a_crash_leaves_no_liquidatable_account_with_a_succeeding_call() {
        let path = synthetic(Scenario::Crash, 5, &default_assets());
        let mut chain = Chain::seeded(path.steps[0].time - 60, 5);
        chain.journal = Some(Vec::new());
        let mut world = World::new(chain);
        let (symbols, first) = (&path.symbols, &path.steps[0]);
        let set_up = SetUp { seed: 5, accounts: 25, keepers: 3, crowd: None, symbols, first, safety: None };
        let population = set_up.run(&mut world, |_| {}).expect("everybody is put on the chain");
        let parameters = RunParameters { seed: 5, ..Default::default() };
        let mut simulation = Simulation::new(world, population, parameters, &Conditions::default());
        for (number, step) in path.steps.iter().enumerate() {
            simulation.step(number, step, &path.symbols).expect("every law holds");
            if number % 10 != 0 {
                continue;
            }
            let stranger = simulation.world.trader();
            for account in simulation.accounts.clone() {
                let (legs, _) = simulation.world.valuation(&account).expect("the account can be valued");
                let symbol = |side| legs.tokens.iter().find(|leg| leg.side == side).map(|leg| usize::from(leg.token));
                let (Some(debt), Some(collateral)) = (symbol(Side::Debt), symbol(Side::Deposit)) else { continue };
                let (debt, collateral) = (path.symbols[debt].as_str(), path.symbols[collateral].as_str());
                let refused = simulation.world.liquidate(&stranger, &account, debt, collateral, u64::MAX);
                let error = refused.expect_err("nothing is left to do").margin_error();
                assert_eq!(error, Some(MarginError::AccountHealthy), "step {number}");
            }
        }
        assert!(simulation.liquidations() > 50, "{} liquidations", simulation.liquidations());
    }
}
