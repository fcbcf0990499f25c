//! What a trade costs: the index price, the spread, the integral of the skew, the fee and who gets it.

use breakwater_client::decode::Event;
use breakwater_client::interface::events::Traded;
use breakwater_client::interface::perp::PerpPosition;

use super::{ONE_LONG, calm, doubled, half_each, long_one, move_to, position};
use crate::common::{MarginError, Verdict, World, btc, usd, usdc};

const MARK_BITS: u32 = 44;

/// One BTC of an even market at $62,500 and without a spread: n = 62,500,000,000, S = 250,000 BTC.
///   cost = n × (2S + Δ) / 2S = n × (1 + 1/500,000) = 62,500,125,000
///   fee  = ceil(cost × 5 bps) = ceil(31,250,062.5) = 31,250,063
///   of it the tranche gets floor(20 %) = 6,250,012, the protocol floor(10 %) = 3,125,006
#[tokio::test]
async fn a_trade_costs_index_skew_and_fee_and_the_pool_shares_the_fee() {
    let (mut world, _) = World::with_pool().await;
    let alice = world.funded(usdc(100_000)).await;
    world.freshen_all().await;
    let (now, slot) = (world.chain.now(), world.chain.slot());
    let sent = alice.trade(&mut world, "BTC", btc(1)).await.succeeds();

    let market = world.market("BTC").await;
    let traded = Traded {
        account: alice.account.to_bytes(),
        delta: btc(1),
        cost: 62_500_125_000,
        fee: 31_250_063,
        mark: 62_500 << MARK_BITS,
        base: btc(1),
        quote: -ONE_LONG,
        long: 1_000_000,
        short: 0,
        funding_index: 0,
        market: 0,
    };
    assert_eq!(sent.events, [Event::Traded(traded)]);
    let expected = PerpPosition {
        base: btc(1),
        quote: -ONE_LONG,
        matured: 0,
        seen: 0,
        secured: 0,
        escrow: 0,
        touched_at: now,
        funding_index: 0,
        increased_at: now,
        increased_slot: slot,
        market: 0,
        reserved: [0; 7],
    };
    assert_eq!(position(&mut world, &alice).await, expected);
    assert_eq!((market.long, market.short, market.claims_quote), (1_000_000, 0, -ONE_LONG), "CON-1");
    assert_eq!((market.tranche, market.fees), (6_250_012, 3_125_006));
    assert_eq!(market.pool, usdc(1_000_000) - 6_250_012 - 3_125_006, "the pool keeps the rest");
    assert_eq!(alice.deposited(&mut world, "USDC").await, usdc(100_000), "a trade moves no tokens");
}

/// Alice has won twice what the pool of 10,000 has, Bob has not paid what he lost. Alice is paid all of the pool but a rest; of
/// the fee of her sale the tranche's fifth comes first, and neither it nor the protocol's tenth is more than what is there.
#[tokio::test]
async fn tranche_and_protocol_get_of_a_fee_only_what_the_pool_has() {
    // 0.501 BTC at K = 0.001: floor(62,625,000,000 × (1 − 499,000 / 2S)); the fee is ceil(31,312,468.75).
    let (cost, fee, fifth, tenth) = (62_624_937_500, 31_312_469, 6_262_493, 3_131_246);
    for (rest, tranche, protocol) in
        [(0, 0, 0), (1_000, 1_000, 0), (fifth, fifth, 0), (fifth + 5, fifth, 5), (fifth + tenth + 7, fifth, tenth)]
    {
        let (mut world, alice, _bob) = half_each().await;
        move_to(&mut world, doubled()).await;
        alice.trade(&mut world, "BTC", 1_000).await.succeeds();
        world.chain.advance(3_600);
        world.let_positions_settle().await;
        let pool = world.market("BTC").await.pool;
        alice.settle(&mut world, "BTC", pool - rest).await.succeeds();
        let before = world.market("BTC").await;
        assert_eq!((before.pool, before.deficit_since), (rest, 0));

        let sent = alice.reduce(&mut world, "BTC", u64::MAX).await.succeeds();
        let [Event::Traded(traded)] = sent.events[..] else { panic!("not one trade: {:?}", sent.events) };
        assert_eq!((traded.cost, traded.fee), (cost, fee));
        let after = world.market("BTC").await;
        assert_eq!(
            (after.tranche - before.tranche, after.fees - before.fees),
            (tranche, protocol),
            "{rest} in the pool"
        );
        assert_eq!(after.pool, rest - tranche - protocol);
        let claims = after.claims_quote - before.claims_quote;
        assert_eq!(claims.unsigned_abs(), cost - fee, "CON-1: she pays the whole fee all the same");
    }
}

