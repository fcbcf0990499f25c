//! Every place of every instruction about perpetuals, with an account that does not belong there.

use breakwater_client::instruction::{self, Insured};
use breakwater_client::{Address, PROGRAM_ID, address};
use solana_instruction::Instruction;

use super::{calm, long_one};
use crate::common::markets::SecondMarket;
use crate::common::tamper::Wrong;
use crate::common::verdict::Cause;
use crate::common::{
    Constraint, InstructionError, MarginError, Tamper, Trader, Verdict, World, because, btc_listing, btc_price, usdc,
    wrong,
};

/// What stands for one of the program's accounts and is none, in each of the places.
async fn impostors(world: &mut World, instruction: &Instruction, places: &[usize]) -> Vec<Wrong> {
    let mut rows = Vec::new();
    for place in places {
        rows.extend(world.impostors(instruction, *place).await);
    }
    rows
}

/// Rows that every instruction with a margin account shares: places of the board, the market and the bank.
fn foreign(second: &SecondMarket, board: usize, market: Option<usize>, bank: Option<usize>) -> Vec<Wrong> {
    let mut rows = vec![wrong("the board of another group", board, second.group.board, MarginError::BoardOfOtherGroup)];
    if let Some(place) = market {
        rows.push(wrong("the market of another group", place, second.market, MarginError::MarketOfOtherGroup));
    }
    if let Some(place) = bank {
        rows.push(wrong("the bank of another group", place, second.usdc.bank, MarginError::BankOfOtherGroup));
    }
    rows
}

async fn scene() -> (World, Trader, SecondMarket) {
    let mut world = calm().await;
    let alice = long_one(&mut world).await;
    let second = world.second_market().await;
    world.let_positions_settle().await;
    (world, alice, second)
}

#[tokio::test]
async fn trades_refuse_wrong_accounts() {
    let (mut world, alice, second) = scene().await;
    let orders =
        [alice.trade_instruction(&world, "BTC", 1_000, u64::MAX), alice.reduce_instruction(&world, "BTC", 1_000, 0)];
    for order in orders {
        let mut rows = impostors(&mut world, &order, &[1, 2, 3]).await;
        rows.extend(foreign(&second, 2, Some(3), None));
        rows.push(wrong("an account of another group", 1, second.group.trader.account, MarginError::BoardOfOtherGroup));
        world.refuses_wrong_accounts(&order, &alice.key, &rows).await;
        for place in [1, 3] {
            world.send(&[order.read_only(place)], &[&alice.key]).await.fails_with(Constraint::Mut);
        }
        // All accounts of the other group, but the market of this one.
        let mixed = order
            .with_account(0, &second.group.trader.address())
            .with_account(1, &second.group.trader.account)
            .with_account(2, &second.group.board);
        world.send(&[mixed], &[&second.group.trader.key]).await.fails_with(MarginError::MarketOfOtherGroup);
    }
}

#[tokio::test]
async fn settle_refuses_wrong_accounts() {
    let (mut world, alice, second) = scene().await;
    let settle = alice.settle_instruction(&world, &alice, "BTC", 1);
    let mut rows = impostors(&mut world, &settle, &[1, 2, 3, 4]).await;
    rows.extend(foreign(&second, 2, Some(3), Some(4)));
    rows.push(wrong("the bank of another token", 4, world.keys("SOL").bank, MarginError::NotQuoteBank));
    rows.push(wrong("an account of another group", 1, second.group.trader.account, MarginError::BoardOfOtherGroup));
    world.refuses_wrong_accounts(&settle, &alice.key, &rows).await;
    for place in [1, 3, 4] {
        world.send(&[settle.read_only(place)], &[&alice.key]).await.fails_with(Constraint::Mut);
    }
    world.send(&[settle], &[&alice.key]).await.succeeds();
}

/// In a second market of the same group the first one's shares are of another market.
#[tokio::test]
async fn liquidity_refuses_wrong_accounts() {
    let (mut world, alice, second) = scene().await;
    world.list_perp("M1", btc_listing()).await.succeeds();
    world.price("M1", btc_price()).await;
    let bob = world.provider("BTC", usdc(1_000)).await;
    alice.open_liquidity(&mut world, "BTC").await.succeeds();
    alice.open_liquidity(&mut world, "M1").await.succeeds();
    let keys = alice.liquidity_keys(&world, "BTC");
    let (of_bob, of_m1) = (
        address::liquidity(&keys.market, &bob.address()),
        address::liquidity(&world.perp("M1").market, &alice.address()),
    );
    let sol = world.keys("SOL").bank;
    for change in [instruction::add_liquidity(&keys, 1_000), instruction::remove_liquidity(&keys)] {
        let mut rows = impostors(&mut world, &change, &[1, 2, 3, 4, 5]).await;
        rows.extend(foreign(&second, 2, Some(4), Some(3)));
        rows.extend([
            wrong("somebody else's account", 1, bob.account, MarginError::NotAccountOwner),
            wrong("the bank of another token", 3, sol, MarginError::NotQuoteBank),
            wrong("another market", 4, world.perp("M1").market, MarginError::LiquidityOfOtherMarket),
            wrong("somebody else's share", 5, of_bob, MarginError::NotLiquidityOwner),
            wrong("a share of another market", 5, of_m1, MarginError::LiquidityOfOtherMarket),
        ]);
        world.refuses_wrong_accounts(&change, &alice.key, &rows).await;
        for place in [1, 3, 4, 5] {
            world.send(&[change.read_only(place)], &[&alice.key]).await.fails_with(Constraint::Mut);
        }
        let stolen = change.with_account(0, &bob.address());
        world.send(&[stolen], &[&bob.key]).await.fails_with(MarginError::NotAccountOwner);
        world.send(&[change.unsigned(0)], &[]).await.fails_with(InstructionError::MissingRequiredSignature);
    }
    let request = instruction::request_liquidity(&keys, 0);
    let mut rows = impostors(&mut world, &request, &[1, 2, 3, 4]).await;
    rows.extend(foreign(&second, 1, None, Some(2)));
    rows.extend([
        wrong("the market of another group", 3, second.market, MarginError::BoardOfOtherGroup),
        wrong("the bank of another token", 2, sol, MarginError::NotQuoteBank),
        wrong("another market", 3, world.perp("M1").market, MarginError::LiquidityOfOtherMarket),
        wrong("somebody else's share", 4, of_bob, MarginError::NotLiquidityOwner),
    ]);
    world.refuses_wrong_accounts(&request, &alice.key, &rows).await;
    let stolen = request.with_account(0, &bob.address());
    world.send(&[stolen], &[&bob.key]).await.fails_with(MarginError::NotLiquidityOwner);
    // A delegate trades; liquidity is the owner's.
    alice.set_delegate(&mut world, &bob.address()).await.succeeds();
    let add = instruction::add_liquidity(&keys, 1_000);
    world.send(&[add.with_account(0, &bob.address())], &[&bob.key]).await.fails_with(MarginError::NotAccountOwner);
}

