//! Bounds that every configuration must keep, so that no parameter can make liquidation unprofitable, unsafe or stuck.

use crate::fixed::mul;
use crate::interest::RateCurve;
use crate::lending::{Limits, Pricing};
use crate::liquidation::{LiquidationParams, TouchTerms};
use crate::outflow::OutflowTerms;
use crate::perp::{AdlTerms, FundingTerms, MAX_TIERS, Tier, Tiers, TradeTerms};
use crate::position::Weights;
use crate::price::{FeedConfig, MAX_DECIMALS};
use crate::quarantine::MAX_RAMP;
use crate::units::{BPS, Bps, USD};

/// The parameter that is out of bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigError {
    /// Asset weights must rise from initial to maintenance and end at or below 1.
    AssetWeights,
    /// Liability weights must fall from initial to maintenance and end at or above 1.
    LiabilityWeights,
    /// End weights must be 25 to 100 bps stricter than maintenance weights.
    EndBuffer,
    /// The feed's bands, confidence limit or decimals are out of bounds.
    Feed,
    /// The bonus, its depth, the insurance share or the dust is out of bounds.
    Liquidation,
    /// The curve must rise and its kink lie between 0 and 1.
    Curve,
    /// The reserve factor, the utilisation limit or the brake on outflow is out of bounds.
    Lending,
    /// A first liquidation could start below zero equity, given the extremes of all listed tokens.
    WeightGap,
    /// A market's tiers must rise, and end rates be 25 to 100 bps stricter than maintenance rates.
    Tiers,
    /// A market's fees leave no margin for doubt, or its shares exceed the fee.
    PerpFees,
    /// A market's open interest is too large for its skew scale, or its pool's leverage above two.
    Skew,
    /// A market's funding is out of bounds.
    Funding,
    /// A market's times or ADL threshold is out of bounds.
    Perp,
}

/// Both sides' weights of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenWeights {
    /// As a deposit.
    pub asset: Weights,
    /// As a debt.
    pub liability: Weights,
}

const ONE: Bps = BPS as Bps;
const END_BUFFER: core::ops::RangeInclusive<Bps> = 25..=100;

/// Checks a token's weights on their own.
///
/// Formula:  w_init ≤ w_end ≤ w_maint ≤ 1;  2 ≥ v_init ≥ v_end ≥ v_maint ≥ 1;  25 ≤ |end − maintenance| ≤ 100 bps, on the
///           asset side only where w_maint > 0       (docs/spec.md §7)
/// Errors:   AssetWeights, LiabilityWeights, EndBuffer
pub fn verify_weights(weights: &TokenWeights) -> Result<(), ConfigError> {
    let (w, v) = (&weights.asset, &weights.liability);
    if !(w.initial <= w.end && w.end <= w.maintenance && w.maintenance <= ONE) {
        return Err(ConfigError::AssetWeights);
    }
    if !(v.initial >= v.end && v.end >= v.maintenance && v.maintenance >= ONE && v.initial <= 2 * ONE) {
        return Err(ConfigError::LiabilityWeights);
    }
    let asset_buffer = w.maintenance == 0 || END_BUFFER.contains(&(w.maintenance - w.end));
    if !asset_buffer || !END_BUFFER.contains(&(v.end - v.maintenance)) {
        return Err(ConfigError::EndBuffer);
    }
    Ok(())
}

/// Checks how long a young token's initial weight rises.
///
/// Formula:  ramp ≤ 90 days       (docs/spec.md §11.5)
/// Units:    seconds
/// Errors:   AssetWeights
pub fn verify_ramp(ramp: u32) -> Result<(), ConfigError> {
    if ramp <= MAX_RAMP { Ok(()) } else { Err(ConfigError::AssetWeights) }
}

