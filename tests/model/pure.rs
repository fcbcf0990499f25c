//! Properties of the program's mathematics alone, against exact rationals.

use breakwater_client::margin::config::TokenWeights;
use breakwater_client::margin::liquidation::{Pair, Plan, SpotPlan, Target, best_target, plan_liquidation};
use breakwater_client::margin::{
    Interval, LiquidationParams, Price, Request, Side, Snapshot, TokenLeg, Weights, health,
};
use breakwater_sim::world::{Listing, default_liquidation};
use breakwater_tests::model::bank::INDEX_BITS;
use breakwater_tests::model::rational::{Q, bps, display, floor_u64, int, ppm, ratio, two_to, two_to_minus};
use num_traits::{Signed, Zero};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::sequences::{enough, runner};

/// A leg: side, native units, price, average, age, two half-widths and whether the token is a dollar.
type Draw = (bool, u64, u64, (i64, u32), (u32, u32), bool);

fn weights(stable: bool) -> TokenWeights {
    if stable { Listing::stable(6).weights.both() } else { Listing::volatile(6).weights.both() }
}

fn leg(token: u8, draw: &Draw) -> TokenLeg {
    let (debt, amount, price, (lag, age), (band, extra), stable) = draw;
    let side = if *debt { Side::Debt } else { Side::Deposit };
    let ema = price.saturating_add_signed(*price as i64 / 10_000 * lag).max(1);
    let (mid, ema, band, liquidation_band) = (Price(*price), Price(ema), band + extra, *band);
    let interval = Interval { mid, ema, band, liquidation_band, age: *age, volatility: 0 };
    let weights = weights(*stable);
    let weights: Weights = if *debt { weights.liability } else { weights.asset };
    TokenLeg::new(token, side, *amount, interval, weights)
}

/// Prices from 2^−34 to a quarter of a dollar for a native unit; amounts worth up to a million dollars. Smaller units are a
/// test of their own.
fn draw() -> impl Strategy<Value = Draw> {
    (
        any::<bool>(),
        30u32..62,
        0u64..1 << 20,
        (-900i64..900, prop_oneof![6 => 0u32..60, 1 => 60u32..900_000]),
        (0u32..100, 0u32..400),
        any::<bool>(),
    )
        .prop_map(|(debt, bits, part, time, bands, stable)| {
            let price = (1u64 << bits) + part % (1 << bits.min(20));
            let amount = ((u128::from(part) + 1) << (64 - bits)).min(1 << 62) as u64;
            (debt, amount, price, time, bands, stable)
        })
}

fn account(draws: &[Draw]) -> Snapshot {
    let mut snapshot = Snapshot::with_capacity(draws.len());
    snapshot.tokens.extend((0u8..).zip(draws).map(|(token, draw)| leg(token, draw)));
    snapshot
}

fn params() -> LiquidationParams {
    default_liquidation().params()
}

/// H_maint with every price moved inside its interval for liquidation: by `at` thousandths of the half-width.
fn health_at(snapshot: &Snapshot, at: &[i64]) -> Q {
    let mut sum = Q::zero();
    for (leg, at) in snapshot.tokens.iter().zip(at) {
        let price =
            int(leg.price.mid.0) * two_to_minus(64) * (int(1) + bps(leg.price.liquidation_band) * ratio(*at, 1_000));
        let value = int(leg.amount) * price * bps(leg.weights.maintenance);
        match leg.side {
            Side::Deposit => sum += value * bps(leg.price.remaining()),
            Side::Debt => sum -= value,
        }
    }
    sum
}

#[test]
fn nobody_healthy_at_any_price_of_the_interval_is_liquidated() {
    let (mut liquidatable, mut highest) = (0u64, f64::MIN);
    runner(
        5_000,
        |(mut draws, at, more): (Vec<Draw>, Vec<i64>, u64)| {
            let best = |draw: &Draw| if draw.0 { -1_000 } else { 1_000 };
            // The last leg becomes the debt that just drowns the rest, give or take a few native units.
            let last = draws.pop().expect("at least one leg");
            let others: Vec<i64> = draws.iter().map(best).collect();
            let carried = health_at(&account(&draws), &others);
            draws.push((true, 1, last.2, last.3, last.4, last.5));
            let unit = -health_at(&account(&draws[draws.len() - 1..]), &[-1_000]);
            let amount = carried / unit;
            draws.last_mut().expect("just pushed").1 =
                if amount.is_positive() && amount < two_to(62) { floor_u64(&amount) + more } else { last.1 };
            let snapshot = account(&draws);
            let valuation = health::value(&snapshot).map_err(|e| format!("{e:?}"))?;
            if !valuation.is_liquidatable() {
                return Ok(());
            }
            liquidatable += 1;
            // Each leg's value is rounded once by less than 2^−32 dollars (a decayed deposit's twice), times a weight and a
            // half-width that together are below 1.2.
            let roundings = int(draws.len() as u64 * 2) * two_to_minus(32) * ratio(12, 10);
            for at in [at, vec![0; draws.len()], draws.iter().map(best).collect()] {
                let health = health_at(&snapshot, &at);
                highest = highest.max(display(&health));
                if health >= roundings {
                    return Err(format!("LIQ-1: liquidatable, but worth ${} at {at:?}", display(&health)));
                }
            }
            Ok(())
        },
        (1usize..=16).prop_flat_map(|legs| (vec(draw(), legs), vec(-1_000i64..=1_000, legs), 0u64..3)),
    );
    println!("{liquidatable} liquidatable accounts; highest health inside an interval: ${highest}");
    enough(liquidatable, 1_000, "liquidatable accounts");
}

