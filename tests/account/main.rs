//! Opening, delegating and closing margin accounts.
#![allow(non_snake_case)]
#[path = "../common/mod.rs"]
mod common;

mod upgrade;

use breakwater_client::decode::{Event, account_size};
use breakwater_client::interface::MarginAccount;
use breakwater_client::interface::accounts::MARGIN_ACCOUNT_VERSION;
use breakwater_client::interface::events::{AccountClosed, AccountOpened, DelegateSet};
use breakwater_client::{Address, PROGRAM_ID, address, instruction};
use bytemuck::Zeroable;
use common::{Constraint, InstructionError, MarginError, OTHER_PROGRAM, Tamper, Verdict, World, sol, usdc, wrong};
use solana_instruction::Instruction;
use solana_signer::Signer;

const NOBODY: [u8; 32] = [0; 32];

#[tokio::test]
async fn a_fresh_account_holds_and_owes_nothing() {
    let mut world = World::new().await;
    world.launch().await;
    let key = world.chain.funded_key();
    let open = instruction::open_account(&world.group, &key.pubkey(), 7);
    let sent = world.send(&[open], &[&key]).await.succeeds();

    let account = address::margin_account(&world.group, &key.pubkey(), 7);
    let bump = Address::find_program_address(
        &[b"margin_account", world.group.as_ref(), key.pubkey().as_ref(), &7u16.to_le_bytes()],
        &PROGRAM_ID,
    )
    .1;
    let expected = MarginAccount {
        group: world.group.to_bytes(),
        owner: key.pubkey().to_bytes(),
        number: 7,
        version: MARGIN_ACCOUNT_VERSION,
        bump,
        ..MarginAccount::zeroed()
    };
    assert_eq!(bytemuck::bytes_of(&world.margin_account(&account).await), bytemuck::bytes_of(&expected));
    let opened =
        AccountOpened { group: world.group.to_bytes(), account: account.to_bytes(), owner: key.pubkey().to_bytes() };
    assert_eq!(sent.events, [Event::AccountOpened(opened)]);
    let raw = world.chain.account(&account).await.expect("it was opened");
    assert_eq!((raw.owner, raw.data.len()), (PROGRAM_ID, account_size::<MarginAccount>()));
}

#[tokio::test]
async fn one_owner_may_open_several_accounts_but_none_twice() {
    let mut world = World::new().await;
    world.launch().await;
    let key = world.chain.funded_key();
    let first = world.open_account(key.insecure_clone(), 0).await;
    let second = world.open_account(key.insecure_clone(), u16::MAX).await;
    assert_ne!(first.account, second.account);
    first.deposit(&mut world, "SOL", sol(1)).await.succeeds();
    let again = instruction::open_account(&world.group, &key.pubkey(), 0);
    world.send(&[again], &[&key]).await.fails_with(InstructionError::Custom(0));
}

#[tokio::test]
async fn opening_is_refused_without_signature_at_a_wrong_address_or_in_no_group() {
    let mut world = World::new().await;
    world.launch().await;
    let key = world.chain.funded_key();
    let open = instruction::open_account(&world.group, &key.pubkey(), 0);
    world.send(&[open.unsigned(0)], &[]).await.fails_with(InstructionError::MissingRequiredSignature);

    let mut rows = world.impostors(&open, 1).await;
    let other = address::margin_account(&world.group, &key.pubkey(), 1);
    rows.push(wrong("an account of another number", 2, other, InstructionError::InvalidSeeds));
    rows.push(wrong("what is no program", 3, OTHER_PROGRAM, Constraint::Executable));
    rows.push(wrong("another program", 3, PROGRAM_ID, InstructionError::IncorrectProgramId));
    world.refuses_wrong_accounts(&open, &key, &rows).await;
}

#[tokio::test]
async fn the_owner_names_and_dismisses_a_delegate() {
    let mut world = World::new().await;
    let alice = world.trader().await;
    let delegate = Address::new_unique();
    let sent = alice.set_delegate(&mut world, &delegate).await.succeeds();
    let set = |delegate: [u8; 32]| Event::DelegateSet(DelegateSet { account: alice.account.to_bytes(), delegate });
    assert_eq!(sent.events, [set(delegate.to_bytes())]);
    assert_eq!(world.margin_account(&alice.account).await.delegate, delegate.to_bytes());

    let sent = alice.set_delegate(&mut world, &Address::new_from_array(NOBODY)).await.succeeds();
    assert_eq!(sent.events, [set(NOBODY)]);
    assert_eq!(world.margin_account(&alice.account).await.delegate, NOBODY);
}

