//! `borrow`.

use breakwater_client::interface::accounts::SIDE_DEBT;
use breakwater_client::interface::events::BORROW;
use breakwater_sim::oracle::PriceUpdate;
use breakwater_sim::world::Listing;

use super::{ONE, changed, depositor, list_sixteen, reduce_only, set_lending, vault};
use crate::common::{MarginError, Trader, Verdict, World, sol, usd, usdc};

/// A lender of 10,000 USDC, and Alice with 10 SOL, worth $1,500.
async fn lender_and_alice() -> (World, Trader) {
    let mut world = World::new().await;
    depositor(&mut world, "USDC", usdc(10_000)).await;
    let alice = depositor(&mut world, "SOL", sol(10)).await;
    (world, alice)
}

#[tokio::test]
async fn a_loan_issues_shares_and_moves_tokens_to_the_wallet() {
    let (mut world, alice) = lender_and_alice().await;
    let sent = alice.borrow(&mut world, "USDC", usdc(300)).await.succeeds();
    assert_eq!(sent.events, changed(&world, &alice, "USDC", BORROW, (usdc(300), usdc(300), ONE)));
    let sent = alice.borrow(&mut world, "USDC", 1).await.succeeds();
    assert_eq!(sent.events, changed(&world, &alice, "USDC", BORROW, (1, usdc(300) + 1, ONE)));

    let bank = world.bank("USDC").await;
    assert_eq!((bank.borrow_shares, bank.vault_amount), (usdc(300) + 1, usdc(9_700) - 1));
    assert_eq!(vault(&mut world, "USDC").await.1, usdc(9_700) - 1);
    assert_eq!(alice.wallet(&mut world, "USDC").await, usdc(300) + 1);
    let position = alice.position(&mut world, "USDC", SIDE_DEBT).await.expect("a debt");
    assert_eq!((position.shares, position.token, position.reserved), (usdc(300) + 1, 1, [0; 6]));
}

#[tokio::test]
async fn borrow_fails_with_AmountZero() {
    let (mut world, alice) = lender_and_alice().await;
    alice.borrow(&mut world, "USDC", 0).await.fails_with(MarginError::AmountZero);
}

#[tokio::test]
async fn borrow_fails_with_PositionIsDeposit() {
    let (mut world, alice) = lender_and_alice().await;
    alice.deposit(&mut world, "USDC", 1).await.succeeds();
    alice.borrow(&mut world, "USDC", 1).await.fails_with(MarginError::PositionIsDeposit);
}

#[tokio::test]
async fn borrow_fails_with_BankReduceOnly() {
    let (mut world, alice) = lender_and_alice().await;
    reduce_only(&mut world, "USDC").await;
    alice.borrow(&mut world, "USDC", 1).await.fails_with(MarginError::BankReduceOnly);
}

#[tokio::test]
async fn borrow_fails_with_TokenSlotsFull_at_the_seventeenth_token() {
    let mut world = World::new().await;
    depositor(&mut world, "USDC", usdc(100)).await;
    let alice = world.trader().await;
    let symbols = list_sixteen(&mut world).await;
    for symbol in &symbols {
        alice.deposit(&mut world, symbol, 10_000_000).await.succeeds();
    }
    alice.borrow(&mut world, "USDC", 1).await.fails_with(MarginError::TokenSlotsFull);
}

#[tokio::test]
async fn loans_stop_at_the_borrow_cap_to_the_unit() {
    let (mut world, alice) = lender_and_alice().await;
    set_lending(&mut world, "USDC", |lending| lending.borrow_cap = usdc(500)).await;
    alice.borrow(&mut world, "USDC", usdc(500) + 1).await.fails_with(MarginError::OverBorrowCap);
    alice.borrow(&mut world, "USDC", usdc(500) - 1).await.succeeds();
    alice.borrow(&mut world, "USDC", 2).await.fails_with(MarginError::OverBorrowCap);
    alice.borrow(&mut world, "USDC", 1).await.succeeds();
    alice.borrow(&mut world, "USDC", 1).await.fails_with(MarginError::OverBorrowCap);
}

