//! Reports what the shared fund may have to pay for an account: its negative equity, as far as it owes quote tokens, at
//! prices as fresh as a write-off wants. Anybody may call, again and again; what was reported before is replaced, downwards
//! too. An account that owes nothing needs no price. Errors: BoardOfOtherGroup, FundOfOtherGroup, NotQuoteBank, StalePrice,
//! StaleIndex.

use anchor_lang::prelude::*;
use breakwater_interface::events::ShortfallReported;
use breakwater_interface::snapshot::{self, Own};
use breakwater_interface::{Bank, InsuranceFund, MarginAccount, MarginError, RiskBoard};
use breakwater_margin::lending::Books;
use breakwater_margin::stake::exposed;
use breakwater_margin::{Snapshot, health};

use crate::state::{Margin, accrued, own_index};

#[derive(Accounts)]
pub struct ReportShortfall {
    #[account(mut)]
    pub margin_account: Margin,
    #[account(constraint = board.group == margin_account.group @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    #[account(address = fund.bank @ MarginError::NotQuoteBank)]
    pub bank: Account<Bank>,
    #[account(mut, constraint = fund.group == margin_account.group @ MarginError::FundOfOtherGroup)]
    pub fund: Account<InsuranceFund>,
}

/// What the fund may have to pay for an account, quote units.
fn shortfall(
    account: &MarginAccount,
    board: &RiskBoard,
    (bank, books): (&Bank, &Books),
    now: i64,
) -> core::result::Result<u64, MarginError> {
    if account.is_riskless() {
        return Ok(0);
    }
    let mut legs = Snapshot::with_capacity(account.tokens.len());
    let banks = [own_index(bank, books)];
    snapshot::build(&mut legs, board, account, &Own::banks(&banks), now)?;
    Ok(exposed(&health::value(&legs)?, &legs, &snapshot::quote(board, now))?)
}

pub fn handle(ctx: &mut Context<ReportShortfall>) -> Result<()> {
    let ReportShortfall { margin_account, board, bank, fund, .. } = &mut ctx.accounts;
    let now = Clock::get()?.unix_timestamp;
    let books = accrued(bank, now)?;
    let missing = shortfall(margin_account, board, (bank, &books), now)?;
    let before = core::mem::replace(&mut margin_account.shortfall, missing);
    fund.replace_shortfall(before, missing)?;
    let frozen = fund.judge(books.deposit_index, now)?;
    emit!(ShortfallReported {
        account: *margin_account.address(),
        before,
        shortfall: missing,
        known: fund.known_shortfall,
        frozen: frozen.into(),
    });
    Ok(())
}
