//! A chain in this process, with keys and a file of parameters: what the tests begin with.

use breakwater_client::{Address, PROGRAM_ID};
use breakwater_migrations::Failure;
use breakwater_migrations::cluster::{Cluster, Raw};
use breakwater_migrations::keys::Ring;
use breakwater_migrations::params::{Name, Params};
use breakwater_migrations::plan::{Plan, plan};
use breakwater_migrations::program::BYTECODE;
use breakwater_migrations::run::run;
use breakwater_migrations::state::State;
use breakwater_sim::chain::Chain;
use solana_account::Account;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

pub const FILE: &str = include_str!("../../params/localnet.toml");

/// The embedded chain.
pub struct Embedded {
    pub chain: Chain,
    /// Transactions and cheats that were done.
    pub done: usize,
    /// Fails instead of doing more than these.
    pub most: usize,
    touched: Vec<Address>,
}

impl Embedded {
    fn count(&mut self) -> Result<(), Failure> {
        if self.done >= self.most {
            return Err(Failure::Run("the connection is lost".to_owned()));
        }
        self.done += 1;
        Ok(())
    }

    /// Every account that anything was ever asked of, as it is.
    pub fn snapshot(&self) -> Vec<(Address, Option<Account>)> {
        self.touched.iter().map(|address| (*address, self.chain.account(address))).collect()
    }
}

impl Cluster for Embedded {
    fn name(&self) -> String {
        "the embedded chain".to_owned()
    }

    fn accounts(&mut self, addresses: &[Address]) -> Result<Vec<Option<Raw>>, Failure> {
        self.touched.extend(addresses);
        let read = |address: &Address| {
            let Account { lamports, owner, data, .. } = self.chain.account(address)?;
            // The runtime keeps programs as it likes; which one runs is the embedded chain's own affair.
            Some(if *address == PROGRAM_ID {
                Raw { data: BYTECODE.to_vec(), ..Raw::default() }
            } else {
                Raw { lamports, owner, data }
            })
        };
        Ok(addresses.iter().map(read).collect())
    }

    fn rent(&mut self, size: usize) -> Result<u64, Failure> {
        Ok(self.chain.rent(size))
    }

    fn send(&mut self, instructions: &[Instruction], payer: &Keypair, signers: &[&Keypair]) -> Result<String, Failure> {
        self.count()?;
        match self.chain.send_as(payer, instructions, signers) {
            Ok(_) => Ok("signature".to_owned()),
            Err(failure) => Err(Failure::Refused(failure.to_string())),
        }
    }

    fn cheat(&mut self, address: &Address, account: &Raw) -> Result<(), Failure> {
        self.count()?;
        let Raw { lamports, owner, data } = account.clone();
        self.chain.set_account(address, Account { lamports, owner, data, executable: false, rent_epoch: u64::MAX });
        Ok(())
    }

    fn deploy(&mut self, _: &[u8]) -> Result<(), Failure> {
        self.count()
    }
}

/// A chain, keys and a file.
pub struct World {
    pub cluster: Embedded,
    pub ring: Ring,
    pub file: String,
}

impl World {
    pub fn new() -> World {
        let mut chain = Chain::default();
        let (payer, guardian) = (Keypair::new(), Keypair::new());
        chain.fund(&payer.pubkey());
        let ring = Ring { payer: Some(payer), roles: [None, None, Some(guardian)] };
        let cluster = Embedded { chain, done: 0, most: usize::MAX, touched: Vec::new() };
        World { cluster, ring, file: FILE.to_owned() }
    }

    /// A group that was launched as the file says.
    pub fn launched() -> World {
        let mut world = World::new();
        world.migrate(true).expect("the group is launched");
        world
    }

    /// Writes something else into the file.
    pub fn edit(&mut self, old: &str, new: &str) {
        assert!(self.file.contains(old), "{old} is not in the file");
        self.file = self.file.replacen(old, new, 1);
    }

    pub fn params(&self) -> Params {
        Params::parse("test.toml", &self.file, Name::Localnet).unwrap_or_else(|failure| panic!("{failure}"))
    }

    pub fn state(&mut self) -> State {
        let params = self.params();
        State::read(&mut self.cluster, &params, &self.ring).unwrap_or_else(|failure| panic!("{failure}"))
    }

    pub fn plan(&mut self, launch: bool) -> Plan {
        plan(&self.state(), &self.params(), &self.ring, launch).unwrap_or_else(|failure| panic!("{failure}"))
    }

    /// Plans and runs; returns how many steps were taken.
    pub fn migrate(&mut self, launch: bool) -> Result<usize, Failure> {
        let plan = self.plan(launch);
        run(&mut self.cluster, &plan, &self.ring, &mut |_, _| {})
    }

    /// What each step says: `title: what happens`.
    pub fn said(&mut self) -> Vec<String> {
        let plan = self.plan(false);
        plan.steps.iter().map(|step| format!("{}: {}", step.title, step.when.text(plan.now))).collect()
    }
}
