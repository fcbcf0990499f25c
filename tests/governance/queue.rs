//! Changes that wait: queued, executed by anybody once due, vetoed, expired, closed.

use std::slice::from_ref;

use breakwater_client::decode::Event;
use breakwater_client::instruction;
use breakwater_client::interface::QueuedChange;
use breakwater_client::interface::events::{ChangeExecuted, ChangeQueued, ChangeVetoed};
use breakwater_client::interface::governance::{EXPIRY, TIMELOCK, VETOED, WAITING};
use breakwater_sim::world::{Listing, default_lending};
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::common::{MarginError, Tamper, Verdict, World, usd, wrong};

/// A loosening: a higher weight for new risk.
fn looser(world: &World) -> Instruction {
    let mut weights = Listing::volatile(9).weights;
    weights.asset_initial += 100;
    let bank = world.keys("SOL").bank;
    instruction::set_weights(&world.admin.pubkey(), &world.group, &world.board, &bank, weights)
}

#[tokio::test]
async fn a_change_waits_two_days_and_then_anybody_executes_it() {
    let mut world = World::new().await;
    let officers = world.launch().await;
    let (change, now) = (looser(&world), world.chain.now());
    let number = world.group_state().await.changes;
    let manager = &officers.risk_manager;
    let queue = instruction::queue_change(&manager.pubkey(), &world.group, number, &change).expect("it may wait");
    let sent = world.send(&[queue], &[manager]).await.succeeds();
    let at = breakwater_client::address::change(&world.group, number);
    let (group, bank) = (world.group.to_bytes(), world.keys("SOL").bank.to_bytes());
    let told = ChangeQueued {
        group,
        change: at.to_bytes(),
        target: bank,
        proposer: manager.pubkey().to_bytes(),
        due_at: now + TIMELOCK,
        expires_at: now + TIMELOCK + EXPIRY,
    };
    assert_eq!(sent.events, [Event::ChangeQueued(told)]);
    let held: QueuedChange = world.chain.state(&at).await;
    assert_eq!((held.data(), held.status, held.number), (change.data.as_slice(), WAITING, number));

    let queued = crate::common::Queued { number, address: at };
    world.chain.set_time(now + TIMELOCK - 1);
    world.execute(&change, &queued).await.fails_with(MarginError::ChangeNotDue);
    world.chain.set_time(now + TIMELOCK);
    let sent = world.execute(&change, &queued).await.succeeds();
    let Event::ChangeExecuted(ChangeExecuted { change: executed, .. }) = sent.events[0] else {
        panic!("{:?}", sent.events)
    };
    assert_eq!(executed, at.to_bytes());
    assert_eq!(world.board().await.tokens[0].weights.asset_initial, 8_100);
    world.execute(&change, &queued).await.fails_with(MarginError::ChangeIsOver);
}

#[tokio::test]
async fn a_change_that_nobody_executes_expires() {
    let mut world = World::new().await;
    world.launch().await;
    let (change, admin) = (looser(&world), world.admin.insecure_clone());
    let queued = world.queue(&admin, &change).await;
    world.chain.advance(TIMELOCK + EXPIRY);
    world.execute(&change, &queued).await.fails_with(MarginError::ChangeExpired);
}

#[tokio::test]
async fn only_the_very_instruction_is_executed() {
    let mut world = World::new().await;
    world.launch().await;
    let (change, admin) = (looser(&world), world.admin.insecure_clone());
    let queued = world.queue(&admin, &change).await;
    world.chain.advance(TIMELOCK);

    let mut more = change.clone();
    let last = more.data.len() - 1;
    more.data[last] ^= 1;
    world.execute(&more, &queued).await.fails_with(MarginError::ChangeMismatch);
    let other_bank = change.with_account(3, &world.keys("USDC").bank);
    world.execute(&other_bank, &queued).await.fails_with(MarginError::ChangeMismatch);
    let other = instruction::set_reduce_only(&admin.pubkey(), &world.group, &world.keys("SOL").bank, false);
    world.execute(&other, &queued).await.fails_with(MarginError::ChangeMismatch);
    world.execute(&change, &queued).await.succeeds();
}

