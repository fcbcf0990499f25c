//! The group that the random sequences play in.

use breakwater_client::instruction;
use breakwater_client::interface::config::LiquidationConfig;
use breakwater_sim::chain::Chain;
use breakwater_sim::world::{Listing, World, default_liquidation};
use breakwater_tests::arena::Arena;
use breakwater_tests::model::rational::{floor_u64, int};
use breakwater_tests::model::{Call, Print};
use solana_signer::Signer;

/// Provides what others borrow.
pub const LENDER: usize = 0;
/// Rich and poor.
pub const KEEPERS: [usize; 2] = [1, 2];
/// They borrow.
pub const TRADERS: [usize; 4] = [3, 4, 5, 6];

/// A day, seconds.
const DAY: u32 = 86_400;
/// A dollar as a price.
pub const USD: i64 = 100_000_000;
/// Symbol, decimals and price in units of $10^-8. From a whole bitcoin to a token worth a fraction of a cent.
pub const TOKENS: [(&str, u8, i64); 6] = [
    ("SOL", 9, 150 * USD),
    ("BTC", 8, 60_000 * USD),
    ("USDC", 6, USD),
    ("BONK", 5, 2_000),
    ("ETH", 8, 3_000 * USD),
    ("MEME", 9, 3 * USD / 100),
];

fn listing(symbol: &str, decimals: u8) -> Listing {
    let mut listing = if symbol == "USDC" { Listing::stable(decimals) } else { Listing::volatile(decimals) };
    if symbol == "MEME" {
        // Worth nothing as collateral but for its equity.
        listing.weights.asset_initial = 0;
        listing.weights.asset_end = 0;
        listing.weights.asset_maintenance = 0;
    }
    if symbol == "BONK" {
        // Less than what is deposited: each deposit and withdrawal moves what the others' may back.
        listing.weights.collateral_cap = 190_000;
    }
    if symbol == "ETH" {
        // Almost over when the first price is published.
        listing.weights.ramp = 50 * DAY;
        // Caps that sequences reach.
        listing.lending.deposit_cap = 7_000_000_000;
        listing.lending.borrow_cap = 150_000_000;
        listing.lending.tranche_target = 1_000;
        // As tight as it may be.
        (listing.lending.outflow_share, listing.lending.outflow_window) = (500, 60);
    }
    listing
}

/// A price of 10^-8 dollars as a print that is published now.
pub fn print(price: i64, now: i64) -> Print {
    Print { price, confidence: price.unsigned_abs() / 2_000, ema: price, exponent: -8, publish_time: now }
}

/// Native units that cost some dollars.
pub fn units(arena: &Arena, token: u8, dollars: u64) -> u64 {
    floor_u64(&(int(dollars) / arena.state().token(token).feed.mid()))
}

/// A group with all tokens listed and priced.
pub fn listed(people: usize) -> Arena {
    let mut world = World::new(Chain::default());
    for (symbol, decimals, _) in TOKENS {
        world.list(symbol, listing(symbol, decimals)).unwrap_or_else(|e| panic!("list {symbol}: {e}"));
    }
    let admin = world.admin.insecure_clone();
    let liquidation = LiquidationConfig { volatility_multiple: 150, ..default_liquidation() };
    let set = instruction::set_liquidation(&admin.pubkey(), &world.group, &world.board, liquidation);
    world.chain.send(&[set], &[&admin]).unwrap_or_else(|e| panic!("set_liquidation: {e}"));
    world.chain.advance(i64::from(48 * DAY));
    let mut arena = Arena::new(world, people);
    let now = arena.world.chain.now();
    let prints = (0u8..).zip(TOKENS).map(|(token, (_, _, price))| (token, print(price, now))).collect();
    arena.must(&Call::Refresh { prints, indices: (0..TOKENS.len() as u8).collect() });
    arena
}

/// With a lender of everything, two keepers, four traders near their limits and somebody without positions.
pub fn populated() -> Arena {
    let mut arena = listed(8);
    let mut deposit = |account, token, dollars| {
        let amount = units(&arena, token, dollars);
        arena.must(&Call::Deposit { account, token, amount, stranger: false });
    };
    for token in 0..TOKENS.len() as u8 {
        deposit(LENDER, token, 200_000);
    }
    deposit(KEEPERS[0], 2, 100_000);
    deposit(KEEPERS[0], 0, 20_000);
    deposit(KEEPERS[1], 2, 2_000);
    deposit(TRADERS[0], 0, 10_000);
    deposit(TRADERS[1], 1, 10_000);
    deposit(TRADERS[1], 4, 5_000);
    deposit(TRADERS[2], 2, 12_000);
    deposit(TRADERS[2], 5, 1_000);
    deposit(TRADERS[3], 3, 2_000);
    deposit(TRADERS[3], 0, 200);
    let mut borrow = |account, token, dollars| {
        let amount = units(&arena, token, dollars);
        arena.must(&Call::Borrow { account, token, amount });
    };
    borrow(TRADERS[0], 2, 6_950);
    borrow(TRADERS[1], 2, 5_000);
    borrow(TRADERS[1], 3, 5_000);
    borrow(TRADERS[2], 0, 6_500);
    borrow(TRADERS[2], 4, 2_700);
    borrow(TRADERS[3], 2, 1_100);
    borrow(TRADERS[3], 1, 360);
    arena
}
