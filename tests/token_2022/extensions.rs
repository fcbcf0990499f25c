//! The allow-list of extensions: transfer fee and metadata. What nobody has thought about is refused.

use breakwater_client::interface::token_2022::extension_name;
use breakwater_client::{Address, TOKEN_2022_PROGRAM};
use breakwater_sim::tokens;
use breakwater_sim::world::Listing;
use solana_instruction::{AccountMeta, Instruction};

use crate::common::{MarginError, Verdict, World};

const METADATA_POINTER: u16 = 18;
const TOKEN_METADATA: u16 = 19;

/// A mint with extensions: the base padded to a token account, the account type, then type, length and value of each.
fn mint_with(extensions: &[(u16, usize)]) -> Vec<u8> {
    let mut data = tokens::mint(6);
    data.resize(165, 0);
    data.push(1);
    for (kind, length) in extensions {
        data.extend(kind.to_le_bytes());
        data.extend((*length as u16).to_le_bytes());
        data.resize(data.len() + length, 0);
    }
    data
}

async fn list(world: &mut World, data: Vec<u8>) -> breakwater_sim::world::Sent {
    let mint = Address::new_unique();
    world.chain.set_data(&mint, &TOKEN_2022_PROGRAM, data);
    let listing = Listing { token_program: TOKEN_2022_PROGRAM, ..Listing::stable(6) };
    world.list_mint(&format!("T{}", world.tokens.len()), mint, listing).await
}

#[tokio::test]
async fn a_plain_mint_and_one_with_metadata_are_listed() {
    let mut world = World::empty().await;
    list(&mut world, tokens::mint(6)).await.succeeds();
    list(&mut world, mint_with(&[])).await.succeeds();
    list(&mut world, mint_with(&[(METADATA_POINTER, 64), (TOKEN_METADATA, 200)])).await.succeeds();
    assert_eq!(world.bank("T2").await.transfer_fee, 0);
    let alice = world.trader().await;
    alice.deposit(&mut world, "T0", 5).await.succeeds();
    alice.withdraw(&mut world, "T0", 5).await.succeeds();
}

/// A deny-list misses what came later. Every number but the three is refused, those of token accounts and those
/// that do not exist yet included, and wherever it stands in the list; the log names it.
#[tokio::test]
async fn attack_23_an_unlisted_extension_fails_with_MintExtension_and_is_named() {
    let mut world = World::empty().await;
    for kind in (2..=40).chain([1_000, u16::MAX]).filter(|kind| ![METADATA_POINTER, TOKEN_METADATA].contains(kind)) {
        let data = mint_with(&[(METADATA_POINTER, 64), (kind, 32)]);
        let refused = list(&mut world, data).await.fails_with(MarginError::MintExtension);
        let line = format!("Program log: refused extension {kind}: {}", extension_name(kind));
        assert!(refused.logs.contains(&line), "{line} is not in {:#?}", refused.logs);
    }
}

/// The same through the real token program: what its own instructions leave behind is recognised.
#[tokio::test]
async fn extensions_made_by_the_real_program_are_recognised() {
    let mut world = World::empty().await;
    let key = [7; 32];
    let with_key = |prefix: &[u8]| [prefix, &key[..]].concat();
    // Name, bytes of the value, the instruction that initialises it.
    let cases = [
        ("MintCloseAuthority", 32, with_key(&[25, 1])),
        ("DefaultAccountState", 1, vec![28, 0, 1]),
        ("NonTransferable", 0, vec![32]),
        ("InterestBearingConfig", 52, [with_key(&[33, 0]), vec![0, 0]].concat()),
        ("PermanentDelegate", 32, with_key(&[35])),
        ("TransferHook", 64, [with_key(&[36, 0]), vec![9; 32]].concat()),
        ("GroupPointer", 64, [with_key(&[40, 0]), vec![9; 32]].concat()),
    ];
    for (name, length, initialize) in cases {
        let mint = Address::new_unique();
        world.chain.set_data(&mint, &TOKEN_2022_PROGRAM, vec![0; 166 + 4 + length]);
        let instruction =
            |data| Instruction { program_id: TOKEN_2022_PROGRAM, accounts: vec![AccountMeta::new(mint, false)], data };
        let initialize_mint = [vec![20, 6], vec![8; 32], vec![0]].concat();
        world.chain.send(&[instruction(initialize), instruction(initialize_mint)], &[]).await.succeeds();
        let data = world.chain.account(&mint).await.expect("it was just made").data;
        let refused = list(&mut world, data).await.fails_with(MarginError::MintExtension);
        assert!(refused.logs.iter().any(|line| line.ends_with(name)), "{name}: {:#?}", refused.logs);
    }
}

/// A token account of Token-2022 is no mint, however its bytes look.
#[tokio::test]
async fn an_account_of_another_type_is_no_mint() {
    let mut world = World::empty().await;
    let mut account = mint_with(&[]);
    account[165] = 2;
    list(&mut world, account).await.fails_with(MarginError::NotAMint);
    let mut cut = mint_with(&[]);
    cut.truncate(165);
    list(&mut world, cut).await.fails_with(MarginError::NotAMint);
}
