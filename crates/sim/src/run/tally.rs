//! The record while it grows. Owns the conversion of native amounts into dollars at the prices of the moment and all sums;
//! refuses to know how agents act.

use std::collections::BTreeSet;
use std::time::Duration;

use breakwater_client::interface::events::{BankruptcyResolved, Liquidated};
use breakwater_client::margin::lending::Books;
use breakwater_client::margin::position::MARKET_LEG;
use breakwater_client::margin::{Snapshot, Valuation, Value};

use super::error::Stop;
use super::outcome::Outcomes;
use super::race::prices;
use super::why::Nearest;
use crate::agents::{Problem, View};
use crate::price_path::PriceStep;
use crate::record::{
    AT_RISK_BPS, KeeperRecord, LiquidationRecord, MarketRecord, RECORD_VERSION, RunParameters, RunRecord, RunTotals,
    StepRecord, TokenRecord, VaultRecord,
};
use crate::world::World;

/// A call that was served.
pub(super) struct Call {
    /// Number of the account.
    pub account: usize,
    /// Number of the keeper.
    pub keeper: usize,
    /// Compute units.
    pub cu: u64,
}

/// A record under way.
pub(super) struct Tally {
    pub(super) record: RunRecord,
    pub(super) step: StepRecord,
    pub(super) liquidated: BTreeSet<usize>,
    pub(super) outcomes: Outcomes,
    nearest: Nearest,
    /// Rounds in which no keeper had the capital for what was left.
    starved: u64,
}

impl Tally {
    pub(super) fn new(world: &World, parameters: RunParameters, keepers: usize) -> Tally {
        let token =
            |token: &crate::world::Token| TokenRecord { symbol: token.symbol.clone(), decimals: token.decimals };
        let market = |perp: &crate::world::Perp| MarketRecord { symbol: perp.symbol.clone(), decimals: perp.decimals };
        let keeper = |keeper| KeeperRecord { keeper, ..KeeperRecord::default() };
        let record = RunRecord {
            version: RECORD_VERSION,
            parameters,
            tokens: world.tokens.iter().map(token).collect(),
            markets: world.perps.iter().map(market).collect(),
            steps: Vec::new(),
            liquidations: Vec::new(),
            closings: Vec::new(),
            keepers: (0..keepers as u64).map(keeper).collect(),
            totals: RunTotals::default(),
            why_none: None,
        };
        let (liquidated, nearest) = (BTreeSet::new(), Nearest::default());
        let outcomes = Outcomes::default();
        Tally { record, step: StepRecord::default(), liquidated, outcomes, nearest, starved: 0 }
    }

    pub(super) fn liquidations(&self) -> u64 {
        self.record.totals.liquidations
    }

    /// What stands at the new prices, before anybody acts.
    pub(super) fn begin_step(&mut self, step: &PriceStep, world: &World, view: &View) -> Result<(), Stop> {
        self.outcomes.watch(view)?;
        self.step = StepRecord {
            time: step.time,
            prices: step.samples.iter().map(|sample| sample.price).collect(),
            bad_debt_micro_usd: self.step.bad_debt_micro_usd,
            ..StepRecord::default()
        };
        let mut legs = Snapshot::default();
        for account in 0..view.accounts.len() {
            let valuation = view.value(account, &mut legs).map_err(Problem::from)?;
            self.outcomes.see(account, valuation.is_liquidatable(), view.slot);
            let Some(factor) = valuation.health_factor_ppm() else { continue };
            if factor < 1_000_000 + AT_RISK_BPS as i64 * 100 {
                self.step.value_at_risk_micro_usd += micro_usd(valuation.debts);
            }
            self.step.liquidatable_accounts += u64::from(valuation.is_liquidatable());
            self.nearest.see(account, factor, step.time);
        }
        if self.record.steps.is_empty() {
            self.record.totals.tranche_before_micro_usd = tranches(world, view);
            self.begin_markets(world, view)?;
        }
        Ok(())
    }

    /// What stands after keepers and bankruptcies.
    pub(super) fn end_step(&mut self, world: &World, view: &View) -> Result<(), Stop> {
        let mut legs = Snapshot::default();
        let (mut debts, mut collateral) = (Value::ZERO, Value::ZERO);
        let (mut left, mut missing) = (0, 0);
        for account in 0..view.accounts.len() {
            let valuation = view.value(account, &mut legs).map_err(Problem::from)?;
            if valuation.debts > Value::ZERO {
                debts.0 += valuation.debts.0;
                collateral.0 += valuation.equity.0 + valuation.debts.0;
            }
            left += micro_usd(valuation.equity);
            missing += micro_usd(Value(-valuation.equity.0));
        }
        self.step.debt_micro_usd = micro_usd(debts);
        self.step.collateral_micro_usd = micro_usd(collateral);
        self.step.tranche_micro_usd = tranches(world, view);
        let outcome = &mut self.record.totals.outcome;
        (outcome.equity_after_micro_usd, outcome.bad_debt_micro_usd) = (left, missing);
        self.end_markets(world, view)?;
        self.record.steps.push(self.step.clone());
        Ok(())
    }

