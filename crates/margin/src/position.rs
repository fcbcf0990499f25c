//! An account as the mathematics sees it: legs with amounts, prices and weights, without keys and without a clock.

use alloc::vec::Vec;

use crate::error::{MathError, Refusal};
use crate::fixed::{div_down, narrow};
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

/// One perpetual leg. Its fields are those of docs/spec.md §4; valuing it comes with the markets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerpLeg {
    /// Number of the market on the risk board.
    pub market: u8,
    /// Signed base units, positive for a long.
    pub base: i64,
    /// Signed quote units: what closing would add beyond base × price.
    pub quote: i64,
    /// Matured profit, quote units.
    pub matured: NativeAmount,
    /// Price of one base unit.
    pub price: Interval,
    /// Margin required: initial, end and maintenance, bps of notional.
    pub margin: Weights,
}

/// Everything that health needs of one account. Filled in place and used again by callers that value many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Token legs, at most one for each token.
    pub tokens: Vec<TokenLeg>,
    /// Perp legs, at most one for each market.
    pub perps: Vec<PerpLeg>,
    /// Age of the oldest index snapshot that a leg was computed with, seconds.
    pub index_age: u32,
}

impl Snapshot {
    /// An empty snapshot with room for a number of token legs.
    pub fn with_capacity(tokens: usize) -> Snapshot {
        Snapshot { tokens: Vec::with_capacity(tokens), perps: Vec::new(), index_age: 0 }
    }

    /// Empties the snapshot and keeps its memory.
    pub fn clear(&mut self) {
        self.tokens.clear();
        self.perps.clear();
        self.index_age = 0;
    }

    /// Whether the account owes nothing and holds no position that can lose.
    pub fn is_riskless(&self) -> bool {
        self.perps.is_empty() && self.tokens.iter().all(|leg| leg.side == Side::Deposit)
    }

    /// Refuses index snapshots older than a limit, seconds.
    ///
    /// Errors: StaleIndex
    pub fn verify_indices(&self, max_age: u32) -> Result<(), Refusal> {
        if self.index_age > max_age { Err(Refusal::StaleIndex) } else { Ok(()) }
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
