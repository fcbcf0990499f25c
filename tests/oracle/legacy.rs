//! Legacy price accounts, for tokens whose feed is configured so: the feed's id is the account's address.

use breakwater_client::interface::config::OracleConfig;
use breakwater_client::interface::oracle::pyth_legacy::{ORACLE_PROGRAM, ORACLE_PROGRAM_DEVNET};
use breakwater_client::interface::oracle::{LEGACY, pyth_pull};
use breakwater_client::{Address, instruction};
use breakwater_sim::world::{Sent, default_oracle};
use pyth_sdk_solana::state::{PriceStatus, SolanaPriceAccount};
use solana_signer::Signer;

use crate::common::{MarginError, Verdict, World, because, usd};
use crate::pyth::legacy_account;

/// A world a hundred seconds on, in which SOL is priced by a legacy account.
async fn legacy_world() -> World {
    let mut world = World::new().await;
    world.chain.advance(100);
    let oracle = OracleConfig { kind: LEGACY, ..default_oracle(world.token("SOL").oracle.to_bytes()) };
    let set = instruction::set_oracle(&world.admin.pubkey(), &world.group, &world.board, 0, oracle);
    world.send_as_admin(&[set]).await.succeeds();
    world
}

async fn refresh_with(world: &mut World, owner: [u8; 32], account: &SolanaPriceAccount) -> Sent {
    let oracle = world.token("SOL").oracle;
    world.chain.set_data(&oracle, &Address::new_from_array(owner), bytemuck::bytes_of(account).to_vec());
    world.refresh(&["SOL"]).await
}

/// $150 and $149 for 10^9 units × 2^64; 2.12·10,000,000/15,000,000,000 = 14.13 bps, rounded up.
#[tokio::test]
async fn a_trading_account_of_either_cluster_reaches_the_board() {
    for owner in [ORACLE_PROGRAM, ORACLE_PROGRAM_DEVNET] {
        let mut world = legacy_world().await;
        let now = world.chain.now();
        refresh_with(&mut world, owner, &legacy_account(now - 1)).await.succeeds();
        let feed = world.board().await.feeds[0];
        assert_eq!((feed.price, feed.ema), (2_767_011_611_056, 2_748_564_866_982));
        assert_eq!((feed.confidence_band, feed.publish_time), (15, now - 1));
    }
}

#[tokio::test]
async fn an_account_that_does_not_trade_is_its_last_trade() {
    let mut world = legacy_world().await;
    let now = world.chain.now();
    let mut halted = legacy_account(now);
    halted.agg.status = PriceStatus::Halted;
    refresh_with(&mut world, ORACLE_PROGRAM, &halted).await.succeeds();
    let feed = world.board().await.feeds[0];
    // $148, three seconds old; 2.12·20,000,000/14,800,000,000 = 28.6 bps
    assert_eq!((feed.price, feed.confidence_band, feed.publish_time), (2_730_118_122_909, 29, now - 3));
}

#[tokio::test]
async fn every_bad_legacy_account_is_refused_with_its_own_error() {
    let mut world = legacy_world().await;
    let now = world.chain.now();
    let good = legacy_account(now);
    let with = |change: &dyn Fn(&mut SolanaPriceAccount)| {
        let mut account = good;
        change(&mut account);
        account
    };
    let before = world.board().await;
    for (owner, account, error) in [
        (pyth_pull::RECEIVER, good, MarginError::OracleOwner),
        (ORACLE_PROGRAM, with(&|a| a.timestamp = now - 61), MarginError::OracleTooOld),
        (ORACLE_PROGRAM, with(&|a| a.timestamp = now + 11), MarginError::OracleFromFuture),
        (ORACLE_PROGRAM, with(&|a| a.agg.price = 0), MarginError::OraclePriceNotPositive),
        (ORACLE_PROGRAM, with(&|a| a.agg.price = -5), MarginError::OraclePriceNotPositive),
        (ORACLE_PROGRAM, with(&|a| a.ema_price.val = 0), MarginError::OraclePriceNotPositive),
        (ORACLE_PROGRAM, with(&|a| a.agg.conf = 450_000_001), MarginError::OracleConfidence),
        (ORACLE_PROGRAM, with(&|a| a.expo = -13), MarginError::OracleExponent),
        (ORACLE_PROGRAM, with(&|a| a.magic = 0), MarginError::OracleMalformed),
        (ORACLE_PROGRAM, with(&|a| a.ver = 1), MarginError::OracleMalformed),
        (ORACLE_PROGRAM, with(&|a| a.atype = 1), MarginError::OracleMalformed),
    ] {
        refresh_with(&mut world, owner, &account).await.fails_with(because(error));
    }
    let oracle = world.token("SOL").oracle;
    let short = bytemuck::bytes_of(&good)[..3_311].to_vec();
    world.chain.set_data(&oracle, &Address::new_from_array(ORACLE_PROGRAM), short);
    world.refresh(&["SOL"]).await.fails_with(MarginError::OracleMalformed);
    // A sound account at another address is not the feed.
    let elsewhere = Address::new_unique();
    world.chain.set_data(&elsewhere, &Address::new_from_array(ORACLE_PROGRAM), bytemuck::bytes_of(&good).to_vec());
    let refresh = instruction::refresh(&world.board, &[(0, elsewhere)]);
    world.send(&[refresh], &[]).await.fails_with(MarginError::OracleFeedMismatch);
    assert!(bytemuck::bytes_of(&world.board().await) == bytemuck::bytes_of(&before), "ATO-1");
}

#[tokio::test]
async fn a_pull_update_does_not_price_a_legacy_feed() {
    let mut world = legacy_world().await;
    let update = world.update("SOL", usd(150));
    world.write_update("SOL", &update);
    world.refresh(&["SOL"]).await.fails_with(MarginError::OracleOwner);
}
