//! What deleveraging sets apart are deposit shares of the quote bank: they earn its interest and bear its losses.

use breakwater_client::instruction::{self, ALL};
use breakwater_client::interface::PerpMarket;
use breakwater_client::interface::accounts::SIDE_DEPOSIT;
use breakwater_client::interface::config::PerpConfig;
use breakwater_client::interface::events::Deleveraged;
use breakwater_client::margin::Index;
use breakwater_sim::world::default_lending;
use solana_signer::Signer;

use super::market::{eighths, holder, market, print};
use crate::common::told::{deleveraged, settled};
use crate::common::{QUOTE, Trader, Verdict, World, btc, eth, usd, usdc};

/// Far below the 30 days that a bank charges for at most in one step.
const TEN_DAYS: i64 = 10 * 86_400;

async fn index(world: &mut World) -> Index {
    Index(world.bank(QUOTE).await.deposit_index)
}

/// What somebody's deposit of quote tokens is worth at an index.
async fn deposit(world: &mut World, who: &Trader, index: Index) -> u64 {
    let held = who.position(world, QUOTE, SIDE_DEPOSIT).await.expect("a deposit");
    index.amount_down(held.shares).expect("it fits")
}

/// Somebody owes the quote bank an amount, with ETH at $3,000 as collateral.
async fn debtor(world: &mut World, owed: u64) -> Trader {
    let debtor = world.trader().await;
    debtor.deposit(world, "ETH", eth(owed / usdc(1_000))).await.succeeds();
    world.freshen_all().await;
    debtor.borrow(world, QUOTE, owed).await.succeeds();
    debtor
}

/// Quote tokens cost interest from now on.
async fn charge_interest(world: &mut World) {
    let bank = world.keys(QUOTE).bank;
    let set = instruction::set_lending(&world.admin.pubkey(), &world.group, &bank, default_lending());
    world.send_as_admin(&[set]).await.succeeds();
}

/// Ten days of interest on 30,000 of 70,000 quote tokens have brought the index above one. Bob and Carol have won 31,234 each of a
/// pool of 40,000.
async fn after_ten_days() -> (World, Trader, Trader) {
    let mut world = market(usdc(40_000)).await;
    let bob = holder(&mut world, usdc(10_000), 500_000).await;
    let carol = holder(&mut world, usdc(20_000), 500_000).await;
    charge_interest(&mut world).await;
    debtor(&mut world, usdc(30_000)).await;
    world.chain.advance(TEN_DAYS);
    world.freshen_all().await;
    print(&mut world, eighths(16)).await;
    assert!(world.board().await.tokens[1].deposit_index > Index::ONE.0);
    (world, bob, carol)
}

/// Bob's part lies apart as shares, rounded up; the interest of ten days more on them is the pool's, and he is paid to the unit.
#[tokio::test]
async fn ADL_1_what_lies_apart_is_paid_in_full_and_its_interest_is_the_pools() {
    let (mut world, bob, carol) = after_ten_days().await;
    let before = world.market("BTC").await;
    let event = deleveraged(&world.deleverage(&bob.account, "BTC").await.succeeds());
    let apart = world.market("BTC").await;
    assert_eq!((apart.secured, before.pool - apart.pool), (event.secured, apart.escrow));
    let second = deleveraged(&world.deleverage(&carol.account, "BTC").await.succeeds());
    assert_eq!(second.left, 0);
    world.chain.advance(TEN_DAYS);
    world.freshen_all().await;
    let mut paid = 0;
    for (who, event) in [(&bob, event), (&carol, second)] {
        let old = world.market("BTC").await;
        let index = Index(world.board().await.tokens[1].deposit_index);
        let had = deposit(&mut world, who, index).await;
        let held = who.perp(&mut world, "BTC").await.expect("profit");
        let sent = settled(&who.settle(&mut world, "BTC", ALL).await.succeeds());
        assert_eq!(world.bank(QUOTE).await.deposit_index, index.0, "it was brought to the board in this second");
        let (now, has) = (world.market("BTC").await, deposit(&mut world, who, index).await);
        assert_eq!((sent.amount.unsigned_abs(), sent.paid), (event.secured, event.secured), "ADL-1");
        assert!((event.secured - 2..=event.secured).contains(&(has - had)), "{} of {}", has - had, event.secured);
        let released = held.escrow;
        assert_eq!(old.escrow - now.escrow, released);
        assert_eq!(now.pool - old.pool, released - index.shares_up(event.secured).expect("it fits"), "interest");
        let left = who.perp(&mut world, "BTC").await;
        assert!(now.pool > old.pool && left.is_none(), "{left:?} {now:?}");
        paid += sent.paid;
    }
    let market = world.market("BTC").await;
    assert_eq!((market.escrow, market.secured, market.claims_quote), (0, 0, 0), "CON-1");
    assert_eq!(paid, event.secured + second.secured);
}

