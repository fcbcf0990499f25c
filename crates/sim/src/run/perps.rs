//! What a step does to perp markets beside liquidations: losses are paid and profits taken, debts to markets are written off,
//! and winners are deleveraged where a pool owes more than it has. And how all of it is told.

use breakwater_client::decode::Event;
use breakwater_client::interface::MarginError;
use breakwater_client::interface::events::{Deleveraged, MarketLossResolved, PerpLiquidated};
use breakwater_client::margin::perp::{Mark, PerpLeg, Purse};
use breakwater_client::margin::{Side, Snapshot, Valuation, Value};

use super::error::Stop;
use super::step::{Simulation, law};
use super::tally::{Call, Tally, micro_usd};
use crate::agents::{PROFIT_STEPS, Problem, View};
use crate::record::{ClosingRecord, MarketStepRecord};
use crate::world::World;

/// A loss is settled once it is this part of the deposit that can pay it: one eighth.
const SETTLE_PART: u64 = 8;

/// Quote units by which a deficit may grow when a position is brought up to date: fractions of funding go to the tranche.
const TOUCH_ROUNDING: u64 = 2;

/// The step at which a provider of liquidity asks for it back.
const LEAVE_STEP: usize = 25;

/// What somebody settles of a position.
struct Settling {
    account: usize,
    market: u8,
    by: Settler,
}

/// Who settles.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Settler {
    /// The owner, who takes profit.
    Owner,
    /// A keeper, who gains nothing by it.
    Keeper,
}

impl Simulation {
    /// Keepers let deposits pay losses that have grown, and profit what its owner owes; now and then winners take what has
    /// matured. Whether anything was settled.
    pub(super) fn settle_positions(&mut self, step: usize, view: &View) -> Result<bool, Stop> {
        let mut legs = Snapshot::default();
        let mut todo: Vec<Settling> = Vec::new();
        for account in 0..self.accounts.len() {
            if view.accounts[account].perps.iter().all(|position| position.is_free()) {
                continue;
            }
            let valuation = view.value(account, &mut legs).map_err(Problem::from)?;
            let quote = |side| legs.tokens.iter().find(|leg| leg.token == legs.quote.token && leg.side == side);
            let paying = quote(Side::Deposit).map_or(0, |leg| leg.amount);
            let owes = quote(Side::Debt).is_some() || valuation.equity < Value::ZERO;
            for leg in &legs.perps {
                let loses = leg.loss() > 0 && paying > 0 && leg.loss() >= paying / SETTLE_PART;
                let gains = leg.loss() == 0 && leg.position.matured > 0;
                let by = match (loses || (gains && owes), step % PROFIT_STEPS == PROFIT_STEPS - 1) {
                    (true, _) => Settler::Keeper,
                    (false, true) if gains => Settler::Owner,
                    _ => continue,
                };
                todo.push(Settling { account, market: leg.terms.market, by });
            }
        }
        let mut any = false;
        for settling in &todo {
            any |= self.settle_position(settling, view)?;
        }
        Ok(any)
    }

    fn settle_position(&mut self, settling: &Settling, view: &View) -> Result<bool, Stop> {
        let Settling { account, market, by } = *settling;
        let symbol = self.world.perps[usize::from(market)].symbol.clone();
        let by = match by {
            Settler::Owner => &self.population.traders[account],
            Settler::Keeper => &self.population.keepers[0].trader,
        };
        let outcome = match self.world.settle(by, &self.accounts[account], &symbol, u64::MAX) {
            Ok(outcome) => outcome,
            Err(failure) => match failure.margin_error() {
                // a pool that has or can pay nothing, an account that needs its profit, or one that another leg has helped
                Some(
                    MarginError::NothingToSettle
                    | MarginError::MarketInDeficit
                    | MarginError::InsufficientHealth
                    | MarginError::NotAccountOwnerOrDelegate,
                ) => return Ok(false),
                _ => return Err(Problem::Refused("settle", failure).into()),
            },
        };
        for event in &outcome.events {
            if let Event::PnlSettled(settled) = event
                && settled.amount < 0
            {
                let paid = micro_usd(view.price(view.board.quote_token).value_down(settled.amount.unsigned_abs()));
                self.tally.record.totals.perps.waterfall.account_micro_usd += paid;
            }
        }
        Ok(true)
    }

