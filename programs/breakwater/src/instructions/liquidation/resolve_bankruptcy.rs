//! Writes off one debt of an account that has nothing left to seize. Anybody may call. A debt to a bank: its tranche pays,
//! for the quote bank the shared fund, then the lenders of that token; the lower deposit index reaches the board in the same
//! instruction. A debt to a market: what is left of the position is closed and its pool bears the loss; what the pool then
//! owes beyond what it has the market's tranche pays, and after it the shared fund. Errors: NotBankrupt, StalePrice,
//! StaleIndex, NoDebt, NoPosition, NotQuoteBank, FundMissing, ReceiptLogMissing.

use anchor_lang::prelude::*;
use breakwater_interface::accounts::SIDE_DEBT;
use breakwater_interface::events::{BankruptcyResolved, MarketLossResolved};
use breakwater_interface::governance::LIQUIDATE;
use breakwater_interface::receipt::{
    self, BankLossInputs, BooksRecord, MarketLossInputs, MarketRecord, PositionRecord, PurseRecord,
};
use breakwater_interface::snapshot::{self, Own};
use breakwater_interface::{Bank, InsuranceFund, MarginError, PerpMarket, RiskBoard};
use breakwater_margin::lending::Books;
use breakwater_margin::price::MAX_AGE_LIQUIDATION;
use breakwater_margin::waterfall::{write_off, write_off_position};
use breakwater_margin::{Snapshot, health};

use crate::state::Held;
use crate::state::receipt::{Draft, Summary, basis, open};
use crate::state::sync_index;
use crate::state::verify_quote;
use crate::state::{Live, Margin, accrued, own_index, settle};

#[derive(Accounts)]
pub struct ResolveBankruptcy {
    #[account(mut)]
    pub margin_account: Margin,
    #[account(mut, constraint = board.group == margin_account.group @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    #[account(mut, constraint = bank.group == margin_account.group @ MarginError::BankOfOtherGroup)]
    pub bank: Account<Bank>,
    #[account(mut, constraint = market.group == margin_account.group @ MarginError::MarketOfOtherGroup)]
    pub market: Option<Account<PerpMarket>>,
    #[account(mut, constraint = fund.group == margin_account.group @ MarginError::FundOfOtherGroup)]
    pub fund: Option<Account<InsuranceFund>>,
}

impl ResolveBankruptcy {
    /// Confirms that nothing is left to seize, and returns the legs.
    fn verify_bankrupt(
        &self,
        books: &Books,
        live: Option<&Live>,
        clock: &Clock,
    ) -> core::result::Result<Snapshot, MarginError> {
        let now = clock.unix_timestamp;
        let mut legs = Snapshot::with_capacity(self.margin_account.tokens.len());
        let banks = [own_index(&self.bank, books)];
        let own = Own { banks: &banks, market: live.map(Live::own).transpose()? };
        snapshot::build(&mut legs, &self.board, &self.margin_account, &own, now)?;
        health::value(&legs)?.verify_bankrupt(&legs, live.map(|live| live.number))?;
        Ok(legs)
    }
}

pub fn handle(ctx: &mut Context<ResolveBankruptcy>) -> Result<()> {
    let log = match ctx.accounts.board.receipts {
        0 => None,
        _ => Some(open(ctx.remaining_accounts()?, &ctx.accounts.board)?),
    };
    let accounts = &mut ctx.accounts;
    let clock = Clock::get()?;
    accounts.board.pause.verify(LIQUIDATE, clock.unix_timestamp)?;
    accounts.bank.pause.verify(LIQUIDATE, clock.unix_timestamp)?;
    if let Some(market) = &accounts.market {
        market.pause.verify(LIQUIDATE, clock.unix_timestamp)?;
    }
    let books = accrued(&accounts.bank, clock.unix_timestamp)?;
    match accounts.market {
        Some(_) => resolve_market(accounts, log, books, &clock),
        None => resolve_bank(accounts, log, books, &clock),
    }
}

