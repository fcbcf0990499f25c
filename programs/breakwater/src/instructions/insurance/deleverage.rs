//! Makes a market whole whose pool owes more than it has, bankrupt account or not: a winner is closed at the index price and
//! keeps the part that the pool can pay, set apart until it has matured. Anybody may call, for any position above the threshold
//! of the moment, at a print as fresh as a trade's. Errors: StalePrice, StaleIndex, NoDeficit, NoPosition, NotAWinner,
//! BelowThreshold, NotQuoteBank, ReceiptLogMissing.

use anchor_lang::prelude::*;
use breakwater_interface::events::Deleveraged;
use breakwater_interface::governance::LIQUIDATE;
use breakwater_interface::receipt::{self, DeleverageInputs, MarketRecord, PositionRecord};
use breakwater_interface::snapshot;
use breakwater_interface::{Bank, MarginError, PerpMarket, RiskBoard};
use breakwater_margin::lending::Books;
use breakwater_margin::perp::{AdlTerms, MAX_AGE_TRADE};
use breakwater_margin::{NativeAmount, Snapshot, Value};

use crate::state::receipt::{Draft, Summary, basis, open};
use crate::state::sync_index;
use crate::state::verify_quote;
use crate::state::{Live, Margin, accrued, own_index};
use crate::state::{Valued, valued};

#[derive(Accounts)]
pub struct Deleverage {
    #[account(mut)]
    pub margin_account: Margin,
    #[account(mut, constraint = board.group == margin_account.group @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    #[account(constraint = bank.group == margin_account.group @ MarginError::BankOfOtherGroup)]
    pub bank: Account<Bank>,
    #[account(mut, constraint = market.group == margin_account.group @ MarginError::MarketOfOtherGroup)]
    pub market: Account<PerpMarket>,
}

impl Deleverage {
    /// What the account has beyond what it owes, quote units, and the legs that this was computed from. Where it owes
    /// something, by prices and indices of now.
    ///
    /// Errors: StalePrice, StaleIndex
    fn spare(
        &self,
        books: &Books,
        live: &Live,
        now: i64,
    ) -> core::result::Result<(NativeAmount, Snapshot), MarginError> {
        let banks = [own_index(&self.bank, books)];
        let Valued { valuation, legs } = valued(&self.margin_account, &self.board, &banks, live, now)?;
        if valuation.debts > Value::ZERO {
            valuation.verify_known(&legs)?;
        }
        Ok((valuation.spare(&snapshot::quote(&self.board, now).price), legs))
    }
}

pub fn handle(ctx: &mut Context<Deleverage>) -> Result<()> {
    let log = match ctx.accounts.board.receipts {
        0 => None,
        _ => Some(open(ctx.remaining_accounts()?, &ctx.accounts.board)?),
    };
    let accounts = &mut ctx.accounts;
    verify_quote(&accounts.bank, &accounts.board)?;
    let clock = Clock::get()?;
    let now = clock.unix_timestamp;
    accounts.board.pause.verify(LIQUIDATE, now)?;
    accounts.market.pause.verify(LIQUIDATE, now)?;
    let books = accrued(&accounts.bank, now)?;
    let mut live = Live::new(&accounts.market, &accounts.board, books.deposit_index, now, clock.slot)?;
    live.verify_fresh(MAX_AGE_TRADE)?;
    if live.deficit == 0 {
        return Err(MarginError::NoDeficit.into());
    }
    let mut held = live.touch(&mut accounts.margin_account, now)?;
    let (spare, legs) = accounts.spare(&books, &live, now)?;
    let (terms, at) = (accounts.market.config.adl(), (live.mark, live.index));
    let (before, winner) = (MarketRecord::of(live.number, &live.books, at), PositionRecord::of(&held.position));
    let step = live.books.deleverage(&mut held.position, &terms, spare, at, clock.slot).map_err(MarginError::from)?;
    live.hold(&mut accounts.margin_account, &held);
    live.deficit = live.books.judge(live.mark, live.index, clock.slot).map_err(MarginError::from)?;
    live.sync(&mut accounts.board, now)?;
    // What was set apart is worth its amount at this index, not at an older one.
    sync_index(&mut accounts.board, accounts.bank.token, &books, now)?;
    accounts.market.set_books(&live.books);
    let account = *accounts.margin_account.address();
    let event = Deleveraged::of(account, &step, live.mark, live.deficit, live.number);
    let Some(log) = log else {
        emit!(event);
        return Ok(());
    };
    let AdlTerms { threshold, slots } = terms;
    let head = DeleverageInputs {
        basis: basis(&accounts.board, &legs, (clock.slot, now)),
        market: before,
        position: winner,
        threshold,
        slots,
    };
    let (kind, of) = (receipt::DELEVERAGING, (live.number, 0));
    let summary = Summary { account, kind, legs: of, amount: step.closed, result: step.secured };
    Draft::new::<Deleveraged, _>(log, &head.basis, &head, &legs).keep(&event, summary)
}
