//! Breakwater: cross-margin accounts, lending banks and liquidations whose price, leg, size and bonus the program decides.
//!
//! This file only lists the instructions. A handler reads like a sentence: load, accrue, snapshot, decide, apply, move
//! tokens, emit. Economics live in `breakwater-margin`, bytes in `breakwater-interface`; `docs/spec.md` has the formulas.
#![deny(unsafe_code)]

use anchor_lang::prelude::*;
use breakwater_interface::config::{LendingConfig, LiquidationConfig, OracleConfig, WeightConfig};
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

    pub fn set_weights(ctx: &mut Context<SetBoard>, token: u8, weights: WeightConfig) -> Result<()> {
        instructions::set_board::set_weights(ctx, token, weights)
    }

    pub fn set_oracle(ctx: &mut Context<SetBoard>, token: u8, oracle: OracleConfig) -> Result<()> {
        instructions::set_board::set_oracle(ctx, token, oracle)
    }

    pub fn set_liquidation(ctx: &mut Context<SetBoard>, liquidation: LiquidationConfig) -> Result<()> {
        instructions::set_board::set_liquidation(ctx, liquidation)
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

    pub fn liquidate(ctx: &mut Context<Liquidate>, max_repay: u64) -> Result<()> {
        instructions::liquidate::handle(ctx, max_repay)
    }

    pub fn resolve_bankruptcy(ctx: &mut Context<ResolveBankruptcy>) -> Result<()> {
        instructions::resolve_bankruptcy::handle(ctx)
    }
}
