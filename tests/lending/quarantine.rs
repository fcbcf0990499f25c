//! Quarantine: what deposits of a young or thin token may back, and that nobody is liquidated by it.

use breakwater_client::instruction::{self, ALL};
use breakwater_client::interface::snapshot::{self, Own};
use breakwater_client::margin::{Snapshot, Valuation, health};
use breakwater_sim::world::Listing;
use solana_signer::Signer;

use super::depositor;
use crate::common::world::without_interest;
use crate::common::{MarginError, Trader, Verdict, World, usd, usdc};

const DAY: i64 = 86_400;
/// 100 NEW are $1,000.
const HUNDRED: u64 = 100_000_000;

/// SOL, USDC and ETH with a lender of USDC, and NEW at $10; loans cost nothing.
async fn scene(ramp: u32, collateral_cap: u32) -> (World, Trader) {
    let mut world = World::still().await;
    let lender = depositor(&mut world, "USDC", usdc(100_000)).await;
    let mut listing = without_interest(Listing::volatile(6));
    (listing.weights.ramp, listing.weights.collateral_cap) = (ramp, collateral_cap);
    world.list("NEW", listing, usd(10)).await;
    world.freshen(&["NEW", "USDC"]).await;
    (world, lender)
}

/// An account's health, from the board alone.
async fn valuation(world: &mut World, who: &Trader) -> Valuation {
    let (board, account, now) = (world.board().await, world.margin_account(&who.account).await, world.chain.now());
    let mut legs = Snapshot::default();
    snapshot::build(&mut legs, &board, &account, &Own::default(), now).expect("it fits");
    health::value(&legs).expect("it fits")
}

async fn set_cap(world: &mut World, collateral_cap: u32) {
    let mut weights = Listing::volatile(6).weights;
    weights.collateral_cap = collateral_cap;
    let (admin, bank) = (world.admin.pubkey(), world.keys("NEW").bank);
    let set = instruction::set_weights(&admin, &world.group, &world.board, &bank, weights);
    world.send_as_admin(&[set]).await.succeeds();
}

/// $1,000 at 0, 0.4 and 0.8, over 1.08: 0, 370.4 and 740.7 USDC.
#[tokio::test]
async fn the_weight_rises_from_the_listing_to_the_end_of_the_ramp() {
    let (mut world, _) = scene(10 * DAY as u32, 0).await;
    let listed_at = world.board().await.tokens[3].listed_at;
    let alice = depositor(&mut world, "NEW", HUNDRED).await;
    alice.borrow(&mut world, "USDC", 1).await.fails_with(MarginError::InsufficientHealth);
    for days in [5, 10] {
        world.chain.advance(listed_at + days * DAY - world.chain.now());
        world.freshen(&["NEW", "USDC"]).await;
        alice.borrow(&mut world, "USDC", usdc(371)).await.fails_with(MarginError::InsufficientHealth);
        alice.borrow(&mut world, "USDC", usdc(370)).await.succeeds();
    }
}

/// Alone Alice could borrow 740.7 USDC. Bob's $1,000 halve it in the instruction that deposits them.
#[tokio::test]
async fn depositors_share_the_cap() {
    let (mut world, _) = scene(0, 1_000).await;
    assert_eq!(world.bank("NEW").await.capped, 1);
    let alice = depositor(&mut world, "NEW", HUNDRED).await;
    alice.borrow(&mut world, "USDC", usdc(741)).await.fails_with(MarginError::InsufficientHealth);
    let bob = depositor(&mut world, "NEW", HUNDRED).await;
    assert_eq!(world.board().await.tokens[3].deposits, 2 * HUNDRED);
    for who in [&alice, &bob] {
        who.borrow(&mut world, "USDC", usdc(371)).await.fails_with(MarginError::InsufficientHealth);
        who.borrow(&mut world, "USDC", usdc(370)).await.succeeds();
    }
}

/// $101,000 in all count for $1,000: 8,000 / 101 = 79 bps of Mallory's $100,000 are $790, over 1.08 731.5 USDC.
#[tokio::test]
async fn a_loan_sees_the_deposit_of_its_own_transaction() {
    let (mut world, _) = scene(0, 1_000).await;
    depositor(&mut world, "NEW", HUNDRED).await;
    let mallory = world.trader().await;
    world.mint_to(&mallory.address(), "NEW", 200 * HUNDRED).await;
    for (dollars, fine) in [(732, false), (731, true)] {
        let deposit = mallory.deposit_instruction(&mut world, "NEW", 100 * HUNDRED).await;
        let borrow = mallory.borrow_instruction(&mut world, "USDC", usdc(dollars)).await;
        let sent = world.send(&[deposit, borrow], &[&mallory.key]).await;
        if fine {
            sent.succeeds();
        } else {
            sent.fails_with(MarginError::InsufficientHealth);
        }
    }
}

