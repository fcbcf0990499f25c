//! What a transfer fee takes is nobody's: deposits and repayments count what arrives, withdrawals and loans what leaves.

use breakwater_client::TOKEN_2022_PROGRAM;
use breakwater_client::instruction::ALL;
use breakwater_client::interface::accounts::{SIDE_DEBT, SIDE_DEPOSIT};
use breakwater_client::view::{Action, Kind, Preview};
use breakwater_sim::world::Listing;

use super::mints::{fee_mint, fill_wallet, list_fee_mint, raise_fee};
use crate::common::{MarginError, Trader, Verdict, World, sol, usd};

const MILLION: u64 = 1_000_000;

/// A deposit out of a wallet that is filled first.
async fn deposit(world: &mut World, who: &Trader, amount: u64) -> breakwater_sim::world::Sent {
    fill_wallet(world, who, amount).await;
    let deposit = who.deposit_instruction(world, "FEE", amount).await;
    world.send(&[deposit], &[&who.key]).await
}

/// Of 1,000,000 units 1 % stays behind: 990,000 arrive.
#[tokio::test]
async fn a_deposit_counts_what_arrives() {
    let mut world = World::new().await;
    list_fee_mint(&mut world, 100, u64::MAX).await;
    assert_eq!(world.bank("FEE").await.transfer_fee, 1);
    let alice = world.trader().await;
    deposit(&mut world, &alice, MILLION).await.succeeds();
    assert_eq!(alice.deposited(&mut world, "FEE").await, 990_000);
    assert_eq!(world.bank("FEE").await.vault_amount, 990_000);
    // A unit costs a unit of fee, and nothing arrives.
    deposit(&mut world, &alice, 1).await.fails_with(MarginError::AmountZero);

    alice.withdraw(&mut world, "FEE", ALL).await.succeeds();
    assert_eq!(alice.wallet(&mut world, "FEE").await, 1 + 980_100, "a hundredth of what left");
    assert_eq!(world.bank("FEE").await.vault_amount, 0);
}

/// The fee has a limit of its own: 50 units.
#[tokio::test]
async fn a_fee_stops_at_its_limit() {
    let mut world = World::new().await;
    list_fee_mint(&mut world, 100, 50).await;
    let alice = world.trader().await;
    deposit(&mut world, &alice, MILLION).await.succeeds();
    assert_eq!(alice.deposited(&mut world, "FEE").await, MILLION - 50);
}

/// The cap counts what arrives, too.
#[tokio::test]
async fn a_fee_that_was_raised_after_listing_is_counted_all_the_same() {
    let mut world = World::new().await;
    let mint = list_fee_mint(&mut world, 100, u64::MAX).await;
    raise_fee(&mut world, &mint, 500).await;
    let alice = world.trader().await;
    deposit(&mut world, &alice, MILLION).await.succeeds();
    assert_eq!(alice.deposited(&mut world, "FEE").await, 950_000);
}

/// Alice owes 1,000,000 units. To bring them in she must send ceil(1,000,000 / 0.99) = 1,010,102, of which ceil(10,101.02)
/// stay behind; whatever she asks for, no more is taken.
#[tokio::test]
async fn a_repayment_counts_what_arrives_and_can_pay_all() {
    for amount in [1_010_102, 5 * MILLION, ALL] {
        let (mut world, alice) = indebted(100).await;
        let before = alice.wallet(&mut world, "FEE").await;
        alice.repay(&mut world, "FEE", amount).await.succeeds();
        assert_eq!(alice.position(&mut world, "FEE", SIDE_DEBT).await, None, "asked for {amount}");
        assert_eq!(alice.position(&mut world, "FEE", SIDE_DEPOSIT).await, None);
        assert_eq!(before - alice.wallet(&mut world, "FEE").await, 1_010_102);
    }
    let (mut world, alice) = indebted(100).await;
    alice.repay(&mut world, "FEE", MILLION).await.succeeds();
    assert_eq!(alice.owed(&mut world, "FEE").await, 10_000);
}

