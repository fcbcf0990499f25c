//! Program-derived addresses; the seeds are those of [`breakwater_interface::seeds`].

use breakwater_interface::seeds;

use crate::{Address, PROGRAM_ID};

/// The group with a creator's number.
pub fn group(creator: &Address, number: u16) -> Address {
    derive(&[seeds::GROUP, creator.as_ref(), &number.to_le_bytes()])
}

/// The bank of a mint.
pub fn bank(group: &Address, mint: &Address) -> Address {
    derive(&[seeds::BANK, group.as_ref(), mint.as_ref()])
}

/// The vault of a bank.
pub fn vault(bank: &Address) -> Address {
    derive(&[seeds::VAULT, bank.as_ref()])
}

/// The margin account with an owner's number.
pub fn margin_account(group: &Address, owner: &Address, number: u16) -> Address {
    derive(&[seeds::MARGIN_ACCOUNT, group.as_ref(), owner.as_ref(), &number.to_le_bytes()])
}

/// The group's shared fund.
pub fn fund(group: &Address) -> Address {
    derive(&[seeds::FUND, group.as_ref()])
}

/// An owner's stake in a shared fund.
pub fn stake(fund: &Address, owner: &Address) -> Address {
    derive(&[seeds::STAKE, fund.as_ref(), owner.as_ref()])
}

/// The group's receipt log.
pub fn receipt_log(group: &Address) -> Address {
    derive(&[seeds::RECEIPTS, group.as_ref()])
}

/// The change with a number in a group's queue.
pub fn change(group: &Address, number: u64) -> Address {
    derive(&[seeds::CHANGE, group.as_ref(), &number.to_le_bytes()])
}

/// The perp market with a number on the group's board.
pub fn perp_market(group: &Address, number: u8) -> Address {
    derive(&[seeds::PERP_MARKET, group.as_ref(), &[number]])
}

/// An owner's share of a market's pool.
pub fn liquidity(market: &Address, owner: &Address) -> Address {
    derive(&[seeds::LIQUIDITY, market.as_ref(), owner.as_ref()])
}

fn derive(seeds: &[&[u8]]) -> Address {
    Address::find_program_address(seeds, &PROGRAM_ID).0
}
