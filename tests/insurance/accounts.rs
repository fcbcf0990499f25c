//! Wrong accounts and wrong signers.

use breakwater_client::instruction::{self, Earner};
use breakwater_client::{PROGRAM_ID, address};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

use super::{WEEK, insured};
use crate::common::tamper::Wrong;
use crate::common::{
    Constraint, InstructionError, MarginError, OTHER_PROGRAM, Tamper, Verdict, World, because, usdc, wrong,
};

/// Sends an instruction that nobody has to sign once for every wrong account.
async fn refuses_unsigned(world: &mut World, instruction: &Instruction, rows: &[Wrong]) {
    for Wrong { what, place, address, error } in rows {
        let sent = world.send(&[instruction.with_account(*place, address)], &[]).await;
        let failure = sent.expect_err(what);
        assert_eq!(failure.instruction_error(), Some(error), "{what}: {failure}");
    }
}

#[tokio::test]
async fn open_and_close_refuse_wrong_accounts() {
    let mut world = insured().await;
    let (alice, mallory) = (world.trader().await, world.trader().await);
    let fund = address::fund(&world.group);
    let open = instruction::open_stake(&alice.address(), &fund);
    world.send(&[open.unsigned(0)], &[]).await.fails_with(InstructionError::MissingRequiredSignature);
    let mut rows = world.impostors(&open, 1).await;
    let other = address::stake(&fund, &mallory.address());
    rows.push(wrong("the stake of another", 2, other, InstructionError::InvalidSeeds));
    rows.push(wrong("what is no program", 3, OTHER_PROGRAM, Constraint::Executable));
    rows.push(wrong("another program", 3, PROGRAM_ID, InstructionError::IncorrectProgramId));
    world.refuses_wrong_accounts(&open, &alice.key, &rows).await;

    alice.open_stake(&mut world).await.succeeds();
    let close = instruction::close_stake(&alice.address(), &fund);
    world.send(&[close.unsigned(0)], &[]).await.fails_with(InstructionError::MissingRequiredSignature);
    let stolen = close.with_account(0, &mallory.address());
    world.send(&[stolen], &[&mallory.key]).await.fails_with(MarginError::NotStakeOwner);
    let second = world.second_market().await;
    let mut rows = world.impostors(&close, 1).await;
    rows.extend(world.impostors(&close, 2).await);
    rows.push(wrong("another group's fund", 1, second.fund, MarginError::StakeOfOtherFund));
    world.refuses_wrong_accounts(&close, &alice.key, &rows).await;
    alice.close_stake(&mut world).await.succeeds();
}

/// Neither a stranger nor the admin nor a delegate takes stake out, and it goes into no account but the owner's.
#[tokio::test]
async fn INS_1_nobody_but_its_owner_takes_stake_out() {
    let mut world = insured().await;
    let alice = world.matured_staker(usdc(1_000)).await;
    let mallory = world.staker(usdc(1)).await;
    let keys = alice.stake_keys(&world);
    let admin = world.admin.insecure_clone();
    let request = instruction::request_unstake(&alice.address(), &keys.quote_bank, &keys.fund, 1);
    let restake = instruction::restake(&alice.address(), &keys.fund);
    for who in [&mallory.key, &admin] {
        let signer = who.pubkey();
        for instruction in [&request, &restake] {
            world
                .send(&[instruction.with_account(0, &signer)], &[who])
                .await
                .fails_with(because(MarginError::NotStakeOwner));
        }
    }
    alice.request_unstake(&mut world, u64::MAX).await.succeeds();
    world.chain.advance(WEEK);
    alice.set_delegate(&mut world, &mallory.address()).await.succeeds();
    let unstake = instruction::unstake(&keys);
    world.send(&[unstake.unsigned(0)], &[]).await.fails_with(InstructionError::MissingRequiredSignature);
    for who in [&mallory.key, &admin] {
        let by = unstake.with_account(0, &who.pubkey());
        world.send(&[by], &[who]).await.fails_with(because(MarginError::NotAccountOwner));
    }
    let into_own = unstake.with_account(0, &mallory.address()).with_account(1, &mallory.account);
    world.send(&[into_own], &[&mallory.key]).await.fails_with(MarginError::NotStakeOwner);
    let into_other = unstake.with_account(1, &mallory.account);
    world.send(&[into_other], &[&alice.key]).await.fails_with(MarginError::NotAccountOwner);
    alice.unstake(&mut world).await.succeeds();
}

