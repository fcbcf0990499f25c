//! Numbers that other protocols publish with their tests, against the program's mathematics. Only numbers are taken over.
//!
//! One convention serves all: a token is 2^20 native units, so that prices of whole and half dollars are exact, and results
//! are compared as tokens. Both protocols' weights are given as end weights; maintenance weights are the same ones, so that
//! an account that needs something is liquidatable. Dust is off where a vector does not mean it.

mod drift;
mod mango;
mod solend;

use breakwater_client::margin::error::Pair;
use breakwater_client::margin::{
    Interval, LiquidationParams, Plan, Price, Refusal, Request, Side, Snapshot, SpotPlan, Target, TokenLeg, Value,
    Weights, health, plan_liquidation,
};

/// Native units of a token.
pub const TOKEN: u64 = 1 << 20;
/// Token number of the debt.
pub const DEBT: u8 = 0;
/// Token number of the collateral.
pub const COLLATERAL: u8 = 1;

/// A fresh leg: units, dollars for all of them as a fraction, and its weight in bps.
pub fn leg(token: u8, side: Side, units: u64, (dollars, over): (u64, u64), weight: u32) -> TokenLeg {
    let price = (u128::from(dollars) << 64) / u128::from(over) / u128::from(units);
    let mid = Price(u64::try_from(price).expect("a unit is worth less than a dollar"));
    let interval = Interval { mid, ema: mid, band: 0, liquidation_band: 0, age: 0, volatility: 0 };
    TokenLeg::new(token, side, units, interval, Weights { initial: weight, end: weight, maintenance: weight })
}

/// A deposit that keeps an account solvent and helps it in no other way: no weight, and a price too old to seize it at.
/// Breakwater pays no bonus out of negative equity; the other protocols do.
pub fn solvent() -> TokenLeg {
    let mut leg = leg(31, Side::Deposit, 1_000_000 * TOKEN, (100_000, 1), 0);
    leg.price.age = 61;
    leg
}

/// A fixed bonus, and dust in dollars.
pub fn params(bonus: u32, dust: u32) -> LiquidationParams {
    LiquidationParams {
        bonus_min: bonus,
        bonus_max: bonus,
        full_bonus_depth: 1_000,
        insurance_share: 0,
        dust: Value::usd(dust),
    }
}

/// The plan of the one pair.
pub fn plan(legs: Vec<TokenLeg>, params: &LiquidationParams, most: u64) -> Result<SpotPlan, Refusal> {
    let snapshot = Snapshot { tokens: legs, ..Snapshot::default() };
    let valuation = health::value(&snapshot)?;
    let target = Target::Spot(Pair { debt: DEBT, collateral: COLLATERAL });
    match plan_liquidation(&snapshot, &valuation, params, &Request::new(target, most))? {
        Plan::Spot(plan) => Ok(plan),
        Plan::Perp(plan) => panic!("no pair: {plan:?}"),
    }
}
