//! Listing a token.

use breakwater_client::decode::Event;
use breakwater_client::instruction::{self, BankKeys};
use breakwater_client::interface::accounts::{Feed, TokenRisk};
use breakwater_client::interface::config::OracleConfig;
use breakwater_client::interface::events::TokenListed;
use breakwater_client::interface::{Bank, Group};
use breakwater_client::{Address, PROGRAM_ID, TOKEN_2022_PROGRAM, TOKEN_PROGRAM, address};
use breakwater_sim::tokens;
use breakwater_sim::world::{Listing, default_oracle};
use bytemuck::Zeroable;
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::common::world::feed_id;
use crate::common::{
    Constraint, InstructionError, MarginError, OTHER_PROGRAM, Tamper, Verdict, World, because, sol, usd, wrong,
};

const ONE: u64 = 1 << 48;

/// A mint of SPL Token.
fn mint(world: &mut World, decimals: u8) -> Address {
    let mint = Address::new_unique();
    world.chain.set_data(&mint, &TOKEN_PROGRAM, tokens::mint(decimals));
    mint
}

fn list_with(world: &World, mint: Address, listing: Listing, oracle: OracleConfig) -> Instruction {
    let keys = BankKeys::new(&world.group, mint, TOKEN_PROGRAM);
    let parameters = (listing.lending, listing.weights, oracle);
    instruction::list_token(&world.admin.pubkey(), &world.group, &world.board, &keys, parameters)
}

#[tokio::test]
async fn a_listed_token_has_an_empty_bank_a_vault_of_its_own_and_an_entry_without_a_price() {
    let mut world = World::new().await;
    let mint = mint(&mut world, 8);
    let listing = Listing::volatile(8);
    let now = world.chain.now();
    let sent = world.list_mint("ETH", mint, listing).await.succeeds();

    let keys = world.keys("ETH");
    let vault = address::vault(&keys.bank);
    let listed =
        TokenListed { group: world.group.to_bytes(), bank: keys.bank.to_bytes(), mint: mint.to_bytes(), token: 2 };
    assert_eq!(sent.events, [Event::TokenListed(listed)]);

    let seeds = |seeds: &[&[u8]]| Address::find_program_address(seeds, &PROGRAM_ID).1;
    let expected = Bank {
        group: world.group.to_bytes(),
        mint: mint.to_bytes(),
        vault: vault.to_bytes(),
        deposit_index: ONE,
        borrow_index: ONE,
        accrued_at: now,
        lending: listing.lending,
        token: 2,
        decimals: 8,
        bump: seeds(&[b"bank", world.group.as_ref(), mint.as_ref()]),
        vault_bump: seeds(&[b"vault", keys.bank.as_ref()]),
        version: 1,
        ..Bank::zeroed()
    };
    assert_eq!(bytemuck::bytes_of(&world.bank("ETH").await), bytemuck::bytes_of(&expected));

    let board = world.board().await;
    assert_eq!(board.token_count, 3);
    let oracle = OracleConfig { decimals: 8, ..default_oracle(feed_id("ETH")) };
    assert_eq!(board.feeds[2], Feed { listed: 1, oracle, ..Feed::zeroed() });
    let risk = TokenRisk {
        deposit_index: ONE,
        borrow_index: ONE,
        index_time: now,
        listed_at: now,
        deposits: 0,
        weights: listing.weights,
        feed: 2,
        listed: 1,
        reserved: [0; 2],
    };
    assert_eq!(board.tokens[2], risk);

    let account = world.chain.account(&vault).await.expect("the vault was created");
    assert_eq!(account.owner, TOKEN_PROGRAM);
    assert_eq!(account.data, tokens::token_account(&mint, &vault, 0), "the vault is its own authority");
}

#[tokio::test]
async fn a_token_without_a_price_backs_no_loan() {
    let mut world = World::new().await;
    let mint = mint(&mut world, 8);
    world.list_mint("ETH", mint, Listing::volatile(8)).await.succeeds();
    let (lender, alice) = (world.trader().await, world.trader().await);
    lender.deposit(&mut world, "SOL", sol(1)).await.succeeds();
    alice.deposit(&mut world, "ETH", 100_000_000).await.succeeds();
    alice.borrow(&mut world, "SOL", 1).await.fails_with(MarginError::StalePrice);
    // One that owes nothing needs no price to leave.
    alice.withdraw(&mut world, "ETH", 100_000_000).await.succeeds();
}

#[tokio::test]
async fn a_mint_is_listed_once() {
    let mut world = World::new().await;
    let mint = world.keys("SOL").mint;
    world.list_mint("SOL", mint, Listing::volatile(9)).await.fails_with(InstructionError::Custom(0));
}

#[tokio::test]
async fn the_risk_manager_may_list_and_set_and_a_stranger_may_not() {
    let mut world = World::new().await;
    let (manager, mallory) = (world.chain.funded_key(), world.chain.funded_key());
    let group = world.group;
    let appointed = manager.pubkey().to_bytes();
    world.chain.rewrite::<Group>(&group, |group| group.risk_manager = appointed).await;

    let mint = mint(&mut world, 8);
    let list = list_with(&world, mint, Listing::volatile(8), default_oracle(feed_id("ETH")));
    let refused = list.with_account(0, &mallory.pubkey());
    world.send(&[refused], &[&mallory]).await.fails_with(MarginError::NotRiskManager);
    world.send(&[list.with_account(0, &manager.pubkey())], &[&manager]).await.succeeds();
    let another = self::mint(&mut world, 6);
    let list = list_with(&world, another, Listing::volatile(6), default_oracle(feed_id("X")));
    world.send(&[list.unsigned(0)], &[]).await.fails_with(InstructionError::MissingRequiredSignature);
}

