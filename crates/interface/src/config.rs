//! Parameters as instructions carry them and accounts store them, with their conversion into the mathematics' types.

use breakwater_margin::config::{
    MarketBounds, TokenWeights, verify_feed, verify_liquidation, verify_ramp, verify_touches, verify_volatility,
    verify_weights,
};
use breakwater_margin::interest::RateCurve;
use breakwater_margin::lending::{Limits, Pricing};
use breakwater_margin::liquidation::TouchTerms;
use breakwater_margin::outflow::OutflowTerms;
use breakwater_margin::perp::{AdlTerms, Availability, FundingTerms, MAX_TIERS, MIN_OPEN, Tier, Tiers, TradeTerms};
use breakwater_margin::{FeedConfig, LiquidationParams, MathError, Value, Weights};
use bytemuck::{Pod, Zeroable};

use crate::errors::MarginError;
use crate::oracle;

#[cfg(feature = "anchor")]
use anchor_lang::prelude::*;

/// A bank's lending parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "anchor", derive(IdlType, AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct LendingConfig {
    /// Most that depositors may own in all, native units.
    pub deposit_cap: u64,
    /// Most that borrowers may owe in all, native units.
    pub borrow_cap: u64,
    /// The tranche is filled up to this amount before the protocol earns, native units.
    pub tranche_target: u64,
    /// Borrow rate at utilisation 0, bps a year.
    pub base_rate: u32,
    /// Utilisation of the kink, bps.
    pub kink_utilisation: u32,
    /// Borrow rate at the kink, bps a year.
    pub kink_rate: u32,
    /// Borrow rate at utilisation 1, bps a year.
    pub max_rate: u32,
    /// Part of the interest that depositors do not get, bps.
    pub reserve_factor: u32,
    /// Highest utilisation after a borrow, bps.
    pub max_utilisation: u32,
    /// Most of the token that liquidations of shallow breaches may move in a window, bps of the deposits; 0 for no limit.
    pub velocity: u32,
    /// Most that may leave in a window, less what comes in, bps of the deposits; 0 for no brake.
    pub outflow_share: u16,
    /// Window of the brake, minutes.
    pub outflow_window: u16,
}

impl LendingConfig {
    /// Curve, reserve and tranche target.
    #[inline(always)]
    pub fn pricing(&self) -> Pricing {
        Pricing {
            curve: RateCurve {
                base: self.base_rate,
                kink: self.kink_utilisation,
                kink_rate: self.kink_rate,
                max_rate: self.max_rate,
            },
            reserve_factor: self.reserve_factor,
            tranche_target: self.tranche_target,
        }
    }

    /// Caps, utilisation limit and brake.
    pub fn limits(&self) -> Limits {
        Limits {
            deposit_cap: self.deposit_cap,
            borrow_cap: self.borrow_cap,
            max_utilisation: self.max_utilisation,
            outflow: self.outflow(),
        }
    }

    /// The brake on net outflow.
    #[inline(always)]
    pub fn outflow(&self) -> OutflowTerms {
        OutflowTerms { share: self.outflow_share.into(), window: u32::from(self.outflow_window) * 60 }
    }
}

/// The least time over which the weight of a token rises that is listed after the launch, seconds.
const MIN_RAMP: u32 = 1_209_600;
/// The most that all deposits of such a token may count for at first, dollars.
const MAX_YOUNG_CAP: u32 = 1_000_000;

/// A token's weights, bps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "anchor", derive(IdlType, AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct WeightConfig {
    /// Deposit, to take on risk.
    pub asset_initial: u16,
    /// Deposit, where a liquidation stops.
    pub asset_end: u16,
    /// Deposit, to be left alone.
    pub asset_maintenance: u16,
    /// Debt, to take on risk.
    pub liability_initial: u16,
    /// Debt, where a liquidation stops.
    pub liability_end: u16,
    /// Debt, to be left alone.
    pub liability_maintenance: u16,
    /// Time over which the initial weight of a deposit rises from 0, seconds from the listing.
    pub ramp: u32,
    /// Most that all deposits of the token may count for new risk, dollars; 0 for no limit.
    pub collateral_cap: u32,
}

impl WeightConfig {
    /// Weights of a deposit.
    #[inline(always)]
    pub fn asset(&self) -> Weights {
        Weights {
            initial: self.asset_initial.into(),
            end: self.asset_end.into(),
            maintenance: self.asset_maintenance.into(),
        }
    }

    /// Weights of a debt.
    #[inline(always)]
    pub fn liability(&self) -> Weights {
        Weights {
            initial: self.liability_initial.into(),
            end: self.liability_end.into(),
            maintenance: self.liability_maintenance.into(),
        }
    }

    /// Checks the bounds of docs/spec.md §7 and §11.5.
    ///
    /// Errors: ConfigAssetWeights, ConfigLiabilityWeights, ConfigEndBuffer
    pub fn verify(&self) -> core::result::Result<(), MarginError> {
        verify_ramp(self.ramp)?;
        Ok(verify_weights(&self.both())?)
    }

