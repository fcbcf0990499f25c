//! Setting lending parameters, the reduce-only switch, weights, feeds.

use breakwater_client::decode::Event;
use breakwater_client::instruction;
use breakwater_client::interface::config::{LendingConfig, OracleConfig, WeightConfig};
use breakwater_client::interface::events::ParameterSet;
use breakwater_client::interface::oracle::LEGACY;
use breakwater_client::{Address, PROGRAM_ID};
use breakwater_sim::world::{Listing, default_lending, default_liquidation, default_oracle};
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::common::world::feed_id;
use crate::common::{InstructionError, MarginError, Tamper, Verdict, World, because, sol, usd, usdc, wrong};

const GROUP_WIDE: u64 = u64::MAX;

fn set_lending(world: &World, symbol: &str, lending: LendingConfig) -> Instruction {
    instruction::set_lending(&world.admin.pubkey(), &world.group, &world.keys(symbol).bank, lending)
}

fn set_reduce_only(world: &World, symbol: &str, on: bool) -> Instruction {
    instruction::set_reduce_only(&world.admin.pubkey(), &world.group, &world.keys(symbol).bank, on)
}

fn set_weights(world: &World, token: usize, weights: WeightConfig) -> Instruction {
    let bank = world.tokens[token].keys.bank;
    instruction::set_weights(&world.admin.pubkey(), &world.group, &world.board, &bank, weights)
}

fn set_oracle(world: &World, token: u8, oracle: OracleConfig) -> Instruction {
    instruction::set_oracle(&world.admin.pubkey(), &world.group, &world.board, token, oracle)
}

#[tokio::test]
async fn every_setter_writes_its_parameter_and_says_who_set_what() {
    let mut world = World::new().await;
    let lending = LendingConfig { base_rate: 1, ..default_lending() };
    let weights = WeightConfig { asset_initial: 7_000, ..Listing::volatile(9).weights };
    let oracle = OracleConfig { drift: 3, decimals: 77, ..default_oracle(feed_id("SOL")) };
    let liquidation = default_liquidation();
    let set = [
        (set_lending(&world, "SOL", lending), 0, 0),
        (set_weights(&world, 0, weights), 0, 1),
        (set_oracle(&world, 0, oracle), 0, 2),
        (instruction::set_liquidation(&world.admin.pubkey(), &world.group, &world.board, liquidation), GROUP_WIDE, 3),
        (set_reduce_only(&world, "SOL", true), 0, 4),
    ];
    for (instruction, token, parameter) in set {
        let sent = world.send_as_admin(&[instruction]).await.succeeds();
        let set = ParameterSet {
            group: world.group.to_bytes(),
            authority: world.admin.pubkey().to_bytes(),
            token,
            parameter,
        };
        assert_eq!(sent.events, [Event::ParameterSet(set)]);
    }
    let (bank, board) = (world.bank("SOL").await, world.board().await);
    assert_eq!((bank.lending, bank.reduce_only), (lending, 1));
    assert_eq!(board.tokens[0].weights, weights);
    assert_eq!(board.feeds[0].oracle, OracleConfig { decimals: 9, ..oracle }, "decimals are the mint's");
    assert_eq!(board.liquidation, liquidation);
    world.send_as_admin(&[set_reduce_only(&world, "SOL", false)]).await.succeeds();
    assert_eq!(world.bank("SOL").await.reduce_only, 0);
}

