//! The group's shared fund and what is given to it.

use solana_instruction::Instruction;

use super::governance::control;
use super::{build, optional, payer, readonly, signer, writable};
use crate::{Address, SYSTEM_PROGRAM, address};

/// Creates the group's shared fund; the bank's token becomes the group's quote token. `epoch_cap` is the part of itself that
/// the fund pays in an epoch, bps.
pub fn create_fund(
    authority: &Address,
    group: &Address,
    board: &Address,
    quote_bank: &Address,
    epoch_cap: u16,
) -> Instruction {
    let mut accounts = vec![
        payer(authority),
        readonly(group),
        writable(board),
        readonly(quote_bank),
        writable(&address::fund(group)),
        readonly(&SYSTEM_PROGRAM),
    ];
    accounts.extend(control());
    build("create_fund", accounts, &[&epoch_cap.to_le_bytes()])
}

/// Creates the group's receipt log: from then on liquidations, write-offs and deleveragings leave receipts.
pub fn create_log(authority: &Address, group: &Address, board: &Address) -> Instruction {
    let mut accounts = vec![
        payer(authority),
        readonly(group),
        writable(board),
        writable(&address::receipt_log(group)),
        readonly(&SYSTEM_PROGRAM),
    ];
    accounts.extend(control());
    build("create_log", accounts, &[])
}

/// Who is insured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insured {
    /// The group, by its shared fund.
    Fund(Address),
    /// A market, by its tranche.
    Market(Address),
}

/// Gives a part of a margin account's quote deposit as insurance.
pub fn insure(
    owner: &Address,
    account: &Address,
    board: &Address,
    quote_bank: &Address,
    insured: &Insured,
    amount: u64,
) -> Instruction {
    let (fund, market) = match insured {
        Insured::Fund(fund) => (Some(fund), None),
        Insured::Market(market) => (None, Some(market)),
    };
    let accounts =
        vec![signer(owner), writable(account), readonly(board), writable(quote_bank), optional(fund), optional(market)];
    build("insure", accounts, &[&amount.to_le_bytes()])
}
