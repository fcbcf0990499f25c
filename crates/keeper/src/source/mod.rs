//! Where updates come from: a node's websocket with snapshots in between, or any other stream.

mod poller;
pub mod stream;
pub mod websocket;
#[cfg(feature = "yellowstone")]
pub mod yellowstone;

use std::time::Instant;

use breakwater_client::Address;
use tokio::sync::mpsc;

use crate::node::Raw;

pub use poller::snapshot;

/// Something that a source has seen.
#[derive(Clone, Debug)]
pub enum Update {
    /// An account as it is at a slot; `None` if it is gone. May come twice, late or out of order: the slot decides.
    Account {
        /// Which.
        address: Address,
        /// Slot of the bank that said so.
        slot: u64,
        /// What it is.
        raw: Option<Raw>,
        /// When it was seen.
        seen: Instant,
    },
    /// All margin accounts of the group at a slot: what is not among them is gone.
    Margins {
        /// Slot of the snapshot.
        slot: u64,
        /// The accounts.
        accounts: Vec<(Address, Raw)>,
    },
    /// A slot has begun.
    Slot(u64),
    /// Whether the stream is live. While it is not, what is known grows old.
    Live(bool),
}

/// A source of updates. It never gives up: it reconnects by itself until the receiver is dropped.
pub trait Source: Send {
    /// Runs until nobody listens.
    fn run(self: Box<Self>, updates: mpsc::Sender<Update>) -> futures_util::future::BoxFuture<'static, ()>;
}