#[tokio::test]
async fn every_setter_refuses_strangers_and_wrong_accounts() {
    let mut world = World::new().await;
    let (admin, mallory) = (world.admin.insecure_clone(), world.chain.funded_key());
    let second = world.second_group().await;
    let of_banks = [set_lending(&world, "SOL", default_lending()), set_reduce_only(&world, "SOL", true)];
    let of_board = [
        set_weights(&world, 0, Listing::volatile(9).weights),
        set_oracle(&world, 0, default_oracle(feed_id("SOL"))),
        instruction::set_liquidation(&admin.pubkey(), &world.group, &world.board, default_liquidation()),
    ];
    for set in of_banks.iter().chain(&of_board) {
        let refused = set.with_account(0, &mallory.pubkey());
        world.send(&[refused], &[&mallory]).await.fails_with(MarginError::NotRiskManager);
        world.send(&[set.unsigned(0)], &[]).await.fails_with(InstructionError::MissingRequiredSignature);
        let mut rows = world.impostors(set, 1).await;
        rows.extend(world.impostors(set, 2).await);
        world.refuses_wrong_accounts(set, &admin, &rows).await;
    }
    for set in &of_banks {
        let rows = [
            wrong("another group", 1, second.group, MarginError::BankOfOtherGroup),
            wrong("the bank of another group", 2, second.sol.bank, MarginError::BankOfOtherGroup),
        ];
        world.refuses_wrong_accounts(set, &admin, &rows).await;
    }
    let copy = world.chain.look_alike(&world.board.clone(), &PROGRAM_ID).await;
    for set in &of_board {
        let rows = [
            wrong("another group", 1, second.group, MarginError::BoardOfOtherGroup),
            wrong("the board of another group", 2, second.board, MarginError::BoardOfOtherGroup),
            wrong("a copy of the board", 2, copy, MarginError::BoardOfOtherGroup),
        ];
        world.refuses_wrong_accounts(set, &admin, &rows).await;
    }
}

#[tokio::test]
async fn a_token_that_is_not_listed_has_no_parameters() {
    let mut world = World::new().await;
    for token in [2, 31, 32, 63, 64, 255] {
        let oracle = set_oracle(&world, token, default_oracle(feed_id("X")));
        world.send_as_admin(&[oracle]).await.fails_with(MarginError::TokenNotListed);
    }
}

/// Bounds of the specification, §7 and §11.5; an asset weight of 0 needs no buffer.
fn weight_bounds() -> Vec<(WeightConfig, Option<MarginError>)> {
    let good = Listing::volatile(9).weights;
    let asset = |initial, end, maintenance| WeightConfig {
        asset_initial: initial,
        asset_end: end,
        asset_maintenance: maintenance,
        ..good
    };
    let debt = |initial, end, maintenance| WeightConfig {
        liability_initial: initial,
        liability_end: end,
        liability_maintenance: maintenance,
        ..good
    };
    let (order, above) = (Some(MarginError::ConfigAssetWeights), Some(MarginError::ConfigLiabilityWeights));
    let buffer = Some(MarginError::ConfigEndBuffer);
    vec![
        (asset(8_950, 8_950, 9_000), None),
        (asset(8_951, 8_950, 9_000), order),
        (asset(8_000, 9_001, 9_000), order),
        (asset(0, 0, 10_001), order),
        (asset(0, 0, 0), None),
        (WeightConfig { ramp: 90 * 86_400, ..good }, None),
        (WeightConfig { ramp: 90 * 86_400 + 1, ..good }, order),
        (asset(8_000, 8_975, 9_000), None),
        (asset(8_000, 8_976, 9_000), buffer),
        (asset(8_000, 8_900, 9_000), None),
        (asset(8_000, 8_899, 9_000), buffer),
        (debt(10_850, 10_850, 10_800), None),
        (debt(10_849, 10_850, 10_800), above),
        (debt(11_500, 10_799, 10_800), above),
        (debt(20_000, 10_850, 10_800), None),
        (debt(20_001, 10_850, 10_800), above),
        (debt(11_500, 10_025, 10_000), None),
        (debt(11_500, 10_025, 9_999), above),
        (debt(11_500, 10_825, 10_800), None),
        (debt(11_500, 10_824, 10_800), buffer),
        (debt(11_500, 10_900, 10_800), None),
        (debt(11_500, 10_901, 10_800), buffer),
    ]
}

#[tokio::test]
async fn CFG_1_weights_keep_their_bounds() {
    let mut world = World::new().await;
    for (weights, refused) in weight_bounds() {
        let before = world.board().await.tokens[0];
        let sent = world.send_as_admin(&[set_weights(&world, 0, weights)]).await;
        let after = world.board().await.tokens[0];
        match refused {
            Some(error) => {
                sent.fails_with(error);
                assert_eq!(after, before);
            }
            None => {
                sent.succeeds();
                assert_eq!(after.weights, weights);
            }
        }
    }
}

