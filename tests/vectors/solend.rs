//! Solend, `calculate_liquidation_test_cases` (token-lending/sdk/src/state/reserve.rs).
//!
//! What maps: the collateral that a repayment buys at a fixed bonus (floor), the repayment that a too small collateral
//! limits, and the rule that small debts are closed whole. What does not: the close factor of 20 % (ours is the closed form
//! of the size; a request stands in for it where it is a quarter of that at least), the bonus of an insolvent account (ours
//! is 0; a third deposit keeps the accounts here solvent), and the rounding of a withdrawal up to one unit (below).

use breakwater_client::margin::{Refusal, Side};

use crate::{COLLATERAL, DEBT, TOKEN, leg, params, plan, solvent};

/// One of Solend's cases: its units are our tokens.
struct Case {
    /// Units owed, and dollars for all of them as a fraction.
    borrow: (u64, (u64, u64)),
    /// Units held, and dollars for all of them as a fraction.
    deposit: (u64, (u64, u64)),
    /// Bonus, bps.
    bonus: u32,
    /// What the close factor allows, units; all without one.
    request: Option<u64>,
    /// Weight of the debt that makes the account need at least as much as the case closes, bps.
    weight: u32,
    /// Dollars of dust.
    dust: u32,
}

impl Case {
    /// Repaid and withdrawn, in units of 2^-20.
    fn run(&self) -> Result<(u64, u64), Refusal> {
        let legs = vec![
            leg(DEBT, Side::Debt, self.borrow.0 * TOKEN, self.borrow.1, self.weight),
            leg(COLLATERAL, Side::Deposit, self.deposit.0 * TOKEN, self.deposit.1, 9_000),
            solvent(),
        ];
        let request = self.request.map_or(u64::MAX, |units| units * TOKEN);
        plan(legs, &params(self.bonus, self.dust), request).map(|plan| (plan.repay, plan.seize))
    }

    /// Repaid and withdrawn in whole units: repaid up, withdrawn down, as Solend has it. A price that is no multiple of
    /// 2^-64 moves the repayment by a few of the 2^20 parts of a unit at most; that much is taken off before rounding up.
    fn whole(&self) -> (u64, u64) {
        let (repay, withdraw) = self.run().unwrap_or_else(|refusal| panic!("{refusal:?}"));
        (repay.saturating_sub(4).div_ceil(TOKEN), (withdraw + 4) / TOKEN)
    }
}

fn case(borrow: (u64, (u64, u64)), deposit: (u64, (u64, u64))) -> Case {
    Case { borrow, deposit, bonus: 500, request: None, weight: 12_000, dust: 0 }
}

#[test]
fn a_repayment_buys_collateral_with_five_percent_on_top() {
    let case = Case { request: Some(160), ..case((800, (80, 1)), (1_000, (100, 1))) };
    assert_eq!(case.whole(), (160, 168));
}

#[test]
fn collateral_that_is_just_enough_goes_whole() {
    assert_eq!(case((8_000, (2_000, 1)), (1_680, (420, 1))).whole(), (1_600, 1_680));
}

#[test]
fn too_little_collateral_limits_the_repayment() {
    assert_eq!(case((8_000, (2_000, 1)), (840, (210, 1))).whole(), (800, 840));
}

#[test]
fn a_small_debt_is_closed_whole_and_the_withdrawal_rounded_down() {
    // $0.50 · 1.05 = $0.525 at $0.01 a unit
    let case = Case { weight: 22_000, dust: 10, ..case((100, (1, 2)), (100, (1, 1))) };
    assert_eq!(case.whole(), (100, 52));
}

#[test]
fn a_small_debt_with_collateral_that_is_just_enough_goes_whole() {
    let case = Case { dust: 10, ..case((1, (1, 1)), (1_000, (105, 100))) };
    assert_eq!(case.whole(), (1, 1_000));
}

#[test]
fn a_small_debt_with_too_little_collateral_is_limited_by_it() {
    let case = Case { dust: 10, ..case((10, (1, 1)), (10, (525, 1_000))) };
    assert_eq!(case.whole(), (5, 10));
}

/// Solend closes 20 of 100 here. With deposit and debt of one value and no bonus our size is all of the debt, and a request
/// of 20 is below a quarter of it; what maps is that collateral goes at par.
#[test]
fn without_a_bonus_collateral_goes_at_par() {
    let par = |request| Case { bonus: 0, request: Some(request), ..case((100, (100, 1)), (100, (100, 1))) };
    assert_eq!(par(20).run(), Err(Refusal::RequestTooSmall));
    assert_eq!(par(25).whole(), (25, 25));
}

/// A debt of $1 in one unit against one unit worth $10. Solend rounds the withdrawal of 0.105 units up to one; ours is
/// rounded down, because the keeper never receives the fraction. In 2^-20 parts of a unit: floor(0.105 · 2^20).
#[test]
fn a_withdrawal_is_not_rounded_up_to_one_unit() {
    // The collateral counts so little that the account needs the whole debt closed.
    let legs = vec![
        leg(DEBT, Side::Debt, TOKEN, (1, 1), 12_000),
        leg(COLLATERAL, Side::Deposit, TOKEN, (10, 1), 500),
        solvent(),
    ];
    let plan = plan(legs, &params(500, 10), u64::MAX).unwrap_or_else(|refusal| panic!("{refusal:?}"));
    assert_eq!((plan.repay, plan.seize), (TOKEN, 110_100));
}
