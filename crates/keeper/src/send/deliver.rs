//! One transaction: simulated, priced, taken down, sent until it landed or cannot any more, and settled.

use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use breakwater_client::Address;
use breakwater_client::margin::Value;
use breakwater_client::margin::fixed::mul_div_up;
use solana_instruction::Instruction;
use solana_message::Hash;
use solana_transaction::versioned::VersionedTransaction;

use super::build::{Limits, MAX_UNITS, written};
use super::{Sender, Stage, judge};
use crate::job::{Done, Outcome};
use crate::journal::{Effects, Ending, Journal, JournalError, Kind, Sent, Settled};
use crate::node::{Failed, Landed, NodeError};

/// Tenths of the simulated compute units that a transaction may use.
const UNITS_TENTHS: u64 = 11;
/// Compute units beyond that while others are under way: what they do to the keeper's own account, above all its first debt,
/// makes the program judge its health.
const UNITS_SPARE: u32 = 10_000;
/// Blocks for which a blockhash is good.
const LIFETIME: u64 = 150;
/// Seconds after which a node whose height is far below that of the sending is believed to be of a chain that began anew.
const RESTARTED: u64 = 180;

/// What is to be sent in one transaction.
pub(super) struct Parcel {
    /// What for.
    pub kind: Kind,
    /// About whom.
    pub account: Address,
    /// Without limits.
    pub instructions: Vec<Instruction>,
    /// What is gained by it.
    pub gain: Value,
    /// When the news that it follows from was seen.
    pub seen: Option<Instant>,
}

impl Sender {
    /// Sends a parcel and waits for its end.
    pub(super) async fn deliver(&self, parcel: &Parcel) -> Result<Done, Outcome> {
        let (transaction, sent) = self.prepare(parcel).await?;
        let Some(journal) = &self.journal else { return Err(Outcome::Dry) };
        take_down(journal, sent.clone(), Journal::sent).await?;
        if let Some(seen) = parcel.seen {
            crate::metrics::seen_to_sent(seen.elapsed());
        }
        self.land(&transaction, &sent).await
    }

    /// Simulates and prices a transaction; what is sent has a blockhash of its own and so a signature of its own.
    async fn prepare(&self, parcel: &Parcel) -> Result<(VersionedTransaction, Sent), Outcome> {
        let Parcel { kind, account, instructions, gain, .. } = parcel;
        let trial = Limits { units: MAX_UNITS, price: 0 };
        let trial = self.me.sign(instructions, trial, Hash::default()).map_err(Outcome::Ours)?;
        let written = written(instructions);
        let (simulation, recent, prices) =
            tokio::join!(self.node.simulate(&trial), self.node.recent(), self.node.recent_prices(&written));
        let simulation = simulation.map_err(|error| of_node(*kind, error))?;
        if let Some(failed) = &simulation.failed {
            return Err(judge(*kind, failed, Stage::Simulated));
        }
        let paid = prices.unwrap_or_else(|error| {
            tracing::warn!(%error, "what others pay is not known: the least is offered");
            Vec::new()
        });
        let spare = if kind.pays() && self.in_flight() > 1 { UNITS_SPARE } else { 0 };
        let units = limit(simulation.units).saturating_add(spare).min(MAX_UNITS);
        let now = *self.prices.borrow();
        let spending = &self.settings.spending;
        let most = spending.most(*kind, *gain, now.sol);
        let offer = spending.offer(&paid, units, most).ok_or(Outcome::Unprofitable)?;
        let recent = recent.map_err(|error| Outcome::Node(error.to_string()))?;
        let limits = Limits { units, price: offer.price };
        let transaction = self.me.sign(instructions, limits, recent.hash).map_err(Outcome::Ours)?;
        let sent = Sent {
            signature: transaction.signatures.first().copied().unwrap_or_default(),
            last_valid_height: recent.last_valid_height,
            kind: *kind,
            account: *account,
            gain_e8: gain.to_e8(),
            quote_price: now.quote.map_or(0, |price| price.0),
            at: unix_seconds(),
        };
        Ok((transaction, sent))
    }

