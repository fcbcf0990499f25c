//! Index snapshots.

use breakwater_client::PROGRAM_ID;
use breakwater_client::instruction::{self, TOKEN_ITEM};

use crate::common::{InstructionError, MarginError, OTHER_PROGRAM, Verdict, World, because, sol, usdc};

/// As in the lending suite: 800 of 1,000 USDC lent for 30 days. The bank itself is not written: it accrues when it is next
/// touched, to the same indices.
#[tokio::test]
async fn a_sync_brings_the_indices_as_they_would_be_now_and_leaves_the_bank() {
    let mut world = World::new().await;
    let (lender, alice) = (world.trader().await, world.trader().await);
    lender.deposit(&mut world, "USDC", usdc(1_000)).await.succeeds();
    alice.deposit(&mut world, "SOL", sol(100)).await.succeeds();
    alice.borrow(&mut world, "USDC", usdc(800)).await.succeeds();
    world.chain.advance(30 * 86_400);
    let (bank, before) = (world.bank("USDC").await, world.board().await.tokens[1]);
    world.sync(&["USDC"]).await.succeeds();
    let after = world.board().await.tokens[1];
    assert_eq!((after.borrow_index, after.deposit_index), (284_264_904_117_833, 283_483_724_289_326));
    assert_eq!(after.index_time, world.chain.now());
    assert_eq!((after.weights, after.feed, after.listed), (before.weights, before.feed, before.listed));
    assert_eq!(bytemuck::bytes_of(&world.bank("USDC").await), bytemuck::bytes_of(&bank));
    lender.withdraw(&mut world, "USDC", usdc(1)).await.succeeds();
    let bank = world.bank("USDC").await;
    assert_eq!((bank.borrow_index, bank.deposit_index), (after.borrow_index, after.deposit_index));
}

#[tokio::test]
async fn an_index_comes_from_the_tokens_own_bank_and_from_nothing_else() {
    let mut world = World::new().await;
    let second = world.second_group().await;
    let (sol, usdc) = (world.keys("SOL").bank, world.keys("USDC").bank);
    let alike = world.chain.look_alike(&sol, &OTHER_PROGRAM).await;
    let (alice, blank) = (world.trader().await, breakwater_client::Address::new_unique());
    world.chain.set_data(&blank, &PROGRAM_ID, vec![0; 256]);
    let board = world.board;
    let refused = [
        (TOKEN_ITEM, usdc, MarginError::BankOfOtherToken),
        (TOKEN_ITEM + 1, sol, MarginError::BankOfOtherToken),
        (TOKEN_ITEM + 2, sol, MarginError::BankOfOtherToken),
        (TOKEN_ITEM + 63, sol, MarginError::BankOfOtherToken),
        (TOKEN_ITEM, second.sol.bank, MarginError::BankOfOtherGroup),
    ];
    for (item, bank, error) in refused {
        let refresh = instruction::refresh(&board, &[(item, bank)]);
        world.send(&[refresh], &[]).await.fails_with(because(error));
    }
    for (bank, error) in [
        (alike, InstructionError::IllegalOwner),
        (alice.account, InstructionError::InvalidAccountData),
        (blank, InstructionError::InvalidAccountData),
        (world.token("SOL").oracle, InstructionError::IllegalOwner),
    ] {
        let refresh = instruction::refresh(&board, &[(TOKEN_ITEM, bank)]);
        world.send(&[refresh], &[]).await.fails_with(error);
    }
}