#[tokio::test]
async fn a_change_of_another_group_is_no_warrant() {
    let mut world = World::new().await;
    world.launch().await;
    let second = world.second_group().await;
    let (change, admin) = (looser(&world), world.admin.insecure_clone());
    let queued = world.queue(&admin, &change).await;
    world.chain.advance(TIMELOCK);
    let weights = Listing::volatile(9).weights;
    let elsewhere = instruction::set_weights(&admin.pubkey(), &second.group, &second.board, &second.sol.bank, weights);
    world.execute(&elsewhere, &queued).await.fails_with(MarginError::ChangeMismatch);
}

#[tokio::test]
async fn the_guardian_vetoes_and_who_queues_takes_back() {
    let mut world = World::new().await;
    let officers = world.launch().await;
    let (change, admin) = (looser(&world), world.admin.insecure_clone());
    for who in [&officers.guardian, &officers.risk_manager, &admin] {
        let queued = world.queue(&admin, &change).await;
        let veto = instruction::veto_change(&who.pubkey(), &world.group, queued.number);
        let sent = world.send(from_ref(&veto), &[who]).await.succeeds();
        let told = ChangeVetoed {
            group: world.group.to_bytes(),
            change: queued.address.to_bytes(),
            authority: who.pubkey().to_bytes(),
        };
        assert_eq!(sent.events, [Event::ChangeVetoed(told)]);
        assert_eq!(world.chain.state::<QueuedChange>(&queued.address).await.status, VETOED);
        world.send(&[veto], &[who]).await.fails_with(MarginError::ChangeIsOver);
        world.chain.advance(TIMELOCK);
        world.execute(&change, &queued).await.fails_with(MarginError::ChangeIsOver);
    }
    let queued = world.queue(&admin, &change).await;
    let mallory = world.chain.funded_key();
    let veto = instruction::veto_change(&mallory.pubkey(), &world.group, queued.number);
    world.send(&[veto], &[&mallory]).await.fails_with(MarginError::VetoNotAllowed);
}

#[tokio::test]
async fn the_rent_of_a_change_goes_back_once_it_is_over() {
    let mut world = World::new().await;
    world.launch().await;
    let (change, admin) = (looser(&world), world.admin.insecure_clone());
    let queued = world.queue(&admin, &change).await;
    let close = instruction::close_change(&admin.pubkey(), &queued.address);
    world.send(from_ref(&close), &[]).await.fails_with(MarginError::ChangeIsWaiting);
    world.chain.advance(TIMELOCK);
    world.execute(&change, &queued).await.succeeds();
    let mallory = world.chain.funded_key();
    let stolen = close.with_account(0, &mallory.pubkey());
    world.send(&[stolen], &[]).await.fails_with(MarginError::NotProposer);
    let rent = world.chain.account(&queued.address).await.expect("it is there").lamports;
    let before = world.chain.account(&admin.pubkey()).await.expect("it is there").lamports;
    world.send(&[close], &[]).await.succeeds();
    assert!(world.chain.account(&queued.address).await.is_none());
    assert_eq!(world.chain.account(&admin.pubkey()).await.expect("it is there").lamports, before + rent);
}

#[tokio::test]
async fn what_is_not_governed_and_what_is_too_long_does_not_wait() {
    let mut world = World::new().await;
    world.launch().await;
    let admin = world.admin.insecure_clone();
    let number = world.group_state().await.changes;
    let good = looser(&world);
    for data in [vec![], vec![0; 8], good.data[..7].to_vec(), [good.data.clone(), vec![0; 300]].concat()] {
        let mut queue = instruction::queue_change(&admin.pubkey(), &world.group, number, &good).expect("it may wait");
        queue.data.truncate(8 + 32);
        queue.data.extend((data.len() as u32).to_le_bytes());
        queue.data.extend(data);
        world.send(&[queue], &[&admin]).await.fails_with(MarginError::NotGoverned);
    }
}

