#![allow(non_snake_case)]
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::liquidation::{Pace, Settled, Wait};
use crate::parts::{Part, parts};
use crate::perp::{PerpLeg, PerpTerms, Standing, Tier, Tiers};
use crate::position::{Quote, Side, TokenLeg, Weights};
use crate::price::{Interval, MIN_PRICE};

const USD6: i64 = 1_000_000;
const NOW: i64 = 1_700_000_000;
const QUOTE: u8 = 0;
const TIERS: Tiers = Tiers([
    Tier { edge: 50_000_000_000, initial: 1_000, end: 550, maintenance: 500 },
    Tier { edge: 250_000_000_000, initial: 1_250, end: 700, maintenance: 650 },
    Tier { edge: 1_000_000_000_000, initial: 1_600, end: 950, maintenance: 900 },
    Tier { edge: u64::MAX, initial: 2_500, end: 1_550, maintenance: 1_500 },
]);
const PARAMS: LiquidationParams = LiquidationParams {
    bonus_min: 50,
    bonus_max: 600,
    full_bonus_depth: 1_000,
    insurance_share: 4_000,
    dust: Value::usd(10),
};
const TOUCHES: TouchTerms = TouchTerms { wait: 3, grace: 10, auction: 300, deep: 1_000 };
const AT: Moment = Moment { slot: 1_000, now: NOW, calm_at: 0 };

/// A price of a unit with six decimals, in ten-thousandths of a dollar for a token.
fn interval(dollars_e4: u64, age: u32) -> Interval {
    let price = Price(u64::try_from((u128::from(dollars_e4) << 64) / 10_000_000_000).unwrap());
    Interval { mid: price, ema: price, band: 40, liquidation_band: 40, age, volatility: 0 }
}

fn token(number: u8, side: Side, amount: u64, dollars_e4: u64) -> TokenLeg {
    let weights = match side {
        Side::Deposit => Weights { initial: 8_000, end: 8_950, maintenance: 9_000 },
        Side::Debt => Weights { initial: 12_000, end: 10_850, maintenance: 10_800 },
    };
    let dollars_e4 = if number == QUOTE { 10_000 } else { dollars_e4 };
    TokenLeg::new(number, side, amount, interval(dollars_e4, 3), weights)
}

fn terms(market: u8, payable: u64) -> PerpTerms {
    let (maturity, standing) = (3_600, Standing::Sound);
    PerpTerms { market, tiers: TIERS, maturity, keeper_fee: 40, insurance_fee: 40, standing, payable }
}

/// A position and its leg at a price of $150, with another price if asked.
fn leg(terms: PerpTerms, position: Position, price: Interval) -> PerpLeg {
    PerpLeg::new(terms, position, 1 << 40, price, 6, NOW).unwrap()
}

/// An account whose positions are kept as they are stored.
#[derive(Clone, Debug)]
struct Scene {
    snapshot: Snapshot,
    stored: Vec<Position>,
}

impl Scene {
    /// The account with one feed at another price, built anew.
    fn at(&self, number: u8, price: Price) -> Snapshot {
        let mut snapshot = self.snapshot.clone();
        let moved = |interval: Interval| Interval { mid: price, ..interval };
        if let Some(market) = number.checked_sub(MARKET_LEG) {
            let place = snapshot.find_perp(market).unwrap();
            let old = snapshot.perps[place];
            snapshot.perps[place] = leg(old.terms, self.stored[place], moved(old.price));
        }
        for leg in snapshot.tokens.iter_mut().filter(|leg| leg.token == number) {
            *leg = TokenLeg::new(leg.token, leg.side, leg.amount, moved(leg.price), leg.weights);
        }
        if number == snapshot.quote.token {
            snapshot.quote.price = moved(snapshot.quote.price);
        }
        snapshot
    }

