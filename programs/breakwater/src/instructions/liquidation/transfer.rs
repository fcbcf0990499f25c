//! Carries a plan out on accounts, banks and a market.

use breakwater_interface::{Bank, MarginAccount, MarginError};
use breakwater_margin::lending::Books;
use breakwater_margin::liquidation::{PerpPlan, Settled};
use breakwater_margin::perp::Ratio;
use breakwater_margin::position::MARKET_LEG;
use breakwater_margin::{Plan, SpotPlan};

use super::liquidate::Touched;
use crate::state::Held;
use crate::state::{Ledger, Live};

type Done = core::result::Result<(), MarginError>;

/// What the plan takes from the liquidatee and the keeper, and gives to them.
pub fn transfer(
    liquidatee: &mut MarginAccount,
    keeper: &mut MarginAccount,
    bank: &Bank,
    touched: &mut Touched,
    plan: &Plan,
) -> Done {
    match plan {
        Plan::Spot(plan) => {
            repay(liquidatee, keeper, bank.token, touched, plan)?;
            seize(liquidatee, keeper, touched, plan)
        }
        Plan::Perp(plan) => {
            let (live, held) = touched.market.as_mut().ok_or(MarginError::LegAccounts)?;
            close(liquidatee, keeper, bank.token, &mut touched.debt, (live, held), plan)
        }
    }
}

/// The keeper pays R and the insurance share: a debt to a bank, or to a market.
fn repay(
    liquidatee: &mut MarginAccount,
    keeper: &mut MarginAccount,
    token: u8,
    touched: &mut Touched,
    plan: &SpotPlan,
) -> Done {
    let books = &mut touched.debt;
    let paid = plan.repay.checked_add(plan.insurance).ok_or(MarginError::MathOverflow)?;
    match &mut touched.market {
        Some((live, held)) if plan.pair.debt >= MARKET_LEG => {
            Ledger { account: keeper, books, token }.debit(paid)?;
            live.books.receive(books.mint_deposit(plan.repay)?)?;
            let insurance = books.mint_deposit(plan.insurance)?;
            live.books.tranche = live.books.tranche.checked_add(insurance).ok_or(MarginError::MathOverflow)?;
            live.books.settle_loss(&mut held.position, plan.repay)?;
            live.hold(liquidatee, held);
        }
        _ => {
            Ledger { account: liquidatee, books, token }.credit(plan.repay)?;
            books.tranche = books.tranche.checked_add(plan.insurance).ok_or(MarginError::MathOverflow)?;
            Ledger { account: keeper, books, token }.debit(paid)?;
        }
    }
    Ok(())
}

/// The keeper receives S: of a deposit, or of profit that has matured.
fn seize(liquidatee: &mut MarginAccount, keeper: &mut MarginAccount, touched: &mut Touched, plan: &SpotPlan) -> Done {
    let books = touched.collateral.as_mut().ok_or(MarginError::LegAccounts)?;
    match &mut touched.market {
        Some((live, held)) if plan.pair.collateral >= MARKET_LEG => {
            let settlement = live.books.settle_profit(&mut held.position, plan.seize, Ratio::ONE, live.index)?;
            let token = touched.quote_token;
            Ledger { account: keeper, books, token }.take_over(settlement.paid, settlement.shares)?;
            live.hold(liquidatee, held);
        }
        _ => {
            let token = plan.pair.collateral;
            Ledger { account: liquidatee, books, token }.debit(plan.seize)?;
            Ledger { account: keeper, books, token }.credit(plan.seize)?;
        }
    }
    Ok(())
}

/// The account settles what it can, its position is closed at the mark, and the fee is paid out of the pool.
fn close(
    liquidatee: &mut MarginAccount,
    keeper: &mut MarginAccount,
    token: u8,
    books: &mut Books,
    (live, held): (&mut Live, &mut Held),
    plan: &PerpPlan,
) -> Done {
    let mut ledger = Ledger { account: liquidatee, books, token };
    match plan.settlement {
        Settled::Nothing => {}
        Settled::Loss(amount) => {
            let (amount, shares) = ledger.hand_over(amount)?;
            live.books.receive(shares)?;
            live.books.settle_loss(&mut held.position, amount)?;
        }
        Settled::Profit(amount) => {
            let settlement = live.books.settle_profit(&mut held.position, amount, Ratio::ONE, live.index)?;
            ledger.take_over(settlement.paid, settlement.shares)?;
        }
    }
    live.books.close_at_mark(&mut held.position, plan.size, live.mark)?;
    let (paid, shares) = live.books.charge(&mut held.position, plan.fee, plan.insurance, live.index)?;
    live.books.cap_profit(&mut held.position, live.mark)?;
    live.hold(liquidatee, held);
    Ledger { account: keeper, books, token }.take_over(paid, shares)
}
