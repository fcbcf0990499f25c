//! A fill against a market's pool, and whether the account still answers for its risk after it. What `trade`, `reduce` and
//! the execution of an order share.

use breakwater_margin::perp::{Fill, Order, Quoted};

use super::account::valued;
use crate::accounts::{MARKET_FEED, MarginAccount, RiskBoard};
use crate::errors::MarginError;
use crate::live::{Held, Live};
use crate::perp::PerpMarket;
use crate::snapshot::{self, OwnIndex};

/// A fill with the market and the position before it.
pub struct Filled {
    /// What was done.
    pub fill: Fill,
    before: (Live, Held),
}

impl Filled {
    /// Fills an order and writes the position. The position must have been touched and the index be live.
    ///
    /// Errors: those of [`breakwater_margin::perp::Market::trade`]
    #[inline(always)]
    pub fn new(
        account: &mut MarginAccount,
        (market, board): (&PerpMarket, &RiskBoard),
        (live, held): (&mut Live, &mut Held),
        order: &Order,
        (slot, now): (u64, i64),
    ) -> Result<Filled, MarginError> {
        let terms = market.config.trade(market.availability(now), snapshot::quote_decimals(board))?;
        let quoted = Quoted {
            mark: live.mark,
            band: live.price.band,
            age: live.price.age,
            publish_time: board.feeds[usize::from(MARKET_FEED + live.number)].publish_time,
            slot,
            index: live.index,
        };
        let before = (*live, *held);
        let fill = live.books.trade(&mut held.position, order, &terms, &quoted)?;
        live.hold(account, held);
        Ok(Filled { fill, before })
    }

    /// A reduction must not leave an account less able to answer for its risk. What it was before, which costs as much again,
    /// matters only under water. Beside the position nothing of the account may have changed since.
    ///
    /// Errors: InsufficientHealth
    pub fn verify_reduction(
        &self,
        account: &mut MarginAccount,
        board: &RiskBoard,
        (live, held): (&Live, &Held),
        banks: &[OwnIndex],
        now: i64,
    ) -> Result<(), MarginError> {
        let after = valued(account, board, banks, live, now)?.valuation;
        if after.is_maintained() {
            return Ok(());
        }
        self.before.0.hold(account, &self.before.1);
        let before = valued(account, board, banks, &self.before.0, now)?.valuation;
        live.hold(account, held);
        Ok(after.verify_reduction(&before)?)
    }
}
