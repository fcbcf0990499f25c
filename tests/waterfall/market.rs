//! A debt to a market: its tranche, its pool, the shared fund as far as the pool owes more than it has. And what bears nothing:
//! lenders, other markets, other banks.

use breakwater_client::PROGRAM_ID;
use breakwater_client::address;
use breakwater_client::decode::Event;
use breakwater_client::instruction::{self, ALL, Creditor};
use breakwater_client::interface::events::{BankruptcyResolved, MarketLossResolved};
use breakwater_sim::chain::Outcome;
use breakwater_sim::price_path::Price8;

use crate::common::{MarginError, QUOTE, Tamper, Trader, Verdict, World, btc, btc_listing, btc_price, sol, usd, usdc};

fn resolved(sent: &Outcome) -> MarketLossResolved {
    match sent.events[..] {
        [Event::MarketLossResolved(event)] => event,
        ref other => panic!("not one market loss: {other:?}"),
    }
}

fn written_off(sent: &Outcome) -> BankruptcyResolved {
    match sent.events[..] {
        [Event::BankruptcyResolved(event)] => event,
        ref other => panic!("not one bankruptcy: {other:?}"),
    }
}

/// BTC without funding, and an amount in its pool.
pub async fn market(pool: u64) -> World {
    let mut world = World::with_market().await;
    world.set_market("BTC", |config| (config.funding_slope, config.funding_max) = (0, 0)).await.succeeds();
    world.provider("BTC", pool).await;
    world.freshen_all().await;
    world
}

/// A part of $62,500 in eighths.
pub fn eighths(n: i64) -> Price8 {
    Price8(btc_price().units() / 8 * n)
}

/// BTC and the quote token, in one second.
pub async fn print(world: &mut World, btc: Price8) {
    world.prices(&[("BTC", btc), (QUOTE, usd(1))]).await;
}

/// Somebody with a deposit who opens a position.
pub async fn holder(world: &mut World, deposit: u64, size: i64) -> Trader {
    let trader = world.funded(deposit).await;
    trader.trade(world, "BTC", size).await.succeeds();
    trader
}

/// Shares of the fund: units, as nobody has borrowed the quote token.
async fn fund(world: &mut World) -> u64 {
    world.insurance_fund().await.expect("there is one").shares
}

/// Alice's 7,500 USDC back 1 BTC, bought for 62,500.125 and 31.250063 of fees, of which the tranche got 6.250012 and the
/// protocol 3.125006. At $46,875 PnL is −15,656.375063. Whoever likes settles 7,500 of it.
async fn bankrupt(world: &mut World) -> Trader {
    let alice = holder(world, usdc(7_500), btc(1)).await;
    print(world, eighths(6)).await;
    world.resolve_market_loss(&alice.account, "BTC").await.fails_with(MarginError::NotBankrupt);
    let anybody = world.trader().await;
    anybody.settle_for(world, &alice, "BTC", ALL).await.succeeds();
    alice
}

/// L = 8,156.375063: the tranche's 5,006.250012 and 3,150.125051 of the pool, which has it: nobody else pays.
#[tokio::test]
async fn WFL_1_the_tranche_pays_a_market_and_then_its_pool() {
    let mut world = market(usdc(1_000_000)).await;
    let insurer = world.funded(usdc(20_000)).await;
    insurer.insure_market(&mut world, "BTC", usdc(5_000)).await.succeeds();
    insurer.insure_group(&mut world, usdc(10_000)).await.succeeds();
    let alice = bankrupt(&mut world).await;
    let event = resolved(&world.resolve_market_loss(&alice.account, "BTC").await.succeeds());
    assert_eq!((event.deficit, event.tranche, event.pool), (8_156_375_063, 5_006_250_012, 3_150_125_051));
    assert_eq!((event.fund, event.left), (0, 0));
    let market = world.market("BTC").await;
    let pool = usdc(1_000_000) - 6_250_012 - 3_125_006 + usdc(7_500) + 5_006_250_012;
    assert_eq!((market.pool, market.tranche, market.fees), (pool, 0, 3_125_006));
    assert_eq!((market.long, market.short, market.claims_quote, market.deficit_since), (0, 0, 0, 0), "CON-1");
    assert_eq!(market.pool_losses, 3_150_125_051);
    assert_eq!(fund(&mut world).await, usdc(10_000), "the pool has what it owes");
    assert!(world.margin_account(&alice.account).await.is_empty());
    alice.close(&mut world).await.succeeds();
}

