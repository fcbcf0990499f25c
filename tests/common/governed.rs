//! A group with separate roles, launched as its admin would.

use breakwater_client::interface::governance::{GUARDIAN, RISK_MANAGER, TIMELOCK};
use breakwater_client::{Address, address, instruction};
use breakwater_sim::world::Sent;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

use super::{Verdict, World};

/// Who holds the roles besides the admin.
pub struct Officers {
    /// Tightens and queues.
    pub risk_manager: Keypair,
    /// Pauses and vetoes.
    pub guardian: Keypair,
}

/// A change in the queue.
pub struct Queued {
    /// Its number.
    pub number: u64,
    /// Its address.
    pub address: Address,
}

impl World {
    /// Hands risk manager's and guardian's roles to keys of their own and launches the group.
    pub async fn launch(&mut self) -> Officers {
        let admin = self.admin.insecure_clone();
        let officers = Officers { risk_manager: self.chain.funded_key(), guardian: self.chain.funded_key() };
        for (key, role) in [(&officers.risk_manager, RISK_MANAGER), (&officers.guardian, GUARDIAN)] {
            let hand_over = instruction::set_role(&admin.pubkey(), &self.group, &key.pubkey(), role);
            self.send(&[hand_over], &[&admin, key]).await.succeeds();
        }
        let launch = instruction::launch_group(&admin.pubkey(), &self.group);
        self.send(&[launch], &[&admin]).await.succeeds();
        officers
    }
}

impl World {
    /// Queues a change; returns its address and number.
    ///
    /// # Panics
    /// If the program refuses, or the instruction is none that may wait.
    pub async fn queue(&mut self, who: &Keypair, change: &Instruction) -> Queued {
        let number = self.group_state().await.changes;
        let queue = instruction::queue_change(&who.pubkey(), &self.group, number, change).expect("it may wait");
        self.send(&[queue], &[who]).await.succeeds();
        Queued { number, address: address::change(&self.group, number) }
    }

    /// Sends a change that has waited, by somebody who has no role.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn execute(&mut self, change: &Instruction, queued: &Queued) -> Sent {
        let anybody = self.chain.funded_key();
        self.send(&[instruction::execute_change(change.clone(), &anybody.pubkey(), &queued.address)], &[&anybody]).await
    }

    /// A change of a launched group, from its queueing by the admin to its execution after the timelock.
    ///
    /// # Errors
    /// The program's refusal of the execution.
    pub async fn change_in_time(&mut self, change: &Instruction) -> Sent {
        let admin = self.admin.insecure_clone();
        let queued = self.queue(&admin, change).await;
        self.chain.advance(TIMELOCK);
        self.execute(change, &queued).await
    }
}