/// Checks a feed.
///
/// Formula:  0 < b_liq ≤ 100 bps, b_liq ≤ b_max ≤ 2,000 bps; 0 < c_max ≤ 1,000 bps; 1 ≤ k_c ≤ 5; k_d ≤ 100 bps; decimals ≤ 12
///           (docs/spec.md §7)
/// Errors:   Feed
pub fn verify_feed(feed: &FeedConfig) -> Result<(), ConfigError> {
    let good = (1..=100).contains(&feed.max_liquidation_band)
        && (feed.max_liquidation_band..=2_000).contains(&feed.max_band)
        && (1..=1_000).contains(&feed.max_confidence)
        && (ONE..=5 * ONE).contains(&feed.confidence_multiple)
        && feed.drift <= 100
        && feed.decimals <= MAX_DECIMALS;
    if good { Ok(()) } else { Err(ConfigError::Feed) }
}

/// Checks a group's liquidation parameters.
///
/// Formula:  0 < β_min ≤ β_max ≤ 1,500 bps; 100 bps ≤ 1 − HF_full ≤ 5,000 bps; share ≤ 1; dust ≤ $100       (docs/spec.md §7)
/// Errors:   Liquidation
pub fn verify_liquidation(params: &LiquidationParams) -> Result<(), ConfigError> {
    let good = (1..=params.bonus_max).contains(&params.bonus_min)
        && params.bonus_max <= 1_500
        && (100..=5_000).contains(&params.full_bonus_depth)
        && params.insurance_share <= ONE
        && (0..=100 * USD).contains(&params.dust.0);
    if good { Ok(()) } else { Err(ConfigError::Liquidation) }
}

/// Checks what volatility is multiplied by.
///
/// Formula:  multiple ≤ 30, in hundredths       (docs/spec.md §11.4)
/// Errors:   Liquidation
pub fn verify_volatility(multiple: u16) -> Result<(), ConfigError> {
    if multiple <= 3_000 { Ok(()) } else { Err(ConfigError::Liquidation) }
}

const HOUR: u64 = 3_600;
/// What a brake lets out in an hour at least, bps of the deposits.
const LEAST_OUTFLOW: Bps = 500;

/// Checks a bank's curve, reserve and limits.
///
/// Formula:  base ≤ kink_rate ≤ max_rate ≤ 100,000 bps; 0 < kink < 1; reserve ≤ 5,000 bps; max_utilisation ≤ 1; a brake
///           lets out 5 % of the deposits an hour at least, in windows of 1 h to 24 h       (docs/spec.md §7, §11.9)
/// Errors:   Curve, Lending
pub fn verify_lending(pricing: &Pricing, limits: &Limits) -> Result<(), ConfigError> {
    let RateCurve { base, kink, kink_rate, max_rate } = pricing.curve;
    if !(base <= kink_rate && kink_rate <= max_rate && max_rate <= 100_000 && (1..ONE).contains(&kink)) {
        return Err(ConfigError::Curve);
    }
    let OutflowTerms { share, window } = limits.outflow;
    let hourly = mul(share.into(), HOUR) >= mul(LEAST_OUTFLOW.into(), window.into());
    let brake = share == 0 || ((3_600..=86_400).contains(&window) && hourly);
    if pricing.reserve_factor > 5_000 || limits.max_utilisation > ONE || !brake {
        return Err(ConfigError::Lending);
    }
    Ok(())
}

/// What the bounds of a market are checked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketBounds {
    /// Margin by size.
    pub tiers: Tiers,
    /// Terms of trade; availability does not matter.
    pub trade: TradeTerms,
    /// Funding.
    pub funding: FundingTerms,
    /// ADL.
    pub adl: AdlTerms,
    /// f_l, bps.
    pub keeper_fee: Bps,
    /// f_i, bps.
    pub insurance_fee: Bps,
    /// W, seconds.
    pub maturity: u32,
    /// Cooldown of liquidity, seconds.
    pub cooldown: u32,
    /// b_liq of the market's feed, bps.
    pub liquidation_band: Bps,
}

/// Checks when shallow breaches execute.
///
/// Formula:  wait = 0, or 3 ≤ wait ≤ 150, 2·wait ≤ T ≤ 10,000, grace ≤ T, 1 % ≤ deep ≤ 50 %; window 0 or 1 min to 1 h
///           (docs/spec.md §11.1, §11.2)
/// Errors:   Liquidation
pub fn verify_touches(terms: &TouchTerms, window: u32) -> Result<(), ConfigError> {
    let touches = terms.wait == 0
        || ((3..=150).contains(&terms.wait)
            && (2 * terms.wait..=10_000).contains(&terms.auction)
            && terms.grace <= terms.auction
            && (100..=5_000).contains(&terms.deep));
    let good = touches && (window == 0 || (60..=3_600).contains(&window));
    if good { Ok(()) } else { Err(ConfigError::Liquidation) }
}

