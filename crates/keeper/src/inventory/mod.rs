//! The keeper's inventory: what it may take over, what it keeps in its margin account, and what it does with the rest.
//!
//! No swap is built in. What was seized is withdrawn to the wallet, and debts are repaid from the wallet; between the two people,
//! or a program of theirs, sell and buy where they like.

mod after;
mod net;
mod shape;

use std::collections::BTreeMap;

use breakwater_client::interface::snapshot::{self, Own};
use breakwater_client::interface::{MarginAccount, MarginError, RiskBoard};
use breakwater_client::margin::price::MAX_AGE_LIQUIDATION;
use breakwater_client::margin::{Plan, Refusal, Snapshot, Value, health};

pub use after::after;
pub use net::{BankSeen, Step, WalletToken, net, token_wallet};
pub use shape::Inventory;

/// A keeper may ask for a quarter of the program's plan at least.
const LEAST_PART: u64 = 4;
/// Steps of the search for the largest size that fits.
const HALVINGS: u32 = 24;

/// What the keeper holds and risks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// What to keep deposited, native units by number of the token; nothing of what is not named.
    pub hold: BTreeMap<u8, u64>,
    /// The most that all tokens but the quote token may come to, deposits and debts.
    pub most_exposure: Value,
    /// Equity below which nothing is taken over.
    pub least_equity: Value,
    /// Whether the wallet repays the margin account's debts.
    pub repay: bool,
    /// Whether the wallet's tokens are deposited as far as `hold` has room.
    pub deposit: bool,
    /// Whether what is beyond `hold` is withdrawn to the wallet.
    pub withdraw: bool,
}

impl Rules {
    /// No limits, and nothing is moved.
    pub const FREE: Rules = Rules {
        hold: BTreeMap::new(),
        most_exposure: Value(i128::MAX),
        least_equity: Value(i128::MIN),
        repay: false,
        deposit: false,
        withdraw: false,
    };
}

/// Why a keeper takes nothing over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Cannot {
    /// Its tokens would be worth more than the rules allow.
    #[error("the tokens that are not the quote token would come to more than the rules allow")]
    Exposure,
    /// Its equity is too low.
    #[error("the keeper's equity is below what the rules demand")]
    Equity,
    /// Its margin account cannot answer for it.
    #[error("the keeper's margin account cannot take it over: {}", .0.message())]
    Health(MarginError),
    /// The plan cannot be computed.
    #[error("the plan does not hold any more: {}", .0.message())]
    Plan(MarginError),
}

/// The keeper's own margin account as it stands.
#[derive(Clone, Copy)]
pub struct Mine<'a> {
    /// The account.
    pub account: &'a MarginAccount,
    /// The group's board, with the prints that will be on it.
    pub board: &'a RiskBoard,
    /// Unix time, seconds.
    pub now: i64,
}

impl Mine<'_> {
    fn legs(&self, account: &MarginAccount) -> Result<Snapshot, MarginError> {
        let mut legs = Snapshot::default();
        snapshot::build(&mut legs, self.board, account, &Own::default(), self.now)?;
        Ok(legs)
    }

    /// What all tokens but the quote token come to.
    ///
    /// Formula:  Σ over tokens of deposit or debt, at mid
    /// Rounding: deposits floor, debts ceil
    fn exposure(&self, legs: &Snapshot) -> Value {
        let others = legs.tokens.iter().filter(|leg| !self.board.is_quote(leg.token));
        others.fold(Value::ZERO, |sum, leg| sum.plus(leg.value).unwrap_or(Value(i128::MAX)))
    }

    /// Whether the rules and the program let the account become another.
    ///
    /// Formula:  H_init ≥ 0, or nothing owed;  exposure ≤ limit, or not more than before;  equity ≥ limit
    /// Errors:   the first of these that does not hold
    pub(crate) fn verify(&self, rules: &Rules, after: &MarginAccount) -> Result<(), Cannot> {
        let legs = self.legs(after).map_err(Cannot::Health)?;
        if !after.is_riskless() {
            health::verify_initial(&legs, MAX_AGE_LIQUIDATION).map_err(|error| Cannot::Health(error.into()))?;
        }
        let (is, was) = (self.exposure(&legs), self.legs(self.account).map(|legs| self.exposure(&legs)));
        if is > rules.most_exposure && !was.is_ok_and(|was| is <= was) {
            return Err(Cannot::Exposure);
        }
        let valuation = health::value(&legs).map_err(|error| Cannot::Health(error.into()))?;
        if valuation.equity < rules.least_equity { Err(Cannot::Equity) } else { Ok(()) }
    }
}

/// The most that the keeper asks for of a plan: all of it, or as much as rules and health let it take over, but at least the
/// quarter that the program serves.
///
/// Formula:  the largest size, by halving, whose plan [`Mine::verify`] accepts
/// Units:    native units of the debt, or base units; `replan`: the plan for a size
/// Rounding: down, by less than 2^−24 of the plan
///
/// # Errors
/// Even the least is too much.
pub fn limit(
    rules: &Rules,
    mine: &Mine,
    plan: &Plan,
    replan: impl Fn(u64) -> Result<Plan, Refusal>,
) -> Result<u64, Cannot> {
    let verify = |plan: &Plan| {
        let changed = after(mine, plan).map_err(Cannot::Health)?;
        mine.verify(rules, &changed)
    };
    let whole = match plan {
        Plan::Spot(plan) => plan.repay,
        // A position is closed against its market: the keeper only gets its fee.
        Plan::Perp(_) => return verify(plan).map(|()| u64::MAX),
    };
    let Err(denied) = verify(plan) else { return Ok(u64::MAX) };
    let at = |most| replan(most).map_err(|refusal| Cannot::Plan(refusal.into())).and_then(|plan| verify(&plan));
    let mut fits = whole.div_ceil(LEAST_PART);
    at(fits).map_err(|cannot| match cannot {
        // The plan was a part already: the program serves no smaller one.
        Cannot::Plan(_) => denied,
        cannot => cannot,
    })?;
    let mut too_much = whole;
    for _ in 0..HALVINGS {
        if too_much - fits <= 1 {
            break;
        }
        let middle = fits + (too_much - fits) / 2;
        match at(middle) {
            Ok(()) => fits = middle,
            Err(_) => too_much = middle,
        }
    }
    Ok(fits)
}
