//! What a proxy does wrong on purpose, switched on and off by the driver, and how often it did.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use rand::Rng;

/// Switches and counters; all may be set at any time.
#[derive(Default)]
pub struct Faults {
    /// Requests out of a thousand whose connection is reset.
    pub drop_per_mille: AtomicU32,
    /// Milliseconds that an answer waits.
    pub delay_ms: AtomicU64,
    /// No frame of the websocket is passed on; it stays open.
    pub stalled: AtomicBool,
    /// Notifications come twice.
    pub doubled: AtomicBool,
    /// Notifications come in another order.
    pub shuffled: AtomicBool,
    /// `getLatestBlockhash` is answered with a hash of long ago.
    pub old_hash: AtomicBool,
    /// `sendTransaction` is answered, and the transaction thrown away.
    pub swallowed: AtomicBool,
    /// Nobody is there.
    pub down: AtomicBool,
    /// Raised by one to close every websocket.
    pub closings: AtomicU64,
    /// What was done.
    pub count: Counts,
}

/// How often.
#[derive(Default)]
pub struct Counts {
    /// Requests that came.
    pub requests: AtomicU64,
    /// Connections that were reset.
    pub dropped: AtomicU64,
    /// Answers that waited.
    pub delayed: AtomicU64,
    /// Frames that came from the node.
    pub frames: AtomicU64,
    /// Frames that were not passed on.
    pub stalled: AtomicU64,
    /// Notifications that went out twice.
    pub doubled: AtomicU64,
    /// Groups of notifications that went out in another order.
    pub shuffled: AtomicU64,
    /// Hashes of long ago that were given.
    pub old_hashes: AtomicU64,
    /// Transactions that were thrown away.
    pub swallowed: AtomicU64,
    /// Connections and requests that found nobody.
    pub refused: AtomicU64,
    /// Websockets that were closed.
    pub closed: AtomicU64,
}

/// One more.
pub fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// What a counter says.
pub fn counted(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

/// Whether a switch is on.
pub fn is_on(switch: &AtomicBool) -> bool {
    switch.load(Ordering::Relaxed)
}

impl Faults {
    /// Whether this request's connection is reset.
    pub fn drops(&self) -> bool {
        let per_mille = self.drop_per_mille.load(Ordering::Relaxed);
        per_mille > 0 && rand::rng().random_range(0..1_000) < per_mille
    }
}
