//! Turning PnL into quote tokens and back. At 58,593.75 the long of one BTC has lost
//! 62,531,375,063 − 58,593,750,000 = 3,937,625,063; at 66,406.25 it has gained 3,874,874,937.

use breakwater_client::Address;
use breakwater_client::decode::Event;
use breakwater_client::interface::events::PnlSettled;
use breakwater_sim::price_path::Price8;

use super::{ONE_LONG, calm, doubled, down_a_sixteenth, half_each, long_one, move_to, position, up_a_sixteenth};
use crate::common::{InstructionError, MarginError, Tamper, Trader, Verdict, World, btc, sol, usdc};

const LOSS: u64 = 3_937_625_063;
const W: i64 = 3_600;

#[tokio::test]
async fn anybody_lets_a_deposit_pay_a_loss() {
    let mut world = calm().await;
    let (alice, stranger) = (long_one(&mut world).await, world.trader().await);
    move_to(&mut world, down_a_sixteenth()).await;
    let before = world.market("BTC").await;
    let sent = stranger.settle_for(&mut world, &alice, "BTC", u64::MAX).await.succeeds();
    let settled = PnlSettled {
        account: alice.account.to_bytes(),
        amount: -(LOSS as i64),
        paid: LOSS,
        quote: -58_593_750_000,
        market: 0,
    };
    assert_eq!(sent.events, [Event::PnlSettled(settled)]);
    assert_eq!(alice.deposited(&mut world, "USDC").await, usdc(100_000) - LOSS);
    assert_eq!(alice.pnl(&mut world, "BTC").await, 0);
    let after = world.market("BTC").await;
    assert_eq!(after.pool - before.pool, LOSS, "it is the pool's");
    assert_eq!(after.claims_quote - before.claims_quote, LOSS as i64, "CON-1");
    alice.settle(&mut world, "BTC", u64::MAX).await.fails_with(MarginError::NothingToSettle);
    // Without a loss a stranger has no say at all.
    let sent = stranger.settle_for(&mut world, &alice, "BTC", u64::MAX).await;
    sent.fails_with(MarginError::NotAccountOwnerOrDelegate);
}

#[tokio::test]
async fn a_loss_may_be_paid_in_parts_and_no_part_is_more_than_the_loss() {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    move_to(&mut world, down_a_sixteenth()).await;
    alice.settle(&mut world, "BTC", 0).await.fails_with(MarginError::NothingToSettle);
    alice.settle(&mut world, "BTC", 1).await.succeeds();
    alice.settle(&mut world, "BTC", 1_000_000_000).await.succeeds();
    assert_eq!(alice.pnl(&mut world, "BTC").await, -2_937_625_062);
    alice.settle(&mut world, "BTC", LOSS).await.succeeds();
    assert_eq!(alice.deposited(&mut world, "USDC").await, usdc(100_000) - LOSS);
}

/// Collateral is SOL: of 1,000 USDC besides the loss takes all, and then there is nothing to pay with.
#[tokio::test]
async fn a_loss_is_paid_as_far_as_the_deposit_goes() {
    let mut world = calm().await;
    let alice = world.funded(usdc(1_000)).await;
    alice.deposit(&mut world, "SOL", sol(1_000)).await.succeeds();
    world.freshen_all().await;
    alice.trade(&mut world, "BTC", btc(1)).await.succeeds();
    move_to(&mut world, down_a_sixteenth()).await;
    alice.settle(&mut world, "BTC", u64::MAX).await.succeeds();
    assert_eq!(position(&mut world, &alice).await.quote, -ONE_LONG + 1_000_000_000);
    assert_eq!(alice.deposited(&mut world, "USDC").await, 0);
    alice.settle(&mut world, "BTC", u64::MAX).await.fails_with(MarginError::NothingToSettle);
}

/// A long whose whole profit of 3,874,841,467 has matured: it was seen at the purchase of a lot, an hour ago.
async fn ripe(world: &mut World) -> Trader {
    let alice = long_one(world).await;
    ripen(world, &alice, up_a_sixteenth()).await;
    alice
}

async fn ripen(world: &mut World, alice: &Trader, price: Price8) {
    move_to(world, price).await;
    alice.trade(world, "BTC", 1_000).await.succeeds();
    world.chain.advance(W);
    world.freshen_all().await;
}

