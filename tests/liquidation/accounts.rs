//! Wrong and duplicate accounts and wrong signers.

use breakwater_client::decode::account_size;
use breakwater_client::instruction::ALL;
use breakwater_client::interface::RiskBoard;
use breakwater_client::{PROGRAM_ID, address};

use super::{Scene, USDC_FOR_SOL, under_water};
use crate::common::{Constraint, InstructionError, MarginError, Tamper, Verdict, wrong};

#[tokio::test]
async fn nobody_but_owner_and_delegate_liquidates_with_an_account() {
    let Scene { mut world, alice, keeper } = under_water().await;
    let mallory = world.trader().await;
    let liquidate = keeper.liquidate_instruction(&world, &alice, USDC_FOR_SOL, ALL);
    let stolen = liquidate.with_account(0, &mallory.address());
    let refused = world.send(std::slice::from_ref(&stolen), &[&mallory.key]).await;
    refused.fails_with(MarginError::NotAccountOwnerOrDelegate);
    world.send(&[liquidate.unsigned(0)], &[]).await.fails_with(InstructionError::MissingRequiredSignature);
    keeper.set_delegate(&mut world, &mallory.address()).await.succeeds();
    world.send(&[stolen], &[&mallory.key]).await.succeeds();
}

#[tokio::test]
async fn liquidate_refuses_wrong_accounts() {
    let Scene { mut world, alice, keeper } = under_water().await;
    let second = world.second_group().await;
    let liquidate = keeper.liquidate_instruction(&world, &alice, USDC_FOR_SOL, ALL);
    let mut rows = Vec::new();
    for place in 1..6 {
        rows.extend(world.impostors(&liquidate, place).await);
    }
    let vault = address::vault(&world.keys("SOL").bank);
    rows.extend([
        wrong("a keeper of another group", 1, second.trader.account, MarginError::AccountOfOtherGroup),
        wrong("a liquidatee of another group", 2, second.trader.account, MarginError::AccountOfOtherGroup),
        wrong("the board of another group", 3, second.board, MarginError::BoardOfOtherGroup),
        wrong("a debt bank of another group", 4, second.sol.bank, MarginError::BankOfOtherGroup),
        wrong("a collateral bank of another group", 5, second.sol.bank, MarginError::BankOfOtherGroup),
        wrong("a vault for its bank", 5, vault, InstructionError::AccountDataTooSmall),
    ]);
    world.refuses_wrong_accounts(&liquidate, &keeper.key, &rows).await;
    for place in [1, 2, 4, 5] {
        world.send(&[liquidate.read_only(place)], &[&keeper.key]).await.fails_with(Constraint::Mut);
    }
    world.send(&[liquidate], &[&keeper.key]).await.succeeds();
}

#[tokio::test]
async fn keeper_and_liquidatee_and_both_banks_are_different_accounts() {
    let Scene { mut world, alice, keeper } = under_water().await;
    let liquidate = keeper.liquidate_instruction(&world, &alice, USDC_FOR_SOL, ALL);
    let (debt, collateral) = (world.keys("USDC").bank, world.keys("SOL").bank);
    let duplicate = Constraint::DuplicateMutableAccount;
    let rows = [
        wrong("the keeper as liquidatee", 2, keeper.account, duplicate),
        wrong("the collateral bank for both", 4, collateral, duplicate),
        wrong("the debt bank for both", 5, debt, duplicate),
    ];
    world.refuses_wrong_accounts(&liquidate, &keeper.key, &rows).await;
    let own = alice.liquidate_instruction(&world, &alice, USDC_FOR_SOL, ALL);
    world.send(&[own], &[&alice.key]).await.fails_with(duplicate);
}

/// An account of the program's that no instruction has initialised is of no type.
#[tokio::test]
async fn a_blank_account_of_the_program_is_nothing() {
    let Scene { mut world, alice, keeper } = under_water().await;
    let blank = breakwater_client::Address::new_unique();
    world.chain.set_data(&blank, &PROGRAM_ID, vec![0; account_size::<RiskBoard>()]);
    let liquidate = keeper.liquidate_instruction(&world, &alice, USDC_FOR_SOL, ALL);
    for place in 1..6 {
        let tampered = liquidate.with_account(place, &blank);
        world.send(&[tampered], &[&keeper.key]).await.fails_with(InstructionError::InvalidAccountData);
    }
}
