//! Listing a market, its parameters and its status.

use breakwater_client::decode::Event;
use breakwater_client::interface::accounts::{Feed, MarketRisk};
use breakwater_client::interface::config::{OracleConfig, PerpConfig};
use breakwater_client::interface::events::{MarketListed, ParameterSet};
use breakwater_client::interface::oracle::LEGACY;
use breakwater_client::interface::perp::{STATUS_ACTIVE, STATUS_PAUSED, STATUS_REDUCE_ONLY};
use breakwater_client::interface::{Group, PerpMarket};
use breakwater_client::{Address, PROGRAM_ID, address, instruction};
use breakwater_sim::world::{PerpListing, default_oracle};
use bytemuck::Zeroable;
use solana_instruction::Instruction;
use solana_signer::Signer;

use super::market_bounds::market_bounds;
use crate::common::world::feed_id;
use crate::common::{
    Constraint, InstructionError, MarginError, OTHER_PROGRAM, Tamper, Verdict, World, btc_listing, btc_price, wrong,
};

async fn with_quote() -> World {
    let mut world = World::new().await;
    world.create_fund(2_500).await.succeeds();
    world
}

fn create(world: &World, config: PerpConfig, oracle: OracleConfig) -> Instruction {
    instruction::create_market(&world.admin.pubkey(), &world.group, &world.board, 0, (config, oracle))
}

fn btc_oracle() -> OracleConfig {
    OracleConfig { decimals: 6, ..default_oracle(feed_id("BTC")) }
}

#[tokio::test]
async fn a_listed_market_is_empty_and_has_an_entry_without_a_price() {
    let mut world = with_quote().await;
    let listing = btc_listing();
    let now = world.chain.now();
    let sent = world.list_perp("BTC", listing).await.succeeds();
    let address = world.perp("BTC").market;
    let listed = MarketListed { group: world.group.to_bytes(), market: address.to_bytes(), number: 0 };
    assert_eq!(sent.events, [Event::MarketListed(listed)]);
    let bump = Address::find_program_address(&[b"perp_market", world.group.as_ref(), &[0]], &PROGRAM_ID).1;
    let expected = PerpMarket {
        group: world.group.to_bytes(),
        funding_time: now,
        config: listing.config,
        bump,
        version: 1,
        ..PerpMarket::zeroed()
    };
    assert_eq!(bytemuck::bytes_of(&world.market("BTC").await), bytemuck::bytes_of(&expected));

    let (board, config) = (world.board().await, listing.config);
    assert_eq!(board.market_count, 1);
    assert_eq!(board.feeds[32], Feed { listed: 1, oracle: btc_oracle(), ..Feed::zeroed() });
    let risk = MarketRisk {
        tiers: config.tiers,
        funding_time: now,
        maturity: config.maturity,
        keeper_fee: config.keeper_fee,
        insurance_fee: config.insurance_fee,
        listed: 1,
        ..MarketRisk::zeroed()
    };
    assert_eq!(board.markets[0], risk);
}

#[tokio::test]
async fn create_market_fails_with_QuoteNotSet_before_there_is_a_fund() {
    let mut world = World::new().await;
    world.list_perp("BTC", btc_listing()).await.fails_with(MarginError::QuoteNotSet);
}

#[tokio::test]
async fn create_market_fails_with_MarketOfOtherNumber_or_MarketsFull() {
    let mut world = with_quote().await;
    for number in [1, 31, 32, 255] {
        let skipped = world.list_perp_instruction("X", number, btc_listing());
        world.send_as_admin(&[skipped]).await.fails_with(MarginError::MarketOfOtherNumber);
    }
    for number in 0..32 {
        world.list_perp(&format!("M{number}"), btc_listing()).await.succeeds();
    }
    let again = world.list_perp_instruction("X", 7, btc_listing());
    world.send_as_admin(&[again]).await.fails_with(InstructionError::Custom(0));
    for number in [32, 33, 255] {
        let more = world.list_perp_instruction("X", number, btc_listing());
        world.send_as_admin(&[more]).await.fails_with(MarginError::MarketsFull);
    }
    assert_eq!(world.board().await.market_count, 32);
    // The last one has the last feed.
    world.price("M31", btc_price()).await;
    assert_ne!(world.board().await.feeds[63].price, 0);
}

