//! What an instruction must do: whether it is refused, and the group after it.

use super::call::{Call, Seen};
use super::state::State;
use super::verdict::Verdict;

impl State {
    /// Whether an instruction is refused now.
    pub fn verdict(&self, call: &Call) -> Verdict {
        match call {
            Call::Deposit { account, token, amount, stranger } => {
                self.judge_deposit(*account, *token, *amount, *stranger)
            }
            Call::Withdraw { account, token, amount } => self.judge_withdraw(*account, *token, *amount),
            Call::Borrow { account, token, amount } => self.judge_borrow(*account, *token, *amount),
            Call::Repay { account, token, amount, .. } => self.judge_repay(*account, *token, *amount),
            Call::Refresh { prints, .. } => self.judge_refresh(prints),
            Call::Liquidate { keeper, liquidatee, debt, collateral, request } => {
                self.judge_liquidate(*keeper, *liquidatee, (*debt, *collateral), *request)
            }
            Call::Resolve { account, token } => self.judge_resolve(*account, *token),
            Call::Close { keeper, liquidatee, market, request } => {
                self.judge_close(*keeper, *liquidatee, *market, *request)
            }
            Call::Touch { account } => self.judge_touch(*account),
            Call::PlaceOrder { account, slot, order, by } => self.judge_placing(*account, *slot, order, *by),
            Call::CancelOrder { account, slot, by } => self.judge_canceling(*account, *slot, *by),
            Call::ExecuteOrder { executor, account, slot } => self.judge_execution(*executor, *account, *slot),
            Call::SetStatus { .. } => Verdict::default(),
            _ => self.judge_perp(call),
        }
    }

    /// The group after an instruction that succeeds.
    ///
    /// # Errors
    /// If what was seen is outside what the model allows.
    pub fn expected(&self, call: &Call, seen: &Seen) -> Result<State, String> {
        let mut all = self.outcomes_of(call, seen)?;
        all.iter_mut().for_each(State::drop_void_orders);
        let found = all.iter().position(|state| state == seen.after).unwrap_or(0);
        Ok(all.swap_remove(found))
    }

    /// All that an instruction may leave, where rounding decides between them; the first is as good as any.
    fn outcomes_of(&self, call: &Call, seen: &Seen) -> Result<Vec<State>, String> {
        let mut after = self.clone();
        match call {
            Call::Liquidate { .. } | Call::Close { .. } | Call::Touch { .. } => return self.liquidations(call, seen),
            Call::ExecuteOrder { executor, account, slot } => {
                return self.executions(*executor, *account, *slot, seen);
            }
            Call::Deposit { account, token, amount, .. } => after.deposit(*account, *token, *amount, seen)?,
            Call::Withdraw { account, token, amount } => after.withdraw(*account, *token, *amount, seen)?,
            Call::Borrow { account, token, amount } => after.borrow(*account, *token, *amount, seen)?,
            Call::Repay { account, token, amount, .. } => after.repay(*account, *token, *amount, seen)?,
            Call::Refresh { prints, indices } => after.refresh(prints, indices, seen)?,
            Call::Resolve { account, token } => after.resolve(*account, *token, seen)?,
            Call::PlaceOrder { account, slot, order, .. } => {
                after.accounts[*account].orders.insert(*slot, *order);
            }
            Call::CancelOrder { account, slot, .. } => {
                after.accounts[*account].orders.remove(slot);
            }
            Call::SetStatus { market, status } => after.set_status(*market, *status),
            _ => after.perform_perp(call, seen)?,
        }
        Ok(vec![after])
    }
}
