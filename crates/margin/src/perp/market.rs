//! The books of one market: open interest, what traders are owed, funding, and what pool, tranche and protocol hold.

use crate::error::{MathError, Refusal};
use crate::fixed::{mul, mul_div_down, mul_div_up, narrow};
use crate::perp::mark::MARK_BITS;
use crate::perp::{Mark, Position};
use crate::price::elapsed;
use crate::units::{Index, NativeAmount, Shares};

/// Longest time that one accrual of funding charges for, seconds.
const MAX_FUNDING_TIME: u64 = 3_600;
/// Fraction bits of a funding rate.
const RATE_BITS: u32 = 20;
/// Seconds of an hour × millionths × 2^20.
const RATE_ONE: u64 = (3_600 * 1_000_000) << RATE_BITS;
/// Each side's open interest is at most this many times the pool's equity: winners are paid out of the pool before losers
/// have paid into it.
pub(crate) const COVER: i128 = 10;
/// The funding index stops at this magnitude.
const MAX_FUNDING_INDEX: i64 = 1 << 62;

/// How funding is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FundingTerms {
    /// c: rate at K = S, millionths an hour.
    pub slope: u32,
    /// r_max, millionths an hour.
    pub maximum: u32,
    /// S, base units.
    pub skew_scale: u64,
}

impl FundingTerms {
    /// What longs pay shorts at a net open interest, or the other way where it is negative.
    ///
    /// Formula:  min(c × |K| / S, r_max)       (docs/spec.md §10.3)
    /// Units:    net: signed base units; returns millionths an hour × 2^20
    /// Rounding: floor
    #[inline(always)]
    pub fn rate(&self, net: i64) -> u64 {
        let most = u64::from(self.maximum) << RATE_BITS;
        let rate = mul_div_down(u64::from(self.slope) << RATE_BITS, net.unsigned_abs(), self.skew_scale);
        rate.map_or(most, |rate| rate.min(most))
    }
}

/// Σ over traders of quote with the funding that is due, less what is secured, exact: quote + fraction / 2^44.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// Whole quote units, floor.
    pub quote: i64,
    /// Fraction of a quote unit × 2^44.
    pub fraction: u64,
}

impl Claims {
    fn exact(&self) -> i128 {
        (i128::from(self.quote) << MARK_BITS) + i128::from(self.fraction)
    }

    /// Adds quote units × 2^44.
    fn add(&mut self, scaled: i128) -> Result<(), MathError> {
        let sum = self.exact().checked_add(scaled).ok_or(MathError::Overflow)?;
        self.quote = i64::try_from(sum >> MARK_BITS).map_err(|_| MathError::Overflow)?;
        self.fraction = sum as u64 & ((1 << MARK_BITS) - 1);
        Ok(())
    }
}

/// Who in a market holds deposit shares of the quote bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purse {
    /// The liquidity providers.
    Pool,
    /// The market's insurance.
    Tranche,
    /// The protocol.
    Fees,
}

/// A part of one, exact; both sides at most 2^64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    /// Numerator, at most the denominator.
    pub part: u64,
    /// Denominator, above 0.
    pub whole: u64,
}

impl Ratio {
    /// One.
    pub const ONE: Ratio = Ratio { part: 1, whole: 1 };

    /// `floor(amount × ratio)`.
    ///
    /// Errors: DivideByZero if the denominator is 0
    pub fn of_down(self, amount: u64) -> Result<u64, MathError> {
        mul_div_down(amount, self.part, self.whole)
    }
}

/// The books.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Market {
    /// Sum of all longs, base units.
    pub long: u64,
    /// Sum of all shorts, base units.
    pub short: u64,
    /// What traders are owed beyond base × mark.
    pub claims: Claims,
    /// Fractions of funding on their way to the tranche, quote units × 2^44.
    pub dust: u64,
    /// F: what one base unit has paid, quote units × 2^44.
    pub funding_index: i64,
    /// Until when funding is charged, unix seconds.
    pub funding_time: i64,
    /// The pool's deposit shares of the quote bank.
    pub pool: Shares,
    /// The tranche's.
    pub tranche: Shares,
    /// The protocol's.
    pub fees: Shares,
    /// Sum of all liquidity shares.
    pub liquidity: Shares,
    /// Deposit shares set apart for secured profit.
    pub escrow: Shares,
    /// Σ of secured profit, quote units; not in the claims.
    pub secured: NativeAmount,
    /// Slot in which the deficit was first seen; 0 without one.
    pub deficit_since: u64,
}

