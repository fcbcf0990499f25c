//! An embedded chain as a node, with blockhashes that expire, and with faults: what a network does to a keeper.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use breakwater_client::{Address, PROGRAM_ID};
use breakwater_keeper::node::{Answer, At, Failed, Landed, Node, NodeError, Raw, Recent, Simulation, Status};
use breakwater_sim::world::World;
use solana_account::Account;
use solana_instruction::error::InstructionError;
use solana_message::Hash;
use solana_rpc_client_api::client_error::TransactionError;
use solana_signature::Signature;
use solana_transaction::versioned::VersionedTransaction;

/// Blocks for which a blockhash is good.
const LIFETIME: u64 = 150;

/// What goes wrong.
#[derive(Debug, Default)]
pub struct Faults {
    /// Sends that are lost, still to come.
    pub drop: u64,
    /// Blocks after which what is sent lands.
    pub delay: u64,
    /// What every simulation answers.
    pub simulation: Option<NodeError>,
    /// What a send answers, though the transaction lands if it can.
    pub refusal: Option<NodeError>,
    /// No question is answered.
    pub silent: bool,
    /// Statuses are not known, though transactions land.
    pub forgetful: bool,
    /// The log of what lands is cut.
    pub cut: bool,
}

/// The chain with what the node knows of it.
pub struct State {
    /// The group.
    pub world: World,
    /// What goes wrong.
    pub faults: Faults,
    /// What others pay.
    pub prices: Vec<u64>,
    /// Transactions that were handed over, repetitions included.
    pub sends: u64,
    height: u64,
    hashes: HashMap<Hash, u64>,
    landed: HashMap<Signature, Landed>,
    waiting: Vec<(u64, VersionedTransaction)>,
}

impl State {
    fn land(&mut self, transaction: VersionedTransaction) {
        let signature = transaction.signatures[0];
        let last_valid = self.hashes.get(transaction.message.recent_blockhash()).copied().unwrap_or(0);
        if self.landed.contains_key(&signature) || self.height > last_valid {
            return;
        }
        let slot = self.world.chain.clock().slot;
        let landed = match self.world.chain.svm().send_transaction(transaction) {
            Ok(meta) => {
                Landed { slot, failed: None, fee: meta.fee, units: meta.compute_units_consumed, logs: meta.logs }
            }
            // What fails before it begins is in no block.
            Err(failed) if !matches!(failed.err, TransactionError::InstructionError(..)) => return,
            Err(failed) => Landed {
                slot,
                failed: Some(why(&failed.err)),
                fee: failed.meta.fee,
                units: failed.meta.compute_units_consumed,
                logs: failed.meta.logs,
            },
        };
        let logs = if self.faults.cut { vec!["Log truncated".to_owned()] } else { landed.logs };
        self.landed.insert(signature, Landed { logs, ..landed });
    }

    /// A block passes.
    pub fn pass(&mut self, blocks: u64) {
        self.height += blocks;
        let (due, waiting) = std::mem::take(&mut self.waiting).into_iter().partition(|(at, _)| *at <= self.height);
        self.waiting = waiting;
        let due: Vec<(u64, VersionedTransaction)> = due;
        for (_, transaction) in due {
            self.land(transaction);
        }
    }

    /// How many transactions are on chain.
    pub fn count(&self) -> usize {
        self.landed.len()
    }

    /// Fees of all transactions on chain.
    pub fn fees(&self) -> u64 {
        self.landed.values().map(|landed| landed.fee).sum()
    }
}

fn why(error: &TransactionError) -> Failed {
    match error {
        TransactionError::InstructionError(instruction, InstructionError::Custom(code)) => {
            Failed::Program { instruction: *instruction, code: *code }
        }
        other => Failed::Other(other.to_string()),
    }
}

/// The node. A block passes whenever somebody asks for the block height.
pub struct SvmNode(Mutex<State>);

impl SvmNode {
    /// A node of a world.
    pub fn new(mut world: World) -> SvmNode {
        let svm = std::mem::take(world.chain.svm());
        *world.chain.svm() = svm.with_blockhash_check(false);
        SvmNode(Mutex::new(State {
            world,
            faults: Faults::default(),
            prices: Vec::new(),
            sends: 0,
            height: 1_000,
            hashes: HashMap::new(),
            landed: HashMap::new(),
            waiting: Vec::new(),
        }))
    }