#[tokio::test]
async fn stake_and_unstake_refuse_wrong_accounts() {
    let mut world = World::with_market().await;
    let alice = world.staker(usdc(1_000)).await;
    let mallory = world.staker(usdc(1)).await;
    let second = world.second_market().await;
    let (sol, theirs) = (world.keys("SOL").bank, mallory.stake_keys(&world));
    let others = address::stake(&theirs.fund, &mallory.address());
    for instruction in
        [instruction::stake(&alice.stake_keys(&world), 1), instruction::unstake(&alice.stake_keys(&world))]
    {
        let mut rows = Vec::new();
        for place in 1..6 {
            rows.extend(world.impostors(&instruction, place).await);
        }
        rows.extend([
            wrong("another's account", 1, mallory.account, MarginError::NotAccountOwner),
            wrong("another group's board", 2, second.group.board, MarginError::BoardOfOtherGroup),
            wrong("another group's bank", 3, second.usdc.bank, MarginError::BankOfOtherGroup),
            wrong("a bank of another token", 3, sol, MarginError::NotQuoteBank),
            wrong("another group's fund", 4, second.fund, MarginError::FundOfOtherGroup),
            wrong("another's stake", 5, others, MarginError::NotStakeOwner),
        ]);
        world.refuses_wrong_accounts(&instruction, &alice.key, &rows).await;
    }
}

#[tokio::test]
async fn mature_request_and_restake_refuse_wrong_accounts() {
    let mut world = World::with_market().await;
    let alice = world.staker(usdc(1_000)).await;
    alice.stake(&mut world, usdc(1_000)).await.succeeds();
    let second = world.second_market().await;
    let (keys, sol) = (alice.stake_keys(&world), world.keys("SOL").bank);
    let mature = instruction::mature_stake(&alice.address(), &keys.quote_bank, &keys.fund);
    let request = instruction::request_unstake(&alice.address(), &keys.quote_bank, &keys.fund, 0);
    for (instruction, first) in [(mature, 0), (request, 1)] {
        let mut rows = Vec::new();
        for place in first..first + 3 {
            rows.extend(world.impostors(&instruction, place).await);
        }
        rows.push(wrong("a bank of another token", first, sol, MarginError::NotQuoteBank));
        rows.push(wrong("another group's bank", first, second.usdc.bank, MarginError::NotQuoteBank));
        rows.push(wrong("another group's fund", first + 1, second.fund, MarginError::NotQuoteBank));
        match first {
            0 => refuses_unsigned(&mut world, &instruction, &rows).await,
            _ => world.refuses_wrong_accounts(&instruction, &alice.key, &rows).await,
        }
        // Both of another group: the stake is not theirs.
        let both = instruction.with_account(first, &second.usdc.bank).with_account(first + 1, &second.fund);
        let signers: &[&Keypair] = if first == 0 { &[] } else { &[&alice.key] };
        world.send(&[both], signers).await.fails_with(because(MarginError::StakeOfOtherFund));
    }
    let restake = instruction::restake(&alice.address(), &keys.fund);
    let mut rows = world.impostors(&restake, 1).await;
    rows.extend(world.impostors(&restake, 2).await);
    rows.push(wrong("another group's fund", 1, second.fund, MarginError::StakeOfOtherFund));
    world.refuses_wrong_accounts(&restake, &alice.key, &rows).await;
}

#[tokio::test]
async fn collect_and_report_refuse_wrong_accounts() {
    let mut world = World::with_market().await;
    let alice = world.funded(usdc(1_000)).await;
    let second = world.second_market().await;
    let (fund, bank) = (address::fund(&world.group), world.keys("USDC").bank);
    let from_bank = instruction::collect(&fund, &Earner::Bank(bank));
    let mut rows = world.impostors(&from_bank, 0).await;
    rows.extend(world.impostors(&from_bank, 1).await);
    rows.push(wrong("another group's bank", 1, second.usdc.bank, MarginError::BankOfOtherGroup));
    rows.push(wrong("another group's fund", 0, second.fund, MarginError::BankOfOtherGroup));
    refuses_unsigned(&mut world, &from_bank, &rows).await;
    let from_market = instruction::collect(&fund, &Earner::Market(world.perp("BTC").market));
    let mut rows = world.impostors(&from_market, 2).await;
    rows.push(wrong("another group's market", 2, second.market, MarginError::MarketOfOtherGroup));
    refuses_unsigned(&mut world, &from_market, &rows).await;

    let report = instruction::report_shortfall(&alice.account, &world.board, &bank, &fund);
    let mut rows = Vec::new();
    for place in 0..4 {
        rows.extend(world.impostors(&report, place).await);
    }
    rows.extend([
        wrong("an account of another group", 0, second.group.trader.account, MarginError::BoardOfOtherGroup),
        wrong("another group's board", 1, second.group.board, MarginError::BoardOfOtherGroup),
        wrong("a bank of another token", 2, world.keys("SOL").bank, MarginError::NotQuoteBank),
        wrong("another group's fund", 3, second.fund, MarginError::NotQuoteBank),
    ]);
    refuses_unsigned(&mut world, &report, &rows).await;
    let both = report.with_account(2, &second.usdc.bank).with_account(3, &second.fund);
    world.send(&[both], &[]).await.fails_with(because(MarginError::FundOfOtherGroup));
}
