//! Laws of perpetuals, on random books.

use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::price::{Interval, Price};
use crate::units::Index;

const USD6: u64 = 1_000_000;
const TIERS: Tiers = Tiers([
    Tier { edge: 50_000 * USD6, initial: 1_000, end: 550, maintenance: 500 },
    Tier { edge: 250_000 * USD6, initial: 1_250, end: 700, maintenance: 650 },
    Tier { edge: 1_000_000 * USD6, initial: 1_600, end: 950, maintenance: 900 },
    Tier { edge: u64::MAX, initial: 2_500, end: 1_550, maintenance: 1_500 },
]);
const FUNDING: FundingTerms = FundingTerms { slope: 1_000_000, maximum: 10_000, skew_scale: 1 << 52 };
const NOW: i64 = 1_700_000_000;

fn terms() -> PerpTerms {
    PerpTerms {
        market: 0,
        tiers: TIERS,
        maturity: 3_600,
        keeper_fee: 40,
        insurance_fee: 40,
        standing: Standing::Sound,
        payable: u64::MAX,
    }
}

/// $150 for 10^9 base units, or another price.
fn interval(dollars_e4: u64) -> Interval {
    let price = Price(u64::try_from((u128::from(dollars_e4) << 64) / 10_000 / 1_000_000_000).unwrap());
    Interval { mid: price, ema: price, band: 50, liquidation_band: 30, age: 2, volatility: 0 }
}

fn mark(dollars_e4: u64) -> Mark {
    Mark::of(interval(dollars_e4).mid, 6).unwrap()
}

fn trade_terms() -> TradeTerms {
    TradeTerms {
        skew_scale: 1 << 52,
        open_interest_cap: 1 << 50,
        lot: 1_000_000,
        taker_fee: 5,
        tranche_share: 2_000,
        protocol_share: 1_000,
        pool_leverage: 20_000,
        min_open: 25 * USD6,
        availability: Availability::Open,
    }
}

fn quoted(dollars_e4: u64, moment: u64) -> Quoted {
    Quoted {
        mark: mark(dollars_e4),
        band: 10,
        age: 0,
        publish_time: NOW + moment as i64,
        slot: 100 + 10 * moment,
        index: Index::ONE,
    }
}

fn leg(base: i64, quote: i64, matured: u64, dollars_e4: u64) -> PerpLeg {
    let position = Position { base, quote, matured, touched_at: NOW, ..Position::default() };
    PerpLeg::new(terms(), position, 0, interval(dollars_e4), 6, NOW).unwrap()
}

