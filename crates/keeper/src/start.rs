//! What a keeper looks at before it begins: everything that would make it useless or dangerous is one sentence, and nothing was
//! sent.

use std::collections::BTreeMap;
use std::sync::Arc;

use breakwater_client::decode;
use breakwater_client::interface::accounts::{GROUP_VERSION, MARGIN_ACCOUNT_VERSION};
use breakwater_client::interface::{Bank, MarginAccount, PerpMarket, RiskBoard};
use breakwater_client::{Address, PROGRAM_ID, address};

use solana_keypair::Keypair;
use tokio::sync::watch;

use crate::config::{Chain, Config};
use crate::group::{Group, Places};
use crate::journal::{Journal, Owner};
use crate::node::{Node, NodeError, Raw};
use crate::run::Mode;
use crate::send::{Me, Prices, Sender, Settings};

/// Why a keeper did not begin, or ended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// What it was told cannot be; nothing was sent.
    #[error("{0}")]
    Input(String),
    /// It went wrong on the way.
    #[error("{0}")]
    Run(String),
}

impl From<NodeError> for Failure {
    fn from(error: NodeError) -> Failure {
        Failure::Run(error.to_string())
    }
}

fn input<T>(sentence: String) -> Result<T, Failure> {
    Err(Failure::Input(sentence))
}

/// Looks at chain, group, wallet and margin account, and reads the group's banks and markets.
///
/// # Errors
/// The wrong chain, an unknown group, one of another version, a wallet without lamports, no margin account of the wallet.
pub async fn verify(config: &Config, wallet: Address, node: &dyn Node) -> Result<Group, Failure> {
    let name = node.name();
    verify_chain(config.cluster.name, node).await?;
    let places = verify_group(config, wallet, node).await?;
    let (slot, found) = node.accounts(&[places.board, wallet, places.own]).await?;
    let [board, purse, own] = &found[..] else {
        return Err(Failure::Run(format!("{name} answered with another number of accounts than asked for")));
    };
    let board_data = board.as_ref().and_then(|raw| decode::account::<RiskBoard>(&raw.data));
    let Some(board_data) = board_data.filter(|board| board.version == GROUP_VERSION) else {
        return input(another_version("risk board", &places.board));
    };
    verify_wallet(config, &wallet, purse.as_ref())?;
    verify_account(config, &places, own.as_ref())?;
    let feeds = config.feeds().map_err(|error| Failure::Input(error.0))?;
    let mut group = Group::new(places, &board_data, feeds, config.oracles.shard);
    for (address, raw) in [(places.board, board), (wallet, purse), (places.own, own)] {
        group.take(&address, slot, raw.as_ref(), std::time::Instant::now());
    }
    read_members(&mut group, node).await?;
    Ok(group)
}

/// As [`verify`], but for the margin account: chain and group, and a wallet that can pay.
///
/// # Errors
/// As [`verify`].
pub async fn verify_before_account(config: &Config, wallet: Address, node: &dyn Node) -> Result<(), Failure> {
    verify_chain(config.cluster.name, node).await?;
    verify_group(config, wallet, node).await?;
    let (_, found) = node.accounts(&[wallet]).await?;
    verify_wallet(config, &wallet, found.first().and_then(Option::as_ref)).map(|_| ())
}

fn verify_wallet(config: &Config, wallet: &Address, purse: Option<&Raw>) -> Result<(), Failure> {
    let lamports = purse.map_or(0, |raw| raw.lamports);
    let least = config.keeper.least_lamports;
    if lamports >= least {
        return Ok(());
    }
    input(format!(
        "wallet {wallet} holds {lamports} lamports and keeper.least_lamports is {least}: send it SOL, or lower the limit"
    ))
}

async fn verify_chain(expected: Chain, node: &dyn Node) -> Result<(), Failure> {
    let genesis = node.genesis().await.map_err(|error| {
        // No bad input: the node may be there a minute later, and whoever starts the keeper should try again.
        Failure::Run(format!("cluster.url: {error}: check that the node runs and that the address is right"))
    })?;
    let actual = Chain::of(&genesis.to_string());
    if actual == expected {
        return Ok(());
    }
    input(format!(
        "{} is a node of {}, and cluster.name is {}: name another node or another cluster",
        node.name(),
        actual.name(),
        expected.name()
    ))
}

