//! A queued change in words: what it sets, from what to what.

use breakwater_client::instruction::{BankKeys, MARKET_FEED, governed_name, set_role};
use breakwater_client::instruction::{create_fund, create_market, execute_change, execution, list_token};
use breakwater_client::interface::config::{LendingConfig, LiquidationConfig, OracleConfig, PerpConfig, WeightConfig};
use breakwater_client::interface::governance::{EXECUTED, QueuedChange, VETOED, WAITING};
use breakwater_client::{Address, address};
use bytemuck::Zeroable;
use solana_instruction::Instruction;

use crate::Failure;
use crate::fields::{Difference, Fields, differences};
use crate::keys::{ROLES, holder};
use crate::params::Params;
use crate::state::State;
use crate::units::Scale;

/// Bytes of an instruction's name.
const NAME: usize = 8;

/// A queued change in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// The instruction.
    pub name: &'static str,
    /// What it sets.
    pub what: String,
    /// Parameters that differ from what the chain has now.
    pub lines: Vec<Difference>,
}

/// Whether it waits, is due, or over.
pub fn status(change: &QueuedChange, now: i64) -> &'static str {
    match change.status {
        EXECUTED => "executed",
        VETOED => "vetoed",
        WAITING if now >= change.expires_at => "expired",
        WAITING if now >= change.due_at => "due",
        _ => "waits",
    }
}

/// A set of parameters from an instruction's data.
fn read<C: Fields + bytemuck::Pod>(data: &[u8], from: usize) -> Option<C> {
    data.get(from..from + size_of::<C>()).map(bytemuck::pod_read_unaligned)
}

/// Describes a change against what the chain has now.
pub fn describe(change: &QueuedChange, state: &State, params: &Params) -> Described {
    let data = change.data();
    let name = governed_name(data).unwrap_or("unknown instruction");
    let (what, lines) = told(name, change, state, params).unwrap_or_else(|| {
        (
            format!(
                "{} on {}",
                data.iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
                Address::from(change.target)
            ),
            Vec::new(),
        )
    });
    Described { name, what, lines }
}

fn told(name: &str, change: &QueuedChange, state: &State, params: &Params) -> Option<(String, Vec<Difference>)> {
    let (data, target) = (change.data(), Address::from(change.target));
    let board = state.board.as_ref()?;
    match name {
        "set_liquidation" => {
            let new: LiquidationConfig = read(data, NAME)?;
            Some(("liquidation".to_owned(), differences(Some(&board.liquidation), &new, Scale::default())))
        }
        "set_oracle" => feed_change(*data.get(NAME)?, &read(data, NAME + 1)?, state, params),
        "set_lending" | "set_weights" | "set_reduce_only" => token_change(name, change, state, params),
        "set_market" | "set_market_status" => market_change(name, change, state, params),
        "set_role" => {
            let role = *data.get(NAME)?;
            let text = ROLES.get(usize::from(role))?;
            let line = Difference {
                name: (*text).to_owned(),
                old: holder(state.group.as_ref()?, role).to_string(),
                new: target.to_string(),
            };
            Some((format!("role {text}"), vec![line]))
        }
        "list_token" => Some((format!("token {}", symbol_of_mint(&target, params)), Vec::new())),
        "create_fund" => {
            let quote = token_of(&target, state, params)
                .map_or(target.to_string(), |(token, _)| params.tokens[token].symbol.clone());
            Some(("fund".to_owned(), vec![Difference { name: "quote".to_owned(), old: String::new(), new: quote }]))
        }
        "create_market" => {
            let number = *data.get(NAME)?;
            let symbol =
                params.markets.get(usize::from(number)).map_or(String::new(), |market| format!(" ({})", market.symbol));
            Some((format!("market {number}{symbol}"), Vec::new()))
        }
        _ => None,
    }
}

