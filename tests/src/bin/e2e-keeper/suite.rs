//! The suite: sets the stage, lets prices fall while things go wrong, waits until they have settled, and checks.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use breakwater_sim::keys::Keys;
use breakwater_tests::local::keeper::Keeper;
use breakwater_tests::local::node::Node;
use breakwater_tests::local::people::People;
use breakwater_tests::local::place::{self, Place, Prices};
use breakwater_tests::local::proxy::{Proxy, Upstream};
use breakwater_tests::local::rpc::Outcome;
use breakwater_tests::local::water::Water;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use solana_keypair::Keypair;
use solana_signer::Signer;
use tokio::runtime::Runtime;

use crate::checks::{Checks, Ended};
use crate::fault::{Fault, PLANS, STEPS};
use crate::history::{self, Ledger};
use crate::input;
use crate::options::Options;

/// Between two prices.
const STEP: Duration = Duration::from_millis(1_500);
/// What a step leaves of volatile prices, thousandths.
const FALL: i64 = 985;
/// How long prices stand still at the end, until nobody is under water.
const SETTLE: Duration = Duration::from_secs(120);
/// What is owed by nobody: what is in flight when the stage is changed ends within this time.
const PAUSE: Duration = Duration::from_millis(800);
/// A blockhash is good for 150 slots of 400 ms.
const EXPIRY: Duration = Duration::from_secs(80);

/// Everything that is there.
pub struct Stage {
    pub folder: PathBuf,
    pub command: PathBuf,
    pub runtime: Runtime,
    pub node: Node,
    /// Another one, without a group, that takes its place when it is restarted.
    standby: Option<Node>,
    pub place: Place,
    pub people: People,
    pub prices: Prices,
    /// The first answer to `getLatestBlockhash`.
    pub first_hash: Value,
    pub keys: Keys,
}

impl Stage {
    /// A node with a launched group, lenders and pools.
    pub fn set(options: &Options) -> Outcome<Stage> {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
        let folder = root.join("target/e2e/keeper");
        std::fs::create_dir_all(&folder)?;
        let runtime = Runtime::new()?;
        // Both now: their slots and their times are the same.
        let (node, standby) = (Node::start(&root)?, Node::start(&root)?);
        let first_hash = node.rpc.call("getLatestBlockhash", Value::Array(Vec::new()))?;
        standby.deploy(&root.join("artifacts/breakwater.so"))?;
        let mut keys = Keys::seeded(options.seed);
        let command = root.join("target/debug/breakwater");
        let place = Place::found(&node.rpc, &command, &folder, &mut keys)?;
        let prices = place::first_prices();
        let people = People::new(options.seed, &mut keys);
        people.lend(&node.rpc, &place, &prices)?;
        Ok(Stage { folder, command, runtime, node, standby: Some(standby), place, people, prices, first_hash, keys })
    }

    /// What proxies stand before.
    pub fn upstream(&self) -> Outcome<std::sync::Arc<Upstream>> {
        Upstream::new(&self.runtime, &self.node, &self.first_hash)
    }

    /// A keeper behind a proxy of its own.
    pub fn keeper(&mut self, upstream: &std::sync::Arc<Upstream>, name: &str) -> Outcome<Keeper> {
        let proxy = Proxy::start(&self.runtime, upstream)?;
        let key: Keypair = self.keys.keypair();
        let files = (self.command.as_path(), self.folder.as_path());
        Keeper::new(&self.node.rpc, (&self.place, &self.prices), files, (name, key), proxy)
    }

    /// The node ends, and another one comes with the same accounts. Transactions that are in no ledger are lost.
    fn restart(&mut self, keepers: &[Keeper], upstream: &Upstream, ledger: &mut Ledger) -> Outcome<()> {
        let Some(next) = self.standby.take() else { return Ok(()) };
        down(keepers, true);
        std::thread::sleep(PAUSE);
        for keeper in keepers {
            history::read(&self.node.rpc, &keeper.key.pubkey(), ledger)?;
        }
        let (slot, accounts) = (self.node.rpc.slot()?, self.node.rpc.snapshot()?);
        let gone = std::mem::replace(&mut self.node, next);
        drop(gone);
        self.node.rpc.set_all(&accounts, || ())?;
        while self.node.rpc.slot()? <= slot {
            std::thread::sleep(Duration::from_millis(100));
        }
        upstream.replace(&self.node, ledger.clone());
        down(keepers, false);
        Ok(())
    }
}

fn down(keepers: &[Keeper], is_down: bool) {
    for keeper in keepers {
        keeper.proxy.faults.down.store(is_down, std::sync::atomic::Ordering::Relaxed);
    }
}

