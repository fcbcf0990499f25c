//! Tranche first, then the lenders of that token alone (WFL-1).

use breakwater_client::instruction::ALL;
use breakwater_client::interface::events::BankruptcyResolved;

use super::{Scene, bankrupt, ruin};
use crate::common::told::written_off;
use crate::common::{MarginError, Verdict, World, eth, sol, usd, usdc};

const ONE: u64 = 1 << 48;

/// 100 of 10,000 USDC: the deposit index falls by ceil(0.01 × 2^48) to 278,660,226,943,549, at which the lender's 10,000
/// USDC are floor(9,899.999…) = 9,899.999999.
#[tokio::test]
async fn without_a_tranche_the_lenders_of_the_token_bear_the_loss_alone() {
    let Scene { mut world, alice, lender } = bankrupt(usdc(10_000)).await;
    let (sol, eth, before) = (world.bank("SOL").await, world.bank("ETH").await, world.board().await);
    let sent = world.resolve_bankruptcy(&alice.account, "USDC").await.succeeds();
    let index = 278_660_226_943_549;
    let event = BankruptcyResolved {
        account: alice.account.to_bytes(),
        deficit: usdc(100),
        tranche: 0,
        fund: 0,
        socialised: usdc(100) + 1,
        deposit_index: index,
        token: 1,
        reduce_only: 0,
    };
    assert_eq!(written_off(&sent), event);
    assert!(world.margin_account(&alice.account).await.is_empty());
    let bank = world.bank("USDC").await;
    assert_eq!((bank.deposit_index, bank.borrow_shares, bank.socialised), (index, 0, usdc(100) + 1));
    assert_eq!((bank.tranche, bank.fees, bank.reduce_only), (0, 0, 0));
    assert_eq!(lender.deposited(&mut world, "USDC").await, usdc(9_900) - 1);

    // The board has it in the same instruction; nothing else has changed anywhere.
    let after = world.board().await;
    assert_eq!((after.tokens[1].deposit_index, after.tokens[1].borrow_index), (index, ONE));
    assert_eq!(after.tokens[1].index_time, world.chain.now());
    assert_eq!((after.tokens[0], after.tokens[2]), (before.tokens[0], before.tokens[2]));
    assert!(bytemuck::bytes_of(&after.feeds) == bytemuck::bytes_of(&before.feeds));
    for (symbol, bank) in [("SOL", sol), ("ETH", eth)] {
        assert_eq!(bytemuck::bytes_of(&world.bank(symbol).await), bytemuck::bytes_of(&bank), "{symbol}");
    }
    alice.close(&mut world).await.succeeds();
}

/// The tranche has 0.891808 USDC out of a liquidation at $115 (see the suite of liquidations). 10 SOL at $99.94 pay 999.4
/// of 1,000 USDC and, as both prices of a unit are rounded, a unit more. The loss of 0.599999 is paid by the tranche alone;
/// of a second one it pays the 0.291809 that are left and the lenders 0.308190.
#[tokio::test]
async fn WFL_1_the_tranche_pays_until_it_is_empty_and_then_the_lenders() {
    let mut world = World::still().await;
    let (lender, keeper, bob) = (world.trader().await, world.trader().await, world.trader().await);
    lender.deposit(&mut world, "USDC", usdc(10_000)).await.succeeds();
    keeper.deposit(&mut world, "USDC", usdc(5_000)).await.succeeds();
    keeper.deposit(&mut world, "SOL", sol(100)).await.succeeds();
    ruin(&mut world, &bob, &keeper, 115).await;
    assert_eq!(world.bank("USDC").await.tranche, 891_808, "INS-1");

    let mut resolutions = Vec::new();
    for _ in 0..2 {
        let who = world.trader().await;
        world.prices(&[("SOL", usd(150)), ("USDC", usd(1))]).await;
        who.deposit(&mut world, "SOL", sol(10)).await.succeeds();
        who.borrow(&mut world, "USDC", usdc(1_000)).await.succeeds();
        let almost = breakwater_sim::price_path::Price8(9_994_000_000);
        world.prices(&[("SOL", almost), ("USDC", usd(1))]).await;
        keeper.liquidate(&mut world, &who, ("USDC", "SOL"), ALL).await.succeeds();
        assert_eq!(who.owed(&mut world, "USDC").await, 599_999);
        resolutions.push(written_off(&world.resolve_bankruptcy(&who.account, "USDC").await.succeeds()));
    }
    let [first, second] = resolutions[..] else { panic!("two resolutions") };
    assert_eq!((first.deficit, first.tranche, first.socialised, first.deposit_index), (599_999, 599_999, 0, ONE));
    assert_eq!((second.deficit, second.tranche), (599_999, 291_809));
    assert!((308_190..=308_191).contains(&second.socialised), "a unit of rounding: {}", second.socialised);
    let bank = world.bank("USDC").await;
    assert_eq!((bank.tranche, bank.socialised), (0, second.socialised), "WFL-1");
}

