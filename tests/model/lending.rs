//! Laws of lending and of the oracle on the bytecode.

use breakwater_client::interface::MarginError;
use breakwater_tests::arena::Arena;
use breakwater_tests::model::state::ALL;
use breakwater_tests::model::{Call, Print};
use proptest::prelude::*;
use solana_signer::Signer;

use crate::ground::{self, TOKENS, USD};
use crate::sequences::runner;

/// Interest runs, so that no index is one.
fn seasoned() -> Arena {
    let mut arena = ground::populated();
    arena.world.chain.advance(25 * 86_400);
    refresh(&mut arena);
    arena
}

fn refresh(arena: &mut Arena) {
    arena.world.chain.advance(1);
    let now = arena.world.chain.now();
    let prints = (0u8..).zip(TOKENS).map(|(token, (_, _, price))| (token, ground::print(price, now))).collect();
    arena.must(&Call::Refresh { prints, indices: (0..TOKENS.len() as u8).collect() });
}

fn wallet(arena: &mut Arena, account: usize, token: u8) -> u64 {
    let owner = arena.people[account].key.pubkey();
    arena.world.wallet_balance(&owner, TOKENS[usize::from(token)].0)
}

#[test]
fn a_deposit_that_is_withdrawn_never_pays() {
    let mut arena = seasoned();
    let start = arena.save();
    let (mut cases, mut least_kept) = (0u32, u64::MAX);
    runner(
        200,
        |(token, amounts): (u8, Vec<u64>)| {
            arena.restore(&start);
            let account = 7;
            let before = wallet(&mut arena, account, token);
            let mut paid = 0;
            for amount in &amounts {
                // Where the deposit is refused the tokens stay in the wallet.
                arena.perform(&Call::Deposit { account, token, amount: *amount, stranger: false })?;
                paid += amount;
            }
            for amount in amounts.iter().map(|amount| amount / 3).chain([ALL]) {
                arena.perform(&Call::Withdraw { account, token, amount })?;
            }
            let got = wallet(&mut arena, account, token) - before;
            cases += 1;
            least_kept = least_kept.min(paid - got.min(paid));
            if got > paid { Err(format!("RND-1: {paid} went in, {got} came out")) } else { Ok(()) }
        },
        (prop_oneof![0u8..4, Just(5u8)], proptest::collection::vec(prop_oneof![1u64..50, 1u64..1 << 40], 1..4)),
    );
    println!("{cases} round trips, the least that stayed in the bank: {least_kept} units");
}

#[test]
fn a_loan_that_is_repaid_never_pays() {
    let mut arena = seasoned();
    let start = arena.save();
    runner(
        200,
        |(token, permille): (u8, u64)| {
            arena.restore(&start);
            let account = 7;
            arena.must(&Call::Deposit { account, token: 2, amount: 50_000_000_000, stranger: false });
            let amount = (ground::units(&arena, token, 30_000) * permille / 1_000).max(permille % 9 + 1);
            let before = arena.state().token(token).bank.clone();
            if arena.perform(&Call::Borrow { account, token, amount })?.is_some() {
                return Ok(());
            }
            arena.perform(&Call::Repay { account, token, amount: amount / 3, stranger: false })?;
            // Whoever repays all needs what was lent, and at least a unit where rounding took one.
            arena.must(&Call::Repay { account, token, amount: ALL, stranger: false });
            let state = arena.state();
            let after = &state.token(token).bank;
            if state.accounts[account].positions.contains_key(&token) || after.borrow_shares != before.borrow_shares {
                return Err("RND-1: a debt is left after all was repaid".to_owned());
            }
            if after.vault < before.vault {
                return Err(format!("RND-1: the vault held {} and now {}", before.vault, after.vault));
            }
            Ok(())
        },
        (prop_oneof![0u8..2, 3u8..6], prop_oneof![0u64..10, 10u64..1_000]),
    );
}

#[test]
fn a_print_that_is_not_newer_changes_nothing() {
    let mut arena = seasoned();
    let before = arena.state();
    for back in [0, 1, 59, 1_000] {
        let print = Print { publish_time: before.token(0).feed.publish_time - back, ..ground::print(USD, 0) };
        arena.must(&Call::Refresh { prints: vec![(0, print)], indices: Vec::new() });
        assert_eq!(arena.state(), before, "ORA-1: a print {back} s behind the watermark is skipped");
    }
}

#[test]
fn one_refused_print_fails_the_whole_refresh() {
    let mut arena = seasoned();
    arena.world.chain.advance(5);
    let now = arena.world.chain.now();
    let good = ground::print(149 * USD, now);
    let wide = Print { confidence: 400_000_000, ..ground::print(60 * USD, now) };
    let refused = arena.perform(&Call::Refresh { prints: vec![(0, good), (1, wide)], indices: vec![0] });
    assert_eq!(refused, Ok(Some(MarginError::OracleConfidence)), "ATO-1: the good print is not kept either");
}
