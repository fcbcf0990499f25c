//! Bytes of mints and token accounts, for a chain whose tokens come out of nothing. Movements go through the real token
//! programs all the same.

use breakwater_client::Address;
use solana_instruction::{AccountMeta, Instruction};

const TRANSFER: u8 = 3;
const MINT_LENGTH: usize = 82;
const ACCOUNT_LENGTH: usize = 165;
const AMOUNT: std::ops::Range<usize> = 64..72;
const INITIALIZED: u8 = 1;

/// An initialised mint without authorities.
pub fn mint(decimals: u8) -> Vec<u8> {
    let mut data = vec![0; MINT_LENGTH];
    data[36..44].copy_from_slice(&u64::MAX.to_le_bytes());
    data[44] = decimals;
    data[45] = INITIALIZED;
    data
}

/// An initialised token account.
pub fn token_account(mint: &Address, owner: &Address, amount: u64) -> Vec<u8> {
    let mut data = vec![0; ACCOUNT_LENGTH];
    data[..32].copy_from_slice(mint.as_ref());
    data[32..64].copy_from_slice(owner.as_ref());
    data[AMOUNT].copy_from_slice(&amount.to_le_bytes());
    data[108] = INITIALIZED;
    data
}

/// A stable address for an owner's token account; only this simulator derives it.
pub fn wallet_address(owner: &Address, mint: &Address) -> Address {
    let (a, b) = (owner.to_bytes(), mint.to_bytes());
    Address::new_from_array(std::array::from_fn(|i| a[i].wrapping_add(b[31 - i].rotate_left(3)) ^ 0x5a))
}

/// Amount of a token account's bytes.
pub fn amount(data: &[u8]) -> u64 {
    data.get(AMOUNT).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// Adds to the amount in a token account's bytes.
pub fn add_amount(data: &mut [u8], more: u64) {
    let sum = amount(data).saturating_add(more);
    data[AMOUNT].copy_from_slice(&sum.to_le_bytes());
}

/// A transfer between two token accounts of one mint.
pub fn transfer(program: &Address, from: &Address, to: &Address, owner: &Address, amount: u64) -> Instruction {
    let accounts =
        vec![AccountMeta::new(*from, false), AccountMeta::new(*to, false), AccountMeta::new_readonly(*owner, true)];
    let mut data = vec![TRANSFER];
    data.extend_from_slice(&amount.to_le_bytes());
    Instruction { program_id: *program, accounts, data }
}

/// Rewrites the publish time in a price update's bytes.
pub(crate) fn set_publish_time(data: &mut [u8], time: i64) {
    data[93..101].copy_from_slice(&time.to_le_bytes());
}
