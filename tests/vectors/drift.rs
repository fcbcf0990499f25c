//! Drift v2 (programs/drift/src/math/liquidation/tests.rs, math/funding/tests.rs, controller/liquidation/tests.rs). Its units:
//! quote 10^6, base 10^9, price 10^6, margin 10^4. Amounts are in its units here too.
//!
//! What maps: the base that covers a shortage at a quote token that is not a dollar; the transfer of a debt for collateral,
//! with a fee on either side as one bonus; the end of a bankrupt long; the index after a socialised loss; an hour of funding.
//! What does not:
//! - A keeper takes the position over there, at a discount; here the pool takes it at the index price and the keeper is paid
//!   a fee. User and keeper end with the same values.
//! - Insurance is a fee beside the keeper's there; here it is a part of the bonus of a pair, so that a vector with it maps to
//!   a bonus that weighs as much.
//! - Fees of an insolvent account: Drift charges them into its negative equity; here nobody loses more than his equity.
//! - A position's loss is spread over all positions of the market by funding there (9,090,910,000 for a loss of 100 over 11
//!   base); here its pool bears it.
//! - The share of a position that may be closed grows with the slots since the breach there; that part is not built here.
//! - The funding rate follows the difference of two moving averages there, the skew here. One rate is the same number.

use breakwater_client::margin::lending::Books;
use breakwater_client::margin::perp::{
    Freshness, FundingTerms, MARK_BITS, Mark, Market, PerpLeg, PerpTerms, Position, Standing, Tier, Tiers,
};
use breakwater_client::margin::position::Quote;
use breakwater_client::margin::waterfall::write_off;
use breakwater_client::margin::{
    Interval, PerpPlan, Plan, Price, Refusal, Request, Side, Snapshot, SpotPlan, Target, TokenLeg, health,
    plan_liquidation,
};

use crate::{COLLATERAL, DEBT, leg, params, plan, solvent};

const BASE: i64 = 1_000_000_000;
const QUOTE: i64 = 1_000_000;
/// A closing adds two quote units for rounding and rounds the need up by at most one: 3 / 0.08 is 38 units of notional at the
/// smallest gain of 8 %, and at $100 a unit is 10 base units; one more because the size is rounded up.
const ROUNDING: u64 = 38 * 10 + 1;

/// A fresh price of a unit with a number of decimals, dollars × 10^6.
fn interval(price: u64, decimals: u32) -> Interval {
    let mid = (u128::from(price) << 64) / 1_000_000 / u128::from(10u64.pow(decimals));
    let mid = Price(u64::try_from(mid).expect("a unit is worth less than a dollar"));
    Interval { mid, ema: mid, band: 0, liquidation_band: 0, age: 0, volatility: 0 }
}

/// A position at $100 with one rate of margin at every level, and fees of keeper and insurance in bps.
fn position(base: i64, quote: i64, margin: u16, (keeper_fee, insurance_fee): (u32, u32)) -> PerpLeg {
    let tier = Tier { edge: u64::MAX, initial: margin, end: margin, maintenance: margin };
    let terms = PerpTerms {
        market: 0,
        tiers: Tiers([tier; 4]),
        maturity: 3_600,
        keeper_fee,
        insurance_fee,
        standing: Standing::Sound,
        payable: u64::MAX,
    };
    let held = Position { base, quote, ..Position::default() };
    PerpLeg::new(terms, held, 0, interval(100_000_000, 9), 6, 0).unwrap_or_else(|error| panic!("{error:?}"))
}

/// The closing of an account's one position, all of it wanted.
fn closing(perp: PerpLeg, tokens: Vec<TokenLeg>, quote_price: u64) -> PerpPlan {
    let quote = Quote { token: 9, price: interval(quote_price, 6) };
    let snapshot = Snapshot { tokens, perps: vec![perp], quote, index_age: 0 };
    let valuation = health::value(&snapshot).unwrap_or_else(|refusal| panic!("{refusal:?}"));
    let request = Request::new(Target::Perp(0), u64::MAX);
    match plan_liquidation(&snapshot, &valuation, &params(100, 0), &request) {
        Ok(Plan::Perp(plan)) => plan,
        other => panic!("no closing: {other:?}"),
    }
}

