//! Executes an order to reduce whose trigger holds at the board's prices. Anybody may, with an own margin account that gets the
//! fee; the order is consumed. Errors: NotAccountOwnerOrDelegate, AccountOfOtherGroup, NotQuoteBank, MarketOfOtherNumber,
//! NoOrder, OrderExpired, StalePrice, StaleIndex, OrderNotTriggered, those of `reduce`, the executor's TokenSlotsFull.

use anchor_lang::prelude::*;
use breakwater_interface::act::traded;
use breakwater_interface::events::OrderExecuted;
use breakwater_interface::snapshot::OwnIndex;
use breakwater_interface::{Bank, MarginError, PerpMarket, RiskBoard};
use breakwater_margin::interest::MAX_INDEX_AGE;
use breakwater_margin::lending::Books;
use breakwater_margin::perp::{Exit, MAX_AGE_TRADE};
use breakwater_margin::price::MAX_AGE_LIQUIDATION;
use breakwater_margin::{NativeAmount, Refusal};

use crate::state::Held;
use crate::state::valued;
use crate::state::verify_quote;
use crate::state::{Filled, Ledger, Live, Margin, accrued, own_index, settle};

#[derive(Accounts)]
pub struct ExecuteOrder {
    pub executor: Signer,
    #[account(mut)]
    pub executor_account: Margin,
    #[account(mut, constraint = margin_account.group == executor_account.group @ MarginError::AccountOfOtherGroup)]
    pub margin_account: Margin,
    #[account(constraint = board.group == executor_account.group @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    #[account(mut, constraint = market.group == executor_account.group @ MarginError::MarketOfOtherGroup)]
    pub market: Account<PerpMarket>,
    #[account(mut, constraint = bank.group == executor_account.group @ MarginError::BankOfOtherGroup)]
    pub bank: Account<Bank>,
}

impl ExecuteOrder {
    /// The account's health factor, at prices and snapshots that decide.
    fn health_factor(&self, bank: OwnIndex, live: &Live, now: i64) -> core::result::Result<Option<i64>, MarginError> {
        let valued = valued(&self.margin_account, &self.board, &[bank], live, now)?;
        if valued.valuation.oldest_price > MAX_AGE_LIQUIDATION {
            return Err(Refusal::StalePrice.into());
        }
        if valued.legs.index_age > MAX_INDEX_AGE {
            return Err(Refusal::StaleIndex.into());
        }
        Ok(valued.valuation.health_factor_ppm())
    }

    /// Pays the executor out of the account's quote deposit, if the account answers for its risk afterwards; else pays nothing
    /// and holds the reduction to its own rule. Returns what was paid.
    fn pay(
        &mut self,
        books: &mut Books,
        filled: &Filled,
        (live, held): (&Live, &Held),
        exit: &Exit,
        now: i64,
    ) -> core::result::Result<NativeAmount, MarginError> {
        let token = self.bank.token;
        let banks = [own_index(&self.bank, books)];
        let mut ledger = Ledger { account: &mut self.margin_account, books, token };
        let fee = exit.promised(filled.fill.cost, ledger.balance()?.deposit);
        if fee > 0 {
            let (untouched, deposit) = (*ledger.books, ledger.account.tokens);
            ledger.withdraw(fee)?;
            let after = valued(&self.margin_account, &self.board, &banks, live, now)?;
            if after.valuation.is_maintained() && after.legs.index_age <= MAX_INDEX_AGE {
                Ledger { account: &mut self.executor_account, books, token }.credit(fee)?;
                return Ok(fee);
            }
            *books = untouched;
            self.margin_account.tokens = deposit;
        }
        filled.verify_reduction(&mut self.margin_account, &self.board, (live, held), &banks, now)?;
        Ok(0)
    }
}

pub fn handle(ctx: &mut Context<ExecuteOrder>, slot: u8) -> Result<()> {
    let accounts = &mut ctx.accounts;
    accounts.executor_account.verify_operator(accounts.executor.address())?;
    verify_quote(&accounts.bank, &accounts.board)?;
    let order = *accounts.margin_account.order(slot)?;
    if order.market != accounts.market.market {
        return Err(MarginError::MarketOfOtherNumber.into());
    }
    let clock = Clock::get()?;
    let now = clock.unix_timestamp;
    let mut books = accrued(&accounts.bank, now)?;
    let mut live = Live::new(&accounts.market, &accounts.board, books.deposit_index, now, clock.slot)?;
    let exit = order.exit()?;
    exit.verify_live(accounts.margin_account.base_in(order.market), now).map_err(MarginError::from)?;
    live.verify_fresh(MAX_AGE_TRADE)?;
    let mut held = live.touch(&mut accounts.margin_account, now)?;
    let bank = own_index(&accounts.bank, &books);
    exit.trigger.verify(live.mark, || accounts.health_factor(bank, &live, now))?;

    let reduction = exit.order(&held.position).map_err(MarginError::from)?;
    let sides = (&*accounts.market, &*accounts.board);
    let filled =
        Filled::new(&mut accounts.margin_account, sides, (&mut live, &mut held), &reduction, (clock.slot, now))?;
    let fee = accounts.pay(&mut books, &filled, (&live, &held), &exit, now)?;
    accounts.margin_account.orders[usize::from(slot)] = bytemuck::Zeroable::zeroed();
    accounts.market.set_books(&live.books);
    settle(&mut accounts.bank, &books, now)?;

    emit!(traded(*accounts.margin_account.address(), &filled.fill, &live, &held));
    emit!(OrderExecuted {
        account: *accounts.margin_account.address(),
        executor: *accounts.executor_account.address(),
        size: filled.fill.delta.unsigned_abs(),
        mark: live.mark.0,
        trigger: order.trigger,
        fee,
        market: order.market.into(),
        slot: slot.into(),
    });
    Ok(())
}