proptest! {
    #[test]
    fn a_leg_contributes_monotonically_in_its_price(
        base in -1_000_000_000_000i64..1_000_000_000_000, quote in -200_000_000_000i64..200_000_000_000,
        matured in 0u64..50_000_000_000, low in 1u64..5_000_000, rise in 0u64..100_000,
    ) {
        let (a, b) = (PerpSums::of(&[leg(base, quote, matured, low)]), PerpSums::of(&[leg(base, quote, matured, low + rise)]));
        let ordered = |a: i64, b: i64| if base >= 0 { a <= b } else { a >= b };
        // Attack 7: with profit capped and margin growing, the health of a long used to fall as its price rose.
        prop_assert!(ordered(a.maintenance, b.maintenance), "maintenance {} {}", a.maintenance, b.maintenance);
        prop_assert!(ordered(a.end, b.end), "end");
        prop_assert!(ordered(a.optimistic, b.optimistic), "optimistic");
        let initial = leg(base, quote, matured, low).initial();
        prop_assert!(initial <= a.end && a.end <= a.maintenance && a.maintenance <= a.optimistic, "levels are ordered");
    }

    #[test]
    fn a_position_has_neither_won_nor_lost_at_its_break_even(
        base in -1_000_000_000_000i64..1_000_000_000_000, quote in -200_000_000_000i64..200_000_000_000,
    ) {
        let position = Position { base, quote, ..Position::default() };
        match position.break_even() {
            // A mark is a floor, and a notional both: a unit for each.
            Some(mark) => prop_assert!(position.pnl(mark).abs() <= 2, "{}", position.pnl(mark)),
            None => prop_assert!(base == 0 || (quote > 0) == (base > 0)),
        }
    }

    #[test]
    fn funding_grows_with_the_skew_up_to_its_maximum(net in 0i32..i32::MAX, more in 0i32..1_000) {
        let rate = |net: i32| FUNDING.rate(i64::from(net) << 20);
        prop_assert_eq!(rate(net), rate(-net));
        prop_assert!(rate(net) <= rate(net.saturating_add(more)));
        prop_assert!(rate(net) <= u64::from(FUNDING.maximum) << 20);
    }

    #[test]
    fn margin_is_continuous_and_grows_with_size(notional in 0u64..2_000_000 * USD6) {
        let at = |n| TIERS.requirement(n, |tier| tier.maintenance);
        prop_assert!(at(notional) <= at(notional + 1) && at(notional + 1) - at(notional) <= 1);
        let parts: u64 = TIERS.parts_from_top(notional).map(|(_, part)| part).sum();
        prop_assert_eq!(parts, notional);
    }

    #[test]
    fn books_stay_exact_through_trades_and_funding(
        steps in proptest::collection::vec((0usize..4, -500_000i64..500_000, 1u64..4_000, 1_000_000u64..2_000_000), 1..40)
    ) {
        let mut market = Market { pool: 1 << 50, funding_time: NOW, ..Market::default() };
        let mut people = [Position::default(); 4];
        let mut now = NOW;
        for (moment, (who, lots, wait, price)) in steps.into_iter().enumerate() {
            now += wait as i64;
            let mark = mark(price);
            market.accrue_funding(&FUNDING, mark, Freshness::Fresh, now).unwrap();
            let position = &mut people[who];
            market.touch(position, mark, 3_600, Index::ONE, now).unwrap();
            let order = Order { delta: lots * 1_000_000, limit: if lots > 0 { u64::MAX } else { 0 }, intent: Intent::Any };
            let (books, held) = (market, *position);
            if market.trade(position, &order, &trade_terms(), &quoted(price, moment as u64 + 1)).is_err() {
                (market, *position) = (books, held);
            }
            let net: i64 = people.iter().map(|p| p.base).sum();
            prop_assert_eq!(net, market.net(), "CON-1");
            let due = |p: &Position| {
                let exact = i128::from(p.base) * i128::from(p.funding_index - market.funding_index);
                (i128::from(p.quote) << MARK_BITS) + exact
            };
            let claims = (i128::from(market.claims.quote) << MARK_BITS) + i128::from(market.claims.fraction);
            prop_assert_eq!(people.iter().map(due).sum::<i128>(), claims, "FND-1 claims are what traders are owed");
            prop_assert_eq!(market.pool + market.tranche + market.fees, 1 << 50, "nothing is created");
        }
    }

    #[test]
    fn a_round_trip_at_one_price_never_pays(lots in 1i64..500_000, price in 100_000u64..3_000_000, other in -400_000i64..400_000) {
        let mut market = Market { pool: 1 << 55, ..Market::default() };
        let (mut crowd, mut trader) = (Position::default(), Position::default());
        let mut go = |who: &mut Position, lots: i64, moment| {
            let order = Order { delta: lots * 1_000_000, limit: if lots > 0 { u64::MAX } else { 0 }, intent: Intent::Any };
            market.trade(who, &order, &trade_terms(), &quoted(price, moment))
        };
        if other != 0 {
            let _ = go(&mut crowd, other, 1);
        }
        if go(&mut trader, lots, 2).is_ok() {
            go(&mut trader, -lots, 3).unwrap();
            prop_assert!(trader.quote < 0, "NPR-1 {}", trader.quote);
        }
    }

    #[test]
    fn liquidity_never_leaves_with_more_than_it_brought(
        first in USD6..1u64 << 45, second in USD6..1u64 << 45, net in -1_000_000i64..1_000_000, price in 1_000_000u64..2_000_000,
    ) {
        let mut market = Market { pool: first, liquidity: first, ..Market::default() };
        market.long = (net.max(0) * 1_000_000) as u64;
        market.short = (-net.min(0) * 1_000_000) as u64;
        market.claims.quote = -i64::try_from(mark(1_500_000).notional(net.unsigned_abs() * 1_000_000).down).unwrap() * net.signum();
        let bounds = |market: &Market| market.bounds((mark(price), mark(price)), &interval(price), Index::ONE, 1 << 52).unwrap();
        let before = bounds(&market);
        if let Ok(shares) = market.add_liquidity(second, &before) {
            market.receive(second).unwrap();
            let value = bounds(&market).redeemable(shares, market.liquidity).unwrap();
            prop_assert!(value <= second, "NPR-1 {value} for {second}");
        }
    }

    #[test]
    fn deleveraging_takes_the_deficit_and_no_more(
        gains in proptest::collection::vec(1u64..1 << 40, 1..6), part in 0u64..=100, losses in 0u64..1 << 30,
    ) {
        let mark = mark(1_500_000);
        let mut market = Market::default();
        let mut winners: Vec<Position> = gains.iter().map(|gain| Position { quote: *gain as i64, ..Position::default() }).collect();
        let owed: u64 = gains.iter().sum::<u64>().saturating_sub(losses);
        market.claims.quote = owed as i64;
        market.pool = owed / 100 * part;
        let deficit = market.judge(mark, Index::ONE, 7).unwrap();
        let terms = AdlTerms { threshold: 1_000, slots: 10 };
        let mut taken = 0;
        for winner in &mut winners {
            let (profit, assets) = (winner.quote, market.pool);
            match market.deleverage(winner, &terms, u64::MAX, (mark, Index::ONE), 20) {
                Ok(step) => {
                    taken += step.taken;
                    prop_assert_eq!(profit - winner.quote, step.taken as i64);
                    prop_assert_eq!((winner.secured, assets - market.pool), (step.secured, step.secured));
                }
                Err(refusal) => prop_assert_eq!(refusal, crate::Refusal::NoDeficit),
            }
            prop_assert!(winner.quote >= 0, "ADL-1 nobody owes because of it");
        }
        prop_assert_eq!(market.secured, winners.iter().map(|winner| winner.secured).sum::<u64>());
        prop_assert_eq!(market.escrow, market.secured, "ADL-1 what was left to them lies apart");
        let left = market.deficit(mark, Index::ONE).unwrap();
        for winner in winners.iter_mut().filter(|winner| winner.secured > 0 && winner.secured == winner.quote as u64) {
            let again = market.deleverage(winner, &terms, u64::MAX, (mark, Index::ONE), 20);
            prop_assert!(again == Err(crate::Refusal::NotAWinner) || left == 0, "ADL-1 nobody is taken from twice");
        }
        prop_assert_eq!(taken + left, deficit, "ADL-1 what is taken is the deficit");
        prop_assert!(left <= gains.len() as u64, "ADL-1 winners can bear all of it: {left}");
    }
}

