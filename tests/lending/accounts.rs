//! Wrong accounts of the four movements: none of them is ever taken for the right one.

use breakwater_client::{PROGRAM_ID, TOKEN_2022_PROGRAM, address};
use breakwater_sim::tokens;
use solana_instruction::Instruction;

use super::depositor;
use crate::common::tamper::Wrong;
use crate::common::{
    Constraint, InstructionError, MarginError, OTHER_PROGRAM, SecondGroup, Tamper, TokenError, Trader, Verdict, World,
    sol, usdc, wrong,
};

/// Alice has 10 SOL deposited and owes 10 USDC; there is a second group.
async fn scene() -> (World, Trader, SecondGroup) {
    let mut world = World::new().await;
    depositor(&mut world, "USDC", usdc(100)).await;
    let alice = depositor(&mut world, "SOL", sol(10)).await;
    alice.borrow(&mut world, "USDC", usdc(10)).await.succeeds();
    world.mint_to(&alice.address(), "SOL", sol(1)).await;
    let second = world.second_group().await;
    (world, alice, second)
}

/// Places of the accounts that all four have.
struct Places {
    account: usize,
    bank: usize,
    vault: usize,
    wallet: usize,
    mint: usize,
    token_program: usize,
}

const IN: Places = Places { account: 1, bank: 2, vault: 3, wallet: 4, mint: 5, token_program: 6 };
const OUT: Places = Places { account: 1, bank: 3, vault: 4, wallet: 5, mint: 6, token_program: 7 };

/// What is wrong in the same way for all four. The vault's look-alike is a token account with the same bytes, in the
/// hands of the token program; the mint's look-alike likewise.
async fn common_rows(
    world: &mut World,
    instruction: &Instruction,
    places: &Places,
    second: &SecondGroup,
) -> Vec<Wrong> {
    let mut rows = world.impostors(instruction, places.account).await;
    rows.extend(world.impostors(instruction, places.bank).await);
    let keys = world.keys("SOL");
    let vault = address::vault(&keys.bank);
    let fake_vault = world.chain.look_alike(&vault, &keys.token_program).await;
    let fake_mint = world.chain.look_alike(&keys.mint, &keys.token_program).await;
    let other_vault = address::vault(&world.keys("USDC").bank);
    let other_mint = world.keys("USDC").mint;
    rows.extend([
        wrong("the bank of another group", places.bank, second.sol.bank, MarginError::BankOfOtherGroup),
        wrong("a look-alike of the vault", places.vault, fake_vault, MarginError::VaultMismatch),
        wrong("the vault of another bank", places.vault, other_vault, MarginError::VaultMismatch),
        wrong("a look-alike of the mint", places.mint, fake_mint, MarginError::MintMismatch),
        wrong("another mint", places.mint, other_mint, MarginError::MintMismatch),
        wrong("the other token program", places.token_program, TOKEN_2022_PROGRAM, MarginError::TokenProgramMismatch),
        wrong("a program of no tokens", places.token_program, PROGRAM_ID, MarginError::TokenProgramMismatch),
    ]);
    rows
}

#[tokio::test]
async fn deposit_refuses_wrong_accounts() {
    let (mut world, alice, second) = scene().await;
    let deposit = alice.deposit_instruction(&mut world, "SOL", 1).await;
    world.send(&[deposit.unsigned(0)], &[]).await.fails_with(InstructionError::MissingRequiredSignature);
    let mut rows = common_rows(&mut world, &deposit, &IN, &second).await;
    let usdc_wallet = world.wallet(&alice.address(), "USDC").await;
    let vault = address::vault(&world.keys("SOL").bank);
    rows.extend([
        wrong("an account of another group", IN.account, second.trader.account, MarginError::BankOfOtherGroup),
        wrong("a wallet of another token", IN.wallet, usdc_wallet, TokenError::MintMismatch),
        wrong("the vault as the source", IN.wallet, vault, Constraint::DuplicateMutableAccount),
    ]);
    world.refuses_wrong_accounts(&deposit, &alice.key, &rows).await;
    world.send(&[deposit.read_only(1)], &[&alice.key]).await.fails_with(Constraint::Mut);
}

