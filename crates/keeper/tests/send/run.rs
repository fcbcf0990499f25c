//! The whole line on an embedded chain: a source tells what changes, the keeper decides and sends, and what is left is looked
//! at. Only oracle accounts move by themselves: it is the keeper that brings their prints to the board.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use breakwater_client::Address;
use breakwater_client::instruction;
use breakwater_client::interface::order::{ORDER_BELOW, SIDE_LONG};
use breakwater_client::interface::{MarginAccount, TriggerOrder};
use breakwater_client::margin::liquidation::Outlook;
use breakwater_keeper::config::{Config, EXAMPLE};
use breakwater_keeper::node::Node;
use breakwater_keeper::run::{Keeper, Mode, Summary};
use breakwater_keeper::send::Prices;
use breakwater_keeper::source::{Source, Update, snapshot};
use breakwater_keeper::start;
use breakwater_sim::price_path::{Price8, Sample};
use breakwater_sim::world::World;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use solana_signer::Signer;
use tokio::sync::{mpsc, watch};

use crate::scene::{self, Scene, USDC, borrower, long, provider, view, world};
use crate::svm::SvmNode;

/// Tells everything, over and over, while slots pass: what a websocket tells in a hurry.
struct Teller {
    node: Arc<SvmNode>,
    group: Address,
    followed: watch::Receiver<BTreeSet<Address>>,
    oddities: Oddities,
}

/// How updates come.
#[derive(Clone, Copy, Default)]
struct Oddities {
    /// Each comes twice, and an old one of another slot after it.
    doubled: bool,
    /// The connection ends after this many rounds, once.
    ends_after: Option<u64>,
}

impl Source for Teller {
    fn run(self: Box<Self>, updates: mpsc::Sender<Update>) -> BoxFuture<'static, ()> {
        async move {
            let mut round = 0;
            while self.tell(&updates, round).await.is_some() {
                round += 1;
            }
        }
        .boxed()
    }
}