#[tokio::test]
async fn create_market_refuses_feeds_out_of_bounds() {
    let mut world = with_quote().await;
    let config = btc_listing().config;
    let good = btc_oracle();
    let rows = [
        (OracleConfig { max_liquidation_band: 101, ..good }, MarginError::ConfigFeed),
        (OracleConfig { max_liquidation_band: 0, ..good }, MarginError::ConfigFeed),
        (OracleConfig { max_band: 2_001, ..good }, MarginError::ConfigFeed),
        (OracleConfig { max_confidence: 1_001, ..good }, MarginError::ConfigFeed),
        (OracleConfig { decimals: 13, ..good }, MarginError::ConfigFeed),
        (OracleConfig { kind: 2, ..good }, MarginError::ConfigOracleKind),
    ];
    for (oracle, error) in rows {
        let refused = create(&world, config, oracle);
        world.send_as_admin(&[refused]).await.fails_with(error);
    }
    let legacy = create(&world, config, OracleConfig { decimals: 12, kind: LEGACY, ..good });
    world.send_as_admin(&[legacy]).await.succeeds();
}

/// Fees of 300 bps leave 200 of a first maintenance rate of 500: twice a b_liq of 100.
#[tokio::test]
async fn a_feed_and_the_fees_share_the_first_maintenance_rate() {
    let mut world = with_quote().await;
    let wide = |keeper_fee| PerpConfig { keeper_fee, ..btc_listing().config };
    let feed = |max_liquidation_band| OracleConfig { max_liquidation_band, ..btc_oracle() };
    for (fee, band) in [(261, 100), (459, 1), (460, 1), (u16::MAX, 1)] {
        let refused = create(&world, wide(fee), feed(band));
        world.send_as_admin(&[refused]).await.fails_with(MarginError::ConfigPerpFees);
    }
    let accepted = create(&world, wide(458), feed(1));
    world.send_as_admin(&[accepted]).await.succeeds();
}

#[tokio::test]
async fn CFG_1_markets_keep_their_bounds() {
    let mut world = with_quote().await;
    world.list_perp("BTC", btc_listing()).await.succeeds();
    let market = world.perp("BTC").market;
    for (row, (config, refused)) in market_bounds().into_iter().enumerate() {
        let number = world.perps.len() as u8;
        let listing = PerpListing { config, ..btc_listing() };
        let new = world.list_perp_instruction("X", number, listing);
        let set = instruction::set_market(&world.admin.pubkey(), &world.group, &world.board, &market, config);
        let before = world.market("BTC").await.config;
        if let Some(error) = refused {
            let because = |sent: breakwater_sim::world::Sent| match sent {
                Ok(_) => panic!("row {row}: went through instead of failing with {error:?}"),
                Err(failure) => Err(failure).fails_with(error),
            };
            because(world.send_as_admin(&[new]).await);
            because(world.send_as_admin(&[set]).await);
            assert_eq!(world.market("BTC").await.config, before);
        } else {
            world.send_as_admin(&[set]).await.unwrap_or_else(|failure| panic!("row {row}: {failure}"));
            assert_eq!(world.market("BTC").await.config, config);
            assert_eq!(world.board().await.markets[0].tiers, config.tiers);
        }
    }
}

#[tokio::test]
async fn every_setter_of_a_market_writes_its_parameter_and_says_who_set_what() {
    let mut world = with_quote().await;
    world.list_perp("BTC", btc_listing()).await.succeeds();
    world.list_perp("M1", btc_listing()).await.succeeds();
    let set = |parameter| {
        Event::ParameterSet(ParameterSet {
            group: world.group.to_bytes(),
            authority: world.admin.pubkey().to_bytes(),
            token: 1,
            parameter,
        })
    };
    let (fifth, sixth) = (set(5), set(6));
    let sent = world.set_market("M1", |config| config.maturity = 7_200).await.succeeds();
    assert_eq!(sent.events, [fifth]);
    assert_eq!(world.market("M1").await.config.maturity, 7_200);
    assert_eq!(world.board().await.markets[1].maturity, 7_200, "health knows it at once");
    assert_eq!(world.board().await.markets[0].maturity, 3_600);
    let expiry = world.chain.now() + 5;
    let sent = world.set_market_status("M1", STATUS_REDUCE_ONLY, expiry).await.succeeds();
    assert_eq!(sent.events, [sixth]);
    let market = world.market("M1").await;
    assert_eq!((market.status, market.expires_at), (STATUS_REDUCE_ONLY, expiry));
}

#[tokio::test]
async fn set_market_status_fails_with_ConfigStatus_for_what_is_none() {
    let mut world = with_quote().await;
    world.list_perp("BTC", btc_listing()).await.succeeds();
    for (status, expires_at) in [(3, 0), (255, 0), (STATUS_ACTIVE, -1), (STATUS_ACTIVE, i64::MIN)] {
        world.set_market_status("BTC", status, expires_at).await.fails_with(MarginError::ConfigStatus);
    }
    for (status, expires_at) in [(STATUS_PAUSED, i64::MAX), (STATUS_REDUCE_ONLY, 1), (STATUS_ACTIVE, 0)] {
        world.set_market_status("BTC", status, expires_at).await.succeeds();
    }
}

