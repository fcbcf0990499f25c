//! Administrative instructions are signed when they are sent and by those who send them: no durable nonce in front, no other
//! program in between.

use std::slice::from_ref;

use breakwater_client::instruction::{self, Scope};
use breakwater_client::interface::governance::{GUARDIAN, TRADE};
use breakwater_client::{Address, PROGRAM_ID, SYSTEM_PROGRAM};
use breakwater_sim::world::{Listing, default_lending, default_liquidation, default_oracle};
use solana_instruction::error::InstructionError;
use solana_instruction::{AccountMeta, Instruction};
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::common::world::feed_id;
use crate::common::{MarginError, Officers, Verdict, World, btc_listing};

const RECENT_BLOCKHASHES: Address = Address::from_str_const("SysvarRecentB1ockHashes11111111111111111111");

/// Every administrative instruction of a launched group, with who signs it.
async fn all(world: &mut World, officers: &Officers) -> Vec<(Instruction, Keypair)> {
    let admin = world.admin.insecure_clone();
    let (key, group, board) = (admin.pubkey(), world.group, world.board);
    let (bank, market) = (world.keys("SOL").bank, world.perp("BTC").market);
    let mint = Address::new_unique();
    world.chain.set_data(&mint, &breakwater_client::TOKEN_PROGRAM, breakwater_sim::tokens::mint(6));
    let lending = instruction::set_lending(&key, &group, &bank, default_lending());
    let weights = instruction::set_weights(&key, &group, &board, &bank, Listing::volatile(9).weights);
    let queued = world.queue(&admin, &weights).await;
    let number = world.group_state().await.changes;
    let queue = instruction::queue_change(&key, &group, number, &lending).expect("it may wait");
    let guardian = officers.guardian.pubkey();
    let scope = Scope::Group;
    let by_admin = [
        world.list_instruction("NEW", mint, Listing::volatile(6)),
        world.list_perp_instruction("NEXT", 1, btc_listing()),
        instruction::create_log(&key, &group, &board),
        lending,
        instruction::set_reduce_only(&key, &group, &bank, true),
        weights,
        instruction::set_oracle(&key, &group, &board, 0, default_oracle(feed_id("SOL"))),
        instruction::set_liquidation(&key, &group, &board, default_liquidation()),
        instruction::set_market(&key, &group, &board, &market, btc_listing().config),
        instruction::set_market_status(&key, &group, &board, &market, (1, 0)),
        queue,
        instruction::veto_change(&key, &group, queued.number),
        instruction::set_role(&key, &group, &key, GUARDIAN),
        instruction::launch_group(&key, &group),
        instruction::unpause(&key, &group, &board, &scope),
    ];
    let by_guardian = [instruction::pause(&guardian, &group, &board, &scope, (TRADE, 60))];
    let with = |signer: &Keypair| {
        let signer = signer.insecure_clone();
        move |instruction| (instruction, signer.insecure_clone())
    };
    by_admin.into_iter().map(with(&admin)).chain(by_guardian.into_iter().map(with(&officers.guardian))).collect()
}

/// An account of the system program that holds a nonce of an authority, older than the last blockhash.
pub fn nonce_account(world: &mut World, authority: &Address) -> Address {
    let address = Address::new_unique();
    let mut data = Vec::new();
    data.extend(1u32.to_le_bytes());
    data.extend(1u32.to_le_bytes());
    data.extend(authority.to_bytes());
    data.extend([7; 32]);
    data.extend(5_000u64.to_le_bytes());
    world.chain.set_data(&address, &SYSTEM_PROGRAM, data);
    address
}

pub fn advance(nonce: &Address, authority: &Address) -> Instruction {
    let accounts = vec![
        AccountMeta::new(*nonce, false),
        AccountMeta::new_readonly(RECENT_BLOCKHASHES, false),
        AccountMeta::new_readonly(*authority, true),
    ];
    Instruction { program_id: SYSTEM_PROGRAM, accounts, data: 4u32.to_le_bytes().to_vec() }
}

#[tokio::test]
async fn no_administrative_instruction_stands_behind_a_durable_nonce() {
    let mut world = World::with_market().await;
    let officers = world.launch().await;
    for (instruction, signer) in all(&mut world, &officers).await {
        let nonce = nonce_account(&mut world, &signer.pubkey());
        let sent = world.chain.send_first(&advance(&nonce, &signer.pubkey()), &[instruction], &[&signer]).await;
        sent.fails_with(MarginError::AdminByNonce);
    }
}

#[tokio::test]
async fn no_administrative_instruction_is_called_by_another_program() {
    let mut world = World::with_market().await;
    let officers = world.launch().await;
    for (instruction, signer) in all(&mut world, &officers).await {
        let mut accounts = vec![AccountMeta::new_readonly(PROGRAM_ID, false)];
        accounts.extend(instruction.accounts);
        let through = Instruction { program_id: crate::common::chain::CALLER, accounts, data: instruction.data };
        world.send(&[through], &[&signer]).await.fails_with(MarginError::AdminByProgram);
    }
}

/// What people do with their own accounts may be signed for later and composed by other programs.
#[tokio::test]
async fn users_may_use_nonces_and_programs() {
    let mut world = World::new().await;
    world.launch().await;
    let alice = world.trader().await;
    let delegate = instruction::set_delegate(&alice.address(), &alice.account, &Address::new_unique());
    let nonce = nonce_account(&mut world, &alice.address());
    world.chain.send_first(&advance(&nonce, &alice.address()), from_ref(&delegate), &[&alice.key]).await.succeeds();
    let mut accounts = vec![AccountMeta::new_readonly(PROGRAM_ID, false)];
    accounts.extend(delegate.accounts);
    let through = Instruction { program_id: crate::common::chain::CALLER, accounts, data: delegate.data };
    world.send(&[through], &[&alice.key]).await.succeeds();
}

#[tokio::test]
async fn the_sysvar_cannot_be_replaced() {
    let mut world = World::with_market().await;
    let officers = world.launch().await;
    let fake = Address::new_unique();
    world.chain.set_data(&fake, &SYSTEM_PROGRAM, vec![0; 64]);
    for (mut instruction, signer) in all(&mut world, &officers).await {
        for meta in &mut instruction.accounts {
            if meta.pubkey == breakwater_client::INSTRUCTIONS_SYSVAR {
                meta.pubkey = fake;
            }
        }
        world.send(&[instruction], &[&signer]).await.fails_with(InstructionError::InvalidArgument);
    }
}
