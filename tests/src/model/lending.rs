//! Deposit, withdraw, borrow and repay. Shares are whole: minted down and burned up for a deposit, minted up and burned
//! down for a debt.

use breakwater_client::interface::MarginError as E;

use super::bank::{self, Bank, exact_shares};
use super::call::Seen;
use super::rational::{Range, Truth, bps, ceil_u64, floor_u64, int};
use super::state::{ALL, SLOTS, STALE_INDEX, Side, State, Touched};
use super::verdict::Verdict;

/// Prices older than this refuse borrow and withdraw, seconds.
pub const FRESH: i64 = 20;

impl State {
    fn side(&self, account: usize, token: u8) -> Option<Side> {
        self.accounts[account].positions.get(&token).map(|position| position.side)
    }

    /// Native units of an account's position, 0 without one.
    pub fn amount(&self, account: usize, touched: &Touched) -> Range {
        match self.accounts[account].positions.get(&touched.token) {
            Some(position) => touched.amount(position),
            None => Range::zero(),
        }
    }

    fn slots_full(&self, account: usize) -> bool {
        self.accounts[account].positions.len() >= SLOTS
    }

    pub(super) fn judge_deposit(&self, account: usize, token: u8, amount: u64, stranger: bool) -> Verdict {
        let mut verdict = Verdict::default();
        let side = self.side(account, token);
        let bank = self.touch(token);
        let repays = self.repays_markets(account, token, amount);
        verdict.refuse_if(amount == 0, E::AmountZero);
        if self.token(token).bank.reduce_only {
            verdict.refuse_when(repays.opposite(), E::BankReduceOnly);
        }
        verdict.refuse_if(side == Some(Side::Debt), E::PositionIsDebt);
        verdict.refuse_if(side != Some(Side::Deposit) && stranger, E::StrangerMayOnlyTopUp);
        verdict.refuse_if(side.is_none() && self.slots_full(account), E::TokenSlotsFull);
        let shares = range_of(&bank, |bank| exact_shares(amount, bank.deposit_index).floor());
        verdict.refuse_when(shares.below(&int(1)), E::AmountZero);
        let total = range_of(&bank, |bank| int(bank.deposits()) + int(amount)).lowered(&int(1));
        let cap = int(self.token(token).bank.lending.deposit_cap);
        if repays != Truth::Yes {
            let over = total.below(&(cap + int(1))).opposite();
            verdict.refuse_when(over.opposite().or(repays).opposite(), E::OverDepositCap);
        }
        verdict
    }

    /// Whether a deposit only brings quote tokens that closed positions have left owing.
    fn repays_markets(&self, account: usize, token: u8, amount: u64) -> Truth {
        if self.quote.is_none_or(|quote| quote.token != token) {
            return Truth::No;
        }
        let closed = self.accounts[account].perps.values().filter(|perp| perp.base == 0 && perp.quote < 0);
        let owed = closed.map(|perp| -i128::from(perp.quote)).sum::<i128>();
        let held = match self.side(account, token) {
            Some(Side::Deposit) => self.amount(account, &self.touch(token)),
            _ => Range::zero(),
        };
        held.below(&(int(owed - i128::from(amount)) + int(1)))
    }

    pub(super) fn judge_withdraw(&self, account: usize, token: u8, amount: u64) -> Verdict {
        let mut verdict = Verdict::default();
        verdict.refuse_if(amount == 0, E::AmountZero);
        if self.side(account, token) != Some(Side::Deposit) {
            verdict.refuse_if(true, E::NoDeposit);
            return verdict;
        }
        let bank = self.touch(token);
        let owned = self.amount(account, &bank);
        let taken = if amount == ALL { owned.clone() } else { Range::point(int(amount)) };
        verdict.refuse_when(owned.below_range(&taken), E::MoreThanOwned);
        verdict.refuse_when(taken.below(&int(1)), E::AmountZero);
        if !verdict.allows() {
            return verdict;
        }
        let vault = Range::point(int(bank.lo.vault));
        verdict.refuse_when(vault.below_range(&taken), E::VaultTooSmall);
        bank.judge_outflow(&taken, self.now, &mut verdict);
        let bank_range = &bank;
        let after = |bank: &Bank| {
            let mut after = self.clone();
            let shares = self.accounts[account].positions[&token].shares;
            let burned = if amount == ALL { shares } else { burn_deposit(amount, bank, shares) };
            after.set_position(account, token, Side::Deposit, shares - burned);
            let left = |bank: &Bank| Bank { deposit_shares: bank.deposit_shares - burned, ..bank.clone() };
            let own = Touched { token, lo: left(&bank_range.lo), hi: left(&bank_range.hi) };
            after.judge_risk(account, &[&own])
        };
        verdict.also(after(&bank.lo).either(after(&bank.hi)));
        verdict
    }

