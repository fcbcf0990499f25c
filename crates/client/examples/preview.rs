//! Says before a trade is signed what it does: fee, impact, leverage, liquidation price. Then makes it: nothing else happens.
//!
//! `cargo run -p breakwater-client --example preview`: on an embedded chain with the real bytecode; nothing leaves the machine.

use breakwater_client::instruction;
use breakwater_client::margin::perp::Direction;
use breakwater_client::view::{Action, Kind, View};
use breakwater_sim::chain::Chain;
use breakwater_sim::listing::{PerpListing, default_perp};
use breakwater_sim::world::{Trader, World};

/// A market in SOL of $150 with a pool of 100,000 USDC; Alice holds 3,000 USDC.
fn stage() -> (World, Trader) {
    let mut world = World::with_default_tokens(Chain::default());
    world.create_fund("USDC", 3_000).expect("a fund");
    let config = default_perp(10_000_000_000_000, 10_000_000, 1_000_000);
    world.list_perp("SOL", PerpListing { decimals: 9, config }).expect("a market");
    world.launch().expect("the group is launched");
    let (alice, provider) = (world.trader(), world.trader());
    world.deposit(&provider, "USDC", 200_000_000_000).expect("a deposit");
    world.deposit(&alice, "USDC", 3_000_000_000).expect("a deposit");
    world.freshen().expect("fresh prices");
    world.refresh_perps().expect("fresh markets");
    world.add_liquidity(&provider, "SOL", 100_000_000_000).expect("liquidity");
    (world, alice)
}

/// Runs the example.
pub fn main() {
    let (mut world, alice) = stage();
    // What a client reads: the board, the banks, the market, the margin account.
    let clock = world.chain.clock();
    let mut view = View::new(&world.board(), (clock.slot, clock.unix_timestamp));
    for token in &world.tokens {
        view.put_bank(&token.keys.bank, &world.bank(&token.symbol)).expect("a bank of the group");
    }
    let market = world.perp("SOL").clone();
    view.put_market(&market.market, &world.market("SOL")).expect("a market of the group");
    let account = world.margin_account(&alice.account);

    // How much is possible, and how much would be three times her equity.
    let number = market.number;
    let most = view.most(&account, Kind::Open { market: number, side: Direction::Long }).expect("a size");
    let size = view.size_for_leverage(&account, (number, Direction::Long), 30_000).expect("a size");
    println!("at most {most} base units; {size} for three times the equity");
    assert!(size < most);

    // What exactly would happen.
    let trade = Action::Trade { market: number, delta: size as i64, limit: u64::MAX };
    let preview = view.preview(&account, &trade).expect("within initial health");
    let fill = preview.fill.expect("a fill");
    println!(
        "costs {} with a fee of {}, {} millionths above the index",
        fill.fill.cost, fill.fill.fee, fill.impact_ppm
    );
    let after = view.with(&preview);
    println!("leverage {:?} bps", after.leverage(&preview.account).expect("a leverage"));
    let quote = after.quote(&preview.account, instruction::ALL).expect("a quote");
    println!("liquidation prices: {:?}", quote.told.legs);
    let too_much = Action::Trade { market: number, delta: 2 * most as i64, limit: u64::MAX };
    println!("twice the most: {}", view.preview(&account, &too_much).expect_err("too much").message());

    // And that is what happens.
    world.trade(&alice, "SOL", size as i64).expect("as the preview said");
    let (seen, foreseen) = (world.margin_account(&alice.account), preview.account);
    assert_eq!(seen.perps, foreseen.perps);
    assert_eq!(seen.tokens, foreseen.tokens);
}
