//! The node's process (tools/e2e/node.mjs).

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use breakwater_client::PROGRAM_ID;
use serde_json::{Value, json};

use super::rpc::{Outcome, Rpc, Trouble, hex};

/// Milliseconds of a slot, as on mainnet.
pub const SLOT_MS: u64 = 400;

/// Bytes of a program that are written at once.
const CHUNK: usize = 1 << 18;

/// A running node. It ends with this value, or with this process.
pub struct Node {
    process: Child,
    _input: Option<ChildStdin>,
    /// Its JSON-RPC.
    pub rpc: Rpc,
    /// Its websocket's URL.
    pub ws: String,
}

impl Node {
    /// Starts a node.
    pub fn start(root: &Path) -> Outcome<Node> {
        let mut command = Command::new("node");
        command.arg(root.join("tools/e2e/node.mjs")).arg(SLOT_MS.to_string());
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let said: Value = serde_json::from_str(&line).unwrap_or_default();
        let (Some(rpc), Some(ws)) = (said["rpc"].as_str(), said["ws"].as_str()) else {
            let _ = process.kill();
            return Err(Trouble(format!("tools/e2e/node.mjs did not start a node: {line}")));
        };
        let _input = process.stdin.take();
        Ok(Node { _input, rpc: Rpc::new(rpc)?, ws: ws.to_owned(), process })
    }

    /// Puts the program in its place.
    pub fn deploy(&self, bytecode: &Path) -> Outcome<()> {
        for (number, chunk) in std::fs::read(bytecode)?.chunks(CHUNK).enumerate() {
            let params = json!([PROGRAM_ID.to_string(), hex(chunk), number * CHUNK]);
            self.rpc.call("surfnet_writeProgram", params)?;
        }
        Ok(())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
