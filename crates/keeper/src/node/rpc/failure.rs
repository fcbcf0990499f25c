//! What went wrong, in the words of [`NodeError`]: without the URL, which may hold a key.

use solana_instruction::error::InstructionError;
use solana_rpc_client_api::client_error::{Error, ErrorKind, TransactionError};
use solana_rpc_client_api::request::{RpcError, RpcResponseErrorData};

use crate::node::{Failed, NodeError};

/// A failed request; of the URL only the node's name may be said.
pub(super) fn of(method: &'static str, error: Error, (url, name): (&str, &str)) -> NodeError {
    let clean = |fact: String| fact.replace(url, name);
    if let Some(failed) = error.get_transaction_error() {
        return NodeError::Transaction(of_transaction(&failed));
    }
    match *error.kind {
        ErrorKind::Reqwest(error) => {
            let status = error.status();
            let fact = match status {
                Some(status) => format!("HTTP status {status}"),
                None => clean(causes(&error.without_url())),
            };
            // A node that is overloaded or failing may have done its work; one that refuses the request has not.
            match status {
                Some(status) if status.is_client_error() && status.as_u16() != 429 => {
                    NodeError::Refused { method, fact }
                }
                _ => NodeError::Unreachable { method, fact },
            }
        }
        ErrorKind::RpcError(RpcError::RpcResponseError { code, message, data }) => {
            refused(method, code, message, &data)
        }
        other => NodeError::Unreachable { method, fact: clean(format!("its answer cannot be read: {other}")) },
    }
}

/// What the node said that it will not do.
fn refused(method: &'static str, code: i64, message: String, data: &RpcResponseErrorData) -> NodeError {
    // Nodes that leave the error's data out still say it in words.
    if message.contains("Blockhash not found") {
        return NodeError::Transaction(Failed::Blockhash);
    }
    if message.contains("already been processed") {
        return NodeError::Transaction(Failed::AlreadyProcessed);
    }
    let behind = match data {
        RpcResponseErrorData::NodeUnhealthy { num_slots_behind: Some(slots) } => format!(", {slots} slots behind"),
        _ => String::new(),
    };
    NodeError::Refused { method, fact: format!("{message}{behind} (code {code})") }
}

/// Why a transaction failed.
pub(super) fn of_transaction(error: &TransactionError) -> Failed {
    match error {
        TransactionError::InstructionError(instruction, InstructionError::Custom(code)) => {
            Failed::Program { instruction: *instruction, code: *code }
        }
        TransactionError::BlockhashNotFound => Failed::Blockhash,
        TransactionError::AlreadyProcessed => Failed::AlreadyProcessed,
        other => Failed::Other(other.to_string()),
    }
}

/// An error with what caused it: the outer one alone says only that a request failed.
fn causes(error: &dyn std::error::Error) -> String {
    let mut fact = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        fact = format!("{fact}: {deeper}");
        cause = deeper.source();
    }
    fact
}
