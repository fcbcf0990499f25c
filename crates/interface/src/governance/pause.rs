//! A pause of some actions in a group, a bank or a market. It ends by itself, and a day holds only so much of it.

use bytemuck::{Pod, Zeroable};

use crate::errors::MarginError;

#[cfg(feature = "anchor")]
use anchor_lang::prelude::*;

/// Taking a loan.
pub const BORROW: u8 = 1;
/// Withdrawing from an account that owes something or holds a position.
pub const WITHDRAW: u8 = 2;
/// Opening or increasing a position.
pub const TRADE: u8 = 4;
/// Adding liquidity to a pool.
pub const LIQUIDITY: u8 = 8;
/// Liquidating, writing off and deleveraging.
pub const LIQUIDATE: u8 = 16;
/// Everything that can be paused. Deposits, repayments, reductions, settlements, removals of liquidity or stake, and
/// withdrawals without debt or position are not among it.
pub const ACTIONS: u8 = BORROW | WITHDRAW | TRADE | LIQUIDITY | LIQUIDATE;

/// Longest pause, seconds.
pub const MAX_PAUSE: u32 = 21_600;
/// Most that can be paused of a calendar day (UTC), seconds.
pub const PAUSE_ALLOWANCE: u32 = 43_200;

const DAY: u64 = 86_400;

/// What is paused, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "anchor", derive(IdlType))]
#[repr(C)]
pub struct Pause {
    /// When the pause ends, unix seconds.
    pub until: i64,
    /// The day that `used` counts for, days since 1970.
    pub day: u32,
    /// Seconds that were paused on that day's account.
    pub used: u32,
    /// The actions that are paused: a sum of [`BORROW`], [`WITHDRAW`], [`TRADE`], [`LIQUIDITY`], [`LIQUIDATE`].
    pub actions: u8,
    /// Zero.
    pub reserved: [u8; 7],
}

impl Pause {
    /// Refuses an action that is paused.
    ///
    /// Errors: ActionPaused
    #[inline(always)]
    pub fn verify(&self, action: u8, now: i64) -> core::result::Result<(), MarginError> {
        if self.actions & action != 0 && now < self.until {
            return Err(MarginError::ActionPaused);
        }
        Ok(())
    }

    /// Pauses a set of actions, in place of what was paused. Time that was paused already is not charged twice, and none is
    /// given back.
    ///
    /// Errors: UnknownAction, PauseTooLong, PauseAllowanceUsed
    pub fn begin(&mut self, actions: u8, seconds: u32, now: i64) -> core::result::Result<(), MarginError> {
        if actions == 0 || actions & !ACTIONS != 0 {
            return Err(MarginError::UnknownAction);
        }
        if seconds == 0 || seconds > MAX_PAUSE {
            return Err(MarginError::PauseTooLong);
        }
        let until = now.saturating_add(seconds.into());
        // Safe because: the days of the clock fit 32 bits for longer than it lasts.
        let today = (now.max(0).unsigned_abs() / DAY) as u32;
        // Safe because: at most `seconds`.
        let charged = until.saturating_sub(now.max(self.until)).max(0) as u32;
        let used = if self.day == today { self.used } else { 0 };
        let used = used.saturating_add(charged);
        if used > PAUSE_ALLOWANCE {
            return Err(MarginError::PauseAllowanceUsed);
        }
        *self = Pause { until, day: today, used, actions, reserved: [0; 7] };
        Ok(())
    }

    /// Ends the pause; what it used stays used.
    pub fn end(&mut self, now: i64) {
        self.until = self.until.min(now);
        self.actions = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u32 = 3_600;
    const NOON: i64 = (20_000 * DAY + DAY / 2) as i64;

    #[test]
    fn a_pause_ends_by_itself() {
        let mut pause = Pause::zeroed();
        assert_eq!(pause.begin(TRADE | BORROW, HOUR, NOON), Ok(()));
        let last = NOON + i64::from(HOUR) - 1;
        assert_eq!(pause.verify(TRADE, last), Err(MarginError::ActionPaused));
        assert_eq!(pause.verify(WITHDRAW, last), Ok(()), "only what was named");
        assert_eq!(pause.verify(TRADE, last + 1), Ok(()));
    }

    #[test]
    fn a_day_holds_half_a_day_of_pauses() {
        let mut pause = Pause::zeroed();
        assert_eq!(pause.begin(TRADE, 6 * HOUR + 1, NOON), Err(MarginError::PauseTooLong));
        assert_eq!(pause.begin(TRADE, 0, NOON), Err(MarginError::PauseTooLong));
        assert_eq!(pause.begin(TRADE, 6 * HOUR, NOON), Ok(()));
        assert_eq!(pause.begin(BORROW, 6 * HOUR, NOON), Ok(()), "the same six hours");
        assert_eq!((pause.used, pause.actions), (6 * HOUR, BORROW));
        pause.end(NOON + 1);
        assert_eq!(pause.begin(TRADE, 6 * HOUR, NOON + 1), Ok(()), "nothing is given back");
        pause.end(NOON + 2);
        assert_eq!(pause.begin(TRADE, 1, NOON + 2), Err(MarginError::PauseAllowanceUsed));
        assert_eq!(pause.begin(TRADE, 1, NOON + DAY as i64), Ok(()), "tomorrow again");
    }

    #[test]
    fn only_known_actions_are_paused() {
        let mut pause = Pause::zeroed();
        for actions in [0, 32, 255] {
            assert_eq!(pause.begin(actions, 1, NOON), Err(MarginError::UnknownAction));
        }
    }
}
