//! A fill against a market's pool, and whether the account still answers for its risk after it. What `trade`, `reduce` and
//! the execution of an order share.

use anchor_lang::prelude::Clock;
use breakwater_interface::accounts::MARKET_FEED;
use breakwater_interface::snapshot::{self, OwnIndex};
use breakwater_interface::{MarginAccount, MarginError, PerpMarket, RiskBoard};
use breakwater_margin::perp::{Fill, Order, Quoted};

use crate::state::account::valued;
use crate::state::market::{Held, Live};

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
        clock: &Clock,
    ) -> Result<Filled, MarginError> {
        let terms = market.config.trade(market.availability(clock.unix_timestamp), snapshot::quote_decimals(board))?;
        let quoted = Quoted {
            mark: live.mark,
            band: live.price.band,
            age: live.price.age,
            publish_time: board.feeds[usize::from(MARKET_FEED + live.number)].publish_time,
            slot: clock.slot,
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