#[test]
fn only_profit_that_two_touches_have_seen_matures() {
    let mut market = Market::default();
    let mut position = Position { base: 1_000_000_000, quote: -150 * USD6 as i64, ..Position::default() };
    let touch =
        |position: &mut Position, price, at| market.touch(position, mark(price), 3_600, Index::ONE, NOW + at).unwrap();
    let mut touch = touch;
    touch(&mut position, 1_500_000, 0);
    // A day later the price has jumped: the profit is new, so none of it has matured.
    touch(&mut position, 1_600_000, 86_400);
    assert_eq!(position.matured, 0, "attack 22");
    assert_eq!(position.seen, 9_999_999);
    touch(&mut position, 1_600_000, 86_400 + 1_800);
    assert_eq!(position.matured, 4_999_999, "half of W, half of the profit");
    touch(&mut position, 1_520_000, 86_400 + 1_801);
    assert_eq!(position.matured, 1_999_999, "it falls at once with the profit");
}

#[test]
fn funding_charges_the_old_skew_and_forgets_time_beyond_an_hour() {
    let mut market = Market { long: 1 << 42, funding_time: NOW, ..Market::default() };
    let at = |market: &mut Market, seconds| {
        market.accrue_funding(&FUNDING, mark(1_500_000), Freshness::Fresh, NOW + seconds).unwrap();
        market.funding_index
    };
    let hour = at(&mut market, 3_600);
    // K/S is 2^-10, c is one an hour: 976.56 millionths of the mark.
    assert_eq!(
        hour,
        i64::try_from(u128::from(mark(1_500_000).0) * (1_000_000u128 << 10) / (1_000_000u128 << 20)).unwrap()
    );
    let year = at(&mut market, 3_600 + 31_536_000);
    assert_eq!(year - hour, hour, "attack 22: a year without a crank costs an hour");
    market.accrue_funding(&FUNDING, mark(1_500_000), Freshness::Stale, NOW + 40_000_000).unwrap();
    assert_eq!(market.funding_index, year, "a stale index charges nothing");
}

