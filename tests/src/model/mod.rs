//! The reference model: Breakwater's rules in exact rationals. The formulas are the specification's and share no code with the
//! program; how far each documented rounding may reach is stated where it widens a range.
//!
//! It owns what an instruction must do to the numbers of a group: whether it is refused and why, and every balance, index
//! and price afterwards. It refuses to know keys, bytes, compute units and the program's own mathematics.
//!
//! Two ideas keep it honest.
//! - **Ranges.** A quantity that the specification rounds is a [`Range`] from what it would be without the rounding to what
//!   the rounding may make of it at most, on the side that the specification names. So a result is not only close to the
//!   exact one: it errs in the protocol's favour or the comparison fails (the one exception is [`Bank::growth`]). A decision that the range cannot settle is
//!   a [`Truth::Unsure`], and only then either outcome is allowed.
//! - **Witnesses.** Two results have a range wider than one unit: the borrow index after interest and the size of a
//!   liquidation. [`State::expected`] takes both from the program, refuses them outside their range, and derives all else
//!   from them to the last unit.

pub mod bank;
pub mod bucket;
pub mod call;
pub mod exits;
pub mod health;
mod judge;
pub mod lending;
pub mod liquidation;
pub mod outflow;
pub mod perp;
pub mod plan;
pub mod price;
pub mod rational;
pub mod refresh;
pub mod state;
pub mod touch;
pub mod verdict;

pub use bank::Bank;
pub use bucket::Bucket;
pub use call::{By, Call, Closed, Executed, Seen};
pub use health::{Leg, Legs};
pub use outflow::Outflow;
pub use perp::trade::Order;
pub use price::{Feed, Print};
pub use rational::{Q, Range, Truth};
pub use state::{Account, Position, Side, State, Token};
pub use touch::Flag;
pub use verdict::Verdict;