impl Market {
    /// K: net trader base.
    ///
    /// Units:  base units, signed
    /// Errors: none; each side is at most 2^60 by configuration
    #[inline(always)]
    pub fn net(&self) -> i64 {
        (self.long as i64).wrapping_sub(self.short as i64)
    }

    /// Charges funding until now at the open interest that there was.
    ///
    /// Formula:  ΔF = sign(K) × mark × min(c × |K| / S, r_max) × min(dt, 1 h);  claims −= K × ΔF       (docs/spec.md §10.3)
    /// Units:    fresh: whether the index is at most 60 s old; without that the time is forfeited
    /// Rounding: |ΔF| floor, claims exact
    /// Errors:   Overflow
    /// Source:   Synthetix and GMX charge by skew; the clamp on time is Mango v4's
    #[inline(never)]
    pub fn accrue_funding(
        &mut self,
        terms: &FundingTerms,
        mark: Mark,
        fresh: Freshness,
        now: i64,
    ) -> Result<(), MathError> {
        let elapsed = elapsed(self.funding_time, now).min(MAX_FUNDING_TIME);
        self.funding_time = self.funding_time.max(now);
        let net = self.net();
        if elapsed == 0 || net == 0 || fresh == Freshness::Stale {
            return Ok(());
        }
        let time = terms.rate(net).checked_mul(elapsed).ok_or(MathError::Overflow)?;
        let step = narrow(crate::fixed::div_down(mul(mark.0, time), RATE_ONE)?)?;
        let step = i64::try_from(step).map_err(|_| MathError::Overflow)?;
        let step = if net > 0 { step } else { -step };
        match self.funding_index.checked_add(step).filter(|index| index.abs() <= MAX_FUNDING_INDEX) {
            Some(index) => self.funding_index = index,
            None => return Ok(()),
        }
        // Safe because: |K| is at most 2^60 and a step below 2^63. K and the step have one sign.
        self.claims.add(-(mul(net.unsigned_abs(), step.unsigned_abs()) as i128))
    }

    /// Brings a position up to date: funding, then maturity. The mark must be at most 60 s old.
    ///
    /// Formula:  docs/spec.md §10.2
    /// Units:    maturity: seconds; index: the quote bank's deposit index
    /// Rounding: the trader's funding floor; whole units of the fractions go from pool to tranche
    /// Errors:   Overflow
    #[inline(never)]
    pub fn touch(
        &mut self,
        position: &mut Position,
        mark: Mark,
        maturity: u32,
        index: Index,
        now: i64,
    ) -> Result<(), MathError> {
        if position.secured > 0 {
            self.secured = self.secured.checked_sub(position.bear_loss(index)?).ok_or(MathError::Negative)?;
        }
        let fraction = position.settle_funding(self.funding_index)?;
        if fraction > 0 {
            self.claims.add(-i128::from(fraction))?;
            self.dust += fraction;
            let units = self.dust >> MARK_BITS;
            if units > 0 {
                self.dust -= units << MARK_BITS;
                self.pay(Purse::Tranche, units, index)?;
            }
        }
        let profit = position.mature(mark, maturity, now);
        self.cap_secured(position, profit)
    }

    /// Nothing matured or secured may exceed the profit; called after whatever may have lowered it.
    ///
    /// Formula:  M ≤ max(0, PnL);  secured ≤ max(0, PnL), the rest back to pool and claims       (docs/spec.md §10.2, §10.8)
    /// Errors:   Overflow
    pub fn cap_profit(&mut self, position: &mut Position, mark: Mark) -> Result<(), MathError> {
        if position.matured == 0 && position.secured == 0 {
            return Ok(());
        }
        let profit = position.profit(mark);
        position.matured = position.matured.min(profit);
        self.cap_secured(position, profit)
    }

