//! What an attacker has in all: every account of every key of his, what they have won and not yet lost, and their liquidity.

use breakwater_client::margin::Index;

use crate::common::{QUOTE, Trader, Verdict, World};

/// BTC without funding, so that nothing but the attack moves money, and an amount in its pool; its provider comes with it.
pub async fn market(pool: u64) -> (World, Trader) {
    let mut world = World::with_market().await;
    world.set_market("BTC", |config| (config.funding_slope, config.funding_max) = (0, 0)).await.succeeds();
    let provider = world.provider("BTC", pool).await;
    world.freshen_all().await;
    (world, provider)
}

/// What somebody's keys have in quote units, everything closed at the mark. Who owes more than he has walks away from the
/// account: it counts for nothing.
pub async fn wealth(world: &mut World, keys: &[&Trader]) -> i64 {
    let mut sum = 0;
    for key in keys {
        let deposit = i64::try_from(key.deposited(world, QUOTE).await).expect("it fits");
        sum += (deposit + key.pnl(world, "BTC").await).max(0) + liquidity(world, key).await;
    }
    sum
}

/// What a share of the pool is worth, floor.
async fn liquidity(world: &mut World, who: &Trader) -> i64 {
    let Some(held) = who.liquidity(world, "BTC").await else { return 0 };
    let (market, mark) = (world.market("BTC").await, world.mark("BTC").await);
    let index = Index(world.bank(QUOTE).await.deposit_index);
    let equity = market.books().equity(mark, index, market.config.skew_scale).expect("it fits").max(0);
    i64::try_from(equity * i128::from(held.shares) / i128::from(market.liquidity)).expect("it fits")
}
