//! Creating the shared fund, which names the quote token.

use breakwater_client::interface::{Group, InsuranceFund};
use breakwater_client::{Address, PROGRAM_ID, address, instruction};
use breakwater_sim::world::Listing;
use bytemuck::Zeroable;
use solana_signer::Signer;

use crate::common::{Constraint, InstructionError, MarginError, OTHER_PROGRAM, Tamper, Verdict, World, usd, wrong};

#[tokio::test]
async fn a_fresh_fund_is_empty_and_names_the_quote_token() {
    let mut world = World::new().await;
    let before = world.board().await;
    assert_eq!((before.quote_token, before.quote_set), (0, 0));
    world.create_fund(2_500).await.succeeds();
    let bump = Address::find_program_address(&[b"fund", world.group.as_ref()], &PROGRAM_ID).1;
    let expected = InsuranceFund {
        group: world.group.to_bytes(),
        bank: world.keys("USDC").bank.to_bytes(),
        epoch_cap: 2_500,
        bump,
        ..InsuranceFund::zeroed()
    };
    let fund = world.insurance_fund().await.expect("it was created");
    assert_eq!(bytemuck::bytes_of(&fund), bytemuck::bytes_of(&expected));
    let board = world.board().await;
    assert_eq!((board.quote_token, board.quote_set), (1, 1));
}

#[tokio::test]
async fn a_group_has_one_fund_and_so_one_quote_token() {
    let mut world = World::new().await;
    world.create_fund(2_500).await.succeeds();
    for symbol in ["USDC", "SOL"] {
        let again = world.create_fund_instruction(symbol, 2_500);
        world.send_as_admin(&[again]).await.fails_with(InstructionError::Custom(0));
    }
    assert_eq!(world.board().await.quote_token, 1);
}

#[tokio::test]
async fn create_fund_fails_with_ConfigFund_above_all_of_itself() {
    let mut world = World::new().await;
    for cap in [10_001, u16::MAX] {
        world.create_fund(cap).await.fails_with(MarginError::ConfigFund);
    }
    world.create_fund(10_000).await.succeeds();
}

#[tokio::test]
async fn create_fund_fails_with_QuoteDecimals_above_six() {
    for (decimals, fits) in [(7, false), (12, false), (6, true), (3, true)] {
        let mut world = World::new().await;
        world.list("X", Listing::stable(decimals), usd(1)).await;
        let create = world.create_fund_instruction("X", 2_500);
        let sent = world.send_as_admin(&[create]).await;
        if fits {
            sent.succeeds();
        } else {
            sent.fails_with(MarginError::QuoteDecimals);
        }
    }
}

#[tokio::test]
async fn the_risk_manager_may_create_the_fund_and_a_stranger_may_not() {
    let mut world = World::new().await;
    let (manager, mallory) = (world.chain.funded_key(), world.chain.funded_key());
    let (group, appointed) = (world.group, manager.pubkey().to_bytes());
    world.chain.rewrite::<Group>(&group, |group| group.risk_manager = appointed).await;
    let create = world.create_fund_instruction("USDC", 2_500);
    let refused = create.with_account(0, &mallory.pubkey());
    world.send(&[refused], &[&mallory]).await.fails_with(MarginError::NotRiskManager);
    world.send(&[create.unsigned(0)], &[]).await.fails_with(InstructionError::MissingRequiredSignature);
    world.send(&[create.with_account(0, &manager.pubkey())], &[&manager]).await.succeeds();
}

#[tokio::test]
async fn create_fund_refuses_wrong_accounts() {
    let mut world = World::new().await;
    let admin = world.admin.insecure_clone();
    let second = world.second_group().await;
    let create = world.create_fund_instruction("USDC", 2_500);
    let mut rows = Vec::new();
    for place in [1, 2, 3] {
        rows.extend(world.impostors(&create, place).await);
    }
    let copy = world.chain.look_alike(&world.board.clone(), &PROGRAM_ID).await;
    rows.extend([
        wrong("another group", 1, second.group, InstructionError::InvalidSeeds),
        wrong("the board of another group", 2, second.board, MarginError::BoardOfOtherGroup),
        wrong("a copy of the board", 2, copy, MarginError::BoardOfOtherGroup),
        wrong("the bank of another group", 3, second.sol.bank, MarginError::BankOfOtherGroup),
        wrong("the fund of another group", 4, address::fund(&second.group), InstructionError::InvalidSeeds),
        wrong("what is no program", 5, OTHER_PROGRAM, Constraint::Executable),
        wrong("another program", 5, PROGRAM_ID, InstructionError::IncorrectProgramId),
    ]);
    world.refuses_wrong_accounts(&create, &admin, &rows).await;
}

/// Without a quote token nothing that settles in it exists.
#[tokio::test]
async fn without_a_fund_there_is_no_quote_token() {
    let mut world = World::new().await;
    let alice = world.trader().await;
    alice.deposit(&mut world, "USDC", 1_000).await.succeeds();
    let fund = world.keys("USDC").bank;
    let insured = instruction::Insured::Market(fund);
    let insure = alice.insure_instruction(&world, &insured, 1).with_account(5, &PROGRAM_ID);
    world.send(&[insure], &[&alice.key]).await.fails_with(MarginError::QuoteNotSet);
}
