//! How much of something an account may do: the largest amount that `preview` accepts, and the size of a trade for a leverage.

use breakwater_interface::accounts::{SIDE_DEBT, SIDE_DEPOSIT};
use breakwater_interface::live::accrued;
use breakwater_interface::{InsuranceFund, InsuranceStake, LiquidityPosition, MarginAccount, MarginError, act};
use breakwater_margin::lending::Books;
use breakwater_margin::leverage::leverage;
use breakwater_margin::perp::Direction;
use breakwater_margin::{Bps, NativeAmount, Shares, health};
use bytemuck::Zeroable;

use super::{Action, View};

/// What the largest amount is asked of.
// A question lives for one call: a box would only make it harder to ask.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A deposit of a token: what its bank still takes if all of it arrives. A wallet may hold less.
    Deposit {
        /// Number of the token.
        token: u8,
    },
    /// A withdrawal.
    Withdraw {
        /// Number of the token.
        token: u8,
    },
    /// A loan.
    Borrow {
        /// Number of the token.
        token: u8,
    },
    /// A repayment: what is sent to owe nothing.
    Repay {
        /// Number of the token.
        token: u8,
    },
    /// A reduction of a position, base units.
    Reduce {
        /// Number of the market.
        market: u8,
    },
    /// A trade that opens or increases a position on a side, base units. One on the other side is closed first by it; where it
    /// can only be reduced, as much of it as can be.
    Open {
        /// Number of the market.
        market: u8,
        /// The side.
        side: Direction,
    },
    /// An addition of liquidity, quote units.
    AddLiquidity {
        /// Number of the market.
        market: u8,
    },
    /// A stake, quote units.
    Stake {
        /// The group's fund.
        fund: InsuranceFund,
        /// The owner's stake.
        stake: InsuranceStake,
    },
}

impl View {
    /// The largest amount that [`View::preview`] accepts.
    ///
    /// Formula:  what is owed, rounded up, for a repayment; else by bisection       (docs/spec.md §11.10)
    /// Units:    native units; base units for trades
    /// Rounding: the amount is accepted, and one unit, or one lot, more is not
    /// Errors:   where no amount is accepted, why not
    pub fn most(&self, account: &MarginAccount, kind: Kind) -> Result<NativeAmount, MarginError> {
        let accepts = |action: Action| self.preview(account, &action).map(drop);
        match kind {
            Kind::Deposit { token } => {
                let books = self.books(token)?;
                let room = self.bank(token)?.lending.deposit_cap.saturating_sub(books.deposits()?);
                // A deposit's fraction of a share is not counted, and no cap stops what markets are owed (§3.5).
                let closed = account.perps.iter().filter(|perp| perp.base == 0 && perp.quote < 0);
                let owed = closed.fold(0, |sum: u64, perp| sum.saturating_add(perp.quote.unsigned_abs()));
                let high = room.max(owed).saturating_add(books.deposit_index.amount_up(2)?);
                largest((1, high, 1), |amount| accepts(Action::Deposit { token, amount, arrived: None }))
            }
            Kind::Withdraw { token } => {
                let high = self.owned(account, token)?;
                largest((1, high, 1), |amount| accepts(Action::Withdraw { token, amount }))
            }
            Kind::Borrow { token } => {
                let high = self.bank(token)?.vault_amount.saturating_add(1);
                largest((1, high, 1), |amount| accepts(Action::Borrow { token, amount }))
            }
            Kind::Repay { token } => {
                let amount = self.owed(account, token)?;
                accepts(Action::Repay { token, amount, arrived: None }).map(|()| amount)
            }
            Kind::Reduce { market } => self.most_reduced(account, market),
            Kind::Open { market, side } => self.most_opened(account, (market, side), None),
            Kind::AddLiquidity { market } => {
                let high = self.owned(account, self.quote_bank()?.token)?;
                let (address, _) = self.markets.get(&market).ok_or(MarginError::MarketNotListed)?;
                let mut liquidity = LiquidityPosition::zeroed();
                (liquidity.market, liquidity.owner) = (address.to_bytes(), account.owner);
                largest((1, high, 1), |amount| accepts(Action::AddLiquidity { market, amount, liquidity }))
            }
            Kind::Stake { fund, stake } => {
                let high = self.owned(account, self.quote_bank()?.token)?;
                largest((1, high, 1), |amount| accepts(Action::Stake { amount, fund, stake }))
            }
        }
    }

