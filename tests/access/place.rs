//! Where the calls are made: two groups on one chain with the same mints, the same people and the same officers, so that nothing
//! but the group tells their accounts apart.

use std::collections::{BTreeMap, BTreeSet};

use breakwater_client::decode::{account_size, discriminator};
use breakwater_client::instruction::{self, StakeKeys};
use breakwater_client::interface::{Group, RiskBoard};
use breakwater_client::{Address, PROGRAM_ID, address};
use breakwater_sim::chain::{Chain, Outcome, START};
use breakwater_sim::listing::{PerpListing, default_perp};
use breakwater_sim::price_path::Price8;
use breakwater_sim::tokens;
use breakwater_sim::world::{Listing, Trader, World, default_liquidation};
use litesvm::LiteSVM;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Quote units of a quote token.
pub const UNIT: u64 = 1_000_000;
/// Base units of one C.
pub const COIN: u64 = 1_000_000_000;
/// The quote token, a volatile one and a second dollar.
pub const SYMBOLS: [&str; 3] = ["Q", "C", "D"];
const PEOPLE: [&str; 4] = ["alice", "bob", "keeper", "provider"];

/// Both groups; `world` is the one that is attacked.
pub struct Place {
    /// The group whose instructions are called.
    pub world: World,
    /// Deposits, a debt, a position, shares of pools and a stake.
    pub alice: Trader,
    /// The same: what alice may not do with it fails because it is bob's, not because there is nothing.
    pub bob: Trader,
    /// Has quote tokens and D.
    pub keeper: Trader,
    /// May pause and veto.
    pub guardian: Keypair,
    /// What accounts are called.
    pub names: BTreeMap<Address, String>,
    /// Every account of the second group.
    pub second: BTreeSet<Address>,
    furnished: LiteSVM,
}

/// A key that is always the same.
pub fn key(number: u8) -> Keypair {
    Keypair::new_from_array([number; 32])
}

/// Opens the margin account of a key.
pub fn open(world: &mut World, key: &Keypair) -> Trader {
    world.chain.fund(&key.pubkey());
    let open = instruction::open_account(&world.group, &key.pubkey(), 0);
    world.as_launched(|chain| chain.send(&[open], &[key])).unwrap_or_else(|e| panic!("open_account: {e}"));
    Trader { key: key.insecure_clone(), account: address::margin_account(&world.group, &key.pubkey(), 0) }
}

fn listing(symbol: &str) -> (Listing, u32) {
    if symbol == "C" { (Listing::volatile(9), 100) } else { (Listing::stable(6), 1) }
}

/// Tokens, the fund, the log, two markets.
fn list(world: &mut World, mints: &[Address]) {
    for (symbol, mint) in SYMBOLS.iter().zip(mints) {
        let (listing, price) = listing(symbol);
        world.chain.set_data(mint, &listing.token_program, tokens::mint(listing.decimals));
        world.list_mint(symbol, *mint, listing).unwrap_or_else(|e| panic!("list_token: {e}"));
        world.set_price(symbol, Price8::from_usd(price)).unwrap_or_else(|e| panic!("refresh: {e}"));
    }
    world.create_fund("Q", 2_500).unwrap_or_else(|e| panic!("create_fund: {e}"));
    world.create_log().unwrap_or_else(|e| panic!("create_log: {e}"));
    for (symbol, decimals, cap, lot) in [("C", 9, 100_000 * COIN, UNIT), ("D", 6, 10_000_000 * UNIT, UNIT)] {
        let config = default_perp(cap, lot, UNIT);
        world.list_perp(symbol, PerpListing { decimals, config }).unwrap_or_else(|e| panic!("create_market: {e}"));
    }
    world.freshen().unwrap_or_else(|e| panic!("refresh: {e}"));
}

