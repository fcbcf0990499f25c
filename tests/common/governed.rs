//! A group with separate roles, launched as its admin would.

use breakwater_client::instruction;
use breakwater_client::interface::governance::{GUARDIAN, RISK_MANAGER};
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
