//! A chain as the plan needs it: accounts, time, rent, and sending.

use breakwater_client::decode::{self, ProgramAccount};
use breakwater_client::{Address, CLOCK, PROGRAM_ID};
use solana_instruction::Instruction;
use solana_keypair::Keypair;

use crate::Failure;

/// An account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Raw {
    /// Lamports.
    pub lamports: u64,
    /// The program that it belongs to.
    pub owner: Address,
    /// Its data.
    pub data: Vec<u8>,
}

/// A chain.
pub trait Cluster {
    /// What it is called in a sentence.
    fn name(&self) -> String;

    /// Accounts by address, in order.
    ///
    /// # Errors
    /// The chain cannot be read.
    fn accounts(&mut self, addresses: &[Address]) -> Result<Vec<Option<Raw>>, Failure>;

    /// Lamports that make an account of a size rent-exempt.
    ///
    /// # Errors
    /// The chain cannot be read.
    fn rent(&mut self, size: usize) -> Result<u64, Failure>;

    /// Sends a transaction, signed by a payer and others, and waits until it is confirmed. Returns its signature.
    ///
    /// # Errors
    /// The program's refusal, or that it was not confirmed.
    fn send(&mut self, instructions: &[Instruction], payer: &Keypair, signers: &[&Keypair]) -> Result<String, Failure>;

    /// The chain's first hash, which tells clusters apart; `None` if it has none.
    ///
    /// # Errors
    /// The chain cannot be read.
    fn genesis(&mut self) -> Result<Option<String>, Failure> {
        Ok(None)
    }

    /// Writes an account out of nothing, which local chains alone can do.
    ///
    /// # Errors
    /// The chain cannot.
    fn cheat(&mut self, address: &Address, account: &Raw) -> Result<(), Failure>;

    /// Puts a program in its place without a transaction, which local chains alone can do.
    ///
    /// # Errors
    /// The chain cannot.
    fn deploy(&mut self, bytecode: &[u8]) -> Result<(), Failure>;

    /// Unix time of the chain's clock.
    ///
    /// # Errors
    /// The chain cannot be read.
    fn now(&mut self) -> Result<i64, Failure> {
        let clock = self.accounts(&[CLOCK])?.pop().flatten();
        let clock = clock.and_then(|clock| decode::clock(&clock.data));
        clock.map(|(_, time)| time).ok_or_else(|| Failure::Run(format!("{} has no clock", self.name())))
    }
}

/// One of the program's accounts; `None` if it is not there.
///
/// # Errors
/// It is there and something else.
pub fn decoded<T: ProgramAccount>(address: &Address, raw: Option<&Raw>) -> Result<Option<T>, Failure> {
    // Whoever sends lamports to an address makes an account of no data there.
    let Some(raw) = raw.filter(|raw| !raw.data.is_empty()) else { return Ok(None) };
    let account = (raw.owner == PROGRAM_ID && raw.data.len() == decode::account_size::<T>())
        .then(|| decode::account(&raw.data))
        .flatten();
    account.map(Some).ok_or_else(|| {
        Failure::Run(format!(
            "account {address} is no {} of this version: use the version of this command that belongs to the program",
            T::NAME
        ))
    })
}
