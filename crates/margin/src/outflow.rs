//! The brake on a bank's net outflow: in a window no more leaves than a part of what depositors own, whoever takes it and
//! however. Who finds a way to take what is not theirs takes a part, and somebody has time to act.
//!
//! One signed number says what has left less what has come in lately. Where more has left it leaks like the velocity buckets;
//! where more has come in it is a credit, which fades at the same pace. So tokens that come and go again change nothing, and
//! what came in long ago lets nobody take more.

use crate::fixed::mul_div_down;
use crate::liquidation::leaked;
use crate::price::elapsed;
use crate::units::{BPS, Bps, NativeAmount};

/// What may leave a bank in a window at least, native units, however little it holds. More than the longest window has
/// seconds, so that something leaks every second.
pub const OUTFLOW_LEAST: NativeAmount = 100_000;

/// How much may leave in a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutflowTerms {
    /// Part of what depositors own, bps; 0 for no brake.
    pub share: Bps,
    /// The window, seconds.
    pub window: u32,
}

/// What has left a bank less what has come in, lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outflow {
    /// Native units; below 0 where more has come in.
    pub level: i64,
    /// When the level was computed, unix seconds.
    pub time: i64,
}

impl Outflow {
    /// Lets the level go back towards 0. To be called before the deposits change.
    ///
    /// Formula:  level > 0:  level −= cap × elapsed / window;  level < 0:  level += |level| × elapsed / window;  0 after a
    ///           window; a level above its cap counts as the highest that is not       (docs/spec.md §11.9)
    /// Units:    deposits: what depositors own, native units; now: unix seconds
    /// Rounding: what goes back floor
    /// Errors:   none
    pub fn leak(&mut self, deposits: NativeAmount, terms: &OutflowTerms, now: i64) {
        let passed = elapsed(self.time, now);
        if passed == 0 {
            return;
        }
        let amount = self.level.unsigned_abs();
        let left = match self.level {
            0 => 0,
            1.. => {
                let cap = self.cap(deposits, terms);
                let (level, cap) = if amount > cap { highest(deposits, terms) } else { (amount, cap) };
                leaked(level, cap, (passed, terms.window))
            }
            _ => leaked(amount, amount, (passed, terms.window)),
        };
        // Safe because: an amount never grows by leaking, and the least number stays itself.
        self.level = if self.level > 0 { left as i64 } else { (left as i64).wrapping_neg() };
        self.time = now;
    }

    /// What may still leave; the level must have leaked until now.
    ///
    /// Formula:  cap = max(least, (deposits + level) × share);  room = cap − level       (docs/spec.md §11.9)
    /// Units:    deposits: what depositors own before anything leaves, native units
    /// Rounding: cap floor
    /// Errors:   none
    pub fn room(&self, deposits: NativeAmount, terms: &OutflowTerms) -> NativeAmount {
        let (cap, amount) = (self.cap(deposits, terms), self.level.unsigned_abs());
        if self.level > 0 { cap.saturating_sub(amount) } else { cap.saturating_add(amount) }
    }

    /// What depositors would own had nothing come or gone lately is what counts: tokens that have just come in let nobody take
    /// more, and those that left do not make the limit smaller.
    fn cap(&self, deposits: NativeAmount, terms: &OutflowTerms) -> NativeAmount {
        let base = deposits.saturating_add_signed(self.level);
        mul_div_down(base, terms.share.into(), BPS).unwrap_or(NativeAmount::MAX).max(OUTFLOW_LEAST)
    }

    /// Counts what leaves.
    pub fn give_out(&mut self, amount: NativeAmount) {
        self.level = self.level.saturating_add_unsigned(amount);
    }

    /// Counts what has come in.
    pub fn take_in(&mut self, amount: NativeAmount) {
        self.level = self.level.saturating_sub_unsigned(amount);
    }
}

