//! The embedded chain: a Solana runtime in this process with Breakwater's compiled bytecode and the real token programs.
//! Owns sending, time and reading accounts; refuses to know tokens, traders and prices.

use breakwater_client::decode::{self, Event, ProgramAccount};
use breakwater_client::interface::MarginError;
use breakwater_client::{Address, PROGRAM_ID, receipt};
use litesvm::LiteSVM;
use solana_account::Account;
use solana_clock::Clock;
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_keypair::Keypair;
use solana_message::Message;
use solana_signer::Signer;
use solana_transaction::Transaction;
use solana_transaction_error::TransactionError;

use crate::keys::Keys;

/// The bytecode that is committed beside the sources.
const BYTECODE: &[u8] = include_bytes!("../../../artifacts/breakwater.so");
/// Names a file whose bytecode is run instead.
const BYTECODE_VARIABLE: &str = "BREAKWATER_SO";
/// When an embedded chain begins unless told otherwise: 1 January 2025, 00:00 UTC.
pub const START: i64 = 1_735_689_600;
/// Milliseconds of a slot.
const SLOT_MS: i64 = 400;

/// An embedded chain.
pub struct Chain {
    /// Where new keys and addresses come from.
    pub keys: Keys,
    /// Events of all transactions that succeeded, if somebody wants them; whoever reads takes them out.
    pub journal: Option<Vec<Event>>,
    /// Receipts of all transactions that succeeded, beside the journal; whoever reads takes them out.
    pub receipts: Vec<Vec<u8>>,
    svm: LiteSVM,
    payer: Keypair,
}

/// What a transaction that succeeded left behind.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Compute units of the whole transaction.
    pub compute_units: u64,
    /// The program's events.
    pub events: Vec<Event>,
    /// Log lines.
    pub logs: Vec<String>,
    /// Serialised size, bytes.
    pub bytes: usize,
    /// Accounts that the transaction names.
    pub accounts: usize,
}

/// Why a transaction failed. Nothing that it touched has changed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The runtime's error.
    pub error: TransactionError,
    /// Log lines.
    pub logs: Vec<String>,
}

impl Failure {
    /// The program's own error, if it is one.
    pub fn margin_error(&self) -> Option<MarginError> {
        decode::error(self.code()?)
    }

    /// The custom error code, if there is one.
    pub fn code(&self) -> Option<u32> {
        match self.instruction_error() {
            Some(InstructionError::Custom(code)) => Some(*code),
            _ => None,
        }
    }

    /// The failed instruction's error, whosever it is.
    pub fn instruction_error(&self) -> Option<&InstructionError> {
        match &self.error {
            TransactionError::InstructionError(_, error) => Some(error),
            _ => None,
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self.margin_error() {
            Some(error) => write!(f, "{} ({}): {}", error.name(), error.code(), error.message()),
            None => write!(f, "{:?}\n{}", self.error, self.logs.join("\n")),
        }
    }
}

impl std::error::Error for Failure {}

impl Default for Chain {
    fn default() -> Self {
        Chain::new(START)
    }
}

impl Chain {
    /// A chain whose clock stands at a unix time.
    ///
    /// # Panics
    /// If the bytecode cannot be read or loaded; nothing works without it.
    pub fn new(unix_time: i64) -> Chain {
        Chain::with_keys(unix_time, Keys::default())
    }

    /// A chain whose keys and addresses come from a seed.
    ///
    /// # Panics
    /// As [`Chain::new`].
    pub fn seeded(unix_time: i64, seed: u64) -> Chain {
        Chain::with_keys(unix_time, Keys::seeded(seed))
    }

    fn with_keys(unix_time: i64, mut keys: Keys) -> Chain {
        let mut svm = LiteSVM::new().with_transaction_history(0).with_log_bytes_limit(None);
        let bytecode = match std::env::var_os(BYTECODE_VARIABLE) {
            Some(path) => std::fs::read(&path).unwrap_or_else(|e| panic!("{BYTECODE_VARIABLE}={path:?}: {e}")),
            None => BYTECODE.to_vec(),
        };
        svm.add_program(PROGRAM_ID, &bytecode).expect("the bytecode is a program");
        let payer = keys.keypair();
        let mut chain = Chain { keys, journal: None, receipts: Vec::new(), svm, payer };
        chain.fund(&chain.payer.pubkey());
        chain.set_time(unix_time);
        chain
    }

    /// The chain without the check of signatures, which is half of what a run costs. Every signer's key is in this process.
    pub fn trusting_signatures(mut self) -> Chain {
        self.svm = self.svm.with_sigverify(false);
        self
    }

    /// The key that pays for transactions.
    pub fn payer(&self) -> &Keypair {
        &self.payer
    }

    /// Gives an address a million SOL.
    pub fn fund(&mut self, address: &Address) {
        let account = Account { lamports: 1_000_000_000_000_000, ..Account::default() };
        self.set_account(address, account);
    }

    /// The clock.
    pub fn clock(&self) -> Clock {
        self.svm.get_sysvar()
    }

