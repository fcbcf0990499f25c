//! Markets, trades, settlement and liquidity.

use breakwater_interface::config::{OracleConfig, PerpConfig};
use bytemuck::bytes_of;
use solana_instruction::Instruction;

use super::governance::control;
use super::{build, payer, readonly, signer, writable};
use crate::{Address, SYSTEM_PROGRAM, address};

/// Lists the market with the board's next number. Feed `MARKET_FEED + number` prices it; `oracle.decimals` are the decimals
/// of a base unit.
pub fn create_market(
    authority: &Address,
    group: &Address,
    board: &Address,
    number: u8,
    parameters: (PerpConfig, OracleConfig),
) -> Instruction {
    let (config, oracle) = parameters;
    let market = address::perp_market(group, number);
    let mut accounts =
        vec![payer(authority), readonly(group), writable(board), writable(&market), readonly(&SYSTEM_PROGRAM)];
    accounts.extend(control());
    build("create_market", accounts, &[&[number], bytes_of(&config), bytes_of(&oracle)])
}

/// Sets a market's parameters.
pub fn set_market(
    authority: &Address,
    group: &Address,
    board: &Address,
    market: &Address,
    config: PerpConfig,
) -> Instruction {
    let [instructions, change] = control();
    let accounts = vec![signer(authority), readonly(group), writable(board), writable(market), instructions, change];
    build("set_market", accounts, &[bytes_of(&config)])
}

/// Sets which trades a market takes: a status of [`crate::interface::perp`], and from when on reductions only (unix seconds,
/// 0 for never).
pub fn set_market_status(
    authority: &Address,
    group: &Address,
    board: &Address,
    market: &Address,
    (status, expires_at): (u8, i64),
) -> Instruction {
    let [instructions, change] = control();
    let accounts = vec![signer(authority), readonly(group), writable(board), writable(market), instructions, change];
    build("set_market_status", accounts, &[&[status], &expires_at.to_le_bytes()])
}

/// Buys (positive) or sells base units, at a price of at most or at least `limit` quote units for one base unit × 2^44.
pub fn trade(
    authority: &Address,
    account: &Address,
    board: &Address,
    market: &Address,
    delta: i64,
    limit: u64,
) -> Instruction {
    let accounts = vec![signer(authority), writable(account), readonly(board), writable(market)];
    build("trade", accounts, &[&delta.to_le_bytes(), &limit.to_le_bytes()])
}

/// Reduces or closes a position; [`super::ALL`] closes it.
pub fn reduce(
    authority: &Address,
    account: &Address,
    board: &Address,
    market: &Address,
    size: u64,
    limit: u64,
) -> Instruction {
    let accounts = vec![signer(authority), writable(account), readonly(board), writable(market)];
    build("reduce", accounts, &[&size.to_le_bytes(), &limit.to_le_bytes()])
}

/// Turns PnL into quote tokens or pays it with them; [`super::ALL`] settles what there is.
pub fn settle(
    authority: &Address,
    account: &Address,
    board: &Address,
    market: &Address,
    quote_bank: &Address,
    amount: u64,
) -> Instruction {
    let accounts = vec![signer(authority), writable(account), readonly(board), writable(market), writable(quote_bank)];
    build("settle", accounts, &[&amount.to_le_bytes()])
}

/// Opens an owner's share of a market's pool.
pub fn open_liquidity(owner: &Address, market: &Address) -> Instruction {
    let liquidity = address::liquidity(market, owner);
    let accounts = vec![payer(owner), readonly(market), writable(&liquidity), readonly(&SYSTEM_PROGRAM)];
    build("open_liquidity", accounts, &[])
}

/// The accounts of liquidity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiquidityKeys {
    /// Owner of the liquidity and of the margin account.
    pub owner: Address,
    /// The margin account whose quote deposit pays or is paid.
    pub account: Address,
    /// The group's risk board.
    pub board: Address,
    /// The bank of the quote token.
    pub quote_bank: Address,
    /// The market.
    pub market: Address,
}

/// Moves quote tokens from a margin account into a market's pool.
pub fn add_liquidity(keys: &LiquidityKeys, amount: u64) -> Instruction {
    build("add_liquidity", move_liquidity(keys), &[&amount.to_le_bytes()])
}

/// Requests the removal of liquidity shares; replaces an earlier request.
pub fn request_liquidity(keys: &LiquidityKeys, shares: u64) -> Instruction {
    let liquidity = address::liquidity(&keys.market, &keys.owner);
    let accounts = vec![
        signer(&keys.owner),
        readonly(&keys.board),
        readonly(&keys.quote_bank),
        writable(&keys.market),
        writable(&liquidity),
    ];
    build("request_liquidity", accounts, &[&shares.to_le_bytes()])
}

/// Removes the liquidity that was requested, into the margin account.
pub fn remove_liquidity(keys: &LiquidityKeys) -> Instruction {
    build("remove_liquidity", move_liquidity(keys), &[])
}

fn move_liquidity(keys: &LiquidityKeys) -> Vec<solana_instruction::AccountMeta> {
    vec![
        signer(&keys.owner),
        writable(&keys.account),
        readonly(&keys.board),
        writable(&keys.quote_bank),
        writable(&keys.market),
        writable(&address::liquidity(&keys.market, &keys.owner)),
    ]
}
