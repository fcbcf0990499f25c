//! A group with people in it, a keeper that sends, and jobs as `decide` would make them.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use breakwater_client::Address;
use breakwater_client::interface::config::LendingConfig;
use breakwater_client::margin::{Price, Value};
use breakwater_client::view::View;
use breakwater_keeper::job::{Action, Job, Outcome};
use breakwater_keeper::journal::{Journal, JournalError, Owner, Report};
use breakwater_keeper::node::Node;
use breakwater_keeper::send::{Me, Prices, Sender, Settings};
use breakwater_sim::chain::{Chain, START};
use breakwater_sim::price_path::Price8;
use breakwater_sim::world::{Listing, Perp, PerpListing, Trader, World, default_perp};
use solana_signer::Signer;
use tokio::sync::watch;

use crate::svm::{State, SvmNode};

/// One USDC.
pub const USDC: u64 = 1_000_000;
/// One SOL.
pub const SOL: u64 = 1_000_000_000;

/// A file of its own that is gone with its scene.
pub struct TemporaryFile(pub PathBuf);

impl TemporaryFile {
    pub fn new() -> TemporaryFile {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let name = format!("breakwater-keeper-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        TemporaryFile(std::env::temp_dir().join(name))
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The scene.
pub struct Scene {
    pub node: Arc<SvmNode>,
    pub keeper: Trader,
    pub file: TemporaryFile,
    pub settings: Settings,
    /// Lamports of the keeper's wallet at the beginning.
    pub lamports: u64,
}

fn still(listing: Listing) -> Listing {
    let lending = LendingConfig { base_rate: 0, kink_rate: 0, max_rate: 0, ..listing.lending };
    Listing { lending, ..listing }
}

/// SOL at $150 and USDC, both without interest; a shared fund, a SOL market without funding, a lender of everything. One share
/// is one unit, so that the chain can be compared to the unit.
pub fn world() -> World {
    let mut world = World::new(Chain::seeded(START, 6));
    for (symbol, listing, usd) in [("SOL", still(Listing::volatile(9)), 150), ("USDC", still(Listing::stable(6)), 1)] {
        world.list(symbol, listing).expect("listed");
        world.set_price(symbol, Price8::from_usd(usd)).expect("priced");
    }
    world.create_fund("USDC", 5_000).expect("a fund");
    let mut config = default_perp(10_000 * SOL, 1_000_000, USDC);
    (config.funding_slope, config.funding_max) = (0, 0);
    world.list_perp("SOL", PerpListing { decimals: 9, config }).expect("a market");
    world.freshen().expect("fresh");
    world.refresh_perps().expect("fresh markets");
    let lender = world.trader();
    world.deposit(&lender, "USDC", 10_000_000 * USDC).expect("a lender");
    world.deposit(&lender, "SOL", 100_000 * SOL).expect("a lender");
    world
}

impl Scene {
    /// A keeper with a million USDC in a world.
    pub fn new(mut world: World) -> Scene {
        let keeper = world.trader();
        world.deposit(&keeper, "USDC", 1_000_000 * USDC).expect("capital");
        let lamports = lamports(&world, &keeper.key.pubkey());
        let settings = Settings {
            poll: Duration::from_millis(1),
            repeat: Duration::ZERO,
            patience: Duration::from_millis(50),
            ..Settings::default()
        };
        Scene { node: Arc::new(SvmNode::new(world)), keeper, file: TemporaryFile::new(), settings, lamports }
    }

    pub fn owner(&self) -> Owner {
        owner(&self.node.state(), &self.keeper)
    }

    pub fn journal(&self) -> Arc<Journal> {
        // A line that a killed keeper was writing holds its journal until it is written.
        for _ in 0..1_000 {
            match Journal::open(&self.file.0, &self.owner()) {
                Err(JournalError::Locked { .. }) => std::thread::sleep(Duration::from_millis(1)),
                opened => return Arc::new(opened.expect("a journal")),
            }
        }
        panic!("the journal is never free")
    }

    /// The keeper's sender, with a journal in its file.
    pub fn sender(&self) -> Arc<Sender> {
        sender(&self.node, &self.keeper, Some(self.journal()), self.settings.clone())
    }

    /// The prices move; the board sees them.
    pub fn price(&self, usd: u32) {
        set_price(&mut self.node.state().world, usd);
    }

    /// Does a job for an account, as the program's mathematics want it now.
    pub async fn liquidate(&self, sender: &Arc<Sender>, account: &Address) -> Outcome {
        let job = liquidation(&self.node.state().world, account);
        send(sender, job).await
    }

    /// What the keeper's wallet has paid.
    pub fn paid(&self) -> u64 {
        self.lamports - lamports(&self.node.state().world, &self.keeper.key.pubkey())
    }

    /// What the keeper's margin account holds of a token, native units; negative for a debt.
    pub fn holds(&self, symbol: &str) -> i128 {
        holds(&self.node.state().world, &self.keeper.account, symbol)
    }

    /// The report must be what the chain says, to the unit: the wallet's lamports and the margin account's balances.
    pub fn assert_report(&self, report: &Report) {
        assert_eq!(report.fees, self.paid(), "fees");
        assert_eq!(report.unsettled, 0, "nothing is in doubt");
        for (symbol, before) in [("SOL", 0), ("USDC", i128::from(1_000_000 * USDC))] {
            let token = self.node.state().world.token(symbol).number;
            let told = report.effects.tokens.get(&token).map_or(0, |amounts| amounts.net());
            assert_eq!(told, self.holds(symbol) - before, "{symbol} of the keeper: {report:?}");
        }
    }
}

pub fn owner(state: &State, keeper: &Trader) -> Owner {
    let world = &state.world;
    let (wallet, quote_token) = (keeper.key.pubkey(), world.board().quote_token);
    Owner { group: world.group, account: keeper.account, wallet, quote_token }
}

/// A sender of somebody.
pub fn sender(node: &Arc<SvmNode>, keeper: &Trader, journal: Option<Arc<Journal>>, settings: Settings) -> Arc<Sender> {
    let me = {
        let world = &node.state().world;
        Me {
            wallet: Arc::new(keeper.key.insecure_clone()),
            account: keeper.account,
            group: world.group,
            board: world.board,
            receipt_log: world.receipt_log,
            quote_token: world.board().quote_token,
        }
    };
    let prices = {
        let board = node.state().world.board();
        let price = |token: u8| Some(Price(board.feeds[usize::from(board.tokens[usize::from(token)].feed)].price));
        Prices { sol: price(0), quote: price(board.quote_token) }
    };
    let (_, prices) = watch::channel(prices);
    let node: Arc<dyn Node> = node.clone();
    Sender::new(me, node, journal, settings, prices)
}

pub async fn send(sender: &Arc<Sender>, job: Job) -> Outcome {
    sender.submit(job).expect("the account is free").await
}

pub fn set_price(world: &mut World, usd: u32) {
    world.chain.advance(1);
    for (symbol, usd) in [("SOL", usd), ("USDC", 1)] {
        let price = Price8::from_usd(usd);
        let sample = breakwater_sim::price_path::Sample { price, conf: Price8(price.units() / 2_000), ema: price };
        world.write_sample(symbol, &sample);
    }
    let refresh = world.refresh_instruction(&["SOL", "USDC"]);
    world.chain.send(&[refresh], &[]).expect("refreshed");
    world.refresh_markets().expect("the market is fresh");
}

pub fn lamports(world: &World, wallet: &Address) -> u64 {
    world.chain.account(wallet).map_or(0, |account| account.lamports)
}

pub fn holds(world: &World, account: &Address, symbol: &str) -> i128 {
    let (account, token, bank) = (world.margin_account(account), world.token(symbol).number, world.bank(symbol));
    let Some(slot) = account.find(token) else { return 0 };
    let shares = account.tokens[slot].shares;
    match account.tokens[slot].side {
        0 => i128::from(bank.books().deposit_index.amount_down(shares).expect("an amount")),
        _ => -i128::from(bank.books().borrow_index.amount_up(shares).expect("an amount")),
    }
}

/// The group as a client reads it.
pub fn view(world: &World) -> View {
    let clock = world.chain.clock();
    let mut view = View::new(&world.board(), (clock.slot, clock.unix_timestamp));
    for token in &world.tokens {
        view.put_bank(&token.keys.bank, &world.bank(&token.symbol)).expect("a bank of the group");
    }
    for perp in &world.perps {
        view.put_market(&perp.market, &world.market(&perp.symbol)).expect("a market of the group");
    }
    view
}

/// Everything that `refresh` can bring.
pub fn refresh(world: &World) -> Vec<(u8, Address)> {
    let feeds = world.tokens.iter().map(|token| (token.number, token.oracle));
    feeds.chain(world.perps.iter().map(Perp::feed_item)).collect()
}

pub fn job(world: &World, account: &Address, action: Action, gain: Value) -> Job {
    let slot = world.chain.clock().slot;
    Job { account: *account, action, refresh: refresh(world), gain, slot, seen: Instant::now() }
}

/// What the program would do about an account now.
pub fn liquidation(world: &World, account: &Address) -> Job {
    let view = view(world);
    let answer = view.step(&world.margin_account(account), u64::MAX).expect("an answer");
    let target = answer.target.expect("a target");
    let keys = view.keys(target).expect("its accounts");
    let gain = answer.told.next.expect("a plan").revenue;
    job(world, account, Action::Liquidate { target, keys, most: u64::MAX }, gain)
}

/// Somebody with 100 SOL, worth $15,000, who owes 10,000 USDC: under water below $116.67.
pub fn borrower(world: &mut World) -> Address {
    let trader = world.trader();
    world.deposit(&trader, "SOL", 100 * SOL).expect("collateral");
    world.borrow(&trader, "USDC", 10_000 * USDC).expect("a loan");
    trader.account
}

/// Somebody with 2,000 USDC who is long 100 SOL.
pub fn long(world: &mut World) -> Trader {
    let trader = world.trader();
    world.deposit(&trader, "USDC", 2_000 * USDC).expect("collateral");
    world.trade(&trader, "SOL", (100 * SOL).cast_signed()).expect("a long");
    trader
}

/// Somebody who gives a pool its tokens.
pub fn provider(world: &mut World, amount: u64) -> Trader {
    let trader = world.trader();
    world.deposit(&trader, "USDC", amount).expect("capital");
    world.add_liquidity(&trader, "SOL", amount).expect("liquidity");
    trader
}