    /// A provider of liquidity asks for all of it at one step, and takes it as soon as the cooldown and the pools allow.
    pub(super) fn leave(&mut self, step: usize, view: &View) -> Result<(), Stop> {
        let Some(leaver) = &self.population.leaver else { return Ok(()) };
        for perp in self.world.perps.clone() {
            let Some(liquidity) = self.world.liquidity_of(leaver, &perp.symbol).filter(|held| held.shares > 0) else {
                continue;
            };
            if step < LEAVE_STEP {
                continue;
            }
            let outcome = match self.world.remove_liquidity(leaver, &perp.symbol) {
                Ok(outcome) => outcome,
                Err(failure) => match failure.margin_error() {
                    // nothing asked for yet, or so long ago that it is void
                    Some(MarginError::NoRequest) => {
                        let request = self.world.request_liquidity(leaver, &perp.symbol, liquidity.shares);
                        request.map_err(|failure| Problem::Refused("request_liquidity", failure))?;
                        continue;
                    }
                    Some(
                        MarginError::CooldownNotOver | MarginError::PoolBelowRequirement | MarginError::MarketInDeficit,
                    ) => continue,
                    _ => return Err(Problem::Refused("remove_liquidity", failure).into()),
                },
            };
            for event in &outcome.events {
                if let Event::LiquidityChanged(change) = event {
                    self.checks += 1;
                    if change.amount > liquidity.requested_value {
                        let what = format!("{}: {change:?} pays more than at the request", perp.symbol);
                        return Err(law("NPR-1", what));
                    }
                    let usd = micro_usd(view.price(view.board.quote_token).value_down(change.amount));
                    self.tally.record.totals.perps.withdrawn_micro_usd += usd;
                }
            }
        }
        Ok(())
    }

    /// Writes off what a bankrupt account owes markets, and checks WFL-1 of each; whether there was such a debt.
    pub(super) fn resolve_market_losses(
        &mut self,
        account: usize,
        legs: &Snapshot,
        valuation: &Valuation,
        view: &View,
    ) -> Result<bool, Stop> {
        let mut found = false;
        let lost = |leg: &&PerpLeg| leg.loss() > 0 && valuation.verify_bankrupt(legs, Some(leg.terms.market)).is_ok();
        for leg in legs.perps.iter().filter(lost) {
            found = true;
            let perp = self.world.perps[usize::from(leg.terms.market)].clone();
            let resolved = self.world.resolve_market_loss(&self.accounts[account], &perp.symbol);
            let outcome = resolved.map_err(|failure| Problem::Refused("resolve_bankruptcy", failure))?;
            for event in &outcome.events {
                if let Event::MarketLossResolved(loss) = event {
                    let tranche = self.world.market(&perp.symbol).tranche;
                    let borne =
                        loss.pool + loss.tranche + loss.fund == loss.deficit && (loss.fund == 0 || tranche == 0);
                    self.checks += 1;
                    if !borne {
                        return Err(law("WFL-1", format!("{}: {loss:?} with {tranche} in the tranche", perp.symbol)));
                    }
                    self.tally.market_loss(loss, view);
                }
            }
        }
        Ok(found)
    }