#[tokio::test]
async fn a_share_is_opened_at_its_own_address_in_a_market() {
    let (mut world, alice, _) = scene().await;
    let market = world.perp("BTC").market;
    let open = instruction::open_liquidity(&alice.address(), &market);
    let mut rows = world.impostors(&open, 1).await;
    let other = address::liquidity(&market, &world.group.clone());
    rows.push(wrong("the share of somebody else", 2, other, InstructionError::InvalidSeeds));
    rows.push(wrong("another program", 3, PROGRAM_ID, InstructionError::IncorrectProgramId));
    world.refuses_wrong_accounts(&open, &alice.key, &rows).await;
    world.send(&[open.unsigned(0)], &[]).await.fails_with(InstructionError::MissingRequiredSignature);
}

#[tokio::test]
async fn insure_refuses_wrong_accounts() {
    let (mut world, alice, second) = scene().await;
    let fund = address::fund(&world.group);
    let market = world.perp("BTC").market;
    for (insured, place) in [(Insured::Fund(fund), 4), (Insured::Market(market), 5)] {
        let insure = alice.insure_instruction(&world, &insured, 1);
        let mut rows = impostors(&mut world, &insure, &[1, 2, 3, place]).await;
        rows.extend(foreign(&second, 2, None, Some(3)));
        let (other, error) = match insured {
            Insured::Fund(_) => (second.fund, MarginError::FundOfOtherGroup),
            Insured::Market(_) => (second.market, MarginError::MarketOfOtherGroup),
        };
        rows.push(wrong("a receiver of another group", place, other, error));
        rows.push(wrong("the bank of another token", 3, world.keys("ETH").bank, MarginError::NotQuoteBank));
        world.refuses_wrong_accounts(&insure, &alice.key, &rows).await;
        for place in [1, 3, place] {
            world.send(&[insure.read_only(place)], &[&alice.key]).await.fails_with(Constraint::Mut);
        }
        world.send(&[insure], &[&alice.key]).await.succeeds();
    }
}

#[tokio::test]
async fn deleverage_refuses_wrong_accounts() {
    let (mut world, alice, second) = scene().await;
    let deleverage = world.deleverage_instruction(&alice.account, "BTC");
    let mut rows = impostors(&mut world, &deleverage, &[0, 1, 2, 3]).await;
    rows.extend(foreign(&second, 1, Some(3), Some(2)));
    rows.push(wrong("the bank of another token", 2, world.keys("SOL").bank, MarginError::NotQuoteBank));
    rows.push(wrong("an account of another group", 0, second.group.trader.account, MarginError::BoardOfOtherGroup));
    for row in rows {
        let sent = world.send(&[deleverage.with_account(row.place, &row.address)], &[]).await;
        sent.fails_with(row.error);
    }
    world.send(&[deleverage], &[]).await.fails_with(MarginError::NoDeficit);
}

#[tokio::test]
async fn refresh_refuses_a_market_that_is_not_the_boards() {
    let (mut world, _, second) = scene().await;
    world.list_perp("M1", btc_listing()).await.succeeds();
    let (market, other) = (world.perp("BTC").market, world.perp("M1").market);
    let item = world.perp("BTC").market_item().0;
    let board = world.board;
    let refresh = |item, market| instruction::refresh(&board, &[(item, market)]);
    let rows = [
        (refresh(item, second.market), because(MarginError::MarketOfOtherGroup)),
        (refresh(item, other), because(MarginError::MarketOfOtherNumber)),
        (refresh(item + 1, market), because(MarginError::MarketOfOtherNumber)),
        (refresh(255, market), because(MarginError::MarketOfOtherNumber)),
        (refresh(item, world.board), Constraint::DuplicateMutableAccount.instruction_error()),
        (refresh(item, world.keys("USDC").bank), InstructionError::AccountDataTooSmall),
        (refresh(item, Address::new_unique()), InstructionError::UninitializedAccount),
    ];
    for (refresh, error) in rows {
        world.send(&[refresh], &[]).await.fails_with(error);
    }
    world.chain.advance(1);
    let read_only = refresh(item, market).read_only(1);
    world.send(&[read_only], &[]).await.fails_with(InstructionError::ReadonlyDataModified);
}
