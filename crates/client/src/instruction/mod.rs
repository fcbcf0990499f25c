//! One builder for each instruction of the program. Accounts are in the program's order.

mod governance;
mod insurance;
mod liquidation;
mod orders;
mod perp;
mod stake;

use breakwater_interface::config::{LendingConfig, LiquidationConfig, OracleConfig, WeightConfig};
use bytemuck::bytes_of;
use solana_instruction::{AccountMeta, Instruction};

use crate::decode::discriminator;
use crate::{Address, PROGRAM_ID, SYSTEM_PROGRAM, address};
use governance::control;

pub use breakwater_interface::accounts::{MARKET_FEED, MARKET_ITEM, TOKEN_ITEM};
pub use governance::{
    Scope, close_change, execute_change, execution, governed_name, launch_group, pause, queue_change, set_role, target,
    unpause, veto_change,
};
pub use insurance::{Insured, create_fund, create_log, insure};
pub use liquidation::{
    Creditor, LiquidateKeys, TargetKeys, deleverage, liquidate, quote_liquidation, resolve_bankruptcy, touch,
    with_receipt_log,
};
pub use orders::{ExecuteKeys, cancel_order, execute_order, place_order};
pub use perp::{
    LiquidityKeys, add_liquidity, create_market, open_liquidity, reduce, remove_liquidity, request_liquidity,
    set_market, set_market_status, settle, trade,
};
pub use stake::{
    Earner, StakeKeys, close_stake, collect, mature_stake, open_stake, report_shortfall, request_unstake, restake,
    stake, unstake, upgrade_account,
};

/// As an amount of [`withdraw`], [`repay`], [`reduce`] or [`settle`]: all. As that of [`liquidate`]: no limit.
pub const ALL: u64 = u64::MAX;

/// A bank with what a token movement needs to know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BankKeys {
    /// The bank.
    pub bank: Address,
    /// Its mint.
    pub mint: Address,
    /// The token program that owns the mint.
    pub token_program: Address,
}

impl BankKeys {
    /// The bank of a mint.
    pub fn new(group: &Address, mint: Address, token_program: Address) -> BankKeys {
        BankKeys { bank: address::bank(group, &mint), mint, token_program }
    }
}

fn build(name: &str, accounts: Vec<AccountMeta>, arguments: &[&[u8]]) -> Instruction {
    let mut data = discriminator("global", name).to_vec();
    for argument in arguments {
        data.extend_from_slice(argument);
    }
    Instruction { program_id: PROGRAM_ID, accounts, data }
}

fn signer(key: &Address) -> AccountMeta {
    AccountMeta::new_readonly(*key, true)
}

fn payer(key: &Address) -> AccountMeta {
    AccountMeta::new(*key, true)
}

fn writable(key: &Address) -> AccountMeta {
    AccountMeta::new(*key, false)
}

fn readonly(key: &Address) -> AccountMeta {
    AccountMeta::new_readonly(*key, false)
}

/// An account that may be left out; the program's own address stands for none.
fn optional(key: Option<&Address>) -> AccountMeta {
    key.map_or(readonly(&PROGRAM_ID), writable)
}

/// Creates a group. `board` is an all-zero account of the risk board's size, owned by the program.
pub fn create_group(creator: &Address, board: &Address, number: u16, liquidation: LiquidationConfig) -> Instruction {
    let group = address::group(creator, number);
    let accounts = vec![payer(creator), writable(&group), writable(board), readonly(&SYSTEM_PROGRAM)];
    build("create_group", accounts, &[&number.to_le_bytes(), bytes_of(&liquidation)])
}

/// Lists a token with its bank and vault.
pub fn list_token(
    authority: &Address,
    group: &Address,
    board: &Address,
    keys: &BankKeys,
    parameters: (LendingConfig, WeightConfig, OracleConfig),
) -> Instruction {
    let (lending, weights, oracle) = parameters;
    let mut accounts = vec![
        payer(authority),
        readonly(group),
        writable(board),
        writable(&keys.bank),
        writable(&address::vault(&keys.bank)),
        readonly(&keys.mint),
        readonly(&keys.token_program),
        readonly(&SYSTEM_PROGRAM),
    ];
    accounts.extend(control());
    build("list_token", accounts, &[bytes_of(&lending), bytes_of(&weights), bytes_of(&oracle)])
}

fn set_bank(authority: &Address, group: &Address, bank: &Address) -> Vec<AccountMeta> {
    let [instructions, change] = control();
    vec![signer(authority), readonly(group), writable(bank), instructions, change]
}

/// Sets a bank's lending parameters.
pub fn set_lending(authority: &Address, group: &Address, bank: &Address, lending: LendingConfig) -> Instruction {
    build("set_lending", set_bank(authority, group, bank), &[bytes_of(&lending)])
}

/// Switches a bank to reduce-only or back.
pub fn set_reduce_only(authority: &Address, group: &Address, bank: &Address, reduce_only: bool) -> Instruction {
    build("set_reduce_only", set_bank(authority, group, bank), &[&[reduce_only.into()]])
}