    /// Closes winners of markets in deficit, those with most profit for their size first, as far as the threshold of the
    /// moment allows; whether any was closed.
    pub(super) fn deleverage(&mut self, view: &View) -> Result<bool, Stop> {
        let mut closed = false;
        for perp in self.world.perps.clone() {
            if view.board.markets[usize::from(perp.number)].in_deficit == 0 {
                continue;
            }
            for account in winners(view, perp.number)? {
                let deficit = self.world.deficit(&perp).map_err(Problem::from)?;
                match self.world.deleverage(&self.accounts[account], &perp.symbol) {
                    Ok(outcome) => {
                        closed = true;
                        for event in &outcome.events {
                            if let Event::Deleveraged(event) = event {
                                self.verify_deleveraged(event, deficit)?;
                                self.tally.deleveraged(event, view);
                            }
                        }
                    }
                    Err(failure) => match failure.margin_error() {
                        Some(MarginError::BelowThreshold | MarginError::NotAWinner) => {}
                        Some(MarginError::NoDeficit) => break,
                        _ => return Err(Problem::Refused("deleverage", failure).into()),
                    },
                }
            }
        }
        Ok(closed)
    }

    /// ADL-1: what a winner gives up is what the deficit falls by, and never more than the deficit.
    fn verify_deleveraged(&mut self, event: &Deleveraged, deficit: u64) -> Result<(), Stop> {
        self.checks += 1;
        let deficit = deficit.saturating_add(TOUCH_ROUNDING);
        if event.taken.saturating_add(event.left) <= deficit {
            return Ok(());
        }
        Err(law("ADL-1", format!("a deficit of {deficit} was met by {event:?}")))
    }
}

/// Accounts with profit in a market, greatest part of their notional first.
fn winners(view: &View, market: u8) -> Result<Vec<usize>, Stop> {
    let mut legs = Snapshot::default();
    let mut found: Vec<(u128, usize)> = Vec::new();
    for account in 0..view.accounts.len() {
        if view.accounts[account].find_perp(market).is_none() {
            continue;
        }
        view.value(account, &mut legs).map_err(Problem::from)?;
        let leg = legs.perps.iter().find(|leg| leg.terms.market == market && leg.pnl > 0);
        found.extend(leg.map(|leg| (return_of(leg), account)));
    }
    found.sort_by_key(|(part, account)| (std::cmp::Reverse(*part), *account));
    Ok(found.into_iter().map(|(_, account)| account).collect())
}

/// Profit as a part of the notional, millionths.
fn return_of(leg: &PerpLeg) -> u128 {
    u128::from(leg.pnl.unsigned_abs()) * 1_000_000 / u128::from(leg.notional.up.max(1))
}

impl Tally {
    /// What markets and the fund have before the first step.
    pub(super) fn begin_markets(&mut self, world: &World, view: &View) -> Result<(), Stop> {
        let markets = markets(world, view)?;
        let totals = &mut self.record.totals.perps;
        totals.equity_before_micro_usd = equity(&markets);
        totals.fund_before_micro_usd = fund(world, view)?;
        Ok(())
    }

    /// What stands in markets after a step.
    pub(super) fn end_markets(&mut self, world: &World, view: &View) -> Result<(), Stop> {
        self.step.markets = markets(world, view)?;
        let totals = &mut self.record.totals.perps;
        totals.equity_after_micro_usd = equity(&self.step.markets);
        totals.fund_after_micro_usd = fund(world, view)?;
        Ok(())
    }

