//! Settles PnL with a market. Anybody may let an account's quote deposit pay its negative PnL, or its matured profit pay its
//! quote debt as far as it is paid in full; of an account with nothing beyond its debts anything. The owner or delegate also
//! turns matured profit into a quote deposit; 2^64 − 1 takes what there is, and where nothing has matured yet it still lets
//! the profit be seen. Errors: NoPosition, StalePrice, NotAccountOwnerOrDelegate, ProfitNotMatured, NothingToSettle,
//! MarketInDeficit, TokenSlotsFull, StaleIndex, InsufficientHealth.

use anchor_lang::prelude::*;
use breakwater_interface::events::PnlSettled;
use breakwater_interface::snapshot::{self, Own};
use breakwater_interface::{Bank, MarginError, PerpMarket, RiskBoard};
use breakwater_margin::NativeAmount;
use breakwater_margin::fixed::signed;
use breakwater_margin::lending::Books;
use breakwater_margin::perp::{Ratio, Standing};
use breakwater_margin::price::{MAX_AGE_LIQUIDATION, MAX_AGE_RISK};

use crate::state::account::{Valued, valued};
use crate::state::bank::verify_quote;
use crate::state::ledger::ALL;
use crate::state::market::Held;
use crate::state::{Ledger, Live, Margin, accrued, own_index, settle as settle_bank, verify_initial};

#[derive(Accounts)]
pub struct Settle {
    pub authority: Signer,
    #[account(mut)]
    pub margin_account: Margin,
    #[account(constraint = board.group == margin_account.group @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    #[account(mut, constraint = market.group == margin_account.group @ MarginError::MarketOfOtherGroup)]
    pub market: Account<PerpMarket>,
    #[account(mut, constraint = bank.group == margin_account.group @ MarginError::BankOfOtherGroup)]
    pub bank: Account<Bank>,
}

impl Settle {
    fn is_own(&self) -> bool {
        self.margin_account.verify_operator(self.authority.address()).is_ok()
    }

    /// Whether the account has nothing beyond what it owes, at fresh prices and indices.
    fn is_insolvent(&self, books: &Books, live: &Live, now: i64) -> core::result::Result<bool, MarginError> {
        let banks = [own_index(&self.bank, books)];
        let Valued { valuation, legs } = valued(&self.margin_account, &self.board, &banks, live, now)?;
        let known = valuation.verify_known(&legs).is_ok();
        Ok(known && valuation.spare(&snapshot::quote(&self.board, now).price) == 0)
    }
}

pub fn handle(ctx: &mut Context<Settle>, amount: u64) -> Result<()> {
    let accounts = &mut ctx.accounts;
    verify_quote(&accounts.bank, &accounts.board)?;
    let clock = Clock::get()?;
    let now = clock.unix_timestamp;
    let mut books = accrued(&accounts.bank, now)?;
    let mut live = Live::new(&accounts.market, &accounts.board, books.deposit_index, now, clock.slot)?;
    live.verify_fresh(MAX_AGE_LIQUIDATION)?;
    let mut held = live.touch(&mut accounts.margin_account, now)?;

    let (settled, paid) = if held.position.pnl(live.mark) < 0 {
        let paid = pay_loss(accounts, &mut books, &mut live, &mut held, amount)?;
        (-signed(paid).map_err(MarginError::from)?, paid)
    } else {
        take_profit(accounts, &mut books, &mut live, &mut held, (amount, clock.slot, now))?
    };
    accounts.market.set_books(&live.books);
    settle_bank(&mut accounts.bank, &books, now)?;
    emit!(PnlSettled {
        account: *accounts.margin_account.address(),
        amount: settled,
        paid,
        quote: held.position.quote,
        market: live.number.into(),
    });
    Ok(())
}

/// The account's quote deposit pays its debt to the market.
fn pay_loss(
    accounts: &mut Settle,
    books: &mut Books,
    live: &mut Live,
    held: &mut Held,
    amount: NativeAmount,
) -> core::result::Result<NativeAmount, MarginError> {
    let owed = held.position.pnl(live.mark).min(0).unsigned_abs();
    let mut ledger = Ledger { account: &mut accounts.margin_account, books, token: accounts.bank.token };
    let amount = amount.min(owed).min(ledger.balance()?.deposit);
    if amount == 0 {
        return Err(MarginError::NothingToSettle);
    }
    let (amount, shares) = ledger.hand_over(amount)?;
    live.books.receive(shares)?;
    live.books.settle_loss(&mut held.position, amount)?;
    live.hold(&mut accounts.margin_account, held);
    Ok(amount)
}

/// Matured profit becomes quote tokens; returns what was given up and what came for it.
fn take_profit(
    accounts: &mut Settle,
    books: &mut Books,
    live: &mut Live,
    held: &mut Held,
    (amount, slot, now): (NativeAmount, u64, i64),
) -> core::result::Result<(i64, NativeAmount), MarginError> {
    if amount != ALL && amount > held.position.matured {
        return Err(MarginError::ProfitNotMatured);
    }
    let only_seen = amount == ALL && held.position.seen > 0;
    let mut amount = amount.min(live.books.most_profit(&held.position, live.mark, live.index)?);
    let token = accounts.bank.token;
    let debt = Ledger { account: &mut accounts.margin_account, books, token }.balance()?.debt;
    let own = accounts.is_own();
    let at_will = own || (accounts.is_insolvent(books, live, now)? && !is_passing(accounts, live, slot));
    if !at_will {
        if debt == 0 {
            return Err(MarginError::NotAccountOwnerOrDelegate);
        }
        amount = amount.min(debt);
        if live.standing() == Standing::InDeficit {
            // What lies apart is paid in full, and so costs the owner nothing.
            amount = amount.min(held.position.secured);
            if amount == 0 {
                return Err(MarginError::MarketInDeficit);
            }
        }
    }
    if amount == 0 {
        return if at_will && only_seen { Ok((0, 0)) } else { Err(MarginError::NothingToSettle) };
    }
    let ratio = live.books.payable(live.mark, live.index)?;
    let paid_in_full = ratio == Ratio::ONE || amount <= held.position.secured;
    let settlement = live.books.settle_profit(&mut held.position, amount, ratio, live.index)?;
    Ledger { account: &mut accounts.margin_account, books, token }.take_over(settlement.paid, settlement.shares)?;
    live.hold(&mut accounts.margin_account, held);
    if own && (amount > debt || !paid_in_full) {
        let banks = [own_index(&accounts.bank, books)];
        let own = Own { banks: &banks, market: Some(live.own()?) };
        verify_initial(&accounts.board, &accounts.margin_account, &own, MAX_AGE_RISK, now)?;
    }
    Ok((signed(amount)?, settlement.paid))
}

/// Whether a deficit is so young that a print may still end it: nobody is made to bear it yet but by his own will.
fn is_passing(accounts: &Settle, live: &Live, slot: u64) -> bool {
    let age = slot.saturating_sub(live.books.deficit_since);
    live.books.deficit_since > 0 && age < u64::from(accounts.market.config.adl_slots)
}
