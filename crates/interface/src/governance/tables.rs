//! The rules themselves (docs/spec.md §12.3). Weights and rates that decide about liquidations wait in both directions, so
//! that nobody becomes liquidatable by a change that was not announced (ADM-3).

use super::rules::Step::{By, Free, Times};
use super::rules::{Governed, MAX_RULES, Rule, Step, Tightens};
use crate::config::{LendingConfig, LiquidationConfig, OracleConfig, PerpConfig, WeightConfig};

macro_rules! rules {
    ($config:ty, |$it:ident| { $($name:ident: $tightens:ident, $step:expr, $value:expr;)* }) => {
        impl Governed for $config {
            const RULES: &'static [Rule] =
                &[$(Rule { name: stringify!($name), tightens: Tightens::$tightens, step: $step },)*];

            #[inline(never)]
            fn values(&self, values: &mut [u64; MAX_RULES]) {
                let $it = self;
                for (place, value) in values.iter_mut().zip([$(u64::from($value)),*]) {
                    *place = value;
                }
            }
        }
    };
}

/// Eight of the bytes of a feed id.
fn word(id: &[u8; 32], number: usize) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&id[8 * number..8 * number + 8]);
    u64::from_le_bytes(bytes)
}

/// Largest change of a weight or margin rate, bps.
const WEIGHT: Step = By(500);
/// Largest change of a cap, of what is measured in tokens or of time.
const SCALE: Step = Times(4);

rules!(WeightConfig, |it| {
    asset_initial: Down, WEIGHT, it.asset_initial;
    asset_end: Never, WEIGHT, it.asset_end;
    asset_maintenance: Never, WEIGHT, it.asset_maintenance;
    liability_initial: Up, WEIGHT, it.liability_initial;
    liability_end: Never, WEIGHT, it.liability_end;
    liability_maintenance: Never, WEIGHT, it.liability_maintenance;
    ramp: Up, By(172_800), it.ramp;
    collateral_cap: Down, SCALE, match it.collateral_cap { 0 => u32::MAX, cap => cap };
});

rules!(LendingConfig, |it| {
    deposit_cap: Down, SCALE, it.deposit_cap;
    borrow_cap: Down, SCALE, it.borrow_cap;
    tranche_target: Up, SCALE, it.tranche_target;
    base_rate: Never, By(1_000), it.base_rate;
    kink_utilisation: Never, By(2_000), it.kink_utilisation;
    kink_rate: Never, By(2_000), it.kink_rate;
    max_rate: Never, By(10_000), it.max_rate;
    reserve_factor: Never, By(1_000), it.reserve_factor;
    max_utilisation: Down, By(1_000), it.max_utilisation;
    velocity: Never, Free, it.velocity;
    outflow_share: Down, Times(2), match it.outflow_share { 0 => u16::MAX, share => share };
    outflow_window: Up, Times(2), it.outflow_window;
});

rules!(OracleConfig, |it| {
    feed_id_0: Never, Free, word(&it.feed_id, 0);
    feed_id_1: Never, Free, word(&it.feed_id, 1);
    feed_id_2: Never, Free, word(&it.feed_id, 2);
    feed_id_3: Never, Free, word(&it.feed_id, 3);
    max_confidence: Never, Free, it.max_confidence;
    confidence_multiple: Never, Free, it.confidence_multiple;
    drift: Never, Free, it.drift;
    max_band: Never, Free, it.max_band;
    max_liquidation_band: Never, Free, it.max_liquidation_band;
    kind: Never, Free, it.kind;
});

rules!(LiquidationConfig, |it| {
    bonus_min: Never, By(50), it.bonus_min;
    bonus_max: Never, By(200), it.bonus_max;
    full_bonus_depth: Never, By(500), it.full_bonus_depth;
    insurance_share: Never, By(1_000), it.insurance_share;
    dust: Never, By(20), it.dust;
    wait_slots: Never, Free, it.wait_slots;
    grace_slots: Never, Free, it.grace_slots;
    auction_slots: Never, Free, it.auction_slots;
    deep_breach: Never, Free, it.deep_breach;
    velocity_window: Never, Free, it.velocity_window;
    volatility_multiple: Up, Free, it.volatility_multiple;
});

