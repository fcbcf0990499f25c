//! A position as health sees it: what it contributes at each level, in quote units.

use crate::error::MathError;
use crate::perp::mark::{part_down, part_up};
use crate::perp::position::{funding_due, pnl};
use crate::perp::{Mark, Notional, Position, Tier, Tiers};
use crate::price::{DECAY_START, Interval};
use crate::units::{BPS, Bps, PPM, Value};

const ONE: Bps = BPS as Bps;

/// What health needs of a market.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerpTerms {
    /// Number of the market on the risk board.
    pub market: u8,
    /// Margin by size.
    pub tiers: Tiers,
    /// W: how long profit takes to mature, seconds.
    pub maturity: u32,
    /// f_l: the keeper's part of the liquidation fee, bps of notional.
    pub keeper_fee: Bps,
    /// f_i: the tranche's part of the liquidation fee, bps of notional.
    pub insurance_fee: Bps,
    /// Whether the market's pool can pay what it owes.
    pub standing: Standing,
    /// What the pool has, quote units: profit that is not secured counts up to it.
    pub payable: u64,
}

/// Whether a market's pool can pay what it owes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// It can.
    #[default]
    Sound,
    /// It cannot: no profit is seized but what is secured.
    InDeficit,
}

/// One perpetual leg, brought up to date for health without writing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerpLeg {
    /// The market's terms.
    pub terms: PerpTerms,
    /// The position with due funding in its quote, and in M what has matured by now and the pool can pay.
    pub position: Position,
    /// The index.
    pub price: Interval,
    /// Index price in quote units.
    pub mark: Mark,
    /// Decimals of the quote token.
    pub quote_decimals: u8,
    /// Worth of the base at the mark.
    pub notional: Notional,
    /// Profit or loss at the mark, quote units; a stale profit's decay is in it.
    pub pnl: i64,
}

/// What a leg contributes at the mark, quote units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Contributions {
    pub(crate) pnl: i64,
    pub(crate) maintenance: i64,
    pub(crate) end: i64,
}

/// Sums over perp legs, quote units. They stop at the ends of 64 bits, 9 × 10^12 quote tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerpSums {
    /// Σ PnL.
    pub pnl: i64,
    /// Σ max(0, −PnL).
    pub losses: i64,
    /// Σ g_maint at the best end of each interval.
    pub optimistic: i64,
    /// Σ g_maint at the mark.
    pub maintenance: i64,
    /// Σ g_end at the mark.
    pub end: i64,
    /// Σ R_maint + Σ max(0, −PnL).
    pub requirement: i64,
}

impl PerpLeg {
    /// A leg at a time.
    ///
    /// Formula:  PnL and M as after a touch at the board's funding index       (docs/spec.md §10.2, §10.4)
    /// Units:    now: unix seconds; quote_decimals: of the quote token
    /// Rounding: PnL floor
    /// Errors:   Overflow
    pub fn new(
        terms: PerpTerms,
        position: Position,
        funding_index: i64,
        price: Interval,
        quote_decimals: u8,
        now: i64,
    ) -> Result<PerpLeg, MathError> {
        let mut leg = PerpLeg { terms, position, price, ..PerpLeg::default() };
        leg.bring_up_to_date(funding_index, quote_decimals, now)?;
        Ok(leg)
    }

    /// [`PerpLeg::new`] of a leg whose terms, position and price are in place.
    ///
    /// Errors: Overflow
    #[inline(always)]
    pub fn bring_up_to_date(&mut self, funding_index: i64, quote_decimals: u8, now: i64) -> Result<(), MathError> {
        self.mark = Mark::of(self.price.mid, quote_decimals)?;
        self.quote_decimals = quote_decimals;
        let position = &mut self.position;
        let (due, _) = funding_due(position.base, position.funding_index, funding_index)?;
        position.quote = position.quote.saturating_add(due);
        position.funding_index = funding_index;
        self.notional = position.notional(self.mark);
        self.pnl = pnl(position.base, position.quote, self.notional);
        let profit = self.pnl.max(0) as u64;
        position.matured = match self.price.is_stale() {
            true => position.matured.min(profit),
            false => position.matured_by(profit, self.terms.maturity, now),
        }
        .min(self.terms.payable.saturating_add(position.secured));
        if profit > 0 && self.price.age > DECAY_START {
            self.revalue();
        }
        Ok(())
    }

    /// Values the leg again after its position has changed.
    pub(crate) fn revalue(&mut self) {
        self.notional = self.position.notional(self.mark);
        self.pnl = self.pnl_at(self.notional);
        self.position.matured = self.position.matured.min(self.pnl.max(0) as u64);
    }

    /// What the account owes the market, quote units.
    pub fn loss(&self) -> u64 {
        self.pnl.min(0).unsigned_abs()
    }

    /// PnL at a price at which the base has a notional; a stale profit has decayed.
    #[inline(always)]
    fn pnl_at(&self, notional: Notional) -> i64 {
        let pnl = pnl(self.position.base, self.position.quote, notional);
        if pnl <= 0 || self.price.age <= DECAY_START {
            return pnl;
        }
        part_down(pnl as u64, self.price.remaining()) as i64
    }

    /// g = min(PnL − R, M)
    #[inline(always)]
    fn contribution(&self, notional: Notional, rate: impl Fn(&Tier) -> u16) -> i64 {
        let requirement = self.terms.tiers.requirement(notional.up, rate);
        self.pnl_at(notional).saturating_sub_unsigned(requirement).min(self.matured())
    }

    #[inline(always)]
    fn matured(&self) -> i64 {
        i64::try_from(self.position.matured).unwrap_or(i64::MAX)
    }

