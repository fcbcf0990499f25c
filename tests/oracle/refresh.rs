//! Prints that are accepted, skipped, and how many at once.

use breakwater_client::Address;
use breakwater_client::instruction;
use breakwater_client::interface::accounts::Feed;
use breakwater_client::interface::oracle::pyth_pull::{RECEIVER, RECEIVER_2};
use breakwater_sim::oracle::PriceUpdate;
use breakwater_sim::world::Listing;
use pyth_solana_receiver_sdk::price_update::VerificationLevel;

use crate::common::world::feed_id;
use crate::common::{Constraint, InstructionError, MarginError, Tamper, Verdict, World, usd, wrong};
use crate::pyth::{receiver_bytes, update};

/// $150.12345678 for 10^9 units × 2^64 = 2,769,288,986,681.25…; average 149.87654321: 2,764,734,235,247.14…; band
/// 2.12·7,654,321/15,012,345,678 = 10.81 bps, rounded up to 11.
#[tokio::test]
async fn a_print_of_either_receiver_reaches_the_board_to_the_last_bit() {
    let mut world = World::new().await;
    for receiver in [RECEIVER, RECEIVER_2] {
        world.chain.advance(7);
        let (before, now, slot) = (world.board().await, world.chain.now(), world.chain.slot());
        let data = receiver_bytes(&update(feed_id("SOL"), now - 2, VerificationLevel::Full));
        let oracle = world.token("SOL").oracle;
        world.chain.set_data(&oracle, &Address::new_from_array(receiver), data);
        let sent = world.refresh(&["SOL"]).await.succeeds();
        assert_eq!(sent.events, []);

        let mut expected = before;
        expected.accepted_at = now;
        expected.feeds[0] = Feed {
            price: 2_769_288_986_681,
            ema: 2_764_734_235_247,
            publish_time: now - 2,
            accepted_slot: slot,
            confidence_band: 11,
            ..before.feeds[0]
        };
        assert!(
            bytemuck::bytes_of(&world.board().await) == bytemuck::bytes_of(&expected),
            "{:?}",
            world.board().await.feeds[0]
        );
    }
}

/// Racing keepers do not fail each other: a print of the same second, or an older one, changes nothing, whatever it says.
#[tokio::test]
async fn ORA_1_a_print_that_is_not_newer_is_skipped() {
    let mut world = World::new().await;
    world.chain.advance(100);
    world.prices(&[("SOL", usd(150))]).await;
    let before = world.board().await;
    let now = world.chain.now();
    for (price, publish_time, confidence) in
        [(151, now, 0), (1, now - 1, 0), (149, now - 1_000, 0), (152, now, u64::MAX)]
    {
        let update = PriceUpdate { publish_time, confidence, ..world.update("SOL", usd(price)) };
        world.write_update("SOL", &update);
        world.refresh(&["SOL"]).await.succeeds();
        assert!(bytemuck::bytes_of(&world.board().await) == bytemuck::bytes_of(&before), "ORA-1");
    }
    let newer = PriceUpdate { publish_time: now + 1, ..world.update("SOL", usd(151)) };
    world.write_update("SOL", &newer);
    world.refresh(&["SOL"]).await.succeeds();
    assert_eq!(world.board().await.feeds[0].publish_time, now + 1);
}

#[tokio::test]
async fn one_oracle_twice_in_a_call_counts_once() {
    let mut world = World::new().await;
    world.chain.advance(1);
    let update = world.update("SOL", usd(140));
    world.write_update("SOL", &update);
    world.refresh(&["SOL", "SOL"]).await.succeeds();
    // One account cannot speak for two feeds.
    let (sol, board) = (world.token("SOL").oracle, world.board);
    let both = instruction::refresh(&board, &[(0, sol), (1, sol)]);
    world.send(&[both], &[]).await.fails_with(MarginError::OracleFeedMismatch);
}

#[tokio::test]
async fn one_bad_print_fails_the_whole_call_and_the_log_says_which() {
    let mut world = World::new().await;
    world.chain.advance(1);
    let (good, bad) = (world.update("SOL", usd(140)), PriceUpdate { price: 0, ..world.update("USDC", usd(1)) });
    world.write_update("SOL", &good);
    world.write_update("USDC", &bad);
    let refused = world.refresh(&["SOL", "USDC"]).await.fails_with(MarginError::OraclePriceNotPositive);
    assert!(refused.logs.contains(&"Program log: refused item 1".to_owned()), "{:#?}", refused.logs);
    world.refresh(&["SOL"]).await.succeeds();
}

#[tokio::test]
async fn many_feeds_and_indices_fit_one_call_and_none_is_a_call_too() {
    let mut world = World::empty().await;
    let symbols: Vec<String> = (0..16).map(|number| format!("T{number}")).collect();
    for symbol in &symbols {
        world.list(symbol, Listing::volatile(6), usd(1)).await;
    }
    let named: Vec<&str> = symbols.iter().map(String::as_str).collect();
    let prices: Vec<_> = named.iter().map(|symbol| (*symbol, usd(2))).collect();
    world.prices(&prices).await;
    world.sync(&named).await.succeeds();
    let now = world.chain.now();
    let board = world.board().await;
    assert!(board.feeds[..16].iter().all(|feed| feed.publish_time == now));
    assert!(board.tokens[..16].iter().all(|token| token.index_time == now));
    world.refresh(&[]).await.succeeds();
}

#[tokio::test]
async fn every_item_has_one_account() {
    let mut world = World::new().await;
    let (oracle, board) = (world.token("SOL").oracle, world.board);
    let mut more = instruction::refresh(&board, &[(0, oracle)]);
    more.accounts.push(more.accounts[1].clone());
    world.send(&[more], &[]).await.fails_with(MarginError::RefreshAccounts);
    let mut fewer = instruction::refresh(&board, &[(0, oracle)]);
    fewer.accounts.pop();
    world.send(&[fewer], &[]).await.fails_with(MarginError::RefreshAccounts);
}

#[tokio::test]
async fn refresh_fails_with_FeedNotListed_for_numbers_without_a_feed() {
    let mut world = World::new().await;
    let (oracle, board) = (world.token("SOL").oracle, world.board);
    for number in [2, 31, 63, 64, 127] {
        let refresh = instruction::refresh(&board, &[(number, oracle)]);
        world.send(&[refresh], &[]).await.fails_with(MarginError::FeedNotListed);
    }
}

#[tokio::test]
async fn refresh_writes_to_risk_boards_only() {
    let mut world = World::new().await;
    world.chain.advance(1);
    let update = world.update("SOL", usd(140));
    world.write_update("SOL", &update);
    let refresh = instruction::refresh(&world.board, &[(0, world.token("SOL").oracle)]);
    let mut rows = world.impostors(&refresh, 0).await;
    let bank = world.keys("SOL").bank;
    rows.push(wrong("a bank", 0, bank, InstructionError::AccountDataTooSmall));
    for row in rows {
        world.send(&[refresh.with_account(0, &row.address)], &[]).await.fails_with(row.error);
    }
    world.send(&[refresh.read_only(0)], &[]).await.fails_with(Constraint::Mut);
    world.send(&[refresh], &[]).await.succeeds();
}
