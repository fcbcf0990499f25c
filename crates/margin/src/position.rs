//! An account as the mathematics sees it: legs with amounts, prices and weights, without keys and without a clock.

use alloc::vec::Vec;

use crate::error::{MathError, Refusal};
use crate::fixed::{div_down, narrow};
use crate::perp::PerpLeg;
use crate::price::{Interval, Price};
use crate::units::{BPS, Bps, NativeAmount, PPM, Ppm, Value};

/// Whether a token leg is owned or owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// A deposit, valued down.
    Deposit,
    /// A debt, valued up.
    Debt,
}

/// A leg's three weights, bps. For a deposit initial ≤ end ≤ maintenance ≤ 1; for a debt the other way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights {
    /// To take on risk.
    pub initial: Bps,
    /// Where a liquidation stops.
    pub end: Bps,
    /// To be left alone.
    pub maintenance: Bps,
}

/// One token leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenLeg {
    /// Number of the token on the risk board.
    pub token: u8,
    /// Owned or owed.
    pub side: Side,
    /// Native units, already rounded towards the protocol.
    pub amount: NativeAmount,
    /// The token's price.
    pub price: Interval,
    /// The weights of this side.
    pub weights: Weights,
    /// Value at mid; a stale deposit's decay is in it.
    pub value: Value,
}

impl TokenLeg {
    /// A leg, valued at mid.
    ///
    /// Formula:  value = amount × price × remaining       (docs/spec.md §4.1)
    /// Rounding: floor for a deposit, ceil for a debt
    /// Errors:   none that a Price can cause
    #[inline(always)]
    pub fn new(token: u8, side: Side, amount: NativeAmount, price: Interval, weights: Weights) -> TokenLeg {
        let mut leg = TokenLeg { token, side, amount, price, weights, value: Value::ZERO };
        leg.value = leg.value_at(price.mid);
        leg
    }

    /// The leg's value at another price of its interval; rounding as in [`TokenLeg::new`].
    #[inline(always)]
    pub fn value_at(&self, price: Price) -> Value {
        match self.side {
            Side::Debt => price.value_up(self.amount),
            Side::Deposit => {
                let value = price.value_down(self.amount);
                match self.price.remaining() as u64 {
                    BPS => value,
                    // Safe because: the value has at most 95 bits and the factor 14.
                    remaining => Value(value.0 * i128::from(remaining) / i128::from(BPS)),
                }
            }
        }
    }

    /// The same leg with another amount.
    pub fn with_amount(&self, amount: NativeAmount) -> TokenLeg {
        TokenLeg::new(self.token, self.side, amount, self.price, self.weights)
    }
}

/// A leg number from here on stands for the PnL in market `number − MARKET_LEG`: a debt to it, or matured profit.
pub const MARKET_LEG: u8 = 128;

/// The token that perpetuals settle in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quote {
    /// Number of the token on the risk board.
    pub token: u8,
    /// Its price.
    pub price: Interval,
}

/// Everything that health needs of one account. Filled in place and used again by callers that value many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Token legs, at most one for each token.
    pub tokens: Vec<TokenLeg>,
    /// Perp legs, at most one for each market.
    pub perps: Vec<PerpLeg>,
    /// What the perp legs are settled in; means something only where there are any.
    pub quote: Quote,
    /// Age of the oldest index snapshot that a leg was computed with, seconds.
    pub index_age: u32,
}

impl Snapshot {
    /// An empty snapshot with room for a number of token legs.
    pub fn with_capacity(tokens: usize) -> Snapshot {
        Snapshot { tokens: Vec::with_capacity(tokens), ..Snapshot::default() }
    }

    /// Empties the snapshot and keeps its memory.
    pub fn clear(&mut self) {
        self.tokens.clear();
        self.perps.clear();
        self.index_age = 0;
    }

    /// Refuses index snapshots older than a limit, seconds.
    ///
    /// Errors: StaleIndex
    pub fn verify_indices(&self, max_age: u32) -> Result<(), Refusal> {
        if self.index_age > max_age { Err(Refusal::StaleIndex) } else { Ok(()) }
    }

    /// What negative PnL and matured profit are as legs of the quote token: a debt or a deposit at weight 1. They are left
    /// out where nothing but the quote token could meet them, which settles without a keeper; those of the named market are not.
    pub(crate) fn market_legs(&self, market: Option<u8>) -> Vec<TokenLeg> {
        const FULL: Bps = BPS as Bps;
        const ONE: Weights = Weights { initial: FULL, end: FULL, maintenance: FULL };
        let meets = |side| self.tokens.iter().any(|leg| leg.side == side && leg.token != self.quote.token);
        let (seizable, repayable) = (meets(Side::Deposit), meets(Side::Debt));
        let named = |leg: &PerpLeg| market == Some(leg.terms.market);
        let useful = |leg: &PerpLeg| named(leg) || if leg.pnl < 0 { seizable } else { repayable };
        let legs = self.perps.iter().filter(|leg| !leg.price.is_stale() && useful(leg));
        legs.filter_map(|leg| {
            let number = MARKET_LEG | leg.terms.market;
            let (side, amount) = match leg.loss() {
                0 => (Side::Deposit, leg.payable_profit()),
                loss => (Side::Debt, loss),
            };
            (amount > 0).then(|| TokenLeg::new(number, side, amount, self.quote.price, ONE))
        })
        .collect()
    }

    /// Position of the perp leg of a market.
    ///
    /// Errors: LegNotFound
    pub fn find_perp(&self, market: u8) -> Result<usize, Refusal> {
        self.perps.iter().position(|leg| leg.terms.market == market).ok_or(Refusal::LegNotFound)
    }

    /// The leg of the quote token.
    pub(crate) fn quote_leg(&self) -> Option<&TokenLeg> {
        self.tokens.iter().find(|leg| leg.token == self.quote.token && leg.amount > 0)
    }

    /// Position of the leg of a token and side.
    ///
    /// Errors: LegNotFound
    pub fn find(&self, token: u8, side: Side) -> Result<usize, Refusal> {
        self.tokens
            .iter()
            .position(|leg| leg.token == token && leg.side == side && leg.amount > 0)
            .ok_or(Refusal::LegNotFound)
    }
}

/// The part of a value before a bonus is added: `floor(value / (1 + bonus))`.
pub(crate) fn without_bonus(value: Value, bonus: Ppm) -> Result<Value, MathError> {
    let raw = u128::try_from(value.0).map_err(|_| MathError::Negative)?;
    let scaled = raw.checked_mul(u128::from(PPM)).ok_or(MathError::Overflow)?;
    Ok(Value(div_down(scaled, PPM + u64::from(bonus))? as i128))
}

/// A value with a bonus added: `floor(value × (1 + bonus))`.
pub(crate) fn with_bonus(value: Value, bonus: Ppm) -> Result<Value, MathError> {
    let raw = u128::try_from(value.0).map_err(|_| MathError::Negative)?;
    let scaled = raw.checked_mul(u128::from(PPM + u64::from(bonus))).ok_or(MathError::Overflow)?;
    Ok(Value(div_down(scaled, PPM)? as i128))
}

/// A value as a 64-bit number of 1/128 dollars, saturating far above any account; for ranking legs only.
pub(crate) fn coarse(value: Value) -> u64 {
    const LIMIT: u128 = 1 << 44;
    let raw = u128::try_from(value.0).unwrap_or(0) >> 25;
    narrow(raw.min(LIMIT)).unwrap_or(u64::MAX)
}
