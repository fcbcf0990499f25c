//! A debt to a market: its pool, and as far as the pool owes more than it has the tranche and then the shared fund. And what
//! bears nothing: lenders, other markets, other banks.

use breakwater_client::PROGRAM_ID;
use breakwater_client::address;
use breakwater_client::instruction::{self, ALL, Creditor};
use breakwater_sim::price_path::Price8;

use crate::common::told::{market_loss, written_off};
use crate::common::{MarginError, QUOTE, Tamper, Trader, Verdict, World, btc, btc_listing, btc_price, sol, usd, usdc};

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

/// L = 8,156.375063 is profit that the pool does not get. It has what it owes: neither the tranche's 5,006.250012 nor the fund
/// make it richer.
#[tokio::test]
async fn WFL_1_a_pool_with_equity_bears_a_loss_alone() {
    let mut world = market(usdc(1_000_000)).await;
    let insurer = world.funded(usdc(20_000)).await;
    insurer.insure_market(&mut world, "BTC", usdc(5_000)).await.succeeds();
    insurer.insure_group(&mut world, usdc(10_000)).await.succeeds();
    let alice = bankrupt(&mut world).await;
    let event = market_loss(&world.resolve_market_loss(&alice.account, "BTC").await.succeeds());
    assert_eq!((event.deficit, event.tranche, event.pool), (8_156_375_063, 0, 8_156_375_063));
    assert_eq!((event.fund, event.left), (0, 0));
    let market = world.market("BTC").await;
    let pool = usdc(1_000_000) - 6_250_012 - 3_125_006 + usdc(7_500);
    assert_eq!((market.pool, market.tranche, market.fees), (pool, 5_006_250_012, 3_125_006), "INS-1");
    assert_eq!((market.long, market.short, market.claims_quote, market.deficit_since), (0, 0, 0, 0), "CON-1");
    assert_eq!(market.pool_losses, 8_156_375_063);
    assert_eq!(fund(&mut world).await, usdc(10_000), "the pool has what it owes");
    assert!(world.margin_account(&alice.account).await.is_empty());
    alice.close(&mut world).await.succeeds();
}

/// Alice is short 1 BTC, Bob long 2; the pool has 40,000. At $125,000 Alice owes 55,000 more than her 7,500, and Bob is owed
/// 125,000. The pool has all of its 47,5.. and misses some 77,000: the tranche pays first, whole, and then the fund, at most
/// what is left of Alice's loss, what the pool misses, and a quarter of itself in an epoch.
#[tokio::test]
async fn WFL_1_the_tranche_pays_what_the_pool_misses_and_then_the_fund() {
    for (tranche, insured) in [(0, 8_000), (5_000, 8_000), (30_000, 400_000), (60_000, 8_000)] {
        let mut world = market(usdc(40_000)).await;
        let insurer = world.funded(usdc(1_000_000)).await;
        insurer.insure_group(&mut world, usdc(insured)).await.succeeds();
        if tranche > 0 {
            insurer.insure_market(&mut world, "BTC", usdc(tranche)).await.succeeds();
        }
        let alice = holder(&mut world, usdc(7_500), -btc(1)).await;
        let bob = holder(&mut world, usdc(40_000), btc(2)).await;
        print(&mut world, eighths(16)).await;
        insurer.settle_for(&mut world, &alice, "BTC", ALL).await.succeeds();
        let (before, owed) = (world.market("BTC").await, bob.pnl(&mut world, "BTC").await);
        let event = market_loss(&world.resolve_market_loss(&alice.account, "BTC").await.succeeds());
        let missing = owed.unsigned_abs() - before.pool;
        assert!(missing > event.deficit && event.deficit > usdc(55_000), "{missing} {event:?}");
        let from_tranche = before.tranche.min(event.deficit);
        let from_fund = (event.deficit - from_tranche).min(usdc(insured / 4));
        assert_eq!((event.tranche, event.fund), (from_tranche, from_fund), "WFL-1");
        assert_eq!(event.pool, event.deficit - from_tranche - from_fund);
        assert_eq!(event.left, missing - from_tranche - from_fund);
        assert_eq!(world.market("BTC").await.tranche, before.tranche - from_tranche, "INS-1");
        assert_eq!(fund(&mut world).await, usdc(insured) - from_fund, "INS-1");
        assert_eq!(bob.pnl(&mut world, "BTC").await, owed, "nobody's profit was touched");
        assert_eq!(world.market("BTC").await.deficit_since, world.chain.slot());
        assert_eq!(world.board().await.markets[0].in_deficit, 1, "the board knows in the same instruction");
        bob.trade(&mut world, "BTC", 1_000).await.fails_with(MarginError::MarketInDeficit);
    }
}