/// Runs the suite; whether every check holds.
pub fn run(options: &Options) -> Outcome<bool> {
    let began = Instant::now();
    let bar = bar(options.accounts + STEPS);
    bar.set_message("a node and a group");
    let mut stage = Stage::set(options)?;
    bar.set_message("traders");
    let Stage { people, node, place, prices, .. } = &mut stage;
    people.trade(&node.rpc, place, prices, options.accounts, || bar.inc(2))?;
    bar.set_message("keepers");
    let upstream = stage.upstream()?;
    let mut keepers = vec![stage.keeper(&upstream, "a")?, stage.keeper(&upstream, "b")?];
    let mut checks = Checks::new(&stage, &keepers)?;
    let before = Water::read(&stage.node.rpc, &stage.place)?;
    checks.hold(
        "nobody is under water before prices fall",
        before.under.is_empty(),
        format!("{} are", before.under.len()),
    );
    bar.set_message("mistakes");
    input::check(&stage, &keepers[0], &mut checks)?;
    bar.set_message("keepers");
    for keeper in &mut keepers {
        keeper.start()?;
    }
    for keeper in &mut keepers {
        keeper.ready()?;
    }
    bar.set_message("prices fall");
    let mut ledger = Ledger::new();
    fall(&mut stage, &mut keepers, (options, &upstream), (&mut checks, &mut ledger), &bar)?;
    bar.set_message("prices stand still");
    let settled = settle(&stage, &mut keepers)?;
    bar.set_message("blockhashes expire");
    wait_for_certainty(&keepers);
    checks.pages(&keepers);
    let mut ended = Vec::new();
    for keeper in &mut keepers {
        ended.push(Ended { by_itself: keeper.ended(), code: keeper.stop()? });
    }
    bar.finish_and_clear();
    checks.water(&settled);
    checks.faults(&keepers, options.only);
    checks.ended(&keepers, &ended);
    checks.books(&stage, &keepers, &mut ledger)?;
    checks.audit(&stage)?;
    println!("{} s, files in {}", began.elapsed().as_secs(), stage.folder.display());
    if options.keep {
        println!("the node answers at {} until Enter is pressed", stage.node.rpc.url);
        let _ = std::io::stdin().read_line(&mut String::new());
    }
    Ok(checks.all_hold())
}

/// Lets prices fall, and faults come and go.
fn fall(
    stage: &mut Stage,
    keepers: &mut [Keeper],
    (options, upstream): (&Options, &Upstream),
    (checks, ledger): (&mut Checks, &mut Ledger),
    bar: &ProgressBar,
) -> Outcome<()> {
    for step in 0..STEPS {
        let began = Instant::now();
        for plan in PLANS.iter().filter(|plan| options.only.is_none_or(|only| only == plan.fault)) {
            let (starts, ends) = (plan.steps.start == step, plan.steps.end == step);
            if starts {
                bar.println(format!("step {step}: {}", plan.what));
            }
            for number in plan.keepers.iter().filter(|_| starts || ends) {
                plan.fault.switch(&keepers[*number], starts);
            }
            match plan.fault {
                Fault::Killed if starts => checks.killed(keepers[plan.keepers[0]].kill()?),
                Fault::Killed if ends => keepers[plan.keepers[0]].start()?,
                Fault::Restarted if starts => {
                    stage.restart(keepers, upstream, ledger)?;
                    checks.restarted();
                }
                _ => {}
            }
        }
        stage.fall(FALL)?;
        bar.inc(1);
        std::thread::sleep(STEP.saturating_sub(began.elapsed()));
    }
    for plan in &PLANS {
        plan.keepers.iter().for_each(|number| plan.fault.switch(&keepers[*number], false));
    }
    Ok(())
}

/// Publishes the same prices until nobody is under water, or for as long as anybody may wait.
fn settle(stage: &Stage, keepers: &mut [Keeper]) -> Outcome<Water> {
    let began = Instant::now();
    loop {
        stage.place.publish(&stage.node.rpc, &stage.prices)?;
        std::thread::sleep(STEP);
        stage.node.rpc.land("refresh", &[stage.place.refresh()], &[&stage.people.lender])?;
        let water = Water::read(&stage.node.rpc, &stage.place)?;
        let is_over = water.under.is_empty() && water.bankrupt.is_empty();
        if is_over || began.elapsed() > SETTLE || keepers.iter_mut().any(|keeper| keeper.ended().is_some()) {
            return Ok(water);
        }
    }
}

/// Waits until no keeper is in doubt: what was thrown away is known to be lost once its blockhash has expired.
fn wait_for_certainty(keepers: &[Keeper]) {
    let began = Instant::now();
    let in_doubt = |keeper: &Keeper| keeper.report().is_ok_and(|report| report["unsettled"] != 0);
    while keepers.iter().any(in_doubt) && began.elapsed() < EXPIRY {
        std::thread::sleep(STEP);
    }
}

fn bar(length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{elapsed:>4} {bar:30} {pos:>4}/{len} {msg}");
    ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