    /// Unix time, seconds.
    pub fn now(&self) -> i64 {
        self.clock().unix_timestamp
    }

    /// Sets the clock; slots follow at 400 ms each and never go back.
    pub fn set_time(&mut self, unix_time: i64) {
        let mut clock = self.clock();
        let elapsed = (unix_time - clock.unix_timestamp).max(0);
        clock.slot += u64::try_from(elapsed * 1_000 / SLOT_MS).unwrap_or(0).max(1);
        clock.unix_timestamp = unix_time;
        self.svm.set_sysvar(&clock);
        self.svm.expire_blockhash();
    }

    /// Lets time pass.
    pub fn advance(&mut self, seconds: i64) {
        self.set_time(self.now() + seconds);
    }

    /// Sends a transaction, signed by the payer and others.
    ///
    /// # Errors
    /// The failure with its logs; nothing but the fee has changed.
    pub fn send(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Result<Outcome, Box<Failure>> {
        let payer = self.payer.insecure_clone();
        self.send_as(&payer, instructions, signers)
    }

    /// Sends a transaction that somebody else pays for.
    ///
    /// # Errors
    /// The failure with its logs; nothing but the fee has changed.
    pub fn send_as(
        &mut self,
        payer: &Keypair,
        instructions: &[Instruction],
        signers: &[&Keypair],
    ) -> Result<Outcome, Box<Failure>> {
        let transaction = self.sign(payer, instructions, signers);
        let accounts = transaction.message.account_keys.len();
        let bytes = transaction_size(&transaction);
        match self.svm.send_transaction(transaction) {
            Ok(meta) => {
                let events = decode::events(&meta.logs);
                if let Some(journal) = &mut self.journal {
                    journal.extend(&events);
                    self.receipts.extend(receipt::receipts(&meta.logs));
                }
                Ok(Outcome { compute_units: meta.compute_units_consumed, events, logs: meta.logs, bytes, accounts })
            }
            Err(failed) => {
                self.svm.expire_blockhash();
                Err(Box::new(Failure { error: failed.err, logs: failed.meta.logs }))
            }
        }
    }

    fn sign(&mut self, payer: &Keypair, instructions: &[Instruction], signers: &[&Keypair]) -> Transaction {
        // Every transaction gets a blockhash of its own, so that two equal ones are not taken for one.
        self.svm.expire_blockhash();
        let message = Message::new(instructions, Some(&payer.pubkey()));
        let mut all = vec![payer];
        all.extend(signers.iter().filter(|key| key.pubkey() != payer.pubkey()));
        Transaction::new(&all, message, self.svm.latest_blockhash())
    }

    /// An account as the runtime has it.
    pub fn account(&self, address: &Address) -> Option<Account> {
        self.svm.get_account(address)
    }

    /// Writes an account, whatever it was.
    ///
    /// # Panics
    /// If the runtime refuses (an executable account that is no program).
    pub fn set_account(&mut self, address: &Address, account: Account) {
        self.svm.set_account(*address, account).expect("the account is written");
    }

    /// Writes an account with data, rent-exempt.
    pub fn set_data(&mut self, address: &Address, owner: &Address, data: Vec<u8>) {
        let lamports = self.rent(data.len());
        self.set_account(address, Account { lamports, data, owner: *owner, executable: false, rent_epoch: u64::MAX });
    }

    /// Lamports that make an account of a size rent-exempt.
    pub fn rent(&self, size: usize) -> u64 {
        self.svm.minimum_balance_for_rent_exemption(size)
    }

    /// One of the program's accounts.
    ///
    /// # Panics
    /// If there is no such account.
    pub fn state<T: ProgramAccount>(&self, address: &Address) -> T {
        self.find(address).unwrap_or_else(|| panic!("{address} is no {}", T::NAME))
    }

    /// One of the program's accounts, if it exists.
    pub fn find<T: ProgramAccount>(&self, address: &Address) -> Option<T> {
        self.account(address).filter(|account| account.owner == PROGRAM_ID).and_then(|a| decode::account(&a.data))
    }

    /// Writes one of the program's accounts in place of what it was: for states that only long use would reach.
    ///
    /// # Panics
    /// If there is no such account.
    pub fn rewrite<T: ProgramAccount>(&mut self, address: &Address, change: impl FnOnce(&mut T)) {
        let mut account = self.account(address).unwrap_or_else(|| panic!("{address} does not exist"));
        let mut state: T = self.state(address);
        change(&mut state);
        let body = decode::discriminator("account", T::NAME).len();
        account.data[body..body + size_of::<T>()].copy_from_slice(bytemuck::bytes_of(&state));
        self.set_account(address, account);
    }

    /// The runtime itself, for what this type has no word for.
    pub fn svm(&mut self) -> &mut LiteSVM {
        &mut self.svm
    }
}

/// Bytes of a legacy transaction on the wire.
fn transaction_size(transaction: &Transaction) -> usize {
    let signatures = transaction.signatures.len();
    1 + 64 * signatures + transaction.message.serialize().len()
}