const PROFIT: u64 = 3_874_841_467;

#[tokio::test]
async fn profit_is_turned_into_a_deposit_by_the_owner_or_the_delegate_alone() {
    let mut world = calm().await;
    let alice = ripe(&mut world).await;
    let (bob, mallory) = (world.trader().await, world.trader().await);
    alice.set_delegate(&mut world, &bob.address()).await.succeeds();
    for amount in [1, u64::MAX] {
        let stranger = mallory.settle_for(&mut world, &alice, "BTC", amount).await;
        stranger.fails_with(MarginError::NotAccountOwnerOrDelegate);
    }
    let own = alice.settle_instruction(&world, &alice, "BTC", 1);
    world.send(&[own.unsigned(0)], &[]).await.fails_with(InstructionError::MissingRequiredSignature);
    bob.settle_for(&mut world, &alice, "BTC", 1_000_000_000).await.succeeds();
    let pool = world.market("BTC").await.pool;
    let sent = alice.settle(&mut world, "BTC", u64::MAX).await.succeeds();
    let rest = PROFIT - 1_000_000_000;
    let quote = position(&mut world, &alice).await.quote;
    let settled = PnlSettled { account: alice.account.to_bytes(), amount: rest as i64, paid: rest, quote, market: 0 };
    assert_eq!(sent.events, [Event::PnlSettled(settled)]);
    assert_eq!(alice.deposited(&mut world, "USDC").await, usdc(100_000) + PROFIT);
    assert_eq!(world.market("BTC").await.pool, pool - rest);
    alice.set_delegate(&mut world, &Address::default()).await.succeeds();
}

/// Alice owes 1,000 USDC besides her position. A stranger lets her profit repay them, and nothing beyond.
#[tokio::test]
async fn anybody_lets_matured_profit_pay_a_quote_debt() {
    let mut world = calm().await;
    let alice = world.trader().await;
    alice.deposit(&mut world, "SOL", sol(1_000)).await.succeeds();
    world.freshen_all().await;
    alice.trade(&mut world, "BTC", btc(1)).await.succeeds();
    alice.borrow(&mut world, "USDC", usdc(1_000)).await.succeeds();
    ripen(&mut world, &alice, up_a_sixteenth()).await;
    let stranger = world.trader().await;
    stranger.settle_for(&mut world, &alice, "BTC", 400_000_000).await.succeeds();
    assert_eq!(alice.owed(&mut world, "USDC").await, 600_000_000);
    stranger.settle_for(&mut world, &alice, "BTC", PROFIT).await.fails_with(MarginError::ProfitNotMatured);
    stranger.settle_for(&mut world, &alice, "BTC", u64::MAX).await.succeeds();
    assert_eq!(alice.owed(&mut world, "USDC").await, 0);
    assert_eq!(alice.deposited(&mut world, "USDC").await, 0, "and no unit became a deposit");
    let sent = stranger.settle_for(&mut world, &alice, "BTC", u64::MAX).await;
    sent.fails_with(MarginError::NotAccountOwnerOrDelegate);
    alice.settle(&mut world, "BTC", u64::MAX).await.succeeds();
    assert_eq!(alice.deposited(&mut world, "USDC").await, PROFIT - usdc(1_000));
}

#[tokio::test]
async fn settle_fails_with_StalePrice_on_an_index_older_than_a_minute() {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    world.freshen_all().await;
    world.chain.advance(60);
    alice.settle(&mut world, "BTC", 1).await.succeeds();
    world.chain.advance(1);
    alice.settle(&mut world, "BTC", 1).await.fails_with(MarginError::StalePrice);
}

/// What leaves the position for the deposit is taken from one kind of collateral to another: with risk left, prices of
/// 20 s and health are needed. A loss is paid without either.
#[tokio::test]
async fn taking_profit_with_risk_left_needs_fresh_prices() {
    let mut world = calm().await;
    let alice = ripe(&mut world).await;
    alice.deposit(&mut world, "SOL", sol(1)).await.succeeds();
    world.chain.advance(21);
    world.freshen(&["BTC", "USDC"]).await;
    alice.settle(&mut world, "BTC", u64::MAX).await.fails_with(MarginError::StalePrice);
    world.freshen(&["SOL"]).await;
    alice.settle(&mut world, "BTC", 1).await.succeeds();
    world.chain.advance(3_000);
    world.price("BTC", down_a_sixteenth()).await;
    alice.settle(&mut world, "BTC", u64::MAX).await.succeeds();
}

