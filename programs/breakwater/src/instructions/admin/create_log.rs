//! Creates the group's receipt log. From then on every liquidation, write-off and deleveraging leaves a receipt in it. Admin or
//! risk manager, once; after the launch it waits. Errors: NotRiskManager, ChangeMustWait and those of queued changes.

use anchor_lang::prelude::*;
use breakwater_interface::{Group, MarginError, ReceiptLog, RiskBoard, seeds};

use super::control::*;

#[derive(Accounts)]
pub struct CreateLog {
    #[account(mut)]
    pub authority: Signer,
    pub group: Account<Group>,
    #[account(mut, address = group.board @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    #[account(
        init,
        payer = authority,
        space = 8 + core::mem::size_of::<ReceiptLog>(),
        seeds = [seeds::RECEIPTS, group.address().as_ref()],
        bump
    )]
    pub receipt_log: Account<ReceiptLog>,
    pub system_program: Program<System>,
    pub control: Nested<Control>,
}

pub fn handle(ctx: &mut Context<CreateLog>) -> Result<()> {
    let bump = ctx.bumps.receipt_log;
    let CreateLog { authority, group, board, receipt_log, control, .. } = &mut ctx.accounts;
    control.warrant(group, authority.address(), board.address())?.verify_waited(true)?;
    receipt_log.group = *group.address();
    receipt_log.bump = bump;
    board.receipts = 1;
    Ok(())
}