#[test]
fn health_follows_the_price_of_every_leg() {
    runner(
        5_000,
        |(draws, which, factor): (Vec<Draw>, usize, u64)| {
            let before = health::value(&account(&draws)).map_err(|e| format!("{e:?}"))?;
            let mut dearer = draws.clone();
            let which = which % draws.len();
            dearer[which].2 += dearer[which].2 / 10_000 * factor + 1;
            let after = health::value(&account(&dearer)).map_err(|e| format!("{e:?}"))?;
            let levels = |v: &health::Valuation| [v.optimistic, v.maintenance, v.end];
            let risen = levels(&before).iter().zip(levels(&after)).all(|(before, after)| after >= *before);
            let fallen = levels(&before).iter().zip(levels(&after)).all(|(before, after)| after <= *before);
            let debt = draws[which].0;
            if (debt && fallen && after.equity <= before.equity) || (!debt && risen && after.equity >= before.equity) {
                return Ok(());
            }
            Err(format!("a dearer {} moves health from {before:?} to {after:?}", if debt { "debt" } else { "deposit" }))
        },
        (vec(draw(), 1..=16), 0usize..16, 0u64..5_000),
    );
}

/// Every pair's plan, if it has one.
fn plans(snapshot: &Snapshot, most: u64) -> Result<Vec<SpotPlan>, String> {
    let valuation = health::value(snapshot).map_err(|e| format!("{e:?}"))?;
    let of = |side| snapshot.tokens.iter().filter(move |leg| leg.side == side).map(|leg| leg.token);
    let pairs = of(Side::Debt).flat_map(|debt| of(Side::Deposit).map(move |collateral| Pair { debt, collateral }));
    let plan = |pair| {
        let request = Request::new(Target::Spot(pair), most);
        match plan_liquidation(snapshot, &valuation, &params(), &request).ok()? {
            Plan::Spot(plan) => Some(plan),
            Plan::Perp(plan) => unreachable!("a pair was asked for, not {plan:?}"),
        }
    };
    let found: Vec<SpotPlan> = pairs.filter_map(plan).collect();
    let best = best_target(snapshot, &valuation, &params()).ok();
    match best {
        Some(best) if most == u64::MAX && !found.iter().any(|plan| Target::Spot(plan.pair) == best) => {
            Err(format!("LIQ-3: the best pair {best:?} has no plan"))
        }
        _ => Ok(found),
    }
}

/// Debts of $140,000 and $410,000 in units of about $8·10^−14 (nine decimals at $0.00008), and a dollar of collateral left.
/// The need divided by k is above 2^64 units, although the balances are not.
#[test]
fn debts_in_tiny_units_can_be_liquidated() {
    let debts = [(1u64 << 61, 1_173_397), (1 << 62, 1_638_306)].map(|(a, p)| (true, a, p, (0, 0), (0, 0), false));
    let deposit = (false, 1 << 30, 1 << 34, (0, 0), (0, 0), false);
    let found = plans(&account(&[debts[0], debts[1], deposit]), u64::MAX).unwrap_or_else(|what| panic!("{what}"));
    assert!(!found.is_empty(), "LIQ-3: there is a plan");
}

/// A deposit of $1,120,000 against a debt of $1,040,000 in units of 2^−44 dollars: paying for the whole deposit would take
/// more than 2^64 units.
#[test]
fn a_deposit_worth_more_than_all_units_of_a_debt_can_be_seized() {
    let debt = (true, 1_040_000 << 44, 1 << 20, (0, 0), (0, 0), false);
    let deposit = (false, 1_120_000 << 30, 1 << 34, (0, 0), (0, 0), false);
    let found = plans(&account(&[debt, deposit]), u64::MAX).unwrap_or_else(|what| panic!("{what}"));
    assert!(!found.is_empty(), "LIQ-3: there is a plan");
}

#[test]
fn a_plan_stays_within_the_balances_and_gives_no_more_than_its_bonus() {
    let mut seen = 0u64;
    runner(
        5_000,
        |(draws, request): (Vec<Draw>, u64)| {
            let snapshot = account(&draws);
            for plan in plans(&snapshot, request)? {
                seen += 1;
                let find =
                    |token, side| snapshot.find(token, side).map(|leg| &snapshot.tokens[leg]).expect("the plan's leg");
                let (debt, collateral) = (find(plan.pair.debt, Side::Debt), find(plan.pair.collateral, Side::Deposit));
                if plan.repay > debt.amount.min(request) || plan.seize > collateral.amount || plan.repay == 0 {
                    return Err(format!("{plan:?} of {} and {}", debt.amount, collateral.amount));
                }
                let (paid, got) =
                    (int(plan.repay) * int(debt.price.mid.0), int(plan.seize) * int(collateral.price.mid.0));
                if got > paid * (int(1) + ppm(plan.bonus)) {
                    return Err(format!("{plan:?} gives more than its bonus"));
                }
                let insured = int(plan.repay) * ppm(plan.bonus) * bps(params().insurance_share);
                if int(plan.insurance) != insured.ceil() {
                    return Err(format!("{plan:?} insures {} instead of {insured}", plan.insurance));
                }
            }
            Ok(())
        },
        (vec(draw(), 2..=8), prop_oneof![2 => Just(u64::MAX), 1 => 0u64..1 << 40]),
    );
    println!("{seen} plans checked");
    enough(seen, 1_000, "plans");
    assert_eq!(INDEX_BITS, breakwater_client::margin::units::WAD_BITS, "both sides mean the same index");
}