/// What everybody has.
fn settle_in(world: &mut World) -> Vec<Trader> {
    let people: Vec<Trader> = (1..).take(PEOPLE.len()).map(|number| open(world, &key(number))).collect();
    let borrowers = &people[..2];
    for trader in &people {
        for (symbol, amount) in [("Q", 3_000_000 * UNIT), ("D", 1_000_000 * UNIT), ("C", 1_000 * COIN)] {
            if symbol != "D" || borrowers.iter().all(|borrower| borrower.account != trader.account) {
                world.deposit(trader, symbol, amount).unwrap_or_else(|e| panic!("deposit: {e}"));
            }
        }
        for symbol in ["C", "D"] {
            world.add_liquidity(trader, symbol, 500_000 * UNIT).unwrap_or_else(|e| panic!("add_liquidity: {e}"));
        }
        let keys = stake_keys(world, trader);
        let stake = [instruction::open_stake(&keys.owner, &keys.fund), instruction::stake(&keys, 1_000 * UNIT)];
        world.chain.send(&stake, &[&trader.key]).unwrap_or_else(|e| panic!("stake: {e}"));
    }
    world.freshen().unwrap_or_else(|e| panic!("refresh: {e}"));
    for borrower in borrowers {
        world.borrow(borrower, "D", 100 * UNIT).unwrap_or_else(|e| panic!("borrow: {e}"));
        world.trade(borrower, "C", 10 * COIN as i64).unwrap_or_else(|e| panic!("trade: {e}"));
    }
    let (admin, bank) = (world.admin.pubkey(), world.token("C").keys.bank);
    let change = instruction::set_reduce_only(&admin, &world.group, &bank, false);
    let queue = instruction::queue_change(&admin, &world.group, 0, &change).expect("it may wait");
    world.chain.send(&[queue], &[&world.admin]).unwrap_or_else(|e| panic!("queue_change: {e}"));
    people
}

/// The accounts of somebody's stake.
pub fn stake_keys(world: &World, trader: &Trader) -> StakeKeys {
    StakeKeys {
        owner: trader.key.pubkey(),
        account: trader.account,
        board: world.board,
        quote_bank: world.token("Q").keys.bank,
        fund: address::fund(&world.group),
    }
}

/// What the accounts of a group are called.
fn names(world: &World, people: &[Trader]) -> BTreeMap<Address, String> {
    let mut names: BTreeMap<Address, String> = BTreeMap::new();
    let fund = address::fund(&world.group);
    let mut name = |address: Address, what: String| names.insert(address, what);
    name(world.group, "group".into());
    name(world.board, "board".into());
    name(fund, "fund".into());
    name(address::receipt_log(&world.group), "receipt log".into());
    name(address::change(&world.group, 0), "change".into());
    for token in &world.tokens {
        name(token.keys.bank, format!("bank {}", token.symbol));
        name(token.vault, format!("vault {}", token.symbol));
        name(token.oracle, format!("oracle {}", token.symbol));
    }
    for perp in &world.perps {
        name(perp.market, format!("market {}", perp.symbol));
    }
    for (trader, who) in people.iter().zip(PEOPLE) {
        let owner = trader.key.pubkey();
        name(trader.account, format!("{who}'s account"));
        name(address::stake(&fund, &owner), format!("{who}'s stake"));
        for perp in &world.perps {
            name(address::liquidity(&perp.market, &owner), format!("{who}'s liquidity {}", perp.symbol));
        }
    }
    names
}

