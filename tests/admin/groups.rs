//! Creating a group and its risk board.

use breakwater_client::decode::account_size;
use breakwater_client::interface::accounts::{Feed, GROUP_VERSION, MarketRisk, TokenRisk};
use breakwater_client::interface::config::LiquidationConfig;
use breakwater_client::interface::governance::{Pause, PauseAllowance};
use breakwater_client::interface::{Group, RiskBoard};
use breakwater_client::{Address, PROGRAM_ID, address, instruction};
use breakwater_sim::world::default_liquidation;
use bytemuck::Zeroable;
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::common::{Constraint, InstructionError, MarginError, OTHER_PROGRAM, Tamper, Verdict, World, wrong};

/// A creation of group 5 with a board of its own.
fn create(world: &mut World, liquidation: LiquidationConfig) -> (Instruction, Address) {
    let board = Address::new_unique();
    world.chain.set_data(&board, &PROGRAM_ID, vec![0; account_size::<RiskBoard>()]);
    (instruction::create_group(&world.admin.pubkey(), &board, 5, liquidation), board)
}

#[tokio::test]
async fn the_creator_of_a_group_becomes_admin_and_risk_manager() {
    let mut world = World::empty().await;
    let (create, board) = create(&mut world, default_liquidation());
    let sent = world.send_as_admin(&[create]).await.succeeds();
    assert_eq!(sent.events, []);

    let admin = world.admin.pubkey().to_bytes();
    let address = address::group(&world.admin.pubkey(), 5);
    let bump =
        Address::find_program_address(&[b"group", world.admin.pubkey().as_ref(), &5u16.to_le_bytes()], &PROGRAM_ID).1;
    let expected = Group {
        creator: admin,
        admin,
        risk_manager: admin,
        guardian: admin,
        board: board.to_bytes(),
        number: 5,
        bump,
        launched: 0,
        version: GROUP_VERSION,
        reserved: [0; 3],
        changes: 0,
    };
    let group: Group = world.chain.state(&address).await;
    assert_eq!(bytemuck::bytes_of(&group), bytemuck::bytes_of(&expected));

    let expected = RiskBoard {
        group: address.to_bytes(),
        token_count: 0,
        market_count: 0,
        quote_token: 0,
        quote_set: 0,
        liquidation: default_liquidation(),
        receipts: 0,
        version: GROUP_VERSION,
        accepted_at: 0,
        calm_at: 0,
        pause: Pause::zeroed(),
        pause_allowance: PauseAllowance::zeroed(),
        halt_until: 0,
        liquidation_set_at: 0,
        feeds: [Feed::zeroed(); 64],
        tokens: [TokenRisk::zeroed(); 32],
        markets: [MarketRisk::zeroed(); 32],
    };
    let board: RiskBoard = world.chain.state(&board).await;
    assert_eq!(bytemuck::bytes_of(&board), bytemuck::bytes_of(&expected));
}

#[tokio::test]
async fn a_group_is_created_once_by_its_creator_on_a_board_that_is_new() {
    let mut world = World::empty().await;
    let admin = world.admin.insecure_clone();
    let (create, board) = create(&mut world, default_liquidation());
    world.send(&[create.unsigned(0)], &[]).await.fails_with(InstructionError::MissingRequiredSignature);

    let used = world.board;
    let alike = world.chain.look_alike(&board, &OTHER_PROGRAM).await;
    let short = Address::new_unique();
    world.chain.set_data(&short, &PROGRAM_ID, vec![0; account_size::<RiskBoard>() - 1]);
    let other_number = address::group(&admin.pubkey(), 6);
    let rows = [
        wrong("the address of another number", 1, other_number, InstructionError::InvalidSeeds),
        wrong("a board in use", 2, used, Constraint::Zero),
        wrong("a board of another program", 2, alike, InstructionError::ExternalAccountDataModified),
        wrong("a board that is too short", 2, short, InstructionError::AccountDataTooSmall),
        wrong("what is no program", 3, OTHER_PROGRAM, Constraint::Executable),
    ];
    world.refuses_wrong_accounts(&create, &admin, &rows).await;

    world.send_as_admin(std::slice::from_ref(&create)).await.succeeds();
    let again = Address::new_unique();
    world.chain.set_data(&again, &PROGRAM_ID, vec![0; account_size::<RiskBoard>()]);
    let twice = create.with_account(2, &again);
    world.send_as_admin(&[twice]).await.fails_with(InstructionError::Custom(0));
}

/// Bounds of the specification, §7: 0 < β_min ≤ β_max ≤ 1,500; 100 ≤ depth ≤ 5,000; share ≤ 10,000; dust ≤ $100;
/// §11.4: multiple ≤ 3,000.
fn liquidation_bounds() -> Vec<(bool, LiquidationConfig)> {
    let good = default_liquidation();
    vec![
        (true, LiquidationConfig { bonus_min: 1, ..good }),
        (false, LiquidationConfig { bonus_min: 0, ..good }),
        (true, LiquidationConfig { bonus_min: 50, bonus_max: 50, ..good }),
        (false, LiquidationConfig { bonus_min: 51, bonus_max: 50, ..good }),
        (true, LiquidationConfig { bonus_max: 1_500, ..good }),
        (false, LiquidationConfig { bonus_max: 1_501, ..good }),
        (true, LiquidationConfig { full_bonus_depth: 100, ..good }),
        (false, LiquidationConfig { full_bonus_depth: 99, ..good }),
        (true, LiquidationConfig { full_bonus_depth: 5_000, ..good }),
        (false, LiquidationConfig { full_bonus_depth: 5_001, ..good }),
        (true, LiquidationConfig { insurance_share: 10_000, ..good }),
        (false, LiquidationConfig { insurance_share: 10_001, ..good }),
        (true, LiquidationConfig { dust: 0, ..good }),
        (true, LiquidationConfig { dust: 100, ..good }),
        (false, LiquidationConfig { dust: 101, ..good }),
        (true, LiquidationConfig { volatility_multiple: 3_000, ..good }),
        (false, LiquidationConfig { volatility_multiple: 3_001, ..good }),
    ]
}

#[tokio::test]
async fn CFG_1_liquidation_parameters_keep_their_bounds_at_creation_and_after() {
    let mut world = World::new().await;
    let admin = world.admin.pubkey();
    for (number, (good, liquidation)) in liquidation_bounds().into_iter().enumerate() {
        let board = Address::new_unique();
        world.chain.set_data(&board, &PROGRAM_ID, vec![0; account_size::<RiskBoard>()]);
        let create = instruction::create_group(&admin, &board, 100 + number as u16, liquidation);
        let created = world.send_as_admin(&[create]).await;
        let set = instruction::set_liquidation(&admin, &world.group, &world.board, liquidation);
        let sent = world.send_as_admin(&[set]).await;
        if good {
            created.succeeds();
            sent.succeeds();
            assert_eq!(world.board().await.liquidation, liquidation);
        } else {
            created.fails_with(MarginError::ConfigLiquidation);
            sent.fails_with(MarginError::ConfigLiquidation);
        }
    }
}
