//! Stakes in the shared fund, the income that they earn, and what stops them from leaving.

use solana_instruction::Instruction;

use super::{build, optional, payer, readonly, signer, writable};
use crate::{Address, SYSTEM_PROGRAM, address};

/// What changing a stake names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StakeKeys {
    /// Owner of account and stake.
    pub owner: Address,
    /// The margin account that pays or is paid.
    pub account: Address,
    /// The risk board.
    pub board: Address,
    /// The quote bank.
    pub quote_bank: Address,
    /// The group's shared fund.
    pub fund: Address,
}

/// Opens an owner's stake in a fund.
pub fn open_stake(owner: &Address, fund: &Address) -> Instruction {
    let accounts =
        vec![payer(owner), readonly(fund), writable(&address::stake(fund, owner)), readonly(&SYSTEM_PROGRAM)];
    build("open_stake", accounts, &[])
}

/// Closes an empty stake.
pub fn close_stake(owner: &Address, fund: &Address) -> Instruction {
    build("close_stake", vec![payer(owner), readonly(fund), writable(&address::stake(fund, owner))], &[])
}

/// Stakes a part of a margin account's quote deposit.
pub fn stake(keys: &StakeKeys, amount: u64) -> Instruction {
    build("stake", change(keys), &[&amount.to_le_bytes()])
}

/// Takes what was requested and may leave now.
pub fn unstake(keys: &StakeKeys) -> Instruction {
    build("unstake", change(keys), &[])
}

fn change(keys: &StakeKeys) -> Vec<solana_instruction::AccountMeta> {
    vec![
        signer(&keys.owner),
        writable(&keys.account),
        readonly(&keys.board),
        writable(&keys.quote_bank),
        writable(&keys.fund),
        writable(&address::stake(&keys.fund, &keys.owner)),
    ]
}

/// Turns young stake that has matured into active; anybody may.
pub fn mature_stake(owner: &Address, quote_bank: &Address, fund: &Address) -> Instruction {
    let accounts = vec![readonly(quote_bank), writable(fund), writable(&address::stake(fund, owner))];
    build("mature_stake", accounts, &[])
}

/// Requests that active units leave: all for 2^64 − 1; for 0 all that is young.
pub fn request_unstake(owner: &Address, quote_bank: &Address, fund: &Address, units: u64) -> Instruction {
    let accounts = vec![signer(owner), readonly(quote_bank), writable(fund), writable(&address::stake(fund, owner))];
    build("request_unstake", accounts, &[&units.to_le_bytes()])
}

/// Takes a request back.
pub fn restake(owner: &Address, fund: &Address) -> Instruction {
    build("restake", vec![signer(owner), readonly(fund), writable(&address::stake(fund, owner))], &[])
}

/// Who has earned something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earner {
    /// A bank.
    Bank(Address),
    /// A market.
    Market(Address),
}

/// Brings what a bank or a market has earned to where it insures; anybody may.
pub fn collect(fund: &Address, earner: &Earner) -> Instruction {
    let (bank, market) = match earner {
        Earner::Bank(bank) => (Some(bank), None),
        Earner::Market(market) => (None, Some(market)),
    };
    build("collect", vec![writable(fund), optional(bank), optional(market)], &[])
}

/// Reports what the fund may have to pay for an account; anybody may.
pub fn report_shortfall(account: &Address, board: &Address, quote_bank: &Address, fund: &Address) -> Instruction {
    let accounts = vec![writable(account), readonly(board), readonly(quote_bank), writable(fund)];
    build("report_shortfall", accounts, &[])
}

/// Brings a margin account of an older version to the current layout; anybody may pay its rent.
pub fn upgrade_account(by: &Address, account: &Address) -> Instruction {
    build("upgrade_account", vec![payer(by), writable(account), readonly(&SYSTEM_PROGRAM)], &[])
}
