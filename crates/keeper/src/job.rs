//! What is to be done for one account, and what came of it: what `crate::decide` hands to [`crate::send`].

use std::time::Instant;

use breakwater_client::Address;
use breakwater_client::instruction::{Creditor, TargetKeys};
use breakwater_client::interface::MarginError;
use breakwater_client::margin::{Target, Value};
use solana_signature::Signature;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// First touch of a shallow breach: moves nothing, pays nothing.
    Flag,
    /// A liquidation.
    Liquidate {
        /// What it is aimed at.
        target: Target,
        /// The same as accounts.
        keys: TargetKeys,
        /// The most to repay (native units of the debt) or to close (base units).
        most: u64,
    },
    /// Writes off one debt of a bankrupt account.
    Resolve(Creditor),
    /// Closes a winner's position in a market in deficit.
    Deleverage {
        /// The market.
        market: Address,
        /// The bank of the quote token.
        quote_bank: Address,
    },
    /// Executes a trigger order.
    Execute {
        /// The order's slot.
        slot: u8,
        /// The order's market.
        market: Address,
        /// The bank of the quote token.
        quote_bank: Address,
    },
    /// Brings a margin account of an older version up to date, which it must be before anything else.
    Upgrade,
}

impl Action {
    /// What it is called in logs and metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Action::Flag => "flag",
            Action::Liquidate { .. } => "liquidate",
            Action::Resolve(_) => "resolve",
            Action::Deleverage { .. } => "deleverage",
            Action::Execute { .. } => "execute",
            Action::Upgrade => "upgrade",
        }
    }
}

/// One thing to do for one account.
#[derive(Clone, Debug)]
pub struct Job {
    /// The account that it is done to; no two jobs for one account are in flight.
    pub account: Address,
    /// What.
    pub action: Action,
    /// What `refresh` brings to the board first, in the same transaction: numbers with their accounts.
    pub refresh: Vec<(u8, Address)>,
    /// What the keeper gains, before fees, at the prices that it was decided by.
    pub gain: Value,
    /// Slot of the newest update that it was decided by.
    pub slot: u64,
    /// When that update was seen.
    pub seen: Instant,
}

/// What came of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It landed and did what it was sent for.
    Done(Done),
    /// The account is healthy again, by the simulation or on chain.
    Healthy,
    /// Somebody else was faster.
    Outcompeted,
    /// A price was too old for it.
    Stale,
    /// It must wait (flag too young, after an outage, velocity limit).
    Wait(MarginError),
    /// A fault of this keeper: its margin, its wallet, its accounts. People are told.
    Ours(String),
    /// It never landed: its blockhash expired, or it did not pay any more.
    Expired,
    /// Fees would have eaten the gain.
    Unprofitable,
    /// The node failed; what was sent stays in the journal until it is known what became of it.
    Node(String),
    /// A dry run: what would have been sent passed its simulation.
    Dry,
}

impl Outcome {
    /// What it is called in logs and metrics.
    pub fn class(&self) -> &'static str {
        match self {
            Outcome::Done(_) => "done",
            Outcome::Healthy => "healthy",
            Outcome::Outcompeted => "outcompeted",
            Outcome::Stale => "stale",
            Outcome::Wait(_) => "wait",
            Outcome::Ours(_) => "ours",
            Outcome::Expired => "expired",
            Outcome::Unprofitable => "unprofitable",
            Outcome::Node(_) => "node",
            Outcome::Dry => "dry",
        }
    }
}

/// A transaction that landed and did its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Its signature.
    pub signature: Signature,
    /// Its slot.
    pub slot: u64,
    /// Fee, lamports.
    pub fee: u64,
    /// Compute units.
    pub units: u64,
}