/// Sets the weights of a bank's token.
pub fn set_weights(
    authority: &Address,
    group: &Address,
    board: &Address,
    bank: &Address,
    weights: WeightConfig,
) -> Instruction {
    let [instructions, change] = control();
    let accounts = vec![signer(authority), readonly(group), writable(board), writable(bank), instructions, change];
    build("set_weights", accounts, &[bytes_of(&weights)])
}

/// Sets a token's feed.
pub fn set_oracle(
    authority: &Address,
    group: &Address,
    board: &Address,
    token: u8,
    oracle: OracleConfig,
) -> Instruction {
    let [instructions, change] = control();
    let accounts = vec![signer(authority), readonly(group), writable(board), instructions, change];
    build("set_oracle", accounts, &[&[token], bytes_of(&oracle)])
}

/// Sets a group's liquidation parameters.
pub fn set_liquidation(
    authority: &Address,
    group: &Address,
    board: &Address,
    liquidation: LiquidationConfig,
) -> Instruction {
    let [instructions, change] = control();
    let accounts = vec![signer(authority), readonly(group), writable(board), instructions, change];
    build("set_liquidation", accounts, &[bytes_of(&liquidation)])
}

/// Opens a margin account.
pub fn open_account(group: &Address, owner: &Address, number: u16) -> Instruction {
    let account = address::margin_account(group, owner, number);
    let accounts = vec![payer(owner), readonly(group), writable(&account), readonly(&SYSTEM_PROGRAM)];
    build("open_account", accounts, &[&number.to_le_bytes()])
}

/// Names the key that may trade and liquidate with an account; the zero address for nobody.
pub fn set_delegate(owner: &Address, account: &Address, delegate: &Address) -> Instruction {
    build("set_delegate", vec![signer(owner), writable(account)], &[delegate.as_ref()])
}

/// Closes an empty margin account.
pub fn close_account(owner: &Address, account: &Address) -> Instruction {
    build("close_account", vec![payer(owner), writable(account)], &[])
}

/// Deposits tokens of `authority` into a margin account.
pub fn deposit(authority: &Address, account: &Address, keys: &BankKeys, source: &Address, amount: u64) -> Instruction {
    build("deposit", move_in(authority, account, keys, source), &[&amount.to_le_bytes()])
}

/// Repays a margin account's debt with tokens of `authority`, at most all of it.
pub fn repay(authority: &Address, account: &Address, keys: &BankKeys, source: &Address, amount: u64) -> Instruction {
    build("repay", move_in(authority, account, keys, source), &[&amount.to_le_bytes()])
}

/// A [`deposit`] or [`repay`] that passes the board, as a bank that is `capped` wants it.
pub fn with_board(mut move_in: Instruction, board: &Address) -> Instruction {
    if let Some(last) = move_in.accounts.last_mut() {
        *last = writable(board);
    }
    move_in
}

/// Withdraws a deposit.
pub fn withdraw(
    owner: &Address,
    account: &Address,
    board: &Address,
    keys: &BankKeys,
    destination: &Address,
    amount: u64,
) -> Instruction {
    build("withdraw", move_out(owner, account, board, keys, destination), &[&amount.to_le_bytes()])
}

/// Borrows tokens.
pub fn borrow(
    owner: &Address,
    account: &Address,
    board: &Address,
    keys: &BankKeys,
    destination: &Address,
    amount: u64,
) -> Instruction {
    build("borrow", move_out(owner, account, board, keys, destination), &[&amount.to_le_bytes()])
}

fn move_in(authority: &Address, account: &Address, keys: &BankKeys, source: &Address) -> Vec<AccountMeta> {
    vec![
        signer(authority),
        writable(account),
        writable(&keys.bank),
        writable(&address::vault(&keys.bank)),
        writable(source),
        readonly(&keys.mint),
        readonly(&keys.token_program),
        optional(None),
    ]
}

fn move_out(
    owner: &Address,
    account: &Address,
    board: &Address,
    keys: &BankKeys,
    destination: &Address,
) -> Vec<AccountMeta> {
    vec![
        signer(owner),
        writable(account),
        readonly(board),
        writable(&keys.bank),
        writable(&address::vault(&keys.bank)),
        writable(destination),
        readonly(&keys.mint),
        readonly(&keys.token_program),
    ]
}

/// Brings prices and snapshots to the board: feed numbers with their oracle accounts, `TOKEN_ITEM + token` with the token's
/// bank, and `MARKET_ITEM + market` with the market, whose funding it accrues.
pub fn refresh(board: &Address, items: &[(u8, Address)]) -> Instruction {
    let mut accounts = vec![writable(board)];
    let meta =
        |(number, source): &(u8, Address)| if *number >= MARKET_ITEM { writable(source) } else { readonly(source) };
    accounts.extend(items.iter().map(meta));
    let numbers: Vec<u8> = items.iter().map(|(number, _)| *number).collect();
    build("refresh", accounts, &[&(numbers.len() as u32).to_le_bytes(), &numbers])
}
