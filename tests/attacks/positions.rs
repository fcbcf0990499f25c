//! Attacks with positions: on lenders, on prints, on margins and on other people's accounts.

use breakwater_client::instruction::{self, ALL};
use breakwater_client::margin::{Value, Weighted};
use breakwater_sim::price_path::Price8;

use super::wealth::{market, wealth};
use crate::common::{MarginError, QUOTE, Tamper, Verdict, World, any_price, btc, btc_price, eth, sol, usd, usdc};

/// n/64 of $62,500, an exact price.
pub fn sixty_fourths(n: i64) -> Price8 {
    Price8(btc_price().units() / 64 * n)
}

/// BTC and the quote token, in one second.
pub async fn print(world: &mut World, btc: Price8) {
    world.prices(&[("BTC", btc), (QUOTE, usd(1))]).await;
}

/// Mallory's 7,500 USDC back a BTC that falls by a quarter: 8,156.375063 more than she has are lost. They never become a debt
/// to the bank: its lenders keep every unit, and Mallory has lost all that she brought.
#[tokio::test]
async fn attack_1_perp_loss_on_lenders() {
    let (mut world, _) = market(usdc(1_000_000)).await;
    let (lender, mallory) = (world.funded(usdc(50_000)).await, world.funded(usdc(7_500)).await);
    mallory.trade(&mut world, "BTC", btc(1)).await.succeeds();
    print(&mut world, sixty_fourths(48)).await;
    let before = mallory.valuation(&mut world).await;
    lender.settle_for(&mut world, &mallory, "BTC", ALL).await.succeeds();
    let after = mallory.valuation(&mut world).await;
    assert!(after.maintenance >= before.maintenance, "settling lowered health: {before:?} {after:?}");
    assert_eq!(mallory.owed(&mut world, QUOTE).await, 0);
    mallory.borrow(&mut world, QUOTE, 1).await.fails_with(MarginError::InsufficientHealth);
    world.resolve_market_loss(&mallory.account, "BTC").await.succeeds();
    let bank = world.bank(QUOTE).await;
    assert_eq!((bank.borrow_shares, bank.socialised, bank.deposit_index), (0, 0, 1 << 48), "WFL-1");
    assert_eq!(lender.deposited(&mut world, QUOTE).await, usdc(50_000));
    assert_eq!(wealth(&mut world, &[&mallory]).await, 0, "NPR-1: of 7,500");
}

/// The market has risen and the board has not: buy at the old print, refresh, sell at the new one, in one transaction. Neither
/// there nor within three slots may the position be reduced. A print of five seconds is bought 6 bps above it, and both fees
/// are 10: a rise of 15 bps is not enough. A print of six seconds takes no trade.
#[tokio::test]
async fn attack_2_old_print_lookback() {
    let (mut world, _) = market(usdc(1_000_000)).await;
    let mallory = world.funded(usdc(10_000)).await;
    world.chain.advance(5);
    let risen = world.update("BTC", Price8(btc_price().units() / 10_000 * 10_015));
    world.write_update("BTC", &risen);
    let feed = world.source("BTC");
    let refresh = instruction::refresh(&world.board, &[(feed.feed, feed.oracle)]);
    let buy = mallory.trade_instruction(&world, "BTC", btc(1), any_price(1));
    let sell = mallory.trade_instruction(&world, "BTC", -btc(1), 0);
    let loop_ = [buy.clone(), refresh.clone(), sell.clone()];
    world.send(&loop_, &[&mallory.key]).await.fails_with(MarginError::ReduceTooSoon);
    world.send(&[buy.clone(), refresh], &[&mallory.key]).await.succeeds();
    world.chain.skip(2);
    world.send(std::slice::from_ref(&sell), &[&mallory.key]).await.fails_with(MarginError::ReduceTooSoon);
    world.chain.skip(1);
    world.send(&[sell], &[&mallory.key]).await.succeeds();
    let left = wealth(&mut world, &[&mallory]).await;
    assert!(left < 10_000_000_000, "NPR-1: {left} of 10,000,000,000");

    world.freshen(&["BTC"]).await;
    world.chain.advance(6);
    world.send(&[buy], &[&mallory.key]).await.fails_with(MarginError::StalePrice);
}

