//! A call of every instruction that succeeds, and of every branch that takes other accounts.

mod admin;
mod lending;
mod liquidation;
mod perp;
mod stake;

use solana_instruction::Instruction;

use crate::place::Place;

/// A call that succeeds.
pub struct Call {
    /// The instruction.
    pub name: &'static str,
    /// Which branch of it; empty where there is one.
    pub variant: &'static str,
    /// Names of the accounts that follow the instruction's own.
    pub follow: &'static [&'static str],
    /// Prepares the place and builds the instruction.
    pub build: fn(&mut Place) -> Instruction,
}

impl Call {
    /// Instruction and variant.
    pub fn title(&self) -> String {
        if self.variant.is_empty() { self.name.to_owned() } else { format!("{} ({})", self.name, self.variant) }
    }
}

const fn call(name: &'static str, build: fn(&mut Place) -> Instruction) -> Call {
    Call { name, variant: "", follow: &[], build }
}

const fn variant(name: &'static str, variant: &'static str, build: fn(&mut Place) -> Instruction) -> Call {
    Call { name, variant, follow: &[], build }
}

const fn followed(mut call: Call, follow: &'static [&'static str]) -> Call {
    call.follow = follow;
    call
}

/// All calls.
pub const ALL: &[Call] = &[
    call("deposit", lending::deposit),
    variant("deposit", "with board", lending::deposit_with_board),
    call("repay", lending::repay),
    variant("repay", "with board", lending::repay_with_board),
    call("withdraw", lending::withdraw),
    call("borrow", lending::borrow),
    call("open_account", lending::open_account),
    call("set_delegate", lending::set_delegate),
    call("close_account", lending::close_account),
    call("upgrade_account", lending::upgrade_account),
    followed(variant("refresh", "feed", lending::refresh_feed), &["oracle"]),
    followed(variant("refresh", "bank", lending::refresh_bank), &["bank"]),
    followed(variant("refresh", "market", lending::refresh_market), &["market"]),
    call("trade", perp::trade),
    call("reduce", perp::reduce),
    call("place_order", perp::place_order),
    call("cancel_order", perp::cancel_order),
    call("execute_order", perp::execute_order),
    variant("settle", "a loss", perp::settle),
    variant("settle", "a profit", perp::settle_profit),
    call("open_liquidity", perp::open_liquidity),
    call("add_liquidity", perp::add_liquidity),
    call("request_liquidity", perp::request_liquidity),
    call("remove_liquidity", perp::remove_liquidity),
    variant("insure", "fund", perp::insure_fund),
    variant("insure", "market", perp::insure_market),
    call("open_stake", stake::open_stake),
    call("close_stake", stake::close_stake),
    call("stake", stake::stake),
    call("mature_stake", stake::mature_stake),
    call("request_unstake", stake::request_unstake),
    call("unstake", stake::unstake),
    call("restake", stake::restake),
    variant("collect", "bank", stake::collect_bank),
    variant("collect", "market", stake::collect_market),
    call("report_shortfall", liquidation::report_shortfall),
    call("touch", liquidation::touch),
    followed(variant("liquidate", "spot", liquidation::liquidate_spot), &["receipt_log"]),
    followed(variant("liquidate", "position", liquidation::liquidate_position), &["receipt_log"]),
    followed(variant("liquidate", "debt to a market", liquidation::liquidate_market_debt), &["receipt_log"]),
    followed(variant("liquidate", "profit", liquidation::liquidate_profit), &["receipt_log"]),
    variant("quote_liquidation", "whatever comes first", liquidation::quote_first),
    variant("quote_liquidation", "spot", liquidation::quote_spot),
    variant("quote_liquidation", "position", liquidation::quote_position),
    followed(variant("resolve_bankruptcy", "bank", liquidation::resolve_bank), &["receipt_log"]),
    followed(variant("resolve_bankruptcy", "quote bank", liquidation::resolve_quote_bank), &["receipt_log"]),
    followed(variant("resolve_bankruptcy", "market", liquidation::resolve_market), &["receipt_log"]),
    followed(call("deleverage", liquidation::deleverage), &["receipt_log"]),
    call("create_group", admin::create_group),
    call("list_token", admin::list_token),
    call("create_fund", admin::create_fund),
    call("create_log", admin::create_log),
    call("create_market", admin::create_market),
    call("set_lending", admin::set_lending),
    call("set_reduce_only", admin::set_reduce_only),
    call("set_weights", admin::set_weights),
    call("set_oracle", admin::set_oracle),
    call("set_liquidation", admin::set_liquidation),
    call("set_market", admin::set_market),
    call("set_market_status", admin::set_market_status),
    call("set_role", admin::set_role),
    variant("list_token", "waited", |place| admin::waited(place, admin::list_token)),
    variant("create_fund", "waited", admin::waited_fund),
    variant("create_log", "waited", admin::waited_log),
    variant("create_market", "waited", |place| admin::waited(place, admin::create_market)),
    variant("set_lending", "waited", |place| admin::waited(place, admin::set_lending)),
    variant("set_reduce_only", "waited", |place| admin::waited(place, admin::set_reduce_only)),
    variant("set_weights", "waited", |place| admin::waited(place, admin::set_weights)),
    variant("set_oracle", "waited", |place| admin::waited(place, admin::set_oracle)),
    variant("set_liquidation", "waited", |place| admin::waited(place, admin::set_liquidation)),
    variant("set_market", "waited", |place| admin::waited(place, admin::set_market)),
    variant("set_market_status", "waited", |place| admin::waited(place, admin::set_market_status)),
    variant("set_role", "waited", |place| admin::waited(place, admin::set_role)),
    call("launch_group", admin::launch_group),
    call("queue_change", admin::queue_change),
    call("veto_change", admin::veto_change),
    call("close_change", admin::close_change),
    variant("pause", "group", |place| admin::pause(place, admin::Where::Group)),
    variant("pause", "bank", |place| admin::pause(place, admin::Where::Bank)),
    variant("pause", "market", |place| admin::pause(place, admin::Where::Market)),
    variant("unpause", "group", |place| admin::unpause(place, admin::Where::Group)),
    variant("unpause", "bank", |place| admin::unpause(place, admin::Where::Bank)),
    variant("unpause", "market", |place| admin::unpause(place, admin::Where::Market)),
];
