//! Accounts that nobody can bring to an end, and what old boards and wide intervals make of an account's equity.

use breakwater_client::instruction::{self, ALL};
use breakwater_client::interface::config::{LendingConfig, WeightConfig};
use breakwater_client::margin::Value;
use breakwater_sim::price_path::Price8;
use solana_signer::Signer;

use super::positions::{print, sixty_fourths};
use super::wealth::{market, wealth};
use crate::common::{MarginError, QUOTE, Verdict, btc, eth, sol, usd, usdc};

/// Alice has closed a position at a loss of 3,967, holds 200 SOL and no quote token. The bank of the quote token has become
/// reduce-only, or its deposits have reached their cap. Repayment goes on (§3.5): also of a debt to a market, and once.
#[tokio::test]
async fn a_debt_to_a_market_can_be_paid_while_the_quote_bank_takes_no_deposits() {
    for capped in [false, true] {
        let (mut world, _) = market(usdc(1_000_000)).await;
        let alice = world.trader().await;
        alice.deposit(&mut world, "SOL", sol(200)).await.succeeds();
        world.freshen_all().await;
        alice.trade(&mut world, "BTC", btc(1)).await.succeeds();
        world.let_positions_settle().await;
        print(&mut world, sixty_fourths(60)).await;
        alice.reduce(&mut world, "BTC", ALL).await.succeeds();
        let owed = alice.pnl(&mut world, "BTC").await.unsigned_abs();
        let bank = world.keys(QUOTE).bank;
        let close = if capped {
            let lending = LendingConfig { deposit_cap: usdc(1_000_000), ..world.bank(QUOTE).await.lending };
            instruction::set_lending(&world.admin.pubkey(), &world.group, &bank, lending)
        } else {
            instruction::set_reduce_only(&world.admin.pubkey(), &world.group, &bank, true)
        };
        world.send_as_admin(&[close]).await.succeeds();
        alice.deposit(&mut world, QUOTE, owed).await.succeeds();
        let full = if capped { MarginError::OverDepositCap } else { MarginError::BankReduceOnly };
        alice.deposit(&mut world, QUOTE, usdc(1)).await.fails_with(full);
        alice.settle(&mut world, "BTC", ALL).await.succeeds();
        assert!(alice.perp(&mut world, "BTC").await.is_none(), "LIQ-3");
    }
}

/// All that the quote bank's lenders had is lent to one who loses everything: the deposit index falls to 0. Alice's position is
/// backed by SOL, and closing it moves no quote token.
#[tokio::test]
async fn a_quote_bank_that_lost_everything_holds_no_position() {
    let (mut world, _) = market(usdc(10_000)).await;
    let (alice, lender, debtor) = (world.trader().await, world.funded(usdc(9_000)).await, world.trader().await);
    alice.deposit(&mut world, "SOL", sol(200)).await.succeeds();
    debtor.deposit(&mut world, "ETH", eth(10)).await.succeeds();
    world.freshen_all().await;
    alice.trade(&mut world, "BTC", 100_000).await.succeeds();
    debtor.borrow(&mut world, QUOTE, usdc(18_000)).await.succeeds();
    lender.withdraw(&mut world, QUOTE, usdc(1_000)).await.succeeds();
    world.prices(&[("ETH", Price8(10_000)), (QUOTE, usd(1))]).await;
    world.resolve_bankruptcy(&debtor.account, QUOTE).await.succeeds();
    assert_eq!(world.bank(QUOTE).await.deposit_index, 0);
    world.let_positions_settle().await;
    alice.reduce(&mut world, "BTC", ALL).await.succeeds();
    // What closing has cost, some seven quote tokens, she owes.
    alice.withdraw(&mut world, "SOL", sol(199)).await.succeeds();
}

/// Bob owes 50 SOL and has 19,995 of matured profit that lies apart for him; nothing else is worth a cent. He is under water and
/// solvent. The market is in deficit for Carol's sake: what is Bob's is paid in full whatever becomes of that.
#[tokio::test]
async fn LIQ_3_what_lies_apart_is_seized_in_a_deficit_too() {
    let (mut world, _) = market(usdc(40_000)).await;
    let (bob, carol, keeper) = (world.trader().await, world.funded(usdc(20_000)).await, world.trader().await);
    keeper.deposit(&mut world, "SOL", sol(1_000)).await.succeeds();
    bob.deposit(&mut world, "ETH", eth(10)).await.succeeds();
    world.freshen_all().await;
    bob.borrow(&mut world, "SOL", sol(50)).await.succeeds();
    for who in [&bob, &carol] {
        who.trade(&mut world, "BTC", 500_000).await.succeeds();
    }
    print(&mut world, sixty_fourths(128)).await;
    world.deleverage(&bob.account, "BTC").await.succeeds();
    world.chain.advance(3_600);
    let prices = [("BTC", sixty_fourths(128)), (QUOTE, usd(1)), ("SOL", usd(390)), ("ETH", Price8(10_000))];
    world.freshen_all().await;
    world.prices(&prices).await;
    let valuation = bob.valuation(&mut world).await;
    assert!(valuation.is_liquidatable() && valuation.equity > Value::ZERO, "{valuation:?}");
    keeper.settle_for(&mut world, &bob, "BTC", ALL).await.fails_with(MarginError::NotAccountOwnerOrDelegate);
    keeper.close_out(&mut world, &bob, "BTC", ALL).await.fails_with(MarginError::LegNotChosen);
    keeper.liquidate(&mut world, &bob, ("SOL", "BTC"), ALL).await.succeeds();
}

