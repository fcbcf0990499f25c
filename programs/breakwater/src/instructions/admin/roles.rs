//! Hands a role over, in two steps: the admin queues it for a new holder, and that one signs once it is due. Before the launch
//! both sign at once. `launch_group` ends the preparation. Errors: AdminByProgram, AdminByNonce, NotAdmin, UnknownRole,
//! RolesNotSeparate, ChangeMustWait, GroupIsLaunched and the errors of queued changes.

use anchor_lang::prelude::*;
use breakwater_interface::events::{GroupLaunched, RoleSet};
use breakwater_interface::{Group, MarginError};

use super::control::*;

#[derive(Accounts)]
pub struct SetRole {
    /// The admin; anybody for a change that has waited.
    pub authority: Signer,
    #[account(mut)]
    pub group: Account<Group>,
    /// Accepts the role.
    pub holder: Signer,
    pub control: Nested<Control>,
}

pub fn set_role(ctx: &mut Context<SetRole>, role: u8) -> Result<()> {
    let SetRole { authority, group, holder, control } = &mut ctx.accounts;
    let warrant = control.warrant(group, authority.address(), holder.address())?;
    warrant.verify_waited(true)?;
    if matches!(warrant, Warrant::Preparing) && group.admin != *authority.address() {
        return Err(MarginError::NotAdmin.into());
    }
    *group.holder(role)? = *holder.address();
    if group.launched == 1 {
        group.verify_separate()?;
    }
    emit!(RoleSet { group: *group.address(), holder: *holder.address(), role: role.into() });
    Ok(())
}

#[derive(Accounts)]
pub struct LaunchGroup {
    pub admin: Signer,
    #[account(mut)]
    pub group: Account<Group>,
    pub direct: Nested<Direct>,
}

/// From now on the group takes users, and changes wait. It never goes back.
pub fn launch(ctx: &mut Context<LaunchGroup>) -> Result<()> {
    let LaunchGroup { admin, group, direct } = &mut ctx.accounts;
    direct.verify()?;
    if group.admin != *admin.address() {
        return Err(MarginError::NotAdmin.into());
    }
    if group.launched != 0 {
        return Err(MarginError::GroupIsLaunched.into());
    }
    group.verify_separate()?;
    group.launched = 1;
    emit!(GroupLaunched { group: *group.address() });
    Ok(())
}
