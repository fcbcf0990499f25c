//! Roles, the queue of changes, and pauses.

use breakwater_interface::accounts::DISCRIMINATOR;
use breakwater_interface::governance::QueuedChange;
use solana_instruction::{AccountMeta, Instruction};

use super::{build, optional, payer, readonly, signer, writable};
use crate::decode::discriminator;
use crate::{Address, INSTRUCTIONS_SYSVAR, PROGRAM_ID, SYSTEM_PROGRAM, address};

/// What an administrative instruction ends with: the transaction's instructions, and no change that has waited.
pub(super) fn control() -> [AccountMeta; 2] {
    [readonly(&INSTRUCTIONS_SYSVAR), optional(None)]
}

/// The instructions that may wait in the queue, each with the position of the account that it sets.
const GOVERNED: [(&str, usize); 12] = [
    ("list_token", 5),
    ("create_fund", 3),
    ("create_log", 2),
    ("create_market", 2),
    ("set_lending", 2),
    ("set_reduce_only", 2),
    ("set_weights", 3),
    ("set_oracle", 2),
    ("set_liquidation", 2),
    ("set_market", 3),
    ("set_market_status", 3),
    ("set_role", 2),
];

/// The name of an instruction that may wait in the queue, from its data; `None` for any other.
pub fn governed_name(data: &[u8]) -> Option<&'static str> {
    let start = data.get(..DISCRIMINATOR)?;
    GOVERNED.iter().map(|(name, _)| *name).find(|name| discriminator("global", name) == start)
}

/// The account that an instruction sets, if it is one that may wait in the queue.
pub fn target(instruction: &Instruction) -> Option<Address> {
    let name = governed_name(&instruction.data)?;
    let (_, position) = GOVERNED.iter().find(|(governed, _)| *governed == name)?;
    instruction.accounts.get(*position).map(|meta| meta.pubkey)
}

/// Queues an instruction of an administrator, as change number [`breakwater_interface::Group::changes`]; `None` if it is not one that
/// may wait.
pub fn queue_change(authority: &Address, group: &Address, number: u64, change: &Instruction) -> Option<Instruction> {
    let target = target(change)?;
    let accounts = vec![
        payer(authority),
        writable(group),
        writable(&address::change(group, number)),
        readonly(&SYSTEM_PROGRAM),
        readonly(&INSTRUCTIONS_SYSVAR),
    ];
    let length = (change.data.len() as u32).to_le_bytes();
    Some(build("queue_change", accounts, &[target.as_ref(), &length, &change.data]))
}

/// The instruction that carries a queued change out, from one that the queue took: sent by `executor`, who may be anybody.
pub fn execute_change(mut instruction: Instruction, executor: &Address, change: &Address) -> Instruction {
    if let Some(first) = instruction.accounts.first_mut() {
        first.pubkey = *executor;
    }
    if let Some(last) = instruction.accounts.last_mut() {
        *last = writable(change);
    }
    instruction
}

/// The instruction that carries a queued change out, from the change alone; `None` for a listing, whose further accounts the
/// change does not name, for a role, which its holder signs for, and for what is no change. `board` is the group's.
pub fn execution(queued: (&Address, &QueuedChange), executor: &Address, board: &Address) -> Option<Instruction> {
    let (address, change) = queued;
    let name = governed_name(change.data())?;
    let (group, target) = (Address::from(change.group), Address::from(change.target));
    let first = [signer(executor), readonly(&group)];
    let middle = match name {
        "set_lending" | "set_reduce_only" => vec![writable(&target)],
        "set_weights" | "set_market" | "set_market_status" => vec![writable(board), writable(&target)],
        "set_oracle" | "set_liquidation" => vec![writable(board)],
        _ => return None,
    };
    let last = [readonly(&INSTRUCTIONS_SYSVAR), writable(address)];
    let accounts = first.into_iter().chain(middle).chain(last).collect();
    Some(Instruction { program_id: PROGRAM_ID, accounts, data: change.data().to_vec() })
}

/// Vetoes a change, or takes it back.
pub fn veto_change(authority: &Address, group: &Address, number: u64) -> Instruction {
    let change = address::change(group, number);
    let accounts = vec![signer(authority), readonly(group), writable(&change), readonly(&INSTRUCTIONS_SYSVAR)];
    build("veto_change", accounts, &[])
}

/// Gives the rent of a change that is over back to who queued it.
pub fn close_change(proposer: &Address, change: &Address) -> Instruction {
    build("close_change", vec![writable(proposer), writable(change)], &[])
}

/// Hands a role of [`breakwater_interface::governance`] to `holder`, who signs too.
pub fn set_role(authority: &Address, group: &Address, holder: &Address, role: u8) -> Instruction {
    let mut accounts = vec![signer(authority), writable(group), signer(holder)];
    accounts.extend(control());
    build("set_role", accounts, &[&[role]])
}

/// Opens a group for users; from then on changes wait.
pub fn launch_group(admin: &Address, group: &Address) -> Instruction {
    build("launch_group", vec![signer(admin), writable(group), readonly(&INSTRUCTIONS_SYSVAR)], &[])
}

/// What is paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole group.
    Group,
    /// A bank.
    Bank(Address),
    /// A market.
    Market(Address),
}

fn scope_accounts(authority: &Address, group: &Address, board: &Address, scope: &Scope) -> Vec<AccountMeta> {
    let (bank, market) = match scope {
        Scope::Group => (None, None),
        Scope::Bank(bank) => (Some(bank), None),
        Scope::Market(market) => (None, Some(market)),
    };
    vec![
        signer(authority),
        readonly(group),
        writable(board),
        optional(bank),
        optional(market),
        readonly(&INSTRUCTIONS_SYSVAR),
    ]
}

/// Pauses actions, a sum of those in [`breakwater_interface::governance`], for some seconds.
pub fn pause(
    guardian: &Address,
    group: &Address,
    board: &Address,
    scope: &Scope,
    (actions, seconds): (u8, u32),
) -> Instruction {
    build("pause", scope_accounts(guardian, group, board, scope), &[&[actions], &seconds.to_le_bytes()])
}

/// Ends a pause.
pub fn unpause(authority: &Address, group: &Address, board: &Address, scope: &Scope) -> Instruction {
    build("unpause", scope_accounts(authority, group, board, scope), &[])
}