/// What the pool misses is less than what was written off: the insurance pays no more than that.
#[tokio::test]
async fn insurance_makes_no_pool_richer() {
    let mut world = market(usdc(40_000)).await;
    let insurer = world.funded(usdc(200_000)).await;
    insurer.insure_market(&mut world, "BTC", usdc(1_000)).await.succeeds();
    insurer.insure_group(&mut world, usdc(100_000)).await.succeeds();
    let alice = holder(&mut world, usdc(7_500), -btc(1)).await;
    let bob = holder(&mut world, usdc(20_000), btc(1)).await;
    print(&mut world, eighths(16)).await;
    insurer.settle_for(&mut world, &alice, "BTC", ALL).await.succeeds();
    let (before, owed) = (world.market("BTC").await, bob.pnl(&mut world, "BTC").await);
    let event = market_loss(&world.resolve_market_loss(&alice.account, "BTC").await.succeeds());
    let missing = owed.unsigned_abs() - before.pool;
    assert!(missing < event.deficit, "{missing} {event:?}");
    assert_eq!((event.tranche + event.fund, event.tranche, event.left), (missing, before.tranche, 0));
    let market = world.market("BTC").await;
    assert_eq!((market.pool, market.deficit_since), (owed.unsigned_abs(), 0), "the pool has what it owes, and no more");
}

/// Three shorts of a BTC are ruined while Bob is long 4. 8,000 at a quarter a day: 2,000, nothing more until a second before the
/// next, and then 1,500 of the 6,000 that are left.
#[tokio::test]
async fn the_fund_pays_its_part_once_in_an_epoch() {
    let mut world = market(usdc(40_000)).await;
    let insurer = world.funded(usdc(8_000)).await;
    insurer.insure_group(&mut world, usdc(8_000)).await.succeeds();
    let bob = world.funded(usdc(60_000)).await;
    let mut losers = Vec::new();
    for bought in [2, 1, 1] {
        losers.push(holder(&mut world, usdc(7_500), -btc(1)).await);
        bob.trade(&mut world, "BTC", btc(bought)).await.succeeds();
    }
    print(&mut world, eighths(16)).await;
    for loser in &losers {
        insurer.settle_for(&mut world, loser, "BTC", ALL).await.succeeds();
    }
    world.freshen_all().await;
    let start = world.chain.now();
    for (loser, (second, paid)) in losers.iter().zip([(0, 2_000), (86_399, 0), (86_400, 1_500)]) {
        if second > 0 {
            world.chain.set_time(start + second);
            world.freshen_all().await;
        }
        assert_eq!(world.chain.now() - start, second);
        let event = market_loss(&world.resolve_market_loss(&loser.account, "BTC").await.succeeds());
        assert_eq!(event.fund, usdc(paid), "{second} seconds into the epoch");
    }
    assert_eq!(world.insurance_fund().await.expect("there is one").shares, usdc(4_500));
}

/// Who may still win is not written off. Alice owes a market and has a second position open: while it is, neither the market's
/// debt nor, with a debt to a bank, the bank's is forgiven; once it has been closed, both are.
#[tokio::test]
async fn nothing_is_written_off_while_a_position_is_open() {
    let mut world = market(usdc(1_000_000)).await;
    world.list_perp("XBT", btc_listing()).await.succeeds();
    world.price("XBT", btc_price()).await;
    world.provider("XBT", usdc(1_000_000)).await;
    let (alice, keeper) = (world.funded(usdc(15_000)).await, world.funded(usdc(100_000)).await);
    world.freshen_all().await;
    alice.trade(&mut world, "BTC", btc(1)).await.succeeds();
    alice.trade(&mut world, "XBT", btc(1) / 2).await.succeeds();
    world.prices(&[("BTC", eighths(5)), ("XBT", eighths(7)), (QUOTE, usd(1))]).await;
    keeper.settle_for(&mut world, &alice, "BTC", ALL).await.succeeds();
    world.resolve_market_loss(&alice.account, "BTC").await.fails_with(MarginError::NotBankrupt);
    keeper.close_out(&mut world, &alice, "BTC", ALL).await.succeeds();
    world.resolve_market_loss(&alice.account, "BTC").await.fails_with(MarginError::NotBankrupt);
    keeper.close_out(&mut world, &alice, "XBT", ALL).await.succeeds();
    world.resolve_market_loss(&alice.account, "BTC").await.succeeds();
    world.resolve_market_loss(&alice.account, "XBT").await.succeeds();
    assert!(world.margin_account(&alice.account).await.is_empty());

    // The same with a debt to a bank, and a position that loses a little.
    let mallory = world.trader().await;
    mallory.deposit(&mut world, "SOL", sol(100)).await.succeeds();
    world.prices(&[("BTC", btc_price()), ("XBT", btc_price()), (QUOTE, usd(1)), ("SOL", usd(150))]).await;
    mallory.borrow(&mut world, QUOTE, usdc(4_000)).await.succeeds();
    mallory.trade(&mut world, "BTC", 100_000).await.succeeds();
    world.prices(&[("BTC", btc_price()), (QUOTE, usd(1)), ("SOL", usd(20))]).await;
    keeper.liquidate(&mut world, &mallory, (QUOTE, "SOL"), ALL).await.succeeds();
    world.resolve_bankruptcy(&mallory.account, QUOTE).await.fails_with(MarginError::NotBankrupt);
    keeper.close_out(&mut world, &mallory, "BTC", ALL).await.succeeds();
    world.resolve_bankruptcy(&mallory.account, QUOTE).await.succeeds();
    world.resolve_market_loss(&mallory.account, "BTC").await.succeeds();
    assert!(world.margin_account(&mallory.account).await.is_empty());
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
