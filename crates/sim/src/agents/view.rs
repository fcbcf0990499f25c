//! What a keeper knows: the board and the accounts as a node would send them, at one moment.

use breakwater_client::Address;
use breakwater_client::interface::snapshot::Own;
use breakwater_client::interface::{MarginAccount, MarginError, RiskBoard, snapshot};
use breakwater_client::margin::liquidation::{Flag, Moment, Touch, judge_touch};
use breakwater_client::margin::perp::Mark;
use breakwater_client::margin::position::MARKET_LEG;
use breakwater_client::margin::{Price, Refusal, Snapshot, Target, Valuation, health};

use crate::world::World;

/// Board and accounts at one moment.
pub struct View {
    /// The risk board.
    pub board: RiskBoard,
    /// The accounts, in the order they were asked for.
    pub accounts: Vec<MarginAccount>,
    /// Each market's mark.
    pub marks: Vec<Mark>,
    /// Unix time, seconds.
    pub now: i64,
    /// Slot.
    pub slot: u64,
    /// Numbers of the accounts that are liquidatable.
    pub under_water: Vec<usize>,
}

impl View {
    /// Reads accounts, the board and the markets from the chain.
    ///
    /// # Errors
    /// Overflow.
    pub fn read(world: &World, accounts: &[Address]) -> Result<View, MarginError> {
        let mut view = View {
            board: world.board(),
            accounts: accounts.iter().map(|account| world.margin_account(account)).collect(),
            marks: world.perps.iter().map(|perp| world.mark(perp)).collect::<Result<_, _>>()?,
            now: world.chain.now(),
            slot: world.chain.clock().slot,
            under_water: Vec::new(),
        };
        let mut legs = Snapshot::default();
        for account in 0..view.accounts.len() {
            if view.value(account, &mut legs)?.is_liquidatable() {
                view.under_water.push(account);
            }
        }
        Ok(view)
    }

    /// Values one of the accounts; `legs` is filled on the way.
    ///
    /// # Errors
    /// The mathematics' refusal.
    pub fn value(&self, account: usize, legs: &mut Snapshot) -> Result<Valuation, MarginError> {
        value(&self.board, &self.accounts[account], self.now, legs)
    }

    /// What a touch of an account would mean now, as keepers and the program judge it.
    ///
    /// # Errors
    /// FlagTooYoung, Calming.
    pub fn judge(&self, account: &MarginAccount, legs: &Snapshot, valuation: &Valuation) -> Result<Touch, Refusal> {
        let flag = Flag { slot: account.flag_slot, newest_print: account.flag_time };
        let at = Moment { slot: self.slot, now: self.now, calm_at: self.board.calm_at };
        let group = &self.board.liquidation;
        judge_touch(legs, valuation, &group.params(), (&group.touches(), flag), at)
    }

    /// Price of a leg at mid; what is owed to and by markets is in the quote token.
    pub fn price(&self, leg: u8) -> Price {
        price(&self.board, leg)
    }
}

/// The market that a target involves.
pub(crate) fn market_of(target: Target) -> Option<u8> {
    match target {
        Target::Perp(market) => Some(market),
        Target::Spot(pair) => [pair.debt, pair.collateral].iter().find_map(|leg| leg.checked_sub(MARKET_LEG)),
    }
}

/// Price of a leg at mid.
pub(crate) fn price(board: &RiskBoard, leg: u8) -> Price {
    let token = if leg >= MARKET_LEG { board.quote_token } else { leg };
    let feed = board.tokens[usize::from(token)].feed;
    Price(board.feeds[usize::from(feed)].price)
}

/// Values an account against a board, as every keeper and the program do.
pub(crate) fn value(
    board: &RiskBoard,
    account: &MarginAccount,
    now: i64,
    legs: &mut Snapshot,
) -> Result<Valuation, MarginError> {
    snapshot::build(legs, board, account, &Own::default(), now)?;
    Ok(health::value(legs)?)
}
