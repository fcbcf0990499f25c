//! The instructions of perpetuals, judged and carried out.

use super::Liquidity;
use super::trade::FRESH_RISK;
use crate::model::call::{Call, Seen};
use crate::model::health::Legs;
use crate::model::state::{STALE_INDEX, State};
use crate::model::verdict::Verdict;
use breakwater_client::interface::MarginError as E;

use crate::model::rational::{floor_u64, int};

impl State {
    /// Legs in an instruction that touches a market but not the quote bank.
    pub(crate) fn traded_legs(&self, account: usize, market: u8) -> Legs {
        self.legs_in(&self.accounts[account], &[], Some(market))
    }

    /// Legs in an instruction that touches a market and the quote bank.
    pub(crate) fn settled_legs(&self, account: usize, market: u8) -> Legs {
        let bank = self.touch(self.quote().token);
        self.legs_in(&self.accounts[account], &[&bank], Some(market))
    }

    /// Whether an account may be so after taking on risk.
    pub(crate) fn judge_legs(legs: &Legs, oldest: i64) -> Verdict {
        let mut verdict = Verdict::default();
        if legs.owes_nothing() {
            return verdict;
        }
        verdict.refuse_if(legs.price_older_than(oldest), E::StalePrice);
        verdict.refuse_if(legs.index_older_than(STALE_INDEX), E::StaleIndex);
        verdict.refuse_when(legs.initial().below(&int(0)), E::InsufficientHealth);
        verdict
    }

    pub(crate) fn judge_perp_risk(&self, account: usize, market: u8) -> Verdict {
        State::judge_legs(&self.settled_legs(account, market), FRESH_RISK)
    }

    /// Carries an instruction out on a state whose quote bank is charged; returns what speaks against it.
    fn run(&mut self, call: &Call) -> Verdict {
        let verdict = self.run_once(call);
        self.liquidity.retain(|_, entry| *entry != Liquidity::default());
        verdict
    }

    fn run_once(&mut self, call: &Call) -> Verdict {
        match call {
            Call::Trade { account, market, order, limit } => self.trade(*account, *market, *order, *limit),
            Call::Settle { account, market, amount, stranger } => self.settle(*account, *market, *amount, *stranger),
            Call::AddLiquidity { account, market, amount } => self.add_liquidity(*account, *market, *amount),
            Call::RequestLiquidity { account, market, shares } => self.request_liquidity(*account, *market, *shares),
            Call::RemoveLiquidity { account, market } => self.remove_liquidity(*account, *market),
            Call::Insure { account, amount, market } => self.insure(*account, *amount, *market),
            Call::Deleverage { account, market } => self.deleverage(*account, *market),
            Call::Stake { account, amount } => self.stake(*account, *amount),
            Call::Mature { account } => self.mature(*account),
            Call::RequestUnstake { account, units } => self.request_unstake(*account, *units),
            Call::Unstake { account } => self.unstake(*account),
            Call::Restake { account } => self.restake(*account),
            Call::Collect { market } => self.collect(*market),
            other => unreachable!("{other:?} is no instruction of perpetuals"),
        }
    }

    pub(crate) fn judge_perp(&self, call: &Call) -> Verdict {
        if matches!(call, Call::Trade { .. }) {
            return self.clone().run(call);
        }
        let [mut low, mut high] = self.at_ends(&[self.quote().token]);
        low.run(call).either(high.run(call))
    }

    pub(crate) fn perform_perp(&mut self, call: &Call, seen: &Seen) -> Result<(), String> {
        match call {
            Call::Trade { .. } | Call::Restake { .. } | Call::Collect { market: Some(_) } => {}
            Call::RequestLiquidity { .. } | Call::Mature { .. } | Call::RequestUnstake { .. } => {
                *self = self.as_seen(call, seen);
                return Ok(());
            }
            Call::Deleverage { .. } => return self.deleverage_as_seen(call, seen),
            _ => {
                let token = self.quote().token;
                self.tokens[usize::from(token)].bank = self.accrue_as_seen(token, seen)?;
            }
        }
        self.run(call);
        Ok(())
    }

    /// A deleveraging reads the quote bank without writing it, and leaves the index that it used on the board.
    fn deleverage_as_seen(&mut self, call: &Call, seen: &Seen) -> Result<(), String> {
        let quote = self.quote().token;
        let bank = self.token(quote).bank.clone();
        let charged = self.accrue_to(&bank, seen.after.token(quote).snapshot.borrow_index)?;
        let snapshot = self.snapshot_of(&charged);
        let entry = usize::from(quote);
        self.tokens[entry].bank = charged;
        self.run(call);
        self.tokens[entry].bank = bank;
        self.tokens[entry].snapshot = snapshot;
        Ok(())
    }

    /// What an instruction leaves that reads the quote bank without writing it. So the index that it read is not to be seen:
    /// of all that interest may have given, those that leave what was seen are looked for.
    fn as_seen(&self, call: &Call, seen: &Seen) -> State {
        let token = usize::from(self.quote().token);
        let bank = &self.tokens[token].bank;
        let outcome = |index: u64| {
            let mut state = self.clone();
            state.tokens[token].bank = bank.accrued(self.now, index);
            state.run(call);
            state.tokens.clone_from(&self.tokens);
            state
        };
        let range = bank.borrow_index_at(self.now);
        let ends = [range.lo, range.hi].map(|end| floor_u64(&end));
        let mut open = vec![(ends, ends.map(outcome))];
        let first = open[0].1[0].clone();
        while let Some(([low, high], outcomes)) = open.pop() {
            if let Some(found) = outcomes.iter().find(|outcome| *outcome == seen.after) {
                return found.clone();
            }
            // Every number rises or falls with the index, so between equal ends there is nothing else.
            if outcomes[0] != outcomes[1] && high - low > 1 {
                let middle = low + (high - low) / 2;
                let (between, [least, most]) = (outcome(middle), outcomes);
                open.push(([low, middle], [least, between.clone()]));
                open.push(([middle, high], [between, most]));
            }
        }
        first
    }
}