    /// Changes a position's quote, and what traders are owed with it.
    ///
    /// Errors: Overflow
    pub(crate) fn move_quote(&mut self, position: &mut Position, by: i64) -> Result<(), MathError> {
        position.quote = position.quote.checked_add(by).ok_or(MathError::Overflow)?;
        self.move_claims(by)
    }

    /// Changes what traders are owed.
    ///
    /// Errors: Overflow
    pub(crate) fn move_claims(&mut self, by: i64) -> Result<(), MathError> {
        self.claims.quote = self.claims.quote.checked_add(by).ok_or(MathError::Overflow)?;
        Ok(())
    }

    /// Changes a position's base, and open interest with it: CON-1.
    ///
    /// Errors: Overflow
    pub(crate) fn move_base(&mut self, position: &mut Position, by: i64) -> Result<(), MathError> {
        let before = position.base;
        let after = before.checked_add(by).ok_or(MathError::Overflow)?;
        let side = |total: u64, before: i64, after: i64| {
            let without = total.checked_sub(before.max(0) as u64).ok_or(MathError::Negative)?;
            without.checked_add(after.max(0) as u64).ok_or(MathError::Overflow)
        };
        self.long = side(self.long, before, after)?;
        self.short =
            side(self.short, before.checked_neg().unwrap_or(i64::MAX), after.checked_neg().unwrap_or(i64::MAX))?;
        position.base = after;
        Ok(())
    }

    /// Closes a part of a position at the mark: towards zero, without spread, premium or fee.
    ///
    /// Formula:  long: q += N↓(size);  short: q −= N↑(size)       (docs/spec.md §10.9)
    /// Errors:   Overflow, Negative beyond the position
    pub fn close_at_mark(&mut self, position: &mut Position, size: u64, mark: Mark) -> Result<(), MathError> {
        let (base, quote) = position.closing(size, mark)?;
        self.move_base(position, base)?;
        self.move_quote(position, quote)
    }

    /// What a purse is worth.
    ///
    /// Rounding: floor
    /// Errors:   Overflow
    pub fn worth(&self, purse: Purse, index: Index) -> Result<NativeAmount, MathError> {
        index.amount_down(match purse {
            Purse::Pool => self.pool,
            Purse::Tranche => self.tranche,
            Purse::Fees => self.fees,
        })
    }

    /// Moves an amount from the pool to another purse, as far as the pool has it; returns the shares that moved.
    ///
    /// Rounding: shares floor
    /// Errors:   Overflow
    pub(crate) fn pay(&mut self, to: Purse, amount: NativeAmount, index: Index) -> Result<Shares, MathError> {
        if index.0 == 0 {
            // A bank that has lost everything: its shares are worth nothing, and no position must hang on them.
            return Ok(0);
        }
        let shares = index.shares_down(amount)?.min(self.pool);
        let purse = match to {
            Purse::Pool => return Ok(0),
            Purse::Tranche => &mut self.tranche,
            Purse::Fees => &mut self.fees,
        };
        *purse = purse.checked_add(shares).ok_or(MathError::Overflow)?;
        self.pool -= shares;
        Ok(shares)
    }

    /// Takes an amount out of the pool as shares, all of them where the amount is all.
    ///
    /// Rounding: shares ceil
    /// Errors:   Negative beyond the pool
    pub(crate) fn draw(&mut self, amount: NativeAmount, index: Index) -> Result<Shares, MathError> {
        let shares = index.shares_up(amount)?;
        self.pool = self.pool.checked_sub(shares).ok_or(MathError::Negative)?;
        Ok(shares)
    }

