//! What `breakwater admin` can be told.

use std::path::PathBuf;

use breakwater_client::Address;
use breakwater_client::interface::governance::{
    ADMIN, BORROW, GUARDIAN, LIQUIDATE, LIQUIDITY, RISK_MANAGER, TRADE, WITHDRAW,
};
use breakwater_client::interface::perp::{STATUS_ACTIVE, STATUS_PAUSED, STATUS_REDUCE_ONLY};
use breakwater_migrations::units::seconds;
use clap::{Args, Subcommand};

use crate::migrate::{Keys, Target};

const EXAMPLES: &str = "\
Examples:
  breakwater admin show --cluster mainnet-beta --params group.toml
      roles, pauses with what is left of today's allowance, and the queue, each change with what it sets
  breakwater admin queue --cluster devnet --token SOL --set asset_initial=7500 --set borrow_cap=20_000
      parameters by their names in the file, in the units of the file; what tightens takes effect at once
  breakwater admin queue --cluster devnet --set wait_slots=50
      without --token and --market: of the whole group
  breakwater admin queue --cluster devnet --from group.toml
      everything in which a file differs
  breakwater admin veto 7 --cluster devnet --guardian-keypair guardian.json
  breakwater admin execute 7 --cluster devnet
      anybody may, once it is due
  breakwater admin pause --cluster devnet --actions borrow,trade --for 2h --bank SOL --guardian-keypair guardian.json
  breakwater admin set-role guardian 9xQe… --cluster devnet
      the new holder signs: with its key file before the launch, afterwards when the change is due

Exit codes: 0 done, 1 the program refused or the node failed, 2 bad input.";

/// Governs a group: roles, queued changes, pauses.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, verbatim_doc_comment, arg_required_else_help = true)]
pub struct Options {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Roles, pauses and the queue.
    Show(Common),
    /// Changes parameters: at once where that only tightens or the group is not launched, else after 48 hours.
    Queue(Queue),
    /// Vetoes a change, or takes it back.
    Veto(Numbered),
    /// Carries out a change that is due.
    Execute(Numbered),
    /// Gives the rent of a change that is over back to who queued it.
    Close(Numbered),
    /// Pauses actions for some time.
    Pause(Pause),
    /// Ends a pause.
    Unpause(Unpause),
    /// Hands a role over.
    SetRole(SetRole),
}

/// What every one of them can be told.
#[derive(Args, Debug)]
pub struct Common {
    #[command(flatten)]
    pub target: Target,

    #[command(flatten)]
    pub keys: Keys,

    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct Queue {
    /// Token by its symbol in the file.
    #[arg(long, value_name = "SYMBOL", conflicts_with = "market")]
    pub token: Option<String>,

    /// Market by its symbol or number.
    #[arg(long, value_name = "SYMBOL")]
    pub market: Option<String>,

    /// A parameter: its key in the file, with or without the unit; may be repeated.
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment)]
    pub set: Vec<(String, String)>,

    /// Whether a bank takes neither deposits nor loans.
    #[arg(long, value_name = "on|off", value_parser = switch, requires = "token", conflicts_with = "set")]
    pub reduce_only: Option<bool>,

    /// Which trades a market takes: active, reduce-only or paused.
    #[arg(long, value_parser = status, requires = "market", conflicts_with = "set")]
    pub status: Option<u8>,

    /// From when on a market takes reductions only, unix seconds; 0 for never.
    #[arg(long, value_name = "TIME", requires = "status", default_value_t = 0, hide_default_value = true)]
    pub expires_at: i64,

    /// File of parameters: everything in which it differs.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["set", "token", "market", "params"])]
    pub from: Option<PathBuf>,

    /// Show what would happen alone.
    #[arg(long)]
    pub dry_run: bool,

    /// Do not ask.
    #[arg(long)]
    pub yes: bool,

    #[command(flatten)]
    pub common: Common,
}

#[derive(Args, Debug)]
pub struct Numbered {
    /// Number of the change, as `show` tells it.
    #[arg(value_name = "CHANGE")]
    pub number: u64,

    #[command(flatten)]
    pub common: Common,
}

/// What is paused: the whole group unless told otherwise.
#[derive(Args, Debug)]
pub struct Scope {
    /// A bank, by symbol or mint.
    #[arg(long, value_name = "TOKEN", conflicts_with = "market")]
    pub bank: Option<String>,

    /// A market, by symbol or number.
    #[arg(long, value_name = "MARKET")]
    pub market: Option<String>,
}

#[derive(Args, Debug)]
pub struct Pause {
    /// Actions, with commas: borrow, withdraw, trade, liquidity, liquidate.
    #[arg(long, value_parser = actions)]
    pub actions: u8,

    /// How long: up to 6h at a time, and 12h a day.
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    pub time: u32,

    #[command(flatten)]
    pub scope: Scope,

    #[command(flatten)]
    pub common: Common,
}

#[derive(Args, Debug)]
pub struct Unpause {
    #[command(flatten)]
    pub scope: Scope,

    #[command(flatten)]
    pub common: Common,
}

#[derive(Args, Debug)]
pub struct SetRole {
    /// admin, risk-manager or guardian.
    #[arg(value_parser = role)]
    pub role: u8,

    /// The new holder.
    #[arg(value_parser = address)]
    pub holder: Address,

    /// Do not ask.
    #[arg(long)]
    pub yes: bool,

    #[command(flatten)]
    pub common: Common,
}

/// Names of what can be paused.
pub const ACTIONS: [(&str, u8); 5] =
    [("borrow", BORROW), ("withdraw", WITHDRAW), ("trade", TRADE), ("liquidity", LIQUIDITY), ("liquidate", LIQUIDATE)];

fn actions(text: &str) -> Result<u8, String> {
    text.split(',').try_fold(0, |all, name| {
        let known = ACTIONS.iter().find(|(known, _)| *known == name.trim());
        let (_, action) = known.ok_or_else(|| {
            format!("{name:?} cannot be paused: name borrow, withdraw, trade, liquidity or liquidate, with commas")
        })?;
        Ok(all | action)
    })
}

fn duration(text: &str) -> Result<u32, String> {
    seconds(text)?.try_into().map_err(|_| "it is too long: at most 6h".to_owned())
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(key, value)| !key.is_empty() && !value.is_empty());
    let (key, value) = pair.ok_or("it sets nothing: pass KEY=VALUE, for example asset_initial=7500")?;
    Ok((key.to_owned(), value.to_owned()))
}

fn switch(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("it is neither on nor off".to_owned()),
    }
}

fn status(text: &str) -> Result<u8, String> {
    match text {
        "active" => Ok(STATUS_ACTIVE),
        "reduce-only" => Ok(STATUS_REDUCE_ONLY),
        "paused" => Ok(STATUS_PAUSED),
        _ => Err("it is no status: pass active, reduce-only or paused".to_owned()),
    }
}

fn role(text: &str) -> Result<u8, String> {
    match text {
        "admin" => Ok(ADMIN),
        "risk-manager" | "risk_manager" => Ok(RISK_MANAGER),
        "guardian" => Ok(GUARDIAN),
        _ => Err("it is no role: pass admin, risk-manager or guardian".to_owned()),
    }
}

fn address(text: &str) -> Result<Address, String> {
    text.parse().map_err(|_| "it is no address: pass 32 bytes in base58".to_owned())
}
