//! Tells indexers what a liquidation did.

use anchor_lang::prelude::*;
use breakwater_interface::events::{Liquidated, PerpLiquidated};
use breakwater_margin::health::After;
use breakwater_margin::liquidation::{PerpPlan, Settled};
use breakwater_margin::position::MARKET_LEG;
use breakwater_margin::{Plan, Snapshot, SpotPlan, Valuation};

use super::liquidate::{Liquidate, Touched};

/// The event of a plan, with the valuations before and after it.
pub fn emit_plan(
    accounts: &Liquidate,
    touched: &Touched,
    legs: &Snapshot,
    plan: &Plan,
    valuations: (&Valuation, &After),
) {
    match plan {
        Plan::Spot(plan) => emit_spot(accounts, legs, plan, valuations),
        Plan::Perp(plan) => emit_perp(accounts, touched, plan, valuations),
    }
}

fn emit_spot(accounts: &Liquidate, legs: &Snapshot, plan: &SpotPlan, (before, after): (&Valuation, &After)) {
    let price = |number: u8| match number < MARKET_LEG {
        true => legs.tokens.iter().find(|leg| leg.token == number).map_or(0, |leg| leg.price.mid.0),
        false => legs.quote.price.mid.0,
    };
    emit!(Liquidated {
        liquidatee: *accounts.liquidatee.address(),
        keeper: *accounts.keeper_account.address(),
        repay: plan.repay,
        insurance: plan.insurance,
        seize: plan.seize,
        debt_price: price(plan.pair.debt),
        collateral_price: price(plan.pair.collateral),
        equity_before: before.equity.to_e8(),
        equity_after: after.equity.to_e8(),
        health_before: before.maintenance.to_e8(),
        health_after: after.maintenance.to_e8(),
        requirement: before.requirement.to_e8(),
        bonus: plan.bonus,
        debt_token: plan.pair.debt.into(),
        collateral_token: plan.pair.collateral.into(),
    });
}

fn emit_perp(accounts: &Liquidate, touched: &Touched, plan: &PerpPlan, (before, after): (&Valuation, &After)) {
    let Some((live, held)) = &touched.market else { return };
    emit!(PerpLiquidated {
        liquidatee: *accounts.liquidatee.address(),
        keeper: *accounts.keeper_account.address(),
        size: plan.size,
        mark: live.mark.0,
        settled: match plan.settlement {
            Settled::Nothing => 0,
            Settled::Loss(amount) => amount as i64,
            Settled::Profit(amount) => -(amount as i64),
        },
        fee: plan.fee,
        insurance: plan.insurance,
        equity_before: before.equity.to_e8(),
        equity_after: after.equity.to_e8(),
        health_before: before.maintenance.to_e8(),
        health_after: after.maintenance.to_e8(),
        requirement: before.requirement.to_e8(),
        base: held.position.base,
        market: plan.market.into(),
    });
}
