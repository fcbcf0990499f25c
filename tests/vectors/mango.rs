//! Mango v4, `test_liq_tokens` (programs/mango-v4/tests/cases/test_liq_tokens.rs), in both of its published forms: fees of
//! 1 % for the liquidator on each side (1.02 in its comments), and with 1 % for the platform on top (1.02², that is 1.0404).
//!
//! What maps: all prices but one are $1, weights are 0.6 and 1.4 at the level where a liquidation stops, and its closed form
//! is ours: needed = −health / (P·(v − w·(1 + β))), with 1 + β for the product of both sides' fees; cost = needed·P·(1 + β).
//! What does not: the order of pairs (the caller's there, the program's here), the fees' split, loan origination fees and
//! the rounding of balances to whole tokens in its assertions.

use breakwater_client::margin::{Side, SpotPlan, TokenLeg};

use crate::{COLLATERAL, DEBT, TOKEN, leg, params, plan, solvent};

const ASSET: u32 = 6_000;
const LIABILITY: u32 = 14_000;

/// Hundredths of a token, to the nearest.
fn hundredths(units: u64) -> u64 {
    (units * 100 + TOKEN / 2) / TOKEN
}

/// A deposit of $1 tokens.
fn deposit(tokens: u64) -> TokenLeg {
    leg(COLLATERAL, Side::Deposit, tokens * TOKEN, (tokens, 1), ASSET)
}

/// A debt of tokens at a price.
fn debt(tokens: u64, price: u64) -> TokenLeg {
    leg(DEBT, Side::Debt, tokens * TOKEN, (tokens * price, 1), LIABILITY)
}

fn planned(legs: Vec<TokenLeg>, bonus: u32) -> SpotPlan {
    plan(legs, &params(bonus, 0), u64::MAX).unwrap_or_else(|refusal| panic!("{refusal:?}"))
}

#[test]
fn twenty_tokens_pay_for_what_the_fees_leave_of_them() {
    for (bonus, repaid) in [(404, 1_922), (200, 1_961)] {
        let plan = planned(vec![debt(50, 1), deposit(20), solvent()], bonus);
        assert_eq!((hundredths(plan.repay), plan.seize), (repaid, 20 * TOKEN), "20 / (1 + {bonus} bps)");
    }
}

#[test]
fn thirty_one_tokens_cost_the_fees_on_top() {
    for (bonus, cost) in [(404, 3_225), (200, 3_162)] {
        // The other debt keeps the account under water, so that all of this one is repaid; its price is too old to repay it.
        let mut other = TokenLeg { token: 2, ..debt(350, 2) };
        other.price.age = 61;
        let plan = planned(vec![debt(31, 1), deposit(1_000), other], bonus);
        assert_eq!((plan.repay, hundredths(plan.seize)), (31 * TOKEN, cost), "31 · (1 + {bonus} bps)");
    }
}

/// Health is (1000 − 32)·0.6 − 350·2·1.4 = −399.2.
#[test]
fn the_size_that_restores_health_is_mangos_closed_form() {
    for (bonus, needed, cost) in [(404, 25_730, 53_538), (200, 25_330, 51_673)] {
        let legs = vec![debt(350, 2), deposit(968)];
        let plan = planned(legs, bonus);
        // Mango's comments compute the cost of 257.296… from 257.30, which gives 535.39 for 535.381…, and cut 253.299… to
        // 253.29.
        assert_eq!((hundredths(plan.repay), hundredths(plan.seize)), (needed, cost), "1 + {bonus} bps");
        // 399.2 / (2 · (1.4 − 0.6 · (1 + β))) tokens, rounded up to a unit.
        let gain = 2 * (140_000_000 - 6_000 * (10_000 + u64::from(bonus)));
        let exact = u128::from(TOKEN) * 39_920_000_000 / u128::from(gain) + 1;
        assert_eq!(u128::from(plan.repay), exact, "R = ceil(−H / k)");
    }
}
