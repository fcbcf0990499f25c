//! Orders to reduce that a margin account carries and anybody may execute.

use breakwater_interface::TriggerOrder;
use bytemuck::bytes_of;
use solana_instruction::Instruction;

use super::{build, readonly, signer, writable};
use crate::Address;

/// Leaves an order in a slot, in place of what the slot holds. `market` is that of the order.
pub fn place_order(
    authority: &Address,
    account: &Address,
    board: &Address,
    market: &Address,
    slot: u8,
    order: &TriggerOrder,
) -> Instruction {
    let accounts = vec![signer(authority), writable(account), readonly(board), readonly(market)];
    build("place_order", accounts, &[&[slot], bytes_of(order)])
}

/// Takes an order back. Anybody may clear one that has expired.
pub fn cancel_order(authority: &Address, account: &Address, slot: u8) -> Instruction {
    build("cancel_order", vec![signer(authority), writable(account)], &[&[slot]])
}

/// The accounts of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExecuteKeys {
    /// Owner or delegate of the executor's account.
    pub executor: Address,
    /// The margin account that gets the fee.
    pub executor_account: Address,
    /// The margin account with the order.
    pub account: Address,
    /// The group's risk board.
    pub board: Address,
    /// The order's market.
    pub market: Address,
    /// The bank of the quote token.
    pub quote_bank: Address,
}

/// Executes an order whose trigger holds at the board's prices.
pub fn execute_order(keys: &ExecuteKeys, slot: u8) -> Instruction {
    let accounts = vec![
        signer(&keys.executor),
        writable(&keys.executor_account),
        writable(&keys.account),
        readonly(&keys.board),
        writable(&keys.market),
        writable(&keys.quote_bank),
    ];
    build("execute_order", accounts, &[&[slot]])
}
