//! A client computes the board as `refresh` will leave it, to the last bit.

use breakwater_client::interface::accounts::{MARKET_ITEM, TOKEN_ITEM};
use breakwater_client::interface::oracle::OracleAccount;
use breakwater_client::view::View;
use breakwater_sim::oracle::PriceUpdate;

use crate::common::{MarginError, QUOTE, Verdict, World, btc, btc_price, sol, usd, usdc};

/// Brings an oracle account to a view, as `refresh` does.
async fn bring(world: &mut World, view: &mut View, symbol: &str) -> Result<bool, MarginError> {
    let source = world.source(symbol);
    let account = world.chain.account(&source.oracle).await.expect("an oracle account");
    let (address, owner) = (source.oracle.to_bytes(), account.owner.to_bytes());
    view.refresh(source.feed, OracleAccount { address: &address, owner: &owner, data: &account.data })
}

/// The view's board is the program's.
async fn same(world: &mut World, view: &View, law: &str) {
    assert!(bytemuck::bytes_of(&*view.board) == bytemuck::bytes_of(&world.board().await), "{law}");
}

/// Prints of three feeds, one of them known already; half a minute, ten minutes of outage, and a day later.
#[tokio::test]
async fn ORA_1_a_client_computes_the_board_as_refresh_leaves_it() {
    let (mut world, _) = World::with_pool().await;
    world.freshen_all().await;
    for (seconds, cents) in [(30, 14_900), (600, 13_000), (86_400, 15_000)] {
        world.chain.advance(seconds);
        for (symbol, price) in [("SOL", breakwater_sim::price_path::Price8(cents * 1_000_000)), ("BTC", btc_price())] {
            let update = world.update(symbol, price);
            world.write_update(symbol, &update);
        }
        let (mut view, before) = (world.view().await, world.board().await);
        assert_eq!(bring(&mut world, &mut view, "SOL").await, Ok(true));
        assert_eq!(bring(&mut world, &mut view, "BTC").await, Ok(true));
        assert_eq!(bring(&mut world, &mut view, "SOL").await, Ok(false), "it is known now");
        world.refresh(&["SOL", "BTC", "SOL"]).await.succeeds();
        same(&mut world, &view, "prints, samples and the end of an outage").await;
        assert_eq!(view.board.calm_at > before.calm_at, seconds > 300);
    }
}

#[tokio::test]
async fn a_client_computes_indices_and_funding_as_refresh_leaves_them() {
    let (mut world, _) = World::with_pool().await;
    let alice = world.funded(usdc(45_000)).await;
    alice.deposit(&mut world, "SOL", sol(10)).await.succeeds();
    alice.trade(&mut world, "BTC", btc(1)).await.succeeds();
    world.chain.advance(3_000);
    world.prices(&[("BTC", btc_price()), (QUOTE, usd(1))]).await;
    let mut view = world.view().await;
    let (quote, market) = (world.token(QUOTE).number, world.perp("BTC").number);
    view.refresh_index(quote).expect("the quote bank");
    view.refresh_market(market).expect("the market");
    world.sync(&[QUOTE, "BTC"]).await.succeeds();
    same(&mut world, &view, "indices and funding").await;
    let address = world.perp("BTC").market;
    let written: breakwater_client::interface::PerpMarket = world.chain.state(&address).await;
    assert!(bytemuck::bytes_of(&view.markets[&market].1) == bytemuck::bytes_of(&written), "the market's own books");
    assert_eq!(view.refresh_index(TOKEN_ITEM - 1), Err(MarginError::TokenNotListed));
    assert_eq!(view.refresh_market(u8::MAX - MARKET_ITEM), Err(MarginError::MarketNotListed));
}

/// What the program refuses, and nothing has changed.
#[tokio::test]
async fn a_client_refuses_a_print_as_the_program_does() {
    let mut world = World::new().await;
    world.chain.advance(1);
    let bad = PriceUpdate { price: 0, ..world.update("SOL", usd(140)) };
    world.write_update("SOL", &bad);
    let mut view = world.view().await;
    assert_eq!(bring(&mut world, &mut view, "SOL").await, Err(MarginError::OraclePriceNotPositive));
    world.refresh(&["SOL"]).await.fails_with(MarginError::OraclePriceNotPositive);
    same(&mut world, &view, "nothing").await;
    let none = OracleAccount { address: &[0; 32], owner: &[0; 32], data: &[] };
    assert_eq!(view.refresh(63, none), Err(MarginError::FeedNotListed));
}