/// At a fee of 0.5 % the same 1,010,102 units lose only ceil(5,050.51): 1,005,051 arrive, the debt takes its million and
/// 5,051 become a deposit.
#[tokio::test]
async fn what_arrives_beyond_the_debt_becomes_a_deposit() {
    let (mut world, alice) = indebted(50).await;
    alice.repay(&mut world, "FEE", ALL).await.succeeds();
    assert_eq!(alice.position(&mut world, "FEE", SIDE_DEBT).await, None);
    assert_eq!(alice.deposited(&mut world, "FEE").await, 5_051);
}

/// Of the 1,010,102 units of a repayment 1,005,051 arrive, of a deposit of a million 995,000: a client that says so foresees the
/// bytes.
#[tokio::test]
async fn PRE_1_of_a_transfer_fee_only_what_arrives_is_the_callers_to_say() {
    let (mut world, alice) = indebted(50).await;
    let token = world.bank("FEE").await.token;
    let (view, account) = (world.view().await, world.margin_account(&alice.account).await);
    assert_eq!(view.most(&account, Kind::Repay { token }), Ok(1_010_102), "PRE-2");
    let repay = Action::Repay { token, amount: ALL, arrived: Some(1_005_051) };
    let preview = view.preview(&account, &repay).expect("a repayment");
    assert_eq!((preview.sent, preview.amount), (1_010_102, 1_005_051));
    alice.repay(&mut world, "FEE", ALL).await.succeeds();
    agrees(&mut world, &alice, &preview).await;

    fill_wallet(&mut world, &alice, MILLION).await;
    let (view, account) = (world.view().await, world.margin_account(&alice.account).await);
    let all = Action::Deposit { token, amount: MILLION, arrived: Some(995_000) };
    let preview = view.preview(&account, &all).expect("a deposit");
    deposit(&mut world, &alice, MILLION).await.succeeds();
    agrees(&mut world, &alice, &preview).await;
}

async fn agrees(world: &mut World, who: &Trader, preview: &Preview) {
    let (account, bank) = (world.margin_account(&who.account).await, world.bank("FEE").await);
    assert_eq!(bytemuck::bytes_of(&account), bytemuck::bytes_of(&preview.account), "PRE-1");
    assert_eq!(preview.bank.as_ref().map(bytemuck::bytes_of), Some(bytemuck::bytes_of(&bank)), "PRE-1");
}

/// Alice owes a million units of a mint with a fee and has five in her wallet, less the fee of the loan.
async fn indebted(bps: u16) -> (World, Trader) {
    let mut world = World::new().await;
    list_fee_mint(&mut world, bps, u64::MAX).await;
    let (lender, alice) = (world.trader().await, world.trader().await);
    deposit(&mut world, &lender, 1_000 * MILLION).await.succeeds();
    alice.deposit(&mut world, "SOL", sol(10)).await.succeeds();
    fill_wallet(&mut world, &alice, 5 * MILLION).await;
    world.prices(&[("SOL", usd(150)), ("FEE", usd(1))]).await;
    alice.borrow(&mut world, "FEE", MILLION).await.succeeds();
    assert_eq!(alice.owed(&mut world, "FEE").await, MILLION);
    let fee = MILLION * u64::from(bps) / 10_000;
    assert_eq!(alice.wallet(&mut world, "FEE").await, 6 * MILLION - fee);
    (world, alice)
}

#[tokio::test]
async fn list_token_fails_with_TransferFeeTooHigh_above_one_percent() {
    let mut world = World::new().await;
    let listing = Listing { token_program: TOKEN_2022_PROGRAM, ..Listing::stable(6) };
    let mint = fee_mint(&mut world, 101, 1).await;
    let refused = world.list_mint("FEE", mint, listing).await.fails_with(MarginError::TransferFeeTooHigh);
    let line = "Program log: refused extension 1: TransferFeeConfig".to_owned();
    assert!(refused.logs.contains(&line), "{:#?}", refused.logs);
    // Either of the two scheduled fees is enough: the newer one takes effect by itself.
    let mint = fee_mint(&mut world, 100, 1).await;
    let mut account = world.chain.account(&mint).await.expect("the mint exists");
    account.data[170 + 106] = 101;
    world.chain.set_account(&mint, account);
    world.list_mint("FEE", mint, listing).await.fails_with(MarginError::TransferFeeTooHigh);
    list_fee_mint(&mut world, 100, u64::MAX).await;
}
