//! What the keeper tells machines: every metric by name, in one place. `docs/keeper-runbook.md` says what each means.

use std::time::Duration;

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// Margin accounts in the book.
pub const ACCOUNTS: &str = "breakwater_accounts";
/// Accounts that the last screen found worth a look.
pub const CANDIDATES: &str = "breakwater_candidates";
/// Accounts that may be liquidated now, by the mathematics.
pub const LIQUIDATABLE: &str = "breakwater_liquidatable";
/// Transactions in flight.
pub const IN_FLIGHT: &str = "breakwater_in_flight";
/// What came of jobs, by class and action.
pub const OUTCOMES: &str = "breakwater_outcomes_total";
/// What jobs that landed promised to gain, millionths of a dollar.
pub const GAIN: &str = "breakwater_gain_micro_usd_total";
/// Fees paid, lamports.
pub const FEES: &str = "breakwater_fees_lamports_total";
/// From the update that a job was decided by to its first broadcast.
pub const SEEN_TO_SENT: &str = "breakwater_seen_to_sent_seconds";
/// How long a full scan takes.
pub const SCAN: &str = "breakwater_scan_seconds";
/// Age of each feed's newest print, on the board or about to be.
pub const FEED_AGE: &str = "breakwater_feed_age_seconds";
/// Newest slot.
pub const SLOT: &str = "breakwater_slot";
/// Seconds since the newest slot was seen.
pub const SLOT_AGE: &str = "breakwater_slot_age_seconds";
/// 1 while the stream of updates is live.
pub const STREAM_LIVE: &str = "breakwater_stream_live";
/// Snapshots of all margin accounts.
pub const RESNAPSHOTS: &str = "breakwater_resnapshots_total";
/// Connections of the stream that ended.
pub const RECONNECTS: &str = "breakwater_reconnects_total";
/// What the wallet holds.
pub const WALLET: &str = "breakwater_wallet_lamports";
/// What the keeper's margin account holds and owes, native units by token and side.
pub const INVENTORY: &str = "breakwater_inventory_native";
/// The keeper's own equity, millionths of a dollar.
pub const EQUITY: &str = "breakwater_equity_micro_usd";

/// Every gauge, counter and histogram with its help.
pub const ALL: [(&str, Kind, &str); 18] = [
    (ACCOUNTS, Kind::Gauge, "margin accounts in the book"),
    (CANDIDATES, Kind::Gauge, "accounts that the last screen found worth a look"),
    (LIQUIDATABLE, Kind::Gauge, "accounts that may be liquidated now"),
    (IN_FLIGHT, Kind::Gauge, "transactions in flight"),
    (OUTCOMES, Kind::Counter, "what came of jobs, by class and action"),
    (GAIN, Kind::Counter, "expected gain of jobs that landed, millionths of a dollar"),
    (FEES, Kind::Counter, "fees paid, lamports"),
    (SEEN_TO_SENT, Kind::Histogram, "from the update seen to the first broadcast, seconds"),
    (SCAN, Kind::Histogram, "how long a full scan took, seconds"),
    (FEED_AGE, Kind::Gauge, "age of the newest print of a feed, seconds"),
    (SLOT, Kind::Gauge, "newest slot seen"),
    (SLOT_AGE, Kind::Gauge, "seconds since the newest slot was seen"),
    (STREAM_LIVE, Kind::Gauge, "1 while the stream of updates is live"),
    (RESNAPSHOTS, Kind::Counter, "snapshots of all margin accounts"),
    (RECONNECTS, Kind::Counter, "connections of the stream that ended"),
    (WALLET, Kind::Gauge, "what the wallet holds, lamports"),
    (INVENTORY, Kind::Gauge, "deposits and debts of the keeper's margin account, native units by token and side"),
    (EQUITY, Kind::Gauge, "the keeper's own equity, millionths of a dollar"),
];

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What is so now.
    Gauge,
    /// What has been, in all.
    Counter,
    /// How long things took.
    Histogram,
}

/// Bounds of the histograms, seconds.
const BUCKETS: [f64; 16] =
    [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];

/// Begins to record; what is rendered is served at `/metrics`. The first call of a process counts.
pub fn install() -> PrometheusHandle {
    let builder = PrometheusBuilder::new().set_buckets(&BUCKETS).unwrap_or_else(|_| PrometheusBuilder::new());
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    if ::metrics::set_global_recorder(recorder).is_ok() {
        for (name, kind, help) in ALL {
            match kind {
                Kind::Gauge => describe_gauge!(name, help),
                Kind::Counter => describe_counter!(name, help),
                Kind::Histogram => describe_histogram!(name, help),
            }
        }
    }
    handle
}

/// A connection of the stream ended.
pub(crate) fn reconnected() {
    counter!(RECONNECTS).increment(1);
}

/// All margin accounts were asked for.
pub(crate) fn resnapshot() {
    counter!(RESNAPSHOTS).increment(1);
}

/// How long it took from the update to the first broadcast.
pub(crate) fn seen_to_sent(elapsed: Duration) {
    histogram!(SEEN_TO_SENT).record(elapsed.as_secs_f64());
}

/// How long a full scan took.
pub(crate) fn scanned(elapsed: Duration) {
    histogram!(SCAN).record(elapsed.as_secs_f64());
}

/// A gauge without labels.
pub(crate) fn set(name: &'static str, value: f64) {
    gauge!(name).set(value);
}

/// Age of a feed's newest print.
pub(crate) fn feed_age(feed: u8, seconds: u32) {
    gauge!(FEED_AGE, "feed" => feed.to_string()).set(f64::from(seconds));
}

/// What the keeper's margin account holds or owes of a token.
pub(crate) fn inventory(token: u8, side: &'static str, amount: f64) {
    gauge!(INVENTORY, "token" => token.to_string(), "side" => side).set(amount);
}

/// What came of a job.
pub(crate) fn outcome(class: &'static str, action: &'static str) {
    counter!(OUTCOMES, "class" => class, "action" => action).increment(1);
}

/// What a job that landed gained and cost.
pub(crate) fn earned(micro_usd: u64, fee: u64) {
    counter!(GAIN).increment(micro_usd);
    counter!(FEES).increment(fee);
}