fn resolve_bank(
    accounts: &mut ResolveBankruptcy,
    log: Option<AccountView>,
    mut books: Books,
    clock: &Clock,
) -> Result<()> {
    let legs = accounts.verify_bankrupt(&books, None, clock)?;
    let now = clock.unix_timestamp;
    let ResolveBankruptcy { margin_account, board, bank, fund, .. } = accounts;
    let slot = margin_account.find(bank.token).ok_or(MarginError::NoDebt)?;
    let position = margin_account.tokens[slot];
    if position.side != SIDE_DEBT {
        return Err(MarginError::NoDebt.into());
    }
    let in_quote = verify_quote(bank, board).is_ok();
    let mut purse = match fund {
        Some(fund) if in_quote => Some(fund.fund()),
        None if in_quote => return Err(MarginError::FundMissing.into()),
        _ => None,
    };
    let (before, fund_before) = (BooksRecord::of(&books), PurseRecord::of(purse.as_ref(), bank.reduce_only));
    let loss = write_off(&mut books, position.shares, purse.as_mut(), now).map_err(MarginError::from)?;
    if let (Some(fund), Some(purse)) = (fund, &purse) {
        fund.set_fund(purse);
    }
    margin_account.tokens[slot] = bytemuck::Zeroable::zeroed();
    bank.socialised = bank.socialised.saturating_add(loss.socialised);
    bank.reduce_only |= u8::from(loss.reduce_only);
    sync_index(board, bank.token, &books, now)?;
    settle(bank, &books, now)?;

    let account = *margin_account.address();
    let event = BankruptcyResolved::of(account, &loss, bank.token, (books.deposit_index, bank.reduce_only));
    let Some(log) = log else {
        emit!(event);
        return Ok(());
    };
    let basis = basis(board, &legs, (clock.slot, now));
    let head = BankLossInputs { basis, books: before, owed: position.shares, fund: fund_before };
    let (kind, of) = (receipt::BANK_LOSS, (bank.token, 0));
    let summary = Summary { account, kind, legs: of, amount: loss.deficit, result: loss.socialised };
    Draft::new::<BankruptcyResolved, _>(log, &head.basis, &head, &legs).keep(&event, summary)
}

fn resolve_market(
    accounts: &mut ResolveBankruptcy,
    log: Option<AccountView>,
    books: Books,
    clock: &Clock,
) -> Result<()> {
    verify_quote(&accounts.bank, &accounts.board)?;
    let now = clock.unix_timestamp;
    let market = accounts.market.as_deref().ok_or(MarginError::LegAccounts)?;
    let mut live = Live::new(market, &accounts.board, books.deposit_index, now, clock.slot)?;
    live.verify_fresh(MAX_AGE_LIQUIDATION)?;
    let Held { slot, mut position } = live.touch(&mut accounts.margin_account, now)?;
    let legs = accounts.verify_bankrupt(&books, Some(&live), clock)?;
    if position.pnl(live.mark) >= 0 {
        return Err(MarginError::NoDebt.into());
    }
    let ResolveBankruptcy { margin_account, board, bank, market, fund } = accounts;
    let fund = fund.as_deref_mut().ok_or(MarginError::FundMissing)?;
    let (mut purse, at) = (fund.fund(), (live.mark, live.index));
    let before = MarketRecord::of(live.number, &live.books, at);
    let (held, fund_before) = (PositionRecord::of(&position), PurseRecord::of(Some(&purse), 0));
    let loss = write_off_position(&mut live.books, &mut position, &mut purse, at, now).map_err(MarginError::from)?;
    fund.set_fund(&purse);
    live.deficit = live.books.judge(live.mark, live.index, clock.slot).map_err(MarginError::from)?;
    live.hold(margin_account, &Held { slot, position });
    live.sync(board, now)?;
    let market = market.as_deref_mut().ok_or(MarginError::LegAccounts)?;
    market.set_books(&live.books);
    market.pool_losses = market.pool_losses.saturating_add(loss.pool);
    settle(bank, &books, now)?;

    let account = *margin_account.address();
    let event = MarketLossResolved::of(account, &loss, live.deficit, live.number);
    let Some(log) = log else {
        emit!(event);
        return Ok(());
    };
    let basis = basis(board, &legs, (clock.slot, now));
    let head = MarketLossInputs { basis, market: before, position: held, fund: fund_before };
    let (kind, of) = (receipt::MARKET_LOSS, (live.number, 0));
    let summary = Summary { account, kind, legs: of, amount: loss.deficit, result: loss.pool };
    Draft::new::<MarketLossResolved, _>(log, &head.basis, &head, &legs).keep(&event, summary)
}