/// Of the same loss the tranche's 10,006.250012 leave 1,849.874949. The pool has won all that Alice lost, 15,625 and 0.125 of
/// premium, and 70 % of her fee.
#[tokio::test]
async fn a_tranche_that_is_enough_leaves_the_pool_whole() {
    let mut world = market(usdc(1_000_000)).await;
    let insurer = world.funded(usdc(20_000)).await;
    insurer.insure_market(&mut world, "BTC", usdc(10_000)).await.succeeds();
    let alice = bankrupt(&mut world).await;
    let event = resolved(&world.resolve_market_loss(&alice.account, "BTC").await.succeeds());
    assert_eq!((event.tranche, event.pool), (8_156_375_063, 0));
    let won = 15_625_125_000 + 31_250_063 - 6_250_012 - 3_125_006;
    assert_eq!(world.market("BTC").await.pool, usdc(1_000_000) + won);
    assert_eq!(world.market("BTC").await.tranche, 1_849_874_949, "INS-1");
}

/// Alice is short 1 BTC, Bob long 2; the pool has 40,000. At $125,000 Alice owes 55,000 more than her 7,500, and Bob is owed
/// 125,000: the pool misses more than the fund may pay in an epoch, a quarter of its 8,000.
#[tokio::test]
async fn the_fund_pays_only_what_the_pool_misses_and_no_more_than_its_epoch_allows() {
    let mut world = market(usdc(40_000)).await;
    let insurer = world.funded(usdc(8_000)).await;
    insurer.insure_group(&mut world, usdc(8_000)).await.succeeds();
    let alice = holder(&mut world, usdc(7_500), -btc(1)).await;
    let bob = holder(&mut world, usdc(40_000), btc(2)).await;
    print(&mut world, eighths(16)).await;
    insurer.settle_for(&mut world, &alice, "BTC", ALL).await.succeeds();
    let (before, owed) = (world.market("BTC").await, bob.pnl(&mut world, "BTC").await);
    let event = resolved(&world.resolve_market_loss(&alice.account, "BTC").await.succeeds());
    let missing = owed.unsigned_abs() - before.pool - before.tranche;
    assert_eq!((event.tranche, event.pool), (before.tranche, event.deficit - before.tranche));
    assert_eq!((event.fund, event.left), (usdc(2_000), missing - usdc(2_000)));
    assert_eq!(fund(&mut world).await, usdc(6_000), "INS-1");
    assert_eq!(bob.pnl(&mut world, "BTC").await, owed, "nobody's profit was touched");
    assert_eq!(world.market("BTC").await.deficit_since, world.chain.slot());
    assert_eq!(world.board().await.markets[0].in_deficit, 1, "the board knows in the same instruction");
    bob.trade(&mut world, "BTC", 1_000).await.fails_with(MarginError::MarketInDeficit);
}

/// A loss of one market: no bank's depositor, no other market, no account but the bankrupt one's bears a unit of it.
#[tokio::test]
async fn WFL_1_lenders_other_banks_and_other_markets_bear_nothing_for_a_market() {
    let mut world = market(usdc(40_000)).await;
    world.list_perp("XBT", btc_listing()).await.succeeds();
    world.price("XBT", btc_price()).await;
    world.provider("XBT", usdc(100_000)).await;
    let lender = world.funded(usdc(50_000)).await;
    lender.insure_market(&mut world, "XBT", usdc(1_000)).await.succeeds();
    let eve = world.funded(usdc(20_000)).await;
    world.freshen_all().await;
    eve.trade(&mut world, "XBT", btc(1)).await.succeeds();
    let alice = holder(&mut world, usdc(7_500), -btc(1)).await;
    let bob = holder(&mut world, usdc(40_000), btc(2)).await;
    print(&mut world, eighths(16)).await;
    lender.settle_for(&mut world, &alice, "BTC", ALL).await.succeeds();

    let quote = world.bank(QUOTE).await;
    let (xbt, sol, eth) = (world.perp("XBT").market, world.keys("SOL").bank, world.keys("ETH").bank);
    let addresses = [xbt, sol, eth, eve.account, lender.account];
    let mut untouched = Vec::new();
    for address in addresses {
        untouched.push(world.chain.account(&address).await);
    }
    world.resolve_market_loss(&alice.account, "BTC").await.succeeds();
    world.deleverage(&bob.account, "BTC").await.succeeds();
    for (address, before) in addresses.iter().zip(untouched) {
        assert_eq!(world.chain.account(address).await, before, "WFL-1");
    }
    let bank = world.bank(QUOTE).await;
    assert_eq!((bank.deposit_index, bank.borrow_index), (quote.deposit_index, quote.borrow_index), "IDX-1");
    assert_eq!((bank.tranche, bank.fees, bank.socialised), (quote.tranche, quote.fees, 0), "WFL-1");
    assert_eq!(lender.deposited(&mut world, QUOTE).await, usdc(49_000));
}

