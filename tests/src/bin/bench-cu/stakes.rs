//! Stakes in the shared fund, its income, reports of shortfalls, and the upgrade of an account of version 1.

use breakwater_client::instruction::{self, ALL, Earner, StakeKeys};
use breakwater_client::interface::Bank;
use breakwater_client::interface::accounts::MARGIN_ACCOUNT_SIZE_1;
use breakwater_sim::world::{Listing, Trader, World};
use solana_instruction::Instruction;
use solana_signer::Signer;

use super::{Row, chain, deposit, list, row};

const UNIT: u64 = 1_000_000;
const WEEK: i64 = 7 * 86_400;

/// Every instruction about stakes once.
pub fn rows() -> Vec<Row> {
    let mut world = World::new(chain());
    list(&mut world, "Q", Listing::stable(6), 1);
    world.create_fund("Q", 2_500).expect("a quote token");
    let trader = world.trader();
    deposit(&mut world, &trader, "Q", 1_000 * UNIT);
    let keys = StakeKeys {
        owner: trader.key.pubkey(),
        account: trader.account,
        board: world.board,
        quote_bank: world.token("Q").keys.bank,
        fund: world.fund.expect("it was created"),
    };
    let StakeKeys { owner, board, quote_bank, fund, account } = keys;
    let mut rows = Vec::new();
    let mut send = |world: &mut World, name: &'static str, instruction: Instruction| {
        rows.push(sent(world, &trader, name, instruction));
    };
    send(&mut world, "open_stake", instruction::open_stake(&owner, &fund));
    send(&mut world, "stake", instruction::stake(&keys, 500 * UNIT));
    world.chain.advance(WEEK);
    send(&mut world, "mature_stake", instruction::mature_stake(&owner, &quote_bank, &fund));
    world.chain.rewrite(&quote_bank, |bank: &mut Bank| {
        (bank.fees, bank.vault_amount, bank.lending.tranche_target) = (UNIT, bank.vault_amount + UNIT, 0);
    });
    send(&mut world, "collect", instruction::collect(&fund, &Earner::Bank(quote_bank)));
    send(&mut world, "report_shortfall", instruction::report_shortfall(&account, &board, &quote_bank, &fund));
    send(&mut world, "request_unstake", instruction::request_unstake(&owner, &quote_bank, &fund, UNIT));
    world.chain.advance(WEEK);
    send(&mut world, "unstake", instruction::unstake(&keys));
    send(&mut world, "request_unstake", instruction::request_unstake(&owner, &quote_bank, &fund, ALL));
    world.chain.advance(2 * WEEK);
    send(&mut world, "restake", instruction::restake(&owner, &fund));
    let mut old = world.chain.account(&account).expect("it was opened");
    old.data.truncate(MARGIN_ACCOUNT_SIZE_1);
    old.data[VERSION] = 1;
    world.chain.set_account(&account, old);
    send(&mut world, "upgrade_account", instruction::upgrade_account(&owner, &account));
    let mut seen = Vec::new();
    rows.retain(|row| {
        !seen.contains(&row.instruction) && {
            seen.push(row.instruction);
            true
        }
    });
    rows
}

/// Where a margin account keeps its version.
const VERSION: usize = 1_242;

fn sent(world: &mut World, trader: &Trader, name: &'static str, instruction: Instruction) -> Row {
    let signs = instruction.accounts.iter().any(|meta| meta.is_signer);
    let signers: &[_] = if signs { &[&trader.key] } else { &[] };
    let outcome = world.chain.send(&[instruction], signers).unwrap_or_else(|e| panic!("{name}: {e}"));
    row(name, "stake", String::new(), &outcome)
}
