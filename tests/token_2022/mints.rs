//! Mints and token accounts through the real Token-2022 program, by its raw instructions.

use breakwater_client::{Address, TOKEN_2022_PROGRAM};
use breakwater_sim::tokens;
use breakwater_sim::world::Listing;
use solana_instruction::{AccountMeta, Instruction};

use crate::common::{Trader, Verdict, World, usd};

/// A mint with a transfer fee: the base padded to a token account, its type, and one extension of 108 bytes.
const FEE_MINT: usize = 165 + 1 + 4 + 108;
/// A token account of such a mint: its type, and what is withheld on it.
const FEE_ACCOUNT: usize = 165 + 1 + 4 + 8;

const INITIALIZE_ACCOUNT_3: u8 = 18;
const INITIALIZE_MINT_2: u8 = 20;
const TRANSFER_FEE: u8 = 26;
const MINT_TO: u8 = 7;

fn instruction(accounts: Vec<AccountMeta>, data: Vec<u8>) -> Instruction {
    Instruction { program_id: TOKEN_2022_PROGRAM, accounts, data }
}

/// A new mint of six decimals whose transfers cost `bps`, at most `most` units; the admin mints.
pub async fn fee_mint(world: &mut World, bps: u16, most: u64) -> Address {
    use solana_signer::Signer;
    let mint = Address::new_unique();
    world.chain.set_data(&mint, &TOKEN_2022_PROGRAM, vec![0; FEE_MINT]);
    let on_mint = vec![AccountMeta::new(mint, false)];
    // Neither a fee authority nor one that withdraws.
    let mut fee = vec![TRANSFER_FEE, 0, 0, 0];
    fee.extend(bps.to_le_bytes());
    fee.extend(most.to_le_bytes());
    let mut initialize = vec![INITIALIZE_MINT_2, 6];
    initialize.extend(world.admin.pubkey().to_bytes());
    initialize.push(0);
    let both = [instruction(on_mint.clone(), fee), instruction(on_mint, initialize)];
    world.chain.send(&both, &[]).await.succeeds();
    mint
}

/// Lists a mint with a transfer fee as FEE at $1.
pub async fn list_fee_mint(world: &mut World, bps: u16, most: u64) -> Address {
    let mint = fee_mint(world, bps, most).await;
    let listing = Listing { token_program: TOKEN_2022_PROGRAM, ..Listing::stable(6) };
    world.list_mint("FEE", mint, listing).await.succeeds();
    world.price("FEE", usd(1)).await;
    mint
}

/// Gives a trader a real token account of FEE with an amount in it.
pub async fn fill_wallet(world: &mut World, who: &Trader, amount: u64) {
    use solana_signer::Signer;
    let mint = world.keys("FEE").mint;
    let wallet = tokens::wallet_address(&who.address(), &mint);
    let mut batch = Vec::new();
    if world.chain.account(&wallet).await.is_none() {
        world.chain.set_data(&wallet, &TOKEN_2022_PROGRAM, vec![0; FEE_ACCOUNT]);
        let mut initialize = vec![INITIALIZE_ACCOUNT_3];
        initialize.extend(who.address().to_bytes());
        batch.push(instruction(
            vec![AccountMeta::new(wallet, false), AccountMeta::new_readonly(mint, false)],
            initialize,
        ));
    }
    let mut mint_to = vec![MINT_TO];
    mint_to.extend(amount.to_le_bytes());
    let admin = world.admin.insecure_clone();
    batch.push(instruction(
        vec![
            AccountMeta::new(mint, false),
            AccountMeta::new(wallet, false),
            AccountMeta::new_readonly(admin.pubkey(), true),
        ],
        mint_to,
    ));
    world.chain.send(&batch, &[&admin]).await.succeeds();
}

/// Raises both scheduled fees of a mint, as its authority could after listing.
pub async fn raise_fee(world: &mut World, mint: &Address, bps: u16) {
    let mut account = world.chain.account(mint).await.expect("the mint exists");
    for bps_at in [170 + 88, 170 + 106] {
        account.data[bps_at..bps_at + 2].copy_from_slice(&bps.to_le_bytes());
    }
    world.chain.set_account(mint, account);
}