/// 100 base at $100 need 1,000 at 10 %. The account is short of $10: in quote tokens that are worth less it is short of more
/// of them, and every base that is closed frees as many quote tokens as ever.
#[test]
fn base_to_cover_a_shortage() {
    let ten = 10 * QUOTE;
    for (quote_price, short, fees, published) in [
        (1_000_000, ten, (0, 0), 1_000_000_000),
        (990_000, ten * 100 / 99, (0, 0), 1_010_101_010),
        (1_010_000, ten * 100 / 101, (0, 0), 990_099_009),
        (1_000_000, ten, (100, 0), 1_111_111_111),
        (1_000_000, ten, (100, 100), 1_250_000_000),
    ] {
        let perp = position(100 * BASE, -10_000 * QUOTE + 1_000 * QUOTE - short, 1_000, fees);
        let plan = closing(perp, Vec::new(), quote_price);
        assert!((published..=published + ROUNDING).contains(&plan.size), "{} for {published}", plan.size);
    }
}

/// The pair of a debt of SOL and a deposit of dollars, short of $10.
fn transfer(asset: u32, liability: u32, bonus: u32) -> Result<SpotPlan, Refusal> {
    const SOL: u64 = 1 << 30;
    // 10 SOL at $100 and a deposit whose weighted value is $10 less than theirs, in steps of 2^-20 dollars.
    let held = ((1_000 * u64::from(liability) - 100_000) << 20) / u64::from(asset);
    let debt = leg(DEBT, Side::Debt, 10 * SOL, (1_000, 1), liability);
    let deposit = leg(COLLATERAL, Side::Deposit, held, (held, 1 << 20), asset);
    plan(vec![debt, deposit, solvent()], &params(bonus, 0), u64::MAX)
}

/// Weights of 0.8 and 1.2: ten dollars over 100·(1.2 − 0.8·(1 + β)). A fee of 10 % on both sides is 1 + β = 1.1 / 0.9; one of
/// 1 % of the debt for insurance weighs 1.2 % of it and so as much as 1.5 % of the collateral.
#[test]
fn liability_to_cover_a_shortage() {
    // Drift cuts the quotient of its fees at five digits and ours are whole bps: a part in ten thousand.
    for (bonus, published) in [(0, 250_000_000u64), (2_222, 449_984_250), (150, 257_731_958), (2_372, 475_669_504)] {
        let plan = transfer(8_000, 12_000, bonus).unwrap_or_else(|refusal| panic!("{refusal:?}"));
        let size = u64::try_from((u128::from(plan.repay) * 1_000_000_000) >> 30).expect("a few base");
        assert!(size.abs_diff(published) <= published / 10_000, "{size} for {published}, {:?}", plan.bonus);
    }
}

/// Drift's transfer is unlimited where a debt weighs less than its collateral. Such a pair does not help, and none is made.
#[test]
fn a_liability_that_weighs_no_more_than_its_asset_is_not_transferred() {
    for (asset, liability) in [(12_000, 12_000), (13_000, 12_000)] {
        assert_eq!(transfer(asset, liability, 0), Err(Refusal::NoLegHelps), "{asset} for {liability}");
    }
}

/// A debt of 1.0 at $100 with fees of 1 % on both sides costs 100·1.01 / 0.99 = 102.020202; ten dollars pay for
/// 10·0.99 / 1.01 / 100 = 0.098019802. 1.01 / 0.99 is 202 bps and a fiftieth of one.
#[test]
fn asset_for_a_liability_and_liability_for_an_asset() {
    let near = |found: u64, published: u64| found.abs_diff(published) <= published / 250_000;
    const SOL: u64 = 1 << 30;
    let dollars = |units: u64| leg(COLLATERAL, Side::Deposit, units << 20, (units, 1), 5_000);
    // An age at which nothing can be repaid or seized keeps the other debt of the account out of the way.
    let mut other = leg(7, Side::Debt, SOL, (1_000, 1), 12_000);
    other.price.age = 61;
    for (held, repaid, seized) in [(1_000, 1_000_000_000, 102_020_202), (10, 98_019_802, 10_000_000)] {
        let debt = leg(DEBT, Side::Debt, SOL, (100, 1), 12_000);
        let legs = vec![debt, dollars(held), other, solvent()];
        let plan = plan(legs, &params(202, 0), u64::MAX).unwrap_or_else(|refusal| panic!("{refusal:?}"));
        let (repay, seize) =
            ((u128::from(plan.repay) * 1_000_000_000) >> 30, (u128::from(plan.seize) * 1_000_000) >> 20);
        let (repay, seize) = (u64::try_from(repay).expect("fits"), u64::try_from(seize).expect("fits"));
        assert!(near(repay, repaid) && near(seize, seized), "{repay} for {repaid}, {seize} for {seized}");
    }
}

