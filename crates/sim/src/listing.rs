//! How tokens and markets are listed unless told otherwise: weights, lending, feeds, margins, and the group's liquidation
//! parameters.

use breakwater_client::interface::config::{
    LendingConfig, LiquidationConfig, OracleConfig, PerpConfig, TierConfig, WeightConfig,
};
use breakwater_client::{Address, TOKEN_PROGRAM};

/// Base units over which the skew price moves by one, as a multiple of the largest open interest of a side.
const SKEW_SCALE: u64 = 250;

/// How a token is listed.
#[derive(Clone, Copy, Debug)]
pub struct Listing {
    /// Decimals.
    pub decimals: u8,
    /// Weights.
    pub weights: WeightConfig,
    /// Lending parameters.
    pub lending: LendingConfig,
    /// The token program of the mint.
    pub token_program: Address,
}

impl Listing {
    /// A volatile token: 80/90 % as collateral, 115/108 % as a debt.
    pub fn volatile(decimals: u8) -> Listing {
        let weights = WeightConfig {
            asset_initial: 8_000,
            asset_end: 8_950,
            asset_maintenance: 9_000,
            liability_initial: 11_500,
            liability_end: 10_850,
            liability_maintenance: 10_800,
            ramp: 0,
            collateral_cap: 0,
        };
        Listing { decimals, weights, lending: default_lending(), token_program: TOKEN_PROGRAM }
    }

    /// A dollar token: 90/92 % as collateral, 108/105 % as a debt.
    pub fn stable(decimals: u8) -> Listing {
        let weights = WeightConfig {
            asset_initial: 9_000,
            asset_end: 9_150,
            asset_maintenance: 9_200,
            liability_initial: 10_800,
            liability_end: 10_550,
            liability_maintenance: 10_500,
            ramp: 0,
            collateral_cap: 0,
        };
        Listing { weights, ..Listing::volatile(decimals) }
    }
}

/// 2 % at no use, 12 % at the kink of 80 %, 150 % at full use; a tenth of the interest is kept.
pub fn default_lending() -> LendingConfig {
    LendingConfig {
        deposit_cap: u64::MAX / 4,
        borrow_cap: u64::MAX / 4,
        tranche_target: u64::MAX / 4,
        base_rate: 200,
        kink_utilisation: 8_000,
        kink_rate: 1_200,
        max_rate: 15_000,
        reserve_factor: 1_000,
        max_utilisation: 9_500,
        velocity: 0,
        outflow_share: 0,
        outflow_window: 0,
    }
}

/// Bonus 0.5 to 6 %, in full at a health factor of 0.90; 40 % of it to insurance; dust $10.
pub fn default_liquidation() -> LiquidationConfig {
    LiquidationConfig {
        bonus_min: 50,
        bonus_max: 600,
        full_bonus_depth: 1_000,
        insurance_share: 4_000,
        dust: 10,
        wait_slots: 0,
        grace_slots: 0,
        auction_slots: 0,
        deep_breach: 0,
        velocity_window: 0,
        volatility_multiple: 0,
        reserved: [0; 2],
    }
}

/// A feed with c_max 3 %, k_c 2.12, k_d 2 bps, b_max 5 %, b_liq 1 %.
pub fn default_oracle(feed_id: [u8; 32]) -> OracleConfig {
    OracleConfig {
        feed_id,
        max_confidence: 300,
        confidence_multiple: 21_200,
        drift: 2,
        max_band: 500,
        max_liquidation_band: 100,
        kind: 0,
        decimals: 0,
    }
}

/// How a market is listed.
#[derive(Clone, Copy, Debug)]
pub struct PerpListing {
    /// Decimals of a base unit.
    pub decimals: u8,
    /// Parameters.
    pub config: PerpConfig,
}

/// Tiers up to 50,000, 250,000 and 1,000,000 quote tokens with initial margins of 10, 12.5, 16 and 25 %; maintenance 5 to
/// 15 %, end half a percent above. Fees: 0.4 % each to keeper and tranche in a liquidation, 0.05 % of a trade, of which the
/// tranche gets a fifth and the protocol a tenth. Funding: 0.1 % an hour at the largest open interest, and never more. Profit
/// matures in an hour; a pool carries twice its equity; ADL begins with profits of 10 %, and takes any
/// after 300 slots.
///
/// `cap`: largest open interest of a side, base units; `quote_unit`: quote units of one quote token.
pub fn default_perp(cap: u64, lot: u64, quote_unit: u64) -> PerpConfig {
    let tier = |edge: u64, initial, maintenance: u16| TierConfig {
        edge,
        initial,
        end: maintenance + 50,
        maintenance,
        reserved: 0,
    };
    PerpConfig {
        tiers: [
            tier(50_000 * quote_unit, 1_000, 500),
            tier(250_000 * quote_unit, 1_250, 650),
            tier(1_000_000 * quote_unit, 1_600, 900),
            tier(u64::MAX, 2_500, 1_500),
        ],
        skew_scale: cap.saturating_mul(SKEW_SCALE),
        open_interest_cap: cap,
        lot,
        funding_slope: 1_000 * SKEW_SCALE as u32,
        funding_max: 1_000,
        maturity: 3_600,
        cooldown: 3_600,
        adl_slots: 300,
        taker_fee: 5,
        tranche_share: 2_000,
        protocol_share: 1_000,
        keeper_fee: 40,
        insurance_fee: 40,
        pool_leverage: 20_000,
        adl_threshold: 1_000,
        velocity: 0,
        reserved: [0; 2],
    }
}
