//! Laws of liquidation over mixed accounts: up to sixteen token and eight perp legs.

use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::health;
use crate::perp::{PerpLeg, PerpTerms, Position, Standing, Tier, Tiers};
use crate::position::{Quote, Weights};
use crate::price::{Interval, Price};

const USD6: u64 = 1_000_000;
const NOW: i64 = 1_700_000_000;
const QUOTE: u8 = 0;
const TIERS: Tiers = Tiers([
    Tier { edge: 50_000 * USD6, initial: 1_000, end: 550, maintenance: 500 },
    Tier { edge: 250_000 * USD6, initial: 1_250, end: 700, maintenance: 650 },
    Tier { edge: 1_000_000 * USD6, initial: 1_600, end: 950, maintenance: 900 },
    Tier { edge: u64::MAX, initial: 2_500, end: 1_550, maintenance: 1_500 },
]);
const PARAMS: LiquidationParams = LiquidationParams {
    bonus_min: 50,
    bonus_max: 600,
    full_bonus_depth: 1_000,
    insurance_share: 4_000,
    dust: Value::usd(10),
};

/// A price of a unit with six decimals.
fn interval(dollars_e4: u64, band: u32, age: u32) -> Interval {
    let price = Price(u64::try_from((u128::from(dollars_e4) << 64) / 10_000 / u128::from(USD6)).unwrap());
    Interval { mid: price, ema: price, band, liquidation_band: band.min(100), age, volatility: 0 }
}

fn token(number: u8, side: Side, dollars: u64, weight: u32) -> TokenLeg {
    let weights = match side {
        Side::Deposit => Weights { initial: weight - 500, end: weight - 50, maintenance: weight },
        Side::Debt => Weights { initial: 20_500 - weight, end: 20_050 - weight, maintenance: 20_000 - weight },
    };
    let price = if number == QUOTE { 10_000 } else { 1_000_000 };
    TokenLeg::new(number, side, dollars * USD6 * 10_000 / price, interval(price, 30, 3), weights)
}

fn perp(market: u8, dollars: i64, pnl: i64, matured: u64, age: u32) -> PerpLeg {
    let terms = PerpTerms {
        market,
        tiers: TIERS,
        maturity: 3_600,
        keeper_fee: 40,
        insurance_fee: 40,
        standing: Standing::Sound,
        payable: u64::MAX,
    };
    let price = 1_500_000;
    let base = dollars * USD6 as i64 * 10_000 / price as i64;
    let mut position = Position { base, matured, seen: matured, touched_at: NOW, ..Position::default() };
    let leg = PerpLeg::new(terms, position, 0, interval(price, 40, age), 6, NOW).unwrap();
    position.quote = pnl - leg.position.pnl(leg.mark);
    PerpLeg::new(terms, position, 0, interval(price, 40, age), 6, NOW).unwrap()
}

fn account() -> impl Strategy<Value = Snapshot> {
    let tokens = proptest::collection::vec((any::<bool>(), 1u64..200_000, 5_000u32..9_900), 0..=16);
    let perps = proptest::collection::vec((-600_000i64..600_000, -30_000i64..30_000, 0u64..20_000, 0u8..20), 0..=8);
    (tokens, perps).prop_map(|(tokens, perps)| {
        let tokens = tokens.into_iter().enumerate().map(|(number, (owned, dollars, weight))| {
            token(number as u8, if owned { Side::Deposit } else { Side::Debt }, dollars, weight)
        });
        let perps = perps.into_iter().enumerate().map(|(market, (dollars, pnl, matured, stale))| {
            let age = if stale == 0 { 4_000 } else { 4 };
            perp(market as u8, dollars, pnl * USD6 as i64, matured * USD6, age)
        });
        Snapshot {
            tokens: tokens.collect(),
            perps: perps.collect(),
            quote: Quote { token: QUOTE, price: interval(10_000, 30, 3) },
            index_age: 0,
        }
    })
}

