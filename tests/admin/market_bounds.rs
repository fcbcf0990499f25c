//! Bounds of a market's parameters, docs/spec.md §10.10: each at its edge and one step beyond.

use breakwater_client::instruction;
use breakwater_client::interface::config::{PerpConfig, TierConfig};
use breakwater_sim::world::default_oracle;
use solana_signer::Signer;

use crate::common::world::feed_id;
use crate::common::{CAP, MarginError, SKEW_SCALE, Verdict, World, btc_listing};

/// Parameters and why they are refused. The market's feed has a b_liq of 1 %.
pub fn market_bounds() -> Vec<(PerpConfig, Option<MarginError>)> {
    let mut rows = tiers();
    rows.extend(fees());
    rows.extend(skew());
    rows.extend(rest());
    rows
}

fn good() -> PerpConfig {
    btc_listing().config
}

/// The default with another tier, by number from 0.
fn tier(number: usize, change: impl FnOnce(&mut TierConfig)) -> PerpConfig {
    let mut config = good();
    change(&mut config.tiers[number]);
    config
}

fn rates(number: usize, initial: u16, end: u16, maintenance: u16) -> PerpConfig {
    tier(number, |tier| (tier.initial, tier.end, tier.maintenance) = (initial, end, maintenance))
}

/// Edges of 50,000, 250,000 and 1,000,000 tokens; maintenance of 500, 650, 900 and 1,500 bps, initially 1,000 to 2,500.
fn tiers() -> Vec<(PerpConfig, Option<MarginError>)> {
    let bad = Some(MarginError::ConfigTiers);
    let below = good().tiers[0].edge;
    vec![
        (tier(1, |tier| tier.edge = below + 1), None),
        (tier(1, |tier| tier.edge = below), bad),
        (tier(0, |tier| tier.edge = 1), None),
        (tier(0, |tier| tier.edge = 0), bad),
        (tier(3, |tier| tier.edge = u64::MAX - 1), bad),
        (tier(2, |tier| tier.edge = u64::MAX), None),
        (rates(1, 1_000, 550, 500), None),
        (rates(1, 1_000, 549, 499), bad),
        (rates(1, 999, 550, 500), bad),
        (rates(0, 550, 550, 500), None),
        (rates(0, 549, 550, 500), bad),
        (rates(0, 1_000, 525, 500), None),
        (rates(0, 1_000, 524, 500), bad),
        (rates(0, 1_000, 600, 500), None),
        (rates(0, 1_000, 601, 500), bad),
        (rates(0, 1_000, 500, 500), bad),
        (rates(0, 1_000, 499, 500), bad),
        (rates(3, 10_000, 1_550, 1_500), None),
        (rates(3, 10_001, 1_550, 1_500), bad),
    ]
}

/// Fees of 300 bps leave 200 of the first maintenance rate, twice b_liq.
fn fees() -> Vec<(PerpConfig, Option<MarginError>)> {
    let bad = Some(MarginError::ConfigPerpFees);
    let liquidation = |keeper_fee, insurance_fee| PerpConfig { keeper_fee, insurance_fee, ..good() };
    let shares = |tranche_share, protocol_share| PerpConfig { tranche_share, protocol_share, ..good() };
    vec![
        (liquidation(260, 40), None),
        (liquidation(261, 40), bad),
        (liquidation(0, 300), None),
        (liquidation(0, 301), bad),
        (liquidation(u16::MAX, u16::MAX), bad),
        (shares(10_000, 0), None),
        (shares(0, 10_000), None),
        (shares(9_000, 1_000), None),
        (shares(9_000, 1_001), bad),
        (shares(u16::MAX, u16::MAX), bad),
        (PerpConfig { taker_fee: 100, ..good() }, None),
        (PerpConfig { taker_fee: 101, ..good() }, bad),
    ]
}