    /// PnL, g_maint and g_end at the mark.
    pub(crate) fn contributions(&self) -> Contributions {
        let matured = self.matured();
        let g = |requirement: u64| self.pnl.saturating_sub_unsigned(requirement).min(matured);
        let maintained = self.terms.tiers.requirement(self.notional.up, |tier| tier.maintenance);
        Contributions { pnl: self.pnl, maintenance: g(maintained), end: g(self.end_margin()) }
    }

    /// R at the end level, quote units; ceil.
    #[inline(always)]
    pub(crate) fn end_margin(&self) -> u64 {
        self.terms.tiers.requirement(self.notional.up, |tier| tier.end)
    }

    /// Adds the leg at every level of a liquidation.
    ///
    /// Formula:  g = min(PnL − R, M)       (docs/spec.md §10.4)
    /// Rounding: PnL floor, R ceil
    /// Errors:   none
    #[inline(always)]
    pub(crate) fn add_to(&self, sums: &mut PerpSums) {
        let maintained = self.terms.tiers.requirement(self.notional.up, |tier| tier.maintenance);
        let matured = self.matured();
        let g = |requirement: u64| self.pnl.saturating_sub_unsigned(requirement).min(matured);
        let add = |sum: &mut i64, amount: i64| *sum = sum.saturating_add(amount);
        let loss = self.pnl.min(0).saturating_neg();
        add(&mut sums.pnl, self.pnl);
        add(&mut sums.losses, loss);
        add(&mut sums.requirement, loss.saturating_add_unsigned(maintained));
        add(&mut sums.maintenance, g(maintained));
        add(&mut sums.end, g(self.end_margin()));
        add(&mut sums.optimistic, self.optimistic());
    }

    /// g_maint at the end of the interval that is best for the leg.
    #[inline(always)]
    fn optimistic(&self) -> i64 {
        let band = self.price.liquidation_band;
        let factor = if self.position.base >= 0 { ONE.saturating_add(band) } else { ONE.saturating_sub(band) };
        self.contribution(self.notional.times(factor), |tier| tier.maintenance)
    }

    /// g_init at the end of the risk interval that is worst for the leg.
    ///
    /// Formula:  min(PnL, 0) − R, the smaller of both ends       (docs/spec.md §10.4, §11.4)
    /// Rounding: PnL floor, R ceil
    /// Source:   ours: profit backs nothing new until it is settled, else a market's loss would reach lenders
    #[inline(always)]
    pub(crate) fn initial(&self) -> i64 {
        let at = |notional: Notional| {
            let requirement = self.terms.tiers.requirement(notional.up, |tier| tier.initial);
            pnl(self.position.base, self.position.quote, notional).min(0).saturating_sub_unsigned(requirement)
        };
        let size = self.position.base.unsigned_abs();
        let worth = |mark: Mark| if mark == self.mark { self.notional } else { mark.notional(size) };
        // The mark exists at these decimals, so its moving average does.
        let ema = Mark::of(self.price.ema, self.quote_decimals).unwrap_or(self.mark);
        let band = self.price.initial_band();
        let high = at(worth(self.mark.max(ema)).times(ONE.saturating_add(band)));
        if self.position.base < 0 {
            return high;
        }
        // A long's g rises until its profit counts no more, and falls from there: the minimum is at an end.
        high.min(at(worth(self.mark.min(ema)).times(ONE.saturating_sub(band))))
    }

    /// f: what closing may cost, millionths of notional.
    ///
    /// Formula:  f = min(f_l + f_i, equity / notional)       (docs/spec.md §10.9)
    /// Units:    equity, notional: dollars × 2^32
    /// Rounding: floor
    pub(crate) fn fee_rate(&self, equity: Value, notional: Value) -> u64 {
        let full = u64::from(self.terms.keeper_fee + self.terms.insurance_fee) * (PPM / BPS);
        // Far above any notional, and so that both products fit.
        const PLENTY: i128 = 1 << 95;
        match equity.0 {
            ..=0 => 0,
            PLENTY.. => full,
            // The same without a wide product: more than a 64th of the notional, and the fee is not more than that.
            equity if full <= PPM >> 6 && equity > notional.0 >> 6 => full,
            equity if equity.wrapping_mul(PPM as i128) >= notional.0.wrapping_mul(i128::from(full)) => full,
            equity => (equity as u128 * u128::from(PPM) / (notional.0.max(1) as u128)) as u64,
        }
    }

    /// Matured profit that can be paid out now: in a deficit what is secured alone.
    pub(crate) fn payable_profit(&self) -> u64 {
        match self.terms.standing {
            Standing::Sound => self.position.matured,
            Standing::InDeficit => self.position.matured.min(self.position.secured),
        }
    }

    /// What counts of the profit by what the pool has, quote units.
    pub(crate) fn unsecured(&self) -> u64 {
        self.position.matured.saturating_sub(self.position.secured)
    }

    /// What closing all of it may cost: N↑ × (f_l + f_i), quote units; ceil.
    pub(crate) fn full_fee(&self) -> u64 {
        part_up(self.notional.up, self.terms.keeper_fee + self.terms.insurance_fee)
    }

    /// Insurance part of a liquidation fee; ceil.
    pub(crate) fn insurance_part(&self, fee: u64) -> u64 {
        let all = u64::from(self.terms.keeper_fee + self.terms.insurance_fee);
        if all == 0 { 0 } else { crate::fixed::mul_div_up(fee, self.terms.insurance_fee.into(), all).unwrap_or(fee) }
    }
}

impl PerpSums {
    /// Sums of some legs.
    pub(crate) fn of(legs: &[PerpLeg]) -> PerpSums {
        let mut sums = PerpSums::default();
        for leg in legs {
            leg.add_to(&mut sums);
        }
        sums
    }
}
