//! What the keeper shows: one picture, drawn by the run loop a few times a second, looked at by the dashboard and by `/readyz`.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use breakwater_client::Address;

/// Upper ends of the health bands, health factor in millionths; the last band is open.
pub const BANDS: [u64; 5] = [1_000_000, 1_050_000, 1_100_000, 1_250_000, 2_000_000];

/// The keeper at a moment.
#[derive(Clone, Debug)]
pub struct Picture {
    /// When it was drawn.
    pub at: Instant,
    /// The group.
    pub group: Address,
    /// The keeper's wallet.
    pub wallet: Address,
    /// Whether transactions are only simulated.
    pub dry_run: bool,
    /// Newest slot, and how long ago it was seen.
    pub slot: (u64, Duration),
    /// Whether the stream of updates is live.
    pub live: bool,
    /// Whether all margin accounts have been read at least once.
    pub loaded: bool,
    /// Margin accounts.
    pub accounts: usize,
    /// Accounts by band of their health factor, below each of [`BANDS`] and above the last; without those that owe nothing.
    pub bands: [usize; BANDS.len() + 1],
    /// Accounts that owe nothing.
    pub riskless: usize,
    /// What could be done, best first.
    pub candidates: Vec<Candidate>,
    /// What is being done.
    pub in_flight: Vec<Flight>,
    /// What came of jobs, by class.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// Feeds by number: age of the newest print, seconds, if there is one.
    pub feeds: Vec<(u8, Option<u32>)>,
    /// What the wallet holds, lamports.
    pub lamports: Option<u64>,
    /// The keeper's margin account: token, whether it is a debt, native units.
    pub inventory: Vec<(u8, bool, u64)>,
    /// The keeper's own equity, dollars × 10^8.
    pub equity: i64,
    /// Expected gain of what landed, dollars × 10^8.
    pub gained: i64,
    /// Fees paid, lamports.
    pub fees: u64,
}

/// Something that could be done.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The account.
    pub account: Address,
    /// Its health factor, millionths.
    pub health: u64,
    /// What the keeper would gain, dollars × 10^8.
    pub gain: i64,
    /// What is due, or what it waits for.
    pub due: String,
}

/// Something that is being done.
#[derive(Clone, Debug)]
pub struct Flight {
    /// To which account.
    pub account: Address,
    /// What.
    pub action: &'static str,
    /// For how long.
    pub since: Instant,
}

impl Picture {
    /// A keeper that knows nothing yet.
    pub fn blank(group: Address, wallet: Address, dry_run: bool) -> Picture {
        Picture {
            at: Instant::now(),
            group,
            wallet,
            dry_run,
            slot: (0, Duration::ZERO),
            live: false,
            loaded: false,
            accounts: 0,
            bands: [0; BANDS.len() + 1],
            riskless: 0,
            candidates: Vec::new(),
            in_flight: Vec::new(),
            outcomes: BTreeMap::new(),
            feeds: Vec::new(),
            lamports: None,
            inventory: Vec::new(),
            equity: 0,
            gained: 0,
            fees: 0,
        }
    }

    /// Why the keeper cannot do its work now; nothing where it can.
    pub fn unready(&self) -> Vec<&'static str> {
        let facts = [
            (self.at.elapsed() > STUCK, "the run loop is stuck"),
            (!self.live, "the stream of updates is not live"),
            (!self.loaded, "the margin accounts are not loaded yet"),
            (self.slot.1 > STUCK, "no slot was seen for ten seconds"),
        ];
        facts.into_iter().filter(|(holds, _)| *holds).map(|(_, fact)| fact).collect()
    }
}

/// A picture this old was drawn by a loop that hangs.
pub const STUCK: Duration = Duration::from_secs(10);

/// Dollars × 10^8 as people read them.
pub fn dollars(e8: i64) -> String {
    let cents = e8 / 1_000_000;
    let sign = if e8 < 0 { "-" } else { "" };
    format!("{sign}${}.{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
}