rules!(PerpConfig, |it| {
    tier_0_edge: Never, Free, it.tiers[0].edge;
    tier_0_initial: Up, WEIGHT, it.tiers[0].initial;
    tier_0_end: Never, WEIGHT, it.tiers[0].end;
    tier_0_maintenance: Never, WEIGHT, it.tiers[0].maintenance;
    tier_1_edge: Never, Free, it.tiers[1].edge;
    tier_1_initial: Up, WEIGHT, it.tiers[1].initial;
    tier_1_end: Never, WEIGHT, it.tiers[1].end;
    tier_1_maintenance: Never, WEIGHT, it.tiers[1].maintenance;
    tier_2_edge: Never, Free, it.tiers[2].edge;
    tier_2_initial: Up, WEIGHT, it.tiers[2].initial;
    tier_2_end: Never, WEIGHT, it.tiers[2].end;
    tier_2_maintenance: Never, WEIGHT, it.tiers[2].maintenance;
    tier_3_edge: Never, Free, it.tiers[3].edge;
    tier_3_initial: Up, WEIGHT, it.tiers[3].initial;
    tier_3_end: Never, WEIGHT, it.tiers[3].end;
    tier_3_maintenance: Never, WEIGHT, it.tiers[3].maintenance;
    skew_scale: Never, SCALE, it.skew_scale;
    open_interest_cap: Down, SCALE, it.open_interest_cap;
    lot: Never, Times(10), it.lot;
    funding_slope: Never, Free, it.funding_slope;
    funding_max: Never, By(1_000), it.funding_max;
    maturity: Never, SCALE, it.maturity;
    cooldown: Never, SCALE, it.cooldown;
    adl_slots: Never, Free, it.adl_slots;
    taker_fee: Never, By(20), it.taker_fee;
    tranche_share: Never, By(2_000), it.tranche_share;
    protocol_share: Never, By(2_000), it.protocol_share;
    keeper_fee: Never, By(50), it.keeper_fee;
    insurance_fee: Never, By(50), it.insurance_fee;
    pool_leverage: Down, By(5_000), it.pool_leverage;
    adl_threshold: Never, Free, it.adl_threshold;
    velocity: Never, Free, it.velocity;
});

#[cfg(test)]
#[allow(non_snake_case)]
mod tests {
    use super::super::{verify_step, waits};
    use super::*;
    use crate::errors::MarginError;
    use bytemuck::{Pod, Zeroable};

    /// Changes of single bytes that no rule sees.
    fn unseen<C: Governed + Pod>() -> Vec<usize> {
        let seen = |place: &usize| {
            let mut changed = C::zeroed();
            // 3 and 7: neither is a limit that is off
            bytemuck::bytes_of_mut(&mut changed)[*place] = 3;
            let mut more = changed;
            bytemuck::bytes_of_mut(&mut more)[*place] = 7;
            waits(&changed, &more) || waits(&more, &changed)
        };
        (0..size_of::<C>()).filter(|place| !seen(place)).collect()
    }

    #[test]
    fn ADM_2_no_parameter_is_left_out() {
        assert_eq!(unseen::<WeightConfig>(), [0; 0]);
        assert_eq!(unseen::<LendingConfig>(), [0; 0]);
        assert_eq!(unseen::<OracleConfig>(), [43], "decimals, which are the mint's");
        assert_eq!(unseen::<LiquidationConfig>(), [22, 23, 24, 25], "reserved");
        let reserved = [14, 15, 30, 31, 46, 47, 62, 63, 124, 125, 126, 127];
        assert_eq!(unseen::<PerpConfig>(), reserved, "reserved");
    }

    #[test]
    fn a_limit_that_is_off_is_the_loosest() {
        let config = |collateral_cap| WeightConfig { collateral_cap, ..WeightConfig::zeroed() };
        assert!(waits(&config(1), &config(0)) && !waits(&config(0), &config(1)));
        assert_eq!(verify_step(&config(1), &config(0)), Err(MarginError::ChangeTooLarge));
        assert_eq!(verify_step(&config(1), &config(4)), Ok(()));
        assert_eq!(verify_step(&config(1), &config(5)), Err(MarginError::ChangeTooLarge));
    }

    #[test]
    fn tightening_may_go_as_far_as_it_likes() {
        let config = |asset_initial, asset_end| WeightConfig { asset_initial, asset_end, ..WeightConfig::zeroed() };
        assert_eq!(verify_step(&config(9_000, 9_000), &config(0, 9_500)), Ok(()));
        assert_eq!(verify_step(&config(9_000, 9_000), &config(0, 9_501)), Err(MarginError::ChangeTooLarge));
        assert_eq!(verify_step(&config(0, 9_000), &config(501, 9_000)), Err(MarginError::ChangeTooLarge));
    }
}