#[tokio::test]
async fn deposit_fails_with_BoardMissing_where_the_bank_is_capped() {
    let (mut world, _) = scene(0, 1_000).await;
    let second = world.second_group().await;
    let alice = world.trader().await;
    let wallet = world.mint_to(&alice.address(), "NEW", HUNDRED).await;
    let bare = instruction::deposit(&alice.address(), &alice.account, &world.keys("NEW"), &wallet, 1);
    let foreign = instruction::with_board(bare.clone(), &second.board);
    let whole = instruction::with_board(bare.clone(), &world.board);
    world.send(std::slice::from_ref(&bare), &[&alice.key]).await.fails_with(MarginError::BoardMissing);
    world.send(&[foreign], &[&alice.key]).await.fails_with(MarginError::BoardOfOtherGroup);
    world.send(&[whole], &[&alice.key]).await.succeeds();
    set_cap(&mut world, 0).await;
    assert_eq!(world.bank("NEW").await.capped, 0);
    world.send(&[bare], &[&alice.key]).await.succeeds();
}

/// A repayment is a deposit of nothing: it needs no board.
#[tokio::test]
async fn repay_needs_no_board() {
    let (mut world, _) = scene(0, 1_000).await;
    depositor(&mut world, "NEW", HUNDRED).await;
    world.freshen(&["SOL", "NEW"]).await;
    let alice = depositor(&mut world, "SOL", 1_000_000_000).await;
    alice.borrow(&mut world, "NEW", HUNDRED / 100).await.succeeds();
    alice.repay(&mut world, "NEW", ALL).await.succeeds();
    assert_eq!(alice.owed(&mut world, "NEW").await, 0);
}

#[tokio::test]
async fn a_withdrawal_gives_others_their_weight_back_at_the_next_refresh() {
    let (mut world, _) = scene(0, 1_000).await;
    let alice = depositor(&mut world, "NEW", HUNDRED).await;
    let bob = depositor(&mut world, "NEW", HUNDRED).await;
    alice.borrow(&mut world, "USDC", usdc(370)).await.succeeds();
    let before = valuation(&mut world, &alice).await;
    bob.withdraw(&mut world, "NEW", ALL).await.succeeds();
    alice.borrow(&mut world, "USDC", usdc(1)).await.fails_with(MarginError::InsufficientHealth);
    world.sync(&["NEW"]).await.succeeds();
    assert_eq!(valuation(&mut world, &alice).await, before, "maintenance does not move");
    alice.borrow(&mut world, "USDC", usdc(371)).await.fails_with(MarginError::InsufficientHealth);
    alice.borrow(&mut world, "USDC", usdc(370)).await.succeeds();
}

/// Whoever withdraws with a debt is judged by what all depositors own afterwards: of $2,000 Alice takes out $600, her $400 and
/// Bob's $1,000 then count for $1,000: 5,714 bps of $400 are $228.6, over 1.08 211.6 USDC.
#[tokio::test]
async fn a_withdrawal_counts_in_its_own_check() {
    for (dollars, fine) in [(212, false), (211, true)] {
        let (mut world, _) = scene(0, 1_000).await;
        let alice = depositor(&mut world, "NEW", HUNDRED).await;
        depositor(&mut world, "NEW", HUNDRED).await;
        alice.borrow(&mut world, "USDC", usdc(dollars)).await.succeeds();
        let sent = alice.withdraw(&mut world, "NEW", HUNDRED * 6 / 10).await;
        if fine {
            sent.succeeds();
        } else {
            sent.fails_with(MarginError::InsufficientHealth);
        }
    }
}

/// A cap of a dollar, set when NEW has been deposited for long: new risk ends, and nobody can be liquidated.
#[tokio::test]
async fn LIQ_1_nobody_is_liquidated_by_a_cap() {
    let (mut world, lender) = scene(0, 0).await;
    let alice = depositor(&mut world, "NEW", HUNDRED).await;
    alice.borrow(&mut world, "USDC", usdc(740)).await.succeeds();
    let before = valuation(&mut world, &alice).await;
    set_cap(&mut world, 1).await;
    assert_eq!(world.board().await.tokens[3].deposits, HUNDRED, "the setter counts");
    assert_eq!(valuation(&mut world, &alice).await, before, "maintenance does not move");
    alice.borrow(&mut world, "USDC", 1).await.fails_with(MarginError::InsufficientHealth);
    let pair = ("USDC", "NEW");
    lender.liquidate(&mut world, &alice, pair, ALL).await.fails_with(MarginError::AccountHealthy);
}