    /// The largest trade on a side that [`View::preview`] accepts and after which the account's leverage is at most a given one.
    ///
    /// Formula:  as [`View::most`] of [`Kind::Open`], with leverage as a further limit       (docs/spec.md §11.10)
    /// Units:    base units, whole lots; leverage in bps
    /// Rounding: floor: one lot more is refused or has a higher leverage
    /// Errors:   InsufficientHealth where the smallest trade has a higher leverage; else as [`View::most`]
    pub fn size_for_leverage(
        &self,
        account: &MarginAccount,
        (market, side): (u8, Direction),
        leverage: Bps,
    ) -> Result<u64, MarginError> {
        self.most_opened(account, (market, side), Some(leverage))
    }

    /// Leverage of an account's positions, as it is once `refresh` has been called for all banks and markets of the view.
    ///
    /// Formula:  [`breakwater_margin::leverage::leverage`]       (docs/spec.md §11.10)
    /// Units:    bps; `None` where there are positions and no equity
    /// Rounding: ceil
    /// Errors:   BoardOfOtherGroup, MathOverflow
    pub fn leverage(&self, account: &MarginAccount) -> Result<Option<Bps>, MarginError> {
        let legs = self.clone().brought_up_to_date()?.snapshot(account)?;
        Ok(leverage(&legs, &health::value(&legs)?))
    }

    /// A bank's books, interest charged until now.
    fn books(&self, token: u8) -> Result<Books, MarginError> {
        accrued(self.bank(token)?, self.time)
    }

    /// Shares of a token on a side.
    fn shares(account: &MarginAccount, token: u8, side: u8) -> Option<Shares> {
        let position = &account.tokens[account.find(token)?];
        (position.side == side).then_some(position.shares)
    }

    /// What an account owns of a token.
    fn owned(&self, account: &MarginAccount, token: u8) -> Result<NativeAmount, MarginError> {
        let shares = View::shares(account, token, SIDE_DEPOSIT).ok_or(MarginError::NoDeposit)?;
        Ok(self.books(token)?.deposit_index.amount_down(shares)?)
    }

    /// What must be sent so that an account owes nothing of a token.
    fn owed(&self, account: &MarginAccount, token: u8) -> Result<NativeAmount, MarginError> {
        let shares = View::shares(account, token, SIDE_DEBT).ok_or(MarginError::NoDebt)?;
        let owed = self.books(token)?.borrow_index.amount_up(shares)?;
        if self.bank(token)?.transfer_fee == 0 { Ok(owed) } else { act::before_fee(owed) }
    }

    fn most_reduced(&self, account: &MarginAccount, market: u8) -> Result<u64, MarginError> {
        let reduce = |size| {
            let limit = if account.base_in(market) > 0 { 0 } else { u64::MAX };
            self.preview(account, &Action::Reduce { market, size, limit }).map(drop)
        };
        if account.find_perp(market).is_none() {
            return Err(MarginError::NoPosition);
        }
        largest_part(account.base_in(market).unsigned_abs(), self.market(market)?.config.lot, reduce)
    }

    fn most_opened(
        &self,
        account: &MarginAccount,
        (number, side): (u8, Direction),
        limit: Option<Bps>,
    ) -> Result<u64, MarginError> {
        let market = self.market(number)?;
        let (lot, cap) = (market.config.lot.max(1), market.config.open_interest_cap);
        let base = account.base_in(number);
        let (there, against) = match side {
            Direction::Long => (market.long, base.min(0).unsigned_abs()),
            Direction::Short => (market.short, base.max(0).unsigned_abs()),
        };
        let trade = |size: u64| {
            let signed = i64::try_from(size).map_err(|_| MarginError::OverOpenInterest)?;
            let (delta, worst) = match side {
                Direction::Long => (signed, u64::MAX),
                Direction::Short => (-signed, 0),
            };
            let preview = self.preview(account, &Action::Trade { market: number, delta, limit: worst })?;
            match limit {
                Some(limit) => match self.with(&preview).leverage(&preview.account)? {
                    Some(leverage) if leverage <= limit => Ok(()),
                    _ => Err(MarginError::InsufficientHealth),
                },
                None => Ok(()),
            }
        };
        let least = (against / lot + 1).saturating_mul(lot);
        let high = (cap.saturating_sub(there).saturating_add(against) / lot).saturating_mul(lot).max(least);
        match largest((least, high, lot), trade) {
            // Where the position may not be turned, it may be reduced.
            Err(refusal) if against > 0 => largest_part(against, lot, trade).map_err(|_| refusal),
            found => found,
        }
    }
}

