//! What the fund earns: the own compartment first, then the fund.

use breakwater_client::decode::Event;
use breakwater_client::instruction::{self, Earner};
use breakwater_client::interface::Bank;
use breakwater_client::interface::events::Collected;
use breakwater_client::{PROGRAM_ID, address};

use super::{fund, insured};
use crate::common::{MarginError, Tamper, Trader, Verdict, World, btc, sol, usdc};

/// Gives a bank earnings that only long use would bring: tokens in the vault beyond what depositors own.
async fn earn(world: &mut World, symbol: &str, fees: u64, tranche: u64, target: u64) {
    let who = world.trader().await;
    world.mint_to(&who.address(), symbol, fees + tranche).await;
    let (bank, vault) = (world.keys(symbol).bank, world.token(symbol).vault);
    world
        .chain
        .rewrite::<Bank>(&bank, |bank| {
            bank.vault_amount += fees + tranche;
            (bank.fees, bank.tranche, bank.lending.tranche_target) = (fees, tranche, target);
        })
        .await;
    let mut account = world.chain.account(&vault).await.expect("a vault");
    breakwater_sim::tokens::add_amount(&mut account.data, fees + tranche);
    world.chain.set_account(&vault, account);
}

#[tokio::test]
async fn the_quote_banks_income_fills_its_tranche_and_then_the_fund() {
    for (fees, tranche, kept, overflow) in [(30, 60, 90, 0), (50, 60, 100, 10), (5, 130, 100, 35)] {
        let mut world = insured().await;
        earn(&mut world, "USDC", usdc(fees), usdc(tranche), usdc(100)).await;
        let sent = world.collect("USDC").await.succeeds();
        let source = world.keys("USDC").bank.to_bytes();
        let (gained, amount) = (usdc(kept).saturating_sub(usdc(tranche)), usdc(overflow));
        assert_eq!(sent.events, [Event::Collected(Collected { source, tranche: gained, amount, shares: amount })]);
        let bank = world.bank("USDC").await;
        assert_eq!((bank.fees, bank.tranche), (0, usdc(kept)));
        assert_eq!(fund(&mut world).await, [amount, 0, 0, 0]);
        world.collect("USDC").await.fails_with(MarginError::NothingToCollect);
    }
}

#[tokio::test]
async fn another_banks_income_is_its_own_tranches() {
    let mut world = insured().await;
    earn(&mut world, "SOL", sol(3), sol(8), sol(10)).await;
    world.collect("SOL").await.succeeds();
    let bank = world.bank("SOL").await;
    assert_eq!((bank.fees, bank.tranche), (0, sol(11)));
    assert_eq!(fund(&mut world).await, [0, 0, 0, 0]);
    world.collect("SOL").await.fails_with(MarginError::NothingToCollect);
}

/// Of a market the protocol's part of the fees is the fund's: deposit shares already.
#[tokio::test]
async fn a_markets_fees_are_the_funds() {
    let (mut world, _) = World::with_pool().await;
    let alice: Trader = world.funded(usdc(10_000)).await;
    world.set_market("BTC", |config| (config.tranche_share, config.protocol_share) = (2_000, 1_000)).await.succeeds();
    world.freshen_all().await;
    alice.trade(&mut world, "BTC", btc(1) / 10).await.succeeds();
    let fees = world.market("BTC").await.fees;
    assert!(fees > 0);
    let sent = world.collect("BTC").await.succeeds();
    let source = world.perp("BTC").market.to_bytes();
    assert_eq!(sent.events, [Event::Collected(Collected { source, tranche: 0, amount: 0, shares: fees })]);
    assert_eq!((world.market("BTC").await.fees, fund(&mut world).await[0]), (0, fees));
    world.collect("BTC").await.fails_with(MarginError::NothingToCollect);
}

#[tokio::test]
async fn collect_fails_with_LegAccounts_for_both_sources_or_none() {
    let (mut world, _) = World::with_pool().await;
    let (bank, market) = (world.keys("USDC").bank, world.perp("BTC").market);
    let collect = instruction::collect(&address::fund(&world.group), &Earner::Bank(bank));
    let mut both = collect.with_account(2, &market);
    both.accounts[2].is_writable = true;
    world.send(&[both], &[]).await.fails_with(MarginError::LegAccounts);
    world.send(&[collect.with_account(1, &PROGRAM_ID)], &[]).await.fails_with(MarginError::LegAccounts);
}
