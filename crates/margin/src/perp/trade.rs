//! A trade against the pool: every rule by which a position grows or shrinks at its owner's will.

use crate::error::{MathError, Refusal};
use crate::fixed::{mul, mul_div_down, mul_div_up, signed};
use crate::perp::mark::{MARK_BITS, part_down, part_up};
use crate::perp::{Mark, Market, Position, Purse};
use crate::units::{BPS, Bps, Index};

/// Age limit of the index of a trade, seconds.
pub const MAX_AGE_TRADE: u32 = 5;
/// Smallest notional that a position may be increased to, quote tokens.
pub const MIN_OPEN: u64 = 25;
/// A position may not be reduced within this many slots of its last increase.
const MIN_SLOTS: u64 = 3;

/// What a trader asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// Δ: signed base units; positive buys.
    pub delta: i64,
    /// Worst price accepted, quote units for one base unit × 2^44: the most for a buy, the least for a sale.
    pub limit: u64,
    /// What the order may do.
    pub intent: Intent,
}

/// What an order may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Open, increase, reduce, close, flip.
    Any,
    /// Reduce or close.
    ReduceOnly,
}

/// Whether a market takes increases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Availability {
    /// It does.
    Open,
    /// It takes reductions only.
    ReduceOnly,
    /// It is paused.
    Paused,
    /// It has expired.
    Expired,
}

/// A market's terms of trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TradeTerms {
    /// S, base units.
    pub skew_scale: u64,
    /// Largest open interest of a side, base units.
    pub open_interest_cap: u64,
    /// Trades are multiples of this, base units.
    pub lot: u64,
    /// Fee, bps of the cost.
    pub taker_fee: Bps,
    /// Part of the fee that goes to the tranche, bps.
    pub tranche_share: Bps,
    /// Part of the fee that goes to the protocol, bps.
    pub protocol_share: Bps,
    /// L: largest |K| in units of pool equity, bps.
    pub pool_leverage: Bps,
    /// Smallest notional after an increase, quote units.
    pub min_open: u64,
    /// Whether increases are taken.
    pub availability: Availability,
}

/// The index at the time of a trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// Index price in quote units.
    pub mark: Mark,
    /// b: half-width of the spread, bps.
    pub band: Bps,
    /// Seconds since publication.
    pub age: u32,
    /// Publication time, unix seconds.
    pub publish_time: i64,
    /// Current slot.
    pub slot: u64,
    /// The quote bank's deposit index.
    pub index: Index,
}

/// What a trade did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fill {
    /// Δ: signed base units.
    pub delta: i64,
    /// Paid by a buy, received by a sale, fee apart, quote units.
    pub cost: u64,
    /// Fee, quote units.
    pub fee: u64,
    /// Whether risk grew.
    pub effect: Effect,
}

/// Whether a trade added risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The position is larger than it was, or on the other side.
    Increase,
    /// The position is smaller than it was.
    Reduction,
}

impl Order {
    /// Whether the order adds risk to a position: it opens, increases or flips.
    pub fn effect(&self, position: &Position) -> Effect {
        let reduces = position.base != 0 && (position.base > 0) != (self.delta > 0);
        if reduces && self.delta.unsigned_abs() <= position.base.unsigned_abs() {
            Effect::Reduction
        } else {
            Effect::Increase
        }
    }

    /// An order that reduces a position by a size; 2^64 − 1 closes it.
    ///
    /// Errors: SizeZero, NoPosition, ReduceOnlyViolated beyond the position
    pub fn reduction(position: &Position, size: u64, limit: u64) -> Result<Order, Refusal> {
        let held = position.base.unsigned_abs();
        if held == 0 {
            return Err(Refusal::NoPosition);
        }
        let size = if size == u64::MAX { held } else { size };
        if size > held {
            return Err(Refusal::ReduceOnlyViolated);
        }
        let size = signed(size)?;
        Ok(Order { delta: if position.base > 0 { -size } else { size }, limit, intent: Intent::ReduceOnly })
    }
}

impl Market {
    /// What a trade costs or brings at the skewed price.
    ///
    /// Formula:  cost = N(|Δ|) × (1 ± b) × (2S + 2K + Δ) / 2S       (docs/spec.md §10.5)
    /// Units:    quote units
    /// Rounding: each step ceil for a buy, floor for a sale
    /// Errors:   Overflow, DivideByZero without a skew scale, Negative where the skew exceeds the scale
    /// Source:   the integral of Synthetix v3's skew price
    pub fn cost(&self, delta: i64, mark: Mark, band: Bps, skew_scale: u64) -> Result<u64, MathError> {
        let notional = mark.notional(delta.unsigned_abs());
        let twice = i128::from(skew_scale) * 2;
        let skewed = twice + i128::from(self.net()) * 2 + i128::from(delta);
        let skewed = u64::try_from(skewed.max(-1)).map_err(|_| MathError::Negative)?;
        let twice = u64::try_from(twice).map_err(|_| MathError::Overflow)?;
        if delta > 0 {
            mul_div_up(part_up(notional.up, BPS as Bps + band), skewed, twice)
        } else {
            mul_div_down(part_down(notional.down, (BPS as Bps).saturating_sub(band)), skewed, twice)
        }
    }

