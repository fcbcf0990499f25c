//! Opening, delegating, upgrading and closing a margin account.
pub mod close_account;
pub mod open_account;
pub mod set_delegate;
pub mod upgrade_account;
