//! Who is bankrupt, at which prices, with which accounts.

use breakwater_client::instruction::{self, Creditor};
use breakwater_client::interface::MarginAccount;
use breakwater_client::interface::accounts::{SIDE_DEPOSIT, TokenPosition};

use super::{Scene, bankrupt};
use crate::common::{MarginError, Tamper, Verdict, because, sol, usd, usdc};

#[tokio::test]
async fn resolve_fails_with_NotBankrupt_while_anything_is_left_or_nothing_is_owed() {
    let Scene { mut world, alice, lender } = bankrupt(usdc(10_000)).await;
    // No debts: equity is not negative.
    world.resolve_bankruptcy(&lender.account, "USDC").await.fails_with(MarginError::NotBankrupt);
    let nobody = world.trader().await;
    world.resolve_bankruptcy(&nobody.account, "USDC").await.fails_with(MarginError::NotBankrupt);
    // Anybody may be rescued: with a cent of deposit there is something to seize, first.
    world.prices(&[("SOL", usd(100)), ("USDC", usd(1))]).await;
    alice.deposit(&mut world, "SOL", 100_001).await.succeeds();
    world.resolve_bankruptcy(&alice.account, "USDC").await.fails_with(MarginError::NotBankrupt);
}

/// $0.01 is 100,000 units of SOL at $100, plus one for the rounding of the price. One unit less is nothing, and what is
/// nothing is left where it is.
#[tokio::test]
async fn a_deposit_below_a_cent_holds_no_bankruptcy_up() {
    let Scene { mut world, alice, .. } = bankrupt(usdc(10_000)).await;
    world.prices(&[("SOL", usd(100)), ("USDC", usd(1))]).await;
    alice.deposit(&mut world, "SOL", 99_999).await.succeeds();
    world.resolve_bankruptcy(&alice.account, "USDC").await.succeeds();
    assert_eq!(alice.deposited(&mut world, "SOL").await, 99_999);
}

#[tokio::test]
async fn resolve_fails_with_NoDebt_for_a_token_that_is_not_owed() {
    let Scene { mut world, alice, .. } = bankrupt(usdc(10_000)).await;
    world.resolve_bankruptcy(&alice.account, "SOL").await.fails_with(MarginError::NoDebt);
    world.prices(&[("SOL", usd(1)), ("USDC", usd(1))]).await;
    alice.deposit(&mut world, "SOL", 1).await.succeeds();
    world.resolve_bankruptcy(&alice.account, "SOL").await.fails_with(MarginError::NoDebt);
}

#[tokio::test]
async fn a_loss_is_written_off_at_a_price_of_at_most_sixty_seconds() {
    let Scene { mut world, alice, .. } = bankrupt(usdc(10_000)).await;
    world.chain.advance(61);
    world.resolve_bankruptcy(&alice.account, "USDC").await.fails_with(MarginError::StalePrice);
    world.prices(&[("USDC", usd(1))]).await;
    world.chain.advance(60);
    world.resolve_bankruptcy(&alice.account, "USDC").await.succeeds();
}

/// Dust of a dead feed does not count, a dead deposit that was worth something does.
#[tokio::test]
async fn a_dead_feed_holds_a_bankruptcy_up_only_if_it_matters() {
    for (amount, error) in [(1_000, None), (sol(1), Some(MarginError::StalePrice))] {
        let Scene { mut world, alice, .. } = bankrupt(usdc(10_000)).await;
        alice.deposit(&mut world, "SOL", amount).await.succeeds();
        world.chain.advance(61);
        world.prices(&[("USDC", usd(1))]).await;
        let sent = world.resolve_bankruptcy(&alice.account, "USDC").await;
        match error {
            None => drop(sent.succeeds()),
            Some(error) => drop(sent.fails_with(because(error))),
        }
    }
}

#[tokio::test]
async fn an_index_is_good_for_a_bankruptcy_for_an_hour() {
    let Scene { mut world, alice, .. } = bankrupt(usdc(10_000)).await;
    world.sync(&["SOL"]).await.succeeds();
    alice.deposit(&mut world, "SOL", 1_000).await.succeeds();
    world.chain.advance(3_600);
    world.prices(&[("USDC", usd(1))]).await;
    world.resolve_bankruptcy(&alice.account, "USDC").await.fails_with(MarginError::StaleIndex);
    world.sync(&["SOL"]).await.succeeds();
    world.resolve_bankruptcy(&alice.account, "USDC").await.succeeds();
}

#[tokio::test]
async fn resolve_refuses_wrong_accounts() {
    let Scene { mut world, alice, .. } = bankrupt(usdc(10_000)).await;
    let second = world.second_group().await;
    let resolve =
        instruction::resolve_bankruptcy(&alice.account, &world.board, &Creditor::Bank(world.keys("USDC").bank));
    let mut rows = Vec::new();
    for place in 0..3 {
        rows.extend(world.impostors(&resolve, place).await);
    }
    for row in rows {
        world.send(&[resolve.with_account(row.place, &row.address)], &[]).await.fails_with(row.error);
    }
    let foreign = [
        (0, second.trader.account, MarginError::BoardOfOtherGroup),
        (1, second.board, MarginError::BoardOfOtherGroup),
        (2, second.sol.bank, MarginError::BankOfOtherGroup),
    ];
    for (place, address, error) in foreign {
        world.send(&[resolve.with_account(place, &address)], &[]).await.fails_with(because(error));
    }
    world.send(&[resolve], &[]).await.succeeds();
}

/// An account whose shares are too few for a unit owns nothing: what the last liquidation may leave.
#[tokio::test]
async fn a_deposit_of_shares_without_a_unit_is_nothing() {
    let Scene { mut world, alice, .. } = bankrupt(usdc(10_000)).await;
    let (bank, account) = (world.keys("SOL").bank, alice.account);
    let half = 1 << 47;
    world
        .chain
        .rewrite::<breakwater_client::interface::Bank>(&bank, |bank| {
            bank.deposit_shares += 1;
            bank.deposit_index = half;
        })
        .await;
    let slot = TokenPosition { shares: 1, token: 0, side: SIDE_DEPOSIT, reserved: [0; 6] };
    world.chain.rewrite::<MarginAccount>(&account, |account| account.tokens[0] = slot).await;
    let before = world.chain.account(&account).await;
    let resolve = instruction::resolve_bankruptcy(&account, &world.board, &Creditor::Bank(world.keys("USDC").bank));
    world.chain.send(&[resolve], &[]).await.succeeds();
    assert_ne!(world.chain.account(&account).await, before);
}