    /// A served call that closed a position, with the account's valuation before and after.
    pub(super) fn closing(
        &mut self,
        call: &Call,
        event: &PerpLiquidated,
        (before, after): (&Valuation, &Valuation),
        view: &View,
    ) {
        let usd = |amount: u64| micro_usd(view.price(view.board.quote_token).value_down(amount));
        let settled = usd(event.settled.unsigned_abs()) as i64;
        let (fee, insurance) = (usd(event.fee), usd(event.insurance));
        let closing = ClosingRecord {
            step: self.record.steps.len() as u64,
            time: self.step.time,
            account: call.account as u64,
            keeper: call.keeper as u64,
            symbol: self.record.markets[event.market as usize].symbol.clone(),
            size_native: event.size,
            notional_micro_usd: usd(Mark(event.mark).notional(event.size).down),
            settled_micro_usd: if event.settled < 0 { -settled } else { settled },
            bonus_micro_usd: fee.saturating_sub(insurance),
            insurance_micro_usd: insurance,
            health_factor_before_ppm: before.health_factor_ppm().unwrap_or_default(),
            health_factor_after_ppm: after.health_factor_ppm(),
            cu: call.cu,
        };
        self.liquidated.insert(call.account);
        self.step.liquidations += 1;
        let keeper = &mut self.record.keepers[call.keeper];
        keeper.liquidations += 1;
        keeper.profit_micro_usd += closing.bonus_micro_usd as i64;
        let totals = &mut self.record.totals;
        totals.liquidations += 1;
        totals.bonuses_micro_usd += closing.bonus_micro_usd;
        totals.perps.closings += 1;
        totals.perps.closed_micro_usd += closing.notional_micro_usd;
        totals.perps.waterfall.account_micro_usd += closing.settled_micro_usd.max(0) as u64;
        self.record.closings.push(closing);
    }

    /// A debt to a market that was written off.
    pub(super) fn market_loss(&mut self, loss: &MarketLossResolved, view: &View) {
        let usd = |amount: u64| micro_usd(view.price(view.board.quote_token).value_down(amount));
        self.step.bad_debt_micro_usd += usd(loss.deficit);
        let totals = &mut self.record.totals;
        totals.bad_debt_micro_usd += usd(loss.deficit);
        totals.perps.write_offs += 1;
        totals.perps.loss_micro_usd += usd(loss.deficit);
        totals.perps.waterfall.tranche_micro_usd += usd(loss.tranche);
        totals.perps.waterfall.pool_micro_usd += usd(loss.pool);
        totals.perps.waterfall.fund_micro_usd += usd(loss.fund);
    }

    /// A winner that was closed.
    pub(super) fn deleveraged(&mut self, event: &Deleveraged, view: &View) {
        let usd = |amount: u64| micro_usd(view.price(view.board.quote_token).value_down(amount));
        let totals = &mut self.record.totals.perps;
        totals.deleveraged += 1;
        totals.waterfall.adl_micro_usd += usd(event.taken);
    }
}

/// Every market at a view's prices.
fn markets(world: &World, view: &View) -> Result<Vec<MarketStepRecord>, Stop> {
    let index = world.quote_index();
    let usd = |amount: u64| micro_usd(view.price(view.board.quote_token).value_down(amount));
    let of = |(perp, mark): (&crate::world::Perp, &Mark)| {
        let market = world.market(&perp.symbol);
        let books = market.books();
        let equity = books.equity(*mark, index, market.config.skew_scale)?;
        let size = usd(u64::try_from(equity.unsigned_abs()).unwrap_or(u64::MAX)) as i64;
        Ok(MarketStepRecord {
            equity_micro_usd: if equity < 0 { -size } else { size },
            assets_micro_usd: usd(books.worth(Purse::Pool, index)?),
            deficit_micro_usd: usd(books.deficit(*mark, index)?),
            tranche_micro_usd: usd(books.worth(Purse::Tranche, index)?),
            long_micro_usd: usd(mark.notional(books.long).down),
            short_micro_usd: usd(mark.notional(books.short).down),
        })
    };
    let all: Result<_, MarginError> = world.perps.iter().zip(&view.marks).map(of).collect();
    Ok(all.map_err(Problem::from)?)
}

fn equity(markets: &[MarketStepRecord]) -> i64 {
    markets.iter().map(|market| market.equity_micro_usd).sum()
}

fn fund(world: &World, view: &View) -> Result<u64, Stop> {
    let Some(fund) = world.insurance_fund() else { return Ok(0) };
    let amount = world.quote_index().amount_down(fund.shares).map_err(MarginError::from).map_err(Problem::from)?;
    Ok(micro_usd(view.price(view.board.quote_token).value_down(amount)))
}