#[tokio::test]
async fn repay_refuses_wrong_accounts() {
    let (mut world, alice, second) = scene().await;
    let bob = depositor(&mut world, "USDC", usdc(1_000)).await;
    bob.borrow(&mut world, "SOL", sol(1)).await.succeeds();
    let repay = bob.repay_instruction(&mut world, "SOL", 1).await;
    world.send(&[repay.unsigned(0)], &[]).await.fails_with(InstructionError::MissingRequiredSignature);
    let mut rows = common_rows(&mut world, &repay, &IN, &second).await;
    let alices = world.wallet(&alice.address(), "SOL").await;
    rows.extend([
        wrong("an account of another group", IN.account, second.trader.account, MarginError::BankOfOtherGroup),
        wrong("somebody else's wallet", IN.wallet, alices, TokenError::OwnerMismatch),
    ]);
    world.refuses_wrong_accounts(&repay, &bob.key, &rows).await;
}

#[tokio::test]
async fn withdraw_refuses_wrong_accounts() {
    let (mut world, alice, second) = scene().await;
    let withdraw = alice.withdraw_instruction(&mut world, "SOL", 1).await;
    refuses_out(&mut world, &alice, &second, &withdraw).await;
}

#[tokio::test]
async fn borrow_refuses_wrong_accounts() {
    let (mut world, _, second) = scene().await;
    let bob = depositor(&mut world, "USDC", usdc(1_000)).await;
    let borrow = bob.borrow_instruction(&mut world, "SOL", 1).await;
    refuses_out(&mut world, &bob, &second, &borrow).await;
}

/// What `withdraw` and `borrow` refuse alike. Nobody but the owner signs for an account of another group.
async fn refuses_out(world: &mut World, trader: &Trader, second: &SecondGroup, instruction: &Instruction) {
    let unsigned = instruction.unsigned(0);
    world.send(&[unsigned], &[]).await.fails_with(InstructionError::MissingRequiredSignature);
    let mut rows = common_rows(world, instruction, &OUT, second).await;
    rows.extend(world.impostors(instruction, 2).await);
    let usdc_wallet = world.wallet(&trader.address(), "USDC").await;
    let vault = address::vault(&world.keys("SOL").bank);
    let nobodys = breakwater_client::Address::new_unique();
    let mint = world.keys("SOL").mint;
    let alike = breakwater_client::Address::new_unique();
    world.chain.set_data(&alike, &OTHER_PROGRAM, tokens::token_account(&mint, &nobodys, 0));
    rows.extend([
        wrong("an account of another owner", OUT.account, second.trader.account, MarginError::NotAccountOwner),
        wrong("the board of another group", 2, second.board, MarginError::BoardOfOtherGroup),
        wrong("a wallet of another token", OUT.wallet, usdc_wallet, TokenError::MintMismatch),
        wrong("a look-alike of a wallet", OUT.wallet, alike, InstructionError::ExternalAccountDataModified),
        wrong("the vault as the destination", OUT.wallet, vault, Constraint::DuplicateMutableAccount),
    ]);
    world.refuses_wrong_accounts(instruction, &trader.key, &rows).await;
    // The second group's trader may not use this group's board or bank with its own account.
    let own = instruction.with_account(0, &second.trader.address()).with_account(1, &second.trader.account);
    world.send(std::slice::from_ref(&own), &[&second.trader.key]).await.fails_with(MarginError::BoardOfOtherGroup);
    let own_board = own.with_account(2, &second.board);
    world.send(&[own_board], &[&second.trader.key]).await.fails_with(MarginError::BankOfOtherGroup);
}
