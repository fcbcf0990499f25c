//! Margin accounts of an older layout: refused by name, brought to the current one by anybody, and unchanged by it.

use breakwater_client::decode::{self, Event, account_size};
use breakwater_client::interface::accounts::{MARGIN_ACCOUNT_SIZE_1, MARGIN_ACCOUNT_VERSION};
use breakwater_client::interface::events::AccountUpgraded;
use breakwater_client::interface::order::ORDER_BELOW;
use breakwater_client::interface::{MarginAccount, TriggerOrder};
use breakwater_client::{Address, PROGRAM_ID, SYSTEM_PROGRAM, instruction};
use bytemuck::Zeroable;

use crate::common::full::full_account;
use crate::common::{
    InstructionError, MarginError, OTHER_PROGRAM, QUOTE, Tamper, Trader, Verdict, World, because, usdc, wrong,
};

/// Bytes of an account as version 1 had them: shorter, with another version, and the rent of their length.
async fn as_version_1(world: &mut World, account: &Address) {
    let mut old = world.chain.account(account).await.expect("an account");
    old.data.truncate(MARGIN_ACCOUNT_SIZE_1);
    old.data[8 + std::mem::offset_of!(MarginAccount, version)] = 1;
    old.lamports = (128 + MARGIN_ACCOUNT_SIZE_1 as u64) * 6_960;
    world.chain.set_account(account, old);
}

async fn upgrade(world: &mut World, by: &Trader, account: &Address) -> breakwater_sim::world::Sent {
    world.send(&[instruction::upgrade_account(&by.address(), account)], &[&by.key]).await
}

/// Sixteen tokens, eight positions and an order, as version 1 had them.
#[tokio::test]
async fn an_upgrade_changes_nothing_but_the_version() {
    let (mut world, _) = World::with_pool().await;
    let (alice, symbols) = full_account(&mut world).await;
    let symbols: Vec<&str> = symbols.iter().map(String::as_str).collect();
    let order = TriggerOrder { kind: ORDER_BELOW, trigger: 1, size: u64::MAX, ..TriggerOrder::zeroed() };
    let market = world.perp("BTC").market;
    let place = instruction::place_order(&alice.address(), &alice.account, &world.board, &market, 0, &order);
    world.send(&[place], &[&alice.key]).await.succeeds();
    world.freshen(&symbols).await;
    let stranger = world.trader().await;
    let (before, health) = (world.margin_account(&alice.account).await, alice.valuation(&mut world).await);
    as_version_1(&mut world, &alice.account).await;

    let old = world.chain.account(&alice.account).await.expect("an account").data;
    assert_eq!(decode::account::<MarginAccount>(&old).map(|account| account.version), None);
    let seen = decode::margin_account(&old).expect("a client reads version 1");
    assert_eq!((seen.version, seen.tokens, seen.shortfall), (1, before.tokens, 0));
    let withdraw = alice.withdraw_instruction(&mut world, "SOL", 1).await;
    world.chain.send(&[withdraw], &[&alice.key]).await.fails_with(MarginError::AccountOutdated);

    let sent = upgrade(&mut world, &stranger, &alice.account).await.succeeds();
    let (account, to) = (alice.account.to_bytes(), MARGIN_ACCOUNT_VERSION.into());
    assert_eq!(sent.events, [Event::AccountUpgraded(AccountUpgraded { account, from: 1, to })]);
    let raw = world.chain.account(&alice.account).await.expect("an account");
    assert_eq!(raw.data.len(), account_size::<MarginAccount>());
    assert_eq!(raw.lamports, (128 + raw.data.len() as u64) * 6_960, "whoever upgrades pays the rent of what is added");
    let after = world.margin_account(&alice.account).await;
    assert_eq!(bytemuck::bytes_of(&after), bytemuck::bytes_of(&before));
    assert_eq!(alice.valuation(&mut world).await, health);
    alice.withdraw(&mut world, "SOL", 1).await.succeeds();
    upgrade(&mut world, &stranger, &alice.account).await.fails_with(MarginError::AccountIsCurrent);
}

