//! Withdraws a deposit; 2^64 − 1 takes all of it. Only the owner may call. An account that owes nothing needs no price.
//! Errors: NoDeposit, AmountZero, MoreThanOwned, OutflowLimit, VaultTooSmall, StalePrice, StaleIndex, InsufficientHealth.

use anchor_lang::prelude::*;
use breakwater_interface::act;

use super::MoveOut;

pub fn handle(ctx: &mut Context<MoveOut>, amount: u64) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let change = act::withdraw(ctx.accounts.on(), amount, now)?;
    ctx.accounts.pay(change)
}