#[tokio::test]
async fn markets_are_the_admins_and_the_risk_managers() {
    let mut world = with_quote().await;
    world.list_perp("BTC", btc_listing()).await.succeeds();
    let (manager, mallory) = (world.chain.funded_key(), world.chain.funded_key());
    let (group, appointed) = (world.group, manager.pubkey().to_bytes());
    world.chain.rewrite::<Group>(&group, |group| group.risk_manager = appointed).await;
    let market = world.perp("BTC").market;
    let (admin, board) = (world.admin.pubkey(), world.board);
    let calls = [
        world.list_perp_instruction("M1", 1, btc_listing()),
        instruction::set_market(&admin, &group, &board, &market, btc_listing().config),
        instruction::set_market_status(&admin, &group, &board, &market, (STATUS_PAUSED, 0)),
    ];
    for call in calls {
        let refused = call.with_account(0, &mallory.pubkey());
        world.send(&[refused], &[&mallory]).await.fails_with(MarginError::NotRiskManager);
        world.send(&[call.unsigned(0)], &[]).await.fails_with(InstructionError::MissingRequiredSignature);
        world.send(&[call.with_account(0, &manager.pubkey())], &[&manager]).await.succeeds();
    }
}

#[tokio::test]
async fn markets_refuse_wrong_accounts() {
    let mut world = with_quote().await;
    world.list_perp("BTC", btc_listing()).await.succeeds();
    let second = world.second_market().await;
    let admin = world.admin.insecure_clone();
    let market = world.perp("BTC").market;
    let copy = world.chain.look_alike(&world.board.clone(), &PROGRAM_ID).await;
    let new = world.list_perp_instruction("M1", 1, btc_listing());
    let set = instruction::set_market(&admin.pubkey(), &world.group, &world.board, &market, btc_listing().config);
    let status =
        instruction::set_market_status(&admin.pubkey(), &world.group, &world.board, &market, (STATUS_PAUSED, 0));
    let of_board = [
        wrong("the board of another group", 2, second.group.board, MarginError::BoardOfOtherGroup),
        wrong("a copy of the board", 2, copy, MarginError::BoardOfOtherGroup),
    ];
    let mut rows = world.impostors(&new, 1).await;
    rows.extend(world.impostors(&new, 2).await);
    rows.extend([
        wrong("another group", 1, second.group.group, InstructionError::InvalidSeeds),
        wrong("the market of another number", 3, address::perp_market(&world.group, 2), InstructionError::InvalidSeeds),
        wrong("what is no program", 4, OTHER_PROGRAM, Constraint::Executable),
    ]);
    world.refuses_wrong_accounts(&new, &admin, &rows).await;
    world.refuses_wrong_accounts(&new, &admin, &of_board).await;

    let mut rows = Vec::new();
    for place in [1, 2, 3] {
        rows.extend(world.impostors(&set, place).await);
    }
    rows.push(wrong("another group", 1, second.group.group, MarginError::BoardOfOtherGroup));
    rows.push(wrong("the market of another group", 3, second.market, MarginError::MarketOfOtherGroup));
    world.refuses_wrong_accounts(&set, &admin, &rows).await;
    world.refuses_wrong_accounts(&set, &admin, &of_board).await;

    let mut rows = Vec::new();
    for place in [1, 2, 3] {
        rows.extend(world.impostors(&status, place).await);
    }
    rows.push(wrong("another group", 1, second.group.group, MarginError::BoardOfOtherGroup));
    rows.push(wrong("the market of another group", 3, second.market, MarginError::MarketOfOtherGroup));
    world.refuses_wrong_accounts(&status, &admin, &rows).await;
    world.refuses_wrong_accounts(&status, &admin, &of_board).await;
}

/// A market's index is feed 32 + n: `set_oracle` replaces it like a token's, so that a feed that has ended traps nobody.
#[tokio::test]
async fn the_feed_of_a_market_is_replaced_by_set_oracle() {
    let mut world = with_quote().await;
    world.list_perp("BTC", btc_listing()).await.succeeds();
    world.price("BTC", btc_price()).await;
    let before = world.board().await.feeds[32];
    let oracle = OracleConfig { drift: 3, decimals: 9, ..default_oracle(feed_id("BTC2")) };
    let set = |feed| instruction::set_oracle(&world.admin.pubkey(), &world.group, &world.board, feed, oracle);
    let (first, second) = (set(32), set(33));
    world.send_as_admin(&[first]).await.succeeds();
    let expected = Feed { oracle: OracleConfig { decimals: 6, ..oracle }, ..before };
    assert_eq!(world.board().await.feeds[32], expected, "decimals and the last print stay");
    world.chain.advance(1);
    let update = world.update("BTC", btc_price());
    world.write_update("BTC", &update);
    world.refresh(&["BTC"]).await.fails_with(MarginError::OracleFeedMismatch);
    world.send_as_admin(&[second]).await.fails_with(MarginError::TokenNotListed);
}
