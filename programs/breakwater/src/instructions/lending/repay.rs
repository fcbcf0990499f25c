//! Repays a debt, the signer's tokens for anybody's account; at most what is owed is taken. Of a mint with a transfer fee
//! as much more may be sent as the fee can take; what arrives beyond the debt becomes a deposit. No pause, cap, price or
//! reduce-only bank ever blocks it. Errors: NoDebt, AmountZero, BoardMissing.

use anchor_lang::prelude::*;
use breakwater_interface::act;

use super::MoveIn;

pub fn handle(ctx: &mut Context<MoveIn>, amount: u64) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let (on, pipe) = ctx.accounts.split();
    let change = act::repay(on, amount, now, |bank, sent| pipe.pull(bank, sent))?;
    ctx.accounts.tell(change);
    Ok(())
}
