//! Verbs that apply a decision to the interface's accounts. State knows the mathematics; it never sees a `Context`, a CPI
//! or a signer.

pub mod account;
pub mod bank;
pub mod board;
pub mod fill;
pub mod ledger;
pub mod margin;
pub mod market;
pub mod receipt;

pub use account::verify_initial;
pub use bank::{Brake, accrued, own_index, settle};
pub use board::verify_extremes;
pub use fill::Filled;
pub use ledger::Ledger;
pub use margin::Margin;
pub use market::Live;