impl Place {
    /// Both groups, with everybody in them.
    pub fn new() -> Place {
        let mut second = World::new(Chain::seeded(START, 8).trusting_signatures());
        let mints: Vec<Address> = SYMBOLS.iter().map(|_| second.chain.keys.address()).collect();
        list(&mut second, &mints);
        let people = settle_in(&mut second);
        let mut names: BTreeMap<Address, String> = self::names(&second, &people);
        names.values_mut().for_each(|name| *name = format!("second {name}"));
        let group = second.group;

        let mut world = World::new(second.chain);
        list(&mut world, &mints);
        let people = settle_in(&mut world);
        let second = names.keys().copied().collect();
        names.extend(self::names(&world, &people));
        let guardian = key(20);
        for group in [world.group, group] {
            let (admin, guardian) = (world.admin.pubkey().to_bytes(), guardian.pubkey().to_bytes());
            world.chain.rewrite(&group, |group: &mut Group| {
                (group.admin, group.risk_manager, group.guardian) = (admin, admin, guardian);
            });
        }
        names.insert(world.admin.pubkey(), "admin".into());
        names.insert(guardian.pubkey(), "guardian".into());
        world.chain.fund(&guardian.pubkey());
        names.insert(key(21).pubkey(), "stranger".into());
        world.chain.fund(&key(21).pubkey());
        for (trader, who) in people.iter().zip(PEOPLE) {
            names.insert(trader.key.pubkey(), who.to_owned());
            for symbol in SYMBOLS {
                let wallet = world.mint_to(&trader.key.pubkey(), symbol, 1_000 * COIN);
                names.insert(wallet, format!("{who}'s {symbol}"));
            }
        }
        for (mint, symbol) in mints.iter().zip(SYMBOLS) {
            names.insert(*mint, format!("mint {symbol}"));
        }
        let mut people = people.into_iter();
        let mut next = || people.next().expect("four people");
        let (alice, bob, keeper) = (next(), next(), next());
        let furnished = world.chain.svm().clone();
        Place { alice, bob, keeper, guardian, names, second, furnished, world }
    }

    /// What a name stands for.
    pub fn named(&self, name: &str) -> Address {
        let mut all = self.names.iter();
        *all.find(|(_, known)| *known == name).unwrap_or_else(|| panic!("no {name}")).0
    }

    /// Everything as it was at first.
    pub fn restore(&mut self) {
        *self.world.chain.svm() = self.furnished.clone();
    }

    /// Sends what must succeed.
    pub fn must(&mut self, instruction: Instruction, signers: &[&Keypair]) -> Outcome {
        self.world.chain.send(&[instruction], signers).unwrap_or_else(|e| panic!("{e}"))
    }

    /// Sends what the admin must succeed with.
    pub fn by_admin(&mut self, instruction: Instruction) {
        let admin = self.world.admin.insecure_clone();
        self.must(instruction, &[&admin]);
    }

    /// Lets time pass, and everything be fresh after it.
    pub fn wait(&mut self, seconds: i64) {
        self.world.chain.advance(seconds);
        self.world.freshen().unwrap_or_else(|e| panic!("refresh: {e}"));
    }

    /// C at a price in cents.
    pub fn price(&mut self, cents: i64) {
        self.world.set_price("C", Price8(cents * 1_000_000)).unwrap_or_else(|e| panic!("refresh: {e}"));
        self.wait(1);
    }

    /// The bank of a token.
    pub fn bank(&self, symbol: &str) -> Address {
        self.world.token(symbol).keys.bank
    }

    /// The market about a token.
    pub fn market(&self, symbol: &str) -> Address {
        self.world.perp(symbol).market
    }

    /// A third group of the admin's with all tokens and no fund: group and board.
    pub fn third(&mut self) -> (Address, Address) {
        let (admin, board) = (self.world.admin.pubkey(), key(30).pubkey());
        self.world.chain.set_data(&board, &PROGRAM_ID, vec![0; account_size::<RiskBoard>()]);
        self.by_admin(instruction::create_group(&admin, &board, 7, default_liquidation()));
        let group = address::group(&admin, 7);
        let mut keys = self.world.token("Q").keys;
        keys.bank = address::bank(&group, &keys.mint);
        let oracle = self.world.board().feeds[0].oracle;
        let (listing, _) = listing("Q");
        let parameters = (listing.lending, listing.weights, oracle);
        self.by_admin(instruction::list_token(&admin, &group, &board, &keys, parameters));
        (group, board)
    }
}

/// The program's types of accounts.
pub const TYPES: [&str; 10] = [
    "Group",
    "RiskBoard",
    "Bank",
    "MarginAccount",
    "PerpMarket",
    "InsuranceFund",
    "InsuranceStake",
    "LiquidityPosition",
    "ReceiptLog",
    "QueuedChange",
];

/// The type of an account's bytes.
pub fn type_of(data: &[u8]) -> Option<&'static str> {
    TYPES.into_iter().find(|name| data.starts_with(&discriminator("account", name)))
}
