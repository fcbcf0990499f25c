//! What anybody may do to accounts under water, to bankrupt ones and to winners.

use breakwater_client::address;
use breakwater_client::instruction::{self, ALL, Creditor, TargetKeys};
use breakwater_client::interface::PerpMarket;
use breakwater_client::margin::Target;
use breakwater_client::margin::liquidation::Pair;
use breakwater_client::margin::position::MARKET_LEG;
use breakwater_sim::world::{Trader, default_liquidation};
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::place::{COIN, Place, UNIT, key, open};

/// Somebody with ten C who has borrowed 640 of a dollar token.
fn debtor(place: &mut Place, symbol: &str) -> Trader {
    place.wait(1);
    let debtor = open(&mut place.world, &key(50));
    place.world.deposit(&debtor, "C", 10 * COIN).unwrap_or_else(|e| panic!("deposit: {e}"));
    place.wait(1);
    place.world.borrow(&debtor, symbol, 640 * UNIT).unwrap_or_else(|e| panic!("borrow: {e}"));
    debtor
}

/// Somebody with 1,250 quote tokens who is long 100 C.
fn holder(place: &mut Place) -> Trader {
    place.wait(1);
    let holder = open(&mut place.world, &key(51));
    place.world.deposit(&holder, "Q", 1_250 * UNIT).unwrap_or_else(|e| panic!("deposit: {e}"));
    place.wait(1);
    place.world.trade(&holder, "C", 100 * COIN as i64).unwrap_or_else(|e| panic!("trade: {e}"));
    holder
}

fn keeper(place: &Place) -> Trader {
    Trader { key: place.keeper.key.insecure_clone(), account: place.keeper.account }
}

pub fn liquidate_spot(place: &mut Place) -> Instruction {
    let debtor = debtor(place, "D");
    place.price(7_300);
    let keeper = keeper(place);
    place.world.liquidate_instruction(&keeper, &debtor.account, ("D", "C"), ALL)
}

pub fn liquidate_position(place: &mut Place) -> Instruction {
    let holder = holder(place);
    place.price(9_200);
    let keeper = keeper(place);
    place.world.liquidate_target_instruction(&keeper, &holder.account, Target::Perp(0), ALL)
}

/// Somebody with 2,000 D lost 1,850 of them, and was closed: what is left is a debt to the market.
pub fn liquidate_market_debt(place: &mut Place) -> Instruction {
    place.wait(1);
    let loser = open(&mut place.world, &key(52));
    place.world.deposit(&loser, "D", 2_000 * UNIT).unwrap_or_else(|e| panic!("deposit: {e}"));
    place.wait(1);
    place.world.trade(&loser, "C", 100 * COIN as i64).unwrap_or_else(|e| panic!("trade: {e}"));
    place.price(8_150);
    let keeper = keeper(place);
    let close = place.world.liquidate_target_instruction(&keeper, &loser.account, Target::Perp(0), ALL);
    place.must(close, &[&keeper.key]);
    let collateral = place.world.token("D").number;
    let target = Target::Spot(Pair { debt: MARKET_LEG, collateral });
    place.world.liquidate_target_instruction(&keeper, &loser.account, target, ALL)
}

/// Somebody won 1,000 and owes 1,500 D; the 20 C that backed the loan are worth 400 now.
pub fn liquidate_profit(place: &mut Place) -> Instruction {
    place.wait(1);
    let winner = open(&mut place.world, &key(53));
    for (symbol, amount) in [("Q", 3_000 * UNIT), ("C", 20 * COIN)] {
        place.world.deposit(&winner, symbol, amount).unwrap_or_else(|e| panic!("deposit: {e}"));
    }
    place.wait(1);
    place.world.trade(&winner, "C", 50 * COIN as i64).unwrap_or_else(|e| panic!("trade: {e}"));
    place.price(12_000);
    place.wait(60);
    place.world.reduce(&winner, "C", ALL).unwrap_or_else(|e| panic!("reduce: {e}"));
    place.wait(1);
    place.world.borrow(&winner, "D", 1_500 * UNIT).unwrap_or_else(|e| panic!("borrow: {e}"));
    place.world.withdraw(&winner, "Q", ALL).unwrap_or_else(|e| panic!("withdraw: {e}"));
    place.wait(3_600);
    place.price(2_000);
    let best = place.world.best_target(&winner.account).unwrap_or_else(|e| panic!("{e:?}"));
    let keeper = keeper(place);
    if best != PROFIT_FOR_D {
        let first = place.world.liquidate_target_instruction(&keeper, &winner.account, best, ALL);
        place.must(first, &[&keeper.key]);
    }
    place.world.liquidate_target_instruction(&keeper, &winner.account, PROFIT_FOR_D, ALL)
}