/// v = 1 for SOL, which the bound of tokens allows beside w = 0.92, but not beside profit, which counts whole: 18,721 of matured
/// profit against 40 SOL at $475, 19,000, would be healthy while prices are in doubt by 1 %.
#[tokio::test]
async fn CFG_1_profit_and_debts_to_markets_keep_their_distance_too() {
    let (mut world, _) = market(usdc(1_000_000)).await;
    let weights = WeightConfig {
        liability_initial: 11_500,
        liability_end: 10_025,
        liability_maintenance: 10_000,
        ..world.board().await.tokens[0].weights
    };
    let set =
        instruction::set_weights(&world.admin.pubkey(), &world.group, &world.board, &world.keys("SOL").bank, weights);
    world.send_as_admin(&[set]).await.fails_with(MarginError::ConfigWeightGap);
}

/// Bob's 100 SOL earn interest that nobody brings to the board for a month: worth twice as much as the board says, they cover the
/// 3.2 ETH that he owes. A stranger calls him insolvent and lets him take his profit in a deficit, at h.
#[tokio::test]
async fn nobody_is_insolvent_by_an_old_index() {
    let (mut world, _) = market(usdc(40_000)).await;
    let lending =
        LendingConfig { base_rate: 90_000, kink_rate: 90_000, max_rate: 90_000, ..world.bank("SOL").await.lending };
    let set = instruction::set_lending(&world.admin.pubkey(), &world.group, &world.keys("SOL").bank, lending);
    world.send_as_admin(&[set]).await.succeeds();
    let (bob, carol, debtor) = (world.trader().await, world.funded(usdc(60_000)).await, world.trader().await);
    bob.deposit(&mut world, "SOL", sol(100)).await.succeeds();
    debtor.deposit(&mut world, "ETH", eth(100)).await.succeeds();
    world.freshen_all().await;
    debtor.borrow(&mut world, "SOL", sol(90)).await.succeeds();
    bob.trade(&mut world, "BTC", 50_000).await.succeeds();
    bob.borrow(&mut world, "ETH", eth(32) / 10).await.succeeds();
    carol.trade(&mut world, "BTC", 700_000).await.succeeds();
    print(&mut world, sixty_fourths(128)).await;
    bob.settle(&mut world, "BTC", ALL).await.succeeds();
    world.chain.skip(300);
    world.chain.advance(30 * 86_400);
    world.prices(&[("BTC", sixty_fourths(128)), (QUOTE, usd(1)), ("SOL", usd(150)), ("ETH", usd(6_000))]).await;
    let stranger = world.trader().await;
    let forced = stranger.settle_for(&mut world, &bob, "BTC", ALL).await;
    world.sync(&["SOL"]).await.succeeds();
    assert!(bob.valuation(&mut world).await.equity > Value::ZERO);
    forced.fails_with(MarginError::NotAccountOwnerOrDelegate);
}

/// A print of twice the price is a minute old; the market has come back to 1.4 times and nobody has said so yet. No trade is taken
/// at it. Mallory, who is long, has herself deleveraged at it: of her profit of 24,968 at the true price she makes all that the
/// pool has.
#[tokio::test]
async fn attack_2_old_print_lookback_by_deleveraging() {
    let (mut world, _) = market(usdc(40_000)).await;
    let mallory = world.funded(usdc(10_000)).await;
    mallory.trade(&mut world, "BTC", btc(1)).await.succeeds();
    print(&mut world, sixty_fourths(128)).await;
    world.chain.advance(59);
    mallory.reduce(&mut world, "BTC", ALL).await.fails_with(MarginError::StalePrice);
    world.deleverage(&mallory.account, "BTC").await.fails_with(MarginError::StalePrice);
    print(&mut world, Price8(sixty_fourths(64).units() / 10 * 14)).await;
    assert!(wealth(&mut world, &[&mallory]).await <= 34_968_624_937, "NPR-1: more than the true price gave her");
}
