//! The thefts of the last years, tried here, and where each stops. What happened: docs/threat-model.md.

use std::slice::from_ref;

use breakwater_client::instruction::{self, ALL, BankKeys, Scope};
use breakwater_client::interface::MarginError;
use breakwater_client::interface::config::{LendingConfig, WeightConfig};
use breakwater_client::interface::governance::{ADMIN, GUARDIAN, TRADE};
use breakwater_client::{Address, TOKEN_PROGRAM, address};
use breakwater_sim::tokens;
use breakwater_sim::world::{Listing, Token, default_oracle};
use solana_signer::Signer;

use crate::common::world::feed_id;
use crate::common::{LOT, OTHER_PROGRAM, QUOTE, Trader, UNIT, Verdict, World, usd, usdc};
use crate::direct::{advance, nonce_account};

/// A fake token as a thief would list it, in the narrowest terms that the program takes.
fn fake_listing() -> Listing {
    let listing = Listing::volatile(6);
    let weights = WeightConfig { ramp: 1_209_600, collateral_cap: 1_000_000, ..listing.weights };
    Listing { weights, ..listing }
}

/// Makes a mint of which somebody has everything.
fn fake_mint(world: &mut World) -> Address {
    let mint = Address::new_unique();
    world.chain.set_data(&mint, &TOKEN_PROGRAM, tokens::mint(6));
    mint
}

/// Drift, April 2026: approvals that were signed weeks before with durable nonces listed a fake token and raised the guards.
#[tokio::test]
async fn a_presigned_transaction_is_worth_nothing() {
    let mut world = World::with_market().await;
    world.launch().await;
    let admin = world.admin.insecure_clone();
    let mint = fake_mint(&mut world);
    let lending = LendingConfig { deposit_cap: u64::MAX, ..world.bank(QUOTE).await.lending };
    let raise = instruction::set_lending(&admin.pubkey(), &world.group, &world.keys(QUOTE).bank, lending);
    let list = world.list_instruction("FAKE", mint, fake_listing());
    let number = world.group_state().await.changes;
    let queue = instruction::queue_change(&admin.pubkey(), &world.group, number, &list).expect("it may wait");
    for presigned in [list, raise, queue] {
        let nonce = nonce_account(&mut world, &admin.pubkey());
        let sent = world.chain.send_first(&advance(&nonce, &admin.pubkey()), &[presigned], &[&admin]).await;
        sent.fails_with(MarginError::AdminByNonce);
    }
}

/// The same with the key itself, and whatever else a thief would try within a minute.
#[tokio::test]
async fn a_stolen_admin_key_gets_nothing_at_once() {
    let mut world = World::with_market().await;
    let officers = world.launch().await;
    let (thief, own) = (world.admin.insecure_clone(), world.chain.funded_key());
    let (key, group, board, bank) = (thief.pubkey(), world.group, world.board, world.keys(QUOTE).bank);
    let mint = fake_mint(&mut world);
    let lending = LendingConfig { borrow_cap: u64::MAX, ..world.bank(QUOTE).await.lending };
    let mut liquidation = world.board().await.liquidation;
    liquidation.bonus_max += 100;
    let grabs = [
        world.list_instruction("FAKE", mint, fake_listing()),
        instruction::set_lending(&key, &group, &bank, lending),
        instruction::set_oracle(&key, &group, &board, 0, default_oracle(feed_id("OWN"))),
        instruction::set_liquidation(&key, &group, &board, liquidation),
    ];
    for grab in &grabs {
        world.send(from_ref(grab), &[&thief]).await.fails_with(MarginError::ChangeMustWait);
    }
    for role in [ADMIN, GUARDIAN] {
        let take = instruction::set_role(&key, &group, &own.pubkey(), role);
        world.send(&[take], &[&thief, &own]).await.fails_with(MarginError::ChangeMustWait);
    }
    let pause = instruction::pause(&key, &group, &board, &Scope::Group, (TRADE, 60));
    world.send(&[pause], &[&thief]).await.fails_with(MarginError::NotGuardian);

    // It may queue, and everybody sees it: the guardian has two days.
    for grab in &grabs {
        let queued = world.queue(&thief, grab).await;
        let veto = instruction::veto_change(&officers.guardian.pubkey(), &group, queued.number);
        world.send(&[veto], &[&officers.guardian]).await.succeeds();
        world.chain.advance(172_800);
        world.execute(grab, &queued).await.fails_with(MarginError::ChangeIsOver);
    }
}

