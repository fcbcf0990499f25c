//! Creates a group and takes over an all-zero risk board. Anybody may; the creator becomes admin, risk manager and
//! guardian, and prepares the group until it launches it.
//! Errors: ConfigLiquidation.
// The derive binds the argument also where it does not use it.
#![allow(unused_variables)]

use anchor_lang::prelude::*;
use breakwater_interface::accounts::GROUP_VERSION;
use breakwater_interface::config::LiquidationConfig;
use breakwater_interface::{Group, RiskBoard, seeds};

#[derive(Accounts)]
#[instruction(number: u16)]
pub struct CreateGroup {
    #[account(mut)]
    pub creator: Signer,
    #[account(
        init,
        payer = creator,
        space = 8 + core::mem::size_of::<Group>(),
        seeds = [seeds::GROUP, creator.address().as_ref(), &number.to_le_bytes()],
        bump
    )]
    pub group: Account<Group>,
    #[account(zeroed)]
    pub board: Account<RiskBoard>,
    pub system_program: Program<System>,
}

pub fn handle(ctx: &mut Context<CreateGroup>, number: u16, liquidation: LiquidationConfig) -> Result<()> {
    liquidation.verify()?;
    let creator = *ctx.accounts.creator.address();
    let bump = ctx.bumps.group;
    let CreateGroup { group, board, .. } = &mut ctx.accounts;
    group.creator = creator;
    group.admin = creator;
    group.risk_manager = creator;
    group.guardian = creator;
    group.board = *board.address();
    group.number = number;
    group.bump = bump;
    group.version = GROUP_VERSION;
    board.group = *group.address();
    board.liquidation = liquidation;
    board.version = GROUP_VERSION;
    Ok(())
}
