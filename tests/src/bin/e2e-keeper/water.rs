//! Who is under water on the node, by the program's own mathematics.

use breakwater_client::instruction::TargetKeys;
use breakwater_client::interface::snapshot::{self, Own};
use breakwater_client::interface::{MarginAccount, RiskBoard};
use breakwater_client::margin::liquidation::best_target;
use breakwater_client::margin::position::MARKET_LEG;
use breakwater_client::margin::{Snapshot, Target, Value, health};
use breakwater_client::Address;

use crate::place::Place;
use crate::rpc::{Outcome, Rpc, Trouble};

/// Where everybody stands.
#[derive(Clone, Debug, Default)]
pub struct Water {
    pub accounts: usize,
    /// Who may be liquidated, with what the program would aim at.
    pub under: Vec<(Address, Target)>,
    /// Who owes more than is there, with nothing left to take.
    pub bankrupt: Vec<Address>,
    pub flagged: usize,
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

/// A target's accounts.
pub fn target_keys(place: &Place, target: Target) -> TargetKeys {
    let bank = |token: u8| place.tokens[usize::from(token)].keys.bank;
    let market = |number: u8| place.markets[usize::from(number)].address;
    let quote_bank = place.quote_token().keys.bank;
    match target {
        Target::Perp(number) => TargetKeys::Perp { market: market(number), quote_bank },
        Target::Spot(pair) => match (pair.debt.checked_sub(MARKET_LEG), pair.collateral.checked_sub(MARKET_LEG)) {
            (Some(number), _) => TargetKeys::MarketDebt {
                market: market(number),
                quote_bank,
                collateral_bank: bank(pair.collateral),
            },
            (None, Some(number)) => {
                TargetKeys::MarketProfit { debt_bank: bank(pair.debt), market: market(number), quote_bank }
            }
            (None, None) => {
                TargetKeys::Spot { debt_bank: bank(pair.debt), collateral_bank: bank(pair.collateral) }
            }
        },
    }
}
