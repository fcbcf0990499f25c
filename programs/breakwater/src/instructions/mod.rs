//! One file for each instruction: who may call, what it changes, accounts, validation, handler.

mod token;

mod account;
mod admin;
mod crank;
mod insurance;
mod lending;
mod liquidation;
mod perp;

pub use account::{close_account, open_account, set_delegate, upgrade_account};
pub use admin::{
    create_group, create_log, create_market, list_token, pause, queue, roles, set_bank, set_board, set_market,
};
pub use crank::refresh;
pub use insurance::{collect, create_fund, deleverage, insure, report_shortfall, stake};
pub use lending::{borrow, deposit, repay, withdraw};
pub use liquidation::{flag, liquidate, quote, resolve_bankruptcy};
pub use perp::{execute_order, liquidity, orders, settle, trade};

pub use account::close_account::*;
pub use account::open_account::*;
pub use account::set_delegate::*;
pub use account::upgrade_account::*;
pub use admin::create_group::*;
pub use admin::create_log::*;
pub use admin::create_market::*;
pub use admin::list_token::*;
pub use admin::pause::{SetPause, *};
pub use admin::queue::*;
pub use admin::roles::*;
pub use admin::set_bank::*;
pub use admin::set_board::*;
pub use admin::set_market::*;
pub use crank::refresh::*;
pub use insurance::collect::*;
pub use insurance::create_fund::*;
pub use insurance::deleverage::*;
pub use insurance::insure::*;
pub use insurance::report_shortfall::*;
pub use insurance::stake::*;
pub use lending::move_in::*;
pub use lending::move_out::*;
pub use lending::{MoveIn, MoveOut};
pub use liquidation::flag::*;
pub use liquidation::liquidate::*;
pub use liquidation::quote::*;
pub use liquidation::resolve_bankruptcy::*;
pub use perp::execute_order::*;
pub use perp::liquidity::*;
pub use perp::orders::*;
pub use perp::settle::*;
pub use perp::trade::*;
