//! An account with every slot in use.

use breakwater_sim::world::Listing;

use super::world::without_interest;
use super::{QUOTE, Trader, Verdict, World, btc, btc_listing, btc_price, eth, sol, usd, usdc};

/// Somebody with sixteen token legs and eight positions, and every symbol that they depend on.
pub async fn full_account(world: &mut World) -> (Trader, Vec<String>) {
    let (full, provider) = (world.trader().await, world.trader().await);
    let mut symbols: Vec<String> = (0..13).map(|n| format!("T{n}")).collect();
    for symbol in &symbols {
        world.list(symbol, without_interest(Listing::volatile(6)), usd(100)).await;
        full.deposit(world, symbol, usdc(10)).await.succeeds();
    }
    full.deposit(world, "ETH", eth(1)).await.succeeds();
    full.deposit(world, "SOL", sol(10)).await.succeeds();
    symbols.extend(["BTC", "SOL", "ETH", QUOTE].map(String::from));
    for n in 0..7 {
        let symbol = format!("P{n}");
        world.list_perp(&symbol, btc_listing()).await.succeeds();
        world.price(&symbol, btc_price()).await;
        provider.deposit(world, QUOTE, usdc(50_000)).await.succeeds();
        provider.add_liquidity(world, &symbol, usdc(50_000)).await.succeeds();
        symbols.push(symbol);
    }
    world.freshen_all().await;
    full.borrow(world, QUOTE, usdc(5_000)).await.succeeds();
    for perp in world.perps.clone() {
        full.trade(world, &perp.symbol, btc(1) / 10).await.succeeds();
    }
    let held = world.margin_account(&full.account).await;
    assert_eq!(held.tokens.iter().filter(|slot| !slot.is_free()).count(), 16);
    assert_eq!(held.perps.iter().filter(|slot| !slot.is_free()).count(), 8);
    (full, symbols)
}