    /// Checks that a token listed after the launch cannot be borrowed against in a minute, whoever listed it.
    ///
    /// Errors: ConfigQuarantine
    pub fn verify_quarantine(&self) -> core::result::Result<(), MarginError> {
        let harmless = self.asset_initial == 0;
        let quarantined = self.ramp >= MIN_RAMP && (1..=MAX_YOUNG_CAP).contains(&self.collateral_cap);
        if harmless || quarantined { Ok(()) } else { Err(MarginError::ConfigQuarantine) }
    }

    /// Both sides.
    pub fn both(&self) -> TokenWeights {
        TokenWeights { asset: self.asset(), liability: self.liability() }
    }
}

/// A feed: where its prints come from and how they are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "anchor", derive(IdlType, AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct OracleConfig {
    /// Pyth feed id, or the address of a legacy price account.
    pub feed_id: [u8; 32],
    /// Widest confidence accepted, bps of the price.
    pub max_confidence: u16,
    /// k_c: multiple of the confidence that the interval covers, bps.
    pub confidence_multiple: u16,
    /// k_d: growth of the interval with √age, bps for each √second.
    pub drift: u16,
    /// b_max: widest half-width for taking risk, bps.
    pub max_band: u16,
    /// b_liq: widest half-width for liquidation, bps.
    pub max_liquidation_band: u16,
    /// [`crate::oracle::PULL`] or [`crate::oracle::LEGACY`].
    pub kind: u8,
    /// Decimals of the token that the feed prices; set by the program from the mint.
    pub decimals: u8,
}

impl OracleConfig {
    /// Checks the feed's bounds and that its kind is known.
    ///
    /// Errors: ConfigFeed, ConfigOracleKind
    pub fn verify(&self) -> core::result::Result<(), MarginError> {
        verify_feed(&self.judge())?;
        match self.kind {
            oracle::PULL | oracle::LEGACY => Ok(()),
            _ => Err(MarginError::ConfigOracleKind),
        }
    }

    /// How the mathematics judges a print of this feed.
    #[inline(always)]
    pub fn judge(&self) -> FeedConfig {
        FeedConfig {
            decimals: self.decimals,
            max_confidence: self.max_confidence.into(),
            confidence_multiple: self.confidence_multiple.into(),
            drift: self.drift.into(),
            max_band: self.max_band.into(),
            max_liquidation_band: self.max_liquidation_band.into(),
        }
    }
}

/// Margin rates of the part of a notional up to an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "anchor", derive(IdlType, AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct TierConfig {
    /// Upper edge, quote units; 2^64 − 1 in the last tier.
    pub edge: u64,
    /// To take on risk, bps.
    pub initial: u16,
    /// Where a liquidation stops, bps.
    pub end: u16,
    /// To be left alone, bps.
    pub maintenance: u16,
    /// Zero.
    pub reserved: u16,
}

/// A perp market's parameters (docs/spec.md §10.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "anchor", derive(IdlType, AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct PerpConfig {
    /// Margin rates by size.
    pub tiers: [TierConfig; 4],
    /// S: base units over which the skew price moves by one.
    pub skew_scale: u64,
    /// Largest open interest of a side, base units.
    pub open_interest_cap: u64,
    /// Trades are multiples of this, base units.
    pub lot: u64,
    /// c: funding at K = S, millionths an hour.
    pub funding_slope: u32,
    /// r_max: largest funding, millionths an hour.
    pub funding_max: u32,
    /// W: how long profit takes to mature, seconds.
    pub maturity: u32,
    /// From a request to the removal of liquidity, seconds.
    pub cooldown: u32,
    /// T: slots in which the threshold of ADL falls to 0.
    pub adl_slots: u32,
    /// Fee of a trade, bps.
    pub taker_fee: u16,
    /// Part of the taker fee that goes to the tranche, bps.
    pub tranche_share: u16,
    /// Part of the taker fee that goes to the protocol, bps.
    pub protocol_share: u16,
    /// f_l: the keeper's part of the liquidation fee, bps of notional.
    pub keeper_fee: u16,
    /// f_i: the tranche's part of the liquidation fee, bps of notional.
    pub insurance_fee: u16,
    /// L: largest |K| in units of pool equity, bps.
    pub pool_leverage: u16,
    /// x_max: ADL starts with positions whose profit is this part of their notional, bps.
    pub adl_threshold: u16,
    /// Most that liquidations of shallow breaches may close in a window, bps of the open interest; 0 for no limit.
    pub velocity: u16,
    /// Zero.
    pub reserved: [u16; 2],
}

impl PerpConfig {
    /// Margin by size.
    #[inline(always)]
    pub fn tiers(&self) -> Tiers {
        tiers(&self.tiers)
    }