/// b_liq = 1 % of both feeds and β_min = 0.5 %. SOL as collateral at w = 0.99, USDC as debt at v:
/// w·1.01·1.01 = 1.009899 and v·0.99 ≥ that from v = 1.0201 on exactly (1.0201·0.99 = 1.009899).
#[tokio::test]
async fn CFG_1_the_weakest_debt_and_the_strongest_collateral_leave_room_for_doubt_and_bonus() {
    let mut world = World::new().await;
    let collateral = WeightConfig { asset_end: 9_850, asset_maintenance: 9_900, ..Listing::volatile(9).weights };
    let debt = |v| WeightConfig { liability_end: v + 25, liability_maintenance: v, ..Listing::stable(6).weights };
    world.send_as_admin(&[set_weights(&world, 0, collateral)]).await.succeeds();
    world.send_as_admin(&[set_weights(&world, 1, debt(10_200))]).await.fails_with(MarginError::ConfigWeightGap);
    world.send_as_admin(&[set_weights(&world, 1, debt(10_201))]).await.succeeds();
    // The other two parameters of the bound, once it is met with nothing to spare.
    let mut liquidation = default_liquidation();
    liquidation.bonus_min = 51;
    let set = instruction::set_liquidation(&world.admin.pubkey(), &world.group, &world.board, liquidation);
    world.send_as_admin(&[set]).await.fails_with(MarginError::ConfigWeightGap);
    let narrow = |symbol| OracleConfig { max_liquidation_band: 99, ..default_oracle(feed_id(symbol)) };
    world.send_as_admin(&[set_oracle(&world, 0, narrow("SOL"))]).await.succeeds();
    world.send_as_admin(&[set_oracle(&world, 1, narrow("USDC"))]).await.succeeds();
    world.send_as_admin(&[set_weights(&world, 1, debt(10_201))]).await.succeeds();
    let wide = set_oracle(&world, 1, default_oracle(feed_id("USDC")));
    world.send_as_admin(&[wide]).await.succeeds();
    let weaker = set_weights(&world, 1, debt(10_200));
    world.send_as_admin(&[weaker]).await.fails_with(MarginError::ConfigWeightGap);
}

#[tokio::test]
async fn CFG_1_feeds_keep_their_bounds() {
    let mut world = World::new().await;
    let good = default_oracle(feed_id("SOL"));
    let cases = [
        (true, OracleConfig { max_liquidation_band: 1, ..good }),
        (false, OracleConfig { max_liquidation_band: 0, ..good }),
        (true, OracleConfig { max_liquidation_band: 100, ..good }),
        (false, OracleConfig { max_liquidation_band: 101, ..good }),
        (true, OracleConfig { max_band: 100, ..good }),
        (false, OracleConfig { max_band: 99, ..good }),
        (true, OracleConfig { max_band: 2_000, ..good }),
        (false, OracleConfig { max_band: 2_001, ..good }),
        (true, OracleConfig { max_confidence: 1, ..good }),
        (false, OracleConfig { max_confidence: 0, ..good }),
        (true, OracleConfig { max_confidence: 1_000, ..good }),
        (false, OracleConfig { max_confidence: 1_001, ..good }),
        (true, OracleConfig { confidence_multiple: 10_000, ..good }),
        (false, OracleConfig { confidence_multiple: 9_999, ..good }),
        (true, OracleConfig { confidence_multiple: 50_000, ..good }),
        (false, OracleConfig { confidence_multiple: 50_001, ..good }),
        (true, OracleConfig { drift: 100, ..good }),
        (false, OracleConfig { drift: 101, ..good }),
    ];
    for (fine, oracle) in cases {
        let sent = world.send_as_admin(&[set_oracle(&world, 0, oracle)]).await;
        if fine {
            sent.succeeds();
            assert_eq!(world.board().await.feeds[0].oracle, OracleConfig { decimals: 9, ..oracle });
        } else {
            sent.fails_with(MarginError::ConfigFeed);
        }
    }
    let unknown = OracleConfig { kind: 2, ..good };
    world.send_as_admin(&[set_oracle(&world, 0, unknown)]).await.fails_with(MarginError::ConfigOracleKind);
}

