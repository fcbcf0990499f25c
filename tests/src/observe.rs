//! From the chain's accounts to the model's state.

use breakwater_client::Address;
use breakwater_client::interface::accounts::SIDE_DEBT;
use breakwater_client::interface::{Bank, MarginAccount, RiskBoard};
use breakwater_sim::world::World;

use crate::model::state::Snapshot;
use crate::model::{self, Account, Feed, Position, Side, State, Token};

/// A group as the model sees it. Accounts are numbered as they were opened, tokens as they were listed.
pub fn state(world: &World) -> State {
    let board = world.board();
    State {
        now: world.chain.now(),
        liquidation: board.liquidation,
        tokens: (0..world.tokens.len()).map(|token| self::token(world, &board, token)).collect(),
        accounts: world.accounts.iter().map(|account| self::account(&world.margin_account(account))).collect(),
    }
}

fn account(account: &MarginAccount) -> Account {
    let held = account.tokens.iter().filter(|position| !position.is_free());
    let position = |side| if side == SIDE_DEBT { Side::Debt } else { Side::Deposit };
    Account { positions: held.map(|p| (p.token, Position { side: position(p.side), shares: p.shares })).collect() }
}

fn token(world: &World, board: &RiskBoard, number: usize) -> Token {
    let risk = &board.tokens[number];
    let feed = &board.feeds[usize::from(risk.feed)];
    let bank: Bank = world.chain.state(&world.tokens[number].keys.bank);
    Token {
        decimals: bank.decimals,
        feed: Feed {
            price: feed.price,
            ema: feed.ema,
            band: feed.confidence_band,
            publish_time: feed.publish_time,
            oracle: feed.oracle,
        },
        weights: risk.weights,
        snapshot: Snapshot {
            deposit_index: risk.deposit_index,
            borrow_index: risk.borrow_index,
            time: risk.index_time,
        },
        bank: self::bank(world, &bank),
    }
}

fn bank(world: &World, bank: &Bank) -> model::Bank {
    model::Bank {
        vault: bank.vault_amount,
        vault_tokens: world.token_balance(&Address::new_from_array(bank.vault)),
        deposit_shares: bank.deposit_shares,
        borrow_shares: bank.borrow_shares,
        deposit_index: bank.deposit_index,
        borrow_index: bank.borrow_index,
        tranche: bank.tranche,
        fees: bank.fees,
        socialised: bank.socialised,
        accrued_at: bank.accrued_at,
        lending: bank.lending,
        reduce_only: bank.reduce_only == 1,
    }
}