#[tokio::test]
async fn the_queue_refuses_strangers_and_wrong_accounts() {
    let mut world = World::new().await;
    let officers = world.launch().await;
    let (change, admin) = (looser(&world), world.admin.insecure_clone());
    let number = world.group_state().await.changes;
    for who in [&officers.guardian, &world.chain.funded_key()] {
        let queue = instruction::queue_change(&who.pubkey(), &world.group, number, &change).expect("it may wait");
        world.send(&[queue], &[who]).await.fails_with(MarginError::NotRiskManager);
    }
    let queued = world.queue(&admin, &change).await;
    let veto = instruction::veto_change(&admin.pubkey(), &world.group, queued.number);
    let second = world.second_group().await;
    let mut rows = world.impostors(&veto, 1).await;
    rows.extend(world.impostors(&veto, 2).await);
    rows.push(wrong("another group", 1, second.group, MarginError::ChangeOfOtherGroup));
    rows.push(wrong("no sysvar", 3, second.group, crate::common::InstructionError::InvalidArgument));
    let admin = world.admin.insecure_clone();
    world.refuses_wrong_accounts(&veto, &admin, &rows).await;
}

#[tokio::test]
async fn a_listing_waits_too() {
    let mut world = World::new().await;
    world.launch().await;
    let mint = breakwater_client::Address::new_unique();
    let data = breakwater_sim::tokens::mint(9);
    world.chain.set_data(&mint, &breakwater_client::TOKEN_PROGRAM, data);
    let rash = world.list_instruction("NEW", mint, Listing::volatile(9));
    world.change_in_time(&rash).await.fails_with(MarginError::ConfigQuarantine);
    let mut young = Listing::volatile(9);
    (young.weights.ramp, young.weights.collateral_cap) = (1_209_600, 250_000);
    let list = world.list_instruction("NEW", mint, young);
    world.send_as_admin(from_ref(&list)).await.fails_with(MarginError::ChangeMustWait);
    world.change_in_time(&list).await.succeeds();
    assert_eq!(world.board().await.token_count, 3);

    let fund = world.create_fund_instruction("USDC", 2_500);
    world.send_as_admin(from_ref(&fund)).await.fails_with(MarginError::ChangeMustWait);
    world.change_in_time(&fund).await.succeeds();
    world.price("SOL", usd(150)).await;
    let market = world.list_perp_instruction("BTC", 0, crate::common::btc_listing());
    world.send_as_admin(from_ref(&market)).await.fails_with(MarginError::ChangeMustWait);
    world.change_in_time(&market).await.succeeds();
    assert_eq!(world.board().await.market_count, 1);
}

#[tokio::test]
async fn a_cap_may_be_lowered_at_once_and_raised_only_in_time() {
    let mut world = World::new().await;
    world.launch().await;
    let (group, bank) = (world.group, world.keys("SOL").bank);
    let key = world.admin.pubkey();
    let set = |cap| {
        let lending = breakwater_client::interface::config::LendingConfig { deposit_cap: cap, ..default_lending() };
        instruction::set_lending(&key, &group, &bank, lending)
    };
    let (lower, higher, too_high) = (set(1_000_000), set(4_000_000), set(16_000_001));
    world.send_as_admin(&[lower]).await.succeeds();
    world.send_as_admin(from_ref(&higher)).await.fails_with(MarginError::ChangeMustWait);
    world.change_in_time(&higher).await.succeeds();
    world.change_in_time(&too_high).await.fails_with(MarginError::ChangeTooLarge);

    // Two steps that waited at the same time are not one long step.
    let admin = world.admin.insecure_clone();
    let (next, last) = (set(16_000_000), set(64_000_000));
    let (first, second) = (world.queue(&admin, &next).await, world.queue(&admin, &last).await);
    world.chain.advance(TIMELOCK);
    world.execute(&next, &first).await.succeeds();
    world.execute(&last, &second).await.fails_with(MarginError::ChangeOvertaken);

    // A bank that was closed in haste is opened again, by a step from what is in it.
    let saver = world.trader().await;
    saver.deposit(&mut world, "SOL", 10_000_000).await.succeeds();
    let (closed, beyond, open) = (set(1), set(40_000_001), set(40_000_000));
    world.send_as_admin(&[closed]).await.succeeds();
    world.change_in_time(&beyond).await.fails_with(MarginError::ChangeTooLarge);
    world.change_in_time(&open).await.succeeds();
    world.send_as_admin(&[set(0)]).await.succeeds();
    saver.withdraw(&mut world, "SOL", u64::MAX).await.succeeds();
    let reopened = set(16_000_000);
    world.change_in_time(&reopened).await.succeeds();
    assert_eq!(world.bank("SOL").await.lending.deposit_cap, 16_000_000);
}
