//! Settlement of profits and losses, and insurance.

use breakwater_client::interface::MarginError as E;

use super::position::Perp;
use super::trade::refuse;
use super::unsigned;
use crate::model::bank::{debt_amount, deposit_amount};
use crate::model::state::{ALL, OLD_INDEX, Side, State};
use crate::model::verdict::Verdict;

/// Marks older than this settle nothing, seconds.
pub const FRESH: i64 = 60;

/// A verdict of one reason.
pub(crate) fn refused(error: E) -> Verdict {
    let mut verdict = Verdict::default();
    verdict.refuse_if(true, error);
    verdict
}

impl State {
    /// What an account owns of the quote token.
    pub(crate) fn quote_deposit(&self, account: usize) -> i128 {
        deposit_amount(self.shares(account, self.quote().token, Side::Deposit), self.quote_index()).into()
    }

    /// What an account owes of the quote token.
    pub(crate) fn quote_debt(&self, account: usize) -> i128 {
        let token = self.quote().token;
        debt_amount(self.shares(account, token, Side::Debt), self.token(token).bank.borrow_index).into()
    }

    /// An account's quote deposit goes to a pool, a tranche or the fund; returns the units, and the shares that the account
    /// gives up and the other side gets.
    pub(crate) fn hand_over(&mut self, account: usize, amount: u64) -> Result<(i128, u64), E> {
        let token = self.quote().token;
        refuse(self.shares(account, token, Side::Deposit) == 0, E::NoDeposit)?;
        let owned = self.quote_deposit(account);
        refuse(amount != ALL && i128::from(amount) > owned, E::MoreThanOwned)?;
        refuse(amount == 0, E::AmountZero)?;
        let before = self.shares(account, token, Side::Deposit);
        let units = i128::from(self.take_deposit(account, token, amount));
        let shares = before - self.shares(account, token, Side::Deposit);
        self.tokens[usize::from(token)].bank.deposit_shares += shares;
        Ok((units, shares))
    }

    /// Deposit shares that were a pool's or the keeper's fee become an account's: its debt first, the rest as a deposit.
    pub(crate) fn take_over(&mut self, account: usize, units: i128, shares: u64) {
        let token = self.quote().token;
        self.tokens[usize::from(token)].bank.deposit_shares -= shares;
        self.hand_to_keeper(account, token, unsigned(units));
    }

    /// The pool pays quote units to an account.
    pub(crate) fn pool_pays(&mut self, account: usize, market: u8, units: i128) {
        let index = self.quote_index();
        let shares = self.market_mut(market).draw(units, index);
        self.take_over(account, units, shares);
    }

    pub(crate) fn settle(&mut self, account: usize, market: u8, amount: u64, stranger: bool) -> Verdict {
        self.try_settle(account, market, amount, stranger).unwrap_or_else(refused)
    }

    fn try_settle(&mut self, account: usize, market: u8, amount: u64, stranger: bool) -> Result<Verdict, E> {
        let (index, mark) = (self.quote_index(), self.mark(market));
        refuse(self.market(market).feed.age(self.now) > FRESH, E::StalePrice)?;
        self.touch_market(market, index);
        let perp = self.perp(account, market).ok_or(E::NoPosition)?;
        let mut perp = self.touch_perp(perp, market, index);
        self.set_perp(account, market, &perp);
        if perp.pnl(mark) < 0 {
            let most = (-perp.pnl(mark)).min(self.quote_deposit(account));
            let amount = i128::from(amount).min(most);
            refuse(amount == 0, E::NothingToSettle)?;
            self.pay_loss(account, market, &mut perp, amount);
            self.set_perp(account, market, &perp);
            return Ok(Verdict::default());
        }
        refuse(amount != ALL && amount > perp.matured, E::ProfitNotMatured)?;
        let debt = self.quote_debt(account);
        let secured = i128::from(perp.secured);
        let mut most = i128::from(perp.matured).min(secured + self.market(market).most(mark, index));
        let legs = self.settled_legs(account, market);
        let since = self.market(market).deficit_since;
        // A deficit younger than T slots may be one print's.
        let passing = since != 0 && self.slot - since < u64::from(self.market(market).config.adl_slots);
        let known = !legs.price_older_than(FRESH) && !legs.index_older_than(OLD_INDEX);
        let insolvent = self.spare(account, market) <= 0 && known && !passing;
        if stranger && !insolvent {
            refuse(debt == 0, E::NotAccountOwnerOrDelegate)?;
            most = most.min(debt);
            if self.market(market).deficit_since != 0 {
                most = most.min(secured);
                refuse(most == 0, E::MarketInDeficit)?;
            }
        }
        let asked = i128::from(amount).min(most);
        if asked == 0 {
            // To touch a profit is worth a transaction by itself: it matures from now on.
            let touches = amount == ALL && perp.pnl(mark) > 0 && (!stranger || insolvent);
            refuse(!touches, E::NothingToSettle)?;
            return Ok(Verdict::default());
        }
        let whole = asked <= secured || self.market(market).deficit(mark, index) == 0;
        let rest = self.market(market).paid((asked - secured).max(0), mark, index);
        self.pay_profit(account, &mut perp, market, (asked, rest));
        self.set_perp(account, market, &perp);
        let checked = !stranger && (asked > debt || !whole);
        Ok(if checked { self.judge_perp_risk(account, market) } else { Verdict::default() })
    }

    /// A deposit pays a loss.
    pub(crate) fn pay_loss(&mut self, account: usize, market: u8, perp: &mut Perp, amount: i128) {
        let (units, shares) = self.hand_over(account, unsigned(amount)).expect("the account has the deposit");
        self.market_mut(market).pool += shares;
        self.add_quote(perp, market, units);
    }

    /// Matured profit is given up, and an account gets what is secured of it, and of the rest what the pool pays.
    pub(crate) fn pay_profit(&mut self, account: usize, perp: &mut Perp, market: u8, (amount, rest): (i128, i128)) {
        let index = self.quote_index();
        self.add_quote(perp, market, -amount);
        perp.matured = unsigned(i128::from(perp.matured) - amount);
        perp.seen = unsigned((i128::from(perp.seen) - amount).max(0));
        let books = self.market_mut(market);
        let set_apart = amount.min(perp.secured.into());
        let (units, shares) = books.pay_secured(perp, set_apart, index);
        let drawn = books.draw(rest, index);
        self.take_over(account, units + rest, shares + drawn);
    }

    pub(crate) fn insure(&mut self, account: usize, amount: u64, market: Option<u8>) -> Verdict {
        match self.hand_over(account, amount) {
            Err(error) => refused(error),
            Ok((_, shares)) => {
                match market {
                    Some(market) => self.market_mut(market).tranche += shares,
                    None => self.fund.as_mut().expect("there is a fund").shares += shares,
                }
                let quote = self.quote().token;
                self.judge_risk(account, &[&self.touch(quote)])
            }
        }
    }
}