/// 100 USDC of 2,000.00002 are 4.99999995 %: with the unit that rounding takes, 100.000001, still 5 % and not more. Of
/// 2,000.000019 they are more.
#[tokio::test]
async fn a_bank_that_loses_more_than_five_percent_at_once_becomes_reduce_only() {
    for (lent, reduce_only) in [(2_000_000_020, 0), (2_000_000_019, 1)] {
        let Scene { mut world, alice, lender } = bankrupt(lent).await;
        let event = written_off(&world.resolve_bankruptcy(&alice.account, "USDC").await.succeeds());
        assert_eq!((event.socialised, event.reduce_only), (100_000_001, reduce_only), "{lent} lent");
        assert_eq!(u32::from(world.bank("USDC").await.reduce_only), reduce_only);
        let sent = lender.deposit(&mut world, "USDC", 10).await;
        if reduce_only == 1 {
            sent.fails_with(MarginError::BankReduceOnly);
        } else {
            sent.succeeds();
        }
        lender.withdraw(&mut world, "USDC", ALL).await.succeeds();
    }
}

/// 10 SOL at $20 pay $200 of 0.1 ETH at $3,000: 0.03333333 ETH and 500 USDC are left and nothing to pay them. Each is a
/// call of its own, each bank bears its own, with the unit that rounding takes.
#[tokio::test]
async fn every_debt_of_a_bankrupt_is_borne_by_its_own_bank() {
    let mut world = World::still().await;
    let (lender, alice, keeper) = (world.trader().await, world.trader().await, world.trader().await);
    lender.deposit(&mut world, "USDC", usdc(10_000)).await.succeeds();
    lender.deposit(&mut world, "ETH", eth(10)).await.succeeds();
    keeper.deposit(&mut world, "USDC", usdc(5_000)).await.succeeds();
    alice.deposit(&mut world, "SOL", sol(10)).await.succeeds();
    world.prices(&[("SOL", usd(150)), ("USDC", usd(1)), ("ETH", usd(3_000))]).await;
    alice.borrow(&mut world, "USDC", usdc(500)).await.succeeds();
    alice.borrow(&mut world, "ETH", eth(1) / 10).await.succeeds();
    world.prices(&[("SOL", usd(20)), ("USDC", usd(1)), ("ETH", usd(3_000))]).await;
    keeper.liquidate(&mut world, &alice, ("ETH", "SOL"), ALL).await.succeeds();

    let eth_before = world.bank("ETH").await;
    world.resolve_bankruptcy(&alice.account, "USDC").await.succeeds();
    assert_eq!(bytemuck::bytes_of(&world.bank("ETH").await), bytemuck::bytes_of(&eth_before));
    let left = alice.owed(&mut world, "ETH").await;
    assert_eq!((left, world.bank("USDC").await.socialised), (3_333_333, usdc(500) + 1));
    world.resolve_bankruptcy(&alice.account, "USDC").await.fails_with(MarginError::NoDebt);
    world.resolve_bankruptcy(&alice.account, "ETH").await.succeeds();
    assert_eq!(world.bank("ETH").await.socialised, left + 1);
    assert_eq!(lender.deposited(&mut world, "ETH").await, eth(10) - left - 1);
    world.resolve_bankruptcy(&alice.account, "ETH").await.fails_with(MarginError::NotBankrupt);
}
