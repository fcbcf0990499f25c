//! A proxy between one client and the node: JSON-RPC over HTTP and its websocket, with faults on demand. It stays where it is
//! when the node restarts, and then knows what became of transactions before, as a node's ledger does.
//!
//! It repairs one thing that surfpool 1.5.0 does and no validator: notifications name the slot at which the node started.
//! They leave here with the slot that the node is at.

pub mod faults;
mod http;
mod socket;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::{Handle, Runtime};

use crate::local::node::Node;
use crate::local::rpc::{Outcome, Trouble};
use faults::{Faults, count, is_on};

/// The node that all proxies stand before.
pub struct Upstream {
    rpc: RwLock<String>,
    ws: RwLock<String>,
    /// Where the node is.
    slot: AtomicU64,
    /// An answer to `getLatestBlockhash` of long ago.
    old_hash: Value,
    /// Signatures with their statuses and transactions, of nodes that are gone.
    ledger: Mutex<HashMap<String, (Value, Value)>>,
}

impl Upstream {
    /// Before a node; follows its slots. `first_hash`: its first answer to `getLatestBlockhash`.
    ///
    /// # Errors
    /// The node does not answer.
    pub fn new(runtime: &Runtime, node: &Node, first_hash: &Value) -> Outcome<Arc<Upstream>> {
        let upstream = Arc::new(Upstream {
            rpc: RwLock::new(node.rpc.url.clone()),
            ws: RwLock::new(node.ws.clone()),
            slot: AtomicU64::new(node.rpc.slot()?),
            old_hash: first_hash.clone(),
            ledger: Mutex::new(HashMap::new()),
        });
        runtime.spawn(socket::follow_slots(Arc::clone(&upstream)));
        Ok(upstream)
    }

    /// Another node takes the place of the first.
    pub fn replace(&self, node: &Node, ledger: HashMap<String, (Value, Value)>) {
        *write(&self.rpc) = node.rpc.url.clone();
        *write(&self.ws) = node.ws.clone();
        self.ledger.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend(ledger);
    }

    fn rpc(&self) -> String {
        self.rpc.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    fn ws(&self) -> String {
        self.ws.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Status and transaction of a node that is gone.
    fn remembered(&self, signature: &str) -> Option<(Value, Value)> {
        self.ledger.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(signature).cloned()
    }

    /// The slot that a notification of now is of.
    fn slot(&self) -> u64 {
        self.slot.load(Ordering::Relaxed)
    }
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// One client's proxy.
pub struct Proxy {
    /// Where it answers JSON-RPC.
    pub url: String,
    /// Where its websocket is.
    pub ws_url: String,
    /// What it does wrong.
    pub faults: Arc<Faults>,
}

impl Proxy {
    /// Starts on free ports of this machine.
    ///
    /// # Errors
    /// No port can be had.
    pub fn start(runtime: &Runtime, upstream: &Arc<Upstream>) -> Outcome<Proxy> {
        let faults = Arc::new(Faults::default());
        let (rpc, rpc_address) = listen(runtime)?;
        let (ws, ws_address) = listen(runtime)?;
        let client = reqwest::Client::new();
        let (up, wrong) = (Arc::clone(upstream), Arc::clone(&faults));
        runtime.spawn(accept(rpc, Arc::clone(&faults), move |stream| {
            http::serve(stream, client.clone(), Arc::clone(&up), Arc::clone(&wrong))
        }));
        let (up, wrong) = (Arc::clone(upstream), Arc::clone(&faults));
        runtime.spawn(accept(ws, Arc::clone(&faults), move |stream| {
            socket::serve(stream, Arc::clone(&up), Arc::clone(&wrong))
        }));
        Ok(Proxy { url: format!("http://{rpc_address}"), ws_url: format!("ws://{ws_address}"), faults })
    }
}

fn listen(runtime: &Runtime) -> Outcome<(TcpListener, SocketAddr)> {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr().map_err(|error| Trouble(error.to_string()))?;
    Ok((listener, address))
}

async fn accept<F, S>(listener: TcpListener, faults: Arc<Faults>, serve: S)
where
    F: Future<Output = ()> + Send + 'static,
    S: Fn(tokio::net::TcpStream) -> F + Send + 'static,
{
    while let Ok((stream, _)) = listener.accept().await {
        if is_on(&faults.down) {
            count(&faults.count.refused);
            continue;
        }
        let _ = stream.set_nodelay(true);
        Handle::current().spawn(serve(stream));
    }
}
