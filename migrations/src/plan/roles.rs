//! Roles: each new holder signs. The admin hands its own over last.

use breakwater_client::Address;
use breakwater_client::instruction::{governed_name, set_role};
use breakwater_client::interface::governance::{ADMIN, GUARDIAN, GUARDIAN_TIMELOCK, RISK_MANAGER};
use solana_instruction::Instruction;

use super::listing::line;
use super::{Planner, When};
use crate::Failure;
use crate::keys::{ROLES, holder};

/// How long a change of roles waits, if it is one that waits longer than others.
pub(super) fn wait_of(change: &Instruction) -> Option<i64> {
    let is_guardian = governed_name(&change.data) == Some("set_role") && change.data.get(8) == Some(&GUARDIAN);
    is_guardian.then_some(GUARDIAN_TIMELOCK)
}

impl Planner<'_> {
    pub(super) fn roles(&mut self) -> Result<(), Failure> {
        for role in [GUARDIAN, RISK_MANAGER, ADMIN] {
            let (name, wanted) = (ROLES[usize::from(role)], self.params.holder(role, self.ring)?);
            let current = self.state.group.map_or(self.state.creator, |group| holder(&group, role));
            let Some(wanted) = wanted else {
                // A launched group has a guardian; the file leaves it to a key, and nobody brings one.
                if !self.state.launched() && role == GUARDIAN {
                    let flag = name.replace('_', "-");
                    let why = format!("the new holder must sign: pass --{flag}-keypair FILE");
                    self.add(format!("role {name}"), vec![line(name, current.to_string(), "")], When::Left(why), None);
                }
                continue;
            };
            if wanted == current {
                continue;
            }
            let admin = self.state.group.map_or(self.state.creator, |group| holder(&group, ADMIN));
            let lines = vec![line(name, current.to_string(), wanted.to_string())];
            let hand_over = set_role(&admin, &self.state.address, &wanted, role);
            self.governed(&format!("role {name}"), lines, hand_over, (None, 0));
        }
        Ok(())
    }

    /// Who is admin once all roles are handed over.
    pub(super) fn final_admin(&self) -> Result<Address, Failure> {
        let current = self.state.group.map_or(self.state.creator, |group| holder(&group, ADMIN));
        Ok(self.params.holder(ADMIN, self.ring)?.unwrap_or(current))
    }
}