/// Best steps until nothing is left to do; checks every law on the way.
fn liquidate_fully(snapshot: &mut Snapshot) -> Result<(), TestCaseError> {
    let mut steps = 0;
    loop {
        let before = health::value(snapshot).unwrap();
        let target = match best_target(snapshot, &before, &PARAMS) {
            Ok(target) => target,
            Err(Refusal::AccountHealthy) => return Ok(()),
            Err(refusal) => return stuck(snapshot, &before, refusal),
        };
        let request = Request::new(target, u64::MAX);
        let plan = plan_liquidation(snapshot, &before, &PARAMS, &request);
        prop_assert!(plan.is_ok(), "LIQ-3 the best target is accepted: {target:?} {plan:?}");
        let plan = plan.unwrap();
        let legs = snapshot.clone();
        let after = apply(snapshot, &before, &plan).unwrap();
        let again = After::unchanged(&health::value(snapshot).unwrap());
        prop_assert_eq!(after, again, "the change is what valuing again says");
        prop_assert!(after.maintenance >= before.maintenance, "LIQ-2 H_maint {:?} {:?} {:?}", plan, before, after);
        prop_assert!(after.end >= before.end, "LIQ-2 H_end {plan:?}");
        if before.equity >= Value::ZERO {
            // Rounding of amounts may cost what a few units are worth.
            prop_assert!(after.equity.0 > -(20 << 13), "LIQ-4 {:?} from {:?}: {plan:?}", after.equity, before.equity);
        }
        prop_assert!(legs != *snapshot, "LIQ-3 every step moves something: {plan:?}");
        steps += 1;
        prop_assert!(steps <= 80, "LIQ-3 it ends");
    }
}

/// Nothing can be done although the account is under water: only where nothing fresh is left to take.
fn stuck(snapshot: &Snapshot, valuation: &Valuation, refusal: Refusal) -> Result<(), TestCaseError> {
    prop_assert_eq!(refusal, Refusal::NoLegHelps);
    let fresh = |leg: &&PerpLeg| !leg.price.is_stale();
    let open = snapshot.perps.iter().filter(fresh).any(|leg| leg.position.base != 0);
    let profit = snapshot.perps.iter().filter(fresh).any(|leg| leg.position.matured > 0);
    let deposit = snapshot.tokens.iter().any(|leg| leg.side == Side::Deposit && leg.amount > 0);
    let bank_debt = snapshot.tokens.iter().any(|leg| leg.side == Side::Debt && leg.amount > 0);
    prop_assert!(!open, "LIQ-3 an open position can be closed");
    prop_assert!(!(profit && bank_debt), "LIQ-3 profit can be seized for a debt to a bank");
    let owes = bank_debt || snapshot.perps.iter().filter(fresh).any(|leg| leg.loss() > 0);
    prop_assert!(!(deposit && owes), "LIQ-3 a deposit can be seized {:?}", valuation);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_account_under_water_is_led_out_or_emptied(mut snapshot in account()) {
        liquidate_fully(&mut snapshot)?;
    }

    #[test]
    fn a_closing_reaches_the_end_level_through_the_tiers(
        dollars in 30_000i64..3_000_000, margin in 1i64..500, deposit in 0u64..3_000,
    ) {
        // Equity a little below the maintenance margin of one large position: attack 20, the wrong tier.
        let required = TIERS.requirement(dollars as u64 * USD6, |tier| tier.maintenance) as i64;
        let mut leg = perp(0, dollars, -(USD6 as i64), 0, 3);
        leg.position.quote += -(deposit as i64 * USD6 as i64);
        leg.revalue();
        let cushion = (required / 1_000 * (1_000 - margin)) as u64 / USD6 + deposit;
        let mut snapshot = Snapshot {
            tokens: alloc::vec![token(QUOTE, Side::Deposit, cushion, 9_900)],
            perps: alloc::vec![leg],
            quote: Quote { token: QUOTE, price: interval(10_000, 0, 3) },
            index_age: 0,
        };
        let before = health::value(&snapshot).unwrap();
        let request = Request::new(Target::Perp(0), u64::MAX);
        if let Ok(plan) = plan_liquidation(&snapshot, &before, &PARAMS, &request) {
            let after = apply(&mut snapshot, &before, &plan).unwrap();
            let Plan::Perp(plan) = plan else { unreachable!() };
            let closed_all = snapshot.perps[0].position.base == 0;
            prop_assert!(after.end >= Weighted::ZERO || closed_all, "{plan:?} leaves {:?}", after.end.value_down());
            // And it does not take more than it must: a thousandth and a few dollars.
            let most = Value(before.end.0.unsigned_abs() as i128 / WEIGHT_ONE as i128 / 50 + (20 << 32));
            prop_assert!(closed_all || after.end.value_down() <= most, "{plan:?} overshoots to {:?}", after.end.value_down());
        }
    }
}

