//! Breakwater: cross-margin accounts, lending banks and liquidations whose price, leg, size and bonus the program decides.
//!
//! This file only lists the instructions. A handler reads like a sentence: load, accrue, snapshot, decide, apply, move
//! tokens, emit. Economics live in `breakwater-margin`, bytes in `breakwater-interface`; `docs/spec.md` has the formulas.
#![deny(unsafe_code)]

use anchor_lang::prelude::*;
use breakwater_interface::TriggerOrder;
use breakwater_interface::config::{LendingConfig, LiquidationConfig, OracleConfig, PerpConfig, WeightConfig};
#[cfg(target_arch = "bpf")]
use breakwater_sbf_builtins as _;

mod instructions;
mod state;

use instructions::*;

declare_id!("BreakwaterLiquidationEngine11111111111111111");

#[cfg(not(feature = "no-entrypoint"))]
solana_security_txt::security_txt! {
    name: "Breakwater",
    project_url: "https://github.com/breakwater-labs/breakwater",
    contacts: "link:https://github.com/breakwater-labs/breakwater/security",
    policy: "https://github.com/breakwater-labs/breakwater/blob/main/SECURITY.md"
}

#[program]
pub mod breakwater {
    use super::*;

    pub fn create_group(ctx: &mut Context<CreateGroup>, number: u16, liquidation: LiquidationConfig) -> Result<()> {
        instructions::create_group::handle(ctx, number, liquidation)
    }

    pub fn list_token(
        ctx: &mut Context<ListToken>,
        lending: LendingConfig,
        weights: WeightConfig,
        oracle: OracleConfig,
    ) -> Result<()> {
        instructions::list_token::handle(ctx, lending, weights, oracle)
    }

    pub fn set_lending(ctx: &mut Context<SetBank>, lending: LendingConfig) -> Result<()> {
        instructions::set_bank::set_lending(ctx, lending)
    }

    pub fn set_reduce_only(ctx: &mut Context<SetBank>, reduce_only: u8) -> Result<()> {
        instructions::set_bank::set_reduce_only(ctx, reduce_only)
    }

    pub fn set_weights(ctx: &mut Context<SetWeights>, weights: WeightConfig) -> Result<()> {
        instructions::set_board::set_weights(ctx, weights)
    }

    pub fn set_oracle(ctx: &mut Context<SetBoard>, token: u8, oracle: OracleConfig) -> Result<()> {
        instructions::set_board::set_oracle(ctx, token, oracle)
    }

    pub fn set_liquidation(ctx: &mut Context<SetBoard>, liquidation: LiquidationConfig) -> Result<()> {
        instructions::set_board::set_liquidation(ctx, liquidation)
    }

    pub fn queue_change(ctx: &mut Context<QueueChange>, target: Address, data: &[u8]) -> Result<()> {
        instructions::queue::queue(ctx, target, data)
    }

    pub fn veto_change(ctx: &mut Context<VetoChange>) -> Result<()> {
        instructions::queue::veto(ctx)
    }

    pub fn close_change(ctx: &mut Context<CloseChange>) -> Result<()> {
        instructions::queue::close(ctx)
    }

    pub fn set_role(ctx: &mut Context<SetRole>, role: u8) -> Result<()> {
        instructions::roles::set_role(ctx, role)
    }

    pub fn launch_group(ctx: &mut Context<LaunchGroup>) -> Result<()> {
        instructions::roles::launch(ctx)
    }

    pub fn pause(ctx: &mut Context<SetPause>, actions: u8, seconds: u32) -> Result<()> {
        instructions::pause::pause(ctx, actions, seconds)
    }

    pub fn unpause(ctx: &mut Context<SetPause>) -> Result<()> {
        instructions::pause::unpause(ctx)
    }

    pub fn open_account(ctx: &mut Context<OpenAccount>, number: u16) -> Result<()> {
        instructions::open_account::handle(ctx, number)
    }

    pub fn set_delegate(ctx: &mut Context<SetDelegate>, delegate: Address) -> Result<()> {
        instructions::set_delegate::handle(ctx, delegate)
    }

    pub fn close_account(ctx: &mut Context<CloseAccount>) -> Result<()> {
        instructions::close_account::handle(ctx)
    }

    pub fn deposit(ctx: &mut Context<MoveIn>, amount: u64) -> Result<()> {
        instructions::deposit::handle(ctx, amount)
    }

    pub fn repay(ctx: &mut Context<MoveIn>, amount: u64) -> Result<()> {
        instructions::repay::handle(ctx, amount)
    }

    pub fn withdraw(ctx: &mut Context<MoveOut>, amount: u64) -> Result<()> {
        instructions::withdraw::handle(ctx, amount)
    }

    pub fn borrow(ctx: &mut Context<MoveOut>, amount: u64) -> Result<()> {
        instructions::borrow::handle(ctx, amount)
    }

    pub fn refresh(ctx: &mut Context<Refresh>, items: &[u8]) -> Result<()> {
        instructions::refresh::handle(ctx, items)
    }

