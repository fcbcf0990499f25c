//! An exit: an order, left on the account, that reduces a position once the board's price or the account's health says so.

use crate::error::Refusal;
use crate::perp::mark::part_down;
use crate::perp::trade::is_whole_lots;
use crate::perp::{Mark, Order, Position};
use crate::units::{Bps, NativeAmount};

/// Most that an exit may promise its executor, quote tokens.
pub const MAX_EXIT_FEE: u64 = 5;
/// Most of what is closed that the executor gets, bps: many small exits must be no way around initial health.
const MAX_EXIT_FEE_SHARE: Bps = 10;

/// When an exit may be executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// The mark is at or below this.
    Below(Mark),
    /// The mark is at or above this.
    Above(Mark),
    /// The account's health factor is at or below this, millionths.
    Health(u64),
}

/// Which position an exit closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// A long.
    Long,
    /// A short.
    Short,
}

/// An order to reduce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    /// When.
    pub trigger: Trigger,
    /// Worst fill price, quote units for one base unit × 2^44.
    pub limit: u64,
    /// Base units; 2^64 − 1 for all.
    pub size: u64,
    /// What it closes.
    pub direction: Direction,
    /// From when on it is void, unix seconds; 0 for never.
    pub expires_at: i64,
    /// What the executor gets, quote units.
    pub fee: NativeAmount,
}

impl Direction {
    /// Whether a base, signed base units, is a position in this direction.
    pub fn matches(self, base: i64) -> bool {
        match self {
            Direction::Long => base > 0,
            Direction::Short => base < 0,
        }
    }
}

impl Exit {
    /// Refuses an exit that could not be carried out or promises too much.
    ///
    /// Formula:  docs/spec.md §11.6
    /// Units:    base, lot: base units; most_fee: quote units; now: unix seconds
    /// Errors:   OrderExpired, NoPosition, SizeBelowLot, OrderFeeTooHigh
    pub fn verify_new(&self, base: i64, lot: u64, most_fee: NativeAmount, now: i64) -> Result<(), Refusal> {
        if self.is_expired(now) {
            return Err(Refusal::OrderExpired);
        }
        if !self.direction.matches(base) {
            return Err(Refusal::NoPosition);
        }
        if self.size != u64::MAX && !is_whole_lots(self.size, lot) {
            return Err(Refusal::SizeBelowLot);
        }
        if self.fee > most_fee { Err(Refusal::OrderFeeTooHigh) } else { Ok(()) }
    }

    /// Refuses an exit whose position is gone or has flipped, or whose time is over.
    ///
    /// Errors: NoOrder, OrderExpired
    pub fn verify_live(&self, base: i64, now: i64) -> Result<(), Refusal> {
        if !self.direction.matches(base) {
            return Err(Refusal::NoOrder);
        }
        if self.is_expired(now) { Err(Refusal::OrderExpired) } else { Ok(()) }
    }

    /// Whether the exit's time is over.
    pub fn is_expired(&self, now: i64) -> bool {
        self.expires_at != 0 && now >= self.expires_at
    }

    /// What a trade has to do.
    ///
    /// Formula:  size = min(size, |s|)       (docs/spec.md §11.6)
    /// Errors:   as [`Order::reduction`]
    pub fn order(&self, position: &Position) -> Result<Order, Refusal> {
        Order::reduction(position, self.size.min(position.base.unsigned_abs()), self.limit)
    }

    /// What the executor is due before health is asked.
    ///
    /// Formula:  min(fee, cost × 10 / 10^4, quote deposit)       (docs/spec.md §11.6)
    /// Units:    quote units
    /// Rounding: floor
    /// Errors:   none
    pub fn promised(&self, cost: u64, deposit: NativeAmount) -> NativeAmount {
        self.fee.min(part_down(cost, MAX_EXIT_FEE_SHARE)).min(deposit)
    }
}

