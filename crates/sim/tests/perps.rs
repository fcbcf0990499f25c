//! A world with one perp market: its actions, and the laws that watch it.

use breakwater_client::decode::Event;
use breakwater_client::interface::PerpMarket;
use breakwater_client::margin::perp::MARK_BITS;
use breakwater_client::{Address, margin::Target};
use breakwater_sim::chain::Chain;
use breakwater_sim::invariants::Watch;
use breakwater_sim::price_path::Price8;
use breakwater_sim::world::{PerpListing, Trader, World, default_perp};

const USDC: u64 = 1_000_000;
const SOL: i64 = 1_000_000_000;

/// A market about SOL at $100 with 100,000 USDC in its pool, 1,000 in its tranche and 5,000 in the fund; a trader with
/// 10,000 USDC that is long 500 SOL.
fn world() -> (World, Trader) {
    let mut world = World::with_default_tokens(Chain::seeded(breakwater_sim::chain::START, 1));
    world.set_price("SOL", Price8::from_usd(100)).expect("a price");
    world.create_fund("USDC", 5_000).expect("a fund");
    let listing = PerpListing { decimals: 9, config: default_perp(10_000 * SOL as u64, 1_000_000, USDC) };
    world.list_perp("SOL", listing).expect("a market");
    world.freshen().expect("everything is fresh");
    let (provider, trader) = (world.trader(), world.trader());
    world.deposit(&provider, "USDC", 200_000 * USDC).expect("the provider pays in");
    world.add_liquidity(&provider, "SOL", 100_000 * USDC).expect("liquidity");
    world.insure_market(&provider, "SOL", 1_000 * USDC).expect("a tranche");
    world.insure_group(&provider, 5_000 * USDC).expect("a fund with tokens");
    world.deposit(&trader, "USDC", 10_000 * USDC).expect("the trader pays in");
    world.trade(&trader, "SOL", 500 * SOL).expect("a long");
    (world, trader)
}

fn tampered(world: &mut World, change: impl FnOnce(&mut PerpMarket)) {
    let address: Address = world.perp("SOL").market;
    let mut market = world.market("SOL");
    change(&mut market);
    let mut account = world.chain.account(&address).expect("the market exists");
    account.data[8..8 + size_of::<PerpMarket>()].copy_from_slice(bytemuck::bytes_of(&market));
    world.chain.set_account(&address, account);
}

#[test]
fn trades_funding_and_settlement_keep_every_law_of_a_market() {
    let (mut world, trader) = world();
    let keeper = world.trader();
    let mut watch = Watch::default();
    watch.check(&world).expect("every law holds after a trade");
    for price in [104, 97, 101] {
        world.chain.advance(1_800);
        world.set_price("SOL", Price8::from_usd(price)).expect("a price");
        world.freshen().expect("funding is charged");
        watch.check(&world).expect("every law holds after funding");
        if price == 97 {
            world.settle(&keeper, &trader.account, "SOL", u64::MAX).expect("a stranger lets the deposit pay the loss");
            watch.check(&world).expect("every law holds after a settlement");
        }
    }
    world.reduce(&trader, "SOL", u64::MAX).expect("the position is closed");
    watch.check(&world).expect("every law holds after a close");
    assert_eq!((world.market("SOL").long, world.market("SOL").short), (0, 0), "CON-1");
}

#[test]
fn a_changed_book_breaks_its_law() {
    type Change = fn(&mut PerpMarket);
    let cases: [(&str, Change); 5] = [
        ("CON-1", |market| market.long += 1),
        ("CON-1", |market| market.claims_fraction ^= 1),
        ("FND-1", |market| market.dust = 1 << MARK_BITS),
        ("SOL-2", |market| market.liquidity += 1),
        ("SOL-2", |market| market.tranche += 1),
    ];
    for (law, change) in cases {
        let (mut world, _) = world();
        tampered(&mut world, change);
        let violation = Watch::default().check(&world).expect_err("a law is broken");
        assert_eq!(violation.law, law, "{violation}");
    }
}

/// 500 SOL from $100 lose 16 each: 8,000 of 10,000 USDC, and 42,000 dollars need a margin of 2,100. The keeper settles the
/// loss and closes a part.
#[test]
fn a_keeper_settles_and_closes_a_part_of_a_position_under_water() {
    let (mut world, trader) = world();
    let keeper = world.trader();
    world.set_price("SOL", Price8::from_usd(84)).expect("a price");
    world.freshen().expect("everything is fresh");
    assert_eq!(world.best_target(&trader.account), Ok(Target::Perp(0)));
    let sent = world.liquidate_target(&keeper, &trader.account, Target::Perp(0), u64::MAX).expect("it is under water");
    let closed = sent.events.iter().find_map(|event| match event {
        Event::PerpLiquidated(liquidated) => Some(*liquidated),
        _ => None,
    });
    let closed = closed.expect("the event");
    assert!(closed.settled > 8_000 * USDC as i64 && closed.size > 0 && closed.base > 0, "{closed:?}");
    assert!(closed.health_after >= closed.health_before, "LIQ-2");
    Watch::default().check(&world).expect("every law holds after a liquidation");
}
