//! SCR-1 on random accounts of all kinds, at their edge and away from it.

use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::perp::{PerpLeg, PerpTerms, Position, Standing, Tier};
use crate::position::{Quote, Side, Snapshot, TokenLeg, Weights};
use crate::price::{FeedConfig, FeedState, Price};
use crate::units::{Shares, WAD};

const NOW: i64 = 1_700_000_000;
const DECIMALS: u8 = 6;

/// An account as it lies on chain.
#[derive(Clone, Debug)]
struct Account {
    tokens: Vec<(u8, Side, Shares)>,
    perps: Vec<(u8, Position)>,
}

impl Account {
    /// H_hi < 0 by the one function that decides; what it refuses to value is not liquidatable.
    fn is_liquidatable(&self, terms: &Terms, now: i64) -> bool {
        self.snapshot(terms, now).and_then(|snapshot| crate::value(&snapshot).ok()).is_some_and(|v| v.is_liquidatable())
    }

    fn snapshot(&self, terms: &Terms, now: i64) -> Option<Snapshot> {
        let mut snapshot = Snapshot::with_capacity(16);
        for (token, side, shares) in &self.tokens {
            let token_terms = &terms.tokens[usize::from(*token)];
            let (amount, maintenance) = match side {
                Side::Deposit => (token_terms.deposit_index.amount_down(*shares).ok()?, token_terms.asset),
                Side::Debt => (token_terms.borrow_index.amount_up(*shares).ok()?, token_terms.liability),
            };
            let weights = Weights { initial: maintenance, end: maintenance, maintenance };
            snapshot.tokens.push(TokenLeg::new(*token, *side, amount, token_terms.price, weights));
        }
        snapshot.quote = Quote { token: 0, price: terms.quote };
        for (market, position) in &self.perps {
            // Where several funding indices may be used, the worse one.
            let of = &terms.markets[usize::from(*market)];
            let perp = PerpTerms {
                market: *market,
                tiers: of.tiers,
                maturity: 3_600,
                keeper_fee: 40,
                insurance_fee: 40,
                standing: Standing::Sound,
                payable: of.payable,
            };
            let funding = if position.base < 0 { of.lowest_funding } else { of.highest_funding };
            snapshot.perps.push(PerpLeg::new(perp, *position, funding, of.price, terms.quote_decimals, now).ok()?);
        }
        Some(snapshot)
    }

    fn packed(&self, scales: &Scales) -> Option<Packed> {
        Packed::new(scales, self.tokens.iter().copied(), self.perps.iter().copied())
    }

    fn screened(&self, scales: &Scales, table: &Table) -> Option<Screened> {
        Some(self.packed(scales)?.row::<16, 8>()?.weigh(table))
    }

    /// The account with a first leg of such a size that it is just (not) liquidatable.
    fn at_its_edge(&self, terms: &Terms, offset: i64) -> Account {
        let with = |shares| {
            let mut account = self.clone();
            account.tokens[0].2 = shares;
            account
        };
        let bad = |shares| with(shares).is_liquidatable(terms, NOW) == (self.tokens[0].1 == Side::Debt);
        let (mut low, mut high) = (1u64, 1 << 62);
        while high - low > 1 {
            let middle = low.midpoint(high);
            (low, high) = if bad(middle) { (low, middle) } else { (middle, high) };
        }
        with(high.saturating_add_signed(offset).max(1))
    }
}

fn interval() -> impl Strategy<Value = Interval> {
    // From a millionth of a cent for 10^9 native units to a third of a dollar for one.
    let price = (20u32..62, any::<u64>()).prop_map(|(bits, x)| (1u64 << bits) | (x & ((1 << bits) - 1)));
    let age = prop_oneof![4 => 0i64..=70, 1 => 60i64..100_000, 1 => 80_000i64..800_000];
    (price, age, 0u32..100, 1u32..=100, 100u32..=2_000).prop_map(|(price, age, confidence, liquidation, band)| {
        let config = FeedConfig {
            decimals: 6,
            max_confidence: 300,
            confidence_multiple: 20_000,
            drift: 3,
            max_band: band,
            max_liquidation_band: liquidation,
        };
        let state =
            FeedState { price: Price(price), ema: Price(price), confidence_band: confidence, publish_time: NOW - age };
        Interval::at(&config, &state, NOW)
    })
}