    pub(super) fn judge_borrow(&self, account: usize, token: u8, amount: u64) -> Verdict {
        let mut verdict = Verdict::default();
        let side = self.side(account, token);
        let bank = self.touch(token);
        let lending = &self.token(token).bank.lending;
        verdict.refuse_if(amount == 0, E::AmountZero);
        verdict.refuse_if(self.token(token).bank.reduce_only, E::BankReduceOnly);
        verdict.refuse_if(side == Some(Side::Deposit), E::PositionIsDeposit);
        verdict.refuse_if(side.is_none() && self.slots_full(account), E::TokenSlotsFull);
        verdict.refuse_if(bank.lo.vault < amount, E::VaultTooSmall);
        bank.judge_outflow(&Range::point(int(amount)), self.now, &mut verdict);
        // A new debt may add up to one unit by rounding, and the sum is rounded down or up.
        let total = range_of(&bank, |bank| int(bank.debts()) + int(amount)).raised(&int(2));
        verdict.refuse_when(total.below(&(int(lending.borrow_cap) + int(1))).opposite(), E::OverBorrowCap);
        let most = range_of(&bank, |bank| int(bank.deposits()) * bps(lending.max_utilisation));
        verdict.refuse_when(most.below_range(&total), E::OverUtilisation);
        let after = |bank: &Bank| {
            let mut after = self.clone();
            let owed = self.accounts[account].positions.get(&token).map_or(0, |position| position.shares);
            after.set_position(account, token, Side::Debt, owed + mint_debt(amount, bank));
            after
        };
        verdict
            .also(after(&bank.lo).judge_risk(account, &[&bank]).either(after(&bank.hi).judge_risk(account, &[&bank])));
        verdict
    }

    /// Whether an account may stay as it is now after taking on risk.
    pub(super) fn judge_risk(&self, account: usize, touched: &[&Touched]) -> Verdict {
        let mut verdict = Verdict::default();
        let legs = self.legs(&self.accounts[account], touched);
        if legs.owes_nothing() {
            return verdict;
        }
        verdict.refuse_if(legs.price_older_than(FRESH), E::StalePrice);
        verdict.refuse_if(legs.index_older_than(STALE_INDEX), E::StaleIndex);
        verdict.refuse_when(legs.initial().below(&int(0)), E::InsufficientHealth);
        verdict
    }

    pub(super) fn judge_repay(&self, account: usize, token: u8, amount: u64) -> Verdict {
        let mut verdict = Verdict::default();
        verdict.refuse_if(amount == 0, E::AmountZero);
        if self.side(account, token) != Some(Side::Debt) {
            verdict.refuse_if(true, E::NoDebt);
            return verdict;
        }
        let bank = self.touch(token);
        let all = self.amount(account, &bank).below(&(int(amount) + int(1)));
        let shares = range_of(&bank, |bank| exact_shares(amount, bank.borrow_index).floor());
        if all != Truth::Yes {
            verdict.refuse_when(shares.below(&int(1)), E::AmountZero);
        }
        verdict
    }

    pub(super) fn deposit(&mut self, account: usize, token: u8, amount: u64, seen: &Seen) -> Result<(), String> {
        let mut bank = self.accrue_as_seen(token, seen)?;
        bank.vault += amount;
        bank.vault_tokens += amount;
        bank.count_outflow(-i128::from(amount), self.now);
        self.tokens[usize::from(token)].bank = bank;
        self.credit(account, token, amount);
        self.count_deposits(token);
        Ok(())
    }

    /// Who moves tokens into a bank whose collateral is capped passes the board, which counts what depositors own then; and
    /// into the quote bank, where it may be a repayment to a market.
    fn count_deposits(&mut self, token: u8) {
        let entry = self.token(token);
        if entry.weights.collateral_cap > 0 || self.quote.is_some_and(|quote| quote.token == token) {
            let snapshot = self.snapshot_of(&entry.bank);
            self.tokens[usize::from(token)].snapshot = snapshot;
        }
    }