#[test]
fn a_tiny_deposit_of_a_better_token_diverts_nobody() {
    // Attack 14: eleven dollars of a token that scores better than the position.
    let mut snapshot = Snapshot {
        tokens: alloc::vec![token(QUOTE, Side::Deposit, 3_000, 9_900), token(1, Side::Debt, 500, 9_500)],
        perps: alloc::vec![perp(0, 100_000, -(1_000 * USD6 as i64), 0, 3)],
        quote: Quote { token: QUOTE, price: interval(10_000, 0, 3) },
        index_age: 0,
    };
    let target = |snapshot: &Snapshot| best_target(snapshot, &health::value(snapshot).unwrap(), &PARAMS);
    let alone = target(&snapshot);
    snapshot.tokens.push(token(2, Side::Deposit, 11, 5_000));
    assert_eq!(target(&snapshot), alone);
}

#[test]
fn a_loss_is_valued_at_the_price_of_the_quote_token() {
    // Attack 16: USDC at 0.90. Matured profit of 1,000 is worth $900, and a debt of the same size too.
    let with = |pnl: i64, price| {
        let snapshot = Snapshot {
            tokens: Vec::new(),
            perps: alloc::vec![perp(0, 0, pnl * USD6 as i64, 1_000 * USD6, 3)],
            quote: Quote { token: QUOTE, price: interval(price, 0, 3) },
            index_age: 0,
        };
        health::value(&snapshot).unwrap()
    };
    let near = |value: Value, dollars: i128| (value.0 - (dollars << 32)).abs() < 1 << 20;
    assert!(near(with(1_000, 9_000).equity, 900) && near(with(1_000, 9_000).maintenance.value_down(), 900));
    assert!(near(with(-1_000, 9_000).equity, -900) && near(with(-1_000, 11_000).equity, -1_100));
}

/// 1,000,000 units of a token worth 10^-10 dollars each are owed for whole units of $100: a unit of the deposit is a trillion
/// units of the debt.
#[test]
fn a_bucket_with_room_for_less_than_a_unit_of_the_collateral_is_full() {
    let cheap = Price(1_844_674_407);
    let dear = Price(1 << 62);
    let at = |mid| Interval { mid, ema: mid, band: 0, liquidation_band: 0, age: 3, volatility: 0 };
    let weights = |w| match w {
        Side::Deposit => Weights { initial: 8_000, end: 8_950, maintenance: 9_000 },
        Side::Debt => Weights { initial: 11_500, end: 10_850, maintenance: 10_800 },
    };
    let leg = |number, side, amount, mid| TokenLeg::new(number, side, amount, at(mid), weights(side));
    let snapshot = Snapshot {
        tokens: alloc::vec![leg(1, Side::Deposit, 1_000, dear), leg(2, Side::Debt, 240 * 10_000_000_000, cheap),],
        perps: Vec::new(),
        quote: Quote { token: QUOTE, price: interval(10_000, 0, 3) },
        index_age: 0,
    };
    let valuation = health::value(&snapshot).unwrap();
    let request = Request::new(Target::Spot(Pair { debt: 2, collateral: 1 }), u64::MAX);
    let planned = |rooms: Rooms| {
        let plan = plan_liquidation(&snapshot, &valuation, &PARAMS, &Request { rooms, ..request });
        plan.map(|plan| match plan {
            Plan::Spot(plan) => plan.seize,
            Plan::Perp(_) => unreachable!(),
        })
    };
    let unlimited = planned(Rooms::OPEN).unwrap();
    assert!(unlimited > 100, "{unlimited}");
    // Room for one unit pays for less than one after its rounding, room for two seizes one.
    assert_eq!(planned(Rooms { collateral: 0, ..Rooms::OPEN }), Err(Refusal::VelocityLimit));
    assert_eq!(planned(Rooms { collateral: 1, ..Rooms::OPEN }), Err(Refusal::VelocityLimit));
    assert_eq!(planned(Rooms { collateral: 2, ..Rooms::OPEN }), Ok(1));
    assert_eq!(planned(Rooms { debt: 1, ..Rooms::OPEN }), Err(Refusal::VelocityLimit));
    assert_eq!(planned(Rooms { debt: 1_000_000, ..Rooms::OPEN }), Err(Refusal::VelocityLimit));
    // Without a limit what is left of a debt may be worth less than a unit: then it is paid for nothing.
}
