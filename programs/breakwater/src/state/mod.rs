//! What the program alone knows of its accounts: how a margin account is loaded, the board's own law, receipts. The verbs that
//! apply a decision to accounts, and whole actions, are the interface's, so that a client computes the same.

pub mod board;
pub mod margin;
pub mod receipt;

pub use board::verify_extremes;
pub use breakwater_interface::act::account::{Valued, valued, verify_initial};
pub use breakwater_interface::act::bank::settle;
pub use breakwater_interface::act::fill::Filled;
pub use breakwater_interface::act::ledger::Ledger;
pub use breakwater_interface::live::{Held, Live, accrued, own_index, verify_quote};
pub use breakwater_interface::refresh::{board_index, sync_index};
pub use margin::Margin;
