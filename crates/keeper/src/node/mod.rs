//! A node: what the keeper asks of a chain. The network's edge, and so a trait: an RPC node, or an embedded chain in tests.

pub mod rpc;

use breakwater_client::Address;
use futures_util::future::BoxFuture;
use solana_message::Hash;
use solana_signature::Signature;
use solana_transaction::versioned::VersionedTransaction;

/// An account's owner, lamports and data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    /// The program that owns it.
    pub owner: Address,
    /// Its balance.
    pub lamports: u64,
    /// Its data.
    pub data: Vec<u8>,
}

/// Why a node did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NodeError {
    /// It did not answer, or not in time: whether it did anything is not known.
    #[error("{method}: the node did not answer: {fact}")]
    Unreachable {
        /// What it was asked.
        method: &'static str,
        /// What went wrong.
        fact: String,
    },
    /// It answered that it will not.
    #[error("{method}: the node refused: {fact}")]
    Refused {
        /// What it was asked.
        method: &'static str,
        /// What it said.
        fact: String,
    },
    /// The transaction would fail, or its blockhash is not known (any more).
    #[error("the transaction was refused: {0:?}")]
    Transaction(Failed),
}

/// Why a transaction failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failed {
    /// The program's error, with the number of the instruction.
    Program {
        /// Which instruction.
        instruction: u8,
        /// Custom error code.
        code: u32,
    },
    /// The blockhash is unknown or has expired.
    Blockhash,
    /// It was processed before.
    AlreadyProcessed,
    /// Anything else, as the node says it.
    Other(String),
}

/// What a simulation came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulation {
    /// Why it failed, if it did.
    pub failed: Option<Failed>,
    /// Log lines.
    pub logs: Vec<String>,
    /// Compute units.
    pub units: u64,
}

/// What became of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Slot.
    pub slot: u64,
    /// Why it failed, if it did.
    pub failed: Option<Failed>,
    /// Whether a supermajority has voted for it.
    pub confirmed: bool,
}

/// A transaction that landed, in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landed {
    /// Slot.
    pub slot: u64,
    /// Why it failed, if it did.
    pub failed: Option<Failed>,
    /// Fee, lamports.
    pub fee: u64,
    /// Compute units.
    pub units: u64,
    /// Log lines, which hold the program's events.
    pub logs: Vec<String>,
}

/// A blockhash and how long it is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recent {
    /// The hash.
    pub hash: Hash,
    /// Last block height at which a transaction with it may land.
    pub last_valid_height: u64,
}

/// Accounts with the slot that they are of.
pub type At<T> = (u64, T);
/// An answer in the future.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, NodeError>>;

/// A node.
pub trait Node: Send + Sync {
    /// What it is called in a sentence.
    fn name(&self) -> String;
    /// Accounts by address, in order; any number of them.
    fn accounts<'a>(&'a self, addresses: &'a [Address]) -> Answer<'a, At<Vec<Option<Raw>>>>;
    /// Every account of the program whose data begins with these bytes.
    fn program_accounts<'a>(&'a self, prefix: &'a [u8]) -> Answer<'a, At<Vec<(Address, Raw)>>>;
    /// A recent blockhash.
    fn recent(&self) -> Answer<'_, Recent>;
    /// Block height.
    fn height(&self) -> Answer<'_, u64>;
    /// Slot.
    fn slot(&self) -> Answer<'_, u64>;
    /// What a transaction would do; signatures are not looked at and the blockhash is replaced.
    fn simulate<'a>(&'a self, transaction: &'a VersionedTransaction) -> Answer<'a, Simulation>;
    /// Hands a transaction to the network, without a simulation and without repetitions by the node.
    fn send<'a>(&'a self, transaction: &'a VersionedTransaction) -> Answer<'a, Signature>;
    /// What became of transactions, in order; `None` where the node knows nothing.
    fn statuses<'a>(&'a self, signatures: &'a [Signature]) -> Answer<'a, Vec<Option<Status>>>;
    /// A landed transaction in full; `None` where the node does not have it (yet).
    fn transaction<'a>(&'a self, signature: &'a Signature) -> Answer<'a, Option<Landed>>;
    /// Prices for a compute unit that recent transactions paid which wrote these accounts, micro-lamports.
    fn recent_prices<'a>(&'a self, written: &'a [Address]) -> Answer<'a, Vec<u64>>;
    /// The chain's genesis hash.
    fn genesis(&self) -> Answer<'_, Hash>;
    /// What an account must hold to live, lamports.
    fn rent(&self, size: usize) -> Answer<'_, u64>;
}
