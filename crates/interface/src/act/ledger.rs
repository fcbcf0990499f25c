//! One token of one margin account together with its bank's books: the verbs that move value between the two.

use breakwater_margin::lending::Books;
use breakwater_margin::{NativeAmount, Shares};

use crate::accounts::{MarginAccount, SIDE_DEBT, SIDE_DEPOSIT, TokenPosition};
use crate::errors::MarginError;

/// Takes all of a deposit or pays all of a debt.
pub const ALL: NativeAmount = NativeAmount::MAX;

/// One token of one account.
pub struct Ledger<'a> {
    /// The account.
    pub account: &'a mut MarginAccount,
    /// The token's bank.
    pub books: &'a mut Books,
    /// Number of the token.
    pub token: u8,
}

/// What an account owns or owes of a token; one of the two is 0.
pub struct Balance {
    /// Owned, native units.
    pub deposit: NativeAmount,
    /// Owed, native units.
    pub debt: NativeAmount,
}

impl Ledger<'_> {
    /// Credits a deposit; opens a position if there is none.
    ///
    /// Errors: PositionIsDebt, TokenSlotsFull, AmountZero
    #[inline(never)]
    pub fn deposit(&mut self, amount: NativeAmount) -> Result<Shares, MarginError> {
        let slot = self.slot_for(SIDE_DEPOSIT)?;
        let shares = positive(self.books.mint_deposit(amount)?)?;
        self.grow(slot, SIDE_DEPOSIT, shares)
    }

    /// Charges a deposit; returns the amount, which [`ALL`] leaves to the ledger.
    ///
    /// Errors: NoDeposit, AmountZero, MoreThanOwned
    #[inline(never)]
    pub fn withdraw(&mut self, amount: NativeAmount) -> Result<NativeAmount, MarginError> {
        let slot = self.held(SIDE_DEPOSIT).ok_or(MarginError::NoDeposit)?;
        if amount == ALL {
            return self.clear(slot);
        }
        let shares = positive(self.books.burn_deposit(amount, self.account.tokens[slot].shares)?)?;
        self.shrink(slot, shares)?;
        Ok(amount)
    }

    /// Issues a debt; opens a position if there is none.
    ///
    /// Errors: PositionIsDeposit, TokenSlotsFull, AmountZero
    #[inline(never)]
    pub fn borrow(&mut self, amount: NativeAmount) -> Result<Shares, MarginError> {
        let slot = self.slot_for(SIDE_DEBT)?;
        let shares = positive(self.books.issue_debt(amount)?)?;
        self.grow(slot, SIDE_DEBT, shares)
    }

    /// Retires a debt, at most all of it; returns what it took.
    ///
    /// Errors: NoDebt, AmountZero
    pub fn repay(&mut self, amount: NativeAmount) -> Result<NativeAmount, MarginError> {
        let slot = self.held(SIDE_DEBT).ok_or(MarginError::NoDebt)?;
        let before = self.account.tokens[slot].shares;
        let paid = self.pay_debt(slot, amount)?;
        if self.account.tokens[slot].shares == before {
            return Err(MarginError::AmountZero);
        }
        Ok(paid)
    }

    /// Gives an amount to the account: its debt first, the rest as a deposit. What is too small for a share stays with the
    /// bank, so that dust can never block a liquidation.
    ///
    /// Errors: TokenSlotsFull, MathOverflow
    #[inline(never)]
    pub fn credit(&mut self, amount: NativeAmount) -> Result<(), MarginError> {
        let mut rest = amount;
        if let Some(slot) = self.held(SIDE_DEBT) {
            rest -= self.pay_debt(slot, rest)?;
        }
        if rest > 0 {
            let shares = self.books.mint_deposit(rest)?;
            if shares > 0 {
                let slot = self.slot_for(SIDE_DEPOSIT)?;
                self.grow(slot, SIDE_DEPOSIT, shares)?;
            }
        }
        Ok(())
    }

    /// Takes an amount from the account: its deposit first, the rest as a debt.
    ///
    /// Errors: TokenSlotsFull, MathOverflow
    #[inline(never)]
    pub fn debit(&mut self, amount: NativeAmount) -> Result<(), MarginError> {
        let mut rest = amount;
        if let Some(slot) = self.held(SIDE_DEPOSIT) {
            let owned = self.books.deposit_index.amount_down(self.account.tokens[slot].shares)?;
            if rest >= owned {
                rest -= self.clear(slot)?;
            } else {
                let shares = self.books.burn_deposit(rest, self.account.tokens[slot].shares)?;
                self.shrink(slot, shares)?;
                rest = 0;
            }
        }
        if rest > 0 {
            self.borrow(rest)?;
        }
        Ok(())
    }

    /// Moves a deposit to somebody who holds shares of the bank without an account: a pool, a tranche, the fund. They get the
    /// very shares that the account gives up.
    ///
    /// Rounding: shares ceil
    /// Errors:   NoDeposit, AmountZero, MoreThanOwned
    #[inline(never)]
    pub fn hand_over(&mut self, amount: NativeAmount) -> Result<(NativeAmount, Shares), MarginError> {
        let before = self.books.deposit_shares;
        let amount = self.withdraw(amount)?;
        let shares = before - self.books.deposit_shares;
        self.books.deposit_shares = before;
        Ok((amount, shares))
    }

    /// Gives the account an amount for shares that a pool has handed back.
    ///
    /// Errors: TokenSlotsFull, MathOverflow
    #[inline(never)]
    pub fn take_over(&mut self, amount: NativeAmount, shares: Shares) -> Result<(), MarginError> {
        self.books.deposit_shares = self.books.deposit_shares.checked_sub(shares).ok_or(MarginError::MathOverflow)?;
        self.credit(amount)
    }

    /// What the account owns or owes of the token.
    ///
    /// Rounding: deposits floor, debts ceil
    /// Errors:   MathOverflow
    pub fn balance(&self) -> Result<Balance, MarginError> {
        let Some(position) = self.account.find(self.token).map(|slot| self.account.tokens[slot]) else {
            return Ok(Balance { deposit: 0, debt: 0 });
        };
        Ok(match position.side {
            SIDE_DEBT => Balance { deposit: 0, debt: self.books.borrow_index.amount_up(position.shares)? },
            _ => Balance { deposit: self.books.deposit_index.amount_down(position.shares)?, debt: 0 },
        })
    }

    /// Shares of the token's position, whichever side.
    pub fn shares(&self) -> Shares {
        self.account.find(self.token).map_or(0, |slot| self.account.tokens[slot].shares)
    }

    fn held(&self, side: u8) -> Option<usize> {
        self.account.find(self.token).filter(|slot| self.account.tokens[*slot].side == side)
    }

    /// Pays a debt with at most an amount; returns what it took.
    fn pay_debt(&mut self, slot: usize, amount: NativeAmount) -> Result<NativeAmount, MarginError> {
        let owed = self.account.tokens[slot].shares;
        let amount = amount.min(self.books.borrow_index.amount_up(owed)?);
        let shares = self.books.retire_debt(amount, owed)?;
        self.shrink(slot, shares)?;
        Ok(amount)
    }

    /// The token's slot, or a free one.
    fn slot_for(&self, side: u8) -> Result<usize, MarginError> {
        match self.account.find(self.token) {
            Some(slot) if self.account.tokens[slot].side == side => Ok(slot),
            Some(_) if side == SIDE_DEPOSIT => Err(MarginError::PositionIsDebt),
            Some(_) => Err(MarginError::PositionIsDeposit),
            None => self.account.tokens.iter().position(TokenPosition::is_free).ok_or(MarginError::TokenSlotsFull),
        }
    }

    fn grow(&mut self, slot: usize, side: u8, shares: Shares) -> Result<Shares, MarginError> {
        let position = &mut self.account.tokens[slot];
        let total = position.shares.checked_add(shares).ok_or(MarginError::MathOverflow)?;
        *position = TokenPosition { shares: total, token: self.token, side, reserved: [0; 6] };
        Ok(total)
    }

    fn shrink(&mut self, slot: usize, shares: Shares) -> Result<(), MarginError> {
        let position = &mut self.account.tokens[slot];
        position.shares = position.shares.checked_sub(shares).ok_or(MarginError::MathOverflow)?;
        if position.shares == 0 {
            *position = bytemuck::Zeroable::zeroed();
        }
        Ok(())
    }

    /// Takes a whole deposit; the fraction of a unit in its shares is given up, so that it cannot block the slot.
    fn clear(&mut self, slot: usize) -> Result<NativeAmount, MarginError> {
        let held = self.account.tokens[slot].shares;
        let amount = self.books.deposit_index.amount_down(held)?;
        self.books.deposit_shares = self.books.deposit_shares.checked_sub(held).ok_or(MarginError::MathOverflow)?;
        self.shrink(slot, held)?;
        Ok(amount)
    }
}

fn positive(shares: Shares) -> Result<Shares, MarginError> {
    if shares == 0 { Err(MarginError::AmountZero) } else { Ok(shares) }
}