    /// H_maint and H_hi with one feed at another price.
    fn health(&self, number: u8, price: u64) -> [Weighted; 2] {
        let valuation = health::value(&self.at(number, Price(price))).unwrap();
        [valuation.maintenance, valuation.optimistic]
    }
}

prop_compose! {
    fn scene()(
        tokens in proptest::collection::vec((any::<bool>(), 1u64..1 << 38, 1_000u64..10_000_000), 0..=16),
        perps in proptest::collection::vec(
            (-3_000_000_000i64..3_000_000_000, -30_000i64..30_000, 0u64..20_000, 0u64..20_000, 0i64..7_200, 0u64..40_000),
            0..=8,
        ),
    ) -> Scene {
        let tokens = (0u8..).zip(tokens).map(|(number, (owned, amount, price))| {
            token(number, if owned { Side::Deposit } else { Side::Debt }, amount, price)
        });
        let mut scene = Scene {
            snapshot: Snapshot {
                tokens: tokens.collect(),
                perps: Vec::new(),
                quote: Quote { token: QUOTE, price: interval(10_000, 3) },
                index_age: 0,
            },
            stored: Vec::new(),
        };
        for (market, (base, pnl, matured, seen, touched, payable)) in (0u8..).zip(perps) {
            let unit = USD6 as u64;
            let position = Position {
                base,
                quote: pnl * USD6 - base * 150,
                matured: matured.min(seen) * unit,
                seen: seen * unit,
                touched_at: NOW - touched,
                funding_index: 1 << 39,
                ..Position::default()
            };
            scene.snapshot.perps.push(leg(terms(market, payable * unit), position, interval(1_500_000, 3)));
            scene.stored.push(position);
        }
        scene
    }
}