    /// Sends until it is known how it ended.
    async fn land(&self, transaction: &VersionedTransaction, sent: &Sent) -> Result<Done, Outcome> {
        let watched = self.statuses.watch(sent.signature);
        let first = self.node.send(transaction).await;
        let (mut sent_at, mut heard) = (Instant::now(), Instant::now());
        if let Err(error) = &first {
            tracing::warn!(signature = %sent.signature, %error, "not sent: tried again until its blockhash expires");
        }
        loop {
            match watched.standing(&*self.node).await {
                Ok(standing) => {
                    heard = Instant::now();
                    match (&standing.status, &first) {
                        (Some(status), _) if status.confirmed => return self.conclude(sent).await,
                        (Some(_), _) => {}
                        (None, _) if is_over(sent, standing.height) => return self.conclude(sent).await,
                        // The node would not have it, and it alone was asked.
                        (None, Err(NodeError::Transaction(failed))) if *failed != Failed::AlreadyProcessed => {
                            return self.refused(sent, failed).await;
                        }
                        (None, _) if sent_at.elapsed() >= self.settings.repeat => {
                            sent_at = Instant::now();
                            if let Err(error) = self.node.send(transaction).await {
                                tracing::debug!(signature = %sent.signature, %error, "not sent again");
                            }
                        }
                        (None, _) => {}
                    }
                }
                Err(error) if heard.elapsed() > self.settings.patience => return Err(Outcome::Node(error.to_string())),
                Err(error) => tracing::debug!(signature = %sent.signature, %error, "its status is not known"),
            }
            tokio::time::sleep(self.settings.poll).await;
        }
    }

    /// Settles a transaction that landed for good, or cannot land any more.
    async fn conclude(&self, sent: &Sent) -> Result<Done, Outcome> {
        let since = Instant::now();
        loop {
            // In this order: what is not there once its height has passed never will be.
            let found = match self.node.height().await {
                Ok(height) => self.node.transaction(&sent.signature).await.map(|landed| (height, landed)),
                Err(error) => Err(error),
            };
            let fact = match found {
                Ok((_, Some(landed))) => return self.settle(sent, Some(&landed)).await,
                Ok((height, None)) if is_over(sent, height) && !self.is_known(sent).await => {
                    return self.settle(sent, None).await;
                }
                Ok(_) => "it has the status of a transaction, but not the transaction".to_owned(),
                Err(error) => error.to_string(),
            };
            if since.elapsed() > self.settings.patience {
                return Err(Outcome::Node(fact));
            }
            tokio::time::sleep(self.settings.poll).await;
        }
    }

    /// Whether the node has a status of a transaction, or says nothing about that.
    pub(super) async fn is_known(&self, sent: &Sent) -> bool {
        match self.node.statuses(&[sent.signature]).await {
            Ok(statuses) => statuses.iter().any(Option::is_some),
            Err(_) => true,
        }
    }

    /// Settles a transaction that the only node that was asked refused: it is nowhere, unless the node has it all the same.
    async fn refused(&self, sent: &Sent, failed: &Failed) -> Result<Done, Outcome> {
        match self.node.transaction(&sent.signature).await {
            Ok(None) => match self.settle(sent, None).await {
                Err(Outcome::Expired) => Err(judge(sent.kind, failed, Stage::Simulated)),
                other => other,
            },
            Ok(landed) => self.settle(sent, landed.as_ref()).await,
            Err(error) => Err(Outcome::Node(error.to_string())),
        }
    }

    /// Takes down how a transaction ended.
    pub(super) async fn settle(&self, sent: &Sent, landed: Option<&Landed>) -> Result<Done, Outcome> {
        let Some(journal) = &self.journal else { return Err(Outcome::Dry) };
        let settled = settled(journal, sent, landed);
        take_down(journal, settled, Journal::settled).await?;
        match landed {
            None => Err(Outcome::Expired),
            Some(Landed { failed: Some(failed), .. }) => Err(judge(sent.kind, failed, Stage::Landed)),
            Some(Landed { slot, fee, units, .. }) => {
                Ok(Done { signature: sent.signature, slot: *slot, fee: *fee, units: *units })
            }
        }
    }
}