/// f_i + 2·taker_fee = 50 bps: S = 250,000 BTC carries a cap of 1,250 BTC, a two-hundredth.
fn skew() -> Vec<(PerpConfig, Option<MarginError>)> {
    let bad = Some(MarginError::ConfigSkew);
    let cap = |open_interest_cap| PerpConfig { open_interest_cap, ..good() };
    let scale = |skew_scale| PerpConfig { skew_scale, ..good() };
    let lot = |lot| PerpConfig { lot, ..good() };
    vec![
        (cap(SKEW_SCALE / 200), None),
        (cap(SKEW_SCALE / 200 + 1), bad),
        (cap(u64::MAX), bad),
        (scale(CAP * 200), None),
        (scale(CAP * 200 - 1), bad),
        (scale(1 << 60), None),
        (scale((1 << 60) + 1), bad),
        (scale(0), bad),
        (lot(1), None),
        (lot(0), bad),
        (lot(CAP), None),
        (lot(CAP + 1), bad),
        (PerpConfig { taker_fee: 4, open_interest_cap: SKEW_SCALE / 200, ..good() }, bad),
        (PerpConfig { insurance_fee: 39, open_interest_cap: SKEW_SCALE / 200, ..good() }, bad),
        (PerpConfig { pool_leverage: 20_000, ..good() }, None),
        (PerpConfig { pool_leverage: 20_001, ..good() }, bad),
        (PerpConfig { pool_leverage: 0, ..good() }, None),
    ]
}

fn rest() -> Vec<(PerpConfig, Option<MarginError>)> {
    let (funding, bad) = (Some(MarginError::ConfigFunding), Some(MarginError::ConfigPerp));
    vec![
        (PerpConfig { funding_slope: 1_000_000_000, ..good() }, None),
        (PerpConfig { funding_slope: 1_000_000_001, ..good() }, funding),
        (PerpConfig { funding_max: 10_000, ..good() }, None),
        (PerpConfig { funding_max: 10_001, ..good() }, funding),
        (PerpConfig { funding_slope: 0, funding_max: 0, ..good() }, None),
        (PerpConfig { maturity: 3_600, ..good() }, None),
        (PerpConfig { maturity: 3_599, ..good() }, bad),
        (PerpConfig { maturity: 2_592_000, ..good() }, None),
        (PerpConfig { maturity: 2_592_001, ..good() }, bad),
        (PerpConfig { cooldown: 3_600, ..good() }, None),
        (PerpConfig { cooldown: 3_599, ..good() }, bad),
        (PerpConfig { cooldown: 2_592_000, ..good() }, None),
        (PerpConfig { cooldown: 2_592_001, ..good() }, bad),
        (PerpConfig { adl_slots: 1, ..good() }, None),
        (PerpConfig { adl_slots: 0, ..good() }, bad),
        (PerpConfig { adl_threshold: 50_000, ..good() }, None),
        (PerpConfig { adl_threshold: 50_001, ..good() }, bad),
        (PerpConfig { adl_threshold: 0, ..good() }, None),
    ]
}

/// 458 + 40 bps of fees fit a b_liq of 1 bp and nothing more: a new feed keeps the bound too.
#[tokio::test]
async fn CFG_1_a_new_feed_keeps_the_bounds_of_its_market() {
    let mut world = World::with_market().await;
    let config = PerpConfig { keeper_fee: 458, ..good() };
    let mut oracle = default_oracle(feed_id("M1"));
    (oracle.decimals, oracle.max_liquidation_band) = (6, 1);
    let (admin, group, board) = (world.admin.pubkey(), world.group, world.board);
    let create = instruction::create_market(&admin, &group, &board, 1, (config, oracle));
    world.send_as_admin(&[create]).await.succeeds();
    let set = |oracle| instruction::set_oracle(&admin, &group, &board, 33, oracle);
    world.send_as_admin(&[set(oracle)]).await.succeeds();
    oracle.max_liquidation_band = 2;
    world.send_as_admin(&[set(oracle)]).await.fails_with(MarginError::ConfigPerpFees);
}