/// `successful_liquidation_long_perp`: one base, quote −150, $100, a fee of 1 %. Drift's user ends with −51 and its keeper with
/// one base and −99, that is $1; ours ends with −51 and its keeper with 1. The second row is ten times the position.
///
/// Drift's user has nothing else: −50 of equity, and the fee makes it −51. Ours must be solvent to pay a fee: something that
/// cannot be seized keeps it so. Without it there is no fee, and −50 is left: a unit less, as a price of $100 for 10^9 units is
/// rounded down.
#[test]
fn a_long_under_water_is_closed_whole() {
    for (base, quote, fee, left) in [(1, -150, 1, -51), (10, -1_100, 10, -110)] {
        let perp = || position(base * BASE, quote * QUOTE, 500, (100, 0));
        let after = |plan: &PerpPlan| quote * QUOTE + perp().notional.down as i64 - plan.fee as i64;
        let plan = closing(perp(), vec![solvent()], 1_000_000);
        assert_eq!((plan.size, plan.fee, plan.insurance), ((base * BASE) as u64, (fee * QUOTE) as u64 - 1, 0));
        assert_eq!(after(&plan), left * QUOTE);
        let plan = closing(perp(), Vec::new(), 1_000_000);
        assert_eq!((plan.size, plan.fee), ((base * BASE) as u64, 0), "LIQ-4");
        assert_eq!(after(&plan), (left + fee) * QUOTE - 1);
    }
}

/// A loss of 11 over deposits of 120: each loses 0.0916666667, rounded up.
#[test]
fn a_socialised_loss_lowers_the_index_of_deposits() {
    let token = 1_000_000;
    let mut books = Books::default();
    books.receive(120 * token).expect("fits");
    books.mint_deposit(120 * token).expect("fits");
    let owed = books.issue_debt(11 * token).expect("fits");
    books.pay_out(11 * token).expect("the vault has it");
    let before = books.deposit_index.0;
    let loss = write_off(&mut books, owed, None, 0).expect("fits");
    let delta = u128::from(before - books.deposit_index.0) * 10_000_000_000;
    assert_eq!(delta.div_ceil(1 << 48), 916_666_667);
    assert!((11 * token..=11 * token + 1).contains(&loss.socialised), "{}", loss.socialised);
}

/// Average prices of bid and ask of 32.513929·0.999 and ·1.001 differ by 0.065027, of which a day takes a twenty-fourth an
/// hour: 2,709,458 of a 10^-9 quote token for each base. As a rate of the index that is 65,027 / (24·32,513,929) an hour: here
/// it is the rate of so much skew. Its sign is that of the skew: shorts pay where K < 0, as there where bids are below asks.
#[test]
fn an_hour_of_funding() {
    let price = 32_513_929;
    let mark = Mark::of(interval(price, 9).mid, 6).expect("fits");
    let terms = FundingTerms { slope: 1_000_000, maximum: 10_000, skew_scale: 24 * price };
    for (long, short, sign) in [(0, 65_027, -1), (65_027, 0, 1)] {
        let mut market = Market { long, short, ..Market::default() };
        market.accrue_funding(&terms, mark, Freshness::Fresh, 3_600).expect("fits");
        // Quote units for a base unit × 2^44, in 10^-9 quote tokens for 10^9 base units.
        let paid = (i128::from(market.funding_index) * 1_000_000_000_000) >> MARK_BITS;
        assert!((paid * sign - 2_709_458).abs() <= 10, "{paid}");
    }
}