/// Two prints of one second. The board takes the first; a position of that print is held by it, however many slots pass.
#[tokio::test]
async fn attack_3_same_second_flip_of_a_position() {
    let (mut world, _) = market(usdc(1_000_000)).await;
    let mallory = world.funded(usdc(10_000)).await;
    mallory.trade(&mut world, "BTC", btc(1)).await.succeeds();
    world.chain.skip(10);
    let other = world.update("BTC", sixty_fourths(65));
    world.write_update("BTC", &other);
    world.refresh(&["BTC"]).await.succeeds();
    mallory.reduce(&mut world, "BTC", ALL).await.fails_with(MarginError::ReduceTooSoon);
    world.freshen(&["BTC"]).await;
    let flipped = world.update("BTC", btc_price());
    world.write_update("BTC", &flipped);
    world.refresh(&["BTC"]).await.succeeds();
    assert_eq!(world.mark("BTC").await.0, (62_500 << 44) / 64 * 65, "ORA-1: the first print of the second stays");
}

/// Mallory has no margin to spare and all profit of hers is new. Health never falls while the price rises, unit by unit.
#[tokio::test]
async fn attack_7_winners_liquidated() {
    let (mut world, _) = market(usdc(1_000_000)).await;
    let (mallory, winner) = (world.funded(usdc(10_000)).await, world.funded(usdc(7_500)).await);
    winner.trade(&mut world, "BTC", btc(1)).await.succeeds();
    let before = wealth(&mut world, &[&mallory]).await;
    let mut last = winner.valuation(&mut world).await;
    for n in [65, 66, 67, 68, 70, 72, 80, 96, 120] {
        print(&mut world, sixty_fourths(n)).await;
        let now = winner.valuation(&mut world).await;
        assert!(now.maintenance >= last.maintenance && now.optimistic >= last.optimistic, "{n}/64: {now:?}");
        mallory.close_out(&mut world, &winner, "BTC", ALL).await.fails_with(MarginError::AccountHealthy);
        last = now;
    }
    assert_eq!(wealth(&mut world, &[&mallory]).await, before, "NPR-1");
}

/// The victim holds 3 of 10 BTC of open interest, Mallory 6. She closes hers, and the victim holds three quarters: not a unit
/// more is required of it.
#[tokio::test]
async fn attack_8_concentration_as_a_weapon() {
    let (mut world, _) = market(usdc(2_000_000)).await;
    let (victim, mallory) = (world.funded(usdc(40_000)).await, world.funded(usdc(100_000)).await);
    let other = world.funded(usdc(20_000)).await;
    for (who, size) in [(&victim, 3), (&mallory, 6), (&other, 1)] {
        who.trade(&mut world, "BTC", btc(size)).await.succeeds();
    }
    world.let_positions_settle().await;
    let before = victim.valuation(&mut world).await;
    mallory.reduce(&mut world, "BTC", ALL).await.succeeds();
    let after = victim.valuation(&mut world).await;
    assert_eq!(
        (after.maintenance, after.optimistic, after.requirement),
        (before.maintenance, before.optimistic, before.requirement)
    );
    mallory.close_out(&mut world, &victim, "BTC", ALL).await.fails_with(MarginError::AccountHealthy);
    let left = wealth(&mut world, &[&mallory]).await;
    assert!(left < 100_000_000_000, "NPR-1: {left} of 100,000,000,000");
}

/// Before the keeper's transaction the victim deposits $11 of a token that would rank better for its debt to the market. It
/// carries less than a tenth of the need.
#[tokio::test]
async fn attack_14_leg_switch_griefing_of_a_position() {
    let (mut world, _) = market(usdc(1_000_000)).await;
    let keeper = world.funded(usdc(50_000)).await;
    let victim = world.trader().await;
    victim.deposit(&mut world, "SOL", sol(100)).await.succeeds();
    world.freshen_all().await;
    victim.trade(&mut world, "BTC", btc(1)).await.succeeds();
    world.prices(&[("BTC", sixty_fourths(50)), (QUOTE, usd(1)), ("SOL", usd(150)), ("ETH", usd(3_000))]).await;
    victim.deposit(&mut world, "ETH", eth(1) * 11 / 3_000).await.succeeds();
    keeper.liquidate(&mut world, &victim, ("BTC", "ETH"), ALL).await.fails_with(MarginError::LegNotChosen);
    keeper.close_out(&mut world, &victim, "BTC", ALL).await.succeeds();
}

