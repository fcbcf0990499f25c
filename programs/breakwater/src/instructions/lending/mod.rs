//! Deposits and loans. `deposit` and `repay` bring tokens in and need no price; `withdraw` and `borrow` take tokens out
//! and leave the account healthy at the worst end of every price.
pub mod borrow;
pub mod deposit;
pub mod move_in;
pub mod move_out;
pub mod repay;
pub mod withdraw;

pub use move_in::MoveIn;
pub use move_out::MoveOut;