    /// The chain.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer<T: Send + 'static>(
        &self,
        method: &'static str,
        answer: impl FnOnce(&mut State) -> Result<T, NodeError>,
    ) -> Answer<'_, T> {
        let mut state = self.state();
        let answer = match state.faults.silent {
            true => Err(NodeError::Unreachable { method, fact: "silence".to_owned() }),
            false => answer(&mut state),
        };
        Box::pin(std::future::ready(answer))
    }
}

fn raw(account: Account) -> Raw {
    Raw { owner: account.owner, lamports: account.lamports, data: account.data }
}

impl Node for SvmNode {
    fn name(&self) -> String {
        "embedded chain".to_owned()
    }

    fn accounts<'a>(&'a self, addresses: &'a [Address]) -> Answer<'a, At<Vec<Option<Raw>>>> {
        self.answer("accounts", |state| {
            let chain = &state.world.chain;
            Ok((chain.clock().slot, addresses.iter().map(|address| chain.account(address).map(raw)).collect()))
        })
    }

    fn program_accounts<'a>(&'a self, prefix: &'a [u8]) -> Answer<'a, At<Vec<(Address, Raw)>>> {
        self.answer("program_accounts", |state| {
            let all = state.world.group_accounts().into_iter();
            let ours = all.filter(|(_, account)| account.owner == PROGRAM_ID && account.data.starts_with(prefix));
            Ok((state.world.chain.clock().slot, ours.map(|(key, account)| (key, raw(account))).collect()))
        })
    }

    fn recent(&self) -> Answer<'_, Recent> {
        self.answer("recent", |state| {
            let (hash, last_valid_height) = (Hash::new_unique(), state.height + LIFETIME);
            state.hashes.insert(hash, last_valid_height);
            Ok(Recent { hash, last_valid_height })
        })
    }

    fn height(&self) -> Answer<'_, u64> {
        self.answer("height", |state| {
            state.pass(1);
            Ok(state.height)
        })
    }

    fn slot(&self) -> Answer<'_, u64> {
        self.answer("slot", |state| Ok(state.world.chain.clock().slot))
    }

    fn simulate<'a>(&'a self, transaction: &'a VersionedTransaction) -> Answer<'a, Simulation> {
        self.answer("simulate", |state| {
            if let Some(error) = &state.faults.simulation {
                return Err(error.clone());
            }
            Ok(match state.world.chain.svm().simulate_transaction(transaction.clone()) {
                Ok(info) => Simulation { failed: None, logs: info.meta.logs, units: info.meta.compute_units_consumed },
                Err(failed) => Simulation {
                    failed: Some(why(&failed.err)),
                    logs: failed.meta.logs,
                    units: failed.meta.compute_units_consumed,
                },
            })
        })
    }

    fn send<'a>(&'a self, transaction: &'a VersionedTransaction) -> Answer<'a, Signature> {
        self.answer("send", |state| {
            state.sends += 1;
            match (state.faults.drop, state.faults.delay) {
                (1.., _) => state.faults.drop -= 1,
                (0, 0) => state.land(transaction.clone()),
                (0, delay) => state.waiting.push((state.height + delay, transaction.clone())),
            }
            match &state.faults.refusal {
                Some(error) => Err(error.clone()),
                None => Ok(transaction.signatures[0]),
            }
        })
    }

    fn statuses<'a>(&'a self, signatures: &'a [Signature]) -> Answer<'a, Vec<Option<Status>>> {
        self.answer("statuses", |state| {
            let forgetful = state.faults.forgetful;
            let status = |signature: &Signature| {
                let landed = state.landed.get(signature).filter(|_| !forgetful)?;
                Some(Status { slot: landed.slot, failed: landed.failed.clone(), confirmed: true })
            };
            Ok(signatures.iter().map(status).collect())
        })
    }

    fn transaction<'a>(&'a self, signature: &'a Signature) -> Answer<'a, Option<Landed>> {
        self.answer("transaction", |state| Ok(state.landed.get(signature).cloned()))
    }

    fn recent_prices<'a>(&'a self, written: &'a [Address]) -> Answer<'a, Vec<u64>> {
        assert!(!written.is_empty(), "prices are those of the accounts that are written");
        self.answer("recent_prices", |state| Ok(state.prices.clone()))
    }

    fn genesis(&self) -> Answer<'_, Hash> {
        self.answer("genesis", |_| Ok(Hash::default()))
    }

    fn rent(&self, size: usize) -> Answer<'_, u64> {
        self.answer("rent", |state| Ok(state.world.chain.rent(size)))
    }
}
