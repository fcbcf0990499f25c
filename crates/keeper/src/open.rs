//! Opens the keeper's margin account: the one transaction that a keeper needs before it can begin.

use std::time::{Duration, Instant};

use breakwater_client::{address, instruction};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_message::{VersionedMessage, v0};
use solana_signer::Signer;
use solana_transaction::versioned::VersionedTransaction;

use crate::config::Config;
use crate::launch;
use crate::node::Node;
use crate::start::{self, Failure};

/// How long the transaction may take.
const PATIENCE: Duration = Duration::from_secs(90);
const PAUSE: Duration = Duration::from_millis(400);

/// Opens the margin account that a configuration names, unless it is there; a sentence about it.
///
/// # Errors
/// What [`start::verify`] refuses but for the account; the program's refusal.
pub fn open(config: &Config, wallet: &Keypair) -> Result<String, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Run(format!("no threads can be started: {error}")))?;
    let node = launch::node(config)?;
    runtime.block_on(open_at(config, wallet, node.as_ref()))
}

async fn open_at(config: &Config, wallet: &Keypair, node: &dyn Node) -> Result<String, Failure> {
    let group = config.keeper.group;
    let account = address::margin_account(&group, &wallet.pubkey(), config.keeper.account);
    start::verify_before_account(config, wallet.pubkey(), node).await?;
    let (_, found) = node.accounts(&[account]).await?;
    if found.first().is_some_and(Option::is_some) {
        return Ok(format!("margin account {account} is open already"));
    }
    let open = instruction::open_account(&group, &wallet.pubkey(), config.keeper.account);
    land(node, wallet, &[open]).await?;
    Ok(format!("margin account {account} is open: deposit what the keeper shall pay with"))
}

/// Sends until it is confirmed.
async fn land(node: &dyn Node, wallet: &Keypair, instructions: &[Instruction]) -> Result<(), Failure> {
    let recent = node.recent().await?;
    let message = v0::Message::try_compile(&wallet.pubkey(), instructions, &[], recent.hash);
    let message = message.map_err(|error| Failure::Run(format!("the transaction cannot be built: {error}")))?;
    let transaction = VersionedTransaction::try_new(VersionedMessage::V0(message), &[wallet]);
    let transaction =
        transaction.map_err(|error| Failure::Run(format!("the transaction cannot be signed: {error}")))?;
    if let Some(failed) = node.simulate(&transaction).await?.failed {
        return Err(Failure::Run(format!("the program refuses: {failed:?}")));
    }
    let signature = node.send(&transaction).await?;
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        match node.statuses(&[signature]).await?.pop().flatten() {
            Some(status) if status.failed.is_some() => {
                return Err(Failure::Run(format!("transaction {signature} failed: {:?}", status.failed)));
            }
            Some(status) if status.confirmed => return Ok(()),
            _ => tokio::time::sleep(PAUSE).await,
        }
    }
    Err(Failure::Run(format!("transaction {signature} is not confirmed: run the same command again")))
}