/// Checks a market.
///
/// Formula:  docs/spec.md §10.10; cap / S ≤ f_i + 2·taker_fee closes the index-against-skew attack whatever is liquidated
/// Errors:   Tiers, PerpFees, Skew, Funding, Perp
pub fn verify_market(market: &MarketBounds) -> Result<(), ConfigError> {
    verify_tiers(&market.tiers)?;
    verify_perp_fees(&market.tiers, market.keeper_fee, market.insurance_fee, market.liquidation_band)?;
    let trade = &market.trade;
    if trade.taker_fee > 100 || trade.tranche_share.saturating_add(trade.protocol_share) > ONE {
        return Err(ConfigError::PerpFees);
    }
    let premium = u64::from(market.insurance_fee) + 2 * u64::from(trade.taker_fee);
    let skew = (1..=1 << 60).contains(&trade.skew_scale)
        && (1..=trade.open_interest_cap).contains(&trade.lot)
        && mul(trade.open_interest_cap, BPS) <= mul(trade.skew_scale, premium)
        && trade.pool_leverage <= 2 * ONE;
    if !skew {
        return Err(ConfigError::Skew);
    }
    if market.funding.slope > 1_000_000_000 || market.funding.maximum > 10_000 {
        return Err(ConfigError::Funding);
    }
    const TIMES: core::ops::RangeInclusive<u32> = 3_600..=2_592_000;
    let good = TIMES.contains(&market.maturity)
        && TIMES.contains(&market.cooldown)
        && market.adl.slots >= 1
        && market.adl.threshold <= 5 * ONE;
    if good { Ok(()) } else { Err(ConfigError::Perp) }
}

/// Formula:  edges rise up to 2^64 − 1; m_maint rises with the tier; m_init ≥ m_end; 25 ≤ m_end − m_maint ≤ 100
fn verify_tiers(tiers: &Tiers) -> Result<(), ConfigError> {
    let mut below: Option<&Tier> = None;
    for tier in &tiers.0 {
        let ended = below.is_some_and(|below| below.edge == u64::MAX);
        let rises = below.is_none_or(|below| {
            (tier.edge > below.edge || ended) && tier.maintenance >= below.maintenance && tier.initial >= below.initial
        });
        let good = rises
            && tier.edge > 0
            && tier.initial >= tier.end
            && Bps::from(tier.initial) <= ONE
            && tier.end > tier.maintenance
            && END_BUFFER.contains(&Bps::from(tier.end - tier.maintenance));
        if !good {
            return Err(ConfigError::Tiers);
        }
        below = Some(tier);
    }
    if tiers.0[MAX_TIERS - 1].edge == u64::MAX { Ok(()) } else { Err(ConfigError::Tiers) }
}

/// Checks that fees and doubt fit into the margin of the smallest tier.
///
/// Formula:  f_l + f_i < m_maint;  2·b_liq ≤ m_maint − f_l − f_i       (docs/spec.md §10.10)
/// Errors:   PerpFees
pub fn verify_perp_fees(tiers: &Tiers, keeper: Bps, insurance: Bps, band: Bps) -> Result<(), ConfigError> {
    let margin = Bps::from(tiers.0[0].maintenance);
    let fees = keeper.saturating_add(insurance);
    let good = fees < margin && band.saturating_mul(2) <= margin - fees;
    if good { Ok(()) } else { Err(ConfigError::PerpFees) }
}

/// The extremes of all listed tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extremes {
    /// Highest maintenance weight of a deposit, bps.
    pub asset_max: Bps,
    /// Lowest maintenance weight of a debt, bps.
    pub liability_min: Bps,
    /// Highest b_liq, bps.
    pub band_max: Bps,
}

impl Extremes {
    /// Of no token at all.
    pub const NONE: Extremes = Extremes { asset_max: 0, liability_min: Bps::MAX, band_max: 0 };

