//! From a risk board and a margin account to the mathematics' snapshot. The only place that turns shares into legs.

use breakwater_margin::{Index, Interval, MathError, Side, Snapshot, TokenLeg, price};

use crate::accounts::{MAX_FEEDS, MAX_TOKENS, MarginAccount, RiskBoard, TokenPosition};
use crate::errors::MarginError;

/// A bank's own accrued indices, which an instruction that touches the bank uses in place of the board's snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnIndex {
    /// Number of the token.
    pub token: u8,
    /// Deposit index.
    pub deposit: Index,
    /// Borrow index.
    pub borrow: Index,
}

/// Fills a snapshot of an account.
///
/// Formula:  amount = shares × index; deposits floor, debts ceil       (docs/spec.md §3.1)
/// Units:    now: unix seconds; own: accrued indices of the banks that the instruction touches
/// Errors:   MathOverflow
#[inline]
pub fn build(
    snapshot: &mut Snapshot,
    board: &RiskBoard,
    account: &MarginAccount,
    own: &[OwnIndex],
    now: i64,
) -> Result<(), MarginError> {
    snapshot.clear();
    for position in account.tokens.iter().filter(|position| !position.is_free()) {
        let token = &board.tokens[usize::from(position.token) % MAX_TOKENS];
        let index = match own.iter().find(|own| own.token == position.token) {
            Some(own) => *own,
            None => {
                snapshot.index_age = snapshot.index_age.max(price::age(token.index_time, now));
                OwnIndex {
                    token: position.token,
                    deposit: Index(token.deposit_index),
                    borrow: Index(token.borrow_index),
                }
            }
        };
        let feed = &board.feeds[usize::from(token.feed) % MAX_FEEDS];
        let interval = Interval::at(&feed.oracle.judge(), &feed.state(), now);
        snapshot.tokens.push(leg(position, &index, interval, token)?);
    }
    Ok(())
}

#[inline(always)]
fn leg(
    position: &TokenPosition,
    index: &OwnIndex,
    interval: Interval,
    token: &crate::accounts::TokenRisk,
) -> Result<TokenLeg, MathError> {
    let side = position.side();
    let (amount, weights) = match side {
        Side::Deposit => (index.deposit.amount_down(position.shares)?, token.weights.asset()),
        Side::Debt => (index.borrow.amount_up(position.shares)?, token.weights.liability()),
    };
    Ok(TokenLeg::new(position.token, side, amount, interval, weights))
}