impl Trigger {
    /// Refuses where the board's price does not say so.
    ///
    /// Formula:  mark ≤ trigger, mark ≥ trigger, 10^6 × HF ≤ trigger       (docs/spec.md §11.6)
    /// Units:    health: computes the health factor in millionths, floor; `None` where nothing is required of the account
    /// Errors:   OrderNotTriggered, those of the health
    pub fn verify<E: From<Refusal>>(
        &self,
        mark: Mark,
        health: impl FnOnce() -> Result<Option<i64>, E>,
    ) -> Result<(), E> {
        let holds = match *self {
            Trigger::Below(trigger) => mark <= trigger,
            Trigger::Above(trigger) => mark >= trigger,
            // A factor below 0 is at or below any trigger.
            Trigger::Health(trigger) => health()?.is_some_and(|factor| u64::try_from(factor).unwrap_or(0) <= trigger),
        };
        if holds { Ok(()) } else { Err(Refusal::OrderNotTriggered.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXIT: Exit = Exit {
        trigger: Trigger::Below(Mark(100)),
        limit: 0,
        size: u64::MAX,
        direction: Direction::Long,
        expires_at: 0,
        fee: 5,
    };

    fn health(factor: Option<i64>) -> impl FnOnce() -> Result<Option<i64>, Refusal> {
        move || Ok(factor)
    }

    fn unread() -> Result<Option<i64>, Refusal> {
        panic!("a price trigger reads no health")
    }

    #[test]
    fn a_trigger_holds_at_its_own_edge() {
        let no = Err(Refusal::OrderNotTriggered);
        for (trigger, holds, fails) in [
            (Trigger::Below(Mark(100)), 100, 101),
            (Trigger::Above(Mark(100)), 100, 99),
            (Trigger::Above(Mark(0)), 0, 0),
        ] {
            assert_eq!(trigger.verify(Mark(holds), unread), Ok(()));
            if fails != holds {
                assert_eq!(trigger.verify(Mark(fails), unread), no);
            }
        }
        let at = |factor| Trigger::Health(1_050_000).verify(Mark(1), health(factor));
        assert_eq!(at(Some(1_050_000)), Ok(()));
        assert_eq!(at(Some(1_050_001)), no);
        assert_eq!(at(Some(-1)), Ok(()));
        assert_eq!(at(None), no);
        assert_eq!(Trigger::Health(0).verify(Mark(1), health(Some(i64::MIN))), Ok(()));
        assert_eq!(Trigger::Health(u64::MAX).verify(Mark(1), health(Some(i64::MAX))), Ok(()));
    }

    #[test]
    fn an_exit_is_placed_only_where_it_could_be_carried_out() {
        assert_eq!(EXIT.verify_new(10, 4, 5, 7), Ok(()));
        assert_eq!(EXIT.verify_new(0, 4, 5, 7), Err(Refusal::NoPosition));
        assert_eq!(EXIT.verify_new(-10, 4, 5, 7), Err(Refusal::NoPosition));
        assert_eq!(EXIT.verify_new(10, 4, 4, 7), Err(Refusal::OrderFeeTooHigh));
        for (size, verdict) in [(0, false), (3, false), (4, true), (6, false), (8, true), (u64::MAX - 1, false)] {
            let exit = Exit { size, ..EXIT };
            assert_eq!(exit.verify_new(10, 4, 5, 7).is_ok(), verdict, "{size}");
        }
        let until = |expires_at| Exit { expires_at, ..EXIT }.verify_new(10, 4, 5, 7);
        assert_eq!(until(8), Ok(()));
        assert_eq!(until(7), Err(Refusal::OrderExpired));
        assert_eq!(until(-1), Err(Refusal::OrderExpired));
    }

    #[test]
    fn an_exit_closes_at_most_the_position() {
        let delta = |size, base| {
            let position = Position { base, ..Position::default() };
            Exit { size, ..EXIT }.order(&position).map(|order| order.delta)
        };
        assert_eq!(delta(u64::MAX, 10), Ok(-10));
        assert_eq!(delta(11, -10), Ok(10));
        assert_eq!(delta(4, -10), Ok(4));
        assert_eq!(delta(4, 0), Err(Refusal::NoPosition));
        assert_eq!(delta(u64::MAX, i64::MIN), Err(crate::MathError::Overflow.into()));
    }

    #[test]
    fn the_executor_gets_ten_basis_points_at_most() {
        assert_eq!(EXIT.promised(5_000, 100), 5);
        assert_eq!(EXIT.promised(4_999, 100), 4);
        assert_eq!(EXIT.promised(u64::MAX, 3), 3);
        assert_eq!(EXIT.promised(999, 100), 0);
    }
}