/// The print is 4 s old: b = 2 bps × √4 = 4 bps. K = 1 BTC before the first and 3 BTC before the second trade.
///   buy 2:  125,000,000,000 × 1.0004 = 125,050,000,000;  × (2S + 2K + Δ) / 2S = × (1 + 4/500,000) = 125,051,000,400
///   sell 1:  62,500,000,000 × 0.9996 =  62,475,000,000;  × (2S + 2K − Δ) / 2S = × (1 + 5/500,000) =  62,475,624,750
///   fees: ceil(62,525,500.2) = 62,525,501 and ceil(31,237,812.375) = 31,237,813
#[tokio::test]
async fn spread_and_skew_are_paid_to_the_unit() {
    let mut world = calm().await;
    let (_, bob, carol) =
        (long_one(&mut world).await, world.funded(usdc(100_000)).await, world.funded(usdc(100_000)).await);
    world.freshen_all().await;
    world.chain.advance(4);
    bob.trade(&mut world, "BTC", btc(2)).await.succeeds();
    assert_eq!(position(&mut world, &bob).await.quote, -(125_051_000_400 + 62_525_501));
    carol.trade(&mut world, "BTC", btc(-1)).await.succeeds();
    assert_eq!(position(&mut world, &carol).await.quote, 62_475_624_750 - 31_237_813);
}

/// At $62,501 the mark is a fraction below 62,501 quote units for one base unit. 0.003 BTC:
///   bought at K = 0: ceil(n) = 187,503,000;  × (2S + 3,000) / 2S = 187,503,001.125… → 187,503,002; fee 93,751.501 → 93,752
///   sold at K = 0.003: floor(n) = 187,502,999;  × (2S + 3,000) / 2S = 187,503,000.125… → 187,503,000; fee 93,751.5 → 93,752
#[tokio::test]
async fn every_step_rounds_against_the_trader() {
    let mut world = calm().await;
    let (alice, bob) = (world.funded(usdc(1_000)).await, world.funded(usdc(1_000)).await);
    world.freshen_all().await;
    world.price("BTC", usd(62_501)).await;
    alice.trade(&mut world, "BTC", 3_000).await.succeeds();
    assert_eq!(position(&mut world, &alice).await.quote, -(187_503_002 + 93_752));
    bob.trade(&mut world, "BTC", -3_000).await.succeeds();
    assert_eq!(position(&mut world, &bob).await.quote, 187_503_000 - 93_752);
}

/// Two trades of one BTC cost what one of two does, but for the unit of rounding of each fee: the price is an integral.
///   1: 62,500,125,000   2: 62,500,000,000 × (1 + 3/500,000) = 62,500,375,000   together 125,000,500,000
///   at once: 125,000,000,000 × (1 + 2/500,000) = 125,000,500,000
///   fees: 31,250,063 + ceil(31,250,187.5) = 62,500,251 against 62,500,250
#[tokio::test]
async fn splitting_a_trade_gains_nothing() {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    alice.trade(&mut world, "BTC", btc(1)).await.succeeds();
    assert_eq!(position(&mut world, &alice).await.quote, -(125_000_500_000 + 62_500_251));

    let mut at_once = calm().await;
    let bob = at_once.funded(usdc(100_000)).await;
    at_once.freshen_all().await;
    bob.trade(&mut at_once, "BTC", btc(2)).await.succeeds();
    assert_eq!(position(&mut at_once, &bob).await.quote, -(125_000_500_000 + 62_500_250));
}

/// Closing sells back into the same skew: 62,500,000,000 × (2S + 2 BTC − 1 BTC) / 2S = 62,500,125,000. Only the two fees
/// of 31,250,063 are lost: 62,500,126.
#[tokio::test]
async fn a_round_trip_costs_the_two_fees() {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    world.let_positions_settle().await;
    alice.reduce(&mut world, "BTC", u64::MAX).await.succeeds();
    let closed = position(&mut world, &alice).await;
    assert_eq!((closed.base, closed.quote), (0, -62_500_126));
    let market = world.market("BTC").await;
    assert_eq!((market.long, market.short, market.claims_quote), (0, 0, -62_500_126));
    // The fees are what is left to settle; then the slot is free.
    alice.settle(&mut world, "BTC", u64::MAX).await.succeeds();
    assert_eq!(alice.perp(&mut world, "BTC").await, None);
    let account = world.margin_account(&alice.account).await;
    assert_eq!(account.perps[0], bytemuck::Zeroable::zeroed());
    assert_eq!(alice.deposited(&mut world, "USDC").await, usdc(100_000) - 62_500_126);
}

