//! A group before and after its launch. A world that is never launched stays in preparation, where its admin may set every
//! parameter at once, and takes users nevertheless: for tests of everything but governance.

use breakwater_client::instruction;
use breakwater_client::interface::Group;
use breakwater_client::interface::governance::GUARDIAN;
use solana_signer::Signer;

use super::{Sent, World};
use crate::chain::Chain;

impl World {
    /// Hands the guardian's role to a key of its own and launches the group: from then on its parameters are governed.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn launch(&mut self) -> Sent {
        let (admin, guardian) = (self.admin.pubkey(), self.chain.keys.keypair());
        let hand_over = instruction::set_role(&admin, &self.group, &guardian.pubkey(), GUARDIAN);
        self.chain.send(&[hand_over], &[&self.admin, &guardian])?;
        self.guardian = Some(guardian);
        self.chain.send(&[instruction::launch_group(&admin, &self.group)], &[&self.admin])
    }

    /// Lets something be done that only a launched group allows.
    pub fn as_launched<R>(&mut self, act: impl FnOnce(&mut Chain) -> R) -> R {
        let launched: u8 = self.chain.state::<Group>(&self.group).launched;
        self.chain.rewrite(&self.group, |group: &mut Group| group.launched = 1);
        let result = act(&mut self.chain);
        self.chain.rewrite(&self.group, |group: &mut Group| group.launched = launched);
        result
    }
}
