//! Everything that runs: the node with a group in it, its people, prices, a keeper, and what page and tests may ask of them.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use breakwater_client::Address;
use breakwater_sim::keys::Keys;
use breakwater_sim::price_path::Price8;
use breakwater_tests::local::keeper::Keeper;
use breakwater_tests::local::node::Node;
use breakwater_tests::local::people::{People, TOGETHER};
use breakwater_tests::local::place::{self, Place, Prices};
use breakwater_tests::local::proxy::{Proxy, Upstream};
use breakwater_tests::local::rpc::{Outcome, Trouble};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::crank::Crank;
use crate::options::Options;
use crate::prices::Market;
use crate::progress::Progress;

/// Per cent of what they may borrow that traders use.
const USED: std::ops::Range<u64> = 30..88;

/// By how much prices were higher when traders came: some stand near their trigger now.
const SLIP_BPS: i64 = 500;
const BPS: i64 = 10_000;

/// Symbols of tokens and markets, by number.
pub struct Symbols {
    pub tokens: Vec<String>,
    pub markets: Vec<String>,
}

impl Symbols {
    /// From the reviewed parameters that the group was made of.
    fn read(file: &Path) -> Outcome<Symbols> {
        let wrong = |error: &dyn std::fmt::Display| Trouble(format!("{}: {error}", file.display()));
        let text = std::fs::read_to_string(file).map_err(|error| wrong(&error))?;
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| wrong(&error))?;
        let list = |name: &str| {
            let items = table.get(name).and_then(toml::Value::as_array).into_iter().flatten();
            items.filter_map(|item| Some(item.get("symbol")?.as_str()?.to_owned())).collect()
        };
        Ok(Symbols { tokens: list("token"), markets: list("market") })
    }
}

/// The keeper, once there is one. Who ends this process must end it too.
pub type KeeperSlot = Arc<Mutex<Option<Keeper>>>;

/// All of it.
pub struct Stack {
    pub place: Place,
    pub symbols: Symbols,
    pub crank: Arc<Crank>,
    /// Between the page and the node.
    pub door: Proxy,
    pub node: Node,
    pub accounts: Vec<Address>,
    pub genesis: String,
    keeper: KeeperSlot,
}

impl Stack {
    /// Starts everything; a minute at most.
    pub fn start(options: &Options, runtime: &Runtime, keeper: KeeperSlot, progress: &Progress) -> Outcome<Stack> {
        let root = root()?;
        let folder = folder()?;
        std::fs::create_dir_all(&folder)?;
        progress.step("a Solana node (surfpool)");
        let node = Node::start(&root)?;
        let ask = |method: &str| node.rpc.call(method, Value::Array(Vec::new()));
        let (first_hash, genesis) = (ask("getLatestBlockhash")?, ask("getGenesisHash")?);
        progress.step("the program and a launched group");
        let mut keys = Keys::seeded(options.seed);
        let command = root.join("target/debug/breakwater");
        let place = Place::found(&node.rpc, &command, &folder, &mut keys)?;
        let symbols = Symbols::read(&root.join("migrations/params/localnet.toml"))?;
        let prices = place::first_prices();
        let before = before(&prices, place.quote);
        progress.step("lenders, pools and insurance");
        let mut people = People::new(options.seed, &mut keys);
        people.used = USED;
        people.lend(&node.rpc, &place, &before)?;
        progress.step(&format!("{} traders", options.accounts));
        let come = AtomicU64::new(0);
        let accounts = people.trade(&node.rpc, &place, &before, options.accounts, || {
            progress.traders(come.fetch_add(TOGETHER as u64, Ordering::Relaxed) + TOGETHER as u64, options.accounts);
        })?;
        let upstream = Upstream::new(runtime, &node, &first_hash)?;
        let door = Proxy::start(runtime, &upstream)?;
        progress.step("a keeper");
        let proxy = Proxy::start(runtime, &upstream)?;
        let files = (command.as_path(), folder.as_path());
        let name = ("keeper", keys.keypair());
        *lock(&keeper) = Some(Keeper::new(&node.rpc, (&place, &prices), files, name, proxy)?);
        let market = Market::new(&prices, place.quote, options.seed, options.still);
        let crank = Arc::new(Crank::new(&node.rpc, &place, &people.lender, market));
        crank.start();
        let stack = Stack { place, symbols, crank, door, node, accounts, genesis: text(&genesis), keeper };
        if !options.no_keeper {
            stack.run_keeper(true)?;
        }
        Ok(stack)
    }

    /// Starts or ends the keeper.
    pub fn run_keeper(&self, runs: bool) -> Outcome<()> {
        let mut slot = lock(&self.keeper);
        let Some(keeper) = slot.as_mut() else { return Ok(()) };
        match (keeper.runs(), runs) {
            (false, true) => {
                keeper.start()?;
                keeper.ready()
            }
            (true, false) => keeper.stop().map(|_| ()),
            _ => Ok(()),
        }
    }

    pub fn keeper_runs(&self) -> bool {
        lock(&self.keeper).as_mut().is_some_and(Keeper::runs)
    }
}

/// What prices were when traders came.
fn before(prices: &Prices, quote: u8) -> Prices {
    let slip = |number| if number == usize::from(quote) { 0 } else { SLIP_BPS };
    prices.iter().enumerate().map(|(number, price)| Price8(price.units() * (BPS + slip(number)) / BPS)).collect()
}

/// Keys, configuration and journal of this process: another one may run beside it.
pub fn folder() -> Outcome<PathBuf> {
    Ok(root()?.join(format!("target/app-local/{}", std::process::id())))
}

/// The repository.
pub fn root() -> Outcome<PathBuf> {
    Ok(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?)
}

pub fn lock(keeper: &KeeperSlot) -> MutexGuard<'_, Option<Keeper>> {
    keeper.lock().unwrap_or_else(PoisonError::into_inner)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