/// The guardian sleeps for two days: the fake token is listed, at a price of a thousand dollars, and a thief owns all of it.
#[tokio::test]
async fn a_listed_fake_backs_no_loan() {
    let mut world = World::with_market().await;
    world.provider("BTC", usdc(1_000_000)).await;
    let lender = world.trader().await;
    lender.deposit(&mut world, QUOTE, usdc(10_000_000)).await.succeeds();
    world.launch().await;
    let mint = fake_mint(&mut world);
    let list = world.list_instruction("FAKE", mint, fake_listing());
    world.change_in_time(&list).await.succeeds();
    let keys = BankKeys::new(&world.group, mint, TOKEN_PROGRAM);
    let number = world.tokens.len() as u8;
    let (vault, oracle) = (address::vault(&keys.bank), Address::new_unique());
    let symbol = "FAKE".to_owned();
    world.tokens.push(Token { symbol, decimals: 6, number, keys, vault, feed_id: feed_id("FAKE"), oracle });
    world.prices(&[("FAKE", usd(1_000)), (QUOTE, usd(1))]).await;
    let thief = world.trader().await;
    thief.deposit(&mut world, "FAKE", usdc(1_900)).await.succeeds();
    world.prices(&[("FAKE", usd(1_000)), (QUOTE, usd(1))]).await;
    thief.borrow(&mut world, QUOTE, usdc(1)).await.fails_with(MarginError::InsufficientHealth);

    // A week later half of a weight of 0.8 on 1.9 million dollars backs debts that count 1.08 times: 708,000 dollars. At no
    // time is it more than 741,000, 0.8 of the cap, and both guardian and lenders see it coming for nine days.
    world.chain.advance(7 * 86_400 + 3_600);
    world.prices(&[("FAKE", usd(1_000)), (QUOTE, usd(1))]).await;
    world.sync(&["FAKE", QUOTE]).await.succeeds();
    thief.borrow(&mut world, QUOTE, usdc(709_000)).await.fails_with(MarginError::InsufficientHealth);
    thief.borrow(&mut world, QUOTE, usdc(700_000)).await.succeeds();
    world.chain.advance(30 * 86_400);
    thief.deposit(&mut world, "FAKE", usdc(1_000_000_000)).await.succeeds();
    world.prices(&[("FAKE", usd(1_000)), (QUOTE, usd(1))]).await;
    world.sync(&["FAKE", QUOTE]).await.succeeds();
    thief.borrow(&mut world, QUOTE, usdc(1)).await.fails_with(MarginError::InsufficientHealth);
}

/// Mango, October 2022: one person is long and short, moves the price, and takes a loan against the winner's profit.
#[tokio::test]
async fn a_profit_traded_with_oneself_is_not_withdrawn() {
    let mut world = World::with_market().await;
    world.provider("BTC", usdc(10_000_000)).await;
    world.launch().await;
    let (long, short) = (rich(&mut world).await, rich(&mut world).await);
    world.freshen(&[QUOTE, "BTC"]).await;
    long.trade(&mut world, "BTC", 300 * LOT as i64).await.succeeds();
    short.trade(&mut world, "BTC", -300 * LOT as i64).await.succeeds();
    world.chain.skip(10);
    world.prices(&[("BTC", usd(90_000)), (QUOTE, usd(1))]).await;
    world.sync(&["BTC", QUOTE]).await.succeeds();
    assert!(long.pnl(&mut world, "BTC").await > 0, "a third up");
    long.settle(&mut world, "BTC", UNIT).await.fails_with(MarginError::ProfitNotMatured);
    long.withdraw(&mut world, QUOTE, usdc(999_999)).await.fails_with(MarginError::InsufficientHealth);
}