/// Half of the long at K = 1 BTC: 31,250,000,000 × (2S + 2 − 0.5 BTC) / 2S = × (1 + 1.5/500,000) = 31,250,093,750;
/// fee ceil(15,625,046.875) = 15,625,047.
#[tokio::test]
async fn a_reduction_leaves_the_rest() {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    let opened = position(&mut world, &alice).await;
    world.let_positions_settle().await;
    alice.reduce(&mut world, "BTC", 500_000).await.succeeds();
    let held = position(&mut world, &alice).await;
    assert_eq!((held.base, held.quote), (500_000, -ONE_LONG + 31_250_093_750 - 15_625_047));
    assert_eq!((held.increased_at, held.increased_slot), (opened.increased_at, opened.increased_slot));
}

/// From long 1 to short 1 BTC by selling 2 at K = 1: 125,000,000,000 × (2S + 2 − 2 BTC) / 2S = 125,000,000,000;
/// fee 62,500,000.
#[tokio::test]
async fn a_flip_closes_one_side_and_opens_the_other() {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    world.let_positions_settle().await;
    let slot = world.chain.slot();
    alice.trade(&mut world, "BTC", btc(-2)).await.succeeds();
    let held = position(&mut world, &alice).await;
    assert_eq!((held.base, held.quote), (btc(-1), -ONE_LONG + 125_000_000_000 - 62_500_000));
    assert_eq!((held.increased_at, held.increased_slot), (world.chain.now(), slot));
    let market = world.market("BTC").await;
    assert_eq!((market.long, market.short), (0, 1_000_000));
}

/// cost × 2^44 = limit × Δ at 62,500.125 for a buy and 62,499.875 for a sale, fees apart.
#[tokio::test]
async fn trade_fails_with_PriceLimitExceeded_one_step_beyond_the_price() {
    let mut world = calm().await;
    let alice = world.funded(usdc(100_000)).await;
    world.freshen_all().await;
    let (bought, sold) = (500_001 << (MARK_BITS - 3), 499_999 << (MARK_BITS - 3));
    alice.trade_at(&mut world, "BTC", btc(1), bought - 1).await.fails_with(MarginError::PriceLimitExceeded);
    alice.trade_at(&mut world, "BTC", btc(-1), sold + 1).await.fails_with(MarginError::PriceLimitExceeded);
    alice.trade_at(&mut world, "BTC", btc(1), bought).await.succeeds();
    for limit in [bought + 1, u64::MAX] {
        let bob = world.funded(usdc(100_000)).await;
        // The skew moves the price of the next: an opposite trade evens the market out first.
        bob.trade(&mut world, "BTC", btc(-1)).await.succeeds();
        let carol = world.funded(usdc(100_000)).await;
        carol.trade_at(&mut world, "BTC", btc(1), limit).await.succeeds();
    }
    let dave = world.funded(usdc(100_000)).await;
    dave.trade(&mut world, "BTC", btc(-1)).await.succeeds();
    for limit in [sold, sold - 1, 0] {
        let erin = world.funded(usdc(100_000)).await;
        erin.trade_at(&mut world, "BTC", btc(-1), limit).await.succeeds();
        let frank = world.funded(usdc(100_000)).await;
        frank.trade(&mut world, "BTC", btc(1)).await.succeeds();
    }
}

/// `reduce` keeps a limit as `trade` does: closing the long of one BTC brings 62,500.125 for each.
#[tokio::test]
async fn reduce_fails_with_PriceLimitExceeded_one_step_beyond_the_price() {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    world.let_positions_settle().await;
    let price = 500_001 << (MARK_BITS - 3);
    let beyond = alice.reduce_instruction(&world, "BTC", u64::MAX, price + 1);
    world.send(&[beyond], &[&alice.key]).await.fails_with(MarginError::PriceLimitExceeded);
    let at = alice.reduce_instruction(&world, "BTC", u64::MAX, price);
    world.send(&[at], &[&alice.key]).await.succeeds();
}