    /// Trades. The position must have been touched.
    ///
    /// Formula:  docs/spec.md §10.5
    /// Units:    quote units, base units
    /// Rounding: cost and fee against the trader
    /// Errors:   SizeZero, StalePrice, ReduceOnlyViolated, ReduceTooSoon, MarketPaused, MarketReduceOnly, MarketExpired,
    ///           MarketInDeficit, SizeBelowLot, PriceLimitExceeded, PositionTooSmall, OverOpenInterest, OverSkew, Math
    #[inline(never)]
    pub fn trade(
        &mut self,
        position: &mut Position,
        order: &Order,
        terms: &TradeTerms,
        at: &Quoted,
    ) -> Result<Fill, Refusal> {
        let effect = verify_order(position, order, at)?;
        if effect == Effect::Increase {
            self.verify_takes_increases(terms)?;
        }
        let (before, size) = (position.base, order.delta.unsigned_abs());
        let after = before.checked_add(order.delta).ok_or(Refusal::OverOpenInterest)?;
        if after != 0 && !is_whole_lots(size, terms.lot) {
            return Err(Refusal::SizeBelowLot);
        }
        if effect == Effect::Increase && after.unsigned_abs() > terms.open_interest_cap {
            return Err(Refusal::OverOpenInterest);
        }
        let cost = self.cost(order.delta, at.mark, at.band, terms.skew_scale)?;
        verify_limit(order, cost)?;
        let fee = part_up(cost, terms.taker_fee);
        let skew = self.net().unsigned_abs();
        self.fill(position, order.delta, cost, fee)?;
        self.share_fee(fee, terms, at.index)?;
        if before != 0 && after != 0 && (before > 0) != (after > 0) {
            (position.matured, position.seen) = (0, 0);
        }
        self.cap_profit(position, at.mark)?;
        if effect == Effect::Increase {
            position.increased_at = at.publish_time;
            position.increased_slot = at.slot;
            self.verify_increase(position, skew, terms, at)?;
        }
        Ok(Fill { delta: order.delta, cost, fee, effect })
    }

    fn verify_takes_increases(&self, terms: &TradeTerms) -> Result<(), Refusal> {
        match terms.availability {
            Availability::Paused => Err(Refusal::MarketPaused),
            Availability::ReduceOnly => Err(Refusal::MarketReduceOnly),
            Availability::Expired => Err(Refusal::MarketExpired),
            Availability::Open if self.deficit_since > 0 => Err(Refusal::MarketInDeficit),
            Availability::Open => Ok(()),
        }
    }

    fn fill(&mut self, position: &mut Position, delta: i64, cost: u64, fee: u64) -> Result<(), MathError> {
        let (cost, fee) = (signed(cost)?, signed(fee)?);
        self.move_base(position, delta)?;
        self.move_quote(position, if delta > 0 { -cost } else { cost })?;
        self.move_quote(position, -fee)
    }

    /// Tranche and protocol get their parts at once, as far as the pool has them; the pool keeps the rest.
    fn share_fee(&mut self, fee: u64, terms: &TradeTerms, index: Index) -> Result<(), MathError> {
        self.pay(Purse::Tranche, part_down(fee, terms.tranche_share), index)?;
        self.pay(Purse::Fees, part_down(fee, terms.protocol_share), index)?;
        Ok(())
    }

    fn verify_increase(
        &self,
        position: &Position,
        skew_before: u64,
        terms: &TradeTerms,
        at: &Quoted,
    ) -> Result<(), Refusal> {
        if position.notional(at.mark).down < terms.min_open {
            return Err(Refusal::PositionTooSmall);
        }
        let side = if position.base > 0 { self.long } else { self.short };
        if side > terms.open_interest_cap {
            return Err(Refusal::OverOpenInterest);
        }
        let equity = self.equity(at.mark, at.index, terms.skew_scale)?;
        self.verify_cover(at.mark, equity)?;
        if self.net().unsigned_abs() > skew_before {
            self.verify_skew(at.mark, equity, terms.pool_leverage)?;
        }
        Ok(())
    }
}

/// The rules that need no market: size, freshness, direction, patience.
fn verify_order(position: &Position, order: &Order, at: &Quoted) -> Result<Effect, Refusal> {
    if order.delta == 0 {
        return Err(Refusal::SizeZero);
    }
    if at.age > MAX_AGE_TRADE {
        return Err(Refusal::StalePrice);
    }
    let effect = order.effect(position);
    if order.intent == Intent::ReduceOnly && effect == Effect::Increase {
        return Err(Refusal::ReduceOnlyViolated);
    }
    let reduces = position.base != 0 && (position.base > 0) != (order.delta > 0);
    let recent = at.slot < position.increased_slot.saturating_add(MIN_SLOTS);
    if reduces && (recent || position.increased_at == at.publish_time) {
        return Err(Refusal::ReduceTooSoon);
    }
    Ok(effect)
}

/// Whether a size is a multiple of the lot, and not 0.
pub(crate) fn is_whole_lots(size: u64, lot: u64) -> bool {
    size >= lot && size.is_multiple_of(lot.max(1))
}

/// The fill's price is not worse than the limit.
fn verify_limit(order: &Order, cost: u64) -> Result<(), Refusal> {
    let (paid, limit) = (u128::from(cost) << MARK_BITS, mul(order.delta.unsigned_abs(), order.limit));
    let kept = if order.delta > 0 { paid <= limit } else { paid >= limit };
    if kept { Ok(()) } else { Err(Refusal::PriceLimitExceeded) }
}