#[tokio::test]
async fn list_token_refuses_wrong_accounts() {
    let mut world = World::new().await;
    let admin = world.admin.insecure_clone();
    let second = world.second_group().await;
    let mint = mint(&mut world, 8);
    let list = list_with(&world, mint, Listing::volatile(8), default_oracle(feed_id("ETH")));

    let mut rows = world.impostors(&list, 1).await;
    rows.extend(world.impostors(&list, 2).await);
    let alike = world.chain.look_alike(&world.board.clone(), &PROGRAM_ID).await;
    let (sol, wallet) = (world.keys("SOL"), world.wallet(&admin.pubkey(), "SOL").await);
    let token_2022_mint = Address::new_unique();
    world.chain.set_data(&token_2022_mint, &TOKEN_2022_PROGRAM, tokens::mint(8));
    let other_keys = BankKeys::new(&world.group, token_2022_mint, TOKEN_PROGRAM);
    rows.extend([
        wrong("another group", 1, second.group, InstructionError::InvalidSeeds),
        wrong("the board of another group", 2, second.board, MarginError::BoardOfOtherGroup),
        wrong("a copy of the board", 2, alike, MarginError::BoardOfOtherGroup),
        wrong("the bank of another mint", 3, other_keys.bank, InstructionError::InvalidSeeds),
        wrong("the vault of another bank", 4, address::vault(&sol.bank), InstructionError::InvalidSeeds),
        wrong("a wallet as the vault", 4, wallet, InstructionError::InvalidSeeds),
        wrong("a program that is no token program", 6, PROGRAM_ID, InstructionError::IncorrectProgramId),
        wrong("the other token program", 6, TOKEN_2022_PROGRAM, MarginError::TokenProgramMismatch),
        wrong("what is no program", 7, OTHER_PROGRAM, Constraint::Executable),
    ]);
    world.refuses_wrong_accounts(&list, &admin, &rows).await;
}

#[tokio::test]
async fn list_token_fails_with_NotAMint_for_any_other_account_of_the_token_program() {
    let mut world = World::new().await;
    let owner = Address::new_unique();
    let wallet = world.wallet(&owner, "SOL").await;
    let uninitialized = Address::new_unique();
    world.chain.set_data(&uninitialized, &TOKEN_PROGRAM, vec![0; 82]);
    let short = Address::new_unique();
    world.chain.set_data(&short, &TOKEN_PROGRAM, tokens::mint(6)[..81].to_vec());
    for account in [wallet, uninitialized, short] {
        world.list_mint("BAD", account, Listing::volatile(6)).await.fails_with(MarginError::NotAMint);
    }
}

#[tokio::test]
async fn a_mint_has_at_most_twelve_decimals() {
    let mut world = World::empty().await;
    let mint_12 = mint(&mut world, 12);
    world.list_mint("FINE", mint_12, Listing::volatile(12)).await.succeeds();
    let mint_13 = mint(&mut world, 13);
    world.list_mint("TOOFINE", mint_13, Listing::volatile(13)).await.fails_with(MarginError::MintDecimals);
}

#[tokio::test]
async fn the_board_holds_thirty_two_tokens() {
    let mut world = World::empty().await;
    for number in 0..32 {
        let mint = mint(&mut world, 6);
        world.list_mint(&format!("T{number}"), mint, Listing::volatile(6)).await.succeeds();
    }
    let mint = mint(&mut world, 6);
    world.list_mint("T32", mint, Listing::volatile(6)).await.fails_with(MarginError::TokensFull);
    world.price("T31", usd(2)).await;
    assert_eq!(world.board().await.token_count, 32);
}

/// Listing enforces what the setters enforce: one example of every bound; all of them are tested with the setters.
#[tokio::test]
async fn CFG_1_listing_refuses_parameters_out_of_bounds() {
    let mut world = World::new().await;
    let mint = mint(&mut world, 8);
    let good = Listing::volatile(8);
    let oracle = default_oracle(feed_id("ETH"));
    let mut cases = Vec::new();
    let mut case = |change: &dyn Fn(&mut Listing, &mut OracleConfig), error| {
        let (mut listing, mut oracle) = (good, oracle);
        change(&mut listing, &mut oracle);
        cases.push((listing, oracle, because(error)));
    };
    case(&|l, _| l.weights.asset_initial = l.weights.asset_end + 1, MarginError::ConfigAssetWeights);
    case(&|l, _| l.weights.liability_initial = l.weights.liability_end - 1, MarginError::ConfigLiabilityWeights);
    case(&|l, _| l.weights.asset_end = l.weights.asset_maintenance - 24, MarginError::ConfigEndBuffer);
    case(&|_, o| o.max_liquidation_band = 101, MarginError::ConfigFeed);
    case(&|_, o| o.kind = 2, MarginError::ConfigOracleKind);
    case(&|l, _| l.lending.kink_utilisation = 0, MarginError::ConfigCurve);
    case(&|l, _| l.lending.max_utilisation = 10_001, MarginError::ConfigLending);
    case(
        &|l, _| {
            l.weights.liability_end = 10_025;
            l.weights.liability_maintenance = 10_000;
            l.weights.asset_end = 9_975;
            l.weights.asset_maintenance = 10_000;
        },
        MarginError::ConfigWeightGap,
    );
    for (listing, oracle, error) in cases {
        let list = list_with(&world, mint, listing, oracle);
        world.send_as_admin(&[list]).await.fails_with(error);
    }
    // Decimals come from the mint, whatever the argument says.
    let list = list_with(&world, mint, good, OracleConfig { decimals: 255, ..oracle });
    world.send_as_admin(&[list]).await.succeeds();
    assert_eq!(world.board().await.feeds[2].oracle.decimals, 8);
}