/// An hour at the maximum moves F by a hundredth of the mark: the step that reaches ±2^62 is charged, one beyond is not, and the
/// way back is open. A position from one end to the other is still settled.
#[test]
fn the_funding_index_stops_at_its_largest_magnitude() {
    const MOST: i64 = 1 << 62;
    let terms = FundingTerms { slope: 1_000_000_000, ..FUNDING };
    let hour = |market: &mut Market| {
        let before = *market;
        let now = before.funding_time + 3_600;
        market.accrue_funding(&terms, mark(1_500_000), Freshness::Fresh, now).unwrap();
        assert_eq!(market.funding_time, now, "time that was not charged is forfeited");
        let exact = |claims: Claims| (i128::from(claims.quote) << MARK_BITS) + i128::from(claims.fraction);
        let moved = i128::from(market.funding_index - before.funding_index);
        assert_eq!(exact(market.claims) - exact(before.claims), -i128::from(market.net()) * moved, "FND-1");
        market.funding_index - before.funding_index
    };
    let step = hour(&mut Market { long: 1 << 42, funding_time: NOW, ..Market::default() });
    assert_eq!(step, (mark(1_500_000).0 / 100) as i64);
    for sign in [1, -1] {
        let (long, short) = if sign > 0 { (1 << 42, 0) } else { (0, 1 << 42) };
        let at = |index| Market { long, short, funding_index: index, funding_time: NOW, ..Market::default() };
        let mut market = at(sign * (MOST - step));
        assert_eq!(hour(&mut market), sign * step);
        assert_eq!(market.funding_index, sign * MOST);
        assert_eq!(hour(&mut market), 0, "F stops");
        assert_eq!(hour(&mut at(sign * (MOST - step + 1))), 0, "and makes no smaller step");
        (market.long, market.short) = (short, long);
        assert_eq!(hour(&mut market), -sign * step, "the other side's funding brings it back");

        let mut far = Position { base: sign << 42, funding_index: -sign * MOST, ..Position::default() };
        assert_eq!(far.settle_funding(sign * MOST), Ok(0));
        assert_eq!(far.quote, -(1 << 61), "2^42 × 2^63 / 2^44");
    }
}

/// A profit decays from 24 h to 8 d (§2.4) with all that has matured of it or lies apart, a loss does not; M does not grow.
#[test]
fn a_profit_on_a_dead_index_decays_and_a_loss_does_not() {
    let day = 86_400;
    let at = |quote: i64, age: u32| {
        let position = Position {
            base: 1_000_000_000,
            quote,
            matured: 40 * USD6,
            seen: 50 * USD6,
            secured: 30 * USD6,
            touched_at: NOW,
            ..Position::default()
        };
        let price = Interval { age, ..interval(1_500_000) };
        PerpLeg::new(terms(), position, 0, price, 6, NOW + i64::from(age)).unwrap()
    };
    let usd = |dollars: i64| dollars * USD6 as i64;
    for (age, profit, matured) in [
        (61, 50_000_000, 40_000_000),
        (day, 50_000_000, 40_000_000),
        // 604,799 of 604,800 s: floor to bps.
        (day + 1, 49_995_000, 40_000_000),
        (day + 302_400, 25_000_000, 25_000_000),
        (8 * day - 1, 0, 0),
        (8 * day, 0, 0),
        (u32::MAX, 0, 0),
    ] {
        // $150 less a unit, as the mark is floored, and a unit more.
        let leg = at(-usd(100) + 1, age);
        assert_eq!((leg.pnl, leg.position.matured), (profit, matured), "{age} s");
        let sums = PerpSums::of(&[leg]);
        // R is 5 % of $150.
        let expected = (profit - 7_500_000).min(matured as i64);
        assert_eq!((sums.maintenance, sums.losses), (expected, 0), "{age} s");
        assert_eq!(at(-usd(200) + 1, age).pnl, -usd(50), "a loss of {age} s is owed whole");
    }
}

#[test]
fn extreme_values_neither_overflow_nor_trap_a_position() {
    let mut market = Market { pool: u64::MAX >> 8, ..Market::default() };
    let mut position = Position::default();
    let order = Order { delta: i64::MAX / 1_000_000 * 1_000_000, limit: u64::MAX, intent: Intent::Any };
    assert_eq!(
        market.trade(&mut position, &order, &trade_terms(), &quoted(1_500_000, 1)),
        Err(crate::Refusal::OverOpenInterest)
    );
    let order = Order { delta: -(1 << 49) / 1_000_000 * 1_000_000, limit: 0, intent: Intent::Any };
    market.trade(&mut position, &order, &trade_terms(), &quoted(1_500_000, 2)).unwrap();
    // The price rises a thousand times.
    let high = mark(1_500_000_000);
    market.touch(&mut position, high, 3_600, Index::ONE, NOW + 100_000_000).unwrap();
    assert!(position.pnl(high) < -80_000_000_000 * USD6 as i64, "{}", position.pnl(high));
    let held = position.base.unsigned_abs();
    market.close_at_mark(&mut position, held, high).unwrap();
    assert_eq!((position.base, market.short), (0, 0), "LIQ-3 it can be closed");
}

#[test]
fn the_threshold_of_deleveraging_falls_to_nothing() {
    let terms = AdlTerms { threshold: 1_000, slots: 300 };
    assert_eq!([0, 150, 299, 300, 1_000].map(|waited| terms.threshold_at(500, 500 + waited)), [1_000, 500, 4, 0, 0]);
}