/// Whether it is read or written, owner's or keeper's: version 1 is refused by name.
#[tokio::test]
async fn every_instruction_refuses_version_1_by_name() {
    let (mut world, _) = World::with_pool().await;
    let (alice, bob) = (world.staker(usdc(1_000)).await, world.funded(usdc(1_000)).await);
    as_version_1(&mut world, &alice.account).await;
    let bank = world.keys(QUOTE).bank;
    let fund = world.fund.expect("a fund");
    let deposit = alice.deposit_instruction(&mut world, QUOTE, 1).await;
    let liquidate = bob.liquidate_instruction(&world, &alice, ("USDC", "SOL"), 1);
    let keep = alice.liquidate_instruction(&world, &bob, ("USDC", "SOL"), 1);
    let signed = [
        (deposit, &alice),
        (alice.trade_instruction(&world, "BTC", 1, 0), &alice),
        (alice.settle_instruction(&world, &alice, "BTC", 1), &alice),
        (instruction::add_liquidity(&alice.liquidity_keys(&world, "BTC"), 1), &alice),
        (instruction::stake(&alice.stake_keys(&world), 1), &alice),
        (instruction::set_delegate(&alice.address(), &alice.account, &bob.address()), &alice),
        (instruction::cancel_order(&alice.address(), &alice.account, 0), &alice),
        (instruction::close_account(&alice.address(), &alice.account), &alice),
        (liquidate, &bob),
        (keep, &alice),
    ];
    for (instruction, by) in signed {
        world.chain.send(&[instruction], &[&by.key]).await.fails_with(because(MarginError::AccountOutdated));
    }
    let board = world.board;
    let unsigned = [
        instruction::touch(&alice.account, &board),
        instruction::report_shortfall(&alice.account, &board, &bank, &fund),
        instruction::deleverage(&alice.account, &board, &bank, &world.perp("BTC").market),
        world.resolve_market_loss_instruction(&alice.account, "BTC"),
    ];
    for instruction in unsigned {
        world.chain.send(&[instruction], &[]).await.fails_with(because(MarginError::AccountOutdated));
    }
}

#[tokio::test]
async fn upgrade_fails_with_NotAMarginAccount_for_everything_else() {
    let mut world = World::new().await;
    let (alice, bob) = (world.trader().await, world.trader().await);
    let upgrade = instruction::upgrade_account(&bob.address(), &alice.account);
    world.send(&[upgrade.unsigned(0)], &[]).await.fails_with(InstructionError::MissingRequiredSignature);
    as_version_1(&mut world, &alice.account).await;
    let alike = world.chain.look_alike(&alice.account, &OTHER_PROGRAM).await;
    let system = world.chain.look_alike(&alice.account, &SYSTEM_PROGRAM).await;
    let bank = world.keys("SOL").bank;
    let mut shapes = Vec::new();
    for (cut, version) in [(1, 1), (0, 0), (0, 2)] {
        let copy = world.chain.look_alike(&alice.account, &PROGRAM_ID).await;
        let mut account = world.chain.account(&copy).await.expect("it was just made");
        account.data.truncate(MARGIN_ACCOUNT_SIZE_1 - cut);
        account.data[8 + std::mem::offset_of!(MarginAccount, version)] = version;
        world.chain.set_account(&copy, account);
        shapes.push(copy);
    }
    let error = MarginError::NotAMarginAccount;
    let mut rows = vec![
        wrong("a look-alike", 1, alike, error),
        wrong("a look-alike of the system program", 1, system, error),
        wrong("an account of another type", 1, bank, error),
        wrong("the board", 1, world.board, error),
        wrong("no account", 1, Address::new_unique(), error),
        wrong("another program", 2, PROGRAM_ID, InstructionError::IncorrectProgramId),
    ];
    rows.extend(shapes.into_iter().map(|shape| wrong("no layout of any version", 1, shape, error)));
    for row in rows {
        let sent = world.chain.send(&[upgrade.with_account(row.place, &row.address)], &[&bob.key]).await;
        assert_eq!(sent.expect_err(row.what).instruction_error(), Some(&row.error), "{}", row.what);
    }
    world.send(&[upgrade], &[&bob.key]).await.succeeds();
}