#[tokio::test]
async fn a_market_loss_is_written_off_with_the_fund_and_at_a_fresh_index() {
    let mut world = market(usdc(1_000_000)).await;
    let alice = bankrupt(&mut world).await;
    let resolve = world.resolve_market_loss_instruction(&alice.account, "BTC");
    let second = world.second_market().await;
    for (place, address, error) in [
        (4, PROGRAM_ID, MarginError::FundMissing),
        (4, second.fund, MarginError::FundOfOtherGroup),
        (3, second.market, MarginError::MarketOfOtherGroup),
        (2, second.usdc.bank, MarginError::BankOfOtherGroup),
        (2, world.keys("SOL").bank, MarginError::NotQuoteBank),
        (1, second.group.board, MarginError::BoardOfOtherGroup),
    ] {
        world.send(&[resolve.with_account(place, &address)], &[]).await.fails_with(error);
    }
    world.chain.advance(61);
    world.send(std::slice::from_ref(&resolve), &[]).await.fails_with(MarginError::StalePrice);
    world.freshen_all().await;
    world.send(&[resolve], &[]).await.succeeds();
}

#[tokio::test]
async fn who_owes_a_market_nothing_is_not_bankrupt() {
    let mut world = market(usdc(1_000_000)).await;
    let bob = holder(&mut world, usdc(7_500), btc(1)).await;
    world.resolve_market_loss(&bob.account, "BTC").await.fails_with(MarginError::NotBankrupt);
    print(&mut world, eighths(9)).await;
    world.resolve_market_loss(&bob.account, "BTC").await.fails_with(MarginError::NotBankrupt);
    let nobody = world.trader().await;
    world.resolve_market_loss(&nobody.account, "BTC").await.fails_with(MarginError::NoPosition);
}

/// 10 SOL at $90 pay 900 of 1,000 USDC: 100 are owed to the bank of the quote token. A quarter of 1,000 is enough, one of 200
/// is not.
#[tokio::test]
async fn a_loss_of_the_quote_bank_is_the_funds_before_it_is_the_lenders() {
    for (insured, paid, socialised) in [(1_000, 100, 0), (200, 50, 50)] {
        let mut world = World::with_market().await;
        let keeper = world.funded(usdc(901 + insured)).await;
        let lender = world.funded(usdc(10_000)).await;
        keeper.insure_group(&mut world, usdc(insured)).await.succeeds();
        let alice = world.trader().await;
        super::ruin(&mut world, &alice, &keeper, 90).await;
        let without = Creditor::Bank(world.keys(QUOTE).bank);
        let resolve = instruction::resolve_bankruptcy(&alice.account, &world.board, &without);
        world.send(&[resolve], &[]).await.fails_with(MarginError::FundMissing);
        let event = written_off(&world.resolve_bankruptcy(&alice.account, QUOTE).await.succeeds());
        assert_eq!((event.deficit, event.tranche, event.fund), (usdc(100), 0, usdc(paid)));
        assert!(event.socialised.abs_diff(usdc(socialised)) <= 1, "WFL-1: {event:?}");
        assert_eq!(fund(&mut world).await, usdc(insured - paid), "INS-1");
        assert_eq!(lender.deposited(&mut world, QUOTE).await == usdc(10_000), socialised == 0);
    }
}

/// A debt in SOL: the fund holds quote tokens and pays for no other bank.
#[tokio::test]
async fn losses_of_other_banks_are_their_own_lenders() {
    let mut world = World::with_market().await;
    let (keeper, bob) = (world.funded(usdc(2_000)).await, world.funded(usdc(1_000)).await);
    keeper.insure_group(&mut world, usdc(1_000)).await.succeeds();
    keeper.deposit(&mut world, "SOL", sol(100)).await.succeeds();
    world.prices(&[("SOL", usd(150)), (QUOTE, usd(1))]).await;
    bob.borrow(&mut world, "SOL", sol(5)).await.succeeds();
    world.prices(&[("SOL", usd(250)), (QUOTE, usd(1))]).await;
    keeper.liquidate(&mut world, &bob, ("SOL", QUOTE), ALL).await.succeeds();
    let owed = bob.owed(&mut world, "SOL").await;
    let with_fund = Creditor::QuoteBank { quote_bank: world.keys("SOL").bank, fund: address::fund(&world.group) };
    let resolve = instruction::resolve_bankruptcy(&bob.account, &world.board, &with_fund);
    let event = written_off(&world.send(&[resolve], &[]).await.succeeds());
    assert_eq!((event.deficit, event.tranche, event.fund), (owed, 0, 0), "WFL-1");
    assert!(event.socialised.abs_diff(owed) <= 1, "{event:?}");
    assert_eq!(fund(&mut world).await, usdc(1_000));
}
