//! What the chain has of a group: read once, before anything is compared or sent.

use breakwater_client::decode::account_size;
use breakwater_client::interface::{Bank, Group, InsuranceFund, PerpMarket, QueuedChange, ReceiptLog, RiskBoard};
use breakwater_client::{Address, PROGRAM_ID, address};
use sha2::{Digest, Sha256};

use crate::Failure;
use crate::cluster::{Cluster, Raw, decoded};
use crate::keys::Ring;
use crate::params::{Name, Params};
use crate::program::Deployed;

/// Most accounts that a node answers with at once.
const PAGE: usize = 100;
/// Where a mint says its decimals.
const MINT_DECIMALS: usize = 44;

/// Everything that a plan is made from.
pub struct State {
    /// What the chain is called in a sentence.
    pub node: String,
    /// Unix time of the chain's clock.
    pub now: i64,
    /// Who creates the group.
    pub creator: Address,
    /// Its address.
    pub address: Address,
    /// The group, if it exists.
    pub group: Option<Group>,
    /// Where its board is, or will be.
    pub board_address: Address,
    /// Its board.
    pub board: Option<Box<RiskBoard>>,
    /// Lamports of a board.
    pub board_rent: u64,
    /// Decimals of the file's mints, where the mints exist.
    pub mints: Vec<Option<u8>>,
    /// Banks of the file's tokens.
    pub banks: Vec<Option<Bank>>,
    /// The shared fund.
    pub fund: Option<InsuranceFund>,
    /// Whether there is a receipt log.
    pub log: bool,
    /// Markets of the file, by number.
    pub markets: Vec<Option<PerpMarket>>,
    /// Changes that were queued and are not closed.
    pub changes: Vec<(Address, QueuedChange)>,
    /// The program.
    pub program: Deployed,
}

impl State {
    /// Reads what the file speaks of.
    ///
    /// # Errors
    /// The chain cannot be read, or is another one than the file is for.
    pub fn read(cluster: &mut dyn Cluster, params: &Params, ring: &Ring) -> Result<State, Failure> {
        verify_genesis(cluster, params)?;
        let program = Deployed::read(cluster)?;
        let (creator, address) = params.group(ring)?;
        let now = cluster.now()?;
        let group = one::<Group>(cluster, &address)?;
        let own_board = board_address(&creator, params.number);
        let board_address = group.map_or(own_board, |group| Address::from(group.board));
        let mut state = State {
            node: cluster.name(),
            now,
            creator,
            address,
            group,
            board_address,
            board: None,
            board_rent: cluster.rent(account_size::<RiskBoard>())?,
            mints: mints(cluster, params)?,
            banks: Vec::new(),
            fund: None,
            log: false,
            markets: Vec::new(),
            changes: Vec::new(),
            program,
        };
        let banks: Vec<Address> = params.tokens.iter().map(|token| token.keys(&address).bank).collect();
        let markets = (0..params.markets.len()).map(|number| address::perp_market(&address, number as u8));
        let markets: Vec<Address> = markets.collect();
        state.banks = many(cluster, &banks)?;
        state.markets = many(cluster, &markets)?;
        if let Some(group) = state.group {
            state.board = one::<RiskBoard>(cluster, &board_address)?.map(Box::new);
            state.fund = one(cluster, &address::fund(&address))?;
            state.log = one::<ReceiptLog>(cluster, &address::receipt_log(&address))?.is_some();
            state.changes = changes(cluster, &address, group.changes)?;
        }
        Ok(state)
    }

    /// The group; what needs it is planned only where it exists.
    ///
    /// # Errors
    /// There is none.
    pub fn existing(&self) -> Result<&Group, Failure> {
        self.group.as_ref().ok_or_else(|| {
            Failure::Input(format!(
                "there is no group {}: run `breakwater migrate` first, or check creator and number",
                self.address
            ))
        })
    }

    /// Whether the group takes users.
    pub fn launched(&self) -> bool {
        self.group.is_some_and(|group| group.launched != 0)
    }