#[tokio::test]
async fn a_replaced_feed_keeps_price_and_watermark_until_its_first_newer_print() {
    let mut world = World::new().await;
    let before = world.board().await.feeds[0];
    let address = Address::new_unique();
    let replaced = OracleConfig { kind: LEGACY, ..default_oracle(address.to_bytes()) };
    world.send_as_admin(&[set_oracle(&world, 0, replaced)]).await.succeeds();
    let mut after = world.board().await.feeds[0];
    assert_eq!(after.oracle, OracleConfig { decimals: 9, ..replaced });
    after.oracle = before.oracle;
    assert_eq!(after, before);
    world.chain.advance(1);
    let update = world.update("SOL", usd(150));
    world.write_update("SOL", &update);
    world.refresh(&["SOL"]).await.fails_with(MarginError::OracleOwner);
}

#[tokio::test]
async fn CFG_1_lending_parameters_keep_their_bounds() {
    let mut world = World::new().await;
    let good = default_lending();
    let curve = Some(because(MarginError::ConfigCurve));
    let lending = Some(because(MarginError::ConfigLending));
    let cases = [
        (None, LendingConfig { base_rate: 1_200, ..good }),
        (curve.clone(), LendingConfig { base_rate: 1_201, ..good }),
        (None, LendingConfig { kink_rate: 15_000, ..good }),
        (curve.clone(), LendingConfig { kink_rate: 15_001, ..good }),
        (None, LendingConfig { max_rate: 100_000, ..good }),
        (curve.clone(), LendingConfig { max_rate: 100_001, ..good }),
        (None, LendingConfig { kink_utilisation: 1, ..good }),
        (curve.clone(), LendingConfig { kink_utilisation: 0, ..good }),
        (None, LendingConfig { kink_utilisation: 9_999, ..good }),
        (curve, LendingConfig { kink_utilisation: 10_000, ..good }),
        (None, LendingConfig { reserve_factor: 5_000, ..good }),
        (lending.clone(), LendingConfig { reserve_factor: 5_001, ..good }),
        (None, LendingConfig { max_utilisation: 10_000, ..good }),
        (lending.clone(), LendingConfig { max_utilisation: 10_001, ..good }),
        // 5 % an hour, and windows of an hour to a day.
        (None, LendingConfig { outflow_share: 0, outflow_window: 1, ..good }),
        (None, LendingConfig { outflow_share: 500, outflow_window: 60, ..good }),
        (lending.clone(), LendingConfig { outflow_share: 499, outflow_window: 60, ..good }),
        (lending.clone(), LendingConfig { outflow_share: 500, outflow_window: 59, ..good }),
        (None, LendingConfig { outflow_share: 12_000, outflow_window: 1_440, ..good }),
        (lending.clone(), LendingConfig { outflow_share: 11_999, outflow_window: 1_440, ..good }),
        (lending, LendingConfig { outflow_share: 12_009, outflow_window: 1_441, ..good }),
    ];
    for (refused, config) in cases {
        let sent = world.send_as_admin(&[set_lending(&world, "SOL", config)]).await;
        match refused {
            Some(error) => drop(sent.fails_with(error)),
            None => {
                sent.succeeds();
                assert_eq!(world.bank("SOL").await.lending, config);
            }
        }
    }
}

/// 1,000 USDC lent of 2,000: utilisation 0.5, rate 2 % + 10 %·0.5/0.8 = 8.25 % a year. A year of 365 days would bring
/// 82.5 USDC; a tenth of it, 36.5 days, is above the 30 days that one accrual charges for: x = 0.0825·30/365, interest
/// = 1,000·(x + x²/2 + x³/6) = 6.803863654 USDC, whatever the rates are from now on.
#[tokio::test]
async fn interest_until_now_is_charged_at_the_old_parameters() {
    let mut world = World::new().await;
    let (lender, alice) = (world.trader().await, world.trader().await);
    lender.deposit(&mut world, "USDC", usdc(2_000)).await.succeeds();
    alice.deposit(&mut world, "SOL", sol(100)).await.succeeds();
    alice.borrow(&mut world, "USDC", usdc(1_000)).await.succeeds();
    world.chain.advance(36 * 86_400 + 43_200);
    let dear = LendingConfig { base_rate: 50_000, kink_rate: 60_000, max_rate: 100_000, ..default_lending() };
    world.send_as_admin(&[set_lending(&world, "USDC", dear)]).await.succeeds();
    assert_eq!(alice.owed(&mut world, "USDC").await, 1_006_803_864, "a debt is rounded up");
    assert_eq!(world.bank("USDC").await.accrued_at, world.chain.now());
}