    /// Largest leverage of a small new position, hundredths: 1 over the initial margin of the first tier; floor.
    pub fn max_leverage(&self) -> u32 {
        1_000_000u32.checked_div(self.tiers[0].initial.into()).unwrap_or(0)
    }

    /// Funding.
    #[inline(always)]
    pub fn funding(&self) -> FundingTerms {
        FundingTerms { slope: self.funding_slope, maximum: self.funding_max, skew_scale: self.skew_scale }
    }

    /// Terms of trade for a quote token with a number of decimals.
    ///
    /// Errors: Overflow above six decimals
    pub fn trade(&self, availability: Availability, quote_decimals: u8) -> core::result::Result<TradeTerms, MathError> {
        Ok(self.terms(availability, quote_units(MIN_OPEN, quote_decimals)?))
    }

    fn terms(&self, availability: Availability, min_open: u64) -> TradeTerms {
        TradeTerms {
            skew_scale: self.skew_scale,
            open_interest_cap: self.open_interest_cap,
            lot: self.lot,
            taker_fee: self.taker_fee.into(),
            tranche_share: self.tranche_share.into(),
            protocol_share: self.protocol_share.into(),
            pool_leverage: self.pool_leverage.into(),
            min_open,
            availability,
        }
    }

    /// ADL.
    pub fn adl(&self) -> AdlTerms {
        AdlTerms { threshold: self.adl_threshold.into(), slots: self.adl_slots }
    }

    /// What the bounds of §10.10 are checked on.
    pub fn bounds(&self, oracle: &OracleConfig) -> MarketBounds {
        MarketBounds {
            tiers: self.tiers(),
            trade: self.terms(Availability::Open, 0),
            funding: self.funding(),
            adl: self.adl(),
            keeper_fee: self.keeper_fee.into(),
            insurance_fee: self.insurance_fee.into(),
            maturity: self.maturity,
            cooldown: self.cooldown,
            liquidation_band: oracle.max_liquidation_band.into(),
        }
    }
}

/// Whole quote tokens in quote units.
///
/// Errors: Overflow
pub(crate) fn quote_units(tokens: u64, quote_decimals: u8) -> core::result::Result<u64, MathError> {
    let one = 10u64.checked_pow(quote_decimals.into()).ok_or(MathError::Overflow)?;
    one.checked_mul(tokens).ok_or(MathError::Overflow)
}

/// Tiers as the mathematics takes them.
#[inline(always)]
pub fn tiers(config: &[TierConfig; MAX_TIERS]) -> Tiers {
    Tiers(config.map(|tier| Tier {
        edge: tier.edge,
        initial: tier.initial,
        end: tier.end,
        maintenance: tier.maintenance,
    }))
}

/// A group's liquidation parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "anchor", derive(IdlType, AnchorSerialize, AnchorDeserialize))]
#[repr(C)]
pub struct LiquidationConfig {
    /// β_min, bps.
    pub bonus_min: u16,
    /// β_max, bps.
    pub bonus_max: u16,
    /// 1 − HF_full, bps.
    pub full_bonus_depth: u16,
    /// Part of the bonus that goes to insurance, bps.
    pub insurance_share: u16,
    /// What is left on a side below this value is taken whole, dollars.
    pub dust: u16,
    /// Slots between the two touches of a shallow breach; 0 where one touch executes.
    pub wait_slots: u16,
    /// Slots after a flag in which the bonus does not grow with time.
    pub grace_slots: u16,
    /// T: slots in which the bonus grows to its maximum; a flag expires after twice as many.
    pub auction_slots: u16,
    /// A breach deeper than this part of the requirement executes at once, bps.
    pub deep_breach: u16,
    /// Window of the velocity buckets, seconds.
    pub velocity_window: u16,
    /// Part of the volatility of a minute that widens the initial interval, hundredths.
    pub volatility_multiple: u16,
    /// Zero.
    pub reserved: [u16; 2],
}

impl LiquidationConfig {
    /// Checks the bounds of docs/spec.md §7, §11.1, §11.2 and §11.4.
    ///
    /// Errors: ConfigLiquidation
    pub fn verify(&self) -> core::result::Result<(), MarginError> {
        verify_liquidation(&self.params())?;
        verify_volatility(self.volatility_multiple)?;
        Ok(verify_touches(&self.touches(), self.velocity_window.into())?)
    }

    /// When shallow breaches execute.
    #[inline(always)]
    pub fn touches(&self) -> TouchTerms {
        TouchTerms {
            wait: self.wait_slots.into(),
            grace: self.grace_slots.into(),
            auction: self.auction_slots.into(),
            deep: self.deep_breach.into(),
        }
    }

    /// As the mathematics takes them.
    pub fn params(&self) -> LiquidationParams {
        LiquidationParams {
            bonus_min: self.bonus_min.into(),
            bonus_max: self.bonus_max.into(),
            full_bonus_depth: self.full_bonus_depth.into(),
            insurance_share: self.insurance_share.into(),
            dust: Value::usd(self.dust.into()),
        }
    }
}