/// floor(shares × amount / all), all for all.
fn part(shares: u64, amount: u64, all: u64) -> u64 {
    u64::try_from(u128::from(shares) * u128::from(amount) / u128::from(all)).expect("it fits")
}

/// A part of Carol's position stays open, and half of what lies apart for her falls with her profit: its shares, with their
/// interest, go back to the pool, and the claims grow by what it was worth to her.
#[tokio::test]
async fn what_falls_with_the_profit_returns_with_its_interest() {
    let mut world = market(usdc(40_000)).await;
    let bob = holder(&mut world, usdc(10_000), 500_000).await;
    let carol = holder(&mut world, usdc(20_000), 500_000).await;
    holder(&mut world, usdc(30_000), -200_000).await;
    charge_interest(&mut world).await;
    debtor(&mut world, usdc(40_000)).await;
    print(&mut world, eighths(16)).await;
    world.deleverage(&bob.account, "BTC").await.succeeds();
    let second = deleveraged(&world.deleverage(&carol.account, "BTC").await.succeeds());
    world.chain.advance(TEN_DAYS);
    world.freshen_all().await;
    let before: PerpMarket = world.market("BTC").await;
    print(&mut world, eighths(6)).await;
    let (was, had) = (world.market("BTC").await.claims_quote, carol.perp(&mut world, "BTC").await.expect("a position"));
    carol.settle(&mut world, "BTC", 1).await.succeeds();
    let (held, after) = (carol.perp(&mut world, "BTC").await.expect("profit"), world.market("BTC").await);
    let profit = carol.pnl(&mut world, "BTC").await.unsigned_abs() + 1;
    let fallen = second.secured - profit;
    assert!(had.secured == second.secured && fallen > 0 && held.secured == profit - 1, "{had:?} {held:?}");
    // Back to the pool first, and then one unit is paid out of what is left.
    let returned = part(had.escrow, fallen, had.secured);
    let unit = index(&mut world).await.shares_up(1).expect("it fits");
    let rest = (before.escrow - returned - unit, before.secured - fallen - 1);
    assert_eq!((after.escrow, after.secured), rest, "CON-1");
    assert!(after.pool - before.pool >= returned, "{} of {returned}", after.pool - before.pool);
    assert_eq!(after.claims_quote - was, fallen as i64, "CON-1");
    assert!(index(&mut world).await.amount_down(returned).expect("it fits") > fallen, "with interest");
}

/// The lenders of the quote bank lose three fifths. What lies apart for Bob is deposits of that bank like others: he is paid what
/// they are worth, all of it, and no pool, tranche or other market makes it up.
#[tokio::test]
async fn WFL_1_what_lies_apart_bears_its_part_of_a_loss_of_the_quote_bank() {
    let mut world = market(usdc(40_000)).await;
    let (bob, keeper) = (holder(&mut world, usdc(10_000), btc(1)).await, world.funded(usdc(1_000)).await);
    print(&mut world, eighths(16)).await;
    let event = deleveraged(&world.deleverage(&bob.account, "BTC").await.succeeds());
    let debtor = debtor(&mut world, usdc(30_000)).await;
    world.prices(&[("ETH", usd(1)), (QUOTE, usd(1))]).await;
    keeper.liquidate(&mut world, &debtor, (QUOTE, "ETH"), ALL).await.succeeds();
    world.resolve_bankruptcy(&debtor.account, QUOTE).await.succeeds();
    world.chain.advance(3_600);
    world.freshen_all().await;
    let (before, index, had) =
        (world.market("BTC").await, index(&mut world).await, bob.deposited(&mut world, QUOTE).await);
    assert_eq!((before.escrow, before.secured), (event.secured, event.secured), "the index was one");
    let sent = settled(&bob.settle(&mut world, "BTC", ALL).await.succeeds());
    let worth = index.amount_down(before.escrow).expect("it fits");
    assert!(worth < event.secured / 2, "{worth} of {}", event.secured);
    assert_eq!((sent.amount.unsigned_abs(), sent.paid), (worth, worth), "the touch has taken the loss");
    let got = bob.deposited(&mut world, QUOTE).await - had;
    assert!((worth - 2..=worth).contains(&got), "{got} of {worth}");
    let after = world.market("BTC").await;
    assert_eq!((after.escrow, after.secured), (0, 0));
    assert!(after.pool - before.pool <= 1, "the fraction of a share");
    assert_eq!((after.tranche, after.fees), (before.tranche, before.fees), "WFL-1");
    assert!(bob.perp(&mut world, "BTC").await.is_none());
}

