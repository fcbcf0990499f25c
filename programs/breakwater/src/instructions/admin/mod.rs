//! Groups, listings and parameters. Every bound of `docs/spec.md` §7 is enforced here through `breakwater_margin::config`.
pub mod control;
pub mod create_group;
pub mod create_log;
pub mod create_market;
pub mod list_token;
pub mod pause;
pub mod queue;
pub mod roles;
pub mod set_bank;
pub mod set_board;
pub mod set_market;
