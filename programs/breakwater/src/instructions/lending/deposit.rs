//! Deposits tokens. The owner may deposit any listed token; anybody else only one that the account holds already, so that
//! nobody can stuff its slots. What arrives is what counts. Quote tokens that the account owes to markets may be deposited
//! whatever the bank's state: they are a repayment, which `settle` completes; the board tells which token that is. Errors:
//! BankReduceOnly, StrangerMayOnlyTopUp, OverDepositCap, PositionIsDebt, TokenSlotsFull, AmountZero, BoardMissing.

use anchor_lang::prelude::*;
use breakwater_interface::act;

use super::MoveIn;

pub fn handle(ctx: &mut Context<MoveIn>, amount: u64) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let (on, pipe) = ctx.accounts.split();
    let change = act::deposit(on, amount, now, |bank, sent| pipe.pull(bank, sent))?;
    ctx.accounts.tell(change);
    Ok(())
}
