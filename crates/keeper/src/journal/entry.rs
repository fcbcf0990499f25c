//! The lines of a journal.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use breakwater_client::Address;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use solana_signature::Signature;

use crate::job::Action;

/// Version of the lines.
pub(super) const VERSION: u32 = 1;

/// What a transaction was sent for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A first touch.
    Flag,
    /// A liquidation.
    Liquidate,
    /// A write-off.
    Resolve,
    /// A winner closed.
    Deleverage,
    /// A trigger order.
    Execute,
    /// An account brought up to date.
    Upgrade,
    /// Prices brought to the board ahead of something that has no room for them.
    Refresh,
    /// The keeper's own deposits, debts and withdrawals.
    Inventory,
}

impl Kind {
    /// Whether it pays by itself.
    pub fn pays(self) -> bool {
        matches!(self, Kind::Liquidate | Kind::Execute)
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Flag => "flag",
            Kind::Liquidate => "liquidate",
            Kind::Resolve => "resolve",
            Kind::Deleverage => "deleverage",
            Kind::Execute => "execute",
            Kind::Upgrade => "upgrade",
            Kind::Refresh => "refresh",
            Kind::Inventory => "inventory",
        }
    }
}

impl From<&Action> for Kind {
    fn from(action: &Action) -> Kind {
        match action {
            Action::Flag => Kind::Flag,
            Action::Liquidate { .. } => Kind::Liquidate,
            Action::Resolve(_) => Kind::Resolve,
            Action::Deleverage { .. } => Kind::Deleverage,
            Action::Execute { .. } => Kind::Execute,
            Action::Upgrade => Kind::Upgrade,
        }
    }
}

/// Whose journal it is: the first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The group.
    #[serde(with = "text")]
    pub group: Address,
    /// The keeper's margin account.
    #[serde(with = "text")]
    pub account: Address,
    /// The keeper's key.
    #[serde(with = "text")]
    pub wallet: Address,
    /// Number of the quote token.
    pub quote_token: u8,
}

/// A transaction that is about to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Its signature.
    #[serde(with = "text")]
    pub signature: Signature,
    /// Last block height at which it may land.
    pub last_valid_height: u64,
    /// What it was sent for.
    pub kind: Kind,
    /// The account that it is about.
    #[serde(with = "text")]
    pub account: Address,
    /// The gain that was expected, dollars × 10^8.
    pub gain_e8: i64,
    /// The price of the quote token that it was decided by, dollars for one native unit × 2^64; fees in that token are valued
    /// by it.
    pub quote_price: u64,
    /// When, unix seconds.
    pub at: u64,
}

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It landed and succeeded.
    Done,
    /// It landed and failed: it cost its fee.
    Failed,
    /// It never landed, and it cannot any more.
    Expired,
}

/// A transaction of which it is known what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// Its signature.
    #[serde(with = "text")]
    pub signature: Signature,
    /// How it ended.
    pub ending: Ending,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Slot; 0 where it never landed.
    pub slot: u64,
    /// Fee, lamports.
    pub fee: u64,
    /// Compute units.
    pub units: u64,
    /// What it did, from its events.
    pub effects: Effects,
}

/// What transactions did, from the program's events that name the keeper's margin account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effects {
    /// Pairs of legs liquidated.
    pub liquidations: u64,
    /// Positions closed.
    pub closings: u64,
    /// Orders executed.
    pub orders: u64,
    /// Accounts flagged.
    pub flags: u64,
    /// Flags taken away.
    pub cleared: u64,
    /// Debts written off.
    pub resolved: u64,
    /// Winners closed.
    pub deleveraged: u64,
    /// Transactions whose log the node has cut: what they did is not known in full.
    pub incomplete: u64,
    /// What the keeper gained at the events' prices, dollars × 10^8, rounded down event by event.
    pub value_e8: i64,
    /// Native units, by number of the token.
    pub tokens: BTreeMap<u8, Amounts>,
}

/// Native units of one token that the keeper's margin account got and gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amounts {
    /// Collateral seized, and fees for positions closed.
    pub gained: u64,
    /// Debts repaid for others.
    pub repaid: u64,
    /// Insurance paid on top of that.
    pub insurance: u64,
    /// Fees for orders executed.
    pub order_fees: u64,
    /// Moved in from the wallet.
    pub moved_in: u64,
    /// Moved out to the wallet.
    pub moved_out: u64,
}

impl Amounts {
    /// What the account has more (or less) of the token.
    pub fn net(&self) -> i128 {
        let plus = [self.gained, self.order_fees, self.moved_in].map(i128::from);
        let minus = [self.repaid, self.insurance, self.moved_out].map(i128::from);
        plus.iter().sum::<i128>() - minus.iter().sum::<i128>()
    }

    fn add(&mut self, other: &Amounts) {
        self.gained = self.gained.saturating_add(other.gained);
        self.repaid = self.repaid.saturating_add(other.repaid);
        self.insurance = self.insurance.saturating_add(other.insurance);
        self.order_fees = self.order_fees.saturating_add(other.order_fees);
        self.moved_in = self.moved_in.saturating_add(other.moved_in);
        self.moved_out = self.moved_out.saturating_add(other.moved_out);
    }
}

impl Effects {
    /// Adds those of another transaction.
    pub fn add(&mut self, other: &Effects) {
        let counts = [
            (&mut self.liquidations, other.liquidations),
            (&mut self.closings, other.closings),
            (&mut self.orders, other.orders),
            (&mut self.flags, other.flags),
            (&mut self.cleared, other.cleared),
            (&mut self.resolved, other.resolved),
            (&mut self.deleveraged, other.deleveraged),
            (&mut self.incomplete, other.incomplete),
        ];
        for (count, more) in counts {
            *count = count.saturating_add(more);
        }
        self.value_e8 = self.value_e8.saturating_add(other.value_e8);
        for (token, amounts) in &other.tokens {
            self.tokens.entry(*token).or_default().add(amounts);
        }
    }
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    /// The first.
    Keeper {
        /// Version of the lines.
        version: u32,
        /// Whose journal it is.
        #[serde(flatten)]
        owner: Owner,
    },
    /// Before a transaction is sent.
    Sent(Sent),
    /// When it is known what became of it.
    Settled(Settled),
}

/// Addresses and signatures as people write them.
mod text {
    use super::*;

    pub(super) fn serialize<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(super) fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|_| de::Error::custom(format!("{text} is no address or signature")))
    }
}
