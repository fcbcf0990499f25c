//! Events of what the mathematics decided; the program logs them, and a receipt that is replayed must give them again.

use breakwater_margin::health::After;
use breakwater_margin::liquidation::PerpPlan;
use breakwater_margin::perp::{Deleveraged as Step, Mark};
use breakwater_margin::position::MARKET_LEG;
use breakwater_margin::waterfall::{Loss, MarketLoss};
use breakwater_margin::{Index, NativeAmount, Snapshot, SpotPlan, Valuation};

use crate::Address;
use crate::events::{BankruptcyResolved, Deleveraged, Liquidated, MarketLossResolved, PerpLiquidated};

/// The account under water and the keeper's.
pub type Parties = (Address, Address);

impl Liquidated {
    /// The event of a repayment for collateral.
    #[inline(always)]
    pub fn of(
        (liquidatee, keeper): Parties,
        legs: &Snapshot,
        plan: &SpotPlan,
        (before, after): (&Valuation, &After),
    ) -> Liquidated {
        let price = |number: u8| match number < MARKET_LEG {
            true => legs.tokens.iter().find(|leg| leg.token == number).map_or(0, |leg| leg.price.mid.0),
            false => legs.quote.price.mid.0,
        };
        Liquidated {
            liquidatee,
            keeper,
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
        }
    }
}

impl PerpLiquidated {
    /// The event of a position that was closed; `base` is what is left of it.
    #[inline(always)]
    pub fn of(
        (liquidatee, keeper): Parties,
        (mark, base): (Mark, i64),
        plan: &PerpPlan,
        (before, after): (&Valuation, &After),
    ) -> PerpLiquidated {
        PerpLiquidated {
            liquidatee,
            keeper,
            size: plan.size,
            mark: mark.0,
            settled: plan.settlement.signed(),
            fee: plan.fee,
            insurance: plan.insurance,
            equity_before: before.equity.to_e8(),
            equity_after: after.equity.to_e8(),
            health_before: before.maintenance.to_e8(),
            health_after: after.maintenance.to_e8(),
            requirement: before.requirement.to_e8(),
            base,
            market: plan.market.into(),
        }
    }
}

impl BankruptcyResolved {
    /// The event of a debt to a bank that was written off.
    #[inline(always)]
    pub fn of(account: Address, loss: &Loss, token: u8, (index, reduce_only): (Index, u8)) -> BankruptcyResolved {
        BankruptcyResolved {
            account,
            deficit: loss.deficit,
            tranche: loss.tranche,
            fund: loss.fund,
            socialised: loss.socialised,
            deposit_index: index.0,
            token: token.into(),
            reduce_only: reduce_only.into(),
        }
    }
}

impl MarketLossResolved {
    /// The event of a debt to a market that was written off; `left` is the deficit afterwards.
    #[inline(always)]
    pub fn of(account: Address, loss: &MarketLoss, left: NativeAmount, market: u8) -> MarketLossResolved {
        MarketLossResolved {
            account,
            deficit: loss.deficit,
            tranche: loss.tranche,
            pool: loss.pool,
            fund: loss.fund,
            left,
            market: market.into(),
        }
    }
}

impl Deleveraged {
    /// The event of a deleveraging; `left` is the deficit afterwards.
    #[inline(always)]
    pub fn of(account: Address, step: &Step, mark: Mark, left: NativeAmount, market: u8) -> Deleveraged {
        Deleveraged {
            account,
            closed: step.closed,
            mark: mark.0,
            taken: step.taken,
            secured: step.secured,
            left,
            market: market.into(),
        }
    }
}