fn token() -> impl Strategy<Value = TokenTerms> {
    (interval(), WAD / 2..WAD * 40, WAD..WAD * 60, 0u32..=10_000, 10_000u32..=20_000).prop_map(
        |(price, deposit, borrow, asset, liability)| TokenTerms {
            deposit_index: Index(deposit),
            borrow_index: Index(borrow),
            asset,
            liability,
            price,
        },
    )
}

fn market() -> impl Strategy<Value = MarketTerms> {
    let tier = |edge: u64, maintenance: u16| Tier { edge, initial: 0, end: 0, maintenance };
    let tiers = (1_000_000u64..1 << 45, 100u16..2_000).prop_map(move |(edge, rate)| {
        Tiers([tier(edge, rate), tier(edge * 3, rate + 300), tier(edge * 9, rate + 900), tier(u64::MAX, rate + 2_000)])
    });
    let funding = prop_oneof![Just(0i64), -(1i64 << 56)..1 << 56];
    let payable = prop_oneof![2 => Just(u64::MAX), 1 => 0u64..1 << 44];
    let range = prop_oneof![Just(0i64), 0i64..1 << 50];
    (interval(), funding, range, tiers, payable).prop_map(|(price, funding, range, tiers, payable)| MarketTerms {
        price,
        lowest_funding: funding - range,
        highest_funding: funding,
        tiers,
        payable,
    })
}

fn terms() -> impl Strategy<Value = Terms> {
    let quote = (interval(), 40u32..46).prop_map(|(interval, bits)| Interval { mid: Price(1 << bits), ..interval });
    (proptest::collection::vec(token(), 4), proptest::collection::vec(market(), 3), quote).prop_map(
        |(tokens, markets, quote)| {
            let mut terms = Terms {
                tokens: [TokenTerms::default(); TOKENS],
                markets: [MarketTerms::default(); MARKETS],
                quote,
                quote_decimals: DECIMALS,
            };
            terms.tokens[..tokens.len()].copy_from_slice(&tokens);
            terms.markets[..markets.len()].copy_from_slice(&markets);
            terms
        },
    )
}

fn position() -> impl Strategy<Value = Position> {
    let size =
        (prop_oneof![9 => 0u32..46, 1 => 46u32..62], any::<u64>(), any::<bool>()).prop_map(|(bits, x, short)| {
            let size = ((1u64 << bits) | (x & ((1 << bits) - 1))) as i64;
            if short { -size } else { size }
        });
    let quote = (0u32..50, any::<u64>(), any::<bool>()).prop_map(|(bits, x, owes)| {
        let quote = (x & ((1 << bits) - 1)) as i64;
        if owes { -quote } else { quote }
    });
    let profit = || prop_oneof![3 => Just(0u64), 1 => 0u64..1 << 44];
    (prop_oneof![6 => size, 1 => Just(0)], quote, profit(), profit(), 0i64..10_000, -(1i64 << 56)..1 << 56).prop_map(
        |(base, quote, matured, seen, touched, funding_index)| Position {
            base,
            quote,
            matured,
            seen,
            touched_at: NOW - touched,
            funding_index,
            ..Position::default()
        },
    )
}

fn account() -> impl Strategy<Value = Account> {
    let shares = (0u32..50, any::<u64>()).prop_map(|(bits, x)| (1u64 << bits) | (x & ((1 << bits) - 1)));
    let side = prop_oneof![Just(Side::Deposit), Just(Side::Debt)];
    let tokens = proptest::collection::vec((0u8..4, side, shares), 1..6);
    let perps = proptest::collection::vec((0u8..3, position()), 0..4);
    (tokens, perps).prop_map(|(tokens, perps)| Account { tokens, perps })
}

/// How everything moves: which way each token, market and the quote token, and how fast beside each other.
#[derive(Clone, Debug)]
struct Path {
    tokens: [i64; 4],
    markets: [i64; 3],
    quote: i64,
    funding: [i64; 3],
    interest: u64,
    seconds: u32,
    payable: u64,
}

impl Path {
    /// Every way against an account where `speeds` say how fast, and what it cannot choose as it comes.
    fn against(account: &Account, speeds: &[i64], (up, seconds, payable): (bool, u32, u64)) -> Path {
        let token = |token: usize| {
            let held = account.tokens.iter().find(|(number, ..)| usize::from(*number) == token);
            let falls = held.is_none_or(|(_, side, _)| *side == Side::Deposit);
            if falls { -speeds[token] } else { speeds[token] }
        };
        let short = |market: usize| {
            account.perps.iter().any(|(number, position)| usize::from(*number) == market && position.base < 0)
        };
        let market = |market: usize| if short(market) { speeds[4 + market] } else { -speeds[4 + market] };
        Path {
            tokens: core::array::from_fn(token),
            markets: core::array::from_fn(market),
            quote: if up { speeds[7] } else { -speeds[7] },
            funding: core::array::from_fn(
                |number| if short(number) { -speeds[8 + number] } else { speeds[8 + number] },
            ),
            interest: speeds[11] as u64 / 20,
            seconds,
            payable,
        }
    }

