//! The keeper's margin account after it has carried a plan out: the program's own ledger, at the board's indices.

use breakwater_client::interface::accounts::{SIDE_DEBT, SIDE_DEPOSIT};
use breakwater_client::interface::act::ledger::Ledger;
use breakwater_client::interface::{MarginAccount, MarginError};
use breakwater_client::margin::lending::Books;
use breakwater_client::margin::position::MARKET_LEG;
use breakwater_client::margin::{Index, Plan};

use super::Mine;

/// The account after a plan: it pays R and the insurance share, and receives S, or a position's fee.
///
/// Formula:  what is paid comes from the deposit and then is a debt; what is received repays the debt and then is a deposit
///           (docs/spec.md §5.5)
/// Units:    shares of the board's index snapshots
/// Rounding: as the program: deposits floor, debts ceil; the banks' own indices are at most a snapshot's age newer
/// Errors:   TokenNotListed, TokenSlotsFull, MathOverflow
pub fn after(mine: &Mine, plan: &Plan) -> Result<MarginAccount, MarginError> {
    let mut account = *mine.account;
    let quote = mine.board.quote_token;
    let token = |leg: u8| if leg < MARKET_LEG { leg } else { quote };
    match plan {
        Plan::Spot(plan) => {
            let paid = plan.repay.checked_add(plan.insurance).ok_or(MarginError::MathOverflow)?;
            debit(mine, &mut account, token(plan.pair.debt), paid)?;
            credit(mine, &mut account, token(plan.pair.collateral), plan.seize)?;
        }
        Plan::Perp(plan) => credit(mine, &mut account, quote, plan.fee.saturating_sub(plan.insurance))?,
    }
    Ok(account)
}

/// A token's books at the board's indices, as if the account were alone in the bank: others' shares do not matter here.
fn books(mine: &Mine, account: &MarginAccount, token: u8) -> Result<Books, MarginError> {
    let risk = mine.board.tokens.get(usize::from(token)).ok_or(MarginError::TokenNotListed)?;
    let held = account.find(token).map(|slot| account.tokens[slot]);
    let shares = |side: u8| held.filter(|held| held.side == side).map_or(0, |held| held.shares);
    Ok(Books {
        deposit_index: Index(risk.deposit_index),
        borrow_index: Index(risk.borrow_index),
        deposit_shares: shares(SIDE_DEPOSIT),
        borrow_shares: shares(SIDE_DEBT),
        ..Books::default()
    })
}

/// Takes an amount: the deposit first, the rest as a debt.
pub(super) fn debit(mine: &Mine, account: &mut MarginAccount, token: u8, amount: u64) -> Result<(), MarginError> {
    let mut books = books(mine, account, token)?;
    Ledger { account, books: &mut books, token }.debit(amount)
}

/// Gives an amount: the debt first, the rest as a deposit.
fn credit(mine: &Mine, account: &mut MarginAccount, token: u8, amount: u64) -> Result<(), MarginError> {
    let mut books = books(mine, account, token)?;
    Ledger { account, books: &mut books, token }.credit(amount)
}