    /// Whether a token is listed on the chain, by its number on the board.
    pub fn token_number(&self, token: usize) -> Option<u8> {
        self.banks.get(token)?.map(|bank| bank.token)
    }
}

/// Where a group's board is put: an address that the creator signs for, so that a second run finds it.
pub fn board_address(creator: &Address, number: u16) -> Address {
    let seed = board_seed(number);
    Address::new_from_array(Sha256::digest([creator.as_ref(), seed.as_bytes(), PROGRAM_ID.as_ref()].concat()).into())
}

/// The seed of that address.
pub fn board_seed(number: u16) -> String {
    format!("breakwater-board-{number}")
}

/// Devnet and mainnet are told apart by their genesis hash; anything else is local.
fn verify_genesis(cluster: &mut dyn Cluster, params: &Params) -> Result<(), Failure> {
    let Some(found) = cluster.genesis()? else { return Ok(()) };
    let actual = Name::ALL.into_iter().find(|name| name.genesis() == Some(found.as_str())).unwrap_or(Name::Localnet);
    if actual == params.cluster {
        return Ok(());
    }
    Err(Failure::Input(format!(
        "{} is {}, not {}, by its genesis hash {found}: pass the --url of another node or another --cluster",
        cluster.name(),
        actual.text(),
        params.cluster.text()
    )))
}

fn one<T: breakwater_client::decode::ProgramAccount>(
    cluster: &mut dyn Cluster,
    address: &Address,
) -> Result<Option<T>, Failure> {
    let raw = cluster.accounts(&[*address])?.pop().flatten();
    decoded(address, raw.as_ref())
}

fn many<T: breakwater_client::decode::ProgramAccount>(
    cluster: &mut dyn Cluster,
    addresses: &[Address],
) -> Result<Vec<Option<T>>, Failure> {
    let found = raws(cluster, addresses)?;
    addresses.iter().zip(&found).map(|(address, raw)| decoded(address, raw.as_ref())).collect()
}

fn raws(cluster: &mut dyn Cluster, addresses: &[Address]) -> Result<Vec<Option<Raw>>, Failure> {
    let mut found = Vec::new();
    for page in addresses.chunks(PAGE) {
        found.extend(cluster.accounts(page)?);
    }
    Ok(found)
}

/// Decimals of the mints, each of the token program that the file says.
fn mints(cluster: &mut dyn Cluster, params: &Params) -> Result<Vec<Option<u8>>, Failure> {
    let addresses: Vec<Address> = params.tokens.iter().map(|token| token.mint).collect();
    let found = raws(cluster, &addresses)?;
    let judge = |(token, raw): (&crate::params::TokenParams, Option<Raw>)| {
        let Some(raw) = raw.filter(|raw| !raw.data.is_empty()) else { return Ok(None) };
        let refuse = |fact: String| {
            Err(Failure::Input(format!("{}: token {}: {fact}: correct the file", params.file, token.symbol)))
        };
        if raw.owner != token.token_program {
            return refuse(format!("mint {} belongs to {}", token.mint, raw.owner));
        }
        match raw.data.get(MINT_DECIMALS) {
            Some(decimals) if *decimals == token.decimals => Ok(Some(*decimals)),
            Some(decimals) => refuse(format!("mint {} has {decimals} decimals, not {}", token.mint, token.decimals)),
            None => refuse(format!("{} is no mint", token.mint)),
        }
    };
    params.tokens.iter().zip(found).map(judge).collect()
}

fn changes(cluster: &mut dyn Cluster, group: &Address, count: u64) -> Result<Vec<(Address, QueuedChange)>, Failure> {
    let addresses: Vec<Address> = (0..count).map(|number| address::change(group, number)).collect();
    let found = many::<QueuedChange>(cluster, &addresses)?;
    Ok(addresses.into_iter().zip(found).filter_map(|(address, change)| Some((address, change?))).collect())
}
