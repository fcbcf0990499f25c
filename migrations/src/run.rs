//! Takes the steps of a plan, one transaction each, so that whoever is interrupted goes on where it ended.

use solana_keypair::Keypair;

use crate::Failure;
use crate::cluster::Cluster;
use crate::keys::Ring;
use crate::plan::{Action, Plan, Step};
use crate::program::BYTECODE;

/// Takes all steps that can be taken now; `report` hears of each, with its signature.
///
/// # Errors
/// The step that failed. Those before it are done, and those after it are not; a second run goes on.
pub fn run(
    cluster: &mut dyn Cluster,
    plan: &Plan,
    ring: &Ring,
    report: &mut dyn FnMut(&Step, &str),
) -> Result<usize, Failure> {
    let mut done = 0;
    for step in &plan.steps {
        let Some(action) = step.action.as_ref().filter(|_| step.when.is_done_now()) else { continue };
        let signature = take(cluster, action, ring).map_err(|failure| at(step, failure))?;
        report(step, &signature);
        done += 1;
    }
    Ok(done)
}

fn at(step: &Step, failure: Failure) -> Failure {
    match failure {
        Failure::Input(sentence) => Failure::Input(format!("{}: {sentence}", step.title)),
        Failure::Refused(sentence) => Failure::Refused(format!("{}: {sentence}", step.title)),
        Failure::Run(sentence) => Failure::Run(format!("{}: {sentence}", step.title)),
    }
}

fn take(cluster: &mut dyn Cluster, action: &Action, ring: &Ring) -> Result<String, Failure> {
    match action {
        Action::Send(instructions) => send(cluster, instructions, ring),
        Action::Cheat(address, account) => cluster.cheat(address, account).map(|()| String::new()),
        Action::Deploy => cluster.deploy(BYTECODE).map(|()| String::new()),
    }
}

/// Sends instructions, signed by whoever they name.
///
/// # Errors
/// A key is not at hand, or the chain's refusal.
pub fn send(
    cluster: &mut dyn Cluster,
    instructions: &[solana_instruction::Instruction],
    ring: &Ring,
) -> Result<String, Failure> {
    let payer =
        ring.payer.as_ref().ok_or_else(|| Failure::Input("no key is at hand to pay: pass --keypair".to_owned()))?;
    let mut addresses: Vec<_> = instructions
        .iter()
        .flat_map(|instruction| &instruction.accounts)
        .filter(|meta| meta.is_signer)
        .map(|meta| meta.pubkey)
        .collect();
    addresses.sort();
    addresses.dedup();
    let missing = |address| Failure::Input(format!("{address} must sign: pass its key file"));
    let found = addresses.iter().map(|address| ring.find(address).ok_or_else(|| missing(address)));
    let signers: Vec<&Keypair> = found.collect::<Result<_, _>>()?;
    cluster.send(instructions, payer, &signers)
}