/// Bob's and Carol's halves of a BTC and Dave's short of a fifth at twice the price: both are deleveraged, and a fifth of a BTC is
/// left to Carol, with some 27,500 of profit of which some 15,000 lie apart. Then somebody brings the pool 200,000.
async fn with_a_rest() -> (World, Trader, Deleveraged) {
    let mut world = market(usdc(40_000)).await;
    let bob = holder(&mut world, usdc(10_000), 500_000).await;
    let carol = holder(&mut world, usdc(20_000), 500_000).await;
    holder(&mut world, usdc(30_000), -200_000).await;
    print(&mut world, eighths(16)).await;
    world.deleverage(&bob.account, "BTC").await.succeeds();
    let event = deleveraged(&world.deleverage(&carol.account, "BTC").await.succeeds());
    let held = carol.perp(&mut world, "BTC").await.expect("a rest");
    assert!(held.base > 0 && held.secured == event.secured && event.left == 0, "{held:?}");
    assert!(carol.pnl(&mut world, "BTC").await.unsigned_abs() > event.secured);
    world.provider("BTC", usdc(200_000)).await;
    world.let_positions_settle().await;
    (world, carol, event)
}

/// A flip sets M to 0, and the profit must be seen again; what lies apart lies apart, and is paid in full with the rest in time.
#[tokio::test]
async fn what_lies_apart_outlasts_reductions_and_flips() {
    let (mut world, carol, event) = with_a_rest().await;
    for delta in [-50_000, -300_000] {
        let escrow = world.market("BTC").await.escrow;
        carol.trade(&mut world, "BTC", delta).await.succeeds();
        let held = carol.perp(&mut world, "BTC").await.expect("a position");
        assert_eq!((held.secured, world.market("BTC").await.escrow), (event.secured, escrow), "{held:?}");
    }
    let held = carol.perp(&mut world, "BTC").await.expect("a position");
    assert!(held.base < 0 && (held.matured, held.seen) == (0, 0), "{held:?}");
    world.let_positions_settle().await;
    carol.reduce(&mut world, "BTC", ALL).await.succeeds();
    let profit = carol.pnl(&mut world, "BTC").await.unsigned_abs();
    assert!(profit > event.secured);
    carol.settle(&mut world, "BTC", ALL).await.succeeds();
    assert_eq!(carol.deposited(&mut world, QUOTE).await, usdc(20_000), "nothing has been seen twice");
    world.chain.advance(3_600);
    world.freshen_all().await;
    let before = world.market("BTC").await;
    carol.settle(&mut world, "BTC", ALL).await.succeeds();
    assert_eq!(carol.deposited(&mut world, QUOTE).await, usdc(20_000) + profit);
    let after = world.market("BTC").await;
    assert_eq!(before.escrow - after.escrow, event.secured, "ADL-1");
    assert_eq!(before.pool - after.pool, profit - event.secured);
    assert!(carol.perp(&mut world, "BTC").await.is_none());
}

/// Longs pay 0.8 % an hour. After three days the profit of Carol's rest is less than what lies apart for her: a touch returns the
/// difference to pool and claims, and a loss leaves nothing apart.
#[tokio::test]
async fn what_lies_apart_falls_with_a_profit_that_funding_eats() {
    let (mut world, carol, event) = with_a_rest().await;
    let mallory = world.funded(usdc(200_000)).await;
    mallory.trade(&mut world, "BTC", btc(2)).await.succeeds();
    let steep = |config: &mut PerpConfig| (config.funding_slope, config.funding_max) = (1_000_000_000, 10_000);
    world.set_market("BTC", steep).await.succeeds();
    let mut seen = Vec::new();
    for hours in [72, 72] {
        for _ in 0..hours {
            world.chain.advance(3_599);
            world.freshen(&["BTC"]).await;
        }
        world.freshen_all().await;
        let before = world.market("BTC").await;
        // An explicit amount: a loss is paid, a profit not yet mature only in part. Either touches.
        carol.settle(&mut world, "BTC", 1).await.succeeds();
        let (held, after) = (carol.perp(&mut world, "BTC").await.expect("a position"), world.market("BTC").await);
        let profit = carol.pnl(&mut world, "BTC").await.max(0).unsigned_abs();
        assert_eq!(held.secured, profit, "what funding has left");
        assert_eq!(before.secured - after.secured, before.escrow - after.escrow, "CON-1: the index is one");
        seen.push(held.secured);
    }
    assert!(event.secured > seen[0] && seen[0] > 0 && seen[1] == 0, "{event:?} {seen:?}");
}