    /// With one more token.
    pub fn with(self, weights: &TokenWeights, liquidation_band: Bps) -> Extremes {
        Extremes {
            asset_max: self.asset_max.max(weights.asset.maintenance),
            liability_min: self.liability_min.min(weights.liability.maintenance),
            band_max: self.band_max.max(liquidation_band),
        }
    }

    /// The same beside markets: profit in them counts whole, and what is owed to them no more than it is.
    ///
    /// Formula:  v_min against w = 1, and v = 1 against w_max       (docs/spec.md §10.10, CFG-1)
    /// Errors:   WeightGap
    pub fn verify_with_markets(&self, params: &LiquidationParams) -> Result<(), ConfigError> {
        if self.liability_min == Bps::MAX {
            return Ok(());
        }
        Extremes { asset_max: ONE, ..*self }.verify(params)?;
        Extremes { liability_min: ONE, ..*self }.verify(params)
    }

    /// Checks that the first touch always leaves equity for the smallest bonus.
    ///
    /// Formula:  v_min·(1 − b_liq) ≥ w_max·(1 + b_liq)·(1 + 2·β_min)       (docs/spec.md §7, CFG-1)
    /// Errors:   WeightGap
    pub fn verify(&self, params: &LiquidationParams) -> Result<(), ConfigError> {
        if self.liability_min == Bps::MAX {
            return Ok(());
        }
        let liability = u64::from(self.liability_min) * (BPS - u64::from(self.band_max).min(BPS)) * BPS;
        let asset =
            u64::from(self.asset_max) * (BPS + u64::from(self.band_max)) * (BPS + 2 * u64::from(params.bonus_min));
        if liability >= asset { Ok(()) } else { Err(ConfigError::WeightGap) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Value;

    const WEIGHTS: TokenWeights = TokenWeights {
        asset: Weights { initial: 8_000, end: 8_950, maintenance: 9_000 },
        liability: Weights { initial: 11_500, end: 10_850, maintenance: 10_800 },
    };
    const PARAMS: LiquidationParams = LiquidationParams {
        bonus_min: 50,
        bonus_max: 600,
        full_bonus_depth: 1_000,
        insurance_share: 4_000,
        dust: Value::usd(10),
    };

    #[test]
    fn sound_parameters_pass() {
        assert_eq!(verify_weights(&WEIGHTS), Ok(()));
        assert_eq!(verify_liquidation(&PARAMS), Ok(()));
        assert_eq!(Extremes::NONE.with(&WEIGHTS, 100).verify(&PARAMS), Ok(()));
    }

    #[test]
    fn weights_out_of_order_are_refused() {
        let mut bad = WEIGHTS;
        bad.asset.initial = bad.asset.end + 1;
        assert_eq!(verify_weights(&bad), Err(ConfigError::AssetWeights));
        let mut bad = WEIGHTS;
        bad.liability.maintenance = 9_999;
        assert_eq!(verify_weights(&bad), Err(ConfigError::LiabilityWeights));
        let mut bad = WEIGHTS;
        bad.asset.end = bad.asset.maintenance - 24;
        assert_eq!(verify_weights(&bad), Err(ConfigError::EndBuffer));
        let mut bad = WEIGHTS;
        bad.liability.end = bad.liability.maintenance + 101;
        assert_eq!(verify_weights(&bad), Err(ConfigError::EndBuffer));
    }

    #[test]
    fn a_collateral_and_a_debt_must_leave_room_for_doubt_and_bonus() {
        // Attack 19: w = .95, v = 1, b = 3 % starts at −0.87 % equity.
        let tight = Extremes { asset_max: 9_500, liability_min: 10_000, band_max: 300 };
        assert_eq!(tight.verify(&PARAMS), Err(ConfigError::WeightGap), "CFG-1");
        let exact = Extremes { asset_max: 10_000, liability_min: 10_100, band_max: 0 };
        assert_eq!(exact.verify(&PARAMS), Ok(()), "CFG-1 equality is enough");
        assert_eq!(Extremes { liability_min: 10_099, ..exact }.verify(&PARAMS), Err(ConfigError::WeightGap));
    }
}