async fn rich(world: &mut World) -> Trader {
    let trader = world.trader().await;
    trader.deposit(world, QUOTE, usdc(1_000_000)).await.succeeds();
    trader
}

/// The first depositor of a vault gives it tokens, so that a share becomes dearer than the next deposit.
#[tokio::test]
async fn a_donation_makes_no_share_dearer() {
    let mut world = World::new().await;
    world.launch().await;
    let (thief, victim) = (world.trader().await, world.trader().await);
    thief.deposit(&mut world, QUOTE, 1).await.succeeds();
    let vault = Address::new_from_array(world.bank(QUOTE).await.vault);
    let mut account = world.chain.account(&vault).await.expect("the vault");
    tokens::add_amount(&mut account.data, usdc(1_000_000));
    world.chain.set_account(&vault, account);
    victim.deposit(&mut world, QUOTE, usdc(500_000)).await.succeeds();
    assert_eq!(victim.deposited(&mut world, QUOTE).await, usdc(500_000));
    thief.withdraw(&mut world, QUOTE, ALL).await.succeeds();
    assert_eq!(world.wallet_balance(&thief.address(), QUOTE).await, 1, "the donation is lost");
}

/// Loopscale and others: an account with the bytes of a price that nobody but the thief wrote.
#[tokio::test]
async fn a_look_alike_of_an_oracle_account_is_no_oracle() {
    let mut world = World::new().await;
    world.launch().await;
    let before = world.board().await.feeds[0];
    let mut print = world.update("SOL", usd(1_000_000));
    world.chain.advance(1);
    print.publish_time += 1;
    let fake = Address::new_unique();
    world.chain.set_data(&fake, &OTHER_PROGRAM, print.to_bytes());
    let refresh = instruction::refresh(&world.board, &[(0, fake)]);
    world.send(&[refresh], &[]).await.fails_with(MarginError::OracleOwner);
    // Pyth's own account of another feed is none either.
    let mut other = world.update(QUOTE, usd(1_000_000));
    other.publish_time = print.publish_time;
    world.chain.set_data(&fake, &breakwater_sim::oracle::RECEIVER, other.to_bytes());
    let refresh = instruction::refresh(&world.board, &[(0, fake)]);
    world.send(&[refresh], &[]).await.fails_with(MarginError::OracleFeedMismatch);
    assert_eq!(world.board().await.feeds[0], before);
}

/// Kelp on Aave, April 2026, and every pool that pays at once: stake comes for an income that is about to be paid, or leaves
/// before a loss that is about to be written off.
#[tokio::test]
async fn stake_neither_comes_for_an_income_nor_leaves_before_a_loss() {
    let mut world = World::still().await;
    world.create_fund(10_000).await.succeeds();
    world.launch().await;
    let loyal = world.matured_staker(usdc(1_000)).await;
    let (thief, donor) = (world.staker(usdc(9_000)).await, world.funded(usdc(1_000)).await);
    thief.stake(&mut world, usdc(9_000)).await.succeeds();
    donor.insure_group(&mut world, usdc(1_000)).await.succeeds();
    thief.request_unstake(&mut world, 0).await.succeeds();
    thief.unstake(&mut world).await.fails_with(MarginError::UnstakeTooEarly);
    world.chain.advance(7 * 86_400);
    thief.unstake(&mut world).await.succeeds();
    assert_eq!(thief.deposited(&mut world, QUOTE).await, usdc(9_000), "nine tenths of the fund earned nothing");

    // Leaving takes a week, in which a loss is borne: tests/insurance/losses.rs has the numbers.
    loyal.request_unstake(&mut world, ALL).await.succeeds();
    loyal.unstake(&mut world).await.fails_with(MarginError::UnstakeTooEarly);
}