impl Teller {
    async fn tell(&self, updates: &mpsc::Sender<Update>, round: u64) -> Option<()> {
        if round == 0 {
            updates.send(Update::Live(true)).await.ok()?;
        }
        if self.oddities.ends_after == Some(round) {
            updates.send(Update::Live(false)).await.ok()?;
            updates.send(Update::Live(true)).await.ok()?;
        }
        let slot = {
            let world = &mut self.node.state().world;
            world.chain.advance(0);
            world.chain.clock().slot
        };
        updates.send(Update::Slot(slot)).await.ok()?;
        let mut accounts: Vec<Address> = self.followed.borrow().iter().copied().collect();
        accounts.extend(self.node.state().world.accounts.iter().copied());
        let (slot, found) = self.node.accounts(&accounts).await.ok()?;
        for (address, raw) in accounts.into_iter().zip(found) {
            let told = |slot, raw| Update::Account { address, slot, raw, seen: Instant::now() };
            if self.oddities.doubled {
                updates.send(told(slot, raw.clone())).await.ok()?;
            }
            updates.send(told(slot, raw)).await.ok()?;
            if self.oddities.doubled {
                // It was closed, long ago.
                updates.send(told(1, None)).await.ok()?;
            }
        }
        if round == 0 || self.oddities.ends_after == Some(round) {
            updates.send(snapshot(self.node.as_ref(), &self.group).await.ok()?).await.ok()?;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
        Some(())
    }
}

fn config(scene: &Scene) -> Config {
    let state = scene.node.state();
    let world = &state.world;
    let accounts: Vec<String> = scene::refresh(world)
        .iter()
        .filter(|(feed, _)| *feed < 64)
        .map(|(feed, key)| format!("\"{feed}\" = \"{key}\""))
        .collect();
    let text = EXAMPLE
        .replace("\"11111111111111111111111111111111\"", &format!("\"{}\"", world.group))
        .replace("shard = 0", &format!("shard = 0\naccounts = {{ {} }}", accounts.join(", ")))
        .replace("scan_ms = 1_000", "scan_ms = 50")
        .replace("most_exposure_usd = 100_000", "most_exposure_usd = 100_000_000")
        .replace("# sol_token = 1", "sol_token = 0");
    Config::parse(&text, std::iter::empty()).expect("a configuration")
}

/// Runs the keeper until nothing is due.
async fn work(scene: &Scene, mode: Mode, oddities: Oddities) -> Summary {
    let config = config(scene);
    let node: Arc<dyn Node> = scene.node.clone();
    let group = start::verify(&config, scene.keeper.key.pubkey(), node.as_ref()).await.expect("all is well");
    let address = group.address;
    let journal = (!mode.dry_run).then(|| scene.journal());
    let sender = scene::sender(&scene.node, &scene.keeper, journal, scene.settings.clone());
    let (prices, _) = watch::channel(Prices::default());
    let keeper = Keeper::new(config, mode, group, node, (sender, prices));
    let teller = Teller { node: scene.node.clone(), group: address, followed: keeper.followed(), oddities };
    let (_stop, stopped) = watch::channel(false);
    let (pictures, _pictured) = watch::channel(keeper.blank());
    let run = keeper.run(Box::new(teller), stopped, pictures);
    tokio::time::timeout(Duration::from_secs(120), run).await.expect("it ends").expect("it ends well")
}

const ONCE: Mode = Mode { dry_run: false, once: true };

/// A print that only the oracle account has.
fn print(world: &mut World, usd: u32) {
    world.chain.advance(1);
    for (symbol, usd) in [("SOL", usd), ("USDC", 1)] {
        let price = Price8::from_usd(usd);
        world.write_sample(symbol, &Sample { price, conf: Price8(price.units() / 2_000), ema: price });
    }
}

fn outlook(world: &World, account: &Address) -> Outlook {
    view(world).step(&world.margin_account(account), u64::MAX).expect("an answer").told.outlook
}

fn liquidatable(world: &World) -> usize {
    world.accounts.iter().filter(|account| outlook(world, account) != Outlook::Healthy).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_that_only_the_oracles_know_is_liquidated_to_the_last_account() {
    for oddities in [Oddities::default(), Oddities { doubled: true, ends_after: Some(7) }] {
        let mut crash = world();
        let accounts: Vec<Address> = (0..20).map(|_| borrower(&mut crash)).collect();
        let scene = Scene::new(crash);
        print(&mut scene.node.state().world, 110);
        let summary = work(&scene, ONCE, oddities).await;
        assert!(summary.outcomes["done"] >= accounts.len() as u64, "{summary:?}");
        assert_eq!(summary.in_doubt, 0);
        let state = scene.node.state();
        assert_eq!(liquidatable(&state.world), 0, "{summary:?}");
        assert_eq!(summary.fees, state.fees());
        drop(state);
        scene.assert_report(&scene.journal().report());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_sends_nothing_and_ends() {
    let mut crash = world();
    borrower(&mut crash);
    let scene = Scene::new(crash);
    print(&mut scene.node.state().world, 110);
    let summary = work(&scene, Mode { dry_run: true, once: true }, Oddities::default()).await;
    assert_eq!(summary.outcomes.keys().copied().collect::<Vec<_>>(), ["dry"], "{summary:?}");
    let state = scene.node.state();
    assert_eq!((state.sends, state.fees()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn healthy_accounts_are_left_alone() {
    let mut calm = world();
    let account = borrower(&mut calm);
    let scene = Scene::new(calm);
    print(&mut scene.node.state().world, 140);
    let before: MarginAccount = scene.node.state().world.margin_account(&account);
    let summary = work(&scene, ONCE, Oddities::default()).await;
    assert!(summary.outcomes.is_empty(), "{summary:?}");
    let state = scene.node.state();
    assert_eq!(bytemuck::bytes_of(&state.world.margin_account(&account)), bytemuck::bytes_of(&before));
    assert_eq!(state.sends, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_is_closed_its_order_executed_and_what_cannot_be_paid_written_off() {
    let mut deep = world();
    provider(&mut deep, 1_000_000 * USDC);
    let stopped = long(&mut deep);
    let order = TriggerOrder {
        trigger: deep.mark(&deep.perps[0].clone()).expect("a mark").0 / 100 * 98,
        limit: 0,
        size: u64::MAX,
        expires_at: 0,
        fee: (USDC / 2) as u32,
        market: 0,
        kind: ORDER_BELOW,
        side: SIDE_LONG,
        reserved: 0,
    };
    let market = deep.perps[0].market;
    let place = instruction::place_order(&stopped.key.pubkey(), &stopped.account, &deep.board, &market, 0, &order);
    deep.chain.send(&[place], &[&stopped.key]).expect("an order");
    let bankrupt = borrower(&mut deep);
    let mut scene = Scene::new(deep);
    scene.settings.spending.at_a_loss = 100_000;
    print(&mut scene.node.state().world, 146);
    let summary = work(&scene, ONCE, Oddities::default()).await;
    assert_eq!(summary.outcomes["done"], 1, "{summary:?}");
    let left = scene.node.state().world.margin_account(&stopped.account);
    assert!(left.perps.iter().all(|position| position.base == 0), "the order closed the position");

    print(&mut scene.node.state().world, 60);
    let summary = work(&scene, ONCE, Oddities::default()).await;
    let state = scene.node.state();
    let left = state.world.margin_account(&bankrupt);
    assert!(left.is_empty(), "what the collateral could not pay is written off: {summary:?}");
    assert_eq!(liquidatable(&state.world), 0);
    drop(state);
    // The keeper is a lender too, and bears its part: only its lamports are what its journal says.
    assert_eq!(scene.journal().report().fees, scene.paid());
}
