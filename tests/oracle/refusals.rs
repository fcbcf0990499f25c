//! Every bad print has an error of its own and leaves the board as it was.

use breakwater_client::Address;
use breakwater_client::interface::oracle::{pyth_legacy, pyth_pull};
use breakwater_client::interface::{MarginError, RiskBoard};
use breakwater_sim::oracle::PriceUpdate;
use breakwater_sim::price_path::Price8;
use breakwater_sim::world::Listing;
use pyth_solana_receiver_sdk::price_update::{PriceUpdateV2, VerificationLevel};

use crate::common::world::feed_id;
use crate::common::{OTHER_PROGRAM, Verdict, World, because, usd};
use crate::pyth::{receiver_bytes, update};

/// Writes SOL's oracle account and expects a refusal that leaves the board byte for byte.
async fn refused(world: &mut World, owner: &[u8; 32], data: Vec<u8>, error: MarginError) {
    let (before, oracle): (RiskBoard, Address) = (world.board().await, world.token("SOL").oracle);
    world.chain.set_data(&oracle, &Address::new_from_array(*owner), data);
    world.refresh(&["SOL"]).await.fails_with(because(error));
    let untouched = bytemuck::bytes_of(&world.board().await) == bytemuck::bytes_of(&before);
    assert!(untouched, "ATO-1 after {error:?}");
}

/// A sound update of SOL, changed.
fn changed(world: &World, change: impl FnOnce(&mut PriceUpdateV2)) -> Vec<u8> {
    let mut update = update(feed_id("SOL"), world.chain.now(), VerificationLevel::Full);
    change(&mut update);
    receiver_bytes(&update)
}

#[tokio::test]
async fn every_bad_print_is_refused_with_its_own_error() {
    let mut world = World::new().await;
    world.chain.advance(100);
    let now = world.chain.now();
    let good = changed(&world, |_| ());
    let receiver = &pyth_pull::RECEIVER;

    for owner in [&OTHER_PROGRAM.to_bytes(), &pyth_legacy::ORACLE_PROGRAM, &[0; 32]] {
        refused(&mut world, owner, good.clone(), MarginError::OracleOwner).await;
    }
    let partial = VerificationLevel::Partial { num_signatures: 5 };
    let bad: [(Vec<u8>, MarginError); 16] = [
        (changed(&world, |u| u.verification_level = partial), MarginError::OracleNotFullyVerified),
        (changed(&world, |u| u.price_message.feed_id = feed_id("USDC")), MarginError::OracleFeedMismatch),
        (changed(&world, |u| u.price_message.publish_time = now - 61), MarginError::OracleTooOld),
        (changed(&world, |u| u.price_message.publish_time = now + 11), MarginError::OracleFromFuture),
        (changed(&world, |u| u.price_message.publish_time = i64::MAX), MarginError::OracleFromFuture),
        (changed(&world, |u| u.price_message.price = 0), MarginError::OraclePriceNotPositive),
        (changed(&world, |u| u.price_message.price = -1), MarginError::OraclePriceNotPositive),
        (changed(&world, |u| u.price_message.price = i64::MIN), MarginError::OraclePriceNotPositive),
        (changed(&world, |u| u.price_message.ema_price = 0), MarginError::OraclePriceNotPositive),
        (changed(&world, |u| u.price_message.exponent = 1), MarginError::OracleExponent),
        (changed(&world, |u| u.price_message.exponent = -13), MarginError::OracleExponent),
        (changed(&world, |u| u.price_message.exponent = i32::MIN), MarginError::OracleExponent),
        (changed(&world, |u| u.price_message.conf = u64::MAX), MarginError::OracleConfidence),
        (good[..132].to_vec(), MarginError::OracleMalformed),
        (good[..8].to_vec(), MarginError::OracleMalformed),
        (Vec::new(), MarginError::OracleMalformed),
    ];
    for (data, error) in bad {
        refused(&mut world, receiver, data, error).await;
    }
    let mut other_type = good.clone();
    other_type[..8].copy_from_slice(&breakwater_client::decode::discriminator("account", "TwapUpdate"));
    refused(&mut world, receiver, other_type, MarginError::OracleMalformed).await;

    let oracle = world.token("SOL").oracle;
    world.chain.set_data(&oracle, &Address::new_from_array(*receiver), good);
    world.refresh(&["SOL"]).await.succeeds();
}

#[tokio::test]
async fn the_limits_of_time_are_inclusive() {
    for (offset, error) in
        [(-60, None), (-61, Some(MarginError::OracleTooOld)), (10, None), (11, Some(MarginError::OracleFromFuture))]
    {
        let mut world = World::new().await;
        world.chain.advance(100);
        let publish_time = world.chain.now() + offset;
        let update = PriceUpdate { publish_time, ..world.update("SOL", usd(140)) };
        world.write_update("SOL", &update);
        let sent = world.refresh(&["SOL"]).await;
        match error {
            None => {
                sent.succeeds();
                assert_eq!(world.board().await.feeds[0].publish_time, publish_time);
            }
            Some(error) => drop(sent.fails_with(error)),
        }
    }
}

/// c_max = 3 % of $150 is 4.5 dollars, to the hundred-millionth; k_c = 2.12 makes 636 bps of it.
#[tokio::test]
async fn the_limit_of_confidence_is_inclusive() {
    let mut world = World::new().await;
    world.chain.advance(1);
    let wide = PriceUpdate { confidence: 450_000_001, ..world.update("SOL", usd(150)) };
    world.write_update("SOL", &wide);
    world.refresh(&["SOL"]).await.fails_with(MarginError::OracleConfidence);
    world.write_update("SOL", &PriceUpdate { confidence: 450_000_000, ..wide });
    world.refresh(&["SOL"]).await.succeeds();
    assert_eq!(world.board().await.feeds[0].confidence_band, 636);
}

/// Exponents −12 to 0 say the same price in other words; a native unit must be worth less than half a dollar and at least
/// 2^-44 dollars.
#[tokio::test]
async fn the_price_of_a_native_unit_fits_its_range() {
    let mut world = World::empty().await;
    world.list("COIN", Listing::volatile(0), Price8(25_000_000)).await;
    world.list("FINE", Listing::volatile(12), usd(1)).await;
    let cases = [
        ("COIN", 499_999_999_999, -12, None),
        ("COIN", 500_000_000_000, -12, Some(MarginError::OraclePriceRange)),
        ("COIN", 1, 0, Some(MarginError::OraclePriceRange)),
        ("COIN", i64::MAX, 0, Some(MarginError::OraclePriceRange)),
        // 2^20 / 2^64 × 10^12 = 0.0568434188608… dollars
        ("FINE", 56_843_418_861, -12, None),
        ("FINE", 56_843_418_860, -12, Some(MarginError::OraclePriceRange)),
        ("FINE", 1, -12, Some(MarginError::OraclePriceRange)),
        ("FINE", 150, 0, None),
    ];
    for (symbol, price, exponent, error) in cases {
        world.chain.advance(1);
        let update = PriceUpdate { price, ema: price, exponent, ..world.update(symbol, usd(1)) };
        world.write_update(symbol, &update);
        let sent = world.refresh(&[symbol]).await;
        match error {
            None => drop(sent.succeeds()),
            Some(error) => drop(sent.fails_with(error)),
        }
    }
    // 150 dollars for 10^12 units × 2^64
    assert_eq!(world.board().await.feeds[1].price, 2_767_011_611);
}