/// Why an amount that passes no rule is refused for being too small, not too large.
fn is_too_small(refusal: MarginError) -> bool {
    matches!(refusal, MarginError::AmountZero | MarginError::PositionTooSmall)
}

/// The largest multiple of a unit between two multiples that is accepted.
///
/// Formula:  bisection: below the amount that is found nothing is too large, above it everything, as far as what is tried
///           rises with the amount; an amount may be too small without being too large
/// Rounding: what is found is accepted; a unit more is not, or is above `high`
/// Errors:   the refusal of the least that is too large, where all below it is too small; AmountZero where nothing is too large
fn largest(
    (low, high, unit): (u64, u64, u64),
    accepts: impl Fn(u64) -> Result<(), MarginError>,
) -> Result<u64, MarginError> {
    let refusal = |step: u64| accepts(step * unit).err();
    let too_large = |step: u64| refusal(step).filter(|refusal| !is_too_small(*refusal));
    let (mut fits, mut fails) = (low / unit, high / unit);
    if let Some(refusal) = too_large(fits) {
        return Err(refusal);
    }
    match too_large(fails) {
        None => fits = fails,
        Some(mut reason) => {
            while fails - fits > 1 {
                let middle = fits + (fails - fits) / 2;
                match too_large(middle) {
                    None => fits = middle,
                    Some(refusal) => (fails, reason) = (middle, refusal),
                }
            }
            return refusal(fits).map_or(Ok(fits * unit), |_| Err(reason));
        }
    }
    refusal(fits).map_or(Ok(fits * unit), Err)
}

/// All of a position, or the most whole lots of it that are accepted.
fn largest_part(all: u64, lot: u64, accepts: impl Fn(u64) -> Result<(), MarginError>) -> Result<u64, MarginError> {
    let (Err(refusal), lot) = (accepts(all), lot.max(1)) else { return Ok(all) };
    match all.saturating_sub(1) / lot {
        0 => Err(refusal),
        lots => largest((lot, lots * lot, lot), accepts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Too small below 3, too large above a limit.
    fn between(limit: u64) -> impl Fn(u64) -> Result<(), MarginError> {
        move |amount| match amount {
            0..3 => Err(MarginError::AmountZero),
            amount if amount > limit => Err(MarginError::OverBorrowCap),
            _ => Ok(()),
        }
    }

    #[test]
    fn the_largest_is_found_wherever_it_lies() {
        for (high, limit) in [(100, 3), (100, 57), (100, 99), (100, 100), (u64::MAX, 1 << 60), (3, 3)] {
            assert_eq!(largest((1, high, 1), between(limit)), Ok(limit), "PRE-2");
        }
        assert_eq!(largest((1, 100, 1), between(1_000)), Ok(100), "what no rule could accept is not looked for");
        assert_eq!(largest((10, 1_000, 10), between(57)), Ok(50), "whole units");
    }

    #[test]
    fn where_nothing_is_accepted_the_reason_is_told() {
        assert_eq!(largest((3, 100, 1), between(2)), Err(MarginError::OverBorrowCap));
        assert_eq!(largest((1, 100, 1), between(2)), Err(MarginError::OverBorrowCap), "too small, then too large");
        assert_eq!(largest((1, 2, 1), between(100)), Err(MarginError::AmountZero), "too small to the end");
        assert_eq!(largest((1, 0, 1), between(100)), Err(MarginError::AmountZero), "an empty range");
    }

    #[test]
    fn a_position_is_closed_whole_or_in_lots() {
        assert_eq!(largest_part(57, 10, between(57)), Ok(57));
        assert_eq!(largest_part(57, 10, between(56)), Ok(50));
        assert_eq!(largest_part(57, 10, between(39)), Ok(30));
        assert_eq!(largest_part(57, 0, between(39)), Ok(39), "a lot is at least a unit");
        assert_eq!(largest_part(7, 10, between(5)), Err(MarginError::OverBorrowCap));
    }
}