    pub fn create_fund(ctx: &mut Context<CreateFund>, epoch_cap: u16) -> Result<()> {
        instructions::create_fund::handle(ctx, epoch_cap)
    }

    pub fn create_log(ctx: &mut Context<CreateLog>) -> Result<()> {
        instructions::create_log::handle(ctx)
    }

    pub fn create_market(
        ctx: &mut Context<CreateMarket>,
        number: u8,
        config: PerpConfig,
        oracle: OracleConfig,
    ) -> Result<()> {
        instructions::create_market::handle(ctx, number, config, oracle)
    }

    pub fn set_market(ctx: &mut Context<SetMarket>, config: PerpConfig) -> Result<()> {
        instructions::set_market::set_market(ctx, config)
    }

    pub fn set_market_status(ctx: &mut Context<SetMarketStatus>, status: u8, expires_at: i64) -> Result<()> {
        instructions::set_market::set_market_status(ctx, status, expires_at)
    }

    pub fn trade(ctx: &mut Context<Trade>, delta: i64, limit: u64) -> Result<()> {
        instructions::trade::trade(ctx, delta, limit)
    }

    pub fn reduce(ctx: &mut Context<Trade>, size: u64, limit: u64) -> Result<()> {
        instructions::trade::reduce(ctx, size, limit)
    }

    pub fn place_order(ctx: &mut Context<PlaceOrder>, slot: u8, order: TriggerOrder) -> Result<()> {
        instructions::orders::place(ctx, slot, order)
    }

    pub fn cancel_order(ctx: &mut Context<CancelOrder>, slot: u8) -> Result<()> {
        instructions::orders::cancel(ctx, slot)
    }

    pub fn execute_order(ctx: &mut Context<ExecuteOrder>, slot: u8) -> Result<()> {
        instructions::execute_order::handle(ctx, slot)
    }

    pub fn settle(ctx: &mut Context<Settle>, amount: u64) -> Result<()> {
        instructions::settle::handle(ctx, amount)
    }

    pub fn open_liquidity(ctx: &mut Context<OpenLiquidity>) -> Result<()> {
        instructions::liquidity::open(ctx)
    }

    pub fn add_liquidity(ctx: &mut Context<ChangeLiquidity>, amount: u64) -> Result<()> {
        instructions::liquidity::add(ctx, amount)
    }

    pub fn request_liquidity(ctx: &mut Context<RequestLiquidity>, shares: u64) -> Result<()> {
        instructions::liquidity::request(ctx, shares)
    }

    pub fn remove_liquidity(ctx: &mut Context<ChangeLiquidity>) -> Result<()> {
        instructions::liquidity::remove(ctx)
    }

    pub fn insure(ctx: &mut Context<Insure>, amount: u64) -> Result<()> {
        instructions::insure::handle(ctx, amount)
    }

    pub fn open_stake(ctx: &mut Context<OpenStake>) -> Result<()> {
        instructions::stake::open(ctx)
    }

    pub fn close_stake(ctx: &mut Context<CloseStake>) -> Result<()> {
        instructions::stake::close(ctx)
    }

    pub fn stake(ctx: &mut Context<ChangeStake>, amount: u64) -> Result<()> {
        instructions::stake::stake(ctx, amount)
    }

    pub fn mature_stake(ctx: &mut Context<MatureStake>) -> Result<()> {
        instructions::stake::mature(ctx)
    }

    pub fn request_unstake(ctx: &mut Context<RequestUnstake>, units: u64) -> Result<()> {
        instructions::stake::request(ctx, units)
    }

    pub fn unstake(ctx: &mut Context<ChangeStake>) -> Result<()> {
        instructions::stake::unstake(ctx)
    }

    pub fn restake(ctx: &mut Context<Restake>) -> Result<()> {
        instructions::stake::restake(ctx)
    }

    pub fn collect(ctx: &mut Context<Collect>) -> Result<()> {
        instructions::collect::handle(ctx)
    }

    pub fn report_shortfall(ctx: &mut Context<ReportShortfall>) -> Result<()> {
        instructions::report_shortfall::handle(ctx)
    }

    pub fn upgrade_account(ctx: &mut Context<UpgradeAccount>) -> Result<()> {
        instructions::upgrade_account::handle(ctx)
    }

    pub fn liquidate(ctx: &mut Context<Liquidate>, most: u64) -> Result<()> {
        instructions::liquidate::handle(ctx, most)
    }

    pub fn touch(ctx: &mut Context<TouchAccount>) -> Result<()> {
        instructions::flag::handle(ctx)
    }

    pub fn quote_liquidation(ctx: &mut Context<QuoteLiquidation>, most: u64) -> Result<()> {
        instructions::quote::handle(ctx, most)
    }

    pub fn deleverage(ctx: &mut Context<Deleverage>) -> Result<()> {
        instructions::deleverage::handle(ctx)
    }

    pub fn resolve_bankruptcy(ctx: &mut Context<ResolveBankruptcy>) -> Result<()> {
        instructions::resolve_bankruptcy::handle(ctx)
    }
}