#[tokio::test]
async fn set_delegate_fails_with_NotAccountOwner_for_everybody_else() {
    let mut world = World::new().await;
    let (alice, delegate, mallory) = (world.trader().await, world.trader().await, world.trader().await);
    alice.set_delegate(&mut world, &delegate.address()).await.succeeds();
    for other in [&delegate, &mallory] {
        let set = instruction::set_delegate(&other.address(), &alice.account, &other.address());
        world.send(&[set], &[&other.key]).await.fails_with(MarginError::NotAccountOwner);
    }

    let set = instruction::set_delegate(&alice.address(), &alice.account, &mallory.address());
    world.send(&[set.unsigned(0)], &[]).await.fails_with(InstructionError::MissingRequiredSignature);
    let rows = world.impostors(&set, 1).await;
    world.refuses_wrong_accounts(&set, &alice.key, &rows).await;
}

#[tokio::test]
async fn closing_an_empty_account_gives_its_rent_to_the_owner() {
    let mut world = World::new().await;
    let alice = world.trader().await;
    alice.deposit(&mut world, "SOL", sol(1)).await.succeeds();
    alice.withdraw(&mut world, "SOL", sol(1)).await.succeeds();

    let rent = world.chain.account(&alice.account).await.expect("it is open").lamports;
    let before = world.chain.account(&alice.address()).await.expect("it has SOL").lamports;
    let sent = alice.close(&mut world).await.succeeds();
    assert_eq!(sent.events, [Event::AccountClosed(AccountClosed { account: alice.account.to_bytes() })]);
    assert_eq!(world.chain.account(&alice.account).await, None);
    let after = world.chain.account(&alice.address()).await.expect("it has SOL").lamports;
    assert_eq!(after - before, rent);

    let again = world.open_account(alice.key, 0).await;
    assert!(world.margin_account(&again.account).await.is_empty(), "a reopened account starts anew");
}

#[tokio::test]
async fn close_fails_with_AccountNotEmpty_while_a_deposit_or_a_debt_is_left() {
    let mut world = World::new().await;
    let (lender, alice) = (world.trader().await, world.trader().await);
    lender.deposit(&mut world, "USDC", usdc(1_000)).await.succeeds();
    alice.deposit(&mut world, "SOL", 1).await.succeeds();
    alice.close(&mut world).await.fails_with(MarginError::AccountNotEmpty);

    alice.deposit(&mut world, "SOL", sol(1)).await.succeeds();
    alice.borrow(&mut world, "USDC", 1).await.succeeds();
    alice.close(&mut world).await.fails_with(MarginError::AccountNotEmpty);
    // A debt alone: the state of an account whose deposits were all seized.
    let account = alice.account;
    world.chain.rewrite::<MarginAccount>(&account, |account| account.tokens[0] = Zeroable::zeroed()).await;
    alice.close(&mut world).await.fails_with(MarginError::AccountNotEmpty);
}

#[tokio::test]
async fn close_fails_with_NotAccountOwner_for_everybody_else() {
    let mut world = World::new().await;
    let (alice, delegate, mallory) = (world.trader().await, world.trader().await, world.trader().await);
    alice.set_delegate(&mut world, &delegate.address()).await.succeeds();
    for other in [&delegate, &mallory] {
        let close = instruction::close_account(&other.address(), &alice.account);
        world.send(&[close], &[&other.key]).await.fails_with(MarginError::NotAccountOwner);
    }
    let close = instruction::close_account(&alice.address(), &alice.account);
    world.send(&[close.unsigned(0)], &[]).await.fails_with(InstructionError::MissingRequiredSignature);
    let rows = world.impostors(&close, 1).await;
    world.refuses_wrong_accounts(&close, &alice.key, &rows).await;
}

// The runtime has a new name for missing accounts; the framework returns the old one.
#[allow(deprecated)]
#[tokio::test]
async fn what_is_no_instruction_is_refused() {
    let mut world = World::new().await;
    let alice = world.trader().await;
    let close = instruction::close_account(&alice.address(), &alice.account);
    for data in [vec![], vec![1], close.data[..7].to_vec(), vec![0xff; 8]] {
        let unknown = Instruction { data, ..close.clone() };
        world.send(&[unknown], &[&alice.key]).await.fails_with(InstructionError::InvalidInstructionData);
    }
    let mut short = instruction::set_delegate(&alice.address(), &alice.account, &alice.address());
    short.data.pop();
    world.send(&[short], &[&alice.key]).await.fails_with(InstructionError::InvalidInstructionData);
    let mut fewer = close;
    fewer.accounts.pop();
    world.send(&[fewer], &[&alice.key]).await.fails_with(InstructionError::NotEnoughAccountKeys);
}
