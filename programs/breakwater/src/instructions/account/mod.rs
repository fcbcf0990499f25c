//! Opening, delegating and closing a margin account.
pub mod close_account;
pub mod open_account;
pub mod set_delegate;
