//! Tells indexers what a liquidation did, and where the group keeps receipts what it followed from.

use anchor_lang::prelude::*;
use breakwater_interface::events::{Liquidated, PerpLiquidated};
use breakwater_interface::receipt::{self, LiquidationInputs, LiquidationTold};
use breakwater_margin::health::After;
use breakwater_margin::{Plan, Request, Snapshot, Valuation};

use super::liquidate::{Liquidate, Touched};
use crate::state::receipt::{Draft, Summary, basis};

/// Takes down what a liquidation follows from, before it is carried out.
#[cold]
#[inline(never)]
pub fn take_down(
    accounts: &Liquidate,
    log: AccountView,
    legs: &Snapshot,
    (plan, request): (&Plan, &Request),
    at: (u64, i64),
) -> Draft {
    let told = LiquidationTold {
        most: request.most,
        flag_slot: accounts.liquidatee.flag_slot,
        flag_time: accounts.liquidatee.flag_time,
        calm_at: accounts.board.calm_at,
        debt_room: request.rooms.debt,
        collateral_room: request.rooms.collateral,
        base_room: request.rooms.base,
        config: accounts.board.liquidation,
        reserved: [0; 6],
    };
    let head = LiquidationInputs { basis: basis(&accounts.board, legs, at), told };
    match plan {
        Plan::Spot(_) => Draft::new::<Liquidated, _>(log, &head.basis, &head, legs),
        Plan::Perp(_) => Draft::new::<PerpLiquidated, _>(log, &head.basis, &head, legs),
    }
}

/// The event of a plan, with the valuations before and after it.
pub fn emit_plan(
    accounts: &Liquidate,
    touched: &Touched,
    legs: &Snapshot,
    plan: &Plan,
    (before, after): (&Valuation, &After),
    draft: Option<Draft>,
) -> Result<()> {
    let (account, keeper) = (*accounts.liquidatee.address(), *accounts.keeper_account.address());
    match plan {
        Plan::Spot(plan) => {
            let event = Liquidated::of((account, keeper), legs, plan, (before, after));
            if let Some(draft) = draft {
                let legs = (plan.pair.debt, plan.pair.collateral);
                let (amount, result) = (plan.repay, plan.seize);
                return draft.keep(&event, Summary { account, kind: receipt::SPOT, legs, amount, result });
            }
            emit!(event);
        }
        Plan::Perp(plan) => {
            let Some((live, held)) = &touched.market else { return Ok(()) };
            let event = PerpLiquidated::of((account, keeper), (live.mark, held.position.base), plan, (before, after));
            if let Some(draft) = draft {
                let (legs, amount, result) = ((plan.market, 0), plan.size, plan.fee);
                return draft.keep(&event, Summary { account, kind: receipt::PERP, legs, amount, result });
            }
            emit!(event);
        }
    }
    Ok(())
}