    /// A served call, with the account's valuation before and after.
    pub(super) fn liquidation(&mut self, call: &Call, event: &Liquidated, (before, after): (&Valuation, &Valuation)) {
        let (debt, collateral) = prices(event);
        let repaid = micro_usd(debt.value_down(event.repay));
        let insurance = micro_usd(debt.value_down(event.insurance));
        let seized = micro_usd(collateral.value_down(event.seize));
        let gain = seized as i64 - repaid as i64 - insurance as i64;
        let symbol = |token: u16| match token.checked_sub(MARKET_LEG.into()) {
            Some(market) => format!("{}-PERP", self.record.markets[usize::from(market)].symbol),
            None => self.record.tokens[usize::from(token)].symbol.clone(),
        };
        let liquidation = LiquidationRecord {
            step: self.record.steps.len() as u64,
            time: self.step.time,
            account: call.account as u64,
            keeper: call.keeper as u64,
            debt_symbol: symbol(event.debt_token),
            collateral_symbol: symbol(event.collateral_token),
            repaid_native: event.repay,
            repaid_micro_usd: repaid,
            seized_native: event.seize,
            seized_micro_usd: seized,
            bonus_micro_usd: gain.max(0) as u64,
            insurance_micro_usd: insurance,
            health_factor_before_ppm: before.health_factor_ppm().unwrap_or_default(),
            health_factor_after_ppm: after.health_factor_ppm(),
            cu: call.cu,
        };
        self.liquidated.insert(call.account);
        self.step.liquidations += 1;
        self.step.repaid_micro_usd += repaid;
        let keeper = &mut self.record.keepers[call.keeper];
        keeper.liquidations += 1;
        keeper.repaid_micro_usd += repaid;
        keeper.profit_micro_usd += gain;
        let totals = &mut self.record.totals;
        totals.liquidations += 1;
        if event.debt_token >= MARKET_LEG.into() {
            totals.perps.market_debts += 1;
            totals.perps.waterfall.account_micro_usd += repaid;
        }
        totals.perps.market_profits += u64::from(event.collateral_token >= MARKET_LEG.into());
        totals.repaid_micro_usd += repaid;
        totals.seized_micro_usd += seized;
        totals.bonuses_micro_usd += liquidation.bonus_micro_usd;
        self.record.liquidations.push(liquidation);
    }

    /// A debt that was written off.
    pub(super) fn loss(&mut self, loss: &BankruptcyResolved, view: &View) {
        let price = view.price(loss.token as u8);
        let deficit = micro_usd(price.value_up(loss.deficit));
        self.step.bad_debt_micro_usd += deficit;
        self.record.totals.bad_debt_micro_usd += deficit;
        self.record.totals.socialised_micro_usd += micro_usd(price.value_up(loss.socialised));
    }

    /// A round of keepers.
    pub(super) fn round(&mut self, starved: bool) {
        self.starved += u64::from(starved);
    }

    /// The record, complete.
    pub(super) fn finish(mut self, world: &World, checks: u64, refused: &[u64], elapsed: Duration) -> RunRecord {
        for (keeper, refused) in self.record.keepers.iter_mut().zip(refused) {
            keeper.refused = *refused;
        }
        if self.starved > 0 {
            self.record
                .parameters
                .notes
                .push(format!("In {} rounds no keeper had the capital for what was left to liquidate.", self.starved));
        }
        let totals = &mut self.record.totals;
        totals.accounts_liquidated = self.liquidated.len() as u64;
        totals.tranche_after_micro_usd = self.record.steps.last().map_or(0, |step| step.tranche_micro_usd);
        totals.vaults = world.tokens.iter().map(|token| vault(world, token)).collect();
        totals.invariants_checked = checks;
        totals.wall_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        totals.set_compute_units(&self.record.liquidations, &self.record.closings);
        totals.perps.close();
        self.close_outcome();
        let totals = &self.record.totals;
        if totals.liquidations == 0 {
            self.record.why_none = Some(self.nearest.explain(&self.record));
        }
        self.record
    }
}

/// Dollars × 10^6 of a value, floor; 0 below 0.
pub(super) fn micro_usd(value: Value) -> u64 {
    let raw = value.0.max(0) as u128;
    u64::try_from((raw * 1_000_000) >> 32).unwrap_or(u64::MAX)
}

/// All insurance tranches, of banks and of markets, at the view's prices.
fn tranches(world: &World, view: &View) -> u64 {
    let worth = |token: &crate::world::Token| {
        let bank = world.bank(&token.symbol);
        micro_usd(view.price(token.number).value_down(bank.tranche))
    };
    let index = world.quote_index();
    let markets = world.perps.iter().map(|perp| {
        let tranche = index.amount_down(world.market(&perp.symbol).tranche).unwrap_or(u64::MAX);
        micro_usd(view.price(view.board.quote_token).value_down(tranche))
    });
    world.tokens.iter().map(worth).chain(markets).sum()
}

/// Claims on a token against its vault, as SOL-1 counts them.
fn vault(world: &World, token: &crate::world::Token) -> VaultRecord {
    let books: Books = world.bank(&token.symbol).books();
    let deposits = i128::from(books.deposits().unwrap_or(u64::MAX));
    let debts = i128::from(books.debts().unwrap_or(0));
    let claims = (deposits + i128::from(books.tranche) + i128::from(books.fees) - debts).max(0);
    let vault = world.token_balance(&token.vault);
    VaultRecord {
        symbol: token.symbol.clone(),
        decimals: token.decimals,
        vault_native: vault,
        claims_native: u64::try_from(claims).unwrap_or(u64::MAX),
        surplus_native: i64::try_from(i128::from(vault) - claims).unwrap_or(i64::MAX),
    }
}
