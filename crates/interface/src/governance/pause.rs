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
    /// The actions that are paused: a sum of [`BORROW`], [`WITHDRAW`], [`TRADE`], [`LIQUIDITY`], [`LIQUIDATE`].
    pub actions: u8,
    /// Zero.
    pub reserved: [u8; 7],
}

/// How much of a day a group's guardian has paused, wherever it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[cfg_attr(feature = "anchor", derive(IdlType))]
#[repr(C)]
pub struct PauseAllowance {
    /// Latest end of any pause so far, unix seconds.
    pub end: i64,
    /// The day that `used` counts for, days since 1970.
    pub day: u32,
    /// Seconds that were paused on that day's account.
    pub used: u32,
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

    /// Ends the pause; what it used stays used.
    pub fn end(&mut self, now: i64) {
        self.until = self.until.min(now);
        self.actions = 0;
    }
}

impl PauseAllowance {
    /// A pause of a set of actions, to take the place of what was paused somewhere. Time in which anything of the group was paused
    /// already is not charged twice, so that one place after the other gives no more than all of them at once.
    ///
    /// Errors: UnknownAction, PauseTooLong, PauseAllowanceUsed
    pub fn begin(&mut self, actions: u8, seconds: u32, now: i64) -> core::result::Result<Pause, MarginError> {
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
        let charged = until.saturating_sub(now.max(self.end)).max(0) as u32;
        let used = if self.day == today { self.used } else { 0 };
        let used = used.saturating_add(charged);
        if used > PAUSE_ALLOWANCE {
            return Err(MarginError::PauseAllowanceUsed);
        }
        *self = PauseAllowance { end: self.end.max(until), day: today, used };
        Ok(Pause { until, actions, reserved: [0; 7] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u32 = 3_600;
    const NOON: i64 = (20_000 * DAY + DAY / 2) as i64;

    #[test]
    fn a_pause_ends_by_itself() {
        let pause = PauseAllowance::zeroed().begin(TRADE | BORROW, HOUR, NOON).unwrap();
        let last = NOON + i64::from(HOUR) - 1;
        assert_eq!(pause.verify(TRADE, last), Err(MarginError::ActionPaused));
        assert_eq!(pause.verify(WITHDRAW, last), Ok(()), "only what was named");
        assert_eq!(pause.verify(TRADE, last + 1), Ok(()));
    }

    #[test]
    fn a_day_holds_half_a_day_of_pauses_wherever_they_are() {
        let mut allowance = PauseAllowance::zeroed();
        let mut begin = |seconds, now| allowance.begin(TRADE, seconds, now).map(|pause| pause.until);
        let six_hours = NOON + i64::from(6 * HOUR);
        assert_eq!(begin(6 * HOUR + 1, NOON), Err(MarginError::PauseTooLong));
        assert_eq!(begin(0, NOON), Err(MarginError::PauseTooLong));
        assert_eq!(begin(6 * HOUR, NOON), Ok(six_hours));
        assert_eq!(begin(6 * HOUR, NOON), Ok(six_hours), "somewhere else, the same six hours");
        assert_eq!(begin(6 * HOUR, six_hours), Ok(six_hours + i64::from(6 * HOUR)));
        assert_eq!(begin(6 * HOUR, six_hours + 1), Err(MarginError::PauseAllowanceUsed));
        assert_eq!(begin(HOUR, six_hours + 1), Ok(six_hours + 1 + i64::from(HOUR)), "within what is paused anyway");
        assert!(begin(6 * HOUR, NOON + DAY as i64).is_ok(), "tomorrow again");
    }

    #[test]
    fn only_known_actions_are_paused() {
        for actions in [0, 32, 255] {
            assert_eq!(PauseAllowance::zeroed().begin(actions, 1, NOON), Err(MarginError::UnknownAction));
        }
    }
}
