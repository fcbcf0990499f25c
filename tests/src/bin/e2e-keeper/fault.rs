//! Which faults there are, and when each of them is on.

use std::sync::atomic::Ordering;

use breakwater_tests::local::keeper::Keeper;
use breakwater_tests::local::proxy::faults::{Counts, counted};
use breakwater_tests::local::rpc::{Outcome, Trouble};

/// Steps of the fall.
pub const STEPS: u64 = 32;

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Three connections of ten are reset.
    Dropped,
    /// Every answer takes 200 ms longer.
    Delayed,
    /// The websocket stays open and says nothing.
    Stalled,
    /// The websocket is closed.
    Closed,
    /// Notifications come twice and in another order.
    Shuffled,
    /// Transactions are taken and thrown away.
    Swallowed,
    /// Blockhashes are those of long ago.
    OldHash,
    /// A keeper is killed and started again.
    Killed,
    /// The validator is restarted.
    Restarted,
}

/// A fault with its name, what happens, to which keepers, and during which steps.
pub struct Plan {
    pub fault: Fault,
    pub name: &'static str,
    pub what: &'static str,
    pub keepers: &'static [usize],
    pub steps: std::ops::Range<u64>,
}

/// All of them.
pub const PLANS: [Plan; 9] = [
    plan(Fault::Dropped, "dropped", "three RPC connections of ten are reset", &[0, 1], 2..6),
    plan(Fault::Delayed, "delayed", "RPC answers take 200 ms longer", &[1], 2..6),
    plan(Fault::Stalled, "stalled", "the websocket stays open and says nothing", &[0], 6..11),
    plan(Fault::Closed, "closed", "the websocket is closed", &[1], 8..9),
    plan(Fault::Shuffled, "shuffled", "notifications come twice and in another order", &[0, 1], 11..15),
    plan(Fault::Swallowed, "swallowed", "transactions are taken and thrown away", &[0], 15..18),
    plan(Fault::Killed, "killed", "a keeper is killed and started again", &[0], 18..20),
    plan(Fault::Restarted, "restarted", "the validator is restarted", &[0, 1], 22..23),
    // Last: the hash is the first that the node had, and good for a minute.
    plan(Fault::OldHash, "old-blockhash", "blockhashes have expired", &[1], 27..31),
];

const fn plan(
    fault: Fault,
    name: &'static str,
    what: &'static str,
    keepers: &'static [usize],
    steps: std::ops::Range<u64>,
) -> Plan {
    Plan { fault, name, what, keepers, steps }
}

impl Fault {
    /// The fault of a name.
    pub fn named(name: &str) -> Outcome<Fault> {
        let found = PLANS.iter().find(|plan| plan.name == name).map(|plan| plan.fault);
        let names: Vec<&str> = PLANS.iter().map(|plan| plan.name).collect();
        found.ok_or_else(|| Trouble(format!("--only {name}: there are {}", names.join(", "))))
    }

    /// Switches a fault of a proxy on or off. Killing and restarting are not a proxy's.
    pub fn switch(self, keeper: &Keeper, on: bool) {
        let faults = &keeper.proxy.faults;
        match self {
            Fault::Dropped => faults.drop_per_mille.store(if on { 300 } else { 0 }, Ordering::Relaxed),
            Fault::Delayed => faults.delay_ms.store(if on { 200 } else { 0 }, Ordering::Relaxed),
            Fault::Stalled => faults.stalled.store(on, Ordering::Relaxed),
            Fault::Closed if on => drop(faults.closings.fetch_add(1, Ordering::Relaxed)),
            Fault::Shuffled => {
                faults.doubled.store(on, Ordering::Relaxed);
                faults.shuffled.store(on, Ordering::Relaxed);
            }
            Fault::Swallowed => faults.swallowed.store(on, Ordering::Relaxed),
            Fault::OldHash => faults.old_hash.store(on, Ordering::Relaxed),
            Fault::Closed | Fault::Killed | Fault::Restarted => {}
        }
    }

    /// How often proxies did it.
    pub fn happened(self, counts: &Counts) -> u64 {
        match self {
            Fault::Dropped => counted(&counts.dropped),
            Fault::Delayed => counted(&counts.delayed),
            Fault::Stalled => counted(&counts.stalled),
            Fault::Closed => counted(&counts.closed),
            Fault::Shuffled => counted(&counts.shuffled).min(counted(&counts.doubled)),
            Fault::Swallowed => counted(&counts.swallowed),
            Fault::OldHash => counted(&counts.old_hashes),
            Fault::Killed | Fault::Restarted => 0,
        }
    }
}