/// The highest level that its own cap lets be, and that cap: where a brake was tightened, or deposits bore a loss, it is not
/// tighter than its own pace because of what left before.
///
/// Formula:  level = cap = max(least, deposits × share / (1 − share))
/// Rounding: floor
#[cold]
fn highest(deposits: NativeAmount, terms: &OutflowTerms) -> (NativeAmount, NativeAmount) {
    // A share of one or more has a cap above every level.
    let rest = BPS.saturating_sub(terms.share.into());
    let level = mul_div_down(deposits, terms.share.into(), rest).unwrap_or(NativeAmount::MAX).max(OUTFLOW_LEAST);
    (level, level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: i64 = 3_600;
    /// As tight as a bank can have it.
    const FLOOR: OutflowTerms = OutflowTerms { share: 500, window: 3_600 };

    /// A bank without interest: who deposits and withdraws, against the brake.
    #[derive(Clone, Copy)]
    struct Bank {
        deposits: u64,
        outflow: Outflow,
    }

    impl Bank {
        fn old(deposits: u64) -> Bank {
            Bank { deposits, outflow: Outflow::default() }
        }

        fn deposit(&mut self, amount: u64, now: i64) {
            self.outflow.leak(self.deposits, &FLOOR, now);
            self.outflow.take_in(amount);
            self.deposits += amount;
        }

        /// Whether it was let through.
        fn withdraw(&mut self, amount: u64, now: i64) -> bool {
            let room = self.room(now);
            if amount <= room {
                self.outflow.give_out(amount);
                self.deposits -= amount;
            }
            amount <= room
        }

        fn room(&mut self, now: i64) -> u64 {
            self.outflow.leak(self.deposits, &FLOOR, now);
            self.outflow.room(self.deposits, &FLOOR)
        }
    }

    #[test]
    fn a_window_lets_its_share_out_and_not_a_unit_more() {
        let mut bank = Bank::old(1_000_000_000);
        assert!(!bank.withdraw(50_000_001, HOUR));
        assert!(bank.withdraw(20_000_000, HOUR));
        assert!(!bank.withdraw(30_000_001, HOUR) && bank.withdraw(30_000_000, HOUR));
        assert_eq!(bank.room(HOUR), 0);
        // Half a window later half of the cap has leaked: of what is left and what is still counted as gone.
        assert_eq!(bank.room(HOUR + 1_800), 25_000_000 - (50_000_000 - (950_000_000 + 25_000_000) / 20));
        assert_eq!(bank.room(3 * HOUR), 950_000_000 / 20);
    }

    /// A deposit of any size that leaves in the same second opens nothing, before or after others have left.
    #[test]
    fn what_comes_and_goes_at_once_changes_nothing() {
        for (gone, flash) in [(0, 1u64 << 60), (50_000_000, 1 << 60), (50_000_000, 7), (20_000_000, 30_000_001)] {
            let mut bank = Bank::old(1_000_000_000);
            assert!(bank.withdraw(gone, HOUR));
            let room = bank.room(HOUR);
            bank.deposit(flash, HOUR);
            assert_eq!(bank.room(HOUR), room + flash, "what came in may leave again");
            assert!(!bank.withdraw(room + flash + 1, HOUR));
            assert!(bank.withdraw(flash, HOUR));
            assert_eq!(bank.room(HOUR), room);
        }
    }

    #[test]
    fn a_credit_fades_in_a_window() {
        let mut bank = Bank::old(1_000_000_000);
        bank.deposit(1_000_000_000, HOUR);
        assert_eq!(bank.room(HOUR), 1_050_000_000);
        assert_eq!(
            bank.room(HOUR + 1_800),
            500_000_000 + 75_000_000,
            "half of it, and a part of the half that has settled"
        );
        assert_eq!(bank.room(2 * HOUR + 1_800), 100_000_000, "a part of everything, as if it had always been there");
    }

    /// ln(2^64 × 0.05 / 100,000) / −ln(0.95) = 582 windows by shares, 20 by the least amount, and one for what was rounded.
    #[test]
    fn the_largest_bank_is_empty_after_603_windows() {
        let (mut bank, mut windows, mut now) = (Bank::old(u64::MAX), 0, 0);
        while bank.deposits > 0 {
            now += HOUR;
            let most = bank.room(now).min(bank.deposits);
            assert!(bank.withdraw(most, now));
            windows += 1;
        }
        assert!((600..=603).contains(&windows), "{windows}");
        // A bank that holds less than the least amount is empty at once.
        assert!(Bank::old(OUTFLOW_LEAST).withdraw(OUTFLOW_LEAST, 1));
    }

    /// A bank whose brake was loose, or off, is not shut for longer by a tight one: a quarter of 5 % in a quarter of an hour.
    #[test]
    fn a_tighter_brake_lets_out_at_its_own_pace_at_once() {
        let mut bank = Bank::old(500_000_000);
        bank.outflow = Outflow { level: 500_000_000, time: HOUR };
        assert_eq!(bank.room(HOUR), 0);
        assert_eq!(bank.room(HOUR + 900), 6_250_000);
        assert!((24_000_000..=25_000_000).contains(&bank.room(2 * HOUR)));
        assert_eq!(bank.room(3 * HOUR), 25_000_000);
        // The least amount is not in the way of it.
        let mut tiny = Bank::old(1_000);
        tiny.outflow = Outflow { level: 1 << 40, time: HOUR };
        assert_eq!(tiny.room(HOUR + 1_800), 50_000);
    }

    /// A deposit of a unit every second holds nobody back for longer than twice as long.
    #[test]
    fn dust_does_not_stop_the_leak() {
        let terms = OutflowTerms { share: 12_000, window: 86_400 };
        let mut outflow = Outflow { level: OUTFLOW_LEAST as i64, time: 0 };
        let mut now = 0;
        while outflow.level > 0 {
            now += 1;
            outflow.leak(0, &terms, now);
        }
        assert!(now <= 2 * 86_400, "{now}");
    }

    #[test]
    fn the_ends_of_the_integers_neither_overflow_nor_wrap() {
        let terms = OutflowTerms { share: u16::MAX.into(), window: 86_400 };
        for level in [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX] {
            for deposits in [0, 1, u64::MAX] {
                for (time, now) in [(0, 0), (0, 1), (i64::MIN, i64::MAX), (5, 4), (0, 86_399), (0, 86_400)] {
                    let mut outflow = Outflow { level, time };
                    outflow.leak(deposits, &terms, now);
                    assert!(outflow.level.unsigned_abs() <= level.unsigned_abs());
                    assert!(outflow.level.signum() * level.signum() >= 0, "{level} became {}", outflow.level);
                    assert!(outflow.room(deposits, &terms) >= OUTFLOW_LEAST || outflow.level > 0);
                    outflow.give_out(u64::MAX);
                    outflow.take_in(u64::MAX);
                }
            }
        }
    }

    proptest! {
        /// Whatever comes and goes, over any stretch of time no more has left than came in, plus one cap of what was
        /// there, plus what leaked.
        #[test]
        fn net_outflow_stays_within_a_cap_and_what_leaks(
            start in 1u64..1 << 50,
            steps in proptest::collection::vec((any::<bool>(), 0u64..1 << 51, 0i64..600), 1..60),
        ) {
            let (mut bank, mut now, mut gone, mut leak) = (Bank::old(start), HOUR, 0i128, 0i128);
            let mut highest = i128::from(start);
            for (out, amount, wait) in steps {
                now += wait;
                let before = bank.outflow.level;
                bank.room(now);
                // Credit that fades is no leak: it only makes the brake tighter.
                leak += i128::from(before.max(0)) - i128::from(bank.outflow.level.max(0));
                let amount = if out { amount.min(bank.deposits) } else { amount };
                if !out {
                    bank.deposit(amount, now);
                    gone -= i128::from(amount);
                } else if bank.withdraw(amount, now) {
                    gone += i128::from(amount);
                }
                highest = highest.max(i128::from(bank.deposits));
                let most = (highest / 20 + 1).max(i128::from(OUTFLOW_LEAST));
                prop_assert!(gone <= most + leak, "OUT-1: {gone} has left, {leak} leaked, {most} is the cap");
            }
        }
    }
}
