//! What a keeper has done and what it cost: sums over a journal.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::entry::{Effects, Ending, Kind, Sent, Settled};

/// How transactions of one kind ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Sent.
    pub sent: u64,
    /// Landed and succeeded.
    pub done: u64,
    /// Landed and failed.
    pub failed: u64,
    /// Never landed.
    pub expired: u64,
    /// Fees, lamports.
    pub fees: u64,
}

/// Sums over a journal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Transactions by what they were sent for.
    pub kinds: BTreeMap<Kind, Count>,
    /// Transactions of which it is not known yet what became of them.
    pub unsettled: u64,
    /// Fees of all of them, lamports.
    pub fees: u64,
    /// What they did.
    pub effects: Effects,
}

impl Report {
    pub(super) fn sent(&mut self, sent: &Sent) {
        self.kinds.entry(sent.kind).or_default().sent += 1;
        self.unsettled += 1;
    }

    pub(super) fn settled(&mut self, kind: Kind, settled: &Settled) {
        let count = self.kinds.entry(kind).or_default();
        match settled.ending {
            Ending::Done => count.done += 1,
            Ending::Failed => count.failed += 1,
            Ending::Expired => count.expired += 1,
        }
        count.fees = count.fees.saturating_add(settled.fee);
        self.fees = self.fees.saturating_add(settled.fee);
        self.unsettled = self.unsettled.saturating_sub(1);
        self.effects.add(&settled.effects);
    }
}

/// As people read it.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Report { kinds, unsettled, fees, effects } = self;
        writeln!(
            f,
            "{:<12}{:>10}{:>10}{:>10}{:>10}{:>16}",
            "sent for", "sent", "done", "failed", "expired", "lamports"
        )?;
        for (kind, count) in kinds {
            let Count { sent, done, failed, expired, fees } = count;
            writeln!(f, "{:<12}{sent:>10}{done:>10}{failed:>10}{expired:>10}{fees:>16}", kind.name())?;
        }
        writeln!(f, "fees: {fees} lamports; not settled yet: {unsettled}")?;
        writeln!(
            f,
            "liquidations {}, positions closed {}, orders {}, flags {}, flags taken away {}, write-offs {}, deleveraged {}",
            effects.liquidations,
            effects.closings,
            effects.orders,
            effects.flags,
            effects.cleared,
            effects.resolved,
            effects.deleveraged
        )?;
        if effects.incomplete > 0 {
            writeln!(f, "{} transactions did more than their logs, which were cut, tell", effects.incomplete)?;
        }
        writeln!(
            f,
            "{:<6}{:>22}{:>22}{:>22}{:>22}{:>22}{:>22}{:>23}",
            "token", "gained", "repaid", "insurance", "order fees", "moved in", "moved out", "net"
        )?;
        for (token, amounts) in &effects.tokens {
            writeln!(
                f,
                "{token:<6}{:>22}{:>22}{:>22}{:>22}{:>22}{:>22}{:>23}",
                amounts.gained,
                amounts.repaid,
                amounts.insurance,
                amounts.order_fees,
                amounts.moved_in,
                amounts.moved_out,
                amounts.net()
            )?;
        }
        write!(f, "gained at the prices of the events, before fees: {} dollars", dollars(effects.value_e8))
    }
}

/// Dollars and cents of dollars × 10^8, rounded down; for display only.
fn dollars(e8: i64) -> String {
    let cents = e8.div_euclid(1_000_000);
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
}