/// 5 % of 10,000 USDC are 500; at 100 % the vault may be emptied, by borrowers with collateral enough.
#[tokio::test]
async fn loans_stop_at_the_utilisation_limit_to_the_unit() {
    let (mut world, alice) = lender_and_alice().await;
    set_lending(&mut world, "USDC", |lending| lending.max_utilisation = 500).await;
    alice.borrow(&mut world, "USDC", usdc(500) + 1).await.fails_with(MarginError::OverUtilisation);
    alice.borrow(&mut world, "USDC", usdc(500) - 1).await.succeeds();
    alice.borrow(&mut world, "USDC", 1).await.succeeds();
    alice.borrow(&mut world, "USDC", 1).await.fails_with(MarginError::OverUtilisation);

    set_lending(&mut world, "USDC", |lending| lending.max_utilisation = 10_000).await;
    let whale = depositor(&mut world, "SOL", sol(1_000)).await;
    whale.borrow(&mut world, "USDC", usdc(9_500) + 1).await.fails_with(MarginError::OverUtilisation);
    whale.borrow(&mut world, "USDC", usdc(9_500)).await.succeeds();
    assert_eq!(vault(&mut world, "USDC").await.1, 0);
}

/// $1,500 at w_init = 0.8 against b USDC at v_init = 1.08: b = 1,111.111111|11, and the sixth decimal is the unit.
#[tokio::test]
async fn borrow_fails_with_InsufficientHealth_at_the_first_unit_beyond() {
    let (mut world, alice) = lender_and_alice().await;
    alice.borrow(&mut world, "USDC", 1_111_111_112).await.fails_with(MarginError::InsufficientHealth);
    alice.borrow(&mut world, "USDC", 1_111_111_111).await.succeeds();
    alice.borrow(&mut world, "USDC", 1).await.fails_with(MarginError::InsufficientHealth);
}

/// Prices that are exact in the board's scale: a unit of K is 2^-6 dollars, a unit of D is 2^-18 dollars. 27·2^20 units of
/// K are 27·2^14 dollars, 20·2^32 units of D are 20·2^14: 27·0.8 = 21.6 = 20·1.08, so health is 0 to the last bit.
#[tokio::test]
async fn health_of_exactly_zero_is_enough_and_one_unit_less_is_not() {
    let mut world = World::empty().await;
    let mut debt = Listing::volatile(6);
    debt.weights.liability_initial = 10_850;
    debt.weights.liability_end = 10_800;
    debt.weights.liability_maintenance = 10_770;
    debt.weights.liability_initial = 10_800;
    world.list("K", Listing::volatile(6), usd(15_625)).await;
    world.list("D", debt, usd(1)).await;
    let exact =
        PriceUpdate { price: 3_814_697_265_625, ema: 3_814_697_265_625, exponent: -12, ..world.update("D", usd(1)) };
    world.chain.advance(1);
    let exact = PriceUpdate { publish_time: world.chain.now(), ..exact };
    world.write_update("D", &exact);
    world.refresh(&["D"]).await.succeeds();
    world.price("K", usd(15_625)).await;
    let board = world.board().await;
    assert_eq!((board.feeds[0].price, board.feeds[1].price), (1 << 58, 1 << 46));

    depositor(&mut world, "D", 100 << 32).await;
    let alice = depositor(&mut world, "K", 27 << 20).await;
    // The print of D is a second old by now, which would widen its interval: both are published in one second.
    let both = [("K", world.update("K", usd(15_625))), ("D", exact)];
    world.chain.advance(1);
    for (symbol, update) in both {
        world.write_update(symbol, &PriceUpdate { publish_time: world.chain.now(), ..update });
    }
    world.refresh(&["K", "D"]).await.succeeds();
    alice.borrow(&mut world, "D", (20 << 32) + 1).await.fails_with(MarginError::InsufficientHealth);
    alice.borrow(&mut world, "D", 20 << 32).await.succeeds();
    alice.borrow(&mut world, "D", 1).await.fails_with(MarginError::InsufficientHealth);
}

