//! The queue of changes. Admin or risk manager queue an instruction; the guardian may veto it, and who queues may take it back;
//! once it is due anybody may send the very instruction with the change. Errors: AdminByProgram, AdminByNonce, NotRiskManager,
//! NotAdmin, NotGoverned, VetoNotAllowed, ChangeOfOtherGroup, ChangeIsOver, ChangeIsWaiting, NotProposer.

use anchor_lang::prelude::*;
use breakwater_interface::events::{ChangeQueued, ChangeVetoed};
use breakwater_interface::governance::{
    EXPIRY, GUARDIAN, GUARDIAN_TIMELOCK, MAX_CHANGE_DATA, TIMELOCK, VETOED, WAITING,
};
use breakwater_interface::{Group, MarginError, QueuedChange, seeds};

use super::control::*;
use crate::instruction;

#[derive(Accounts)]
pub struct QueueChange {
    #[account(mut)]
    pub authority: Signer,
    #[account(mut)]
    pub group: Account<Group>,
    #[account(
        init,
        payer = authority,
        space = 8 + core::mem::size_of::<QueuedChange>(),
        seeds = [seeds::CHANGE, group.address().as_ref(), &group.changes.to_le_bytes()],
        bump
    )]
    pub change: Account<QueuedChange>,
    pub system_program: Program<System>,
    pub direct: Nested<Direct>,
}

#[derive(Accounts)]
pub struct VetoChange {
    pub authority: Signer,
    pub group: Account<Group>,
    #[account(mut, constraint = change.group == *group.address() @ MarginError::ChangeOfOtherGroup)]
    pub change: Account<QueuedChange>,
    pub direct: Nested<Direct>,
}

#[derive(Accounts)]
pub struct CloseChange {
    #[account(mut, address = change.proposer @ MarginError::NotProposer)]
    pub proposer: UncheckedAccount,
    #[account(mut, close = proposer)]
    pub change: Account<QueuedChange>,
}

/// The role that an instruction hands over, if that is what it does.
fn role_in(data: &[u8]) -> Option<u8> {
    data.strip_prefix(instruction::SetRole::DISCRIMINATOR)?.first().copied()
}

/// Whether an instruction may wait in the queue.
fn is_governed(data: &[u8]) -> bool {
    const GOVERNED: [&[u8]; 12] = [
        instruction::ListToken::DISCRIMINATOR,
        instruction::CreateFund::DISCRIMINATOR,
        instruction::CreateLog::DISCRIMINATOR,
        instruction::CreateMarket::DISCRIMINATOR,
        instruction::SetLending::DISCRIMINATOR,
        instruction::SetReduceOnly::DISCRIMINATOR,
        instruction::SetWeights::DISCRIMINATOR,
        instruction::SetOracle::DISCRIMINATOR,
        instruction::SetLiquidation::DISCRIMINATOR,
        instruction::SetMarket::DISCRIMINATOR,
        instruction::SetMarketStatus::DISCRIMINATOR,
        instruction::SetRole::DISCRIMINATOR,
    ];
    data.len() <= MAX_CHANGE_DATA && GOVERNED.iter().any(|discriminator| data.starts_with(discriminator))
}

pub fn queue(ctx: &mut Context<QueueChange>, target: Address, data: &[u8]) -> Result<()> {
    let bump = ctx.bumps.change;
    let QueueChange { authority, group, change, direct, .. } = &mut ctx.accounts;
    direct.verify()?;
    may_set(group, authority.address())?;
    if !is_governed(data) {
        return Err(MarginError::NotGoverned.into());
    }
    let role = role_in(data);
    if role.is_some() && group.admin != *authority.address() {
        return Err(MarginError::NotAdmin.into());
    }
    let now = Clock::get()?.unix_timestamp;
    let wait = if role == Some(GUARDIAN) { GUARDIAN_TIMELOCK } else { TIMELOCK };
    change.group = *group.address();
    change.proposer = *authority.address();
    change.target = target;
    change.queued_at = now;
    change.due_at = now.saturating_add(wait);
    change.expires_at = change.due_at.saturating_add(EXPIRY);
    change.number = group.changes;
    change.data[..data.len()].copy_from_slice(data);
    change.length = data.len() as u16;
    change.status = WAITING;
    change.bump = bump;
    group.changes = group.changes.saturating_add(1);
    let (due_at, expires_at) = (change.due_at, change.expires_at);
    let (group, proposer) = (change.group, change.proposer);
    emit!(ChangeQueued { group, change: *change.address(), target, proposer, due_at, expires_at });
    Ok(())
}

/// The guardian may veto whatever waits but its own replacement, the admin take anything back, and the risk manager all but
/// roles.
fn may_veto(group: &Group, signer: &Address, role: Option<u8>) -> bool {
    group.admin == *signer
        || group.guardian == *signer && role != Some(GUARDIAN)
        || group.risk_manager == *signer && role.is_none()
}

pub fn veto(ctx: &mut Context<VetoChange>) -> Result<()> {
    let VetoChange { authority, group, change, direct } = &mut ctx.accounts;
    direct.verify()?;
    if !may_veto(group, authority.address(), role_in(change.data())) {
        return Err(MarginError::VetoNotAllowed.into());
    }
    if change.status != WAITING {
        return Err(MarginError::ChangeIsOver.into());
    }
    change.status = VETOED;
    emit!(ChangeVetoed { group: change.group, change: *change.address(), authority: *authority.address() });
    Ok(())
}

/// Gives the rent of a change back that is over. Anybody may call.
pub fn close(ctx: &mut Context<CloseChange>) -> Result<()> {
    if !ctx.accounts.change.is_over(Clock::get()?.unix_timestamp) {
        return Err(MarginError::ChangeIsWaiting.into());
    }
    Ok(())
}
