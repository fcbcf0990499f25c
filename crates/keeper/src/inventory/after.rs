//! The keeper's margin account after it has carried a plan out, the twin of what the program does to it.

use breakwater_client::interface::accounts::{SIDE_DEBT, SIDE_DEPOSIT, TokenPosition};
use breakwater_client::interface::{MarginAccount, MarginError};
use breakwater_client::margin::position::MARKET_LEG;
use breakwater_client::margin::{Index, Plan};
use bytemuck::Zeroable;

use super::Mine;

/// The account after a plan: it pays R and the insurance share, and receives S, or a position's fee.
///
/// Formula:  what is paid comes from the deposit and then is a debt; what is received repays the debt and then is a deposit
///           (docs/spec.md §5.5)
/// Units:    shares of the board's index snapshots
/// Rounding: as the program: deposits floor, debts ceil; the banks' own indices are at most a snapshot's age newer
/// Errors:   TokenSlotsFull, MathOverflow
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

/// Deposit and borrow index of a token.
fn indices(mine: &Mine, token: u8) -> Result<(Index, Index), MarginError> {
    let risk = mine.board.tokens.get(usize::from(token)).ok_or(MarginError::TokenNotListed)?;
    Ok((Index(risk.deposit_index), Index(risk.borrow_index)))
}

fn slot(account: &MarginAccount, token: u8) -> Result<usize, MarginError> {
    let free = || account.tokens.iter().position(TokenPosition::is_free);
    account.find(token).or_else(free).ok_or(MarginError::TokenSlotsFull)
}

fn set(account: &mut MarginAccount, slot: usize, token: u8, side: u8, shares: u64) {
    account.tokens[slot] = match shares {
        0 => TokenPosition::zeroed(),
        _ => TokenPosition { shares, token, side, reserved: [0; 6] },
    };
}

/// Takes an amount: the deposit first, the rest as a debt.
pub(super) fn debit(mine: &Mine, account: &mut MarginAccount, token: u8, amount: u64) -> Result<(), MarginError> {
    if amount == 0 {
        return Ok(());
    }
    let ((deposit, borrow), slot) = (indices(mine, token)?, slot(account, token)?);
    let TokenPosition { shares, side, .. } = account.tokens[slot];
    let (mut rest, mut owed) = (amount, 0);
    if side == SIDE_DEPOSIT {
        let owned = deposit.amount_down(shares)?;
        if amount < owned {
            let left = shares.saturating_sub(deposit.shares_up(amount)?);
            set(account, slot, token, SIDE_DEPOSIT, left);
            return Ok(());
        }
        rest = amount - owned;
    } else {
        owed = shares;
    }
    let more = borrow.shares_up(rest)?;
    set(account, slot, token, SIDE_DEBT, owed.checked_add(more).ok_or(MarginError::MathOverflow)?);
    Ok(())
}

/// Gives an amount: the debt first, the rest as a deposit.
pub(super) fn credit(mine: &Mine, account: &mut MarginAccount, token: u8, amount: u64) -> Result<(), MarginError> {
    if amount == 0 {
        return Ok(());
    }
    let ((deposit, borrow), slot) = (indices(mine, token)?, slot(account, token)?);
    let TokenPosition { shares, side, .. } = account.tokens[slot];
    let (mut rest, mut owned) = (amount, 0);
    if side == SIDE_DEBT {
        let owed = borrow.amount_up(shares)?;
        if amount < owed {
            let left = shares.saturating_sub(borrow.shares_down(amount)?);
            set(account, slot, token, SIDE_DEBT, left);
            return Ok(());
        }
        rest = amount - owed;
    } else {
        owned = shares;
    }
    let more = deposit.shares_down(rest)?;
    set(account, slot, token, SIDE_DEPOSIT, owned.checked_add(more).ok_or(MarginError::MathOverflow)?);
    Ok(())
}