/// Matured profit in the market about C for a debt of D.
const PROFIT_FOR_D: Target = Target::Spot(Pair { debt: 2, collateral: MARKET_LEG });

pub fn quote_first(place: &mut Place) -> Instruction {
    let debtor = debtor(place, "D");
    place.price(7_300);
    instruction::quote_liquidation(&debtor.account, &place.world.board, None, ALL)
}

pub fn quote_spot(place: &mut Place) -> Instruction {
    let debtor = debtor(place, "D");
    place.price(7_300);
    let target = TargetKeys::Spot { debt_bank: place.bank("D"), collateral_bank: place.bank("C") };
    instruction::quote_liquidation(&debtor.account, &place.world.board, Some(&target), ALL)
}

pub fn quote_position(place: &mut Place) -> Instruction {
    let holder = holder(place);
    place.price(9_200);
    let target = TargetKeys::Perp { market: place.market("C"), quote_bank: place.bank("Q") };
    instruction::quote_liquidation(&holder.account, &place.world.board, Some(&target), ALL)
}

pub fn touch(place: &mut Place) -> Instruction {
    let mut config = default_liquidation();
    (config.wait_slots, config.auction_slots, config.deep_breach) = (3, 300, 5_000);
    (config.grace_slots, config.velocity_window) = (10, 300);
    let (admin, group, board) = (place.world.admin.pubkey(), place.world.group, place.world.board);
    place.by_admin(instruction::set_liquidation(&admin, &group, &board, config));
    let debtor = debtor(place, "D");
    place.price(7_000);
    instruction::touch(&debtor.account, &board)
}

/// A debtor whose collateral was seized and did not suffice.
fn ruined(place: &mut Place, symbol: &str) -> Trader {
    let debtor = debtor(place, symbol);
    place.price(3_000);
    let keeper = keeper(place);
    let liquidate = place.world.liquidate_instruction(&keeper, &debtor.account, (symbol, "C"), ALL);
    place.must(liquidate, &[&keeper.key]);
    debtor
}

pub fn report_shortfall(place: &mut Place) -> Instruction {
    let debtor = ruined(place, "D");
    let fund = address::fund(&place.world.group);
    instruction::report_shortfall(&debtor.account, &place.world.board, &place.bank("Q"), &fund)
}

pub fn resolve_bank(place: &mut Place) -> Instruction {
    let debtor = ruined(place, "D");
    let creditor = Creditor::Bank(place.bank("D"));
    let resolve = instruction::resolve_bankruptcy(&debtor.account, &place.world.board, &creditor);
    place.world.receipted(resolve)
}

pub fn resolve_quote_bank(place: &mut Place) -> Instruction {
    let debtor = ruined(place, "Q");
    let creditor = Creditor::QuoteBank { quote_bank: place.bank("Q"), fund: address::fund(&place.world.group) };
    let resolve = instruction::resolve_bankruptcy(&debtor.account, &place.world.board, &creditor);
    place.world.receipted(resolve)
}

pub fn resolve_market(place: &mut Place) -> Instruction {
    let holder = holder(place);
    place.price(8_000);
    let (market, bank, keeper) = (place.market("C"), place.bank("Q"), keeper(place));
    let settle = instruction::settle(&keeper.key.pubkey(), &holder.account, &place.world.board, &market, &bank, ALL);
    place.must(settle, &[&keeper.key]);
    let creditor = Creditor::Market { market, quote_bank: bank, fund: address::fund(&place.world.group) };
    let resolve = instruction::resolve_bankruptcy(&holder.account, &place.world.board, &creditor);
    place.world.receipted(resolve)
}

/// Alice has won more than a pool has that was emptied.
pub fn deleverage(place: &mut Place) -> Instruction {
    let market = place.market("C");
    place.world.chain.rewrite(&market, |market: &mut PerpMarket| market.pool = UNIT);
    place.price(15_000);
    let (account, bank) = (place.alice.account, place.bank("Q"));
    let deleverage = instruction::deleverage(&account, &place.world.board, &bank, &market);
    place.world.receipted(deleverage)
}