/// Half a BTC each side of a pool of 10,000 USDC: at twice the price alice has won some 31,000 that bob has not paid yet. The
/// pool pays what it has; bob's loss brings the rest.
#[tokio::test]
async fn profit_is_paid_as_far_as_the_pool_has_it() {
    let (mut world, alice, bob) = half_each().await;
    ripen(&mut world, &alice, doubled()).await;
    let (pool, profit) = (world.market("BTC").await.pool, alice.pnl(&mut world, "BTC").await as u64);
    assert!((31_000_000_000..31_300_000_000).contains(&profit) && pool < 10_000_000_000, "{profit} {pool}");
    assert_eq!(world.market("BTC").await.deficit_since, 0, "bob owes more than the pool lacks");
    alice.settle(&mut world, "BTC", u64::MAX).await.succeeds();
    assert_eq!(alice.deposited(&mut world, "USDC").await, usdc(100_000) + pool);
    assert_eq!(world.market("BTC").await.pool, 0);
    alice.settle(&mut world, "BTC", 1).await.fails_with(MarginError::NothingToSettle);
    alice.settle(&mut world, "BTC", u64::MAX).await.succeeds();
    assert_eq!(alice.deposited(&mut world, "USDC").await, usdc(100_000) + pool, "nothing is left to be paid with");
    bob.settle(&mut world, "BTC", u64::MAX).await.succeeds();
    alice.settle(&mut world, "BTC", u64::MAX).await.succeeds();
    assert_eq!(alice.deposited(&mut world, "USDC").await, usdc(100_000) + profit);
}

/// A pool of 10,000 USDC and a long of 0.3 BTC, bought for 18,750,011,250 and a fee of 9,375,006, sold at twice the price
/// for 37,500,022,500 less 18,750,012. The fees leave 10,000,000,000 − 2,812,501 − 5,625,003 = 9,991,562,496 in the pool,
/// which owes 18,721,886,232. Of 10,000,000,000 settled h pays floor(10^10 × 9,991,562,496 / 18,721,886,232); the rest is
/// taken, and h stays what it was.
#[tokio::test]
async fn a_pool_in_deficit_pays_everybody_the_same_part() {
    let mut world = World::with_market().await;
    world.provider("BTC", usdc(10_000)).await;
    world.set_market("BTC", |config| (config.funding_slope, config.funding_max) = (0, 0)).await.succeeds();
    let alice = world.funded(usdc(100_000)).await;
    world.freshen_all().await;
    alice.trade(&mut world, "BTC", 300_000).await.succeeds();
    move_to(&mut world, doubled()).await;
    alice.reduce(&mut world, "BTC", u64::MAX).await.succeeds();
    assert_eq!(position(&mut world, &alice).await.quote, 18_721_886_232);
    assert_eq!(world.market("BTC").await.pool, 9_991_562_496);
    world.chain.advance(W);
    world.freshen_all().await;
    alice.settle(&mut world, "BTC", 10_000_000_000).await.succeeds();
    assert_eq!(position(&mut world, &alice).await.quote, 8_721_886_232);
    assert_eq!(alice.deposited(&mut world, "USDC").await, usdc(100_000) + 5_336_835_387);
    assert_eq!(world.market("BTC").await.pool, 4_654_727_109);
    alice.settle(&mut world, "BTC", u64::MAX).await.succeeds();
    assert_eq!(alice.perp(&mut world, "BTC").await, None);
    assert_eq!(alice.deposited(&mut world, "USDC").await, usdc(100_000) + 5_336_835_387 + 4_654_727_109);
    assert_eq!(world.market("BTC").await.pool, 0, "all that there was");
}

#[tokio::test]
async fn settle_fails_with_NoPosition_without_one() {
    let mut world = calm().await;
    let (alice, bob) = (world.funded(usdc(1)).await, long_one(&mut world).await);
    alice.settle(&mut world, "BTC", u64::MAX).await.fails_with(MarginError::NoPosition);
    bob.settle_for(&mut world, &alice, "BTC", 1).await.fails_with(MarginError::NoPosition);
}