/// A stranger opens no position for anybody, settles no profit of a solvent account into a slot of its, and moves none of its
/// deposits.
#[tokio::test]
async fn attack_15_slot_stuffing_with_positions() {
    let (mut world, _) = market(usdc(1_000_000)).await;
    let (victim, mallory) = (world.trader().await, world.funded(usdc(50_000)).await);
    victim.deposit(&mut world, "SOL", sol(100)).await.succeeds();
    world.freshen_all().await;
    victim.trade(&mut world, "BTC", btc(1)).await.succeeds();
    let market = world.perp("BTC").market;
    let stuffing = instruction::trade(&mallory.address(), &victim.account, &world.board, &market, 1_000, u64::MAX);
    world.send(&[stuffing], &[&mallory.key]).await.fails_with(MarginError::NotAccountOwnerOrDelegate);
    world.chain.skip(3);
    world.prices(&[("BTC", sixty_fourths(72)), (QUOTE, usd(1)), ("SOL", usd(150))]).await;
    victim.reduce(&mut world, "BTC", ALL).await.succeeds();
    world.chain.advance(3_600);
    world.freshen_all().await;
    let forced = mallory.settle_for(&mut world, &victim, "BTC", ALL).await;
    forced.fails_with(MarginError::NotAccountOwnerOrDelegate);
    let add = mallory.liquidity_keys(&world, "BTC");
    mallory.open_liquidity(&mut world, "BTC").await.succeeds();
    let stolen = instruction::add_liquidity(&add, 1).with_account(1, &victim.account);
    world.send(&[stolen], &[&mallory.key]).await.fails_with(MarginError::NotAccountOwner);
    let held = world.margin_account(&victim.account).await;
    assert_eq!(held.tokens.iter().filter(|slot| !slot.is_free()).count(), 1);
}

/// Mallory holds 3 ETH and a matured profit of 7,746.109241 USDC, and owes 40 SOL. At $350 for a SOL she is healthy while a USDC is
/// worth a dollar, and under water at 0.90: what she has won is quote tokens, not dollars.
#[tokio::test]
async fn attack_16_quote_depeg() {
    for (dollar, outcome) in [(100_000_000, Err(MarginError::AccountHealthy)), (90_000_000, Ok(()))] {
        let (mut world, _) = market(usdc(1_000_000)).await;
        let (mallory, keeper) = (world.funded(usdc(10_000)).await, world.funded(usdc(50_000)).await);
        keeper.deposit(&mut world, "SOL", sol(100)).await.succeeds();
        mallory.deposit(&mut world, "ETH", eth(3)).await.succeeds();
        mallory.trade(&mut world, "BTC", btc(1)).await.succeeds();
        world.chain.skip(3);
        print(&mut world, sixty_fourths(72)).await;
        mallory.reduce(&mut world, "BTC", ALL).await.succeeds();
        world.freshen_all().await;
        mallory.borrow(&mut world, "SOL", sol(40)).await.succeeds();
        mallory.withdraw(&mut world, QUOTE, ALL).await.succeeds();
        world.chain.advance(3_600);
        world.freshen_all().await;
        let prices = [("BTC", sixty_fourths(72)), (QUOTE, Price8(dollar)), ("SOL", usd(350)), ("ETH", usd(3_000))];
        world.prices(&prices).await;
        let sent = keeper.liquidate(&mut world, &mallory, ("SOL", "ETH"), ALL).await;
        match outcome {
            Ok(()) => drop(sent.succeeds()),
            Err(error) => drop(sent.fails_with(error)),
        }
    }
}

/// 5 BTC across the edge of the third tier: the average rate would close too much, the highest too little. One call ends
/// between H_end = 0 and a cent above, and the next finds a healthy account.
#[tokio::test]
async fn attack_20_wrong_tier() {
    for (size, n) in [(5, 58), (5, 57), (5, 56), (-5, 69), (-5, 71)] {
        let (mut world, _) = market(usdc(1_000_000)).await;
        let (victim, mallory) = (world.funded(usdc(45_000)).await, world.funded(usdc(1_000)).await);
        victim.trade(&mut world, "BTC", btc(size)).await.succeeds();
        print(&mut world, sixty_fourths(n)).await;
        mallory.close_out(&mut world, &victim, "BTC", ALL).await.succeeds();
        let end = victim.valuation(&mut world).await.end;
        assert!(end >= Weighted::ZERO && end.value_down() < Value((1 << 32) / 100), "{size} at {n}/64: {end:?}");
        mallory.close_out(&mut world, &victim, "BTC", ALL).await.fails_with(MarginError::AccountHealthy);
    }
}