    pub(super) fn withdraw(&mut self, account: usize, token: u8, amount: u64, seen: &Seen) -> Result<(), String> {
        self.tokens[usize::from(token)].bank = self.accrue_as_seen(token, seen)?;
        let mut counted = self.token(token).bank.clone();
        let taken = self.take_deposit(account, token, amount);
        counted.count_outflow(taken.into(), self.now);
        let bank = &mut self.tokens[usize::from(token)].bank;
        bank.outflow = counted.outflow;
        bank.vault -= taken;
        bank.vault_tokens -= taken;
        Ok(())
    }

    pub(super) fn borrow(&mut self, account: usize, token: u8, amount: u64, seen: &Seen) -> Result<(), String> {
        let mut bank = self.accrue_as_seen(token, seen)?;
        bank.vault -= amount;
        bank.vault_tokens -= amount;
        bank.count_outflow(amount.into(), self.now);
        self.tokens[usize::from(token)].bank = bank;
        self.charge(account, token, amount);
        Ok(())
    }

    pub(super) fn repay(&mut self, account: usize, token: u8, amount: u64, seen: &Seen) -> Result<(), String> {
        self.tokens[usize::from(token)].bank = self.accrue_as_seen(token, seen)?;
        let paid = self.pay_debt(account, token, amount);
        let now = self.now;
        let bank = &mut self.tokens[usize::from(token)].bank;
        bank.count_outflow(-i128::from(paid), now);
        bank.vault += paid;
        bank.vault_tokens += paid;
        self.count_deposits(token);
        Ok(())
    }

    /// Shares of a position, 0 without one of that side.
    pub(super) fn shares(&self, account: usize, token: u8, side: Side) -> u64 {
        let position = self.accounts[account].positions.get(&token).filter(|position| position.side == side);
        position.map_or(0, |position| position.shares)
    }

    /// A deposit grows by an amount.
    pub(super) fn credit(&mut self, account: usize, token: u8, amount: u64) {
        let bank = &mut self.tokens[usize::from(token)].bank;
        let minted = floor_u64(&exact_shares(amount, bank.deposit_index));
        bank.deposit_shares += minted;
        let shares = self.shares(account, token, Side::Deposit) + minted;
        self.set_position(account, token, Side::Deposit, shares);
    }

    /// A debt grows by an amount.
    pub(super) fn charge(&mut self, account: usize, token: u8, amount: u64) {
        let bank = &mut self.tokens[usize::from(token)].bank;
        let minted = mint_debt(amount, bank);
        bank.borrow_shares += minted;
        let shares = self.shares(account, token, Side::Debt) + minted;
        self.set_position(account, token, Side::Debt, shares);
    }

    /// A deposit shrinks by an amount, at most by all; returns by how much.
    pub(super) fn take_deposit(&mut self, account: usize, token: u8, amount: u64) -> u64 {
        let shares = self.shares(account, token, Side::Deposit);
        let bank = &mut self.tokens[usize::from(token)].bank;
        let owned = bank::deposit_amount(shares, bank.deposit_index);
        let burned = if amount == ALL { shares } else { burn_deposit(amount, bank, shares) };
        bank.deposit_shares -= burned;
        self.set_position(account, token, Side::Deposit, shares - burned);
        amount.min(owned)
    }

    /// A debt shrinks by an amount, at most by all; returns by how much.
    pub(super) fn pay_debt(&mut self, account: usize, token: u8, amount: u64) -> u64 {
        let shares = self.shares(account, token, Side::Debt);
        let bank = &mut self.tokens[usize::from(token)].bank;
        let owed = bank::debt_amount(shares, bank.borrow_index);
        let all = amount >= owed;
        let burned = if all { shares } else { floor_u64(&exact_shares(amount, bank.borrow_index)) };
        bank.borrow_shares -= burned;
        self.set_position(account, token, Side::Debt, shares - burned);
        amount.min(owed)
    }
}

fn mint_debt(amount: u64, bank: &Bank) -> u64 {
    ceil_u64(&exact_shares(amount, bank.borrow_index))
}

/// Who takes everything gives up the fraction of a unit that is left in the shares.
fn burn_deposit(amount: u64, bank: &Bank, shares: u64) -> u64 {
    if amount >= bank::deposit_amount(shares, bank.deposit_index) {
        return shares;
    }
    ceil_u64(&exact_shares(amount, bank.deposit_index)).min(shares)
}

/// A number of a bank at both ends of its interest.
fn range_of(touched: &Touched, of: impl Fn(&Bank) -> super::rational::Q) -> Range {
    let (a, b) = (of(&touched.lo), of(&touched.hi));
    Range::point(a).hull(&Range::point(b))
}
