//! Deposits and loans. `deposit` and `repay` bring tokens in and need no price; `withdraw` and `borrow` take tokens out and
//! leave the account healthy at the worst end of every price.

use breakwater_margin::fixed::mul_div_up;
use breakwater_margin::lending::Books;
use breakwater_margin::price::MAX_AGE_RISK;
use breakwater_margin::{BPS, NativeAmount, Shares};

use super::account::verify_initial;
use super::bank::{Brake, settle};
use super::ledger::Ledger;
use crate::Address;
use crate::accounts::{Bank, MarginAccount, RiskBoard, SIDE_DEBT, SIDE_DEPOSIT};
use crate::errors::MarginError;
use crate::events::{BORROW, BalanceChanged, DEPOSIT, REPAY, WITHDRAW};
use crate::governance;
use crate::live::{accrued, own_index};
use crate::refresh::sync_index;
use crate::snapshot::Own;
use crate::token_2022::MAX_TRANSFER_FEE;

/// What `deposit` and `repay` work on.
pub struct MoveIn<'a> {
    /// Who pays the tokens; need not own the account.
    pub authority: &'a Address,
    /// The margin account.
    pub account: &'a mut MarginAccount,
    /// The token's bank.
    pub bank: &'a mut Bank,
    /// The risk board where it is passed, as [`Bank::wants_board`] says.
    pub board: Option<&'a mut RiskBoard>,
}

/// What `withdraw` and `borrow` work on.
pub struct MoveOut<'a> {
    /// The margin account, whose owner has signed.
    pub account: &'a mut MarginAccount,
    /// The risk board.
    pub board: &'a RiskBoard,
    /// The token's bank.
    pub bank: &'a mut Bank,
}

/// What an action did to a balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// [`DEPOSIT`], [`WITHDRAW`], [`BORROW`] or [`REPAY`].
    pub action: u64,
    /// What arrived or leaves, native units.
    pub amount: NativeAmount,
    /// Shares of the token's position afterwards.
    pub shares: Shares,
    /// The index of the shares, × 2^48.
    pub index: u64,
}

impl Change {
    /// What indexers are told.
    pub fn event(&self, account: Address, token: u8) -> BalanceChanged {
        let Change { action, amount, shares, index } = *self;
        BalanceChanged { account, amount, shares, index, token: token.into(), action }
    }
}

/// Deposits tokens. `transfer` moves an amount into the vault and returns what has arrived, which a transfer fee makes less.
///
/// Errors: BankReduceOnly, StrangerMayOnlyTopUp, AmountZero, PositionIsDebt, TokenSlotsFull, OverDepositCap, BankInsolvent,
///         BoardMissing, MathOverflow; those of `transfer`
#[inline(always)]
pub fn deposit<E: From<MarginError>>(
    mut on: MoveIn,
    amount: NativeAmount,
    now: i64,
    transfer: impl FnOnce(&Bank, NativeAmount) -> Result<NativeAmount, E>,
) -> Result<Change, E> {
    let mut books = accrued(on.bank, now)?;
    let is_repayment = on.is_repayment(&books, amount)?;
    on.verify_takes_deposit(is_repayment)?;
    let arrived = on.receive(&mut books, amount, now, transfer)?;
    let shares = Ledger { account: on.account, books: &mut books, token: on.bank.token }.deposit(arrived)?;
    if !is_repayment {
        books.verify_deposit_cap(&on.bank.lending.limits()).map_err(MarginError::from)?;
    }
    on.finish(&books, true, now)?;
    Ok(Change { action: DEPOSIT, amount: arrived, shares, index: books.deposit_index.0 })
}

/// Repays a debt, at most all of it; what arrives beyond the debt becomes a deposit. `transfer` as in [`deposit`].
///
/// Errors: NoDebt, AmountZero, TokenSlotsFull, BankInsolvent, BoardMissing, MathOverflow; those of `transfer`
#[inline(always)]
pub fn repay<E: From<MarginError>>(
    mut on: MoveIn,
    amount: NativeAmount,
    now: i64,
    transfer: impl FnOnce(&Bank, NativeAmount) -> Result<NativeAmount, E>,
) -> Result<Change, E> {
    let token = on.bank.token;
    let mut books = accrued(on.bank, now)?;
    let slot = on.account.find(token).ok_or(MarginError::NoDebt)?;
    let position = on.account.tokens[slot];
    if position.side != SIDE_DEBT {
        return Err(MarginError::NoDebt.into());
    }
    let owed = books.borrow_index.amount_up(position.shares).map_err(MarginError::from)?;
    let most = if on.bank.transfer_fee == 0 { owed } else { before_fee(owed)? };
    let arrived = on.receive(&mut books, amount.min(most), now, transfer)?;
    let mut ledger = Ledger { account: on.account, books: &mut books, token };
    let paid = ledger.repay(arrived)?;
    ledger.credit(arrived - paid)?;
    let shares = ledger.shares();
    on.finish(&books, arrived > paid, now)?;
    Ok(Change { action: REPAY, amount: arrived, shares, index: books.borrow_index.0 })
}