/// Doubt counts against who takes risk. Confidence 0.5 % of $150 widens by k_c = 2.12 to 106 bps, and a moving average of
/// $148 is the lower price: 10 SOL · 148 · (1 − 0.0106) · 0.8 = 1,171.4496, over 1.08 = 1,084.675555|55 USDC.
#[tokio::test]
async fn a_loan_is_judged_at_the_worst_end_of_the_interval() {
    let (mut world, alice) = lender_and_alice().await;
    world.chain.advance(1);
    let now = world.chain.now();
    let doubtful = PriceUpdate { confidence: 75_000_000, ema: 14_800_000_000, ..world.update("SOL", usd(150)) };
    world.write_update("SOL", &doubtful);
    let update = world.update("USDC", usd(1));
    world.write_update("USDC", &update);
    world.refresh(&["SOL", "USDC"]).await.succeeds();
    assert_eq!(world.chain.now(), now);
    alice.borrow(&mut world, "USDC", 1_084_675_556).await.fails_with(MarginError::InsufficientHealth);
    alice.borrow(&mut world, "USDC", 1_084_675_555).await.succeeds();
}

/// At 20 seconds the interval is k_d·⌈√20⌉ = 10 bps wide on both sides: 1,500·0.999·0.8 / (1.08·1.001) =
/// 1,108.891108|89 USDC.
#[tokio::test]
async fn a_price_is_good_for_a_loan_for_twenty_seconds_and_widens_meanwhile() {
    let (mut world, alice) = lender_and_alice().await;
    world.freshen(&["SOL", "USDC"]).await;
    world.chain.advance(20);
    alice.borrow(&mut world, "USDC", 1_108_891_109).await.fails_with(MarginError::InsufficientHealth);
    alice.borrow(&mut world, "USDC", 1_108_891_108).await.succeeds();
    world.chain.advance(1);
    alice.borrow(&mut world, "USDC", 1).await.fails_with(MarginError::StalePrice);
    world.price("USDC", usd(1)).await;
    alice.borrow(&mut world, "USDC", 1).await.fails_with(MarginError::StalePrice);
}

#[tokio::test]
async fn an_index_is_good_for_a_loan_for_five_minutes() {
    let (mut world, alice) = lender_and_alice().await;
    world.freshen(&["SOL", "USDC"]).await;
    for (seconds, fresh) in [(300, true), (1, false)] {
        world.chain.advance(seconds);
        for (symbol, price) in [("SOL", 150), ("USDC", 1)] {
            let update = world.update(symbol, usd(price));
            world.write_update(symbol, &update);
        }
        world.refresh(&["SOL", "USDC"]).await.succeeds();
        let sent = alice.borrow(&mut world, "USDC", 1).await;
        if fresh {
            sent.succeeds();
        } else {
            sent.fails_with(MarginError::StaleIndex);
        }
    }
}

#[tokio::test]
async fn a_delegate_may_not_borrow() {
    let (mut world, alice) = lender_and_alice().await;
    let bob = world.trader().await;
    alice.set_delegate(&mut world, &bob.address()).await.succeeds();
    let mut borrow = bob.borrow_instruction(&mut world, "USDC", 1).await;
    borrow.accounts[1].pubkey = alice.account;
    world.send(&[borrow], &[&bob.key]).await.fails_with(MarginError::NotAccountOwner);
}

/// Amounts at the end of their type: each refusal is a rule's or the arithmetic's, none wraps around.
#[tokio::test]
async fn extreme_amounts_are_refused() {
    let (mut world, alice) = lender_and_alice().await;
    alice.borrow(&mut world, "USDC", u64::MAX).await.fails_with(MarginError::OverBorrowCap);
    alice.borrow(&mut world, "USDC", 1).await.succeeds();
    alice.borrow(&mut world, "USDC", u64::MAX - 1).await.fails_with(MarginError::OverBorrowCap);
    alice.borrow(&mut world, "USDC", u64::MAX).await.fails_with(MarginError::MathOverflow);
}