    /// What traders own net of what they owe, without the funding fractions and what is secured.
    ///
    /// Formula:  owed = K × mark + claims       (docs/spec.md §10.8)
    /// Rounding: ceil
    /// Errors:   none
    #[inline(never)]
    pub fn owed(&self, mark: Mark) -> i128 {
        let net = self.net();
        let worth = mul(net.unsigned_abs(), mark.0) as i128;
        let worth = if net >= 0 { worth } else { -worth };
        // Safe because: a net base has at most 61 bits and a mark 63, the claims at most 108.
        let exact = worth + self.claims.exact();
        -((-exact) >> MARK_BITS)
    }

    /// What the pool owes beyond what it has.
    ///
    /// Formula:  max(0, owed − assets)       (docs/spec.md §10.8)
    /// Units:    quote units
    /// Rounding: ceil
    /// Errors:   Overflow
    #[inline(never)]
    pub fn deficit(&self, mark: Mark, index: Index) -> Result<NativeAmount, MathError> {
        let missing = self.owed(mark) - i128::from(self.worth(Purse::Pool, index)?);
        u64::try_from(missing.max(0)).map_err(|_| MathError::Overflow)
    }

    /// Notes when a deficit began, or that there is none; returns it.
    ///
    /// Errors: Overflow
    pub fn judge(&mut self, mark: Mark, index: Index, slot: u64) -> Result<NativeAmount, MathError> {
        let deficit = self.deficit(mark, index)?;
        if deficit == 0 {
            self.deficit_since = 0;
        } else if self.deficit_since == 0 {
            self.deficit_since = slot.max(1);
        }
        Ok(deficit)
    }

    /// h: the part of a positive settlement that is paid.
    ///
    /// Formula:  h = min(1, assets / owed)       (docs/spec.md §10.8)
    /// Rounding: exact; both sides are halved until they fit 64 bits
    /// Errors:   Overflow
    pub fn payable(&self, mark: Mark, index: Index) -> Result<Ratio, MathError> {
        let (owed, assets) = (self.owed(mark), self.worth(Purse::Pool, index)?);
        if owed <= i128::from(assets) {
            return Ok(Ratio::ONE);
        }
        Ok(Ratio { part: assets, whole: u64::try_from(owed).map_err(|_| MathError::Overflow)? })
    }

    /// What liquidity is worth, signed.
    ///
    /// Formula:  assets − owed − |K| × N↑(|K|) / 2S       (docs/spec.md §10.7)
    /// Rounding: floor
    /// Errors:   Overflow, DivideByZero without a skew scale
    #[inline(never)]
    pub fn equity(&self, mark: Mark, index: Index, skew_scale: u64) -> Result<i128, MathError> {
        let net = self.net().unsigned_abs();
        let premium = mul_div_up(net, mark.notional(net).up, skew_scale.saturating_mul(2))?;
        Ok(i128::from(self.worth(Purse::Pool, index)?) - self.owed(mark) - i128::from(premium))
    }

    /// Refuses open interest that the pool does not cover.
    ///
    /// Formula:  N↑(long), N↑(short) ≤ 10 × equity       (docs/spec.md §10.5)
    /// Errors:   OverOpenInterest
    pub(crate) fn verify_cover(&self, mark: Mark, equity: i128) -> Result<(), Refusal> {
        let exposure = mark.notional(self.long.max(self.short)).up;
        if i128::from(exposure) > equity.max(0) * COVER { Err(Refusal::OverOpenInterest) } else { Ok(()) }
    }

    /// Refuses a skew that the pool cannot carry.
    ///
    /// Formula:  N↑(|K|) ≤ L × equity       (docs/spec.md §10.5)
    /// Units:    leverage: bps
    /// Errors:   OverSkew, Math
    pub(crate) fn verify_skew(&self, mark: Mark, equity: i128, leverage: u32) -> Result<(), Refusal> {
        let exposure = mark.notional(self.net().unsigned_abs()).up;
        let room = equity.max(0) * i128::from(leverage) / i128::from(crate::units::BPS);
        if i128::from(exposure) > room { Err(Refusal::OverSkew) } else { Ok(()) }
    }
}

/// Whether an index is young enough for what is done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// At most as old as the action accepts.
    Fresh,
    /// Older.
    Stale,
}
