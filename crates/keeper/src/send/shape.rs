//! Fits a job to what the keeper may take over.

use breakwater_client::interface::MarginAccount;
use breakwater_client::margin::{Price, Refusal};
use breakwater_client::view::View;

use super::{Prices, Sender, lock};
use crate::inventory::{Mine, after, limit};
use crate::job::{Action, Job};

impl Sender {
    /// Fits a liquidation to the rules and to the keeper's own health, given what else is under way: `most` and the gain become
    /// those of the largest size that may be taken over. False where even the least is too much. Other jobs are left as they
    /// are.
    ///
    /// Formula:  [`limit`], on the keeper's account after all plans that are under way
    pub fn shape(&self, job: &mut Job, liquidatee: &MarginAccount, own: &MarginAccount, view: &View) -> bool {
        self.set_prices(self.prices_of(view));
        let Action::Liquidate { target, most, .. } = &mut job.action else { return true };
        let plan = |most: u64| match view.step(liquidatee, most) {
            Ok(answer) if answer.target == Some(*target) => answer.told.next,
            Ok(_) | Err(_) => Err(Refusal::LegNotFound),
        };
        let Ok(step) = plan(*most) else { return false };
        let mut account = *own;
        for planned in lock(&self.planned).values() {
            let mine = Mine { account: &account, board: &view.board, now: view.time };
            if let Ok(changed) = after(&mine, planned) {
                account = changed;
            }
        }
        let mine = Mine { account: &account, board: &view.board, now: view.time };
        let allowed = match limit(&self.rules, &mine, &step.plan, |most| plan(most).map(|step| step.plan)) {
            Ok(allowed) => allowed,
            Err(cannot) => {
                tracing::info!(account = %job.account, %cannot, "not taken over");
                return false;
            }
        };
        let Ok(shaped) = plan(allowed.min(*most)) else { return false };
        (*most, job.gain) = (allowed.min(*most), shaped.revenue);
        lock(&self.planned).insert(job.account, shaped.plan);
        true
    }

    pub(super) fn prices_of(&self, view: &View) -> Prices {
        let price = |token: u8| {
            let risk = view.board.tokens.get(usize::from(token))?;
            let feed = view.board.feeds.get(usize::from(risk.feed))?;
            (risk.listed == 1 && feed.price > 0).then_some(Price(feed.price))
        };
        let quote = (view.board.quote_set == 1).then_some(view.board.quote_token);
        Prices { sol: self.settings.sol_token.and_then(price), quote: quote.and_then(price) }
    }
}