/// How a transaction ended, as the journal takes it.
fn settled(journal: &Journal, sent: &Sent, landed: Option<&Landed>) -> Settled {
    let signature = sent.signature;
    let Some(landed) = landed else {
        let (ending, effects) = (Ending::Expired, Effects::default());
        return Settled { signature, ending, error: None, slot: 0, fee: 0, units: 0, effects };
    };
    let (ending, effects) = match &landed.failed {
        None => (Ending::Done, Effects::of(&landed.logs, journal.owner(), sent.quote_price)),
        // Nothing that it did has stayed, whatever its log says.
        Some(_) => (Ending::Failed, Effects::default()),
    };
    let error = landed.failed.as_ref().map(|failed| format!("{failed:?}"));
    Settled { signature, ending, error, slot: landed.slot, fee: landed.fee, units: landed.units, effects }
}

/// Whether a transaction cannot land any more: its height has passed, or the chain has begun anew since.
pub(super) fn is_over(sent: &Sent, height: u64) -> bool {
    let began_anew = height.saturating_add(2 * LIFETIME) < sent.last_valid_height
        && unix_seconds().saturating_sub(sent.at) > RESTARTED;
    height > sent.last_valid_height || began_anew
}

/// Writes a line without holding the others up: a disk takes its time.
async fn take_down<T: Send + 'static>(
    journal: &Arc<Journal>,
    line: T,
    write: fn(&Journal, T) -> Result<(), JournalError>,
) -> Result<(), Outcome> {
    let journal = journal.clone();
    let written = tokio::task::spawn_blocking(move || write(&journal, line)).await;
    match written {
        Ok(written) => written.map_err(|error| Outcome::Ours(error.to_string())),
        Err(error) => Err(Outcome::Ours(format!("the journal was not written: {error}"))),
    }
}

/// What the compute limit is for simulated units; a node that does not tell them leaves the most.
fn limit(simulated: u64) -> u32 {
    if simulated == 0 {
        return MAX_UNITS;
    }
    let units = mul_div_up(simulated, UNITS_TENTHS, 10).unwrap_or(u64::MAX);
    u32::try_from(units).map_or(MAX_UNITS, |units| units.min(MAX_UNITS))
}

/// A node's refusal to simulate.
fn of_node(kind: Kind, error: NodeError) -> Outcome {
    match error {
        NodeError::Transaction(failed) => judge(kind, &failed, Stage::Simulated),
        other => Outcome::Node(other.to_string()),
    }
}

fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use solana_signature::Signature;

    use super::*;

    fn sent(at: u64) -> Sent {
        let (signature, account) = (Signature::default(), Address::default());
        Sent { signature, last_valid_height: 10_150, kind: Kind::Flag, account, gain_e8: 0, quote_price: 0, at }
    }

    #[test]
    fn a_transaction_is_over_once_its_height_has_passed() {
        assert!(!is_over(&sent(unix_seconds()), 10_150));
        assert!(is_over(&sent(unix_seconds()), 10_151));
    }

    /// A test validator that was started anew counts from nothing. A node that only lags is waited for.
    #[test]
    fn a_transaction_of_a_chain_that_began_anew_is_over() {
        assert!(is_over(&sent(0), 3));
        assert!(!is_over(&sent(unix_seconds()), 3), "not before it must have expired anyway");
        assert!(!is_over(&sent(0), 9_900), "a node may be some blocks behind");
    }

    #[test]
    fn a_transaction_may_use_a_tenth_more_than_its_simulation() {
        assert_eq!([limit(0), limit(100_001), limit(1_300_000)], [MAX_UNITS, 110_002, MAX_UNITS]);
    }
}
