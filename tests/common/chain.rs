//! The chain: `solana-program-test` with the compiled bytecode. Owns sending, time and reading accounts; refuses to know
//! tokens, traders and prices.

use breakwater_client::decode::{self, ProgramAccount};
use breakwater_client::{Address, PROGRAM_ID};
use breakwater_sim::chain::{Failure, Outcome, START};
use breakwater_sim::world::Sent;
use solana_account::Account;
use solana_account_info::AccountInfo;
use solana_clock::Clock;
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_instruction::{AccountMeta, Instruction};
use solana_keypair::Keypair;
use solana_program_error::ProgramError;
use solana_program_test::{ProgramTest, ProgramTestContext, processor};
use solana_signer::Signer;
use solana_transaction::Transaction;

/// Names a file whose bytecode is run in place of the committed one.
const BYTECODE_VARIABLE: &str = "BREAKWATER_SO";
/// The loader that needs nothing but the bytecode.
const LOADER: Address = Address::from_str_const("BPFLoader2111111111111111111111111111111111");
/// A program that calls Breakwater with what it is given.
pub const CALLER: Address = Address::from_str_const("Ca11er1111111111111111111111111111111111111");
/// Owns what the runtime itself changes.
const SYSVARS: Address = Address::from_str_const("Sysvar1111111111111111111111111111111111111");
const COMPUTE_UNITS: u32 = 1_400_000;

/// A chain.
pub struct Chain {
    context: ProgramTestContext,
    clock: Clock,
    sent: u32,
}

impl Chain {
    /// A chain whose clock stands at 1 January 2025, 00:00 UTC.
    ///
    /// # Panics
    /// If the bytecode cannot be read.
    pub async fn start() -> Chain {
        let mut test = ProgramTest::default();
        test.prefer_bpf(true);
        match std::env::var_os(BYTECODE_VARIABLE) {
            Some(path) => {
                let data = std::fs::read(&path).unwrap_or_else(|e| panic!("{BYTECODE_VARIABLE}={path:?}: {e}"));
                test.add_account(PROGRAM_ID, rent_free(data, LOADER, true));
            }
            None => test.add_program("breakwater", PROGRAM_ID, None),
        }
        test.prefer_bpf(false);
        test.add_program("caller", CALLER, processor!(call));
        let context = test.start_with_context().await;
        let clock: Clock = context.banks_client.get_sysvar().await.expect("the clock is there");
        let mut chain = Chain { context, clock, sent: 0 };
        chain.set_time(START);
        chain
    }

    /// The key that pays for transactions.
    pub fn payer(&self) -> Address {
        self.context.payer.pubkey()
    }

    /// Unix time, seconds.
    pub fn now(&self) -> i64 {
        self.clock.unix_timestamp
    }

    /// The slot.
    pub fn slot(&self) -> u64 {
        self.clock.slot
    }

    /// Sets the clock; the next slot begins.
    pub fn set_time(&mut self, unix_time: i64) {
        self.clock.unix_timestamp = unix_time;
        self.clock.slot += 1;
        self.context.set_sysvar(&self.clock);
    }

    /// Lets time pass.
    pub fn advance(&mut self, seconds: i64) {
        self.set_time(self.now() + seconds);
    }

    /// Lets slots pass within one second.
    pub fn skip(&mut self, slots: u64) {
        self.clock.slot += slots;
        self.context.set_sysvar(&self.clock);
    }