    /// Terms at a point of the path.
    fn at(&self, terms: &Terms, step: i64) -> Terms {
        let mut terms = terms.clone();
        let by = |x: u64, part: i64| ((i128::from(x) * i128::from(100_000_000 + part * step)) / 100_000_000) as u64;
        let later = |interval: &mut Interval, part: i64| {
            interval.mid = Price(by(interval.mid.0, part));
            interval.age = interval.age.saturating_add(if step > 0 { self.seconds } else { 0 });
        };
        for (token, part) in terms.tokens.iter_mut().zip(self.tokens) {
            later(&mut token.price, part);
            token.borrow_index = Index(by(token.borrow_index.0, self.interest as i64));
        }
        for ((market, part), funding) in terms.markets.iter_mut().zip(self.markets).zip(self.funding) {
            later(&mut market.price, part);
            let mark = crate::perp::Mark::of(market.price.mid, DECIMALS).unwrap_or_default().0;
            let charged = (i128::from(mark) * i128::from(funding * step) / 100_000_000) as i64;
            market.highest_funding = market.highest_funding.saturating_add(charged);
            market.lowest_funding = market.lowest_funding.saturating_add(charged);
            market.payable -= if step > 0 { market.payable / 100 * self.payable } else { 0 };
        }
        later(&mut terms.quote, self.quote);
        terms
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn scr_1_no_liquidatable_account_is_passed_over(terms in terms(), account in account(), at_scale in terms()) {
        let scales = Scales::of(&terms);
        let table = Table::new(&terms, &scales).expect("scales fit their own terms");
        if let Some(screened) = account.screened(&scales, &table) {
            prop_assert!(
                screened.is_candidate() || !account.is_liquidatable(&terms, NOW),
                "SCR-1 passed over: {screened:?}"
            );
            let row = account.packed(&scales).unwrap().row::<16, 8>().unwrap();
            prop_assert_eq!(row.health(&table), screened.health);
            prop_assert!(row.health(&table.stressed()) <= screened.health);
        }
        // Scales of another time serve as well, or say that they do not.
        let older = Scales::of(&at_scale);
        if let (Some(table), Some(packed)) = (Table::new(&terms, &older), account.packed(&older)) {
            let screened = packed.row::<16, 8>().unwrap().weigh(&table);
            prop_assert!(screened.is_candidate() || !account.is_liquidatable(&terms, NOW), "SCR-1 at older scales");
        }
    }

    #[test]
    fn scr_1_holds_to_the_last_share_at_the_edge(terms in terms(), account in account(), offset in -3i64..=3) {
        let scales = Scales::of(&terms);
        let table = Table::new(&terms, &scales).unwrap();
        let account = account.at_its_edge(&terms, offset);
        if let Some(screened) = account.screened(&scales, &table) {
            prop_assert!(
                screened.is_candidate() || !account.is_liquidatable(&terms, NOW),
                "SCR-1 passed over at the edge: {screened:?}"
            );
        }
    }

    #[test]
    fn scr_1_an_account_further_away_than_the_drift_needs_no_look(
        terms in terms(), account in account(), closeness in 0i64..6_000,
        speeds in proptest::collection::vec(prop_oneof![Just(0i64), 1i64..1_000], 12),
        seconds in prop_oneof![3 => Just(0u32), 1 => 0u32..2_000], up: bool,
        payable in prop_oneof![3 => Just(0u64), 1 => 0u64..100],
    ) {
        let scales = Scales::of(&terms);
        let table = Table::new(&terms, &scales).unwrap();
        let mut account = account.at_its_edge(&terms, 0);
        // A little on the healthy side.
        let part = if account.tokens[0].1 == Side::Debt { 100_000 - closeness } else { 100_000 + closeness };
        account.tokens[0].2 = (i128::from(account.tokens[0].2) * i128::from(part) / 100_000).max(1) as u64;
        let Some(packed) = account.packed(&scales) else { return Ok(()) };
        let row = packed.row::<16, 8>().unwrap();
        // Far by either measure counts as a distance of 2^-5, less a step for roundings.
        let distance = match row.health(&table.stressed()) {
            0.. => FAR,
            _ => row.weigh(&table).distance(),
        };
        let path = Path::against(&account, &speeds, (up, seconds, payable));
        let needs_no_look = |step: i64| {
            let Some(now) = Table::new(&path.at(&terms, step), &scales) else { return false };
            let mut drift = 0;
            row.keys(|key| drift = drift.max(now.drift(&table, key)));
            drift <= u32::from(distance)
        };
        // As far as it goes without a look.
        let (mut near, mut far) = (0i64, 20_000i64);
        while far - near > 1 {
            let middle = near.midpoint(far);
            (near, far) = if needs_no_look(middle) { (middle, far) } else { (near, middle) };
        }
        for step in [near, near / 2] {
            if distance > 0 && needs_no_look(step) {
                let later = path.at(&terms, step);
                prop_assert!(
                    !account.is_liquidatable(&later, NOW + i64::from(seconds)),
                    "SCR-1 liquidatable within its distance of {distance}, step {step}"
                );
            }
        }
    }
}

/// One token at $150 for 10^9 units, one at a dollar for 10^6, a market of the first.
fn plain() -> Terms {
    let at = |dollars: u128, units: u128| Interval {
        mid: Price(((dollars << 64) / units) as u64),
        liquidation_band: 20,
        age: 1,
        ..Interval::default()
    };
    let mut terms = Terms {
        tokens: [TokenTerms::default(); TOKENS],
        markets: [MarketTerms::default(); MARKETS],
        quote: at(1, 1_000_000),
        quote_decimals: DECIMALS,
    };
    terms.tokens[0] =
        TokenTerms { asset: 8_000, liability: 12_000, price: at(150, 1_000_000_000), ..Default::default() };
    terms.tokens[1] = TokenTerms { asset: 9_500, liability: 10_500, price: at(1, 1_000_000), ..Default::default() };
    let tier = Tier { edge: u64::MAX, initial: 1_000, end: 550, maintenance: 500 };
    terms.markets[0] =
        MarketTerms { price: at(150, 1_000_000_000), tiers: Tiers([tier; 4]), payable: u64::MAX, ..Default::default() };
    terms
}

#[test]
fn health_is_told_to_a_few_millionths_of_what_is_held() {
    let terms = plain();
    let scales = Scales::of(&terms);
    let table = Table::new(&terms, &scales).unwrap();
    // 100 tokens of $150 less $9,000 of debt and a long of 20 tokens, bought for $3,100.
    let position = Position { base: 20_000_000_000, quote: -3_100_000_000, ..Position::default() };
    let account = Account {
        tokens: alloc::vec![(0, Side::Deposit, 100_000_000_000), (1, Side::Debt, 9_000_000_000)],
        perps: alloc::vec![(0, position)],
    };
    let exact = crate::value(&account.snapshot(&terms, NOW).unwrap()).unwrap().optimistic.value_down().0 >> 16;
    let screened = account.screened(&scales, &table).unwrap();
    let missing = exact as i64 - screened.health;
    // The account holds and owes $27,000.
    assert!((0..27_000 << 16 >> 17).contains(&missing), "SCR-1 {missing} × 2^-16 dollars are missing");
    assert!(!screened.is_candidate());
}

#[test]
fn what_does_not_fit_the_words_is_refused() {
    let terms = plain();
    let scales = Scales::of(&terms);
    let packed = |tokens: &[(u8, Side, Shares)], perps: &[(u8, Position)]| {
        Packed::new(&scales, tokens.iter().copied(), perps.iter().copied())
    };
    assert!(packed(&[(0, Side::Deposit, u64::MAX)], &[]).is_none());
    assert!(packed(&[(0, Side::Debt, 1)], &[(0, Position { secured: 1, base: 1, ..Position::default() })]).is_none());
    assert!(packed(&[], &[(0, Position { quote: -(1 << 57), ..Position::default() })]).is_none());
    assert!(packed(&[(0, Side::Debt, 1); 3], &[]).unwrap().row::<2, 0>().is_none(), "no room for three legs");
}

#[test]
fn a_price_beyond_the_scales_asks_for_new_ones() {
    let mut terms = plain();
    let scales = Scales::of(&terms);
    terms.tokens[0].price.mid.0 <<= 5;
    assert!(Table::new(&terms, &scales).is_none());
    assert!(Table::new(&terms, &Scales::of(&terms)).is_some());
}
