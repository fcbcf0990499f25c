//! Settles PnL with a market: a quote deposit pays a loss, matured profit becomes a quote deposit.

use breakwater_margin::NativeAmount;
use breakwater_margin::fixed::signed;
use breakwater_margin::lending::Books;
use breakwater_margin::perp::{Ratio, Standing};
use breakwater_margin::price::{MAX_AGE_LIQUIDATION, MAX_AGE_RISK};

use super::account::{Valued, valued, verify_initial};
use super::bank;
use super::ledger::{ALL, Ledger};
use crate::Address;
use crate::accounts::{Bank, MarginAccount, RiskBoard};
use crate::errors::MarginError;
use crate::live::{Held, Live, accrued, own_index, verify_quote};
use crate::perp::PerpMarket;
use crate::snapshot::{self, Own};

/// What `settle` works on.
pub struct Settling<'a> {
    /// Who has signed; whether it is owner or delegate decides what may be settled.
    pub authority: &'a Address,
    /// The margin account.
    pub account: &'a mut MarginAccount,
    /// The risk board.
    pub board: &'a RiskBoard,
    /// The market.
    pub market: &'a mut PerpMarket,
    /// The quote bank.
    pub bank: &'a mut Bank,
}

/// What was settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// PnL settled, quote units: positive for a profit that was given up, negative for a loss that was paid.
    pub amount: i64,
    /// What the account got or gave, quote units.
    pub paid: NativeAmount,
    /// Quote of the position afterwards.
    pub quote: i64,
}

/// Settles at most an amount; 2^64 − 1 takes what there is.
///
/// Units:  amount: quote units; at: slot and unix seconds
/// Errors: QuoteNotSet, NotQuoteBank, StalePrice, NoPosition, NothingToSettle, ProfitNotMatured, NotAccountOwnerOrDelegate,
///         MarketInDeficit, TokenSlotsFull, StaleIndex, InsufficientHealth, BankInsolvent, MathOverflow
#[inline(always)]
pub fn settle(mut on: Settling, amount: NativeAmount, (slot, now): (u64, i64)) -> Result<Settled, MarginError> {
    verify_quote(on.bank, on.board)?;
    let mut books = accrued(on.bank, now)?;
    let mut live = Live::new(on.market, on.board, books.deposit_index, now, slot)?;
    live.verify_fresh(MAX_AGE_LIQUIDATION)?;
    let mut held = live.touch(on.account, now)?;

    let (settled, paid) = if held.position.pnl(live.mark) < 0 {
        let paid = on.pay_loss(&mut books, &mut live, &mut held, amount)?;
        (-signed(paid)?, paid)
    } else {
        on.take_profit(&mut books, &mut live, &mut held, (amount, slot, now))?
    };
    on.market.set_books(&live.books);
    bank::settle(on.bank, &books, now)?;
    Ok(Settled { amount: settled, paid, quote: held.position.quote })
}

impl Settling<'_> {
    fn is_own(&self) -> bool {
        self.account.verify_operator(self.authority).is_ok()
    }

    /// Whether the account has nothing beyond what it owes, at fresh prices and indices.
    fn is_insolvent(&self, books: &Books, live: &Live, now: i64) -> Result<bool, MarginError> {
        let banks = [own_index(self.bank, books)];
        let Valued { valuation, legs } = valued(self.account, self.board, &banks, live, now)?;
        let known = valuation.verify_known(&legs).is_ok();
        Ok(known && valuation.spare(&snapshot::quote(self.board, now).price) == 0)
    }

    /// Whether a deficit is so young that a print may still end it: nobody is made to bear it yet but by his own will.
    fn is_passing(&self, live: &Live, slot: u64) -> bool {
        let age = slot.saturating_sub(live.books.deficit_since);
        live.books.deficit_since > 0 && age < u64::from(self.market.config.adl_slots)
    }

    /// The account's quote deposit pays its debt to the market.
    fn pay_loss(
        &mut self,
        books: &mut Books,
        live: &mut Live,
        held: &mut Held,
        amount: NativeAmount,
    ) -> Result<NativeAmount, MarginError> {
        let owed = held.position.pnl(live.mark).min(0).unsigned_abs();
        let mut ledger = Ledger { account: self.account, books, token: self.bank.token };
        let amount = amount.min(owed).min(ledger.balance()?.deposit);
        if amount == 0 {
            return Err(MarginError::NothingToSettle);
        }
        let (amount, shares) = ledger.hand_over(amount)?;
        live.books.receive(shares)?;
        live.books.settle_loss(&mut held.position, amount)?;
        live.hold(self.account, held);
        Ok(amount)
    }

    /// Matured profit becomes quote tokens; returns what was given up and what came for it.
    fn take_profit(
        &mut self,
        books: &mut Books,
        live: &mut Live,
        held: &mut Held,
        (amount, slot, now): (NativeAmount, u64, i64),
    ) -> Result<(i64, NativeAmount), MarginError> {
        if amount != ALL && amount > held.position.matured {
            return Err(MarginError::ProfitNotMatured);
        }
        let only_seen = amount == ALL && held.position.seen > 0;
        let mut amount = amount.min(live.books.most_profit(&held.position, live.mark, live.index)?);
        let token = self.bank.token;
        let debt = Ledger { account: self.account, books, token }.balance()?.debt;
        let own = self.is_own();
        let at_will = own || (self.is_insolvent(books, live, now)? && !self.is_passing(live, slot));
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
        Ledger { account: self.account, books, token }.take_over(settlement.paid, settlement.shares)?;
        live.hold(self.account, held);
        if own && (amount > debt || !paid_in_full) {
            let banks = [own_index(self.bank, books)];
            let own = Own { banks: &banks, market: Some(live.own()?) };
            verify_initial(self.board, self.account, &own, MAX_AGE_RISK, now)?;
        }
        Ok((signed(amount)?, settlement.paid))
    }
}
