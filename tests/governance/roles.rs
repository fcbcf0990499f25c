//! Roles are handed over in two steps, and the guardian stays apart.

use std::slice::from_ref;

use breakwater_client::decode::Event;
use breakwater_client::instruction;
use breakwater_client::interface::events::{GroupLaunched, RoleSet};
use breakwater_client::interface::governance::{ADMIN, GUARDIAN, GUARDIAN_TIMELOCK, RISK_MANAGER, TIMELOCK};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::common::{InstructionError, MarginError, Queued, Tamper, Verdict, World};

fn hand_over(world: &World, holder: &Keypair, role: u8) -> Instruction {
    instruction::set_role(&world.admin.pubkey(), &world.group, &holder.pubkey(), role)
}

/// The acceptance of a queued role by its new holder, who needs nobody's help.
fn accept(change: &Instruction, holder: &Keypair, queued: &Queued) -> Instruction {
    instruction::execute_change(change.clone(), &holder.pubkey(), &queued.address)
}

#[tokio::test]
async fn before_the_launch_a_role_is_handed_over_at_once_by_both() {
    let mut world = World::new().await;
    let (admin, next, mallory) = (world.admin.insecure_clone(), Keypair::new(), Keypair::new());
    let set = hand_over(&world, &next, RISK_MANAGER);
    world.send(&[set.unsigned(2)], &[&admin]).await.fails_with(InstructionError::MissingRequiredSignature);
    let sent = world.send(&[set], &[&admin, &next]).await.succeeds();
    let (group, holder) = (world.group.to_bytes(), next.pubkey().to_bytes());
    assert_eq!(sent.events, [Event::RoleSet(RoleSet { group, holder, role: RISK_MANAGER.into() })]);
    assert_eq!(world.group_state().await.risk_manager, holder);

    let stolen = instruction::set_role(&next.pubkey(), &world.group, &mallory.pubkey(), ADMIN);
    world.send(&[stolen], &[&next, &mallory]).await.fails_with(MarginError::NotAdmin);
    let stolen = instruction::set_role(&mallory.pubkey(), &world.group, &mallory.pubkey(), ADMIN);
    world.send(&[stolen], &[&mallory]).await.fails_with(MarginError::NotRiskManager);
    let unknown = hand_over(&world, &next, 3);
    world.send(&[unknown], &[&admin, &next]).await.fails_with(MarginError::UnknownRole);
}

#[tokio::test]
async fn after_the_launch_a_role_waits_and_its_new_holder_accepts() {
    for (role, wait) in [(ADMIN, TIMELOCK), (RISK_MANAGER, TIMELOCK), (GUARDIAN, GUARDIAN_TIMELOCK)] {
        let mut world = World::new().await;
        world.launch().await;
        let (admin, next) = (world.admin.insecure_clone(), world.chain.funded_key());
        let change = hand_over(&world, &next, role);
        world.send(from_ref(&change), &[&admin, &next]).await.fails_with(MarginError::ChangeMustWait);
        let queued = world.queue(&admin, &change).await;
        world.chain.advance(wait - 1);
        world.send(&[accept(&change, &next, &queued)], &[&next]).await.fails_with(MarginError::ChangeNotDue);
        world.chain.advance(1);
        let mallory = world.chain.funded_key();
        let stolen = accept(&change, &mallory, &queued).with_account(2, &mallory.pubkey());
        world.send(&[stolen], &[&mallory]).await.fails_with(MarginError::ChangeMismatch);
        world.send(&[accept(&change, &next, &queued)], &[&next]).await.succeeds();
        assert_eq!(*world.group_state().await.holder(role).expect("a role"), next.pubkey().to_bytes());
    }
}

#[tokio::test]
async fn only_the_admin_queues_roles_and_the_guardian_cannot_veto_its_own_replacement() {
    let mut world = World::new().await;
    let officers = world.launch().await;
    let (admin, next) = (world.admin.insecure_clone(), Keypair::new());
    let manager = &officers.risk_manager;
    let number = world.group_state().await.changes;
    for role in [ADMIN, RISK_MANAGER, GUARDIAN] {
        let change = hand_over(&world, &next, role);
        let queue = instruction::queue_change(&manager.pubkey(), &world.group, number, &change).expect("it may wait");
        world.send(&[queue], &[manager]).await.fails_with(MarginError::NotAdmin);
    }
    for (role, may_guardian, may_manager) in
        [(ADMIN, true, false), (RISK_MANAGER, true, false), (GUARDIAN, false, false)]
    {
        let change = hand_over(&world, &next, role);
        let queued = world.queue(&admin, &change).await;
        for (who, may) in [(manager, may_manager), (&officers.guardian, may_guardian)] {
            let veto = instruction::veto_change(&who.pubkey(), &world.group, queued.number);
            let sent = world.send(&[veto], &[who]).await;
            match may {
                true => drop(sent.succeeds()),
                false => drop(sent.fails_with(MarginError::VetoNotAllowed)),
            };
        }
    }
}

#[tokio::test]
async fn the_guardian_is_nobody_else() {
    let mut world = World::new().await;
    let admin = world.admin.insecure_clone();
    let launch = instruction::launch_group(&admin.pubkey(), &world.group);
    world.send_as_admin(from_ref(&launch)).await.fails_with(MarginError::RolesNotSeparate);
    let guardian = world.chain.funded_key();
    for role in [RISK_MANAGER, GUARDIAN] {
        let set = hand_over(&world, &guardian, role);
        world.send(&[set], &[&admin, &guardian]).await.succeeds();
    }
    world.send_as_admin(from_ref(&launch)).await.fails_with(MarginError::RolesNotSeparate);
    let back = instruction::set_role(&admin.pubkey(), &world.group, &admin.pubkey(), RISK_MANAGER);
    world.send_as_admin(&[back]).await.succeeds();
    let by_guardian = instruction::launch_group(&guardian.pubkey(), &world.group);
    world.send(&[by_guardian], &[&guardian]).await.fails_with(MarginError::NotAdmin);
    let sent = world.send_as_admin(from_ref(&launch)).await.succeeds();
    assert_eq!(sent.events, [Event::GroupLaunched(GroupLaunched { group: world.group.to_bytes() })]);
    world.send_as_admin(&[launch]).await.fails_with(MarginError::GroupIsLaunched);

    let change = hand_over(&world, &guardian, ADMIN);
    let queued = world.queue(&admin, &change).await;
    world.chain.advance(TIMELOCK);
    world.send(&[accept(&change, &guardian, &queued)], &[&guardian]).await.fails_with(MarginError::RolesNotSeparate);
}

#[tokio::test]
async fn a_group_takes_no_users_before_its_launch() {
    let mut world = World::new().await;
    let key = world.chain.funded_key();
    let open = instruction::open_account(&world.group, &key.pubkey(), 0);
    world.send(from_ref(&open), &[&key]).await.fails_with(MarginError::GroupNotLaunched);
    world.launch().await;
    world.send(&[open], &[&key]).await.succeeds();
}