fn token_change(
    name: &str,
    change: &QueuedChange,
    state: &State,
    params: &Params,
) -> Option<(String, Vec<Difference>)> {
    let (data, board) = (change.data(), state.board.as_ref()?);
    let (token, bank) = token_of(&Address::from(change.target), state, params)?;
    let (symbol, scale) = (&params.tokens[token].symbol, params.token_scale(token));
    match name {
        "set_lending" => {
            let new: LendingConfig = read(data, NAME)?;
            Some((format!("{symbol} lending"), differences(Some(&bank.lending), &new, scale)))
        }
        "set_weights" => {
            let (new, old): (WeightConfig, _) = (read(data, NAME)?, board.tokens[usize::from(bank.token)].weights);
            Some((format!("{symbol} weights"), differences(Some(&old), &new, scale)))
        }
        _ => Some((symbol.clone(), vec![said("reduce_only", bank.reduce_only, *data.get(NAME)?)])),
    }
}

fn market_change(
    name: &str,
    change: &QueuedChange,
    state: &State,
    params: &Params,
) -> Option<(String, Vec<Difference>)> {
    let (data, target) = (change.data(), Address::from(change.target));
    let number = (0..params.markets.len()).find(|n| address::perp_market(&state.address, *n as u8) == target)?;
    let (symbol, market) = (&params.markets[number].symbol, state.markets[number]?);
    if name == "set_market" {
        let new: PerpConfig = read(data, NAME)?;
        return Some((format!("{symbol} perp"), differences(Some(&market.config), &new, params.market_scale(number))));
    }
    Some((symbol.clone(), vec![said("status", market.status, *data.get(NAME)?)]))
}

fn said(name: &str, old: u8, new: u8) -> Difference {
    Difference { name: name.to_owned(), old: old.to_string(), new: new.to_string() }
}

fn feed_change(feed: u8, new: &OracleConfig, state: &State, params: &Params) -> Option<(String, Vec<Difference>)> {
    let old = state.board.as_ref()?.feeds.get(usize::from(feed))?.oracle;
    let symbol = match feed.checked_sub(MARKET_FEED) {
        Some(market) => params.markets.get(usize::from(market)).map(|market| &market.symbol),
        None => {
            (0..params.tokens.len()).find(|n| state.token_number(*n) == Some(feed)).map(|n| &params.tokens[n].symbol)
        }
    };
    let what = symbol.map_or(format!("feed {feed} oracle"), |symbol| format!("{symbol} oracle"));
    Some((what, differences(Some(&old), new, Scale::default())))
}

/// The file's token with a bank.
fn token_of<'a>(
    bank: &Address,
    state: &'a State,
    params: &Params,
) -> Option<(usize, &'a breakwater_client::interface::Bank)> {
    let token = params.tokens.iter().position(|token| token.keys(&state.address).bank == *bank)?;
    Some((token, state.banks[token].as_ref()?))
}

fn symbol_of_mint(mint: &Address, params: &Params) -> String {
    params.tokens.iter().find(|token| token.mint == *mint).map_or(mint.to_string(), |token| token.symbol.clone())
}

/// The instruction that carries a change out.
///
/// # Errors
/// The file does not name what a listing needs.
pub fn carry_out(
    queued: (&Address, &QueuedChange),
    executor: &Address,
    state: &State,
    params: &Params,
) -> Result<Instruction, Failure> {
    let (at, change) = queued;
    let (group, board, target) = (state.address, state.board_address, Address::from(change.target));
    if let Some(instruction) = execution(queued, executor, &board) {
        return Ok(instruction);
    }
    let data = change.data();
    let mut instruction = match governed_name(data) {
        Some("set_role") => set_role(executor, &group, &target, data.get(NAME).copied().unwrap_or_default()),
        Some("create_fund") => create_fund(executor, &group, &board, &target, 0),
        Some("create_market") => {
            let parameters = (PerpConfig::zeroed(), OracleConfig::zeroed());
            create_market(executor, &group, &board, data.get(NAME).copied().unwrap_or_default(), parameters)
        }
        Some("list_token") => {
            let token = params.tokens.iter().find(|token| token.mint == target).ok_or_else(|| {
                Failure::Input(format!("{} has no token of mint {target}: pass the file that lists it", params.file))
            })?;
            let keys = BankKeys::new(&group, target, token.token_program);
            let parameters = (LendingConfig::zeroed(), WeightConfig::zeroed(), OracleConfig::zeroed());
            list_token(executor, &group, &board, &keys, parameters)
        }
        _ => return Err(Failure::Input(format!("change {} is none that can be executed", change.number))),
    };
    instruction.data = data.to_vec();
    Ok(execute_change(instruction, executor, at))
}