async fn verify_group(config: &Config, wallet: Address, node: &dyn Node) -> Result<Places, Failure> {
    let key = config.keeper.group;
    let (_, found) = node.accounts(&[PROGRAM_ID, key]).await?;
    let [program, group] = &found[..] else {
        return Err(Failure::Run(format!("{} answered with another number of accounts than asked for", node.name())));
    };
    if program.is_none() {
        return input(format!("program {PROGRAM_ID} is not on {}: deploy it, or name another node", node.name()));
    }
    let Some(raw) = group.as_ref().filter(|raw| raw.owner == PROGRAM_ID) else {
        return input(format!(
            "keeper.group {key} is no group on {}: `breakwater admin show` prints a group's address",
            node.name()
        ));
    };
    let Some(group) = decode::account::<breakwater_client::interface::Group>(&raw.data) else {
        return input(format!("keeper.group {key} is another account of the program: name a group"));
    };
    if group.version != GROUP_VERSION {
        return input(another_version("group", &key));
    }
    let own = address::margin_account(&key, &wallet, config.keeper.account);
    Ok(Places { group: key, board: Address::from(group.board), wallet, own })
}

fn another_version(what: &str, key: &Address) -> String {
    format!(
        "{what} {key} is of another version of the program than this keeper: use the keeper of the program's release"
    )
}

fn verify_account(config: &Config, places: &Places, raw: Option<&Raw>) -> Result<(), Failure> {
    let Some(raw) = raw else {
        return input(format!(
            "wallet {} has no margin account {} in the group: `breakwater keeper open` opens it",
            places.wallet, config.keeper.account
        ));
    };
    match decode::margin_account(&raw.data) {
        Some(MarginAccount { version: MARGIN_ACCOUNT_VERSION, .. }) => Ok(()),
        _ => input(another_version("margin account", &places.own)),
    }
}

/// Banks and markets.
async fn read_members(group: &mut Group, node: &dyn Node) -> Result<(), Failure> {
    let address = group.address;
    let mut read: BTreeMap<Address, (u64, Raw)> = BTreeMap::new();
    for name in [<Bank as decode::ProgramAccount>::NAME, <PerpMarket as decode::ProgramAccount>::NAME] {
        let mut prefix = decode::discriminator("account", name).to_vec();
        prefix.extend_from_slice(address.as_ref());
        let (slot, found) = node.program_accounts(&prefix).await?;
        read.extend(found.into_iter().map(|(address, raw)| (address, (slot, raw))));
    }
    for (address, (slot, raw)) in read {
        group.take(&address, slot, Some(&raw), std::time::Instant::now());
    }
    Ok(())
}

/// What sends the keeper's transactions. Nothing is sent for an account of which its journal has something in doubt; a dry run has
/// no journal.
///
/// # Errors
/// The journal cannot be used.
pub fn sender(
    config: &Config,
    wallet: Keypair,
    mode: Mode,
    group: &Group,
    node: Arc<dyn Node>,
    prices: watch::Receiver<Prices>,
) -> Result<Arc<Sender>, Failure> {
    let quote_token = group.view.board.quote_token;
    let owner = Owner { group: group.address, account: group.own_address, wallet: group.wallet, quote_token };
    let journal = match mode.dry_run {
        true => None,
        false => Some(Journal::open(&config.keeper.journal, &owner)),
    };
    let journal = journal.transpose().map_err(|error| Failure::Input(format!("keeper.journal: {error}")))?;
    let me = Me {
        wallet: Arc::new(wallet),
        account: group.own_address,
        group: group.address,
        board: group.board,
        receipt_log: (group.view.board.receipts == 1).then(|| address::receipt_log(&group.address)),
        quote_token,
    };
    Ok(Sender::new(me, node, journal.map(Arc::new), Settings::from(&config.send), prices))
}
