//! Which accounts a liquidation with a market names, and who may close with which.

use breakwater_client::PROGRAM_ID;
use breakwater_client::instruction::ALL;
use breakwater_sim::world::Listing;

use super::perp_legs::{DEBT_FOR_SOL, SOL_FOR_PROFIT, second_market};
use super::perps::{Position, position, print, sixty_fourths};
use crate::common::world::without_interest;
use crate::common::{Constraint, MarginError, QUOTE, Tamper, Verdict, World, btc, usd, wrong};

#[tokio::test]
async fn liquidate_fails_with_LegNotFound_without_a_position_or_a_debt_to_the_market() {
    let Position { mut world, alice, keeper } = position(btc(5)).await;
    second_market(&mut world).await;
    print(&mut world, sixty_fourths(58)).await;
    world.freshen(&["XBT"]).await;
    keeper.close_out(&mut world, &alice, "XBT", ALL).await.fails_with(MarginError::LegNotFound);
    keeper.liquidate(&mut world, &alice, DEBT_FOR_SOL, ALL).await.fails_with(MarginError::LegNotFound);
    keeper.liquidate(&mut world, &alice, SOL_FOR_PROFIT, ALL).await.fails_with(MarginError::LegNotFound);
}

/// Keeper's signer and account, liquidatee, board, bank, collateral bank, market: seven, whatever is closed.
#[tokio::test]
async fn a_liquidation_always_names_seven_accounts() {
    let Position { mut world, alice, keeper } = position(btc(5)).await;
    let close = keeper.close_out_instruction(&world, &alice, "BTC", ALL);
    let pairs = [("SOL", "ETH"), DEBT_FOR_SOL, SOL_FOR_PROFIT];
    let pairs = pairs.map(|pair| keeper.liquidate_instruction(&world, &alice, pair, ALL));
    assert!(pairs.iter().chain([&close]).all(|step| step.accounts.len() == 7));

    print(&mut world, sixty_fourths(58)).await;
    let send = async |world: &mut World, tampered| world.send(&[tampered], &[&keeper.key]).await;
    send(&mut world, close.with_account(6, &PROGRAM_ID)).await.fails_with(MarginError::LegAccounts);
    let sol = world.keys("SOL").bank;
    send(&mut world, close.with_account(4, &sol)).await.fails_with(MarginError::NotQuoteBank);
    // Neither of two banks is the quote token's.
    let debt_to_market = keeper.liquidate_instruction(&world, &alice, DEBT_FOR_SOL, ALL);
    let neither = debt_to_market.with_account(4, &world.keys("ETH").bank);
    send(&mut world, neither).await.fails_with(MarginError::NotQuoteBank);
    // A market's debt and the quote deposit settle without a keeper: both would be the quote bank.
    let settled = debt_to_market.with_account(5, &world.keys(QUOTE).bank);
    send(&mut world, settled).await.fails_with(Constraint::DuplicateMutableAccount);
    for place in [1, 2, 4, 6] {
        send(&mut world, close.read_only(place)).await.fails_with(Constraint::Mut);
    }
    send(&mut world, close).await.succeeds();
}

#[tokio::test]
async fn a_closing_refuses_accounts_of_another_group() {
    let Position { mut world, alice, keeper } = position(btc(5)).await;
    let second = world.second_market().await;
    print(&mut world, sixty_fourths(58)).await;
    let close = keeper.close_out_instruction(&world, &alice, "BTC", ALL);
    let mut rows = world.impostors(&close, 6).await;
    rows.extend([
        wrong("a quote bank of another group", 4, second.usdc.bank, MarginError::BankOfOtherGroup),
        wrong("a market of another group", 6, second.market, MarginError::MarketOfOtherGroup),
        wrong("the board of another group", 3, second.group.board, MarginError::BoardOfOtherGroup),
    ]);
    world.refuses_wrong_accounts(&close, &keeper.key, &rows).await;
    let mallory = world.trader().await;
    let stolen = close.with_account(0, &mallory.address());
    world.send(&[stolen], &[&mallory.key]).await.fails_with(MarginError::NotAccountOwnerOrDelegate);
}

/// A fee needs a slot for the quote token; a closing that pays none does not.
#[tokio::test]
async fn a_keeper_needs_a_slot_for_its_fee() {
    let Position { mut world, alice, .. } = position(btc(5)).await;
    let keeper = world.trader().await;
    for number in 0..14 {
        let symbol = format!("T{number}");
        world.list(&symbol, without_interest(Listing::volatile(6)), usd(1)).await;
        keeper.deposit(&mut world, &symbol, 1).await.succeeds();
    }
    keeper.deposit(&mut world, "SOL", 1).await.succeeds();
    keeper.deposit(&mut world, "ETH", 1).await.succeeds();
    print(&mut world, sixty_fourths(58)).await;
    keeper.close_out(&mut world, &alice, "BTC", ALL).await.fails_with(MarginError::TokenSlotsFull);
    print(&mut world, sixty_fourths(54)).await;
    keeper.close_out(&mut world, &alice, "BTC", ALL).await.succeeds();
}
