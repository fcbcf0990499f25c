//! What a keeper knows: the board and the accounts as a node would send them, at one moment.

use breakwater_client::Address;
use breakwater_client::interface::{MarginAccount, MarginError, RiskBoard, snapshot};
use breakwater_client::margin::{Price, Snapshot, Valuation, health};

use crate::world::World;

/// Board and accounts at one moment.
pub struct View {
    /// The risk board.
    pub board: RiskBoard,
    /// The accounts, in the order they were asked for.
    pub accounts: Vec<MarginAccount>,
    /// Unix time, seconds.
    pub now: i64,
}

impl View {
    /// Reads accounts and the board from the chain.
    pub fn read(world: &World, accounts: &[Address]) -> View {
        View {
            board: world.board(),
            accounts: accounts.iter().map(|account| world.margin_account(account)).collect(),
            now: world.chain.now(),
        }
    }

    /// Values one of the accounts; `legs` is filled on the way.
    ///
    /// # Errors
    /// The mathematics' refusal.
    pub fn value(&self, account: usize, legs: &mut Snapshot) -> Result<Valuation, MarginError> {
        value(&self.board, &self.accounts[account], self.now, legs)
    }

    /// Price of a token at mid.
    pub fn price(&self, token: u8) -> Price {
        price(&self.board, token)
    }
}

/// Price of a token at mid.
pub(crate) fn price(board: &RiskBoard, token: u8) -> Price {
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
    snapshot::build(legs, board, account, &[], now)?;
    Ok(health::value(legs)?)
}
