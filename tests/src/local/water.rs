//! Who is under water on the node, by the program's own mathematics.

use breakwater_client::Address;
use breakwater_client::interface::snapshot::{self, Own};
use breakwater_client::interface::{MarginAccount, RiskBoard};
use breakwater_client::margin::liquidation::best_target;
use breakwater_client::margin::{Snapshot, Target, Value, health};

use super::place::Place;
use super::rpc::{Outcome, Rpc, Trouble};

/// Where everybody stands.
#[derive(Clone, Debug, Default)]
pub struct Water {
    /// Margin accounts.
    pub accounts: usize,
    /// Who may be liquidated, with what the program would aim at.
    pub under: Vec<(Address, Target)>,
    /// Who owes more than is there, with nothing left to take.
    pub bankrupt: Vec<Address>,
    /// Accounts with a flag.
    pub flagged: usize,
    /// Orders that wait.
    pub orders: usize,
    /// When the newest price on the board was published.
    pub newest_print: i64,
}

impl Water {
    /// Reads all margin accounts against the board.
    pub fn read(rpc: &Rpc, place: &Place) -> Outcome<Water> {
        let (board, accounts) = (rpc.state::<RiskBoard>(&place.board)?, rpc.states::<MarginAccount>()?);
        let (_, now) = rpc.clock()?;
        let mut water = Water { accounts: accounts.len(), ..Water::default() };
        water.newest_print = board.feeds.iter().map(|feed| feed.publish_time).max().unwrap_or(0);
        let mut legs = Snapshot::default();
        for (address, account) in accounts {
            let wrong = |error: &dyn std::fmt::Debug| Trouble(format!("account {address} has no value: {error:?}"));
            snapshot::build(&mut legs, &board, &account, &Own::default(), now).map_err(|error| wrong(&error))?;
            let valuation = health::value(&legs).map_err(|error| wrong(&error))?;
            water.flagged += usize::from(account.flag_slot != 0);
            water.orders += account.orders.iter().filter(|order| !order.is_free()).count();
            if !valuation.is_liquidatable() {
                continue;
            }
            match best_target(&legs, &valuation, &board.liquidation.params()) {
                Ok(target) => water.under.push((address, target)),
                Err(_) if valuation.equity < Value::ZERO => water.bankrupt.push(address),
                Err(_) => {}
            }
        }
        Ok(water)
    }
}
