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

fn derive(seeds: &[&[u8]]) -> Address {
    Address::find_program_address(seeds, &PROGRAM_ID).0
}
