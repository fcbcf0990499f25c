//! Withdraws a deposit; 2^64 − 1 takes all of it. Only the owner may call. An account that owes nothing needs no price.
//! Errors: NoDeposit, AmountZero, MoreThanOwned, OutflowLimit, VaultTooSmall, StalePrice, StaleIndex, InsufficientHealth.

use anchor_lang::prelude::*;
use breakwater_interface::events::WITHDRAW;
use breakwater_interface::governance;

use super::MoveOut;
use super::move_in::Change;
use crate::state::{Brake, Ledger, accrued};

pub fn handle(ctx: &mut Context<MoveOut>, amount: u64) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let now = Clock::get()?.unix_timestamp;
    let token = accounts.bank.token;
    let mut books = accrued(&accounts.bank, now)?;
    let brake = Brake::of(&accounts.bank, &books, now)?;
    let mut ledger = Ledger { account: &mut accounts.margin_account, books: &mut books, token };
    let amount = ledger.withdraw(amount)?;
    let shares = ledger.shares();
    if !accounts.margin_account.is_riskless() {
        accounts.verify_running(governance::WITHDRAW, now)?;
    }
    brake.give_out(&mut accounts.bank, amount)?;
    accounts.verify_health(&books, now)?;
    let change = Change { action: WITHDRAW, amount, shares, index: books.deposit_index.0 };
    accounts.finish(&mut books, change, now)
}