    /// Sends a transaction, signed by the payer and others.
    ///
    /// # Errors
    /// The failure with its logs.
    ///
    /// # Panics
    /// If a failed transaction has changed an account that it named, the payer aside (ATO-1).
    pub async fn send(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Sent {
        let transaction = self.sign(instructions, signers).await;
        self.process(instructions, transaction).await
    }

    async fn process(&mut self, instructions: &[Instruction], transaction: Transaction) -> Sent {
        let before = self.picture(instructions).await;
        let bytes = 1 + 64 * transaction.signatures.len() + transaction.message.serialize().len();
        let accounts = transaction.message.account_keys.len();
        let sent = self.context.banks_client.process_transaction_with_metadata(transaction).await;
        let sent = sent.expect("the bank answers");
        let (logs, compute_units) = match sent.metadata {
            Some(metadata) => (metadata.log_messages, metadata.compute_units_consumed),
            None => (Vec::new(), 0),
        };
        match sent.result {
            Ok(()) => Ok(Outcome { compute_units, events: decode::events(&logs), logs, bytes, accounts }),
            Err(error) => {
                let after = self.picture(instructions).await;
                assert!(before == after, "ATO-1: {error} changed an account");
                Err(Box::new(Failure { error, logs }))
            }
        }
    }

    /// Sends a transaction that begins with an instruction of the system program.
    ///
    /// # Errors
    /// The failure with its logs.
    pub async fn send_first(&mut self, first: &Instruction, then: &[Instruction], signers: &[&Keypair]) -> Sent {
        let all: Vec<Instruction> = std::iter::once(first).chain(then).cloned().collect();
        let blockhash = self.context.banks_client.get_latest_blockhash().await.expect("the bank answers");
        let mut keys = vec![&self.context.payer];
        keys.extend_from_slice(signers);
        keys.dedup_by_key(|key| key.pubkey());
        let transaction = Transaction::new_signed_with_payer(&all, Some(&keys[0].pubkey()), &keys, blockhash);
        self.process(&all, transaction).await
    }

    /// Every account that the instructions name, the payer and programs aside.
    async fn picture(&mut self, instructions: &[Instruction]) -> Vec<(Address, Option<Account>)> {
        let named = instructions.iter().flat_map(|instruction| &instruction.accounts).map(|meta| meta.pubkey);
        let mut addresses: Vec<Address> = named.filter(|address| *address != self.payer()).collect();
        addresses.sort();
        addresses.dedup();
        let mut picture = Vec::new();
        for address in addresses {
            picture.push((
                address,
                self.account(&address).await.filter(|account| !account.executable && account.owner != SYSVARS),
            ));
        }
        picture
    }

    /// Each transaction asks for another number of compute units, so that two equal ones are not taken for one.
    async fn sign(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Transaction {
        self.sent += 1;
        let mut all = vec![ComputeBudgetInstruction::set_compute_unit_limit(COMPUTE_UNITS - self.sent)];
        all.extend_from_slice(instructions);
        let blockhash = self.context.banks_client.get_latest_blockhash().await.expect("the bank answers");
        let mut keys = vec![&self.context.payer];
        keys.extend_from_slice(signers);
        keys.dedup_by_key(|key| key.pubkey());
        Transaction::new_signed_with_payer(&all, Some(&keys[0].pubkey()), &keys, blockhash)
    }

    /// An account as the runtime has it.
    pub async fn account(&mut self, address: &Address) -> Option<Account> {
        self.context.banks_client.get_account(*address).await.expect("the bank answers")
    }

    /// Writes an account, whatever it was.
    pub fn set_account(&mut self, address: &Address, account: Account) {
        self.context.set_account(address, &account.into());
    }

    /// Writes an account with data, rent-exempt.
    pub fn set_data(&mut self, address: &Address, owner: &Address, data: Vec<u8>) {
        self.set_account(address, rent_free(data, *owner, false));
    }

    /// A new key with a million SOL.
    pub fn funded_key(&mut self) -> Keypair {
        let key = Keypair::new();
        self.set_account(&key.pubkey(), Account { lamports: 1_000_000_000_000_000, ..Account::default() });
        key
    }

    /// One of the program's accounts.
    ///
    /// # Panics
    /// If there is no such account.
    pub async fn state<T: ProgramAccount>(&mut self, address: &Address) -> T {
        self.find(address).await.unwrap_or_else(|| panic!("{address} is no {}", T::NAME))
    }

    /// One of the program's accounts, if it exists.
    pub async fn find<T: ProgramAccount>(&mut self, address: &Address) -> Option<T> {
        let account = self.account(address).await.filter(|account| account.owner == PROGRAM_ID)?;
        decode::account(&account.data)
    }

    /// Writes one of the program's accounts in place of what it was: for states that only long use would reach.
    ///
    /// # Panics
    /// If there is no such account.
    pub async fn rewrite<T: ProgramAccount>(&mut self, address: &Address, change: impl FnOnce(&mut T)) {
        let mut state: T = self.state(address).await;
        change(&mut state);
        let mut account = self.account(address).await.expect("it was just read");
        let body = decode::discriminator("account", T::NAME).len();
        account.data[body..body + size_of::<T>()].copy_from_slice(bytemuck::bytes_of(&state));
        self.set_account(address, account);
    }
}

/// Calls the program that stands first among the accounts, with the others and the data.
fn call(_: &Address, accounts: &[AccountInfo], data: &[u8]) -> Result<(), ProgramError> {
    let (callee, passed) = accounts.split_first().ok_or(ProgramError::NotEnoughAccountKeys)?;
    let meta = |info: &AccountInfo| AccountMeta {
        pubkey: *info.key,
        is_signer: info.is_signer,
        is_writable: info.is_writable,
    };
    let call =
        Instruction { program_id: *callee.key, accounts: passed.iter().map(meta).collect(), data: data.to_vec() };
    solana_sysvar::program_stubs::sol_invoke_signed(&call, accounts, &[])
}

fn rent_free(data: Vec<u8>, owner: Address, executable: bool) -> Account {
    Account { lamports: 1_000_000_000_000, data, owner, executable, rent_epoch: u64::MAX }
}