/// A threshold says what health says: at it the account is under water, one step of price before it it is not.
fn verify(scene: &Scene, prices: &LegPrices, level: usize, threshold: Threshold) -> Result<(), TestCaseError> {
    let below = |price: u64| scene.health(prices.leg, price)[level] < Weighted::ZERO;
    let here = below(prices.mid.0);
    match threshold {
        Threshold::At(price) => {
            prop_assert!(below(price.0), "{prices:?} level {level}: healthy at its liquidation price");
            // Away from a broken price here, or back towards a healthy one.
            let up = here == (price >= prices.mid);
            let beside = if up { price.0 + 1 } else { price.0 - 1 };
            let other = if price == prices.mid { price.0 - 1 } else { beside };
            prop_assert!(!below(beside) || !below(other), "{prices:?} level {level}: under water a step before it");
        }
        Threshold::Never => prop_assert!(!here && !below(MIN_PRICE) && !below(u64::MAX >> 1), "{prices:?}"),
        Threshold::Always => prop_assert!(here && below(MIN_PRICE) && below(u64::MAX >> 1), "{prices:?}"),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn at_its_liquidation_price_an_account_is_under_water_and_a_step_before_it_is_not(scene in scene()) {
        let legs = leg_prices(&scene.snapshot, &scene.stored, Resolution::Exact, NOW).unwrap();
        let open = scene.stored.iter().filter(|position| position.base != 0).count();
        let quote = !scene.stored.is_empty() && scene.snapshot.tokens.is_empty();
        prop_assert_eq!(legs.len(), scene.snapshot.tokens.len() + open + usize::from(quote));
        for prices in legs {
            verify(&scene, &prices, 0, prices.maintenance)?;
            verify(&scene, &prices, 1, prices.trigger)?;
        }
    }

    #[test]
    fn parts_of_health_add_up_to_it(scene in scene()) {
        let (valuation, parts) = (health::value(&scene.snapshot).unwrap(), parts(&scene.snapshot).unwrap());
        // A position's dollars are rounded alone there and together in health: a 2^-32nd of a dollar each.
        let slack = (scene.snapshot.perps.len() as i128 + 1) * crate::units::WEIGHT_ONE as i128;
        let near = |sum: i128, whole: i128, slack: i128| sum <= whole && whole - sum <= slack;
        let sum = |of: fn(&Part) -> i128| parts.iter().map(of).sum::<i128>();
        prop_assert!(near(sum(|part| part.maintenance.0), valuation.maintenance.0, slack));
        prop_assert!(near(sum(|part| part.end.0), valuation.end.0, slack));
        prop_assert!(near(sum(|part| part.value.0), valuation.equity.0, scene.snapshot.perps.len() as i128 + 1));
    }

    #[test]
    fn coarse_prices_are_next_to_exact_ones(scene in scene()) {
        let prices = |resolution| leg_prices(&scene.snapshot, &scene.stored, resolution, NOW).unwrap();
        for (exact, coarse) in prices(Resolution::Exact).iter().zip(prices(Resolution::Coarse)) {
            for (exact, coarse) in [(exact.maintenance, coarse.maintenance), (exact.trigger, coarse.trigger)] {
                match (exact, coarse) {
                    (Threshold::At(exact), Threshold::At(coarse)) => {
                        // Steps of rounding may hide the crossing in a wider place.
                        prop_assert!(exact.0.abs_diff(coarse.0) <= (exact.0 >> 20) + (1 << 40), "{exact:?} {coarse:?}");
                    }
                    _ => prop_assert_eq!(exact, coarse),
                }
            }
        }
    }

    #[test]
    fn health_crosses_zero_once(scene in scene(), prices in proptest::collection::vec(MIN_PRICE..u64::MAX >> 1, 12)) {
        for leg in leg_prices(&scene.snapshot, &scene.stored, Resolution::Exact, NOW).unwrap() {
            let Threshold::At(limit) = leg.maintenance else { continue };
            let ends = [MIN_PRICE, u64::MAX >> 1].map(|price| scene.health(leg.leg, price)[0]);
            let up = ends[1] < ends[0];
            for price in &prices {
                // What rounding may do stays within two units of the quote token.
                let health = scene.health(leg.leg, *price)[0].0;
                let slack = 2 * (1i128 << 32) * 100_000_000 / 1_000_000;
                let below = (*price > limit.0) == up;
                prop_assert!(if below { health < slack } else { health >= -slack }, "{leg:?} at {price}: {health}");
            }
        }
    }

    #[test]
    fn LIQ_6_a_quote_is_what_the_plan_is(scene in scene(), flagged in 0u64..1_000, most in 1u64.., calm in 0i64..2) {
        let flag = Flag { slot: flagged, newest_print: NOW - 4 };
        let at = Moment { calm_at: NOW + calm, ..AT };
        let rooms = Rooms { debt: most >> 8, collateral: most >> 9, base: most >> 10 };
        let question = Question { params: PARAMS, touches: TOUCHES, flag, at, target: None, most, rooms, resolution: Resolution::Coarse };
        let quoted = quote(&scene.snapshot, &scene.stored, &question).unwrap();
        let valuation = health::value(&scene.snapshot).unwrap();
        prop_assert_eq!(quoted.valuation, valuation);
        let touch = crate::liquidation::judge_touch(&scene.snapshot, &valuation, &PARAMS, (&TOUCHES, flag), at);
        let executes = matches!(touch, Ok(crate::liquidation::Touch::Executes(_)));
        prop_assert_eq!(quoted.outlook == Outlook::Due, executes, "{:?} {:?}", quoted.outlook, touch);
        let Ok(step) = quoted.next else { return Ok(()) };
        let target = match step.plan {
            Plan::Spot(plan) => Target::Spot(plan.pair),
            Plan::Perp(plan) => Target::Perp(plan.market),
        };
        if let Ok(crate::liquidation::Touch::Executes(Pace { growth, limited })) = touch {
            let rooms = if limited { rooms } else { Rooms::OPEN };
            let plan = plan_liquidation(&scene.snapshot, &valuation, &PARAMS, &Request { target, most, growth, rooms });
            prop_assert_eq!(plan, Ok(step.plan), "LIQ-6");
            let named = quote(&scene.snapshot, &scene.stored, &Question { target: Some(target), ..question }).unwrap();
            prop_assert_eq!(named.next, Ok(step), "LIQ-6 with the target named");
        }
    }
}

/// 10 tokens of $100 at 0.9 against 800 of debt at 1.08: H_maint = 9 P − 864, so $96; H_hi = 9.036 P − 860.544: $95.235…
fn pair() -> Scene {
    let tokens = alloc::vec![token(1, Side::Deposit, 10_000_000, 1_000_000), token(2, Side::Debt, 800_000_000, 10_000)];
    Scene { snapshot: Snapshot { tokens, ..Snapshot::default() }, stored: Vec::new() }
}

fn question(flag: Flag, at: Moment) -> Question {
    Question {
        params: PARAMS,
        touches: TOUCHES,
        flag,
        at,
        target: None,
        most: u64::MAX,
        rooms: Rooms::OPEN,
        resolution: Resolution::Exact,
    }
}

#[test]
fn the_liquidation_price_of_a_pair_is_that_of_the_formula() {
    let legs = leg_prices(&pair().snapshot, &[], Resolution::Exact, NOW).unwrap();
    let dollars = |threshold: Threshold| match threshold {
        // Tenths of a cent for a token of six decimals.
        Threshold::At(price) => (u128::from(price.0) * 1_000_000_000) >> 64,
        other => panic!("{other:?}"),
    };
    assert_eq!((legs[0].leg, dollars(legs[0].maintenance), dollars(legs[0].trigger)), (1, 95_999, 95_235));
    // 900 of collateral carry a debt of 833.33, that is $1.0416 for each of 800 tokens, and 903.6 at 1.07568 $1.05003.
    assert_eq!((legs[1].leg, dollars(legs[1].maintenance), dollars(legs[1].trigger)), (2, 1_041, 1_050));
}

#[test]
fn no_price_liquidates_what_owes_nothing() {
    let mut scene = pair();
    scene.snapshot.tokens.truncate(1);
    let legs = leg_prices(&scene.snapshot, &[], Resolution::Exact, NOW).unwrap();
    assert_eq!((legs[0].maintenance, legs[0].trigger), (Threshold::Never, Threshold::Never));
    let quoted = quote(&scene.snapshot, &[], &question(Flag::default(), AT)).unwrap();
    assert_eq!((quoted.outlook, quoted.next), (Outlook::Healthy, Err(Refusal::AccountHealthy)));
}

#[test]
fn every_price_liquidates_what_owes_too_much_elsewhere() {
    let mut scene = pair();
    scene.snapshot.tokens.push(token(3, Side::Deposit, 0, 10_000));
    scene.snapshot.tokens[1] = token(2, Side::Debt, 2_000_000_000, 10_000);
    let legs = leg_prices(&scene.snapshot, &[], Resolution::Exact, NOW).unwrap();
    assert_eq!((legs[2].maintenance, legs[2].trigger), (Threshold::Always, Threshold::Always));
    // The debt is too large at $100 a token: $222 and more would mend it.
    assert!(matches!(legs[0].maintenance, Threshold::At(price) if price > legs[0].mid));
}

#[test]
fn amounts_beyond_an_integer_have_no_price() {
    // A debt of 2^63 units overflows at the highest prices, long after it has become too large.
    let mut scene = pair();
    scene.snapshot.tokens[1] = token(2, Side::Debt, 1 << 63, 1);
    scene.snapshot.tokens[0] = token(1, Side::Deposit, 1 << 63, 100);
    let legs = leg_prices(&scene.snapshot, &[], Resolution::Exact, NOW).unwrap();
    verify(&scene, &legs[0], 0, legs[0].maintenance).unwrap();
    assert!(matches!(legs[1].maintenance, Threshold::At(price) if price > legs[1].mid));
}

#[test]
fn positions_that_are_not_the_snapshots_are_refused() {
    assert_eq!(leg_prices(&pair().snapshot, &[Position::default()], Resolution::Exact, NOW), Err(Refusal::LegNotFound));
}

/// At $95.2 the breach is shallow: 1 % of the requirement.
#[test]
fn the_outlook_says_what_must_pass() {
    let mut scene = pair();
    scene.snapshot.tokens[0] = token(1, Side::Deposit, 10_000_000, 952_000);
    let quoted = |flag, at| quote(&scene.snapshot, &[], &question(flag, at)).unwrap();
    let first = quoted(Flag::default(), AT);
    assert_eq!(first.outlook, Outlook::Unflagged(Wait { slot: 1_003, prints_after: NOW - 3, calm_at: 0 }));
    assert!(first.next.is_ok(), "the plan as if it did not wait");

    let flag = Flag { slot: 999, newest_print: NOW - 3 };
    let calm = Moment { calm_at: NOW + 50, ..AT };
    let waits = quoted(flag, calm).outlook;
    assert_eq!(waits, Outlook::Flagged(Wait { slot: 1_002, prints_after: NOW - 3, calm_at: NOW + 50 }));
    let old = Flag { slot: 990, newest_print: NOW - 4 };
    let waits = quoted(old, calm).outlook;
    assert_eq!(waits, Outlook::Flagged(Wait { slot: 1_000, prints_after: 0, calm_at: NOW + 50 }));
    assert_eq!(quoted(old, AT).outlook, Outlook::Due);
}

/// A deep breach: bonus 6 % at most, 4 parts of 10 to insurance; the keeper keeps the rest of what it seizes.
#[test]
fn a_keeper_gains_its_part_of_the_bonus() {
    let mut scene = pair();
    scene.snapshot.tokens[0] = token(1, Side::Deposit, 10_000_000, 860_000);
    let quoted = quote(&scene.snapshot, &[], &question(Flag::default(), AT)).unwrap();
    assert_eq!(quoted.outlook, Outlook::Due);
    let step = quoted.next.unwrap();
    let Plan::Spot(plan) = step.plan else { panic!("{:?}", step.plan) };
    let bonus = u128::from(plan.repay) * u128::from(plan.bonus) / 1_000_000;
    let gained = (step.revenue.0 * 1_000_000) >> 32;
    // A unit of the collateral is worth 86 of the debt's.
    assert!((bonus as i128 * 6 / 10 - gained).abs() <= 86, "{gained} of {bonus}");
    assert_eq!(u128::from(step.insurance()), (bonus * 4).div_ceil(10));
}

#[test]
fn a_position_pays_its_keeper_out_of_the_fee() {
    let position = Position { base: 100 * USD6, quote: -(15_600 * USD6), ..Position::default() };
    let scene = Scene {
        snapshot: Snapshot {
            tokens: alloc::vec![token(QUOTE, Side::Deposit, 900_000_000, 10_000)],
            perps: alloc::vec![PerpLeg::new(terms(4, u64::MAX), position, 0, interval(1_500_000, 3), 6, NOW).unwrap()],
            quote: Quote { token: QUOTE, price: interval(10_000, 3) },
            index_age: 0,
        },
        stored: alloc::vec![position],
    };
    let quoted = quote(&scene.snapshot, &scene.stored, &question(Flag::default(), AT)).unwrap();
    let Plan::Perp(plan) = quoted.next.unwrap().plan else { panic!("{:?}", quoted.next) };
    // The mark rounds down: one unit more than $600 is owed.
    assert_eq!(plan.settlement, Settled::Loss(600_000_001));
    let gained = quoted.next.unwrap().revenue;
    assert_eq!(gained, scene.snapshot.quote.price.mid.value_down(plan.fee - plan.insurance));
    assert_eq!(quoted.legs.iter().map(|leg| leg.leg).collect::<Vec<_>>(), [QUOTE, MARKET_LEG | 4]);
}