/// Withdraws a deposit; 2^64 − 1 takes all of it. The tokens leave the vault afterwards.
///
/// Errors: NoDeposit, AmountZero, MoreThanOwned, ActionPaused, OutflowLimit, StalePrice, StaleIndex, InsufficientHealth,
///         VaultTooSmall, BankInsolvent, MathOverflow
#[inline(always)]
pub fn withdraw(mut on: MoveOut, amount: NativeAmount, now: i64) -> Result<Change, MarginError> {
    let mut books = accrued(on.bank, now)?;
    let brake = Brake::of(on.bank, &books, now)?;
    let mut ledger = Ledger { account: on.account, books: &mut books, token: on.bank.token };
    let amount = ledger.withdraw(amount)?;
    let shares = ledger.shares();
    if !on.account.is_riskless() {
        on.verify_running(governance::WITHDRAW, now)?;
    }
    brake.give_out(on.bank, amount)?;
    on.verify_health(&books, now)?;
    on.finish(&mut books, amount, now)?;
    Ok(Change { action: WITHDRAW, amount, shares, index: books.deposit_index.0 })
}

/// Borrows tokens. They leave the vault afterwards.
///
/// Errors: BankReduceOnly, ActionPaused, PositionIsDeposit, TokenSlotsFull, AmountZero, OutflowLimit, OverBorrowCap,
///         OverUtilisation, StalePrice, StaleIndex, InsufficientHealth, VaultTooSmall, BankInsolvent, MathOverflow
#[inline(always)]
pub fn borrow(mut on: MoveOut, amount: NativeAmount, now: i64) -> Result<Change, MarginError> {
    if on.bank.reduce_only != 0 {
        return Err(MarginError::BankReduceOnly);
    }
    on.verify_running(governance::BORROW, now)?;
    let mut books = accrued(on.bank, now)?;
    let brake = Brake::of(on.bank, &books, now)?;
    let shares = Ledger { account: on.account, books: &mut books, token: on.bank.token }.borrow(amount)?;
    brake.give_out(on.bank, amount)?;
    books.verify_borrow_limits(&on.bank.lending.limits())?;
    on.verify_health(&books, now)?;
    on.finish(&mut books, amount, now)?;
    Ok(Change { action: BORROW, amount, shares, index: books.borrow_index.0 })
}

/// What must be sent at most for an amount to arrive at the highest fee that listing accepts.
///
/// Formula:  amount / (1 − 1 %)       (docs/spec.md §3.5)
/// Rounding: ceil
/// Errors:   MathOverflow
pub fn before_fee(amount: NativeAmount) -> Result<NativeAmount, MarginError> {
    Ok(mul_div_up(amount, BPS, BPS - u64::from(MAX_TRANSFER_FEE))?)
}

impl MoveIn<'_> {
    /// Whether a deposit only brings what closed positions have left owing and the account does not hold yet.
    fn is_repayment(&self, books: &Books, amount: NativeAmount) -> Result<bool, MarginError> {
        if !self.board.as_ref().is_some_and(|board| board.is_quote(self.bank.token)) {
            return Ok(false);
        }
        let closed = self.account.perps.iter().filter(|perp| perp.base == 0 && perp.quote < 0);
        let owed = closed.fold(0, |sum: u64, perp| sum.saturating_add(perp.quote.unsigned_abs()));
        let held = match self.account.find(self.bank.token).map(|slot| &self.account.tokens[slot]) {
            Some(position) if position.side == SIDE_DEPOSIT => books.deposit_index.amount_down(position.shares)?,
            _ => 0,
        };
        Ok(amount <= owed.saturating_sub(held))
    }

    fn verify_takes_deposit(&self, is_repayment: bool) -> Result<(), MarginError> {
        if self.bank.reduce_only != 0 && !is_repayment {
            return Err(MarginError::BankReduceOnly);
        }
        let holds = |slot: usize| self.account.tokens[slot].side == SIDE_DEPOSIT;
        if self.account.owner != *self.authority && !self.account.find(self.bank.token).is_some_and(holds) {
            return Err(MarginError::StrangerMayOnlyTopUp);
        }
        Ok(())
    }

    /// Lets tokens come into the vault and counts what arrived.
    #[inline(always)]
    fn receive<E: From<MarginError>>(
        &mut self,
        books: &mut Books,
        amount: NativeAmount,
        now: i64,
        transfer: impl FnOnce(&Bank, NativeAmount) -> Result<NativeAmount, E>,
    ) -> Result<NativeAmount, E> {
        let arrived = transfer(self.bank, amount)?;
        Brake::of(self.bank, books, now)?.take_in(self.bank, arrived);
        books.receive(arrived).map_err(MarginError::from)?;
        Ok(arrived)
    }

    /// Settles the bank. The board counts a deposit in the instruction that makes it, because a loan that follows must not see
    /// an older total.
    #[inline(always)]
    fn finish(&mut self, books: &Books, deposited: bool, now: i64) -> Result<(), MarginError> {
        settle(self.bank, books, now)?;
        match &mut self.board {
            Some(board) => sync_index(board, self.bank.token, books, now),
            None if deposited && self.bank.capped != 0 => Err(MarginError::BoardMissing),
            None => Ok(()),
        }
    }
}

impl MoveOut<'_> {
    /// Refuses an action that is paused.
    fn verify_running(&self, action: u8, now: i64) -> Result<(), MarginError> {
        self.board.pause.verify(action, now)?;
        self.bank.pause.verify(action, now)
    }

    /// Refuses what would leave the account unable to answer for its risk. Without any risk no price is needed.
    fn verify_health(&self, books: &Books, now: i64) -> Result<(), MarginError> {
        let own = [own_index(self.bank, books)];
        verify_initial(self.board, self.account, &Own::banks(&own), MAX_AGE_RISK, now)
    }

    /// Settles the bank for what leaves it.
    fn finish(&mut self, books: &mut Books, amount: NativeAmount, now: i64) -> Result<(), MarginError> {
        books.pay_out(amount)?;
        settle(self.bank, books, now)
    }
}
